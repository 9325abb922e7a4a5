/* SPDX-License-Identifier: GPL-2.0-only */
/* cable.h - veth pairs straight from node to node, without a switch */
#ifndef VS_LAB_CABLE_H
#define VS_LAB_CABLE_H

#include "vsctl/lab/node.h"

/** lab_cable_fits() - whether the cable that @wanted (an element of a record's "cables") describes is there. */
bool lab_cable_fits(const char *netns, const char *to_netns, const json_t *wanted);

/** lab_cable_make() - make it, from its first end; what is there under the names goes. Return: 0 or -errno, printed. */
int lab_cable_make(const char *name, const char *netns, const char *to_netns, const json_t *wanted,
		   const json_t *other);

/** lab_cable_remove() - remove a device of the namespace, and the other end with it. Return: 0; -ENODEV. */
int lab_cable_remove(const char *netns, const char *device);

/** lab_cable_updown() - set a device of a node up or down; up also sets what goes with down. Return: 0 or -errno. */
int lab_cable_updown(const char *netns, const json_t *wanted, bool up);

#endif
