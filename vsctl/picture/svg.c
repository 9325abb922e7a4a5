/* SPDX-License-Identifier: GPL-2.0-only */
/* svg.c - a picture as SVG, for people to look at */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/xalloc.h"
#include "common/xml.h"
#include "vsctl/picture/scene.h"

/*
 * One file that needs nothing else: no script, no font of its own. Text is measured by text_width(), which is never
 * less than what a viewer's font makes of it, and boxes are as wide as their text.
 */
#define MARGIN 28.0
#define CORNER 6.0 /* radius of a wire's corners */
#define ROPE 9.0   /* length of each color in a trunk */
#define TITLE_HEIGHT 44.0
#define LEGEND_ROW 22.0
#define LEGEND_SAMPLE 30.0
#define LEGEND_TEXT 9.6 /* of 11, which is measured in bold */
#define LEGEND_VLANS 30
#define PAGE_MIN 420.0

static const char *const state_fill[] = {"#ffffff", "#2fae5a", "#d64545", "#ffffff"};

/* @attributes: class, fill and the like */
static void put_text_at(FILE *out, double x, double y, const char *attributes, const char *text)
{
	fprintf(out, "<text x=\"%.1f\" y=\"%.1f\" xml:space=\"preserve\" %s>", x, y, attributes);
	vs_xml_text(out, text);
	fputs("</text>\n", out);
}

/* --- wires ---------------------------------------------------------------------------------------------------- */

/* A corner is cut on both sides of it, by no more than half of the shorter side, and a curve goes around it. */
static void put_corner(FILE *out, struct point a, struct point b, struct point c)
{
	double in = hypot(b.x - a.x, b.y - a.y), behind = hypot(c.x - b.x, c.y - b.y);
	double cut = fmin(CORNER, fmin(in, behind) / 2);

	if (in <= 0 || behind <= 0)
		return;
	fprintf(out, "L%.1f %.1fQ%.1f %.1f %.1f %.1f", b.x + (a.x - b.x) * cut / in, b.y + (a.y - b.y) * cut / in, b.x,
		b.y, b.x + (c.x - b.x) * cut / behind, b.y + (c.y - b.y) * cut / behind);
}

static char *path_text(const struct path *path)
{
	const struct point *p = path->points;
	char *text = NULL;
	size_t size;
	FILE *out = vs_xcheck(open_memstream(&text, &size));

	fprintf(out, "M%.1f %.1f", p[0].x, p[0].y);
	for (size_t i = 1; path->curve && i + 2 < path->n; i += 3)
		fprintf(out, "C%.1f %.1f %.1f %.1f %.1f %.1f", p[i].x, p[i].y, p[i + 1].x, p[i + 1].y, p[i + 2].x,
			p[i + 2].y);
	for (size_t i = 1; !path->curve && i < path->n; i++) {
		if (i + 1 < path->n)
			put_corner(out, p[i - 1], p[i], p[i + 1]);
		else
			fprintf(out, "L%.1f %.1f", p[i].x, p[i].y);
	}
	fclose(out);
	return text;
}

static void put_stroke(FILE *out, const char *d, const char *color, double width, const char *more)
{
	fprintf(out, "<path d=\"%s\" stroke=\"%s\" stroke-width=\"%.1f\"%s/>\n", d, color, width, more);
}

/* A trunk is a rope: its VLANs' colors one after the other. */
static void put_rope(FILE *out, const struct picture *picture, const struct picture_wire *wire, const char *d)
{
	size_t n = wire->n_vlans < PICTURE_COLORS ? wire->n_vlans : PICTURE_COLORS;

	put_stroke(out, d, "#22303c", 5.6, "");
	for (size_t i = 0; i < n; i++) {
		char *dash = n > 1 ? vs_xasprintf(" stroke-dasharray=\"%.0f %.0f\" stroke-dashoffset=\"%.0f\"", ROPE,
						  ROPE * (double)(n - 1), -ROPE * (double)i)
				   : vs_xstrdup("");

		put_stroke(out, d, picture_color(picture, wire->vlans[i]), 3.6, dash);
		free(dash);
	}
}

static void put_wire(FILE *out, const struct picture *picture, const struct picture_wire *wire, const char *d)
{
	bool off = wire->state == PICTURE_DOWN || wire->state == PICTURE_UNPLUGGED;

	if (off)
		put_stroke(out, d, "#b6bec6", 2.2, " stroke-dasharray=\"2 5\" stroke-linecap=\"round\"");
	else if (wire->kind == PICTURE_TUNNEL)
		put_stroke(out, d, picture_wire_color(picture, wire), 2.4, " stroke-dasharray=\"8 5\"");
	else if (wire->tagged && wire->n_vlans)
		put_rope(out, picture, wire, d);
	else if (wire->tagged)
		put_stroke(out, d, picture_wire_color(picture, wire), 4.6, "");
	else
		put_stroke(out, d, picture_wire_color(picture, wire), 2.2, "");
}

/* A port: a dot where the wire meets a switch, filled with what is known of its state. */
static void put_port(FILE *out, const struct scene *scene, size_t i, size_t end)
{
	const struct picture_wire *wire = &scene->picture->wires[i];
	const struct path *path = &scene->wires[i];
	bool outside = scene_wire_outside(scene, i), reversed;
	struct point at;

	if (!path->n || scene->picture->boxes[wire->box[end]].kind != PICTURE_SWITCH)
		return;
	reversed = outside &&
		   scene->racks[scene->rack_of[wire->box[0]]].level > scene->racks[scene->rack_of[wire->box[1]]].level;
	at = path->points[(end == 1) != reversed ? path->n - 1 : 0];
	fprintf(out,
		"<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.4\" fill=\"%s\" stroke=\"#22303c\" stroke-width=\"1.2\"/>\n",
		at.x, at.y, state_fill[wire->state]);
	if (!outside && *wire->text)
		put_text_at(out, at.x - 8, at.y + 3.4, "class=\"s e\" fill=\"#cbd5de\"", wire->text);
}

/* A cross in the middle of what is not joined. */
static void put_cross(FILE *out, const struct path *path)
{
	struct point p = path_point(path, 0.5);

	fprintf(out,
		"<path d=\"M%.1f %.1fl8 8m0 -8l-8 8\" fill=\"none\" stroke=\"#d64545\" stroke-width=\"2\" "
		"stroke-linecap=\"round\"/>\n",
		p.x - 4, p.y - 4);
}

static void put_label(FILE *out, const struct scene *scene, size_t i)
{
	const struct picture_wire *wire = &scene->picture->wires[i];
	const struct label *label = &scene->labels[i];
	const char *color = picture_wire_color(scene->picture, wire);
	char *attributes = vs_xasprintf("class=\"s m\" fill=\"%s\"", color);

	fprintf(out,
		"<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"7\" fill=\"#ffffff\" stroke=\"%s\" "
		"stroke-width=\"1\"/>\n",
		label->at.x, label->at.y, label->at.w, label->at.h, color);
	put_text_at(out, label->at.x + label->at.w / 2, label->at.y + 11, attributes, label->text);
	free(attributes);
}

/* --- boxes ---------------------------------------------------------------------------------------------------- */

/* Icons of 14 by 14, drawn with lines. */
static const char *const icons[PICTURE_BOX_KINDS_N] = {
	[PICTURE_NETNS] =
		"M1.5 7a5.5 5.5 0 1 0 11 0a5.5 5.5 0 1 0 -11 0M1.5 7h11M7 1.5c-4 3.5 -4 7.5 0 11c4 -3.5 4 -7.5 0 -11",
	[PICTURE_CONTAINER] = "M1 4l6 -3l6 3v6l-6 3l-6 -3zM1 4l6 3l6 -3M7 7v6",
	[PICTURE_VM] = "M1 2h12v8h-12zM5 13h4M7 10v3",
	[PICTURE_TAP] = "M1 2h12v8h-12zM5 13h4M7 10v3M4 6h6",
	[PICTURE_ATTACH] = "M4 1v4M10 1v4M2 5h10v2a5 4 0 0 1 -10 0zM7 11v3",
	[PICTURE_DEVICE] = "M1 3h12v7h-12zM4 10v3M7 10v3M10 10v3",
	[PICTURE_REMOTE] = "M3.5 11.5a3 3 0 0 1 0 -6a4 4 0 0 1 7.5 0a3 3 0 0 1 0 6z",
	[PICTURE_UNDERLAY] = "M3.5 11.5a3 3 0 0 1 0 -6a4 4 0 0 1 7.5 0a3 3 0 0 1 0 6z",
};

static void put_icon(FILE *out, double x, double y, enum picture_box_kind kind)
{
	if (icons[kind])
		fprintf(out,
			"<path transform=\"translate(%.1f %.1f)\" d=\"%s\" fill=\"none\" stroke=\"%s\" "
			"stroke-width=\"1.3\" "
			"stroke-linejoin=\"round\"/>\n",
			x, y, icons[kind], picture_looks[kind].line);
}

static void put_rect(FILE *out, const struct rect *at, double radius, const char *fill, const char *line)
{
	fprintf(out,
		"<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"%.0f\" fill=\"%s\" stroke=\"%s\" "
		"stroke-width=\"1.4\"/>\n",
		at->x, at->y, at->w, at->h, radius, fill, line);
}

/* The name in the middle of the bar's height, what else there is to say below it. */
static void put_switch(FILE *out, const struct scene *scene, size_t i)
{
	const struct picture_box *box = &scene->picture->boxes[i];
	const struct rect *at = &scene->boxes[i];
	double y = at->y + at->h / 2 - LINE_HEIGHT * (double)box->n_lines / 2 + 4.5;

	put_rect(out, at, 6, picture_looks[box->kind].fill, picture_looks[box->kind].line);
	put_text_at(out, at->x + 10, y, "class=\"n\" fill=\"#ffffff\"", box->name);
	for (size_t k = 0; k < box->n_lines; k++)
		put_text_at(out, at->x + 10, y + LINE_HEIGHT * (double)(k + 1), "class=\"l\" fill=\"#cbd5de\"",
			    box->lines[k].text);
}

static void put_box(FILE *out, const struct scene *scene, size_t i)
{
	const struct picture_box *box = &scene->picture->boxes[i];
	const struct rect *at = &scene->boxes[i];

	fputs("<g><title>", out);
	vs_xml_text(out, box->name);
	fprintf(out, ": %s</title>\n", picture_looks[box->kind].word);
	if (box->kind == PICTURE_SWITCH) {
		put_switch(out, scene, i);
	} else {
		put_rect(out, at, box->kind >= PICTURE_REMOTE ? 14 : 7, picture_looks[box->kind].fill,
			 picture_looks[box->kind].line);
		put_icon(out, at->x + 9, at->y + 8, box->kind);
		put_text_at(out, at->x + 29, at->y + 19.5, "class=\"n\"", box->name);
		for (size_t k = 0; k < box->n_lines; k++) {
			const char *attributes = box->lines[k].wire == SIZE_MAX && !strchr(box->lines[k].text, '/')
							 ? "class=\"l\" fill=\"#7b8794\""
							 : "class=\"l\"";

			put_text_at(out, at->x + 10, at->y + 21.5 + LINE_HEIGHT * ((double)k + 1), attributes,
				    box->lines[k].text);
		}
	}
	fputs("</g>\n", out);
}

/* --- legend --------------------------------------------------------------------------------------------------- */

/* struct legend - where the next entry goes; with no @out it only measures */
struct legend {
	FILE *out;
	double x, y, left, right;
};

/* Write an entry's text and go on behind it. Return: whether to draw its sample, at @x and the legend's y. */
static bool legend_entry(struct legend *legend, const char *text, double *x)
{
	double width = LEGEND_SAMPLE + 8 + text_width(text, LEGEND_TEXT, false) + 18;

	if (legend->x > legend->left && legend->x + width > legend->right) {
		legend->x = legend->left;
		legend->y += LEGEND_ROW;
	}
	*x = legend->x;
	legend->x += width;
	if (legend->out)
		put_text_at(legend->out, *x + LEGEND_SAMPLE + 8, legend->y + 4, "class=\"k\"", text);
	return legend->out;
}

static void legend_wire(struct legend *legend, const struct picture *picture, const struct picture_wire *like,
			const char *text)
{
	double x;
	char *d;

	if (!legend_entry(legend, text, &x))
		return;
	d = vs_xasprintf("M%.1f %.1fh%.1f", x, legend->y, LEGEND_SAMPLE);
	put_wire(legend->out, picture, like, d);
	free(d);
}

static void legend_box(struct legend *legend, enum picture_box_kind kind)
{
	double x;

	if (!legend_entry(legend, picture_looks[kind].word, &x))
		return;
	put_rect(legend->out, &(struct rect){x + 3, legend->y - 8, 24, 17}, 4, picture_looks[kind].fill,
		 picture_looks[kind].line);
	put_icon(legend->out, x + 8, legend->y - 6.5, kind);
}

static void legend_port(struct legend *legend, enum picture_state state, const char *text)
{
	double x;

	if (!legend_entry(legend, text, &x))
		return;
	fprintf(legend->out,
		"<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"%s\" stroke=\"#22303c\" stroke-width=\"1.2\"/>\n",
		x + LEGEND_SAMPLE / 2, legend->y, state_fill[state]);
}

/* What occurs in the picture, and nothing else. */
static void legend_fill(struct legend *legend, const struct picture *picture)
{
	const struct picture_wire *trunk = NULL, *tunnel = NULL;
	bool up = false, down = false, unplugged = false;

	for (size_t i = 0; i < picture->n_vlans && i < LEGEND_VLANS; i++) {
		char *text = vs_xasprintf("VLAN %" PRId64, picture->vlans[i]);
		struct picture_wire like = {.access = true, .vlans = &picture->vlans[i], .n_vlans = 1};

		legend_wire(legend, picture, &like, text);
		free(text);
	}
	for (size_t i = 0; i < picture->n_wires; i++) {
		const struct picture_wire *wire = &picture->wires[i];

		up = up || wire->state == PICTURE_UP;
		down = down || wire->state == PICTURE_DOWN;
		unplugged = unplugged || wire->state == PICTURE_UNPLUGGED;
		if (wire->kind == PICTURE_TUNNEL)
			tunnel = wire;
		else if (wire->tagged && (!trunk || wire->n_vlans > trunk->n_vlans))
			trunk = wire;
	}
	if (trunk) {
		struct picture_wire like = *trunk;

		like.state = PICTURE_UNKNOWN;
		legend_wire(legend, picture, &like, "trunk");
	}
	if (tunnel)
		legend_wire(legend, picture, &(struct picture_wire){.kind = PICTURE_TUNNEL}, "VXLAN tunnel");
	if (down)
		legend_wire(legend, picture, &(struct picture_wire){.state = PICTURE_DOWN}, "down");
	if (unplugged)
		legend_wire(legend, picture, &(struct picture_wire){.state = PICTURE_UNPLUGGED}, "not plugged in");
	for (int kind = 0; kind < PICTURE_BOX_KINDS_N; kind++) {
		bool is = false;

		for (size_t i = 0; i < picture->n_boxes; i++)
			is = is || (int)picture->boxes[i].kind == kind;
		if (is)
			legend_box(legend, (enum picture_box_kind)kind);
	}
	if (up)
		legend_port(legend, PICTURE_UP, "port up");
	if (down)
		legend_port(legend, PICTURE_DOWN, "port down");
}

/* --- the page ------------------------------------------------------------------------------------------------- */

static void put_frames(FILE *out, const struct scene *scene)
{
	for (size_t i = 0; i < scene->picture->n_frames; i++) {
		const struct rect *at = &scene->frames[i];

		if (at->w <= 0)
			continue;
		put_rect(out, at, 12, "#f6f8fa", "#c3ccd5");
		put_text_at(out, at->x + FRAME_PAD, at->y + 21, "class=\"n\" fill=\"#52606d\"",
			    scene->picture->frames[i].title);
	}
}

static void put_scene(FILE *out, const struct scene *scene)
{
	const struct picture *picture = scene->picture;

	put_frames(out, scene);
	fputs("<g fill=\"none\">\n", out);
	for (size_t i = 0; i < picture->n_wires; i++) {
		char *d = scene->wires[i].n ? path_text(&scene->wires[i]) : NULL;

		if (d)
			put_wire(out, picture, &picture->wires[i], d);
		free(d);
	}
	fputs("</g>\n", out);
	for (size_t i = 0; i < picture->n_boxes; i++)
		put_box(out, scene, i);
	for (size_t i = 0; i < picture->n_wires; i++) {
		enum picture_state state = picture->wires[i].state;

		put_port(out, scene, i, 0);
		put_port(out, scene, i, 1);
		if (scene->wires[i].n && !scene->labels[i].text &&
		    (state == PICTURE_DOWN || state == PICTURE_UNPLUGGED))
			put_cross(out, &scene->wires[i]);
		if (scene->labels[i].text)
			put_label(out, scene, i);
	}
}

static void put_head(FILE *out, double w, double h, const struct lab *lab)
{
	fprintf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\" "
		"fill=\"#22303c\">\n"
		"<title>",
		w, h, w, h);
	vs_xml_text(out, lab->name);
	fputs("</title>\n<style>\n"
	      "text{font-family:Helvetica,Arial,\"Liberation Sans\",\"DejaVu Sans\",sans-serif}\n"
	      ".n{font-size:13px;font-weight:bold}.k{font-size:11px;fill:#22303c}\n"
	      ".l{font-family:\"DejaVu Sans Mono\",Menlo,\"Liberation Mono\",Consolas,monospace;font-size:11px}\n"
	      ".s{font-family:\"DejaVu Sans Mono\",Menlo,\"Liberation Mono\",Consolas,monospace;font-size:10px}\n"
	      ".m{text-anchor:middle}.e{text-anchor:end}\n"
	      "</style>\n",
	      out);
	fprintf(out, "<rect width=\"%.0f\" height=\"%.0f\" fill=\"#ffffff\"/>\n", w, h);
	fprintf(out, "<text x=\"%.0f\" y=\"34\"><tspan style=\"font-size:19px;font-weight:bold\">", MARGIN);
	vs_xml_text(out, lab->name);
	fputs("</tspan>", out);
	if (lab->title) {
		fputs("<tspan dx=\"14\" style=\"font-size:13px\" fill=\"#52606d\">", out);
		vs_xml_text(out, lab->title);
		fputs("</tspan>", out);
	}
	fputs("</text>\n", out);
}

static double title_width(const struct lab *lab)
{
	return text_width(lab->name, 19, false) + (lab->title ? 14 + text_width(lab->title, TEXT_NAME, false) : 0);
}

int picture_svg(const struct picture *picture, FILE *out)
{
	struct scene *scene = scene_make(picture);
	struct legend legend = {.x = MARGIN, .y = 0, .left = MARGIN};
	double w, h, foot;
	int error;

	scene_order(scene);
	error = scene_place(scene);
	scene_finish(scene);
	w = fmax(fmax(scene->w, title_width(picture->lab)), PAGE_MIN) + 2 * MARGIN;
	foot = TITLE_HEIGHT + scene->h + 2 * MARGIN;
	legend.right = w - MARGIN;
	legend_fill(&legend, picture);
	h = foot + legend.y + MARGIN;
	put_head(out, w, h, picture->lab);
	fprintf(out, "<g transform=\"translate(%.1f %.1f)\">\n", (w - scene->w) / 2, TITLE_HEIGHT + MARGIN / 2);
	put_scene(out, scene);
	fputs("</g>\n<g fill=\"none\">\n", out);
	legend = (struct legend){.out = out, .x = MARGIN, .left = MARGIN, .right = w - MARGIN, .y = foot};
	legend_fill(&legend, picture);
	fputs("</g>\n</svg>\n", out);
	scene_free(scene);
	return error;
}
