/* SPDX-License-Identifier: GPL-2.0-only */
/* watch.c - changes of rows as lines of JSON: what a monitor of the database tells, put so that scripts can read it */
#include "vswitchd/control/watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/list.h"
#include "common/xalloc.h"

struct watch {
	struct ovsdb_session *session;
	struct fdb_listener listener;
	watch_lines lines;
	void *arg;
	struct watch_text text;
	bool initial; /* what comes now is what there is, not a change */
};

/* --- lines -------------------------------------------------------------------------------------------------------- */

json_t *watch_stamp(const char *table, const char *op)
{
	struct timespec now;
	struct tm utc;
	char time[64];

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	size_t n = strftime(time, sizeof(time), "%Y-%m-%dT%H:%M:%S", &utc);
	snprintf(time + n, sizeof(time) - n, ".%03ldZ", now.tv_nsec / 1000000);
	json_t *line = (json_t *)vs_xcheck(json_pack("{s:s}", "time", time));
	if (table)
		json_object_set_new(line, "table", json_string(table));
	json_object_set_new(line, "op", json_string(op));
	return line;
}

void watch_add(struct watch_text *text, json_t *line)
{
	if (!text->out)
		text->out = (FILE *)vs_xcheck(open_memstream(&text->text, &text->size));
	json_dumpf(line, text->out, JSON_COMPACT);
	fputc('\n', text->out);
	json_decref(line);
}

void watch_flush(struct watch_text *text, watch_lines lines, void *arg)
{
	if (!text->out)
		return;
	fclose(text->out);
	lines(arg, text->text);
	free(text->text);
	*text = (struct watch_text){0};
}

/* --- values ------------------------------------------------------------------------------------------------------- */

/* An atom; ["uuid", TEXT] is one. */
static json_t *plain_atom(json_t *json)
{
	return json_is_array(json) ? json_incref(json_array_get(json, 1)) : json_incref(json);
}

static bool is_list(const json_t *json, const char *word)
{
	const char *first = json_string_value(json_array_get(json, 0));

	return first && !strcmp(first, word);
}

static json_t *plain_map(const json_t *json)
{
	json_t *map = (json_t *)vs_xcheck(json_object()), *pair;
	size_t i;

	json_array_foreach (json_array_get(json, 1), i, pair) {
		json_t *key = plain_atom(json_array_get(pair, 0));
		char *text = json_is_string(key) ? NULL : json_dumps(key, JSON_ENCODE_ANY);

		json_object_set_new(map, text ? text : json_string_value(key), plain_atom(json_array_get(pair, 1)));
		free(text);
		json_decref(key);
	}
	return map;
}

/* <value> of RFC 7047 as scripts like it. */
static json_t *plain_value(const struct vs_type *type, json_t *json)
{
	json_t *set, *item;
	size_t i;

	if (vs_type_is_map(type))
		return plain_map(json);
	if (type->n_max == 1)
		return is_list(json, "set") ? json_null() : plain_atom(json);
	set = (json_t *)vs_xcheck(json_array());
	if (!is_list(json, "set")) {
		json_array_append_new(set, plain_atom(json));
		return set;
	}
	json_array_foreach (json_array_get(json, 1), i, item)
		json_array_append_new(set, plain_atom(item));
	return set;
}

/* The columns of @row that @only has too, or all. */
static json_t *plain_row(enum store_table_id table, json_t *row, const json_t *only)
{
	json_t *plain = (json_t *)vs_xcheck(json_object()), *value;
	const char *name;

	json_object_foreach (row, name, value) {
		int column = schema_find_column(table, name);

		if (column >= 0 && (!only || json_object_get(only, name)))
			json_object_set_new(plain, name,
					    plain_value(&schema_tables[table].columns[column].type, value));
	}
	return plain;
}

/* --- updates ------------------------------------------------------------------------------------------------------ */

static void add_row(struct watch *watch, enum store_table_id table, const char *uuid, const json_t *update)
{
	const struct schema_table *schema = &schema_tables[table];
	json_t *old = json_object_get(update, "old"), *new = json_object_get(update, "new");
	const char *op = watch->initial ? "initial" : !old ? "insert" : new ? "modify" : "delete";
	json_t *line = watch_stamp(schema->name, op);

	json_object_set_new(line, "uuid", json_string(uuid));
	if (schema->name_column != SCHEMA_NO_NAME)
		json_object_set(line, "name",
				json_object_get(new ? new : old, schema->columns[schema->name_column].name));
	if (new)
		json_object_set_new(line, "new", plain_row(table, new, old));
	if (old)
		json_object_set_new(line, "old", plain_row(table, old, NULL));
	watch_add(&watch->text, line);
}

/* <table-updates> of RFC 7047 */
static void add_updates(struct watch *watch, json_t *updates)
{
	const char *name, *uuid;
	json_t *rows, *update;

	json_object_foreach (updates, name, rows) {
		json_object_foreach (rows, uuid, update)
			add_row(watch, schema_find_table(name), uuid, update);
	}
}

/* What the database says to us as if we were a client: the answer to our request, then updates. */
static void on_message(void *arg, json_t *message)
{
	struct watch *watch = arg;
	json_t *params = json_object_get(message, "params");

	add_updates(watch, params ? json_array_get(params, 1) : json_object_get(message, "result"));
	if (params)
		watch_flush(&watch->text, watch->lines, watch->arg);
	json_decref(message);
}

/* Without "initial" the database need not say what there is. */
static json_t *make_params(const json_t *request, bool initial)
{
	json_t *tables = json_deep_copy(json_object_get(request, "tables")), *table;
	const char *name;

	json_object_foreach (tables, name, table)
		json_object_set_new(table, "select", json_pack("{s:b}", "initial", initial));
	return (json_t *)vs_xcheck(json_pack("[sno]", "Open_vSwitch", tables));
}

struct watch *watch_new(struct ovsdb *ovsdb, struct fdb_look *fdb, const json_t *request, watch_lines lines, void *arg)
{
	struct watch *watch = (struct watch *)vs_xcalloc(1, sizeof(*watch));
	bool initial = json_is_true(json_object_get(request, "initial"));
	struct jsonrpc_request monitor = {
		.id = json_integer(0), .method = "monitor", .params = make_params(request, initial)};

	watch->lines = lines;
	watch->arg = arg;
	watch->listener = (struct fdb_listener){.lines = lines, .arg = arg};
	vs_list_init(&watch->listener.link);
	watch->session = ovsdb_session_new(ovsdb, "vsctl monitor", true, on_message, watch);
	watch->initial = true;
	ovsdb_request(watch->session, &monitor);
	watch->initial = false;
	json_decref(monitor.id);
	json_decref(monitor.params);
	if (json_is_true(json_object_get(request, "fdb")))
		fdb_look_add(fdb, &watch->listener, initial ? &watch->text : NULL);
	watch_add(&watch->text, watch_stamp(NULL, "begin"));
	watch_flush(&watch->text, lines, arg);
	return watch;
}

void watch_free(struct watch *watch)
{
	if (!watch)
		return;
	fdb_look_remove(&watch->listener);
	ovsdb_session_free(watch->session);
	free(watch);
}
