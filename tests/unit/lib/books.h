/* SPDX-License-Identifier: GPL-2.0-only */
/* books.h - when is everything out that a frame has caused, where the kernel forwards it? */
#ifndef VS_TEST_BOOKS_H
#define VS_TEST_BOOKS_H

/*
 * Not after some time, but when the books close: the frame has been counted in, what the datapath counts as sent by
 * each port has arrived where that leads, and what it counts as sent into a patch cable has been counted in at the
 * other end.
 */
#include "tests/unit/lib/rig.h"

/** struct books - what the ports of a rig had counted before a frame came in by @in */
struct books {
	struct rig_port *in;
	struct {
		uint64_t in, out;
	} at[RIG_PORTS];
};

/** books_open() - before the frame comes in by @in. */
void books_open(struct books *books, struct rig_port *in);

/** books_close() - wait until they agree; @collect calls rig_output() for what has arrived by now. */
void books_close(const struct books *books, void (*collect)(struct rig *rig));

#endif
