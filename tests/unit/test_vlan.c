/* SPDX-License-Identifier: GPL-2.0-only */
/* test_vlan.c - Port rows translated to what forwarding reads: every mode, every option */
#include <linux/if_ether.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/xalloc.h"
#include "vswitchd/reconcile/vlan.h"

#define ALL "all"

/** struct row - columns of a Port row, and the port that they mean; @members: VLANs in it and, after '!', not in it */
struct row {
	const char *mode, *tag, *trunks, *cvlans, *config;
	__u32 flags;
	__u16 pvid, untagged, tpid;
	const char *members;
};

#define AD ETH_P_8021AD
#define Q ETH_P_8021Q
#define ACCESS VS_PORT_PLAIN_ONLY
#define TRUNK VS_PORT_TAGGED_OK
#define TUNNEL (VS_PORT_TAGGED_OK | VS_PORT_TUNNEL)
#define NONE VS_VLAN_NONE

static const struct row rows[] = {
	/* nothing set: a trunk of everything, untagged frames in VLAN 0 */
	{NULL, NULL, NULL, NULL, NULL, TRUNK, 0, 0, AD, "0 1 4095"},
	{NULL, NULL, "10,12", NULL, NULL, TRUNK, 0, 0, AD, "10 12!0 11"},
	{"trunk", "7", "0,10", NULL, NULL, TRUNK, 0, 0, AD, "0 10!7"},
	{NULL, "10", NULL, NULL, NULL, ACCESS, 10, 10, AD, "10!0 11"},
	{NULL, "0", NULL, NULL, NULL, ACCESS, 0, 0, AD, "0!1"},
	{NULL, "10", "11", NULL, NULL, ACCESS, 10, 10, AD, "10!11"},
	{"access", NULL, NULL, NULL, NULL, ACCESS, 0, 0, AD, "0!1"},
	{"native-tagged", "10", NULL, NULL, NULL, TRUNK, 10, NONE, AD, "10 11 4095!0"},
	{"native-tagged", "10", "0,12", NULL, NULL, TRUNK, 10, NONE, AD, "10 12!0 11"},
	{"native-untagged", "12", NULL, NULL, NULL, TRUNK, 12, 12, AD, "1 12!0"},
	{"native-untagged", "12", "10", NULL, NULL, TRUNK, 12, 12, AD, "10 12!0 11"},
	{"native-untagged", NULL, "10", NULL, NULL, TRUNK, 0, 0, AD, "0 10!11"},
	{"dot1q-tunnel", "10", NULL, NULL, NULL, TUNNEL, 10, 10, AD, "0 10 4095"},
	{"dot1q-tunnel", "10", NULL, "10,12", "{qinq-ethtype=802.1q}", TUNNEL, 10, 10, Q, "10 12!0 11"},
	{"dot1q-tunnel", "10", "3", NULL, "{qinq-ethtype=802.1ad}", TUNNEL, 10, 10, AD, "0 4"},
	{NULL, "12", NULL, NULL, "{priority-tags=if-nonzero}", ACCESS | VS_PORT_PRIO_IF_NONZERO, 12, 12, AD, "12"},
	{NULL, "12", NULL, NULL, "{priority-tags=true}", ACCESS | VS_PORT_PRIO_IF_NONZERO, 12, 12, AD, "12"},
	{NULL, "12", NULL, NULL, "{priority-tags=always}", ACCESS | VS_PORT_PRIO_IF_NONZERO | VS_PORT_PRIO_ALWAYS, 12,
	 12, AD, "12"},
	{NULL, "12", NULL, NULL, "{priority-tags=never}", ACCESS, 12, 12, AD, "12"},
	{NULL, "12", NULL, NULL, "{hairpin=\"true\"}", ACCESS | VS_PORT_HAIRPIN, 12, 12, AD, "12"},
};

static void put(struct store *store, struct store_row *row, unsigned int column, const char *text)
{
	const struct vs_type *type = &schema_tables[STORE_Port].columns[column].type;
	struct vs_datum datum = {0};
	char *error = NULL;

	if (!text)
		return;
	if (vs_datum_parse(type, text, &datum, &error) < 0)
		fail_msg("%s", error);
	store_set(store, row, column, &datum);
	vs_datum_destroy(type, &datum);
}

static void check_members(const struct vs_vlans *set, const char *text, size_t index)
{
	bool in = true;

	while (*text) {
		char *end;
		unsigned long vid = strtoul(text, &end, 10);

		if ((set->bits[vid / 64] >> vid % 64 & 1) != in)
			fail_msg("row %zu: VLAN %lu should be %s", index, vid, in ? "in" : "out");
		in = in && *end != '!';
		text = end + (*end != '\0');
	}
}

static void test_rows(void **state)
{
	struct store *store;
	char *error = NULL;

	(void)state;
	assert_int_equal(store_open(NULL, &store, &error), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *want = &rows[i];
		struct store_row *row;
		struct vs_port port;

		store_begin(store);
		row = store_insert(store, STORE_Port);
		put(store, row, Port_vlan_mode, want->mode);
		put(store, row, Port_tag, want->tag);
		put(store, row, Port_trunks, want->trunks);
		put(store, row, Port_cvlans, want->cvlans);
		put(store, row, Port_other_config, want->config);
		rc_vlan_port(row, &port);
		if (port.flags != want->flags || port.pvid != want->pvid || port.untagged_vid != want->untagged ||
		    port.qinq_tpid != want->tpid || port.bridge != 0)
			fail_msg("row %zu: flags %#x pvid %u untagged %u tpid %#x", i, port.flags, port.pvid,
				 port.untagged_vid, port.qinq_tpid);
		check_members(&port.members, want->members, i);
		store_abort(store);
	}
	store_close(store);
}

static void test_protected(void **state)
{
	struct store *store;
	struct vs_port port;
	char *error = NULL;
	struct store_row *row;

	(void)state;
	assert_int_equal(store_open(NULL, &store, &error), 0);
	store_begin(store);
	row = store_insert(store, STORE_Port);
	rc_vlan_port(row, &port);
	assert_false(port.flags & VS_PORT_PROTECTED);
	put(store, row, Port_protected, "true");
	rc_vlan_port(row, &port);
	assert_true(port.flags & VS_PORT_PROTECTED);
	store_abort(store);
	store_close(store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_protected),
	};

	return cmocka_run_group_tests_name("vlan", tests, NULL, NULL);
}
