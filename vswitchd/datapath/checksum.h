/* SPDX-License-Identifier: GPL-2.0-only */
/* checksum.h - the Internet checksum (RFC 1071) */
#ifndef VS_DP_CHECKSUM_H
#define VS_DP_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/** checksum_add() - ones' complement sum over @len bytes in network order, unfolded (RFC 1071); for even offsets. */
uint32_t checksum_add(const uint8_t *bytes, size_t len, uint32_t sum);

/** checksum_fold() - fold a sum and complement it: the checksum as it goes into the header, host order. */
uint16_t checksum_fold(uint32_t sum);

#endif
