/* SPDX-License-Identifier: GPL-2.0-only */
/* schema_json.c - the schema as get_schema answers it: <database-schema> of RFC 7047 section 3.2 */
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "common/xalloc.h"
#include "vswitchd/ovsdb/internal.h"

/* Of the Open vSwitch schema whose tables and columns ours has, and of _Server. */
#define OPEN_VSWITCH_VERSION "8.3.1"
#define SERVER_VERSION "1.2.0"

static const char *const atom_names[] = {
	[VS_INTEGER] = "integer", [VS_REAL] = "real", [VS_BOOLEAN] = "boolean",
	[VS_STRING] = "string",	  [VS_UUID] = "uuid",
};

static json_t *enums_json(const char *const *words)
{
	json_t *list = (json_t *)vs_xcheck(json_array());

	for (; *words; words++)
		ov_append(list, json_string(*words));
	return json_pack("[so]", "set", list);
}

/* <base-type>: the name of an atomic type alone where there is no more to say. */
static json_t *base_json(const struct vs_base_type *base)
{
	json_t *json = (json_t *)vs_xcheck(json_object());
	bool integer = base->type == VS_INTEGER;

	if (base->enums)
		ov_set(json, "enum", enums_json(base->enums));
	if (base->min || base->max) {
		if (base->min != INT64_MIN)
			ov_set(json, integer ? "minInteger" : "minLength", json_integer(base->min));
		if (base->max != INT64_MAX)
			ov_set(json, integer ? "maxInteger" : "maxLength", json_integer(base->max));
	}
	if (base->ref_table)
		ov_set(json, "refTable", json_string(base->ref_table));
	if (base->ref_weak)
		ov_set(json, "refType", json_string("weak"));
	if (!json_object_size(json)) {
		json_decref(json);
		return json_string(atom_names[base->type]);
	}
	ov_set(json, "type", json_string(atom_names[base->type]));
	return json;
}

static json_t *type_json(const struct vs_type *type)
{
	json_t *key = base_json(&type->key), *json;
	bool map = vs_type_is_map(type);

	if (!map && type->n_min == 1 && type->n_max == 1 && json_is_string(key))
		return key;
	json = (json_t *)vs_xcheck(json_object());
	ov_set(json, "key", key);
	if (map)
		ov_set(json, "value", base_json(&type->value));
	if (type->n_min != 1)
		ov_set(json, "min", json_integer(type->n_min));
	if (type->n_max == VS_UNLIMITED)
		ov_set(json, "max", json_string("unlimited"));
	else if (type->n_max != 1)
		ov_set(json, "max", json_integer(type->n_max));
	return json;
}

static json_t *columns_json(const struct schema_table *table)
{
	json_t *columns = (json_t *)vs_xcheck(json_object());

	for (unsigned int c = 0; c < table->n_columns; c++) {
		json_t *json = (json_t *)vs_xcheck(json_object());

		ov_set(json, "type", type_json(&table->columns[c].type));
		if (table->columns[c].flags & SCHEMA_EPHEMERAL)
			ov_set(json, "ephemeral", json_true());
		if (!ov_column_is_mutable(table, c))
			ov_set(json, "mutable", json_false());
		ov_set(columns, table->columns[c].name, json);
	}
	return columns;
}

/* Each a list of names of columns; NULL if there are none. */
static json_t *indexes_json(const struct schema_table *table)
{
	json_t *indexes = (json_t *)vs_xcheck(json_array());

	for (unsigned int c = 0; c < table->n_columns; c++) {
		if (table->columns[c].flags & SCHEMA_UNIQUE)
			ov_append(indexes, json_pack("[s]", table->columns[c].name));
	}
	if (table == &schema_tables[STORE_Flow_Sample_Collector_Set])
		ov_append(indexes, json_pack("[ss]", "id", "bridge"));
	if (json_array_size(indexes))
		return indexes;
	json_decref(indexes);
	return NULL;
}

static json_t *table_json(const struct ov_db *db, const struct schema_table *table)
{
	json_t *json = (json_t *)vs_xcheck(json_object()), *indexes = indexes_json(table);

	ov_set(json, "columns", columns_json(table));
	if (indexes)
		ov_set(json, "indexes", indexes);
	if (!db->is_store)
		return json;
	if (table->root)
		ov_set(json, "isRoot", json_true());
	if (table == &schema_tables[STORE_Open_vSwitch] || table == &schema_tables[STORE_SSL])
		ov_set(json, "maxRows", json_integer(1));
	return json;
}

/* Two numbers that tell schemas apart; how they are made is ours. */
static json_t *cksum_json(const json_t *schema)
{
	char *text = (char *)vs_xcheck(json_dumps(schema, JSON_COMPACT | JSON_SORT_KEYS));
	size_t size = strlen(text);
	char *sum = vs_xasprintf("%lu %zu", crc32(0, (const Bytef *)text, (uInt)size), size);
	json_t *json = json_string(sum);

	free(sum);
	free(text);
	return json;
}

json_t *ov_schema_json(const struct ov_db *db)
{
	json_t *schema = (json_t *)vs_xcheck(json_object()), *tables = (json_t *)vs_xcheck(json_object());

	for (unsigned int t = 0; t < db->n_tables; t++)
		ov_set(tables, db->tables[t].name, table_json(db, &db->tables[t]));
	ov_set(schema, "name", json_string(db->name));
	ov_set(schema, "version", json_string(db->is_store ? OPEN_VSWITCH_VERSION : SERVER_VERSION));
	ov_set(schema, "tables", tables);
	ov_set(schema, "cksum", cksum_json(schema));
	return schema;
}
