/* SPDX-License-Identifier: GPL-2.0-only */
/* neighbor_decode.h - what a control frame says of who sent it, in words */
#ifndef VS_NEIGHBOR_DECODE_H
#define VS_NEIGHBOR_DECODE_H

#include <stddef.h>
#include <stdint.h>

#define NEIGHBOR_PROTOCOL 16
#define NEIGHBOR_TEXT 320

/**
 * struct neighbor_frame - a control frame in words
 * @protocol: "lldp", "rstp", ... or its EtherType ("0x88b5") or LLC address ("llc-fe")
 * @text: "key=value" pairs; strings of the sender's are in double quotes, and what could upset a terminal is a dot.
 *	Empty where nothing is known of the protocol.
 */
struct neighbor_frame {
	uint8_t dst[6], src[6];
	char protocol[NEIGHBOR_PROTOCOL];
	char text[NEIGHBOR_TEXT];
};

/** neighbor_decode() - any bytes. Return: 0, or -EINVAL if they hold no Ethernet header. */
int neighbor_decode(const uint8_t *bytes, size_t len, struct neighbor_frame *out);

#endif
