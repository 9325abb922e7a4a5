/* SPDX-License-Identifier: GPL-2.0-only */
/* connection.h - a connection to the daemon, on which nothing takes longer than allowed */
#ifndef VS_CONNECTION_H
#define VS_CONNECTION_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * struct connection - what is known of it
 * @fd: the socket, -1 while there is none
 * @deadline_ms: CLOCK_MONOTONIC, or -1 for never
 * @text: what has been received, @size bytes with room for @room, and is no part of a message that was handed over
 */
struct connection {
	int fd;
	int64_t deadline_ms;
	char *text;
	size_t size, room;
};

/** connection_set_limit() - from now on, at most @seconds for everything; 0 for no limit. */
void connection_set_limit(struct connection *connection, int seconds);

/**
 * connection_open() - connect to the socket at @path
 * @retry: as long as no daemon is there, try again
 * Return: 0; -ETIME when the limit is over; another -errno.
 */
int connection_open(struct connection *connection, const char *path, bool retry);

/**
 * connection_call() - send a request and wait for its reply
 * @reply: a new reference
 * Return: 0; -ETIME; -EPIPE when the daemon closed the connection; -EBADMSG when it sends something else; -errno.
 */
int connection_call(struct connection *connection, const char *request, json_t **reply);

/** connection_read() - wait for a further message. Return: as connection_call(). */
int connection_read(struct connection *connection, json_t **message);

/** connection_pause() - wait a moment before asking again. Return: 0 or -ETIME. */
int connection_pause(struct connection *connection);

/** connection_wait_end() - wait until the daemon closes the connection. Return: 0, -ETIME or another -errno. */
int connection_wait_end(struct connection *connection);

void connection_close(struct connection *connection);

#endif
