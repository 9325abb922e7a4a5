/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* forward.h - what a switch does with a frame: admit, learn, look up, and which ports may have it */
#ifndef VS_CORE_FORWARD_H
#define VS_CORE_FORWARD_H

/*
 * The order is that of IEEE 802.1Q clause 8.6: ingress rules, learning, forwarding decision, egress rules. Written
 * once and compiled twice, so it is pure: what it needs of the world it asks of five environment functions, which
 * the includer defines before (struct vs_env is whatever it likes):
 *
 *	static inline const struct vs_bridge *vs_env_bridge(struct vs_env *env, __u32 number);
 *	static inline const struct vs_port *vs_env_port(struct vs_env *env, __u32 number);
 *	static inline struct vs_fdb_entry *vs_env_fdb_find(struct vs_env *env, const struct vs_fdb_key *key);
 *	static inline void vs_env_fdb_learn(struct vs_env *env, const struct vs_fdb_key *key,
 *					    struct vs_fdb_entry *known, const struct vs_fdb_entry *now);
 *	static inline __u64 vs_env_now(struct vs_env *env);
 *
 * vs_env_fdb_learn() stores or moves an entry (@known is the present one or NULL); the core has already decided that
 * it may. Copying a frame to many ports is the includer's loop over the bridge's ports around vs_admit().
 */
#include "vlan.h"

/** How much older the time in an entry may be than the newest frame: saves a write per frame. */
#define VS_SEEN_STEP_NS 1000000000ULL

/**
 * struct vs_ingress - where a frame came from
 * @port: port number
 * @origin: the port it first came in by, when patch ports lie between; else @port
 * @remote: the VTEP that sent it, on a VXLAN port
 */
struct vs_ingress {
	__u32 port;
	__u32 origin;
	struct vs_ip remote;
};

/**
 * struct vs_verdict - what becomes of a frame
 * @reason: VS_DROP_NONE, or why it is dropped
 * @flood: to every admitted port of the bridge; else to @port alone
 * @remote: unless @flood, on a VXLAN port, the VTEP it goes to; in the FDB's entry, where it is until that changes
 */
struct vs_verdict {
	enum vs_drop reason;
	__u32 flood;
	__u32 port;
	const struct vs_ip *remote;
};

VS_INLINE struct vs_fdb_key vs_fdb_key_make(__u32 bridge, __u16 vlan, const __u8 mac[6])
{
	struct vs_fdb_key key = {.bridge = bridge, .vlan = vlan};

	__builtin_memcpy(key.mac, mac, 6);
	return key;
}

/** vs_learn() - remember where the frame's source is: a move takes effect with the next frame. */
VS_INLINE void vs_learn(struct vs_env *env, __u32 bridge, const struct vs_ingress *in, const struct vs_frame *frame)
{
	struct vs_fdb_key key = vs_fdb_key_make(bridge, frame->vlan, frame->src);
	struct vs_fdb_entry now = {.port = in->port, .origin = in->origin, .remote = in->remote};
	struct vs_fdb_entry *known;

	if (vs_mac_is_multicast(frame->src) || vs_mac_is_zero(frame->src))
		return;
	known = vs_env_fdb_find(env, &key);
	now.seen_ns = vs_env_now(env);
	if (known) {
		if (known->flags & VS_FDB_STATIC)
			return;
		if (known->port == now.port && known->origin == now.origin &&
		    vs_ip_equal(&known->remote, &now.remote) && now.seen_ns - known->seen_ns < VS_SEEN_STEP_NS)
			return;
	}
	vs_env_fdb_learn(env, &key, known, &now);
}

/**
 * vs_decide() - run a frame through ingress, learning and lookup
 * @frame: as parsed; its VLAN is filled in
 */
VS_INLINE struct vs_verdict vs_decide(struct vs_env *env, const struct vs_ingress *in, struct vs_frame *frame)
{
	struct vs_verdict verdict = {.reason = VS_DROP_NONE, .flood = 1};
	const struct vs_port *port = vs_env_port(env, in->port);
	const struct vs_bridge *bridge = port && port->bridge ? vs_env_bridge(env, port->bridge) : 0;
	struct vs_fdb_entry *to;
	struct vs_fdb_key key;

	if (!bridge) {
		verdict.reason = VS_DROP_NO_PORT;
		return verdict;
	}
	if (vs_mac_is_reserved(frame->dst) && !(bridge->flags & VS_BRIDGE_FORWARD_BPDU)) {
		verdict.reason = VS_DROP_RESERVED_MAC;
		return verdict;
	}
	verdict.reason = vs_vlan_in(port, frame);
	if (verdict.reason != VS_DROP_NONE || vs_vlans_has(&bridge->flood_vlans, frame->vlan))
		return verdict;
	vs_learn(env, port->bridge, in, frame);
	if (vs_mac_is_multicast(frame->dst))
		return verdict;
	key = vs_fdb_key_make(port->bridge, frame->vlan, frame->dst);
	to = vs_env_fdb_find(env, &key);
	if (to) {
		verdict.flood = 0;
		verdict.port = to->port;
		verdict.remote = &to->remote;
	}
	return verdict;
}

/**
 * vs_admit() - whether a frame that came in by @in_number may leave by @out_number, unicast or flooded
 * Return: VS_DROP_NONE, or why not.
 */
VS_INLINE enum vs_drop vs_admit(const struct vs_bridge *bridge, __u32 in_number, const struct vs_port *in,
				__u32 out_number, const struct vs_port *out, const struct vs_frame *frame)
{
	if (in_number == out_number && !(in->flags & VS_PORT_HAIRPIN))
		return VS_DROP_SAME_PORT;
	if (in->bridge != out->bridge)
		return VS_DROP_NO_EGRESS;
	if (in_number != out_number && (in->flags & out->flags & VS_PORT_PROTECTED))
		return VS_DROP_PROTECTED;
	return vs_vlan_carries(bridge, out, frame) ? VS_DROP_NONE : VS_DROP_VLAN_EGRESS;
}

/** vs_admit_flood() - vs_admit() for one of the ports of a flood */
VS_INLINE enum vs_drop vs_admit_flood(const struct vs_bridge *bridge, __u32 in_number, const struct vs_port *in,
				      __u32 out_number, const struct vs_port *out, const struct vs_frame *frame)
{
	if (out->flags & VS_PORT_NO_FLOOD)
		return VS_DROP_NO_EGRESS;
	return vs_admit(bridge, in_number, in, out_number, out, frame);
}

#endif
