/* SPDX-License-Identifier: GPL-2.0-only */
/* store.c - the tables in memory: opening, walking, finding and reading rows */
#include "vswitchd/store/store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "vswitchd/store/internal.h"

/* The column that names a row: the schema's, else one whose values are unique. */
static int key_column(const struct schema_table *schema)
{
	if (schema->name_column != SCHEMA_NO_NAME)
		return schema->name_column;
	for (unsigned int i = 0; i < schema->n_columns; i++) {
		if (schema->columns[i].flags & SCHEMA_UNIQUE)
			return (int)i;
	}
	return SCHEMA_NO_NAME;
}

/* --- rows --------------------------------------------------------------------------------------------------- */

struct store_row *row_create(struct store *store, enum store_table_id table, const struct vs_uuid *uuid)
{
	unsigned int n = schema_tables[table].n_columns;
	struct store_row *row = (struct store_row *)vs_xcalloc(1, sizeof(*row) + n * sizeof(row->columns[0]));

	row->store = store;
	row->table = table;
	row->uuid = *uuid;
	row->version = ++store->last_version;
	vs_list_init(&row->outgoing);
	vs_list_init(&row->news_link);
	for (unsigned int i = 0; i < n; i++)
		vs_datum_default(row_type(row, i), &row->columns[i]);
	vs_list_push(&store->tables[table].rows, &row->link);
	row_index(row);
	return row;
}

void row_destroy(struct store_row *row)
{
	vs_list_remove(&row->link);
	news_forget(row);
	for (unsigned int i = 0; i < row_schema(row)->n_columns; i++)
		vs_datum_destroy(row_type(row, i), &row->columns[i]);
	free(row);
}

static void row_index_name(struct store_row *row)
{
	struct store_table *table = &row->store->tables[row->table];
	const char *name = table->key == SCHEMA_NO_NAME ? NULL : store_get_string(row, (unsigned int)table->key);

	if (table->key != SCHEMA_NO_NAME)
		hmap_insert(&table->by_name, &row->by_name, vs_hash_string(name ? name : ""));
}

static void row_unindex_name(struct store_row *row)
{
	struct store_table *table = &row->store->tables[row->table];

	if (table->key != SCHEMA_NO_NAME)
		hmap_remove(&table->by_name, &row->by_name);
}

void row_index(struct store_row *row)
{
	hmap_insert(&row->store->tables[row->table].by_uuid, &row->by_uuid,
		    vs_hash_bytes(&row->uuid, sizeof(row->uuid), 0));
	row_index_name(row);
}

void row_unindex(struct store_row *row)
{
	hmap_remove(&row->store->tables[row->table].by_uuid, &row->by_uuid);
	row_unindex_name(row);
}

void row_reindex_name(struct store_row *row)
{
	row_unindex_name(row);
	row_index_name(row);
}

/* --- opening ------------------------------------------------------------------------------------------------ */

static int load_record(void *arg, const json_t *record, char **error)
{
	return record_apply((struct store *)arg, record, error);
}

/* After the file is read: index references, and find all of them whole. */
int store_load_finish(struct store *store, char **error)
{
	int rc = 0;

	store->loading = false;
	for (int t = 0; t < STORE__TABLES; t++) {
		for (struct store_row *row = store_first(store, (enum store_table_id)t); row;
		     row = store_next(store, row))
			refs_index(row);
	}
	for (int t = 0; t < STORE__TABLES && !rc; t++) {
		for (struct store_row *row = store_first(store, (enum store_table_id)t); row && !rc;
		     row = store_next(store, row))
			rc = refs_check_row(row, error);
	}
	if (!rc && store_count(store, STORE_Open_vSwitch) > 1) {
		*error = vs_xstrdup("more than one row in table Open_vSwitch");
		rc = -EINVAL;
	}
	return rc;
}

/* The row of the switch itself exists from the start. */
static int make_root(struct store *store, char **error)
{
	if (store_root(store))
		return 0;
	store_begin(store);
	store_insert(store, STORE_Open_vSwitch);
	return store_commit(store, "new database", error);
}

struct store *store_create(void)
{
	struct store *store = (struct store *)vs_xcalloc(1, sizeof(*store));

	vs_list_init(&store->news);
	vs_uuid_generate(&store->version_base);
	for (int i = 0; i < STORE__TABLES; i++) {
		vs_list_init(&store->tables[i].rows);
		store->tables[i].key = key_column(&schema_tables[i]);
	}
	return store;
}

int store_open_io(const char *path, const struct journal_io *io, struct store **storep, char **error)
{
	struct store *store = store_create();
	char *why = NULL;
	int rc = 0;

	if (path) {
		store->loading = true;
		rc = journal_open(path, io, load_record, store, &store->journal, error);
		if (!rc && (rc = store_load_finish(store, &why))) {
			*error = vs_xasprintf("database \"%s\" does not read back whole: %s; it is left as it is", path,
					      why);
			free(why);
		}
		if (!rc)
			rc = journal_start(store->journal, error);
	}
	if (!rc)
		rc = make_root(store, error);
	if (rc) {
		store_close(store);
		return rc;
	}
	rules_announce(store);
	*storep = store;
	return 0;
}

int store_open(const char *path, struct store **store, char **error)
{
	return store_open_io(path, &journal_io_system, store, error);
}

void store_close(struct store *store)
{
	if (!store)
		return;
	store_abort(store);
	for (int i = 0; i < STORE__TABLES; i++) {
		struct store_table *table = &store->tables[i];

		while (!vs_list_empty(&table->rows)) {
			struct store_row *row = vs_container(table->rows.next, struct store_row, link);

			refs_drop(row);
			row_destroy(row);
		}
		hmap_destroy(&table->by_uuid);
		hmap_destroy(&table->by_name);
	}
	hmap_destroy(&store->refs);
	journal_close(store->journal);
	json_decref(store->history);
	free(store);
}

void store_set_listener(struct store *store, store_listener cb, void *arg)
{
	store->listener = cb;
	store->listener_arg = arg;
}

/* --- walking and finding ------------------------------------------------------------------------------------ */

static struct store_row *row_from(struct store_table *table, struct vs_list *link)
{
	for (; link != &table->rows; link = link->next) {
		struct store_row *row = vs_container(link, struct store_row, link);

		if (!row_is_deleted(row))
			return row;
	}
	return NULL;
}

struct store_row *store_first(struct store *store, enum store_table_id table)
{
	return row_from(&store->tables[table], store->tables[table].rows.next);
}

struct store_row *store_next(struct store *store, const struct store_row *row)
{
	return row_from(&store->tables[row->table], row->link.next);
}

size_t store_count(struct store *store, enum store_table_id table)
{
	return store->tables[table].by_uuid.n;
}

struct store_row *store_root(struct store *store)
{
	return store_first(store, STORE_Open_vSwitch);
}

struct store_row *store_find(struct store *store, enum store_table_id table, const struct vs_uuid *uuid)
{
	uint32_t hash = vs_hash_bytes(uuid, sizeof(*uuid), 0);

	for (struct hmap_node *node = hmap_first_with_hash(&store->tables[table].by_uuid, hash); node;
	     node = hmap_next_with_hash(node)) {
		struct store_row *row = hmap_entry(node, struct store_row, by_uuid);

		if (!memcmp(&row->uuid, uuid, sizeof(*uuid)))
			return row;
	}
	return NULL;
}

struct store_row *store_find_name(struct store *store, enum store_table_id id, const char *name)
{
	struct store_table *table = &store->tables[id];

	if (table->key == SCHEMA_NO_NAME)
		return NULL;
	for (struct hmap_node *node = hmap_first_with_hash(&table->by_name, vs_hash_string(name)); node;
	     node = hmap_next_with_hash(node)) {
		struct store_row *row = hmap_entry(node, struct store_row, by_name);
		const char *other = store_get_string(row, (unsigned int)table->key);

		if (other && !strcmp(other, name))
			return row;
	}
	return NULL;
}

/* --- reading ------------------------------------------------------------------------------------------------ */

enum store_table_id store_row_table(const struct store_row *row)
{
	return row->table;
}

const struct vs_uuid *store_row_uuid(const struct store_row *row)
{
	return &row->uuid;
}

const struct vs_datum *store_get(const struct store_row *row, unsigned int column)
{
	return &row->columns[column];
}

const char *store_get_string(const struct store_row *row, unsigned int column)
{
	const struct vs_datum *datum = &row->columns[column];

	return datum->n && *datum->keys[0].string ? datum->keys[0].string : NULL;
}

int64_t store_get_integer(const struct store_row *row, unsigned int column, int64_t otherwise)
{
	const struct vs_datum *datum = &row->columns[column];

	return datum->n ? datum->keys[0].integer : otherwise;
}

bool store_get_bool(const struct store_row *row, unsigned int column, bool otherwise)
{
	const struct vs_datum *datum = &row->columns[column];

	return datum->n ? datum->keys[0].boolean : otherwise;
}

const char *store_get_key(const struct store_row *row, unsigned int column, const char *key)
{
	return vs_datum_get_string(&row->columns[column], key);
}

struct store_row *store_get_ref(struct store *store, const struct store_row *row, unsigned int column, unsigned int i)
{
	const struct vs_datum *datum = &row->columns[column];
	const struct vs_type *type = row_type(row, column);
	bool in_value = vs_type_is_map(type) && type->value.type == VS_UUID;
	const struct vs_base_type *base = in_value ? &type->value : &type->key;

	if (i >= datum->n || !base->ref_table)
		return NULL;
	return store_find(store, schema_find_table(base->ref_table),
			  in_value ? &datum->values[i].uuid : &datum->keys[i].uuid);
}

struct store_row *store_referrer(struct store *store, const struct store_row *row)
{
	for (struct store_ref *ref = refs_first(store, row->table, &row->uuid); ref; ref = refs_next(ref)) {
		if (!ref->weak)
			return ref->from;
	}
	return NULL;
}
