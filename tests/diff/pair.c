/* SPDX-License-Identifier: GPL-2.0-only */
/* pair.c - two datapaths side by side: the same steps, and what they make of them compared */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/xalloc.h"
#include "tests/diff/diff.h"
#include "tests/unit/lib/rig.h"
#include "tests/unit/lib/rows.h"
#include "tests/unit/lib/wires.h"

#define PATIENCE_NS 3000000000ULL

/* struct pair - @why: what they differ in, NULL: nothing yet */
struct pair {
	struct wires *wires;
	struct rows *user_rows, *bpf_rows;
	struct rig *user, *bpf;
	struct tally *tally;
	char *why;
};

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000ULL + (uint64_t)now.tv_nsec;
}

/* --- frames ----------------------------------------------------------------------------------------------------- */

static char *hex(const uint8_t *bytes, size_t len)
{
	char *text = vs_xcalloc(1, 2 * len + 1);

	for (size_t i = 0; i < len; i++)
		snprintf(text + 2 * i, 3, "%02x", bytes[i]);
	return text;
}

static void differ_frame(struct pair *pair, const char *what, unsigned int port, const uint8_t *bytes, size_t len)
{
	char *text = hex(bytes, len);

	if (!pair->why)
		pair->why = vs_xasprintf("%s port %u: %s", what, port, text);
	free(text);
}

/* expected_take() - the frame is one that `user` has sent by the port, too: strike it off. */
static bool expected_take(struct rig *user, unsigned int port, const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < user->n_outputs; i++) {
		struct rig_output *out = &user->outputs[i];

		if (out->port != port || out->len != len || memcmp(out->bytes, bytes, len) != 0)
			continue;
		free(out->bytes);
		*out = user->outputs[--user->n_outputs];
		return true;
	}
	return false;
}

static void frame_run(struct pair *pair, const struct step *step)
{
	struct rig *user = pair->user;
	uint8_t bytes[ROWS_FRAME_MAX];
	unsigned int port;
	uint64_t end = 0;
	ssize_t len;

	if (!pair->bpf->ports[step->port].number ||
	    !rig_live_put(&pair->bpf->ports[step->port], step->bytes, step->len))
		return;
	rig_input(user, step->port, step->bytes, step->len);
	pair->tally->frames_in++;
	pair->tally->frames_out += user->n_outputs;
	for (;;) {
		len = wires_receive(pair->wires, &port, bytes, sizeof(bytes));
		if (len >= 0) {
			if (!expected_take(user, port, bytes, (size_t)len))
				differ_frame(pair, "only bpf sends by", port, bytes, (size_t)len);
			continue;
		}
		if (!user->n_outputs || pair->why)
			return;
		if (!end)
			end = now_ns() + PATIENCE_NS;
		else if (now_ns() > end)
			differ_frame(pair, "only user sends by", user->outputs[0].port, user->outputs[0].bytes,
				     user->outputs[0].len);
	}
}

/* --- counters --------------------------------------------------------------------------------------------------- */

static const char *const drop_names[] = {
#define X(id, name, text) name,
	VS_DROP_REASONS(X)
#undef X
};

static char *count_differs(const char *what, uint64_t user, uint64_t bpf)
{
	return user == bpf ? NULL
			   : vs_xasprintf("%s: user %llu, bpf %llu", what, (unsigned long long)user,
					  (unsigned long long)bpf);
}

static char *stats_differ(struct rig_port *user_port, struct rig_port *bpf_port)
{
	struct dp_port_stats user = rig_stats(user_port), bpf = rig_stats(bpf_port);
	char *why = count_differs("frames in", user.rx_packets, bpf.rx_packets);

	if (!why)
		why = count_differs("bytes in", user.rx_bytes, bpf.rx_bytes);
	if (!why)
		why = count_differs("frames out", user.tx_packets, bpf.tx_packets);
	if (!why)
		why = count_differs("bytes out", user.tx_bytes, bpf.tx_bytes);
	for (int i = 0; !why && i < VS_DROP__COUNT; i++)
		why = count_differs(drop_names[i], user.drops[i], bpf.drops[i]);
	return why;
}

static char *all_stats_differ(struct pair *pair)
{
	for (unsigned int id = 1; id < RIG_PORTS; id++) {
		char *why, *text;

		if (!pair->user->ports[id].number)
			continue;
		why = stats_differ(&pair->user->ports[id], &pair->bpf->ports[id]);
		if (!why)
			continue;
		text = vs_xasprintf("port %u: %s", id, why);
		free(why);
		return text;
	}
	return NULL;
}

/* --- FDBs ------------------------------------------------------------------------------------------------------- */

/* struct table - what an FDB holds */
struct table {
	struct table_row {
		struct vs_fdb_key key;
		uint32_t port, origin, flags;
	} * rows;
	size_t n, room;
};

static bool table_add(const struct vs_fdb_key *key, const struct vs_fdb_entry *entry, void *arg)
{
	struct table *table = arg;
	struct table_row *row;

	if (table->n == table->room) {
		table->room = table->room * 2 + 64;
		table->rows = vs_xrealloc(table->rows, table->room * sizeof(*table->rows));
	}
	row = &table->rows[table->n++];
	memset(row, 0, sizeof(*row));
	*row = (struct table_row){.key = *key, .port = entry->port, .origin = entry->origin, .flags = entry->flags};
	return true;
}

static int row_order(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct table_row));
}

static void table_read(struct table *table, struct dp *dp, uint32_t bridge)
{
	dp->ops->fdb_walk(dp, bridge, table_add, table);
	if (table->n)
		qsort(table->rows, table->n, sizeof(*table->rows), row_order);
}

static char *row_text(const struct table *table, size_t i)
{
	const struct table_row *row = &table->rows[i];
	const uint8_t *m = row->key.mac;

	return i >= table->n ? vs_xstrdup("nothing")
			     : vs_xasprintf("%02x:%02x:%02x:%02x:%02x:%02x in VLAN %u at %u from %u%s", m[0], m[1],
					    m[2], m[3], m[4], m[5], row->key.vlan, row->port, row->origin,
					    row->flags & VS_FDB_STATIC ? " static" : "");
}

static char *tables_differ(const struct table *user, const struct table *bpf)
{
	char *a, *b, *why;
	size_t i = 0;

	while (i < user->n && i < bpf->n && !row_order(&user->rows[i], &bpf->rows[i]))
		i++;
	if (i == user->n && i == bpf->n)
		return NULL;
	a = row_text(user, i);
	b = row_text(bpf, i);
	why = vs_xasprintf("FDB: user has %s, bpf has %s (numbers of the datapath)", a, b);
	free(a);
	free(b);
	return why;
}

static char *fdb_stats_differ(struct pair *pair, uint32_t bridge)
{
	struct dp_fdb_stats user, bpf;
	char *why;

	pair->user->dp->ops->fdb_stats(pair->user->dp, bridge, &user);
	pair->bpf->dp->ops->fdb_stats(pair->bpf->dp, bridge, &bpf);
	why = count_differs("FDB: learned", user.learned, bpf.learned);
	if (!why)
		why = count_differs("FDB: moved", user.moved, bpf.moved);
	if (!why)
		why = count_differs("FDB: expired", user.expired, bpf.expired);
	if (!why)
		why = count_differs("FDB: evicted", user.evicted, bpf.evicted);
	if (!why)
		why = count_differs("FDB: current", user.current, bpf.current);
	if (!why)
		why = count_differs("FDB: static", user.current_static, bpf.current_static);
	return why;
}

static char *fdbs_differ(struct pair *pair)
{
	char *why = NULL;

	for (int i = 0; !why && i < RIG_BRIDGES && pair->user->bridges[i].row; i++) {
		uint32_t number = pair->user->bridges[i].number;
		struct table user = {0}, bpf = {0};

		table_read(&user, pair->user->dp, number);
		table_read(&bpf, pair->bpf->dp, number);
		why = tables_differ(&user, &bpf);
		if (!why)
			why = fdb_stats_differ(pair, number);
		pair->tally->stations += user.n;
		free(user.rows);
		free(bpf.rows);
	}
	return why;
}

/* all_compare() - counters agree when all frames are through, at the latest; then the tables must. */
static void all_compare(struct pair *pair)
{
	uint64_t end = now_ns() + PATIENCE_NS;
	uint8_t bytes[ROWS_FRAME_MAX];
	unsigned int port;
	ssize_t len;

	pair->tally->comparisons++;
	do {
		free(pair->why);
		pair->why = all_stats_differ(pair);
	} while (pair->why && now_ns() < end);
	if (!pair->why)
		pair->why = fdbs_differ(pair);
	len = wires_receive(pair->wires, &port, bytes, sizeof(bytes));
	if (len >= 0)
		differ_frame(pair, "only bpf sends by", port, bytes, (size_t)len);
}

/* --- both ------------------------------------------------------------------------------------------------------- */

static void row_run(struct pair *pair, const char *row)
{
	rows_line(pair->user_rows, row);
	rows_line(pair->bpf_rows, row);
	pair->user = rows_rig(pair->user_rows);
	pair->bpf = rows_rig(pair->bpf_rows);
}

static void drops_tally(struct pair *pair)
{
	for (unsigned int id = 1; id < RIG_PORTS; id++) {
		for (int i = 0; pair->user->ports[id].number && i < VS_DROP__COUNT; i++)
			pair->tally->drops[i] += rig_drops(pair->user, id, (enum vs_drop)i);
	}
}

size_t pair_run(struct wires *wires, const struct world *world, struct tally *tally, char **why)
{
	struct pair pair = {.wires = wires,
			    .tally = tally,
			    .user_rows = rows_open("random", &rig_mem, NULL),
			    .bpf_rows = rows_open("random", &rig_live, wires)};
	unsigned int unchecked = 0;
	uint8_t bytes[ROWS_FRAME_MAX];
	unsigned int port;
	size_t i = 0;

	/* What an earlier world left, one that ended with a difference. */
	while (wires_receive(wires, &port, bytes, sizeof(bytes)) >= 0)
		;
	row_run(&pair, "case random");
	for (; i < world->n && !pair.why; i++) {
		const struct step *step = &world->steps[i];

		if (!step->row) {
			frame_run(&pair, step);
			unchecked++;
		}
		if (!pair.why && unchecked && (unchecked >= world->check_every || i + 1 == world->n || step->row)) {
			all_compare(&pair);
			unchecked = 0;
		}
		if (step->row && !pair.why) {
			row_run(&pair, step->row);
			tally->changes++;
		}
	}
	if (!pair.why)
		all_compare(&pair);
	drops_tally(&pair);
	rows_close(pair.user_rows);
	rows_close(pair.bpf_rows);
	*why = pair.why;
	return pair.why ? i : 0;
}
