/* SPDX-License-Identifier: GPL-2.0-only */
/* probe-rate.c - tcp and udp: one stream between two nodes, sent and received by ourselves, one after the other */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/xalloc.h"
#include "vsctl/lab/address.h"
#include "vsctl/lab/probe.h"

#define CHUNK (256 << 10)
#define DATAGRAM 1200	 /* fits nearly everywhere */
#define WINDOW_US 250000 /* the best window counts: what else the machine does shall not decide */
#define RETRY_MS 50

struct stream {
	struct lab_probe *probe;
	int listener, in, out;
	bool tcp;
	volatile bool over;
};

static socklen_t address_of(const struct lab_probe *probe, struct sockaddr_storage *to)
{
	struct sockaddr_in *in = (struct sockaddr_in *)to;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)to;

	memset(to, 0, sizeof(*to));
	if (lab_address_is_v4(probe->address)) {
		in->sin_family = AF_INET;
		in->sin_port = htons((uint16_t)probe->expect->port);
		inet_pton(AF_INET, probe->address, &in->sin_addr);
		return sizeof(*in);
	}
	in6->sin6_family = AF_INET6;
	in6->sin6_port = htons((uint16_t)probe->expect->port);
	inet_pton(AF_INET6, probe->address, &in6->sin6_addr);
	return sizeof(*in6);
}

/* Return: false with the probe settled. */
static bool stream_listen(struct stream *stream, struct sockaddr_storage *at, socklen_t *size)
{
	struct lab_probe *probe = stream->probe;
	int one = 1, type = stream->tcp ? SOCK_STREAM : SOCK_DGRAM, buffer = 4 << 20;

	*size = address_of(probe, at);
	stream->listener = lab_socket_in(probe->to->netns, at->ss_family, type | SOCK_NONBLOCK, 0);
	if (stream->listener < 0) {
		lab_probe_settle(probe, PROBE_FAILS, "cannot enter '%s': %s", probe->to->o.name,
				 strerror(-stream->listener));
		return false;
	}
	setsockopt(stream->listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (!stream->tcp)
		setsockopt(stream->listener, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof(buffer));
	if (bind(stream->listener, (struct sockaddr *)at, *size) < 0 ||
	    (stream->tcp && listen(stream->listener, 1) < 0) ||
	    getsockname(stream->listener, (struct sockaddr *)at, size) < 0) {
		probe->error = errno;
		lab_probe_settle(probe, PROBE_FAILS, "cannot listen at %s of '%s': %s", probe->address,
				 probe->to->o.name, strerror(errno));
		return false;
	}
	return true;
}

static bool try_connect(struct stream *stream, const struct sockaddr_storage *at, socklen_t size)
{
	struct pollfd poll_fd = {.events = POLLIN};
	int error = 0;
	socklen_t n = sizeof(error);

	stream->out = lab_socket_in(stream->probe->from->netns, at->ss_family,
				    (stream->tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_NONBLOCK, 0);
	if (stream->out < 0) {
		stream->probe->error = -stream->out;
		return false;
	}
	if (connect(stream->out, (const struct sockaddr *)at, size) < 0 && errno != EINPROGRESS)
		error = errno;
	poll_fd.fd = stream->listener;
	while (!error && stream->tcp && stream->in < 0 && !lab_probe_late(stream->probe)) {
		poll(&poll_fd, 1, RETRY_MS);
		stream->in = accept4(stream->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (getsockopt(stream->out, SOL_SOCKET, SO_ERROR, &error, &n) < 0)
			error = errno;
	}
	stream->probe->error = error;
	if (!error && (!stream->tcp || stream->in >= 0)) {
		fcntl(stream->out, F_SETFL, 0);
		return true;
	}
	close(stream->out);
	stream->out = -1;
	return false;
}

static void *send_all(void *arg)
{
	struct stream *stream = arg;
	uint8_t *bytes = vs_xcalloc(1, CHUNK);
	struct timeval limit = {.tv_usec = 100000};
	int64_t began = lab_now(), sent = 0, rate = stream->probe->expect->at_least;

	setsockopt(stream->out, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	while (!stream->over) {
		ssize_t n = send(stream->out, bytes, stream->tcp ? CHUNK : DATAGRAM, MSG_NOSIGNAL);

		if (n < 0 && errno != EAGAIN && errno != ENOBUFS && errno != EINTR && errno != ECONNREFUSED)
			break;
		sent += n > 0 ? n : 0;
		/* Datagrams are paced, a tenth faster than what is expected. */
		while (!stream->tcp && !stream->over &&
		       (double)sent * 8 > (double)(lab_now() - began) / 1e6 * (double)rate * 1.1)
			poll(NULL, 0, 1);
	}
	free(bytes);
	return NULL;
}

/* Receive until a window is fast enough, or the time is over. Return: bit/s of the best. */
static double receive_best(struct stream *stream)
{
	int fd = stream->tcp ? stream->in : stream->listener;
	struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
	uint8_t *bytes = vs_xmalloc(CHUNK);
	int64_t window = lab_now(), got = 0;
	double best = 0;

	while (!lab_probe_late(stream->probe) && best < (double)stream->probe->expect->at_least) {
		ssize_t n = recv(fd, bytes, CHUNK, 0);
		int64_t took = lab_now() - window;

		got += n > 0 ? n : 0;
		if (n == 0 && stream->tcp)
			break;
		if (took >= WINDOW_US) {
			double rate = (double)got * 8 * 1e6 / (double)took;

			best = rate > best ? rate : best;
			got = 0;
			window = lab_now();
		}
		if (n < 0)
			poll(&poll_fd, 1, RETRY_MS);
	}
	free(bytes);
	return best;
}

static void rate_text(double rate, char *text, size_t size)
{
	static const char *const units[] = {"bit/s", "kbit/s", "Mbit/s", "Gbit/s"};
	size_t unit = 0;

	while (rate >= 1000 && unit < 3) {
		rate /= 1000;
		unit++;
	}
	snprintf(text, size, "%.3g %s", rate, units[unit]);
}

static void measure(struct stream *stream)
{
	struct lab_probe *probe = stream->probe;
	char best_text[32], wanted[32];
	pthread_t sender;
	double best;

	if (pthread_create(&sender, NULL, send_all, stream)) {
		lab_probe_settle(probe, PROBE_UNKNOWN, "cannot start a thread");
		return;
	}
	best = receive_best(stream);
	stream->over = true;
	pthread_join(sender, NULL);
	rate_text(best, best_text, sizeof(best_text));
	rate_text((double)probe->expect->at_least, wanted, sizeof(wanted));
	if (best >= (double)probe->expect->at_least)
		lab_probe_settle(probe, PROBE_HOLDS, "%s", best_text);
	else
		lab_probe_settle(probe, PROBE_FAILS, "%s at best, expected %s", best_text, wanted);
}

static void ask(struct lab_probe *probe)
{
	struct stream stream = {
		.probe = probe, .listener = -1, .in = -1, .out = -1, .tcp = lab_probe_is(probe, LAB_EXPECT_TCP)};
	struct sockaddr_storage at;
	socklen_t size;

	lab_probe_begin(probe);
	if (stream_listen(&stream, &at, &size)) {
		while (!try_connect(&stream, &at, size) && !lab_probe_late(probe))
			poll(NULL, 0, RETRY_MS);
		if (stream.out >= 0)
			measure(&stream);
		else
			lab_probe_settle(probe, PROBE_FAILS, "cannot connect: %s",
					 probe->error ? strerror(probe->error) : "no answer");
	}
	if (stream.in >= 0)
		close(stream.in);
	if (stream.out >= 0)
		close(stream.out);
	if (stream.listener >= 0)
		close(stream.listener);
}

void lab_ask_rate(struct lab_test *test)
{
	for (size_t i = 0; i < test->n; i++) {
		struct lab_probe *probe = &test->probes[i];

		if (probe->answer == PROBE_OPEN &&
		    (lab_probe_is(probe, LAB_EXPECT_TCP) || lab_probe_is(probe, LAB_EXPECT_UDP)))
			ask(probe);
	}
}
