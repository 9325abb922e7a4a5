/* SPDX-License-Identifier: GPL-2.0-only */
/* patch.c - patch ports: two interfaces that name each other are joined, whichever comes first */
#include <string.h>

#include "common/log.h"
#include "vswitchd/reconcile/rc.h"

/*
 * As in Open vSwitch, a patch port whose peer is not there is up, has its number, and drops what it is given (with
 * the reason patch-no-peer). Both ends must name each other; so the only interface that can become or cease to be a
 * port's peer is the one it names, and looking there is all there is to do.
 */
static struct rc_iface *patch_partner(struct rc *rc, const struct rc_iface *iface)
{
	struct rc_iface *other;

	if (!iface->number || iface->want.type->kind != DP_PORT_PATCH)
		return NULL;
	other = rc_iface_find_name(rc, iface->want.peer);
	if (!other || other == iface || !other->number || other->want.type->kind != DP_PORT_PATCH ||
	    strcmp(other->want.peer, iface->name) != 0)
		return NULL;
	return other;
}

static void patch_tell(struct rc *rc, struct rc_iface *iface)
{
	int error = rc_iface_port_set(rc, iface);

	if (error)
		vs_err("cannot change the peer of port '%s' in the datapath: %s", iface->name, strerror(-error));
	rc_publish(rc, iface);
}

/* What was learned there lies behind a peer that is not any more. */
static void patch_forget(struct rc *rc, struct rc_iface *iface)
{
	if (iface->number && iface->bridge)
		rc->dp->ops->fdb_flush(rc->dp, iface->bridge->number, iface->number, VS_VLAN_NONE);
}

void rc_patch_sync(struct rc *rc, struct rc_iface *iface)
{
	struct rc_iface *old = iface->peer, *new = patch_partner(rc, iface);

	if (old == new)
		return;
	rc->mtu_dirty = true;
	if (old) {
		old->peer = NULL;
		patch_tell(rc, old);
		patch_forget(rc, old);
		patch_forget(rc, iface);
	}
	iface->peer = new;
	if (new) {
		new->peer = iface;
		patch_tell(rc, new);
	}
	if (iface->number)
		patch_tell(rc, iface);
}
