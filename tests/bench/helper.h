/* SPDX-License-Identifier: GPL-2.0-only */
/* helper.h - the verbs of the benchmarks' helper, and what they share */
#ifndef VS_BENCH_HELPER_H
#define VS_BENCH_HELPER_H

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Every verb: arguments after its own name; returns the exit status. */
int bench_generate(int argc, char **argv);
int bench_xdp_generate(int argc, char **argv);
int bench_stations(int argc, char **argv);
int bench_sink(int argc, char **argv);
int bench_xdp_sink(int argc, char **argv);
int bench_redirect(int argc, char **argv);
int bench_serve(int argc, char **argv);
int bench_ping(int argc, char **argv);
int bench_program(int argc, char **argv);

/** plain_frame() - the frame of the generators: least size, local experimental EtherType 1 (IEEE 802). */
#define FRAME_LEAST 60
void plain_frame(uint8_t frame[FRAME_LEAST], const uint8_t dst[6], const uint8_t src[6]);

/** generator_report() - what the generators print. @busy: seconds of the processor */
void generator_report(uint64_t sent, uint64_t refused, double seconds, double busy);

static inline uint64_t clock_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000000U + (uint64_t)t.tv_nsec;
}

static inline uint64_t now_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

/* Benchmarks stop at the first thing that does not work. */
static inline void must(int ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "bench helper: %s: %s\n", what, strerror(errno));
	exit(1);
}

static inline void mac_parse(const char *text, uint8_t mac[6])
{
	must(sscanf(text, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx", mac, mac + 1, mac + 2, mac + 3, mac + 4, mac + 5) == 6,
	     text);
}

#endif
