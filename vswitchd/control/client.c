/* SPDX-License-Identifier: GPL-2.0-only */
/* client.c - one connection to the control socket: bytes in, whole messages out, and limits on everything */

/*
 * A client may be slow, dead or hostile, and must not cost the switch more than a bounded amount of memory and a few
 * wakeups. Bytes are scanned as they come, each once, up to JSONRPC_MAX_REQUEST; a message begun must be whole within
 * CLIENT_PATIENCE, however the bytes trickle. When a message is whole nothing more is read until it has been taken,
 * and none is looked for while there is much that the client has not read. So there is never more of a client in memory
 * than one request, the longest message that it was sent, MAX_BEHIND bytes, and the last of its news. One that reads
 * nothing is given up after CLIENT_PATIENCE, one for whom more news come than that, at once.
 *
 * Nothing here ends a connection from within: that happens in a turn of its own, so whoever sends to many clients need
 * not fear for the list of them.
 */
#include "vswitchd/control/client.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <unistd.h>

#include "common/jsonrpc.h"
#include "common/log.h"
#include "common/xalloc.h"

#define CLIENT_PATIENCE 30	 /* seconds */
#define MAX_BEHIND (4u << 20)	 /* bytes of news that it has not read */
#define MUCH_UNREAD (256u << 10) /* bytes of anything: no further request is taken */

struct client {
	struct client_ops ops;
	struct bufferevent *stream;
	struct event *deadline; /* for a message begun */
	struct ucred peer;
	struct jsonrpc_scan scan;
	size_t scanned; /* bytes of the input that the scan has seen */
	size_t message; /* length of the whole message at the start of the input, 0 while there is none */
	size_t held;
	size_t longest; /* message that it was sent, in bytes */
	struct event *end;
	bool ended; /* the other end will send nothing more */
	bool final;
	bool over;
};

static void client_on_end(evutil_socket_t fd, short what, void *arg)
{
	struct client *client = arg;

	(void)fd;
	(void)what;
	client->ops.held(client->ops.arg, client->held, 0);
	client->ops.unread(client->ops.arg, client_unread(client), 0);
	client->ops.gone(client->ops.arg, client);
	client_free(client, false);
}

static void client_end(struct client *client)
{
	client->over = true;
	bufferevent_disable(client->stream, EV_READ | EV_WRITE);
	event_del(client->deadline);
	event_active(client->end, EV_TIMEOUT, 0);
}

void client_refuse(struct client *client, const char *why)
{
	if (client->over)
		return;
	vs_info("closing the connection of process %d, user %d: %s", (int)client->peer.pid, (int)client->peer.uid, why);
	client_end(client);
}

/* Look at the bytes that have not been looked at. Return: as jsonrpc_scan(). */
static int client_scan(struct client *client, struct evbuffer *input)
{
	while (client->scanned < evbuffer_get_length(input)) {
		struct evbuffer_iovec chunk;
		struct evbuffer_ptr from;
		size_t used;
		evbuffer_ptr_set(input, &from, client->scanned, EVBUFFER_PTR_SET);
		if (evbuffer_peek(input, -1, &from, &chunk, 1) < 1)
			return 0;
		int result = jsonrpc_scan(&client->scan, chunk.iov_base, chunk.iov_len, JSONRPC_MAX_REQUEST, &used);
		client->scanned += used;
		if (result)
			return result;
	}
	return 0;
}

/* Watch the clock while a message has begun and is not whole. */
static void client_set_deadline(struct client *client)
{
	const struct timeval patience = {.tv_sec = CLIENT_PATIENCE};
	bool begun = client->scan.started && !client->message;

	if (!begun)
		event_del(client->deadline);
	else if (!event_pending(client->deadline, EV_TIMEOUT, NULL))
		event_add(client->deadline, &patience);
}

/* Bytes have come, or have been read, or the last message has been dealt with: find the next one. */
static void client_advance(struct client *client)
{
	struct evbuffer *input = bufferevent_get_input(client->stream);
	size_t held = evbuffer_get_length(input), before = client->held, unread = client_unread(client);
	int result;

	if (client->over || client->message || client->final)
		return;
	if (unread > MUCH_UNREAD) {
		bufferevent_disable(client->stream, EV_READ);
		return;
	}
	result = client_scan(client, input);
	if (result < 0) {
		client_refuse(client, result == -EMSGSIZE ? "a message is too long or nested too deep"
							  : "what it sends is not JSON-RPC");
		return;
	}
	client->held = held;
	if (!client->ops.held(client->ops.arg, before, held)) {
		client_refuse(client, "too many bytes of requests are waiting");
		return;
	}
	if (result > 0)
		client->message = client->scanned;
	client_set_deadline(client);
	if (result > 0) {
		bufferevent_disable(client->stream, EV_READ);
		client->ops.ready(client->ops.arg, client);
	} else if (!client->ended) {
		bufferevent_enable(client->stream, EV_READ);
	} else if (!unread) {
		client_end(client);
	}
}

static void client_on_read(struct bufferevent *stream, void *arg)
{
	(void)stream;
	client_advance(arg);
}

/* Everything has been sent. */
static void client_on_sent(struct bufferevent *stream, void *arg)
{
	struct client *client = arg;

	(void)stream;
	if (client->final) {
		client->final = false;
		client->ops.sent(client->ops.arg, client);
		return;
	}
	client_advance(client);
}

static void client_on_event(struct bufferevent *stream, short what, void *arg)
{
	struct client *client = arg;

	(void)stream;
	if (client->over)
		return;
	if (what & BEV_EVENT_TIMEOUT) {
		client_refuse(client, "it does not read what it is sent");
		return;
	}
	client->ended = true;
	if (what & BEV_EVENT_ERROR || (!client->message && !client_unread(client)))
		client_end(client);
}

static void client_on_output(struct evbuffer *output, const struct evbuffer_cb_info *info, void *arg)
{
	struct client *client = arg;

	(void)output;
	client->ops.unread(client->ops.arg, info->n_deleted, info->n_added);
}

static void client_on_deadline(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	client_refuse(arg, "its message does not come to an end");
}

struct client *client_new(struct event_base *base, int fd, const struct client_ops *ops)
{
	const struct timeval patience = {.tv_sec = CLIENT_PATIENCE};
	struct client *client = vs_xcalloc(1, sizeof(*client));
	socklen_t size = sizeof(client->peer);

	client->ops = *ops;
	client->stream = vs_xcheck(bufferevent_socket_new(base, fd, 0));
	client->deadline = vs_xcheck(evtimer_new(base, client_on_deadline, client));
	client->end = vs_xcheck(evtimer_new(base, client_on_end, client));
	getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &client->peer, &size);
	bufferevent_setcb(client->stream, client_on_read, client_on_sent, client_on_event, client);
	bufferevent_set_timeouts(client->stream, NULL, &patience);
	evbuffer_add_cb(bufferevent_get_output(client->stream), client_on_output, client);
	bufferevent_enable(client->stream, EV_READ | EV_WRITE);
	return client;
}

void client_free(struct client *client, bool keep_open)
{
	int fd = bufferevent_getfd(client->stream);

	bufferevent_free(client->stream);
	event_free(client->deadline);
	event_free(client->end);
	if (!keep_open)
		close(fd);
	free(client);
}

char *client_take(struct client *client, size_t *size)
{
	struct evbuffer *input = bufferevent_get_input(client->stream);
	char *text = vs_xmalloc(client->message);

	*size = client->message;
	evbuffer_remove(input, text, client->message);
	client->message = client->scanned = 0;
	client->ops.held(client->ops.arg, client->held, evbuffer_get_length(input));
	client->held = evbuffer_get_length(input);
	return text;
}

void client_next(struct client *client)
{
	client_advance(client);
}

static void client_write(struct client *client, const char *text)
{
	struct evbuffer *output = bufferevent_get_output(client->stream);
	size_t size = strlen(text);

	client->longest = size > client->longest ? size : client->longest;
	/* The command may have taken minutes: the patience with the reader begins now, not when the loop last woke. */
	event_base_update_cache_time(bufferevent_get_base(client->stream));
	evbuffer_add(output, text, size);
	evbuffer_add(output, "\n", 1);
}

void client_reply(struct client *client, const char *text, bool final)
{
	if (client->over)
		return;
	client->final = final;
	client_write(client, text);
}

void client_notify(struct client *client, const char *text)
{
	if (client->over)
		return;
	if (client_unread(client) > client->longest + MAX_BEHIND)
		client_refuse(client, "it does not read its news as fast as they come");
	else
		client_write(client, text);
}

size_t client_unread(const struct client *client)
{
	return evbuffer_get_length(bufferevent_get_output(client->stream));
}

bool client_is_over(const struct client *client)
{
	return client->over;
}

bool client_is_idle(const struct client *client)
{
	char byte;

	return !client->over && !client->message && !evbuffer_get_length(bufferevent_get_input(client->stream)) &&
	       !client_unread(client) && recv(bufferevent_getfd(client->stream), &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0;
}

const struct ucred *client_peer(const struct client *client)
{
	return &client->peer;
}
