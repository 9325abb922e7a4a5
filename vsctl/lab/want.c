/* SPDX-License-Identifier: GPL-2.0-only */
/* want.c - from the model to the rows that a daemon is to have */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/xalloc.h"
#include "vsctl/lab/load.h"
#include "vsctl/lab/rows.h"
#include "vswitchd/kernel/netns.h"

#define MTU_USUAL 1500

/* --- pieces --------------------------------------------------------------------------------------------------- */

static void put(json_t *map, const char *key, char *text)
{
	if (text && *text)
		json_object_set_new(map, key, json_string(text));
	free(text);
}

static void put_number(json_t *map, const char *key, int64_t number)
{
	put(map, key, vs_xasprintf("%" PRId64, number));
}

/* The texts of a list, separated by commas. */
static char *joined(const struct lab_list *list)
{
	char *text = NULL;
	size_t size;
	FILE *out = vs_xcheck(open_memstream(&text, &size));

	for (size_t i = 0; i < list->n; i++)
		fprintf(out, "%s%s", i ? "," : "", list->items[i].text);
	fclose(out);
	return text;
}

static json_t *map_of(const struct lab_list *list)
{
	json_t *map = json_object();

	for (size_t i = 0; i < list->n; i++)
		json_object_set_new(map, list->items[i].key, json_string(list->items[i].text));
	return map;
}

static json_t *vlans_of(const struct lab_list *list)
{
	json_t *set = json_array();

	for (size_t i = 0; i < list->n; i++) {
		bool twice = false;

		for (size_t k = 0; k < i; k++)
			twice = twice || list->items[k].number == list->items[i].number;
		if (!twice)
			json_array_append_new(set, json_integer(list->items[i].number));
	}
	return set;
}

static void want(struct lab_row *row, const char *column, json_t *value)
{
	json_object_set_new(row->columns, column, value);
}

static struct lab_row *row_add(struct lab_rows *rows, const struct lab *lab, enum lab_row_kind kind, const char *name,
			       const char *title, struct lab_mark at)
{
	struct lab_row *row = vs_xcalloc(1, sizeof(*row));

	*row = (struct lab_row){
		.kind = kind, .name = vs_xstrdup(name), .title = vs_xstrdup(title), .columns = json_object(), .at = at};
	want(row, kind == LAB_ROW_BRIDGE ? "Bridge.external_ids" : "Port.external_ids",
	     json_pack("{s:s, s:s}", LAB_TAG, lab->name, LAB_TAG_NAME, title));
	rows->items = vs_xrealloc(rows->items, (rows->n + 1) * sizeof(*rows->items));
	rows->items[rows->n++] = row;
	return row;
}

static struct lab_row *port_add(struct lab_rows *rows, const struct lab *lab, const char *bridge, const char *name,
				const char *type, const char *title, struct lab_mark at)
{
	struct lab_row *row = row_add(rows, lab, LAB_ROW_PORT, name, title, at);

	row->bridge = vs_xstrdup(bridge);
	row->device = !strcmp(type, "veth") || !strcmp(type, "tap");
	want(row, "Interface.type", json_string(type));
	return row;
}

/* --- what is at the far side of a port -------------------------------------------------------------------------- */

static void options_node(struct lab_row *row, const struct lab_end *end)
{
	json_t *options = json_object();

	if (end->node->netns) {
		/* A path, not a name: the daemon makes a namespace that it knows by name and misses. */
		put(options, "netns", vs_xasprintf(KN_NETNS_DIR "/%s", end->node->netns));
		put(options, "peer", vs_xstrdup(end->device));
		put(options, "mac", end->mac ? vs_xstrdup(end->mac) : NULL);
		put(options, "ip", joined(&end->ip));
		put(options, "gateway", joined(&end->gateway));
		put(options, "routes", joined(&end->routes));
		if (end->mtu && end->mtu <= MTU_USUAL)
			put_number(options, "mtu", end->mtu);
	} else {
		put(options, "owner", end->node->owner ? vs_xstrdup(end->node->owner) : NULL);
		put(options, "group", end->node->owner_group ? vs_xstrdup(end->node->owner_group) : NULL);
	}
	if (end->mtu > MTU_USUAL || (end->mtu && !end->node->netns))
		want(row, "Interface.mtu_request", json_pack("[I]", (json_int_t)end->mtu));
	want(row, "Interface.options", options);
}

static void options_vxlan(struct lab_row *row, const struct lab_link *link)
{
	json_t *options = json_object();

	put(options, "remote_ip", joined(&link->remotes));
	put_number(options, "key", link->vni);
	put(options, "local_ip", link->local_ip ? vs_xstrdup(link->local_ip) : NULL);
	if (link->dst_port)
		put_number(options, "dst_port", link->dst_port);
	want(row, "Interface.options", options);
}

static const char *type_of(const struct lab_end *other)
{
	switch (other->kind) {
	case LAB_END_NODE:
		return other->node->netns ? "veth" : "tap";
	case LAB_END_SWITCH:
		return "patch";
	case LAB_END_VXLAN:
		return "vxlan";
	default:
		return "";
	}
}

static void port_vlans(struct lab_row *row, const struct lab_end *end)
{
	bool tagged = lab_is_set(&end->o, offsetof(struct lab_end, tag));

	if (tagged)
		want(row, "Port.tag", json_pack("[I]", (json_int_t)end->tag));
	if (end->trunks.n)
		want(row, "Port.trunks", vlans_of(&end->trunks));
	if (end->vlan_mode)
		want(row, "Port.vlan_mode", json_pack("[s]", end->vlan_mode));
	else if (tagged && end->trunks.n)
		want(row, "Port.vlan_mode", json_pack("[s]", "native-untagged"));
	if (end->cvlans.n)
		want(row, "Port.cvlans", vlans_of(&end->cvlans));
	if (end->protected)
		want(row, "Port.protected", json_true());
	if (end->other_config.n)
		want(row, "Port.other_config", map_of(&end->other_config));
}

/* "web:eth0", "core" */
static char *end_title(const struct lab_end *end)
{
	return end->kind == LAB_END_NODE     ? vs_xasprintf("%s:%s", end->node->o.name, end->device)
	       : end->kind == LAB_END_SWITCH ? vs_xstrdup(end->sw->o.name)
	       : end->kind == LAB_END_VXLAN  ? vs_xasprintf("vxlan %" PRId64, end->link->vni)
					     : vs_xstrdup(end->device);
}

static void want_port(const struct lab *lab, const struct lab_end *end, const struct lab_end *other,
		      struct lab_rows *rows)
{
	char *from = end_title(other), *title = vs_xasprintf("%s - %s", from, end->sw->o.name);
	struct lab_row *row = port_add(rows, lab, end->sw->bridge, end->port, type_of(other), title, end->link->o.at);

	free(from);
	free(title);
	row->end = end;
	row->down = end->link->down;
	port_vlans(row, end);
	if (other->kind == LAB_END_NODE)
		options_node(row, other);
	else if (other->kind == LAB_END_VXLAN)
		options_vxlan(row, end->link);
	else if (other->kind == LAB_END_SWITCH) /* one that is not plugged in names nobody's port */
		want(row, "Interface.options", json_pack("{s:s}", "peer", row->down ? LAB_UNPLUGGED : other->port));
	row->optional = end->link->if_present || (other->kind == LAB_END_NODE && other->node->kind == LAB_ATTACH);
}

void lab_rows_want(const struct lab *lab, const struct lab_site *site, struct lab_rows *rows)
{
	for (size_t i = 0; i < lab->n_switches; i++) {
		const struct lab_switch *sw = lab->switches[i];
		struct lab_row *row;

		if (sw->site != site)
			continue;
		row = row_add(rows, lab, LAB_ROW_BRIDGE, sw->bridge, sw->o.name, sw->o.at);
		row->foreign = sw->external;
		row->device = true;
		if (sw->other_config.n)
			want(row, "Bridge.other_config", map_of(&sw->other_config));
		if (sw->flood_vlans.n)
			want(row, "Bridge.flood_vlans", vlans_of(&sw->flood_vlans));
	}
	for (size_t i = 0; i < lab->n_links; i++) {
		const struct lab_end *ends = lab->links[i]->ends;

		for (size_t e = 0; e < 2; e++) {
			if (ends[e].kind == LAB_END_SWITCH && ends[e].sw->site == site)
				want_port(lab, &ends[e], &ends[!e], rows);
		}
	}
}

void lab_rows_want_underlay(const struct lab *lab, char *const *netns, struct lab_rows *rows)
{
	struct lab_mark at = lab->underlay.o.at;
	int64_t mtu = lab->underlay.mtu;

	row_add(rows, lab, LAB_ROW_BRIDGE, "underlay", "underlay", at);
	for (size_t i = 0; i < lab->n_sites; i++) {
		const struct lab_site *site = lab->sites[i];
		char *title = vs_xasprintf("%s - underlay", site->o.name), *full = vs_xasprintf("to-%s", site->o.name);
		char *name = lab_short_name(full, full);
		struct lab_row *row;
		json_t *options = json_object();

		if (site->here) {
			row = port_add(rows, lab, "underlay", name, "veth", title, at);
			put(options, "netns", vs_xasprintf(KN_NETNS_DIR "/%s", netns[i]));
			put(options, "peer", vs_xstrdup("underlay"));
			put(options, "ip", vs_xstrdup(site->address));
			want(row, "Interface.options", options);
			if (mtu)
				want(row, "Interface.mtu_request", json_pack("[I]", (json_int_t)mtu));
		}
		free(title);
		free(full);
		free(name);
	}
}
