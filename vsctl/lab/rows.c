/* SPDX-License-Identifier: GPL-2.0-only */
/* rows.c - rows as plain values: reading them from a daemon's answer, comparing them, and the words that change them */
#include "vsctl/lab/rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/xalloc.h"

/*
 * Wanted and actual rows hold the same columns in the same plain form, so comparing them needs no knowledge of any one.
 * A column that the lab has no wish for is wanted empty, so that what somebody set by hand shows in a plan and goes.
 */
enum form { SCALAR, SET, MAP };

static const struct column {
	const char *table, *name;
	enum form form;
} columns[] = {
	{"Bridge", "other_config", MAP},   {"Bridge", "flood_vlans", SET},
	{"Bridge", "external_ids", MAP},   {"Port", "tag", SET},
	{"Port", "trunks", SET},	   {"Port", "vlan_mode", SET},
	{"Port", "cvlans", SET},	   {"Port", "protected", SCALAR},
	{"Port", "other_config", MAP},	   {"Port", "external_ids", MAP},
	{"Interface", "type", SCALAR},	   {"Interface", "options", MAP},
	{"Interface", "mtu_request", SET},
};

#define N_COLUMNS (sizeof(columns) / sizeof(columns[0]))

static bool is_of(const struct column *column, enum lab_row_kind kind)
{
	return (kind == LAB_ROW_BRIDGE) == !strcmp(column->table, "Bridge");
}

static void row_free(struct lab_row *row)
{
	free(row->name);
	free(row->bridge);
	free(row->title);
	free(row->error);
	free(row->admin);
	json_decref(row->columns);
	free(row);
}

void lab_rows_destroy(struct lab_rows *rows)
{
	for (size_t i = 0; i < rows->n; i++)
		row_free(rows->items[i]);
	free(rows->items);
	*rows = (struct lab_rows){0};
}

struct lab_row *lab_rows_find(const struct lab_rows *rows, enum lab_row_kind kind, const char *name)
{
	for (size_t i = 0; i < rows->n; i++) {
		if (rows->items[i]->kind == kind && !strcmp(rows->items[i]->name, name))
			return rows->items[i];
	}
	return NULL;
}

static struct lab_row *rows_add(struct lab_rows *rows, enum lab_row_kind kind, const char *name)
{
	struct lab_row *row = vs_xcalloc(1, sizeof(*row));

	row->kind = kind;
	row->name = vs_xstrdup(name);
	row->columns = json_object();
	rows->items = vs_xrealloc(rows->items, (rows->n + 1) * sizeof(*rows->items));
	rows->items[rows->n++] = row;
	return row;
}

/* --- from an answer ------------------------------------------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
	const json_t *x = *(json_t *const *)a, *y = *(json_t *const *)b;

	if (json_is_integer(x) && json_is_integer(y))
		return (json_integer_value(x) > json_integer_value(y)) -
		       (json_integer_value(x) < json_integer_value(y));
	return json_is_string(x) && json_is_string(y) ? strcmp(json_string_value(x), json_string_value(y)) : 0;
}

/* A set as a sorted array. */
static json_t *sorted(const json_t *array)
{
	size_t n = json_array_size(array);
	json_t **items = vs_xcalloc(n, sizeof(json_t *)), *made = json_array();

	for (size_t i = 0; i < n; i++)
		items[i] = json_array_get(array, i);
	qsort(items, n, sizeof(json_t *), compare);
	for (size_t i = 0; i < n; i++)
		json_array_append(made, items[i]);
	free(items);
	return made;
}

/* An RFC 7047 <value> in plain form. */
static json_t *plain(const json_t *value, enum form form)
{
	const char *tag = json_string_value(json_array_get(value, 0));
	const json_t *body = json_array_get(value, 1);
	json_t *made, *pair;
	size_t i;

	if (form == SCALAR)
		return json_incref((json_t *)(uintptr_t)value);
	if (form == SET && tag && !strcmp(tag, "set"))
		return sorted(body);
	if (form == SET)
		return json_pack("[O]", value);
	made = json_object();
	json_array_foreach (body, i, pair) {
		const char *key = json_string_value(json_array_get(pair, 0));

		if (key)
			json_object_set(made, key, json_array_get(pair, 1));
	}
	return made;
}

/* The value of a column in one record of a table as `-f json' prints it. */
static const json_t *cell(const json_t *table, const json_t *record, const char *column)
{
	json_t *heading;
	size_t i;

	json_array_foreach (json_object_get(table, "headings"), i, heading) {
		if (!strcmp(json_string_value(heading), column))
			return json_array_get(record, i);
	}
	return NULL;
}

static const char *cell_text(const json_t *table, const json_t *record, const char *column)
{
	const char *text = json_string_value(cell(table, record, column));

	return text ? text : "";
}

static void row_take(struct lab_row *row, const char *name, const json_t *table, const json_t *record)
{
	for (size_t i = 0; i < N_COLUMNS; i++) {
		char key[64];
		const json_t *value = strcmp(columns[i].table, name) ? NULL : cell(table, record, columns[i].name);

		if (!value)
			continue;
		snprintf(key, sizeof(key), "%s.%s", name, columns[i].name);
		json_object_set_new(row->columns, key, plain(value, columns[i].form));
	}
}

static const char *ids_get(const struct lab_row *row, const char *key)
{
	const char *name = row->kind == LAB_ROW_BRIDGE ? "Bridge.external_ids" : "Port.external_ids";

	return json_string_value(json_object_get(json_object_get(row->columns, name), key));
}

static void take_bridges(const char *name, const json_t *table, struct lab_rows *rows, json_t *all)
{
	json_t *record;
	size_t i;

	json_array_foreach (json_object_get(table, "data"), i, record) {
		const char *bridge = cell_text(table, record, "name");
		struct lab_row *row = rows_add(rows, LAB_ROW_BRIDGE, bridge);
		const char *whose;

		json_array_append_new(all, json_string(bridge));
		row_take(row, "Bridge", table, record);
		whose = ids_get(row, LAB_TAG);
		row->foreign = !whose || strcmp(whose, name);
	}
}

/* Which bridge has the port: bridges list their ports by UUID. */
static char *bridge_of(const json_t *index, const char *uuid)
{
	const char *name = json_string_value(json_object_get(index, uuid));

	return vs_xstrdup(name ? name : "");
}

static json_t *bridge_index(const json_t *table)
{
	json_t *index = json_object(), *record;
	size_t i;

	json_array_foreach (json_object_get(table, "data"), i, record) {
		json_t *ports = plain(cell(table, record, "ports"), SET), *port;
		size_t k;

		json_array_foreach (ports, k, port) {
			const char *uuid = json_string_value(json_array_get(port, 1));

			if (uuid)
				json_object_set(index, uuid, (json_t *)(uintptr_t)cell(table, record, "name"));
		}
		json_decref(ports);
	}
	return index;
}

static void take_ports(const json_t *table, const json_t *index, struct lab_rows *rows)
{
	json_t *record;
	size_t i;

	json_array_foreach (json_object_get(table, "data"), i, record) {
		const json_t *uuid = json_array_get(cell(table, record, "_uuid"), 1);
		struct lab_row *row = rows_add(rows, LAB_ROW_PORT, cell_text(table, record, "name"));

		row_take(row, "Port", table, record);
		row->bridge = bridge_of(index, json_string_value(uuid));
		row->title = vs_xstrdup(ids_get(row, LAB_TAG_NAME) ? ids_get(row, LAB_TAG_NAME) : row->name);
	}
}

static void take_interfaces(const json_t *table, struct lab_rows *rows)
{
	json_t *by_name = json_object(), *record;
	size_t i;

	json_array_foreach (json_object_get(table, "data"), i, record)
		json_object_set(by_name, cell_text(table, record, "name"), record);
	for (i = 0; i < rows->n; i++) {
		struct lab_row *row = rows->items[i];
		const char *type;

		record = row->kind == LAB_ROW_PORT ? json_object_get(by_name, row->name) : NULL;
		if (!record)
			continue;
		row_take(row, "Interface", table, record);
		free(row->error);
		row->error = vs_xstrdup(cell_text(table, record, "error"));
		row->admin = vs_xstrdup(cell_text(table, record, "admin_state"));
		type = cell_text(table, record, "type");
		row->device = !strcmp(type, "veth") || !strcmp(type, "tap");
	}
	json_decref(by_name);
}

void lab_rows_words(const char *name, json_t *words)
{
	char *tag = vs_xasprintf("external_ids:" LAB_TAG "=%s", name);
	const char *const all[] = {
		"--format=json",
		"--",
		"--columns=name,ports,other_config,flood_vlans,external_ids",
		"list",
		"Bridge",
		"--",
		"--columns=_uuid,name,tag,trunks,vlan_mode,cvlans,protected,other_config,external_ids",
		"find",
		"Port",
		tag,
		"--",
		"--columns=name,type,options,mtu_request,error,admin_state",
		"find",
		"Interface",
		tag,
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		json_array_append_new(words, json_string(all[i]));
	free(tag);
}

int lab_rows_parse(const char *name, const char *text, struct lab_rows *rows, json_t **bridges)
{
	json_t *tables[3] = {NULL}, *index;
	const char *rest = text;
	int result = 0;

	*bridges = json_array();
	for (size_t i = 0; i < 3; i++) {
		size_t size = strcspn(rest, "\n");

		tables[i] = json_loadb(rest, size, 0, NULL);
		if (!json_is_object(tables[i]))
			result = -EINVAL;
		rest += size + (rest[size] == '\n');
	}
	if (!result) {
		index = bridge_index(tables[0]);
		take_bridges(name, tables[0], rows, *bridges);
		take_ports(tables[1], index, rows);
		take_interfaces(tables[2], rows);
		json_decref(index);
	}
	for (size_t i = 0; i < 3; i++)
		json_decref(tables[i]);
	return result;
}

/* --- comparing ------------------------------------------------------------------------------------------------ */

/* The wish for a column, empty where there is none. */
static json_t *wish(const struct lab_row *row, const struct column *column)
{
	char key[64];
	json_t *value;

	snprintf(key, sizeof(key), "%s.%s", column->table, column->name);
	value = json_object_get(row->columns, key);
	if (value)
		return column->form == SET ? sorted(value) : json_incref(value);
	if (column->form == SCALAR)
		return strcmp(column->name, "protected") ? json_string("") : json_false();
	return column->form == SET ? json_array() : json_object();
}

static bool cell_differs(const struct lab_row *wanted, const struct lab_row *actual, const struct column *column)
{
	json_t *a = wish(wanted, column), *b = wish(actual, column);
	bool differs = !json_equal(a, b);

	json_decref(a);
	json_decref(b);
	return differs;
}

/* A plain value as vsctl reads it (RFC 7047 types, ovs-vsctl's syntax). */
static void value_print(const json_t *value, FILE *out)
{
	const char *key;
	json_t *item;
	size_t i, n = 0;

	if (json_is_array(value)) {
		fputc('[', out);
		json_array_foreach (value, i, item) {
			fputs(i ? "," : "", out);
			value_print(item, out);
		}
		fputc(']', out);
	} else if (json_is_object(value)) {
		fputc('{', out);
		json_object_foreach ((json_t *)(uintptr_t)value, key, item) {
			json_t *text = json_string(key);

			fputs(n++ ? "," : "", out);
			value_print(text, out);
			fputc('=', out);
			value_print(item, out);
			json_decref(text);
		}
		fputc('}', out);
	} else {
		char *text = vs_xcheck(json_dumps(value, JSON_ENCODE_ANY));

		fputs(text, out);
		free(text);
	}
}

static char *value_text(const json_t *value)
{
	char *text = NULL;
	size_t size;
	FILE *out = vs_xcheck(open_memstream(&text, &size));

	value_print(value, out);
	fclose(out);
	return text;
}

char *lab_row_differs(const struct lab_row *wanted, const struct lab_row *actual)
{
	char *text = NULL;
	size_t size;
	FILE *out = vs_xcheck(open_memstream(&text, &size));

	if (wanted->bridge && actual->bridge && strcmp(wanted->bridge, actual->bridge))
		fprintf(out, ", bridge %s -> %s", actual->bridge, wanted->bridge);
	for (size_t i = 0; i < N_COLUMNS; i++) {
		json_t *from, *to;
		char *old, *new;

		if (!is_of(&columns[i], wanted->kind) || !cell_differs(wanted, actual, &columns[i]))
			continue;
		from = wish(actual, &columns[i]);
		to = wish(wanted, &columns[i]);
		old = value_text(from);
		new = value_text(to);
		fprintf(out, ", %s %s -> %s", columns[i].name, old, new);
		free(old);
		free(new);
		json_decref(from);
		json_decref(to);
	}
	fclose(out);
	if (*text) {
		memmove(text, text + 2, strlen(text + 2) + 1);
		return text;
	}
	free(text);
	return NULL;
}

static const struct column *column_find(const char *table, const char *name)
{
	const struct column *column = columns;

	while (strcmp(column->table, table) || strcmp(column->name, name))
		column++;
	return column;
}

bool lab_row_must_move(const struct lab_row *wanted, const struct lab_row *actual)
{
	return strcmp(wanted->bridge, actual->bridge) || cell_differs(wanted, actual, column_find("Interface", "type"));
}

/* --- words ---------------------------------------------------------------------------------------------------- */

static void say(json_t *words, const char *word)
{
	json_array_append_new(words, json_string(word));
}

static bool is_empty(const json_t *value)
{
	return json_is_false(value) || (json_is_string(value) && !*json_string_value(value)) ||
	       (json_is_array(value) && !json_array_size(value)) || (json_is_object(value) && !json_object_size(value));
}

static void say_value(json_t *words, const struct lab_row *row, const struct column *column)
{
	json_t *value = wish(row, column);
	char *text = value_text(value), *word = vs_xasprintf("%s=%s", column->name, text);

	say(words, word);
	free(text);
	free(word);
	json_decref(value);
}

/* "-- set TABLE NAME COLUMN=VALUE..." for the columns that differ from those of @actual, or that are not empty. */
static void say_set(json_t *words, const struct lab_row *wanted, const struct lab_row *actual, const char *table)
{
	bool begun = false;

	for (size_t i = 0; i < N_COLUMNS; i++) {
		json_t *value;
		bool needed;

		if (strcmp(columns[i].table, table))
			continue;
		value = wish(wanted, &columns[i]);
		needed = actual ? cell_differs(wanted, actual, &columns[i]) : !is_empty(value);
		json_decref(value);
		if (!needed)
			continue;
		if (!begun) {
			say(words, "--");
			say(words, "set");
			say(words, table);
			say(words, wanted->name);
			begun = true;
		}
		say_value(words, wanted, &columns[i]);
	}
}

void lab_row_add_words(const struct lab_row *wanted, json_t *words)
{
	say(words, "--");
	if (wanted->kind == LAB_ROW_BRIDGE) {
		say(words, "add-br");
		say(words, wanted->name);
		say_set(words, wanted, NULL, "Bridge");
		return;
	}
	say(words, "add-port");
	say(words, wanted->bridge);
	say(words, wanted->name);
	say_set(words, wanted, NULL, "Port");
	say_set(words, wanted, NULL, "Interface");
	say(words, "--");
	say(words, "set");
	say(words, "Interface");
	say(words, wanted->name);
	say_value(words, wanted, column_find("Port", "external_ids"));
}

void lab_row_change_words(const struct lab_row *wanted, const struct lab_row *actual, json_t *words)
{
	say_set(words, wanted, actual, wanted->kind == LAB_ROW_BRIDGE ? "Bridge" : "Port");
	if (wanted->kind == LAB_ROW_PORT)
		say_set(words, wanted, actual, "Interface");
}

void lab_row_remove_words(const struct lab_row *actual, json_t *words)
{
	say(words, "--");
	say(words, "--if-exists");
	say(words, actual->kind == LAB_ROW_BRIDGE ? "del-br" : "del-port");
	say(words, actual->name);
}
