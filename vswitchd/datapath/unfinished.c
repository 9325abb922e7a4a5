/* SPDX-License-Identifier: GPL-2.0-only */
/* unfinished.c - recognise frames out of a tunnel whose sender counted on a network card that was never there
 * (offload.h) */

/*
 * A tunnel endpoint of the kernel leaves the inner checksum, and the cutting of inner TCP, to the device that it sends
 * by. When that device is a veth whose other end is ours, nobody does it: our UDP socket gets the packet as it was, and
 * has no words to say so. What can be told from the bytes is that the checksum field holds just the pseudo-header's
 * sum, which is what senders leave there for a device to add the rest to; and that a TCP packet is longer than any
 * sender would make a segment. The first is looked for here; a checksum that is right is never taken for unfinished,
 * and one that is wrong has one chance in 65,535 to look so.
 */
#include <netinet/in.h>

#include "vswitchd/datapath/checksum.h"
#include "vswitchd/datapath/offload.h"
#include "vswitchd/datapath/packet_headers.h"

/* Inner packets up to this may have been made so by their sender: what fits IPv6 tunnels on Ethernet. */
#define INNER_MTU 1430

/* Where the checksum of the packet lies, from its layer 4 header on; 0: none that could be unfinished. */
static size_t checksum_offset(const struct frame *frame, const struct hdr_l3 *l3, size_t l4_len)
{
	size_t offset = l3->protocol == IPPROTO_TCP ? HDR_TCP_CSUM : l3->protocol == IPPROTO_UDP ? HDR_UDP_CSUM : 0;

	if (l3->fragment || !offset || l4_len < offset + 2 || !hdr_load16(frame->body + l3->l4 + offset))
		return 0;
	return offset;
}

/* To be cut where the length says that it would have been; any size is right that the sender's MSS is not below. */
static void take_for_gso(struct frame *frame, const struct hdr_l3 *l3)
{
	size_t headers = l3->l4 + hdr_tcp_len(frame->body + l3->l4);

	if (frame->body_len - l3->l3 <= INNER_MTU || headers < l3->l4 + HDR_TCP_LEN || headers >= frame->body_len)
		return;
	frame->off.gso_type = l3->v4 ? VIRTIO_NET_HDR_GSO_TCPV4 : VIRTIO_NET_HDR_GSO_TCPV6;
	frame->off.gso_size = (uint16_t)(INNER_MTU - (headers - l3->l3));
	frame->off.hdr_len = (uint16_t)headers;
}

void offload_recognise(struct frame *frame)
{
	struct hdr_l3 l3;
	size_t length, l4_len, offset;
	uint16_t left; /* what a sender leaves in the field */
	uint32_t pseudo;

	if (!hdr_parse_l3(frame->body, frame->body_len, &l3))
		return;
	length = l3.v4 ? hdr_load16(frame->body + l3.l3 + 2)
		       : (size_t)hdr_load16(frame->body + l3.l3 + 4) + HDR_IPV6_LEN;
	if (length != frame->body_len - l3.l3 || l3.l4 > frame->body_len)
		return;
	l4_len = frame->body_len - l3.l4;
	offset = checksum_offset(frame, &l3, l4_len);
	if (!offset)
		return;
	pseudo = hdr_pseudo_sum(frame->body, l3.l3, l3.v4, l3.protocol, l4_len);
	left = (uint16_t)~checksum_fold(pseudo);
	if (hdr_load16(frame->body + l3.l4 + offset) != left ||
	    !checksum_fold(checksum_add(frame->body + l3.l4, l4_len, pseudo)))
		return;
	frame->off = (struct frame_offload){
		.needs_csum = true, .csum_start = (uint16_t)l3.l4, .csum_offset = (uint16_t)offset};
	if (l3.protocol == IPPROTO_TCP)
		take_for_gso(frame, &l3);
}
