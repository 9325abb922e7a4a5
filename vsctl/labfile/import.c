/* SPDX-License-Identifier: GPL-2.0-only */
/* import.c - `vsctl lab import': a containerlab topology file becomes a lab */
#include "vsctl/labfile/import.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/xalloc.h"
#include "vsctl/lab/lab.h"
#include "vsctl/lab/load.h"

/*
 * What both languages have is written in ours; what ours has not is said on stderr, with its line, and left out. The
 * result is read by the same code as any lab before it is written, so what is written can be used.
 */
void import_left_out(struct lab_mark at, const char *value, const char *fmt, ...)
{
	va_list args;

	fprintf(stderr, "%s:%u:%u: '%s': ", at.file, at.line, at.column, value);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
}

/* Whether YAML takes the text for a text, and nothing else, as it stands. */
static bool is_plain(const char *text)
{
	static const char *const words[] = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"};
	static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:@+=";
	size_t n = strlen(text);

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!strcasecmp(words[i], text))
			return false;
	}
	return n && strspn(text, safe) == n && !strchr("-.:=@", *text) && text[n - 1] != ':';
}

void import_put(FILE *out, const char *text)
{
	bool plain = is_plain(text);

	fputs(plain ? "" : "\"", out);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fprintf(out, "\\%c", *text);
		else if (*text == '$')
			fputs("$$", out);
		else if ((unsigned char)*text < ' ')
			fprintf(out, "\\x%02x", (unsigned int)*text);
		else
			fputc(*text, out);
	}
	fputs(plain ? "" : "\"", out);
}

/* Keys beside the topology. */
static void top_complain(const struct doc_node *root)
{
	static const struct {
		const char *name, *reason;
	} rows[] = {{"name", NULL},
		    {"topology", NULL},
		    {"prefix", "nodes are named LAB-NODE here"},
		    {"mgmt", "there is no management network"},
		    {"settings", "there is nothing like it here"}};

	for (size_t i = 0; i < root->n; i++) {
		const char *reason = "there is nothing like it here";

		for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
			if (!strcmp(root->keys[i]->text, rows[k].name))
				reason = rows[k].reason;
		}
		if (reason)
			import_left_out(root->keys[i]->at, root->keys[i]->text, "left out: %s", reason);
	}
}

static void put_section(FILE *out, const char *name, FILE *section, char *const *text)
{
	fclose(section);
	if (**text)
		fprintf(out, "%s:\n%s", name, *text);
	free(*text);
}

/* The whole file. Return: malloc()ed. */
static char *convert(const struct doc_node *root, const char *path, const char *name)
{
	char *text = NULL, *parts[4] = {NULL};
	size_t size, sizes[4];
	FILE *out = vs_xcheck(open_memstream(&text, &size));
	struct import import = {.topology = doc_get(root, "topology"),
				.switches = vs_xcheck(open_memstream(&parts[0], &sizes[0])),
				.nodes = vs_xcheck(open_memstream(&parts[1], &sizes[1])),
				.links = vs_xcheck(open_memstream(&parts[2], &sizes[2])),
				.group_lines = vs_xcheck(open_memstream(&parts[3], &sizes[3])),
				.groups = json_object()};
	const char *slash = strrchr(path, '/');

	top_complain(root);
	import_nodes(&import);
	import_links(&import);
	fprintf(out, "# Made by: vsctl lab import %s\nlab: ", slash ? slash + 1 : path);
	import_put(out, name);
	fputc('\n', out);
	json_decref(import.groups);
	put_section(out, "groups", import.group_lines, &parts[3]);
	put_section(out, "switches", import.switches, &parts[0]);
	put_section(out, "nodes", import.nodes, &parts[1]);
	put_section(out, "links", import.links, &parts[2]);
	fclose(out);
	return text;
}

/* What is wrong with the tree as a whole, or NULL. */
static const char *wrong_with(const struct doc_node *root, const char *name)
{
	const struct doc_node *nodes = doc_get(doc_get(root, "topology"), "nodes");

	if (!root || root->type != DOC_MAP || !nodes || nodes->type != DOC_MAP)
		return "no containerlab topology; it has a map topology: with a map nodes: in it";
	if (!name || !*name)
		return "has no name; give one with --name";
	return NULL;
}

/* Write what came of it, when it is a lab. Return: exit status. */
static int finish(const struct lab_args *args, const char *text)
{
	struct lab_problems problems = {0};
	struct lab *lab = lab_load_text("imported", text, strlen(text), NULL, &problems);
	int status = lab && !lab_output(args, text) ? EXIT_SUCCESS : EXIT_FAILURE;

	if (!lab) {
		fprintf(stderr, "vsctl lab import: what comes of '%s' is no lab, and is not written:\n", args->argv[0]);
		lab_problems_print(&problems, stderr);
	}
	lab_problems_destroy(&problems);
	lab_free(lab);
	return status;
}

int lab_cmd_import(const struct lab_args *args)
{
	const char *path = args->argv[0], *name = lab_option(args, "--name"), *wrong;
	struct lab_problems problems = {0};
	struct doc doc = {0};
	size_t size;
	char *text = lab_file_read(path, &size), *made;
	int status = EXIT_FAILURE;

	if (!text) {
		fprintf(stderr, "vsctl lab import: cannot read '%s': %s\n", path, strerror(errno));
		return EXIT_FAILURE;
	}
	if (doc_parse(&doc, path, text, size, &problems)) {
		lab_problems_print(&problems, stderr);
	} else {
		const struct doc_node *given = doc_get(doc.root, "name");

		name = name ? name : given ? given->text : NULL;
		wrong = wrong_with(doc.root, name);
		if (wrong) {
			fprintf(stderr, "vsctl lab import: '%s': %s\n", path, wrong);
		} else {
			made = convert(doc.root, path, name);
			status = finish(args, made);
			free(made);
		}
	}
	lab_problems_destroy(&problems);
	doc_destroy(&doc);
	free(text);
	return status;
}
