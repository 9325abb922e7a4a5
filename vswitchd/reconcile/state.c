/* SPDX-License-Identifier: GPL-2.0-only */
/* state.c - the interfaces and bridges that the reconciler knows: finding, adding and forgetting them */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/xalloc.h"
#include "vswitchd/reconcile/rc.h"

static uint32_t uuid_hash(const struct vs_uuid *uuid)
{
	return vs_hash_bytes(uuid, sizeof(*uuid), 0);
}

static uint32_t number_hash(uint32_t number)
{
	return vs_hash_bytes(&number, sizeof(number), 0);
}

/* The element of @map with this hash for which @condition on @it holds, or NULL. */
#define RC_LOOK_UP(map, hash_value, type, member, condition)                                                           \
	for (struct hmap_node *node = hmap_first_with_hash(map, hash_value); node; node = hmap_next_with_hash(node)) { \
		type *it = hmap_entry(node, type, member);                                                             \
		if (condition)                                                                                         \
			return it;                                                                                     \
	}                                                                                                              \
	return NULL

struct rc_iface *rc_iface_find(struct rc *rc, const struct vs_uuid *uuid)
{
	RC_LOOK_UP(&rc->ifaces, uuid_hash(uuid), struct rc_iface, by_uuid, memcmp(&it->uuid, uuid, sizeof(*uuid)) == 0);
}

struct rc_iface *rc_iface_find_name(struct rc *rc, const char *name)
{
	RC_LOOK_UP(&rc->ifaces_by_name, vs_hash_string(name), struct rc_iface, by_name,
		   !it->gone && strcmp(it->name, name) == 0);
}

struct rc_iface *rc_iface_find_ifindex(struct rc *rc, int ifindex)
{
	RC_LOOK_UP(&rc->ifaces_by_ifindex, number_hash((uint32_t)ifindex), struct rc_iface, by_ifindex,
		   it->ifindex == ifindex);
}

struct rc_iface *rc_iface_find_number(struct rc *rc, uint32_t number)
{
	RC_LOOK_UP(&rc->ifaces_by_number, number_hash(number), struct rc_iface, by_number, it->number == number);
}

struct rc_bridge *rc_bridge_find(struct rc *rc, const struct vs_uuid *uuid)
{
	RC_LOOK_UP(&rc->bridges, uuid_hash(uuid), struct rc_bridge, by_uuid,
		   memcmp(&it->uuid, uuid, sizeof(*uuid)) == 0);
}

struct rc_bridge *rc_bridge_find_name(struct rc *rc, const char *name)
{
	RC_LOOK_UP(&rc->bridges_by_name, vs_hash_string(name), struct rc_bridge, by_name,
		   !it->gone && strcmp(it->name, name) == 0);
}

struct rc_iface *rc_iface_get(struct rc *rc, struct store_row *row)
{
	const struct vs_uuid *uuid = store_row_uuid(row);
	struct rc_iface *iface = rc_iface_find(rc, uuid);
	const char *name = store_get_string(row, Interface_name);

	if (iface)
		return iface;
	iface = vs_xcalloc(1, sizeof(*iface));
	iface->uuid = *uuid;
	iface->name = vs_xstrdup(name ? name : "");
	iface->row = row;
	vs_list_init(&iface->in_bridge);
	vs_list_init(&iface->dirty);
	vs_list_init(&iface->retry);
	vs_list_init(&iface->tunnel);
	vs_list_init(&iface->patch);
	hmap_insert(&rc->ifaces, &iface->by_uuid, uuid_hash(uuid));
	hmap_insert(&rc->ifaces_by_name, &iface->by_name, vs_hash_string(iface->name));
	return iface;
}

void rc_iface_place(struct rc_iface *iface, struct rc_bridge *bridge)
{
	if (iface->bridge == bridge)
		return;
	rc_ofport_release(iface);
	if (iface->bridge) {
		vs_list_remove(&iface->in_bridge);
		iface->bridge->n_ifaces--;
	}
	iface->bridge = bridge;
	if (bridge) {
		vs_list_push(&bridge->ifaces, &iface->in_bridge);
		bridge->n_ifaces++;
	}
}

void rc_iface_set_ifindex(struct rc *rc, struct rc_iface *iface, int ifindex)
{
	if (iface->ifindex == ifindex)
		return;
	if (iface->ifindex)
		hmap_remove(&rc->ifaces_by_ifindex, &iface->by_ifindex);
	iface->ifindex = ifindex;
	if (ifindex)
		hmap_insert(&rc->ifaces_by_ifindex, &iface->by_ifindex, number_hash((uint32_t)ifindex));
}

void rc_iface_set_number(struct rc *rc, struct rc_iface *iface, uint32_t number)
{
	if (iface->number == number)
		return;
	if (iface->number)
		hmap_remove(&rc->ifaces_by_number, &iface->by_number);
	iface->number = number;
	if (number)
		hmap_insert(&rc->ifaces_by_number, &iface->by_number, number_hash(number));
}

void rc_iface_dirty(struct rc *rc, struct rc_iface *iface, unsigned int bits)
{
	if (!iface->dirty_bits)
		vs_list_push(&rc->dirty_ifaces, &iface->dirty);
	iface->dirty_bits |= bits;
}

void rc_iface_warn(struct rc_iface *iface, const char *fmt, ...)
{
	va_list args;

	iface->warnings = vs_xrealloc(iface->warnings, (iface->n_warnings + 1) * sizeof(*iface->warnings));
	va_start(args, fmt);
	iface->warnings[iface->n_warnings++] = vs_xvasprintf(fmt, args);
	va_end(args);
}

void rc_iface_unwarn(struct rc_iface *iface)
{
	for (size_t i = 0; i < iface->n_warnings; i++)
		free(iface->warnings[i]);
	free(iface->warnings);
	iface->warnings = NULL;
	iface->n_warnings = 0;
}

void rc_iface_free(struct rc *rc, struct rc_iface *iface)
{
	rc_iface_place(iface, NULL);
	rc_iface_set_ifindex(rc, iface, 0);
	rc_iface_set_number(rc, iface, 0);
	hmap_remove(&rc->ifaces, &iface->by_uuid);
	hmap_remove(&rc->ifaces_by_name, &iface->by_name);
	vs_list_remove(&iface->dirty);
	vs_list_remove(&iface->retry);
	vs_list_remove(&iface->tunnel);
	vs_list_remove(&iface->patch);
	rc_want_destroy(&iface->want);
	rc_iface_unwarn(iface);
	free(iface->macs);
	free(iface->error);
	free(iface->placed_in);
	free(iface->tunnel_path);
	free(iface->tunnel_warning);
	free(iface->mtu_warning);
	free(iface->name);
	free(iface);
}

struct rc_bridge *rc_bridge_get(struct rc *rc, struct store_row *row)
{
	const struct vs_uuid *uuid = store_row_uuid(row);
	struct rc_bridge *bridge = rc_bridge_find(rc, uuid);
	const char *name = store_get_string(row, Bridge_name);

	if (bridge)
		return bridge;
	bridge = vs_xcalloc(1, sizeof(*bridge));
	bridge->uuid = *uuid;
	bridge->name = vs_xstrdup(name ? name : "");
	bridge->row = row;
	vs_list_init(&bridge->ifaces);
	vs_list_init(&bridge->dirty);
	hmap_insert(&rc->bridges, &bridge->by_uuid, uuid_hash(uuid));
	hmap_insert(&rc->bridges_by_name, &bridge->by_name, vs_hash_string(bridge->name));
	return bridge;
}

void rc_bridge_dirty(struct rc *rc, struct rc_bridge *bridge)
{
	if (vs_list_empty(&bridge->dirty))
		vs_list_push(&rc->dirty_bridges, &bridge->dirty);
}

void rc_bridge_hide(struct rc *rc, struct rc_bridge *bridge)
{
	bridge->gone = true;
	rc_bridge_dirty(rc, bridge);
}

void rc_bridge_free(struct rc *rc, struct rc_bridge *bridge)
{
	while (!vs_list_empty(&bridge->ifaces))
		rc_iface_place(vs_container(bridge->ifaces.next, struct rc_iface, in_bridge), NULL);
	hmap_remove(&rc->bridges, &bridge->by_uuid);
	hmap_remove(&rc->bridges_by_name, &bridge->by_name);
	vs_list_remove(&bridge->dirty);
	free(bridge->ofports);
	free(bridge->fits);
	free(bridge->name);
	free(bridge);
}
