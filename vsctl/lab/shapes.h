/* SPDX-License-Identifier: GPL-2.0-only */
/* shapes.h - the table of `vsctl lab generate': shapes of networks, and the numbers that each can be told */
#ifndef VS_LAB_SHAPES_H
#define VS_LAB_SHAPES_H

#include <stddef.h>

/* X(identifier, name): an option's word on the command line is --name=NUMBER */
#define LAB_SHAPE_OPTIONS(X)                                                                                           \
	X(NODES, "nodes")                                                                                              \
	X(VLANS, "vlans")                                                                                              \
	X(SWITCHES, "switches")                                                                                        \
	X(DEPTH, "depth")                                                                                              \
	X(FANOUT, "fanout")                                                                                            \
	X(ROWS, "rows")                                                                                                \
	X(COLUMNS, "columns")                                                                                          \
	X(LEAVES, "leaves")                                                                                            \
	X(SPINES, "spines")                                                                                            \
	X(PODS, "pods")                                                                                                \
	X(SITES, "sites")

/* For the row of the command. */
#define LAB_SHAPE_OPTION_WORD(id, name) " --" name "="
#define LAB_SHAPE_OPTION_WORDS LAB_SHAPE_OPTIONS(LAB_SHAPE_OPTION_WORD)

enum lab_shape_option {
#define X(id, name) LAB_SHAPE_##id,
	LAB_SHAPE_OPTIONS(X)
#undef X
		LAB_SHAPE_OPTIONS_N
};

/** struct lab_shape_number - what one shape makes of an option; rows end with one that has no help */
struct lab_shape_number {
	enum lab_shape_option option;
	int value, min, max;
	const char *help;
};

struct draft;

/** struct lab_network - a shape; @write puts switches, nodes and links into the draft; @loops: said in the file */
struct lab_network {
	const char *name, *help, *loops;
	void (*write)(struct draft *draft);
	struct lab_shape_number numbers[5];
};

extern const struct lab_network lab_networks[];
extern const size_t lab_n_networks;
extern const char *const lab_shape_option_names[LAB_SHAPE_OPTIONS_N];

#endif
