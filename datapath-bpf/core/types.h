/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* types.h - the structs that the forwarding core reads and writes; under bpf they are the map values */
#ifndef VS_CORE_TYPES_H
#define VS_CORE_TYPES_H

/*
 * The core is compiled twice: by clang into the BPF programs and by gcc into the daemon. It includes nothing
 * but <linux/types.h>; each side includes what else it needs first.
 */
#include <linux/types.h>

/* BPF programs cannot pass structs to functions or return them, so every function of the core becomes part of its
 * caller. */
#define VS_INLINE static inline __attribute__((always_inline))

#define VS_VLANS 4096
#define VS_VLAN_NONE 0xffff /* "no VLAN", where 0 is the VLAN of untagged frames */

/** struct vs_vlans - a set of VLAN IDs, one bit each (bit vid % 64 of word vid / 64). */
struct vs_vlans {
	__u64 bits[VS_VLANS / 64];
};

/*
 * VLAN modes are syntax. At run time a port is: where an untagged frame goes (pvid), which VLAN leaves untagged,
 * some flags, and the set of VLANs it carries. reconcile/vlan.c translates Open vSwitch's columns to this.
 */
#define VS_PORT_TAGGED_OK 0x0001       /* tagged frames (VID not 0) are admitted */
#define VS_PORT_TUNNEL 0x0002	       /* dot1q-tunnel: whatever arrives gets an outer tag; members are the C-VIDs */
#define VS_PORT_PLAIN_ONLY 0x0004      /* egress refuses a frame with a known inner tag (access ports) */
#define VS_PORT_PROTECTED 0x0008       /* no traffic between two protected ports of a bridge */
#define VS_PORT_PRIO_IF_NONZERO 0x0010 /* an untagged egress frame with a PCP gets a priority tag (VID 0) */
#define VS_PORT_PRIO_ALWAYS 0x0020     /* ... also when PCP is 0, if it came in with a tag */
#define VS_PORT_HAIRPIN 0x0040	       /* frames may leave through the port they came in by */
#define VS_PORT_OVERLAY 0x0080	       /* a VXLAN port: outputs carry a remote */
#define VS_PORT_NO_FLOOD 0x8000	       /* only frames whose destination is known to be there leave by it */

/**
 * struct vs_port - everything forwarding needs to know of one port
 * @bridge: number of the bridge it belongs to; 0 = no such port
 * @flags: VS_PORT_*
 * @pvid: VLAN of an untagged or priority-tagged frame; admitted only if @members has it
 * @untagged_vid: the VLAN that leaves without a tag; VLAN 0 always does
 * @qinq_tpid: TPID of the outer tag that a VS_PORT_TUNNEL port pushes, host order
 * @members: VLANs carried; on a VS_PORT_TUNNEL port the admitted customer VLANs (0: untagged)
 */
struct vs_port {
	__u32 bridge;
	__u32 flags;
	__u16 pvid;
	__u16 untagged_vid;
	__u16 qinq_tpid;
	__u16 pad;
	struct vs_vlans members;
};

#define VS_BRIDGE_FORWARD_BPDU 0x0001 /* pass 01-80-C2-00-00-0X on */
#define VS_BRIDGE_INNER_TAG 0x0002    /* vlan-limit is not 1: inner tags count at access ports too */

/**
 * struct vs_bridge - everything forwarding needs to know of one bridge
 * @flags: VS_BRIDGE_*
 * @fdb_limit: how many learned entries it may hold
 * @flood_vlans: VLANs without learning: every frame floods
 */
struct vs_bridge {
	__u32 flags;
	__u32 fdb_limit;
	struct vs_vlans flood_vlans;
};

/**
 * struct vs_fdb_key - what a forwarding entry is found by
 * @bridge: bridge number
 * @vlan: VLAN ID, 0 for untagged
 * @mac: the station's address
 */
struct vs_fdb_key {
	__u32 bridge;
	__u16 vlan;
	__u8 mac[6];
};

/** struct vs_ip - an IPv4 (as ::ffff:a.b.c.d) or IPv6 address; all zero means none. Network order. */
struct vs_ip {
	__u8 b[16];
} __attribute__((aligned(8))); /* copied by words */

VS_INLINE int vs_ip_equal(const struct vs_ip *a, const struct vs_ip *b)
{
	__u64 x[2], y[2];

	__builtin_memcpy(x, a->b, sizeof(x));
	__builtin_memcpy(y, b->b, sizeof(y));
	return x[0] == y[0] && x[1] == y[1];
}

#define VS_FDB_STATIC 0x0001 /* set by the operator: does not age, does not move */

/**
 * struct vs_fdb_entry - where a station is
 * @port: port number
 * @flags: VS_FDB_*
 * @origin: the port the station's frames first came in by, before any patch port (= @port without patches)
 * @remote: the VTEP it is behind, for a VXLAN port; else zero
 * @seen_ns: when a frame from it last came, CLOCK_MONOTONIC
 */
struct vs_fdb_entry {
	__u32 port;
	__u32 flags;
	__u32 origin;
	__u32 pad;
	struct vs_ip remote;
	__u64 seen_ns;
};

#endif
