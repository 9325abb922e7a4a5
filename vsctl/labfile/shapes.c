/* SPDX-License-Identifier: GPL-2.0-only */
/* shapes.c - the shapes of `vsctl lab generate': a row and a function each */
#include "vsctl/lab/shapes.h"

#include <stdlib.h>

#include "common/xalloc.h"
#include "vsctl/labfile/draft.h"

/*
 * vswitch runs no spanning tree, so a shape with loops must do without them and still be what was asked for. Where
 * every link is there to be used (leaf-spine, fat-tree), each VLAN has a tree of its own, and together they use every
 * link. Where the loop itself is the point (ring, torus), the links that would close it are in the file and not plugged
 * in.
 */
const char *const lab_shape_option_names[LAB_SHAPE_OPTIONS_N] = {
#define X(id, name) name,
	LAB_SHAPE_OPTIONS(X)
#undef X
};

static char *named(const char *prefix, int number)
{
	return vs_xasprintf("%s%d", prefix, number);
}

/* A link between two of many: "s1", "s2". */
static void join(struct draft *draft, const char *prefix_a, int a, const char *prefix_b, int b, bool down)
{
	char *from = named(prefix_a, a), *to = named(prefix_b, b);

	draft_link(draft, from, to, down);
	free(from);
	free(to);
}

/* A switch with @nodes nodes; the VLANs go on from where the switch before ended. */
static void switch_with(struct draft *draft, const char *name, int nodes)
{
	draft_switch(draft, "%s", name);
	draft_nodes(draft, name, nodes, draft->n_nodes);
}

static void switches_with(struct draft *draft, int n, int nodes)
{
	for (int i = 1; i <= n; i++) {
		char *name = named("s", i);

		switch_with(draft, name, nodes);
		free(name);
	}
}

static void write_single(struct draft *draft)
{
	switch_with(draft, "s1", draft->values[LAB_SHAPE_NODES]);
}

static void write_linear(struct draft *draft)
{
	int n = draft->values[LAB_SHAPE_SWITCHES];

	switches_with(draft, n, draft->values[LAB_SHAPE_NODES]);
	for (int i = 1; i < n; i++)
		join(draft, "s", i, "s", i + 1, false);
}

/* Switches are numbered level by level: the first child of the one at place p of n^0+n^1+... is at fanout * p + 1. */
static void write_tree(struct draft *draft)
{
	int fanout = draft->values[LAB_SHAPE_FANOUT], inner = 0, all = 1, level = 1;

	for (int i = 1; i < draft->values[LAB_SHAPE_DEPTH]; i++) {
		inner += level;
		level *= fanout;
		all += level;
		if (all > DRAFT_MAX) {
			draft->n_switches = (size_t)all; /* too many, which is found out by this */
			return;
		}
	}
	for (int i = 0; fanout && i < all; i++) {
		char *name = named("s", i + 1);

		switch_with(draft, name, i < inner ? 0 : draft->values[LAB_SHAPE_NODES]);
		free(name);
		if (i)
			join(draft, "s", (i - 1) / fanout + 1, "s", i + 1, false);
	}
}

static void write_ring(struct draft *draft)
{
	int n = draft->values[LAB_SHAPE_SWITCHES];

	switches_with(draft, n, draft->values[LAB_SHAPE_NODES]);
	for (int i = 1; i <= n; i++)
		join(draft, "s", i, "s", i % n + 1, i == n);
}

static void write_torus(struct draft *draft)
{
	int rows = draft->values[LAB_SHAPE_ROWS], columns = draft->values[LAB_SHAPE_COLUMNS];

	switches_with(draft, rows * columns, draft->values[LAB_SHAPE_NODES]);
	for (int r = 0; r < rows; r++) {
		for (int c = 0; c < columns; c++) {
			int own = r * columns + c + 1, right = r * columns + (c + 1) % columns + 1;
			int below = (r + 1) % rows * columns + c + 1;

			join(draft, "s", own, "s", right, r || c == columns - 1);
			join(draft, "s", own, "s", below, r == rows - 1);
		}
	}
}

static void write_leaf_spine(struct draft *draft)
{
	int leaves = draft->values[LAB_SHAPE_LEAVES], spines = draft->values[LAB_SHAPE_SPINES];

	draft->n_vlans = (size_t)spines;
	for (int i = 1; i <= spines; i++)
		draft_switch(draft, "spine%d", i);
	for (int i = 1; i <= leaves; i++) {
		char *leaf = named("leaf", i);

		draft_switch(draft, "%s", leaf);
		draft_nodes(draft, leaf, draft->values[LAB_SHAPE_NODES], 0);
		for (int k = 1; k <= spines; k++) {
			char *spine = named("spine", k);

			draft_link_vlans(draft, leaf, spine, (size_t)k - 1, 1);
			free(spine);
		}
		free(leaf);
	}
}

/* Group @g of the core joins the aggregation switches of that number in all pods; each core has a VLAN. */
static void write_pod(struct draft *draft, int pod, int half)
{
	for (int g = 0; g < half; g++) {
		char *aggregation = vs_xasprintf("agg%d-%d", pod, g + 1);

		draft_switch(draft, "%s", aggregation);
		for (int c = 0; c < half; c++) {
			char *core = named("core", g * half + c + 1);

			draft_link_vlans(draft, aggregation, core, (size_t)g * (size_t)half + (size_t)c, 1);
			free(core);
		}
		free(aggregation);
	}
	for (int e = 0; e < half; e++) {
		char *edge = vs_xasprintf("edge%d-%d", pod, e + 1);

		draft_switch(draft, "%s", edge);
		draft_nodes(draft, edge, draft->values[LAB_SHAPE_NODES],
			    (size_t)e * (size_t)draft->values[LAB_SHAPE_NODES]);
		for (int g = 0; g < half; g++) {
			char *aggregation = vs_xasprintf("agg%d-%d", pod, g + 1);

			draft_link_vlans(draft, edge, aggregation, (size_t)g * (size_t)half, (size_t)half);
			free(aggregation);
		}
		free(edge);
	}
}

static void write_fat_tree(struct draft *draft)
{
	int pods = draft->values[LAB_SHAPE_PODS], half = pods / 2;

	draft->n_vlans = (size_t)half * (size_t)half;
	for (int i = 1; i <= half * half; i++)
		draft_switch(draft, "core%d", i);
	for (int i = 1; i <= pods; i++)
		write_pod(draft, i, half);
}

static void write_mesh(struct draft *draft)
{
	for (int i = 1; i <= draft->values[LAB_SHAPE_SITES]; i++) {
		char *name = named("s", i), *site = named("site", i);

		draft_switch(draft, "%s", name);
		draft_nodes(draft, name, draft->values[LAB_SHAPE_NODES], 0);
		for (size_t v = 0; v < (draft->n_vlans ? draft->n_vlans : 1); v++) {
			FILE *out = draft->sections[DRAFT_LINKS];

			fprintf(out, "%s  - {ends: [%s, vxlan], ", draft->indent, name);
			if (draft->n_vlans)
				fprintf(out, "tag: %d, ", draft_vlan(v));
			fprintf(out, "vni: %d, remotes: all}\n", 5000 + (draft->n_vlans ? draft_vlan(v) : 0));
		}
		draft_site(draft, site);
		free(name);
		free(site);
	}
}

#define OPTION(id, value, least, most, text)                                                                           \
	{                                                                                                              \
		LAB_SHAPE_##id, value, least, most, text                                                               \
	}
#define VLANS(value) OPTION(VLANS, value, 0, DRAFT_VLANS_MAX, "VLANs that the nodes take turns in; 0 for none")
#define UNPLUGGED                                                                                                      \
	"# vswitch runs no spanning tree, and frames would go round in a loop for ever. The links with down: true\n"   \
	"# would close one; they are there, not plugged in. vsctl lab link plugs them in, and others out.\n"

const struct lab_network lab_networks[] = {
	{"single", "One switch.", NULL, write_single, {OPTION(NODES, 3, 1, 1000, "nodes"), VLANS(0)}},
	{"linear",
	 "Switches in a row.",
	 NULL,
	 write_linear,
	 {OPTION(SWITCHES, 3, 2, 250, "switches"), OPTION(NODES, 1, 0, 250, "nodes on each switch"), VLANS(0)}},
	{"tree",
	 "Switches as a tree, with nodes on the lowest.",
	 NULL,
	 write_tree,
	 {OPTION(DEPTH, 2, 1, 8, "levels of switches"), OPTION(FANOUT, 2, 2, 16, "switches below each switch"),
	  OPTION(NODES, 2, 0, 250, "nodes on each of the lowest switches"), VLANS(0)}},
	{"ring",
	 "Switches in a ring, with one link unplugged.",
	 UNPLUGGED,
	 write_ring,
	 {OPTION(SWITCHES, 4, 3, 250, "switches"), OPTION(NODES, 1, 0, 250, "nodes on each switch"), VLANS(0)}},
	{"torus",
	 "Rows and columns of switches, each of them a ring, with every link unplugged that would close a loop.",
	 UNPLUGGED,
	 write_torus,
	 {OPTION(ROWS, 3, 3, 16, "rows"), OPTION(COLUMNS, 3, 3, 16, "columns"),
	  OPTION(NODES, 1, 0, 16, "nodes on each switch"), VLANS(0)}},
	{"leaf-spine",
	 "Every leaf on every spine, and nodes on the leaves.",
	 "# vswitch runs no spanning tree, so each spine carries a VLAN of its own: every VLAN is a star around its\n"
	 "# spine, without a loop, and all links are used.\n",
	 write_leaf_spine,
	 {OPTION(LEAVES, 4, 1, 64, "leaves"), OPTION(SPINES, 2, 1, DRAFT_VLANS_MAX, "spines, and so VLANs"),
	  OPTION(NODES, 2, 0, 64, "nodes on each leaf, which take turns in the VLANs")}},
	{"fat-tree",
	 "The fat tree of K pods: (K/2)^2 core switches, K/2 aggregation and K/2 edge switches in each pod.",
	 "# vswitch runs no spanning tree, so each core switch carries a VLAN of its own: every VLAN is a tree below "
	 "its\n"
	 "# core switch, without a loop, and all links are used.\n",
	 write_fat_tree,
	 {OPTION(PODS, 4, 2, 10, "pods, an even number"),
	  OPTION(NODES, 2, 0, 64, "nodes on each edge switch, which take turns in the VLANs")}},
	{"mesh",
	 "Sites with a switch each, all joined to all by VXLAN.",
	 "# A frame that came out of a tunnel never goes back into it, so a full mesh has no loop.\n",
	 write_mesh,
	 {OPTION(SITES, 3, 2, 64, "sites"), OPTION(NODES, 2, 0, 64, "nodes in each site"), VLANS(1)}},
};
const size_t lab_n_networks = sizeof(lab_networks) / sizeof(lab_networks[0]);
