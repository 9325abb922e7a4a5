/* SPDX-License-Identifier: GPL-2.0-only */
/* probe-echo.c - reach, mtu and latency: ICMP echoes of many nodes at once, from one socket for each node */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/xalloc.h"
#include "vsctl/lab/address.h"
#include "vsctl/lab/probe.h"

#define ACTIVE_MAX 256 /* probes at a time */
#define RETRY_US 200000
#define SAMPLES 11 /* of a latency, whose median counts */
#define AGAIN 3
#define LADDER_US 300000
#define HEADERS(v4) ((v4) ? 28 : 48)

/* What follows the ICMP header, and comes back as it went. */
struct body {
	uint8_t nonce[12];
	uint32_t probe, tag;
	int64_t sent;
} __attribute__((packed));

struct echo_socket {
	const struct lab_node *node;
	bool v4;
	int fd;
};

/**
 * struct echo - one question in the making
 * @size: of the whole IP packet, never fragmented; 0 for a short one
 * @samples: of a latency, in microseconds
 */
struct echo {
	struct lab_probe *probe;
	struct echo_socket *socket;
	struct sockaddr_storage to;
	socklen_t to_size;
	int size, answered;
	int64_t next, samples[SAMPLES];
	size_t n_samples;
	bool begun, done;
};

struct echoes {
	struct lab_test *test;
	struct echo *items;
	size_t n;
	struct echo_socket **sockets;
	size_t n_sockets;
	void (*answered)(struct echo *echo, int64_t rtt);
};

/* --- sockets -------------------------------------------------------------------------------------------------- */

static struct echo_socket *socket_of(struct echoes *echoes, const struct lab_node *node, bool v4)
{
	struct echo_socket *made;
	int never = v4 ? IP_PMTUDISC_PROBE : IPV6_PMTUDISC_PROBE;

	for (size_t i = 0; i < echoes->n_sockets; i++) {
		if (echoes->sockets[i]->node == node && echoes->sockets[i]->v4 == v4)
			return echoes->sockets[i];
	}
	made = vs_xcalloc(1, sizeof(*made));
	*made = (struct echo_socket){.node = node, .v4 = v4};
	made->fd = lab_socket_in(node->netns, v4 ? AF_INET : AF_INET6, SOCK_RAW | SOCK_NONBLOCK,
				 v4 ? IPPROTO_ICMP : IPPROTO_ICMPV6);
	if (made->fd >= 0)
		setsockopt(made->fd, v4 ? IPPROTO_IP : IPPROTO_IPV6, v4 ? IP_MTU_DISCOVER : IPV6_MTU_DISCOVER, &never,
			   sizeof(never));
	echoes->sockets = vs_xrealloc(echoes->sockets, (echoes->n_sockets + 1) * sizeof(*echoes->sockets));
	echoes->sockets[echoes->n_sockets++] = made;
	return made;
}

static void echo_add(struct echoes *echoes, struct lab_probe *probe, int size)
{
	bool v4 = lab_address_is_v4(probe->address);
	struct echo *echo;

	echoes->items = vs_xrealloc(echoes->items, (echoes->n + 1) * sizeof(*echoes->items));
	echo = &echoes->items[echoes->n++];
	*echo = (struct echo){.probe = probe, .size = size, .socket = socket_of(echoes, probe->from, v4)};
	if (v4) {
		struct sockaddr_in *in = (struct sockaddr_in *)&echo->to;

		in->sin_family = AF_INET;
		echo->to_size = sizeof(*in);
		inet_pton(AF_INET, probe->address, &in->sin_addr);
	} else {
		struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&echo->to;

		in6->sin6_family = AF_INET6;
		echo->to_size = sizeof(*in6);
		inet_pton(AF_INET6, probe->address, &in6->sin6_addr);
	}
}

static void echoes_destroy(struct echoes *echoes)
{
	for (size_t i = 0; i < echoes->n_sockets; i++) {
		if (echoes->sockets[i]->fd >= 0)
			close(echoes->sockets[i]->fd);
		free(echoes->sockets[i]);
	}
	free(echoes->sockets);
	free(echoes->items);
}

/* --- frames --------------------------------------------------------------------------------------------------- */

static uint16_t checksum(const uint8_t *bytes, size_t n)
{
	uint32_t sum = 0;

	for (size_t i = 0; i + 1 < n; i += 2)
		sum += (uint32_t)bytes[i] << 8 | bytes[i + 1];
	if (n & 1)
		sum += (uint32_t)bytes[n - 1] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons((uint16_t)~sum);
}

static void echo_send(struct echoes *echoes, size_t index)
{
	struct echo *echo = &echoes->items[index];
	bool v4 = echo->socket->v4;
	size_t least = sizeof(struct icmphdr) + sizeof(struct body), size = least;
	struct icmphdr head = {.type = v4 ? ICMP_ECHO : ICMP6_ECHO_REQUEST};
	struct body body = {.probe = (uint32_t)index, .tag = (uint32_t)echo->size, .sent = lab_now()};
	uint8_t *frame;

	if (echo->size - HEADERS(v4) + (int)sizeof(head) > (int)size)
		size = (size_t)(echo->size - HEADERS(v4)) + sizeof(head);
	frame = vs_xcalloc(1, size);
	memcpy(body.nonce, echoes->test->nonce, sizeof(body.nonce));
	head.un.echo.id = htons((uint16_t)getpid());
	head.un.echo.sequence = htons((uint16_t)index);
	memcpy(frame, &head, sizeof(head));
	memcpy(frame + sizeof(head), &body, sizeof(body));
	head.checksum = v4 ? checksum(frame, size) : 0; /* of ICMPv6 the kernel's business */
	memcpy(frame, &head, sizeof(head));
	if (echo->socket->fd < 0)
		echo->probe->error = -echo->socket->fd;
	else if (sendto(echo->socket->fd, frame, size, 0, (struct sockaddr *)&echo->to, echo->to_size) < 0)
		echo->probe->error = errno;
	else
		echo->probe->error = 0;
	free(frame);
	echo->next = lab_now() + RETRY_US;
}

static void socket_read(struct echoes *echoes, const struct echo_socket *from)
{
	static uint8_t frame[1 << 16];
	ssize_t got;

	while ((got = recv(from->fd, frame, sizeof(frame), MSG_DONTWAIT)) > 0) {
		size_t skip = from->v4 ? (size_t)(frame[0] & 15) * 4 : 0, n = (size_t)got;
		struct body body;
		struct echo *echo;

		if (n < skip + sizeof(struct icmphdr) + sizeof(body) ||
		    frame[skip] != (from->v4 ? ICMP_ECHOREPLY : ICMP6_ECHO_REPLY))
			continue;
		memcpy(&body, frame + skip + sizeof(struct icmphdr), sizeof(body));
		if (memcmp(body.nonce, echoes->test->nonce, sizeof(body.nonce)) || body.probe >= echoes->n)
			continue;
		echo = &echoes->items[body.probe];
		if (echo->done || (int)body.tag != echo->size ||
		    (echo->size && (int)(n - skip) + HEADERS(from->v4) - 8 < echo->size))
			continue;
		echo->answered++;
		echoes->answered(echo, lab_now() - body.sent);
	}
}

/* --- the loop ------------------------------------------------------------------------------------------------- */

/* Send what is due. Return: when the next is; 0 when all is done. */
static int64_t send_due(struct echoes *echoes)
{
	int64_t soonest = 0, now = lab_now();
	size_t active = 0;

	for (size_t i = 0; i < echoes->n && active < ACTIVE_MAX; i++) {
		struct echo *echo = &echoes->items[i];

		if (echo->done)
			continue;
		active++;
		if (!echo->begun) {
			lab_probe_begin(echo->probe);
			echo->begun = true;
		}
		if (lab_probe_late(echo->probe)) {
			echo->done = true;
			soonest = now;
			continue;
		}
		if (echo->next <= now)
			echo_send(echoes, i);
		if (!soonest || echo->next < soonest)
			soonest = echo->next;
	}
	return soonest;
}

static void echoes_run(struct echoes *echoes)
{
	struct pollfd *fds = vs_xcalloc(echoes->n_sockets, sizeof(*fds));
	int64_t next;

	for (size_t i = 0; i < echoes->n_sockets; i++)
		fds[i] = (struct pollfd){.fd = echoes->sockets[i]->fd, .events = POLLIN};
	while ((next = send_due(echoes))) {
		int64_t ms = (next - lab_now()) / 1000;

		if (poll(fds, echoes->n_sockets, ms > 0 ? (int)ms : 1) <= 0)
			continue;
		for (size_t i = 0; i < echoes->n_sockets; i++) {
			if (fds[i].revents)
				socket_read(echoes, echoes->sockets[i]);
		}
	}
	free(fds);
}

/* --- what the answers mean ------------------------------------------------------------------------------------ */

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void latency_sample(struct echo *echo, int64_t rtt)
{
	int64_t median;

	echo->samples[echo->n_samples++] = rtt;
	echo->next = 0;
	if (echo->n_samples < SAMPLES)
		return;
	qsort(echo->samples, SAMPLES, sizeof(echo->samples[0]), compare);
	median = echo->samples[SAMPLES / 2];
	echo->n_samples = 0;
	free(echo->probe->why);
	echo->probe->why = vs_xasprintf("half of the answers took longer than %.3f ms\n", (double)median / 1000);
	if (median > echo->probe->expect->at_most)
		return;
	free(echo->probe->why);
	echo->probe->why = NULL;
	lab_probe_settle(echo->probe, PROBE_HOLDS, "%.3f ms", (double)median / 1000);
	echo->done = true;
}

static void on_answer(struct echo *echo, int64_t rtt)
{
	if (lab_probe_is(echo->probe, LAB_EXPECT_LATENCY)) {
		latency_sample(echo, rtt);
		return;
	}
	if (echo->size)
		lab_probe_settle(echo->probe, PROBE_HOLDS, "%d bytes", echo->size);
	else
		lab_probe_settle(echo->probe, PROBE_HOLDS, "%.3f ms", (double)rtt / 1000);
	echo->done = true;
}

void lab_ask_echo(struct lab_test *test)
{
	struct echoes echoes = {.test = test, .answered = on_answer};

	for (size_t i = 0; i < test->n; i++) {
		struct lab_probe *probe = &test->probes[i];
		bool mtu = lab_probe_is(probe, LAB_EXPECT_MTU);

		if (probe->answer == PROBE_OPEN &&
		    (mtu || lab_probe_is(probe, LAB_EXPECT_REACH) || lab_probe_is(probe, LAB_EXPECT_LATENCY)))
			echo_add(&echoes, probe, mtu ? (int)probe->expect->at_least : 0);
	}
	echoes_run(&echoes);
	for (size_t i = 0; i < echoes.n; i++) {
		struct echo *echo = &echoes.items[i];

		if (echo->answered && lab_probe_is(echo->probe, LAB_EXPECT_LATENCY))
			lab_probe_settle(echo->probe, PROBE_FAILS, "answers take too long");
		else if (echo->size)
			lab_probe_settle(echo->probe, PROBE_FAILS, "no answer to %d bytes", echo->size);
		else
			lab_probe_settle(echo->probe, PROBE_FAILS, "no answer");
	}
	echoes_destroy(&echoes);
}

/* --- a second look -------------------------------------------------------------------------------------------- */

static void on_any(struct echo *echo, int64_t rtt)
{
	(void)rtt;
	echo->done = true;
}

/* Ask once each for packets of these sizes. */
static void ask_sizes(struct lab_test *test, const struct lab_probe *probe, const int *sizes, bool *answered, size_t n)
{
	struct echoes echoes = {.test = test, .answered = on_any};
	struct lab_expect expect = *probe->expect;
	struct lab_probe copy = *probe;

	expect.timeout = LADDER_US;
	copy.expect = &expect;
	for (size_t i = 0; i < n; i++)
		echo_add(&echoes, &copy, sizes[i]);
	echoes_run(&echoes);
	for (size_t i = 0; i < n; i++)
		answered[i] = echoes.items[i].answered > 0;
	echoes_destroy(&echoes);
}

int lab_echo_largest(struct lab_test *test, const struct lab_probe *probe, int most)
{
	int low = 0, high = most; /* low is answered, high is not */

	while (high - low > 1) {
		enum { STEPS = 8 };
		int sizes[STEPS];
		bool answered[STEPS];
		int from = low, to = high;

		for (int i = 0; i < STEPS; i++) {
			sizes[i] = from + (to - from) * (i + 1) / (STEPS + 1);
			sizes[i] = sizes[i] > low ? sizes[i] : low + 1;
		}
		ask_sizes(test, probe, sizes, answered, STEPS);
		for (int i = 0; i < STEPS; i++) {
			if (answered[i] && sizes[i] > low)
				low = sizes[i];
		}
		for (int i = STEPS - 1; i >= 0; i--) {
			if (!answered[i] && sizes[i] > low && sizes[i] < high)
				high = sizes[i];
		}
		if (low == from && high == to)
			break;
	}
	return low;
}

int lab_echo_again(struct lab_test *test, const struct lab_probe *probe)
{
	int answered = 0;

	for (int i = 0; i < AGAIN; i++) {
		int size = lab_probe_is(probe, LAB_EXPECT_MTU) ? (int)probe->expect->at_least : 0;
		bool one = false;

		ask_sizes(test, probe, &size, &one, 1);
		answered += one;
	}
	return answered;
}
