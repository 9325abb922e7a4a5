/* SPDX-License-Identifier: GPL-2.0-only */
/* statistics.c - counters of interfaces: read at intervals, and only while somebody looks at them */

/*
 * Link state, errors and the like are written when they change. What would have to be asked of datapath and device
 * (counters, speed, driver) is not: it is read for whoever monitors it every other_config:stats-update-interval
 * milliseconds, a few interfaces in each turn of the loop, so that thousands of them do not hold frames up. Who asks
 * once gets what is at most a second old.
 */
#include <stdlib.h>
#include <time.h>

#include "common/xalloc.h"
#include "vswitchd/ovsdb/internal.h"

#define INTERVAL_MS 5000 /* also the least, as in Open vSwitch */
#define FRESH_MS 1000
#define A_FEW 32

int64_t ov_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

bool ov_is_statistic(unsigned int column)
{
	return column == Interface_statistics || column == Interface_status || column == Interface_link_speed ||
	       column == Interface_duplex;
}

static int64_t interval_ms(const struct ovsdb *ovsdb)
{
	const char *text =
		store_get_key(store_root(ovsdb->env.store), Open_vSwitch_other_config, "stats-update-interval");
	long wanted = text ? strtol(text, NULL, 10) : INTERVAL_MS;

	return wanted > INTERVAL_MS ? wanted : INTERVAL_MS;
}

static void arm_in(struct ovsdb *ovsdb, int64_t ms)
{
	event_add(ovsdb->statistics, &(struct timeval){.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000});
}

/* Refresh @n interfaces, beginning behind the one that was refreshed last. Return: whether there are more. */
static bool refresh(struct ovsdb *ovsdb, size_t n)
{
	struct store *store = ovsdb->env.store;
	struct store_row *last = store_find(store, STORE_Interface, &ovsdb->statistics_at);
	struct store_row *row = last ? store_next(store, last) : store_first(store, STORE_Interface);

	for (; row && n; row = store_next(store, row), n--) {
		ovsdb->env.refresh(ovsdb->env.arg, row);
		ovsdb->statistics_at = *store_row_uuid(row);
	}
	if (!row)
		ovsdb->statistics_at = (struct vs_uuid){{0}};
	return row;
}

void ov_on_statistics(evutil_socket_t fd, short what, void *arg)
{
	struct ovsdb *ovsdb = arg;

	(void)fd;
	(void)what;
	if (!ov_monitors_want_statistics(ovsdb))
		return;
	arm_in(ovsdb, refresh(ovsdb, A_FEW) ? 0 : interval_ms(ovsdb));
}

void ov_statistics_now(struct ovsdb *ovsdb)
{
	int64_t now = ov_now_ms();

	if (!ovsdb->env.refresh || now - ovsdb->refreshed_ms < FRESH_MS)
		return;
	ovsdb->refreshed_ms = now;
	ovsdb->statistics_at = (struct vs_uuid){{0}};
	refresh(ovsdb, SIZE_MAX);
}

void ov_statistics_arm(struct ovsdb *ovsdb)
{
	if (ovsdb->env.refresh && ov_monitors_want_statistics(ovsdb) &&
	    !event_pending(ovsdb->statistics, EV_TIMEOUT, NULL))
		arm_in(ovsdb, interval_ms(ovsdb));
}
