/* SPDX-License-Identifier: GPL-2.0-only */
/* vlan.h - Open vSwitch's VLAN columns of a Port row, as the struct that forwarding reads */
#ifndef VS_RECONCILE_VLAN_H
#define VS_RECONCILE_VLAN_H

#include "datapath-bpf/core/types.h"
#include "vswitchd/store/store.h"

/**
 * rc_vlan_port() - translate a Port row; pure
 * @port: filled, but for @port->bridge (0) and VS_PORT_OVERLAY
 */
void rc_vlan_port(const struct store_row *row, struct vs_port *port);

#endif
