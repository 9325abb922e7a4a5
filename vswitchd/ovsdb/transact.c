/* SPDX-License-Identifier: GPL-2.0-only */
/* transact.c - method "transact": the operations of RFC 7047 section 5.2, one after the other in one transaction */

/*
 * The operations run on a transaction of the store, so each sees what those before it did. The first that fails ends
 * it: nothing has happened, its error stands in the place of its result, and null in those of the rest. What only the
 * commit finds comes after all results. A "wait" that is not true yet takes everything back, to be run again from the
 * start when something has changed.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/xalloc.h"
#include "vswitchd/ovsdb/internal.h"

/* What "uuid-name" names, or ["named-uuid"] has asked for already. */
struct symbol {
	struct hmap_node node;
	struct vs_uuid uuid;
	bool made;
	char name[];
};

/**
 * struct ov_txn - a transaction under way
 * @table: of the operation that is running
 * @waits: an operation has to wait; at the latest until @deadline_ms
 * @comment: of all "comment" operations
 */
struct ov_txn {
	struct ovsdb_session *session;
	struct store *store;
	const struct ov_db *db;
	const struct schema_table *table;
	int table_number;
	struct hmap symbols;
	struct vs_json_names names;
	int64_t started_ms, deadline_ms;
	bool waits;
	char *comment;
};

/* --- names ------------------------------------------------------------------------------------------------------- */

static struct symbol *symbol_get(struct ov_txn *txn, const char *name)
{
	uint32_t hash = vs_hash_string(name);
	struct symbol *symbol;

	for (struct hmap_node *node = hmap_first_with_hash(&txn->symbols, hash); node;
	     node = hmap_next_with_hash(node)) {
		symbol = hmap_entry(node, struct symbol, node);
		if (!strcmp(symbol->name, name))
			return symbol;
	}
	symbol = (struct symbol *)vs_xcalloc(1, sizeof(*symbol) + strlen(name) + 1);
	memcpy(symbol->name, name, strlen(name) + 1);
	vs_uuid_generate(&symbol->uuid);
	hmap_insert(&txn->symbols, &symbol->node, hash);
	return symbol;
}

/* A name may stand before the operation that gives it its meaning. */
static int find_name(void *arg, const char *name, struct vs_uuid *uuid)
{
	json_t *json = json_string(name);
	bool good = ov_is_id(json);

	json_decref(json);
	if (good)
		*uuid = symbol_get((struct ov_txn *)arg, name)->uuid;
	return good ? 0 : -EINVAL;
}

static void symbols_free(struct ov_txn *txn)
{
	hmap_for_each_safe(node, next, &txn->symbols)
	{
		hmap_remove(&txn->symbols, node);
		free(hmap_entry(node, struct symbol, node));
	}
	hmap_destroy(&txn->symbols);
}

/* --- parts of operations ----------------------------------------------------------------------------------------- */

static void read_table(struct ov_txn *txn, struct ov_parser *parser)
{
	const char *name = json_string_value(ov_member(parser, "table", OV_ID));

	if (!name)
		return;
	txn->table_number = ov_table_find(txn->db, name);
	if (txn->table_number < 0)
		ov_parser_fail(parser, "No table named %s.", name);
	else
		txn->table = &txn->db->tables[txn->table_number];
}

/* struct ov_row - <row>: columns with values. @names: those that are not there have none. */
struct ov_row {
	const struct schema_table *table;
	struct vs_datum *values;
	uint64_t set;
};

static void row_destroy(struct ov_row *row)
{
	for (unsigned int c = 0; row->values && c < row->table->n_columns; c++)
		vs_datum_destroy(&row->table->columns[c].type, &row->values[c]);
	free(row->values);
	row->values = NULL;
}

static json_t *row_column_parse(struct ov_txn *txn, const json_t *json, const char *name, const json_t *value,
				struct ov_row *row)
{
	int column = ov_column_find(txn->table, name);
	struct vs_datum datum;

	if (column < 0)
		return ov_error("unknown column", json, "No column %s in table %s.", name, txn->table->name);
	const struct vs_type *type = ov_column_type(txn->table, (unsigned int)column);
	json_t *error = ov_datum_parse(type, value, &txn->names, &datum);
	if (error)
		return error;
	if ((unsigned int)column < txn->table->n_columns) {
		row->values[column] = datum;
		row->set |= UINT64_C(1) << column;
	} else {
		vs_datum_destroy(type, &datum); /* _uuid and _version are given by us */
	}
	return NULL;
}

static json_t *row_parse(struct ov_txn *txn, json_t *json, struct ov_row *row)
{
	json_t *value, *error = NULL;
	const char *name;

	*row = (struct ov_row){.table = txn->table};
	if (!json_is_object(json))
		return ov_error(OV_SYNTAX, json, "row must be JSON object");
	row->values = (struct vs_datum *)vs_xcalloc(txn->table->n_columns, sizeof(*row->values));
	json_object_foreach (json, name, value) {
		error = row_column_parse(txn, json, name, value, row);
		if (error)
			break;
	}
	if (error)
		row_destroy(row);
	return error;
}

static void row_write(struct ov_txn *txn, struct store_row *to, const struct ov_row *row)
{
	for (unsigned int c = 0; c < txn->table->n_columns; c++) {
		if (row->set >> c & 1)
			store_set(txn->store, to, c, &row->values[c]);
	}
}

/* struct match - rows that an operation works on, by @do_one */
struct match {
	struct ov_txn *txn;
	struct ov_condition condition;
	json_t *(*do_one)(struct match *match, const struct ov_view *row);
	void *arg;
	json_int_t count;
	json_t *error;
};

static bool match_visit(const struct ov_view *row, void *arg)
{
	struct match *match = arg;

	if (!ov_condition_all(&match->condition, row))
		return true;
	match->count++;
	match->error = match->do_one(match, row);
	return !match->error;
}

/* Do something to every row that the condition is true of. A condition on _uuid is a look-up. */
static json_t *match_run(struct match *match, const json_t *where)
{
	struct ov_txn *txn = match->txn;
	json_t *error = ov_condition_parse(txn->table, where, &txn->names, &match->condition);
	struct ov_view view;

	if (error)
		return error;
	const struct vs_uuid *uuid = ov_condition_uuid(&match->condition, txn->table);
	if (uuid && txn->db->is_store) {
		struct store_row *row = store_find(txn->store, (enum store_table_id)txn->table_number, uuid);

		if (row) {
			ov_view_row(&view, row);
			match_visit(&view, match);
		}
	} else {
		ov_each_row(txn->session->ovsdb, txn->db, txn->table_number, match_visit, match);
	}
	ov_condition_destroy(&match->condition);
	return match->error;
}

/* The same, and say how many they were. */
static json_t *match_count(struct match *match, const json_t *where, json_t *result)
{
	json_t *error = match_run(match, where);

	if (!error)
		ov_set(result, "count", json_integer(match->count));
	return error;
}

/* --- operations: each fills @result or returns an error ------------------------------------------------------------
 */

/* The new row's UUID: given, that of its name, or any. */
static json_t *insert_uuid(struct ov_txn *txn, const json_t *given, const json_t *name, struct vs_uuid *uuid)
{
	vs_uuid_generate(uuid);
	if (given) {
		if (vs_uuid_parse(json_string_value(given), uuid))
			return ov_error(OV_SYNTAX, given, "bad uuid");
		if (store_is_known(txn->store, (enum store_table_id)txn->table_number, uuid))
			return ov_error("duplicate uuid", given,
					"This UUID would duplicate a UUID already present within the table or deleted "
					"within the same transaction.");
	}
	if (name) {
		struct symbol *symbol = symbol_get(txn, json_string_value(name));

		if (symbol->made)
			return ov_error("duplicate uuid-name", name,
					"This \"uuid-name\" appeared on an earlier \"insert\" operation.");
		symbol->made = true;
		if (given)
			symbol->uuid = *uuid;
		*uuid = symbol->uuid;
	}
	return NULL;
}

static json_t *op_insert(struct ov_txn *txn, struct ov_parser *parser, json_t *result)
{
	char text[VS_UUID_TEXT];
	struct vs_uuid uuid;
	struct ov_row row;

	read_table(txn, parser);
	const json_t *given = ov_member(parser, "uuid", OV_STRING | OV_OPTIONAL);
	const json_t *name = ov_member(parser, "uuid-name", OV_ID | OV_OPTIONAL);
	json_t *json = ov_member(parser, "row", OV_OBJECT), *error;
	if (parser->error)
		return NULL;
	error = insert_uuid(txn, given, name, &uuid);
	if (!error)
		error = row_parse(txn, json, &row);
	if (error)
		return error;
	row_write(txn, store_insert_as(txn->store, (enum store_table_id)txn->table_number, &uuid), &row);
	row_destroy(&row);
	ov_set(result, "uuid", json_pack("[ss]", "uuid", vs_uuid_format(&uuid, text)));
	return NULL;
}

struct select {
	unsigned int *columns;
	size_t n;
	json_t *rows;
};

static json_t *select_one(struct match *match, const struct ov_view *row)
{
	struct select *select = match->arg;

	ov_append(select->rows, ov_view_json(row, select->columns, select->n));
	return NULL;
}

static json_t *op_select(struct ov_txn *txn, struct ov_parser *parser, json_t *result)
{
	struct select select = {0};
	struct match match = {.txn = txn, .do_one = select_one, .arg = &select};

	read_table(txn, parser);
	const json_t *where = ov_member(parser, "where", OV_ARRAY);
	const json_t *columns = ov_member(parser, "columns", OV_ARRAY | OV_OPTIONAL);
	ov_member(parser, "sort", OV_ARRAY | OV_OPTIONAL);
	if (parser->error)
		return NULL;
	json_t *error = ov_columns_parse(txn->table, columns, &select.columns, &select.n);
	if (error)
		return error;
	select.rows = (json_t *)vs_xcheck(json_array());
	error = match_run(&match, where);
	if (error)
		json_decref(select.rows);
	else
		ov_set(result, "rows", select.rows);
	free(select.columns);
	return error;
}

static json_t *update_one(struct match *match, const struct ov_view *row)
{
	row_write(match->txn, row->row, (const struct ov_row *)match->arg);
	return NULL;
}

static json_t *op_update(struct ov_txn *txn, struct ov_parser *parser, json_t *result)
{
	struct ov_row row;
	struct match match = {.txn = txn, .do_one = update_one, .arg = &row};
	const char *name;
	json_t *value;

	read_table(txn, parser);
	const json_t *where = ov_member(parser, "where", OV_ARRAY);
	json_t *json = ov_member(parser, "row", OV_OBJECT);
	if (parser->error)
		return NULL;
	json_t *error = row_parse(txn, json, &row);
	if (error)
		return error;
	json_object_foreach (json, name, value) {
		if (!error && !ov_column_is_mutable(txn->table, (unsigned int)ov_column_find(txn->table, name)))
			error = ov_error(OV_CONSTRAINT, parser->json, "Cannot update immutable column %s in table %s.",
					 name, txn->table->name);
	}
	if (!error)
		error = match_count(&match, where, result);
	row_destroy(&row);
	return error;
}

struct mutations {
	struct ov_mutation *list;
	size_t n;
};

static json_t *mutate_one(struct match *match, const struct ov_view *row)
{
	const struct mutations *mutations = match->arg;

	return ov_mutate(match->txn->store, row->row, mutations->list, mutations->n);
}

static json_t *op_mutate(struct ov_txn *txn, struct ov_parser *parser, json_t *result)
{
	struct mutations mutations;
	struct match match = {.txn = txn, .do_one = mutate_one, .arg = &mutations};

	read_table(txn, parser);
	const json_t *where = ov_member(parser, "where", OV_ARRAY);
	const json_t *json = ov_member(parser, "mutations", OV_ARRAY);
	if (parser->error)
		return NULL;
	json_t *error = ov_mutations_parse(txn->table, json, &txn->names, &mutations.list, &mutations.n);
	if (!error)
		error = match_count(&match, where, result);
	ov_mutations_free(mutations.list, mutations.n);
	return error;
}

static json_t *delete_one(struct match *match, const struct ov_view *row)
{
	store_delete(match->txn->store, row->row);
	return NULL;
}

static json_t *op_delete(struct ov_txn *txn, struct ov_parser *parser, json_t *result)
{
	struct match match = {.txn = txn, .do_one = delete_one};

	read_table(txn, parser);
	const json_t *where = ov_member(parser, "where", OV_ARRAY);
	return parser->error ? NULL : match_count(&match, where, result);
}

/* --- wait ----------------------------------------------------------------------------------------------------------
 */

/* struct row_set - rows as text, so that two sets of them are equal when they are the same after sorting */
struct row_set {
	char **rows;
	size_t n;
};

static void row_set_add(struct row_set *set, json_t *row)
{
	if ((set->n & (set->n + 1)) == 0) /* grow at 0, 1, 3, 7, ... */
		set->rows = (char **)vs_xrealloc(set->rows, (2 * set->n + 1) * sizeof(char *));
	set->rows[set->n++] = (char *)vs_xcheck(json_dumps(row, JSON_COMPACT));
	json_decref(row);
}

static int order_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void row_set_sort(struct row_set *set)
{
	size_t n = 0;

	if (!set->n)
		return;
	qsort(set->rows, set->n, sizeof(char *), order_text);
	for (size_t i = 0; i < set->n; i++) {
		if (n && !strcmp(set->rows[n - 1], set->rows[i]))
			free(set->rows[i]);
		else
			set->rows[n++] = set->rows[i];
	}
	set->n = n;
}

static bool row_set_equal(struct row_set *a, struct row_set *b)
{
	row_set_sort(a);
	row_set_sort(b);
	for (size_t i = 0; i < a->n && a->n == b->n; i++) {
		if (strcmp(a->rows[i], b->rows[i]) != 0)
			return false;
	}
	return a->n == b->n;
}

static void row_set_free(struct row_set *set)
{
	for (size_t i = 0; i < set->n; i++)
		free(set->rows[i]);
	free(set->rows);
}

struct wait {
	unsigned int *columns;
	size_t n;
	struct row_set wanted, found;
};

static json_t *wait_one(struct match *match, const struct ov_view *row)
{
	struct wait *wait = match->arg;

	row_set_add(&wait->found, ov_view_json(row, wait->columns, wait->n));
	return NULL;
}

/* A row of the request; columns that it does not name have their default value. */
static json_t *wait_row(struct ov_txn *txn, json_t *json, struct wait *wait)
{
	struct ov_row row;
	json_t *error = row_parse(txn, json, &row);

	if (error)
		return error;
	for (unsigned int c = 0; c < txn->table->n_columns; c++) {
		if (!(row.set >> c & 1))
			vs_datum_default(&txn->table->columns[c].type, &row.values[c]);
	}
	struct ov_view view = {.table = txn->table, .columns = row.values};
	view.uuid_datum = (struct vs_datum){.n = 1, .keys = &view.uuid};
	view.version_datum = (struct vs_datum){.n = 1, .keys = &view.version};
	row_set_add(&wait->wanted, ov_view_json(&view, wait->columns, wait->n));
	row_destroy(&row);
	return NULL;
}

/* What is waited for is not so, yet. @timeout: milliseconds, or NULL for no limit */
static json_t *wait_on(struct ov_txn *txn, const json_t *timeout)
{
	int64_t limit = timeout ? json_integer_value(timeout) : INT64_MAX, waited = ov_now_ms() - txn->started_ms;

	if (!limit)
		return ov_error("timed out", NULL, "\"where\" clause test failed");
	if (waited >= limit)
		return ov_error("timed out", NULL, "\"wait\" timed out after %lld ms", (long long)waited);
	txn->waits = true;
	txn->deadline_ms = limit < INT64_MAX - txn->started_ms ? txn->started_ms + limit : INT64_MAX;
	return NULL;
}

static json_t *op_wait(struct ov_txn *txn, struct ov_parser *parser, json_t *result)
{
	struct wait wait = {0};
	struct match match = {.txn = txn, .do_one = wait_one, .arg = &wait};
	json_t *rows, *row, *error;
	size_t i;

	(void)result;
	const json_t *timeout = ov_member(parser, "timeout", OV_INTEGER | OV_OPTIONAL);
	read_table(txn, parser);
	const json_t *where = ov_member(parser, "where", OV_ARRAY);
	const json_t *columns = ov_member(parser, "columns", OV_ARRAY | OV_OPTIONAL);
	const json_t *until = ov_member(parser, "until", OV_STRING);
	rows = ov_member(parser, "rows", OV_ARRAY);
	if (parser->error)
		return NULL;
	if (json_integer_value(timeout) < 0)
		return ov_error(OV_SYNTAX, timeout, "timeout must be nonnegative");
	bool equal = !strcmp(json_string_value(until), "==");
	if (!equal && strcmp(json_string_value(until), "!=") != 0)
		return ov_error(OV_SYNTAX, until, "\"until\" must be \"==\" or \"!=\"");
	error = ov_columns_parse(txn->table, columns, &wait.columns, &wait.n);
	json_array_foreach (rows, i, row) {
		if (!error)
			error = wait_row(txn, row, &wait);
	}
	if (!error)
		error = match_run(&match, where);
	if (!error && row_set_equal(&wait.wanted, &wait.found) != equal)
		error = wait_on(txn, timeout);
	row_set_free(&wait.wanted);
	row_set_free(&wait.found);
	free(wait.columns);
	return error;
}

/* --- operations without rows ---------------------------------------------------------------------------------------
 */

/* Every commit is durable. */
static json_t *op_commit(struct ov_txn *txn, struct ov_parser *parser, json_t *result)
{
	(void)txn;
	(void)result;
	ov_member(parser, "durable", OV_BOOLEAN);
	return NULL;
}

static json_t *op_abort(struct ov_txn *txn, struct ov_parser *parser, json_t *result)
{
	(void)txn;
	(void)parser;
	(void)result;
	return ov_error("aborted", NULL, "aborted by request");
}

static json_t *op_comment(struct ov_txn *txn, struct ov_parser *parser, json_t *result)
{
	const char *text = json_string_value(ov_member(parser, "comment", OV_STRING));
	char *all;

	(void)result;
	if (!text)
		return NULL;
	all = txn->comment ? vs_xasprintf("%s\n%s", txn->comment, text) : vs_xstrdup(text);
	free(txn->comment);
	txn->comment = all;
	return NULL;
}

static json_t *op_assert(struct ov_txn *txn, struct ov_parser *parser, json_t *result)
{
	const char *name = json_string_value(ov_member(parser, "lock", OV_ID));

	(void)result;
	if (!name || ov_lock_is_held(txn->session, name))
		return NULL;
	return ov_error("not owner", NULL, "Asserted lock %s not held.", name);
}

/* --- the transaction -----------------------------------------------------------------------------------------------
 */

static const struct operation {
	const char *name;
	bool writes;
	json_t *(*run)(struct ov_txn *txn, struct ov_parser *parser, json_t *result);
} operations[] = {
	{"insert", true, op_insert},  {"select", false, op_select}, {"update", true, op_update},
	{"mutate", true, op_mutate},  {"delete", true, op_delete},  {"wait", false, op_wait},
	{"commit", false, op_commit}, {"abort", false, op_abort},   {"comment", false, op_comment},
	{"assert", false, op_assert},
};

static const struct operation *operation_find(const char *name)
{
	for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
		if (!strcmp(operations[i].name, name))
			return &operations[i];
	}
	return NULL;
}

static json_t *check_rights(const struct ov_txn *txn, const struct operation *operation)
{
	if (operation->writes && txn->session->read_only)
		return ov_error("not allowed", NULL,
				"%s operation not allowed when database server is in read only mode", operation->name);
	if (operation->writes && !txn->db->is_store)
		return ov_error("not allowed", NULL, "%s operation not allowed on table in reserved database %s",
				operation->name, txn->db->name);
	return NULL;
}

/* Operation @i of @n. What is wrong with its form comes before what is wrong with its meaning. */
static json_t *run_operation(struct ov_txn *txn, const json_t *json, size_t i, size_t n, json_t *result)
{
	char *title = vs_xasprintf("ovsdb operation %zu of %zu", i, n);
	const struct operation *operation = NULL;
	struct ov_parser parser;
	json_t *error = NULL, *malformed;

	ov_parser_init(&parser, json, title);
	const char *name = parser.error ? NULL : json_string_value(ov_member(&parser, "op", OV_ID));
	if (name)
		operation = operation_find(name);
	if (name && !operation)
		ov_parser_fail(&parser, "No operation \"%s\"", name);
	json_t *forbidden = operation ? check_rights(txn, operation) : NULL;
	if (forbidden) {
		free(title);
		return forbidden;
	}
	if (operation)
		error = operation->run(txn, &parser, result);
	malformed = ov_parser_finish(&parser);
	if (malformed) {
		json_decref(error);
		error = malformed;
	}
	free(title);
	return error;
}

/* Read-only requests commit, too: there is nothing to undo. */
static void commit(struct ov_txn *txn, json_t *results)
{
	char *why = NULL;
	int rc = store_commit(txn->store, txn->comment, &why);

	if (rc)
		ov_append(results, ov_error(rc == -EINVAL    ? OV_CONSTRAINT
					    : rc == -ENOLINK ? "referential integrity violation"
							     : "I/O error",
					    NULL, "%s", why ? why : strerror(-rc)));
	free(why);
}

json_t *ov_execute(struct ovsdb_session *session, const json_t *params, int64_t started_ms, int64_t *deadline_ms)
{
	struct ov_txn txn = {.session = session, .store = session->ovsdb->env.store, .started_ms = started_ms};
	json_t *results = (json_t *)vs_xcheck(json_array()), *error = NULL;
	size_t n = json_array_size(params);

	txn.db = ov_db_find(json_string_value(json_array_get(params, 0)));
	txn.names = (struct vs_json_names){find_name, &txn};
	store_begin(txn.store);
	store_sign(txn.store, txn.session->who);
	for (size_t i = 1; i < n && !error && !txn.waits; i++) {
		json_t *result = (json_t *)vs_xcheck(json_object());

		error = run_operation(&txn, json_array_get(params, i), i, n - 1, result);
		if (error)
			json_decref(result);
		ov_append(results, error ? error : result);
	}
	if (error || txn.waits)
		store_abort(txn.store);
	else
		commit(&txn, results);
	while (error && json_array_size(results) < n - 1)
		ov_append(results, json_null());
	symbols_free(&txn);
	free(txn.comment);
	*deadline_ms = txn.deadline_ms;
	if (txn.waits) {
		json_decref(results);
		return NULL;
	}
	return results;
}
