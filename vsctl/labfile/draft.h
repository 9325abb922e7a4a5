/* SPDX-License-Identifier: GPL-2.0-only */
/* draft.h - a lab file being written: switches, nodes and links in any order, the rest follows from them */
#ifndef VS_LABFILE_DRAFT_H
#define VS_LABFILE_DRAFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "vsctl/lab/shapes.h"

#define DRAFT_VLANS_MAX 25
#define DRAFT_MAX 4096 /* switches, and nodes */

enum { DRAFT_SWITCHES, DRAFT_NODES, DRAFT_LINKS, DRAFT_SITES, DRAFT_SECTIONS };

/**
 * struct draft - @values: by option; @n_vlans: 0 for a lab without any
 * @members: how many nodes each VLAN has; @first: number of the first one
 */
struct draft {
	const struct lab_network *network;
	const char *name;
	int values[LAB_SHAPE_OPTIONS_N];
	size_t n_vlans, n_switches, n_nodes;
	size_t members[DRAFT_VLANS_MAX], first[DRAFT_VLANS_MAX];
	const char *indent;
	FILE *sections[DRAFT_SECTIONS];
	char *texts[DRAFT_SECTIONS];
	size_t sizes[DRAFT_SECTIONS];
};

void draft_begin(struct draft *draft);

/** draft_vlan() - number of the VLAN with that index. */
int draft_vlan(size_t index);

void draft_switch(struct draft *draft, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/** draft_nodes() - @n nodes on switch @sw, the first in the VLAN of index @vlan, the next in the next one. */
void draft_nodes(struct draft *draft, const char *sw, int n, size_t vlan);

/** draft_link() - between switches; with all VLANs, or with @n of them from index @vlan on. */
void draft_link(struct draft *draft, const char *a, const char *b, bool down);
void draft_link_vlans(struct draft *draft, const char *a, const char *b, size_t vlan, size_t n);

/** draft_site() - what was put into the draft since the last one is a site of this name. */
void draft_site(struct draft *draft, const char *name);

/** draft_end() - the file. Frees what the draft holds. Return: malloc()ed. */
char *draft_end(struct draft *draft);

#endif
