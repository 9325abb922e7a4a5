/* SPDX-License-Identifier: GPL-2.0-only */
/* fuzz_jsonrpc.c - any bytes on the control socket: cut into messages in any pieces, the same ones each way, and read
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/jsonrpc.h"

#define LIMIT 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Length of the first message when the bytes come @step at a time; 0: none yet; or -errno. */
static long find_end(const char *text, size_t size, size_t step)
{
	struct jsonrpc_scan scan = {0};
	size_t at = 0, used;

	while (at < size) {
		size_t n = size - at < step ? size - at : step;
		int result = jsonrpc_scan(&scan, text + at, n, LIMIT, &used);
		at += used;
		if (result)
			return result < 0 ? result : (long)at;
		if (used != n)
			abort();
	}
	return 0;
}

static void read_message(const char *text, size_t size)
{
	struct jsonrpc_request request;
	const char *why = NULL;
	char *error = NULL;
	json_t *message = jsonrpc_parse(text, size, &error);

	if (!message && !error)
		abort();
	if (message && !jsonrpc_request_read(message, &request, &why)) {
		char *reply = jsonrpc_text(jsonrpc_reply(request.id, json_incref(request.params), NULL));
		free(reply);
	} else if (message && !why) {
		abort();
	}
	json_decref(message);
	free(error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1)
		return 0;
	size_t step = 1 + data[0] % 64;
	char *text = malloc(--size ? size : 1); /* exactly as long, so that ASan sees a read past it */
	memcpy(text, data + 1, size);
	size_t at = 0;
	for (;;) {
		long end = find_end(text + at, size - at, size);
		if (end != find_end(text + at, size - at, step))
			abort();
		if (end <= 0)
			break;
		read_message(text + at, (size_t)end);
		at += (size_t)end;
	}
	free(text);
	return 0;
}
