/* SPDX-License-Identifier: GPL-2.0-only */
/* tree.c - rows as one JSON document, and its values back into the store's */
#include "vswitchd/control/tree.h"

#include <errno.h>
#include <string.h>

#include "common/xalloc.h"

/* Columns of the Open_vSwitch row that tools count in or write facts about the host to: no wish of anybody's. */
static bool is_bookkeeping(enum store_table_id table, unsigned int column)
{
	static const unsigned int columns[] = {Open_vSwitch_next_cfg,	      Open_vSwitch_cur_cfg,
					       Open_vSwitch_ovs_version,      Open_vSwitch_db_version,
					       Open_vSwitch_system_type,      Open_vSwitch_system_version,
					       Open_vSwitch_dpdk_initialized, Open_vSwitch_dpdk_version};

	for (size_t i = 0; table == STORE_Open_vSwitch && i < sizeof(columns) / sizeof(*columns); i++)
		if (columns[i] == column)
			return true;
	return false;
}

bool tree_has_names(enum store_table_id table)
{
	int name = schema_tables[table].name_column;

	return name >= 0 && schema_tables[table].columns[name].flags & SCHEMA_IMMUTABLE;
}

enum tree_kind tree_column_kind(enum store_table_id table, unsigned int column)
{
	const struct schema_column *schema = &schema_tables[table].columns[column];
	const struct vs_base_type *to = schema->type.value.ref_table ? &schema->type.value : &schema->type.key;

	if (schema->flags & SCHEMA_EPHEMERAL || is_bookkeeping(table, column) ||
	    (tree_has_names(table) && (int)column == schema_tables[table].name_column))
		return TREE_LEFT_OUT;
	if (!to->ref_table)
		return TREE_VALUE;
	return to->ref_weak ? TREE_NAMES : TREE_ROWS;
}

/* --- out -------------------------------------------------------------------------------------------------------- */

static void put(json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, value))
		abort();
}

static void append(json_t *array, json_t *value)
{
	if (json_array_append_new(array, value))
		abort();
}

/* What names a row that belongs elsewhere: its name, or its UUID. */
static json_t *name_of(struct store_row *row)
{
	int column = schema_tables[store_row_table(row)].name_column;
	const char *name = column >= 0 ? store_get_string(row, (unsigned int)column) : NULL;
	char uuid[VS_UUID_TEXT];

	return vs_xcheck(json_string(name ? name : vs_uuid_format(store_row_uuid(row), uuid)));
}

static char *atom_text(enum vs_atom_type type, const union vs_atom *atom)
{
	return type == VS_STRING ? vs_xstrdup(atom->string) : vs_atom_format(type, atom);
}

static json_t *atom_json(const struct vs_base_type *base, const union vs_atom *atom)
{
	const struct vs_type type = {.key = *base, .n_min = 1, .n_max = 1};

	return vs_datum_to_json(&type, &(struct vs_datum){.n = 1, .keys = (union vs_atom *)(uintptr_t)atom});
}

/* A row that stands for its reference. */
static json_t *export_one(struct store *store, const struct store_row *row, unsigned int column, unsigned int i,
			  enum tree_kind kind)
{
	struct store_row *other = store_get_ref(store, row, column, i);

	if (!other)
		return json_null();
	return kind == TREE_NAMES ? name_of(other) : tree_export(store, other);
}

static bool is_own_port(const struct store_row *row, const struct store_row *port)
{
	return store_row_table(row) == STORE_Bridge &&
	       !strcmp(store_get_string(row, Bridge_name), store_get_string(port, Port_name));
}

/* A bridge's own port as it is made with the bridge. */
static bool is_plain_own_port(const json_t *port)
{
	const json_t *interface = json_object_get(port, "interface");
	const char *type = json_string_value(json_object_get(interface, "type"));

	return json_object_size(port) == 1 && json_object_size(interface) == 1 && type && !strcmp(type, "internal");
}

static int compare_names(const void *a, const void *b)
{
	const struct store_row *row_a = *(struct store_row *const *)a, *row_b = *(struct store_row *const *)b;
	unsigned int column = (unsigned int)schema_tables[store_row_table(row_a)].name_column;

	return strcmp(store_get_string(row_a, column), store_get_string(row_b, column));
}

/* {NAME: row, ...}, by name */
static json_t *export_named(struct store *store, const struct store_row *row, unsigned int column)
{
	struct store_row **rows = vs_xcalloc(store_get(row, column)->n, sizeof(struct store_row *));
	json_t *object = vs_xcheck(json_object());
	size_t n = 0;

	for (unsigned int i = 0; i < store_get(row, column)->n; i++) {
		rows[n] = store_get_ref(store, row, column, i);
		n += rows[n] != NULL;
	}
	if (n)
		qsort(rows, n, sizeof(struct store_row *), compare_names);
	for (size_t i = 0; i < n; i++) {
		json_t *name = name_of(rows[i]), *value = tree_export(store, rows[i]);
		if (is_own_port(row, rows[i]) && is_plain_own_port(value))
			json_decref(value);
		else
			put(object, json_string_value(name), value);
		json_decref(name);
	}
	free(rows);
	return object;
}

json_t *tree_export_column(struct store *store, const struct store_row *row, unsigned int column)
{
	enum tree_kind kind = tree_column_kind(store_row_table(row), column);
	const struct vs_type *type = &schema_tables[store_row_table(row)].columns[column].type;
	const struct vs_datum *datum = store_get(row, column);

	if (kind == TREE_ROWS && !vs_type_is_map(type) && tree_has_names(schema_find_table(type->key.ref_table)))
		return export_named(store, row, column);
	if (!vs_type_is_map(type) && type->n_max == 1)
		return kind == TREE_VALUE ? atom_json(&type->key, &datum->keys[0])
					  : export_one(store, row, column, 0, kind);
	json_t *all = vs_xcheck(vs_type_is_map(type) ? json_object() : json_array());
	for (unsigned int i = 0; i < datum->n; i++) {
		if (!vs_type_is_map(type)) {
			append(all, kind == TREE_VALUE ? atom_json(&type->key, &datum->keys[i])
						       : export_one(store, row, column, i, kind));
			continue;
		}
		char *key = atom_text(type->key.type, &datum->keys[i]);
		put(all, key,
		    kind == TREE_VALUE ? atom_json(&type->value, &datum->values[i])
				       : export_one(store, row, column, i, kind));
		free(key);
	}
	return all;
}

/* {"interfaces": {"web": {...}}} of port web as {"interface": {...}} */
static void shorten_port(const struct store_row *port, json_t *object)
{
	json_t *interfaces = json_object_get(object, "interfaces");
	json_t *interface = json_object_get(interfaces, store_get_string(port, Port_name));

	if (json_object_size(interfaces) != 1 || !interface)
		return;
	if (json_object_size(interface))
		json_object_set(object, "interface", interface);
	json_object_del(object, "interfaces");
}

json_t *tree_export(struct store *store, struct store_row *row)
{
	enum store_table_id table = store_row_table(row);
	json_t *object = vs_xcheck(json_object());

	for (unsigned int c = 0; c < schema_tables[table].n_columns; c++) {
		const struct vs_type *type = &schema_tables[table].columns[c].type;
		enum tree_kind kind = tree_column_kind(table, c);
		struct vs_datum initial;
		if (kind == TREE_LEFT_OUT)
			continue;
		vs_datum_default(type, &initial);
		if (!vs_datum_equal(type, &initial, store_get(row, c)))
			put(object, schema_tables[table].columns[c].name, tree_export_column(store, row, c));
		vs_datum_destroy(type, &initial);
	}
	if (table == STORE_Port)
		shorten_port(row, object);
	return object;
}

/* --- in --------------------------------------------------------------------------------------------------------- */

/*
 * An atom as RFC 7047 has it. A document may be written by hand, and YAML does not say what is text: so a text is taken
 * for what the column holds, and what is no text for a text where the column holds text.
 */
static json_t *in_atom(const struct vs_base_type *base, const json_t *json, char **error)
{
	const char *text = json_string_value(json);
	union vs_atom atom;
	char *written;

	if (json_is_object(json) || json_is_array(json) || json_is_null(json)) {
		*error = vs_xstrdup("a single value is wanted here");
		return NULL;
	}
	if (base->type == VS_STRING && !text) {
		written = vs_xcheck(json_dumps(json, JSON_ENCODE_ANY));
		json_t *string = json_string(written);
		free(written);
		return string;
	}
	if (base->type == VS_STRING || !text)
		return json_incref((json_t *)(uintptr_t)json);
	if (vs_atom_parse(base, text, &atom, error))
		return NULL;
	return atom_json(base, &atom);
}

struct in {
	const struct vs_type *type;
	int (*resolve)(void *arg, const char *name, struct vs_uuid *uuid, char **error);
	void *arg;
};

static json_t *in_value(const struct in *in, const struct vs_base_type *base, const json_t *json, char **error)
{
	const char *name = json_string_value(json);
	char text[VS_UUID_TEXT];
	struct vs_uuid uuid;

	if (base->type != VS_UUID)
		return in_atom(base, json, error);
	if (!name) {
		*error = vs_xstrdup("a name is wanted here");
		return NULL;
	}
	return in->resolve(in->arg, name, &uuid, error) ? NULL
							: json_pack("[s, s]", "uuid", vs_uuid_format(&uuid, text));
}

/* One element, or a pair; appended to @all. */
static int in_element(const struct in *in, const char *key, const json_t *json, json_t *all, char **error)
{
	json_t *value = in_value(in, key ? &in->type->value : &in->type->key, json, error), *name, *text;

	if (!value)
		return -EINVAL;
	if (!key) {
		append(all, value);
		return 0;
	}
	text = json_string(key);
	name = text ? in_atom(&in->type->key, text, error) : NULL;
	json_decref(text);
	if (!name) {
		json_decref(value);
		return -EINVAL;
	}
	append(all, json_pack("[o, o]", name, value));
	return 0;
}

int tree_value(const struct vs_type *type, const json_t *json,
	       int (*resolve)(void *arg, const char *name, struct vs_uuid *uuid, char **error), void *arg,
	       struct vs_datum *datum, char **error)
{
	const struct in in = {.type = type, .resolve = resolve, .arg = arg};
	json_t *all, *whole, *item;
	const char *key;
	size_t i;
	int rc = 0;

	if (!json || json_is_null(json)) {
		vs_datum_default(type, datum);
		return 0;
	}
	if (vs_type_is_map(type) != json_is_object(json)) {
		*error = vs_xstrdup(vs_type_is_map(type) ? "keys with values are wanted here"
							 : "this column has no keys");
		return -EINVAL;
	}
	all = vs_xcheck(json_array());
	if (json_is_object(json)) {
		json_object_foreach ((json_t *)(uintptr_t)json, key, item) {
			rc = in_element(&in, key, item, all, error);
			if (rc)
				break;
		}
	} else if (json_is_array(json)) {
		json_array_foreach (json, i, item) {
			rc = in_element(&in, NULL, item, all, error);
			if (rc)
				break;
		}
	} else {
		rc = in_element(&in, NULL, json, all, error);
	}
	whole = json_pack("[s, o]", vs_type_is_map(type) ? "map" : "set", all);
	if (!rc)
		rc = vs_datum_from_json(type, whole, datum, error);
	json_decref(whole);
	return rc;
}
