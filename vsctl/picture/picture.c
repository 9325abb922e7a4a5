/* SPDX-License-Identifier: GPL-2.0-only */
/* picture.c - from the model to boxes, wires and frames */
#include "vsctl/picture/picture.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/xalloc.h"

#define LABELS_SHOWN 3
#define RANGES_SHOWN 4 /* more ranges of VLANs in one text end in "..." */
#define TRUNK_SHOWN 12 /* a trunk of more gives no colors of its own */
#define GREY "#52606d"

const struct picture_box_look picture_looks[PICTURE_BOX_KINDS_N] = {
#define X(id, word, fill, line, open, close) {word, fill, line, open, close},
	PICTURE_BOX_KINDS(X)
#undef X
};
_Static_assert((int)PICTURE_ATTACH == (int)LAB_ATTACH, "kinds of nodes are kinds of boxes");

/* Colors that also those can tell apart who see few of them; the numbers are always written, too. */
static const char *const palette[PICTURE_COLORS] = {"#0072b2", "#d55e00", "#009e73", "#b5478a", "#c78a00",
						    "#3a9bd1", "#7a4fbf", "#7a6a00", "#c0392b", "#13827c"};

/* --- boxes ---------------------------------------------------------------------------------------------------- */

static size_t frame_of(const struct picture *picture, const struct lab_site *site)
{
	for (size_t i = 0; site && i < picture->n_frames; i++) {
		if (picture->frames[i].site == site)
			return i;
	}
	return PICTURE_NO_FRAME;
}

static struct picture_box *box_add(struct picture *picture, enum picture_box_kind kind, const char *name,
				   const struct lab_site *site, const void *of)
{
	struct picture_box *box;

	picture->boxes = vs_xrealloc(picture->boxes, (picture->n_boxes + 1) * sizeof(*picture->boxes));
	box = &picture->boxes[picture->n_boxes++];
	*box = (struct picture_box){.kind = kind, .name = name, .frame = frame_of(picture, site), .of = of};
	return box;
}

/* The box of an object, which has one. */
static size_t box_of(const struct picture *picture, const void *of)
{
	for (size_t i = 0; i < picture->n_boxes; i++) {
		if (picture->boxes[i].of == of)
			return i;
	}
	abort();
}

/* Takes @text over. */
static void line_add(struct picture_box *box, char *text, size_t wire)
{
	box->lines = vs_xrealloc(box->lines, (box->n_lines + 1) * sizeof(*box->lines));
	box->lines[box->n_lines++] = (struct picture_line){text, wire};
}

static void labels_add(struct picture_box *box, const struct lab_list *labels)
{
	for (size_t i = 0; i < labels->n && i < LABELS_SHOWN; i++)
		line_add(box, vs_xasprintf("%s=%s", labels->items[i].key, labels->items[i].text), SIZE_MAX);
	if (labels->n > LABELS_SHOWN)
		line_add(box, vs_xasprintf("and %zu more labels", labels->n - LABELS_SHOWN), SIZE_MAX);
}

/* What a node has at the end of @wire: its device with the first address, and a line for each further one. */
static void addresses_add(struct picture_box *box, const struct lab_end *end, size_t wire)
{
	line_add(box, vs_xasprintf("%s%s%s", end->device, end->ip.n ? " " : "", end->ip.n ? end->ip.items[0].text : ""),
		 wire);
	for (size_t i = 1; i < end->ip.n; i++)
		line_add(box, vs_xasprintf("%*s %s", (int)strlen(end->device), "", end->ip.items[i].text), SIZE_MAX);
}

/* --- VLANs ---------------------------------------------------------------------------------------------------- */

static int number_compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* Sort, and leave each once. */
static void numbers_sort(int64_t *numbers, size_t *n)
{
	size_t kept = 0;

	if (*n)
		qsort(numbers, *n, sizeof(*numbers), number_compare);
	for (size_t i = 0; i < *n; i++) {
		if (!kept || numbers[kept - 1] != numbers[i])
			numbers[kept++] = numbers[i];
	}
	*n = kept;
}

/* "10", "10,20-29" */
static char *numbers_text(const int64_t *numbers, size_t n)
{
	char *text = NULL;
	size_t size, shown = 0;
	FILE *out = vs_xcheck(open_memstream(&text, &size));

	for (size_t i = 0; i < n; i++) {
		size_t first = i;

		if (shown++ == RANGES_SHOWN) {
			fputs("...", out);
			break;
		}
		while (i + 1 < n && numbers[i + 1] == numbers[i] + 1)
			i++;
		fprintf(out, "%s%" PRId64, first ? "," : "", numbers[first]);
		if (i > first)
			fprintf(out, "-%" PRId64, numbers[i]);
	}
	fclose(out);
	return text;
}

static void vlan_add(struct picture_wire *wire, int64_t vlan)
{
	wire->vlans = vs_xrealloc(wire->vlans, (wire->n_vlans + 1) * sizeof(*wire->vlans));
	wire->vlans[wire->n_vlans++] = vlan;
}

/* What the switch's end says about VLANs. A cable between switches shows what its first end says. */
static void vlans_read(struct picture_wire *wire, const struct lab_end *end)
{
	bool tag = lab_is_set(&end->o, offsetof(struct lab_end, tag));
	bool tunnel = end->vlan_mode && !strcmp(end->vlan_mode, "dot1q-tunnel");
	char *numbers;

	for (size_t i = 0; i < end->trunks.n; i++)
		vlan_add(wire, end->trunks.items[i].number);
	if (tag)
		vlan_add(wire, end->tag);
	numbers_sort(wire->vlans, &wire->n_vlans);
	wire->access = tag && !end->trunks.n && (!end->vlan_mode || tunnel || !strcmp(end->vlan_mode, "access"));
	wire->tagged = end->trunks.n || (end->vlan_mode && !wire->access);
	numbers = numbers_text(wire->vlans, wire->n_vlans);
	free(wire->text);
	wire->text = vs_xasprintf("%s%s", tunnel ? "QinQ " : "", wire->tagged && !end->trunks.n ? "all" : numbers);
	free(numbers);
}

const char *picture_color(const struct picture *picture, int64_t vlan)
{
	const int64_t *found =
		bsearch(&vlan, picture->vlans, picture->n_vlans, sizeof(*picture->vlans), number_compare);

	return found ? palette[(size_t)(found - picture->vlans) % PICTURE_COLORS] : GREY;
}

const char *picture_wire_color(const struct picture *picture, const struct picture_wire *wire)
{
	return wire->access ? picture_color(picture, wire->vlans[0]) : GREY;
}

char *picture_wire_label(const struct picture_wire *wire)
{
	const char *word = !*wire->text ? "" : wire->access ? "VLAN " : "trunk ";

	return vs_xasprintf("%s%s%s%s", wire->note, *wire->note && *wire->text ? ", " : "",
			    !strncmp(wire->text, "QinQ", 4) ? "" : word, wire->text);
}

const char *picture_state_word(enum picture_state state)
{
	static const char *const words[] = {"", "up", "down", "unplugged"};

	return words[state];
}

/* --- wires ---------------------------------------------------------------------------------------------------- */

static struct picture_wire *wire_add(struct picture *picture, const struct lab_link *link, size_t from, size_t to)
{
	struct picture_wire *wire;

	picture->wires = vs_xrealloc(picture->wires, (picture->n_wires + 1) * sizeof(*picture->wires));
	wire = &picture->wires[picture->n_wires++];
	*wire = (struct picture_wire){.box = {from, to},
				      .text = vs_xstrdup(""),
				      .note = vs_xstrdup(""),
				      .state = link->down ? PICTURE_UNPLUGGED : PICTURE_UNKNOWN};
	return wire;
}

static const struct lab_site *site_at(const struct lab *lab, const char *address)
{
	for (size_t i = 0; i < lab->n_sites; i++) {
		const char *own = lab->sites[i]->address;

		if (own && strcspn(own, "/") == strlen(address) && !strncmp(own, address, strlen(address)))
			return lab->sites[i];
	}
	return NULL;
}

/* "VNI 5010", and to which sites where that is not all the others. */
static char *tunnel_note(const struct lab *lab, const struct lab_link *link)
{
	char *note = vs_xasprintf("VNI %" PRId64, link->vni);

	for (size_t i = 0; link->remotes.n + 1 < lab->n_sites && i < link->remotes.n; i++) {
		char *longer = vs_xasprintf("%s%s%s", note, i ? ", " : " to ",
					    site_at(lab, link->remotes.items[i].text)->o.name);

		free(note);
		note = longer;
	}
	return note;
}

/* A tunnel leads into the underlay when that joins all its ends, else to a box that names them. */
static void tunnel_add(struct picture *picture, const struct lab_link *link)
{
	const struct lab *lab = picture->lab;
	size_t from = box_of(picture, link->ends[0].sw), to = lab->n_sites ? box_of(picture, &lab->underlay) : SIZE_MAX;
	struct picture_wire *wire;

	for (size_t i = 0; i < link->remotes.n; i++) {
		if (!site_at(lab, link->remotes.items[i].text))
			to = SIZE_MAX;
	}
	if (to == SIZE_MAX) {
		struct picture_box *box = box_add(picture, PICTURE_REMOTE, "vxlan", link->site, link);

		to = picture->n_boxes - 1;
		for (size_t i = 0; i < link->remotes.n; i++)
			line_add(box, vs_xasprintf("to %s", link->remotes.items[i].text), SIZE_MAX);
		line_add(box, vs_xasprintf("VNI %" PRId64, link->vni), picture->n_wires);
		wire = wire_add(picture, link, from, to);
	} else {
		wire = wire_add(picture, link, from, to);
		free(wire->note);
		wire->note = tunnel_note(lab, link);
	}
	wire->kind = PICTURE_TUNNEL;
}

static void cable_add(struct picture *picture, const struct lab_link *link)
{
	const struct lab_end *a = &link->ends[0], *b = &link->ends[1];
	size_t from, to;
	struct picture_wire *wire;

	if (a->kind == LAB_END_NODE && b->kind == LAB_END_SWITCH) {
		a = &link->ends[1];
		b = &link->ends[0];
	}
	from = box_of(picture, a->sw ? (const void *)a->sw : a->node);
	if (b->kind == LAB_END_DEVICE) {
		to = picture->n_boxes;
		line_add(box_add(picture, PICTURE_DEVICE, b->device, link->site, link),
			 vs_xstrdup(link->if_present ? "device, if present" : "device"), picture->n_wires);
	} else {
		to = box_of(picture, b->sw ? (const void *)b->sw : b->node);
	}
	wire = wire_add(picture, link, from, to);
	wire->ends[1] = b->kind == LAB_END_DEVICE ? NULL : b;
	if (b->kind == LAB_END_NODE) {
		free(wire->note);
		wire->note = vs_xstrdup(b->device);
		addresses_add(&picture->boxes[to], b, picture->n_wires - 1);
	}
	if (a->kind == LAB_END_NODE)
		addresses_add(&picture->boxes[from], a, picture->n_wires - 1);
}

static void link_add(struct picture *picture, const struct lab_link *link)
{
	bool swapped = link->ends[0].kind == LAB_END_NODE && link->ends[1].kind == LAB_END_SWITCH;
	const struct lab_end *first = &link->ends[swapped];
	struct picture_wire *wire;

	if (link->ends[1].kind == LAB_END_VXLAN)
		tunnel_add(picture, link);
	else
		cable_add(picture, link);
	wire = &picture->wires[picture->n_wires - 1];
	wire->ends[0] = first;
	if (first->kind == LAB_END_SWITCH)
		vlans_read(wire, first);
	for (size_t i = 0; wire->n_vlans <= TRUNK_SHOWN && i < wire->n_vlans; i++) {
		picture->vlans = vs_xrealloc(picture->vlans, (picture->n_vlans + 1) * sizeof(*picture->vlans));
		picture->vlans[picture->n_vlans++] = wire->vlans[i];
	}
}

/* --- the whole ------------------------------------------------------------------------------------------------ */

static void frame_add(struct picture *picture, const struct lab_site *site)
{
	picture->frames = vs_xrealloc(picture->frames, (picture->n_frames + 1) * sizeof(*picture->frames));
	picture->frames[picture->n_frames++] = (struct picture_frame){
		.site = site,
		.title = vs_xasprintf("%s%s%s%s%s", site->o.name, site->address ? "  " : "",
				      site->address ? site->address : "", site->host ? "  host " : "",
				      site->host ? site->host : "")};
}

struct picture *picture_make(const struct lab *lab)
{
	struct picture *picture = vs_xcalloc(1, sizeof(*picture));

	picture->lab = lab;
	for (size_t i = 0; i < lab->n_sites; i++)
		frame_add(picture, lab->sites[i]);
	for (size_t i = 0; i < lab->n_switches; i++) {
		const struct lab_switch *sw = lab->switches[i];
		struct picture_box *box = box_add(picture, PICTURE_SWITCH, sw->o.name, sw->site, sw);

		if (sw->external)
			line_add(box, vs_xstrdup("external"), SIZE_MAX);
		labels_add(box, &sw->labels);
	}
	for (size_t i = 0; i < lab->n_nodes; i++) {
		const struct lab_node *node = lab->nodes[i];

		box_add(picture, (enum picture_box_kind)node->kind, node->o.name, node->site, node);
	}
	if (lab->n_sites) {
		struct picture_box *box = box_add(picture, PICTURE_UNDERLAY, "underlay", NULL, &lab->underlay);

		if (lab->underlay.subnet)
			line_add(box, vs_xstrdup(lab->underlay.subnet), SIZE_MAX);
	}
	for (size_t i = 0; i < lab->n_links; i++)
		link_add(picture, lab->links[i]);
	for (size_t i = 0; i < lab->n_nodes; i++)
		labels_add(&picture->boxes[box_of(picture, lab->nodes[i])], &lab->nodes[i]->labels);
	numbers_sort(picture->vlans, &picture->n_vlans);
	return picture;
}

void picture_free(struct picture *picture)
{
	if (!picture)
		return;
	for (size_t i = 0; i < picture->n_boxes; i++) {
		for (size_t k = 0; k < picture->boxes[i].n_lines; k++)
			free(picture->boxes[i].lines[k].text);
		free(picture->boxes[i].lines);
	}
	for (size_t i = 0; i < picture->n_wires; i++) {
		free(picture->wires[i].vlans);
		free(picture->wires[i].text);
		free(picture->wires[i].note);
	}
	for (size_t i = 0; i < picture->n_frames; i++)
		free(picture->frames[i].title);
	free(picture->boxes);
	free(picture->wires);
	free(picture->frames);
	free(picture->vlans);
	free(picture);
}
