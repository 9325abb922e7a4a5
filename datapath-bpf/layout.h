/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* layout.h - what the BPF programs and the daemon share: the maps' keys and values */
#ifndef VS_BPF_LAYOUT_H
#define VS_BPF_LAYOUT_H

/*
 * The maps outlive the daemon. A daemon that starts takes over those whose layout version is its own, and the programs
 * with them; any change to a struct here, or to the order of drop reasons, must raise VS_LAYOUT_VERSION.
 */
#include "core/control.h"
#include "core/reasons.h"
#include "core/types.h"

#define VS_LAYOUT_VERSION 2

#define VS_BPF_PORTS 4096 /* numbers 1..4095; the punt channel has 12 bits for them */
#define VS_BPF_BRIDGES 4096
#define VS_BPF_FDB (1 << 21)
#define VS_BPF_REMOTES (1 << 16)
#define VS_BPF_NAME 64

enum vs_bpf_kind { VS_BPF_NETDEV, VS_BPF_VXLAN, VS_BPF_PATCH, VS_BPF_DAEMON };

#define VS_BPF_REDIRECT_PEER 0x01 /* a veth whose other end is in another namespace, with @station's address */
#define VS_BPF_TTL_INHERIT 0x02
#define VS_BPF_TOS_INHERIT 0x04
#define VS_BPF_CSUM 0x08 /* UDP checksums on */
#define VS_BPF_DF 0x10
#define VS_BPF_XDP_OUT 0x20 /* XDP can send to it */
#define VS_BPF_XDP_NATIVE 0x40
#define VS_BPF_XDP_GENERIC 0x80 /* which can send to any device */
#define VS_BPF_XDP_TAGS 0x100	/* its driver leaves tags in the bytes because we asked for it */

/**
 * struct vs_bpf_port - a port, and how frames leave by it
 * @vlan: the forwarding row; @vlan.bridge 0: there is no such port
 * @kind: enum vs_bpf_kind
 * @how: VS_BPF_* flags
 * @ifindex: where frames leave: the device, the VXLAN device of the tunnel's UDP port, or the punt channel
 * @peer: of a patch port: the other end, 0: not there
 * @vni, @ttl, @tos, @n_remotes, @local: of a VXLAN port
 * @station: address of a veth's other end
 * @name: for the daemon that takes over
 */
struct vs_bpf_port {
	struct vs_port vlan;
	__u32 kind;
	__u32 how;
	__u32 ifindex;
	__u32 peer;
	__u32 vni;
	__u32 n_remotes;
	struct vs_ip local;
	__u8 ttl;
	__u8 tos;
	__u8 station[6];
	char name[VS_BPF_NAME];
};

/** struct vs_bpf_bridge - a bridge. @n_ports: how many of its ports are in map `members`; @used: it exists. */
struct vs_bpf_bridge {
	struct vs_bridge forward;
	__u32 used;
	__u32 n_ports;
	__u32 ageing_s;
	__u32 removed; /* entries the daemon has deleted: current = learned - removed, modulo 2^32 */
	char name[VS_BPF_NAME];
};

/** struct vs_bpf_learned - what the programs count of a bridge */
struct vs_bpf_learned {
	__u64 learned, moved, refused;
};

/** struct vs_bpf_member - key of map `members`: the ports of a bridge, 0..n_ports - 1. Value: port number. */
struct vs_bpf_member {
	__u32 bridge;
	__u32 index;
};

/** struct vs_bpf_remote - key of map `remotes`: the VTEPs of a port, 0..n_remotes - 1. Value: struct vs_ip. */
struct vs_bpf_remote {
	__u32 port;
	__u32 index;
};

/** struct vs_bpf_tunnel - key of map `tunnels`: what a received packet's port is found by; zero: any. Value: port. */
struct vs_bpf_tunnel {
	__u32 vni;
	__u32 ifindex;
	struct vs_ip remote;
	struct vs_ip local;
};

/** struct vs_bpf_stats - counters of a port, on one CPU */
struct vs_bpf_stats {
	__u64 rx_packets, rx_bytes, tx_packets, tx_bytes;
	__u64 drops[VS_DROP__COUNT];
};

/**
 * struct vs_bpf_meta - the one value of map `meta`
 * @patch_ifindex: device through which patch cables run
 * @punt_ifindex: the programs' end of the punt channel, 0: control frames are of no interest
 */
struct vs_bpf_meta {
	__u32 version;
	__u32 patch_ifindex;
	__u32 punt_ifindex;
};

/*
 * The punt channel is a veth pair between the programs and the daemon. Whatever goes through has an outer tag of TPID
 * 0x88a8 (the frame's own tags, if any, are below): its VID is the number of a port, and its upper four bits say what
 * the frame is.
 */
enum vs_punt {
	VS_PUNT_PORT,	 /* up: it leaves by this port, which the daemon serves; down: it has come in by it */
	VS_PUNT_CONTROL, /* up: a control frame that has come in by this port */
	VS_PUNT_OUTPUT,	 /* down: it leaves by this port as it is */
};

#define VS_PUNT_TCI(what, port) ((__u16)((what) << 12 | (port)))
#define VS_PUNT_WHAT(tci) ((tci) >> 12)

/* How a frame on its way over a patch cable is marked (skb->mark): into which port, from which first, how many before.
 */
#define VS_MARK_PORT(mark) ((mark)&0xfff)
#define VS_MARK_ORIGIN(mark) ((mark) >> 12 & 0xfff)
#define VS_MARK_DEPTH(mark) ((mark) >> 24 & 0xf)
#define VS_MARK(port, origin, depth) ((port) | (origin) << 12 | (depth) << 24)
#define VS_PATCH_DEPTH 8

#endif
