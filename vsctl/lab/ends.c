/* SPDX-License-Identifier: GPL-2.0-only */
/* ends.c - what the ends of links mean, and what is said at them */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/hmap.h"
#include "common/xalloc.h"
#include "vsctl/lab/address.h"
#include "vsctl/lab/load.h"

#define AT(end) lab_mark_of(&(end)->o, offsetof(struct lab_end, at))

char *lab_short_name(const char *full, const char *readable)
{
	static const char digits[] = "abcdefghijklmnopqrstuvwxyz234567";
	uint32_t hash = vs_hash_string(full);
	char *made;
	size_t n;

	if (strlen(full) <= 15)
		return vs_xstrdup(full);
	made = vs_xasprintf("%.9s-     ", readable);
	n = strlen(made) - 5;
	for (size_t i = 0; i < 5; i++, hash >>= 5)
		made[n + i] = digits[hash & 31];
	return made;
}

/* --- what an end is in -------------------------------------------------------------------------------------- */

/* "web" or, for one of many, web3 where web has a count. */
static struct lab_node *find_node(const struct lab *lab, const char *name, int64_t index)
{
	struct lab_node *node = lab_find_node(lab, name);

	for (size_t i = 0; !node && index && i < lab->n_nodes; i++) {
		if (lab->nodes[i]->o.base && lab->nodes[i]->o.index == index && !strcmp(lab->nodes[i]->o.base, name))
			node = lab->nodes[i];
	}
	return node;
}

static struct lab_switch *find_switch(const struct lab *lab, const char *name, int64_t index)
{
	struct lab_switch *sw = lab_find_switch(lab, name);

	for (size_t i = 0; !sw && index && i < lab->n_switches; i++) {
		if (lab->switches[i]->o.base && lab->switches[i]->o.index == index &&
		    !strcmp(lab->switches[i]->o.base, name))
			sw = lab->switches[i];
	}
	return sw;
}

static bool device_read(const struct lab_loader *loader, struct lab_end *end, const char *name)
{
	static const struct lab_key device_key = {.name = "device", .type = LAB_DEVICE};
	struct lab_value value = {0};
	char *error = lab_types[LAB_DEVICE].read(&device_key, name, &value);

	if (error)
		lab_problem(loader->problems, AT(end), end->at, "'%s': %s", name, error);
	free(error);
	end->device = value.text;
	return value.text;
}

static bool end_unknown(const struct lab_loader *loader, const struct lab_end *end, const char *name)
{
	const struct lab *lab = loader->lab;
	const char **names = vs_xcalloc(lab->n_nodes + lab->n_switches, sizeof(*names)), *near;
	size_t n = 0;

	for (size_t i = 0; i < lab->n_nodes; i++)
		names[n++] = lab->nodes[i]->o.name;
	for (size_t i = 0; i < lab->n_switches; i++)
		names[n++] = lab->switches[i]->o.name;
	near = lab_nearest(name, names, n);
	if (near)
		lab_problem(loader->problems, AT(end), name, "no node or switch of this lab; did you mean '%s'?", near);
	else
		lab_problem(loader->problems, AT(end), name,
			    "no node or switch of this lab; add it there, or write device:%s for a network device that "
			    "this machine has",
			    name);
	free(names);
	return false;
}

static bool end_find(const struct lab_loader *loader, struct lab_end *end, const char *name, const char *tail)
{
	if (!strcmp(end->at, "vxlan")) {
		end->kind = LAB_END_VXLAN;
		return true;
	}
	if (!strcmp(name, "device")) {
		end->kind = LAB_END_DEVICE;
		return device_read(loader, end, tail ? tail : "");
	}
	end->node = find_node(loader->lab, name, end->o.index);
	if (end->node) {
		end->kind = LAB_END_NODE;
		return !tail || device_read(loader, end, tail);
	}
	end->sw = find_switch(loader->lab, name, end->o.index);
	end->kind = LAB_END_SWITCH;
	if (end->sw) {
		if (!tail || end->port)
			return true;
		if (!device_read(loader, end, tail))
			return false;
		end->port = end->device;
		end->device = NULL;
		return true;
	}
	if (end->link->if_present && !tail) {
		end->kind = LAB_END_DEVICE;
		return device_read(loader, end, name);
	}
	return end_unknown(loader, end, name);
}

static bool end_resolve(const struct lab_loader *loader, struct lab_end *end)
{
	char *name, *tail;
	bool found;

	if (!end->at)
		return false; /* noted already */
	name = vs_xstrdup(end->at);
	tail = strchr(name, ':');
	if (tail)
		*tail++ = '\0';
	found = end_find(loader, end, name, tail);
	free(name);
	return found;
}

/* --- what may be joined ------------------------------------------------------------------------------------- */

#define GOOD ""
#define TUNNEL "a tunnel begins in a switch; write [SWITCH, vxlan]"
#define THROUGH "a network device of this machine is joined to a switch; write [SWITCH, device:NAME]"

/* Why these two cannot be joined. */
static const char *const joints[4][4] = {
	[LAB_END_NODE] = {GOOD, GOOD, TUNNEL, THROUGH},
	[LAB_END_SWITCH] = {GOOD, GOOD, GOOD, GOOD},
	[LAB_END_VXLAN] = {TUNNEL, GOOD, TUNNEL, TUNNEL},
	[LAB_END_DEVICE] = {THROUGH, GOOD, TUNNEL, THROUGH},
};

static struct lab_site *end_site(const struct lab_end *end)
{
	return end->node ? end->node->site : end->sw ? end->sw->site : NULL;
}

/* Devices of a virtual machine are TAP devices, which a switch must hold. */
static bool needs_switch(const struct lab_end *end)
{
	return end->kind == LAB_END_NODE && (end->node->kind == LAB_VM || end->node->kind == LAB_TAP);
}

static bool joint_check(const struct lab_loader *loader, const struct lab_link *link)
{
	const struct lab_end *a = &link->ends[0], *b = &link->ends[1];
	const char *why = joints[a->kind][b->kind];

	if (*why) {
		lab_problem(loader->problems, AT(b), b->at, "cannot be joined with '%s': %s", a->at, why);
	} else if (a->kind == b->kind && (a->node ? a->node == b->node : a->sw == b->sw)) {
		lab_problem(loader->problems, AT(b), b->at, "both ends of the link are in the same; join two");
	} else if (a->node && b->node && (needs_switch(a) || needs_switch(b))) {
		lab_problem(loader->problems, AT(b), b->at,
			    "a virtual machine cannot be joined with a node; put a switch between them");
	} else if ((a->node || a->sw) && (b->node || b->sw) && end_site(a) != end_site(b)) {
		lab_problem(loader->problems, AT(b), b->at,
			    "in another site than '%s'; join sites with [SWITCH, vxlan] at each", a->at);
	} else {
		return true;
	}
	return false;
}

/* --- what is said at an end, and for both -------------------------------------------------------------------- */

static unsigned int end_bit(const struct lab_end *end)
{
	return 1u << end->kind;
}

/* Keys at an end that is of another kind. */
static void end_keys_check(const struct lab_loader *loader, const struct lab_end *end)
{
	for (size_t i = 0; i < end->o.shape->n_keys; i++) {
		const struct lab_key *key = &end->o.shape->keys[i];

		if (key->kinds && end->o.set >> i & 1 && !(key->kinds & end_bit(end)))
			lab_problem(loader->problems, end->o.marks[i], key->name,
				    key->kinds & 1u << LAB_END_NODE
					    ? "for the end in a node, and this is not one; say it at the other end"
					    : "for the end in a switch, and this is not one; say it at the other end");
	}
}

/* Keys that two ends cannot have the same of. */
static bool is_single(const char *name)
{
	static const char *const names[] = {"ip", "mac", "port"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!strcmp(names[i], name))
			return true;
	}
	return false;
}

/* A link that says which VLANs it carries does not want the tag that others have by default. */
static void default_tag_yield(struct lab_link *link)
{
	uint64_t tag = UINT64_C(1) << lab_key_find(&lab_shape_link, "tag");
	uint64_t trunks = UINT64_C(1) << lab_key_find(&lab_shape_link, "trunks");

	if (link->o.own & trunks && !(link->o.own & tag))
		link->o.set &= ~tag;
}

/* Give the ends what the link says for both. */
static void link_spread(const struct lab_loader *loader, struct lab_link *link)
{
	for (size_t i = 0; i < link->o.shape->n_keys; i++) {
		const struct lab_key *key = &link->o.shape->keys[i];
		int at = key->flags & LAB_SHARED ? lab_key_find(&lab_shape_end, key->name) : -1;
		bool fits[2], own[2];

		if (at < 0 || !(link->o.set >> i & 1))
			continue;
		for (size_t e = 0; e < 2; e++) {
			fits[e] = lab_shape_end.keys[at].kinds & end_bit(&link->ends[e]);
			own[e] = link->ends[e].o.set >> at & 1;
		}
		if (!fits[0] && !fits[1] && link->o.own >> i & 1)
			lab_problem(loader->problems, link->o.marks[i], key->name,
				    lab_shape_end.keys[at].kinds & 1u << LAB_END_NODE
					    ? "no end of this link is in a node; leave it out"
					    : "no end of this link is in a switch; leave it out");
		else if (fits[0] && fits[1] && !own[0] && !own[1] && is_single(key->name))
			lab_problem(loader->problems, link->o.marks[i], key->name,
				    "which of the two ends is meant? Write it there: {end: %s, %s: ...}",
				    link->ends[0].at, key->name);
		for (size_t e = 0; e < 2; e++) {
			if (fits[e])
				lab_copy_key(&link->ends[e].o, at, &link->o, (int)i);
		}
	}
}

/* For one of many: addresses that say nothing of ${index} count up by themselves. */
static void end_count_up(const struct lab_loader *loader, struct lab_end *end)
{
	int mac = lab_key_find(&lab_shape_end, "mac");
	uint64_t more = (uint64_t)end->o.index - 1;

	if (end->o.index < 2)
		return;
	for (size_t i = 0; i < end->ip.n; i++) {
		struct lab_item *item = &end->ip.items[i];
		char *next = item->varied ? NULL : lab_cidr_add(item->text, more);

		if (next) {
			free(item->text);
			item->text = next;
		} else if (!item->varied) {
			lab_problem(loader->problems, item->at, item->text,
				    "its network has no address for number %" PRId64 "; use a shorter prefix length",
				    end->o.index);
		}
	}
	if (end->mac && !(end->o.varied >> mac & 1)) {
		char *next = lab_mac_add(end->mac, more);

		free(end->mac);
		end->mac = next;
	}
}

/* Keys of the link that only some kinds of links have. */
static void link_keys_check(const struct lab_loader *loader, const struct lab_link *link)
{
	static const struct {
		size_t member;
		const char *name;
		enum lab_end_kind kind;
		bool required;
	} rows[] = {
		{offsetof(struct lab_link, vni), "vni", LAB_END_VXLAN, true},
		{offsetof(struct lab_link, remotes), "remotes", LAB_END_VXLAN, true},
		{offsetof(struct lab_link, local_ip), "local_ip", LAB_END_VXLAN, false},
		{offsetof(struct lab_link, dst_port), "dst_port", LAB_END_VXLAN, false},
		{offsetof(struct lab_link, if_present), "if_present", LAB_END_DEVICE, false},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool set = lab_is_set(&link->o, rows[i].member), is = link->ends[1].kind == rows[i].kind;

		if (set && !is)
			lab_problem(loader->problems, lab_mark_of(&link->o, rows[i].member), rows[i].name,
				    rows[i].kind == LAB_END_VXLAN ? "only a link to vxlan has it; leave it out"
								  : "only a link to a device has it; leave it out");
		else if (!set && is && rows[i].required)
			lab_problem(loader->problems, link->o.at, rows[i].name,
				    "missing here; a link to vxlan needs vni and remotes");
	}
}

/* --- names -------------------------------------------------------------------------------------------------- */

/* A name for the port that nobody has given one. */
static void port_name(const struct lab *lab, struct lab_link *link, struct lab_end *end)
{
	const struct lab_end *other = end == &link->ends[0] ? &link->ends[1] : &link->ends[0];
	char *readable, *full;

	if (end->kind != LAB_END_SWITCH || end->port)
		return;
	switch (other->kind) {
	case LAB_END_NODE:
		readable = vs_xasprintf("%s.%s", other->node->o.name, other->device ? other->device : "");
		full = vs_xasprintf("%s.%s", lab->name, readable);
		end->port = lab_short_name(full, readable);
		break;
	case LAB_END_SWITCH:
		readable = NULL;
		full = vs_xasprintf("%s.%s-%s", lab->name, end->sw->o.name, other->sw->o.name);
		end->port = vs_xstrdup(full);
		break;
	case LAB_END_VXLAN:
		readable = NULL;
		full = vs_xasprintf("%s.%s-vxlan%" PRId64, lab->name, end->sw->o.name, link->vni);
		end->port = vs_xstrdup(full);
		break;
	default:
		end->port = vs_xstrdup(other->device);
		return;
	}
	free(readable);
	free(full);
}

static bool device_taken(const struct lab_node *node, const char *name)
{
	for (size_t i = 0; i < node->n_ends; i++) {
		if (node->ends[i]->device && !strcmp(node->ends[i]->device, name))
			return true;
	}
	return false;
}

/* The next of eth0, eth1... that nobody asks for. */
static void device_name(struct lab_end *end)
{
	for (unsigned int i = 0; !end->device; i++) {
		char *name = vs_xasprintf("eth%u", i);

		if (device_taken(end->node, name))
			free(name);
		else
			end->device = name;
	}
}

static void node_take(const struct lab_loader *loader, struct lab_end *end)
{
	struct lab_node *node = end->node;

	if (end->device && !strcmp(end->device, "lo"))
		lab_problem(loader->problems, AT(end), end->at, "every node has its own lo; name another device");
	else if (end->device && device_taken(node, end->device))
		lab_problem(loader->problems, AT(end), end->at, "another link has this device of '%s'; use another",
			    node->o.name);
	node->ends = vs_xrealloc(node->ends, (node->n_ends + 1) * sizeof(*node->ends));
	node->ends[node->n_ends++] = end;
}

static bool link_resolve(const struct lab_loader *loader, struct lab_link *link)
{
	bool good = end_resolve(loader, &link->ends[0]);

	if (!end_resolve(loader, &link->ends[1]) || !good || !joint_check(loader, link))
		return false;
	if (link->ends[0].kind >= LAB_END_VXLAN) {
		struct lab_end end = link->ends[0];

		link->ends[0] = link->ends[1];
		link->ends[1] = end;
	}
	for (size_t i = 0; i < 2; i++)
		end_keys_check(loader, &link->ends[i]);
	default_tag_yield(link);
	link_spread(loader, link);
	link_keys_check(loader, link);
	for (size_t i = 0; i < 2; i++) {
		end_count_up(loader, &link->ends[i]);
		if (link->ends[i].kind == LAB_END_NODE)
			node_take(loader, &link->ends[i]);
	}
	return true;
}

/* Links between the same two, or tunnels of one number: the second gets another name. */
static void port_distinct(struct lab *lab, struct hmap *taken, struct lab_end *end)
{
	char *name = vs_xstrdup(end->port);

	for (unsigned int i = 2;; i++) {
		struct hmap_node *node = hmap_first_with_hash(taken, vs_hash_string(name));

		if (!node)
			break;
		if (lab_is_set(&end->o, offsetof(struct lab_end, port)) || end->link->ends[1].kind == LAB_END_DEVICE)
			break; /* given: lab_check() says that it is taken */
		free(name);
		name = vs_xasprintf("%s.%u", end->port, i);
	}
	(void)lab;
	free(end->port);
	end->port = name;
	hmap_insert(taken, vs_xcalloc(1, sizeof(struct hmap_node)), vs_hash_string(name));
}

void lab_ends_resolve(struct lab_loader *loader)
{
	struct lab *lab = loader->lab;
	struct hmap taken = {0};
	size_t n = 0;

	for (size_t i = 0; i < lab->n_links; i++) {
		struct lab_link *link = lab->links[i];

		if (link_resolve(loader, link)) {
			lab->links[n++] = link;
			continue;
		}
		lab_link_free(link); /* the problem is noted; what comes later need not know half a link */
	}
	lab->n_links = n;
	for (size_t i = 0; i < n; i++) {
		for (size_t e = 0; e < 2; e++) {
			if (lab->links[i]->ends[e].kind == LAB_END_NODE)
				device_name(&lab->links[i]->ends[e]);
		}
	}
	for (size_t i = 0; i < n; i++) {
		for (size_t e = 0; e < 2; e++) {
			port_name(lab, lab->links[i], &lab->links[i]->ends[e]);
			if (lab->links[i]->ends[e].port)
				port_distinct(lab, &taken, &lab->links[i]->ends[e]);
		}
	}
	hmap_for_each_safe(node, next, &taken) free(node);
	hmap_destroy(&taken);
}
