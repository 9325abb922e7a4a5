/* SPDX-License-Identifier: GPL-2.0-only */
/* route.h - which way the kernel would send to an address */
#ifndef VS_KERNEL_ROUTE_H
#define VS_KERNEL_ROUTE_H

#include <stdbool.h>

#include "common/addr.h"
#include "vswitchd/kernel/nl.h"

/**
 * struct kn_path - the way to an address
 * @local: it is one of our own
 * @ifindex: the device it leaves by
 * @mtu: the longest packet: the route's own MTU if it has one, else the device's
 * @source: the address it would be sent from, or zero
 */
struct kn_path {
	bool local;
	int ifindex;
	uint32_t mtu;
	struct vs_ip source;
};

/**
 * kn_path_lookup() - ask the kernel's routing for the way to @to
 * @ifindex: leave by this device, or 0 for whatever routing says
 * Return: 0; -ENETUNREACH or -EHOSTUNREACH when there is none.
 */
int kn_path_lookup(struct kn *kn, const struct vs_ip *to, int ifindex, struct kn_path *path);

/** kn_path_is_here() - is this an address of this network namespace? */
bool kn_path_is_here(struct kn *kn, const struct vs_ip *ip);

#endif
