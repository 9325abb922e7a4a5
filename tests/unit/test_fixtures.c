/* SPDX-License-Identifier: GPL-2.0-only */
/* test_fixtures.c - the rows of tests/fixtures through both datapaths, and Open vSwitch's VLAN table */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/lib/lab.h"
#include "tests/unit/lib/rig.h"
#include "tests/unit/lib/rows.h"
#include "tests/unit/lib/wires.h"

#define FIXTURES "tests/fixtures/"

/* struct where - what a test runs on; @wires: NULL for ports in memory */
struct where {
	const struct rig_ops *ops;
	struct wires *wires;
};

static void run_file(const struct where *where, const char *path, int at_least)
{
	int left_out, cases = rows_run(path, where->ops, where->wires, &left_out);

	print_message("%s: %s: %d cases, %d frames left out that no such port can bring\n", path, where->ops->name,
		      cases, left_out);
	assert_true(cases >= at_least);
	assert_true(left_out == 0 || where->ops != &rig_mem);
}

/* What the channel does with tags, the table above shows in a tenth of the time. */
static void test_vlan_rows(void **state)
{
	const struct where *where = *state;

	if (where->ops == &rig_punt)
		skip();
	run_file(*state, FIXTURES "vlan.rows", 15);
}

static void test_switch_rows(void **state)
{
	run_file(*state, FIXTURES "switch.rows", 20);
}

/* --- Open vSwitch's VLAN table --------------------------------------------------------------------------------- */

#define LOCAL 100
#define FORGET_S 100000 /* longer than any station is remembered */

static void table_ports(struct rig *rig)
{
	static const char *const ports[][5] = {
		[1] = {"trunks=10,12"},
		[2] = {"tag=10"},
		[3] = {"tag=12", "other_config:priority-tags=if-nonzero"},
		[4] = {"tag=12"},
		[5] = {"vlan_mode=native-tagged", "tag=10"},
		[6] = {"vlan_mode=native-tagged", "tag=10", "trunks=10,12"},
		[7] = {"vlan_mode=native-untagged", "tag=12"},
		[8] = {"vlan_mode=native-untagged", "tag=12", "trunks=10,12", "other_config:priority-tags=if-nonzero"},
		[9] = {"vlan_mode=dot1q-tunnel", "tag=10", "other_config:qinq-ethtype=802.1q"},
		[10] = {"vlan_mode=dot1q-tunnel", "tag=10", "cvlans=10,12", "other_config:qinq-ethtype=802.1q"},
		[11] = {"vlan_mode=dot1q-tunnel", "tag=12", "other_config:qinq-ethtype=802.1q"},
		[12] = {"vlan_mode=dot1q-tunnel", "tag=12", "other_config:qinq-ethtype=802.1q",
			"other_config:priority-tags=if-nonzero"},
	};

	for (unsigned int id = 1; id <= 12; id++) {
		int n = 0;

		while (ports[id][n])
			n++;
		rig_port(rig, id, NULL, (char **)ports[id], n);
	}
	rig_port(rig, LOCAL, NULL, NULL, 0);
}

/* struct tags - a stack of C-tags, outermost last, as actions change it */
struct tags {
	int n;
	struct {
		int vid, pcp;
	} tag[4];
};

static size_t table_frame(const struct tags *tags, uint8_t bytes[ROWS_FRAME_MAX])
{
	char text[4][16], arrow[] = "1>2", *words[5] = {arrow};

	for (int i = 0; i < tags->n; i++) {
		snprintf(text[i], sizeof(text[i]), "c%dp%d", tags->tag[tags->n - 1 - i].vid,
			 tags->tag[tags->n - 1 - i].pcp);
		words[i + 1] = text[i];
	}
	return rows_frame(words, 1 + tags->n, bytes);
}

/* Take the frame off the outputs. Return: whether it was there. */
static bool claim(struct rig *rig, unsigned int port, const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < rig->n_outputs; i++) {
		struct rig_output *out = &rig->outputs[i];

		if (out->port != port || out->len != len || memcmp(out->bytes, bytes, len) != 0)
			continue;
		free(out->bytes);
		*out = rig->outputs[--rig->n_outputs];
		return true;
	}
	return false;
}

static void table_actions(struct rig *rig, const char *line, char *actions, struct tags tags)
{
	uint8_t bytes[ROWS_FRAME_MAX];
	char *save = NULL;

	if (strcmp(actions, "drop") != 0) {
		/* A comma inside push_vlan(...) does not separate actions. */
		for (char *p = strchr(actions, '('); p; p = strchr(p + 1, '('))
			*strchr(p, ',') = ';';
		for (char *a = strtok_r(actions, ",", &save); a; a = strtok_r(NULL, ",", &save)) {
			if (!strcmp(a, "pop_vlan")) {
				tags.n--;
			} else if (!strncmp(a, "push_vlan", 9)) {
				assert_int_equal(sscanf(a, "push_vlan(vid=%d;pcp=%d)", &tags.tag[tags.n].vid,
							&tags.tag[tags.n].pcp),
						 2);
				tags.n++;
			} else if (!claim(rig, (unsigned int)atoi(a), bytes, table_frame(&tags, bytes))) {
				fail_msg("%s: port %s did not get its frame", line, a);
			}
		}
	}
	if (rig->n_outputs)
		fail_msg("%s: port %u got a frame too many", line, rig->outputs[0].port);
}

static void test_vlan_table(void **state)
{
	FILE *file = fopen(FIXTURES "vlan_table.tsv", "r");
	char line[256], copy[256], vid[16], actions[200];
	const struct where *where = *state;
	struct rig *rig = rig_open(where->ops, where->wires);
	int cases = 0;

	assert_non_null(file);
	table_ports(rig);
	while (fgets(line, sizeof(line), file)) {
		struct tags tags = {0};
		uint8_t bytes[ROWS_FRAME_MAX];
		unsigned int port;

		if (line[0] == '#')
			continue;
		line[strcspn(line, "\n")] = '\0';
		strcpy(copy, line);
		assert_int_equal(sscanf(line, "%u %15s %d %199s", &port, vid, &tags.tag[0].pcp, actions), 4);
		if (strcmp(vid, "none") != 0) {
			tags.n = 1;
			tags.tag[0].vid = atoi(vid);
		}
		assert_true(rig_input(rig, port, bytes, table_frame(&tags, bytes)));
		table_actions(rig, copy, actions, tags);
		rig_age(rig, FORGET_S);
		cases++;
	}
	fclose(file);
	rig_close(rig);
	print_message("vlan_table.tsv: %d cases\n", cases);
	assert_int_equal(cases, 90);
}

/* --- both datapaths -------------------------------------------------------------------------------------------- */

static int run_all(const char *name, const struct where *where)
{
	struct where copy = *where;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate(test_vlan_table, &copy),
		cmocka_unit_test_prestate(test_vlan_rows, &copy),
		cmocka_unit_test_prestate(test_switch_rows, &copy),
	};

	return cmocka_run_group_tests_name(name, tests, NULL, NULL);
}

int main(void)
{
	int failed = run_all("fixtures, user", &(struct where){.ops = &rig_mem});
	struct wires *wires = wires_open("test_fixtures");

	if (wires && lab_has_bpf("test_fixtures")) {
		failed += run_all("fixtures, bpf", &(struct where){&rig_live, wires});
		failed += run_all("fixtures, bpf by its punt channel", &(struct where){&rig_punt, wires});
	}
	wires_close(wires);
	return failed;
}
