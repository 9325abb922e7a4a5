/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* xdp.bpf.c - known unicast between ports whose drivers have XDP, before there is an sk_buff */

/*
 * This hook takes what it can send on at once and leaves everything else to the program at tcx, which sees the frame as
 * it came: floods, drops, what must be learned or has moved, ports that XDP cannot send to. So it changes nothing and
 * counts nothing until it is sure. Tags are in the bytes here: the daemon has told the driver to leave them there.
 *
 * Kernels: devmaps of hashes came with 5.4, bpf_check_mtu with 5.12.
 */
#include <linux/bpf.h>

#include "env.bpf.h"
#include "wire.bpf.h"

/* head_get() - the frame's head, if there are @more bytes behind it. */
VS_INLINE struct head *head_get(const struct xdp_md *ctx, int more)
{
	struct head *head = (struct head *)(long)ctx->data;

	return (char *)(head + 1) + more <= (char *)(long)ctx->data_end ? head : 0;
}

/* retag() - put the tag right in the bytes; a tag's length follows the header. Return: 0, or not 0 and nothing changed.
 */
VS_INLINE int retag(struct xdp_md *ctx, const struct vs_tagop *op)
{
	struct head *wire = head_get(ctx, VS_TAG_LEN), head;
	const int grows = vs_tagop_grows(op);

	if (!wire)
		return -1;
	head = *wire;
	if (grows) {
		if (bpf_xdp_adjust_head(ctx, -grows))
			return -1;
		wire = head_get(ctx, 0);
		if (!wire) /* cannot be, but the verifier does not know */
			return -1;
		__builtin_memcpy(wire->dst, head.dst, 6);
		__builtin_memcpy(wire->src, head.src, 6);
	}
	if (op->push.tpid) {
		wire->rest[0] = bpf_htons(op->push.tpid);
		wire->rest[1] = bpf_htons(op->push.tci);
	}
	return 0;
}

/* fits() - whether the device takes the frame with its tags so changed; one 802.1Q tag does not count. */
VS_INLINE int fits(struct xdp_md *ctx, __u32 ifindex, const struct vs_frame *frame, const struct vs_tagop *op)
{
	__u16 tpid = op->push.tpid ? op->push.tpid : op->pop ? 0 : frame->outer.tpid;
	int more = vs_tagop_grows(op) - (tpid == VS_TPID_C ? VS_TAG_LEN : 0);
	__u32 mtu = 0;

	return !bpf_check_mtu(ctx, ifindex, &mtu, more, 0);
}

SEC("xdp")
int vs_xdp_in(struct xdp_md *ctx)
{
	__u32 ifindex = ctx->ingress_ifindex, len = (__u32)(ctx->data_end - ctx->data);
	const __u32 *number = bpf_map_lookup_elem(&by_ifindex, &ifindex);
	const struct head *head = head_get(ctx, VS_TAG_LEN);
	struct vs_env env = {.look_only = 1, .now = bpf_ktime_get_coarse_ns()};
	const struct vs_bpf_port *out;
	struct vs_verdict verdict;
	struct vs_frame frame = {};
	struct vs_ingress in = {};
	struct vs_tagop op;

	if (!number || !head)
		return XDP_PASS;
	in.port = in.origin = env.number = *number;
	env.port = port_get(in.port);
	if (!env.port)
		return XDP_PASS;
	head_read(head, sizeof(*head), &frame);
	verdict = vs_decide(&env, &in, &frame);
	if (verdict.reason != VS_DROP_NONE || verdict.flood || env.unsure || !env.bridge)
		return XDP_PASS;
	out = port_get(verdict.port);
	if (!out || !(out->how & VS_BPF_XDP_OUT || env.port->how & VS_BPF_XDP_GENERIC) || out->kind != VS_BPF_NETDEV ||
	    vs_admit(&env.bridge->forward, in.port, &env.port->vlan, verdict.port, &out->vlan, &frame))
		return XDP_PASS;
	op = vs_vlan_out(&out->vlan, &frame);
	if (!fits(ctx, out->ifindex, &frame, &op) || retag(ctx, &op))
		return XDP_PASS;
	count_rx(in.port, len);
	count_tx(verdict.port, (__u32)(ctx->data_end - ctx->data));
	return (int)bpf_redirect_map(&xdp_out, verdict.port, 0);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
