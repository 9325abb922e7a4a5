/* SPDX-License-Identifier: GPL-2.0-only */
/* refs.c - references between rows: the index of them, and what RFC 7047 section 3.1 demands at commit */

/*
 * Every reference there is stands in one hash map, found by the UUID it points at, whether that row exists or not.
 * So "who refers to this row" costs what the answer is long, and a transaction may insert rows and references in
 * any order. Rows that lose a reference are noted as possible orphans; at commit each is looked at once.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "vswitchd/store/internal.h"

static uint32_t ref_hash(const struct vs_uuid *uuid)
{
	return vs_hash_bytes(uuid, sizeof(*uuid), 0);
}

static struct store_ref *ref_match(struct hmap_node *node, enum store_table_id table, const struct vs_uuid *uuid)
{
	for (; node; node = hmap_next_with_hash(node)) {
		struct store_ref *ref = hmap_entry(node, struct store_ref, node);

		if (ref->table == table && !memcmp(&ref->uuid, uuid, sizeof(*uuid)))
			return ref;
	}
	return NULL;
}

struct store_ref *refs_first(struct store *store, enum store_table_id table, const struct vs_uuid *uuid)
{
	return ref_match(hmap_first_with_hash(&store->refs, ref_hash(uuid)), table, uuid);
}

struct store_ref *refs_next(const struct store_ref *ref)
{
	return ref_match(hmap_next_with_hash(&ref->node), ref->table, &ref->uuid);
}

/* Does anything but weak references point at the row? */
static bool is_kept(struct store *store, enum store_table_id table, const struct vs_uuid *uuid)
{
	for (struct store_ref *ref = refs_first(store, table, uuid); ref; ref = refs_next(ref)) {
		if (!ref->weak)
			return true;
	}
	return false;
}

bool refs_column(const struct store_row *row, unsigned int column)
{
	const struct vs_type *type = row_type(row, column);

	return type->key.ref_table || type->value.ref_table;
}

/* --- the index ---------------------------------------------------------------------------------------------- */

struct column_refs {
	struct store_row *row;
	unsigned int column;
};

static void ref_add(struct store_row *row, unsigned int column, const struct vs_base_type *base,
		    const struct vs_uuid *uuid)
{
	struct store_ref *ref = (struct store_ref *)vs_xcalloc(1, sizeof(*ref));

	ref->from = row;
	ref->column = column;
	ref->weak = base->ref_weak;
	ref->table = schema_find_table(base->ref_table);
	ref->uuid = *uuid;
	vs_list_push(&row->outgoing, &ref->link);
	hmap_insert(&row->store->refs, &ref->node, ref_hash(uuid));
}

static void ref_forget(struct store *store, struct store_ref *ref)
{
	struct store_txn *txn = &store->txn;

	if (!ref->weak && txn->active) {
		txn->orphans =
			(struct store_orphan *)vs_xrealloc(txn->orphans, (txn->n_orphans + 1) * sizeof(*txn->orphans));
		txn->orphans[txn->n_orphans++] = (struct store_orphan){ref->table, ref->uuid};
	}
	hmap_remove(&store->refs, &ref->node);
	vs_list_remove(&ref->link);
	free(ref);
}

static void ref_remove(struct store_row *row, unsigned int column, const struct vs_base_type *base,
		       const struct vs_uuid *uuid)
{
	struct store_ref *ref = refs_first(row->store, schema_find_table(base->ref_table), uuid);

	while (ref && (ref->from != row || ref->column != column))
		ref = refs_next(ref);
	if (ref)
		ref_forget(row->store, ref);
}

typedef void (*ref_op)(struct store_row *row, unsigned int column, const struct vs_base_type *base,
		       const struct vs_uuid *uuid);

static void each_ref(const struct vs_datum *datum, unsigned int i, const struct column_refs *at, ref_op op)
{
	const struct vs_type *type = row_type(at->row, at->column);

	if (type->key.ref_table)
		op(at->row, at->column, &type->key, &datum->keys[i].uuid);
	if (type->value.ref_table)
		op(at->row, at->column, &type->value, &datum->values[i].uuid);
}

static void diff_add(const struct vs_datum *datum, unsigned int i, void *arg)
{
	each_ref(datum, i, (const struct column_refs *)arg, ref_add);
}

static void diff_remove(const struct vs_datum *datum, unsigned int i, void *arg)
{
	each_ref(datum, i, (const struct column_refs *)arg, ref_remove);
}

void datum_diff(const struct vs_type *type, const struct vs_datum *a, const struct vs_datum *b, datum_diff_cb cb,
		void *arg)
{
	unsigned int j = 0;

	for (unsigned int i = 0; i < a->n; i++) {
		int order = -1;

		while (j < b->n && (order = vs_atom_compare(type->key.type, &b->keys[j], &a->keys[i])) < 0)
			j++;
		if (j == b->n || order > 0 ||
		    (a->values && vs_atom_compare(type->value.type, &a->values[i], &b->values[j])))
			cb(a, i, arg);
	}
}

void refs_replace(struct store_row *row, unsigned int column, const struct vs_datum *old, const struct vs_datum *new)
{
	struct column_refs at = {row, column};

	if (row->store->loading || !refs_column(row, column))
		return;
	datum_diff(row_type(row, column), old, new, diff_remove, &at);
	datum_diff(row_type(row, column), new, old, diff_add, &at);
}

void refs_drop(struct store_row *row)
{
	while (!vs_list_empty(&row->outgoing))
		ref_forget(row->store, vs_container(row->outgoing.next, struct store_ref, link));
}

void refs_index(struct store_row *row)
{
	for (unsigned int c = 0; c < row_schema(row)->n_columns; c++) {
		struct column_refs at = {row, c};

		for (unsigned int i = 0; refs_column(row, c) && i < row->columns[c].n; i++)
			each_ref(&row->columns[c], i, &at, ref_add);
	}
}

/* --- at commit ---------------------------------------------------------------------------------------------- */

static void collect_if_orphan(struct store *store, enum store_table_id table, const struct vs_uuid *uuid)
{
	struct store_row *row = schema_tables[table].root ? NULL : store_find(store, table, uuid);

	if (row && !is_kept(store, table, uuid))
		store_delete(store, row);
}

/* Take the weak reference @ref out of its column. */
static void weak_remove(struct store *store, struct store_ref *ref)
{
	struct store_row *from = ref->from;
	const struct vs_type *type = row_type(from, ref->column);
	const struct vs_datum *now = &from->columns[ref->column];
	bool in_value = type->value.ref_table;
	struct vs_datum less;

	vs_datum_clone(type, &less, now);
	for (unsigned int i = less.n; i-- > 0;) {
		const struct vs_uuid *uuid = in_value ? &less.values[i].uuid : &less.keys[i].uuid;

		if (!memcmp(uuid, &ref->uuid, sizeof(*uuid)))
			vs_datum_remove_at(type, &less, i);
	}
	store_set(store, from, ref->column, &less);
	vs_datum_destroy(type, &less);
}

static struct store_ref *first_weak(struct store *store, const struct store_row *row)
{
	struct store_ref *ref = refs_first(store, row->table, &row->uuid);

	while (ref && !ref->weak)
		ref = refs_next(ref);
	return ref;
}

static bool has_weak(const struct schema_table *schema)
{
	for (unsigned int c = 0; c < schema->n_columns; c++) {
		if (schema->columns[c].type.key.ref_weak || schema->columns[c].type.value.ref_weak)
			return true;
	}
	return false;
}

/* The weak references of a row that point nowhere. Each removal frees refs, so begin anew after one. */
static void weak_settle_row(struct store *store, struct store_row *row)
{
	struct vs_list *pos = row->outgoing.next;

	while (has_weak(row_schema(row)) && pos != &row->outgoing) {
		struct store_ref *ref = vs_container(pos, struct store_ref, link);

		pos = pos->next;
		if (ref->weak && !store_find(store, ref->table, &ref->uuid)) {
			weak_remove(store, ref);
			pos = row->outgoing.next;
		}
	}
}

void refs_settle(struct store *store)
{
	struct store_txn *txn = &store->txn;

	/* Both lists grow while they are walked: what an orphan referred to may be orphaned by its end. */
	for (size_t i = 0; i < txn->n_rows; i++) {
		if (txn->rows[i]->undo->inserted && !txn->rows[i]->undo->deleted)
			collect_if_orphan(store, txn->rows[i]->table, &txn->rows[i]->uuid);
	}
	for (size_t i = 0; i < txn->n_orphans; i++)
		collect_if_orphan(store, txn->orphans[i].table, &txn->orphans[i].uuid);
	for (size_t i = 0; i < txn->n_rows; i++) {
		struct store_row *row = txn->rows[i];
		struct store_ref *ref;

		while (row->undo->deleted && (ref = first_weak(store, row)))
			weak_remove(store, ref);
		if (!row->undo->deleted)
			weak_settle_row(store, row);
	}
}

static int check_target(const struct store_ref *ref, char **error)
{
	struct store *store = ref->from->store;
	const struct schema_table *schema = row_schema(ref->from);
	char from[VS_UUID_TEXT], to[VS_UUID_TEXT];

	if (!store_find(store, ref->table, &ref->uuid)) {
		*error = vs_xasprintf("Table %s column %s row %s references nonexistent row %s in table %s.",
				      schema->name, schema->columns[ref->column].name,
				      vs_uuid_format(&ref->from->uuid, from), vs_uuid_format(&ref->uuid, to),
				      schema_tables[ref->table].name);
		return -ENOLINK;
	}
	if (!(schema->columns[ref->column].flags & SCHEMA_OWNS))
		return 0;
	for (struct store_ref *other = refs_first(store, ref->table, &ref->uuid); other; other = refs_next(other)) {
		if (other == ref || other->from->table != ref->from->table || other->column != ref->column)
			continue;
		*error = vs_xasprintf("%s %s is in column %s of two rows of table %s; take it out of the first one",
				      schema_tables[ref->table].name, vs_uuid_format(&ref->uuid, to),
				      schema->columns[ref->column].name, schema->name);
		return -EINVAL;
	}
	return 0;
}

int refs_check_row(struct store_row *row, char **error)
{
	for (struct vs_list *pos = row->outgoing.next; pos != &row->outgoing; pos = pos->next) {
		int rc = check_target(vs_container(pos, struct store_ref, link), error);

		if (rc)
			return rc;
	}
	return 0;
}

struct new_refs {
	struct store_row *row;
	unsigned int column;
	int rc;
	char **error;
};

/* A reference that the transaction has added: find its entry, and look at its target. */
static void check_new(const struct vs_datum *datum, unsigned int i, void *arg)
{
	struct new_refs *refs = (struct new_refs *)arg;
	const struct vs_type *type = row_type(refs->row, refs->column);
	bool in_value = type->value.ref_table;
	const struct vs_base_type *base = in_value ? &type->value : &type->key;
	const struct vs_uuid *uuid = in_value ? &datum->values[i].uuid : &datum->keys[i].uuid;
	struct store_ref *ref = refs_first(refs->row->store, schema_find_table(base->ref_table), uuid);

	while (ref && (ref->from != refs->row || ref->column != refs->column))
		ref = refs_next(ref);
	if (ref && !refs->rc)
		refs->rc = check_target(ref, refs->error);
}

static int check_modified(struct store_row *row, char **error)
{
	struct new_refs refs = {.row = row, .error = error};
	unsigned int n = row_schema(row)->n_columns;

	for (refs.column = 0; refs.column < n && !refs.rc; refs.column++) {
		if ((row->undo->saved >> refs.column & 1) && refs_column(row, refs.column))
			datum_diff(row_type(row, refs.column), &row->columns[refs.column], &row->undo->old[refs.column],
				   check_new, &refs);
	}
	return refs.rc;
}

static int check_deleted(struct store *store, struct store_row *row, char **error)
{
	struct store_ref *ref = refs_first(store, row->table, &row->uuid);
	char to[VS_UUID_TEXT], from[VS_UUID_TEXT];

	if (!ref)
		return 0;
	*error = vs_xasprintf("cannot delete %s row %s because %s row %s still refers to it", row_schema(row)->name,
			      vs_uuid_format(&row->uuid, to), row_schema(ref->from)->name,
			      vs_uuid_format(&ref->from->uuid, from));
	return -ENOLINK;
}

int refs_check(struct store *store, char **error)
{
	for (size_t i = 0; i < store->txn.n_rows; i++) {
		struct store_row *row = store->txn.rows[i];
		int rc;

		if (row->undo->deleted)
			rc = check_deleted(store, row, error);
		else
			rc = row->undo->inserted ? refs_check_row(row, error) : check_modified(row, error);
		if (rc)
			return rc;
	}
	return 0;
}
