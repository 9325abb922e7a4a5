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
