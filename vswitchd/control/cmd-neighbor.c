/* SPDX-License-Identifier: GPL-2.0-only */
/* cmd-neighbor.c - who is at the other end of each interface: neighbor show */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/addr.h"
#include "common/xalloc.h"
#include "vswitchd/control/command.h"
#include "vswitchd/control/neighbor.h"
#include "vswitchd/control/output.h"

/* struct neighbor_line - one neighbor, ready to print */
struct neighbor_line {
	const char *interface;
	const struct neighbor *neighbor;
	char to[VS_MAC_TEXT], from[VS_MAC_TEXT];
	uint64_t age;
};

struct neighbor_lines {
	struct neighbor_line *lines;
	size_t n;
	uint64_t now;
};

static int neighbor_compare(const void *a, const void *b)
{
	const struct neighbor_line *line_a = a, *line_b = b;
	int order = strcmp(line_a->interface, line_b->interface);

	if (!order)
		order = strcmp(line_a->neighbor->last.protocol, line_b->neighbor->last.protocol);
	return order ? order : memcmp(line_a->neighbor->last.dst, line_b->neighbor->last.dst, 6);
}

static void neighbor_collect(struct cmd *cmd, const char *interface, struct neighbor_lines *lines)
{
	uint32_t number = cmd->env->port_number ? cmd->env->port_number(cmd->env->arg, interface) : 0;
	const struct neighbor *heard = NULL;
	size_t n = 0;

	if (number && cmd->env->neighbors)
		heard = neighbors_get(cmd->env->neighbors, number, interface, &n);
	if (!heard)
		return;
	lines->lines = vs_xrealloc(lines->lines, (lines->n + n) * sizeof(*lines->lines));
	for (size_t i = 0; i < n; i++) {
		struct neighbor_line *line = &lines->lines[lines->n++];

		*line = (struct neighbor_line){.interface = interface, .neighbor = &heard[i]};
		vs_mac_format(heard[i].last.dst, line->to);
		vs_mac_format(heard[i].last.src, line->from);
		if (lines->now > heard[i].heard_ns)
			line->age = (lines->now - heard[i].heard_ns) / 1000000000u;
	}
}

static void neighbor_print(struct cmd *cmd, const struct neighbor_lines *lines)
{
	fputs("Interface        Protocol     To                 From                 Frames    Age  Says\n", cmd->out);
	for (size_t i = 0; i < lines->n; i++) {
		const struct neighbor_line *line = &lines->lines[i];
		const char *text = line->neighbor->last.text;

		fprintf(cmd->out, "%-15s  %-11s  %s  %s  %8llu  %5llu%s%s\n", line->interface,
			line->neighbor->last.protocol, line->to, line->from, (unsigned long long)line->neighbor->frames,
			(unsigned long long)line->age, *text ? "  " : "", text);
	}
}

/* For --format: the same as columns. */
static void neighbor_tabulate(struct cmd *cmd, const struct neighbor_lines *lines)
{
	static const char *const headings[] = {"interface", "protocol", "to", "from", "frames", "age", "says"};

	cmd->table = output_table_new(cmd->line);
	for (size_t i = 0; i < sizeof(headings) / sizeof(*headings); i++)
		output_add_column(cmd->table, headings[i]);
	for (size_t i = 0; i < lines->n; i++) {
		const struct neighbor_line *line = &lines->lines[i];

		output_add_text(cmd->table, line->interface);
		output_add_text(cmd->table, line->neighbor->last.protocol);
		output_add_text(cmd->table, line->to);
		output_add_text(cmd->table, line->from);
		output_add_integer(cmd->table, (long long)line->neighbor->frames);
		output_add_integer(cmd->table, (long long)line->age);
		output_add_text(cmd->table, line->neighbor->last.text);
	}
}

int cmd_neighbor_show(struct cmd *cmd)
{
	struct neighbor_lines lines = {.n = 0};
	struct timespec now;

	if (cmd->n_args > 0 && !store_find_name(cmd->store, STORE_Interface, cmd->args[0]))
		return cmd_fail(cmd, "no interface named %s", cmd->args[0]);
	clock_gettime(CLOCK_MONOTONIC, &now);
	lines.now = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
	for (struct store_row *row = store_first(cmd->store, STORE_Interface); row; row = store_next(cmd->store, row)) {
		const char *name = store_get_string(row, Interface_name);

		if (name && (!cmd->n_args || !strcmp(name, cmd->args[0])))
			neighbor_collect(cmd, name, &lines);
	}
	if (lines.n)
		qsort(lines.lines, lines.n, sizeof(*lines.lines), neighbor_compare);
	if (cmdline_has(cmd->line, CMDLINE_FORMAT))
		neighbor_tabulate(cmd, &lines);
	else
		neighbor_print(cmd, &lines);
	free(lines.lines);
	return 0;
}
