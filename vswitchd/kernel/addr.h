/* SPDX-License-Identifier: GPL-2.0-only */
/* addr.h - addresses and routes of a device, set as a whole: what we put there and is not wanted goes */
#ifndef VS_KERNEL_ADDR_H
#define VS_KERNEL_ADDR_H

/*
 * Addresses and routes that we add carry a protocol number of ours (IFA_PROTO, rtm_protocol), so that a daemon that
 * was killed half way finds later what was its own: a container's own addresses are never touched. Kernels before
 * 5.18 keep no protocol with an address; there nothing is taken away but what the caller names.
 */
#include <stdbool.h>
#include <stddef.h>

#include "common/addr.h"
#include "vswitchd/kernel/nl.h"

#define KN_PROTOCOL 0x56 /* in IFA_PROTO and rtm_protocol */

/** struct kn_addr - an address with its prefix length (counted in its own family: 0..32 or 0..128) */
struct kn_addr {
	struct vs_ip ip;
	unsigned int bits;
};

/** struct kn_route - to @dest by the gateway @via */
struct kn_route {
	struct kn_addr dest;
	struct vs_ip via;
};

/**
 * kn_addr_sync() - make the addresses of a device that are ours be exactly @addrs
 * @fresh: the device is new: do not ask what is there
 * @bad: on failure, the address that the kernel refused
 * Return: 0 or -errno.
 */
int kn_addr_sync(struct kn *kn, int ifindex, const struct kn_addr *addrs, size_t n, bool fresh,
		 const struct kn_addr **bad);

/** kn_route_sync() - the same for the main table's routes by the device. */
int kn_route_sync(struct kn *kn, int ifindex, const struct kn_route *routes, size_t n, bool fresh,
		  const struct kn_route **bad);

#endif
