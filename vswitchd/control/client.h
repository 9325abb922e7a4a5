/* SPDX-License-Identifier: GPL-2.0-only */
/* client.h - one connection to the control socket */
#ifndef VS_CONTROL_CLIENT_H
#define VS_CONTROL_CLIENT_H

#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

struct client;

/** struct client_ops - what a connection tells its server. @arg is handed to all of them. */
struct client_ops {
	/* A whole message is there: call client_take() when it is this client's turn. */
	void (*ready)(void *arg, struct client *client);
	/* Bytes held for unfinished or waiting messages changed from @before to @now. Return: false to close it. */
	bool (*held)(void *arg, size_t before, size_t now);
	/* What has been sent but not read is @less bytes less and @more bytes more. */
	void (*unread)(void *arg, size_t less, size_t more);
	/* The last reply has been sent, and it was one that client_reply() marked as final. */
	void (*sent)(void *arg, struct client *client);
	/* The connection is over: let go of it, then call client_free(). */
	void (*gone)(void *arg, struct client *client);
	void *arg;
};

/** client_new() - serve connection @fd, which it takes. Return: NULL if it cannot be watched. */
struct client *client_new(struct event_base *base, int fd, const struct client_ops *ops);

/** client_free() - close the connection; with @keep_open, leave that to the end of the process. */
void client_free(struct client *client, bool keep_open);

/** client_take() - the message that is there, taken out. Return: malloc()ed text of *@size bytes. */
char *client_take(struct client *client, size_t *size);

/** client_next() - the message that was taken has been dealt with: look for the next one. */
void client_next(struct client *client);

/** client_reply() - send @text, with a new line after it. */
void client_reply(struct client *client, const char *text, bool final);

/** client_notify() - the same, unasked: a client that is too far behind is given up. */
void client_notify(struct client *client, const char *text);

/** client_unread() - how many bytes it has been sent and has not read. */
size_t client_unread(const struct client *client);

/** client_refuse() - close the connection because of what it did, soon; @why goes to the log. */
void client_refuse(struct client *client, const char *why);

/** client_is_over() - is the connection about to be closed? */
bool client_is_over(const struct client *client);

/** client_is_idle() - has it asked for nothing that has not been answered, not even begun to? */
bool client_is_idle(const struct client *client);

/** client_peer() - who is at the other end. */
const struct ucred *client_peer(const struct client *client);

#endif
