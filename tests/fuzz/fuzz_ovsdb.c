/* SPDX-License-Identifier: GPL-2.0-only */
/* fuzz_ovsdb.c - requests of RFC 7047, one after the other, on a database with something in it */
#include <stdlib.h>

#include "common/xalloc.h"
#include "vswitchd/ovsdb/ovsdb.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whatever is sent can be written. */
static void take(void *arg, json_t *message)
{
	char *text = jsonrpc_text(message);

	(void)arg;
	if (!text)
		abort();
	free(text);
}

static struct store *make_store(void)
{
	struct store *store;
	char *error = NULL;

	if (store_open(NULL, &store, &error))
		abort();
	store_begin(store);
	struct store_row *bridge = store_insert(store, STORE_Bridge), *queue = store_insert(store, STORE_Queue);
	store_set_string(store, bridge, Bridge_name, "b");
	store_set_integer(store, queue, Queue_dscp, 5);
	store_add_ref(store, store_root(store), Open_vSwitch_bridges, bridge);
	if (store_commit(store, NULL, &error))
		abort();
	return store;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct event_base *base = event_base_new();
	struct ovsdb_env env = {.store = make_store()};
	struct ovsdb *ovsdb = ovsdb_open(base, &env);
	struct ovsdb_session *session = ovsdb_session_new(ovsdb, "fuzzer", false, take, NULL);
	size_t used = 0;

	while (used < size) {
		json_t *message = json_loadb((const char *)data + used, size - used,
					     JSON_DISABLE_EOF_CHECK | JSON_REJECT_DUPLICATES, &(json_error_t){0});
		struct jsonrpc_scan scan = {0};
		struct jsonrpc_request request;
		const char *why;
		size_t n;

		if (!message || jsonrpc_scan(&scan, (const char *)data + used, size - used, size + 1, &n) <= 0) {
			json_decref(message);
			break;
		}
		used += n;
		if (!jsonrpc_request_read(message, &request, &why))
			ovsdb_request(session, &request);
		json_decref(message);
		event_base_loop(base, EVLOOP_NONBLOCK);
	}
	ovsdb_session_free(session);
	ovsdb_close(ovsdb);
	store_close(env.store);
	event_base_free(base);
	return 0;
}
