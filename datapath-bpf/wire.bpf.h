/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* wire.bpf.h - a frame's head as it is on the wire, with every tag in the bytes */
#ifndef VS_BPF_WIRE_H
#define VS_BPF_WIRE_H

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "core/vlan.h"

/* struct head - the first bytes of a frame, in words of the size they are aligned to; what is below depends on tags */
struct head {
	__u16 dst[3], src[3];
	__u16 rest[5]; /* EtherType, or up to two tags and an EtherType */
};

VS_INLINE void head_addresses(const struct head *head, struct vs_frame *frame)
{
	__builtin_memcpy(frame->dst, head->dst, 6);
	__builtin_memcpy(frame->src, head->src, 6);
}

/* head_read() - addresses, and tags if there are; @have: so many bytes there are, and at least those without a tag. */
VS_INLINE enum vs_drop head_read(const struct head *head, __u32 have, struct vs_frame *frame)
{
	__u16 first = bpf_ntohs(head->rest[0]), second = bpf_ntohs(head->rest[2]);

	head_addresses(head, frame);
	if (!vs_is_tpid(first))
		return VS_DROP_NONE;
	if (have < VS_ETH_HLEN + VS_TAG_LEN)
		return VS_DROP_RUNT;
	frame->outer.tpid = first;
	frame->outer.tci = bpf_ntohs(head->rest[1]);
	if (vs_is_tpid(second) && have >= sizeof(*head))
		frame->inner_vid = bpf_ntohs(head->rest[3]) & VS_TCI_VID;
	return VS_DROP_NONE;
}

#endif
