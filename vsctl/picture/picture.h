/* SPDX-License-Identifier: GPL-2.0-only */
/* picture.h - a lab as boxes, wires and frames: what is to be seen, before anybody says where and how */
#ifndef VS_PICTURE_H
#define VS_PICTURE_H

/*
 * `vsctl lab graph' goes from the model (vsctl/lab/model.h) to a struct picture, which every format is written from:
 *
 *	model -> picture -> dot, mermaid, ascii
 *			 -> racks -> placed by Graphviz or by ourselves -> SVG
 *
 * A box is a switch, a node, a device, a far tunnel end, or the underlay. A wire joins two boxes and knows which VLANs
 * it carries. A frame is a site.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "vsctl/lab/model.h"

#define PICTURE_NO_FRAME SIZE_MAX
#define PICTURE_COLORS 10

/* X(identifier, what it is called, fill, line, mermaid brackets): the node kinds come first and in the model's order */
#define PICTURE_BOX_KINDS(X)                                                                                           \
	X(NETNS, "network namespace", "#ffffff", "#7b8794", "(", ")")                                                  \
	X(CONTAINER, "container", "#e8f1fb", "#3f7fbf", "[", "]")                                                      \
	X(VM, "virtual machine", "#f0eafa", "#7c5cbf", "[[", "]]")                                                     \
	X(TAP, "TAP device", "#f0eafa", "#7c5cbf", ">", "]")                                                           \
	X(ATTACH, "attached", "#e9f7f0", "#3c9a6b", "([", "])")                                                        \
	X(SWITCH, "switch", "#22303c", "#22303c", "{{", "}}")                                                          \
	X(DEVICE, "device of this machine", "#fdf3e1", "#c98a1b", "[/", "/]")                                          \
	X(REMOTE, "far end of a tunnel", "#f4f5f7", "#7b8794", "((", "))")                                             \
	X(UNDERLAY, "underlay", "#eef1f4", "#7b8794", "[(", ")]")

enum picture_box_kind {
#define X(id, word, fill, line, open, close) PICTURE_##id,
	PICTURE_BOX_KINDS(X)
#undef X
		PICTURE_BOX_KINDS_N
};

/** struct picture_box_look - a row of PICTURE_BOX_KINDS */
struct picture_box_look {
	const char *word, *fill, *line, *open, *close;
};
extern const struct picture_box_look picture_looks[PICTURE_BOX_KINDS_N];

/** struct picture_line - a line of text in a box; @wire: that it is about, or SIZE_MAX */
struct picture_line {
	char *text;
	size_t wire;
};

struct picture_box {
	enum picture_box_kind kind;
	const char *name;
	struct picture_line *lines;
	size_t n_lines, frame;
	const void *of; /* the object of the model */
};

enum picture_wire_kind { PICTURE_CABLE, PICTURE_TUNNEL };
enum picture_state { PICTURE_UNKNOWN, PICTURE_UP, PICTURE_DOWN, PICTURE_UNPLUGGED };

/**
 * struct picture_wire - between boxes @box[0] and [1]; [0] is always a switch where one of them is
 * @ends: of the model; NULL at the far end of a tunnel and at a device
 * @vlans: numbers in order, none of them: all
 * @tagged: it carries tags; @access: one VLAN without tags; neither: no VLANs were named
 * @text: the VLANs for people, "10", "10,20", "QinQ 100"; "" when none were named
 * @note: "eth0", "VNI 5010"; or ""
 */
struct picture_wire {
	enum picture_wire_kind kind;
	size_t box[2];
	const struct lab_end *ends[2];
	int64_t *vlans;
	size_t n_vlans;
	bool tagged, access;
	char *text, *note;
	enum picture_state state;
};

struct picture_frame {
	char *title;
	const struct lab_site *site;
};

/** struct picture - @vlans: all that some wire carries, in order */
struct picture {
	const struct lab *lab;
	struct picture_box *boxes;
	struct picture_wire *wires;
	struct picture_frame *frames;
	int64_t *vlans;
	size_t n_boxes, n_wires, n_frames, n_vlans;
};

/** picture_make() - what there is to see of @lab, which must outlive it. */
struct picture *picture_make(const struct lab *lab);
void picture_free(struct picture *picture);

/** picture_ask_states() - when the lab runs, ask its daemons which wires are up. */
void picture_ask_states(struct picture *picture);

/** picture_color() - of a VLAN that is in @picture->vlans: "#rrggbb". */
const char *picture_color(const struct picture *picture, int64_t vlan);

/** picture_wire_color() - the color of an access wire; grey for one that carries several or has no VLAN. */
const char *picture_wire_color(const struct picture *picture, const struct picture_wire *wire);

/** picture_wire_label() - "eth0, VLAN 10", "trunk 10,20", "VNI 5010, VLAN 10"; malloc()ed, maybe "". */
char *picture_wire_label(const struct picture_wire *wire);

/** picture_state_word() - "up", "down", "unplugged"; "" when it is not known. */
const char *picture_state_word(enum picture_state state);

/** picture_svg() - Return: 0; -errno when Graphviz is there and failed, and the picture was laid out without it. */
int picture_svg(const struct picture *picture, FILE *out);
void picture_dot(const struct picture *picture, FILE *out);
void picture_mermaid(const struct picture *picture, FILE *out);
void picture_ascii(const struct picture *picture, FILE *out);

#endif
