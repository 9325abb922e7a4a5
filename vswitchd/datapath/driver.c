/* SPDX-License-Identifier: GPL-2.0-only */
/* driver.c - what the drivers of all ports share: their life, batches, and the queues to be flushed */
#include "vswitchd/datapath/driver.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "common/xalloc.h"
#include "vswitchd/datapath/closer.h"
#include "vswitchd/datapath/rx.h"

#define MAX_DIRTY 64	 /* queues that may wait for a flush: bounds memory when a frame floods to thousands of ports */
#define CONTROL_MAX 2048 /* bytes of a control frame that anybody looks at; no protocol of theirs needs as many */

static const struct up_driver *const drivers[] = {
	[DP_PORT_NETDEV] = &packet_driver,
	[DP_PORT_VXLAN] = &vxlan_driver,
	[DP_PORT_PATCH] = &patch_driver,
	[DP_PORT_MEM] = &mem_driver,
};

int up_io_open(struct up_io *io, struct event_base *base)
{
	io->base = base;
	io->rx = rx_create();
	if (!io->rx)
		return -ENOMEM;
	io->closer = closer_create();
	vs_list_init(&io->dirty);
	return 0;
}

void up_io_close(struct up_io *io)
{
	rx_destroy(io->rx);
	closer_destroy(io->closer);
}

int up_port_open(struct up_io *io, const struct dp_port_config *config, uint32_t number, struct up_port **out)
{
	const struct up_driver *driver = drivers[config->kind];
	struct up_port *port = vs_xcalloc(1, driver->size);
	int err;

	port->io = io;
	port->driver = driver;
	port->kind = config->kind;
	port->number = number;
	port->peer = config->peer;
	port->name = vs_xstrdup(config->name);
	port->vlan = config->vlan;
	vs_list_init(&port->siblings);
	vs_list_init(&port->dirty);
	err = driver->open ? driver->open(port, config) : 0;
	if (err) {
		free(port->name);
		free(port);
		return err;
	}
	*out = port;
	return 0;
}

void up_port_close(struct up_port *port)
{
	if (!port)
		return;
	up_flush(port->io);
	if (port->driver->close)
		port->driver->close(port);
	vs_list_remove(&port->siblings);
	free(port->name);
	free(port);
}

void up_control(const struct dp *dp, uint32_t number, const struct frame *frame)
{
	uint8_t bytes[FRAME_HEAD + CONTROL_MAX];
	size_t head = frame_head(frame, bytes), body = frame->body_len < CONTROL_MAX ? frame->body_len : CONTROL_MAX;

	memcpy(bytes + head, frame->body, body);
	dp->callbacks.control(dp->callbacks.arg, number, bytes, head + body);
}

enum vs_drop up_tx_reason(int error)
{
	switch (error) {
	case EAGAIN:
	case ENOBUFS:
		return VS_DROP_TX_FULL;
	case EMSGSIZE:
		return VS_DROP_MTU;
	case ENETDOWN:
	case ENXIO:
	case ENODEV:
		return VS_DROP_PORT_DOWN;
	default:
		return VS_DROP_TX_ERROR;
	}
}

/* --- batches ------------------------------------------------------------------------------------------------- */

void up_batch_begin(struct up_io *io)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	io->now_ns = (uint64_t)now.tv_sec * 1000000000ULL + (uint64_t)now.tv_nsec;
}

void up_queued(struct up_port *port)
{
	if (!vs_list_empty(&port->dirty))
		return;
	if (port->io->n_dirty >= MAX_DIRTY)
		up_flush(port->io);
	vs_list_push(&port->io->dirty, &port->dirty);
	port->io->n_dirty++;
}

void up_flush_port(struct up_port *port)
{
	vs_list_remove(&port->dirty);
	port->io->n_dirty--;
	port->driver->flush(port);
}

void up_flush(struct up_io *io)
{
	while (!vs_list_empty(&io->dirty))
		up_flush_port(vs_container(io->dirty.next, struct up_port, dirty));
}
