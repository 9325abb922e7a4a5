/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* static.bpf.c - the least a program can do between two ports, and where frames end that are only counted */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_helpers.h>

const volatile __u32 out_ifindex = 0;
const volatile __u32 out_peer = 0;

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} received SEC(".maps");

/* Everything from here goes there: no table, no VLAN, no counter. No switch can be faster by this hook. */
SEC("tc")
int bench_redirect(struct __sk_buff *skb)
{
	(void)skb;
	return (int)(out_peer ? bpf_redirect_peer(out_ifindex, 0) : bpf_redirect(out_ifindex, 0));
}

/* The same for frames that never become an sk_buff: the generator's, and between two ports. */
SEC("xdp")
int bench_xdp_redirect(struct xdp_md *ctx)
{
	(void)ctx;
	return (int)bpf_redirect(out_ifindex, 0);
}

static __always_inline void count_one(void)
{
	__u32 zero = 0;
	__u64 *count = bpf_map_lookup_elem(&received, &zero);

	if (count)
		(*count)++;
}

/* The end of a counted frame, before any stack of the receiver sees it. */
SEC("tc")
int bench_sink(struct __sk_buff *skb)
{
	(void)skb;
	count_one();
	return TC_ACT_SHOT;
}

/* The same before there is an sk_buff. */
SEC("xdp")
int bench_xdp_sink(struct xdp_md *ctx)
{
	(void)ctx;
	count_one();
	return XDP_DROP;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
