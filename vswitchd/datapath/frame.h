/* SPDX-License-Identifier: GPL-2.0-only */
/* frame.h - a frame on its way through the user datapath: tags apart from the bytes, payload never copied */
#ifndef VS_DP_FRAME_H
#define VS_DP_FRAME_H

/*
 * A received frame stays where it was received. What changes on the way is its tags, so these are kept apart: a frame
 * is its two addresses, its tags outermost first, and a body that begins with the EtherType after them. One received
 * frame can leave by many ports with different tags, and all of them send the same body.
 *
 * The offload part is virtio_net_hdr's with offsets counted from the body, where pushing a tag does not move them.
 */
#include <linux/virtio_net.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "datapath-bpf/core/frame.h"
#include "datapath-bpf/core/reasons.h"
#include "datapath-bpf/core/vlan.h"

#define FRAME_MACS 12
#define FRAME_PATCH_DEPTH 8 /* patch ports that one frame may cross */
#define FRAME_TAGS (2 + FRAME_PATCH_DEPTH + 1)
#define FRAME_HEAD (FRAME_MACS + VS_TAG_LEN * FRAME_TAGS)
#define FRAME_VNET_LEN 10 /* struct virtio_net_hdr, as AF_PACKET speaks it */

/**
 * struct frame_offload - work that the sender left to the wire
 * @needs_csum: the 16 bits at @csum_start + @csum_offset hold the pseudo-header's sum; the rest is to be added
 * @gso_type: VIRTIO_NET_HDR_GSO_*; not NONE: the frame is to be cut into @gso_size bytes of payload each
 * @hdr_len: length of the headers up to the payload
 */
struct frame_offload {
	bool needs_csum;
	uint8_t gso_type;
	uint16_t gso_size;
	uint16_t hdr_len;
	uint16_t csum_start;
	uint16_t csum_offset;
};

/** struct frame - see above. @body_len counts from the EtherType on. */
struct frame {
	uint8_t macs[FRAME_MACS]; /* destination, source */
	uint8_t n_tags;
	struct vs_tag tags[FRAME_TAGS];
	struct frame_offload off;
	uint8_t *body;
	size_t body_len;
};

/** frame_ethertype() - of the body. */
static inline uint16_t frame_ethertype(const struct frame *frame)
{
	return vs_load16(frame->body);
}

/** frame_len() - length on the wire, without FCS. */
static inline size_t frame_len(const struct frame *frame)
{
	return FRAME_MACS + (size_t)frame->n_tags * VS_TAG_LEN + frame->body_len;
}

/**
 * frame_parse() - read a frame from bytes
 * @meta: a tag that came beside the bytes, or NULL
 * @vnet: offload header that came before the bytes, or NULL
 * Return: VS_DROP_NONE or VS_DROP_RUNT.
 */
enum vs_drop frame_parse(struct frame *frame, uint8_t *bytes, size_t len, const struct vs_tag *meta,
			 const struct virtio_net_hdr *vnet);

/** frame_retag() - apply what vs_vlan_out() decided. Return: false if there is no room for one more tag. */
bool frame_retag(struct frame *frame, const struct vs_tagop *op);

/**
 * frame_uncover() - a tag was taken off: the ones below it are tags now, no longer payload
 * Return: false if the frame now begins with a tag that is cut off, as no frame may come in.
 */
bool frame_uncover(struct frame *frame);

/** frame_head() - write addresses and tags as they go on the wire. Return: their length. */
size_t frame_head(const struct frame *frame, uint8_t head[FRAME_HEAD]);

/** frame_vnet() - the offload header for the frame when @head_len bytes of head go before the body. */
void frame_vnet(const struct frame *frame, size_t head_len, struct virtio_net_hdr *vnet);

#endif
