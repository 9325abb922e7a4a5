/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* punt.bpf.h - the programs' end of the punt channel: up to the daemon, and what it sends down (layout.h) */
#ifndef VS_BPF_PUNT_H
#define VS_BPF_PUNT_H

#include "env.bpf.h"

/* punt_tag() - say outside what the frame is, for the daemon. */
VS_INLINE int punt_tag(struct __sk_buff *skb, enum vs_punt what, __u32 number)
{
	return (int)bpf_skb_vlan_push(skb, bpf_htons(VS_TPID_S), VS_PUNT_TCI(what, number));
}

/*
 * punt_control() - a control frame that the switch keeps, and has counted, goes on to the daemon, if that is to know
 * and port @number has not had its share. Return: the program's verdict.
 */
VS_INLINE int punt_control(struct __sk_buff *skb, __u32 number, __u64 now)
{
	__u32 zero = 0;
	const struct vs_bpf_meta *m = bpf_map_lookup_elem(&meta, &zero);
	struct vs_bucket *bucket = bpf_map_lookup_elem(&buckets, &number);

	if (!m || !m->punt_ifindex || !bucket)
		return TC_ACT_SHOT;
	if (!vs_bucket_take(bucket, now)) {
		count_drop(number, VS_DROP_CONTROL_LIMIT);
		return TC_ACT_SHOT;
	}
	if (punt_tag(skb, VS_PUNT_CONTROL, number)) {
		count_drop(number, VS_DROP_TX_ERROR);
		return TC_ACT_SHOT;
	}
	return (int)bpf_redirect(m->punt_ifindex, 0);
}

/* punt_untag() - take a frame out of the channel. Return: its tag's TCI, or -1 if it has none: it is not of ours. */
VS_INLINE int punt_untag(struct __sk_buff *skb)
{
	int tci = (__u16)skb->vlan_tci;

	if (!skb->vlan_present || skb->vlan_proto != bpf_htons(VS_TPID_S) || bpf_skb_vlan_pop(skb))
		return -1;
	return tci;
}

/*
 * At the daemon's end its socket has had the frame before any program sees it, if there is a daemon. Whether there is
 * one the kernel tells: map `alive` is not pinned, and is emptied when the process that holds it ends, however it does.
 */
SEC("tc")
int vs_punt_taken(struct __sk_buff *skb)
{
	(void)skb;
	return TC_ACT_SHOT;
}

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__array(values, int(struct __sk_buff *skb));
} alive SEC(".maps") = {.values = {(void *)&vs_punt_taken}};

SEC("tc")
int vs_punt_up(struct __sk_buff *skb)
{
	bpf_tail_call(skb, &alive, 0);
	if (skb->vlan_present && skb->vlan_proto == bpf_htons(VS_TPID_S))
		count_drop(skb->vlan_tci & VS_TCI_VID, VS_DROP_NO_DAEMON);
	return TC_ACT_SHOT;
}

#endif
