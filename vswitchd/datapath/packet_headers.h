/* SPDX-License-Identifier: GPL-2.0-only */
/* packet_headers.h - IPv4, IPv6, TCP and UDP headers behind an EtherType, read within their bounds */
#ifndef VS_DP_PACKET_HEADERS_H
#define VS_DP_PACKET_HEADERS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define HDR_ETHERTYPE_LEN 2
#define HDR_IPV4_TYPE 0x0800
#define HDR_IPV6_TYPE 0x86dd
#define HDR_IPV4_LEN 20
#define HDR_IPV6_LEN 40
#define HDR_TCP_LEN 20
#define HDR_TCP_SEQ 4
#define HDR_TCP_ACK 8
#define HDR_TCP_OFFSET 12
#define HDR_TCP_FLAGS 13
#define HDR_TCP_CSUM 16
#define HDR_TCP_FIN 0x01
#define HDR_TCP_PSH 0x08
#define HDR_TCP_ACK_FLAG 0x10
#define HDR_TCP_CWR 0x80
#define HDR_UDP_LEN 8
#define HDR_UDP_LENGTH 4
#define HDR_UDP_CSUM 6
#define HDR_VNET_GSO_UDP_L4 5 /* VIRTIO_NET_HDR_GSO_UDP_L4, newer than Debian 12's headers */

static inline uint16_t hdr_load16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t hdr_load32(const uint8_t *p)
{
	return (uint32_t)hdr_load16(p) << 16 | hdr_load16(p + 2);
}

static inline void hdr_store16(uint8_t *p, uint16_t value)
{
	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
}

static inline void hdr_store32(uint8_t *p, uint32_t value)
{
	hdr_store16(p, (uint16_t)(value >> 16));
	hdr_store16(p + 2, (uint16_t)value);
}

static inline size_t hdr_tcp_len(const uint8_t *tcp)
{
	return (size_t)(tcp[HDR_TCP_OFFSET] >> 4) * 4;
}

/**
 * struct hdr_l3 - where the IP header and what follows it lie; offsets from the EtherType
 * @fragment: IPv4: not a whole packet (RFC 791)
 * @tos: type of service or traffic class
 * @ttl: time to live or hop limit
 */
struct hdr_l3 {
	bool v4;
	bool fragment;
	uint8_t protocol;
	uint8_t tos;
	uint8_t ttl;
	size_t l3, l4;
};

/** hdr_parse_l3() - Return: false if @body (from the EtherType on) holds no whole IPv4 or IPv6 header. */
bool hdr_parse_l3(const uint8_t *body, size_t len, struct hdr_l3 *l3);

/** hdr_set_length() - write the packet's length (IP header included); IPv4: add @id_step to its ID, new checksum. */
void hdr_set_length(uint8_t *body, size_t l3, bool v4, size_t len, uint16_t id_step);

/** hdr_pseudo_sum() - sum of the pseudo-header (RFC 9293 section 3.1, RFC 8200 section 8.1), unfolded. */
uint32_t hdr_pseudo_sum(const uint8_t *body, size_t l3, bool v4, uint8_t protocol, size_t l4_len);

#endif
