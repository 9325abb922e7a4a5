/* SPDX-License-Identifier: GPL-2.0-only */
/* session.c - clients and what they ask: the methods of RFC 7047 section 4 and those that ovsdb-server(7) adds */
#include <stdlib.h>
#include <string.h>

#include "common/xalloc.h"
#include "vswitchd/ovsdb/internal.h"

void ov_reply(struct ovsdb_session *session, json_t *id, json_t *result, json_t *error)
{
	session->send(session->arg, jsonrpc_reply(id, result, error));
}

void ov_notify(struct ovsdb_session *session, const char *method, json_t *params)
{
	session->send(session->arg,
		      (json_t *)vs_xcheck(json_pack("{s:n, s:s, s:o}", "id", "method", method, "params", params)));
}

json_t *ov_db_of(const json_t *params, const char *method, const struct ov_db **db)
{
	const char *name = json_string_value(json_array_get(params, 0));

	if (!name)
		return ov_error(OV_SYNTAX, params, "%s request params must begin with <db-name>", method);
	*db = ov_db_find(name);
	return *db ? NULL
		   : ov_error("unknown database", params, "%s request specifies unknown database %s", method, name);
}

/* --- small methods -------------------------------------------------------------------------------------------------
 */

struct call {
	struct ovsdb_session *session;
	json_t *id, *params;
};

static json_t *method_echo(const struct call *call, json_t **result)
{
	*result = json_incref(call->params);
	return NULL;
}

static json_t *method_list_dbs(const struct call *call, json_t **result)
{
	(void)call;
	*result = (json_t *)vs_xcheck(json_array());
	for (int i = 0; i < OV_DATABASES; i++)
		ov_append(*result, json_string(ov_databases[i].name));
	return NULL;
}

static json_t *method_get_schema(const struct call *call, json_t **result)
{
	const struct ov_db *db = NULL;
	json_t *error = ov_db_of(call->params, "get_schema", &db);

	if (db)
		*result = ov_schema_json(db);
	return error;
}

static json_t *method_get_server_id(const struct call *call, json_t **result)
{
	char text[VS_UUID_TEXT];

	*result = json_string(vs_uuid_format(&call->session->ovsdb->server_id, text));
	return NULL;
}

/* Databases neither come nor go here, so who wants to know has nothing to hear. */
static json_t *method_set_db_change_aware(const struct call *call, json_t **result)
{
	if (json_array_size(call->params) != 1 || !json_is_boolean(json_array_get(call->params, 0)))
		return ov_error(OV_SYNTAX, call->params, "set_db_change_aware: true or false parameter expected");
	*result = json_object();
	return NULL;
}

static json_t *method_transact(const struct call *call, json_t **result)
{
	return ov_transact(call->session, call->id, call->params, result);
}

static json_t *method_monitor(const struct call *call, json_t **result)
{
	return ov_monitor(call->session, call->params, 1, result);
}

static json_t *method_monitor_cond(const struct call *call, json_t **result)
{
	return ov_monitor(call->session, call->params, 2, result);
}

static json_t *method_monitor_cond_since(const struct call *call, json_t **result)
{
	return ov_monitor(call->session, call->params, 3, result);
}

static json_t *method_monitor_cond_change(const struct call *call, json_t **result)
{
	return ov_monitor_change(call->session, call->params, result);
}

static json_t *method_monitor_cancel(const struct call *call, json_t **result)
{
	return ov_monitor_cancel(call->session, call->params, result);
}

static json_t *method_lock(const struct call *call, json_t **result)
{
	return ov_lock(call->session, call->params, result);
}

static json_t *method_steal(const struct call *call, json_t **result)
{
	return ov_steal(call->session, call->params, result);
}

static json_t *method_unlock(const struct call *call, json_t **result)
{
	return ov_unlock(call->session, call->params, result);
}

static const struct method {
	const char *name;
	json_t *(*run)(const struct call *call, json_t **result);
} methods[] = {
	{"echo", method_echo},
	{"list_dbs", method_list_dbs},
	{"get_schema", method_get_schema},
	{"get_server_id", method_get_server_id},
	{"set_db_change_aware", method_set_db_change_aware},
	{"transact", method_transact},
	{"monitor", method_monitor},
	{"monitor_cond", method_monitor_cond},
	{"monitor_cond_since", method_monitor_cond_since},
	{"monitor_cond_change", method_monitor_cond_change},
	{"monitor_cancel", method_monitor_cancel},
	{"lock", method_lock},
	{"steal", method_steal},
	{"unlock", method_unlock},
};

/* The only notification there is. Others are nobody's business. */
static void notification(struct ovsdb_session *session, const struct jsonrpc_request *request)
{
	if (!strcmp(request->method, "cancel") && json_array_size(request->params) == 1)
		ov_wait_cancel(session, json_array_get(request->params, 0));
}

bool ovsdb_request(struct ovsdb_session *session, const struct jsonrpc_request *request)
{
	const struct call call = {session, request->id, request->params};
	json_t *result = NULL, *error;
	size_t i = 0;

	if (json_is_null(request->id)) {
		notification(session, request);
		return true;
	}
	while (i < sizeof(methods) / sizeof(methods[0]) && strcmp(methods[i].name, request->method) != 0)
		i++;
	if (i == sizeof(methods) / sizeof(methods[0]))
		return false;
	error = methods[i].run(&call, &result);
	if (result || error)
		ov_reply(session, request->id, result, error);
	return true;
}

/* --- the server ------------------------------------------------------------------------------------------------------
 */

static void news_soon(void *arg)
{
	struct ovsdb *ovsdb = arg;

	if (!event_pending(ovsdb->news, EV_TIMEOUT, NULL))
		event_add(ovsdb->news, &(struct timeval){0});
}

static void on_changes(const struct store_change *changes, size_t n, void *arg)
{
	ov_monitors_tell(arg, changes, n);
	news_soon(arg); /* somebody may have waited for this */
}

/* Transactions that wait must see what is, and what they change is news again, for the next turn. */
static void on_news(evutil_socket_t fd, short what, void *arg)
{
	struct ovsdb *ovsdb = arg;

	(void)fd;
	(void)what;
	store_report(ovsdb->env.store);
	event_del(ovsdb->news);
	ov_wait_run(ovsdb);
}

struct ovsdb *ovsdb_open(struct event_base *base, const struct ovsdb_env *env)
{
	struct ovsdb *ovsdb = (struct ovsdb *)vs_xcalloc(1, sizeof(*ovsdb));

	ovsdb->base = base;
	ovsdb->env = *env;
	ovsdb->refreshed_ms = INT64_MIN / 2;
	vs_uuid_generate(&ovsdb->server_id);
	vs_list_init(&ovsdb->sessions);
	ovsdb->news = (struct event *)vs_xcheck(evtimer_new(base, on_news, ovsdb));
	ovsdb->statistics = (struct event *)vs_xcheck(evtimer_new(base, ov_on_statistics, ovsdb));
	store_set_observer(env->store, on_changes, news_soon, ovsdb);
	return ovsdb;
}

void ovsdb_close(struct ovsdb *ovsdb)
{
	if (!ovsdb)
		return;
	store_set_observer(ovsdb->env.store, NULL, NULL, NULL);
	event_free(ovsdb->news);
	event_free(ovsdb->statistics);
	hmap_destroy(&ovsdb->locks);
	free(ovsdb);
}

struct ovsdb_session *ovsdb_session_new(struct ovsdb *ovsdb, const char *who, bool read_only,
					void (*send)(void *arg, json_t *message), void *arg)
{
	struct ovsdb_session *session = (struct ovsdb_session *)vs_xcalloc(1, sizeof(*session));

	session->ovsdb = ovsdb;
	session->who = vs_xstrdup(who);
	session->read_only = read_only;
	session->send = send;
	session->arg = arg;
	vs_list_init(&session->monitors);
	vs_list_init(&session->waiting);
	vs_list_init(&session->locks);
	vs_list_push(&ovsdb->sessions, &session->link);
	return session;
}

void ovsdb_session_free(struct ovsdb_session *session)
{
	ov_monitors_drop(session);
	ov_wait_cancel(session, NULL);
	ov_locks_drop(session);
	vs_list_remove(&session->link);
	free(session->who);
	free(session);
}

bool ovsdb_session_is_watching(const struct ovsdb_session *session)
{
	return session->n_monitors || session->n_waiting || session->n_locks;
}
