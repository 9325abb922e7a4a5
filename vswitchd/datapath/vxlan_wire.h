/* SPDX-License-Identifier: GPL-2.0-only */
/* vxlan_wire.h - VXLAN on the wire: the header (RFC 7348), congestion marks (RFC 6040), the flow's hash */
#ifndef VS_VXLAN_WIRE_H
#define VS_VXLAN_WIRE_H

#include "datapath-bpf/core/reasons.h"
#include "vswitchd/datapath/frame.h"

#define VXLAN_HLEN 8
#define VXLAN_PORT 4789
#define VXLAN_TTL 64

/** vxlan_write() - the 8 bytes before the inner frame (RFC 7348 section 5). */
void vxlan_write(uint8_t header[VXLAN_HLEN], uint32_t vni);

/** vxlan_parse() - Return: VS_DROP_NONE and the VNI; VS_DROP_VXLAN_SHORT; VS_DROP_VXLAN_FLAGS. */
enum vs_drop vxlan_parse(const uint8_t *bytes, size_t len, uint32_t *vni);

/** struct vxlan_inner - of an inner IP packet, what the outer header may inherit; 0 and VXLAN_TTL if it is not IP */
struct vxlan_inner {
	uint8_t tos;
	uint8_t ttl;
};

struct vxlan_inner vxlan_inner_ip(const struct frame *frame);

/** vxlan_outer_tos() - DSCP of @dscp_tos with the inner packet's ECN field (RFC 6040 section 4.1, normal mode). */
uint8_t vxlan_outer_tos(uint8_t dscp_tos, uint8_t inner_tos);

/**
 * vxlan_ecn_decap() - carry the outer ECN field into the inner header (RFC 6040 section 4.2)
 * Return: VS_DROP_NONE or VS_DROP_ECN. May write into the frame's body.
 */
enum vs_drop vxlan_ecn_decap(struct frame *frame, uint8_t outer_tos);

/** vxlan_flow_hash() - equal for all frames of a flow: addresses, and IP addresses, protocol and ports when IP. */
uint32_t vxlan_flow_hash(const struct frame *frame);

#endif
