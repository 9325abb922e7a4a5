/* SPDX-License-Identifier: GPL-2.0-only */
/* reconcile.c - the only code that makes the kernel and the datapath match the store */
#include "vswitchd/reconcile/reconcile.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/xalloc.h"
#include "vswitchd/reconcile/rc.h"

/*
 * The store says which rows changed; each change only marks interfaces and bridges. Then come the phases, always the
 * same, at start with everything marked:
 *
 *	1. interfaces whose rows are gone: port out of the datapath, device removed
 *	2. bridges: made or changed
 *	3. interfaces: made, changed, or parked
 *	4. bridges whose rows are gone
 *	5. what tunnels carry, if it may have changed: MTUs
 *
 * Deletions come first so that a name, an address or a port number is free for whoever takes it over; a bridge goes
 * after its ports have moved to another. Work is in proportion to what changed: among thousands of ports one more is
 * a few look-ups by hash.
 */
static struct rc_bridge *bridge_of_port(struct rc *rc, const struct store_row *port)
{
	struct store_row *row = port ? store_referrer(rc->store, port) : NULL;

	return row && store_row_table(row) == STORE_Bridge ? rc_bridge_get(rc, row) : NULL;
}

static void mark_interface(struct rc *rc, struct store_row *row, unsigned int bits)
{
	struct rc_iface *iface = rc_iface_get(rc, row);
	struct store_row *port = store_referrer(rc->store, row);

	iface->row = row;
	iface->port = port;
	rc_iface_place(iface, bridge_of_port(rc, port));
	rc_iface_dirty(rc, iface, bits);
}

static void mark_port(struct rc *rc, const struct store_row *port, unsigned int bits)
{
	const struct vs_datum *interfaces = store_get(port, Port_interfaces);

	for (unsigned int i = 0; i < interfaces->n; i++) {
		struct store_row *row = store_get_ref(rc->store, port, Port_interfaces, i);

		if (row)
			mark_interface(rc, row, bits);
	}
}

/* A port may have come from another bridge without a change to its own row. */
static void mark_moved_ports(struct rc *rc, struct rc_bridge *bridge)
{
	const struct vs_datum *ports = store_get(bridge->row, Bridge_ports);

	for (unsigned int i = 0; i < ports->n; i++) {
		struct store_row *port = store_get_ref(rc->store, bridge->row, Bridge_ports, i);
		struct store_row *row = port ? store_get_ref(rc->store, port, Port_interfaces, 0) : NULL;
		struct rc_iface *iface = row ? rc_iface_find(rc, store_row_uuid(row)) : NULL;

		if (port && (!iface || iface->bridge != bridge))
			mark_port(rc, port, RC_DIRTY_FORWARD);
	}
}

static void mark_bridge(struct rc *rc, const struct store_change *change)
{
	struct rc_bridge *bridge = rc_bridge_get(rc, change->row);

	bridge->row = change->row;
	if (change->op == STORE_DELETED)
		rc_bridge_hide(rc, bridge);
	else
		rc_bridge_dirty(rc, bridge);
}

#define COLUMN(column) (1ULL << (column))

static const uint64_t interface_columns = COLUMN(Interface_type) | COLUMN(Interface_options) | COLUMN(Interface_mac) |
					  COLUMN(Interface_mtu_request) | COLUMN(Interface_ofport_request) |
					  COLUMN(Interface_other_config);
static const uint64_t port_columns = COLUMN(Port_interfaces) | COLUMN(Port_trunks) | COLUMN(Port_cvlans) |
				     COLUMN(Port_tag) | COLUMN(Port_vlan_mode) | COLUMN(Port_protected) |
				     COLUMN(Port_other_config) | COLUMN(Port_static_macs);

static void mark_change(struct rc *rc, const struct store_change *change)
{
	bool all = change->op != STORE_MODIFIED;
	struct rc_iface *iface;

	switch (change->table) {
	case STORE_Interface:
		if (change->op == STORE_DELETED) {
			iface = rc_iface_find(rc, store_row_uuid(change->row));
			if (iface) {
				iface->gone = true;
				rc_iface_dirty(rc, iface, RC_DIRTY_DEVICE);
			}
			break;
		}
		iface = rc_iface_get(rc, change->row);
		if (all || change->columns & interface_columns || !iface->number) {
			iface->no_create = false;
			mark_interface(rc, change->row, RC_DIRTY_DEVICE);
		}
		break;
	case STORE_Port:
		if (change->op != STORE_DELETED && (all || change->columns & port_columns))
			mark_port(rc, change->row,
				  all || change->columns & COLUMN(Port_interfaces) ? RC_DIRTY_DEVICE
										   : RC_DIRTY_FORWARD);
		break;
	case STORE_Bridge:
		if (all || change->columns & (COLUMN(Bridge_other_config) | COLUMN(Bridge_flood_vlans)))
			mark_bridge(rc, change);
		break;
	case STORE_Open_vSwitch:
		if (change->columns & COLUMN(Open_vSwitch_other_config))
			hmap_for_each(node, &rc->bridges)
				rc_bridge_dirty(rc, hmap_entry(node, struct rc_bridge, by_uuid));
		break;
	default:
		break;
	}
}

/*
 * Bridges whose set of ports changed. One such bridge can only have won ports that are new, or lost ports that are
 * gone, and both are changes of their own. With more of them a port may have moved.
 */
static void mark_moves(struct rc *rc, const struct store_change *changes, size_t n)
{
	size_t touched = 0;

	for (size_t i = 0; i < n; i++) {
		touched += changes[i].table == STORE_Bridge &&
			   (changes[i].op != STORE_MODIFIED || changes[i].columns & COLUMN(Bridge_ports));
	}
	for (size_t i = 0; touched > 1 && i < n; i++) {
		if (changes[i].table == STORE_Bridge && changes[i].op != STORE_DELETED)
			mark_moved_ports(rc, rc_bridge_get(rc, changes[i].row));
	}
}

static void phase_remove_interfaces(struct rc *rc)
{
	struct vs_list *at, *next;

	vs_list_each_safe(at, next, &rc->dirty_ifaces)
	{
		struct rc_iface *iface = vs_container(at, struct rc_iface, dirty);

		if (!iface->gone)
			continue;
		rc_iface_remove(rc, iface);
		rc_iface_free(rc, iface);
	}
	rc_trash_empty(rc);
}

static void bridge_apply(struct rc *rc, struct rc_bridge *bridge)
{
	struct dp_bridge_config config;
	int before = bridge->error;

	rc_want_bridge(bridge->row, store_root(rc->store), &config);
	if (bridge->number)
		bridge->error = rc->dp->ops->bridge_set(rc->dp, bridge->number, &config);
	else
		bridge->error = rc->dp->ops->bridge_add(rc->dp, &config, &bridge->number);
	if (bridge->error && bridge->error != before)
		vs_err("cannot set bridge '%s' up in the datapath: %s", bridge->name, strerror(-bridge->error));
}

static void phase_set_bridges(struct rc *rc)
{
	struct vs_list *at, *next;

	vs_list_each_safe(at, next, &rc->dirty_bridges)
	{
		struct rc_bridge *bridge = vs_container(at, struct rc_bridge, dirty);

		if (bridge->gone)
			continue;
		vs_list_remove(&bridge->dirty);
		bridge_apply(rc, bridge);
	}
}

void rc_bridges_retry(struct rc *rc)
{
	hmap_for_each(node, &rc->bridges)
	{
		struct rc_bridge *bridge = hmap_entry(node, struct rc_bridge, by_uuid);

		if (!bridge->number && !bridge->gone)
			bridge_apply(rc, bridge);
	}
}

static void phase_apply_interfaces(struct rc *rc)
{
	while (!vs_list_empty(&rc->dirty_ifaces)) {
		struct rc_iface *iface = vs_container(rc->dirty_ifaces.next, struct rc_iface, dirty);
		unsigned int bits = iface->dirty_bits;

		vs_list_remove(&iface->dirty);
		iface->dirty_bits = 0;
		rc_iface_apply(rc, iface, bits);
	}
}

static void phase_remove_bridges(struct rc *rc)
{
	while (!vs_list_empty(&rc->dirty_bridges)) {
		struct rc_bridge *bridge = vs_container(rc->dirty_bridges.next, struct rc_bridge, dirty);
		int error = bridge->number ? rc->dp->ops->bridge_del(rc->dp, bridge->number) : 0;

		if (error)
			vs_err("cannot remove bridge '%s' from the datapath: %s", bridge->name, strerror(-error));
		rc_bridge_free(rc, bridge);
	}
}

static void run_phases(struct rc *rc)
{
	phase_remove_interfaces(rc);
	phase_set_bridges(rc);
	phase_apply_interfaces(rc);
	phase_remove_bridges(rc);
	if (rc->mtu_dirty)
		rc_mtu_update(rc);
	if (rc->dp->ops->finish)
		rc->dp->ops->finish(rc->dp);
	rc_publish_done(rc);
}

static void on_changes(const struct store_change *changes, size_t n, void *arg)
{
	struct rc *rc = arg;

	rc->delay_ms = RC_SOON_MS;
	for (size_t i = 0; i < n; i++)
		mark_change(rc, &changes[i]);
	mark_moves(rc, changes, n);
	run_phases(rc);
	if (!vs_list_empty(&rc->parked))
		rc_soon(rc);
}

static void mark_everything(struct rc *rc)
{
	for (struct store_row *row = store_first(rc->store, STORE_Bridge); row; row = store_next(rc->store, row))
		rc_bridge_dirty(rc, rc_bridge_get(rc, row));
	for (struct store_row *row = store_first(rc->store, STORE_Interface); row; row = store_next(rc->store, row))
		mark_interface(rc, row, RC_DIRTY_DEVICE);
}

static int identify(struct rc *rc, const char *rundir)
{
	char *path = realpath(rundir, NULL);

	if (!path)
		return -errno;
	rc->rundir = path;
	rc->group = RC_GROUP_TOP | (vs_hash_string(path) & (RC_GROUP_TRASH - 1));
	/* An alias holds 255 characters; a path too long for that is told by its hash. */
	rc->tag = strlen(path) < KN_ALIAS / 2 ? vs_xasprintf("vswitch:%s:", path)
					      : vs_xasprintf("vswitch:#%08x:", vs_hash_string(path));
	return 0;
}

int rc_open(struct event_base *base, struct store *store, struct dp *dp, const char *rundir, struct rc **rc)
{
	struct rc *new = vs_xcalloc(1, sizeof(*new));
	int error;

	new->base = base;
	new->store = store;
	new->dp = dp;
	new->delay_ms = RC_SOON_MS;
	vs_list_init(&new->parked);
	vs_list_init(&new->tunnels);
	vs_list_init(&new->patches);
	vs_list_init(&new->dirty_ifaces);
	vs_list_init(&new->dirty_bridges);
	new->soon = event_new(base, -1, 0, rc_on_soon, new);
	error = new->soon ? identify(new, rundir) : -ENOMEM;
	if (!error)
		error = kn_open(&new->kn);
	/* Listen before looking, so that nothing falls between. */
	if (!error)
		error = kn_monitor_open(base, &rc_monitor_ops, new, &new->monitor);
	if (!error)
		error = rc_adopt(new);
	if (error) {
		rc_close(new);
		return error;
	}
	rc_netns_recall(new);
	mark_everything(new);
	run_phases(new);
	rc_netns_sweep(new);
	store_set_listener(store, on_changes, new);
	*rc = new;
	return 0;
}

void rc_close(struct rc *rc)
{
	if (!rc)
		return;
	store_set_listener(rc->store, NULL, NULL);
	kn_monitor_close(rc->monitor);
	if (rc->soon)
		event_free(rc->soon);
	hmap_for_each_safe(iface, next_iface, &rc->ifaces)
		rc_iface_free(rc, hmap_entry(iface, struct rc_iface, by_uuid));
	hmap_for_each_safe(bridge, next_bridge, &rc->bridges)
		rc_bridge_free(rc, hmap_entry(bridge, struct rc_bridge, by_uuid));
	rc_netns_free(rc);
	hmap_destroy(&rc->ifaces);
	hmap_destroy(&rc->ifaces_by_name);
	hmap_destroy(&rc->ifaces_by_ifindex);
	hmap_destroy(&rc->ifaces_by_number);
	hmap_destroy(&rc->bridges);
	hmap_destroy(&rc->bridges_by_name);
	kn_close(rc->kn);
	free(rc->trash);
	free(rc->rundir);
	free(rc->tag);
	free(rc);
}

uint32_t rc_bridge_number(struct rc *rc, const char *bridge)
{
	struct rc_bridge *found = rc_bridge_find_name(rc, bridge);

	return found ? found->number : 0;
}

uint32_t rc_port_number(struct rc *rc, const char *iface)
{
	struct rc_iface *found = rc_iface_find_name(rc, iface);

	return found ? found->number : 0;
}

const char *rc_port_name(struct rc *rc, uint32_t number)
{
	struct rc_iface *found = rc_iface_find_number(rc, number);

	return found ? found->name : NULL;
}
