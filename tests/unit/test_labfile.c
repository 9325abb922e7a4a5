/* SPDX-License-Identifier: GPL-2.0-only */
/* test_labfile.c - files that vsctl writes: generated ones are labs without a loop, imported ones say what was meant */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/xalloc.h"
#include "tests/unit/lib/labtext.h"
#include "vsctl/lab/shapes.h"
#include "vsctl/labfile/draft.h"

static char *generated(const struct lab_network *network, const int *values)
{
	struct draft draft = {.network = network, .name = network->name};

	memcpy(draft.values, values, sizeof(draft.values));
	draft.n_vlans = (size_t)values[LAB_SHAPE_VLANS];
	draft_begin(&draft);
	network->write(&draft);
	return draft_end(&draft);
}

static size_t switch_index(const struct lab *lab, const struct lab_switch *sw)
{
	for (size_t i = 0; i < lab->n_switches; i++) {
		if (lab->switches[i] == sw)
			return i;
	}
	fail();
	return 0;
}

static size_t root_of(const size_t *up, size_t i)
{
	while (up[i] != i)
		i = up[i];
	return i;
}

static bool carries(const struct lab_end *end, int64_t vlan)
{
	for (size_t i = 0; i < end->trunks.n; i++) {
		if (end->trunks.items[i].number == vlan)
			return true;
	}
	return !end->trunks.n;
}

/*
 * Whether there are two ways in VLAN @vlan from one switch to another; @all_plugged: once every link is plugged in.
 * That there is one way between any two nodes of the VLAN is asserted.
 */
static bool has_loop(const struct lab *lab, int64_t vlan, bool all_plugged)
{
	size_t *up = vs_xcalloc(lab->n_switches, sizeof(*up)), home = SIZE_MAX;
	bool loop = false;

	for (size_t i = 0; i < lab->n_switches; i++)
		up[i] = i;
	for (size_t i = 0; i < lab->n_links; i++) {
		const struct lab_end *ends = lab->links[i]->ends;
		size_t a, b;

		if (ends[0].kind != LAB_END_SWITCH || ends[1].kind != LAB_END_SWITCH || !carries(&ends[0], vlan) ||
		    (lab->links[i]->down && !all_plugged))
			continue;
		a = root_of(up, switch_index(lab, ends[0].sw));
		b = root_of(up, switch_index(lab, ends[1].sw));
		loop = loop || a == b;
		up[a] = b;
	}
	for (size_t i = 0; i < lab->n_links && !lab->n_sites; i++) {
		const struct lab_end *ends = lab->links[i]->ends, *sw = &ends[ends[0].kind == LAB_END_NODE];
		size_t root;

		if (ends[1].kind == LAB_END_SWITCH && ends[0].kind == LAB_END_SWITCH)
			continue;
		if (lab_is_set(&sw->o, offsetof(struct lab_end, tag)) && sw->tag != vlan)
			continue;
		root = root_of(up, switch_index(lab, sw->sw));
		assert_true(home == SIZE_MAX || home == root);
		home = root;
	}
	free(up);
	return loop;
}

static void assert_network(const struct lab_network *network, const int *values)
{
	char *text = generated(network, values);
	struct lab *lab = lab_of(text);

	assert_true(lab->n_switches >= 1);
	assert_true(lab->n_nodes < 2 || lab->n_expects > 0);
	for (int64_t vlan = 10; vlan <= 10 * DRAFT_VLANS_MAX; vlan += 10)
		assert_false(has_loop(lab, vlan, false));
	assert_int_equal(has_loop(lab, 10, true), !strcmp(network->name, "ring") || !strcmp(network->name, "torus"));
	lab_free(lab);
	free(text);
}

/* The least, the usual and some more of each number; each is a lab in which nothing goes round. */
static void test_generated(void **state)
{
	(void)state;
	for (size_t i = 0; i < lab_n_networks; i++) {
		const struct lab_network *network = &lab_networks[i];
		int usual[LAB_SHAPE_OPTIONS_N] = {0};

		for (const struct lab_shape_number *number = network->numbers; number->help; number++) {
			assert_true(number->min <= number->value && number->value <= number->max);
			usual[number->option] = number->value;
		}
		assert_network(network, usual);
		for (const struct lab_shape_number *number = network->numbers; number->help; number++) {
			int values[LAB_SHAPE_OPTIONS_N];

			memcpy(values, usual, sizeof(values));
			values[number->option] = number->min;
			assert_network(network, values);
			values[number->option] = number->value + 2 <= number->max ? number->value + 2 : number->max;
			assert_network(network, values);
		}
	}
}

/* How many switches, nodes and links each shape has: by its definition, not by ours. */
static void test_sizes(void **state)
{
	static const struct {
		const char *name;
		size_t switches, nodes, links;
	} sizes[] = {
		{"single", 1, 3, 3},
		{"linear", 3, 3, 5},
		{"tree", 3, 4, 6},
		{"ring", 4, 4, 8},
		{"torus", 9, 9, 27},
		{"leaf-spine", 6, 8, 16},
		{"fat-tree", 20, 16, 32 + 16},
		{"mesh", 3, 6, 9},
	};

	(void)state;
	for (size_t i = 0; i < lab_n_networks; i++) {
		int usual[LAB_SHAPE_OPTIONS_N] = {0};
		char *text;
		struct lab *lab;

		assert_string_equal(sizes[i].name, lab_networks[i].name);
		for (const struct lab_shape_number *number = lab_networks[i].numbers; number->help; number++)
			usual[number->option] = number->value;
		text = generated(&lab_networks[i], usual);
		lab = lab_of(text);
		assert_int_equal(lab->n_switches, sizes[i].switches);
		assert_int_equal(lab->n_nodes, sizes[i].nodes);
		assert_int_equal(lab->n_links, sizes[i].links);
		lab_free(lab);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_generated),
		cmocka_unit_test(test_sizes),
	};
	return cmocka_run_group_tests_name("labfile", tests, NULL, NULL);
}
