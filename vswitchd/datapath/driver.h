/* SPDX-License-Identifier: GPL-2.0-only */
/* driver.h - ports whose frames the daemon moves itself: their drivers, and what these share */
#ifndef VS_DP_DRIVER_H
#define VS_DP_DRIVER_H

/*
 * A driver reads a batch of frames into the shared receive slots (rx.h), hands each to up_input(), and calls
 * up_flush() when the batch is done. In between, frames are only queued, with pointers into the slots; the flush
 * sends every queue, and only then may the slots be filled again.
 *
 * What becomes of a frame is the owner's business: the user datapath forwards it (user.h), the bpf datapath takes it to
 * the kernel and back by its punt channel (bpf_punt.c).
 */
#include "common/list.h"
#include "datapath-bpf/core/control.h"
#include "vswitchd/datapath/dp.h"
#include "vswitchd/datapath/frame.h"

struct closer;
struct rx;
struct up_port;

/**
 * struct up_io - what the ports of one owner share
 * @base: where sockets are watched
 * @rx: the receive slots
 * @now_ns: time of the batch under way, CLOCK_MONOTONIC
 * @dirty: ports with queued frames, @n_dirty of them
 * @guarded: the devices are ours alone, and the host's stack is kept off them already
 * @input: a frame has come in by @port; @from: the VTEP it came from, or NULL
 */
struct up_io {
	struct event_base *base;
	struct rx *rx;
	struct closer *closer;
	uint64_t now_ns;
	struct vs_list dirty;
	unsigned int n_dirty;
	bool guarded;
	void (*input)(struct up_port *port, struct frame *frame, const struct vs_ip *from);
};

/**
 * struct up_driver - how frames come and go on one kind of port
 * @size: of the driver's own port struct, which begins with struct up_port
 * @open: 0 or -errno; on failure nothing is left
 * @set: what of @config the driver itself cares about has changed; may be NULL
 * @close: after it no frame of this port may come
 * @send: queue a frame; @remote: the VTEP, NULL for all (VXLAN only). Its body stays valid until the flush.
 * @flush: send what was queued; may be NULL when @send sends at once
 * @count: add to the port's counters what the kernel has counted since the last call; may be NULL
 */
struct up_driver {
	size_t size;
	int (*open)(struct up_port *port, const struct dp_port_config *config);
	int (*set)(struct up_port *port, const struct dp_port_config *config);
	void (*close)(struct up_port *port);
	void (*send)(struct up_port *port, const struct frame *frame, const struct vs_ip *remote);
	void (*flush)(struct up_port *port);
	void (*count)(struct up_port *port);
};

/**
 * struct up_port - a port that a driver serves
 * @peer: of a patch port: the number of its other end
 * @siblings: links the ports of a bridge, in the order they were added
 * @dirty: links the ports with queued frames
 * @control: how many control frames it may bring
 */
struct up_port {
	struct up_io *io;
	const struct up_driver *driver;
	enum dp_port_kind kind;
	uint32_t number;
	uint32_t peer;
	char *name;
	struct vs_port vlan;
	struct dp_port_stats stats;
	struct vs_list siblings;
	struct vs_list dirty;
	struct vs_bucket control;
};

extern const struct up_driver packet_driver, vxlan_driver, patch_driver, mem_driver;

/** up_io_open() - Return: 0 or -ENOMEM. */
int up_io_open(struct up_io *io, struct event_base *base);
void up_io_close(struct up_io *io);

/** up_port_open() - a port of the kind that @config says, not yet on any bridge. Return: 0 or -errno. */
int up_port_open(struct up_io *io, const struct dp_port_config *config, uint32_t number, struct up_port **port);
void up_port_close(struct up_port *port);

/** up_batch_begin() - take the time for the frames that follow. */
void up_batch_begin(struct up_io *io);

/** up_input() - a frame has come in by @port; @from: the VTEP it came from, or NULL. It is queued where it must go. */
static inline void up_input(struct up_port *port, struct frame *frame, const struct vs_ip *from)
{
	port->io->input(port, frame, from);
}

/** up_flush() - send everything queued. */
void up_flush(struct up_io *io);

/** up_flush_port() - send what is queued on a port, which has called up_queued(). */
void up_flush_port(struct up_port *port);

/** up_queued() - a driver's send says: this port wants its flush called. */
void up_queued(struct up_port *port);

/** up_drop() - count a frame dropped at @port. */
static inline void up_drop(struct up_port *port, enum vs_drop reason)
{
	port->stats.drops[reason]++;
}

/** up_sent() - count a frame sent by @port. */
static inline void up_sent(struct up_port *port, size_t bytes)
{
	port->stats.tx_packets++;
	port->stats.tx_bytes += bytes;
}

/** up_control() - tell who listens of a control frame that came in by port @number. */
void up_control(const struct dp *dp, uint32_t number, const struct frame *frame);

/** up_tx_reason() - the drop reason for a failed send's errno. */
enum vs_drop up_tx_reason(int error);

#endif
