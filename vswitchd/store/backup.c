/* SPDX-License-Identifier: GPL-2.0-only */
/* backup.c - the database as a whole: copying it out, checking one, taking one back in, writing the file anew */
#include <errno.h>
#include <string.h>

#include "vswitchd/store/internal.h"
#include "vswitchd/store/journal_read.h"

char *store_backup(struct store *store)
{
	json_t *snapshot = record_from_store(store);
	char *text = journal_text(snapshot);

	json_decref(snapshot);
	return text;
}

int store_compact(struct store *store, char **error)
{
	json_t *snapshot;
	int rc;

	if (!store->journal)
		return 0;
	snapshot = record_from_store(store);
	rc = journal_rewrite(store->journal, snapshot, error);
	json_decref(snapshot);
	return rc;
}

/* --- reading another one -------------------------------------------------------------------------------------- */

/* struct reading - a store that a file is read into, aside of the one in use */
struct reading {
	struct store *store;
	size_t records;
};

static int reading_record(void *arg, const json_t *record, char **error)
{
	struct reading *reading = (struct reading *)arg;

	reading->records++;
	return record_apply(reading->store, record, error);
}

static void reading_begin(struct reading *reading)
{
	*reading = (struct reading){.store = store_create()};
	reading->store->loading = true;
}

/* All records are in: hold the rows against each other. @rc: how reading them went. */
static int reading_finish(struct reading *reading, const char *name, int rc, char **error)
{
	char *why = NULL;

	if (rc || !(rc = store_load_finish(reading->store, &why)))
		return rc;
	*error = vs_xasprintf("database \"%s\" does not read back whole: %s", name, why);
	free(why);
	return rc;
}

static void reading_describe(const struct reading *reading, const struct journal_extent *found,
			     struct store_extent *extent)
{
	*extent = (struct store_extent){
		.records = reading->records, .bytes = (long long)found->length, .tail = (long long)found->tail};
	for (int t = 0; t < STORE__TABLES; t++)
		extent->rows[t] = store_count(reading->store, (enum store_table_id)t);
}

static int reading_parse(struct reading *reading, const char *data, size_t size, const char *name,
			 struct journal_extent *found, char **error)
{
	reading_begin(reading);
	return reading_finish(reading, name, journal_parse(data, size, name, reading_record, reading, found, error),
			      error);
}

int store_check(const char *data, size_t size, const char *name, struct store_extent *extent, char **error)
{
	struct journal_extent found = {0};
	struct reading reading;
	int rc = reading_parse(&reading, data, size, name, &found, error);

	reading_describe(&reading, &found, extent);
	store_close(reading.store);
	return rc;
}

int store_check_file(struct store *store, struct store_extent *extent, char **error)
{
	struct journal_extent found = {0};
	struct reading reading;
	int rc;

	if (!store->journal) {
		*error = vs_xstrdup("there is no database file: everything is in memory");
		return -EINVAL;
	}
	reading_begin(&reading);
	rc = journal_read(journal_fd(store->journal), journal_path(store->journal), reading_record, &reading, &found,
			  error);
	rc = reading_finish(&reading, journal_path(store->journal), rc, error);
	reading_describe(&reading, &found, extent);
	store_close(reading.store);
	return rc;
}

/* --- restoring ------------------------------------------------------------------------------------------------ */

/* Rows that the other store does not have go. */
static void drop_others(struct store *store, struct store *other, enum store_table_id table)
{
	struct store_row *next;

	for (struct store_row *row = store_first(store, table); row; row = next) {
		next = store_next(store, row);
		if (!store_find(other, table, &row->uuid))
			store_delete(store, row);
	}
}

static void take_rows(struct store *store, struct store *other, enum store_table_id table)
{
	for (struct store_row *from = store_first(other, table); from; from = store_next(other, from)) {
		struct store_row *to = store_find(store, table, &from->uuid);

		if (!to)
			to = store_insert_as(store, table, &from->uuid);
		for (unsigned int c = 0; c < row_schema(to)->n_columns; c++)
			if (!(row_schema(to)->columns[c].flags & SCHEMA_EPHEMERAL))
				store_set(store, to, c, store_get(from, c));
	}
}

int store_restore(struct store *store, const char *data, size_t size, const char *name, char **error)
{
	struct journal_extent found = {0};
	struct reading reading;
	int rc = reading_parse(&reading, data, size, name, &found, error);

	if (!rc && found.tail) {
		*error = vs_xasprintf("database \"%s\" ends in the middle of a record: it is not a whole copy", name);
		rc = -EINVAL;
	}
	if (!rc && !store_root(reading.store)) {
		*error = vs_xasprintf("database \"%s\" has no row in table Open_vSwitch: it is empty", name);
		rc = -EINVAL;
	}
	for (int t = 0; t < STORE__TABLES && !rc; t++)
		drop_others(store, reading.store, (enum store_table_id)t);
	for (int t = 0; t < STORE__TABLES && !rc; t++)
		take_rows(store, reading.store, (enum store_table_id)t);
	store_close(reading.store);
	return rc;
}
