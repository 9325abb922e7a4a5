/* SPDX-License-Identifier: GPL-2.0-only */
/* frame.c - a frame on its way through the user datapath */
#include "vswitchd/datapath/frame.h"

/* Tags that matter to forwarding: the VLAN's own and the one below. More are payload. */
#define PARSED_TAGS 2

static void offload_parse(struct frame_offload *off, const struct virtio_net_hdr *vnet, size_t before_body)
{
	*off = (struct frame_offload){.gso_type = VIRTIO_NET_HDR_GSO_NONE};
	if (!vnet || vnet->csum_start < before_body)
		return;
	off->needs_csum = vnet->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM;
	off->gso_type = vnet->gso_type;
	off->gso_size = vnet->gso_size;
	off->hdr_len = vnet->hdr_len > before_body ? (uint16_t)(vnet->hdr_len - before_body) : 0;
	off->csum_start = (uint16_t)(vnet->csum_start - before_body);
	off->csum_offset = vnet->csum_offset;
}

enum vs_drop frame_parse(struct frame *frame, uint8_t *bytes, size_t len, const struct vs_tag *meta,
			 const struct virtio_net_hdr *vnet)
{
	size_t at = FRAME_MACS;

	if (len < VS_ETH_HLEN)
		return VS_DROP_RUNT;
	memcpy(frame->macs, bytes, FRAME_MACS);
	frame->n_tags = 0;
	if (meta && meta->tpid)
		frame->tags[frame->n_tags++] = *meta;
	while (frame->n_tags < PARSED_TAGS && vs_is_tpid(vs_load16(bytes + at))) {
		if (len < at + VS_TAG_LEN + 2) {
			if (!frame->n_tags)
				return VS_DROP_RUNT;
			break; /* what follows the VLAN's tag is payload, however broken */
		}
		frame->tags[frame->n_tags].tpid = vs_load16(bytes + at);
		frame->tags[frame->n_tags++].tci = vs_load16(bytes + at + 2);
		at += VS_TAG_LEN;
	}
	frame->body = bytes + at;
	frame->body_len = len - at;
	offload_parse(&frame->off, vnet, at);
	return VS_DROP_NONE;
}

bool frame_retag(struct frame *frame, const struct vs_tagop *op)
{
	int n = frame->n_tags - (op->pop ? 1 : 0);
	int shift = (op->push.tpid ? 1 : 0) - (op->pop ? 1 : 0);

	if (n < 0 || n + (op->push.tpid ? 1 : 0) > FRAME_TAGS)
		return false;
	if (shift)
		memmove(&frame->tags[op->push.tpid ? 1 : 0], &frame->tags[op->pop ? 1 : 0],
			(size_t)n * sizeof(frame->tags[0]));
	if (op->push.tpid)
		frame->tags[0] = op->push;
	frame->n_tags = (uint8_t)(frame->n_tags + shift);
	return true;
}

bool frame_uncover(struct frame *frame)
{
	struct frame_offload *off = &frame->off;

	while (frame->n_tags < PARSED_TAGS && vs_is_tpid(frame_ethertype(frame))) {
		if (frame->body_len < VS_TAG_LEN + 2 || (off->needs_csum && off->csum_start < VS_TAG_LEN))
			return frame->n_tags;
		frame->tags[frame->n_tags].tpid = vs_load16(frame->body);
		frame->tags[frame->n_tags++].tci = vs_load16(frame->body + 2);
		frame->body += VS_TAG_LEN;
		frame->body_len -= VS_TAG_LEN;
		off->csum_start = (uint16_t)(off->csum_start - (off->needs_csum ? VS_TAG_LEN : 0));
		off->hdr_len = (uint16_t)(off->hdr_len - (off->hdr_len >= VS_TAG_LEN ? VS_TAG_LEN : 0));
	}
	return true;
}

size_t frame_head(const struct frame *frame, uint8_t head[FRAME_HEAD])
{
	uint8_t *p = head + FRAME_MACS;

	memcpy(head, frame->macs, FRAME_MACS);
	for (int i = 0; i < frame->n_tags; i++, p += VS_TAG_LEN) {
		p[0] = (uint8_t)(frame->tags[i].tpid >> 8);
		p[1] = (uint8_t)frame->tags[i].tpid;
		p[2] = (uint8_t)(frame->tags[i].tci >> 8);
		p[3] = (uint8_t)frame->tags[i].tci;
	}
	return (size_t)(p - head);
}

void frame_vnet(const struct frame *frame, size_t head_len, struct virtio_net_hdr *vnet)
{
	const struct frame_offload *off = &frame->off;

	*vnet = (struct virtio_net_hdr){.gso_type = off->gso_type, .gso_size = off->gso_size};
	if (off->needs_csum) {
		vnet->flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
		vnet->csum_start = (uint16_t)(off->csum_start + head_len);
		vnet->csum_offset = off->csum_offset;
	}
	if (off->gso_type != VIRTIO_NET_HDR_GSO_NONE)
		vnet->hdr_len = (uint16_t)(off->hdr_len + head_len);
}
