/* SPDX-License-Identifier: GPL-2.0-only */
/* internal.h - what the files of this room share among themselves */
#ifndef VS_OVSDB_INTERNAL_H
#define VS_OVSDB_INTERNAL_H

/*
 * A function that may fail returns NULL when all went well, or the <error> of RFC 7047 section 4.1.3 as a new
 * reference: {"error": TAG, "details": TEXT, "syntax": TEXT}. Tags and texts are those of ovsdb-server, because
 * clients compare the one and people know the other.
 */
#include "common/hmap.h"
#include "common/list.h"
#include "vswitchd/ovsdb/ovsdb.h"

/* --- error.c ------------------------------------------------------------------------------------------------ */

#define OV_SYNTAX "syntax error"
#define OV_CONSTRAINT "constraint violation"

/** ov_error() - @syntax: the part of the request that is wrong, or NULL */
json_t *ov_error(const char *tag, const json_t *syntax, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/** ov_is_id() - <id> of RFC 7047 section 3.1 */
bool ov_is_id(const json_t *json);

/** ov_set() - a member of an object; steals @value, which must not be NULL. */
void ov_set(json_t *object, const char *name, json_t *value);
void ov_append(json_t *array, json_t *value);

/* What a member may be. */
enum ov_kind {
	OV_STRING = 1,
	OV_ID = 2,
	OV_INTEGER = 4,
	OV_BOOLEAN = 8,
	OV_ARRAY = 16,
	OV_OBJECT = 32,
	OV_OPTIONAL = 64,
};

#define OV_MAX_MEMBERS 8

/** struct ov_parser - an object being taken apart; the first mistake is kept. @name: for messages. */
struct ov_parser {
	const json_t *json;
	const char *name;
	const char *used[OV_MAX_MEMBERS];
	size_t n_used;
	json_t *error;
};

void ov_parser_init(struct ov_parser *parser, const json_t *json, const char *name);

/** ov_member() - a member. @kinds: a sum of enum ov_kind. Return: NULL if it is not there or wrong. */
json_t *ov_member(struct ov_parser *parser, const char *name, unsigned int kinds);

/** ov_parser_fail() - something else is wrong. */
void ov_parser_fail(struct ov_parser *parser, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/** ov_parser_finish() - hand the first mistake over; one is a member that nobody asked for. */
json_t *ov_parser_finish(struct ov_parser *parser);

/* --- database.c --------------------------------------------------------------------------------------------- */

/**
 * struct ov_db - a database
 * @is_store: its rows are the store's, by the numbers of its tables; else they are those of _Server
 */
struct ov_db {
	const char *name;
	const struct schema_table *tables;
	unsigned int n_tables;
	bool is_store;
};

extern const struct ov_db ov_databases[];
#define OV_DATABASES 2

const struct ov_db *ov_db_find(const char *name);

/** ov_table_find() - Return: its number, or -1. */
int ov_table_find(const struct ov_db *db, const char *name);

/* Columns by number: those of the schema, and after them _uuid and _version. */
static inline unsigned int ov_column_uuid(const struct schema_table *table)
{
	return table->n_columns;
}

static inline unsigned int ov_column_version(const struct schema_table *table)
{
	return table->n_columns + 1;
}

/** ov_column_find() - Return: its number, or -1. */
int ov_column_find(const struct schema_table *table, const char *name);
const char *ov_column_name(const struct schema_table *table, unsigned int column);
const struct vs_type *ov_column_type(const struct schema_table *table, unsigned int column);

/** ov_column_is_mutable() - may it change once the row exists? */
bool ov_column_is_mutable(const struct schema_table *table, unsigned int column);

/**
 * struct ov_view - a row as it is, or as it was before @change
 * @row: NULL for a row of _Server, whose values are @columns
 */
struct ov_view {
	const struct schema_table *table;
	struct store_row *row;
	const struct store_change *change;
	const struct vs_datum *columns;
	union vs_atom uuid, version;
	struct vs_datum uuid_datum, version_datum;
};

void ov_view_row(struct ov_view *view, struct store_row *row);
void ov_view_old(struct ov_view *view, const struct store_change *change);
const struct vs_datum *ov_view_get(const struct ov_view *view, unsigned int column);

/** ov_view_json() - columns as a JSON object. */
json_t *ov_view_json(const struct ov_view *view, const unsigned int *columns, size_t n);

/** ov_each_row() - call @visit for every row of a table, until it returns false; it may change and delete the row. */
typedef bool (*ov_visit)(const struct ov_view *view, void *arg);
void ov_each_row(struct ovsdb *ovsdb, const struct ov_db *db, int table, ov_visit visit, void *arg);

/** ov_type_text() - "set of up to 4096 integers" */
char *ov_type_text(const struct vs_type *type);

/* --- schema_json.c ------------------------------------------------------------------------------------------ */

/** ov_schema_json() - <database-schema> of RFC 7047 section 3.2. */
json_t *ov_schema_json(const struct ov_db *db);

/* --- condition.c -------------------------------------------------------------------------------------------- */

enum ov_function { OV_EQ, OV_NE, OV_LT, OV_LE, OV_GT, OV_GE, OV_INCLUDES, OV_EXCLUDES, OV_TRUE, OV_FALSE };

/** struct ov_condition - <condition>s of RFC 7047 section 5.1, or true or false */
struct ov_condition {
	struct ov_clause {
		enum ov_function function;
		unsigned int column;
		struct vs_type type;
		struct vs_datum arg;
	} * clauses;
	size_t n;
};

/** ov_condition_parse() - @names: see vs_datum_from_json_named(); on failure @condition is empty */
json_t *ov_condition_parse(const struct schema_table *table, const json_t *json, const struct vs_json_names *names,
			   struct ov_condition *condition);
void ov_condition_destroy(struct ov_condition *condition);

/** ov_condition_all() - are all of them true of @row? That is what transactions ask. */
bool ov_condition_all(const struct ov_condition *condition, const struct ov_view *row);

/** ov_condition_any() - is one of them true of @row, or are there none? That is what monitors ask. */
bool ov_condition_any(const struct ov_condition *condition, const struct ov_view *row);

/** ov_condition_uuid() - the only row that ov_condition_all() can be true of, if the condition says that. */
const struct vs_uuid *ov_condition_uuid(const struct ov_condition *condition, const struct schema_table *table);

/* --- value.c ------------------------------------------------------------------------------------------------ */

/** ov_datum_parse() - <value> of RFC 7047 section 5.1 */
json_t *ov_datum_parse(const struct vs_type *type, const json_t *json, const struct vs_json_names *names,
		       struct vs_datum *datum);

/** ov_datum_check() - hold the number and the range of elements against @type. */
json_t *ov_datum_check(const struct vs_type *type, const struct vs_datum *datum);

/** ov_columns_parse() - an array of distinct names of columns, or NULL for all of them. @columns: to be freed */
json_t *ov_columns_parse(const struct schema_table *table, const json_t *json, unsigned int **columns, size_t *n);

/* --- mutate.c ----------------------------------------------------------------------------------------------- */

struct ov_mutation;

/** ov_mutations_parse() - <mutation>s of RFC 7047 section 5.1 */
json_t *ov_mutations_parse(const struct schema_table *table, const json_t *json, const struct vs_json_names *names,
			   struct ov_mutation **mutations, size_t *n);
void ov_mutations_free(struct ov_mutation *mutations, size_t n);

/** ov_mutate() - one after the other; stops at the first that fails. */
json_t *ov_mutate(struct store *store, struct store_row *row, const struct ov_mutation *mutations, size_t n);

/* --- session.c ---------------------------------------------------------------------------------------------- */

/**
 * struct ovsdb - the server
 * @server_id: of this run
 * @news: runs store_report(), then transactions that wait
 * @statistics: see statistics.c
 */
struct ovsdb {
	struct event_base *base;
	struct ovsdb_env env;
	struct vs_uuid server_id;
	struct vs_list sessions;
	struct hmap locks;
	struct event *news, *statistics;
	struct vs_uuid statistics_at; /* the row that was refreshed last */
	int64_t refreshed_ms;
};

/** struct ovsdb_session - a client, its monitors, and its transactions that wait */
struct ovsdb_session {
	struct vs_list link;
	struct ovsdb *ovsdb;
	char *who;
	bool read_only;
	void (*send)(void *arg, json_t *message);
	void *arg;
	struct vs_list monitors, waiting, locks;
	size_t n_monitors, n_waiting, n_locks;
};

/** ov_reply() - @result or @error, which it steals, to a request. */
void ov_reply(struct ovsdb_session *session, json_t *id, json_t *result, json_t *error);

/** ov_notify() - steals @params. */
void ov_notify(struct ovsdb_session *session, const char *method, json_t *params);

/** ov_db_of() - the database that a request names first. @method: for messages. */
json_t *ov_db_of(const json_t *params, const char *method, const struct ov_db **db);

int64_t ov_now_ms(void);

/* --- The methods: each returns an error or puts the reply into @result, or neither when it comes later. ------ */

json_t *ov_transact(struct ovsdb_session *session, json_t *id, json_t *params, json_t **result);
json_t *ov_lock(struct ovsdb_session *session, const json_t *params, json_t **result);
json_t *ov_steal(struct ovsdb_session *session, const json_t *params, json_t **result);
json_t *ov_unlock(struct ovsdb_session *session, const json_t *params, json_t **result);

/* --- wait.c: transactions that wait -------------------------------------------------------------------------- */

/** ov_wait() - run the transaction again after each change, and at the latest at @deadline_ms (INT64_MAX: never). */
json_t *ov_wait(struct ovsdb_session *session, json_t *id, json_t *params, int64_t started_ms, int64_t deadline_ms);

/** ov_wait_run() - something has changed. */
void ov_wait_run(struct ovsdb *ovsdb);

/** ov_wait_cancel() - the client wants no answer to request @id; NULL: to any. */
void ov_wait_cancel(struct ovsdb_session *session, const json_t *id);

/* --- transact.c ---------------------------------------------------------------------------------------------- */

/**
 * ov_execute() - run a transaction
 * @started_ms: when it was first run
 * @deadline_ms: when it should be run again even if nothing changes
 * Return: its results, or NULL if it has to wait.
 */
json_t *ov_execute(struct ovsdb_session *session, const json_t *params, int64_t started_ms, int64_t *deadline_ms);

/* --- lock.c --------------------------------------------------------------------------------------------------- */

bool ov_lock_is_held(const struct ovsdb_session *session, const char *name);
void ov_locks_drop(struct ovsdb_session *session);

/* --- monitor.c ------------------------------------------------------------------------------------------------ */

/** ov_monitor() - @version: 1 for monitor, 2 for monitor_cond, 3 for monitor_cond_since */
json_t *ov_monitor(struct ovsdb_session *session, json_t *params, int version, json_t **result);
json_t *ov_monitor_change(struct ovsdb_session *session, json_t *params, json_t **result);
json_t *ov_monitor_cancel(struct ovsdb_session *session, const json_t *params, json_t **result);
void ov_monitors_drop(struct ovsdb_session *session);

/** ov_monitors_tell() - pass changes on to all monitors. */
void ov_monitors_tell(struct ovsdb *ovsdb, const struct store_change *changes, size_t n);

/** ov_monitors_want_statistics() - does any of them look at a column of Interface that is worth a look at the datapath?
 */
bool ov_monitors_want_statistics(const struct ovsdb *ovsdb);

/* --- statistics.c --------------------------------------------------------------------------------------------- */

/** ov_statistics_arm() - a monitor has come: see that counters are read as long as somebody looks at them. */
void ov_statistics_arm(struct ovsdb *ovsdb);

/** ov_statistics_now() - somebody wants to see them now. */
void ov_statistics_now(struct ovsdb *ovsdb);

void ov_on_statistics(evutil_socket_t fd, short what, void *arg);

/** ov_is_statistic() - is the column of Interface read from datapath and device at intervals? */
bool ov_is_statistic(unsigned int column);

#endif
