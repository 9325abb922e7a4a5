/* SPDX-License-Identifier: GPL-2.0-only */
/* checksum.c - the Internet checksum (RFC 1071) */
#include "vswitchd/datapath/checksum.h"

#include <arpa/inet.h>
#include <string.h>

uint32_t checksum_add(const uint8_t *bytes, size_t len, uint32_t sum)
{
	uint64_t total = 0;
	uint32_t word;

	/* Sum in the machine's order, 32 bits at a time: the ones' complement sum does not mind (RFC 1071 section 2).
	 */
	for (; len >= 4; bytes += 4, len -= 4) {
		memcpy(&word, bytes, 4);
		total += word;
	}
	word = 0;
	memcpy(&word, bytes, len);
	total += word;
	total = (total >> 32) + (total & 0xffffffff);
	total = (total >> 32) + (total & 0xffffffff);
	total = (total >> 16) + (total & 0xffff);
	total = (total >> 16) + (total & 0xffff);
	return sum + ntohs((uint16_t)total);
}

uint16_t checksum_fold(uint32_t sum)
{
	sum = (sum >> 16) + (sum & 0xffff);
	sum += sum >> 16;
	return (uint16_t)~sum;
}
