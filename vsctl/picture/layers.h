/* SPDX-License-Identifier: GPL-2.0-only */
/* layers.h - the racks in layers, while their places are being found */
#ifndef VS_PICTURE_LAYERS_H
#define VS_PICTURE_LAYERS_H

#include "vsctl/picture/scene.h"

#define GAP_X 40.0

/** struct item - a rack, or where a wire passes a layer (@rack is SIZE_MAX); @key: to sort by; @port: of its wires */
struct item {
	size_t rack, layer, frame;
	double w, x, key, port;
};

/** struct hop - a wire's way from one layer to the next, between items */
struct hop {
	size_t wire, up, down;
	bool first;
};

/** struct layers - @order: the items, layer by layer, from the left; @top, @height: of each layer */
struct layers {
	struct scene *scene;
	struct item *items;
	struct hop *hops;
	size_t n_items, n_hops, n_layers;
	size_t *order;
	double *top, *height;
};

/** layers_ask_dot() - let Graphviz's dot find each item's x. Return: 0; -ENOENT when there is no dot; -errno. */
int layers_ask_dot(struct layers *layers);

#endif
