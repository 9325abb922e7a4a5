/* SPDX-License-Identifier: GPL-2.0-only */
/* test_punt.c - ports that the daemon serves, frames of its own, and control frames: alike under both datapaths */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/xalloc.h"
#include "datapath-bpf/layout.h"
#include "tests/unit/lib/lab.h"
#include "tests/unit/lib/wires.h"
#include "vswitchd/datapath/mem.h"

#define PATIENCE_S 10
#define ROOM 65536
#define HEARD_MAX 4096
#define OVERFLOW 30000 /* frames of 1,500 bytes: more than any socket buffer of ours holds */

enum { A, B, WIRE, PORTS };

/* struct seen - what has left by a memory port: how many frames, and the last one */
struct seen {
	unsigned int n;
	size_t len;
	uint8_t bytes[ROOM];
	struct virtio_net_hdr vnet;
};

/* struct bench - a bridge with two memory ports and a wire; @control: of the control frames heard, by port */
struct bench {
	struct event_base *base;
	struct dp *dp;
	uint32_t bridge, numbers[PORTS];
	struct seen seen[PORTS];
	unsigned int heard;
	uint32_t heard_by;
	size_t heard_len;
	uint8_t heard_bytes[HEARD_MAX];
};

static struct wires *wires;

static void on_frame(void *arg, const uint8_t *bytes, size_t len, const struct virtio_net_hdr *vnet)
{
	struct seen *seen = arg;

	assert_in_range(len, 1, ROOM);
	seen->n++;
	seen->len = len;
	seen->vnet = *vnet;
	memcpy(seen->bytes, bytes, len);
}

static void on_control(void *arg, uint32_t number, const uint8_t *bytes, size_t len)
{
	struct bench *bench = arg;

	assert_in_range(len, 1, HEARD_MAX);
	bench->heard++;
	bench->heard_by = number;
	bench->heard_len = len;
	memcpy(bench->heard_bytes, bytes, len);
}

/* --- the bench -------------------------------------------------------------------------------------------------- */

static void add_port(struct bench *bench, int port, const char *name)
{
	struct dp_port_config config = {.kind = port == WIRE ? DP_PORT_NETDEV : DP_PORT_MEM,
					.name = name,
					.ifindex = port == WIRE ? wires_get(wires, 1) : 0,
					.vlan = {.bridge = bench->bridge, .flags = VS_PORT_TAGGED_OK}};

	memset(&config.vlan.members, 0xff, sizeof(config.vlan.members));
	assert_int_equal(bench->dp->ops->port_add(bench->dp, &config, &bench->numbers[port]), 0);
	if (port != WIRE)
		assert_int_equal(dp_mem_connect(bench->dp, bench->numbers[port], on_frame, &bench->seen[port]), 0);
}

static void bench_begin(struct bench *bench, bool bpf)
{
	const struct dp_bridge_config config = {.name = "br", .ageing_s = 300, .forward = {.fdb_limit = 100}};

	if (bpf)
		bench->dp = lab_bpf(bench->base);
	else
		assert_int_equal(dp_user_open(bench->base, &bench->dp), 0);
	bench->dp->callbacks = (struct dp_callbacks){.control = on_control, .arg = bench};
	assert_int_equal(bench->dp->ops->bridge_add(bench->dp, &config, &bench->bridge), 0);
	add_port(bench, A, "a");
	add_port(bench, B, "b");
	add_port(bench, WIRE, "wire");
	if (bench->dp->ops->settle)
		bench->dp->ops->settle(bench->dp);
}

/* wire_poll() - take in what has come out of the wire. */
static void wire_poll(struct bench *bench)
{
	struct seen *seen = &bench->seen[WIRE];
	uint8_t bytes[ROOM];
	unsigned int id;
	ssize_t len;

	while ((len = wires_receive(wires, &id, bytes, sizeof(bytes))) >= 0) {
		seen->n++;
		seen->len = (size_t)len;
		memcpy(seen->bytes, bytes, (size_t)len);
	}
}

static int setup(void **state, bool bpf)
{
	struct bench *bench = vs_xcalloc(1, sizeof(*bench));

	bench->base = event_base_new();
	bench_begin(bench, bpf);
	wire_poll(bench); /* what an earlier test let out there */
	bench->seen[WIRE].n = 0;
	*state = bench;
	return 0;
}

static int setup_user(void **state)
{
	return setup(state, false);
}

static int setup_bpf(void **state)
{
	return setup(state, true);
}

static int teardown(void **state)
{
	struct bench *bench = *state;

	for (int port = 0; port < PORTS; port++)
		assert_int_equal(bench->dp->ops->port_del(bench->dp, bench->numbers[port]), 0);
	assert_int_equal(bench->dp->ops->bridge_del(bench->dp, bench->bridge), 0);
	bench->dp->ops->close(bench->dp);
	assert_false(lab_says("vs", "ip -o link")); /* none of our devices */
	event_base_free(bench->base);
	free(bench);
	return 0;
}

/* Let the daemon work until @count frames in all have been seen at a port, or heard. */
static void await(struct bench *bench, const unsigned int *counter, unsigned int count)
{
	time_t end = time(NULL) + PATIENCE_S;

	while (*counter < count) {
		event_base_loop(bench->base, EVLOOP_NONBLOCK);
		wire_poll(bench);
		if (time(NULL) > end)
			fail_msg("%u frames have come, not %u", *counter, count);
	}
	assert_int_equal(*counter, count);
}

static struct dp_port_stats stats(struct bench *bench, int port)
{
	struct dp_port_stats stats;

	assert_int_equal(bench->dp->ops->port_stats(bench->dp, bench->numbers[port], &stats), 0);
	return stats;
}

static void make(uint8_t *bytes, size_t len, const char *macs)
{
	memset(bytes, 0x5a, len);
	memcpy(bytes, macs, 12);
	bytes[12] = 0x88;
	bytes[13] = 0xb5;
}

#define FROM_1_TO_2 "\x02\0\0\0\0\x02\x02\0\0\0\0\x01"
#define FROM_2_TO_1 "\x02\0\0\0\0\x01\x02\0\0\0\0\x02"
#define FROM_1_TO_ALL "\xff\xff\xff\xff\xff\xff\x02\0\0\0\0\x01"
#define CONTROL "\x01\x80\xc2\0\0\x0e\x02\0\0\0\0\x01"

static void put(struct bench *bench, int port, const uint8_t *bytes, size_t len)
{
	if (port == WIRE)
		assert_int_equal(wires_send(wires, 1, bytes, len), 0);
	else
		assert_int_equal(dp_mem_input(bench->dp, bench->numbers[port], bytes, len, NULL), 0);
}

static void same(const struct seen *seen, const uint8_t *bytes, size_t len)
{
	assert_int_equal(seen->len, len);
	assert_memory_equal(seen->bytes, bytes, len);
}

/* --- both datapaths --------------------------------------------------------------------------------------------- */

/* Flooded to all, learned, and then to one. */
static void test_ports_like_any_other(void **state)
{
	struct bench *bench = *state;
	uint8_t bytes[100];

	make(bytes, sizeof(bytes), FROM_1_TO_2);
	put(bench, A, bytes, sizeof(bytes));
	await(bench, &bench->seen[B].n, 1);
	await(bench, &bench->seen[WIRE].n, 1);
	same(&bench->seen[B], bytes, sizeof(bytes));
	same(&bench->seen[WIRE], bytes, sizeof(bytes));
	make(bytes, sizeof(bytes), FROM_2_TO_1);
	put(bench, WIRE, bytes, sizeof(bytes));
	await(bench, &bench->seen[A].n, 1);
	same(&bench->seen[A], bytes, sizeof(bytes));
	make(bytes, sizeof(bytes), FROM_1_TO_ALL);
	put(bench, WIRE, bytes, sizeof(bytes)); /* the station has moved */
	await(bench, &bench->seen[A].n, 2);
	await(bench, &bench->seen[B].n, 2);
	assert_int_equal(bench->seen[WIRE].n, 1);
	assert_int_equal(stats(bench, A).rx_packets, 1);
	assert_int_equal(stats(bench, A).tx_packets, 2);
	assert_int_equal(stats(bench, A).tx_bytes, 200);
	assert_int_equal(stats(bench, B).tx_packets, 2);
	assert_int_equal(stats(bench, WIRE).rx_packets, 2);
}

/* A TCP frame that is yet to be cut and summed stays so, and whole, in by one port and out by another. */
static void test_gso_stays_whole(void **state)
{
	struct bench *bench = *state;
	static uint8_t bytes[40000];
	const struct virtio_net_hdr vnet = {.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
					    .gso_type = VIRTIO_NET_HDR_GSO_TCPV4,
					    .hdr_len = 54,
					    .gso_size = 1448,
					    .csum_start = 34,
					    .csum_offset = 16};

	make(bytes, sizeof(bytes), FROM_1_TO_2);
	memcpy(bytes + 12, "\x08\x00\x45\x00", 4);
	bytes[16] = (sizeof(bytes) - 14) >> 8;
	bytes[17] = (sizeof(bytes) - 14) & 0xff;
	memcpy(bytes + 22, "\x40\x06", 2);
	bytes[14 + 20 + 12] = 0x50; /* data offset */
	bytes[14 + 20 + 13] = 0x10; /* ACK */
	assert_int_equal(dp_mem_input(bench->dp, bench->numbers[A], bytes, sizeof(bytes), &vnet), 0);
	await(bench, &bench->seen[B].n, 1);
	same(&bench->seen[B], bytes, sizeof(bytes));
	assert_memory_equal(&bench->seen[B].vnet, &vnet, sizeof(vnet));
}

/* The switch's own frames, tags and all. */
static void test_output(void **state)
{
	struct bench *bench = *state;
	const struct dp_ops *ops = bench->dp->ops;
	uint8_t bytes[100];

	make(bytes, sizeof(bytes), CONTROL);
	memcpy(bytes + 12, "\x81\x00\xe0\x07\x88\xcc", 6);
	assert_int_equal(ops->port_output(bench->dp, bench->numbers[WIRE], bytes, sizeof(bytes)), 0);
	await(bench, &bench->seen[WIRE].n, 1);
	same(&bench->seen[WIRE], bytes, sizeof(bytes));
	assert_int_equal(ops->port_output(bench->dp, bench->numbers[B], bytes, sizeof(bytes)), 0);
	await(bench, &bench->seen[B].n, 1);
	same(&bench->seen[B], bytes, sizeof(bytes));
	assert_int_equal(stats(bench, WIRE).tx_packets, 1);
	assert_int_equal(stats(bench, WIRE).tx_bytes, sizeof(bytes));
	assert_int_equal(stats(bench, B).tx_packets, 1);
	assert_int_equal(stats(bench, A).tx_packets, 0);
	assert_int_equal(ops->port_output(bench->dp, bench->numbers[B], bytes, 13), -EINVAL);
	assert_int_equal(ops->port_output(bench->dp, 4000, bytes, sizeof(bytes)), -ENOENT);
}

/* add_other() - one more port, on @bridge. Return: its number. */
static uint32_t add_other(struct bench *bench, uint32_t bridge, struct dp_port_config config)
{
	uint32_t number;

	config.vlan = (struct vs_port){.bridge = bridge, .flags = VS_PORT_TAGGED_OK};
	memset(&config.vlan.members, 0xff, sizeof(config.vlan.members));
	assert_int_equal(bench->dp->ops->port_add(bench->dp, &config, &number), 0);
	return number;
}

/* ... into a cable, where they come in at its other end like any other. */
static void test_output_into_a_cable(void **state)
{
	struct bench *bench = *state;
	const struct dp_ops *ops = bench->dp->ops;
	const struct dp_bridge_config config = {.name = "far", .ageing_s = 300, .forward = {.fdb_limit = 100}};
	uint32_t far, here, there;
	uint8_t bytes[100];

	assert_int_equal(ops->bridge_add(bench->dp, &config, &far), 0);
	there = add_other(bench, bench->bridge, (struct dp_port_config){.kind = DP_PORT_PATCH, .name = "there"});
	here = add_other(bench, far, (struct dp_port_config){.kind = DP_PORT_PATCH, .name = "here", .peer = there});
	make(bytes, sizeof(bytes), FROM_1_TO_ALL);
	assert_int_equal(ops->port_output(bench->dp, here, bytes, sizeof(bytes)), 0);
	await(bench, &bench->seen[A].n, 1);
	await(bench, &bench->seen[B].n, 1);
	await(bench, &bench->seen[WIRE].n, 1);
	same(&bench->seen[A], bytes, sizeof(bytes));
	assert_int_equal(ops->port_del(bench->dp, here), 0);
	assert_int_equal(ops->port_del(bench->dp, there), 0);
	assert_int_equal(ops->bridge_del(bench->dp, far), 0);
}

#define OUTER (14 + 20 + 8 + 8)

/* ... and into a tunnel, to each of its ends. */
static void test_output_into_a_tunnel(void **state)
{
	struct bench *bench = *state;
	struct vs_ip remotes[] = {{{[10] = 0xff, [11] = 0xff, [12] = 192, [14] = 2, [15] = 2}},
				  {{[10] = 0xff, [11] = 0xff, [12] = 192, [14] = 2, [15] = 3}}};
	const struct dp_vxlan vxlan = {.vni = 7, .dst_port = 4789, .ttl = 64, .remotes = remotes, .n_remotes = 2};
	const struct seen *seen = &bench->seen[WIRE];
	uint32_t tunnel;
	uint8_t bytes[100];

	assert_true(wires_get(wires, 2) > 0);
	lab_run("ip addr add 192.0.2.1/24 dev near2");
	lab_run("ip neigh replace 192.0.2.2 lladdr 02:00:00:00:00:02 dev near2");
	lab_run("ip neigh replace 192.0.2.3 lladdr 02:00:00:00:00:03 dev near2");
	tunnel = add_other(bench, bench->bridge,
			   (struct dp_port_config){.kind = DP_PORT_VXLAN, .name = "vx", .vxlan = vxlan});
	make(bytes, sizeof(bytes), CONTROL);
	assert_int_equal(bench->dp->ops->port_output(bench->dp, tunnel, bytes, sizeof(bytes)), 0);
	await(bench, &seen->n, 2);
	assert_int_equal(seen->len, OUTER + sizeof(bytes));
	assert_memory_equal(seen->bytes + OUTER, bytes, sizeof(bytes));
	assert_int_equal(bench->dp->ops->port_del(bench->dp, tunnel), 0);
	lab_run("ip addr flush dev near2");
}

static void test_control_frames(void **state)
{
	struct bench *bench = *state;
	uint8_t bytes[100];

	make(bytes, sizeof(bytes), CONTROL);
	put(bench, WIRE, bytes, sizeof(bytes));
	await(bench, &bench->heard, 1);
	assert_int_equal(bench->heard_by, bench->numbers[WIRE]);
	assert_int_equal(bench->heard_len, sizeof(bytes));
	assert_memory_equal(bench->heard_bytes, bytes, sizeof(bytes));
	memcpy(bytes + 12, "\x81\x00\xe0\x07\x88\xcc", 6);
	put(bench, A, bytes, sizeof(bytes));
	await(bench, &bench->heard, 2);
	assert_int_equal(bench->heard_by, bench->numbers[A]);
	assert_int_equal(bench->heard_len, sizeof(bytes));
	assert_memory_equal(bench->heard_bytes, bytes, sizeof(bytes));
	assert_int_equal(stats(bench, A).drops[VS_DROP_RESERVED_MAC], 1);
	assert_int_equal(stats(bench, WIRE).drops[VS_DROP_RESERVED_MAC], 1);
	assert_int_equal(bench->seen[A].n + bench->seen[B].n + bench->seen[WIRE].n, 0);
}

/* Each is either heard or counted, and another port has a share of its own. */
static void test_control_limit(void **state)
{
	struct bench *bench = *state;
	uint64_t over = 0;
	uint8_t bytes[60];
	unsigned int sent = 0, heard;

	make(bytes, sizeof(bytes), CONTROL);
	while (!over) {
		for (int i = 0; i < 100; i++, sent++)
			put(bench, WIRE, bytes, sizeof(bytes));
		event_base_loop(bench->base, EVLOOP_NONBLOCK);
		over = stats(bench, WIRE).drops[VS_DROP_CONTROL_LIMIT];
	}
	await(bench, &bench->heard, sent - (unsigned int)over);
	assert_in_range(bench->heard, VS_CONTROL_BURST, sent);
	assert_int_equal(stats(bench, WIRE).drops[VS_DROP_RESERVED_MAC], sent);
	heard = bench->heard;
	put(bench, A, bytes, sizeof(bytes));
	await(bench, &bench->heard, heard + 1);
	assert_int_equal(stats(bench, A).drops[VS_DROP_CONTROL_LIMIT], 0);
}

/* --- the channel ------------------------------------------------------------------------------------------------ */

/* While the daemon does not look, its socket fills up; what finds no room is counted, and nothing twice. */
static void test_socket_overflows(void **state)
{
	struct bench *bench = *state;
	uint8_t bytes[1500];
	time_t end = time(NULL) + PATIENCE_S;
	uint64_t lost;

	make(bytes, sizeof(bytes), FROM_1_TO_2);
	put(bench, A, bytes, sizeof(bytes));
	await(bench, &bench->seen[WIRE].n, 1);
	make(bytes, sizeof(bytes), FROM_2_TO_1);
	for (unsigned int i = 0; i < OVERFLOW; i++)
		put(bench, WIRE, bytes, sizeof(bytes));
	do {
		event_base_loop(bench->base, EVLOOP_NONBLOCK);
		lost = stats(bench, A).drops[VS_DROP_RX_FULL];
		assert_true(time(NULL) <= end);
	} while (bench->seen[A].n + lost < OVERFLOW);
	assert_int_equal(bench->seen[A].n + lost, OVERFLOW);
	assert_in_range(lost, 1, OVERFLOW);
	assert_int_equal(stats(bench, A).tx_packets, OVERFLOW);
	put(bench, WIRE, bytes, sizeof(bytes));
	await(bench, &bench->seen[A].n, OVERFLOW - (unsigned int)lost + 1);
}

/* pinned_no_daemon() - what the programs have counted at a port, as the pinned map has it. */
static uint64_t pinned_no_daemon(uint32_t number)
{
	int fd = bpf_obj_get(LAB_RUNDIR "/bpf/map-stats"), cpus = libbpf_num_possible_cpus();
	struct vs_bpf_stats *each;
	uint64_t sum = 0;

	assert_true(fd >= 0 && cpus > 0);
	each = vs_xcalloc((size_t)cpus, sizeof(*each));
	assert_int_equal(bpf_map_lookup_elem(fd, &number, each), 0);
	for (int i = 0; i < cpus; i++)
		sum += each[i].drops[VS_DROP_NO_DAEMON];
	free(each);
	close(fd);
	return sum;
}

/* Without the daemon its ports' frames are counted, and all others go on; with it the channel is as it was. */
static void test_away(void **state)
{
	struct bench *bench = *state;
	time_t end = time(NULL) + PATIENCE_S;
	uint64_t sent = 0, before;
	uint8_t bytes[60];

	make(bytes, sizeof(bytes), FROM_1_TO_ALL);
	bench->dp->ops->close(bench->dp);
	while (!pinned_no_daemon(bench->numbers[B])) { /* the kernel notices a moment later */
		put(bench, WIRE, bytes, sizeof(bytes));
		sent++;
		assert_true(time(NULL) <= end);
	}
	before = pinned_no_daemon(bench->numbers[A]);
	for (int i = 0; i < 5; i++, sent++)
		put(bench, WIRE, bytes, sizeof(bytes));
	bench_begin(bench, true);
	assert_int_equal(stats(bench, A).drops[VS_DROP_NO_DAEMON], before + 5);
	assert_int_equal(stats(bench, B).drops[VS_DROP_NO_DAEMON], before + 5);
	assert_int_equal(stats(bench, A).tx_packets, sent);
	put(bench, WIRE, bytes, sizeof(bytes));
	await(bench, &bench->seen[A].n, 1);
	await(bench, &bench->seen[B].n, 1);
	assert_int_equal(stats(bench, A).drops[VS_DROP_NO_DAEMON], before + 5);
}

#define WITH(setup, test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest user[] = {
		WITH(setup_user, test_ports_like_any_other),
		WITH(setup_user, test_gso_stays_whole),
		WITH(setup_user, test_output),
		WITH(setup_user, test_output_into_a_cable),
		WITH(setup_user, test_output_into_a_tunnel),
		WITH(setup_user, test_control_frames),
		WITH(setup_user, test_control_limit),
	};
	const struct CMUnitTest bpf[] = {
		WITH(setup_bpf, test_ports_like_any_other),
		WITH(setup_bpf, test_gso_stays_whole),
		WITH(setup_bpf, test_output),
		WITH(setup_bpf, test_output_into_a_cable),
		WITH(setup_bpf, test_output_into_a_tunnel),
		WITH(setup_bpf, test_control_frames),
		WITH(setup_bpf, test_control_limit),
		WITH(setup_bpf, test_socket_overflows),
		WITH(setup_bpf, test_away),
	};
	int failed;

	wires = wires_open("test_punt");
	if (!wires)
		return 0;
	if (wires_get(wires, 1) < 0 || wires_await(wires, 1)) {
		printf("test_punt: the wire does not come up\n");
		return 1;
	}
	failed = cmocka_run_group_tests_name("ports of the daemon, user", user, NULL, NULL);
	if (lab_has_bpf("test_punt"))
		failed += cmocka_run_group_tests_name("ports of the daemon, bpf", bpf, NULL, NULL);
	wires_close(wires);
	return failed;
}
