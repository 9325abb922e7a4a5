/* SPDX-License-Identifier: GPL-2.0-only */
/* test_jsonrpc.c - where a message ends, however it is cut into pieces; what is a request; what a reply looks like */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/jsonrpc.h"

#define LIMIT 64

/* Text, and where its first message ends: 0 not yet, below 0 an error. */
static const struct {
	const char *text;
	int end;
} messages[] = {
	{"", 0},
	{"  \n", 0},
	{"{}", 2},
	{"[]", 2},
	{" {} ", 3},
	{"{}{}", 2},
	{"{\"a\":[1,{}]}x", 12},
	{"{\"}\":1}", 7},
	{"{\"\\\"}\":1}", 9},
	{"{\"\\\\\"}", 6},
	{"{\"a\"", 0},
	{"[[[", 0},
	{"\"}\"", -EINVAL},
	{"null", -EINVAL},
	{"}", -EINVAL},
	{"GET / HTTP/1.1", -EINVAL},
	{"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", 0},
	{"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", -EMSGSIZE},
	{"[\"5678901234567890123456789012345678901234567890123456789012\"]", 62},
	{"[\"5678901234567890123456789012345678901234567890123456789012345\"]", -EMSGSIZE},
	{"                                                                 ", -EMSGSIZE},
};

static int find_end(const char *text, size_t step)
{
	struct jsonrpc_scan scan = {0};
	size_t size = strlen(text), at = 0, used;

	while (at < size) {
		size_t n = size - at < step ? size - at : step;
		int result = jsonrpc_scan(&scan, text + at, n, LIMIT, &used);
		at += used;
		if (result)
			return result < 0 ? result : (int)at;
	}
	return 0;
}

static void test_ends(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(messages) / sizeof(*messages); i++)
		for (size_t step = 1; step <= 70; step++)
			if (find_end(messages[i].text, step) != messages[i].end)
				fail_msg("%s: %d with pieces of %zu", messages[i].text,
					 find_end(messages[i].text, step), step);
}

static void test_scan_goes_on_after_a_message(void **state)
{
	struct jsonrpc_scan scan = {0};
	const char *text = "{\"a\":1} [2]";
	size_t used;

	(void)state;
	assert_int_equal(jsonrpc_scan(&scan, text, strlen(text), LIMIT, &used), 1);
	assert_int_equal(used, 7);
	assert_int_equal(jsonrpc_scan(&scan, text + used, strlen(text + used), LIMIT, &used), 1);
	assert_int_equal(used, 4);
}

/* Messages, and whether they are requests. */
static const struct {
	const char *text, *error;
} requests[] = {
	{"{\"id\":1,\"method\":\"m\",\"params\":[]}", NULL},
	{"{\"id\":\"x\",\"method\":\"m\",\"params\":[1],\"more\":2}", NULL},
	{"[]", "a message must be an object"},
	{"{\"id\":1,\"params\":[]}", "\"method\" must be a string"},
	{"{\"id\":1,\"method\":5,\"params\":[]}", "\"method\" must be a string"},
	{"{\"id\":1,\"method\":\"m\"}", "\"params\" must be an array"},
	{"{\"id\":1,\"method\":\"m\",\"params\":{}}", "\"params\" must be an array"},
	{"{\"method\":\"m\",\"params\":[]}", "\"id\" must be there"},
	{"{\"id\":null,\"method\":\"m\",\"params\":[]}", NULL},
};

static void test_requests(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(requests) / sizeof(*requests); i++) {
		struct jsonrpc_request request;
		const char *why = NULL;
		char *error = NULL;
		json_t *message = jsonrpc_parse(requests[i].text, strlen(requests[i].text), &error);
		assert_non_null(message);
		int result = jsonrpc_request_read(message, &request, &why);
		assert_int_equal(result, requests[i].error ? -EINVAL : 0);
		if (requests[i].error)
			assert_string_equal(why, requests[i].error);
		else
			assert_string_equal(request.method, "m");
		json_decref(message);
	}
}

static void test_parse_errors(void **state)
{
	static const char *const bad[] = {"{", "{\"a\":1,\"a\":2}", "{\"\\u0000\":1}", "{\"\xff\":1}", "{} {}"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		char *error = NULL;
		assert_null(jsonrpc_parse(bad[i], strlen(bad[i]), &error));
		assert_non_null(error);
		free(error);
	}
}

static void test_texts(void **state)
{
	json_t *id = json_integer(7);
	char *text = jsonrpc_request_text(7, "echo", json_pack("[i]", 1));

	(void)state;
	assert_string_equal(text, "{\"id\":7,\"method\":\"echo\",\"params\":[1]}");
	free(text);
	text = jsonrpc_text(jsonrpc_reply(id, json_pack("{s:i}", "a", 1), NULL));
	assert_string_equal(text, "{\"id\":7,\"result\":{\"a\":1},\"error\":null}");
	free(text);
	text = jsonrpc_text(jsonrpc_reply(id, NULL, json_string("no")));
	assert_string_equal(text, "{\"id\":7,\"result\":null,\"error\":\"no\"}");
	free(text);
	json_decref(id);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ends),	 cmocka_unit_test(test_scan_goes_on_after_a_message),
		cmocka_unit_test(test_requests), cmocka_unit_test(test_parse_errors),
		cmocka_unit_test(test_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
