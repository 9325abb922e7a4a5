/* SPDX-License-Identifier: GPL-2.0-only */
/* vlan.c - Open vSwitch's VLAN columns of a Port row, as the struct that forwarding reads */
#include "vswitchd/reconcile/vlan.h"

#include <linux/if_ether.h>
#include <string.h>

/*
 * A VLAN mode is a way of writing five facts, and a row of this table is their meaning:
 *
 *	mode		tagged in?	untagged goes to	leaves untagged		members
 *	access		no		tag			tag			tag
 *	trunk		yes		0			0			trunks, or all
 *	native-tagged	yes		tag			none			trunks (or all), + tag, - 0
 *	native-untagged	yes		tag			tag			trunks (or all), + tag, - 0
 *	dot1q-tunnel	as payload	tag			tag			C-VIDs: cvlans, or all
 *
 * VLAN 0 is where untagged frames go on a port without a tag; a native port has no place for it, unless its
 * native VLAN is 0 itself.
 */
struct vlan_mode {
	const char *name;
	__u32 flags;
	bool has_tag;  /* column tag counts */
	bool native;   /* members: with the tag, without 0 */
	bool untagged; /* its own VLAN leaves untagged */
	int members;   /* column that lists them, or -1: the tag alone */
};

static const struct vlan_mode vlan_modes[] = {
	{"access", VS_PORT_PLAIN_ONLY, true, false, true, -1},
	{"trunk", VS_PORT_TAGGED_OK, false, false, true, Port_trunks},
	{"native-tagged", VS_PORT_TAGGED_OK, true, true, false, Port_trunks},
	{"native-untagged", VS_PORT_TAGGED_OK, true, true, true, Port_trunks},
	{"dot1q-tunnel", VS_PORT_TAGGED_OK | VS_PORT_TUNNEL, true, false, true, Port_cvlans},
};

static const struct vlan_mode *vlan_mode_of(const struct store_row *row)
{
	const char *name = store_get_string(row, Port_vlan_mode);

	if (!name)
		name = store_get(row, Port_tag)->n ? "access" : "trunk";
	for (size_t i = 0; i < sizeof(vlan_modes) / sizeof(vlan_modes[0]); i++) {
		if (strcmp(vlan_modes[i].name, name) == 0)
			return &vlan_modes[i];
	}
	return &vlan_modes[1];
}

static void vlan_add(struct vs_vlans *set, unsigned int vid)
{
	set->bits[vid / 64] |= 1ULL << vid % 64;
}

static void vlan_set_from(const struct vs_datum *list, struct vs_vlans *set)
{
	if (!list->n)
		memset(set, 0xff, sizeof(*set));
	for (unsigned int i = 0; i < list->n; i++) {
		if (list->keys[i].integer >= 0 && list->keys[i].integer < VS_VLANS)
			vlan_add(set, (unsigned int)list->keys[i].integer);
	}
}

static __u32 vlan_priority_tags(const struct store_row *row)
{
	const char *when = store_get_key(row, Port_other_config, "priority-tags");

	if (!when)
		return 0;
	if (strcmp(when, "always") == 0)
		return VS_PORT_PRIO_ALWAYS | VS_PORT_PRIO_IF_NONZERO;
	/* "true" is how Open vSwitch once wrote it. */
	return strcmp(when, "if-nonzero") == 0 || strcmp(when, "true") == 0 ? VS_PORT_PRIO_IF_NONZERO : 0;
}

static bool vlan_config_is(const struct store_row *row, const char *key, const char *value)
{
	const char *text = store_get_key(row, Port_other_config, key);

	return text && strcmp(text, value) == 0;
}

void rc_vlan_port(const struct store_row *row, struct vs_port *port)
{
	const struct vlan_mode *mode = vlan_mode_of(row);
	__u16 tag = mode->has_tag ? (__u16)store_get_integer(row, Port_tag, 0) : 0;

	memset(port, 0, sizeof(*port));
	port->flags = mode->flags | vlan_priority_tags(row);
	if (store_get_bool(row, Port_protected, false))
		port->flags |= VS_PORT_PROTECTED;
	if (vlan_config_is(row, "hairpin", "true"))
		port->flags |= VS_PORT_HAIRPIN;
	if (vlan_config_is(row, "flood", "false"))
		port->flags |= VS_PORT_NO_FLOOD;
	port->pvid = tag;
	port->untagged_vid = mode->untagged ? tag : VS_VLAN_NONE;
	port->qinq_tpid = vlan_config_is(row, "qinq-ethtype", "802.1q") ? ETH_P_8021Q : ETH_P_8021AD;
	if (mode->members < 0)
		vlan_add(&port->members, tag);
	else
		vlan_set_from(store_get(row, (unsigned int)mode->members), &port->members);
	if (mode->native && tag)
		port->members.bits[0] &= ~1ULL;
	if (mode->native)
		vlan_add(&port->members, tag);
}
