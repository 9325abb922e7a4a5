/* SPDX-License-Identifier: GPL-2.0-only */
/* import.h - what the parts of `vsctl lab import' share */
#ifndef VS_LABFILE_IMPORT_H
#define VS_LABFILE_IMPORT_H

#include <jansson.h>
#include <stdio.h>

#include "vsctl/lab/doc.h"

/**
 * struct import - a containerlab file being turned into one of ours
 * @topology: its map of that name
 * @group_lines, @switches, @nodes, @links: what will stand below these keys; @groups: names that are there already
 * @n_made: switches that were made for the sake of a link
 */
struct import {
	const struct doc_node *topology;
	FILE *group_lines, *switches, *nodes, *links;
	json_t *groups;
	unsigned int n_made;
};

/** import_left_out() - say on stderr that what stands at @at is left out or changed, and why. */
void import_left_out(struct lab_mark at, const char *value, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/** import_put() - a text as YAML, in quotes where it needs them, and with $ as it is. */
void import_put(FILE *out, const char *text);

/** import_nodes() - all nodes and bridges. */
void import_nodes(struct import *import);

/** import_is_switch() - whether the node of that name is a bridge; import_is_node() - whether it is in the lab. */
bool import_is_switch(const struct import *import, const char *name);
bool import_is_node(const struct import *import, const char *name);

void import_links(struct import *import);

#endif
