/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* head.bpf.h - a frame's head in an sk_buff: read it, and put its tag right */
#ifndef VS_BPF_HEAD_H
#define VS_BPF_HEAD_H

#include "wire.bpf.h"

/* head_load() - the first bytes, from where they lie or copied out of where they do not. Return: how many there are. */
VS_INLINE __u32 head_load(struct __sk_buff *skb, struct head *head)
{
	const struct head *there = (const struct head *)(long)skb->data;

	if ((const void *)(there + 1) <= (const void *)(long)skb->data_end) {
		*head = *there;
		return sizeof(*head);
	}
	if (skb->len >= sizeof(*head))
		return bpf_skb_load_bytes(skb, 0, head, sizeof(*head)) ? 0 : sizeof(*head);
	if (skb->len >= VS_ETH_HLEN + VS_TAG_LEN)
		return bpf_skb_load_bytes(skb, 0, head, VS_ETH_HLEN + VS_TAG_LEN) ? 0 : VS_ETH_HLEN + VS_TAG_LEN;
	return bpf_skb_load_bytes(skb, 0, head, VS_ETH_HLEN) ? 0 : VS_ETH_HLEN;
}

VS_INLINE enum vs_drop head_parse(struct __sk_buff *skb, struct vs_frame *frame)
{
	struct head head = {};
	__u32 have = head_load(skb, &head);

	if (have < VS_ETH_HLEN)
		return VS_DROP_RUNT;
	if (!skb->vlan_present)
		return head_read(&head, have, frame);
	head_addresses(&head, frame);
	frame->outer.tpid = bpf_ntohs((__u16)skb->vlan_proto);
	frame->outer.tci = (__u16)skb->vlan_tci;
	if (vs_is_tpid(bpf_ntohs(head.rest[0])) && have >= VS_ETH_HLEN + VS_TAG_LEN)
		frame->inner_vid = bpf_ntohs(head.rest[1]) & VS_TCI_VID;
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

#endif
