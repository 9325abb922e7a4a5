/* SPDX-License-Identifier: GPL-2.0-only */
/* ascii.c - a picture for a terminal: each switch as a box with its ports at the right */
#include <stdlib.h>
#include <string.h>

#include "common/xalloc.h"
#include "vsctl/picture/picture.h"

/*
 *	┌ core ───────────┐
 *	│         VLAN 10 ├─── web eth0 10.0.10.1/24
 *	│     trunk 10,20 ╞═══ floor1
 *	│         VLAN 10 ├┄┄┄ VNI 5010, to 192.0.2.2
 *	└─────────────────┘
 *
 * Nothing is wider than COLUMNS; what does not fit goes on in the next line.
 */
#define COLUMNS 100
#define BAR_MIN 12
#define BAR_MAX 40
#define NAMES_MAX 34

/* Characters, not bytes. */
static size_t columns_of(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

static void put_times(FILE *out, const char *text, size_t n)
{
	while (n--)
		fputs(text, out);
}

/* At least @width columns wide. */
static void put_padded(FILE *out, const char *text, size_t width)
{
	size_t n = columns_of(text);

	fputs(text, out);
	put_times(out, " ", n < width ? width - n : 0);
}

/* The box at the other end of the wire, or SIZE_MAX when the wire does not end at @box. */
static size_t far_end(const struct picture_wire *wire, size_t box, size_t *end)
{
	*end = wire->box[0] == box ? 0 : 1;
	return wire->box[*end] == box ? wire->box[!*end] : SIZE_MAX;
}

static const char *cable_of(const struct picture_wire *wire)
{
	if (wire->state == PICTURE_DOWN || wire->state == PICTURE_UNPLUGGED)
		return "├╳╳╳";
	return wire->kind == PICTURE_TUNNEL ? "├┄┄┄" : wire->tagged ? "╞═══" : "├───";
}

static char *vlans_of(const struct picture_wire *wire)
{
	return vs_xasprintf("%s%s",
			    !*wire->text || !strncmp(wire->text, "QinQ", 4) ? ""
			    : wire->access				    ? "VLAN "
									    : "trunk ",
			    wire->text);
}

/* "web eth0", "floor1", "vxlan": whom the wire leads to. */
static char *far_name(const struct picture *picture, const struct picture_wire *wire, size_t far, size_t end)
{
	const struct lab_end *at = wire->ends[!end];

	if (picture->boxes[far].kind == PICTURE_UNDERLAY)
		return vs_xasprintf("%s over the underlay", wire->note);
	return vs_xasprintf("%s%s%s", picture->boxes[far].name, at && at->kind == LAB_END_NODE ? ":" : "",
			    at && at->kind == LAB_END_NODE ? at->device : "");
}

/* What more there is to say of it: words, to be broken between. */
static char *far_words(const struct picture *picture, const struct picture_wire *wire, size_t far, size_t end)
{
	const struct picture_box *box = &picture->boxes[far];
	const struct lab_end *at = wire->ends[!end];
	const char *state = picture_state_word(wire->state);
	char *text = NULL;
	size_t size;
	FILE *out = vs_xcheck(open_memstream(&text, &size));

	if (*state)
		fprintf(out, "(%s) ", state);
	if (box->kind < PICTURE_SWITCH)
		fprintf(out, "%s ", lab_node_kind_name((enum lab_node_kind)box->kind));
	if (at && at->kind == LAB_END_NODE) {
		for (size_t i = 0; i < at->ip.n; i++)
			fprintf(out, "%s ", at->ip.items[i].text);
	}
	for (size_t i = 0; i < box->n_lines && (box->kind == PICTURE_REMOTE || box->kind == PICTURE_DEVICE); i++)
		fprintf(out, "%s ", box->lines[i].text);
	fclose(out);
	return text;
}

/* struct bar - a switch being drawn: the inside of its box, and how wide the names at its ports are */
struct bar {
	size_t width, names;
};

static void port_put(const struct bar *bar, const char *vlans, const char *cable, const char *name, char *words,
		     FILE *out)
{
	size_t at = bar->width + 8 + bar->names, left = columns_of(vlans);
	char *save;

	fputs("│ ", out);
	put_times(out, " ", left < bar->width - 2 ? bar->width - 2 - left : 0);
	fprintf(out, "%s %s ", vlans, cable);
	put_padded(out, name, *words ? bar->names : 0);
	left = columns_of(name) > bar->names ? at + columns_of(name) - bar->names : at;
	for (char *word = strtok_r(words, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		if (left + 1 + columns_of(word) > COLUMNS) {
			fputs("\n│", out);
			put_times(out, " ", bar->width);
			fputs("│     ", out);
			put_times(out, " ", bar->names);
			left = at;
		}
		fprintf(out, " %s", word);
		left += 1 + columns_of(word);
	}
	fputc('\n', out);
}

static struct bar bar_measure(const struct picture *picture, size_t box)
{
	struct bar bar = {.width = columns_of(picture->boxes[box].name) + 4};

	if (bar.width < BAR_MIN)
		bar.width = BAR_MIN;
	for (size_t i = 0; i < picture->n_wires; i++) {
		size_t end, far = far_end(&picture->wires[i], box, &end), n;
		char *text;

		if (far == SIZE_MAX)
			continue;
		text = vlans_of(&picture->wires[i]);
		n = columns_of(text) + 2;
		bar.width = n > bar.width ? n : bar.width;
		free(text);
		text = far_name(picture, &picture->wires[i], far, end);
		n = columns_of(text);
		if (n <= NAMES_MAX && n > bar.names)
			bar.names = n;
		free(text);
	}
	return bar;
}

static void switch_put(const struct picture *picture, size_t box, FILE *out)
{
	const struct picture_box *it = &picture->boxes[box];
	struct bar bar = bar_measure(picture, box);
	size_t name = columns_of(it->name);

	fprintf(out, "┌ %s ", it->name);
	put_times(out, "─", bar.width - name - 2);
	fputs("┐", out);
	for (size_t i = 0; i < it->n_lines; i++)
		fprintf(out, "%s%s", i ? ", " : " ", it->lines[i].text);
	fputc('\n', out);
	for (size_t i = 0; i < picture->n_wires; i++) {
		const struct picture_wire *wire = &picture->wires[i];
		size_t end, far = far_end(wire, box, &end);
		char *vlans, *name_there, *words;

		if (far == SIZE_MAX)
			continue;
		vlans = vlans_of(wire);
		name_there = far_name(picture, wire, far, end);
		words = far_words(picture, wire, far, end);
		port_put(&bar, vlans, cable_of(wire), name_there, words, out);
		free(vlans);
		free(name_there);
		free(words);
	}
	fputs("└", out);
	put_times(out, "─", bar.width);
	fputs("┘\n", out);
}

/* Cables from node to node are at no switch, and nodes without any at nothing. */
static void rest_put(const struct picture *picture, size_t frame, FILE *out)
{
	for (size_t i = 0; i < picture->n_boxes; i++) {
		const struct picture_box *box = &picture->boxes[i];
		bool wired = false;

		for (size_t k = 0; k < picture->n_wires; k++) {
			const struct picture_wire *wire = &picture->wires[k];

			wired = wired || wire->box[0] == i || wire->box[1] == i;
			if (wire->box[0] == i && box->frame == frame && box->kind < PICTURE_SWITCH)
				fprintf(out, "%s:%s ─── %s:%s\n", box->name, wire->ends[0]->device,
					picture->boxes[wire->box[1]].name, wire->ends[1]->device);
		}
		if (!wired && box->frame == frame && box->kind < PICTURE_SWITCH)
			fprintf(out, "%s (no link)\n", box->name);
	}
}

void picture_ascii(const struct picture *picture, FILE *out)
{
	fprintf(out, "%s%s%s\n", picture->lab->name, picture->lab->title ? ": " : "",
		picture->lab->title ? picture->lab->title : "");
	for (size_t f = 0; f <= picture->n_frames; f++) {
		size_t frame = f < picture->n_frames ? f : PICTURE_NO_FRAME;

		if (frame != PICTURE_NO_FRAME) {
			size_t n = columns_of(picture->frames[f].title) + 4;

			fprintf(out, "\n══ %s ", picture->frames[f].title);
			put_times(out, "═", n < COLUMNS ? COLUMNS - n : 0);
			fputc('\n', out);
		}
		for (size_t i = 0; i < picture->n_boxes; i++) {
			if (picture->boxes[i].kind == PICTURE_SWITCH && picture->boxes[i].frame == frame) {
				fputc('\n', out);
				switch_put(picture, i, out);
			}
		}
		rest_put(picture, frame, out);
	}
}
