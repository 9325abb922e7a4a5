/* SPDX-License-Identifier: GPL-2.0-only */
/* types.h - the interface types: one row each, and the functions it names */
#ifndef VS_RECONCILE_TYPES_H
#define VS_RECONCILE_TYPES_H

#include "vswitchd/datapath/dp.h"
#include "vswitchd/kernel/link.h"
#include "vswitchd/reconcile/want.h"

struct rc;
struct rc_iface;

/**
 * struct rc_job - one interface being made to match its row
 * @link: its device as it is now (types with a device)
 * @fresh: the device was made a moment ago: nothing of the past is on it
 * @mtu: what the device and its other end get, 0 for as it is
 * @netns: the namespace of the other end, -1 until rc_job_netns() opened it
 */
struct rc_job {
	struct rc *rc;
	struct rc_iface *iface;
	struct kn_link link;
	bool fresh;
	uint32_t mtu;
	int netns;
};

/**
 * struct rc_type - an interface type
 * @name: as in column type
 * @driver: as in status:driver_name; NULL: ask the device
 * @kind: what the datapath calls it
 * @made: the device is ours: made, tagged and removed here
 * @generated: the switch's end has a name of its own, the interface's name is that of the other end
 * @want: understand its options; NULL if it has none
 * @make: make the device; @link is not there yet. On failure sets @error
 * @fits: the device found can become what is wanted by @configure; else it is removed and made anew
 * @configure: bring the device in line and up; what cannot be is a warning
 * @finish: the same for its other end, once the port is in the datapath; NULL if there is none
 */
struct rc_type {
	const char *name;
	const char *driver;
	enum dp_port_kind kind;
	bool made, generated;
	int (*want)(const struct store_row *interface, struct rc_want *want, char **error);
	int (*make)(struct rc_job *job, char **error);
	bool (*fits)(struct rc_job *job);
	void (*configure)(struct rc_job *job);
	void (*finish)(struct rc_job *job);
};

/** rc_type_find() - by the word in column type. Return: NULL if there is no such type. */
const struct rc_type *rc_type_find(const char *name);

#endif
