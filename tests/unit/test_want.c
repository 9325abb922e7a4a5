/* SPDX-License-Identifier: GPL-2.0-only */
/* test_want.c - Interface, Bridge and Port rows understood, and refused with the value in the sentence */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/xalloc.h"
#include "vswitchd/reconcile/types.h"
#include "vswitchd/reconcile/want.h"

struct want_state {
	struct store *store;
	struct store_row *row;
};

static void put(struct store *store, struct store_row *row, unsigned int column, const char *text)
{
	const struct vs_type *type = &schema_tables[store_row_table(row)].columns[column].type;
	struct vs_datum datum = {0};
	char *error = NULL;

	if (vs_datum_parse(type, text, &datum, &error) < 0)
		fail_msg("%s", error);
	store_set(store, row, column, &datum);
	vs_datum_destroy(type, &datum);
}

static int setup(void **state)
{
	struct want_state *s = vs_xcalloc(1, sizeof(*s));
	char *error = NULL;

	if (store_open(NULL, &s->store, &error) < 0)
		return -1;
	store_begin(s->store);
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	struct want_state *s = *state;

	store_abort(s->store);
	store_close(s->store);
	free(s);
	return 0;
}

static struct store_row *interface(struct want_state *s, const char *type, const char *options)
{
	struct store_row *row = store_insert(s->store, STORE_Interface);

	store_set_string(s->store, row, Interface_name, "p1");
	store_set_string(s->store, row, Interface_type, type);
	put(s->store, row, Interface_options, options);
	return row;
}

static struct rc_want good(struct want_state *s, const char *type, const char *options)
{
	struct rc_want want;
	char *error = NULL;

	if (rc_want_interface(interface(s, type, options), &want, &error) < 0)
		fail_msg("%s %s: %s", type, options, error);
	return want;
}

static void bad(struct want_state *s, const char *type, const char *options, const char *part)
{
	struct rc_want want;
	char *error = NULL;

	assert_int_equal(rc_want_interface(interface(s, type, options), &want, &error), -EINVAL);
	if (!strstr(error, part))
		fail_msg("\"%s\" does not say \"%s\"", error, part);
	free(error);
}

static struct vs_ip ip(const char *text)
{
	struct vs_ip out;

	assert_int_equal(vs_ip_parse(text, &out), 0);
	return out;
}

static void test_veth(void **state)
{
	struct rc_want want =
		good(*state, "veth",
		     "{netns=web, peer=lan0, ip=\"10.0.0.1/24, fd00::1/64\", mac=\"02:00:00:00:00:07\", mtu=\"1400\","
		     " gateway=10.0.0.254, routes=\"10.1.2.3/8 via 10.0.0.253,default via fd00::ff\"}");

	assert_string_equal(want.type->name, "veth");
	assert_string_equal(want.netns, "web");
	assert_string_equal(want.peer, "lan0");
	assert_int_equal(want.mtu, 1400);
	assert_true(want.has_peer_mac);
	assert_int_equal(want.peer_mac[5], 7);
	assert_false(want.has_mac);
	assert_int_equal(want.n_addrs, 2);
	assert_int_equal(want.addrs[0].bits, 24);
	assert_memory_equal(&want.addrs[1].ip, (struct vs_ip[]){ip("fd00::1")}, 16);
	assert_int_equal(want.n_routes, 3);
	assert_int_equal(want.routes[0].dest.bits, 0);
	assert_memory_equal(&want.routes[0].via, (struct vs_ip[]){ip("10.0.0.254")}, 16);
	assert_int_equal(want.routes[1].dest.bits, 8);
	assert_memory_equal(&want.routes[1].dest.ip, (struct vs_ip[]){ip("10.0.0.0")}, 16);
	assert_int_equal(want.routes[2].dest.bits, 0);
	assert_false(vs_ip_is_v4(&want.routes[2].dest.ip));
	rc_want_destroy(&want);
	want = good(*state, "veth", "{}");
	assert_string_equal(want.peer, "eth0");
	assert_null(want.netns);
	rc_want_destroy(&want);
}

static void test_vxlan(void **state)
{
	struct rc_want want = good(*state, "vxlan", "{remote_ip=192.0.2.2}");

	assert_int_equal(want.vxlan.vni, 0);
	assert_int_equal(want.vxlan.dst_port, 4789);
	assert_int_equal(want.vxlan.ttl, 64);
	assert_int_equal(want.vxlan.tos, 0);
	assert_false(want.vxlan.csum);
	assert_true(want.vxlan.df);
	assert_true(vs_ip_is_zero(&want.vxlan.local));
	rc_want_destroy(&want);
	want = good(
		*state, "vxlan",
		"{remote_ip=\"2001:db8::1,2001:db8::2 2001:db8::3\", key=\"0x1392\", dst_port=\"8472\", ttl=inherit,"
		" tos=\"0x10\", df_default=\"false\", local_ip=\"2001:db8::9\", in_key=flow}");
	assert_int_equal(want.vxlan.n_remotes, 3);
	assert_memory_equal(&want.vxlan.remotes[2], (struct vs_ip[]){ip("2001:db8::3")}, 16);
	assert_int_equal(want.vxlan.vni, 5010);
	assert_int_equal(want.vxlan.dst_port, 8472);
	assert_int_equal(want.vxlan.ttl, DP_INHERIT);
	assert_int_equal(want.vxlan.tos, 16);
	assert_true(want.vxlan.csum);
	assert_false(want.vxlan.df);
	rc_want_destroy(&want);
	want = good(*state, "vxlan", "{remote_ip=\"239.1.1.1\", dev=eth7}");
	assert_string_equal(want.group_dev, "eth7");
	rc_want_destroy(&want);
}

static void test_others(void **state)
{
	struct rc_want want = good(*state, "tap", "{queues=\"4\", owner=root, group=\"12345\"}");

	assert_true(want.multi_queue);
	assert_int_equal(want.owner, 0);
	assert_int_equal(want.group, 12345);
	rc_want_destroy(&want);
	want = good(*state, "tap", "{}");
	assert_false(want.multi_queue);
	assert_int_equal(want.owner, 0);
	assert_int_equal(want.group, -1);
	rc_want_destroy(&want);
	want = good(*state, "patch", "{peer=p2}");
	assert_string_equal(want.peer, "p2");
	rc_want_destroy(&want);
	want = good(*state, "", "{anything=goes}");
	assert_int_equal(want.type->kind, DP_PORT_NETDEV);
	assert_false(want.type->made);
	rc_want_destroy(&want);
}

static void test_refused(void **state)
{
	static const char *const rows[][3] = {
		{"geneve", "{}", "\"geneve\""},
		{"veth", "{ip=\"10.0.0.300/24\"}", "\"10.0.0.300/24\""},
		{"veth", "{ip=\"10.0.0.3/33\"}", "\"10.0.0.3/33\""},
		{"veth", "{mac=\"03:00:00:00:00:01\"}", "options:mac"},
		{"veth", "{gateway=nowhere}", "\"nowhere\""},
		{"veth", "{routes=\"10.0.0.0/8\"}", "\"10.0.0.0/8\""},
		{"veth", "{routes=\"10.0.0.0/8 via fd00::1\"}", "fd00::1"},
		{"veth", "{peer=a_name_that_is_too_long}", "a_name_that_is_too_long"},
		{"veth", "{mtu=\"67\"}", "\"67\""},
		{"tap", "{queues=\"0\"}", "\"0\""},
		{"tap", "{owner=nobody_has_this_name}", "nobody_has_this_name"},
		{"patch", "{}", "peer"},
		{"patch", "{peer=p1}", "peer"},
		{"vxlan", "{}", "remote_ip"},
		{"vxlan", "{remote_ip=\"192.0.2.2,300.1.1.1\"}", "300.1.1.1"},
		{"vxlan", "{remote_ip=\"192.0.2.2,239.1.1.1\"}", "239.1.1.1"},
		{"vxlan", "{remote_ip=\"192.0.2.2\", key=\"16777216\"}", "16777216"},
		{"vxlan", "{remote_ip=\"192.0.2.2\", ttl=\"256\"}", "256"},
		{"vxlan", "{remote_ip=\"192.0.2.2\", csum=perhaps}", "perhaps"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		bad(*state, rows[i][0], rows[i][1], rows[i][2]);
}

static void test_bridge(void **state)
{
	struct want_state *s = *state;
	struct store_row *row = store_insert(s->store, STORE_Bridge), *root = store_root(s->store);
	struct dp_bridge_config config;

	store_set_string(s->store, row, Bridge_name, "br0");
	rc_want_bridge(row, root, &config);
	assert_string_equal(config.name, "br0");
	assert_int_equal(config.ageing_s, 300);
	assert_int_equal(config.forward.fdb_limit, 8192);
	assert_int_equal(config.forward.flags, 0);
	put(s->store, row, Bridge_other_config,
	    "{mac-aging-time=\"0\", mac-table-size=\"9999999\", forward-bpdu=\"true\"}");
	put(s->store, row, Bridge_flood_vlans, "10,4095");
	put(s->store, root, Open_vSwitch_other_config, "{vlan-limit=\"0\"}");
	rc_want_bridge(row, root, &config);
	assert_int_equal(config.ageing_s, 1);
	assert_int_equal(config.forward.fdb_limit, 1000000);
	assert_int_equal(config.forward.flags, VS_BRIDGE_FORWARD_BPDU | VS_BRIDGE_INNER_TAG);
	assert_int_equal(config.forward.flood_vlans.bits[0], 1 << 10);
	assert_true(config.forward.flood_vlans.bits[63] == 1ULL << 63);
	put(s->store, row, Bridge_other_config, "{mac-aging-time=soon, mac-table-size=\"1\"}");
	put(s->store, root, Open_vSwitch_other_config, "{vlan-limit=\"1\"}");
	rc_want_bridge(row, root, &config);
	assert_int_equal(config.ageing_s, 300);
	assert_int_equal(config.forward.fdb_limit, 10);
	assert_int_equal(config.forward.flags, 0);
}

static void test_static_macs(void **state)
{
	struct want_state *s = *state;
	struct store_row *row = store_insert(s->store, STORE_Port);
	struct vs_fdb_key *keys;

	assert_int_equal(rc_want_static_macs(row, 3, &keys), 0);
	free(keys);
	put(s->store, row, Port_static_macs,
	    "[\"10/02:00:00:00:00:01\", \"4096/02:00:00:00:00:01\", \"9/02:00:00:00:00:02\", rubbish]");
	assert_int_equal(rc_want_static_macs(row, 3, &keys), 2);
	assert_int_equal(keys[0].bridge, 3);
	assert_int_equal(keys[0].vlan + keys[1].vlan, 19);
	free(keys);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_veth, setup, teardown),
		cmocka_unit_test_setup_teardown(test_vxlan, setup, teardown),
		cmocka_unit_test_setup_teardown(test_others, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bridge, setup, teardown),
		cmocka_unit_test_setup_teardown(test_static_macs, setup, teardown),
	};

	return cmocka_run_group_tests_name("want", tests, NULL, NULL);
}
