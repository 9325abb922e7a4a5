/* SPDX-License-Identifier: GPL-2.0-only */
/* formats.c - a picture in the languages of other programs: Graphviz's dot, and mermaid */
#include <stdlib.h>

#include "common/xalloc.h"
#include "vsctl/picture/picture.h"

/* Text inside double quotes; @newline: what stands between lines. */
static void put_quoted(FILE *out, const char *text, bool mermaid)
{
	for (; *text; text++) {
		if (*text == '"' || (*text == '\\' && !mermaid))
			fputs(mermaid ? "#quot;" : *text == '"' ? "\\\"" : "\\\\", out);
		else if (mermaid && (*text == '#' || *text == '<' || *text == '>' || *text == '&'))
			fprintf(out, "#%d;", *text);
		else
			fputc(*text, out);
	}
}

static void put_box_text(FILE *out, const struct picture_box *box, bool mermaid)
{
	put_quoted(out, box->name, mermaid);
	for (size_t i = 0; i < box->n_lines; i++) {
		fputs(mermaid ? "<br/>" : "\\n", out);
		put_quoted(out, box->lines[i].text, mermaid);
	}
}

/* What a wire says, with its state where that is known. */
static char *wire_text(const struct picture_wire *wire)
{
	char *label = picture_wire_label(wire);
	const char *state = picture_state_word(wire->state);
	char *text = vs_xasprintf("%s%s%s", label, *label && *state ? ", " : "", state);

	free(label);
	return text;
}

static bool is_off(const struct picture_wire *wire)
{
	return wire->state == PICTURE_DOWN || wire->state == PICTURE_UNPLUGGED;
}

/* Call @put for the boxes without a frame, and between @begin and @end for those of each frame. */
static void each_box(const struct picture *picture, FILE *out, const char *begin, const char *end,
		     void (*put)(const struct picture *picture, size_t box, FILE *out), bool mermaid)
{
	for (size_t f = 0; f <= picture->n_frames; f++) {
		size_t frame = f < picture->n_frames ? f : PICTURE_NO_FRAME;

		if (frame != PICTURE_NO_FRAME) {
			fprintf(out, begin, f);
			put_quoted(out, picture->frames[f].title, mermaid);
			fputs(mermaid ? "\"]\n" : "\"\n", out);
		}
		for (size_t i = 0; i < picture->n_boxes; i++) {
			if (picture->boxes[i].frame == frame)
				put(picture, i, out);
		}
		if (frame != PICTURE_NO_FRAME)
			fputs(end, out);
	}
}

/* --- dot ------------------------------------------------------------------------------------------------------ */

static void put_dot_box(const struct picture *picture, size_t i, FILE *out)
{
	const struct picture_box *box = &picture->boxes[i];
	const struct picture_box_look *look = &picture_looks[box->kind];

	fprintf(out, "\tb%zu [fillcolor=\"%s\" color=\"%s\"%s label=\"", i, look->fill, look->line,
		box->kind == PICTURE_SWITCH ? " fontcolor=\"#ffffff\"" : "");
	put_box_text(out, box, false);
	fputs("\"]\n", out);
}

void picture_dot(const struct picture *picture, FILE *out)
{
	fputs("graph \"", out);
	put_quoted(out, picture->lab->name, false);
	fputs("\" {\n\tnode [shape=box style=\"filled,rounded\" fontname=\"Helvetica\" fontsize=11]\n"
	      "\tedge [fontname=\"Helvetica\" fontsize=9 penwidth=2]\n",
	      out);
	each_box(picture, out, "\tsubgraph cluster%zu {\n\tlabel=\"", "\t}\n", put_dot_box, false);
	for (size_t i = 0; i < picture->n_wires; i++) {
		const struct picture_wire *wire = &picture->wires[i];
		char *text = wire_text(wire);

		fprintf(out, "\tb%zu -- b%zu [color=\"%s\" style=%s label=\"", wire->box[0], wire->box[1],
			picture_wire_color(picture, wire),
			is_off(wire)		       ? "dotted"
			: wire->kind == PICTURE_TUNNEL ? "dashed"
			: wire->tagged		       ? "bold"
						       : "solid");
		put_quoted(out, text, false);
		fputs("\"]\n", out);
		free(text);
	}
	fputs("}\n", out);
}

/* --- mermaid -------------------------------------------------------------------------------------------------- */

static void put_mermaid_box(const struct picture *picture, size_t i, FILE *out)
{
	const struct picture_box *box = &picture->boxes[i];
	const struct picture_box_look *look = &picture_looks[box->kind];

	fprintf(out, "  b%zu%s\"", i, look->open);
	put_box_text(out, box, true);
	fprintf(out, "\"%s\n  style b%zu fill:%s,stroke:%s%s\n", look->close, i, look->fill, look->line,
		box->kind == PICTURE_SWITCH ? ",color:#ffffff" : "");
}

void picture_mermaid(const struct picture *picture, FILE *out)
{
	fputs("flowchart TB\n", out);
	each_box(picture, out, "  subgraph f%zu[\"", "  end\n", put_mermaid_box, true);
	for (size_t i = 0; i < picture->n_wires; i++) {
		const struct picture_wire *wire = &picture->wires[i];
		char *text = wire_text(wire);

		fprintf(out, "  b%zu %s", wire->box[0],
			is_off(wire) || wire->kind == PICTURE_TUNNEL ? "-.-"
			: wire->tagged				     ? "==="
								     : "---");
		if (*text) {
			fputs("|\"", out);
			put_quoted(out, text, true);
			fputs("\"|", out);
		}
		fprintf(out, " b%zu\n  linkStyle %zu stroke:%s\n", wire->box[1], i, picture_wire_color(picture, wire));
		free(text);
	}
}
