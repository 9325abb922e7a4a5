/* SPDX-License-Identifier: GPL-2.0-only */
/* layers.c - racks in layers, few crossings, and the ways of wires from layer to layer */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "common/xalloc.h"
#include "vsctl/picture/layers.h"

/*
 * The usual layered drawing, as short as it can be: a rack is one layer below the lowest that has a wire to it; a wire
 * over several layers gets a narrow item in each layer between. Then items are sorted by where their neighbours are,
 * some times down and up, and move towards their neighbours as far as there is room. Sites are columns that nobody
 * leaves, so that frames do not overlap. Where there is Graphviz, its dot does the same with more care, and is believed
 * when fewer wires cross; with as many, ours is kept, which stays nearer to the order of the file. It is not asked
 * about sites, whose wires meet in the underlay only.
 */
#define GAP_Y 70.0 /* between layers; more where wires go far to the side */
#define GAP_Y_MAX 190.0
#define GAP_SLOPE 0.09
#define WAY_WIDTH 14.0
#define SWEEPS 12

/* --- layers --------------------------------------------------------------------------------------------------- */

static void layers_assign(struct layers *layers)
{
	struct scene *scene = layers->scene;
	const struct picture *picture = scene->picture;
	size_t lowest = 0, changed = 1;

	while (changed) {
		changed = 0;
		for (size_t i = 0; i < picture->n_wires; i++) {
			size_t a = scene->rack_of[picture->wires[i].box[0]],
			       b = scene->rack_of[picture->wires[i].box[1]];
			bool down = scene->racks[a].level < scene->racks[b].level;
			struct item *up = &layers->items[down ? a : b], *low = &layers->items[down ? b : a];

			if (a != b && low->layer <= up->layer) {
				low->layer = up->layer + 1;
				changed++;
			}
		}
	}
	for (size_t i = 0; i < scene->n_racks; i++) {
		if (picture->boxes[scene->racks[i].main].kind != PICTURE_UNDERLAY && layers->items[i].layer > lowest)
			lowest = layers->items[i].layer;
	}
	layers->n_layers = lowest + 1;
	for (size_t i = 0; i < scene->n_racks; i++) {
		if (picture->boxes[scene->racks[i].main].kind == PICTURE_UNDERLAY) { /* there is one at most */
			layers->items[i].layer = lowest + 1;
			layers->n_layers = lowest + 2;
		}
	}
}

static size_t item_add(struct layers *layers, struct item item)
{
	layers->items = vs_xrealloc(layers->items, (layers->n_items + 1) * sizeof(*layers->items));
	layers->items[layers->n_items] = item;
	return layers->n_items++;
}

static void hops_make(struct layers *layers)
{
	struct scene *scene = layers->scene;

	for (size_t i = 0; i < scene->picture->n_wires; i++) {
		const struct picture_wire *wire = &scene->picture->wires[i];
		size_t a = scene->rack_of[wire->box[0]], b = scene->rack_of[wire->box[1]], up, low;

		if (a == b)
			continue;
		up = scene->racks[a].level < scene->racks[b].level ? a : b;
		low = up == a ? b : a;
		for (size_t from = up, layer = layers->items[up].layer + 1; from != low; layer++) {
			size_t to = low;

			if (layer < layers->items[low].layer)
				to = item_add(layers, (struct item){.rack = SIZE_MAX,
								    .layer = layer,
								    .frame = layers->items[up].frame,
								    .w = WAY_WIDTH,
								    .port = WAY_WIDTH / 2});
			layers->hops = vs_xrealloc(layers->hops, (layers->n_hops + 1) * sizeof(*layers->hops));
			layers->hops[layers->n_hops++] = (struct hop){i, from, to, from == up};
			from = to;
		}
	}
}

/* --- from left to right --------------------------------------------------------------------------------------- */

static const struct layers *sorting; /* qsort() has no argument to pass it by */

static int item_compare(const void *a, const void *b)
{
	const struct item *x = &sorting->items[*(const size_t *)a], *y = &sorting->items[*(const size_t *)b];

	if (x->layer != y->layer)
		return x->layer < y->layer ? -1 : 1;
	if (x->frame != y->frame)
		return x->frame < y->frame ? -1 : 1;
	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return (x > y) - (x < y);
}

static void items_sort(struct layers *layers)
{
	sorting = layers;
	qsort(layers->order, layers->n_items, sizeof(*layers->order), item_compare);
}

/* Where the neighbours of each item are on the average, above or below; where there are none, it stays. */
static void keys_set(struct layers *layers, bool above)
{
	double *sum = vs_xcalloc(layers->n_items, sizeof(*sum));
	size_t *n = vs_xcalloc(layers->n_items, sizeof(*n));

	for (size_t i = 0; i < layers->n_hops; i++) {
		size_t own = above ? layers->hops[i].down : layers->hops[i].up;
		const struct item *far = &layers->items[above ? layers->hops[i].up : layers->hops[i].down];

		sum[own] += far->x + far->port;
		n[own]++;
	}
	for (size_t i = 0; i < layers->n_items; i++) {
		struct item *item = &layers->items[i];

		item->key = n[i] ? sum[i] / (double)n[i] : item->x + item->port;
	}
	free(sum);
	free(n);
}

/* The items of one frame in one layer begin at @first. Return: how many. */
static size_t run_of(const struct layers *layers, size_t first)
{
	const struct item *item = &layers->items[layers->order[first]];
	size_t n = 1;

	while (first + n < layers->n_items && layers->items[layers->order[first + n]].layer == item->layer &&
	       layers->items[layers->order[first + n]].frame == item->frame)
		n++;
	return n;
}

static double run_width(const struct layers *layers, size_t first, size_t n)
{
	double width = 0;

	for (size_t i = 0; i < n; i++)
		width += layers->items[layers->order[first + i]].w + (i ? GAP_X : 0);
	return width;
}

/* struct band - the column of a frame; items without one have all of it */
struct band {
	double x, w;
};

/* The widest layer of the frame. */
static double frame_width(const struct layers *layers, size_t frame)
{
	double width = 0;

	for (size_t i = 0; i < layers->n_items; i += run_of(layers, i)) {
		if (layers->items[layers->order[i]].frame == frame)
			width = fmax(width, run_width(layers, i, run_of(layers, i)));
	}
	return width;
}

static struct band band_of(const struct layers *layers, size_t frame)
{
	const struct picture *picture = layers->scene->picture;
	struct band band = {0};

	for (size_t f = 0; f < picture->n_frames; f++) {
		double title = text_width(picture->frames[f].title, TEXT_NAME, false), width = frame_width(layers, f);

		if (f == frame)
			return (struct band){band.w, width};
		band.w += fmax(width, title) + 2 * FRAME_PAD + GAP_X;
	}
	band.w = fmax(frame_width(layers, PICTURE_NO_FRAME), band.w - 2 * FRAME_PAD - GAP_X);
	return band;
}

/* struct heap - neighbours that push each other: all want to be at @sum / @n, when what is left of them is subtracted
 */
struct heap {
	double sum;
	size_t n;
};

/*
 * Each as near as possible to where it wants to be, but in order, apart, and in its band: neighbours that would overlap
 * become one heap, around the middle of what they want.
 */
static void run_place(struct layers *layers, size_t first, size_t n)
{
	struct band band = band_of(layers, layers->items[layers->order[first]].frame);
	struct heap *heaps = vs_xcalloc(n, sizeof(*heaps));
	double left = 0, width = run_width(layers, first, n);
	size_t n_heaps = 0;

	for (size_t i = first; i < first + n; i++) {
		const struct item *item = &layers->items[layers->order[i]];

		heaps[n_heaps++] = (struct heap){item->key - item->port - left, 1};
		left += item->w + GAP_X;
		while (n_heaps > 1 && heaps[n_heaps - 2].sum * (double)heaps[n_heaps - 1].n >=
					      heaps[n_heaps - 1].sum * (double)heaps[n_heaps - 2].n) {
			n_heaps--;
			heaps[n_heaps - 1].sum += heaps[n_heaps].sum;
			heaps[n_heaps - 1].n += heaps[n_heaps].n;
		}
	}
	left = 0;
	for (size_t h = 0, i = first; h < n_heaps; h++) {
		double at = heaps[h].sum / (double)heaps[h].n;

		at = fmax(band.x, fmin(at, band.x + band.w - width));
		for (size_t k = 0; k < heaps[h].n; k++, i++) {
			struct item *item = &layers->items[layers->order[i]];

			item->x = at + left;
			left += item->w + GAP_X;
		}
	}
	free(heaps);
}

static void runs_place(struct layers *layers)
{
	for (size_t i = 0; i < layers->n_items; i += run_of(layers, i))
		run_place(layers, i, run_of(layers, i));
}

/* At first: packed in the middle of the band. */
static void runs_center(struct layers *layers)
{
	for (size_t i = 0; i < layers->n_items; i += run_of(layers, i)) {
		size_t n = run_of(layers, i);
		struct band band = band_of(layers, layers->items[layers->order[i]].frame);
		double x = band.x + (band.w - run_width(layers, i, n)) / 2;

		for (size_t k = i; k < i + n; k++) {
			struct item *item = &layers->items[layers->order[k]];

			item->x = x;
			x += item->w + GAP_X;
		}
	}
}

static void items_place(struct layers *layers)
{
	layers->order = vs_xcalloc(layers->n_items, sizeof(*layers->order));
	for (size_t i = 0; i < layers->n_items; i++) {
		const struct item *item = &layers->items[i];

		layers->order[i] = i;
		layers->items[i].key = item->rack == SIZE_MAX ? (double)i : (double)layers->scene->racks[i].level;
	}
	items_sort(layers);
	runs_center(layers);
	for (int sweep = 0; sweep < SWEEPS; sweep++) {
		keys_set(layers, sweep % 2 == 0);
		items_sort(layers);
		runs_center(layers);
	}
	for (int sweep = 0; sweep < SWEEPS; sweep++) {
		keys_set(layers, sweep % 2 == 0);
		runs_place(layers);
	}
}

/* --- from above to below -------------------------------------------------------------------------------------- */

static void heights_place(struct layers *layers)
{
	bool framed = layers->scene->picture->n_frames;
	double y = 0, *far = vs_xcalloc(layers->n_layers, sizeof(*far));

	layers->top = vs_xcalloc(layers->n_layers, sizeof(*layers->top));
	layers->height = vs_xcalloc(layers->n_layers, sizeof(*layers->height));
	for (size_t i = 0; i < layers->scene->n_racks; i++) {
		double *height = &layers->height[layers->items[i].layer];

		*height = fmax(*height, layers->scene->racks[i].h);
	}
	for (size_t i = 0; i < layers->n_hops; i++) {
		const struct item *up = &layers->items[layers->hops[i].up],
				  *down = &layers->items[layers->hops[i].down];

		far[up->layer] = fmax(far[up->layer], fabs(up->x + up->port - down->x - down->port));
	}
	for (size_t i = 0; i < layers->n_layers; i++) {
		layers->top[i] = y;
		y += layers->height[i] + fmin(GAP_Y + far[i] * GAP_SLOPE, GAP_Y_MAX) +
		     (framed ? FRAME_PAD + FRAME_TITLE / 2 : 0);
	}
	free(far);
	for (size_t i = 0; i < layers->scene->n_racks; i++)
		layers->scene->racks[i].at = (struct point){layers->items[i].x, layers->top[layers->items[i].layer]};
}

static void straight(struct path *path, double x, double y)
{
	struct point from = path->points[path->n - 1];

	path_add(path, from.x + (x - from.x) / 3, from.y + (y - from.y) / 3);
	path_add(path, from.x + (x - from.x) * 2 / 3, from.y + (y - from.y) * 2 / 3);
	path_add(path, x, y);
}

/* Straight down past what else stands in the layer, then over to the next one. */
static void hop_draw(struct layers *layers, const struct hop *hop)
{
	struct scene *scene = layers->scene;
	const struct item *up = &layers->items[hop->up], *down = &layers->items[hop->down];
	struct path *path = &scene->wires[hop->wire];
	double x0 = up->x + up->port, x1 = down->x + down->port;
	double bottom = layers->top[up->layer] + layers->height[up->layer], top = layers->top[down->layer];
	double bend = (top - bottom) / 2;

	path->curve = true;
	if (hop->first)
		path_add(path, x0, layers->top[up->layer] + scene->racks[up->rack].h);
	if (path->points[path->n - 1].y < bottom)
		straight(path, x0, bottom);
	path_add(path, x0, bottom + bend);
	path_add(path, x1, top - bend);
	path_add(path, x1, top);
}

/* How often wires cross. */
static size_t crossings(const struct layers *layers)
{
	size_t n = 0;

	for (size_t i = 0; i < layers->n_hops; i++) {
		const struct item *a = &layers->items[layers->hops[i].up], *b = &layers->items[layers->hops[i].down];

		for (size_t k = 0; k < i; k++) {
			const struct item *c = &layers->items[layers->hops[k].up];
			const struct item *d = &layers->items[layers->hops[k].down];

			n += a->layer == c->layer && (a->x - c->x) * (b->x - d->x) < 0;
		}
	}
	return n;
}

/* Take dot's places when they are better. Return: 0 or dot's error. */
static int items_improve(struct layers *layers)
{
	size_t before = layers->scene->picture->n_frames ? 0 : crossings(layers);
	double *own = vs_xcalloc(layers->n_items, sizeof(*own));
	int error;

	for (size_t i = 0; i < layers->n_items; i++)
		own[i] = layers->items[i].x;
	error = before ? layers_ask_dot(layers) : 0;
	for (size_t i = 0; before && (error || crossings(layers) >= before) && i < layers->n_items; i++)
		layers->items[i].x = own[i];
	free(own);
	return error;
}

int scene_place(struct scene *scene)
{
	struct layers layers = {.scene = scene};
	int error = 0;

	for (size_t i = 0; i < scene->n_racks; i++) {
		const struct rack *rack = &scene->racks[i];

		item_add(&layers, (struct item){.rack = i, .frame = rack->frame, .w = rack->w, .port = rack->bar / 2});
	}
	if (layers.n_items) {
		layers_assign(&layers);
		hops_make(&layers);
		items_place(&layers);
		error = items_improve(&layers);
		heights_place(&layers);
	}
	for (size_t i = 0; i < layers.n_hops; i++)
		hop_draw(&layers, &layers.hops[i]);
	free(layers.items);
	free(layers.hops);
	free(layers.order);
	free(layers.top);
	free(layers.height);
	return error == -ENOENT ? 0 : error;
}
