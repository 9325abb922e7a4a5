/* SPDX-License-Identifier: GPL-2.0-only */
/* bpf.h - inside the bpf datapath: the daemon's side of what the kernel forwards */
#ifndef VS_DP_BPF_H
#define VS_DP_BPF_H

/*
 * The programs of datapath-bpf/ forward, learn and flood; this side writes their tables and ages the FDB. The tables
 * outlive us: a daemon that starts finds its ports and bridges in them by name, gives them the numbers they have, and
 * rewrites their rows, so that no frame notices. What nobody has claimed by the time everything is set up is removed
 * (bpf_settle()).
 */
#include <net/if.h>

#include "datapath-bpf/layout.h"
#include "vswitchd/datapath/dp.h"
#include "vswitchd/kernel/bpf.h"

struct bpf_punt;
struct kn;
struct kn_link;
struct kn_xdp;
struct up_port;

/**
 * struct bpf_slot - a port of ours: @row as it is in the map, and what only the daemon needs
 * @claimed: asked for by port_add() since we started
 * @vxlan: the device of its tunnel; @config: the tunnel as it was last asked for
 * @n_tunnels: rows it has in map `tunnels`, @tunnels
 * @served: the port as the daemon serves it itself, or NULL
 * @lost: frames of it that were lost in the punt channel
 */
struct bpf_slot {
	struct vs_bpf_port row;
	bool claimed;
	uint32_t member; /* index among the bridge's members */
	struct bpf_vxlan *vxlan;
	struct dp_vxlan config;
	struct vs_bpf_tunnel *tunnels;
	size_t n_tunnels;
	int group_fd; /* keeps a multicast group joined, or -1 */
	char *no_xdp; /* why XDP does not take its frames; NULL when it does */
	struct up_port *served;
	uint64_t lost[VS_DROP__COUNT];
};

/** struct bpf_vxlan - a kernel VXLAN device that serves one UDP port; exists while it has @users */
struct bpf_vxlan {
	struct bpf_vxlan *next;
	uint16_t dst_port;
	int ifindex;
	unsigned int users;
};

/**
 * struct bpf_dp - the datapath
 * @ports, @bridges: by number, NULL where there is none
 * @port_gone, @bridge_gone: numbers to which entries of the FDB may still point
 * @meta: as it is in the map
 * @deaf: there is no channel for control frames, and that has been said
 */
struct bpf_dp {
	struct dp dp;
	struct event_base *base;
	struct kn_bpf *bpf;
	struct kn *kn;
	char *tag;
	struct bpf_slot *ports[VS_BPF_PORTS];
	struct vs_bpf_bridge *bridges[VS_BPF_BRIDGES];
	bool bridge_claimed[VS_BPF_BRIDGES];
	uint32_t n_static[VS_BPF_BRIDGES];
	uint64_t expired[VS_BPF_BRIDGES], evicted[VS_BPF_BRIDGES];
	struct vs_bpf_learned cleared[VS_BPF_BRIDGES]; /* what the programs had counted at `fdb stats-clear` */
	struct bpf_vxlan *vxlans;
	struct vs_bpf_meta meta;
	int patch_ifindex;
	struct kn_xdp *xdp; /* news of what XDP can send to; NULL: the kernel has none */
	struct event *age, *purge;
	bool some_gone, port_gone[VS_BPF_PORTS], bridge_gone[VS_BPF_BRIDGES];
	struct bpf_punt *punt;
	bool deaf;
	uint64_t aged_ns;
	uint64_t started_ns;
};

/* Writing maps: 0 or -errno. */
int bpf_put(struct bpf_dp *bpf, enum kn_bpf_map map, const void *key, const void *value);
int bpf_get(struct bpf_dp *bpf, enum kn_bpf_map map, const void *key, void *value);
int bpf_del(struct bpf_dp *bpf, enum kn_bpf_map map, const void *key);
int bpf_put_bridge(struct bpf_dp *bpf, uint32_t number);
int bpf_put_port(struct bpf_dp *bpf, uint32_t number);
int bpf_put_meta(struct bpf_dp *bpf);

/* --- bpf_bridge.c ----------------------------------------------------------------------------------------------- */

struct vs_bpf_bridge *bpf_bridge_get(struct bpf_dp *bpf, uint32_t number);
int bpf_bridge_add(struct dp *dp, const struct dp_bridge_config *config, uint32_t *number);
int bpf_bridge_set(struct dp *dp, uint32_t number, const struct dp_bridge_config *config);
int bpf_bridge_del(struct dp *dp, uint32_t number);

/** bpf_member_add() / bpf_member_remove() - put a port into the list that its bridge floods to, or take it out. */
int bpf_member_add(struct bpf_dp *bpf, uint32_t number);
void bpf_member_remove(struct bpf_dp *bpf, uint32_t number, uint32_t bridge);

/** bpf_members_recall() - read the lists that an earlier daemon left, and mend what it was killed in the midst of. */
void bpf_members_recall(struct bpf_dp *bpf);

/* --- bpf_vxlan.c: tunnels and their devices -------------------------------------------------------------------- */

/** bpf_vxlan_set() - make a VXLAN port's device, tunnels and remotes match @vxlan; @slot->row is filled, not written.
 */
int bpf_vxlan_set(struct bpf_dp *bpf, uint32_t number, struct bpf_slot *slot, const struct dp_vxlan *vxlan);
void bpf_vxlan_unset(struct bpf_dp *bpf, uint32_t number, struct bpf_slot *slot);

/** bpf_tunnels_recall() - give every port its rows in map `tunnels`, and remove those of no port. */
void bpf_tunnels_recall(struct bpf_dp *bpf);

/** bpf_vxlan_ecn_drops() - packets that the VXLAN device dropped by RFC 6040; charged to the first of its ports. */
uint64_t bpf_vxlan_ecn_drops(struct bpf_dp *bpf, uint32_t number);

/* --- bpf_device.c ----------------------------------------------------------------------------------------------- */

/* What a device is for: its alias behind our tag. */
#define BPF_VXLAN_ALIAS "vxlan"
#define BPF_PATCH_ALIAS "patch"
#define BPF_PUNT_ALIAS "punt"

/** bpf_device_name() - a name of our own for a device: two daemons in one namespace must not take each other's. */
void bpf_device_name(const struct bpf_dp *bpf, char kind, unsigned int number, char name[IFNAMSIZ]);

/**
 * bpf_device_get() - the device of that name if it is ours. One that has no alias is half made: we were killed before
 * it got one; it is removed. Return: its ifindex, 0: none, or -EEXIST if it is somebody else's.
 */
int bpf_device_get(struct bpf_dp *bpf, const char *name, const char *kind);

/**
 * bpf_pair_get() - a veth pair for our own use, taken over or made
 * @kind, @what: of its names, and of its alias
 * @mtu: 0 for what the kernel chooses
 * @ends: ifindexes
 */
int bpf_pair_get(struct bpf_dp *bpf, char kind, const char *what, uint32_t mtu, int ends[2]);

/** bpf_patch_device() - the device that patch cables run through, made when it is first needed. */
int bpf_patch_device(struct bpf_dp *bpf);

/** bpf_devices_sweep() - remove devices of an earlier daemon that nothing uses. */
void bpf_devices_sweep(struct bpf_dp *bpf);

/* --- bpf_xdp.c: the faster hook, and which ports it can send to ------------------------------------------------- */

void bpf_xdp_open(struct bpf_dp *bpf);

/** bpf_xdp_set() - let XDP take the port's frames, or not, as @wanted and its device allow: fills in the row, which is
 * then to be written; its slot's @no_xdp says why not. */
void bpf_xdp_set(struct bpf_dp *bpf, uint32_t number, enum dp_xdp wanted);

/** bpf_xdp_unset() - the port goes: take the program off, and give the driver its way with tags back. */
void bpf_xdp_unset(struct bpf_dp *bpf, uint32_t number);

/* --- bpf_punt.c: frames that only the daemon can serve ---------------------------------------------------------- */

/** bpf_punt_open() - the channel, made when it is first needed. */
int bpf_punt_open(struct bpf_dp *bpf);

/** bpf_punt_close() - let go of it; @remove: and of its devices. */
void bpf_punt_close(struct bpf_dp *bpf, bool remove);

/** bpf_punt_port() - let the daemon serve port @number by its driver; @slot->row is filled, not written. */
int bpf_punt_port(struct bpf_dp *bpf, uint32_t number, struct bpf_slot *slot, const struct dp_port_config *config);

/** bpf_punt_output() - see dp_ops.port_output. */
int bpf_punt_output(struct bpf_dp *bpf, uint32_t number, const uint8_t *bytes, size_t len);

/** bpf_punt_drops() - add what the daemon itself has dropped of a port's frames. */
void bpf_punt_drops(struct bpf_dp *bpf, uint32_t number, uint64_t drops[VS_DROP__COUNT]);

/* --- bpf_fdb.c -------------------------------------------------------------------------------------------------- */

int bpf_fdb_add(struct dp *dp, const struct vs_fdb_key *key, uint32_t port);
int bpf_fdb_delete(struct dp *dp, const struct vs_fdb_key *key);
int bpf_fdb_flush(struct dp *dp, uint32_t bridge, uint32_t port, uint16_t vlan);
int bpf_fdb_walk(struct dp *dp, uint32_t bridge, dp_fdb_cb cb, void *arg);
int bpf_fdb_stats(struct dp *dp, uint32_t bridge, struct dp_fdb_stats *stats);
int bpf_fdb_stats_clear(struct dp *dp, uint32_t bridge);

/** bpf_fdb_port_gone(), bpf_fdb_bridge_gone() - every entry that points there or came from there goes, but not now. */
void bpf_fdb_port_gone(struct bpf_dp *bpf, uint32_t port);
void bpf_fdb_bridge_gone(struct bpf_dp *bpf, uint32_t bridge);

/** bpf_fdb_purge() - now. Before that the number must not be another's. */
void bpf_fdb_purge(struct bpf_dp *bpf);

/** bpf_fdb_limit() - a bridge's limit has changed: evict what is over it. */
void bpf_fdb_limit(struct bpf_dp *bpf, uint32_t bridge);

/** bpf_fdb_begin() - count what is there, start ageing. */
void bpf_fdb_begin(struct bpf_dp *bpf);

/** bpf_fdb_settle() - remove the static entries of an earlier daemon that nobody has asked for since. */
void bpf_fdb_settle(struct bpf_dp *bpf);

/** dp_bpf_age() - for tests: look after the FDB at once, with a clock that is @seconds later than it is. */
void dp_bpf_age(struct dp *dp, uint64_t seconds);

#endif
