/* SPDX-License-Identifier: GPL-2.0-only */
/* test_fdb.c - learning, moving, ageing, limits and flushing of the user datapath's FDB */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "vswitchd/datapath/fdb.h"

#define S 1000000000ULL
#define BR 1

static struct vs_fdb_key key_of(uint16_t vlan, uint32_t n)
{
	struct vs_fdb_key key = {.bridge = BR, .vlan = vlan, .mac = {2, 0}};

	memcpy(key.mac + 2, &n, 4);
	return key;
}

static bool learn(struct fdb *fdb, uint16_t vlan, uint32_t n, uint32_t port, uint32_t origin, uint64_t seen)
{
	struct vs_fdb_key key = key_of(vlan, n);
	struct vs_fdb_entry now = {.port = port, .origin = origin, .seen_ns = seen};

	return fdb_learn(fdb, &key, fdb_find(fdb, &key), &now);
}

static uint32_t port_of(struct fdb *fdb, uint16_t vlan, uint32_t n)
{
	struct vs_fdb_key key = key_of(vlan, n);
	struct vs_fdb_entry *entry = fdb_find(fdb, &key);

	return entry ? entry->port : 0;
}

static struct dp_fdb_stats stats_of(struct fdb *fdb)
{
	struct dp_fdb_stats stats;

	assert_int_equal(fdb_stats(fdb, BR, &stats), 0);
	return stats;
}

static int setup(void **state)
{
	struct fdb *fdb = fdb_create();

	fdb_bridge_set(fdb, BR, 100, 300);
	*state = fdb;
	return 0;
}

static int teardown(void **state)
{
	fdb_destroy(*state);
	return 0;
}

static void test_learn_per_vlan_and_move(void **state)
{
	struct fdb *fdb = *state;

	assert_true(learn(fdb, 10, 1, 3, 3, S));
	assert_false(learn(fdb, 20, 1, 4, 4, S));
	assert_int_equal(port_of(fdb, 10, 1), 3);
	assert_int_equal(port_of(fdb, 20, 1), 4);
	assert_int_equal(port_of(fdb, 30, 1), 0);
	learn(fdb, 10, 1, 5, 5, 2 * S);
	assert_int_equal(port_of(fdb, 10, 1), 5);
	assert_int_equal(stats_of(fdb).moved, 1);
	learn(fdb, 10, 1, 5, 5, 4 * S);
	assert_int_equal(stats_of(fdb).moved, 1);
	assert_int_equal(stats_of(fdb).current, 2);
	assert_int_equal(stats_of(fdb).learned, 2);
}

static void test_ageing_forgets_the_silent_only(void **state)
{
	struct fdb *fdb = *state;

	learn(fdb, 10, 1, 3, 3, 0);
	learn(fdb, 10, 2, 3, 3, 0);
	learn(fdb, 10, 1, 3, 3, 200 * S);
	assert_int_equal(fdb_age(fdb, 299 * S), 1 * S);
	assert_int_equal(port_of(fdb, 10, 2), 3);
	assert_int_equal(fdb_age(fdb, 300 * S), 200 * S);
	assert_int_equal(port_of(fdb, 10, 2), 0);
	assert_int_equal(port_of(fdb, 10, 1), 3);
	assert_int_equal(fdb_age(fdb, 500 * S), 0);
	assert_int_equal(stats_of(fdb).expired, 2);
	assert_int_equal(stats_of(fdb).current, 0);
}

static void test_a_flood_of_addresses_pushes_out_its_own(void **state)
{
	struct fdb *fdb = *state;

	for (uint32_t i = 0; i < 10; i++)
		learn(fdb, 0, i, 1, 1, S);
	for (uint32_t i = 1000; i < 2000; i++)
		learn(fdb, 0, i, 2, 2, S);
	for (uint32_t i = 0; i < 10; i++)
		assert_int_equal(port_of(fdb, 0, i), 1);
	assert_int_equal(port_of(fdb, 0, 1999), 2);
	assert_int_equal(port_of(fdb, 0, 1000), 0);
	assert_int_equal(stats_of(fdb).current, 100);
	assert_int_equal(stats_of(fdb).evicted, 910);
	/* The quiet port may still learn: the loud one yields. */
	learn(fdb, 0, 11, 1, 1, S);
	assert_int_equal(port_of(fdb, 0, 11), 1);
	assert_int_equal(stats_of(fdb).current, 100);
}

static void test_shrinking_the_limit_evicts(void **state)
{
	struct fdb *fdb = *state;

	for (uint32_t i = 0; i < 60; i++)
		learn(fdb, 0, i, 1 + i % 3, 1 + i % 3, S);
	fdb_bridge_set(fdb, BR, 30, 300);
	assert_int_equal(stats_of(fdb).current, 30);
	assert_int_equal(stats_of(fdb).evicted, 30);
	fdb_bridge_set(fdb, BR, 0, 300);
	assert_int_equal(stats_of(fdb).current, 0);
	assert_false(learn(fdb, 0, 1, 1, 1, S));
	assert_int_equal(port_of(fdb, 0, 1), 0);
}

static void test_static_entries_stay(void **state)
{
	struct fdb *fdb = *state;
	struct vs_fdb_key key = key_of(10, 7);

	learn(fdb, 10, 7, 2, 2, 0);
	fdb_set_static(fdb, &key, 4);
	assert_int_equal(port_of(fdb, 10, 7), 4);
	assert_int_equal(fdb_age(fdb, 10000 * S), 0);
	fdb_flush(fdb, BR, 0, VS_VLAN_NONE);
	assert_int_equal(port_of(fdb, 10, 7), 4);
	assert_int_equal(stats_of(fdb).current, 0);
	assert_int_equal(stats_of(fdb).current_static, 1);
	assert_int_equal(fdb_delete(fdb, &key), 0);
	assert_int_equal(fdb_delete(fdb, &key), -ENOENT);
	assert_int_equal(stats_of(fdb).current_static, 0);
	fdb_set_static(fdb, &key, 4);
	fdb_port_gone(fdb, 4);
	assert_int_equal(port_of(fdb, 10, 7), 0);
}

static void test_flush_by_port_and_vlan(void **state)
{
	struct fdb *fdb = *state;

	learn(fdb, 10, 1, 1, 1, S);
	learn(fdb, 20, 2, 1, 1, S);
	learn(fdb, 20, 3, 2, 2, S);
	fdb_flush(fdb, BR, 1, 20);
	assert_int_equal(port_of(fdb, 20, 2), 0);
	assert_int_equal(port_of(fdb, 10, 1), 1);
	assert_int_equal(port_of(fdb, 20, 3), 2);
	fdb_flush(fdb, BR, 0, 20);
	assert_int_equal(port_of(fdb, 20, 3), 0);
	fdb_flush(fdb, BR, 0, VS_VLAN_NONE);
	assert_int_equal(stats_of(fdb).current, 0);
}

static void test_a_port_takes_what_came_from_it(void **state)
{
	struct fdb *fdb = *state;

	fdb_bridge_set(fdb, 2, 100, 300);
	learn(fdb, 0, 1, 5, 1, S); /* by patch port 5, first in by port 1 */
	learn(fdb, 0, 2, 5, 2, S);
	learn(fdb, 0, 3, 1, 1, S);
	fdb_port_gone(fdb, 1);
	assert_int_equal(port_of(fdb, 0, 1), 0);
	assert_int_equal(port_of(fdb, 0, 3), 0);
	assert_int_equal(port_of(fdb, 0, 2), 5);
	fdb_port_gone(fdb, 1);
	assert_int_equal(stats_of(fdb).current, 1);
}

static bool count_entry(const struct vs_fdb_key *key, const struct vs_fdb_entry *entry, void *arg)
{
	(void)key;
	(void)entry;
	return ++*(unsigned int *)arg < 3;
}

static void test_walk_stops_when_told(void **state)
{
	struct fdb *fdb = *state;
	unsigned int n = 0;

	for (uint32_t i = 0; i < 10; i++)
		learn(fdb, 0, i, 1, 1, S);
	fdb_walk(fdb, BR, count_entry, &n);
	assert_int_equal(n, 3);
	fdb_bridge_gone(fdb, BR);
	n = 0;
	fdb_walk(fdb, BR, count_entry, &n);
	assert_int_equal(n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_learn_per_vlan_and_move, setup, teardown),
		cmocka_unit_test_setup_teardown(test_ageing_forgets_the_silent_only, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_flood_of_addresses_pushes_out_its_own, setup, teardown),
		cmocka_unit_test_setup_teardown(test_shrinking_the_limit_evicts, setup, teardown),
		cmocka_unit_test_setup_teardown(test_static_entries_stay, setup, teardown),
		cmocka_unit_test_setup_teardown(test_flush_by_port_and_vlan, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_port_takes_what_came_from_it, setup, teardown),
		cmocka_unit_test_setup_teardown(test_walk_stops_when_told, setup, teardown),
	};

	return cmocka_run_group_tests_name("fdb", tests, NULL, NULL);
}
