/* SPDX-License-Identifier: GPL-2.0-only */
/* scene.h - a picture with coordinates: racks, where they stand, and the ways of the wires */
#ifndef VS_PICTURE_SCENE_H
#define VS_PICTURE_SCENE_H

/*
 * Most nodes hang on one switch. Drawn one by one, forty of them make a picture forty nodes wide; so a switch stands
 * with its own nodes as one rack: the switch is a bar at the left, its nodes stand in rows at its right, and their
 * wires run in lanes of their own. What has to be laid out are the racks, which are few, and the wires between them.
 * A node that hangs on several switches is a rack by itself.
 *
 *	scene_make()	boxes to racks, each with its size and all that is inside it
 *	scene_order()	who stands above whom
 *	scene_place()	where the racks stand, and the ways of wires between racks, from above to below
 *	scene_finish()	what follows from that: all coordinates, frames, where labels have room
 *
 * Lengths are pixels, y grows downwards.
 */
#include "vsctl/picture/picture.h"

#define TEXT_NAME 13.0 /* font sizes */
#define TEXT_LINE 11.0
#define TEXT_SMALL 10.0
#define LINE_HEIGHT 14.0
#define FRAME_PAD 16.0	 /* between a frame and what is in it */
#define FRAME_TITLE 26.0 /* its title, above that */

struct point {
	double x, y;
};

struct rect {
	double x, y, w, h;
};

/** struct path - @curve: a cubic spline of 1 + 3k points; else corners, to be rounded */
struct path {
	struct point *points;
	size_t n;
	bool curve;
};

/**
 * struct rack - a box with those that hang on it alone
 * @main: the box; @stubs: the others
 * @at: left upper corner; @w, @h: with all the stubs; @bar: width of @main
 * @level: no two are equal; wires run from the smaller, which stands higher, to the greater
 */
struct rack {
	size_t main, *stubs, n_stubs, frame;
	struct point at;
	double w, h, bar;
	size_t level;
};

/** struct label - the text of a wire, where it has room */
struct label {
	char *text;
	struct rect at;
};

/**
 * struct scene - @boxes, @wires, @frames: by their places in the picture; what is in a rack is relative to it at first
 * @rack_of: of each box
 * @labels: of each wire between racks; inside a rack the text stands in the bar
 */
struct scene {
	const struct picture *picture;
	struct rack *racks;
	size_t n_racks, *rack_of;
	struct rect *boxes, *frames;
	struct path *wires;
	struct label *labels;
	double w, h;
};

/** scene_make() - racks with sizes, nothing placed. */
struct scene *scene_make(const struct picture *picture);
void scene_free(struct scene *scene);

/** scene_wire_outside() - whether a wire runs between racks. */
bool scene_wire_outside(const struct scene *scene, size_t wire);

/** scene_order() - the levels of the racks. */
void scene_order(struct scene *scene);

/** scene_place() - the racks and the ways between them. Return: 0; -errno when dot failed, and ours stands. */
int scene_place(struct scene *scene);

/** scene_finish() - all that follows from the places of the racks. */
void scene_finish(struct scene *scene);

/** path_add() / path_point() - append a point; the point at @t of the whole length, 0 to 1. */
void path_add(struct path *path, double x, double y);
struct point path_point(const struct path *path, double t);

/** text_width() - of a text of that size, never less than it will be drawn with; @mono: in the font of fixed width. */
double text_width(const char *text, double size, bool mono);

#endif
