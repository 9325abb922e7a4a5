/* SPDX-License-Identifier: GPL-2.0-only */
/* hooks.c - programs on devices for as long as this process lives: the sink, and the static redirect */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/types.h>
#include <net/if.h>

#include "static.skel.h"
#include "tests/bench/helper.h"

#define TCX_INGRESS 46 /* BPF_TCX_INGRESS, since Linux 6.6; not in older headers */

static void attach(const struct bpf_program *program, const char *device)
{
	int ifindex = (int)if_nametoindex(device);
	enum bpf_attach_type hook =
		bpf_program__type(program) == BPF_PROG_TYPE_XDP ? BPF_XDP : (enum bpf_attach_type)TCX_INGRESS;

	must(ifindex > 0, device);
	must(bpf_link_create(bpf_program__fd(program), ifindex, hook, NULL) >= 0, device);
}

/* hold() - say that all is in place, and answer every line until there are no more. */
static void hold(void (*answer)(void *), void *arg)
{
	char line[64];

	printf("ready\n");
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin)) {
		if (answer)
			answer(arg);
		fflush(stdout);
	}
}

static void print_received(void *arg)
{
	const struct static_bpf *skel = arg;
	int cpus = libbpf_num_possible_cpus();
	uint64_t *each, sum = 0;
	uint32_t zero = 0;

	must(cpus > 0, "number of processors");
	each = calloc((size_t)cpus, sizeof(*each));
	must(each && !bpf_map_lookup_elem(bpf_map__fd(skel->maps.received), &zero, each), "counter");
	for (int i = 0; i < cpus; i++)
		sum += each[i];
	free(each);
	printf("%lu\n", sum);
}

/* By XDP, and behind it for what does not come by the wire: bpf_redirect_peer() goes straight to the stack. */
int bench_xdp_sink(int argc, char **argv)
{
	struct static_bpf *skel = static_bpf__open_and_load();

	must(skel != NULL, "BPF programs of the benchmarks");
	for (int i = 0; i < argc; i++) {
		attach(skel->progs.bench_xdp_sink, argv[i]);
		attach(skel->progs.bench_sink, argv[i]);
	}
	hold(print_received, skel);
	static_bpf__destroy(skel);
	return 0;
}

int bench_sink(int argc, char **argv)
{
	struct static_bpf *skel = static_bpf__open_and_load();
	struct if_nameindex *all = if_nameindex();

	must(skel != NULL, "BPF programs of the benchmarks");
	must(all != NULL, "network devices");
	for (int i = 0; i < argc; i++)
		attach(skel->progs.bench_sink, argv[i]);
	for (int i = 0; !argc && all[i].if_name; i++) {
		if (strcmp(all[i].if_name, "lo") != 0)
			attach(skel->progs.bench_sink, all[i].if_name);
	}
	if_freenameindex(all);
	hold(print_received, skel);
	static_bpf__destroy(skel);
	return 0;
}

int bench_redirect(int argc, char **argv)
{
	int peer = argc > 2 && !strcmp(argv[2], "peer"), xdp = argc > 2 && !strcmp(argv[2], "xdp");

	for (int i = 0; i < 2; i++) {
		struct static_bpf *skel = static_bpf__open();

		must(skel != NULL, "BPF programs of the benchmarks");
		skel->rodata->out_ifindex = if_nametoindex(argv[1 - i]);
		skel->rodata->out_peer = (uint32_t)peer;
		must(!static_bpf__load(skel), "BPF programs of the benchmarks");
		attach(xdp ? skel->progs.bench_xdp_redirect : skel->progs.bench_redirect, argv[i]);
	}
	hold(NULL, NULL);
	return 0; /* links and programs go with the process */
}
