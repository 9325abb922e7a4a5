/* SPDX-License-Identifier: GPL-2.0-only */
/* txn.c - transactions: writing rows in place, and either making it true or taking it back */

/*
 * Rows are written in place and every first write of a column keeps the old value, so reading needs to know nothing
 * of transactions and an abort is putting back. Indexes follow each write at once. Commit costs what was changed.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "vswitchd/store/internal.h"

static void txn_touch(struct store_row *row)
{
	struct store_txn *txn = &row->store->txn;

	if (!txn->active)
		abort();
	if (row->undo)
		return;
	row->undo = (struct store_undo *)vs_xcalloc(1, sizeof(*row->undo));
	row->undo->version = row->version;
	row->version = ++row->store->last_version;
	txn->rows = (struct store_row **)vs_xrealloc(txn->rows, (txn->n_rows + 1) * sizeof(struct store_row *));
	txn->rows[txn->n_rows++] = row;
}

/* Puts @datum, which is handed over, in the place of the column's value. */
static void row_put(struct store_row *row, unsigned int column, struct vs_datum *datum)
{
	refs_replace(row, column, &row->columns[column], datum);
	vs_datum_destroy(row_type(row, column), &row->columns[column]);
	row->columns[column] = *datum;
	if (row->store->tables[row->table].key == (int)column)
		row_reindex_name(row);
}

/* --- writing ------------------------------------------------------------------------------------------------ */

void store_begin(struct store *store)
{
	if (store->txn.active)
		abort();
	store_report(store);
	store->txn.active = true;
}

struct store_row *store_insert_as(struct store *store, enum store_table_id table, const struct vs_uuid *given)
{
	struct store_row *row = row_create(store, table, given);

	txn_touch(row);
	row->undo->inserted = true;
	refs_index(row);
	return row;
}

struct store_row *store_insert(struct store *store, enum store_table_id table)
{
	struct vs_uuid uuid;

	vs_uuid_generate(&uuid);
	return store_insert_as(store, table, &uuid);
}

bool store_is_known(struct store *store, enum store_table_id table, const struct vs_uuid *uuid)
{
	bool known = store_find(store, table, uuid);

	for (size_t i = 0; i < store->txn.n_rows && !known; i++) {
		const struct store_row *row = store->txn.rows[i];

		known = row->table == table && !memcmp(&row->uuid, uuid, sizeof(*uuid));
	}
	return known;
}

void store_delete(struct store *store, struct store_row *row)
{
	(void)store;
	txn_touch(row);
	if (row->undo->deleted)
		return;
	refs_drop(row);
	row_unindex(row);
	row->undo->deleted = true;
}

void store_set(struct store *store, struct store_row *row, unsigned int column, const struct vs_datum *datum)
{
	const struct vs_type *type = row_type(row, column);
	struct vs_datum copy;

	(void)store;
	if (row_is_deleted(row) || vs_datum_equal(type, &row->columns[column], datum))
		return;
	vs_datum_clone(type, &copy, datum);
	txn_touch(row);
	if (!row->undo->inserted)
		undo_save(row->undo, row, column);
	row_put(row, column, &copy);
}

void store_set_string(struct store *store, struct store_row *row, unsigned int column, const char *text)
{
	struct vs_datum datum = {0};

	vs_datum_set_string(&datum, text);
	store_set(store, row, column, &datum);
	vs_datum_destroy(row_type(row, column), &datum);
}

void store_set_integer(struct store *store, struct store_row *row, unsigned int column, int64_t value)
{
	struct vs_datum datum = {0};

	vs_datum_set_integer(&datum, value);
	store_set(store, row, column, &datum);
	vs_datum_destroy(row_type(row, column), &datum);
}

/* A new column value with @target in, or without it. */
static void change_ref(struct store_row *row, unsigned int column, const struct store_row *target, bool add)
{
	const struct vs_type *type = row_type(row, column);
	const union vs_atom atom = {.uuid = target->uuid};
	struct vs_datum datum;
	int at;

	vs_datum_clone(type, &datum, &row->columns[column]);
	at = vs_datum_find(type, &datum, &atom);
	if (add)
		vs_datum_add(type, &datum, &atom, NULL);
	else if (at >= 0)
		vs_datum_remove_at(type, &datum, (unsigned int)at);
	store_set(row->store, row, column, &datum);
	vs_datum_destroy(type, &datum);
}

void store_add_ref(struct store *store, struct store_row *row, unsigned int column, const struct store_row *target)
{
	(void)store;
	change_ref(row, column, target, true);
}

void store_remove_ref(struct store *store, struct store_row *row, unsigned int column, const struct store_row *target)
{
	(void)store;
	change_ref(row, column, target, false);
}

/* --- ending ------------------------------------------------------------------------------------------------- */

static void undo_free(struct store_row *row)
{
	undo_destroy(row->undo, row);
	row->undo = NULL;
}

static void row_restore(struct store_row *row)
{
	struct store_undo *undo = row->undo;

	if (undo->inserted) {
		if (!undo->deleted) {
			refs_drop(row);
			row_unindex(row);
		}
		undo_free(row);
		row_destroy(row);
		return;
	}
	for (unsigned int c = 0; undo->old && c < row_schema(row)->n_columns; c++) {
		if (!(undo->saved >> c & 1))
			continue;
		if (undo->deleted) {
			vs_datum_destroy(row_type(row, c), &row->columns[c]);
			row->columns[c] = undo->old[c];
		} else {
			row_put(row, c, &undo->old[c]);
		}
		undo->old[c] = (struct vs_datum){0};
	}
	if (undo->deleted) {
		row_index(row);
		refs_index(row);
	}
	row->version = undo->version;
	undo_free(row);
}

static void txn_end(struct store_txn *txn)
{
	free(txn->rows);
	free(txn->orphans);
	free(txn->who);
	*txn = (struct store_txn){0};
}

void store_abort(struct store *store)
{
	struct store_txn *txn = &store->txn;

	for (size_t i = txn->n_rows; i-- > 0;)
		row_restore(txn->rows[i]);
	txn_end(txn);
}

/* Forget columns that hold again what they held before. */
static void drop_unchanged(struct store_row *row)
{
	struct store_undo *undo = row->undo;

	for (unsigned int c = 0; undo->old && c < row_schema(row)->n_columns; c++) {
		if ((undo->saved >> c & 1) && vs_datum_equal(row_type(row, c), &undo->old[c], &row->columns[c])) {
			vs_datum_destroy(row_type(row, c), &undo->old[c]);
			undo->saved &= ~(UINT64_C(1) << c);
		}
	}
	if (!undo->saved && !undo->inserted && !undo->deleted)
		row->version = undo->version;
}

static int check_unique(struct store_row *row, unsigned int column, char **error)
{
	const struct store_table *table = &row->store->tables[row->table];
	const char *name = store_get_string(row, column);

	for (struct hmap_node *node = hmap_first_with_hash(&table->by_name, row->by_name.hash); node;
	     node = hmap_next_with_hash(node)) {
		struct store_row *other = hmap_entry(node, struct store_row, by_name);
		const char *other_name = store_get_string(other, column);

		if (other == row || strcmp(name ? name : "", other_name ? other_name : ""))
			continue;
		*error = vs_xasprintf(
			"Transaction causes multiple rows in \"%s\" table to have identical values (%s) for "
			"index on column \"%s\".",
			row_schema(row)->name, name ? name : "\"\"", row_schema(row)->columns[column].name);
		return -EINVAL;
	}
	return 0;
}

static int check_column(struct store_row *row, unsigned int c, char **error)
{
	const struct schema_column *column = &row_schema(row)->columns[c];
	char *why;

	if ((column->flags & SCHEMA_IMMUTABLE) && !row->undo->inserted) {
		*error = vs_xasprintf("cannot modify read-only column %s in table %s", column->name,
				      row_schema(row)->name);
		return -EINVAL;
	}
	if (vs_datum_check(&column->type, &row->columns[c], &why)) {
		*error = vs_xasprintf("column %s in table %s: %s", column->name, row_schema(row)->name, why);
		free(why);
		return -EINVAL;
	}
	return column->flags & SCHEMA_UNIQUE ? check_unique(row, c, error) : 0;
}

static int check_row(struct store_row *row, char **error)
{
	for (unsigned int c = 0; c < row_schema(row)->n_columns; c++) {
		if (row->undo->inserted || (row->undo->saved >> c & 1)) {
			int rc = check_column(row, c, error);

			if (rc)
				return rc;
		}
	}
	return rules_check(row->store, row, error);
}

/* More than one row is refused in the words of Open vSwitch; none at all is possible there. */
static int check_root(struct store *store, char **error)
{
	size_t n = store_count(store, STORE_Open_vSwitch);

	if (n == 1)
		return 0;
	*error = n ? vs_xasprintf("transaction causes \"Open_vSwitch\" table to contain %zu rows, greater than the "
				  "schema-defined limit of 1 row(s)",
				  n)
		   : vs_xstrdup("table Open_vSwitch always has exactly one row");
	return -EINVAL;
}

static int txn_check(struct store *store, char **error)
{
	struct store_txn *txn = &store->txn;
	int rc;

	refs_settle(store);
	for (size_t i = 0; i < txn->n_rows; i++)
		drop_unchanged(txn->rows[i]);
	rc = refs_check(store, error);
	for (size_t i = 0; i < txn->n_rows && !rc; i++) {
		const struct store_undo *undo = txn->rows[i]->undo;

		if (!undo->deleted && (undo->inserted || undo->saved))
			rc = check_row(txn->rows[i], error);
	}
	return rc || !txn->n_rows ? rc : check_root(store, error);
}

static bool describe(struct store_row *row, struct store_change *change)
{
	const struct store_undo *undo = row->undo;

	*change = (struct store_change){row->table, STORE_MODIFIED, row, undo->saved, undo->old, undo->version};
	if (undo->inserted)
		change->op = STORE_INSERTED;
	else if (undo->deleted)
		change->op = STORE_DELETED;
	return undo->inserted ? !undo->deleted : undo->deleted || undo->saved;
}

/* The transaction is true: tell, forget how to undo it, and free what it deleted. */
static void txn_finish(struct store *store)
{
	struct store_txn txn = store->txn;
	struct store_change *changes = (struct store_change *)vs_xcalloc(txn.n_rows, sizeof(*changes));
	struct store_undo **undone = (struct store_undo **)vs_xcalloc(txn.n_rows, sizeof(struct store_undo *));
	size_t n = 0;

	store->txn = (struct store_txn){0};
	for (size_t i = 0; i < txn.n_rows; i++) {
		struct store_row *row = txn.rows[i];

		news_join(row);
		n += describe(row, &changes[n]);
		undone[i] = row->undo;
		if (row->undo->deleted)
			vs_list_remove(&row->link);
		row->undo = NULL;
	}
	if (n && store->observer)
		store->observer(changes, n, store->observer_arg);
	if (n && store->listener)
		store->listener(changes, n, store->listener_arg);
	for (size_t i = txn.n_rows; i-- > 0;) {
		bool deleted = undone[i]->deleted;

		undo_destroy(undone[i], txn.rows[i]);
		if (deleted)
			row_destroy(txn.rows[i]);
	}
	free(undone);
	free(changes);
	txn_end(&txn);
}

static void rewrite_if_long(struct store *store)
{
	char *error;

	if (store->journal && journal_is_long(store->journal) && store_compact(store, &error)) {
		vs_warn("%s; the database goes on growing", error);
		free(error);
	}
}

int store_commit(struct store *store, const char *comment, char **error)
{
	json_t *record;
	int rc;

	if (!store->txn.active)
		abort();
	rc = txn_check(store, error);
	record = rc || !store->journal ? NULL : record_from_txn(store, comment);
	if (record) {
		rc = journal_append(store->journal, record, error);
		if (!rc)
			history_take(store, record);
		json_decref(record);
	}
	if (rc) {
		store_abort(store);
		return rc;
	}
	txn_finish(store);
	rewrite_if_long(store);
	return 0;
}
