/* SPDX-License-Identifier: GPL-2.0-only */
/* books.c - when is everything out that a frame has caused, where the kernel forwards it? */
#include "tests/unit/lib/books.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <time.h>

#include <cmocka.h>

#define PATIENCE_S 10

static uint64_t count_in(struct rig_port *port)
{
	struct dp_port_stats stats = rig_stats(port);

	return stats.rx_packets + stats.drops[VS_DROP_RUNT];
}

static uint64_t count_out(struct rig_port *port)
{
	return rig_stats(port).tx_packets;
}

static uint64_t count_seen(const struct rig *rig, unsigned int id)
{
	uint64_t seen = 0;

	for (size_t i = 0; i < rig->n_outputs; i++)
		seen += rig->outputs[i].port == id;
	return seen;
}

void books_open(struct books *books, struct rig_port *in)
{
	books->in = in;
	for (unsigned int id = 1; id < RIG_PORTS; id++) {
		struct rig_port *port = &in->rig->ports[id];

		books->at[id].in = port->number ? count_in(port) : 0;
		books->at[id].out = port->number ? count_out(port) : 0;
	}
}

/* books_differ() - a port whose book is still open; 0: all are closed. */
static unsigned int books_differ(const struct books *books)
{
	struct rig *rig = books->in->rig;

	for (unsigned int id = 1; id < RIG_PORTS; id++) {
		struct rig_port *port = &rig->ports[id], *peer = &rig->ports[port->peer];
		uint64_t seen;

		if (!port->number)
			continue;
		if (port->kind == DP_PORT_PATCH)
			seen = peer->number ? count_in(peer) - books->at[port->peer].in : 0;
		else
			seen = count_seen(rig, id);
		if ((port == books->in && count_in(port) == books->at[id].in) ||
		    count_out(port) - books->at[id].out != seen)
			return id;
	}
	return 0;
}

void books_close(const struct books *books, void (*collect)(struct rig *rig))
{
	time_t end = time(NULL) + PATIENCE_S;
	unsigned int id;

	do {
		collect(books->in->rig);
		id = books_differ(books);
		if (id && time(NULL) > end)
			fail_msg("port %u: what is counted as received or sent has not arrived", id);
	} while (id);
	/* Something may have arrived that nobody counted. */
	collect(books->in->rig);
	assert_int_equal(books_differ(books), 0);
}
