/* SPDX-License-Identifier: GPL-2.0-only */
/* reconcile.h - the only code that makes the kernel and the datapath match the store */
#ifndef VS_RECONCILE_H
#define VS_RECONCILE_H

#include <event2/event.h>

#include "vswitchd/datapath/dp.h"
#include "vswitchd/store/store.h"

struct rc;

/**
 * rc_open() - adopt or remove what an earlier daemon with the same @rundir left, then make everything as the store says
 * @rundir: its path is the identity in the tags of what we make
 *
 * Subscribes to the store's changes and to link events; from then on it works by itself.
 *
 * Return: 0 or -errno (only for what makes going on senseless; a port that cannot be made is parked with its error).
 */
int rc_open(struct event_base *base, struct store *store, struct dp *dp, const char *rundir, struct rc **rc);

/** rc_close() - stop watching; leaves devices as they are. */
void rc_close(struct rc *rc);

/** rc_cleanup() - remove everything made: all devices, namespaces. For a final exit. */
void rc_cleanup(struct rc *rc);

/** rc_bridge_number() - datapath number of a bridge by name, 0 if there is none. */
uint32_t rc_bridge_number(struct rc *rc, const char *bridge);

/** rc_port_number() - datapath number of an interface by name, 0 if it is parked or unknown. */
uint32_t rc_port_number(struct rc *rc, const char *iface);

/** rc_port_name() - interface name of a datapath port number. Return: NULL if there is none. */
const char *rc_port_name(struct rc *rc, uint32_t number);

/** rc_refresh() - bring an Interface row's statistics, link_state, mtu ... up to date before they are read. */
void rc_refresh(struct rc *rc, struct store_row *interface);

#endif
