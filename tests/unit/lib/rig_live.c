/* SPDX-License-Identifier: GPL-2.0-only */
/* rig_live.c - the rig on veths: the bpf datapath, with real frames */

/*
 * A frame that no wire brings (wires_carry()), but that the program would know to drop, is given to it by
 * BPF_PROG_TEST_RUN: it shows in the counters alone.
 */
#include <bpf/bpf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <linux/bpf.h>

#include "datapath-bpf/core/frame.h"
#include "tests/unit/lib/books.h"
#include "tests/unit/lib/lab.h"
#include "tests/unit/lib/rig.h"
#include "tests/unit/lib/rows.h"
#include "tests/unit/lib/wires.h"
#include "vswitchd/datapath/bpf.h"

#define TAGGED_HEADER (VS_ETH_HLEN + VS_TAG_LEN)

static void live_open(struct rig *rig)
{
	rig->dp = lab_bpf(rig->base);
}

static void live_port_config(struct rig_port *port, struct dp_port_config *config)
{
	config->kind = DP_PORT_NETDEV;
	config->ifindex = wires_get(port->rig->wires, port->id);
	assert_true(config->ifindex > 0);
}

static void live_port_made(struct rig_port *port)
{
	(void)port;
}

static void live_age(struct rig *rig, unsigned int seconds)
{
	dp_bpf_age(rig->dp, seconds);
}

static void live_collect(struct rig *rig)
{
	uint8_t bytes[ROWS_FRAME_MAX];
	unsigned int id;
	ssize_t len;

	while ((len = wires_receive(rig->wires, &id, bytes, sizeof(bytes))) >= 0) {
		assert_in_range(id, 1, RIG_PORTS - 1);
		rig_output(&rig->ports[id], bytes, (size_t)len);
	}
}

/* --- input ------------------------------------------------------------------------------------------------------ */

/* The program that is attached to the port. */
static int program_open(const struct rig_port *port)
{
	struct bpf_link_info info = {0};
	uint32_t len = sizeof(info);
	char path[128];
	int link;

	snprintf(path, sizeof(path), LAB_RUNDIR "/bpf/link-port-%u", port->number);
	link = bpf_obj_get(path);
	assert_true(link >= 0);
	assert_int_equal(bpf_obj_get_info_by_fd(link, &info, &len), 0);
	close(link);
	return bpf_prog_get_fd_by_id(info.prog_id);
}

static void input_test_run(struct rig_port *port, const uint8_t *bytes, size_t len)
{
	struct __sk_buff context = {.ifindex = (uint32_t)wires_get(port->rig->wires, port->id)};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = bytes, .data_size_in = (uint32_t)len, .ctx_in = &context,
		    .ctx_size_in = sizeof(context));
	int program = program_open(port);

	assert_true(program >= 0);
	assert_int_equal(bpf_prog_test_run_opts(program, &opts), 0);
	close(program);
}

/* Shorter than its tag, but not than a header. */
static bool is_runt(const uint8_t *bytes, size_t len)
{
	return len >= VS_ETH_HLEN && len < TAGGED_HEADER && vs_is_tpid(vs_load16(bytes + VS_ETH_HLEN - 2));
}

bool rig_live_put(struct rig_port *port, const uint8_t *bytes, size_t len)
{
	if (wires_carry(bytes, len))
		assert_int_equal(wires_send(port->rig->wires, port->id, bytes, len), 0);
	else if (is_runt(bytes, len))
		input_test_run(port, bytes, len);
	else
		return false;
	return true;
}

static bool live_input(struct rig_port *port, const uint8_t *bytes, size_t len)
{
	struct books books;

	books_open(&books, port);
	if (!rig_live_put(port, bytes, len))
		return false;
	books_close(&books, live_collect);
	dp_bpf_age(port->rig->dp, 0); /* what the daemon does each second */
	return true;
}

const struct rig_ops rig_live = {
	.name = "bpf",
	.open = live_open,
	.port_config = live_port_config,
	.port_made = live_port_made,
	.input = live_input,
	.age = live_age,
};
