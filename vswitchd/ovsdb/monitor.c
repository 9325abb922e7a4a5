/* SPDX-License-Identifier: GPL-2.0-only */
/* monitor.c - telling clients what changes: monitor of RFC 7047 section 4.1.5 and its kin of ovsdb-server(7) */

/*
 * Three methods ask for the same in three forms. "monitor" sends rows, before and after ("update"). "monitor_cond"
 * sends differences, and only of rows that its conditions are true of ("update2"); a row that begins or ceases to meet
 * them comes or goes. "monitor_cond_since" is that with the number of the last transaction in front ("update3"), which
 * databases that are not in a cluster do not have.
 */
#include <stdlib.h>
#include <string.h>

#include "common/xalloc.h"
#include "vswitchd/ovsdb/internal.h"

#define MAX_MONITORS 256 /* of one client */

enum select { SELECT_INITIAL = 1, SELECT_INSERT = 2, SELECT_DELETE = 4, SELECT_MODIFY = 8, SELECT_ALL = 15 };

static const char no_transaction[] = "00000000-0000-0000-0000-000000000000";

/* struct watch - what a monitor wants to know of a table */
struct watch {
	bool there;
	struct watch_column {
		unsigned int column;
		unsigned int select;
	} * columns;
	size_t n;
	unsigned int select; /* of any column */
	struct ov_condition condition;
};

/* struct monitor - @watches: one for each table of the database */
struct monitor {
	struct vs_list link;
	struct ovsdb_session *session;
	const struct ov_db *db;
	json_t *id;
	int version;
	struct watch *watches;
};

static void monitor_free(struct monitor *monitor)
{
	vs_list_remove(&monitor->link);
	monitor->session->n_monitors--;
	for (unsigned int t = 0; t < monitor->db->n_tables; t++) {
		free(monitor->watches[t].columns);
		ov_condition_destroy(&monitor->watches[t].condition);
	}
	free(monitor->watches);
	json_decref(monitor->id);
	free(monitor);
}

static struct monitor *monitor_find(const struct ovsdb_session *session, const json_t *id)
{
	for (struct vs_list *link = session->monitors.next; link != &session->monitors; link = link->next) {
		struct monitor *monitor = vs_container(link, struct monitor, link);

		if (json_equal(monitor->id, id))
			return monitor;
	}
	return NULL;
}

void ov_monitors_drop(struct ovsdb_session *session)
{
	while (!vs_list_empty(&session->monitors))
		monitor_free(vs_container(session->monitors.next, struct monitor, link));
}

/* --- a row in an update ---------------------------------------------------------------------------------------------
 */

/* The columns that @watch wants for @select: all, or those that hold something, or those that differ from @old. */
static json_t *columns_json(const struct watch *watch, unsigned int select, const struct ov_view *row,
			    const struct ov_view *other, bool skip_default)
{
	json_t *json = (json_t *)vs_xcheck(json_object());

	for (size_t i = 0; i < watch->n; i++) {
		unsigned int c = watch->columns[i].column;
		const struct vs_type *type = ov_column_type(row->table, c);
		const struct vs_datum *datum = ov_view_get(row, c);
		struct vs_datum initial = {0};
		bool skip = !(watch->columns[i].select & select) ||
			    (other && vs_datum_equal(type, datum, ov_view_get(other, c)));

		if (!skip && skip_default) {
			vs_datum_default(type, &initial);
			skip = vs_datum_equal(type, datum, &initial);
			vs_datum_destroy(type, &initial);
		}
		if (!skip)
			ov_set(json, ov_column_name(row->table, c), vs_datum_to_json(type, datum));
	}
	return json;
}

/* What makes @old into @new: elements that are in one of them only; of a map, with the new value if there is one. */
static json_t *datum_difference(const struct vs_type *type, const struct vs_datum *old, const struct vs_datum *new)
{
	struct vs_type open = *type;
	struct vs_datum difference = {0};

	if (type->n_max == 1)
		return vs_datum_to_json(type, new);
	open.n_min = 0;
	for (unsigned int i = 0; i < old->n; i++) {
		if (vs_datum_find(type, new, &old->keys[i]) < 0)
			vs_datum_add(&open, &difference, &old->keys[i], old->values ? &old->values[i] : NULL);
	}
	for (unsigned int i = 0; i < new->n; i++) {
		int at = vs_datum_find(type, old, &new->keys[i]);

		if (at < 0 || (new->values &&vs_atom_compare(type->value.type, &old->values[at], &new->values[i])))
			vs_datum_add(&open, &difference, &new->keys[i], new->values ? &new->values[i] : NULL);
	}
	json_t *json = vs_datum_to_json(&open, &difference);
	vs_datum_destroy(&open, &difference);
	return json;
}

static json_t *differences_json(const struct watch *watch, const struct ov_view *old, const struct ov_view *new)
{
	json_t *json = (json_t *)vs_xcheck(json_object());

	for (size_t i = 0; i < watch->n; i++) {
		unsigned int c = watch->columns[i].column;
		const struct vs_type *type = ov_column_type(new->table, c);
		const struct vs_datum *before = ov_view_get(old, c), *after = ov_view_get(new, c);

		if (watch->columns[i].select & SELECT_MODIFY && !vs_datum_equal(type, before, after))
			ov_set(json, ov_column_name(new->table, c), datum_difference(type, before, after));
	}
	return json;
}

/* <row-update> of RFC 7047: what there was and what there is. NULL if nothing that is watched has changed. */
static json_t *update1(const struct watch *watch, unsigned int select, const struct ov_view *old,
		       const struct ov_view *new)
{
	json_t *json = (json_t *)vs_xcheck(json_object());

	if (old) {
		json_t *before = columns_json(watch, select, old, new, false);

		if (new && !json_object_size(before)) {
			json_decref(before);
			json_decref(json);
			return NULL;
		}
		ov_set(json, "old", before);
	}
	if (new)
		ov_set(json, "new", columns_json(watch, select, new, NULL, false));
	return json;
}

/* <row-update2> of ovsdb-server(7) */
static json_t *update2(const struct watch *watch, unsigned int select, const struct ov_view *old,
		       const struct ov_view *new)
{
	json_t *modified;

	if (!new)
		return json_pack("{s:n}", "delete");
	if (!old)
		return json_pack("{s:o}", select == SELECT_INITIAL ? "initial" : "insert",
				 columns_json(watch, select, new, NULL, true));
	modified = differences_json(watch, old, new);
	if (json_object_size(modified))
		return json_pack("{s:o}", "modify", modified);
	json_decref(modified);
	return NULL;
}

/* Put the change from @old to @new (NULL: no row there) into @updates, if it is one for this monitor. */
static void add_update(const struct monitor *monitor, const struct watch *watch, unsigned int select,
		       const struct ov_view *old, const struct ov_view *new, json_t *updates)
{
	const struct ov_view *row = new ? new : old;
	json_t *update, *table;
	char uuid[VS_UUID_TEXT];

	if (!row || !(watch->select & select))
		return;
	update = (monitor->version == 1 ? update1 : update2)(watch, select, old, new);
	if (!update)
		return;
	table = json_object_get(updates, row->table->name);
	if (!table) {
		table = (json_t *)vs_xcheck(json_object());
		ov_set(updates, row->table->name, table);
	}
	ov_set(table, vs_uuid_format(&row->uuid.uuid, uuid), update);
}

/* A row that does not meet the condition is not there, as far as the monitor is concerned. */
static void add_change(const struct monitor *monitor, const struct store_change *change, json_t *updates)
{
	const struct watch *watch = &monitor->watches[change->table];
	struct ov_view before, after, *old = NULL, *new = NULL;

	if (!watch->there)
		return;
	if (change->op != STORE_INSERTED) {
		ov_view_old(&before, change);
		old = ov_condition_any(&watch->condition, &before) ? &before : NULL;
	}
	if (change->op != STORE_DELETED) {
		ov_view_row(&after, change->row);
		new = ov_condition_any(&watch->condition, &after) ? &after : NULL;
	}
	if (old || new)
		add_update(monitor, watch,
			   !old	 ? SELECT_INSERT
			   : new ? SELECT_MODIFY
				 : SELECT_DELETE,
			   old, new, updates);
}

/* Send @updates, which it takes. */
static void send_updates(const struct monitor *monitor, json_t *updates)
{
	static const char *const methods[] = {"update", "update2", "update3"};
	const char *method = methods[monitor->version - 1];

	if (!json_object_size(updates))
		json_decref(updates);
	else if (monitor->version == 3)
		ov_notify(monitor->session, method, json_pack("[Oso]", monitor->id, no_transaction, updates));
	else
		ov_notify(monitor->session, method, json_pack("[Oo]", monitor->id, updates));
}

void ov_monitors_tell(struct ovsdb *ovsdb, const struct store_change *changes, size_t n)
{
	for (struct vs_list *at = ovsdb->sessions.next; at != &ovsdb->sessions; at = at->next) {
		const struct ovsdb_session *session = vs_container(at, struct ovsdb_session, link);

		for (struct vs_list *link = session->monitors.next; link != &session->monitors; link = link->next) {
			const struct monitor *monitor = vs_container(link, struct monitor, link);
			json_t *updates = (json_t *)vs_xcheck(json_object());

			for (size_t i = 0; i < n && monitor->db->is_store; i++)
				add_change(monitor, &changes[i], updates);
			send_updates(monitor, updates);
		}
	}
}

static bool wants_statistics(const struct monitor *monitor)
{
	const struct watch *watch = monitor->db->is_store ? &monitor->watches[STORE_Interface] : NULL;

	for (size_t i = 0; watch && i < watch->n; i++) {
		if (ov_is_statistic(watch->columns[i].column))
			return true;
	}
	return false;
}

bool ov_monitors_want_statistics(const struct ovsdb *ovsdb)
{
	for (struct vs_list *at = ovsdb->sessions.next; at != &ovsdb->sessions; at = at->next) {
		const struct ovsdb_session *session = vs_container(at, struct ovsdb_session, link);

		for (struct vs_list *link = session->monitors.next; link != &session->monitors; link = link->next) {
			if (wants_statistics(vs_container(link, struct monitor, link)))
				return true;
		}
	}
	return false;
}

/* --- requests
 * --------------------------------------------------------------------------------------------------------- */

static json_t *read_select(const json_t *json, const char *table, unsigned int *select)
{
	static const char *const names[] = {"initial", "insert", "delete", "modify"};
	char *title = vs_xasprintf("table %s select", table);
	struct ov_parser parser;

	ov_parser_init(&parser, json, title);
	*select = 0;
	for (int i = 0; i < 4; i++) {
		const json_t *wanted = ov_member(&parser, names[i], OV_BOOLEAN | OV_OPTIONAL);

		if (!wanted || json_is_true(wanted))
			*select |= 1U << i;
	}
	json_t *error = ov_parser_finish(&parser);
	free(title);
	return error;
}

static json_t *watch_column(struct watch *watch, const struct schema_table *table, int column, unsigned int select,
			    const json_t *json)
{
	for (size_t i = 0; i < watch->n; i++) {
		if (watch->columns[i].column == (unsigned int)column)
			return ov_error(OV_SYNTAX, json, "column %s mentioned more than once",
					ov_column_name(table, (unsigned int)column));
	}
	watch->columns = (struct watch_column *)vs_xrealloc(watch->columns, (watch->n + 1) * sizeof(*watch->columns));
	watch->columns[watch->n++] = (struct watch_column){(unsigned int)column, select};
	watch->select |= select;
	return NULL;
}

/* Without "columns" it is all of them but _uuid, which every update has. */
static json_t *watch_columns(struct watch *watch, const struct schema_table *table, const json_t *columns,
			     unsigned int select)
{
	size_t n = columns ? json_array_size(columns) : table->n_columns + 2;
	json_t *error = NULL;

	for (size_t i = 0; i < n && !error; i++) {
		const char *name = json_string_value(json_array_get(columns, i));
		int column = name ? ov_column_find(table, name) : columns ? -1 : (int)i;

		if (!columns && i == ov_column_uuid(table))
			continue;
		if (columns && !name)
			error = ov_error(OV_SYNTAX, columns, "array of column names expected");
		else if (column < 0)
			error = ov_error(OV_SYNTAX, columns, "%s is not a valid column name", name);
		else
			error = watch_column(watch, table, column, select, columns);
	}
	watch->select |= select;
	return error;
}

/* Conditions of several requests for one table are alternatives, as they are within one. */
static json_t *watch_condition(struct watch *watch, const struct schema_table *table, const json_t *where)
{
	struct ov_condition more;
	json_t *error = ov_condition_parse(table, where, NULL, &more);

	if (error)
		return error;
	watch->condition.clauses = (struct ov_clause *)vs_xrealloc(
		watch->condition.clauses, (watch->condition.n + more.n) * sizeof(struct ov_clause));
	for (size_t i = 0; i < more.n; i++)
		watch->condition.clauses[watch->condition.n++] = more.clauses[i];
	free(more.clauses);
	return NULL;
}

static json_t *watch_request(struct watch *watch, const struct schema_table *table, const json_t *json,
			     bool conditional)
{
	char *title = vs_xasprintf("table %s", table->name);
	unsigned int select = SELECT_ALL;
	struct ov_parser parser;

	ov_parser_init(&parser, json, title);
	const json_t *where = conditional ? ov_member(&parser, "where", OV_ARRAY | OV_OPTIONAL) : NULL;
	const json_t *columns = ov_member(&parser, "columns", OV_ARRAY | OV_OPTIONAL);
	const json_t *selected = ov_member(&parser, "select", OV_OBJECT | OV_OPTIONAL);
	json_t *error = ov_parser_finish(&parser);
	free(title);
	if (!error && selected)
		error = read_select(selected, table->name, &select);
	if (!error)
		error = watch_columns(watch, table, columns, select);
	if (!error && where)
		error = watch_condition(watch, table, where);
	watch->there = true;
	return error;
}

/* <monitor-requests>: for each table a request, or several. @each: does something with one of them. */
typedef json_t *(*request_cb)(struct monitor *monitor, int table, const json_t *request);

static json_t *each_request(struct monitor *monitor, json_t *requests, request_cb each)
{
	json_t *json, *error = NULL;
	const char *name;

	if (!json_is_object(requests))
		return ov_error(OV_SYNTAX, requests, "monitor-requests must be object");
	json_object_foreach (requests, name, json) {
		int table = ov_table_find(monitor->db, name);

		if (table < 0)
			return ov_error(OV_SYNTAX, NULL, "no table named %s", name);
		if (!json_is_array(json))
			error = each(monitor, table, json);
		for (size_t i = 0; i < json_array_size(json) && !error; i++)
			error = each(monitor, table, json_array_get(json, i));
		if (error)
			return error;
	}
	return NULL;
}

static json_t *request_watch(struct monitor *monitor, int table, const json_t *request)
{
	return watch_request(&monitor->watches[table], &monitor->db->tables[table], request, monitor->version > 1);
}

/* --- a new monitor
 * ---------------------------------------------------------------------------------------------------- */

struct initial {
	const struct monitor *monitor;
	const struct watch *watch;
	json_t *updates;
};

static bool initial_visit(const struct ov_view *row, void *arg)
{
	const struct initial *initial = arg;

	if (ov_condition_any(&initial->watch->condition, row))
		add_update(initial->monitor, initial->watch, SELECT_INITIAL, NULL, row, initial->updates);
	return true;
}

static json_t *initial_rows(const struct monitor *monitor)
{
	struct initial initial = {.monitor = monitor, .updates = (json_t *)vs_xcheck(json_object())};

	for (unsigned int t = 0; t < monitor->db->n_tables; t++) {
		initial.watch = &monitor->watches[t];
		if (initial.watch->there && initial.watch->select & SELECT_INITIAL)
			ov_each_row(monitor->session->ovsdb, monitor->db, (int)t, initial_visit, &initial);
	}
	return initial.updates;
}

json_t *ov_monitor(struct ovsdb_session *session, json_t *params, int version, json_t **result)
{
	json_t *id = json_array_get(params, 1), *last = json_array_get(params, 3), *error;
	const struct ov_db *db = NULL;
	struct vs_uuid uuid;

	error = ov_db_of(params, "monitor", &db);
	if (!db)
		return error;
	if (json_array_size(params) != (version == 3 ? 4 : 3))
		return ov_error(OV_SYNTAX, params, "invalid parameters");
	if (monitor_find(session, id))
		return ov_error(OV_SYNTAX, id, "duplicate monitor ID");
	if (version == 3 && (!json_is_string(last) || vs_uuid_parse(json_string_value(last), &uuid)))
		return ov_error(OV_SYNTAX, last, "last-txn-id must be UUID format.");
	if (session->n_monitors == MAX_MONITORS)
		return ov_error("resources exhausted", NULL, "this client has %d monitors already", MAX_MONITORS);
	struct monitor *monitor = (struct monitor *)vs_xcalloc(1, sizeof(*monitor));
	monitor->session = session;
	monitor->db = db;
	monitor->id = json_incref(id);
	monitor->version = version;
	monitor->watches = (struct watch *)vs_xcalloc(db->n_tables, sizeof(*monitor->watches));
	vs_list_init(&monitor->link);
	session->n_monitors++;
	error = each_request(monitor, json_array_get(params, 2), request_watch);
	if (error) {
		monitor_free(monitor);
		return error;
	}
	/* What is in the rows already must not come as news later. */
	if (wants_statistics(monitor))
		ov_statistics_now(session->ovsdb);
	store_report(session->ovsdb->env.store);
	vs_list_push(&session->monitors, &monitor->link);
	ov_statistics_arm(session->ovsdb);
	*result = initial_rows(monitor);
	if (version == 3)
		*result = json_pack("[bso]", false, no_transaction, *result);
	return NULL;
}

json_t *ov_monitor_cancel(struct ovsdb_session *session, const json_t *params, json_t **result)
{
	struct monitor *monitor;

	if (json_array_size(params) != 1)
		return ov_error(OV_SYNTAX, params, "invalid parameters");
	monitor = monitor_find(session, json_array_get(params, 0));
	if (!monitor)
		return json_string("unknown monitor");
	monitor_free(monitor);
	*result = json_object();
	return NULL;
}

/* --- other conditions
 * --------------------------------------------------------------------------------------------------- */

struct change_of_mind {
	const struct monitor *monitor;
	const struct watch *old, *new;
	json_t *updates;
};

static bool change_visit(const struct ov_view *row, void *arg)
{
	const struct change_of_mind *change = arg;
	bool before = ov_condition_any(&change->old->condition, row);
	bool now = ov_condition_any(&change->new->condition, row);

	if (now && !before)
		add_update(change->monitor, change->new, SELECT_INSERT, NULL, row, change->updates);
	else if (before && !now)
		add_update(change->monitor, change->new, SELECT_DELETE, row, NULL, change->updates);
	return true;
}

static json_t *read_condition(const struct monitor *monitor, int table, const json_t *request,
			      struct ov_condition *condition)
{
	char *title = vs_xasprintf("table %s", monitor->db->tables[table].name);
	struct ov_parser parser;

	ov_parser_init(&parser, request, title);
	const json_t *where = ov_member(&parser, "where", OV_ARRAY | OV_OPTIONAL);
	ov_member(&parser, "columns", OV_ARRAY | OV_OPTIONAL);
	json_t *error = ov_parser_finish(&parser);
	free(title);
	return error ? error : ov_condition_parse(&monitor->db->tables[table], where, NULL, condition);
}

/* Dry run: is the request sound? */
static json_t *request_check(struct monitor *monitor, int table, const json_t *request)
{
	struct ov_condition condition = {0};
	json_t *error = read_condition(monitor, table, request, &condition);

	if (!error && !monitor->watches[table].there)
		error = ov_error(OV_SYNTAX, NULL, "no table named %s in the monitor", monitor->db->tables[table].name);
	ov_condition_destroy(&condition);
	return error;
}

/* The rows that the new condition lets in or out go out at once, to a client that knows the monitor by its new ID. */
static json_t *request_change(struct monitor *monitor, int table, const json_t *request)
{
	struct watch *watch = &monitor->watches[table], old = *watch;
	struct change_of_mind change = {monitor, &old, watch, (json_t *)vs_xcheck(json_object())};
	json_t *error = read_condition(monitor, table, request, &watch->condition);

	if (error) {
		watch->condition = old.condition;
		json_decref(change.updates);
		return error;
	}
	ov_each_row(monitor->session->ovsdb, monitor->db, table, change_visit, &change);
	send_updates(monitor, change.updates);
	ov_condition_destroy(&old.condition);
	return NULL;
}

json_t *ov_monitor_change(struct ovsdb_session *session, json_t *params, json_t **result)
{
	json_t *old = json_array_get(params, 0), *new = json_array_get(params, 1),
	       *requests = json_array_get(params, 2);
	struct monitor *monitor, *other;
	json_t *error;

	if (json_array_size(params) != 3 || !json_is_object(requests))
		return ov_error(OV_SYNTAX, params, "invalid parameters");
	monitor = monitor_find(session, old);
	if (!monitor || monitor->version == 1)
		return ov_error(OV_SYNTAX, old, "unknown monitor session");
	other = monitor_find(session, new);
	if (other && other != monitor)
		return ov_error(OV_SYNTAX, new, "duplicate monitor ID");
	error = each_request(monitor, requests, request_check);
	if (error)
		return error;
	store_report(session->ovsdb->env.store);
	json_incref(new);
	json_decref(monitor->id);
	monitor->id = new;
	error = each_request(monitor, requests, request_change);
	if (!error)
		*result = json_object();
	return error;
}
