/* SPDX-License-Identifier: GPL-2.0-only */
/* want.h - rows of the store, understood: what an interface and a bridge shall be */
#ifndef VS_RECONCILE_WANT_H
#define VS_RECONCILE_WANT_H

#include "vswitchd/datapath/dp.h"
#include "vswitchd/kernel/addr.h"
#include "vswitchd/store/store.h"

struct rc_type;

#define RC_MTU_DEFAULT 1500

/**
 * struct rc_want - an Interface row, understood. All zero is an empty one.
 * @type: how to make it
 * @has_mac, @mac: address of the device
 * @mtu: that was asked for, 0 if none was; @mtu_column: where
 * @netns: veth: where the peer goes, NULL for nowhere
 * @peer: veth: name of the peer; patch: the other interface
 * @has_peer_mac, @peer_mac, @addrs, @routes: veth: of the peer
 * @owner, @group, @multi_queue: tap
 * @xdp: other_config:xdp
 * @down: the switch's end of the device shall be down
 * @vxlan: vxlan; its @group_ifindex stays 0, see @group_dev
 * @group_dev: vxlan: device to join the multicast group by, NULL for what routing says
 */
struct rc_want {
	const struct rc_type *type;
	bool has_mac, has_peer_mac, multi_queue, down;
	uint8_t mac[6], peer_mac[6];
	uint32_t mtu;
	const char *mtu_column;
	char *netns, *peer, *group_dev;
	struct kn_addr *addrs;
	size_t n_addrs;
	struct kn_route *routes;
	size_t n_routes;
	int64_t owner, group;
	enum dp_xdp xdp;
	struct dp_vxlan vxlan;
};

/**
 * rc_want_interface() - understand an Interface row; pure
 * @want: filled, to be given to rc_want_destroy(); untouched on failure
 * @error: on failure a malloc()ed sentence that names the value
 * Return: 0 or -EINVAL.
 */
int rc_want_interface(const struct store_row *interface, struct rc_want *want, char **error);
void rc_want_destroy(struct rc_want *want);

/* The part of it that belongs to one type; called by rc_want_interface() through struct rc_type. */
int rc_want_veth(const struct store_row *interface, struct rc_want *want, char **error);
int rc_want_tap(const struct store_row *interface, struct rc_want *want, char **error);
int rc_want_patch(const struct store_row *interface, struct rc_want *want, char **error);
int rc_want_vxlan(const struct store_row *interface, struct rc_want *want, char **error);

/**
 * rc_want_bridge() - understand a Bridge row; pure
 * @root: the Open_vSwitch row, for other_config:vlan-limit
 * @config: its @name points into the row
 */
void rc_want_bridge(const struct store_row *bridge, const struct store_row *root, struct dp_bridge_config *config);

/**
 * rc_want_static_macs() - understand Port.static_macs; pure
 * @keys: a malloc()ed array, sorted, @bridge being put into each
 * Return: how many.
 */
size_t rc_want_static_macs(const struct store_row *port, uint32_t bridge, struct vs_fdb_key **keys);

#endif
