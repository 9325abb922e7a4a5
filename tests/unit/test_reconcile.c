/* SPDX-License-Identifier: GPL-2.0-only */
/* test_reconcile.c - each type of interface made, changed and removed exactly, in namespaces of its own */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "common/addr.h"
#include "tests/unit/lib/lab.h"

static int setup(void **state)
{
	*state = lab_open();
	lab_add_bridge(*state, "br0");
	return 0;
}

static int teardown(void **state)
{
	lab_close(*state);
	return 0;
}

static void test_bridge(void **state)
{
	struct lab *lab = *state;
	struct fakedp_port *port = fakedp_port(lab->fake, "br0");

	assert_non_null(port);
	assert_int_equal(fakedp_n_bridges(lab->fake), 1);
	assert_int_equal(rc_bridge_number(lab->rc, "br0"), port->config.vlan.bridge);
	assert_int_equal(rc_port_number(lab->rc, "br0"), fakedp_number(lab->fake, "br0"));
	assert_string_equal(rc_port_name(lab->rc, rc_port_number(lab->rc, "br0")), "br0");
	assert_string_equal(lab_get(lab, "br0", Interface_ofport), "65534");
	assert_string_equal(lab_get(lab, "br0", Interface_error), "[]");
	/* The host's end is down until somebody wants it, the switch's end is up and silent. */
	assert_true(lab_says("state DOWN", "ip link show br0"));
	assert_true(lab_says("vs", "ip -o link show up type veth"));
	assert_false(lab_says("inet6", "ip addr show type veth"));
	lab_run("ip addr add 10.0.0.1/24 dev br0 && ip link set br0 up");
	lab_set(lab, STORE_Interface, "br0", Interface_mac, "\"02:00:00:00:00:42\"");
	assert_true(lab_says("02:00:00:00:00:42", "ip link show br0"));
	assert_true(lab_says("10.0.0.1/24", "ip addr show br0"));
	lab_set(lab, STORE_Bridge, "br0", Bridge_other_config, "{mac-aging-time=\"17\"}");
	assert_int_equal(lab->fake->bridges[port->config.vlan.bridge].config.ageing_s, 17);
	lab_set(lab, STORE_Open_vSwitch, NULL, Open_vSwitch_other_config, "{vlan-limit=\"2\"}");
	assert_true(lab->fake->bridges[port->config.vlan.bridge].config.forward.flags & VS_BRIDGE_INNER_TAG);
	lab_del_bridge(lab, "br0");
	assert_int_equal(fakedp_n_bridges(lab->fake), 0);
	assert_int_equal(fakedp_n_ports(lab->fake), 0);
	assert_false(lab_exists("br0"));
}

static void test_veth(void **state)
{
	struct lab *lab = *state;
	struct fakedp_port *port;
	int ifindex;

	lab_add_port(lab, "br0", "web", "veth",
		     "{netns=web, peer=lan0, ip=\"10.0.10.1/24,fd00::1/64\", mac=\"02:00:00:00:00:01\", "
		     "gateway=10.0.10.254, routes=\"192.0.2.0/24 via 10.0.10.253\"}");
	port = fakedp_port(lab->fake, "web");
	assert_non_null(port);
	assert_string_equal(lab_get(lab, "web", Interface_warning), "[]");
	assert_true(lab_says("LOWER_UP", "ip link show web"));
	assert_true(lab_says("vswitch:/run/vswitch:web", "ip link show web"));
	assert_false(lab_says("inet6", "ip addr show web"));
	assert_true(lab_says("10.0.10.1/24", "ip -n web addr show lan0"));
	assert_true(lab_says("fd00::1/64", "ip -n web addr show lan0"));
	assert_true(lab_says("02:00:00:00:00:01", "ip -n web addr show lan0"));
	assert_true(lab_says("via 10.0.10.254", "ip -n web route show default"));
	assert_true(lab_says("via 10.0.10.253", "ip -n web route show 192.0.2.0/24"));
	assert_true(lab_says("LOOPBACK,UP", "ip -n web link show lo"));
	ifindex = port->config.ifindex;

	/* A difference is applied to the device that is there. What the container did itself stays. */
	lab_run("ip -n web addr add 10.9.9.9/32 dev lan0");
	lab_set(lab, STORE_Interface, "web", Interface_options,
		"{netns=web, peer=lan1, ip=\"10.0.10.2/24\", mac=\"02:00:00:00:00:02\", mtu=\"1300\", "
		"gateway=10.0.10.253}");
	assert_int_equal(fakedp_port(lab->fake, "web")->config.ifindex, ifindex);
	assert_string_equal(lab_get(lab, "web", Interface_warning), "[]");
	assert_true(lab_says("10.0.10.2/24", "ip -n web addr show lan1"));
	assert_true(lab_says("10.9.9.9/32", "ip -n web addr show lan1"));
	assert_false(lab_says("10.0.10.1/24", "ip -n web addr show lan1"));
	assert_false(lab_says("fd00::1", "ip -n web addr show lan1"));
	assert_true(lab_says("mtu 1300", "ip -n web link show lan1"));
	assert_true(lab_says("mtu 1300", "ip link show web"));
	assert_true(lab_says("via 10.0.10.253", "ip -n web route show default"));
	assert_false(lab_says("192.0.2.0", "ip -n web route"));

	/* Another namespace means another pair. */
	lab_set(lab, STORE_Interface, "web", Interface_options, "{netns=other}");
	assert_int_not_equal(fakedp_port(lab->fake, "web")->config.ifindex, ifindex);
	assert_true(lab_says("eth0", "ip -n other link"));
	assert_false(lab_says("web", "ip netns"));
	lab_del_port(lab, "br0", "web");
	assert_false(lab_exists("web"));
	assert_null(fakedp_port(lab->fake, "web"));
	assert_false(lab_says("other", "ip netns"));
}

static void test_veth_here(void **state)
{
	struct lab *lab = *state;

	lab_add_port(lab, "br0", "v1", "veth", "{peer=v1p, ip=\"10.0.0.5/24\"}");
	assert_true(lab_is_attached(lab, "v1"));
	assert_true(lab_says("10.0.0.5/24", "ip addr show v1p"));
	assert_true(lab_says("vswitch:/run/vswitch:v1", "ip link show v1p"));
	lab_del_port(lab, "br0", "v1");
	assert_false(lab_exists("v1"));
	assert_false(lab_exists("v1p"));
}

static void test_namespaces(void **state)
{
	struct lab *lab = *state;

	/* Ours goes with the last of two ports; somebody else's stays. */
	lab_add_port(lab, "br0", "a", "veth", "{netns=both, peer=a0}");
	lab_add_port(lab, "br0", "b", "veth", "{netns=both, peer=b0}");
	lab_del_port(lab, "br0", "a");
	assert_true(lab_says("both", "ip netns"));
	assert_true(lab_says("both", "ls " LAB_RUNDIR "/netns"));
	lab_del_port(lab, "br0", "b");
	assert_false(lab_says("both", "ip netns"));
	assert_false(lab_says("both", "ls " LAB_RUNDIR "/netns"));
	lab_run("ip netns add theirs");
	lab_add_port(lab, "br0", "c", "veth", "{netns=theirs}");
	assert_true(lab_is_attached(lab, "c"));
	lab_del_port(lab, "br0", "c");
	assert_true(lab_says("theirs", "ip netns"));
	/* By path and by process. */
	lab_add_port(lab, "br0", "d", "veth", "{netns=\"/run/netns/theirs\", peer=d0}");
	assert_true(lab_says("d0", "ip -n theirs link"));
	lab_add_port(lab, "br0", "e", "veth", "{netns=\"999999999\"}");
	assert_true(lab_is_parked(lab, "e"));
	assert_true(strstr(lab_get(lab, "e", Interface_error), "999999999"));
	lab_run("ip netns del theirs");
}

static void test_tap(void **state)
{
	struct lab *lab = *state;
	int ifindex;

	lab_add_port(lab, "br0", "vm1", "tap", "{owner=\"1234\"}");
	assert_true(lab_is_attached(lab, "vm1"));
	ifindex = fakedp_port(lab->fake, "vm1")->config.ifindex;
	assert_true(lab_says("type tap", "ip -d link show vm1"));
	assert_true(lab_says("vnet_hdr on", "ip -d link show vm1"));
	assert_true(lab_says("persist on", "ip -d link show vm1"));
	assert_true(lab_says("user 1234", "ip -d link show vm1"));
	assert_true(lab_says("vswitch:/run/vswitch:vm1", "ip link show vm1"));
	assert_false(lab_says("multi_queue", "ip -d link show vm1"));
	lab_set(lab, STORE_Interface, "vm1", Interface_options, "{owner=\"1235\"}");
	assert_true(lab_says("user 1235", "ip -d link show vm1"));
	assert_int_equal(fakedp_port(lab->fake, "vm1")->config.ifindex, ifindex);
	lab_set(lab, STORE_Interface, "vm1", Interface_options, "{group=\"77\", queues=\"2\"}");
	assert_true(lab_is_attached(lab, "vm1"));
	assert_true(lab_says("multi_queue", "ip -d link show vm1"));
	assert_true(lab_says("group 77", "ip -d link show vm1"));
	assert_false(lab_says("user", "ip -d link show vm1"));
	lab_del_port(lab, "br0", "vm1");
	assert_false(lab_exists("vm1"));
}

static void test_type_change(void **state)
{
	struct lab *lab = *state;

	lab_run("ip link add x type veth peer name y");
	lab_add_port(lab, "br0", "x", "", NULL);
	assert_true(lab_is_attached(lab, "x"));
	/* A device of somebody else's is never removed, so ours cannot take its name. */
	lab_set(lab, STORE_Interface, "x", Interface_type, "tap");
	assert_true(lab_is_parked(lab, "x"));
	assert_true(lab_exists("x"));
	lab_run("ip link del x");
	lab_settle(lab, lab_is_attached, "x");
	assert_true(lab_says("type tap", "ip -d link show x"));
	lab_set(lab, STORE_Interface, "x", Interface_type, "internal");
	assert_true(lab_is_attached(lab, "x"));
	assert_true(lab_says("veth", "ip -d link show x"));
	lab_set(lab, STORE_Interface, "x", Interface_type, "system");
	assert_true(lab_is_parked(lab, "x"));
	assert_false(lab_exists("x"));
}

static void test_patch(void **state)
{
	struct lab *lab = *state;

	lab_add_bridge(lab, "br1");
	lab_add_port(lab, "br0", "to1", "patch", "{peer=to0}");
	assert_true(lab_is_attached(lab, "to1")); /* as in Open vSwitch: up, with nobody at the other end */
	assert_int_equal(fakedp_port(lab->fake, "to1")->config.peer, 0);
	lab_add_port(lab, "br1", "to0", "patch", "{peer=to1}");
	assert_int_equal(fakedp_port(lab->fake, "to1")->config.peer, fakedp_number(lab->fake, "to0"));
	assert_int_equal(fakedp_port(lab->fake, "to0")->config.peer, fakedp_number(lab->fake, "to1"));
	/* Both must name each other. */
	lab_set(lab, STORE_Interface, "to0", Interface_options, "{peer=elsewhere}");
	assert_int_equal(fakedp_port(lab->fake, "to1")->config.peer, 0);
	assert_int_equal(fakedp_port(lab->fake, "to0")->config.peer, 0);
	lab_set(lab, STORE_Interface, "to0", Interface_options, "{peer=to1}");
	assert_int_equal(fakedp_port(lab->fake, "to1")->config.peer, fakedp_number(lab->fake, "to0"));
	lab_del_port(lab, "br1", "to0");
	assert_int_equal(fakedp_port(lab->fake, "to1")->config.peer, 0);
	/* Both in one transaction. */
	lab_begin(lab);
	lab_del_port(lab, "br0", "to1");
	lab_add_port(lab, "br0", "p0", "patch", "{peer=p1}");
	lab_add_port(lab, "br1", "p1", "patch", "{peer=p0}");
	lab_commit(lab);
	assert_int_equal(fakedp_port(lab->fake, "p0")->config.peer, fakedp_number(lab->fake, "p1"));
	assert_int_equal(fakedp_port(lab->fake, "p1")->config.peer, fakedp_number(lab->fake, "p0"));
}

static void test_forward(void **state)
{
	struct lab *lab = *state;
	struct fakedp_port *port;
	unsigned int adds;

	lab_add_bridge(lab, "br1");
	lab_add_port(lab, "br0", "t", "tap", NULL);
	port = fakedp_port(lab->fake, "t");
	assert_string_equal(lab_get(lab, "t", Interface_ofport), "1");
	adds = lab->fake->adds;
	lab_set(lab, STORE_Port, "t", Port_tag, "10");
	assert_int_equal(port->config.vlan.pvid, 10);
	lab_set(lab, STORE_Port, "t", Port_static_macs, "[\"10/02:00:00:00:00:01\", \"10/02:00:00:00:00:02\"]");
	assert_int_equal(lab->fake->n_statics, 2);
	lab_set(lab, STORE_Port, "t", Port_static_macs, "[\"10/02:00:00:00:00:02\", \"11/02:00:00:00:00:02\"]");
	assert_int_equal(lab->fake->n_statics, 2);
	assert_int_equal(lab->fake->statics[0].key.vlan + lab->fake->statics[1].key.vlan, 21);
	/* To another bridge: the port is changed, not made anew, and its addresses go with it. */
	lab_begin(lab);
	store_add_ref(lab->store, store_find_name(lab->store, STORE_Bridge, "br1"), Bridge_ports,
		      store_find_name(lab->store, STORE_Port, "t"));
	store_remove_ref(lab->store, store_find_name(lab->store, STORE_Bridge, "br0"), Bridge_ports,
			 store_find_name(lab->store, STORE_Port, "t"));
	lab_commit(lab);
	assert_int_equal(port->config.vlan.bridge, rc_bridge_number(lab->rc, "br1"));
	assert_int_equal(lab->fake->n_statics, 2);
	assert_int_equal(lab->fake->statics[0].key.bridge, rc_bridge_number(lab->rc, "br1"));
	assert_int_equal(lab->fake->adds, adds);
	lab_del_bridge(lab, "br0");
	assert_non_null(fakedp_port(lab->fake, "t"));
	lab_set(lab, STORE_Port, "t", Port_static_macs, "[]");
	assert_int_equal(lab->fake->n_statics, 0);
}

static void test_replace(void **state)
{
	struct lab *lab = *state;

	/* The same name in one transaction: the old one goes first. */
	lab_add_port(lab, "br0", "p", "tap", NULL);
	lab_begin(lab);
	lab_del_port(lab, "br0", "p");
	lab_add_port(lab, "br0", "p", "veth", "{netns=n}");
	lab_commit(lab);
	assert_true(lab_is_attached(lab, "p"));
	assert_true(lab_says("veth", "ip -d link show p"));
	lab_begin(lab);
	lab_del_bridge(lab, "br0");
	lab_add_bridge(lab, "br9");
	lab_add_port(lab, "br9", "q", "tap", NULL);
	lab_commit(lab);
	assert_false(lab_exists("p"));
	assert_true(lab_is_attached(lab, "q"));
	assert_int_equal(fakedp_n_bridges(lab->fake), 1);
}

static void test_ofports(void **state)
{
	struct lab *lab = *state;

	lab_begin(lab);
	lab_add_port(lab, "br0", "a", "tap", NULL);
	lab_set(lab, STORE_Interface, "a", Interface_ofport_request, "7");
	lab_commit(lab);
	assert_string_equal(lab_get(lab, "a", Interface_ofport), "7");
	lab_add_port(lab, "br0", "b", "tap", NULL);
	assert_string_equal(lab_get(lab, "b", Interface_ofport), "1");
	lab_begin(lab);
	lab_add_port(lab, "br0", "c", "tap", NULL);
	lab_set(lab, STORE_Interface, "c", Interface_ofport_request, "7"); /* taken */
	lab_commit(lab);
	assert_string_equal(lab_get(lab, "c", Interface_ofport), "2");
	lab_del_port(lab, "br0", "b");
	lab_add_port(lab, "br0", "d", "tap", NULL); /* not the number that was just freed */
	assert_string_equal(lab_get(lab, "d", Interface_ofport), "3");
	lab_add_port(lab, "br0", "none", "", NULL);
	assert_string_equal(lab_get(lab, "none", Interface_ofport), "-1");
}

static void test_status(void **state)
{
	struct lab *lab = *state;
	const char *stats;

	lab_add_port(lab, "br0", "s", "veth", "{netns=s}");
	rc_refresh(lab->rc, store_find_name(lab->store, STORE_Interface, "s"));
	stats = lab_get(lab, "s", Interface_statistics);
	assert_string_equal(stats, "{drop_runt=2, drop_tx-full=1, drop_vlan-ingress=3, rx_bytes=700, rx_dropped=3, "
				   "rx_errors=2, rx_packets=7, tx_bytes=500, tx_dropped=1, tx_errors=0, tx_packets=5}");
	assert_string_equal(lab_get(lab, "s", Interface_link_state), "up");
	assert_string_equal(lab_get(lab, "s", Interface_admin_state), "up");
	assert_string_equal(lab_get(lab, "s", Interface_mtu), "1500");
	assert_string_equal(lab_get(lab, "s", Interface_status), "{driver_name=veth}");
	assert_string_equal(lab_get(lab, "s", Interface_link_speed), "10000000000");
	rc_refresh(lab->rc, store_find_name(lab->store, STORE_Interface, "br0"));
	assert_string_equal(lab_get(lab, "br0", Interface_link_state), "down");
	assert_string_equal(lab_get(lab, "br0", Interface_admin_state), "down");
}

static void test_bond(void **state)
{
	struct lab *lab = *state;
	struct store_row *port, *second;
	const char *names[] = {"m1", "m2"};
	int attached = 0;

	lab_begin(lab);
	lab_add_port(lab, "br0", "m1", "tap", NULL);
	port = store_find_name(lab->store, STORE_Port, "m1");
	second = store_insert(lab->store, STORE_Interface);
	store_set_string(lab->store, second, Interface_name, "m2");
	store_set_string(lab->store, second, Interface_type, "tap");
	store_add_ref(lab->store, port, Port_interfaces, second);
	lab_commit(lab);
	for (int i = 0; i < 2; i++) {
		attached += lab_is_attached(lab, names[i]);
		if (!lab_is_attached(lab, names[i]))
			assert_true(strstr(lab_get(lab, names[i], Interface_error), "bonds are not implemented"));
	}
	assert_int_equal(attached, 1);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

#define MANY 1000

static void test_many(void **state)
{
	struct lab *lab = *state;
	double start = now(), first = 0, last = start;
	char name[16];

	for (int i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "t%d", i);
		lab_add_port(lab, "br0", name, "tap", NULL);
		if (i == 9)
			first = now() - start;
		if (i == MANY - 11)
			last = now();
	}
	print_message("%d TAP ports: %.2f s, first ten %.1f ms, last ten %.1f ms\n", MANY, now() - start, first * 1e3,
		      (now() - last) * 1e3);
	assert_int_equal(fakedp_n_ports(lab->fake), MANY + 1);
	event_base_loop(lab->base, EVLOOP_NONBLOCK);
	assert_int_equal(fakedp_n_ports(lab->fake), MANY + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_bridge, setup, teardown),
		cmocka_unit_test_setup_teardown(test_veth, setup, teardown),
		cmocka_unit_test_setup_teardown(test_veth_here, setup, teardown),
		cmocka_unit_test_setup_teardown(test_namespaces, setup, teardown),
		cmocka_unit_test_setup_teardown(test_tap, setup, teardown),
		cmocka_unit_test_setup_teardown(test_type_change, setup, teardown),
		cmocka_unit_test_setup_teardown(test_patch, setup, teardown),
		cmocka_unit_test_setup_teardown(test_forward, setup, teardown),
		cmocka_unit_test_setup_teardown(test_replace, setup, teardown),
		cmocka_unit_test_setup_teardown(test_ofports, setup, teardown),
		cmocka_unit_test_setup_teardown(test_status, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bond, setup, teardown),
		cmocka_unit_test_setup_teardown(test_many, setup, teardown),
	};

	return lab_enter("reconcile") ? cmocka_run_group_tests_name("reconcile", tests, NULL, NULL) : 0;
}
