/* SPDX-License-Identifier: GPL-2.0-only */
/* program.c - what a frame costs in the switch's own program, without what brings it there and takes it away */

/*
 * The program and the maps of a running switch, by BPF_PROG_TEST_RUN. Hot is one frame repeated, its entries in the
 * cache; cold is a frame for another station of the table each time, less what the same way of measuring says of a
 * program that does nothing.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/types.h>
#include <net/if.h>
#include <unistd.h>

#include "datapath-bpf/layout.h"
#include "static.skel.h"
#include "tests/bench/helper.h"

#define HOT 1000000
#define COLD 20000
#define CHUNK 4096
#define FRAME 64

/* struct probe - the switch looked at. @in, @out, @tunnel: its ports; @tunnel 0: it has none */
struct probe {
	int fdb;
	int program;
	int nothing;
	uint32_t ifindex, in, out, tunnel, bridge;
	uint32_t instructions, jited;
	struct vs_ip remote;
};

static int pinned(const char *directory, const char *name)
{
	char path[512];
	int fd;

	snprintf(path, sizeof(path), "%s/map-%s", directory, name);
	fd = bpf_obj_get(path);
	must(fd >= 0, path);
	return fd;
}

/* program_find() - of all programs of that name in the kernel, the one that uses this very map. */
static void program_find(struct probe *probe, const char *name)
{
	struct bpf_map_info map = {0};
	uint32_t len = sizeof(map), id = 0;

	must(!bpf_obj_get_info_by_fd(probe->fdb, &map, &len), "table");
	while (!bpf_prog_get_next_id(id, &id)) {
		uint32_t maps[64];
		struct bpf_prog_info info = {.nr_map_ids = 64, .map_ids = (uintptr_t)maps};
		int fd = bpf_prog_get_fd_by_id(id);

		len = sizeof(info);
		if (fd >= 0 && !bpf_obj_get_info_by_fd(fd, &info, &len) && !strcmp(info.name, name)) {
			for (uint32_t i = 0; i < info.nr_map_ids && i < 64; i++) {
				if (maps[i] != map.id)
					continue;
				probe->program = fd;
				probe->instructions = info.xlated_prog_len / 8;
				probe->jited = info.jited_prog_len;
				return;
			}
		}
		if (fd >= 0)
			close(fd);
	}
	must(0, name);
}

static void ports_find(struct probe *probe, const char *directory, const char *out)
{
	int ports = pinned(directory, "ports"), remotes = pinned(directory, "remotes");
	uint32_t out_ifindex = if_nametoindex(out);
	struct vs_bpf_port port;

	for (uint32_t i = 1; i < VS_BPF_PORTS; i++) {
		struct vs_bpf_remote key = {.port = i};

		if (bpf_map_lookup_elem(ports, &i, &port) || !port.vlan.bridge)
			continue;
		if (port.kind == VS_BPF_VXLAN && !bpf_map_lookup_elem(remotes, &key, &probe->remote))
			probe->tunnel = i;
		else if (port.ifindex == probe->ifindex)
			probe->in = i, probe->bridge = port.vlan.bridge;
		else if (port.ifindex == out_ifindex)
			probe->out = i;
	}
	must(probe->in && probe->out, "the switch's ports");
	close(ports);
	close(remotes);
}

static void station(uint8_t mac[6], uint32_t number)
{
	const uint8_t made[6] = {2, 0, 0, (uint8_t)(number >> 16), (uint8_t)(number >> 8), (uint8_t)number};

	memcpy(mac, made, 6);
}

static struct vs_fdb_key station_key(const struct probe *probe, uint16_t vlan, uint32_t number)
{
	struct vs_fdb_key key = {.bridge = probe->bridge, .vlan = vlan};

	station(key.mac, number);
	return key;
}

/* fdb_fill() - stations @from to @to are behind the second port. */
static void fdb_fill(const struct probe *probe, uint32_t from, uint32_t to)
{
	static struct vs_fdb_key keys[CHUNK];
	static struct vs_fdb_entry entries[CHUNK];

	for (uint32_t at = from; at < to; at += CHUNK) {
		uint32_t n = to - at < CHUNK ? to - at : CHUNK;

		for (uint32_t i = 0; i < n; i++) {
			keys[i] = station_key(probe, 0, at + i);
			entries[i] =
				(struct vs_fdb_entry){.port = probe->out, .origin = probe->out, .seen_ns = now_ns()};
		}
		must(!bpf_map_update_batch(probe->fdb, keys, entries, &n, NULL), "filling the table");
	}
}

static void fdb_clear(const struct probe *probe, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		struct vs_fdb_key key = station_key(probe, 0, i);

		bpf_map_delete_elem(probe->fdb, &key);
	}
}

static void fdb_put(const struct probe *probe, uint16_t vlan, uint32_t number, uint32_t port)
{
	struct vs_fdb_key key = station_key(probe, vlan, number);
	struct vs_fdb_entry entry = {.port = port, .origin = port, .seen_ns = now_ns()};

	if (port == probe->tunnel)
		entry.remote = probe->remote;
	must(!bpf_map_update_elem(probe->fdb, &key, &entry, BPF_ANY), "table entry");
}

static void frame_make(uint8_t frame[FRAME], uint16_t vlan, uint32_t to)
{
	int at = 12;

	memset(frame, 0, FRAME);
	station(frame, to);
	station(frame + 6, 0);
	if (vlan) {
		frame[at++] = 0x81;
		frame[at++] = 0;
		frame[at++] = (uint8_t)(vlan >> 8);
		frame[at++] = (uint8_t)vlan;
	}
	frame[at++] = 0x88;
	frame[at] = 0xb5;
}

/* run() - nanoseconds of one run of @program, the mean of @repeat. */
static double run(const struct probe *probe, int program, const uint8_t frame[FRAME], int repeat, uint32_t want)
{
	struct __sk_buff context = {.ifindex = probe->ifindex};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = FRAME, .ctx_in = &context,
		    .ctx_size_in = sizeof(context), .repeat = repeat);

	must(!bpf_prog_test_run_opts(program, &opts), "BPF_PROG_TEST_RUN");
	if (opts.retval != want) {
		fprintf(stderr, "bench helper: the program says %u, not %u\n", opts.retval, want);
		exit(1);
	}
	return opts.duration;
}

#define REDIRECT 7 /* TC_ACT_REDIRECT */

static double hot(const struct probe *probe, uint16_t vlan, uint32_t to)
{
	uint8_t frame[FRAME];

	frame_make(frame, vlan, to);
	run(probe, probe->program, frame, HOT / 10, REDIRECT);
	return run(probe, probe->program, frame, HOT, REDIRECT);
}

static double cold(const struct probe *probe, uint32_t stations)
{
	double sum = 0, none = 0;
	uint8_t frame[FRAME];
	uint32_t to = 1;

	for (int i = 0; i < COLD; i++) {
		to = (to * 1103515245U + 12345U) & 0x7fffffff;
		frame_make(frame, 0, 1 + to % (stations - 1));
		none += run(probe, probe->nothing, frame, 1, REDIRECT);
		sum += run(probe, probe->program, frame, 1, REDIRECT);
	}
	return (sum - none) / COLD;
}

int bench_program(int argc, char **argv)
{
	static const uint32_t sizes[] = {10, 1000, 100000, 1000000};
	struct probe probe = {.fdb = pinned(argv[0], "fdb"), .ifindex = if_nametoindex(argv[1])};
	struct static_bpf *skel = static_bpf__open_and_load();
	uint8_t frame[FRAME];
	uint32_t have = 0;

	(void)argc;
	must(skel != NULL, "BPF programs of the benchmarks");
	probe.nothing = bpf_program__fd(skel->progs.bench_redirect);
	program_find(&probe, "vs_port_in");
	ports_find(&probe, argv[0], argv[2]);
	frame_make(frame, 0, 1);
	printf("{\"instructions\": %u, \"jited_bytes\": %u, \"ns\": {", probe.instructions, probe.jited);
	printf("\"static redirect\": %.1f", run(&probe, probe.nothing, frame, HOT, REDIRECT));
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		fdb_fill(&probe, have, sizes[i]);
		have = sizes[i];
		fdb_put(&probe, 0, 0, probe.in);
		printf(", \"known unicast, %u stations\": %.1f", have, hot(&probe, 0, 1));
		printf(", \"  each frame to another of %u\": %.1f", have, cold(&probe, have));
	}
	fdb_clear(&probe, have);
	fdb_put(&probe, 10, 0, probe.in);
	fdb_put(&probe, 10, 1, probe.out);
	printf(", \"tagged, trunk to trunk\": %.1f", hot(&probe, 10, 1));
	if (probe.tunnel) {
		fdb_put(&probe, 0, 0, probe.in);
		fdb_put(&probe, 0, 1, probe.tunnel);
		printf(", \"into a VXLAN tunnel\": %.1f", hot(&probe, 0, 1));
	}
	printf("}}\n");
	static_bpf__destroy(skel);
	return 0;
}
