/* SPDX-License-Identifier: GPL-2.0-only */
/* rig_mem.c - the rig on ports in memory: the user datapath alone, or bpf and its punt channel */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "datapath-bpf/core/frame.h"
#include "tests/unit/lib/books.h"
#include "tests/unit/lib/lab.h"
#include "tests/unit/lib/rig.h"
#include "vswitchd/datapath/bpf.h"
#include "vswitchd/datapath/mem.h"
#include "vswitchd/datapath/user.h"

static void mem_open(struct rig *rig)
{
	assert_int_equal(dp_user_open(rig->base, &rig->dp), 0);
}

static void mem_port_config(struct rig_port *port, struct dp_port_config *config)
{
	(void)port;
	config->kind = DP_PORT_MEM;
}

static void on_output(void *arg, const uint8_t *bytes, size_t len, const struct virtio_net_hdr *vnet)
{
	(void)vnet;
	rig_output(arg, bytes, len);
}

static void mem_port_made(struct rig_port *port)
{
	assert_int_equal(dp_mem_connect(port->rig->dp, port->number, on_output, port), 0);
}

static bool mem_input(struct rig_port *port, const uint8_t *bytes, size_t len)
{
	assert_int_equal(dp_mem_input(port->rig->dp, port->number, bytes, len, NULL), 0);
	return true;
}

static void mem_age(struct rig *rig, unsigned int seconds)
{
	dp_user_age(rig->dp, seconds);
}

/* --- the same ports under bpf: each frame goes down the punt channel, and comes up again ---------------------- */

#define PUNT_MIN 16 /* a shorter frame, unless its tag is cut off and it is none, does not come through (bpf_punt.c)   \
		     */

static void punt_open(struct rig *rig)
{
	rig->dp = lab_bpf(rig->base);
}

static void punt_collect(struct rig *rig)
{
	event_base_loop(rig->base, EVLOOP_NONBLOCK);
}

static bool punt_input(struct rig_port *port, const uint8_t *bytes, size_t len)
{
	struct books books;

	if (len >= VS_ETH_HLEN && len < PUNT_MIN && !vs_is_tpid(vs_load16(bytes + VS_ETH_HLEN - 2)))
		return false;
	books_open(&books, port);
	mem_input(port, bytes, len);
	books_close(&books, punt_collect);
	dp_bpf_age(port->rig->dp, 0);
	return true;
}

static void punt_age(struct rig *rig, unsigned int seconds)
{
	dp_bpf_age(rig->dp, seconds);
}

const struct rig_ops rig_punt = {
	.name = "bpf, punt channel",
	.open = punt_open,
	.port_config = mem_port_config,
	.port_made = mem_port_made,
	.input = punt_input,
	.age = punt_age,
};

const struct rig_ops rig_mem = {
	.name = "user",
	.open = mem_open,
	.port_config = mem_port_config,
	.port_made = mem_port_made,
	.input = mem_input,
	.age = mem_age,
};
