/* SPDX-License-Identifier: GPL-2.0-only */
/* ethtool.h - what a network card says of itself */
#ifndef VS_KERNEL_ETHTOOL_H
#define VS_KERNEL_ETHTOOL_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct kn_ethtool - facts about a device
 * @driver: name of its driver; empty if unknown
 * @speed: bit/s, 0 if unknown
 * @duplex_known, @full: duplex mode
 */
struct kn_ethtool {
	char driver[32];
	uint64_t speed;
	bool duplex_known, full;
};

/** kn_ethtool_get() - ask a device of this namespace; what it does not know stays zero. */
void kn_ethtool_get(const char *device, struct kn_ethtool *facts);

#endif
