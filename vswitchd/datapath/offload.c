/* SPDX-License-Identifier: GPL-2.0-only */
/* offload.c - finish checksums and cut GSO frames */
#include "vswitchd/datapath/offload.h"
#include "vswitchd/datapath/checksum.h"

#include <netinet/in.h>

#include "vswitchd/datapath/packet_headers.h"

/* finish_checksum() - the plain case: one frame, checksum to be added up. */
static enum vs_drop finish_checksum(const struct frame *frame, offload_emit emit, void *arg)
{
	const struct frame_offload *off = &frame->off;
	size_t at = (size_t)off->csum_start + off->csum_offset;
	size_t head = at + 2;
	uint8_t body[OFFLOAD_HEADERS];
	uint16_t sum;

	if (head > sizeof(body) || head > frame->body_len)
		return VS_DROP_GSO_UNSUPPORTED;
	memcpy(body, frame->body, head);
	sum = checksum_fold(checksum_add(frame->body + off->csum_start, frame->body_len - off->csum_start, 0));
	if (!sum && off->csum_offset == HDR_UDP_CSUM)
		sum = 0xffff; /* zero would say that there is none (RFC 768) */
	hdr_store16(body + at, sum);
	emit(arg, body, head, frame->body + head, frame->body_len - head);
	return VS_DROP_NONE;
}

/*
 * struct cut - what offload_cut() finds out about a GSO frame before it cuts: offsets are in the body
 * @outer: 0, or where the IP header of a tunnel lies that the sender has put around it; then @outer_l4 follows it
 */
struct cut {
	size_t l3, l4, headers;
	bool v4, tcp;
	size_t outer, outer_l4;
	bool outer_v4, outer_udp;
};

/* plan_nested() - a tunnel's GSO frame: its checksum starts in the inner packet, whose IP header lies right before. */
static bool plan_nested(const struct frame *frame, const struct hdr_l3 *outer, struct cut *cut)
{
	size_t l4 = frame->off.csum_start, header = cut->v4 ? HDR_IPV4_LEN : HDR_IPV6_LEN;
	uint8_t protocol = cut->tcp ? IPPROTO_TCP : IPPROTO_UDP;
	const uint8_t *ip;

	if (l4 < outer->l4 + header || l4 > frame->body_len || (outer->protocol == protocol && cut->tcp))
		return false;
	cut->l3 = l4 - header;
	cut->l4 = l4;
	cut->outer = outer->l3;
	cut->outer_l4 = outer->l4;
	cut->outer_v4 = outer->v4;
	cut->outer_udp = outer->protocol == IPPROTO_UDP;
	ip = frame->body + cut->l3;
	if (cut->v4)
		return ip[0] == 0x45 && ip[9] == protocol && hdr_load16(ip + 2) == frame->body_len - cut->l3;
	return ip[0] >> 4 == 6 && ip[6] == protocol && hdr_load16(ip + 4) == frame->body_len - l4;
}

static bool cut_plan(const struct frame *frame, struct cut *cut)
{
	uint8_t type = frame->off.gso_type & (uint8_t)~VIRTIO_NET_HDR_GSO_ECN;
	struct hdr_l3 l3;

	*cut = (struct cut){.tcp = type != HDR_VNET_GSO_UDP_L4};
	if ((type != VIRTIO_NET_HDR_GSO_TCPV4 && type != VIRTIO_NET_HDR_GSO_TCPV6 && type != HDR_VNET_GSO_UDP_L4) ||
	    !frame->off.gso_size || !hdr_parse_l3(frame->body, frame->body_len, &l3))
		return false;
	if (l3.l4 == frame->off.csum_start && l3.protocol == (cut->tcp ? IPPROTO_TCP : IPPROTO_UDP)) {
		cut->v4 = l3.v4;
		cut->l3 = l3.l3;
		cut->l4 = l3.l4;
	} else {
		cut->v4 = type == VIRTIO_NET_HDR_GSO_TCPV4;
		if (!plan_nested(frame, &l3, cut))
			return false;
	}
	cut->headers = cut->l4 + HDR_UDP_LEN;
	if (cut->tcp) {
		if (cut->l4 + HDR_TCP_LEN > frame->body_len)
			return false;
		cut->headers = cut->l4 + hdr_tcp_len(frame->body + cut->l4);
		if (cut->headers < cut->l4 + HDR_TCP_LEN)
			return false;
	}
	return cut->headers <= OFFLOAD_HEADERS && cut->headers <= frame->body_len;
}

bool offload_is_nested(const struct frame *frame)
{
	struct hdr_l3 l3;

	return frame->off.gso_type != VIRTIO_NET_HDR_GSO_NONE &&
	       (!hdr_parse_l3(frame->body, frame->body_len, &l3) || l3.l4 != frame->off.csum_start);
}

/* outer_headers() - make the tunnel's headers those of this segment; the inner ones are done. */
static void outer_headers(const struct cut *cut, uint8_t *body, unsigned int index, const uint8_t *payload, size_t len)
{
	uint8_t *udp = body + cut->outer_l4;
	size_t l4_len = cut->headers - cut->outer_l4 + len;
	uint32_t sum;

	hdr_set_length(body, cut->outer, cut->outer_v4, cut->headers - cut->outer + len, (uint16_t)index);
	if (!cut->outer_udp)
		return;
	hdr_store16(udp + HDR_UDP_LENGTH, (uint16_t)l4_len);
	if (!hdr_load16(udp + HDR_UDP_CSUM))
		return;
	hdr_store16(udp + HDR_UDP_CSUM, 0);
	sum = hdr_pseudo_sum(body, cut->outer, cut->outer_v4, IPPROTO_UDP, l4_len);
	sum = checksum_fold(checksum_add(payload, len, checksum_add(udp, cut->headers - cut->outer_l4, sum)));
	hdr_store16(udp + HDR_UDP_CSUM, sum ? (uint16_t)sum : 0xffff);
}

/* segment_headers() - make the copied headers those of the segment at @offset. */
static void segment_headers(const struct cut *cut, uint8_t *body, size_t offset, unsigned int index, bool last,
			    const uint8_t *payload, size_t len)
{
	uint8_t *l4 = body + cut->l4;
	size_t l4_len = cut->headers - cut->l4 + len;
	size_t at = cut->tcp ? HDR_TCP_CSUM : HDR_UDP_CSUM;
	uint32_t sum;

	hdr_set_length(body, cut->l3, cut->v4, cut->headers - cut->l3 + len, (uint16_t)index);
	if (cut->tcp) {
		hdr_store32(l4 + HDR_TCP_SEQ, hdr_load32(l4 + HDR_TCP_SEQ) + (uint32_t)offset);
		if (!last)
			l4[HDR_TCP_FLAGS] &= (uint8_t) ~(HDR_TCP_FIN | HDR_TCP_PSH);
		if (index)
			l4[HDR_TCP_FLAGS] &= (uint8_t)~HDR_TCP_CWR;
	} else {
		hdr_store16(l4 + HDR_UDP_LENGTH, (uint16_t)l4_len);
	}
	hdr_store16(l4 + at, 0);
	sum = hdr_pseudo_sum(body, cut->l3, cut->v4, cut->tcp ? IPPROTO_TCP : IPPROTO_UDP, l4_len);
	sum = checksum_fold(checksum_add(payload, len, checksum_add(l4, cut->headers - cut->l4, sum)));
	hdr_store16(l4 + at, !sum && !cut->tcp ? 0xffff : (uint16_t)sum);
	if (cut->outer)
		outer_headers(cut, body, index, payload, len);
}

enum vs_drop offload_cut(const struct frame *frame, offload_emit emit, void *arg)
{
	uint8_t body[OFFLOAD_HEADERS];
	struct cut cut;
	size_t offset = 0, total, len;

	if (frame->off.gso_type == VIRTIO_NET_HDR_GSO_NONE) {
		if (frame->off.needs_csum)
			return finish_checksum(frame, emit, arg);
		emit(arg, NULL, 0, frame->body, frame->body_len);
		return VS_DROP_NONE;
	}
	if (!cut_plan(frame, &cut))
		return VS_DROP_GSO_UNSUPPORTED;
	total = frame->body_len - cut.headers;
	for (unsigned int i = 0; !i || offset < total; i++, offset += len) {
		uint8_t *payload = frame->body + cut.headers + offset;

		len = total - offset < frame->off.gso_size ? total - offset : frame->off.gso_size;
		memcpy(body, frame->body, cut.headers);
		segment_headers(&cut, body, offset, i, offset + len == total, payload, len);
		emit(arg, body, cut.headers, payload, len);
	}
	return VS_DROP_NONE;
}
