/* SPDX-License-Identifier: GPL-2.0-only */
/* reduce.c - from a world that shows a difference to the few rows that do */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/xalloc.h"
#include "tests/diff/diff.h"
#include "tests/unit/lib/rig.h"
#include "tests/unit/lib/rows.h"
#include "tests/unit/lib/wires.h"

#define TRIES 400 /* to leave something out */

/* Steps are moved between worlds, never copied: a row belongs to one of them. */
static void without(const struct world *from, size_t at, size_t n, struct world *to)
{
	to->n = from->n - n;
	memcpy(to->steps, from->steps, at * sizeof(*to->steps));
	memcpy(to->steps + at, from->steps + at + n, (to->n - at) * sizeof(*to->steps));
}

/* Rows that set up come first and are needed by others; and where a port is deleted, a row makes it again. */
static bool may_go(const struct world *world, size_t at, size_t n)
{
	size_t i = 0;

	while (i < world->n && world->steps[i].row)
		i++;
	if (at < i)
		return false;
	for (i = at; i < at + n; i++) {
		const char *row = world->steps[i].row;

		if (row && (!strncmp(row, "del ", 4) || strstr(row, " on ")))
			return false;
	}
	return true;
}

/* Halves, quarters and so on down to single steps are left out, as long as a difference remains. */
static void shrink(struct wires *wires, struct world *world)
{
	struct world less = {.steps = vs_xcalloc(world->n + 1, sizeof(*less.steps)), .check_every = 1};
	unsigned int tries = 0;
	struct tally ignored = {0};

	for (size_t n = world->n / 2; n && tries < TRIES; n /= 2) {
		for (size_t at = 0; at + n <= world->n && tries < TRIES;) {
			char *why = NULL;
			size_t end;

			if (!may_go(world, at, n)) {
				at += n;
				continue;
			}
			tries++;
			without(world, at, n, &less);
			less.check_every = less.n > 2000 ? 200 : 1;
			end = pair_run(wires, &less, &ignored, &why);
			free(why);
			if (!end) {
				at += n;
				continue;
			}
			memcpy(world->steps, less.steps, end * sizeof(*less.steps));
			world->n = end < less.n ? end : less.n;
		}
	}
	free(less.steps);
}

/* --- printing --------------------------------------------------------------------------------------------------- */

static void print_bytes(const uint8_t *bytes, size_t len)
{
	printf("hex:");
	for (size_t i = 0; i < len; i++)
		printf("%02x", bytes[i]);
	printf("\n");
}

static void print_frame(struct rig *rig, const struct step *step)
{
	static const char *const names[] = {
#define X(id, name, text) name,
		VS_DROP_REASONS(X)
#undef X
	};
	uint64_t before[RIG_PORTS][VS_DROP__COUNT];

	for (unsigned int id = 1; id < RIG_PORTS; id++) {
		for (int r = 0; rig->ports[id].number && r < VS_DROP__COUNT; r++)
			before[id][r] = rig_drops(rig, id, (enum vs_drop)r);
	}
	printf("  in %u ", step->port);
	print_bytes(step->bytes, step->len);
	rig_input(rig, step->port, step->bytes, step->len);
	for (size_t i = 0; i < rig->n_outputs; i++) {
		printf("    out %u ", rig->outputs[i].port);
		print_bytes(rig->outputs[i].bytes, rig->outputs[i].len);
	}
	for (unsigned int id = 1; id < RIG_PORTS; id++) {
		for (int r = 0; rig->ports[id].number && r < VS_DROP__COUNT; r++) {
			if (rig_drops(rig, id, (enum vs_drop)r) != before[id][r])
				printf("    drop %u %s\n", id, names[r]);
		}
	}
}

void reduce_print(struct wires *wires, struct world *world, size_t n)
{
	struct rows *rows = rows_open("random", &rig_mem, NULL);
	struct tally ignored = {0};
	char *why = NULL;

	world->n = n < world->n ? n : world->n;
	shrink(wires, world);
	world->check_every = 1;
	pair_run(wires, world, &ignored, &why);
	printf("case %s\n", why ? why : "it went away when looked at closely");
	rows_line(rows, "case random");
	for (size_t i = 0; i < world->n; i++) {
		const struct step *step = &world->steps[i];

		if (step->row) {
			printf("  %s\n", step->row);
			rows_line(rows, step->row);
		} else if (rows_rig(rows)->ports[step->port].number) {
			print_frame(rows_rig(rows), step);
		}
	}
	rows_close(rows);
	free(why);
}
