/* SPDX-License-Identifier: GPL-2.0-only */
/* internal.h - what the files of the store share among themselves */
#ifndef VS_STORE_INTERNAL_H
#define VS_STORE_INTERNAL_H

#include "common/hmap.h"
#include "common/list.h"
#include "vswitchd/store/journal.h"
#include "vswitchd/store/store.h"

/**
 * struct store_undo - what a row was before the transaction under way touched it, or before news of it
 * @old: for each column in @saved, the value before; NULL for a row of this transaction
 * @saved: bit N set: column N was written
 * @version: before
 * @inserted, @deleted: by this transaction
 */
struct store_undo {
	struct vs_datum *old;
	uint64_t saved;
	uint64_t version;
	bool inserted, deleted;
};

/**
 * struct store_row - a row; its columns hold what the transaction under way has written so far
 * @link: in its table, in order of insertion; a deleted row stays in until the transaction ends
 * @by_uuid, @by_name: in its table's indexes unless deleted
 * @outgoing: the struct store_ref that this row's columns hold
 * @version: drawn anew with every change
 * @undo: NULL unless touched by the transaction under way
 * @news: ephemeral columns as the observer knows them; NULL unless there is something to tell
 * @news_link: in the store's list of rows with news, or alone
 */
struct store_row {
	struct vs_list link;
	struct hmap_node by_uuid, by_name;
	struct vs_list outgoing;
	struct store *store;
	enum store_table_id table;
	struct vs_uuid uuid;
	uint64_t version;
	struct store_undo *undo, *news;
	struct vs_list news_link;
	struct vs_datum columns[];
};

/** struct store_ref - column @column of row @from refers to @uuid in table @table; found by @uuid, exist or not */
struct store_ref {
	struct hmap_node node;
	struct vs_list link; /* in @from's list */
	struct store_row *from;
	unsigned int column;
	bool weak;
	enum store_table_id table;
	struct vs_uuid uuid;
};

/** struct store_table - the rows of a table. @key: the column that names a row, or SCHEMA_NO_NAME. */
struct store_table {
	struct vs_list rows;
	struct hmap by_uuid, by_name;
	int key;
};

/** struct store_txn - the transaction under way: rows touched, in that order, and rows that lost a reference */
struct store_txn {
	bool active;
	char *who; /* store_sign() */
	struct store_row **rows;
	size_t n_rows;
	struct store_orphan {
		enum store_table_id table;
		struct vs_uuid uuid;
	} * orphans;
	size_t n_orphans;
};

struct store {
	struct store_table tables[STORE__TABLES];
	struct hmap refs;
	struct store_txn txn;
	struct journal *journal; /* NULL: in memory only */
	json_t *history;	 /* who changed what when, the latest last; see history.c */
	bool loading;		 /* reading the file back: references are indexed afterwards */
	store_listener listener;
	void *listener_arg;
	store_listener observer;
	void (*pending)(void *arg);
	void *observer_arg;
	struct vs_list news;
	uint64_t last_version;
	struct vs_uuid version_base; /* a version's last six bytes come from its number, the others from here */
};

static inline const struct schema_table *row_schema(const struct store_row *row)
{
	return &schema_tables[row->table];
}

static inline const struct vs_type *row_type(const struct store_row *row, unsigned int column)
{
	return &schema_tables[row->table].columns[column].type;
}

static inline bool row_is_deleted(const struct store_row *row)
{
	return row->undo && row->undo->deleted;
}

/** store_open_io() - store_open() with the file operations of @io (tests put faults in there). */
int store_open_io(const char *path, const struct journal_io *io, struct store **store, char **error);

/** store_create() - nothing but tables without rows. */
struct store *store_create(void);

/** store_load_finish() - after records were applied: index references, and find all of them whole. */
int store_load_finish(struct store *store, char **error);

/* store.c: rows */
struct store_row *row_create(struct store *store, enum store_table_id table, const struct vs_uuid *uuid);
void row_destroy(struct store_row *row);
void row_index(struct store_row *row);
void row_unindex(struct store_row *row);
void row_reindex_name(struct store_row *row);

/* news.c: what the observer has not heard yet */

/** undo_save() - keep the value of @column, if it is the first time. */
void undo_save(struct store_undo *undo, const struct store_row *row, unsigned int column);

/** undo_destroy() - free it with what it keeps. NULL is fine. */
void undo_destroy(struct store_undo *undo, const struct store_row *row);

/** news_forget() - the row goes: there is nothing to tell any more. */
void news_forget(struct store_row *row);

/** news_join() - let the transaction that is being committed tell the news of its row, too. */
void news_join(struct store_row *row);

/* refs.c: who refers to whom */

/** refs_column() - does column @column hold references at all? */
bool refs_column(const struct store_row *row, unsigned int column);

/** refs_replace() - column @column of @row changes from @old to @new: index what came, forget what went. */
void refs_replace(struct store_row *row, unsigned int column, const struct vs_datum *old, const struct vs_datum *new);

/** refs_drop() - forget all references that @row holds. */
void refs_drop(struct store_row *row);

/** refs_index() - index all references that @row holds. */
void refs_index(struct store_row *row);

/** refs_first(), refs_next() - walk the references to a row. */
struct store_ref *refs_first(struct store *store, enum store_table_id table, const struct vs_uuid *uuid);
struct store_ref *refs_next(const struct store_ref *ref);

/** refs_settle() - drop rows that nothing keeps, take weak references to deleted rows out. */
void refs_settle(struct store *store);

/** refs_check() - hold the references of the rows that the transaction touched against the rows there are. */
int refs_check(struct store *store, char **error);

/** refs_check_row() - the same for every reference of @row. */
int refs_check_row(struct store_row *row, char **error);

/** datum_diff() - call @cb for every key of @a that @b lacks, or holds with another value. */
typedef void (*datum_diff_cb)(const struct vs_datum *a, unsigned int i, void *arg);
void datum_diff(const struct vs_type *type, const struct vs_datum *a, const struct vs_datum *b, datum_diff_cb cb,
		void *arg);

/* record.c: transactions as JSON */

/** record_from_txn() - what the transaction under way changed. Return: NULL if nothing that is saved. */
json_t *record_from_txn(struct store *store, const char *comment);

/** record_from_store() - all rows. */
json_t *record_from_store(struct store *store);

/** record_apply() - bring the rows to what @record says. Return: 0, or -EINVAL with @error. */
int record_apply(struct store *store, const json_t *record, char **error);

/* history.c: who changed what when */

/** history_sign() - put into @record when it was made, and by whom. */
void history_sign(const struct store *store, json_t *record);

/** history_take() - note what @record says of itself; the snapshot's notes replace all others. */
void history_take(struct store *store, const json_t *record);

/* rules.c */

/** rules_check() - hold @row against what makes sense. Return: 0, or -EINVAL with @error. */
int rules_check(struct store *store, const struct store_row *row, char **error);

/** rules_announce() - fill in the columns of the root row that say which types there are. */
void rules_announce(struct store *store);

#endif
