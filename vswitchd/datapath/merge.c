/* SPDX-License-Identifier: GPL-2.0-only */
/* merge.c - join TCP segments of one flow that came out of a tunnel into one GSO frame (offload.h) */
#include <netinet/in.h>

#include "vswitchd/datapath/checksum.h"
#include "vswitchd/datapath/offload.h"
#include "vswitchd/datapath/packet_headers.h"

#define IP_MAX 65535

/* struct segment - a frame read as a TCP segment */
struct segment {
	struct hdr_l3 l3;
	size_t payload; /* offset in the body */
	size_t len;	/* of the payload */
	uint32_t seq;
	uint8_t flags;
};

static size_t ip_length(const struct frame *frame, const struct hdr_l3 *l3)
{
	const uint8_t *ip = frame->body + l3->l3;

	return l3->v4 ? hdr_load16(ip + 2) : (size_t)hdr_load16(ip + 4) + HDR_IPV6_LEN;
}

static bool checksum_right(const struct frame *frame, const struct segment *s)
{
	size_t l4_len = frame->body_len - s->l3.l4;
	uint32_t sum = hdr_pseudo_sum(frame->body, s->l3.l3, s->l3.v4, IPPROTO_TCP, l4_len);

	return !checksum_fold(checksum_add(frame->body + s->l3.l4, l4_len, sum));
}

/* segment_read() - whole, plain (no IP options, nothing but ACK, PSH and FIN set), with payload and a right checksum */
static bool segment_read(const struct frame *frame, struct segment *s)
{
	const uint8_t *tcp;

	if (frame->off.needs_csum || frame->off.gso_type != VIRTIO_NET_HDR_GSO_NONE ||
	    !hdr_parse_l3(frame->body, frame->body_len, &s->l3) || s->l3.fragment || s->l3.protocol != IPPROTO_TCP)
		return false;
	if (s->l3.l4 != s->l3.l3 + (s->l3.v4 ? HDR_IPV4_LEN : HDR_IPV6_LEN) ||
	    frame->body_len < s->l3.l4 + HDR_TCP_LEN || ip_length(frame, &s->l3) != frame->body_len - s->l3.l3)
		return false;
	if (s->l3.v4 && checksum_fold(checksum_add(frame->body + s->l3.l3, HDR_IPV4_LEN, 0)))
		return false;
	tcp = frame->body + s->l3.l4;
	s->payload = s->l3.l4 + hdr_tcp_len(tcp);
	if (hdr_tcp_len(tcp) < HDR_TCP_LEN || s->payload >= frame->body_len)
		return false;
	s->len = frame->body_len - s->payload;
	s->seq = hdr_load32(tcp + HDR_TCP_SEQ);
	s->flags = tcp[HDR_TCP_FLAGS];
	return (s->flags & ~(HDR_TCP_PSH | HDR_TCP_FIN)) == HDR_TCP_ACK_FLAG && checksum_right(frame, s);
}

bool merge_start(struct merge *merge, const struct frame *frame, size_t room)
{
	struct segment s;

	if (!segment_read(frame, &s) || (s.flags & (HDR_TCP_PSH | HDR_TCP_FIN)))
		return false;
	merge->frame = *frame;
	merge->segments = 1;
	merge->l4 = s.l3.l4;
	merge->payload = s.payload;
	merge->mss = (uint16_t)s.len;
	merge->next_seq = s.seq + (uint32_t)s.len;
	merge->room = room;
	return true;
}

/* same_flow() - all that segments of one GSO frame have in common: addresses, tags, IP header but length, ID and
 * checksum, TCP header but sequence number, flags and checksum (the options, too) */
static bool same_flow(const struct merge *merge, const struct frame *frame, const struct segment *s)
{
	const uint8_t *a = merge->frame.body, *b = frame->body;
	size_t ip = s->l3.l3, tcp = s->l3.l4;

	if (merge->l4 != tcp || merge->payload != s->payload || merge->frame.n_tags != frame->n_tags ||
	    memcmp(merge->frame.macs, frame->macs, FRAME_MACS) != 0 ||
	    memcmp(merge->frame.tags, frame->tags, frame->n_tags * sizeof(frame->tags[0])) != 0)
		return false;
	if (s->l3.v4 ? memcmp(a, b, ip + 2) || memcmp(a + ip + 6, b + ip + 6, 4) || memcmp(a + ip + 12, b + ip + 12, 8)
		     : memcmp(a, b, ip + 4) || memcmp(a + ip + 6, b + ip + 6, HDR_IPV6_LEN - 6))
		return false;
	return !memcmp(a + tcp, b + tcp, HDR_TCP_SEQ) && !memcmp(a + tcp + HDR_TCP_ACK, b + tcp + HDR_TCP_ACK, 4) &&
	       a[tcp + HDR_TCP_OFFSET] == b[tcp + HDR_TCP_OFFSET] && !memcmp(a + tcp + 14, b + tcp + 14, 2) &&
	       !memcmp(a + tcp + 18, b + tcp + 18, 2) &&
	       !memcmp(a + tcp + HDR_TCP_LEN, b + tcp + HDR_TCP_LEN, s->payload - tcp - HDR_TCP_LEN);
}

bool merge_add(struct merge *merge, const struct frame *frame)
{
	struct segment s;
	uint8_t *flags;

	if (!merge->segments || merge->mss == 0 || !segment_read(frame, &s) || !same_flow(merge, frame, &s) ||
	    s.seq != merge->next_seq || s.len > merge->mss || s.len > merge->room ||
	    merge->frame.body_len + s.len > IP_MAX)
		return false;
	flags = merge->frame.body + merge->l4 + HDR_TCP_FLAGS;
	memmove(merge->frame.body + merge->frame.body_len, frame->body + s.payload, s.len);
	merge->frame.body_len += s.len;
	merge->room -= s.len;
	merge->next_seq += (uint32_t)s.len;
	merge->segments++;
	*flags |= s.flags;
	if (s.len < merge->mss || (s.flags & (HDR_TCP_PSH | HDR_TCP_FIN)))
		merge->room = 0; /* only the last segment may be short, or pushed */
	return true;
}

struct frame *merge_finish(struct merge *merge)
{
	struct frame *frame = &merge->frame;
	bool v4 = hdr_load16(frame->body) == HDR_IPV4_TYPE;
	size_t l3 = HDR_ETHERTYPE_LEN;

	if (merge->segments > 1) {
		uint32_t sum = hdr_pseudo_sum(frame->body, l3, v4, IPPROTO_TCP, frame->body_len - merge->l4);

		hdr_set_length(frame->body, l3, v4, frame->body_len - l3, 0);
		hdr_store16(frame->body + merge->l4 + HDR_TCP_CSUM, (uint16_t)~checksum_fold(sum));
		frame->off =
			(struct frame_offload){.needs_csum = true,
					       .gso_type = v4 ? VIRTIO_NET_HDR_GSO_TCPV4 : VIRTIO_NET_HDR_GSO_TCPV6,
					       .gso_size = merge->mss,
					       .hdr_len = (uint16_t)merge->payload,
					       .csum_start = (uint16_t)merge->l4,
					       .csum_offset = HDR_TCP_CSUM};
	}
	merge->segments = 0;
	return frame;
}
