/* SPDX-License-Identifier: GPL-2.0-only */
/* helper.c - what the benchmarks need of C: the generator, the sink, the static redirect, the ping-pong */
#include "tests/bench/helper.h"

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	int arguments; /* at least */
	const char *usage;
} verbs[] = {
	{"generate", bench_generate, 4,
	 "DEVICE DST SRC SECONDS [STATIONS]: 60-byte frames; prints how many and how long"},
	{"xdp-generate", bench_xdp_generate, 4, "DEVICE DST SRC SECONDS: the same without an sk_buff"},
	{"stations", bench_stations, 6,
	 "DEVICE DST SRC COUNT RATE dst|src|none: COUNT frames, RATE a second, that address counting up; prints how "
	 "long"},
	{"sink", bench_sink, 0, "[DEVICE...]: count and drop what arrives; prints the count for every line read"},
	{"xdp-sink", bench_xdp_sink, 1, "DEVICE...: the same by XDP where frames come by the wire"},
	{"redirect", bench_redirect, 2, "A B [peer|xdp]: from one to the other and back, until standard input ends"},
	{"serve", bench_serve, 2, "ADDRESS PORT: answer one connection byte by byte"},
	{"ping", bench_ping, 3, "ADDRESS PORT SECONDS: one byte there, one back; prints round trips as JSON"},
	{"program", bench_program, 3,
	 "PINS IN OUT: nanoseconds a frame in the switch's program, device to device; prints JSON"},
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (!strcmp(argv[1], verbs[i].name) && argc - 2 >= verbs[i].arguments)
			return verbs[i].run(argc - 2, argv + 2);
	}
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		fprintf(stderr, "usage: helper %s %s\n", verbs[i].name, verbs[i].usage);
	return 1;
}
