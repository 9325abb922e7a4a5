/* SPDX-License-Identifier: GPL-2.0-only */
/* test_lab.c - wrong lab files, one row for each kind of wrong: where it is found, and what is said */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "vsctl/lab/model.h"

#define HEAD "lab: t\nswitches: {s: {}, t: {}}\nnodes: {a: {}, b: {}}\n" /* rows begin in line 4 */
#define LINK HEAD "links:\n  - "

struct row {
	const char *text;
	unsigned int line, column;
	const char *says;
};

/* Line, column and value are what the person who wrote it needs; the words behind them may get better. */
static const struct row wrong[] = {
	{"", 1, 1, "the file is empty"},
	{"lab: [", 2, 1, "not YAML"},
	{"lab: t\n\tx: 1\n", 2, 1, "not YAML"},
	{"lab: t\n---\nlab: u\n", 2, 1, "second document"},
	{"just a text\n", 1, 1, "'just a text': a single value; here is a map"},
	{"- a\n", 1, 1, "a list; here is a map"},
	{"switches: {}\n", 1, 1, "'lab': missing"},
	{"lab:\n", 1, 5, "'lab': no value"},
	{"lab: {a: b}\n", 1, 6, "'lab': a map"},
	{"lab: a/b\n", 1, 6, "'a/b': a name has no '/'"},
	{"lab: -a\n", 1, 6, "'-a': a name begins with"},
	{"lab: 12345678901234567890123456789012345678901\n", 1, 6, "at most 40"},
	{"lab: t\nlab: u\n", 2, 1, "'lab': written twice, first in line 1"},
	{"lab: t\nswichtes: {}\n", 2, 1, "'swichtes': no such key of a lab; did you mean 'switches'?"},
	{"lab: t\nfrobnicate: 1\n", 2, 1, "'frobnicate': no such key of a lab; vswitch-lab(5)"},
	{"lab: t\ndatapath: dpdk\n", 2, 11, "'dpdk': no such datapath; there are auto, bpf, user"},
	{"lab: t\nnodes: [a]\n", 2, 8, "'nodes': a list; it takes a map"},
	{"lab: t\nswitches: 5\n", 2, 11, "'switches': a single value; it takes a map"},
	{"lab: t\nlinks: {a: b}\n", 2, 8, "'links': a map; it takes a list"},
	{"lab: t\nexpect: {a: b}\n", 2, 9, "'expect': a map; it takes a list"},
	{"lab: t\nnodes: {a: {}, a: {}}\n", 2, 16, "'a': written twice"},
	{"lab: t\nnodes: {a: {}}\nswitches: {a: {}}\n", 2, 9, "'a': a name that is taken in line 3"},
	{"lab: t\nnodes: {vxlan: {}}\n", 2, 9, "'vxlan': a word of the language"},
	{"lab: t\nnodes: {\"a b\": {}}\n", 2, 9, "a name has no ' '"},
	{"lab: t\nnodes: {a: {kind: docker}}\n", 2, 19, "'docker': no such kind"},
	{"lab: t\nnodes: {a: {kind: netnss}}\n", 2, 19, "did you mean 'netns'?"},
	{"lab: t\nnodes: {a: {memory: 1G}}\n", 2, 21, "'memory': no key of a node of kind netns"},
	{"lab: t\nnodes: {a: {mtu: 20}}\n", 2, 18, "'20': out of range; mtu is 68 to 65535"},
	{"lab: t\nnodes: {a: {mtu: big}}\n", 2, 18, "'big': not a number"},
	{"lab: t\nnodes: {a: {mtu: [1]}}\n", 2, 18, "'mtu': a list; it takes a number"},
	{"lab: t\nnodes: {a: {count: 0}}\n", 2, 20, "'0': out of range; count is 1 to 4096"},
	{"lab: t\nnodes: {a: {group: g}}\n", 2, 20, "'g': no such group"},
	{"lab: t\ngroups: {web: {}}\nnodes: {a: {group: wbe}}\n", 3, 20, "'wbe': no such group; did you mean 'web'?"},
	{"lab: t\ngroups: {g: {mtoo: 1}}\n", 2, 14, "'mtoo': no such key of a node; did you mean 'mtu'?"},
	{"lab: t\nkinds: {dog: {}}\n", 2, 9, "'dog': nothing here has this name"},
	{"lab: t\ndefaults: {nodes: {}}\n", 2, 12, "'nodes'"},
	{"lab: t\nnodes: {a: {kind: container}}\n", 2, 9, "'a': a container needs a rootfs or an image"},
	{"lab: t\nnodes: {a: {kind: container, rootfs: /no/such}}\n", 2, 38, "'/no/such': the rootfs is not there"},
	{"lab: t\nnodes: {a: {kind: vm}}\n", 2, 9, "'a': a vm needs a kernel or a disk"},
	{"lab: t\nnodes: {a: {kind: vm, kernel: /no/vmlinuz}}\n", 2, 31, "'/no/vmlinuz': the kernel is not there"},
	{"lab: t\nnodes: {a: {kind: vm, disk: /, initrd: /}}\n", 2, 40, "an initrd goes with a kernel"},
	{"lab: t\nnodes: {a: {kind: vm, disk: /, memory: 3X}}\n", 2, 40, "'3X': 'X' is no unit here"},
	{"lab: t\nnodes: {a: {kind: attach}}\n", 2, 9, "say what to attach to"},
	{"lab: t\nnodes: {a: {attach: lxc:x}}\n", 2, 21, "'lxc:x': no form of attachment"},
	{"lab: t\nnodes: {a: {attach: \"pid:x\"}}\n", 2, 21, "not the number of a process"},
	{"lab: t\nnodes: {a: {gateway: 10.0.0.1}}\n", 2, 22, "'10.0.0.1': no device of 'a'"},
	{"lab: t\nnodes: {a: {gateway: 10.0.0.1/8}}\n", 2, 22, "leave out what begins with '/'"},
	{"lab: t\nnodes: {a: {routes: [10.0.0.0/8]}}\n", 2, 22, "'10.0.0.0/8': not a route"},
	{"lab: t\nswitches: {s: {external: maybe}}\n", 2, 26, "'maybe': neither true nor false"},
	{"lab: t\nswitches: {s: {bridge: averyveryverylongname}}\n", 2, 24, "1 to 15 characters, not 21"},
	{"lab: t\nswitches: {s: {bridge: x}, t: {bridge: x}}\n", 2, 40, "'x': the switch in line 2 has this bridge"},
	{"lab: t\nswitches: {averyveryverylongname: {external: true}}\n", 2, 12, "too long for the name of a bridge"},
	{LINK "{tag: 1}\n", 5, 5, "'ends': missing"},
	{LINK "{ends: [a]}\n", 5, 12, "a link has two ends, not 1"},
	{LINK "{ends: [a, s, t]}\n", 5, 12, "a link has two ends, not 3"},
	{LINK "{ends: [a, sw]}\n", 5, 16, "'sw': no node or switch of this lab"},
	{LINK "{ends: [a, a]}\n", 5, 16, "both ends of the link are in the same"},
	{LINK "{ends: [s, s]}\n", 5, 16, "both ends of the link are in the same"},
	{LINK "{ends: [\"a:lo\", s]}\n", 5, 13, "every node has its own lo"},
	{LINK "{ends: [\"a:thisnameistoolong\", s]}\n", 5, 13, "1 to 15 characters"},
	{LINK "[\"a:e\", s]\n  - [\"a:e\", t]\n", 6, 6, "another link has this device of 'a'"},
	{LINK "{ends: [a, s], tag: 4095}\n", 5, 25, "VLAN 4095 is reserved; VLANs go from 0 to 4094"},
	{LINK "{ends: [a, s], tag: 5000}\n", 5, 25, "'5000': no VLAN"},
	{LINK "{ends: [a, s], trunks: [10-]}\n", 5, 29, "'10-': half a range"},
	{LINK "{ends: [a, s], trunks: 20-10}\n", 5, 28, "an empty range; write it 10-20"},
	{LINK "{ends: [a, b], tag: 1}\n", 5, 25, "'tag': no end of this link is in a switch"},
	{LINK "{ends: [s, t], ip: 10.0.0.1/8}\n", 5, 24, "'ip': no end of this link is in a node"},
	{LINK "{ends: [a, b], ip: 10.0.0.1/8}\n", 5, 24, "'ip': which of the two ends is meant?"},
	{LINK "{ends: [{end: a, tag: 3}, s]}\n", 5, 27, "'tag': for the end in a switch"},
	{LINK "{ends: [a, s], ip: 10.0.0.1}\n", 5, 24, "'10.0.0.1': no prefix length; write it like 10.0.0.1/24"},
	{LINK "{ends: [a, s], ip: 10.0.0.1/33}\n", 5, 24, "a prefix length is 0 to 32"},
	{LINK "{ends: [a, s], ip: 10.0.0.300/24}\n", 5, 24, "not an IP address"},
	{LINK "{ends: [a, s], ip: 224.0.0.1/24}\n", 5, 24, "a multicast address"},
	{LINK "{ends: [a, s], mac: \"01:00:00:00:00:01\"}\n", 5, 25, "a multicast address"},
	{LINK "{ends: [a, s], mac: nonsense}\n", 5, 25, "not an Ethernet address"},
	{LINK "{ends: [a, s], ip: 10.0.0.1/8}\n  - {ends: [b, s], ip: 10.0.0.1/8}\n", 6, 24, "taken in line 5"},
	{LINK "{ends: [a, s], port: eth9}\n  - {ends: [b, t], port: eth9}\n", 6, 16, "a port has this name in line 5"},
	{LINK "{ends: [a, vxlan]}\n", 5, 16, "a tunnel begins in a switch"},
	{LINK "{ends: [a, \"device:eth1\"]}\n", 5, 16, "is joined to a switch"},
	{LINK "{ends: [s, vxlan], remotes: 10.0.0.1}\n", 5, 5, "'vni': missing here"},
	{LINK "{ends: [s, vxlan], vni: 16777216, remotes: 10.0.0.1}\n", 5, 29, "out of range; vni is 0 to 16777215"},
	{LINK "{ends: [s, vxlan], vni: 1, remotes: nowhere}\n", 5, 41, "neither an address nor a site"},
	{LINK "{ends: [a, s], vni: 1}\n", 5, 25, "only a link to vxlan has it"},
	{LINK "{ends: [a, s], if_present: true}\n", 5, 32, "only a link to a device has it"},
	{LINK "{ends: [a, \"${nobody}\"]}\n", 5, 16, "no variable ${nobody} here"},
	{LINK "{ends: [a, \"${lab\"]}\n", 5, 16, "'${' without '}'"},
	{LINK "{ends: [a, \"${lab+1}\"]}\n", 5, 16, "is no number"},
	{"lab: t\nvars: {vlan: x}\nnodes: {\"${vlam}\": {}}\n", 3, 9, "did you mean ${vlan}?"},
	{"lab: t\nvars: {n: [1]}\n", 2, 11, "a variable is a single value"},
	{"lab: t\nnodes: {a: {count: 2}}\nswitches: {s: {count: 3}}\nlinks:\n  - [a, s]\n", 5, 9,
	 "there are 3 of these"},
	{"lab: t\nnodes: {a: {count: 3}}\nswitches: {s: {}}\nlinks:\n  - {ends: [a, s], ip: 10.0.0.2/30}\n", 5, 24,
	 "its network has no address for number 3"},
	{"lab: t\ninclude: /no/such.yaml\n", 2, 10, "'/no/such.yaml': cannot be included"},
	{"lab: t\ninclude: here.yaml\n", 2, 10, "a file cannot include itself"},
	{"lab: t\nsites: {x: {}}\nnodes: {a: {}}\n", 3, 9, "'a': in no site"},
	{"lab: t\nsites: {x: {host: local}, y: {host: local}}\n", 2, 37, "site 'x' is local already"},
	{"lab: t\nsites: {x: {address: 10.0.0.1}}\n", 2, 22, "no prefix length"},
	{"lab: t\nsites: {x: {nodes: {a: {}}}, y: {switches: {s: {}}, links: [[a, s]]}}\n", 2, 65, "in another site"},
	{"lab: t\nunderlay: {mtu: 1600}\n", 1, 1, "there are no sites to join"},
	{HEAD "expect:\n  - reech: [a, b]\n", 5, 5, "'reech': no kind of expectation; did you mean 'reach'?"},
	{HEAD "expect:\n  - reach: [a, c]\n", 5, 16, "'c': no node of this lab"},
	{HEAD "expect:\n  - reach: [a, s]\n", 5, 16, "'s': a switch; an expectation is about nodes"},
	{HEAD "expect:\n  - reach: [a]\n", 5, 13, "'a': one node alone"},
	{HEAD "expect:\n  - tcp: {from: a, to: b}\n", 5, 5, "'at_least': missing"},
	{HEAD "expect:\n  - tcp: {from: a, to: b, at_least: 1Gbyte}\n", 5, 37, "'Gbyte' is no unit"},
	{HEAD "expect:\n  - tcp: {from: a, at_least: 1Gbit}\n", 5, 5, "half of it; say from and to"},
	{HEAD "expect:\n  - reach: {between: [a, b], timeout: 5}\n", 5, 39, "write it like 500ms or 10s"},
	{"lab: t\nnodes: {a: *x}\n", 2, 12, "'x': no such anchor"},
};

static struct lab *load(const char *text, struct lab_problems *problems)
{
	return lab_load_text("here.yaml", text, strlen(text), NULL, problems);
}

static void test_wrong(void **state)
{
	size_t bad = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		const struct row *row = &wrong[i];
		struct lab_problems problems = {0};
		struct lab *lab = load(row->text, &problems);
		bool found = false;

		for (size_t k = 0; k < problems.n; k++) {
			const struct lab_problem *one = &problems.items[k];

			found = found || (one->at.line == row->line && one->at.column == row->column &&
					  strstr(one->text, row->says) && !strcmp(one->file, "here.yaml"));
		}
		if (lab || !found) {
			printf("--- %s--- wants %u:%u: %s; said:\n", row->text, row->line, row->column, row->says);
			lab_problems_print(&problems, stdout);
			bad++;
		}
		lab_problems_destroy(&problems);
		lab_free(lab);
	}
	assert_int_equal(bad, 0);
}

static void test_model(void **state)
{
	static const char text[] =
		"lab: m\nvars: {v: 10}\ndefaults: {link: {tag: \"${v}\"}}\nkinds: {netns: {mtu: 1400}}\n"
		"groups: {g: {labels: {role: server}}}\n"
		"switches: {s: {count: 2}}\nnodes: {web: {count: 3, group: g}, \"db-${index}\": {count: 2}, r: "
		"{gateway: 10.1.0.2}}\n"
		"links:\n  - {ends: [web, s1], ip: 10.0.0.1/24, mac: \"02:00:00:00:00:01\"}\n"
		"  - {ends: [s1, s2], trunks: [10-12, 20]}\n"
		"  - ends: [{end: r, ip: 10.1.0.1/30}, {end: \"db-1:up\", ip: 10.1.0.2/30}]\n"
		"expect:\n  - reach: [web, db-1]\n";
	struct lab_problems problems = {0};
	struct lab *lab = load(text, &problems);

	(void)state;
	lab_problems_print(&problems, stdout);
	assert_non_null(lab);
	assert_int_equal(lab->n_nodes, 6);
	assert_int_equal(lab->n_links, 5);
	const struct lab_node *web3 = lab_find_node(lab, "web3"), *r = lab_find_node(lab, "r");
	assert_non_null(lab_find_node(lab, "db-2"));
	assert_int_equal(web3->mtu, 1400);
	assert_string_equal(web3->labels.items[0].text, "server");
	assert_string_equal(web3->netns, "m-web3");
	assert_string_equal(web3->ends[0]->device, "eth0");
	assert_string_equal(web3->ends[0]->ip.items[0].text, "10.0.0.3/24");
	assert_string_equal(web3->ends[0]->mac, "02:00:00:00:00:03");
	assert_int_equal(web3->ends[0]->mtu, 1400);
	assert_int_equal(web3->ends[0]->link->ends[1].tag, 10);
	assert_string_equal(web3->ends[0]->link->ends[1].port, "m.web3.eth0");
	assert_string_equal(r->ends[0]->gateway.items[0].text, "10.1.0.2");
	/* A link with trunks does not take the default tag, and a cable between nodes has none. */
	assert_int_equal(lab->links[3]->ends[0].trunks.n, 4);
	assert_false(lab_is_set(&lab->links[3]->ends[0].o, offsetof(struct lab_end, tag)));
	assert_int_equal(lab->expects[0]->between.n, 4);
	lab_free(lab);
	lab_problems_destroy(&problems);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_wrong), cmocka_unit_test(test_model)};

	return cmocka_run_group_tests_name("lab", tests, NULL, NULL);
}
