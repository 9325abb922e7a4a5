/* SPDX-License-Identifier: GPL-2.0-only */
/* status.c - ephemeral columns of Interface rows: what is, beside what is wanted */
#include <inttypes.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "common/addr.h"
#include "common/xalloc.h"
#include "vswitchd/kernel/ethtool.h"
#include "vswitchd/reconcile/rc.h"

static const struct vs_type *column_type(unsigned int column)
{
	return &schema_tables[STORE_Interface].columns[column].type;
}

static void set_string(struct rc_iface *iface, unsigned int column, const char *text)
{
	struct vs_datum datum = {0};

	if (text)
		vs_datum_set_string(&datum, text);
	store_set_ephemeral(iface->row, column, &datum);
	vs_datum_destroy(column_type(column), &datum);
}

/* @value < 0 where @optional: absent */
static void set_integer(struct rc_iface *iface, unsigned int column, int64_t value, bool optional)
{
	struct vs_datum datum = {0};

	if (!optional || value >= 0)
		vs_datum_set_integer(&datum, value);
	store_set_ephemeral(iface->row, column, &datum);
	vs_datum_destroy(column_type(column), &datum);
}

static void put(unsigned int column, struct vs_datum *datum, const char *key, const union vs_atom *value)
{
	union vs_atom atom = {.string = (char *)(uintptr_t)key};

	vs_datum_add(column_type(column), datum, &atom, value);
}

static void set_warnings(struct rc_iface *iface)
{
	struct vs_datum datum = {0};

	for (size_t i = 0; i < iface->n_warnings; i++)
		put(Interface_warning, &datum, iface->warnings[i], NULL);
	if (iface->mtu_warning && iface->number)
		put(Interface_warning, &datum, iface->mtu_warning, NULL);
	if (iface->tunnel_warning && iface->number)
		put(Interface_warning, &datum, iface->tunnel_warning, NULL);
	if (iface->want.type && iface->want.type->kind == DP_PORT_PATCH && iface->number && !iface->peer) {
		char *text = vs_xasprintf("no usable peer '%s': it must be a patch port whose options:peer is '%s'",
					  iface->want.peer, iface->name);

		put(Interface_warning, &datum, text, NULL);
		free(text);
	}
	store_set_ephemeral(iface->row, Interface_warning, &datum);
	vs_datum_destroy(column_type(Interface_warning), &datum);
}

/* Facts that the device knows; @link NULL where there is none. */
static void set_link(struct rc_iface *iface, const struct kn_link *link)
{
	bool carrier = link ? link->carrier : iface->number != 0;
	bool up = link ? link->flags & IFF_UP : iface->number != 0;
	char mac[VS_MAC_TEXT];

	if (iface->carrier != carrier)
		iface->link_resets++;
	iface->carrier = carrier;
	set_string(iface, Interface_mac_in_use, link ? vs_mac_format(link->mac, mac) : NULL);
	set_integer(iface, Interface_ifindex, link ? link->ifindex : -1, true);
	set_integer(iface, Interface_mtu, link ? (int64_t)link->mtu : -1, true);
	set_string(iface, Interface_admin_state, iface->number ? (up ? "up" : "down") : NULL);
	set_string(iface, Interface_link_state, iface->number ? (carrier ? "up" : "down") : NULL);
	set_integer(iface, Interface_link_resets, iface->number ? iface->link_resets : -1, true);
}

/* The device that has the interface's name: what the user sees with `ip link`. */
static bool named_link(struct rc *rc, const struct rc_iface *iface, struct kn_link *link)
{
	return iface->number && iface->want.type->kind == DP_PORT_NETDEV &&
	       kn_link_by_name(rc->kn, iface->name, link) == 0;
}

void rc_publish(struct rc *rc, struct rc_iface *iface)
{
	struct kn_link link;

	set_integer(iface, Interface_ofport, iface->number && iface->ofport ? (int64_t)iface->ofport : -1, false);
	set_string(iface, Interface_error, iface->error);
	set_warnings(iface);
	set_link(iface, named_link(rc, iface, &link) ? &link : NULL);
}

void rc_publish_done(struct rc *rc)
{
	struct store_row *root = store_root(rc->store);

	store_set_ephemeral(root, Open_vSwitch_cur_cfg, store_get(root, Open_vSwitch_next_cfg));
}

/*
 * Open vSwitch's key for each kind of drop. Whatever is not named here is the ingress port's. A control frame that did
 * not reach the daemon has been dropped as reserved-mac already.
 */
enum {
	COUNT_RX_DROPPED,
	COUNT_RX_ERRORS,
	COUNT_TX_DROPPED,
	COUNT_TX_ERRORS,
	COUNT__KEYS,
	COUNT_ELSEWHERE = COUNT__KEYS
};

static const char *const count_keys[COUNT__KEYS] = {
	[COUNT_RX_DROPPED] = "rx_dropped",
	[COUNT_RX_ERRORS] = "rx_errors",
	[COUNT_TX_DROPPED] = "tx_dropped",
	[COUNT_TX_ERRORS] = "tx_errors",
};

static const uint8_t count_of[VS_DROP__COUNT] = {
	[VS_DROP_RUNT] = COUNT_RX_ERRORS,	   [VS_DROP_VLAN_RESERVED] = COUNT_RX_ERRORS,
	[VS_DROP_VXLAN_SHORT] = COUNT_RX_ERRORS,   [VS_DROP_VXLAN_FLAGS] = COUNT_RX_ERRORS,
	[VS_DROP_MTU] = COUNT_TX_DROPPED,	   [VS_DROP_TX_FULL] = COUNT_TX_DROPPED,
	[VS_DROP_PORT_DOWN] = COUNT_TX_DROPPED,	   [VS_DROP_TX_ERROR] = COUNT_TX_ERRORS,
	[VS_DROP_CONTROL_LIMIT] = COUNT_ELSEWHERE, [VS_DROP_NO_DAEMON] = COUNT_ELSEWHERE,
};

static const char *const drop_keys[VS_DROP__COUNT] = {
#define X(id, name, text) "drop_" name,
	VS_DROP_REASONS(X)
#undef X
};

static void put_count(struct vs_datum *datum, const char *key, uint64_t value)
{
	union vs_atom count = {.integer = (int64_t)value};

	put(Interface_statistics, datum, key, &count);
}

static void set_statistics(struct rc *rc, struct rc_iface *iface)
{
	struct dp_port_stats stats;
	struct vs_datum datum = {0};
	uint64_t counts[COUNT__KEYS + 1] = {0};

	if (iface->number && rc->dp->ops->port_stats(rc->dp, iface->number, &stats) == 0) {
		put_count(&datum, "rx_packets", stats.rx_packets);
		put_count(&datum, "rx_bytes", stats.rx_bytes);
		put_count(&datum, "tx_packets", stats.tx_packets);
		put_count(&datum, "tx_bytes", stats.tx_bytes);
		for (int reason = VS_DROP_NONE + 1; reason < VS_DROP__COUNT; reason++) {
			counts[count_of[reason]] += stats.drops[reason];
			if (stats.drops[reason])
				put_count(&datum, drop_keys[reason], stats.drops[reason]);
		}
		for (int i = 0; i < COUNT__KEYS; i++)
			put_count(&datum, count_keys[i], counts[i]);
	}
	store_set_ephemeral(iface->row, Interface_statistics, &datum);
	vs_datum_destroy(column_type(Interface_statistics), &datum);
}

static void put_text(struct vs_datum *datum, const char *key, const char *text)
{
	union vs_atom value = {.string = (char *)(uintptr_t)text};

	if (text)
		put(Interface_status, datum, key, &value);
}

static void set_status(struct rc *rc, struct rc_iface *iface)
{
	const char *driver = iface->number ? iface->want.type->driver : NULL;
	struct kn_ethtool facts = {0};
	struct vs_datum datum = {0};

	if (iface->number && iface->want.type->kind == DP_PORT_NETDEV)
		kn_ethtool_get(iface->name, &facts);
	if (!driver && facts.driver[0])
		driver = facts.driver;
	put_text(&datum, "driver_name", driver);
	if (iface->number && rc->dp->ops->port_hook) {
		const char *why = NULL;

		put_text(&datum, "hook", rc->dp->ops->port_hook(rc->dp, iface->number, &why));
		put_text(&datum, "hook_reason", why);
	}
	store_set_ephemeral(iface->row, Interface_status, &datum);
	vs_datum_destroy(column_type(Interface_status), &datum);
	set_integer(iface, Interface_link_speed, facts.speed ? (int64_t)facts.speed : -1, true);
	set_string(iface, Interface_duplex, facts.duplex_known ? (facts.full ? "full" : "half") : NULL);
}

void rc_refresh(struct rc *rc, struct store_row *interface)
{
	struct rc_iface *iface = rc_iface_find(rc, store_row_uuid(interface));

	if (!iface || iface->gone)
		return;
	if (!vs_list_empty(&iface->tunnel))
		rc_mtu_check(rc, iface); /* routes come and go without news of devices */
	rc_publish(rc, iface);
	set_status(rc, iface);
	set_statistics(rc, iface);
}
