/* SPDX-License-Identifier: GPL-2.0-only */
/* fuzz_db.c - the bytes of a database file; also each line as a record's JSON, which no checksum would let through */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/xalloc.h"
#include "vswitchd/store/internal.h"
#include "vswitchd/store/journal_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int load(void *arg, const json_t *record, char **error)
{
	return record_apply((struct store *)arg, record, error);
}

/* A store that took @record in goes on working: what it holds is written out and read by a second one. */
static void use(struct store *store, const json_t *record)
{
	char *error = NULL;
	struct store *other;
	json_t *snapshot;

	store->loading = true;
	if (!record_apply(store, record, &error)) {
		snapshot = record_from_store(store);
		if (store_open(NULL, &other, &error))
			abort();
		other->loading = true;
		if (record_apply(other, snapshot, &error))
			abort();
		json_decref(snapshot);
		store_close(other);
	}
	free(error);
}

static void lines(struct store *store, const char *data, size_t size)
{
	while (size) {
		const char *feed = (const char *)memchr(data, '\n', size);
		size_t length = feed ? (size_t)(feed - data) : size;
		json_t *record = json_loadb(data, length, JSON_REJECT_DUPLICATES, NULL);

		if (record)
			use(store, record);
		json_decref(record);
		data += length + (feed != NULL);
		size -= length + (feed != NULL);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct journal_extent extent;
	struct store *store;
	char *error = NULL;

	if (store_open(NULL, &store, &error))
		abort();
	store->loading = true;
	if (journal_parse((const char *)data, size, "fuzz", load, store, &extent, &error)) {
		if (!error || !*error)
			abort();
		free(error);
	}
	lines(store, (const char *)data, size);
	store_close(store);
	return 0;
}
