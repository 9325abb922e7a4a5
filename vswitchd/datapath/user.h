/* SPDX-License-Identifier: GPL-2.0-only */
/* user.h - inside the user datapath: its ports, their drivers, and the way of a frame between them */
#ifndef VS_DP_USER_H
#define VS_DP_USER_H

/*
 * A driver reads a batch of frames into the shared receive slots (rx.h), hands each to up_input(), and calls
 * up_flush() when the batch is done. In between, frames are only queued, with pointers into the slots; the flush
 * sends every queue, and only then may the slots be filled again.
 */
#include "common/list.h"
#include "vswitchd/datapath/dp.h"
#include "vswitchd/datapath/fdb.h"
#include "vswitchd/datapath/frame.h"

struct closer;
struct up;
struct up_port;
struct rx;
struct vx_sockets;

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
 * struct up_port - a port of the user datapath
 * @peer: of a patch port: the number of its other end
 * @siblings: links the ports of a bridge, in the order they were added
 * @dirty: links the ports with queued frames
 */
struct up_port {
	struct up *up;
	const struct up_driver *driver;
	enum dp_port_kind kind;
	uint32_t number;
	uint32_t peer;
	char *name;
	struct vs_port vlan;
	struct dp_port_stats stats;
	struct vs_list siblings;
	struct vs_list dirty;
};

/** struct up_bridge - a bridge of the user datapath; @ports: list of its struct up_port */
struct up_bridge {
	char *name;
	struct vs_bridge forward;
	struct vs_list ports;
};

/**
 * struct up - the user datapath
 * @ports: by number; [0] is always NULL
 * @bridges: by number; [0] is always NULL
 * @now_ns: time of the batch under way, CLOCK_MONOTONIC
 * @dirty: ports with queued frames, @n_dirty of them
 * @rx: the receive slots
 * @age: fires when the next entry may expire
 */
struct up {
	struct dp dp;
	struct event_base *base;
	struct fdb *fdb;
	struct up_port **ports;
	size_t n_ports;
	struct up_bridge **bridges;
	size_t n_bridges;
	uint64_t now_ns;
	struct vs_list dirty;
	unsigned int n_dirty;
	struct rx *rx;
	struct closer *closer;
	struct vx_sockets *vx;
	struct event *age;
};

extern const struct up_driver packet_driver, vxlan_driver, patch_driver, mem_driver;

struct up_port *up_port_get(struct up *up, uint32_t number);
struct up_bridge *up_bridge_get(struct up *up, uint32_t number);

/** up_batch_begin() - take the time for the frames that follow. */
void up_batch_begin(struct up *up);

/** up_input() - a frame has come in by @port; @from: the VTEP it came from, or NULL. It is queued where it must go. */
void up_input(struct up_port *port, struct frame *frame, const struct vs_ip *from);

/** up_flush() - send everything queued. */
void up_flush(struct up *up);

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

/** up_arm_ageing() - look for expired entries @ns from now. */
void up_arm_ageing(struct up *up, uint64_t ns);

/** up_tx_reason() - the drop reason for a failed send's errno. */
enum vs_drop up_tx_reason(int error);

#endif
