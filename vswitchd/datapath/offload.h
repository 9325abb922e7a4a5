/* SPDX-License-Identifier: GPL-2.0-only */
/* offload.h - do in software what senders leave to the wire: finish checksums, cut GSO frames, and join them again */
#ifndef VS_DP_OFFLOAD_H
#define VS_DP_OFFLOAD_H

/*
 * Between network devices offloads travel with the frame (packet.c). Into a tunnel they cannot: what is put into a
 * VXLAN packet must be a complete frame. offload_cut() makes complete frames of one that has work left, without
 * copying payload. merge_*() is the way back: consecutive TCP segments of one flow that came out of a tunnel become
 * one GSO frame, which crosses the rest of the switch and the receiving host's stack as one. As generic receive
 * offload does it: only what a sender's segmentation could have produced is joined, and only segments whose checksum
 * is right, since the joined frame says that its checksum need not be looked at.
 */
#include "vswitchd/datapath/frame.h"

#define OFFLOAD_HEADERS 192 /* the longest headers, from the EtherType to the payload, that are cut */

/**
 * offload_emit - one complete frame
 * @body: headers from the EtherType on, @body_len bytes, valid during the call only
 * @payload: what follows, @payload_len bytes of the frame's own body
 */
typedef void (*offload_emit)(void *arg, const uint8_t *body, size_t body_len, uint8_t *payload, size_t payload_len);

/**
 * offload_cut() - call @emit for each complete frame that @frame stands for
 * Return: VS_DROP_NONE, or VS_DROP_GSO_UNSUPPORTED with nothing emitted.
 */
enum vs_drop offload_cut(const struct frame *frame, offload_emit emit, void *arg);

/**
 * offload_is_nested() - whether a GSO frame is that of a tunnel (VXLAN in a container, say): virtio_net_hdr has no
 * words for it, so it must be cut before it can leave by any port.
 */
bool offload_is_nested(const struct frame *frame);

/**
 * offload_recognise() - say in @frame->off what its bytes alone show: that its checksum was never finished, and that it
 * is still to be cut (unfinished.c). For frames that come without an offload header.
 */
void offload_recognise(struct frame *frame);

/**
 * struct merge - a GSO frame that is growing
 * @frame: what it is so far; its bytes lie where its first segment was received
 * @segments: how many it has; 0: none under way
 * @next_seq: TCP sequence number that would go on
 * @room: bytes free behind its body
 */
struct merge {
	struct frame frame;
	unsigned int segments;
	size_t l4, payload;
	uint16_t mss;
	uint32_t next_seq;
	size_t room;
};

/**
 * merge_start() - begin with a segment
 * @room: how many bytes behind its body may be overwritten
 * Return: false if the frame is nothing that could be joined.
 */
bool merge_start(struct merge *merge, const struct frame *frame, size_t room);

/** merge_add() - join the next segment if it goes on where the last one ended. Return: false if it does not. */
bool merge_add(struct merge *merge, const struct frame *frame);

/** merge_finish() - the joined frame, headers put right. @merge is then free for the next. */
struct frame *merge_finish(struct merge *merge);

#endif
