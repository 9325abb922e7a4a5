/* SPDX-License-Identifier: GPL-2.0-only */
/* scene.c - what follows once the racks stand: coordinates of all, the ends of wires, frames, room for labels */
#include "vsctl/picture/scene.h"

#include <math.h>
#include <stdlib.h>

#include "common/xalloc.h"

#define LABEL_PAD 6.0
#define LABEL_HEIGHT 15.0
#define SPLINE_STEPS 16

/* --- paths ---------------------------------------------------------------------------------------------------- */

void path_add(struct path *path, double x, double y)
{
	path->points = vs_xrealloc(path->points, (path->n + 1) * sizeof(*path->points));
	path->points[path->n++] = (struct point){x, y};
}

static struct point cubic(const struct point *p, double t)
{
	double u = 1 - t, a = u * u * u, b = 3 * u * u * t, c = 3 * u * t * t, d = t * t * t;

	return (struct point){a * p[0].x + b * p[1].x + c * p[2].x + d * p[3].x,
			      a * p[0].y + b * p[1].y + c * p[2].y + d * p[3].y};
}

/* A curve as many short straight pieces; a path of corners as it is. */
static struct path flattened(const struct path *path)
{
	struct path flat = {0};

	for (size_t i = 0; !path->curve && i < path->n; i++)
		path_add(&flat, path->points[i].x, path->points[i].y);
	for (size_t i = 0; path->curve && i + 3 < path->n; i += 3) {
		for (int k = i ? 1 : 0; k <= SPLINE_STEPS; k++) {
			struct point p = cubic(&path->points[i], (double)k / SPLINE_STEPS);

			path_add(&flat, p.x, p.y);
		}
	}
	return flat;
}

struct point path_point(const struct path *path, double t)
{
	struct path flat = flattened(path);
	double length = 0, left;
	struct point found = flat.points[flat.n - 1];

	for (size_t i = 1; i < flat.n; i++)
		length += hypot(flat.points[i].x - flat.points[i - 1].x, flat.points[i].y - flat.points[i - 1].y);
	left = length * t;
	for (size_t i = 1; i < flat.n; i++) {
		struct point a = flat.points[i - 1], b = flat.points[i];
		double piece = hypot(b.x - a.x, b.y - a.y);

		if (piece > 0 && left <= piece) {
			found = (struct point){a.x + (b.x - a.x) * left / piece, a.y + (b.y - a.y) * left / piece};
			break;
		}
		left -= piece;
	}
	free(flat.points);
	return found;
}

/* --- ends of wires -------------------------------------------------------------------------------------------- */

/* struct meeting - wire @wire meets a rack's upper or lower edge and comes from @from */
struct meeting {
	struct path *path;
	bool first;
	double from;
};

static int meeting_compare(const void *a, const void *b)
{
	const struct meeting *x = a, *y = b;

	return (x->from > y->from) - (x->from < y->from);
}

static size_t meetings_find(struct scene *scene, const struct rack *rack, bool top, struct meeting *found)
{
	size_t n = 0;

	for (size_t i = 0; i < scene->picture->n_wires; i++) {
		const struct picture_wire *wire = &scene->picture->wires[i];
		struct path *path = &scene->wires[i];

		for (size_t e = 0; scene_wire_outside(scene, i) && e < 2; e++) {
			const struct rack *own = &scene->racks[scene->rack_of[wire->box[e]]];
			const struct rack *far = &scene->racks[scene->rack_of[wire->box[!e]]];
			bool lower = own->level > far->level;

			if (own == rack && lower == top)
				found[n++] = (struct meeting){path, !lower,
							      path->points[lower ? path->n - 2 : 1].x +
								      (far->at.x + far->bar / 2) / 1000};
		}
	}
	return n;
}

/* Wires that meet a bar's edge share its width, in the order in which they come. */
static void ends_spread(struct scene *scene, const struct rack *rack, bool top)
{
	struct meeting *found = vs_xcalloc(scene->picture->n_wires * 2, sizeof(*found));
	size_t n = meetings_find(scene, rack, top, found);

	qsort(found, n, sizeof(*found), meeting_compare);
	for (size_t i = 0; i < n; i++) {
		struct path *path = found[i].path;
		size_t end = found[i].first ? 0 : path->n - 1;
		double x = rack->at.x + rack->bar * (double)(i + 1) / (double)(n + 1);

		double old = path->points[end].x;

		for (size_t k = end; k < path->n && path->points[k].x == old; k = found[i].first ? k + 1 : k - 1)
			path->points[k].x = x;
	}
	free(found);
}

/* --- frames --------------------------------------------------------------------------------------------------- */

static void frames_place(struct scene *scene)
{
	for (size_t f = 0; f < scene->picture->n_frames; f++) {
		double x0 = INFINITY, y0 = INFINITY, x1 = -INFINITY, y1 = -INFINITY;
		double title = text_width(scene->picture->frames[f].title, TEXT_NAME, false) + 2 * FRAME_PAD;

		for (size_t i = 0; i < scene->n_racks; i++) {
			const struct rack *rack = &scene->racks[i];

			if (rack->frame != f)
				continue;
			x0 = fmin(x0, rack->at.x - FRAME_PAD);
			y0 = fmin(y0, rack->at.y - FRAME_PAD - FRAME_TITLE);
			x1 = fmax(x1, rack->at.x + rack->w + FRAME_PAD);
			y1 = fmax(y1, rack->at.y + rack->h + FRAME_PAD);
		}
		if (x1 > x0)
			scene->frames[f] = (struct rect){x0, y0, fmax(x1 - x0, title), y1 - y0};
	}
}

/* --- labels --------------------------------------------------------------------------------------------------- */

static bool overlap(const struct rect *a, const struct rect *b)
{
	return a->x < b->x + b->w && b->x < a->x + a->w && a->y < b->y + b->h && b->y < a->y + a->h;
}

/* Whether nothing is where a label would stand. */
static bool is_free(const struct scene *scene, size_t wire, const struct rect *at)
{
	if (at->x < 0)
		return false;
	for (size_t i = 0; i < scene->picture->n_boxes; i++) {
		if (overlap(at, &scene->boxes[i]))
			return false;
	}
	for (size_t i = 0; i < scene->picture->n_frames; i++) {
		struct rect title = scene->frames[i];

		title.h = FRAME_TITLE;
		if (overlap(at, &title))
			return false;
	}
	for (size_t i = 0; i < wire; i++) {
		if (scene->labels[i].text && overlap(at, &scene->labels[i].at))
			return false;
	}
	return true;
}

/* In the middle of the wire, or as near to it as there is room; a wire without any has no label: its color remains. */
static void label_place(struct scene *scene, size_t wire)
{
	static const double places[] = {.6, .68, .52, .76, .44, .84, .36, .28, .2, .12};
	char *text = picture_wire_label(&scene->picture->wires[wire]);
	double w = text_width(text, TEXT_SMALL, true) + 2 * LABEL_PAD;

	for (size_t i = 0; *text && i < sizeof(places) / sizeof(places[0]); i++) {
		struct point p = path_point(&scene->wires[wire], places[i]);
		struct rect at = {p.x - w / 2, p.y - LABEL_HEIGHT / 2, w, LABEL_HEIGHT};

		if (is_free(scene, wire, &at)) {
			scene->labels[wire] = (struct label){text, at};
			return;
		}
	}
	free(text);
}

/* --- the whole ------------------------------------------------------------------------------------------------ */

static void reach(struct scene *scene, struct point p)
{
	scene->w = fmax(scene->w, p.x);
	scene->h = fmax(scene->h, p.y);
}

/* Move all so that it begins at 0, and measure it. */
static void scene_measure(struct scene *scene)
{
	struct point least = {INFINITY, INFINITY};

	for (size_t i = 0; i < scene->n_racks; i++) {
		bool framed = scene->racks[i].frame != PICTURE_NO_FRAME;

		least.x = fmin(least.x, scene->racks[i].at.x - (framed ? FRAME_PAD : 0));
		least.y = fmin(least.y, scene->racks[i].at.y - (framed ? FRAME_PAD + FRAME_TITLE : 0));
	}
	for (size_t i = 0; i < scene->picture->n_wires; i++) {
		struct path flat = flattened(&scene->wires[i]);

		for (size_t k = 0; scene_wire_outside(scene, i) && k < flat.n; k++)
			least.x = fmin(least.x, flat.points[k].x - 4);
		free(flat.points);
	}
	for (size_t i = 0; i < scene->n_racks; i++) {
		scene->racks[i].at.x -= least.x;
		scene->racks[i].at.y -= least.y;
	}
	for (size_t i = 0; i < scene->picture->n_wires; i++) {
		for (size_t k = 0; scene_wire_outside(scene, i) && k < scene->wires[i].n; k++) {
			scene->wires[i].points[k].x -= least.x;
			scene->wires[i].points[k].y -= least.y;
		}
	}
}

void scene_finish(struct scene *scene)
{
	const struct picture *picture = scene->picture;

	for (size_t i = 0; i < scene->n_racks; i++) {
		ends_spread(scene, &scene->racks[i], true);
		ends_spread(scene, &scene->racks[i], false);
	}
	scene_measure(scene);
	for (size_t i = 0; i < picture->n_boxes; i++) {
		scene->boxes[i].x += scene->racks[scene->rack_of[i]].at.x;
		scene->boxes[i].y += scene->racks[scene->rack_of[i]].at.y;
		reach(scene,
		      (struct point){scene->boxes[i].x + scene->boxes[i].w, scene->boxes[i].y + scene->boxes[i].h});
	}
	frames_place(scene);
	for (size_t i = 0; i < picture->n_frames; i++)
		reach(scene,
		      (struct point){scene->frames[i].x + scene->frames[i].w, scene->frames[i].y + scene->frames[i].h});
	for (size_t i = 0; i < picture->n_wires; i++) {
		const struct rack *rack = &scene->racks[scene->rack_of[picture->wires[i].box[0]]];
		struct path *path = &scene->wires[i];
		bool outside = scene_wire_outside(scene, i);

		for (size_t k = 0; k < path->n; k++) {
			if (!outside) {
				path->points[k].x += rack->at.x;
				path->points[k].y += rack->at.y;
			}
			reach(scene, path->points[k]);
		}
	}
	for (size_t i = 0; i < picture->n_wires; i++) {
		if (!scene_wire_outside(scene, i))
			continue;
		label_place(scene, i);
		if (scene->labels[i].text)
			reach(scene, (struct point){scene->labels[i].at.x + scene->labels[i].at.w, 0});
	}
}
