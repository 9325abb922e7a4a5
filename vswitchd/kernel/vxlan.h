/* SPDX-License-Identifier: GPL-2.0-only */
/* vxlan.h - kernel VXLAN devices whose tunnels are chosen frame by frame (collect_md) */
#ifndef VS_KERNEL_VXLAN_H
#define VS_KERNEL_VXLAN_H

#include "vswitchd/kernel/link.h"

/**
 * kn_vxlan_add() - make a VXLAN device without tunnels of its own: BPF programs say and ask where each frame goes
 * @alias: to know it by later
 * @dst_port: UDP port, host order; IPv4 and IPv6
 * Return: 0; -EEXIST when the name is taken; -EADDRINUSE when the UDP port is.
 */
int kn_vxlan_add(struct kn *kn, const char *name, const char *alias, uint16_t dst_port);

/** kn_link_peer_mac() - address of a veth's other end in another namespace. Return: 0 or -errno. */
int kn_link_peer_mac(struct kn *kn, const struct kn_link *link, uint8_t mac[6]);

#endif
