/* SPDX-License-Identifier: GPL-2.0-only */
/* database.c - the databases that are served, their tables, columns and rows */

/*
 * _Server is what clients ask first: which databases there are, with what schema, and whether this is the server to
 * talk to (ovsdb-server(7)). Its rows never change here, so they are made when they are looked at.
 */
#include <stdlib.h>
#include <string.h>

#include "common/xalloc.h"
#include "vswitchd/ovsdb/internal.h"

/* --- _Server --------------------------------------------------------------------------------------------------- */

enum { DB_name, DB_model, DB_connected, DB_leader, DB_schema, DB_cid, DB_sid, DB_index, DB__COLUMNS };

/* clang-format off */
static const char *const models[] = {"clustered", "relay", "standalone", NULL};

static const struct schema_column server_columns[DB__COLUMNS] = {
	[DB_name] = {.name = "name", .type = {.key = {.type = VS_STRING}, .n_min = 1, .n_max = 1}},
	[DB_model] = {.name = "model", .type = {.key = {.type = VS_STRING, .enums = models}, .n_min = 1, .n_max = 1}},
	[DB_connected] = {.name = "connected", .type = {.key = {.type = VS_BOOLEAN}, .n_min = 1, .n_max = 1}},
	[DB_leader] = {.name = "leader", .type = {.key = {.type = VS_BOOLEAN}, .n_min = 1, .n_max = 1}},
	[DB_schema] = {.name = "schema", .type = {.key = {.type = VS_STRING}, .n_min = 0, .n_max = 1}},
	[DB_cid] = {.name = "cid", .type = {.key = {.type = VS_UUID}, .n_min = 0, .n_max = 1}},
	[DB_sid] = {.name = "sid", .type = {.key = {.type = VS_UUID}, .n_min = 0, .n_max = 1}},
	[DB_index] = {.name = "index", .type = {.key = {.type = VS_INTEGER}, .n_min = 0, .n_max = 1}},
};
/* clang-format on */

static const struct schema_table server_tables[] = {
	{.name = "Database",
	 .root = true,
	 .columns = server_columns,
	 .n_columns = DB__COLUMNS,
	 .name_column = SCHEMA_NO_NAME},
};

const struct ov_db ov_databases[OV_DATABASES] = {
	{"Open_vSwitch", schema_tables, STORE__TABLES, true},
	{"_Server", server_tables, 1, false},
};

/* --- finding ---------------------------------------------------------------------------------------------------- */

const struct ov_db *ov_db_find(const char *name)
{
	for (int i = 0; i < OV_DATABASES; i++) {
		if (!strcmp(ov_databases[i].name, name))
			return &ov_databases[i];
	}
	return NULL;
}

int ov_table_find(const struct ov_db *db, const char *name)
{
	for (unsigned int i = 0; i < db->n_tables; i++) {
		if (!strcmp(db->tables[i].name, name))
			return (int)i;
	}
	return -1;
}

static const char *const implicit_names[] = {"_uuid", "_version"};

int ov_column_find(const struct schema_table *table, const char *name)
{
	for (unsigned int i = 0; i < table->n_columns + 2; i++) {
		if (!strcmp(ov_column_name(table, i), name))
			return (int)i;
	}
	return -1;
}

const char *ov_column_name(const struct schema_table *table, unsigned int column)
{
	return column < table->n_columns ? table->columns[column].name : implicit_names[column - table->n_columns];
}

const struct vs_type *ov_column_type(const struct schema_table *table, unsigned int column)
{
	static const struct vs_type uuid = {.key = {.type = VS_UUID}, .n_min = 1, .n_max = 1};

	return column < table->n_columns ? &table->columns[column].type : &uuid;
}

bool ov_column_is_mutable(const struct schema_table *table, unsigned int column)
{
	return column < table->n_columns && !(table->columns[column].flags & SCHEMA_IMMUTABLE);
}

/* --- rows ------------------------------------------------------------------------------------------------------- */

static void view_join(struct ov_view *view)
{
	view->uuid_datum = (struct vs_datum){.n = 1, .keys = &view->uuid};
	view->version_datum = (struct vs_datum){.n = 1, .keys = &view->version};
}

void ov_view_row(struct ov_view *view, struct store_row *row)
{
	*view = (struct ov_view){.table = &schema_tables[store_row_table(row)], .row = row};
	view->uuid.uuid = *store_row_uuid(row);
	store_row_version(row, &view->version.uuid);
	view_join(view);
}

void ov_view_old(struct ov_view *view, const struct store_change *change)
{
	*view = (struct ov_view){.table = &schema_tables[change->table], .row = change->row, .change = change};
	view->uuid.uuid = *store_row_uuid(change->row);
	store_change_old_version(change, &view->version.uuid);
	view_join(view);
}

const struct vs_datum *ov_view_get(const struct ov_view *view, unsigned int column)
{
	if (column == ov_column_uuid(view->table))
		return &view->uuid_datum;
	if (column == ov_column_version(view->table))
		return &view->version_datum;
	if (!view->row)
		return &view->columns[column];
	return view->change ? store_change_old(view->change, column) : store_get(view->row, column);
}

json_t *ov_view_json(const struct ov_view *view, const unsigned int *columns, size_t n)
{
	json_t *json = (json_t *)vs_xcheck(json_object());

	for (size_t i = 0; i < n; i++)
		ov_set(json, ov_column_name(view->table, columns[i]),
		       vs_datum_to_json(ov_column_type(view->table, columns[i]), ov_view_get(view, columns[i])));
	return json;
}

/* The row of _Server that stands for @db. Its UUID and version are the server's with the database's number. */
static bool visit_database(const struct ovsdb *ovsdb, const struct ov_db *db, ov_visit visit, void *arg)
{
	struct vs_datum columns[DB__COLUMNS] = {{0}};
	struct ov_view view = {.table = &server_tables[0], .columns = columns};
	json_t *schema = ov_schema_json(db);
	char *text = (char *)vs_xcheck(json_dumps(schema, JSON_COMPACT | JSON_SORT_KEYS));

	json_decref(schema);
	view.uuid.uuid = ovsdb->server_id;
	view.uuid.uuid.b[15] ^= (uint8_t)(1 + (db - ov_databases));
	view.version = view.uuid;
	view.version.uuid.b[0] ^= 1;
	view_join(&view);
	vs_datum_set_string(&columns[DB_name], db->name);
	vs_datum_set_string(&columns[DB_model], "standalone");
	vs_datum_set_bool(&columns[DB_connected], true);
	vs_datum_set_bool(&columns[DB_leader], true);
	vs_datum_set_string(&columns[DB_schema], text);
	bool more = visit(&view, arg);
	for (int i = 0; i < DB__COLUMNS; i++)
		vs_datum_destroy(&server_columns[i].type, &columns[i]);
	free(text);
	return more;
}

void ov_each_row(struct ovsdb *ovsdb, const struct ov_db *db, int table, ov_visit visit, void *arg)
{
	struct store *store = ovsdb->env.store;
	struct ov_view view;

	if (!db->is_store) {
		for (int i = 0; i < OV_DATABASES && visit_database(ovsdb, &ov_databases[i], visit, arg);)
			i++;
		return;
	}
	for (struct store_row *row = store_first(store, (enum store_table_id)table); row;
	     row = store_next(store, row)) {
		ov_view_row(&view, row);
		if (!visit(&view, arg))
			return;
	}
}

/* --- types -------------------------------------------------------------------------------------------------------- */

static const char *const atom_names[] = {
	[VS_VOID] = "void",	  [VS_INTEGER] = "integer", [VS_REAL] = "real",
	[VS_BOOLEAN] = "boolean", [VS_STRING] = "string",   [VS_UUID] = "uuid",
};

char *ov_type_text(const struct vs_type *type)
{
	const char *key = atom_names[type->key.type];
	bool map = vs_type_is_map(type);
	char *count = vs_xstrdup(""), *text;

	if (type->n_min == 1 && type->n_max == 1 && !map) {
		free(count);
		return vs_xstrdup(key);
	}
	if (type->n_max == VS_UNLIMITED && type->n_min) {
		free(count);
		count = vs_xasprintf("%u or more ", type->n_min);
	} else if (type->n_max != VS_UNLIMITED) {
		free(count);
		count = type->n_min ? vs_xasprintf("%u to %u ", type->n_min, type->n_max)
				    : vs_xasprintf("up to %u ", type->n_max);
	}
	if (map)
		text = vs_xasprintf("map of %s(%s, %s) pairs", count, key, atom_names[type->value.type]);
	else
		text = vs_xasprintf("set of %s%ss", count, key);
	free(count);
	return text;
}
