/* SPDX-License-Identifier: GPL-2.0-only */
/* test_hotplug.c - devices and namespaces that come and go under the reconciler, and MTUs that follow routes */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

static void test_system(void **state)
{
	struct lab *lab = *state;

	lab_add_port(lab, "br0", "eth7", "", NULL);
	assert_true(lab_is_parked(lab, "eth7"));
	assert_string_equal(lab_get(lab, "eth7", Interface_error),
			    "\"could not open network device eth7 (No such device)\"");
	assert_string_equal(lab_get(lab, "eth7", Interface_ofport), "-1");
	/* It comes, and is set up; */
	lab_run("ip link add eth7 type veth peer name far7");
	lab_settle(lab, lab_is_attached, "eth7");
	assert_true(lab_says("UP", "ip -o link show up dev eth7"));
	assert_string_equal(lab_get(lab, "eth7", Interface_ofport), "1");
	/* goes; */
	lab_run("ip link del eth7");
	lab_settle(lab, lab_is_parked, "eth7");
	assert_string_equal(lab_get(lab, "eth7", Interface_error),
			    "\"could not open network device eth7 (No such device)\"");
	/* comes by being renamed, is renamed away, and back; */
	lab_run("ip link add other7 type veth peer name far7");
	lab_run("ip link set other7 name eth7");
	lab_settle(lab, lab_is_attached, "eth7");
	lab_run("ip link set eth7 down && ip link set eth7 name away7");
	lab_settle(lab, lab_is_parked, "eth7");
	lab_run("ip link set away7 name eth7");
	lab_settle(lab, lab_is_attached, "eth7");
	/* moves to another namespace, and back. */
	lab_run("ip netns add elsewhere && ip link set eth7 netns elsewhere");
	lab_settle(lab, lab_is_parked, "eth7");
	lab_run("ip -n elsewhere link set eth7 netns %d", getpid());
	lab_settle(lab, lab_is_attached, "eth7");
	/* It is not ours: it stays as it is. */
	lab_del_port(lab, "br0", "eth7");
	assert_true(lab_says("UP", "ip -o link show up dev eth7"));
	lab_run("ip netns del elsewhere");
}

static void test_gone_and_back_at_once(void **state)
{
	struct lab *lab = *state;
	unsigned int adds;

	lab_run("ip link add eth7 type veth peer name far7");
	lab_add_port(lab, "br0", "eth7", "system", NULL);
	adds = lab->fake->adds;
	/* By the time the news is read there is a device of this name: another one. */
	lab_run("ip link del eth7 && ip link add eth7 type veth peer name far7");
	while (lab->fake->adds == adds)
		event_base_loop(lab->base, EVLOOP_ONCE);
	assert_true(lab_is_attached(lab, "eth7"));
	/* Renamed away and back at once is no change. */
	adds = lab->fake->adds;
	lab_run("ip link set eth7 name x && ip link set x name eth7");
	event_base_loop(lab->base, EVLOOP_ONCE);
	assert_true(lab_is_attached(lab, "eth7"));
	assert_int_equal(lab->fake->adds, adds);
}

static void test_not_ethernet(void **state)
{
	struct lab *lab = *state;

	lab_add_port(lab, "br0", "lo", "", NULL);
	assert_true(lab_is_parked(lab, "lo"));
	assert_true(strstr(lab_get(lab, "lo", Interface_error), "not an Ethernet device"));
}

static bool is_remade(struct lab *lab, const char *name)
{
	return lab_is_attached(lab, name) && lab_exists(name);
}

static void test_ours_is_mended(void **state)
{
	struct lab *lab = *state;
	int ifindex;

	lab_add_port(lab, "br0", "vm1", "tap", NULL);
	ifindex = fakedp_port(lab->fake, "vm1")->config.ifindex;
	lab_run("ip link del vm1");
	lab_settle(lab, is_remade, "vm1");
	assert_int_not_equal(fakedp_port(lab->fake, "vm1")->config.ifindex, ifindex);
	/* Renamed, it is removed and another takes its place: nothing of ours stays behind. */
	lab_run("ip link set vm1 down && ip link set vm1 name stray");
	lab_settle(lab, is_remade, "vm1");
	assert_false(lab_exists("stray"));
	lab_add_port(lab, "br0", "in1", "internal", NULL);
	lab_run("ip link del in1");
	lab_settle(lab, is_remade, "in1");
}

static void test_namespace_dies(void **state)
{
	struct lab *lab = *state;

	lab_run("ip netns add box");
	lab_add_port(lab, "br0", "b", "veth", "{netns=box, ip=\"10.0.0.1/24\"}");
	assert_true(lab_is_attached(lab, "b"));
	lab_run("ip netns del box");
	lab_settle(lab, lab_is_parked, "b");
	assert_true(strstr(lab_get(lab, "b", Interface_error), "box"));
	assert_false(lab_says("box", "ip netns")); /* not made again: whoever removed it meant it */
	lab_run("ip netns add box");
	lab_settle(lab, lab_is_attached, "b");
	assert_true(lab_says("10.0.0.1/24", "ip -n box addr show eth0"));
	lab_del_port(lab, "br0", "b");
	assert_true(lab_says("box", "ip netns"));
	lab_run("ip netns del box");
}

static void test_ours_replaced(void **state)
{
	struct lab *lab = *state;

	lab_add_port(lab, "br0", "b", "veth", "{netns=box}");
	lab_run("ip netns del box");
	lab_settle(lab, lab_is_parked, "b");
	lab_run("ip netns add box");
	lab_settle(lab, lab_is_attached, "b");
	lab_del_port(lab, "br0", "b");
	assert_true(lab_says("box", "ip netns")); /* this one was not ours */
	lab_run("ip netns del box");
}

static void test_foreign_name(void **state)
{
	struct lab *lab = *state;

	lab_run("ip link add web type veth peer name x && ip netns add n && ip -n n link add eth0 type veth");
	lab_add_port(lab, "br0", "web", "veth", "{netns=m}");
	assert_true(lab_is_parked(lab, "web"));
	assert_true(strstr(lab_get(lab, "web", Interface_error), "one of that name already"));
	assert_false(lab_says("m", "ip netns list"));
	lab_add_port(lab, "br0", "v", "veth", "{netns=n}");
	assert_true(lab_is_parked(lab, "v"));
	assert_true(strstr(lab_get(lab, "v", Interface_error), "eth0"));
	assert_false(lab_exists("v"));
	lab_run("ip link set web name free");
	lab_settle(lab, lab_is_attached, "web");
	lab_run("ip -n n link del eth0");
	lab_set(lab, STORE_Interface, "v", Interface_options, "{netns=n, ip=\"10.0.0.1/24\"}");
	lab_settle(lab, lab_is_attached, "v");
	lab_run("ip netns del n && ip link del free");
}

static void test_datapath_refuses(void **state)
{
	struct lab *lab = *state;

	lab->fake->fail_port_add = -ENOSPC;
	lab_add_port(lab, "br0", "t", "tap", NULL);
	assert_true(lab_is_parked(lab, "t"));
	assert_true(strstr(lab_get(lab, "t", Interface_error), "as many ports as it can"));
	lab->fake->fail_port_add = 0;
	lab_run("ip link add news type veth"); /* any news will do */
	lab_settle(lab, lab_is_attached, "t");
	lab_run("ip link del news");
}

/* A tunnel to 192.0.2.2 by a device of MTU 1500 in VLAN 10 of br0. */
static void underlay(struct lab *lab, const char *tag)
{
	lab_run("ip link add under type veth peer name under2 && ip link set under up && ip link set under2 up && "
		"ip addr add 192.0.2.1/24 dev under");
	lab_begin(lab);
	lab_add_port(lab, "br0", "tun", "vxlan", "{remote_ip=\"192.0.2.2\", key=\"5010\"}");
	lab_set(lab, STORE_Port, "tun", Port_tag, tag);
	lab_commit(lab);
}

static void add_tagged(struct lab *lab, const char *name, const char *type, const char *options, const char *tag)
{
	lab_begin(lab);
	lab_add_port(lab, "br0", name, type, options);
	lab_set(lab, STORE_Port, name, Port_tag, tag);
	lab_commit(lab);
}

static bool fits_1350(struct lab *lab, const char *name)
{
	(void)lab;
	return lab_says("mtu 1350", "ip link show %s", name);
}

static bool fits_1500(struct lab *lab, const char *name)
{
	(void)lab;
	return lab_says("mtu 1500", "ip link show %s", name);
}

static void test_mtu(void **state)
{
	struct lab *lab = *state;
	struct fakedp_port *port;

	add_tagged(lab, "early", "veth", "{netns=n, peer=e0}", "10");
	assert_true(lab_says("mtu 1500", "ip link show early"));
	underlay(lab, "10");
	port = fakedp_port(lab->fake, "tun");
	assert_int_equal(port->config.kind, DP_PORT_VXLAN);
	assert_true(port->config.vlan.flags & VS_PORT_OVERLAY);
	assert_int_equal(port->config.vxlan.vni, 5010);
	/* Both ends of what was there, and of what comes; not what is in another VLAN. */
	assert_true(lab_says("mtu 1450", "ip link show early"));
	assert_true(lab_says("mtu 1450", "ip -n n link show e0"));
	add_tagged(lab, "late", "veth", "{netns=n, peer=l0}", "10");
	assert_true(lab_says("mtu 1450", "ip link show late"));
	assert_true(lab_says("mtu 1450", "ip -n n link show l0"));
	add_tagged(lab, "apart", "tap", NULL, "11");
	assert_true(lab_says("mtu 1500", "ip link show apart"));
	assert_string_equal(lab_get(lab, "late", Interface_warning), "[]");
	/* Another VLAN, and it fits again. */
	lab_set(lab, STORE_Port, "late", Port_tag, "11");
	assert_true(lab_says("mtu 1500", "ip link show late"));
	lab_set(lab, STORE_Port, "late", Port_tag, "10");
	assert_true(lab_says("mtu 1450", "ip link show late"));
	/* What was asked for and does not fit is said, and what fits is not. */
	lab_set(lab, STORE_Interface, "late", Interface_mtu_request, "1400");
	assert_true(lab_says("mtu 1400", "ip link show late"));
	assert_string_equal(lab_get(lab, "late", Interface_warning), "[]");
	lab_set(lab, STORE_Interface, "late", Interface_mtu_request, "9000");
	assert_true(lab_says("mtu 1450", "ip link show late"));
	assert_string_equal(lab_get(lab, "late", Interface_warning),
			    "[\"mtu_request 9000 does not fit: tunnel 'tun' carries 1450 in VLAN 10 (MTU 1500 of under "
			    "towards 192.0.2.2); the smaller one is used\"]");
	lab_run("ip link add eth7 type veth peer name far7");
	add_tagged(lab, "eth7", "", NULL, "10");
	assert_true(lab_says("mtu 1500", "ip link show eth7"));
	assert_string_equal(lab_get(lab, "eth7", Interface_warning),
			    "[\"MTU 1500 does not fit: tunnel 'tun' carries 1450 in VLAN 10 (MTU 1500 of under towards "
			    "192.0.2.2)\"]");
	/* The underlay changes. */
	lab_run("ip link set under mtu 1400");
	lab_settle(lab, fits_1350, "early");
	lab_del_port(lab, "br0", "tun");
	assert_true(lab_says("mtu 1500", "ip link show early"));
	assert_string_equal(lab_get(lab, "eth7", Interface_warning), "[]");
}

static void test_mtu_tagged(void **state)
{
	struct lab *lab = *state;

	/* A trunk tunnel sends tagged inner frames, 4 bytes more, except in VLAN 0. */
	underlay(lab, "[]");
	add_tagged(lab, "t10", "tap", NULL, "10");
	add_tagged(lab, "t0", "tap", NULL, "0");
	assert_true(lab_says("mtu 1446", "ip link show t10"));
	assert_true(lab_says("mtu 1450", "ip link show t0"));
	/* IPv6 takes 20 bytes more, and the narrowest of several remotes counts. */
	lab_run("ip addr add 2001:db8::1/64 dev under nodad");
	lab_set(lab, STORE_Interface, "tun", Interface_options, "{remote_ip=\"2001:db8::2\"}");
	assert_true(lab_says("mtu 1426", "ip link show t10"));
	lab_run("ip link add thin mtu 1280 type veth peer name thin2 && ip link set thin up && ip link set thin2 up && "
		"ip addr add 2001:db8:1::1/64 dev thin nodad");
	lab_set(lab, STORE_Interface, "tun", Interface_options, "{remote_ip=\"2001:db8::2,2001:db8:1::2\"}");
	assert_true(lab_says("mtu 1206", "ip link show t10"));
}

static void test_mtu_patch(void **state)
{
	struct lab *lab = *state;

	underlay(lab, "10");
	lab_add_bridge(lab, "br1");
	lab_add_port(lab, "br1", "t", "tap", NULL);
	assert_true(lab_says("mtu 1500", "ip link show t"));
	lab_begin(lab);
	lab_add_port(lab, "br0", "p0", "patch", "{peer=p1}");
	lab_add_port(lab, "br1", "p1", "patch", "{peer=p0}");
	lab_commit(lab);
	assert_true(lab_says("mtu 1450", "ip link show t"));
	lab_set(lab, STORE_Port, "p0", Port_trunks, "11");
	assert_true(lab_says("mtu 1500", "ip link show t"));
	/* Untagged on the patch: VLAN 20 there is VLAN 10 here. */
	lab_set(lab, STORE_Port, "p0", Port_tag, "10");
	lab_set(lab, STORE_Port, "p1", Port_tag, "20");
	lab_set(lab, STORE_Port, "t", Port_tag, "20");
	assert_true(lab_says("mtu 1450", "ip link show t"));
	lab_del_port(lab, "br0", "p0");
	assert_true(lab_says("mtu 1500", "ip link show t"));
}

static void test_mtu_no_route(void **state)
{
	struct lab *lab = *state;

	add_tagged(lab, "t", "tap", NULL, "10");
	lab_begin(lab);
	lab_add_port(lab, "br0", "tun", "vxlan", "{remote_ip=\"192.0.2.2\"}");
	lab_set(lab, STORE_Port, "tun", Port_tag, "10");
	lab_commit(lab);
	assert_true(lab_is_attached(lab, "tun"));
	assert_true(strstr(lab_get(lab, "tun", Interface_warning), "no route to 192.0.2.2"));
	assert_true(fits_1500(lab, "t"));
	lab_run("ip link add under mtu 1400 type veth peer name under2 && ip link set under up && "
		"ip link set under2 up && ip addr add 192.0.2.1/24 dev under");
	lab_settle(lab, fits_1350, "t");
	assert_string_equal(lab_get(lab, "tun", Interface_warning), "[]");
	/* A route alone makes no news of devices; asking for the row finds it. */
	lab_run("ip route add 192.0.2.2/32 dev under mtu 1300");
	rc_refresh(lab->rc, store_find_name(lab->store, STORE_Interface, "tun"));
	assert_true(lab_says("mtu 1250", "ip link show t"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_system, setup, teardown),
		cmocka_unit_test_setup_teardown(test_gone_and_back_at_once, setup, teardown),
		cmocka_unit_test_setup_teardown(test_not_ethernet, setup, teardown),
		cmocka_unit_test_setup_teardown(test_ours_is_mended, setup, teardown),
		cmocka_unit_test_setup_teardown(test_namespace_dies, setup, teardown),
		cmocka_unit_test_setup_teardown(test_ours_replaced, setup, teardown),
		cmocka_unit_test_setup_teardown(test_foreign_name, setup, teardown),
		cmocka_unit_test_setup_teardown(test_datapath_refuses, setup, teardown),
		cmocka_unit_test_setup_teardown(test_mtu, setup, teardown),
		cmocka_unit_test_setup_teardown(test_mtu_tagged, setup, teardown),
		cmocka_unit_test_setup_teardown(test_mtu_patch, setup, teardown),
		cmocka_unit_test_setup_teardown(test_mtu_no_route, setup, teardown),
	};

	return lab_enter("hotplug") ? cmocka_run_group_tests_name("hotplug", tests, NULL, NULL) : 0;
}
