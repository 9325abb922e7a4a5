/* SPDX-License-Identifier: GPL-2.0-only */
/* connection.h - a connection to the daemon, on which nothing takes longer than allowed */
#ifndef VS_CONNECTION_H
#define VS_CONNECTION_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/** struct connection - @fd: the socket, -1 while there is none; @deadline_ms: CLOCK_MONOTONIC, or -1 for never */
struct connection {
	int fd;
	int64_t deadline_ms;
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

/** connection_wait_end() - wait until the daemon closes the connection. Return: 0, -ETIME or another -errno. */
int connection_wait_end(struct connection *connection);

void connection_close(struct connection *connection);

#endif
