/* SPDX-License-Identifier: GPL-2.0-only */
/* addr.h - MAC and IP addresses as text and back */
#ifndef VS_ADDR_H
#define VS_ADDR_H

#include <stdbool.h>
#include <stdint.h>

#include "datapath-bpf/core/types.h" /* struct vs_ip */

#define VS_MAC_TEXT 18 /* "aa:bb:cc:dd:ee:ff" and its NUL */
#define VS_IP_TEXT 46  /* INET6_ADDRSTRLEN */

/** vs_mac_parse() - read "aa:bb:cc:dd:ee:ff" (also with '-'), the whole string. Return: 0 or -EINVAL. */
int vs_mac_parse(const char *text, uint8_t mac[6]);

/** vs_mac_format() - write @mac in lower case. Return: @buf. */
char *vs_mac_format(const uint8_t mac[6], char buf[VS_MAC_TEXT]);

/** vs_ip_parse() - read an IPv4 or IPv6 address, the whole string. Return: 0 or -EINVAL. */
int vs_ip_parse(const char *text, struct vs_ip *ip);

/** vs_ip_format() - write @ip as IPv4 when it is one. Return: @buf. */
char *vs_ip_format(const struct vs_ip *ip, char buf[VS_IP_TEXT]);

bool vs_ip_is_zero(const struct vs_ip *ip);
bool vs_ip_is_v4(const struct vs_ip *ip);
bool vs_ip_is_multicast(const struct vs_ip *ip);

/** vs_cidr_parse() - read "ADDRESS/BITS"; without "/BITS" all bits (32 or 128). Return: 0 or -EINVAL. */
int vs_cidr_parse(const char *text, struct vs_ip *ip, unsigned int *bits);

#endif
