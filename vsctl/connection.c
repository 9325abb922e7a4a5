/* SPDX-License-Identifier: GPL-2.0-only */
/* connection.c - connecting, sending and receiving by poll(), each up to the deadline */
#include "vsctl/connection.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "common/jsonrpc.h"
#include "common/xalloc.h"

#define MAX_REPLY (256u << 20)
#define RETRY_MS 50

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void connection_set_limit(struct connection *connection, int seconds)
{
	connection->deadline_ms = seconds > 0 ? now_ms() + (int64_t)seconds * 1000 : -1;
}

/* Wait for @events on the socket (none: just wait), at most @most_ms (-1: no limit of its own). Return: 0 or -ETIME. */
static int connection_wait(const struct connection *connection, short events, int64_t most_ms)
{
	struct pollfd poll_fd = {.fd = events ? connection->fd : -1, .events = events};
	int64_t left = most_ms;

	if (connection->deadline_ms >= 0) {
		int64_t limit = connection->deadline_ms - now_ms();
		if (limit <= 0)
			return -ETIME;
		if (left < 0 || limit < left)
			left = limit;
	}
	if (poll(&poll_fd, 1, left < 0 ? -1 : (int)(left > INT32_MAX ? INT32_MAX : left)) < 0 && errno != EINTR)
		return -errno;
	return 0;
}

/* Whether connecting may go better in a moment: the daemon's queue is full, or there is no daemon and we wait for it.
 */
static bool connection_may_retry(int error, bool retry)
{
	return error == EAGAIN || error == EINTR || (retry && (error == ENOENT || error == ECONNREFUSED));
}

int connection_open(struct connection *connection, const char *path, bool retry)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int error;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path, strlen(path) + 1);
	connection->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (connection->fd < 0)
		return -errno;
	while (connect(connection->fd, (const struct sockaddr *)&address, sizeof(address))) {
		if (!connection_may_retry(errno, retry))
			return -errno;
		error = connection_wait(connection, 0, RETRY_MS);
		if (error)
			return error;
	}
	return 0;
}

static int connection_send(struct connection *connection, const char *text, size_t size)
{
	while (size) {
		ssize_t n = send(connection->fd, text, size, MSG_NOSIGNAL);
		if (n > 0) {
			text += n;
			size -= (size_t)n;
			continue;
		}
		if (errno != EAGAIN && errno != EINTR)
			return -errno;
		int error = connection_wait(connection, POLLOUT, -1);
		if (error)
			return error;
	}
	return 0;
}

/* What there is to read. Return: number of bytes, 0 at the end, or -errno. */
static ssize_t connection_receive(struct connection *connection, char *to, size_t size)
{
	for (;;) {
		ssize_t n = recv(connection->fd, to, size, 0);
		if (n >= 0)
			return n;
		if (errno != EAGAIN && errno != EINTR)
			return -errno;
		int error = connection_wait(connection, POLLIN, -1);
		if (error)
			return error;
	}
}

/* One whole message at the beginning of what has been received. Return: 0 or -errno, with its @size. */
static int connection_receive_message(struct connection *connection, size_t *size)
{
	struct jsonrpc_scan scan = {0};
	int result = 0;

	*size = 0;
	for (;;) {
		if (*size < connection->size) {
			size_t used;

			result = jsonrpc_scan(&scan, connection->text + *size, connection->size - *size, MAX_REPLY,
					      &used);
			*size += used;
		}
		if (result)
			return result < 0 ? -EBADMSG : 0;
		if (connection->size == connection->room) {
			connection->room = connection->room ? 2 * connection->room : 65536;
			connection->text = vs_xrealloc(connection->text, connection->room);
		}
		ssize_t n = connection_receive(connection, connection->text + connection->size,
					       connection->room - connection->size);
		if (n <= 0)
			return n < 0 ? (int)n : -EPIPE;
		connection->size += (size_t)n;
	}
}

int connection_read(struct connection *connection, json_t **message)
{
	char *why = NULL;
	size_t size;
	int error = connection_receive_message(connection, &size);

	if (!error) {
		*message = jsonrpc_parse(connection->text, size, &why);
		connection->size -= size;
		memmove(connection->text, connection->text + size, connection->size);
		error = *message ? 0 : -EBADMSG;
	}
	free(why);
	return error == -ECONNRESET ? -EPIPE : error;
}

int connection_call(struct connection *connection, const char *request, json_t **reply)
{
	int error = connection_send(connection, request, strlen(request));

	/* A daemon that refuses us may have said why before it closed. */
	if (!error || error == -EPIPE || error == -ECONNRESET)
		error = connection_read(connection, reply);
	return error == -ECONNRESET ? -EPIPE : error;
}

int connection_pause(struct connection *connection)
{
	return connection_wait(connection, 0, RETRY_MS);
}

int connection_wait_end(struct connection *connection)
{
	char dropped[4096];
	ssize_t n;

	do
		n = connection_receive(connection, dropped, sizeof(dropped));
	while (n > 0);
	return n == -ECONNRESET ? 0 : (int)n;
}

void connection_close(struct connection *connection)
{
	if (connection->fd >= 0)
		close(connection->fd);
	connection->fd = -1;
	free(connection->text);
	connection->text = NULL;
}
