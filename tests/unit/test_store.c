/* SPDX-License-Identifier: GPL-2.0-only */
/* test_store.c - rows, transactions, references and rules, in memory */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/xalloc.h"
#include "tests/unit/lib/model.h"

/* --- fixture: one bridge with two ports, and what the listener heard last --------------------------------------- */

struct heard {
	struct store *store;
	size_t calls, inserted, modified, deleted;
	uint64_t columns;
	char deleted_name[32];
};

static void hear(const struct store_change *changes, size_t n, void *arg)
{
	struct heard *heard = (struct heard *)arg;

	heard->calls++;
	for (size_t i = 0; i < n; i++) {
		heard->inserted += changes[i].op == STORE_INSERTED;
		heard->modified += changes[i].op == STORE_MODIFIED;
		heard->deleted += changes[i].op == STORE_DELETED;
		if (changes[i].op == STORE_MODIFIED)
			heard->columns |= changes[i].columns;
		if (changes[i].op == STORE_DELETED && changes[i].table == STORE_Interface)
			snprintf(heard->deleted_name, sizeof(heard->deleted_name), "%s",
				 store_get_string(changes[i].row, Interface_name));
	}
}

static void quiet(struct heard *heard)
{
	*heard = (struct heard){.store = heard->store};
}

static int setup(void **state)
{
	struct heard *heard = (struct heard *)vs_xcalloc(1, sizeof(*heard));
	struct store_row *bridge;
	char *error;

	assert_int_equal(store_open(NULL, &heard->store, &error), 0);
	store_begin(heard->store);
	bridge = model_bridge(heard->store, "br0");
	model_port(heard->store, bridge, "p1");
	model_port(heard->store, bridge, "p2");
	model_commit(heard->store);
	store_set_listener(heard->store, hear, heard);
	*state = heard;
	return 0;
}

static int teardown(void **state)
{
	struct heard *heard = (struct heard *)*state;

	store_close(heard->store);
	free(heard);
	return 0;
}

static struct store_row *bridge_of(struct store *store)
{
	return store_find_name(store, STORE_Bridge, "br0");
}

static struct store_row *port_of(struct store *store, const char *name)
{
	return store_find_name(store, STORE_Port, name);
}

/* --- reading ---------------------------------------------------------------------------------------------------- */

static void test_reading(void **state)
{
	struct store *store = ((struct heard *)*state)->store;
	struct store_row *port = port_of(store, "p1"), *interface;

	assert_int_equal(store_count(store, STORE_Port), 2);
	assert_ptr_equal(store_find(store, STORE_Port, store_row_uuid(port)), port);
	assert_null(store_find(store, STORE_Bridge, store_row_uuid(port)));
	assert_null(store_find_name(store, STORE_Port, "p3"));
	assert_null(store_find_name(store, STORE_QoS, "p1"));
	interface = store_get_ref(store, port, Port_interfaces, 0);
	assert_string_equal(store_get_string(interface, Interface_name), "p1");
	assert_null(store_get_ref(store, port, Port_interfaces, 1));
	assert_null(store_get_string(interface, Interface_type));
	assert_ptr_equal(store_referrer(store, interface), port);
	assert_ptr_equal(store_referrer(store, port), bridge_of(store));
	assert_ptr_equal(store_referrer(store, bridge_of(store)), store_root(store));
	assert_int_equal(store_get_integer(port, Port_tag, -7), -7);
	assert_false(store_get_bool(port, Port_protected, true));
	assert_null(store_get_key(interface, Interface_options, "key"));
	assert_int_equal(store_get(store_root(store), Open_vSwitch_iface_types)->n, 6);
	assert_int_equal(store_get(store_root(store), Open_vSwitch_datapath_types)->n, 2);
}

/* --- transactions ------------------------------------------------------------------------------------------------ */

static void test_sees_itself(void **state)
{
	struct heard *heard = (struct heard *)*state;
	struct store *store = heard->store;
	struct store_row *port;
	size_t walked = 0;

	store_begin(store);
	port = model_port(store, bridge_of(store), "p3");
	assert_ptr_equal(port_of(store, "p3"), port);
	assert_ptr_equal(store_referrer(store, port), bridge_of(store));
	store_delete(store, port_of(store, "p1"));
	assert_null(port_of(store, "p1"));
	for (struct store_row *row = store_first(store, STORE_Port); row; row = store_next(store, row))
		walked++;
	assert_int_equal(walked, 2);
	assert_int_equal(heard->calls, 0);
	store_abort(store);
	assert_null(port_of(store, "p3"));
	assert_non_null(port_of(store, "p1"));
}

static void test_abort_restores(void **state)
{
	struct heard *heard = (struct heard *)*state;
	struct store *store = heard->store;
	char *before = model_text(store), *after;
	struct store_row *row;

	store_begin(store);
	model_set(store, port_of(store, "p1"), "tag", "10");
	model_set(store, port_of(store, "p1"), "tag", "20");
	model_set(store, port_of(store, "p1"), "external_ids", "a=b");
	store_remove_ref(store, bridge_of(store), Bridge_ports, port_of(store, "p2"));
	store_delete(store, port_of(store, "p2"));
	row = model_bridge(store, "br1");
	model_port(store, row, "p3");
	store_delete(store, row);
	store_abort(store);
	store_abort(store); /* fine without one */
	after = model_text(store);
	assert_string_equal(before, after);
	assert_ptr_equal(store_referrer(store, port_of(store, "p2")), bridge_of(store));
	assert_null(store_find_name(store, STORE_Bridge, "br1"));
	assert_int_equal(heard->calls, 0);
	free(before);
	free(after);
}

static void test_changes(void **state)
{
	struct heard *heard = (struct heard *)*state;
	struct store *store = heard->store;

	store_begin(store);
	model_port(store, bridge_of(store), "p3");
	model_commit(store);
	assert_int_equal(heard->inserted, 2);
	assert_int_equal(heard->modified, 1);
	assert_int_equal(heard->columns, UINT64_C(1) << Bridge_ports);

	quiet(heard);
	store_begin(store);
	store_set_integer(store, port_of(store, "p3"), Port_tag, 7);
	store_set_integer(store, port_of(store, "p1"), Port_tag, 8);
	model_set(store, port_of(store, "p1"), "tag", "[]");
	model_commit(store);
	assert_int_equal(heard->modified, 1); /* p1 is as it was */
	assert_int_equal(heard->columns, UINT64_C(1) << Port_tag);

	quiet(heard);
	store_begin(store);
	model_set(store, port_of(store, "p3"), "tag", "7");
	model_commit(store);
	store_begin(store);
	model_commit(store);
	assert_int_equal(heard->calls, 0); /* nothing changed */
}

static void test_ephemeral(void **state)
{
	struct heard *heard = (struct heard *)*state;
	struct store_row *interface = store_find_name(heard->store, STORE_Interface, "p1");
	struct vs_datum number = {0};

	vs_datum_set_integer(&number, 5);
	store_set_ephemeral(interface, Interface_ofport, &number);
	assert_int_equal(store_get_integer(interface, Interface_ofport, 0), 5);
	assert_int_equal(heard->calls, 0);
	vs_datum_destroy(&schema_tables[STORE_Interface].columns[Interface_ofport].type, &number);
}

/* --- references -------------------------------------------------------------------------------------------------- */

/* A bridge goes with all that hangs on it; what nothing refers to never comes to be. */
static void test_collected(void **state)
{
	struct heard *heard = (struct heard *)*state;
	struct store *store = heard->store;
	struct store_row *lost;

	store_begin(store);
	store_remove_ref(store, bridge_of(store), Bridge_ports, port_of(store, "p1"));
	model_commit(store);
	assert_int_equal(store_count(store, STORE_Port), 1);
	assert_int_equal(store_count(store, STORE_Interface), 1);
	assert_int_equal(heard->deleted, 2);
	assert_string_equal(heard->deleted_name, "p1");

	quiet(heard);
	store_begin(store);
	lost = store_insert(store, STORE_Mirror);
	store_set_string(store, lost, Mirror_name, "lost");
	store_insert(store, STORE_QoS); /* a root table: stays */
	model_commit(store);
	assert_int_equal(store_count(store, STORE_Mirror), 0);
	assert_int_equal(store_count(store, STORE_QoS), 1);
	assert_int_equal(heard->inserted, 1);

	store_begin(store);
	store_remove_ref(store, store_root(store), Open_vSwitch_bridges, bridge_of(store));
	model_commit(store);
	assert_int_equal(store_count(store, STORE_Bridge) + store_count(store, STORE_Port), 0);
	assert_int_equal(store_count(store, STORE_Interface), 0);
}

/* Moving a port: out of one bridge and into another in one transaction keeps the row. */
static void test_moved(void **state)
{
	struct heard *heard = (struct heard *)*state;
	struct store *store = heard->store;
	struct store_row *other, *port = port_of(store, "p1");

	store_begin(store);
	other = model_bridge(store, "br1");
	store_remove_ref(store, bridge_of(store), Bridge_ports, port);
	store_add_ref(store, other, Bridge_ports, port);
	model_commit(store);
	assert_ptr_equal(store_referrer(store, port), other);
	assert_int_equal(heard->deleted, 0);
}

static void test_owned_once(void **state)
{
	struct store *store = ((struct heard *)*state)->store;
	struct store_row *port = port_of(store, "p1");
	char uuid[VS_UUID_TEXT], *want;

	store_begin(store);
	store_add_ref(store, model_bridge(store, "br1"), Bridge_ports, port);
	want = vs_xasprintf("Port %s is in column ports of two rows of table Bridge; take it out of the first one",
			    vs_uuid_format(store_row_uuid(port), uuid));
	model_refused(store, want);
	free(want);
}

static void test_dangling(void **state)
{
	struct store *store = ((struct heard *)*state)->store;
	char bridge[VS_UUID_TEXT], port[VS_UUID_TEXT], *want, *before = model_text(store), *after;

	vs_uuid_format(store_row_uuid(bridge_of(store)), bridge);
	vs_uuid_format(store_row_uuid(port_of(store, "p1")), port);
	store_begin(store);
	model_set(store, bridge_of(store), "netflow", "00000000-0000-0000-0000-000000000001");
	want = vs_xasprintf("Table Bridge column netflow row %s references nonexistent row "
			    "00000000-0000-0000-0000-000000000001 in table NetFlow.",
			    bridge);
	model_refused(store, want);
	free(want);

	store_begin(store);
	store_delete(store, port_of(store, "p1"));
	want = vs_xasprintf("cannot delete Port row %s because Bridge row %s still refers to it", port, bridge);
	model_refused(store, want);
	free(want);

	after = model_text(store);
	assert_string_equal(before, after);
	free(before);
	free(after);
}

static void test_weak(void **state)
{
	struct heard *heard = (struct heard *)*state;
	struct store *store = heard->store;
	struct store_row *mirror, *port = port_of(store, "p1");
	char uuid[VS_UUID_TEXT], *both;

	store_begin(store);
	mirror = store_insert(store, STORE_Mirror);
	store_add_ref(store, bridge_of(store), Bridge_mirrors, mirror);
	store_add_ref(store, mirror, Mirror_output_port, port);
	both = vs_xasprintf("%s,00000000-0000-0000-0000-000000000001", vs_uuid_format(store_row_uuid(port), uuid));
	model_set(store, mirror, "select_src_port", both);
	free(both);
	model_commit(store);
	assert_int_equal(store_get(mirror, Mirror_select_src_port)->n, 1); /* the other pointed nowhere */
	assert_ptr_equal(store_referrer(store, port), bridge_of(store));   /* weak ones do not count */

	quiet(heard);
	store_begin(store);
	store_remove_ref(store, bridge_of(store), Bridge_ports, port);
	model_commit(store);
	assert_int_equal(store_get(mirror, Mirror_select_src_port)->n, 0);
	assert_int_equal(store_get(mirror, Mirror_output_port)->n, 0);
	assert_int_equal(heard->deleted, 2);
	assert_int_equal(heard->modified, 2); /* bridge and mirror */
}

static void test_map_references(void **state)
{
	struct store *store = ((struct heard *)*state)->store;
	struct store_row *qos, *queue;
	char uuid[VS_UUID_TEXT], *map;

	store_begin(store);
	qos = store_insert(store, STORE_QoS);
	queue = store_insert(store, STORE_Queue);
	map = vs_xasprintf("0=%s,1=%s", vs_uuid_format(store_row_uuid(queue), uuid), uuid);
	model_set(store, qos, "queues", map);
	free(map);
	model_commit(store);
	assert_ptr_equal(store_get_ref(store, qos, QoS_queues, 1), queue);

	store_begin(store);
	map = vs_xasprintf("0=%s", vs_uuid_format(store_row_uuid(queue), uuid));
	model_set(store, qos, "queues", map);
	free(map);
	model_commit(store);
	assert_ptr_equal(store_referrer(store, queue), qos);

	store_begin(store);
	store_delete(store, queue);
	assert_non_null(store_referrer(store, queue));
	store_abort(store);
	store_begin(store);
	model_set(store, qos, "queues", "{}");
	store_delete(store, queue);
	model_commit(store);
	assert_int_equal(store_count(store, STORE_Queue), 0);
}

/* --- names ------------------------------------------------------------------------------------------------------- */

static void test_names(void **state)
{
	struct store *store = ((struct heard *)*state)->store;
	struct store_row *manager;

	store_begin(store);
	model_bridge(store, "br0");
	model_refused(store, "Transaction causes multiple rows in \"Bridge\" table to have identical values (br0) for "
			     "index on column \"name\".");
	store_begin(store);
	store_set_string(store, port_of(store, "p1"), Port_name, "p9");
	model_refused(store, "cannot modify read-only column name in table Port");
	store_begin(store);
	for (int i = 0; i < 2; i++) {
		manager = store_insert(store, STORE_Manager);
		store_set_string(store, manager, Manager_target, "a");
		store_add_ref(store, store_root(store), Open_vSwitch_manager_options, manager);
	}
	model_refused(store, "Transaction causes multiple rows in \"Manager\" table to have identical values (a) for "
			     "index on column \"target\".");
	/* A name that went away in the same transaction may be taken. */
	store_begin(store);
	store_remove_ref(store, bridge_of(store), Bridge_ports, port_of(store, "p1"));
	model_port(store, bridge_of(store), "p1");
	model_commit(store);
	assert_int_equal(store_count(store, STORE_Port), 2);
}

static void test_root(void **state)
{
	struct store *store = ((struct heard *)*state)->store;

	store_begin(store);
	store_delete(store, store_root(store));
	model_refused(store, "table Open_vSwitch always has exactly one row");
	store_begin(store);
	store_insert(store, STORE_Open_vSwitch);
	model_refused(store, "transaction causes \"Open_vSwitch\" table to contain 2 rows, greater than the "
			     "schema-defined limit of 1 row(s)");
	store_begin(store);
	for (int i = 0; i < 2; i++) {
		struct store_row *row = store_insert(store, STORE_Flow_Sample_Collector_Set);

		store_set_integer(store, row, Flow_Sample_Collector_Set_id, 5);
		model_set(store, row, "bridge",
			  vs_uuid_format(store_row_uuid(bridge_of(store)), (char[VS_UUID_TEXT]){0}));
	}
	model_refused(store, "Transaction causes multiple rows in \"Flow_Sample_Collector_Set\" table to have "
			     "identical values for index on columns \"id\" and \"bridge\".");
}

/* --- rules ------------------------------------------------------------------------------------------------------- */

/* Column and value for the bridge br0, the port p1 or its interface; the error, or NULL when it is fine. */
static const struct {
	enum store_table_id table;
	const char *type, *column, *text, *error;
} rules[] = {
	{STORE_Bridge, NULL, "flood_vlans", "10", NULL},
	{STORE_Bridge, NULL, "flood_vlans", "10,4095",
	 "flood_vlans 4095 of Bridge \"br0\" is reserved; VLANs go from 0 to 4094"},
	{STORE_Bridge, NULL, "datapath_type", "netdev", NULL},
	{STORE_Bridge, NULL, "datapath_type", "dpdk",
	 "datapath_type \"dpdk\" is unknown; leave it empty, or use system or netdev"},
	{STORE_Bridge, NULL, "other_config", "mac-aging-time=60", NULL},
	{STORE_Bridge, NULL, "other_config", "disable-in-band=maybe", NULL},
	{STORE_Bridge, NULL, "other_config", "mac-aging-time=abc",
	 "other_config:mac-aging-time \"abc\" is not a whole number (0 to 2147483647)"},
	{STORE_Bridge, NULL, "other_config", "forward-bpdu=yes",
	 "other_config:forward-bpdu \"yes\" is not true or false"},
	{STORE_Port, NULL, "tag", "4094", NULL},
	{STORE_Port, NULL, "tag", "4095", "tag 4095 of Port \"p1\" is reserved; VLANs go from 0 to 4094"},
	{STORE_Port, NULL, "trunks", "10,4095", "trunks 4095 of Port \"p1\" is reserved; VLANs go from 0 to 4094"},
	{STORE_Port, NULL, "cvlans", "4095", "cvlans 4095 of Port \"p1\" is reserved; VLANs go from 0 to 4094"},
	{STORE_Port, NULL, "static_macs", "10/02:00:00:00:00:01", NULL},
	{STORE_Port, NULL, "static_macs", "10/03:00:00:00:00:01",
	 "static_macs \"10/03:00:00:00:00:01\" is not VLAN/ADDRESS, such as 10/02:00:00:00:00:01"},
	{STORE_Port, NULL, "static_macs", "4095/02:00:00:00:00:01",
	 "static_macs \"4095/02:00:00:00:00:01\" is not VLAN/ADDRESS, such as 10/02:00:00:00:00:01"},
	{STORE_Port, NULL, "static_macs", "-1/02:00:00:00:00:01",
	 "static_macs \"-1/02:00:00:00:00:01\" is not VLAN/ADDRESS, such as 10/02:00:00:00:00:01"},
	{STORE_Port, NULL, "other_config", "qinq-ethtype=802.3",
	 "other_config:qinq-ethtype \"802.3\" is not one of these words: 802.1ad, 802.1q"},
	{STORE_Interface, "tap", "type", "tap", NULL},
	{STORE_Interface, "gre", "type", "gre",
	 "\"gre\" is not a type of interface here; use one of: system, veth, tap, internal, patch, vxlan"},
	{STORE_Interface, NULL, "mac", "\"02:00:00:00:00:01\"", NULL},
	{STORE_Interface, NULL, "mac", "\"ff:ff:ff:ff:ff:ff\"",
	 "mac \"ff:ff:ff:ff:ff:ff\" is not the Ethernet address of one station, such as 02:00:00:00:00:01"},
	{STORE_Interface, NULL, "mtu_request", "9000", NULL},
	{STORE_Interface, NULL, "mtu_request", "67", "mtu_request 67 is not from 68 to 65535"},
	{STORE_Interface, NULL, "mtu_request", "65536", "mtu_request 65536 is not from 68 to 65535"},
	{STORE_Interface, "vxlan", "options", "remote_ip=192.0.2.1,key=5010", NULL},
	{STORE_Interface, "vxlan", "options", "key=16777216",
	 "options:key \"16777216\" is not a whole number (0 to 16777215)"},
	{STORE_Interface, "vxlan", "options", "remote_ip=site-b",
	 "options:remote_ip \"site-b\" is not one address, several of one family, or one multicast group"},
	{STORE_Interface, "vxlan", "options", "remote_ip=239.1.1.1",
	 "options:remote_ip \"239.1.1.1\" is a multicast group; say with options:dev where to join it"},
	{STORE_Interface, "vxlan", "options", "remote_ip=239.1.1.1,dev=eth0", NULL},
	{STORE_Interface, "vxlan", "options", "remote_ip=192.0.2.1,local_ip=192.0.2.2", NULL},
	{STORE_Interface, "vxlan", "options", "remote_ip=192.0.2.1,local_ip=\"::1\"",
	 "options:local_ip \"::1\" is not of the same family as options:remote_ip \"192.0.2.1\""},
	{STORE_Interface, "vxlan", "options", "exts=gbp", NULL},
	{STORE_Interface, NULL, "options", "key=flow", NULL}, /* means nothing for this type */
	{STORE_Interface, "patch", "options", "peer=p2", NULL},
	{STORE_Interface, "patch", "options", "peer=p1",
	 "options:peer \"p1\" is the patch interface itself; name the one at the other end"},
	{STORE_Interface, "veth", "options", "peer=p1", NULL},
	{STORE_Interface, "veth", "options", "ip=10.0.0.1/99",
	 "options:ip \"10.0.0.1/99\" is not one or more ADDRESS/BITS"},
	{STORE_Interface, "tap", "options", "queues=0", "options:queues \"0\" is not a whole number (1 to 256)"},
};

static void test_rules(void **state)
{
	struct store *store = ((struct heard *)*state)->store;

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		const char *name = rules[i].table == STORE_Bridge ? "br0" : "p1";
		struct store_row *row = store_find_name(store, rules[i].table, name);

		store_begin(store);
		if (rules[i].type)
			model_set(store, row, "type", rules[i].type);
		model_set(store, row, rules[i].column, rules[i].text);
		if (rules[i].error)
			model_refused(store, rules[i].error);
		else
			model_commit(store);
		store_begin(store);
		if (rules[i].table == STORE_Interface) {
			model_set(store, row, "options", "{}");
			model_set(store, row, "type", "\"\"");
		}
		model_commit(store);
	}
}

static void test_rule_names(void **state)
{
	struct store *store = ((struct heard *)*state)->store;
	static const char *const bad[] = {
		"",   "0123456789abcdef", "a/b", "a b",
		"..", "veth%d",		  "a:b", "t\303\251\303\251\303\251\303\251\303\251xxxxx"};
	struct store_row *port;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char *want = vs_xasprintf("\"%s\" cannot be the name of a bridge, whose own port needs the name of a "
					  "network device: at most 15 characters, without '/', ':', '%%' or blanks",
					  bad[i]);

		store_begin(store);
		model_bridge(store, bad[i]);
		model_refused(store, want);
		free(want);
	}
	store_begin(store);
	model_port(store, bridge_of(store), "a-name-too-long-");
	model_refused(store, "\"a-name-too-long-\" is not the name of a network device: at most 15 characters, without "
			     "'/', ':', '%' or blanks");
	store_begin(store);
	port = model_port(store, bridge_of(store), "tunnel-to-the-other-site");
	model_set(store, store_get_ref(store, port, Port_interfaces, 0), "type", "vxlan");
	model_commit(store);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_reading),   CASE(test_sees_itself), CASE(test_abort_restores), CASE(test_changes),
		CASE(test_ephemeral), CASE(test_collected),   CASE(test_moved),		 CASE(test_owned_once),
		CASE(test_dangling),  CASE(test_weak),	      CASE(test_map_references), CASE(test_names),
		CASE(test_root),      CASE(test_rules),	      CASE(test_rule_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
