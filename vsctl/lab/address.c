/* SPDX-License-Identifier: GPL-2.0-only */
/* address.c - counting addresses up, and which network has one */
#include "vsctl/lab/address.h"

#include <stdlib.h>
#include <string.h>

#include "common/addr.h"
#include "common/xalloc.h"

/* The bits of @bits in a family of its own, counted in the 128 of a struct vs_ip. */
static unsigned int prefix_of(const struct vs_ip *ip, unsigned int bits)
{
	return vs_ip_is_v4(ip) ? 96 + bits : bits;
}

static bool same_prefix(const struct vs_ip *a, const struct vs_ip *b, unsigned int bits)
{
	unsigned int bytes = bits / 8, rest = bits % 8;
	uint8_t mask = (uint8_t)(0xff << (8 - rest));

	return !memcmp(a->b, b->b, bytes) && (!rest || !((a->b[bytes] ^ b->b[bytes]) & mask));
}

static void bytes_add(uint8_t *bytes, size_t size, uint64_t n)
{
	while (size-- && n) {
		n += bytes[size];
		bytes[size] = (uint8_t)n;
		n >>= 8;
	}
}

char *lab_cidr_add(const char *cidr, uint64_t n)
{
	struct vs_ip ip, sum;
	unsigned int bits;
	char text[VS_IP_TEXT];

	if (vs_cidr_parse(cidr, &ip, &bits))
		return NULL;
	sum = ip;
	bytes_add(sum.b, sizeof(sum.b), n);
	if (!same_prefix(&ip, &sum, prefix_of(&ip, bits)))
		return NULL;
	return vs_xasprintf("%s/%u", vs_ip_format(&sum, text), bits);
}

char *lab_mac_add(const char *mac, uint64_t n)
{
	uint8_t bytes[6];
	char text[VS_MAC_TEXT];

	if (vs_mac_parse(mac, bytes))
		return NULL;
	bytes_add(bytes + 2, sizeof(bytes) - 2, n);
	return vs_xstrdup(vs_mac_format(bytes, text));
}

bool lab_cidr_has(const char *cidr, const char *address)
{
	struct vs_ip network, ip;
	unsigned int bits, ignored;

	if (vs_cidr_parse(cidr, &network, &bits) || vs_cidr_parse(address, &ip, &ignored))
		return false;
	return vs_ip_is_v4(&network) == vs_ip_is_v4(&ip) && same_prefix(&network, &ip, prefix_of(&network, bits));
}

char *lab_cidr_network(const char *cidr)
{
	struct vs_ip ip;
	unsigned int bits, prefix;
	char text[VS_IP_TEXT];

	if (vs_cidr_parse(cidr, &ip, &bits))
		return NULL;
	prefix = prefix_of(&ip, bits);
	for (unsigned int bit = prefix; bit < 128; bit++)
		ip.b[bit / 8] &= (uint8_t) ~(0x80 >> bit % 8);
	return vs_xasprintf("%s/%u", vs_ip_format(&ip, text), bits);
}

char *lab_cidr_address(const char *cidr)
{
	char *address = vs_xstrdup(cidr);

	address[strcspn(address, "/")] = '\0';
	return address;
}

bool lab_address_is_v4(const char *text)
{
	return !strchr(text, ':');
}
