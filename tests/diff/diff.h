/* SPDX-License-Identifier: GPL-2.0-only */
/* diff.h - random switches and frames through both datapaths: what the parts of the test share */
#ifndef VS_TEST_DIFF_H
#define VS_TEST_DIFF_H

/*
 * A world is a sequence of steps: rows as in tests/fixtures that set a switch up and change it, and frames. Both
 * datapaths take the same steps. After each frame the bytes that left are compared, port by port; after some, and
 * before each change, all counters of all ports, all entries of all FDBs, and their statistics. A world that shows a
 * difference is run again and again with steps left out, until every step that is left is needed.
 *
 * Not compared: in which order a flooded frame leaves; loops of cables, where that order decides what is learned last;
 * which entries a full table gives up (`bpf` makes room once a second, `user` at once).
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "datapath-bpf/core/reasons.h"

#define DIFF_FRAME 256 /* longest frame that is made */

struct wires;

/** struct step - @row: a change, or NULL for a frame of @len bytes into @port */
struct step {
	char *row;
	unsigned int port;
	uint16_t len;
	uint8_t bytes[DIFF_FRAME];
};

/** struct world - @check_every: compare counters and FDBs after so many frames */
struct world {
	struct step *steps;
	size_t n, room;
	unsigned int check_every;
};

/** struct tally - what has been compared. @drops: by reason, as `user` counted them. */
struct tally {
	uint64_t frames_in, frames_out, changes, comparisons, stations;
	uint64_t drops[VS_DROP__COUNT];
};

/* --- world.c ---------------------------------------------------------------------------------------------------- */

/** world_make() - a random switch, and @n_frames frames with changes in between. */
void world_make(struct world *world, uint64_t seed, size_t n_frames);
struct step *world_add(struct world *world);
void world_clear(struct world *world);

/* --- pair.c ----------------------------------------------------------------------------------------------------- */

/**
 * pair_run() - let both datapaths take all steps of a world
 * @tally: added to
 * @why: set when they differ: what, malloc()ed
 * Return: how many steps it took to see a difference, or 0: there is none.
 */
size_t pair_run(struct wires *wires, const struct world *world, struct tally *tally, char **why);

/* --- reduce.c --------------------------------------------------------------------------------------------------- */

/** reduce_print() - print a case that shows the difference after @n steps, with what `user` does as its answers. */
void reduce_print(struct wires *wires, struct world *world, size_t n);

#endif
