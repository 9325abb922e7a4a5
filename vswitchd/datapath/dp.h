/* SPDX-License-Identifier: GPL-2.0-only */
/* dp.h - the datapath vtable: what the reconciler asks of whatever carries the frames */
#ifndef VS_DP_H
#define VS_DP_H

/*
 * A datapath has bridges and ports, by number. Numbers are given out by the datapath, start at 1, and are reused
 * after deletion. Two datapaths stand behind this table: `user` (the daemon moves the frames itself, user.c) and
 * `bpf` (the kernel does). The FDB is kept where the datapath is and is asked for through the same table.
 *
 * Nothing here blocks, and nothing here knows the store: configurations are plain structs, errors are -errno, and
 * news from below goes up through struct dp_callbacks.
 */
#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "datapath-bpf/core/reasons.h"
#include "datapath-bpf/core/types.h"

struct dp;
struct up_port;

enum dp_port_kind {
	DP_PORT_NETDEV, /* a network device: AF_PACKET under user, tcx/XDP under bpf */
	DP_PORT_VXLAN,
	DP_PORT_PATCH,
	DP_PORT_MEM, /* tests: frames go in and out by function calls, under bpf through the punt channel */
};

#define DP_INHERIT (-1) /* ttl, tos: copy it from the inner packet */

/**
 * struct dp_vxlan - a VXLAN port (RFC 7348)
 * @vni: 0..16777215
 * @remotes: VTEPs; a flooded frame goes to each once. At most one of them multicast: then frames are taken from any
 *	VTEP of the group
 * @local: source address, or zero for what routing chooses
 * @dst_port: UDP port, host order
 * @ttl: 1..255, or DP_INHERIT
 * @tos: 0..255 (the two ECN bits are not used, see RFC 6040), or DP_INHERIT
 * @csum: send UDP checksums
 * @df: set Don't Fragment in an IPv4 outer header
 * @group_ifindex: where to join a multicast group and send to it
 */
struct dp_vxlan {
	uint32_t vni;
	struct vs_ip *remotes;
	size_t n_remotes;
	struct vs_ip local;
	uint16_t dst_port;
	int ttl;
	int tos;
	bool csum;
	bool df;
	int group_ifindex;
};

/** dp_vxlan_copy() - with @remotes of its own, to be freed. */
struct dp_vxlan dp_vxlan_copy(const struct dp_vxlan *from);
bool dp_vxlan_equal(const struct dp_vxlan *a, const struct dp_vxlan *b);

/** enum dp_xdp - whether XDP takes frames before tcx does, under bpf. DP_XDP_AUTO: native, where frames come off a wire
 */
enum dp_xdp { DP_XDP_AUTO, DP_XDP_NATIVE, DP_XDP_GENERIC, DP_XDP_OFF };

/**
 * struct dp_port_config - a port as it should be
 * @kind: cannot change later
 * @name: for messages; the port's interface name
 * @vlan: the forwarding row, bridge number included; @vlan.members etc. may change at any time
 * @ifindex: of the network device (DP_PORT_NETDEV), in the daemon's network namespace
 * @xdp: for DP_PORT_NETDEV
 * @vxlan: for DP_PORT_VXLAN; copied
 * @peer: for DP_PORT_PATCH: port number of the other end, 0 while it is not there
 */
struct dp_port_config {
	enum dp_port_kind kind;
	const char *name;
	struct vs_port vlan;
	int ifindex;
	enum dp_xdp xdp;
	struct dp_vxlan vxlan;
	uint32_t peer;
};

/** struct dp_bridge_config - a bridge as it should be. @ageing_s: seconds until a silent station is forgotten. */
struct dp_bridge_config {
	const char *name;
	struct vs_bridge forward;
	uint32_t ageing_s;
};

/** struct dp_port_stats - counters since the port was added. drops[] by reason; a drop is charged to the ingress
 *	port, except those of egress (mtu, tx-full, tx-error, port-down), charged to the egress port as tx. */
struct dp_port_stats {
	uint64_t rx_packets, rx_bytes, tx_packets, tx_bytes;
	uint64_t drops[VS_DROP__COUNT];
};

/** struct dp_fdb_stats - as `fdb stats` prints them. @learned, @expired, @evicted, @moved: since the bridge began. */
struct dp_fdb_stats {
	uint64_t learned, expired, evicted, moved;
	uint32_t current, current_static, limit;
};

/** dp_fdb_cb - called for each entry by fdb_walk(). Return false to stop. */
typedef bool (*dp_fdb_cb)(const struct vs_fdb_key *key, const struct vs_fdb_entry *entry, void *arg);

/** struct dp_ops - one datapath. All return 0 or -errno unless said otherwise. */
struct dp_ops {
	const char *name;
	void (*close)(struct dp *dp);
	/* All ports and bridges have been asked for: what an earlier daemon had besides can go. May be NULL. */
	void (*settle)(struct dp *dp);
	/* A number of changes is made, and is to be in force now: end what was put off. May be NULL. */
	void (*finish)(struct dp *dp);

	/* -ENOSPC: there are as many bridges as the datapath can hold. */
	int (*bridge_add)(struct dp *dp, const struct dp_bridge_config *config, uint32_t *number);
	int (*bridge_set)(struct dp *dp, uint32_t number, const struct dp_bridge_config *config);
	/* The bridge must have no ports left. */
	int (*bridge_del)(struct dp *dp, uint32_t number);

	/* -ENOSPC: there are as many ports as it can hold; -EXFULL, also of port_set: as many remotes of tunnels. */
	int (*port_add)(struct dp *dp, const struct dp_port_config *config, uint32_t *number);
	/* Changes everything but @kind and @ifindex, without losing a frame; entries stay unless the bridge changes. */
	int (*port_set)(struct dp *dp, uint32_t number, const struct dp_port_config *config);
	/* Every FDB entry that points at the port, or was learned from its frames on another bridge, goes with it. */
	int (*port_del)(struct dp *dp, uint32_t number);
	int (*port_stats)(struct dp *dp, uint32_t number, struct dp_port_stats *stats);
	/* Where the port's frames are handled ("xdp", "tcx", "user"), and in words why not somewhere faster, or NULL.
	 */
	const char *(*port_hook)(struct dp *dp, uint32_t number, const char **why);

	/* The port as the daemon serves it itself, driver.h; NULL where the kernel does. */
	struct up_port *(*port_served)(struct dp *dp, uint32_t number);
	/* Send a frame by a port, as the switch's own: no rule looks at it, and its tags are those of the wire.
	 * -EINVAL: it is no frame; what becomes of it later, the counters tell. */
	int (*port_output)(struct dp *dp, uint32_t number, const uint8_t *bytes, size_t len);

	/* A static entry replaces a learned one. -ENOENT: no such port; -ENOSPC: as many entries as it can hold. */
	int (*fdb_add)(struct dp *dp, const struct vs_fdb_key *key, uint32_t port);
	/* -ENOENT: no such entry. */
	int (*fdb_del)(struct dp *dp, const struct vs_fdb_key *key);
	/* Forget learned entries of a bridge; @port 0: of all its ports; @vlan VS_VLAN_NONE: in all VLANs. */
	int (*fdb_flush)(struct dp *dp, uint32_t bridge, uint32_t port, uint16_t vlan);
	/* @bridge 0: of all bridges. */
	int (*fdb_walk)(struct dp *dp, uint32_t bridge, dp_fdb_cb cb, void *arg);
	int (*fdb_stats)(struct dp *dp, uint32_t bridge, struct dp_fdb_stats *stats);
	/* Count what was learned, expired, evicted and moved from zero again. */
	int (*fdb_stats_clear)(struct dp *dp, uint32_t bridge);
};

/**
 * struct dp_callbacks - news from the datapath; set them before the first port
 * @control: a frame to a reserved address (01-80-C2-00-00-0X) came in by port @number, on a bridge that does not pass
 *	it on. @bytes are those of the wire, cut after some 2,000, and valid during the call. At most 1,000 a second and
 *	port, others count as control-limit. May be NULL.
 */
struct dp_callbacks {
	void (*control)(void *arg, uint32_t number, const uint8_t *bytes, size_t len);
	void *arg;
};

/** struct dp - what every datapath begins with */
struct dp {
	const struct dp_ops *ops;
	struct dp_callbacks callbacks;
};

/** dp_user_open() - the datapath that moves frames itself. @base: where its sockets are watched. */
int dp_user_open(struct event_base *base, struct dp **dp);

/**
 * dp_bpf_open() - the datapath in the kernel
 * @rundir: its programs and maps are pinned in RUNDIR/bpf and outlive the daemon; those found there are taken over
 * @why: on failure a malloc()ed sentence that says what the kernel lacks
 */
int dp_bpf_open(struct event_base *base, const char *rundir, struct dp **dp, char **why);

/**
 * dp_bpf_flush() - end the forwarding that an earlier daemon left in the kernel, and remove all that it had pinned
 * Return: 0, also when there is nothing; or -errno with a malloc()ed sentence in @why.
 */
int dp_bpf_flush(const char *rundir, char **why);

#endif
