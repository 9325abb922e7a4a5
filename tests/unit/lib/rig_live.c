/* SPDX-License-Identifier: GPL-2.0-only */
/* rig_live.c - the rig on veths: the bpf datapath, with real frames */

/*
 * When is everything out that a frame has caused? Not after some time, but when the books close: the frame has been
 * counted in, what the datapath counts as sent by each wire has arrived at the other end of it, and what it counts as
 * sent into a patch cable has been counted in at the other end of that.
 *
 * A frame that no wire brings (wires_carry()), but that the program would know to drop, is given to it by
 * BPF_PROG_TEST_RUN: it shows in the counters alone.
 */
#include <bpf/bpf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <linux/bpf.h>

#include "datapath-bpf/core/frame.h"
#include "tests/unit/lib/lab.h"
#include "tests/unit/lib/rig.h"
#include "tests/unit/lib/rows.h"
#include "tests/unit/lib/wires.h"
#include "vswitchd/datapath/bpf.h"

#define PATIENCE_S 10
#define TAGGED_HEADER (VS_ETH_HLEN + VS_TAG_LEN)

static void live_open(struct rig *rig)
{
	char *why = NULL;

	mkdir(LAB_RUNDIR, 0755);
	if (dp_bpf_open(rig->base, LAB_RUNDIR, &rig->dp, &why))
		fail_msg("%s", why);
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

/* --- closing the books ----------------------------------------------------------------------------------------- */

/* struct book - what a port has counted, and since the frame came in, how many we have seen leave it */
struct book {
	uint64_t in, out, seen;
};

static struct book book_read(struct rig_port *port)
{
	struct dp_port_stats stats = rig_stats(port);

	return (struct book){.in = stats.rx_packets + stats.drops[VS_DROP_RUNT], .out = stats.tx_packets};
}

/* book_open() - a port whose book is still open, @in being where the frame came in; 0: all are closed. */
static unsigned int book_open(struct rig *rig, const struct book books[RIG_PORTS], unsigned int in)
{
	for (unsigned int id = 1; id < RIG_PORTS; id++) {
		struct rig_port *port = &rig->ports[id], *peer = &rig->ports[port->peer];
		uint64_t seen = books[id].seen;
		struct book now;

		if (!port->number)
			continue;
		now = book_read(port);
		if (port->kind == DP_PORT_PATCH)
			seen = peer->number ? book_read(peer).in - books[port->peer].in : 0;
		if ((id == in && now.in == books[id].in) || now.out - books[id].out != seen)
			return id;
	}
	return 0;
}

static void outputs_collect(struct rig *rig, struct book books[RIG_PORTS])
{
	uint8_t bytes[ROWS_FRAME_MAX];
	unsigned int id;
	ssize_t len;

	while ((len = wires_receive(rig->wires, &id, bytes, sizeof(bytes))) >= 0) {
		assert_in_range(id, 1, RIG_PORTS - 1);
		rig_output(&rig->ports[id], bytes, (size_t)len);
		books[id].seen++;
	}
}

static void books_close(struct rig *rig, struct book books[RIG_PORTS], unsigned int in)
{
	time_t end = time(NULL) + PATIENCE_S;
	unsigned int id;

	do {
		outputs_collect(rig, books);
		id = book_open(rig, books, in);
		if (id && time(NULL) > end)
			fail_msg("port %u: what is counted as received or sent has not arrived", id);
	} while (id);
	/* Something may have arrived that nobody counted. */
	outputs_collect(rig, books);
	assert_int_equal(book_open(rig, books, in), 0);
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
	struct book books[RIG_PORTS] = {{0}};
	struct rig *rig = port->rig;

	for (unsigned int id = 1; id < RIG_PORTS; id++) {
		if (rig->ports[id].number)
			books[id] = book_read(&rig->ports[id]);
	}
	if (!rig_live_put(port, bytes, len))
		return false;
	books_close(rig, books, port->id);
	dp_bpf_age(rig->dp, 0); /* what the daemon does each second */
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
