/* SPDX-License-Identifier: GPL-2.0-only */
/* jsonrpc.c - finding where a message ends, reading it, writing one */
#include "common/jsonrpc.h"

#include <ctype.h>
#include <errno.h>

#include "common/xalloc.h"

static bool jsonrpc_is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* One byte inside a message. Return: 1 when it was the last one. */
static int jsonrpc_scan_byte(struct jsonrpc_scan *scan, char c)
{
	if (scan->in_string) {
		if (scan->escaped)
			scan->escaped = false;
		else if (c == '\\')
			scan->escaped = true;
		else if (c == '"')
			scan->in_string = false;
		return 0;
	}
	if (c == '"') {
		scan->in_string = true;
	} else if (c == '{' || c == '[') {
		if (++scan->depth > JSONRPC_MAX_DEPTH)
			return -EMSGSIZE;
	} else if (c == '}' || c == ']') {
		return --scan->depth == 0;
	}
	return 0;
}

int jsonrpc_scan(struct jsonrpc_scan *scan, const char *data, size_t n, size_t limit, size_t *used)
{
	for (size_t i = 0; i < n; i++) {
		*used = i + 1;
		if (++scan->seen > limit)
			return -EMSGSIZE;
		if (!scan->started) {
			if (jsonrpc_is_space(data[i]))
				continue;
			if (data[i] != '{' && data[i] != '[')
				return -EINVAL;
			scan->started = true;
		}
		int end = jsonrpc_scan_byte(scan, data[i]);
		if (end) {
			*scan = (struct jsonrpc_scan){0};
			return end;
		}
	}
	*used = n;
	return 0;
}

int jsonrpc_request_read(json_t *message, struct jsonrpc_request *request, const char **error)
{
	*request = (struct jsonrpc_request){
		.id = json_object_get(message, "id"),
		.method = json_string_value(json_object_get(message, "method")),
		.params = json_object_get(message, "params"),
	};
	if (!json_is_object(message))
		*error = "a message must be an object";
	else if (!request->method)
		*error = "\"method\" must be a string";
	else if (!json_is_array(request->params))
		*error = "\"params\" must be an array";
	else if (!request->id)
		*error = "\"id\" must be there";
	else
		return 0;
	return -EINVAL;
}

json_t *jsonrpc_parse(const char *text, size_t n, char **error)
{
	json_error_t where;
	json_t *json = json_loadb(text, n, JSON_REJECT_DUPLICATES, &where);

	if (!json)
		*error = vs_xasprintf("%s (byte %d)", where.text, where.position);
	return json;
}

char *jsonrpc_text(json_t *message)
{
	char *text = message ? json_dumps(message, JSON_COMPACT) : NULL;

	json_decref(message);
	return text;
}

char *jsonrpc_request_text(json_int_t id, const char *method, json_t *params)
{
	return jsonrpc_text(json_pack("{s:I, s:s, s:o}", "id", id, "method", method, "params", params));
}

json_t *jsonrpc_reply(json_t *id, json_t *result, json_t *error)
{
	return json_pack("{s:O, s:o, s:o}", "id", id, "result", result ? result : json_null(), "error",
			 error ? error : json_null());
}
