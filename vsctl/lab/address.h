/* SPDX-License-Identifier: GPL-2.0-only */
/* address.h - small sums with addresses */
#ifndef VS_LAB_ADDRESS_H
#define VS_LAB_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

/** lab_cidr_add() - "10.0.0.1/24" and 2 give "10.0.0.3/24". Return: malloc()ed; NULL when it leaves its network. */
char *lab_cidr_add(const char *cidr, uint64_t n);

/** lab_mac_add() - the same with an Ethernet address; only its last four bytes count up. */
char *lab_mac_add(const char *mac, uint64_t n);

/** lab_cidr_has() - whether the network of @cidr has @address (which may be a CIDR, too). */
bool lab_cidr_has(const char *cidr, const char *address);

/** lab_cidr_network() - the network itself: "192.0.2.7/24" gives "192.0.2.0/24". */
char *lab_cidr_network(const char *cidr);

/** lab_cidr_address() - without the prefix length. Return: malloc()ed. */
char *lab_cidr_address(const char *cidr);

/** lab_address_is_v4() - of a valid address or CIDR. */
bool lab_address_is_v4(const char *text);

#endif
