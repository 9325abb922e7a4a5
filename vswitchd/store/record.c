/* SPDX-License-Identifier: GPL-2.0-only */
/* record.c - a transaction as JSON, and back into rows */

/*
 *	{"comment": "add-port br0 web",
 *	 "tables": {"Bridge": {UUID: {"ports": ["diff", ["set", []], ["uuid", UUID]]}},
 *		    "Port": {UUID: {"name": "web", ...}, UUID: null}}}
 *
 * A row that is not there yet is new, with default values where nothing is said; null deletes one. A column is a
 * value as in RFC 7047 section 5.1, or ["diff", REMOVED, ADDED]: keys to take out and elements to put in, so that a
 * port more costs one port and not the whole list of them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "vswitchd/store/internal.h"

/* The type of the parts of a diff: the column's, without its limits of size. */
static struct vs_type diff_type(const struct vs_type *type, bool keys_only)
{
	struct vs_type parts = *type;

	parts.n_min = 0;
	parts.n_max = VS_UNLIMITED;
	if (keys_only)
		parts.value = (struct vs_base_type){.type = VS_VOID};
	return parts;
}

/* --- to JSON ------------------------------------------------------------------------------------------------ */

static void set_new(json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, value))
		abort();
}

struct diff_part {
	struct vs_type type;
	struct vs_datum datum;
};

static void diff_take(const struct vs_datum *from, unsigned int i, void *arg)
{
	struct diff_part *part = (struct diff_part *)arg;

	vs_datum_add(&part->type, &part->datum, &from->keys[i], from->values ? &from->values[i] : NULL);
}

/* Keys of @old that @new lacks: a changed value needs no removal. */
struct diff_removed {
	struct diff_part part;
	const struct vs_type *type;
	const struct vs_datum *new;
};

static void diff_take_removed(const struct vs_datum *from, unsigned int i, void *arg)
{
	struct diff_removed *removed = (struct diff_removed *)arg;

	if (vs_datum_find(removed->type, removed->new, &from->keys[i]) < 0)
		vs_datum_add(&removed->part.type, &removed->part.datum, &from->keys[i], NULL);
}

static json_t *column_to_json(const struct vs_type *type, const struct vs_datum *old, const struct vs_datum *new)
{
	struct diff_removed removed = {.part.type = diff_type(type, true), .type = type, .new = new};
	struct diff_part added = {.type = diff_type(type, false)};
	json_t *json;

	if (type->n_max == 1 || !old || !old->n || !new->n)
		return vs_datum_to_json(type, new);
	datum_diff(type, old, new, diff_take_removed, &removed);
	datum_diff(type, new, old, diff_take, &added);
	if (removed.part.datum.n + added.datum.n >= new->n)
		json = vs_datum_to_json(type, new);
	else
		json = json_pack("[soo]", "diff", vs_datum_to_json(&removed.part.type, &removed.part.datum),
				 vs_datum_to_json(&added.type, &added.datum));
	vs_datum_destroy(&removed.part.type, &removed.part.datum);
	vs_datum_destroy(&added.type, &added.datum);
	return (json_t *)vs_xcheck(json);
}

static bool is_default(const struct vs_type *type, const struct vs_datum *datum)
{
	struct vs_datum initial;
	bool same;

	vs_datum_default(type, &initial);
	same = vs_datum_equal(type, &initial, datum);
	vs_datum_destroy(type, &initial);
	return same;
}

/* The columns of a row: all but defaults of a new one, what changed of another. NULL if there is nothing to save. */
static json_t *row_to_json(const struct store_row *row, bool whole)
{
	const struct schema_table *schema = row_schema(row);
	json_t *json = (json_t *)vs_xcheck(json_object());

	for (unsigned int c = 0; c < schema->n_columns; c++) {
		const struct vs_type *type = &schema->columns[c].type;
		const struct vs_datum *datum = &row->columns[c];

		if (schema->columns[c].flags & SCHEMA_EPHEMERAL)
			continue;
		if (whole ? is_default(type, datum) : !(row->undo->saved >> c & 1))
			continue;
		set_new(json, schema->columns[c].name, column_to_json(type, whole ? NULL : &row->undo->old[c], datum));
	}
	if (whole || json_object_size(json))
		return json;
	json_decref(json);
	return NULL;
}

static void put_row(json_t *tables, const struct store_row *row, json_t *value)
{
	const char *name = row_schema(row)->name;
	json_t *table = json_object_get(tables, name);
	char uuid[VS_UUID_TEXT];

	if (!table) {
		table = (json_t *)vs_xcheck(json_object());
		set_new(tables, name, table);
	}
	set_new(table, vs_uuid_format(&row->uuid, uuid), value);
}

json_t *record_from_txn(struct store *store, const char *comment)
{
	json_t *record = (json_t *)vs_xcheck(json_object()), *tables = (json_t *)vs_xcheck(json_object());
	json_t *text = comment ? json_string(comment) : NULL; /* NULL too when it is not UTF-8 */

	if (text)
		set_new(record, "comment", text);
	history_sign(store, record);
	set_new(record, "tables", tables);
	for (size_t i = 0; i < store->txn.n_rows; i++) {
		const struct store_row *row = store->txn.rows[i];
		json_t *value;

		if (row->undo->deleted && row->undo->inserted)
			continue;
		value = row->undo->deleted ? json_null() : row_to_json(row, row->undo->inserted);
		if (value)
			put_row(tables, row, value);
	}
	if (json_object_size(tables))
		return record;
	json_decref(record);
	return NULL;
}

json_t *record_from_store(struct store *store)
{
	json_t *record = (json_t *)vs_xcheck(json_object()), *tables = (json_t *)vs_xcheck(json_object());

	set_new(record, "comment", (json_t *)vs_xcheck(json_string("snapshot")));
	set_new(record, "history", store->history ? json_copy(store->history) : json_array());
	set_new(record, "tables", tables);
	for (int t = 0; t < STORE__TABLES; t++) {
		for (struct store_row *row = store_first(store, (enum store_table_id)t); row;
		     row = store_next(store, row))
			put_row(tables, row, row_to_json(row, true));
	}
	return record;
}

/* --- from JSON ---------------------------------------------------------------------------------------------- */

static int apply_parts(const struct vs_type *type, struct vs_datum *datum, const struct vs_type *removed_type,
		       const struct vs_datum *removed, const struct vs_datum *added, char **error)
{
	for (unsigned int i = 0; i < removed->n; i++) {
		int at = vs_datum_find(type, datum, &removed->keys[i]);

		if (at < 0) {
			char *key = vs_atom_format(removed_type->key.type, &removed->keys[i]);

			*error = vs_xasprintf("%s cannot be removed because it is not there", key);
			free(key);
			return -EINVAL;
		}
		vs_datum_remove_at(type, datum, (unsigned int)at);
	}
	for (unsigned int i = 0; i < added->n; i++)
		vs_datum_add(type, datum, &added->keys[i], added->values ? &added->values[i] : NULL);
	if (datum->n >= type->n_min && datum->n <= type->n_max)
		return 0;
	*error = vs_xasprintf("%u value(s) are too few or too many", datum->n);
	return -EINVAL;
}

static int apply_diff(const struct vs_type *type, const json_t *json, struct vs_datum *datum, char **error)
{
	struct vs_type removed_type = diff_type(type, true), added_type = diff_type(type, false);
	struct vs_datum removed = {0}, added = {0};
	int rc = vs_datum_from_json(&removed_type, json_array_get(json, 1), &removed, error);

	if (!rc)
		rc = vs_datum_from_json(&added_type, json_array_get(json, 2), &added, error);
	if (!rc)
		rc = apply_parts(type, datum, &removed_type, &removed, &added, error);
	vs_datum_destroy(&removed_type, &removed);
	vs_datum_destroy(&added_type, &added);
	return rc;
}

static bool is_diff(const struct vs_type *type, const json_t *json)
{
	const char *word = json_string_value(json_array_get(json, 0));

	return type->n_max > 1 && json_array_size(json) == 3 && word && !strcmp(word, "diff");
}

static int apply_column(struct store_row *row, const char *name, const json_t *json, char **error)
{
	int c = schema_find_column(row->table, name), rc;
	const struct vs_type *type;
	struct vs_datum datum;
	char *why = NULL;

	if (c >= 0 && row_schema(row)->columns[c].flags & SCHEMA_EPHEMERAL)
		return 0; /* there may have been a time when it was saved */
	if (c < 0) {
		*error = vs_xasprintf("table %s has no column \"%s\"", row_schema(row)->name, name);
		return -EINVAL;
	}
	type = row_type(row, (unsigned int)c);
	if (is_diff(type, json)) {
		rc = apply_diff(type, json, &row->columns[c], &why);
	} else {
		rc = vs_datum_from_json(type, json, &datum, &why);
		if (!rc) {
			vs_datum_destroy(type, &row->columns[c]);
			row->columns[c] = datum;
		}
	}
	if (rc) {
		*error = vs_xasprintf("column %s in table %s: %s", name, row_schema(row)->name, why);
		free(why);
	}
	return rc;
}

static int apply_row(struct store *store, enum store_table_id table, const char *key, json_t *json, char **error)
{
	struct store_row *row;
	struct vs_uuid uuid;
	const char *name;
	json_t *value;
	int rc = 0;

	if (vs_uuid_parse(key, &uuid)) {
		*error = vs_xasprintf("\"%s\" is not a valid UUID", key);
		return -EINVAL;
	}
	row = store_find(store, table, &uuid);
	if (json_is_null(json) && row) {
		row_unindex(row);
		row_destroy(row);
		return 0;
	}
	if (!json_is_object(json)) {
		*error = vs_xasprintf("row %s in table %s is neither there nor new", key, schema_tables[table].name);
		return -EINVAL;
	}
	if (!row)
		row = row_create(store, table, &uuid);
	json_object_foreach (json, name, value) {
		rc = apply_column(row, name, value, error);
		if (rc)
			break;
	}
	row_reindex_name(row);
	return rc;
}

int record_apply(struct store *store, const json_t *record, char **error)
{
	json_t *tables = json_object_get(record, "tables"), *rows, *value;
	const char *name, *key;

	if (!json_is_object(tables)) {
		*error = vs_xstrdup("no tables");
		return -EINVAL;
	}
	json_object_foreach (tables, name, rows) {
		enum store_table_id table = schema_find_table(name);

		if (table == STORE__TABLES || !json_is_object(rows)) {
			*error = vs_xasprintf("there is no table \"%s\"", name);
			return -EINVAL;
		}
		json_object_foreach (rows, key, value) {
			int rc = apply_row(store, table, key, value, error);

			if (rc)
				return rc;
		}
	}
	history_take(store, record);
	return 0;
}
