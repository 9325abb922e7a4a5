/* SPDX-License-Identifier: GPL-2.0-only */
/* news.c - ephemeral columns: setting them, and telling the observer together what was set since it last heard */

/*
 * A row whose ephemeral columns were set keeps what they held when the observer last heard of it, and stands in the
 * store's list until the next report. So a column that changes ten times between two reports is one change, and one
 * that changes back is none. Whatever a transaction reports must come after the news of before it, so a beginning
 * transaction reports them; what is set while one is under way joins it if the transaction touches that row itself.
 */
#include <stdlib.h>
#include <string.h>

#include "vswitchd/store/internal.h"

void undo_save(struct store_undo *undo, const struct store_row *row, unsigned int column)
{
	if (undo->saved >> column & 1)
		return;
	if (!undo->old)
		undo->old = (struct vs_datum *)vs_xcalloc(row_schema(row)->n_columns, sizeof(*undo->old));
	vs_datum_clone(row_type(row, column), &undo->old[column], &row->columns[column]);
	undo->saved |= UINT64_C(1) << column;
}

void undo_destroy(struct store_undo *undo, const struct store_row *row)
{
	if (!undo)
		return;
	for (unsigned int c = 0; undo->old && c < row_schema(row)->n_columns; c++)
		vs_datum_destroy(row_type(row, c), &undo->old[c]);
	free(undo->old);
	free(undo);
}

void news_forget(struct store_row *row)
{
	vs_list_remove(&row->news_link);
	undo_destroy(row->news, row);
	row->news = NULL;
}

void news_join(struct store_row *row)
{
	struct store_undo *news = row->news, *undo = row->undo;

	if (!news)
		return;
	for (unsigned int c = 0; !undo->inserted && c < row_schema(row)->n_columns; c++) {
		if (!((news->saved & ~undo->saved) >> c & 1))
			continue;
		if (!undo->old)
			undo->old = (struct vs_datum *)vs_xcalloc(row_schema(row)->n_columns, sizeof(*undo->old));
		undo->old[c] = news->old[c];
		news->old[c] = (struct vs_datum){0};
		undo->saved |= UINT64_C(1) << c;
	}
	news_forget(row);
}

static void news_add(struct store_row *row, unsigned int column)
{
	struct store *store = row->store;
	bool first = vs_list_empty(&store->news);

	if (!row->news) {
		row->news = (struct store_undo *)vs_xcalloc(1, sizeof(*row->news));
		row->news->version = row->version;
		vs_list_push(&store->news, &row->news_link);
	}
	undo_save(row->news, row, column);
	if (first && store->pending)
		store->pending(store->observer_arg);
}

void store_set_ephemeral(struct store_row *row, unsigned int column, const struct vs_datum *datum)
{
	const struct vs_type *type = row_type(row, column);
	struct vs_datum copy;

	if (vs_datum_equal(type, &row->columns[column], datum))
		return;
	if (row->store->observer && !row_is_deleted(row))
		news_add(row, column);
	row->version = ++row->store->last_version;
	vs_datum_clone(type, &copy, datum);
	vs_datum_destroy(type, &row->columns[column]);
	row->columns[column] = copy;
}

/* Forget columns that hold again what the observer knows. */
static uint64_t news_changed(const struct store_row *row)
{
	uint64_t changed = row->news->saved;

	for (unsigned int c = 0; c < row_schema(row)->n_columns; c++) {
		if ((changed >> c & 1) && vs_datum_equal(row_type(row, c), &row->news->old[c], &row->columns[c]))
			changed &= ~(UINT64_C(1) << c);
	}
	return changed;
}

void store_report(struct store *store)
{
	struct vs_list *link, *next;
	struct store_change *changes;
	size_t n = 0;

	if (vs_list_empty(&store->news))
		return;
	vs_list_each_safe(link, next, &store->news) n++;
	changes = (struct store_change *)vs_xcalloc(n, sizeof(*changes));
	n = 0;
	vs_list_each_safe(link, next, &store->news)
	{
		struct store_row *row = vs_container(link, struct store_row, news_link);
		uint64_t columns = news_changed(row);

		if (columns)
			changes[n++] = (struct store_change){row->table, STORE_MODIFIED, row,
							     columns,	 row->news->old, row->news->version};
	}
	if (n && store->observer)
		store->observer(changes, n, store->observer_arg);
	free(changes);
	while (!vs_list_empty(&store->news))
		news_forget(vs_container(store->news.next, struct store_row, news_link));
}

void store_set_observer(struct store *store, store_listener changed, void (*pending)(void *arg), void *arg)
{
	store->observer = changed;
	store->pending = pending;
	store->observer_arg = arg;
}

/* --- what was before ---------------------------------------------------------------------------------------- */

const struct vs_datum *store_change_old(const struct store_change *change, unsigned int column)
{
	return change->columns >> column & 1 ? &change->old[column] : &change->row->columns[column];
}

static void version_format(const struct store *store, uint64_t number, struct vs_uuid *version)
{
	*version = store->version_base;
	for (int i = 15; i >= 10; i--, number >>= 8)
		version->b[i] = (uint8_t)number;
}

void store_row_version(const struct store_row *row, struct vs_uuid *version)
{
	version_format(row->store, row->version, version);
}

void store_change_old_version(const struct store_change *change, struct vs_uuid *version)
{
	version_format(change->row->store, change->old_version, version);
}
