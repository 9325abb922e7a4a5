/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* output.bpf.h - how a frame leaves: itself by one port, or clones of it by many */
#ifndef VS_BPF_OUTPUT_H
#define VS_BPF_OUTPUT_H

#include <linux/if_packet.h>
#include <linux/pkt_cls.h>

#include "head.bpf.h"
#include "punt.bpf.h"
#include "tunnel.bpf.h"

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

VS_INLINE __u32 frame_len(const struct __sk_buff *skb)
{
	return skb->len + (skb->vlan_present ? VS_TAG_LEN : 0);
}

VS_INLINE __u32 tagged_len(__u32 len, const struct vs_tagop *op)
{
	return len + (__u32)vs_tagop_grows(op);
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

/*
 * too_long() - whether the device would have to refuse the frame: its segments are the device's own business, and what
 * the least MTU carries needs no question. The device checks nothing itself in bpf_redirect_peer().
 */
#define MTU_LEAST (68 + VS_ETH_HLEN) /* RFC 791 section 3.2 */

VS_INLINE int too_long(struct __sk_buff *skb, __u32 ifindex)
{
	__u32 mtu = 0;

	return skb->len > MTU_LEAST && !skb->gso_size &&
	       bpf_check_mtu(skb, ifindex, &mtu, 0, 0) == BPF_MTU_CHK_RET_FRAG_NEEDED;
}

/* hand_over() - make the frame fit for the device by which it leaves this port. Return: VS_DROP_NONE, or why it cannot.
 */
VS_INLINE enum vs_drop hand_over(struct __sk_buff *skb, __u32 number, const struct vs_bpf_port *port)
{
	if (port->kind == VS_BPF_DAEMON)
		return punt_tag(skb, VS_PUNT_PORT, number) ? VS_DROP_TX_ERROR : VS_DROP_NONE;
	return port->kind == VS_BPF_NETDEV && too_long(skb, port->ifindex) ? VS_DROP_MTU : VS_DROP_NONE;
}

/* send_one() - the frame itself leaves by @port. Return: the program's verdict. */
VS_INLINE int send_one(const struct way *way, const struct vs_bpf_port *port, const struct vs_verdict *verdict)
{
	struct vs_tagop op = vs_vlan_out(&port->vlan, &way->frame);
	__u32 ifindex = port->ifindex, number = verdict->port;
	enum vs_drop reason = retag(way->skb, &op);

	if (port->kind == VS_BPF_PATCH && reason == VS_DROP_NONE) {
		ifindex = patch_prepare(way, number, port);
		if (!ifindex)
			return TC_ACT_SHOT;
		count_tx(number, tagged_len(way->len, &op));
		return (int)bpf_redirect(ifindex, BPF_F_INGRESS);
	}
	if (port->kind == VS_BPF_VXLAN && reason == VS_DROP_NONE)
		reason = tunnel_key(way->skb, port, verdict->remote) ? VS_DROP_TX_ERROR : VS_DROP_NONE;
	else if (reason == VS_DROP_NONE)
		reason = hand_over(way->skb, number, port);
	if (reason != VS_DROP_NONE) {
		count_drop(number, reason);
		return TC_ACT_SHOT;
	}
	count_tx(number, tagged_len(way->len, &op));
	if ((port->how & VS_BPF_REDIRECT_PEER) && !vs_mac_differ(way->frame.dst, port->station)) {
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
	enum vs_drop reason;

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
	reason = hand_over(way->skb, number, port);
	if (reason != VS_DROP_NONE) {
		count_drop(number, reason);
		return;
	}
	if (bpf_clone_redirect(way->skb, ifindex, flags))
		count_drop(number, VS_DROP_TX_ERROR);
	else
		count_tx(number, tagged_len(way->len, op));
	if (port->kind == VS_BPF_DAEMON)
		bpf_skb_vlan_pop(way->skb);
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
	if (!out || vs_admit_flood(&bridge->forward, way->in.port, &in->vlan, *number, &out->vlan, &way->frame))
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

/* flood() - clones of the frame leave by every port of the bridge that may have it. Return: the program's verdict. */
VS_INLINE int flood(struct way *way, __u32 n_ports)
{
	bpf_loop(n_ports, flood_port, way, 0);
	if (!way->sent)
		count_drop(way->in.port, VS_DROP_NO_EGRESS);
	return TC_ACT_SHOT;
}

#endif
