/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* switch.bpf.c - the switch in the kernel: programs on the ingress of every port, and of the devices behind tunnels */

/*
 * A program reads the frame's head, runs the core, and sends the frame where the verdict says: a single output takes
 * the frame itself, a flood takes clones, with the tag put right before each and put back after. Whatever is not
 * forwarded is dropped here and never reaches the host's stack.
 *
 * Kernels: bpf_loop (5.17) bounds the flood; local addresses in tunnel keys came with 6.0; tcx with 6.6.
 */
#include <linux/bpf.h>
#include <linux/if_packet.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "env.bpf.h"

#define HEAD_MACS 12

/* struct way - a frame's way through one bridge. @sent: how many copies have left */
struct way {
	struct __sk_buff *skb;
	struct vs_frame frame;
	struct vs_ingress in;
	__u32 bridge;
	__u32 depth;
	__u32 len;
	__u32 sent;
	__u32 out; /* the port being sent to, while its remotes are walked */
};

/* struct head - the first bytes of a frame; what lies below the addresses depends on tags */
struct head {
	__u8 dst[6];
	__u8 src[6];
	__u8 rest[10]; /* EtherType, or up to two tags and an EtherType */
};

VS_INLINE enum vs_drop head_parse(struct __sk_buff *skb, struct vs_frame *frame)
{
	struct head head = {};
	__u32 have = skb->len < sizeof(head) ? skb->len : sizeof(head);
	__u16 first, second;

	if (have == sizeof(head) ? bpf_skb_load_bytes(skb, 0, &head, sizeof(head))
				 : have < VS_ETH_HLEN || bpf_skb_load_bytes(skb, 0, &head, VS_ETH_HLEN))
		return VS_DROP_RUNT;
	if (have < sizeof(head) && have >= VS_ETH_HLEN + VS_TAG_LEN)
		bpf_skb_load_bytes(skb, 0, &head, VS_ETH_HLEN + VS_TAG_LEN);
	__builtin_memcpy(frame->dst, head.dst, 6);
	__builtin_memcpy(frame->src, head.src, 6);
	first = vs_load16(head.rest);
	second = vs_load16(head.rest + VS_TAG_LEN);
	if (skb->vlan_present) {
		frame->outer.tpid = bpf_ntohs((__u16)skb->vlan_proto);
		frame->outer.tci = (__u16)skb->vlan_tci;
		if (vs_is_tpid(first) && have >= VS_ETH_HLEN + VS_TAG_LEN)
			frame->inner_vid = vs_load16(head.rest + 2) & VS_TCI_VID;
	} else if (vs_is_tpid(first)) {
		if (have < VS_ETH_HLEN + VS_TAG_LEN)
			return VS_DROP_RUNT;
		frame->outer.tpid = first;
		frame->outer.tci = vs_load16(head.rest + 2);
		if (vs_is_tpid(second) && have >= sizeof(head))
			frame->inner_vid = vs_load16(head.rest + 6) & VS_TCI_VID;
	}
	return VS_DROP_NONE;
}

/* --- tags ------------------------------------------------------------------------------------------------------ */

/* Popping fails when the tag is off and another one shows that is cut off: fine below a new tag, but no frame alone. */
VS_INLINE enum vs_drop retag(struct __sk_buff *skb, const struct vs_tagop *op)
{
	if (op->pop && bpf_skb_vlan_pop(skb) && !op->push.tpid)
		return VS_DROP_RUNT;
	if (op->push.tpid && bpf_skb_vlan_push(skb, bpf_htons(op->push.tpid), op->push.tci))
		return VS_DROP_TX_ERROR;
	return VS_DROP_NONE;
}

VS_INLINE void retag_undo(struct __sk_buff *skb, const struct vs_tagop *op, const struct vs_tag *outer)
{
	if (op->push.tpid)
		bpf_skb_vlan_pop(skb);
	if (op->pop)
		bpf_skb_vlan_push(skb, bpf_htons(outer->tpid), outer->tci);
}

VS_INLINE __u32 tagged_len(const struct way *way, const struct vs_tagop *op)
{
	return way->len - (op->pop ? VS_TAG_LEN : 0) + (op->push.tpid ? VS_TAG_LEN : 0);
}

/* --- outputs --------------------------------------------------------------------------------------------------- */

/* struct inner - of an inner IP packet, what the outer header may inherit */
struct inner {
	__u8 tos, ttl;
};

VS_INLINE struct inner inner_ip(struct __sk_buff *skb)
{
	struct inner inner = {0, 64};
	__u8 b[10] = {};

	if (bpf_skb_load_bytes(skb, HEAD_MACS, b, sizeof(b)))
		return inner;
	if (vs_load16(b) == 0x0800) {
		inner.tos = b[3];
		bpf_skb_load_bytes(skb, 14 + 8, &inner.ttl, 1);
	} else if (vs_load16(b) == 0x86dd) {
		inner.tos = (__u8)(b[2] << 4 | b[3] >> 4);
		inner.ttl = b[9];
	}
	return inner;
}

VS_INLINE int ip_is_v4(const struct vs_ip *ip)
{
	return !(ip->b[0] | ip->b[1] | ip->b[2] | ip->b[3] | ip->b[4] | ip->b[5] | ip->b[6] | ip->b[7] | ip->b[8] |
		 ip->b[9]) &&
	       ip->b[10] == 0xff && ip->b[11] == 0xff;
}

VS_INLINE __u32 ip_v4(const struct vs_ip *ip)
{
	return (__u32)ip->b[12] << 24 | (__u32)ip->b[13] << 16 | (__u32)ip->b[14] << 8 | ip->b[15];
}

/* tunnel_key() - say where the VXLAN device shall send the frame (RFC 7348). The device does RFC 6040's part. */
VS_INLINE int tunnel_key(struct __sk_buff *skb, const struct vs_bpf_port *port, const struct vs_ip *remote)
{
	struct bpf_tunnel_key key = {.tunnel_id = port->vni, .tunnel_tos = port->tos, .tunnel_ttl = port->ttl};
	__u64 flags = 0;

	if (port->how & (VS_BPF_TTL_INHERIT | VS_BPF_TOS_INHERIT)) {
		struct inner inner = inner_ip(skb);

		if (port->how & VS_BPF_TTL_INHERIT)
			key.tunnel_ttl = inner.ttl ? inner.ttl : 1;
		if (port->how & VS_BPF_TOS_INHERIT)
			key.tunnel_tos = inner.tos;
	}
	if (ip_is_v4(remote)) {
		key.remote_ipv4 = ip_v4(remote);
		key.local_ipv4 = ip_is_v4(&port->local) ? ip_v4(&port->local) : 0;
		flags |= port->how & VS_BPF_DF ? BPF_F_DONT_FRAGMENT : 0;
	} else {
		__builtin_memcpy(key.remote_ipv6, remote->b, 16);
		__builtin_memcpy(key.local_ipv6, port->local.b, 16);
		flags |= BPF_F_TUNINFO_IPV6;
	}
	if (!(port->how & VS_BPF_CSUM))
		flags |= BPF_F_ZERO_CSUM_TX;
	return (int)bpf_skb_set_tunnel_key(skb, &key, sizeof(key), flags);
}

VS_INLINE int mac_same(const __u8 a[6], const __u8 b[6])
{
	return !((a[0] ^ b[0]) | (a[1] ^ b[1]) | (a[2] ^ b[2]) | (a[3] ^ b[3]) | (a[4] ^ b[4]) | (a[5] ^ b[5]));
}

/* patch_prepare() - mark the frame for the other end of a cable. Return: the device to put it into, 0 if it goes
 * nowhere. */
VS_INLINE __u32 patch_prepare(const struct way *way, __u32 number, const struct vs_bpf_port *port)
{
	__u32 zero = 0;
	const struct vs_bpf_meta *m = bpf_map_lookup_elem(&meta, &zero);
	const struct vs_bpf_port *peer = port->peer ? port_get(port->peer) : 0;

	if (!m || !peer || peer->kind != VS_BPF_PATCH) {
		count_drop(number, VS_DROP_PATCH_NO_PEER);
		return 0;
	}
	if (way->depth >= VS_PATCH_DEPTH) {
		count_drop(number, VS_DROP_PATCH_LOOP);
		return 0;
	}
	way->skb->mark = VS_MARK(port->peer, way->in.origin, way->depth + 1);
	return m->patch_ifindex;
}

/* send_one() - the frame itself leaves by @port. Return: the program's verdict. */
VS_INLINE int send_one(const struct way *way, __u32 number, const struct vs_bpf_port *port,
		       const struct vs_verdict *verdict)
{
	struct vs_tagop op = vs_vlan_out(&port->vlan, &way->frame);
	__u32 ifindex = port->ifindex;
	enum vs_drop reason = retag(way->skb, &op);

	if (reason != VS_DROP_NONE) {
		count_drop(number, reason);
		return TC_ACT_SHOT;
	}
	if (port->kind == VS_BPF_PATCH) {
		ifindex = patch_prepare(way, number, port);
		if (!ifindex)
			return TC_ACT_SHOT;
		count_tx(number, tagged_len(way, &op));
		return (int)bpf_redirect(ifindex, BPF_F_INGRESS);
	}
	if (port->kind == VS_BPF_VXLAN && tunnel_key(way->skb, port, &verdict->remote)) {
		count_drop(number, VS_DROP_TX_ERROR);
		return TC_ACT_SHOT;
	}
	count_tx(number, tagged_len(way, &op));
	if ((port->how & VS_BPF_REDIRECT_PEER) && mac_same(way->frame.dst, port->station)) {
		if (way->skb->pkt_type != PACKET_HOST) /* Linux 6.15 does so itself */
			bpf_skb_change_type(way->skb, PACKET_HOST);
		return (int)bpf_redirect_peer(ifindex, 0);
	}
	return (int)bpf_redirect(ifindex, 0);
}

static long flood_remote(__u32 index, void *arg)
{
	struct way *way = arg;
	struct vs_bpf_remote key = {.port = way->out, .index = index};
	const struct vs_bpf_port *port = port_get(way->out);
	const struct vs_ip *remote = bpf_map_lookup_elem(&remotes, &key);

	if (!port || !remote)
		return 1;
	if (tunnel_key(way->skb, port, remote) || bpf_clone_redirect(way->skb, port->ifindex, 0))
		count_drop(way->out, VS_DROP_TX_ERROR);
	else
		count_tx(way->out, way->len);
	return 0;
}

/* send_clone() - a copy leaves by @port, with its tags already right. */
VS_INLINE void send_clone(struct way *way, __u32 number, const struct vs_bpf_port *port, const struct vs_tagop *op)
{
	__u32 ifindex = port->ifindex, flags = 0, mark = way->skb->mark;

	if (port->kind == VS_BPF_VXLAN) {
		if (!port->n_remotes)
			count_drop(number, VS_DROP_VXLAN_NO_REMOTE);
		way->out = number;
		bpf_loop(port->n_remotes, flood_remote, way, 0);
		return;
	}
	if (port->kind == VS_BPF_PATCH) {
		ifindex = patch_prepare(way, number, port);
		flags = BPF_F_INGRESS;
		if (!ifindex)
			return;
	}
	if (bpf_clone_redirect(way->skb, ifindex, flags))
		count_drop(number, VS_DROP_TX_ERROR);
	else
		count_tx(number, tagged_len(way, op));
	way->skb->mark = mark;
}

static long flood_port(__u32 index, void *arg)
{
	struct way *way = arg;
	struct vs_bpf_member key = {.bridge = way->bridge, .index = index};
	const __u32 *number = bpf_map_lookup_elem(&members, &key);
	const struct vs_bpf_bridge *bridge = bpf_map_lookup_elem(&bridges, &way->bridge);
	const struct vs_bpf_port *in = port_get(way->in.port), *out;
	enum vs_drop reason;
	struct vs_tagop op;

	if (!number || !bridge || !in)
		return 1;
	out = port_get(*number);
	if (!out || vs_admit(&bridge->forward, way->in.port, &in->vlan, *number, &out->vlan, &way->frame))
		return 0;
	way->sent++;
	op = vs_vlan_out(&out->vlan, &way->frame);
	reason = retag(way->skb, &op);
	if (reason != VS_DROP_NONE)
		count_drop(*number, reason);
	else
		send_clone(way, *number, out, &op);
	retag_undo(way->skb, &op, &way->frame.outer);
	return 0;
}

/* --- one bridge ------------------------------------------------------------------------------------------------ */

VS_INLINE int forward(struct __sk_buff *skb, const struct vs_ingress *in, __u32 depth)
{
	struct way way = {.skb = skb, .in = *in, .depth = depth};
	struct vs_env env = {.now = bpf_ktime_get_ns()};
	const struct vs_bpf_port *port = port_get(in->port), *out;
	const struct vs_bpf_bridge *bridge;
	struct vs_verdict verdict;
	enum vs_drop reason;

	if (!port)
		return TC_ACT_SHOT;
	way.bridge = port->vlan.bridge;
	way.len = skb->len + (skb->vlan_present ? VS_TAG_LEN : 0);
	reason = head_parse(skb, &way.frame);
	if (reason != VS_DROP_NONE) {
		count_drop(in->port, reason);
		return TC_ACT_SHOT;
	}
	count_rx(in->port, way.len);
	verdict = vs_decide(&env, &way.in, &way.frame);
	bridge = bpf_map_lookup_elem(&bridges, &way.bridge);
	if (verdict.reason != VS_DROP_NONE || !bridge) {
		count_drop(in->port, verdict.reason);
		return TC_ACT_SHOT;
	}
	if (verdict.flood) {
		bpf_loop(bridge->n_ports, flood_port, &way, 0);
		if (!way.sent)
			count_drop(in->port, VS_DROP_NO_EGRESS);
		return TC_ACT_SHOT;
	}
	out = port_get(verdict.port);
	reason = out ? vs_admit(&bridge->forward, in->port, &port->vlan, verdict.port, &out->vlan, &way.frame)
		     : VS_DROP_NO_EGRESS;
	if (reason != VS_DROP_NONE || !out) {
		count_drop(in->port, reason);
		return TC_ACT_SHOT;
	}
	return send_one(&way, verdict.port, out, &verdict);
}

/* --- hooks ----------------------------------------------------------------------------------------------------- */

/* A frame from a network device that is a port. */
SEC("tc")
int vs_port_in(struct __sk_buff *skb)
{
	__u32 ifindex = skb->ifindex;
	const __u32 *number = bpf_map_lookup_elem(&by_ifindex, &ifindex);
	struct vs_ingress in = {};

	if (!number)
		return TC_ACT_SHOT;
	in.port = in.origin = *number;
	return forward(skb, &in, 0);
}

/* A frame that has crossed a patch cable: its mark says into which port. */
SEC("tc")
int vs_patch_in(struct __sk_buff *skb)
{
	__u32 mark = skb->mark;
	struct vs_ingress in = {.port = VS_MARK_PORT(mark), .origin = VS_MARK_ORIGIN(mark)};

	skb->mark = 0;
	return forward(skb, &in, VS_MARK_DEPTH(mark));
}

VS_INLINE void ip_from_v4(struct vs_ip *ip, __u32 v4)
{
	ip->b[10] = ip->b[11] = 0xff;
	ip->b[12] = (__u8)(v4 >> 24);
	ip->b[13] = (__u8)(v4 >> 16);
	ip->b[14] = (__u8)(v4 >> 8);
	ip->b[15] = (__u8)v4;
}

/* A tunnel bound to a local address is meant before one that is not; a known VTEP before a group's member. */
VS_INLINE const __u32 *tunnel_find(struct vs_bpf_tunnel *key)
{
	struct vs_ip remote = key->remote, local = key->local, any = {};
	const __u32 *number = bpf_map_lookup_elem(&tunnels, key);

	key->local = any;
	if (!number)
		number = bpf_map_lookup_elem(&tunnels, key);
	key->remote = any;
	key->local = local;
	if (!number)
		number = bpf_map_lookup_elem(&tunnels, key);
	key->local = any;
	if (!number)
		number = bpf_map_lookup_elem(&tunnels, key);
	key->remote = remote;
	return number;
}

/* Whom to charge for a packet that no tunnel takes: a port of its VNI, or of the device. */
VS_INLINE void tunnel_unknown(struct vs_bpf_tunnel *key)
{
	enum vs_drop reason = VS_DROP_VXLAN_REMOTE;
	const __u32 *number;

	__builtin_memset(&key->remote, 0xff, sizeof(key->remote));
	number = bpf_map_lookup_elem(&tunnels, key);
	if (!number) {
		reason = VS_DROP_VXLAN_VNI;
		key->vni = ~0U;
		number = bpf_map_lookup_elem(&tunnels, key);
	}
	if (number)
		count_drop(*number, reason);
}

/*
 * tunnel_in() - find the port that a received packet is for; charge the drop if there is none. A function of its own,
 * so that its stack is free again when the frame is forwarded.
 */
static __attribute__((noinline)) int tunnel_in(struct __sk_buff *skb, struct vs_ingress *in)
{
	struct bpf_tunnel_key key = {};
	struct vs_bpf_tunnel find = {.ifindex = skb->ifindex};
	const __u32 *number;

	if (!in)
		return -1;
	if (!bpf_skb_get_tunnel_key(skb, &key, sizeof(key), 0)) {
		ip_from_v4(&find.remote, key.remote_ipv4);
		ip_from_v4(&find.local, key.local_ipv4);
	} else if (!bpf_skb_get_tunnel_key(skb, &key, sizeof(key), BPF_F_TUNINFO_IPV6)) {
		__builtin_memcpy(find.remote.b, key.remote_ipv6, 16);
		__builtin_memcpy(find.local.b, key.local_ipv6, 16);
	} else {
		return -1;
	}
	find.vni = key.tunnel_id;
	number = tunnel_find(&find);
	if (!number) {
		tunnel_unknown(&find);
		return -1;
	}
	in->remote = find.remote;
	in->port = in->origin = *number;
	return 0;
}

/* A frame that came out of a tunnel. */
SEC("tc")
int vs_vxlan_in(struct __sk_buff *skb)
{
	struct vs_ingress in = {};

	return tunnel_in(skb, &in) ? TC_ACT_SHOT : forward(skb, &in, 0);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
