/* SPDX-License-Identifier: GPL-2.0-only */
/* vxlan_wire.c - VXLAN on the wire: the header (RFC 7348), congestion marks (RFC 6040), the flow's hash */
#include "vswitchd/datapath/vxlan_wire.h"
#include "vswitchd/datapath/checksum.h"

#include "common/hmap.h"
#include "vswitchd/datapath/offload.h"
#include "vswitchd/datapath/packet_headers.h"

#define VXLAN_FLAG_I 0x08
#define ECN_MASK 3
#define ECN_CE 3
#define ECN_ECT1 1

void vxlan_write(uint8_t header[VXLAN_HLEN], uint32_t vni)
{
	hdr_store32(header, (uint32_t)VXLAN_FLAG_I << 24);
	hdr_store32(header + 4, vni << 8);
}

enum vs_drop vxlan_parse(const uint8_t *bytes, size_t len, uint32_t *vni)
{
	if (len < VXLAN_HLEN)
		return VS_DROP_VXLAN_SHORT;
	if (!(bytes[0] & VXLAN_FLAG_I))
		return VS_DROP_VXLAN_FLAGS;
	*vni = hdr_load32(bytes + 4) >> 8;
	return VS_DROP_NONE;
}

struct vxlan_inner vxlan_inner_ip(const struct frame *frame)
{
	struct hdr_l3 l3;

	if (!hdr_parse_l3(frame->body, frame->body_len, &l3))
		return (struct vxlan_inner){.ttl = VXLAN_TTL};
	return (struct vxlan_inner){.tos = l3.tos, .ttl = l3.ttl};
}

uint8_t vxlan_outer_tos(uint8_t dscp_tos, uint8_t inner_tos)
{
	return (uint8_t)((dscp_tos & ~ECN_MASK) | (inner_tos & ECN_MASK));
}

static void set_inner_ecn(struct frame *frame, bool v4, uint8_t ecn)
{
	uint8_t *ip = frame->body + HDR_ETHERTYPE_LEN;

	if (!v4) {
		ip[1] = (uint8_t)((ip[1] & ~(ECN_MASK << 4)) | ecn << 4);
		return;
	}
	ip[1] = (uint8_t)((ip[1] & ~ECN_MASK) | ecn);
	hdr_store16(ip + 10, 0);
	hdr_store16(ip + 10, checksum_fold(checksum_add(ip, (size_t)(ip[0] & 0xf) * 4, 0)));
}

enum vs_drop vxlan_ecn_decap(struct frame *frame, uint8_t outer_tos)
{
	uint8_t outer = outer_tos & ECN_MASK, inner, result;
	struct hdr_l3 l3;

	if (!outer || !hdr_parse_l3(frame->body, frame->body_len, &l3))
		return VS_DROP_NONE;
	inner = l3.tos & ECN_MASK;
	if (!inner)
		return outer == ECN_CE ? VS_DROP_ECN : VS_DROP_NONE;
	result = outer == ECN_CE || inner == ECN_CE ? ECN_CE : outer == ECN_ECT1 ? ECN_ECT1 : inner;
	if (result != inner)
		set_inner_ecn(frame, l3.v4, result);
	return VS_DROP_NONE;
}

uint32_t vxlan_flow_hash(const struct frame *frame)
{
	uint32_t hash = vs_hash_bytes(frame->macs, FRAME_MACS, 0);
	struct hdr_l3 l3;

	if (!hdr_parse_l3(frame->body, frame->body_len, &l3))
		return hash;
	hash = vs_hash_bytes(frame->body + l3.l3 + (l3.v4 ? 12 : 8), l3.v4 ? 8 : 32, hash + l3.protocol);
	if ((l3.protocol == IPPROTO_TCP || l3.protocol == IPPROTO_UDP) && !l3.fragment && frame->body_len >= l3.l4 + 4)
		hash = vs_hash_bytes(frame->body + l3.l4, 4, hash);
	return hash;
}
