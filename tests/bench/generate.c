/* SPDX-License-Identifier: GPL-2.0-only */
/* generate.c - frames of the least size, as fast as one core can hand them to a device */

/*
 * A packet socket that passes the queueing discipline by, many frames a system call. Each frame is an sk_buff of its
 * own with its bytes in one piece, as an application's would be; what it costs to make it is the same for every switch.
 */
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/bench/helper.h"

#define BATCH 64
#define FRAME FRAME_LEAST

struct generator {
	int fd;
	uint32_t stations;
	uint32_t next;
	uint8_t frames[BATCH][FRAME];
	struct iovec iov[BATCH];
	struct mmsghdr messages[BATCH];
};

static void generator_open(struct generator *g, const char *device)
{
	struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_ifindex = (int)if_nametoindex(device)};
	int one = 1, big = 8 << 20;

	must(to.sll_ifindex > 0, device);
	g->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	must(g->fd >= 0, "packet socket");
	must(!bind(g->fd, (struct sockaddr *)&to, sizeof(to)), device);
	must(!setsockopt(g->fd, SOL_PACKET, PACKET_QDISC_BYPASS, &one, sizeof(one)), "PACKET_QDISC_BYPASS");
	must(!setsockopt(g->fd, SOL_SOCKET, SO_SNDBUFFORCE, &big, sizeof(big)), "SO_SNDBUFFORCE");
}

void plain_frame(uint8_t frame[FRAME_LEAST], const uint8_t dst[6], const uint8_t src[6])
{
	memset(frame, 0, FRAME_LEAST);
	memcpy(frame, dst, 6);
	memcpy(frame + 6, src, 6);
	frame[12] = 0x88;
	frame[13] = 0xb5;
}

void generator_report(uint64_t sent, uint64_t refused, double seconds, double busy)
{
	printf("{\"sent\": %lu, \"refused\": %lu, \"seconds\": %.6f, \"busy\": %.6f}\n", sent, refused, seconds, busy);
}

static void generator_fill(struct generator *g, const uint8_t dst[6], const uint8_t src[6])
{
	for (int i = 0; i < BATCH; i++) {
		plain_frame(g->frames[i], dst, src);
		g->iov[i] = (struct iovec){g->frames[i], FRAME};
		g->messages[i].msg_hdr = (struct msghdr){.msg_iov = &g->iov[i], .msg_iovlen = 1};
	}
}

/* generator_vary() - the next stations' turn: the last three bytes of the source count through them. */
static void generator_vary(struct generator *g)
{
	for (int i = 0; g->stations > 1 && i < BATCH; i++) {
		g->frames[i][9] = (uint8_t)(g->next >> 16);
		g->frames[i][10] = (uint8_t)(g->next >> 8);
		g->frames[i][11] = (uint8_t)g->next;
		g->next = (g->next + 1) % g->stations;
	}
}

/* put_number() - the last three bytes of an address. */
static void put_number(uint8_t mac[6], uint32_t number)
{
	mac[3] = (uint8_t)(number >> 16);
	mac[4] = (uint8_t)(number >> 8);
	mac[5] = (uint8_t)number;
}

/* Sleeping leaves the core to the switch, and may take a little too long; the last bit is waited for awake. */
static void wait_until(uint64_t when)
{
	struct timespec to;
	uint64_t now = now_ns();

	if (when > now + 200000) {
		to = (struct timespec){(time_t)((when - 100000) / 1000000000U), (long)((when - 100000) % 1000000000U)};
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &to, NULL);
	}
	while (now_ns() < when)
		;
}

/* Half a millisecond's frames at a time, each batch when its time has come, however late the one before was. */
int bench_stations(int argc, char **argv)
{
	static struct generator g;
	int vary = strcmp(argv[5], "none") != 0;
	unsigned int at = !strcmp(argv[5], "src") ? 6 : 0;
	uint64_t count = strtoull(argv[3], NULL, 10), rate = strtoull(argv[4], NULL, 10), start, sent = 0;
	unsigned int batch = rate / 2000 < 1 ? 1 : rate / 2000 > BATCH ? BATCH : (unsigned int)(rate / 2000);
	uint8_t dst[6], src[6];

	must(argc > 5 && rate > 0, "RATE");
	mac_parse(argv[1], dst);
	mac_parse(argv[2], src);
	generator_open(&g, argv[0]);
	generator_fill(&g, dst, src);
	start = now_ns();
	while (sent < count) {
		unsigned int n = count - sent < batch ? (unsigned int)(count - sent) : batch;

		for (unsigned int i = 0; vary && i < n; i++)
			put_number(g.frames[i] + at, (uint32_t)sent + i);
		wait_until(start + sent * 1000000000U / rate);
		for (unsigned int done = 0; done < n;) {
			int now = sendmmsg(g.fd, g.messages + done, n - done, 0);

			must(now > 0 || errno == ENOBUFS || errno == EAGAIN, "sendmmsg");
			done += now > 0 ? (unsigned int)now : 0;
		}
		sent += n;
	}
	printf("{\"sent\": %lu, \"seconds\": %.6f}\n", sent, (double)(now_ns() - start) / 1e9);
	close(g.fd);
	return 0;
}

int bench_generate(int argc, char **argv)
{
	static struct generator g;
	uint64_t start, busy, end, until, sent = 0, refused = 0;
	uint8_t dst[6], src[6];

	mac_parse(argv[1], dst);
	mac_parse(argv[2], src);
	g.stations = argc > 4 ? (uint32_t)strtoul(argv[4], NULL, 10) : 1;
	generator_open(&g, argv[0]);
	generator_fill(&g, dst, src);
	start = now_ns();
	busy = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
	until = start + (uint64_t)(strtod(argv[3], NULL) * 1e9);
	do {
		int n;

		generator_vary(&g);
		n = sendmmsg(g.fd, g.messages, BATCH, 0);
		if (n > 0)
			sent += (uint64_t)n;
		else if (errno == ENOBUFS || errno == EAGAIN)
			refused++;
		else
			must(0, "sendmmsg");
		end = now_ns();
	} while (end < until);
	busy = clock_ns(CLOCK_PROCESS_CPUTIME_ID) - busy;
	generator_report(sent, refused, (double)(end - start) / 1e9, (double)busy / 1e9);
	close(g.fd);
	return 0;
}
