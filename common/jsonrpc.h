/* SPDX-License-Identifier: GPL-2.0-only */
/* jsonrpc.h - messages between vsctl and vswitchd: JSON-RPC 1.0 as RFC 7047 section 4 uses it */
#ifndef VS_JSONRPC_H
#define VS_JSONRPC_H

/*
 * A connection carries JSON objects one after the other with nothing but optional white space between them.
 * Nothing says how long the next one is, so the end of a message is found by counting brackets outside strings as
 * the bytes come in. That is all that is looked at before jansson sees the whole message; it must be cheap, must
 * never look at a byte twice, and must know when to give up.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define JSONRPC_MAX_REQUEST (4u << 20)
#define JSONRPC_MAX_DEPTH 32

/** struct jsonrpc_scan - where in a message the scan stands. All zero before the first byte. */
struct jsonrpc_scan {
	size_t seen;
	unsigned int depth;
	bool in_string, escaped, started;
};

/**
 * jsonrpc_scan() - look at @n more bytes of the stream
 * @scan: carried from call to call, and made zero again when a message ends
 * @used: how many of the @n bytes belong to this message (all of them when it has not ended)
 * @limit: how long a message may be, white space before it included
 *
 * Return: 1 the message ended; 0 it goes on; -EINVAL it is not an object or array; -EMSGSIZE longer than @limit or
 * nested deeper than JSONRPC_MAX_DEPTH.
 */
int jsonrpc_scan(struct jsonrpc_scan *scan, const char *data, size_t n, size_t limit, size_t *used);

/**
 * struct jsonrpc_request - what a request asks; the JSON values are borrowed from the message
 * @id: what the reply must carry; null for a notification, which gets none
 */
struct jsonrpc_request {
	json_t *id;
	const char *method;
	json_t *params;
};

/**
 * jsonrpc_request_read() - hold a parsed message against the shape of a request
 * Return: 0, or -EINVAL with a sentence in @error (static text).
 */
int jsonrpc_request_read(json_t *message, struct jsonrpc_request *request, const char **error);

/** jsonrpc_parse() - @n bytes of text to one JSON value. Return: NULL with a malloc()ed sentence in @error. */
json_t *jsonrpc_parse(const char *text, size_t n, char **error);

/** jsonrpc_request_text() - a request as text. Steals @params. Return: malloc()ed, NULL if it cannot be written. */
char *jsonrpc_request_text(json_int_t id, const char *method, json_t *params);

/** jsonrpc_reply() - a reply, @error NULL when all went well. Steals @result and @error. Return: NULL if it cannot be.
 */
json_t *jsonrpc_reply(json_t *id, json_t *result, json_t *error);

/** jsonrpc_text() - a message as text. Steals @message, which may be NULL. Return: malloc()ed, NULL if it cannot be. */
char *jsonrpc_text(json_t *message);

#endif
