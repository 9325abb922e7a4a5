/* SPDX-License-Identifier: GPL-2.0-only */
/* order.c - which rack stands above which */
#include <stdlib.h>

#include "common/xalloc.h"
#include "vsctl/picture/scene.h"

/*
 * People draw hosts below, what joins them above, and a chain or a ring from its first switch on. So a rack's place
 * follows from three numbers: how far it is from the nearest switch that has nodes (the spine of a fabric and the root
 * of a tree are far, and go up), how far from the first switch, and its place in the file. Nodes on several switches
 * go below all switches, and the underlay below everything.
 */
struct rank {
	size_t rack, class, height, distance;
};

enum { SWITCHES, NODES, UNDERLAY };

/* Distances over wires between switches, from those whose distance is 0 already. */
static void spread(const struct scene *scene, size_t *distance)
{
	bool changed = true;

	while (changed) {
		changed = false;
		for (size_t i = 0; i < scene->picture->n_wires; i++) {
			const struct picture_wire *wire = &scene->picture->wires[i];

			for (size_t e = 0; e < 2; e++) {
				size_t from = scene->rack_of[wire->box[e]], to = scene->rack_of[wire->box[!e]];

				if (wire->kind != PICTURE_CABLE || distance[from] == SIZE_MAX ||
				    scene->picture->boxes[scene->racks[to].main].kind != PICTURE_SWITCH ||
				    distance[to] <= distance[from] + 1)
					continue;
				distance[to] = distance[from] + 1;
				changed = true;
			}
		}
	}
}

static int rank_compare(const void *a, const void *b)
{
	const struct rank *x = a, *y = b;

	if (x->class != y->class)
		return x->class < y->class ? -1 : 1;
	if (x->height != y->height)
		return x->height > y->height ? -1 : 1;
	if (x->distance != y->distance)
		return x->distance < y->distance ? -1 : 1;
	return (x->rack > y->rack) - (x->rack < y->rack);
}

void scene_order(struct scene *scene)
{
	size_t n = scene->n_racks, *height = vs_xcalloc(n, sizeof(*height)),
	       *distance = vs_xcalloc(n, sizeof(*distance));
	struct rank *ranks = vs_xcalloc(n, sizeof(*ranks));

	for (size_t i = 0; i < n; i++) {
		height[i] = scene->racks[i].n_stubs ? 0 : SIZE_MAX;
		distance[i] = SIZE_MAX;
	}
	spread(scene, height);
	for (size_t i = 0; i < n; i++) { /* the first of each part that hangs together */
		if (distance[i] == SIZE_MAX) {
			distance[i] = 0;
			spread(scene, distance);
		}
	}
	for (size_t i = 0; i < n; i++) {
		enum picture_box_kind kind = scene->picture->boxes[scene->racks[i].main].kind;

		ranks[i] = (struct rank){i,
					 kind == PICTURE_SWITCH	    ? SWITCHES
					 : kind == PICTURE_UNDERLAY ? UNDERLAY
								    : NODES,
					 height[i] == SIZE_MAX ? 0 : height[i], distance[i]};
	}
	qsort(ranks, n, sizeof(*ranks), rank_compare);
	for (size_t i = 0; i < n; i++)
		scene->racks[ranks[i].rack].level = i;
	free(height);
	free(distance);
	free(ranks);
}
