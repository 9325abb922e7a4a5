/* SPDX-License-Identifier: GPL-2.0-only */
/* check.c - rules for a whole lab: a table of functions, each about one thing that may be taken twice or be too much */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/hmap.h"
#include "common/xalloc.h"
#include "vsctl/lab/address.h"
#include "vsctl/lab/load.h"

#define LAB_NAME_MAX 40 /* it is a part of many other names, and of a socket's path */

/* --- a set of texts, and where each was first ------------------------------------------------------------------ */

struct seen {
	struct hmap_node node;
	char *text;
	struct lab_mark at;
};

/* Put @text in. Return: where it was before, or NULL when it is new. @text is taken over. */
static const struct lab_mark *seen_add(struct hmap *set, char *text, struct lab_mark at)
{
	uint32_t hash = vs_hash_string(text);
	struct seen *seen;

	for (struct hmap_node *n = hmap_first_with_hash(set, hash); n; n = hmap_next_with_hash(n)) {
		seen = hmap_entry(n, struct seen, node);
		if (!strcmp(seen->text, text)) {
			free(text);
			return &seen->at;
		}
	}
	seen = vs_xcalloc(1, sizeof(*seen));
	seen->text = text;
	seen->at = at;
	hmap_insert(set, &seen->node, hash);
	return NULL;
}

static void seen_destroy(struct hmap *set)
{
	hmap_for_each_safe(node, next, set)
	{
		struct seen *seen = hmap_entry(node, struct seen, node);

		free(seen->text);
		free(seen);
	}
	hmap_destroy(set);
}

/* --- names ---------------------------------------------------------------------------------------------------- */

static void name_add(struct lab_loader *loader, struct hmap *set, const struct lab_object *object)
{
	static const char *const words[] = {"vxlan", "device", "underlay"};
	const struct lab_mark *before = seen_add(set, vs_xstrdup(object->name), object->at);

	if (before)
		lab_problem(loader->problems, object->at, object->name,
			    "a name that is taken in line %u; sites, switches and nodes need names of their own",
			    before->line);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!strcmp(words[i], object->name))
			lab_problem(loader->problems, object->at, object->name,
				    "a word of the language; use another name");
	}
}

static void rule_names(struct lab_loader *loader)
{
	const struct lab *lab = loader->lab;
	struct hmap set = {0};

	for (size_t i = 0; i < lab->n_sites; i++)
		name_add(loader, &set, &lab->sites[i]->o);
	for (size_t i = 0; i < lab->n_switches; i++)
		name_add(loader, &set, &lab->switches[i]->o);
	for (size_t i = 0; i < lab->n_nodes; i++)
		name_add(loader, &set, &lab->nodes[i]->o);
	seen_destroy(&set);
	if (lab->name && strlen(lab->name) > LAB_NAME_MAX)
		lab_problem(loader->problems, lab_mark_of(&lab->o, offsetof(struct lab, name)), lab->name,
			    "too long; a lab's name has at most %d characters", LAB_NAME_MAX);
}

static void rule_bridges(struct lab_loader *loader)
{
	const struct lab *lab = loader->lab;
	struct hmap set = {0};

	for (size_t i = 0; i < lab->n_switches; i++) {
		const struct lab_switch *sw = lab->switches[i];
		struct lab_mark at = lab_mark_of(&sw->o, offsetof(struct lab_switch, bridge));
		const struct lab_mark *before =
			seen_add(&set, vs_xasprintf("%s/%s", sw->site ? sw->site->o.name : "", sw->bridge), at);

		if (before)
			lab_problem(loader->problems, at, sw->bridge,
				    "the switch in line %u has this bridge; say another with bridge: NAME",
				    before->line);
	}
	seen_destroy(&set);
}

static void rule_ports(struct lab_loader *loader)
{
	const struct lab *lab = loader->lab;
	struct hmap set = {0};

	for (size_t i = 0; i < lab->n_links * 2; i++) {
		const struct lab_end *end = &lab->links[i / 2]->ends[i % 2];
		struct lab_mark at = lab_mark_of(&end->o, offsetof(struct lab_end, at));
		const struct lab_mark *before;

		if (!end->port)
			continue;
		before = seen_add(&set, vs_xasprintf("%s/%s", end->sw->site ? end->sw->site->o.name : "", end->port),
				  at);
		if (before)
			lab_problem(loader->problems, at, end->port,
				    "a port has this name in line %u; use another device or port: NAME", before->line);
	}
	seen_destroy(&set);
}

/* --- addresses ------------------------------------------------------------------------------------------------ */

/*
 * The same address may be in two segments, but not twice in one. A segment is a VLAN of switches that are joined, by
 * cables or by tunnels of one number; devices on trunk ports and cables between nodes are not looked at.
 */
static size_t group_find(size_t *up, size_t i)
{
	while (up[i] != i)
		i = up[i] = up[up[i]];
	return i;
}

static size_t switch_number(const struct lab *lab, const struct lab_switch *sw)
{
	size_t i = 0;

	while (lab->switches[i] != sw)
		i++;
	return i;
}

static size_t *switch_groups(const struct lab *lab)
{
	size_t *up = vs_xcalloc(lab->n_switches, sizeof(*up));

	for (size_t i = 0; i < lab->n_switches; i++)
		up[i] = i;
	for (size_t i = 0; i < lab->n_links; i++) {
		const struct lab_link *link = lab->links[i];
		size_t a, b;

		if (!link->ends[0].sw)
			continue;
		a = group_find(up, switch_number(lab, link->ends[0].sw));
		if (link->ends[1].sw)
			up[a] = group_find(up, switch_number(lab, link->ends[1].sw));
		for (size_t k = 0; link->ends[1].kind == LAB_END_VXLAN && k < i; k++) {
			if (lab->links[k]->ends[1].kind != LAB_END_VXLAN || lab->links[k]->vni != link->vni)
				continue;
			a = group_find(up, switch_number(lab, link->ends[0].sw));
			b = group_find(up, switch_number(lab, lab->links[k]->ends[0].sw));
			up[a] = b;
		}
	}
	return up;
}

static void address_add(struct lab_loader *loader, struct hmap *set, const char *segment, const char *text,
			struct lab_mark at)
{
	const struct lab_mark *before = seen_add(set, vs_xasprintf("%s %s", segment, text), at);

	if (before)
		lab_problem(loader->problems, at, text, "taken in line %u already, in the same segment; use another",
			    before->line);
}

static void rule_addresses(struct lab_loader *loader)
{
	const struct lab *lab = loader->lab;
	size_t *groups = switch_groups(lab);
	struct hmap set = {0};

	for (size_t i = 0; i < lab->n_links * 2; i++) {
		const struct lab_end *end = &lab->links[i / 2]->ends[i % 2],
				     *other = &lab->links[i / 2]->ends[!(i % 2)];
		bool access = other->sw && !other->trunks.n;
		char *segment;

		if (end->kind != LAB_END_NODE)
			continue;
		segment = access ? vs_xasprintf("%zu/%" PRId64, group_find(groups, switch_number(lab, other->sw)),
						other->tag)
				 : vs_xasprintf("node %s", end->node->o.name);
		for (size_t k = 0; k < end->ip.n; k++) {
			char *address = lab_cidr_address(end->ip.items[k].text);

			address_add(loader, &set, segment, address, end->ip.items[k].at);
			free(address);
		}
		if (end->mac)
			address_add(loader, &set, segment, end->mac,
				    lab_mark_of(&end->o, offsetof(struct lab_end, mac)));
		free(segment);
	}
	seen_destroy(&set);
	free(groups);
}

static void rule_gateways(struct lab_loader *loader)
{
	const struct lab *lab = loader->lab;

	for (size_t i = 0; i < lab->n_nodes; i++) {
		const struct lab_item *first[2] = {NULL, NULL};

		for (size_t e = 0; e < lab->nodes[i]->n_ends; e++) {
			const struct lab_list *list = &lab->nodes[i]->ends[e]->gateway;

			for (size_t g = 0; g < list->n; g++) {
				const struct lab_item *item = &list->items[g],
						      **one = &first[lab_address_is_v4(item->text)];

				if (*one)
					lab_problem(loader->problems, item->at, item->text,
						    "'%s' has a default gateway already, in line %u; use routes",
						    lab->nodes[i]->o.name, (*one)->at.line);
				*one = item;
			}
		}
	}
}

static void rule_site_addresses(struct lab_loader *loader)
{
	const struct lab *lab = loader->lab;
	struct hmap set = {0};

	for (size_t i = 0; i < lab->n_sites; i++) {
		const struct lab_site *site = lab->sites[i];

		if (site->address)
			address_add(loader, &set, "underlay", site->address,
				    lab_mark_of(&site->o, offsetof(struct lab_site, address)));
	}
	seen_destroy(&set);
}

static void (*const rules[])(struct lab_loader *loader) = {
	rule_names, rule_bridges, rule_ports, rule_addresses, rule_gateways, rule_site_addresses,
};

void lab_check(struct lab_loader *loader)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		rules[i](loader);
}
