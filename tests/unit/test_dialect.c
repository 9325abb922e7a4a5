/* SPDX-License-Identifier: GPL-2.0-only */
/* test_dialect.c - command lines on a database in memory: what they print, how they end, what they leave */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "common/addr.h"
#include "common/list.h"
#include "common/xalloc.h"
#include "vswitchd/control/control.h"

#define MAX_WORDS 64

/* A datapath that knows two stations on bridge 1, and remembers what it was told to forget. */
struct fake_dp {
	struct dp dp;
	struct vs_fdb_key deleted;
	uint32_t flushed_bridge, flushed_port;
	unsigned int n_flushes;
};

struct lab {
	struct ctl_env env;
	struct fake_dp dp;
	const char *broken; /* interface that cannot be set up */
	unsigned int n_commits;
};

static int fake_fdb_walk(struct dp *dp, uint32_t bridge, dp_fdb_cb cb, void *arg)
{
	struct timespec now;
	struct vs_fdb_key first = {bridge, 10, {2, 0, 0, 0, 0, 2}}, second = {bridge, 0, {2, 0, 0, 0, 0, 1}};
	struct vs_fdb_entry learned = {.port = 1}, pinned = {.port = 2, .flags = VS_FDB_STATIC};

	(void)dp;
	clock_gettime(CLOCK_MONOTONIC, &now);
	learned.seen_ns = ((uint64_t)now.tv_sec - 7) * 1000000000u;
	vs_ip_parse("192.0.2.2", &learned.remote);
	if (cb(&first, &learned, arg))
		cb(&second, &pinned, arg);
	return 0;
}

static int fake_fdb_del(struct dp *dp, const struct vs_fdb_key *key)
{
	vs_container(dp, struct fake_dp, dp)->deleted = *key;
	return 0;
}

static int fake_fdb_flush(struct dp *dp, uint32_t bridge, uint32_t port, uint16_t vlan)
{
	struct fake_dp *fake = vs_container(dp, struct fake_dp, dp);

	assert_int_equal(vlan, VS_VLAN_NONE);
	fake->flushed_bridge = bridge;
	fake->flushed_port = port;
	fake->n_flushes++;
	return 0;
}

static int fake_fdb_stats(struct dp *dp, uint32_t bridge, struct dp_fdb_stats *stats)
{
	(void)dp;
	*stats = (struct dp_fdb_stats){1, 2, 3, 4, 5, 6, 8192 + bridge};
	return 0;
}

static const struct dp_ops fake_ops = {.name = "fake",
				       .fdb_walk = fake_fdb_walk,
				       .fdb_del = fake_fdb_del,
				       .fdb_flush = fake_fdb_flush,
				       .fdb_stats = fake_fdb_stats};

static uint32_t lab_bridge_number(void *arg, const char *bridge)
{
	(void)arg;
	return !strcmp(bridge, "br0") ? 1 : 0;
}

static uint32_t lab_port_number(void *arg, const char *interface)
{
	(void)arg;
	return !strcmp(interface, "p1") ? 1 : !strcmp(interface, "br0") ? 2 : 0;
}

static const char *lab_port_name(void *arg, uint32_t number)
{
	(void)arg;
	return number == 1 ? "p1" : number == 2 ? "br0" : NULL;
}

static void set_ephemeral_text(struct store_row *row, unsigned int column, const char *text)
{
	struct vs_datum datum = {0};

	vs_datum_set_string(&datum, text);
	store_set_ephemeral(row, column, &datum);
	vs_datum_destroy(&schema_tables[store_row_table(row)].columns[column].type, &datum);
}

/* Reading statistics makes them; whoever sees them knows that they were asked for. */
static void lab_refresh(void *arg, struct store_row *interface)
{
	const struct vs_type *type = &schema_tables[STORE_Interface].columns[Interface_statistics].type;
	struct vs_datum datum = {0};
	char rx[] = "rx_bytes";

	(void)arg;
	vs_datum_add(type, &datum, &(union vs_atom){.string = rx}, &(union vs_atom){.integer = 42});
	store_set_ephemeral(interface, Interface_statistics, &datum);
	vs_datum_destroy(type, &datum);
}

static void lab_listen(const struct store_change *changes, size_t n, void *arg)
{
	struct lab *lab = arg;

	lab->n_commits++;
	for (size_t i = 0; i < n; i++)
		if (changes[i].table == STORE_Interface && changes[i].op != STORE_DELETED && lab->broken &&
		    !strcmp(store_get_string(changes[i].row, Interface_name), lab->broken))
			set_ephemeral_text(changes[i].row, Interface_error,
					   "could not open network device (No such device)");
}

static struct lab *lab_open(void)
{
	struct lab *lab = vs_xcalloc(1, sizeof(*lab));
	char *error = NULL;

	lab->dp.dp.ops = &fake_ops;
	lab->env = (struct ctl_env){.dp = &lab->dp.dp,
				    .datapath_text = "fake (a test)",
				    .refresh = lab_refresh,
				    .bridge_number = lab_bridge_number,
				    .port_number = lab_port_number,
				    .port_name = lab_port_name,
				    .arg = lab};
	assert_int_equal(store_open(NULL, &lab->env.store, &error), 0);
	store_set_listener(lab->env.store, lab_listen, lab);
	return lab;
}

static void lab_close(struct lab *lab)
{
	store_close(lab->env.store);
	free(lab);
}

/* Split at blanks; a part in '...' is taken as it is. */
static int split(char *text, char *argv[MAX_WORDS])
{
	char *to = text;
	int n = 0;

	for (text += strspn(text, " "); *text; text += strspn(text, " ")) {
		argv[n++] = to;
		for (bool quoted = false; *text && (quoted || *text != ' '); text++) {
			if (*text == '\'')
				quoted = !quoted;
			else
				*to++ = *text;
		}
		text += *text != '\0';
		*to++ = '\0';
	}
	return n;
}

static void run(struct lab *lab, bool color, const char *line, struct ctl_answer *answer)
{
	char *text = vs_xstrdup(line), *argv[MAX_WORDS];
	int argc = split(text, argv);

	ctl_run(&lab->env, &(struct ctl_manner){.program = "vsctl", .color = color}, argc, argv, answer);
	free(text);
}

/* Run @line, which must end with @status having printed @out and @err. */
static void expect(struct lab *lab, const char *line, int status, const char *out, const char *err)
{
	struct ctl_answer answer;

	run(lab, false, line, &answer);
	if (answer.status != status || strcmp(answer.out, out) || strcmp(answer.err, err))
		fail_msg("%s: exit %d\n%s%s", line, answer.status, answer.out, answer.err);
	ctl_answer_free(&answer);
}

static void ok(struct lab *lab, const char *line)
{
	expect(lab, line, 0, "", "");
}

static void refused(struct lab *lab, const char *line, const char *why)
{
	char *err = vs_xasprintf("vsctl: %s\n", why);

	expect(lab, line, 1, "", err);
	free(err);
}

/* --- the tests -------------------------------------------------------------------------------------------------- */

static void test_bridges_and_ports(void **state)
{
	struct lab *lab = lab_open();

	(void)state;
	ok(lab, "add-br br0");
	ok(lab, "add-br br1 -- add-port br1 q1");
	ok(lab, "add-port br0 p1 tag=10 'other_config:a=b c'");
	expect(lab, "list-br", 0, "br0\nbr1\n", "");
	expect(lab, "list-ports br0 -- list-ifaces br1", 0, "p1\nq1\n", "");
	expect(lab, "get port p1 tag other_config", 0, "10\n{a=\"b c\"}\n", "");
	expect(lab, "port-to-br q1 -- iface-to-br p1", 0, "br1\nbr0\n", "");
	expect(lab, "get interface br0 type", 0, "internal\n", "");
	refused(lab, "add-port br1 p1",
		"cannot create a port named p1 because a port named p1 already exists on bridge "
		"br0");
	refused(lab, "--may-exist add-port br1 p1",
		"\"--may-exist add-port br1 p1\" but p1 is actually attached to bridge br0");
	ok(lab, "--may-exist add-port br0 p1");
	expect(lab, "br-exists br2", 2, "", "");
	ok(lab, "--if-exists del-port br0 nosuch -- del-br br0");
	expect(lab, "--bare -- list-br -- --columns=name list port", 0, "br1\nbr1\n\nq1\n", "");
	lab_close(lab);
}

/* A line is one change or none. */
static void test_atomic(void **state)
{
	struct lab *lab = lab_open();

	(void)state;
	ok(lab, "add-br br0 -- add-port br0 p1 -- set interface p1 type=tap");
	assert_int_equal(lab->n_commits, 1);
	refused(lab, "add-br br1 -- set port p1 tag=5 -- set port nosuch tag=5", "no row \"nosuch\" in table Port");
	expect(lab, "list-br -- get port p1 tag", 0, "br0\n[]\n", "");
	expect(lab, "add-br br1 -- br-exists nosuch", 2, "", "");
	expect(lab, "--dry-run add-br br1 -- list-br", 0, "br0\nbr1\n", "");
	expect(lab, "list-br", 0, "br0\n", "");
	assert_int_equal(lab->n_commits, 1);
	ok(lab, "set port p1 tag=5 -- del-port p1 -- add-port br0 p1 -- del-port p1");
	expect(lab, "list-ports br0 -- list interface p1", 1, "", "vsctl: no row \"p1\" in table Interface\n");
	lab_close(lab);
}

/* Stored, but the kernel has no such device: said once per interface, and exit 65. */
static void test_not_applied(void **state)
{
	static const char report[] = "vsctl: Error detected while setting up 'p1': could not open network device (No "
				     "such device).  See vswitchd log for details.\n";
	struct lab *lab = lab_open();

	(void)state;
	ok(lab, "add-br br0");
	lab->broken = "p1";
	expect(lab, "add-port br0 p1 -- add-port br0 p2 -- set interface p1 mtu_request=1400 -- list-ports br0", 65,
	       "p1\np2\n", report);
	expect(lab, "list-ports br0", 0, "p1\np2\n", "");
	ok(lab, "--may-exist add-port br0 p1 -- set interface p1 mtu_request=1400");
	expect(lab, "set interface p1 mtu_request=1300", 65, "", report);
	ok(lab, "--no-wait set interface p1 mtu_request=1200");
	ok(lab, "set interface p2 mtu_request=1300");
	lab_close(lab);
}

static void test_records(void **state)
{
	struct lab *lab = lab_open();

	(void)state;
	ok(lab, "add-br br0 -- add-port br0 p1");
	ok(lab, "set por p1 trunk=1,2 -- set b br0 OTHER-config:k=v");
	expect(lab, "get port p1 trunks -- get bridge br0 other_config:k", 0, "[1, 2]\nv\n", "");
	ok(lab, "add port p1 trunks 3 -- remove port p1 trunks 1 -- remove bridge br0 other_config k=other");
	expect(lab, "get port p1 trunks -- get bridge br0 other_config", 0, "[2, 3]\n{k=v}\n", "");
	ok(lab, "clear port p1 trunks");
	refused(lab, "set b br0 p=1",
		"Bridge contains more than one column whose name matches \"p\": ports, protocols");
	refused(lab, "clear interface p1 error", "cannot modify read-only column error in table Interface");
	refused(lab, "set interface p1 name=x", "cannot modify read-only column name in table Interface");
	refused(lab, "add port p1 tag 1 2",
		"\"add\" operation would put 2 values in column tag of table Port but the maximum number is 1");
	ok(lab, "set open . external_ids:system-id=here");
	expect(lab, "get o . external_ids", 0, "{system-id=here}\n", "");
	expect(lab, "get interface p1 statistics", 0, "{rx_bytes=42}\n", "");
	expect(lab, "--columns=name find port name!=p1", 0, "name                : br0\n", "");
	expect(lab, "-f csv --columns=name,statistics find interface statistics:rx_bytes>41", 0,
	       "name,statistics\nbr0,{rx_bytes=42}\np1,{rx_bytes=42}\n", "");
	expect(lab, "-f json --columns=name,tag list port p1", 0,
	       "{\"data\":[[\"p1\",[\"set\",[]]]],\"headings\":[\"name\",\"tag\"]}\n", "");
	lab_close(lab);
}

/* Part of a UUID names a record; too short a part does not. */
static void test_partial_uuid(void **state)
{
	struct lab *lab = lab_open();
	struct ctl_answer answer;

	(void)state;
	ok(lab, "add-br br0");
	run(lab, false, "get bridge br0 _uuid", &answer);
	for (int len = 3; len <= 36; len++) {
		char *line = vs_xasprintf("get bridge %.*s name", len, answer.out);
		char *why = vs_xasprintf("no row \"%.3s\" in table Bridge", answer.out);
		if (len < 4)
			refused(lab, line, why);
		else
			expect(lab, line, 0, "br0\n", "");
		free(line);
		free(why);
	}
	ctl_answer_free(&answer);
	lab_close(lab);
}

/* --id=@name before and after its use, as libvirt writes it. */
static void test_symbols(void **state)
{
	struct lab *lab = lab_open();
	struct ctl_answer answer;

	(void)state;
	ok(lab, "add-br br0 -- add-port br0 p1");
	run(lab, false,
	    "set port p1 qos=@qos -- --id=@qos create qos type=linux-htb queues:0=@queue -- --id=@queue "
	    "create queue other_config:min-rate=5",
	    &answer);
	assert_int_equal(answer.status, 0);
	assert_int_equal(strlen(answer.out), 2 * 37);
	ctl_answer_free(&answer);
	expect(lab, "get qos p1 type", 0, "linux-htb\n", "");
	expect(lab, "--bare --columns=other_config list queue", 0, "min-rate=5\n", "");
	refused(lab, "set port p1 qos=@x",
		"row id \"@x\" is referenced but never created (e.g. with \"-- --id=@x create ...\")");
	refused(lab, "-- --id=@x create qos type=a -- --id=@x create qos type=b",
		"row id \"@x\" may only be specified on one --id option");
	expect(lab, "list queue no", 1, "", "vsctl: no row \"no\" in table Queue\n");
	ok(lab, "clear port p1 qos -- --all destroy qos -- --all destroy queue");
	expect(lab, "-f table list queue", 0,
	       "_uuid dscp external_ids other_config\n----- ---- ------------ ------------\n", "");
	lab_close(lab);
}

static void test_fake_bridges(void **state)
{
	struct lab *lab = lab_open();

	(void)state;
	ok(lab, "add-br br0 -- add-br blue br0 10 -- add-port blue b1 -- add-port br0 p1");
	expect(lab, "list-br -- --fake list-br -- --real list-br", 0, "blue\nbr0\nblue\nbr0\n", "");
	expect(lab, "list-ports br0 -- list-ports blue -- get port b1 tag", 0, "p1\nb1\n10\n", "");
	expect(lab, "br-to-vlan blue -- br-to-parent blue -- port-to-br b1", 0, "10\nbr0\nblue\n", "");
	refused(lab, "del-port br0 b1", "bridge br0 does not have a port b1 (although its child bridge blue does)");
	ok(lab, "br-set-external-id blue k v");
	expect(lab, "br-get-external-id blue -- get port blue external_ids", 0, "k=v\n{fake-bridge-k=v}\n", "");
	ok(lab, "del-br blue");
	expect(lab, "--bare -- list-br -- --columns=name list port", 0, "br0\nbr0\n\np1\n", "");
	lab_close(lab);
}

static void test_fdb(void **state)
{
	struct lab *lab = lab_open();

	(void)state;
	ok(lab, "add-br br0 -- add-port br0 p1 -- add-port br0 p2 -- add-br br1");
	expect(lab, "fdb show br0", 0,
	       " port  VLAN  MAC                Age     Interface        Remote\n"
	       "   -1     0  02:00:00:00:00:01  static  br0\n"
	       "   -1    10  02:00:00:00:00:02    7     p1               192.0.2.2\n",
	       "");
	expect(lab, "-f json fdb show br0", 0,
	       "{\"data\":[[\"-1\",0,\"02:00:00:00:00:01\",0,true,\"br0\",\"\"],[\"-1\",10,\"02:00:00:00:00:02\","
	       "7,false,\"p1\",\"192.0.2.2\"]],\"headings\":[\"port\",\"VLAN\",\"MAC\",\"age\",\"static\","
	       "\"interface\",\"remote\"]}\n",
	       "");
	ok(lab, "fdb add br0 p1 10 02:00:00:00:00:09");
	ok(lab, "fdb add br0 p2 10 02-00-00-00-00-09");
	expect(lab, "get port p1 static_macs -- get port p2 static_macs", 0, "[]\n[\"10/02:00:00:00:00:09\"]\n", "");
	ok(lab, "fdb del br0 10 02:00:00:00:00:09");
	expect(lab, "get port p2 static_macs", 0, "[]\n", "");
	ok(lab, "fdb del br0 10 02:00:00:00:00:02");
	assert_int_equal(lab->dp.deleted.vlan, 10);
	refused(lab, "fdb del br0 10 02:00:00:00:00:03",
		"bridge br0 does not know station 02:00:00:00:00:03 in VLAN 10");
	refused(lab, "fdb add br0 p1 4095 02:00:00:00:00:09",
		"\"4095\" is not a VLAN: use 1 to 4094, or 0 for frames without a tag");
	refused(lab, "fdb add br0 p1 1 02:00", "\"02:00\" is not an Ethernet address: write it as 02:00:00:00:00:01");
	refused(lab, "fdb add br0 q1 1 02:00:00:00:00:09", "bridge br0 does not have a port q1");
	refused(lab, "fdb show nosuch", "no bridge named nosuch");
	/* A line that fails has no effect on the datapath either. */
	refused(lab, "fdb flush br0 -- del-port nosuch", "no port named nosuch");
	assert_int_equal(lab->dp.n_flushes, 0);
	expect(lab, "fdb flush br0 p1", 0, "table successfully flushed\n", "");
	assert_int_equal(lab->dp.flushed_port, 1);
	expect(lab, "fdb flush", 0, "table successfully flushed\n", "");
	assert_int_equal(lab->dp.flushed_port, 0);
	assert_int_equal(lab->dp.n_flushes, 2); /* br1 is not in the datapath */
	lab_close(lab);
}

static void test_show(void **state)
{
	struct lab *lab = lab_open();
	struct ctl_answer answer;

	(void)state;
	lab->broken = "p1";
	expect(lab, "--no-wait add-br br0 -- add-port br0 p1 tag=10 -- set-fail-mode br0 secure", 0, "", "");
	run(lab, false, "show", &answer);
	assert_int_equal(answer.out[36], '\n');
	assert_string_equal(answer.out + 37,
			    "    datapath: fake (a test)\n"
			    "    Bridge br0\n"
			    "        fail_mode: secure\n"
			    "        Port br0\n"
			    "            Interface br0\n"
			    "                type: internal\n"
			    "        Port p1\n"
			    "            tag: 10\n"
			    "            Interface p1\n"
			    "                error: \"could not open network device (No such device)\"\n"
			    "        no_effect: [fail_mode]\n");
	ctl_answer_free(&answer);
	run(lab, true, "show", &answer);
	assert_non_null(strstr(answer.out, "Bridge \033[1mbr0\033[0m\n"));
	assert_non_null(
		strstr(answer.out, "\033[1;31merror: \"could not open network device (No such device)\"\033[0m\n"));
	ctl_answer_free(&answer);
	lab_close(lab);
}

static void test_formats(void **state)
{
	struct lab *lab = lab_open();

	(void)state;
	ok(lab, "add-br br0 -- set bridge br0 flood_vlans=1,2 'other_config:a=\"<,>\"'");
	expect(lab, "--oneline list-br -- comment x -- get bridge br0 name flood_vlans", 0, "br0\n\nbr0\\n[1, 2]\n",
	       "");
	expect(lab, "--bare --columns=name,flood_vlans,other_config list bridge", 0, "br0\n1 2\na=<,>\n", "");
	expect(lab, "-f csv --columns=name,flood_vlans,other_config list bridge", 0,
	       "name,flood_vlans,other_config\nbr0,\"[1, 2]\",\"{a=\"\"<,>\"\"}\"\n", "");
	expect(lab, "-f table --no-headings --max-column-width=3 --columns=flood_vlans,name list bridge", 0,
	       "[1, br0\n", "");
	expect(lab, "-f table --max-column-width=3 --columns=flood_vlans,name list bridge", 0,
	       "flood_vlans name\n----------- ----\n[1, 2]      br0\n", "");
	expect(lab, "-f html --no-headings --columns=other_config list bridge", 0,
	       "<table border=1>\n  <tr>\n    <td>{a=&quot;&lt;,&gt;&quot;}</td>\n  </tr>\n</table>\n", "");
	expect(lab, "-d json --columns=flood_vlans list bridge", 0, "flood_vlans         : [\"set\",[1,2]]\n", "");
	expect(lab, "--columns=name list bridge -- --columns=name list port", 0,
	       "name                : br0\n\nname                : br0\n", "");
	lab_close(lab);
}

static void test_quit(void **state)
{
	struct lab *lab = lab_open();
	struct ctl_answer answer;

	(void)state;
	run(lab, false, "exit --cleanup", &answer);
	assert_true(answer.quit && answer.cleanup && !answer.changed);
	ctl_answer_free(&answer);
	run(lab, false, "exit -- add-port nosuch p", &answer);
	assert_false(answer.quit);
	ctl_answer_free(&answer);
	run(lab, false, "add-br br0", &answer);
	assert_true(answer.changed && !answer.quit);
	ctl_answer_free(&answer);
	lab_close(lab);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bridges_and_ports),
		cmocka_unit_test(test_atomic),
		cmocka_unit_test(test_not_applied),
		cmocka_unit_test(test_records),
		cmocka_unit_test(test_partial_uuid),
		cmocka_unit_test(test_symbols),
		cmocka_unit_test(test_fake_bridges),
		cmocka_unit_test(test_fdb),
		cmocka_unit_test(test_show),
		cmocka_unit_test(test_formats),
		cmocka_unit_test(test_quit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
