/* SPDX-License-Identifier: GPL-2.0-only */
/* user.h - inside the user datapath: its bridges, and the way of a frame between their ports */
#ifndef VS_DP_USER_H
#define VS_DP_USER_H

#include "vswitchd/datapath/driver.h"
#include "vswitchd/datapath/fdb.h"

struct vx_sockets;

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
 * @age: fires when the next entry may expire
 */
struct up {
	struct dp dp;
	struct up_io io;
	struct fdb *fdb;
	struct up_port **ports;
	size_t n_ports;
	struct up_bridge **bridges;
	size_t n_bridges;
	struct vx_sockets *vx;
	struct event *age;
};

struct up_port *up_port_get(struct up *up, uint32_t number);
struct up_bridge *up_bridge_get(struct up *up, uint32_t number);

/** up_of() - the user datapath that a port belongs to. */
static inline struct up *up_of(struct up_port *port)
{
	return vs_container(port->io, struct up, io);
}

/** up_forward() - the way of a frame that has come in by @port; @from: see up_io.input. */
void up_forward(struct up_port *port, struct frame *frame, const struct vs_ip *from);

/** up_output() - see dp_ops.port_output. */
int up_output(struct up *up, struct up_port *port, const uint8_t *bytes, size_t len);

/** dp_user_age() - for tests: let ageing see the clock @seconds later than it is. */
void dp_user_age(struct dp *dp, uint64_t seconds);

/** up_arm_ageing() - look for expired entries @ns from now. */
void up_arm_ageing(struct up *up, uint64_t ns);

#endif
