/* SPDX-License-Identifier: GPL-2.0-only */
/* vxlan.c - the driver of VXLAN ports (RFC 7348): their life and configuration */
#include "vswitchd/datapath/vxlan.h"

#include <stdlib.h>

#include "common/xalloc.h"

struct vx_sockets *vx_sockets_create(struct up *up)
{
	struct vx_sockets *vx = vs_xcalloc(1, sizeof(*vx));

	vx->up = up;
	vx->rx = vx_rx_create(up);
	vx->tx = vx_tx_create();
	return vx;
}

void vx_sockets_destroy(struct vx_sockets *vx)
{
	if (!vx)
		return;
	vx_rx_destroy(vx->rx);
	vx_tx_destroy(vx->tx);
	free(vx);
}

static struct vx_port *vx_of(struct up_port *port)
{
	return vs_container(port, struct vx_port, port);
}

static int vxlan_open(struct up_port *port, const struct dp_port_config *config)
{
	struct vx_port *vx = vx_of(port);
	int err;

	vx->config = dp_vxlan_copy(&config->vxlan);
	vs_list_init(&vx->siblings);
	err = vx_rx_attach(up_of(port)->vx->rx, vx);
	if (err)
		free(vx->config.remotes);
	return err;
}

/* A change is all or nothing: when the new configuration cannot be, the old one goes on. */
static int vxlan_set(struct up_port *port, const struct dp_port_config *config)
{
	struct vx_port *vx = vx_of(port);
	struct vx_rx *rx = up_of(port)->vx->rx;
	struct dp_vxlan old = vx->config;
	int err;

	if (dp_vxlan_equal(&old, &config->vxlan))
		return 0;
	vx_tx_flush(up_of(port)->vx->tx);
	vx_rx_detach(rx, vx);
	vx->config = dp_vxlan_copy(&config->vxlan);
	err = vx_rx_attach(rx, vx);
	if (err) {
		free(vx->config.remotes);
		vx->config = old;
		vx_rx_attach(rx, vx);
		return err;
	}
	free(old.remotes);
	/* What was learned may lie behind a remote that is gone. */
	fdb_flush(up_of(port)->fdb, port->vlan.bridge, port->number, VS_VLAN_NONE);
	return 0;
}

static void vxlan_close(struct up_port *port)
{
	struct vx_port *vx = vx_of(port);

	vx_tx_flush(up_of(port)->vx->tx);
	vx_rx_detach(up_of(port)->vx->rx, vx);
	free(vx->config.remotes);
}

static void vxlan_send(struct up_port *port, const struct frame *frame, const struct vs_ip *remote)
{
	up_queued(port);
	vx_tx_send(up_of(port)->vx->tx, vx_of(port), frame, remote);
}

static void vxlan_flush(struct up_port *port)
{
	vx_tx_flush(up_of(port)->vx->tx);
}

/* The socket's losses are nobody's in particular: the first of its ports counts them. */
static void vxlan_count(struct up_port *port)
{
	port->stats.drops[VS_DROP_RX_FULL] += vx_rx_lost(vx_of(port));
}

const struct up_driver vxlan_driver = {
	.size = sizeof(struct vx_port),
	.open = vxlan_open,
	.set = vxlan_set,
	.close = vxlan_close,
	.send = vxlan_send,
	.flush = vxlan_flush,
	.count = vxlan_count,
};
