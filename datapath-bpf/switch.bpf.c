/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* switch.bpf.c - the switch in the kernel: programs on the ingress of every port, and of the devices behind tunnels */

/*
 * A program reads the frame's head, runs the core, and sends the frame where the verdict says: a single output takes
 * the frame itself, a flood takes clones, with the tag put right before each and put back after. Whatever is not
 * forwarded is dropped here and never reaches the host's stack.
 *
 * Kernels: bpf_loop (5.17) bounds the flood; local addresses in tunnel keys came with 6.0. Either hook will do: tcx,
 * which came with 6.6, or clsact.
 */
#include <linux/bpf.h>

#include "output.bpf.h"

/* --- one bridge ------------------------------------------------------------------------------------------------ */

VS_INLINE int forward(struct __sk_buff *skb, const struct vs_ingress *in, __u32 depth)
{
	struct way way = {.skb = skb, .in = *in, .depth = depth, .len = frame_len(skb)};
	struct vs_env env = {.now = bpf_ktime_get_coarse_ns(), .number = in->port, .port = port_get(in->port)};
	const struct vs_bpf_port *out;
	struct vs_verdict verdict;
	enum vs_drop reason;

	if (!env.port)
		return TC_ACT_SHOT;
	way.bridge = env.port->vlan.bridge;
	reason = head_parse(skb, &way.frame);
	if (reason != VS_DROP_NONE) {
		count_drop(in->port, reason);
		return TC_ACT_SHOT;
	}
	count_rx(in->port, way.len);
	verdict = vs_decide(&env, in, &way.frame);
	reason = verdict.reason;
	if (reason == VS_DROP_NONE && verdict.flood && env.bridge)
		return flood(&way, env.bridge->n_ports);
	out = port_get(verdict.port);
	if (reason == VS_DROP_NONE)
		reason = out && env.bridge ? vs_admit(&env.bridge->forward, in->port, &env.port->vlan, verdict.port,
						      &out->vlan, &way.frame)
					   : VS_DROP_NO_EGRESS;
	if (reason != VS_DROP_NONE || !out) {
		count_drop(in->port, reason);
		return reason == VS_DROP_RESERVED_MAC ? punt_control(skb, in->port, env.now) : TC_ACT_SHOT;
	}
	return send_one(&way, out, &verdict);
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

/* A frame that came out of a tunnel. */
SEC("tc")
int vs_vxlan_in(struct __sk_buff *skb)
{
	struct vs_ingress in = {};

	return tunnel_in(skb, &in) ? TC_ACT_SHOT : forward(skb, &in, 0);
}

/* output() - the daemon's own frame leaves by a port as it is. Return: the program's verdict. */
static __attribute__((noinline)) int output(struct __sk_buff *skb, __u32 number)
{
	struct way way = {.skb = skb, .in = {.port = number, .origin = number}, .len = frame_len(skb)};
	const struct vs_bpf_port *port = port_get(number);
	const struct vs_tagop none = {};

	if (port)
		send_clone(&way, number, port, &none);
	return TC_ACT_SHOT;
}

/* A frame from the daemon: it has come in by a port that the daemon serves, or is to leave by any. */
SEC("tc")
int vs_punt_in(struct __sk_buff *skb)
{
	int tci = punt_untag(skb);
	struct vs_ingress in = {.port = tci & VS_TCI_VID, .origin = tci & VS_TCI_VID};

	if (tci < 0)
		return TC_ACT_SHOT;
	return VS_PUNT_WHAT(tci) == VS_PUNT_OUTPUT ? output(skb, in.port) : forward(skb, &in, 0);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
