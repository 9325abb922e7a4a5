/* SPDX-License-Identifier: GPL-2.0-only */
/* layers-dot.c - Graphviz's dot puts the items of each layer in order */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/xalloc.h"
#include "vsctl/picture/layers.h"

/*
 * dot is told widths, layers and hops, and asked for x only: a rack is a table of two empty cells, the bar, where wires
 * begin and end, and the rest. Its points are our pixels.
 */
#define NO_RUN 127

static void cell(FILE *out, const char *port, double w)
{
	fprintf(out, "<TD%s FIXEDSIZE=\"TRUE\" WIDTH=\"%.0f\" HEIGHT=\"20\"></TD>", port, w);
}

static void write_item(const struct layers *layers, size_t i, FILE *out)
{
	const struct item *item = &layers->items[i];
	double bar = 2 * item->port;

	fprintf(out,
		"n%zu [label=<<TABLE BORDER=\"0\" CELLBORDER=\"0\" CELLSPACING=\"0\" CELLPADDING=\"0\" "
		"FIXEDSIZE=\"TRUE\" WIDTH=\"%.0f\" HEIGHT=\"20\"><TR>",
		i, item->w);
	cell(out, " PORT=\"b\"", bar);
	if (item->w > bar)
		cell(out, "", item->w - bar);
	fputs("</TR></TABLE>>]\n", out);
}

static void write_graph(const struct layers *layers, FILE *out)
{
	fprintf(out, "digraph {\nsplines=false nodesep=%.2f\nnode [shape=plain]\n", GAP_X / 72);
	for (size_t i = 0; i < layers->n_items; i++)
		write_item(layers, i, out);
	for (size_t l = 0; l < layers->n_layers; l++) {
		fputs("{rank=same", out);
		for (size_t i = 0; i < layers->n_items; i++) {
			if (layers->items[i].layer == l)
				fprintf(out, " n%zu", i);
		}
		fputs("}\n", out);
	}
	for (size_t i = 0; i < layers->n_hops; i++)
		fprintf(out, "n%zu:b:s -> n%zu:b:n\n", layers->hops[i].up, layers->hops[i].down);
	fputs("}\n", out);
}

/* Run dot from one open file to another. Return: 0; -ENOENT when there is none; -EIO when it fails. */
static int run_dot(FILE *in, FILE *out)
{
	int status;
	pid_t pid;

	rewind(in);
	pid = fork();
	if (pid < 0)
		return -errno;
	if (!pid) {
		int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

		if (dup2(fileno(in), STDIN_FILENO) < 0 || dup2(fileno(out), STDOUT_FILENO) < 0 ||
		    dup2(null, STDERR_FILENO) < 0)
			_exit(NO_RUN - 1);
		execlp("dot", "dot", "-Tjson0", (char *)NULL);
		_exit(errno == ENOENT ? NO_RUN : NO_RUN - 1);
	}
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) == NO_RUN)
		return -ENOENT;
	return WIFEXITED(status) && !WEXITSTATUS(status) ? 0 : -EIO;
}

/* Each item's "pos" is "x,y" of its middle. */
static int read_items(struct layers *layers, const json_t *root)
{
	size_t index, found = 0;
	json_t *object;

	json_array_foreach (json_object_get(root, "objects"), index, object) {
		const char *name = json_string_value(json_object_get(object, "name"));
		const char *pos = json_string_value(json_object_get(object, "pos"));
		size_t i = name && *name == 'n' ? strtoul(name + 1, NULL, 10) : SIZE_MAX;

		if (i >= layers->n_items || !pos)
			continue; /* a rank */
		layers->items[i].x = strtod(pos, NULL) - layers->items[i].w / 2;
		found++;
	}
	return found == layers->n_items ? 0 : -EINVAL;
}

int layers_ask_dot(struct layers *layers)
{
	FILE *in = tmpfile(), *out = tmpfile();
	json_t *root = NULL;
	int error = in && out ? 0 : -errno;

	if (!error) {
		write_graph(layers, in);
		error = fflush(in) ? -errno : run_dot(in, out);
	}
	if (!error) {
		rewind(out);
		root = json_loadf(out, 0, NULL);
		error = root ? read_items(layers, root) : -EINVAL;
	}
	json_decref(root);
	if (in)
		fclose(in);
	if (out)
		fclose(out);
	return error;
}
