/* SPDX-License-Identifier: GPL-2.0-only */
/* xdp.c - a generator and a sink that need no sk_buff: what is measured is the switch between them */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/types.h>
#include <net/if.h>

#include "static.skel.h"
#include "tests/bench/helper.h"

#define BATCH 64
#define FRAMES (1 << 16) /* a system call */

/*
 * BPF_PROG_TEST_RUN with live frames: a program is run on pages that the kernel keeps, and its verdict, to send them by
 * the device, is carried out. So each frame costs little more than what it meets on its way.
 */
int bench_xdp_generate(int argc, char **argv)
{
	struct static_bpf *skel = static_bpf__open();
	uint64_t start, busy, end, until, sent = 0;
	uint8_t frame[FRAME_LEAST], dst[6], src[6];
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = sizeof(frame), .repeat = FRAMES,
		    .flags = BPF_F_TEST_XDP_LIVE_FRAMES, .batch_size = BATCH);

	(void)argc;
	mac_parse(argv[1], dst);
	mac_parse(argv[2], src);
	plain_frame(frame, dst, src);
	must(skel != NULL, "BPF programs of the benchmarks");
	skel->rodata->out_ifindex = if_nametoindex(argv[0]);
	must(skel->rodata->out_ifindex > 0, argv[0]);
	must(!static_bpf__load(skel), "BPF programs of the benchmarks");
	start = now_ns();
	busy = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
	until = start + (uint64_t)(strtod(argv[3], NULL) * 1e9);
	do {
		must(!bpf_prog_test_run_opts(bpf_program__fd(skel->progs.bench_xdp_redirect), &opts),
		     "BPF_PROG_TEST_RUN with live frames (Linux 5.18)");
		sent += FRAMES;
		end = now_ns();
	} while (end < until);
	busy = clock_ns(CLOCK_PROCESS_CPUTIME_ID) - busy;
	generator_report(sent, 0, (double)(end - start) / 1e9, (double)busy / 1e9);
	static_bpf__destroy(skel);
	return 0;
}
