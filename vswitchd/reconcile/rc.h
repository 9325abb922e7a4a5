/* SPDX-License-Identifier: GPL-2.0-only */
/* rc.h - what the files of the reconciler share: its state and the verbs on it */
#ifndef VS_RECONCILE_RC_H
#define VS_RECONCILE_RC_H

#include <net/if.h>

#include "common/hmap.h"
#include "common/list.h"
#include "vswitchd/datapath/dp.h"
#include "vswitchd/kernel/link.h"
#include "vswitchd/kernel/monitor.h"
#include "vswitchd/reconcile/reconcile.h"
#include "vswitchd/reconcile/types.h"
#include "vswitchd/reconcile/want.h"

#define RC_OFPORT_MAX 65279
#define RC_OFPORT_LOCAL 65534
#define RC_SOON_MS 20
#define RC_GROUP_TOP 0x60000000u /* far from the small numbers that people use for device groups */
#define RC_GROUP_TRASH 0x10000000u

/**
 * struct rc_fit - the longest packet of a VLAN that every tunnel on its way carries
 * @mtu: 0 while no tunnel is on the way
 * @tunnel: port number of the tunnel that limits it
 */
struct rc_fit {
	uint32_t mtu;
	uint32_t tunnel;
};

/**
 * struct rc_bridge - a Bridge row and its bridge in the datapath
 * @number: in the datapath, 0 if it could not be made, for the reason @error
 * @ofports: bitmap of the port numbers in use; @last_ofport the one given out last
 * @fits: by VLAN, or NULL while no tunnel is in reach; @next_fits: the same while it is being worked out
 * @gone: its row was deleted
 */
struct rc_bridge {
	struct hmap_node by_uuid, by_name;
	struct vs_list dirty;
	struct vs_uuid uuid;
	char *name;
	struct store_row *row;
	uint32_t number;
	int error;
	struct vs_list ifaces;
	size_t n_ifaces;
	uint64_t *ofports;
	uint32_t last_ofport;
	struct rc_fit *fits, *next_fits;
	bool gone;
};

/**
 * struct rc_netns - a namespace that we know by name
 * @users: interfaces with an end in it
 * @ours: made by us, and to be removed with the last user
 * @inode: which one it was, to see that somebody put another in its place
 */
struct rc_netns {
	struct hmap_node by_name;
	char *name;
	unsigned int users;
	bool ours;
	uint64_t inode;
};

#define RC_DIRTY_DEVICE 1  /* the device, and all that follows */
#define RC_DIRTY_FORWARD 2 /* the forwarding row only */

/**
 * struct rc_iface - an Interface row, its device and its port in the datapath
 * @device: name of the device at the switch's end
 * @bridge: NULL until it is placed, and when its port left
 * @want: the row as last understood; @want.type NULL: not at all yet
 * @applied: the type that was applied last, NULL if none: what rc_iface_remove() has to undo
 * @ifindex: of @device, 0 if there is none
 * @number: of the port in the datapath, 0 while parked
 * @peer: patch: the other end, when both agree on it
 * @netns: namespace by name that the device's other end is in
 * @placed_in: options:netns that the device was made with
 * @no_create: the namespace died under us: do not make another of its name
 * @retry: in rc->parked, to be tried again on news
 * @mtu: that was given to the device last, 0 for none
 * @mtu_warning, @tunnel_warning: sentences that come and go with routes; @warnings come with the device
 * @tunnel_mtu: vxlan: longest inner packet without a tag that the way to every remote carries, 0 if unknown
 * @tunnel_path: vxlan: in words, what limits it
 */
struct rc_iface {
	struct hmap_node by_uuid, by_name, by_ifindex, by_number;
	struct vs_list in_bridge, dirty, retry, tunnel, patch;
	unsigned int dirty_bits;
	struct vs_uuid uuid;
	char *name;
	char device[IFNAMSIZ];
	struct store_row *row, *port;
	struct rc_bridge *bridge;
	struct rc_want want;
	const struct rc_type *applied;
	int ifindex;
	uint32_t number;
	uint32_t ofport;
	struct vs_port vlan;
	struct rc_iface *peer;
	struct rc_netns *netns;
	char *placed_in;
	bool no_create;
	bool gone;
	bool carrier;
	int64_t link_resets;
	uint32_t mtu;
	char *mtu_warning, *tunnel_warning;
	uint32_t tunnel_mtu;
	char *tunnel_path;
	struct vs_fdb_key *macs;
	size_t n_macs;
	char *error;
	char **warnings;
	size_t n_warnings;
};

/**
 * struct rc - the reconciler
 * @group: device group of everything made, derived from the run directory
 * @trash: devices to be removed by rc_trash_empty(), together
 * @tag: "vswitch:RUNDIR:", the beginning of every alias
 * @parked: interfaces to try again on news
 * @tunnels, @patches: attached interfaces of these kinds
 * @mtu_dirty: what tunnels carry may have changed
 * @soon: the timer for what is better done once than after each of a hundred events
 * @delay_ms: of that timer; grows while trying is in vain
 */
struct rc {
	struct event_base *base;
	struct store *store;
	struct dp *dp;
	struct kn *kn;
	struct kn_monitor *monitor;
	char *rundir;
	char *tag;
	uint32_t group;
	int *trash;
	size_t n_trash;
	struct hmap ifaces, ifaces_by_name, ifaces_by_ifindex, ifaces_by_number;
	struct hmap bridges, bridges_by_name;
	struct hmap netns;
	struct vs_list parked, tunnels, patches;
	struct vs_list dirty_ifaces, dirty_bridges;
	bool mtu_dirty;
	struct event *soon;
	unsigned int delay_ms;
	unsigned int netns_tries;
};

/* --- state.c: finding, adding and forgetting -------------------------------------------------------------------- */

struct rc_iface *rc_iface_find(struct rc *rc, const struct vs_uuid *uuid);
struct rc_iface *rc_iface_find_name(struct rc *rc, const char *name);
struct rc_iface *rc_iface_find_ifindex(struct rc *rc, int ifindex);
struct rc_iface *rc_iface_find_number(struct rc *rc, uint32_t number);

/** rc_iface_get() - the one of @row, added if it is new. */
struct rc_iface *rc_iface_get(struct rc *rc, struct store_row *row);

/** rc_iface_place() - put it under @bridge (NULL: nowhere); its ofport goes with the old one. */
void rc_iface_place(struct rc_iface *iface, struct rc_bridge *bridge);
void rc_iface_set_ifindex(struct rc *rc, struct rc_iface *iface, int ifindex);
void rc_iface_set_number(struct rc *rc, struct rc_iface *iface, uint32_t number);
void rc_iface_dirty(struct rc *rc, struct rc_iface *iface, unsigned int bits);
void rc_iface_free(struct rc *rc, struct rc_iface *iface);

/** rc_iface_warn() - add a sentence to column warning. */
void rc_iface_warn(struct rc_iface *iface, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/** rc_iface_unwarn() - forget the sentences about the device, before it is configured anew. */
void rc_iface_unwarn(struct rc_iface *iface);

struct rc_bridge *rc_bridge_find(struct rc *rc, const struct vs_uuid *uuid);
struct rc_bridge *rc_bridge_find_name(struct rc *rc, const char *name);
struct rc_bridge *rc_bridge_get(struct rc *rc, struct store_row *row);
void rc_bridge_dirty(struct rc *rc, struct rc_bridge *bridge);

/** rc_bridges_retry() - make those that could not be made so far. */
void rc_bridges_retry(struct rc *rc);

/** rc_bridge_hide() - its row is gone: another of its name may come; the bridge itself is freed later. */
void rc_bridge_hide(struct rc *rc, struct rc_bridge *bridge);
void rc_bridge_free(struct rc *rc, struct rc_bridge *bridge);

/* --- ofport.c: the port numbers that users see, one set for each bridge ------------------------------------------ */

/** rc_ofport_assign() - give the interface a number: what it asks for if that is free. */
void rc_ofport_assign(struct rc_iface *iface);
void rc_ofport_release(struct rc_iface *iface);

/* --- apply.c: one interface ------------------------------------------------------------------------------------- */

/** rc_iface_apply() - make the device and the port match the row; park it if that cannot be. */
void rc_iface_apply(struct rc *rc, struct rc_iface *iface, unsigned int bits);

/** rc_iface_detach() - take the port out of the datapath; the device stays. */
void rc_iface_detach(struct rc *rc, struct rc_iface *iface);

/** rc_iface_remove() - detach, and throw the device away if it is ours. */
void rc_iface_remove(struct rc *rc, struct rc_iface *iface);

/** rc_trash_empty() - remove what was thrown away; before anything is made that may have the same name. */
void rc_trash_empty(struct rc *rc);

/** rc_iface_lost() - the device went away under us: park, or make it again. */
void rc_iface_lost(struct rc *rc, struct rc_iface *iface);

/** rc_iface_remtu() - what tunnels carry has changed: give the device the MTU that fits now. */
void rc_iface_remtu(struct rc *rc, struct rc_iface *iface);

/** rc_iface_port_set() - tell the datapath the port's forwarding row and peer again. Return: 0 or -errno. */
int rc_iface_port_set(struct rc *rc, struct rc_iface *iface);

/** rc_tag_is() - whether @link carries the tag of the interface named @name. */
bool rc_tag_is(const struct rc *rc, const struct kn_link *link, const char *name);

/** rc_device_name() - name of the device at the switch's end of an interface. */
void rc_device_name(const struct rc_type *type, const char *name, const struct vs_uuid *uuid, char device[IFNAMSIZ]);

/** rc_tag_make() - the alias for a device of the interface named @name. */
char *rc_tag_make(const struct rc *rc, const char *name);

/* --- patch.c, static.c -------------------------------------------------------------------------------------------- */

/** rc_patch_sync() - join the patch port with its peer, or part them, as both rows say now. */
void rc_patch_sync(struct rc *rc, struct rc_iface *iface);

/** rc_static_sync() - program the difference between Port.static_macs and what is programmed. */
void rc_static_sync(struct rc *rc, struct rc_iface *iface);

/* --- namespaces.c: those that we make by name ----------------------------------------------------------------------
 */

/** rc_job_updown() - what the switch's end of the device needs to be up, or down, as its row says. */
enum kn_updown rc_job_updown(const struct rc_job *job);

/**
 * rc_job_netns() - open the namespace of options:netns into job->netns, making it if it is a name and @create
 * Return: 0 or -errno.
 */
int rc_job_netns(struct rc_job *job, bool create);

/** rc_netns_use() - the interface's device now has its other end in options:netns. */
void rc_netns_use(struct rc *rc, struct rc_iface *iface);

/** rc_netns_release() - it has not any more; the namespace goes with its last user if we made it. */
void rc_netns_release(struct rc *rc, struct rc_iface *iface);

/** rc_netns_recall() - read the markers that an earlier daemon left. */
void rc_netns_recall(struct rc *rc);

/** rc_netns_sweep() - remove namespaces of ours without users. */
void rc_netns_sweep(struct rc *rc);
void rc_netns_free(struct rc *rc);

/* --- veth.c: both ends of a pair -----------------------------------------------------------------------------------
 */

int rc_veth_make(struct rc_job *job, char **error);
bool rc_veth_fits(struct rc_job *job);
void rc_veth_finish(struct rc_job *job);
int rc_internal_make(struct rc_job *job, char **error);
bool rc_internal_fits(struct rc_job *job);
void rc_internal_finish(struct rc_job *job);

/** rc_end_configure() - the switch's end of a device of ours: MAC, MTU, silent, up. */
void rc_end_configure(struct rc_job *job);

/* --- mtu.c ----------------------------------------------------------------------------------------------------------
 */

/** rc_mtu_update() - ask routing again what each tunnel carries, and pass on what changed. */
void rc_mtu_update(struct rc *rc);

/** rc_mtu_check() - the same for one tunnel, if its way has changed. */
void rc_mtu_check(struct rc *rc, struct rc_iface *iface);

/**
 * rc_mtu_target() - the MTU that a device gets, 0 for leave it alone; sets @iface->mtu_warning if something does not
 * fit
 * @current: what the device has now
 */
uint32_t rc_mtu_target(struct rc *rc, struct rc_iface *iface, uint32_t current);

/* --- status.c: ephemeral columns ------------------------------------------------------------------------------------
 */

/** rc_publish() - write what is known without asking the datapath: ofport, error, warning, link state. */
void rc_publish(struct rc *rc, struct rc_iface *iface);

/** rc_publish_done() - what the store says is in force now, as far as it can be. */
void rc_publish_done(struct rc *rc);

/* --- adopt.c: what an earlier daemon left ----------------------------------------------------------------------------
 */

/** rc_adopt() - remove devices of ours that are half made or not wanted any more. Return: 0 or -errno. */
int rc_adopt(struct rc *rc);

/* --- events.c
 * --------------------------------------------------------------------------------------------------------- */

extern const struct kn_monitor_ops rc_monitor_ops;

/** rc_soon() - run rc_on_soon() in a moment. */
void rc_soon(struct rc *rc);
void rc_on_soon(evutil_socket_t fd, short what, void *arg);

#endif
