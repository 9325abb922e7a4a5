/* SPDX-License-Identifier: GPL-2.0-only */
/* wait.c - transactions: those that are run at once, and those that wait for something to become true */
#include <string.h>

#include "common/xalloc.h"
#include "vswitchd/ovsdb/internal.h"

#define MAX_WAITING 64 /* of one client */

struct waiting {
	struct vs_list link;
	struct ovsdb_session *session;
	json_t *id, *params;
	int64_t started_ms;
	struct event *deadline;
};

static void waiting_free(struct waiting *waiting)
{
	vs_list_remove(&waiting->link);
	waiting->session->n_waiting--;
	event_free(waiting->deadline);
	json_decref(waiting->id);
	json_decref(waiting->params);
	free(waiting);
}

static void waiting_arm(struct waiting *waiting, int64_t deadline_ms)
{
	int64_t left = deadline_ms - ov_now_ms();
	struct timeval delay = {.tv_sec = left / 1000, .tv_usec = left % 1000 * 1000};

	if (deadline_ms == INT64_MAX)
		event_del(waiting->deadline);
	else
		event_add(waiting->deadline, left > 0 ? &delay : &(struct timeval){0});
}

static void waiting_run(struct waiting *waiting)
{
	int64_t deadline_ms;
	json_t *results = ov_execute(waiting->session, waiting->params, waiting->started_ms, &deadline_ms);

	if (!results) {
		waiting_arm(waiting, deadline_ms);
		return;
	}
	ov_reply(waiting->session, waiting->id, results, NULL);
	waiting_free(waiting);
}

static void on_deadline(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	waiting_run(arg);
}

void ov_wait_run(struct ovsdb *ovsdb)
{
	struct vs_list *at, *next, *link, *following;

	vs_list_each_safe(at, next, &ovsdb->sessions)
	{
		struct ovsdb_session *session = vs_container(at, struct ovsdb_session, link);

		vs_list_each_safe(link, following, &session->waiting)
			waiting_run(vs_container(link, struct waiting, link));
	}
}

void ov_wait_cancel(struct ovsdb_session *session, const json_t *id)
{
	struct vs_list *link, *next;

	vs_list_each_safe(link, next, &session->waiting)
	{
		struct waiting *waiting = vs_container(link, struct waiting, link);

		if (id && !json_equal(id, waiting->id))
			continue;
		if (id)
			ov_reply(session, waiting->id, NULL, json_string("canceled"));
		waiting_free(waiting);
	}
}

/* Somebody wants to see the counters of interfaces: they should be fresh. */
static bool asks_statistics(const json_t *params)
{
	for (size_t i = 1; i < json_array_size(params); i++) {
		const json_t *op = json_array_get(params, i);
		const char *name = json_string_value(json_object_get(op, "op"));
		const char *table = json_string_value(json_object_get(op, "table"));

		if (name && table && !strcmp(name, "select") && !strcmp(table, schema_tables[STORE_Interface].name))
			return true;
	}
	return false;
}

json_t *ov_transact(struct ovsdb_session *session, json_t *id, json_t *params, json_t **result)
{
	const struct ov_db *db = NULL;
	int64_t now = ov_now_ms(), deadline_ms;
	json_t *error = ov_db_of(params, "transact", &db);

	if (!db)
		return error;
	if (asks_statistics(params))
		ov_statistics_now(session->ovsdb);
	*result = ov_execute(session, params, now, &deadline_ms);
	if (*result)
		return NULL;
	if (session->n_waiting == MAX_WAITING)
		return ov_error("resources exhausted", NULL, "%d transactions of this client are waiting already",
				MAX_WAITING);
	struct waiting *waiting = (struct waiting *)vs_xcalloc(1, sizeof(*waiting));
	waiting->session = session;
	waiting->id = json_incref(id);
	waiting->params = json_incref(params);
	waiting->started_ms = now;
	waiting->deadline = (struct event *)vs_xcheck(evtimer_new(session->ovsdb->base, on_deadline, waiting));
	vs_list_push(&session->waiting, &waiting->link);
	session->n_waiting++;
	waiting_arm(waiting, deadline_ms);
	return NULL;
}
