/* SPDX-License-Identifier: GPL-2.0-only */
/* packet_headers.c - IPv4, IPv6, TCP and UDP headers behind an EtherType, read within their bounds */
#include "vswitchd/datapath/packet_headers.h"
#include "vswitchd/datapath/checksum.h"

static bool parse_v4(const uint8_t *body, size_t len, struct hdr_l3 *l3)
{
	const uint8_t *ip = body + HDR_ETHERTYPE_LEN;
	size_t header;

	if (len < HDR_ETHERTYPE_LEN + HDR_IPV4_LEN || ip[0] >> 4 != 4)
		return false;
	header = (size_t)(ip[0] & 0xf) * 4;
	if (header < HDR_IPV4_LEN || len < HDR_ETHERTYPE_LEN + header)
		return false;
	l3->v4 = true;
	l3->tos = ip[1];
	l3->ttl = ip[8];
	l3->protocol = ip[9];
	l3->fragment = hdr_load16(ip + 6) & 0x3fff;
	l3->l4 = HDR_ETHERTYPE_LEN + header;
	return true;
}

/* Extension headers that have the common form (RFC 8200 section 4): hop-by-hop, routing, destination options. */
static bool v6_is_extension(uint8_t next)
{
	return next == 0 || next == 43 || next == 60;
}

static bool parse_v6(const uint8_t *body, size_t len, struct hdr_l3 *l3)
{
	const uint8_t *ip = body + HDR_ETHERTYPE_LEN;
	size_t at = HDR_ETHERTYPE_LEN + HDR_IPV6_LEN;
	uint8_t next;

	if (len < at || ip[0] >> 4 != 6)
		return false;
	next = ip[6];
	l3->v4 = false;
	l3->tos = (uint8_t)((ip[0] & 0xf) << 4 | ip[1] >> 4);
	l3->ttl = ip[7];
	/* A chain that runs past the end is left at the header that does: no protocol that anything here looks into. */
	while (v6_is_extension(next) && len >= at + 8 && len >= at + ((size_t)body[at + 1] + 1) * 8) {
		size_t header = ((size_t)body[at + 1] + 1) * 8;

		next = body[at];
		at += header;
	}
	l3->fragment = next == 44;
	l3->protocol = next;
	l3->l4 = at;
	return true;
}

bool hdr_parse_l3(const uint8_t *body, size_t len, struct hdr_l3 *l3)
{
	uint16_t type = len >= HDR_ETHERTYPE_LEN ? hdr_load16(body) : 0;

	l3->l3 = HDR_ETHERTYPE_LEN;
	if (type == HDR_IPV4_TYPE)
		return parse_v4(body, len, l3);
	return type == HDR_IPV6_TYPE && parse_v6(body, len, l3);
}

void hdr_set_length(uint8_t *body, size_t l3, bool v4, size_t len, uint16_t id_step)
{
	uint8_t *ip = body + l3;

	if (!v4) {
		hdr_store16(ip + 4, (uint16_t)(len - HDR_IPV6_LEN));
		return;
	}
	hdr_store16(ip + 2, (uint16_t)len);
	hdr_store16(ip + 4, (uint16_t)(hdr_load16(ip + 4) + id_step));
	hdr_store16(ip + 10, 0);
	hdr_store16(ip + 10, checksum_fold(checksum_add(ip, (size_t)(ip[0] & 0xf) * 4, 0)));
}

uint32_t hdr_pseudo_sum(const uint8_t *body, size_t l3, bool v4, uint8_t protocol, size_t l4_len)
{
	const uint8_t *addresses = body + l3 + (v4 ? 12 : 8);
	uint32_t sum = (uint32_t)protocol + (uint32_t)(l4_len >> 16) + (uint32_t)(l4_len & 0xffff);

	return checksum_add(addresses, v4 ? 8 : 32, sum);
}
