/* SPDX-License-Identifier: GPL-2.0-only */
/* vxlan.h - VXLAN ports of the user datapath: what its two halves, sending and receiving, share */
#ifndef VS_DP_VXLAN_H
#define VS_DP_VXLAN_H

#include "common/hmap.h"
#include "vswitchd/datapath/user.h"

struct vx_rx;
struct vx_tx;
struct vx_socket;

/** struct vx_key - what a received packet's tunnel is found by; zero @remote or @local means any */
struct vx_key {
	uint32_t vni;
	uint32_t dst_port;
	struct vs_ip remote;
	struct vs_ip local;
};

struct vx_port;

/** struct vx_node - one of a port's remotes, in the table of struct vx_rx */
struct vx_node {
	struct hmap_node hash;
	struct vx_key key;
	struct vx_port *port;
};

/**
 * struct vx_port - a VXLAN port
 * @config: its own copy; @config.remotes too
 * @nodes: one per remote, in the receiver's table
 * @by_vni: finds some port of a VNI, for the sake of the drop counters
 * @siblings: links the ports of @socket
 */
struct vx_port {
	struct up_port port;
	struct dp_vxlan config;
	struct vx_node *nodes;
	struct vx_node by_vni;
	struct vx_socket *socket;
	struct vs_list siblings;
};

/** struct vx_sockets - all sockets of all VXLAN ports: the receivers by UDP port, and the senders */
struct vx_sockets {
	struct up *up;
	struct vx_rx *rx;
	struct vx_tx *tx;
};

struct vx_sockets *vx_sockets_create(struct up *up);
void vx_sockets_destroy(struct vx_sockets *vx);

struct vx_rx *vx_rx_create(struct up *up);
void vx_rx_destroy(struct vx_rx *rx);

/**
 * vx_rx_attach() - receive for a port as its config says
 * Return: 0; -EEXIST: another port has the same remote, VNI and UDP port; -EADDRINUSE: somebody else has the UDP port.
 */
int vx_rx_attach(struct vx_rx *rx, struct vx_port *port);
void vx_rx_detach(struct vx_rx *rx, struct vx_port *port);

/** vx_rx_lost() - packets that found the port's sockets full since the last call; 0 for all but a socket's first port.
 */
uint64_t vx_rx_lost(struct vx_port *port);

struct vx_tx *vx_tx_create(void);
void vx_tx_destroy(struct vx_tx *tx);

/** vx_tx_send() - queue @frame for @remote, or for every remote of the port when NULL. */
void vx_tx_send(struct vx_tx *tx, struct vx_port *port, const struct frame *frame, const struct vs_ip *remote);

/** vx_tx_flush() - send what is queued, of all ports. */
void vx_tx_flush(struct vx_tx *tx);

#endif
