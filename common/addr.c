/* SPDX-License-Identifier: GPL-2.0-only */
/* addr.c - MAC and IP addresses as text and back */
#include "common/addr.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/hex.h"

static const uint8_t v4_prefix[12] = {[10] = 0xff, [11] = 0xff};

int vs_mac_parse(const char *text, uint8_t mac[6])
{
	char separator = strlen(text) == VS_MAC_TEXT - 1 ? text[2] : '\0';
	uint8_t bytes[6];

	if (separator != ':' && separator != '-')
		return -EINVAL;
	for (int i = 0; i < 6; i++) {
		int high = vs_hex_digit(text[i * 3]), low = vs_hex_digit(text[i * 3 + 1]);

		if (high < 0 || low < 0 || (i < 5 && text[i * 3 + 2] != separator))
			return -EINVAL;
		bytes[i] = (uint8_t)(high << 4 | low);
	}
	memcpy(mac, bytes, 6);
	return 0;
}

char *vs_mac_format(const uint8_t mac[6], char buf[VS_MAC_TEXT])
{
	snprintf(buf, VS_MAC_TEXT, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
	return buf;
}

int vs_ip_parse(const char *text, struct vs_ip *ip)
{
	struct vs_ip parsed;

	if (inet_pton(AF_INET, text, parsed.b + 12) == 1)
		memcpy(parsed.b, v4_prefix, sizeof(v4_prefix));
	else if (inet_pton(AF_INET6, text, parsed.b) != 1)
		return -EINVAL;
	*ip = parsed;
	return 0;
}

char *vs_ip_format(const struct vs_ip *ip, char buf[VS_IP_TEXT])
{
	bool v4 = vs_ip_is_v4(ip);

	inet_ntop(v4 ? AF_INET : AF_INET6, v4 ? ip->b + 12 : ip->b, buf, VS_IP_TEXT);
	return buf;
}

/* The unspecified address of either family means none. */
bool vs_ip_is_zero(const struct vs_ip *ip)
{
	static const uint8_t zero[16];

	return !memcmp(ip->b, zero, 16) || (vs_ip_is_v4(ip) && !memcmp(ip->b + 12, zero, 4));
}

bool vs_ip_is_v4(const struct vs_ip *ip)
{
	return !memcmp(ip->b, v4_prefix, sizeof(v4_prefix));
}

bool vs_ip_is_multicast(const struct vs_ip *ip)
{
	return vs_ip_is_v4(ip) ? (ip->b[12] & 0xf0) == 0xe0 : ip->b[0] == 0xff;
}

int vs_cidr_parse(const char *text, struct vs_ip *ip, unsigned int *bits)
{
	const char *slash = strchr(text, '/');
	size_t length = slash ? (size_t)(slash - text) : strlen(text);
	char address[VS_IP_TEXT];
	struct vs_ip parsed;
	unsigned int value = 0, most;

	if (length >= sizeof(address))
		return -EINVAL;
	memcpy(address, text, length);
	address[length] = '\0';
	if (vs_ip_parse(address, &parsed))
		return -EINVAL;
	most = vs_ip_is_v4(&parsed) && strchr(address, '.') && !strchr(address, ':') ? 32 : 128;
	if (!slash) {
		value = most;
	} else {
		const char *p = slash + 1;

		if (!*p || strlen(p) > 3 || strspn(p, "0123456789") != strlen(p))
			return -EINVAL;
		for (; *p; p++)
			value = value * 10 + (unsigned int)(*p - '0');
		if (value > most)
			return -EINVAL;
	}
	*ip = parsed;
	*bits = value;
	return 0;
}
