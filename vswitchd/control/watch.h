/* SPDX-License-Identifier: GPL-2.0-only */
/* watch.h - changes as lines of JSON, for `vsctl monitor` */
#ifndef VS_CONTROL_WATCH_H
#define VS_CONTROL_WATCH_H

/*
 * Each line is an object: "time", "table", "op", and
 *
 *	of a row: "uuid", "name" (if its table has one), "new" and "old"; op is insert, modify, delete or initial. Of a
 *	row that was modified both have the columns that changed.
 *	of table FDB: "bridge", "vlan", "mac", "port", "static", "remote" (behind a tunnel), "old_port" (op move); op is
 *	learn, move, forget or initial.
 *
 * The line {"op": "begin"} stands between what there was and what changes. Sets are arrays, maps are objects, what is
 * optional is the value or null, and references are UUIDs as strings.
 */
#include <jansson.h>
#include <stdio.h>

#include "common/list.h"
#include "vswitchd/control/control.h"
#include "vswitchd/ovsdb/ovsdb.h"

#define WATCH_FDB "FDB"

struct watch;
struct fdb_look;

/** watch_lines - takes one or more lines, each with its new line; must not end the watch */
typedef void (*watch_lines)(void *arg, const char *text);

/**
 * watch_new() - tell changes to @lines until watch_free(); those that are asked for as "initial" at once
 * @request: {"tables": <monitor-requests>, "fdb": whether to tell of stations, "initial": whether to tell what there
 * is}
 */
struct watch *watch_new(struct ovsdb *ovsdb, struct fdb_look *fdb, const json_t *request, watch_lines lines, void *arg);
void watch_free(struct watch *watch);

/** watch_stamp() - a new line of @table: its time, "table" and "op". */
json_t *watch_stamp(const char *table, const char *op);

/** struct watch_text - lines being collected */
struct watch_text {
	char *text;
	size_t size;
	FILE *out;
};

/** watch_add() - steals @line. */
void watch_add(struct watch_text *text, json_t *line);

/** watch_flush() - hand over what was collected, if anything. */
void watch_flush(struct watch_text *text, watch_lines lines, void *arg);

/* --- watch_fdb.c: stations, for all who want to hear of them -------------------------------------------------- */

struct fdb_look *fdb_look_new(struct event_base *base, const struct ctl_env *env);
void fdb_look_free(struct fdb_look *look);

/** struct fdb_listener - @lines gets changes while @link is in the list of a fdb_look. */
struct fdb_listener {
	struct vs_list link;
	watch_lines lines;
	void *arg;
};

/** fdb_look_add() - begin to tell @listener; with @initial, of the stations that there are, into that. */
void fdb_look_add(struct fdb_look *look, struct fdb_listener *listener, struct watch_text *initial);
void fdb_look_remove(struct fdb_listener *listener);

#endif
