/* SPDX-License-Identifier: GPL-2.0-only */
/* ovsdb.h - the store by the protocol of RFC 7047, as ovsdb-server(1) speaks it */
#ifndef VS_OVSDB_H
#define VS_OVSDB_H

/*
 * What a client of the Open vSwitch database asks, answered from the store. There are no sockets here: whoever has the
 * connections makes a session for each, hands requests in and sends what comes out. Two databases are served:
 * Open_vSwitch, which is the store, and _Server, which says that the other one is there.
 *
 * A transaction that is to wait for something is kept and run again after each change. Its answer, and the news that
 * monitors get, come out of a session whenever they are ready; all else is answered before ovsdb_request() returns.
 */
#include <event2/event.h>
#include <stdbool.h>

#include "common/jsonrpc.h"
#include "vswitchd/store/store.h"

struct ovsdb;
struct ovsdb_session;

/**
 * struct ovsdb_env - what it works on
 * @refresh: bring an Interface row's ephemeral columns up to date; may be NULL
 */
struct ovsdb_env {
	struct store *store;
	void (*refresh)(void *arg, struct store_row *interface);
	void *arg;
};

/** ovsdb_open() - become the store's observer. @env is copied. */
struct ovsdb *ovsdb_open(struct event_base *base, const struct ovsdb_env *env);

/** ovsdb_close() - all sessions must have been freed. NULL is fine. */
void ovsdb_close(struct ovsdb *ovsdb);

/**
 * ovsdb_session_new() - a client
 * @who: it is, for the record of changes; copied
 * @read_only: it may look and wait, but change nothing
 * @send: takes a message, whole, for the client; must not free the session
 */
struct ovsdb_session *ovsdb_session_new(struct ovsdb *ovsdb, const char *who, bool read_only,
					void (*send)(void *arg, json_t *message), void *arg);

/** ovsdb_session_free() - it is gone: its locks go to who waits for them, and nobody waits for its transactions. */
void ovsdb_session_free(struct ovsdb_session *session);

/** ovsdb_session_is_watching() - has it a monitor, a lock or a transaction that waits? */
bool ovsdb_session_is_watching(const struct ovsdb_session *session);

/**
 * ovsdb_request() - do what a request or a notification (an id of null) asks
 * Return: false if its method is none of ours; then nothing was sent.
 */
bool ovsdb_request(struct ovsdb_session *session, const struct jsonrpc_request *request);

#endif
