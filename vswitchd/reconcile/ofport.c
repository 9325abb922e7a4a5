/* SPDX-License-Identifier: GPL-2.0-only */
/* ofport.c - the port numbers that users see, one set for each bridge */
#include <string.h>

#include "common/xalloc.h"
#include "vswitchd/reconcile/rc.h"

/*
 * Numbers are given out upwards from the last one, as Open vSwitch does it, so that a number that was just freed
 * does not mean another port a moment later.
 */
static bool ofport_test(const struct rc_bridge *bridge, uint32_t number)
{
	return bridge->ofports[number / 64] >> number % 64 & 1;
}

static uint32_t ofport_free_one(struct rc_bridge *bridge)
{
	for (uint32_t i = 1; i <= RC_OFPORT_MAX; i++) {
		uint32_t number = (bridge->last_ofport + i - 1) % RC_OFPORT_MAX + 1;

		if (bridge->ofports[number / 64] == UINT64_MAX && number % 64 == 0)
			i += 63;
		else if (!ofport_test(bridge, number))
			return number;
	}
	return 0;
}

void rc_ofport_assign(struct rc_iface *iface)
{
	struct rc_bridge *bridge = iface->bridge;
	int64_t asked = store_get_integer(iface->row, Interface_ofport_request, 0);

	if (!bridge->ofports)
		bridge->ofports = vs_xcalloc(RC_OFPORT_MAX / 64 + 1, sizeof(*bridge->ofports));
	if (strcmp(iface->name, bridge->name) == 0) {
		iface->ofport = RC_OFPORT_LOCAL;
		return;
	}
	if (asked < 1 || asked > RC_OFPORT_MAX)
		asked = 0;
	if (iface->ofport && (!asked || iface->ofport == asked || ofport_test(bridge, (uint32_t)asked)))
		return;
	rc_ofport_release(iface);
	if (asked && !ofport_test(bridge, (uint32_t)asked))
		iface->ofport = (uint32_t)asked;
	else
		iface->ofport = bridge->last_ofport = ofport_free_one(bridge);
	if (iface->ofport)
		bridge->ofports[iface->ofport / 64] |= 1ULL << iface->ofport % 64;
}

void rc_ofport_release(struct rc_iface *iface)
{
	if (iface->ofport && iface->ofport != RC_OFPORT_LOCAL && iface->bridge)
		iface->bridge->ofports[iface->ofport / 64] &= ~(1ULL << iface->ofport % 64);
	iface->ofport = 0;
}
