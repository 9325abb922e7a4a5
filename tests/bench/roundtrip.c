/* SPDX-License-Identifier: GPL-2.0-only */
/* roundtrip.c - one byte there and one back over TCP: how long a frame is under way */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/bench/helper.h"

#define SAMPLES (1 << 22)

static int tcp_socket(const char *address, const char *port, struct sockaddr_in *at)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	*at = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)strtoul(port, NULL, 10))};
	must(fd >= 0 && inet_pton(AF_INET, address, &at->sin_addr) == 1, address);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	return fd;
}

int bench_serve(int argc, char **argv)
{
	struct sockaddr_in at;
	int listener = tcp_socket(argv[0], argv[1], &at), fd, one = 1;
	char byte;

	(void)argc;
	must(!bind(listener, (struct sockaddr *)&at, sizeof(at)) && !listen(listener, 1), argv[0]);
	printf("ready\n");
	fflush(stdout);
	fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	must(fd >= 0, "accept");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	while (recv(fd, &byte, 1, 0) == 1 && send(fd, &byte, 1, 0) == 1)
		;
	close(fd);
	close(listener);
	return 0;
}

static int by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

int bench_ping(int argc, char **argv)
{
	uint32_t *ns = malloc(SAMPLES * sizeof(*ns));
	struct sockaddr_in at;
	int fd = tcp_socket(argv[0], argv[1], &at);
	uint64_t start, before, after;
	size_t n = 0, middle, late;
	char byte = 0;

	(void)argc;
	must(ns != NULL, "memory");
	must(!connect(fd, (struct sockaddr *)&at, sizeof(at)), argv[0]);
	start = after = now_ns();
	while (n < SAMPLES && after - start < (uint64_t)(strtod(argv[2], NULL) * 1e9)) {
		before = now_ns();
		must(send(fd, &byte, 1, 0) == 1 && recv(fd, &byte, 1, 0) == 1, "round trip");
		after = now_ns();
		ns[n++] = (uint32_t)(after - before);
	}
	must(n > 0, "no round trip");
	qsort(ns, n, sizeof(*ns), by_value);
	middle = n / 2;
	late = n - 1 - n / 100;
	printf("{\"trips\": %zu, \"median_us\": %.3f, \"p99_us\": %.3f}\n", n, ns[middle] / 1e3, ns[late] / 1e3);
	close(fd);
	free(ns);
	return 0;
}
