/* SPDX-License-Identifier: GPL-2.0-only */
/* rack.c - a switch with the nodes that hang on it alone: their places and wires, relative to the rack */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/xalloc.h"
#include "vsctl/picture/scene.h"

#define PAD_X 10.0
#define PAD_Y 8.0
#define ICON 20.0
#define BAR_MIN 64.0
#define GAP_BAR 40.0	/* between the bar and the first column */
#define GAP_COLUMN 22.0 /* between columns, without the wires in between */
#define GAP_ROW 10.0
#define LANE 13.0 /* between wires above a row; their ports' texts stand at the bar */
#define DROP 7.0  /* between wires that go down between two columns */
#define ROWS_MIN 4

/* --- sizes ---------------------------------------------------------------------------------------------------- */

static double lines_width(const struct picture_box *box)
{
	double width = 0;

	for (size_t i = 0; i < box->n_lines; i++)
		width = fmax(width, text_width(box->lines[i].text, TEXT_LINE, true));
	return width;
}

static struct rect box_size(const struct picture_box *box)
{
	bool icon = box->kind != PICTURE_SWITCH;
	double name = text_width(box->name, TEXT_NAME, false) + (icon ? ICON : 0);

	return (struct rect){.w = fmax(name, lines_width(box)) + 2 * PAD_X,
			     .h = 2 * PAD_Y + LINE_HEIGHT * (double)(1 + box->n_lines) + (box->n_lines ? 2 : 0)};
}

/* Where a wire meets a box with lines: beside the line that is about it. */
static double line_y(const struct picture_box *box, size_t wire)
{
	for (size_t i = 0; i < box->n_lines; i++) {
		if (box->lines[i].wire == wire)
			return PAD_Y + 2 + LINE_HEIGHT * ((double)i + 1.5);
	}
	return PAD_Y + LINE_HEIGHT / 2;
}

/* --- who stands with whom ------------------------------------------------------------------------------------- */

/* The switch that all wires of the box lead to; the box itself when there is none. */
static size_t home_of(const struct picture *picture, size_t box)
{
	size_t home = SIZE_MAX;

	if (picture->boxes[box].kind == PICTURE_SWITCH || picture->boxes[box].kind == PICTURE_UNDERLAY)
		return box;
	for (size_t i = 0; i < picture->n_wires; i++) {
		const struct picture_wire *wire = &picture->wires[i];
		size_t far = wire->box[0] == box ? wire->box[1] : wire->box[0];

		if (wire->box[0] != box && wire->box[1] != box)
			continue;
		if (picture->boxes[far].kind != PICTURE_SWITCH || (home != SIZE_MAX && home != far))
			return box;
		home = far;
	}
	return home == SIZE_MAX ? box : home;
}

static void racks_fill(struct scene *scene)
{
	const struct picture *picture = scene->picture;
	size_t *home = vs_xcalloc(picture->n_boxes, sizeof(*home));

	scene->racks = vs_xcalloc(picture->n_boxes, sizeof(*scene->racks));
	for (size_t i = 0; i < picture->n_boxes; i++) {
		home[i] = home_of(picture, i);
		if (home[i] == i) {
			scene->rack_of[i] = scene->n_racks;
			scene->racks[scene->n_racks++] = (struct rack){.main = i, .frame = picture->boxes[i].frame};
		}
	}
	for (size_t i = 0; i < picture->n_boxes; i++) {
		struct rack *rack = &scene->racks[scene->rack_of[home[i]]];

		if (home[i] == i)
			continue;
		scene->rack_of[i] = scene->rack_of[home[i]];
		rack->stubs = vs_xrealloc(rack->stubs, (rack->n_stubs + 1) * sizeof(*rack->stubs));
		rack->stubs[rack->n_stubs++] = i;
	}
	free(home);
}

/* --- one rack ------------------------------------------------------------------------------------------------- */

static size_t wires_of(const struct picture *picture, size_t box)
{
	size_t n = 0;

	for (size_t i = 0; i < picture->n_wires; i++)
		n += picture->wires[i].box[0] == box || picture->wires[i].box[1] == box;
	return n;
}

/* Width of the texts at the ports, which stand inside the bar. */
static double ports_width(const struct scene *scene, const struct rack *rack)
{
	double width = 0;

	for (size_t i = 0; i < scene->picture->n_wires; i++) {
		const struct picture_wire *wire = &scene->picture->wires[i];

		if (wire->box[0] == rack->main && !scene_wire_outside(scene, i))
			width = fmax(width, text_width(wire->text, TEXT_SMALL, true));
	}
	return width;
}

/*
 * One row, from @y down. Wires to the second column and further run above the row, the farthest on top, and go down in
 * front of their box, so that no two of them cross. Return: the row's height.
 */
static double row_place(struct scene *scene, struct rack *rack, size_t row, size_t columns, const double *x, double y)
{
	const struct picture *picture = scene->picture;
	size_t first = row * columns, last = first + columns < rack->n_stubs ? first + columns : rack->n_stubs;
	size_t lanes = 0, lane = 0;
	double height = 0, top;

	for (size_t s = first + 1; s < last; s++)
		lanes += wires_of(picture, rack->stubs[s]);
	top = y + LANE * (double)lanes;
	for (size_t s = last; s-- > first;) {
		size_t box = rack->stubs[s], drops = wires_of(picture, box), drop = 0;
		struct rect *at = &scene->boxes[box];

		at->x = x[s - first];
		at->y = top;
		height = fmax(height, at->h);
		for (size_t i = 0; i < picture->n_wires; i++) {
			const struct picture_wire *wire = &picture->wires[i];
			double end = top + line_y(&picture->boxes[box], i);

			if (wire->box[0] != box && wire->box[1] != box)
				continue;
			if (s == first) {
				path_add(&scene->wires[i], rack->bar, end);
			} else {
				double way = y + LANE * ((double)lane++ + 0.5);
				double down = at->x - GAP_COLUMN / 2 - DROP * (double)(drops - ++drop);

				path_add(&scene->wires[i], rack->bar, way);
				path_add(&scene->wires[i], down, way);
				path_add(&scene->wires[i], down, end);
			}
			path_add(&scene->wires[i], at->x, end);
		}
	}
	return height + LANE * (double)lanes;
}

static size_t rows_for(size_t stubs)
{
	size_t rows = (size_t)ceil(sqrt((double)stubs * 2));

	return stubs <= ROWS_MIN ? stubs : rows < ROWS_MIN ? ROWS_MIN : rows;
}

/* Where each column begins. Return: where the last one ends. */
static double columns_place(struct scene *scene, struct rack *rack, size_t columns, double *x)
{
	double end = rack->bar + GAP_BAR;

	for (size_t c = 0; c < columns; c++) {
		double width = 0;
		size_t drops = 0;

		for (size_t s = c; s < rack->n_stubs; s += columns) {
			size_t n = wires_of(scene->picture, rack->stubs[s]);

			width = fmax(width, scene->boxes[rack->stubs[s]].w);
			drops = n > drops ? n : drops;
		}
		if (c)
			end += GAP_COLUMN + DROP * (double)(drops ? drops - 1 : 0);
		x[c] = end;
		end += width;
		for (size_t s = c; s < rack->n_stubs; s += columns)
			scene->boxes[rack->stubs[s]].w = width;
	}
	return end;
}

static void rack_place(struct scene *scene, struct rack *rack)
{
	struct rect *bar = &scene->boxes[rack->main];
	double ports = ports_width(scene, rack), y = 0;
	size_t rows = rows_for(rack->n_stubs), columns = rows ? (rack->n_stubs + rows - 1) / rows : 0;
	double *x = vs_xcalloc(columns, sizeof(*x));

	if (scene->picture->boxes[rack->main].kind == PICTURE_SWITCH)
		bar->w = fmax(bar->w, BAR_MIN);
	if (ports > 0)
		bar->w += ports + PAD_X;
	rack->bar = rack->w = bar->w;
	rows = columns ? (rack->n_stubs + columns - 1) / columns : 0;
	if (columns)
		rack->w = columns_place(scene, rack, columns, x);
	for (size_t r = 0; r < rows; r++)
		y += row_place(scene, rack, r, columns, x, y) + (r + 1 < rows ? GAP_ROW : 0);
	rack->h = bar->h = fmax(y, bar->h);
	free(x);
}

/* --- the scene's beginning and end ---------------------------------------------------------------------------- */

bool scene_wire_outside(const struct scene *scene, size_t wire)
{
	const struct picture_wire *it = &scene->picture->wires[wire];

	return scene->rack_of[it->box[0]] != scene->rack_of[it->box[1]];
}

struct scene *scene_make(const struct picture *picture)
{
	struct scene *scene = vs_xcalloc(1, sizeof(*scene));

	scene->picture = picture;
	scene->rack_of = vs_xcalloc(picture->n_boxes, sizeof(*scene->rack_of));
	scene->boxes = vs_xcalloc(picture->n_boxes, sizeof(*scene->boxes));
	scene->frames = vs_xcalloc(picture->n_frames, sizeof(*scene->frames));
	scene->wires = vs_xcalloc(picture->n_wires, sizeof(*scene->wires));
	scene->labels = vs_xcalloc(picture->n_wires, sizeof(*scene->labels));
	for (size_t i = 0; i < picture->n_boxes; i++)
		scene->boxes[i] = box_size(&picture->boxes[i]);
	racks_fill(scene);
	for (size_t i = 0; i < scene->n_racks; i++)
		rack_place(scene, &scene->racks[i]);
	return scene;
}

void scene_free(struct scene *scene)
{
	for (size_t i = 0; i < scene->n_racks; i++)
		free(scene->racks[i].stubs);
	for (size_t i = 0; i < scene->picture->n_wires; i++) {
		free(scene->wires[i].points);
		free(scene->labels[i].text);
	}
	free(scene->racks);
	free(scene->rack_of);
	free(scene->boxes);
	free(scene->frames);
	free(scene->wires);
	free(scene->labels);
	free(scene);
}
