/* SPDX-License-Identifier: GPL-2.0-only */
/* static.c - addresses pinned to a port by Port.static_macs */
#include <errno.h>
#include <string.h>

#include "common/addr.h"
#include "vswitchd/reconcile/rc.h"

static void static_change(struct rc *rc, struct rc_iface *iface, const struct vs_fdb_key *key, bool add)
{
	const struct dp_ops *ops = rc->dp->ops;
	int error = add ? ops->fdb_add(rc->dp, key, iface->number) : ops->fdb_del(rc->dp, key);
	char mac[VS_MAC_TEXT];

	if (error && (add || error != -ENOENT))
		rc_iface_warn(iface, "could not %s static_macs %u/%s (%s)", add ? "add" : "remove", key->vlan,
			      vs_mac_format(key->mac, mac),
			      error == -ENOSPC ? "the datapath's address table is full" : strerror(-error));
}

/* Both lists are sorted: walk them side by side. */
void rc_static_sync(struct rc *rc, struct rc_iface *iface)
{
	struct vs_fdb_key *wanted;
	size_t n = rc_want_static_macs(iface->port, iface->vlan.bridge, &wanted), i = 0, j = 0;

	while (i < iface->n_macs || j < n) {
		int order = i == iface->n_macs ? 1 : j == n ? -1 : memcmp(&iface->macs[i], &wanted[j], sizeof(*wanted));

		if (order < 0)
			static_change(rc, iface, &iface->macs[i++], false);
		else if (order > 0)
			static_change(rc, iface, &wanted[j++], true);
		else
			i++, j++;
	}
	free(iface->macs);
	iface->macs = wanted;
	iface->n_macs = n;
}
