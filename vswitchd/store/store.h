/* SPDX-License-Identifier: GPL-2.0-only */
/* store.h - the wanted state: typed tables, transactions on them, and their durable copy on disk */
#ifndef VS_STORE_H
#define VS_STORE_H

/*
 * One store, one thread, at most one transaction at a time. Reading a row inside a transaction shows what the
 * transaction has written so far, so a command line of several commands sees its own effects. Commit checks
 * everything (types, references, names, rules of rules.c), drops rows that nothing refers to any more
 * (RFC 7047 section 3.1, strong references), appends one record to the database file, syncs it, and only then
 * tells the listener what changed. Abort leaves no trace.
 *
 * Ephemeral columns (ofport, error, link_state, statistics, ...) say what is, not what is wanted: they are set
 * outside transactions by whoever knows, and never saved. The listener, which makes things so, does not hear of them;
 * the observer, which tells others, does: of all that were set since it last heard, together.
 *
 * A row pointer stays valid until the transaction that deletes the row has been reported to the listener.
 */
#include <jansson.h>
#include <stdbool.h>

#include "common/value.h"
#include "vswitchd/store/schema.h"

struct store;
struct store_row;

enum store_op { STORE_INSERTED, STORE_MODIFIED, STORE_DELETED };

/**
 * struct store_change - one row that a committed transaction touched
 * @table: its table
 * @op: what happened to it
 * @row: the row as it is now, or as it was before it was deleted
 * @columns: bit N set: column N changed, for STORE_DELETED before the row went; nothing for STORE_INSERTED
 * @old: what those columns held before; ask store_change_old()
 * @old_version: see store_change_old_version()
 */
struct store_change {
	enum store_table_id table;
	enum store_op op;
	struct store_row *row;
	uint64_t columns;
	const struct vs_datum *old;
	uint64_t old_version;
};

/** store_change_old() - what a column of the row held before; not for STORE_INSERTED. Valid during the call. */
const struct vs_datum *store_change_old(const struct store_change *change, unsigned int column);

typedef void (*store_listener)(const struct store_change *changes, size_t n, void *arg);

/**
 * store_open() - open the database, creating it when missing
 * @path: the file; NULL keeps everything in memory (tests)
 * @error: a malloc()ed sentence on failure
 *
 * A torn last record (power loss, kill) is cut off with a message; anything else that does not read back whole
 * is refused and left untouched. The Open_vSwitch row always exists afterwards.
 *
 * Return: 0 or -errno.
 */
int store_open(const char *path, struct store **store, char **error);
void store_close(struct store *store);

/** store_set_listener() - @cb is called after every commit that changed something. */
void store_set_listener(struct store *store, store_listener cb, void *arg);

/**
 * store_set_observer() - hear of every change
 * @changed: after each commit that changed something, before the listener; and from store_report()
 * @pending: an ephemeral column has changed, and store_report() should be called soon; may be called anywhere
 *
 * Both see changes in the order in which they happened. NULL for nobody.
 */
void store_set_observer(struct store *store, store_listener changed, void (*pending)(void *arg), void *arg);

/** store_report() - tell the observer which ephemeral columns have changed. A transaction that begins does so, too. */
void store_report(struct store *store);

/* --- reading ------------------------------------------------------------------------------------------------ */

/** store_first() / store_next() - walk a table in no particular order. Return: NULL at the end. */
struct store_row *store_first(struct store *store, enum store_table_id table);
struct store_row *store_next(struct store *store, const struct store_row *row);
size_t store_count(struct store *store, enum store_table_id table);

/** store_root() - the one row of table Open_vSwitch. */
struct store_row *store_root(struct store *store);

/** store_find() - by UUID. O(1). Return: NULL if there is none. */
struct store_row *store_find(struct store *store, enum store_table_id table, const struct vs_uuid *uuid);

/** store_find_name() - by column "name" (Bridge, Port, Interface, ...). O(1). Return: NULL if there is none. */
struct store_row *store_find_name(struct store *store, enum store_table_id table, const char *name);

enum store_table_id store_row_table(const struct store_row *row);
const struct vs_uuid *store_row_uuid(const struct store_row *row);

/** store_row_version() - changes whenever the row does (RFC 7047 section 3.2, _version). Not saved. */
void store_row_version(const struct store_row *row, struct vs_uuid *version);

/** store_change_old_version() - what it was before the change. */
void store_change_old_version(const struct store_change *change, struct vs_uuid *version);

/** store_get() - the value of a column. Never NULL. Valid until the row is next written. */
const struct vs_datum *store_get(const struct store_row *row, unsigned int column);

/** store_get_string() - of a string column: the string, or NULL when empty/optional and absent. */
const char *store_get_string(const struct store_row *row, unsigned int column);

/** store_get_integer() - of an integer column: its value, or @otherwise when absent. */
int64_t store_get_integer(const struct store_row *row, unsigned int column, int64_t otherwise);

/** store_get_bool() - of a boolean column: its value, or @otherwise when absent. */
bool store_get_bool(const struct store_row *row, unsigned int column, bool otherwise);

/** store_get_key() - the value of @key in a string map column. Return: NULL if it is not there. */
const char *store_get_key(const struct store_row *row, unsigned int column, const char *key);

/** store_get_ref() - the row that a reference column's element @i points at. Return: NULL if none. */
struct store_row *store_get_ref(struct store *store, const struct store_row *row, unsigned int column, unsigned int i);

/**
 * store_referrer() - the row whose strong reference keeps @row alive: a port's bridge, an interface's port. O(1).
 * Return: NULL if nothing refers to it (yet).
 */
struct store_row *store_referrer(struct store *store, const struct store_row *row);

/* --- writing ------------------------------------------------------------------------------------------------ */

/** store_begin() - start a transaction. There must be none under way. */
void store_begin(struct store *store);

/** store_sign() - within a transaction, say who asks for it. */
void store_sign(struct store *store, const char *who);

/** store_history() - the last changes: an array of objects with "time", "who" and "what", the latest last; or NULL. */
const json_t *store_history(const struct store *store);

/** store_abort() - forget the transaction. Fine when there is none. */
void store_abort(struct store *store);

/**
 * store_commit() - make the transaction true, all of it or nothing
 * @comment: why, kept with the record (the command line); may be NULL
 * @error: a malloc()ed sentence on failure, naming the value and what would be right
 * Return: 0; -EINVAL refused; -ENOLINK refused because of a reference; -EIO and kin not written. On failure nothing
 * has changed.
 */
int store_commit(struct store *store, const char *comment, char **error);

/** store_insert() - a new row with default values and a new UUID. */
struct store_row *store_insert(struct store *store, enum store_table_id table);

/** store_insert_as() - the same with a UUID that is @given, and that no row of the table has. */
struct store_row *store_insert_as(struct store *store, enum store_table_id table, const struct vs_uuid *given);

/** store_is_known() - has the table such a row, or had it one when the transaction under way began? */
bool store_is_known(struct store *store, enum store_table_id table, const struct vs_uuid *uuid);

/** store_delete() - remove a row. References to it must be gone by commit. */
void store_delete(struct store *store, struct store_row *row);

/** store_set() - replace a column's value by a copy of @datum; unchecked until commit. */
void store_set(struct store *store, struct store_row *row, unsigned int column, const struct vs_datum *datum);

void store_set_string(struct store *store, struct store_row *row, unsigned int column, const char *text);
void store_set_integer(struct store *store, struct store_row *row, unsigned int column, int64_t value);

/** store_add_ref() / store_remove_ref() - put @target into a set of references, or take it out. */
void store_add_ref(struct store *store, struct store_row *row, unsigned int column, const struct store_row *target);
void store_remove_ref(struct store *store, struct store_row *row, unsigned int column, const struct store_row *target);

/** store_set_ephemeral() - say what is: outside transactions, not saved, told to the observer only. Takes a copy. */
void store_set_ephemeral(struct store_row *row, unsigned int column, const struct vs_datum *datum);

/* --- the file (backup.c) ------------------------------------------------------------------------------------------ */

/** struct store_extent - how much there is of a database: rows by table, records in the file, its bytes */
struct store_extent {
	size_t rows[STORE__TABLES], records;
	long long bytes, tail;
};

/** store_backup() - everything that is saved, as a database file. Return: malloc()ed text. */
char *store_backup(struct store *store);

/**
 * store_check() - look whether @size bytes of a database read back whole, as at a start
 * @name: of the file, for messages
 * @extent: what was found; @tail of it are bytes of a last record that is not whole and would be cut off
 * Return: 0, or -EINVAL with @error.
 */
int store_check(const char *data, size_t size, const char *name, struct store_extent *extent, char **error);

/** store_check_file() - the same for the file that the store writes to. */
int store_check_file(struct store *store, struct store_extent *extent, char **error);

/**
 * store_restore() - within a transaction, make the rows those of a database file, keeping what is the same in both
 * Return: 0, or -EINVAL with @error; then the transaction is to be aborted.
 */
int store_restore(struct store *store, const char *data, size_t size, const char *name, char **error);

/** store_compact() - write the file anew, each row once. Return: 0, or -errno with @error; the old one stays in use
 * then. */
int store_compact(struct store *store, char **error);

#endif
