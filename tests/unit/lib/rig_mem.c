/* SPDX-License-Identifier: GPL-2.0-only */
/* rig_mem.c - the rig on ports in memory: the user datapath, and no network device */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/unit/lib/rig.h"
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

const struct rig_ops rig_mem = {
	.name = "user",
	.open = mem_open,
	.port_config = mem_port_config,
	.port_made = mem_port_made,
	.input = mem_input,
	.age = mem_age,
};
