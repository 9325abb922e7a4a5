/* SPDX-License-Identifier: GPL-2.0-only */
/* test_server.c - the control socket, from both ends in one process: turns, limits, and clients that misbehave */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/jsonrpc.h"
#include "common/log.h"
#include "common/xalloc.h"
#include "vswitchd/control/control.h"

#define MANY_TURNS 10000

struct lab {
	struct event_base *base;
	struct ctl_env env;
	struct ctl *ctl;
	char directory[32], path[64];
	int quits; /* how often the daemon was asked to end; 100 more with cleanup */
};

static void lab_quit(void *arg, bool cleanup)
{
	((struct lab *)arg)->quits += cleanup ? 101 : 1;
}

static struct lab *lab_open(void)
{
	struct lab *lab = vs_xcalloc(1, sizeof(*lab));
	char *error = NULL;

	vs_log_set_level(VS_LOG_ERR);
	signal(SIGPIPE, SIG_IGN); /* as the daemon does */
	snprintf(lab->directory, sizeof(lab->directory), "/tmp/vswitch-test-XXXXXX");
	assert_non_null(mkdtemp(lab->directory));
	snprintf(lab->path, sizeof(lab->path), "%s/sock", lab->directory);
	assert_int_equal(store_open(NULL, &lab->env.store, &error), 0);
	lab->env.quit = lab_quit;
	lab->env.arg = lab;
	lab->base = event_base_new();
	assert_int_equal(ctl_open(lab->base, &lab->env, lab->path, (gid_t)-1, &lab->ctl), 0);
	return lab;
}

static void lab_close(struct lab *lab)
{
	ctl_close(lab->ctl);
	assert_int_equal(access(lab->path, F_OK), -1);
	store_close(lab->env.store);
	event_base_free(lab->base);
	assert_int_equal(rmdir(lab->directory), 0);
	free(lab);
}

static void turn(struct lab *lab)
{
	event_base_loop(lab->base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
}

static int dial(const struct lab *lab)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	memcpy(address.sun_path, lab->path, sizeof(lab->path));
	assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

/* Send all of it, letting the server work as needed. Return: whether it took it all. */
static bool send_text(struct lab *lab, int fd, const char *text, size_t size)
{
	while (size) {
		ssize_t n = send(fd, text, size, MSG_NOSIGNAL);
		if (n < 0 && errno != EAGAIN)
			return false;
		if (n > 0) {
			text += n;
			size -= (size_t)n;
		}
		turn(lab);
	}
	return true;
}

/* What comes back up to the end of a line; "" for a closed connection. */
static char *receive(struct lab *lab, int fd)
{
	char *text = vs_xcalloc(1, 1), chunk[65536];
	size_t size = 0;

	for (int turns = 0; turns < MANY_TURNS;) {
		ssize_t n = recv(fd, chunk, sizeof(chunk), MSG_PEEK);
		if (n < 0 && errno == EAGAIN) {
			turn(lab);
			turns++;
			continue;
		}
		if (n <= 0)
			return text;
		const char *end = memchr(chunk, '\n', (size_t)n);
		n = recv(fd, chunk, end ? (size_t)(end + 1 - chunk) : (size_t)n, 0);
		text = vs_xrealloc(text, size + (size_t)n + 1);
		memcpy(text + size, chunk, (size_t)n);
		size += (size_t)n;
		text[size] = '\0';
		if (end)
			return text;
	}
	fail_msg("no reply");
	return text;
}

static void expect_reply(struct lab *lab, int fd, const char *reply)
{
	char *text = receive(lab, fd);

	assert_string_equal(text, reply);
	free(text);
}

/* The request for a command line of one or two words. */
static char *request(int id, const char *first, const char *second)
{
	return jsonrpc_request_text(id, "vsctl",
				    second ? json_pack("[[ss]{}]", first, second) : json_pack("[[s]{}]", first));
}

static void ask(struct lab *lab, int fd, int id, const char *first, const char *second)
{
	char *text = request(id, first, second);

	assert_true(send_text(lab, fd, text, strlen(text)));
	free(text);
}

#define DONE(id) "{\"id\":" #id ",\"result\":{\"stdout\":\"\",\"stderr\":\"\",\"status\":0},\"error\":null}\n"

static size_t bridges(const struct lab *lab)
{
	return store_count(lab->env.store, STORE_Bridge);
}

/* --- the tests -------------------------------------------------------------------------------------------------- */

static void test_socket_file(void **state)
{
	struct lab *lab = lab_open();
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct ctl *second = NULL;
	struct stat status;
	char stale[80];

	(void)state;
	assert_int_equal(stat(lab->path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0660);
	assert_int_equal(ctl_open(lab->base, &lab->env, lab->path, (gid_t)-1, &second), -EADDRINUSE);
	/* What a killed daemon leaves: a socket that nobody listens on. */
	snprintf(stale, sizeof(stale), "%s/stale", lab->directory);
	memcpy(address.sun_path, stale, sizeof(stale));
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	close(fd);
	assert_int_equal(ctl_open(lab->base, &lab->env, stale, getegid(), &second), 0);
	assert_int_equal(stat(stale, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0660);
	ctl_close(second);
	/* Anything else is somebody's. */
	fd = open(stale, O_CREAT | O_WRONLY, 0600);
	close(fd);
	assert_int_equal(ctl_open(lab->base, &lab->env, stale, (gid_t)-1, &second), -EEXIST);
	assert_int_equal(unlink(stale), 0);
	char *longest = vs_xcalloc(1, 200);
	memset(longest, 'x', 199);
	assert_int_equal(ctl_open(lab->base, &lab->env, longest, (gid_t)-1, &second), -ENAMETOOLONG);
	free(longest);
	lab_close(lab);
}

static void test_requests(void **state)
{
	struct lab *lab = lab_open();
	static const char echo[] = " {\"id\":\"x\",\"method\":\"echo\",\"params\":[1,\"}\"]}\n";
	int fd = dial(lab);

	(void)state;
	for (size_t i = 0; i < strlen(echo); i++)
		assert_true(send_text(lab, fd, echo + i, 1));
	expect_reply(lab, fd, "{\"id\":\"x\",\"result\":[1,\"}\"],\"error\":null}\n");
	ask(lab, fd, 1, "add-br", "br0");
	ask(lab, fd, 2, "add-br", "br1");
	ask(lab, fd, 3, "list-br", NULL);
	expect_reply(lab, fd, DONE(1));
	expect_reply(lab, fd, DONE(2));
	expect_reply(
		lab, fd,
		"{\"id\":3,\"result\":{\"stdout\":\"br0\\nbr1\\n\",\"stderr\":\"\",\"status\":0},\"error\":null}\n");
	static const char strange[] = "{\"id\":4,\"method\":\"nosuch\",\"params\":[]}"
				      "{\"id\":5,\"method\":\"vsctl\",\"params\":[[1],{}]}";
	assert_true(send_text(lab, fd, strange, strlen(strange)));
	expect_reply(lab, fd, "{\"id\":4,\"result\":null,\"error\":\"unknown method\"}\n");
	expect_reply(
		lab, fd,
		"{\"id\":5,\"result\":null,\"error\":\"params of \\\"vsctl\\\" must be an array of strings, and an "
		"object\"}\n");
	close(fd);
	lab_close(lab);
}

/* One that sends all it wants and says so is answered all the same. */
static void test_half_closed(void **state)
{
	struct lab *lab = lab_open();
	int fd = dial(lab);

	(void)state;
	char *text = request(1, "add-br", "br0");
	char *both = vs_xasprintf("%s{\"id\":2,\"method\":\"echo\",\"params\":[]}", text);
	assert_int_equal(send(fd, both, strlen(both), 0), strlen(both));
	shutdown(fd, SHUT_WR);
	expect_reply(lab, fd, DONE(1));
	expect_reply(lab, fd, "{\"id\":2,\"result\":[],\"error\":null}\n");
	expect_reply(lab, fd, "");
	free(both);
	free(text);
	close(fd);
	lab_close(lab);
}

static void test_nonsense_closes(void **state)
{
	static const char *const bad[] = {
		"null",
		"hello",
		"{\"id\":1}",
		"[]",
		"{\"id\":1,}",
		"{\"a\":\"\xff\"}",
		"{\"a\":\"\\u0000\"}",
		"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
	};
	struct lab *lab = lab_open();

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		int fd = dial(lab);
		send_text(lab, fd, bad[i], strlen(bad[i]));
		expect_reply(lab, fd, "");
		close(fd);
	}
	lab_close(lab);
}

static void test_too_long_closes(void **state)
{
	struct lab *lab = lab_open();
	size_t size = JSONRPC_MAX_REQUEST + 100;
	char *text = vs_xmalloc(size);
	int fd = dial(lab);

	(void)state;
	memset(text, 'x', size);
	memcpy(text, "[\"", 2);
	send_text(lab, fd, text, size);
	expect_reply(lab, fd, "");
	close(fd);
	/* One that just fits is served. */
	static const char head[] = "{\"id\":1,\"method\":\"none\",\"params\":[\"", tail[] = "\"]}";
	memcpy(text, head, strlen(head));
	memcpy(text + JSONRPC_MAX_REQUEST - strlen(tail), tail, strlen(tail));
	memset(text + strlen(head), 'y', JSONRPC_MAX_REQUEST - strlen(head) - strlen(tail));
	fd = dial(lab);
	assert_true(send_text(lab, fd, text, JSONRPC_MAX_REQUEST));
	expect_reply(lab, fd, "{\"id\":1,\"result\":null,\"error\":\"unknown method\"}\n");
	close(fd);
	free(text);
	lab_close(lab);
}

/* A greedy client gets one command at a time, like everybody. */
static void test_turns(void **state)
{
	struct lab *lab = lab_open();
	int greedy = dial(lab), modest;
	size_t before;

	(void)state;
	turn(lab);
	for (int i = 0; i < 50; i++) {
		char *name = vs_xasprintf("g%d", i), *text = request(i, "add-br", name);
		assert_int_equal(send(greedy, text, strlen(text), 0), strlen(text));
		free(text);
		free(name);
	}
	for (int i = 0; i < 200 && bridges(lab) < 50; i++) {
		before = bridges(lab);
		turn(lab);
		assert_true(bridges(lab) <= before + 1);
	}
	assert_int_equal(bridges(lab), 50);
	for (int i = 0; i < 50; i++) {
		char *name = vs_xasprintf("h%d", i), *text = request(i, "add-br", name);
		assert_int_equal(send(greedy, text, strlen(text), 0), strlen(text));
		free(text);
		free(name);
	}
	turn(lab);
	modest = dial(lab);
	char *text = request(1, "add-br", "modest");
	assert_int_equal(send(modest, text, strlen(text), 0), strlen(text));
	free(text);
	for (int i = 0; i < 20 && !store_find_name(lab->env.store, STORE_Bridge, "modest"); i++)
		turn(lab);
	assert_non_null(store_find_name(lab->env.store, STORE_Bridge, "modest"));
	assert_true(bridges(lab) < 70);
	close(greedy);
	close(modest);
	lab_close(lab);
}

/* While a client leaves its reply unread, nothing more is done or kept for it; others are served. */
static void test_unread_reply(void **state)
{
	struct lab *lab = lab_open();
	size_t size = 1 << 20;
	char *payload = vs_xcalloc(1, size + 1);
	int lazy = dial(lab), other = dial(lab);

	(void)state;
	memset(payload, 'z', size);
	char *text = jsonrpc_request_text(1, "echo", json_pack("[s]", payload));
	assert_true(send_text(lab, lazy, text, strlen(text)));
	ask(lab, lazy, 2, "add-br", "late");
	for (int i = 0; i < 100; i++)
		turn(lab);
	assert_int_equal(bridges(lab), 0);
	ask(lab, other, 1, "add-br", "br0");
	expect_reply(lab, other, DONE(1));
	char *reply = receive(lab, lazy);
	assert_true(strlen(reply) > size);
	expect_reply(lab, lazy, DONE(2));
	assert_int_equal(bridges(lab), 2);
	free(reply);
	free(text);
	free(payload);
	close(lazy);
	close(other);
	lab_close(lab);
}

/* Gone in the middle of a request: nothing happened. Gone before the reply: it happened or not, and nobody minds. */
static void test_vanishing_clients(void **state)
{
	struct lab *lab = lab_open();
	char *text = request(1, "add-br", "br0");

	(void)state;
	for (size_t size = 1; size < strlen(text); size++) {
		int fd = dial(lab);
		assert_true(send_text(lab, fd, text, size));
		close(fd);
		turn(lab);
	}
	assert_int_equal(bridges(lab), 0);
	for (int i = 0; i < 20; i++) {
		int fd = dial(lab);
		for (int j = 0; j < i; j++)
			turn(lab);
		send(fd, text, strlen(text), MSG_NOSIGNAL);
		for (int j = 0; j < i % 3; j++)
			turn(lab);
		close(fd);
	}
	for (int i = 0; i < 100; i++)
		turn(lab);
	assert_in_range(bridges(lab), 0, 1);
	free(text);
	lab_close(lab);
}

/* Idle clients give way, the longest silent first. */
static void test_idle_clients(void **state)
{
	struct lab *lab = lab_open();
	int fds[258];

	(void)state;
	for (int i = 0; i < 256; i++) {
		fds[i] = dial(lab);
		turn(lab);
	}
	ask(lab, fds[0], 1, "add-br", "br0");
	expect_reply(lab, fds[0], DONE(1));
	for (int i = 256; i < 258; i++) {
		fds[i] = dial(lab);
		turn(lab);
		expect_reply(lab, fds[i - 255], "");
	}
	ask(lab, fds[0], 2, "add-br", "br1");
	expect_reply(lab, fds[0], DONE(2));
	ask(lab, fds[3], 1, "add-br", "br2");
	expect_reply(lab, fds[3], DONE(1));
	for (int i = 0; i < 258; i++)
		close(fds[i]);
	lab_close(lab);
}

/* Those that are busy do not. */
static void test_too_many_clients(void **state)
{
	struct lab *lab = lab_open();
	int fds[257];

	(void)state;
	for (int i = 0; i < 257; i++) {
		fds[i] = dial(lab);
		assert_true(i == 256 || send_text(lab, fds[i], "{", 1));
		turn(lab);
	}
	expect_reply(lab, fds[256], "{\"id\":null,\"result\":null,\"error\":\"too many clients\"}\n");
	expect_reply(lab, fds[256], "");
	close(fds[0]);
	for (int i = 0; i < 10; i++)
		turn(lab);
	close(fds[256]);
	fds[256] = dial(lab);
	ask(lab, fds[256], 1, "add-br", "br1");
	expect_reply(lab, fds[256], DONE(1));
	for (int i = 1; i < 257; i++)
		close(fds[i]);
	lab_close(lab);
}

/* The daemon is asked to end when the answer is on its way, and the one who asked sees it gone when it is. */
static void test_exit(void **state)
{
	struct lab *lab = lab_open();
	int fd = dial(lab), other = dial(lab);
	char c;

	(void)state;
	ask(lab, other, 1, "add-br", "br0");
	expect_reply(lab, other, DONE(1));
	ask(lab, fd, 1, "exit", "--cleanup");
	expect_reply(lab, fd, DONE(1));
	for (int i = 0; i < 10; i++)
		turn(lab);
	assert_int_equal(lab->quits, 101);
	lab_close(lab);
	assert_int_equal(recv(other, &c, 1, 0), 0);
	assert_int_equal(recv(fd, &c, 1, 0), -1);
	assert_int_equal(errno, EAGAIN);
	close(fd);
	close(other);
}

/* It ends also when the one who asked does not wait for the answer. */
static void test_exit_without_waiting(void **state)
{
	struct lab *lab = lab_open();
	int fd = dial(lab);

	(void)state;
	ask(lab, fd, 1, "exit", NULL);
	close(fd);
	for (int i = 0; i < 10; i++)
		turn(lab);
	assert_int_equal(lab->quits, 1);
	lab_close(lab);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_socket_file),
		cmocka_unit_test(test_requests),
		cmocka_unit_test(test_half_closed),
		cmocka_unit_test(test_nonsense_closes),
		cmocka_unit_test(test_too_long_closes),
		cmocka_unit_test(test_turns),
		cmocka_unit_test(test_unread_reply),
		cmocka_unit_test(test_vanishing_clients),
		cmocka_unit_test(test_idle_clients),
		cmocka_unit_test(test_too_many_clients),
		cmocka_unit_test(test_exit),
		cmocka_unit_test(test_exit_without_waiting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
