/* SPDX-License-Identifier: GPL-2.0-only */
/* test_schema.c - is the list of tables and columns sound? */
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/xalloc.h"
#include "vswitchd/store/forms.h"
#include "vswitchd/store/schema.h"

#define OVS_SCHEMA "/usr/share/openvswitch/vswitch.ovsschema"

static void check_base(const struct vs_base_type *base)
{
	assert_true(base->min <= base->max);
	if (base->ref_table) {
		assert_int_equal(base->type, VS_UUID);
		assert_int_not_equal(schema_find_table(base->ref_table), STORE__TABLES);
	}
	for (const char *const *word = base->enums; word && *word && word[1]; word++)
		assert_true(strcmp(word[0], word[1]) < 0);
}

static void test_columns(void **state)
{
	(void)state;
	for (int t = 0; t < STORE__TABLES; t++) {
		const struct schema_table *table = &schema_tables[t];

		assert_int_equal(schema_find_table(table->name), t);
		assert_true(table->n_columns <= 64); /* bits of struct store_change */
		assert_true(*table->doc && table->doc[strlen(table->doc) - 1] == '.');
		for (unsigned int c = 0; c < table->n_columns; c++) {
			const struct schema_column *column = &table->columns[c];
			size_t length = strlen(column->doc);

			assert_int_equal(schema_find_column((enum store_table_id)t, column->name), c);
			assert_true(length && column->doc[length - 1] == '.');
			assert_false((column->flags & SCHEMA_EPHEMERAL) && (column->flags & SCHEMA_STORED_ONLY));
			assert_true(column->type.n_min <= 1 && column->type.n_min <= column->type.n_max);
			check_base(&column->type.key);
			check_base(&column->type.value);
		}
		if (table->name_column != SCHEMA_NO_NAME)
			assert_string_equal(table->columns[table->name_column].name, "name");
	}
	assert_int_equal(schema_find_table("bridge"), STORE__TABLES);
	assert_int_equal(schema_find_column(STORE_Bridge, "nosuch"), -1);
}

/* Each key is in a map of strings, and its form and words hold together. */
static void test_keys(void **state)
{
	(void)state;
	for (const struct schema_key *key = schema_keys; key->key; key++) {
		const struct schema_column *column = &schema_tables[key->table].columns[key->column];

		assert_int_equal(column->type.value.type, VS_STRING);
		assert_int_equal(column->flags, 0);
		assert_non_null(schema_form_names[key->form]);
		assert_true((key->form == FORM_WORDS) == (key->words != NULL));
		assert_true((key->form == FORM_NUMBER || key->form == FORM_INHERIT) == (key->max != 0));
		assert_true(key->doc[strlen(key->doc) - 1] == '.');
	}
}

/* --- against the original, where it is installed -------------------------------------------------------------- */

static const char *base_name(const json_t *base)
{
	const json_t *type = json_is_object(base) ? json_object_get(base, "type") : base;

	return json_string_value(type);
}

static void compare_base(const struct vs_base_type *ours, const json_t *base, const char *where)
{
	static const char *const names[] = {NULL, "integer", "real", "boolean", "string", "uuid"};
	const json_t *words = json_array_get(json_object_get(base, "enum"), 1);
	const char *table = json_string_value(json_object_get(base, "refTable"));
	const char *kind = json_string_value(json_object_get(base, "refType"));
	json_t *min = json_object_get(base, "minInteger"), *max = json_object_get(base, "maxInteger");
	size_t n_words = 0;

	if (!base) {
		assert_int_equal(ours->type, VS_VOID);
		return;
	}
	if (strcmp(names[ours->type], base_name(base)))
		fail_msg("%s: is %s, not %s", where, names[ours->type], base_name(base));
	for (; ours->enums && ours->enums[n_words]; n_words++)
		;
	assert_int_equal(n_words, json_array_size(words));
	assert_string_equal(ours->ref_table ? ours->ref_table : "", table ? table : "");
	assert_int_equal(ours->ref_weak, kind && !strcmp(kind, "weak"));
	if (min && ours->min != json_integer_value(min))
		fail_msg("%s: minimum", where);
	if ((min || max) && ours->max != (max ? json_integer_value(max) : INT64_MAX))
		fail_msg("%s: maximum", where);
}

static void compare_column(const struct schema_column *ours, const json_t *column, const char *where)
{
	const json_t *type = json_object_get(column, "type");
	bool scalar = json_is_string(type);
	const json_t *min = json_object_get(type, "min"), *max = json_object_get(type, "max");

	compare_base(&ours->type.key, scalar ? type : json_object_get(type, "key"), where);
	compare_base(&ours->type.value, json_object_get(type, "value"), where);
	if (ours->type.n_min != (min ? json_integer_value(min) : 1))
		fail_msg("%s: least number of elements", where);
	if (ours->type.n_max != (json_is_string(max) ? VS_UNLIMITED : max ? json_integer_value(max) : 1))
		fail_msg("%s: greatest number of elements", where);
}

static void test_original(void **state)
{
	json_t *schema = json_load_file(OVS_SCHEMA, 0, NULL), *tables = json_object_get(schema, "tables"), *table;
	const char *name;

	(void)state;
	if (!schema)
		skip();
	json_object_foreach (tables, name, table) {
		enum store_table_id t = schema_find_table(name);
		const char *column_name;
		json_t *column;

		if (t == STORE__TABLES)
			fail_msg("no table %s", name);
		assert_int_equal(schema_tables[t].root, json_is_true(json_object_get(table, "isRoot")));
		json_object_foreach (json_object_get(table, "columns"), column_name, column) {
			int c = schema_find_column(t, column_name);
			char *where = vs_xasprintf("%s.%s", name, column_name);

			if (c < 0)
				fail_msg("no column %s", where);
			compare_column(&schema_tables[t].columns[c], column, where);
			free(where);
		}
	}
	json_decref(schema);
}

/* --- forms ---------------------------------------------------------------------------------------------------- */

static const struct {
	const char *key, *kinds, *text;
	bool good;
} forms[] = {
	{"key", "vxlan", "0", true},
	{"key", "vxlan", "16777215", true},
	{"key", "vxlan", "0x10", true},
	{"key", "vxlan", "16777216", false},
	{"key", "vxlan", "-1", false},
	{"key", "vxlan", "flow", false},
	{"key", "vxlan", "12abc", false},
	{"key", "vxlan", "", false},
	{"key", "vxlan", "99999999999999999999", false},
	{"remote_ip", "vxlan", "192.0.2.1", true},
	{"remote_ip", "vxlan", "fd00::1", true},
	{"remote_ip", "vxlan", "192.0.2.1,192.0.2.2", true},
	{"remote_ip", "vxlan", "192.0.2.1 192.0.2.2", true},
	{"remote_ip", "vxlan", "239.1.1.1", true},
	{"remote_ip", "vxlan", "239.1.1.1,192.0.2.1", false},
	{"remote_ip", "vxlan", "192.0.2.1,fd00::1", false},
	{"remote_ip", "vxlan", "192.0.2.256", false},
	{"remote_ip", "vxlan", "0.0.0.0", false},
	{"remote_ip", "vxlan", "::", false},
	{"remote_ip", "vxlan", "nosuch", false},
	{"remote_ip", "vxlan", ",", false},
	{"remote_ip", "vxlan", "", false},
	{"ttl", "vxlan", "inherit", true},
	{"ttl", "vxlan", "255", true},
	{"ttl", "vxlan", "0", false},
	{"ttl", "vxlan", "256", false},
	{"csum", "vxlan", "true", true},
	{"csum", "vxlan", "yes", false},
	{"peer", "veth", "eth0", true},
	{"peer", "veth", "123456789012345", true},
	{"peer", "veth", "1234567890123456", false},
	{"peer", "veth", "a/b", false},
	{"peer", "veth", "a b", false},
	{"peer", "veth", "a%d", false},
	{"peer", "veth", "..", false},
	{"mac", "veth", "02:00:00:00:00:01", true},
	{"mac", "veth", "02-00-00-00-00-0A", true},
	{"mac", "veth", "01:00:00:00:00:01", false},
	{"mac", "veth", "00:00:00:00:00:00", false},
	{"mac", "veth", "02:00:00:00:00", false},
	{"mac", "veth", "02:00:00:00:00:0g", false},
	{"ip", "veth", "10.0.0.1/24", true},
	{"ip", "veth", "10.0.0.1/24,fd00::1/64", true},
	{"ip", "veth", "10.0.0.1/33", false},
	{"ip", "veth", "10.0.0.1/", false},
	{"ip", "veth", "10.0.0.1/24x", false},
	{"ip", "veth", "10.0.0/24", false},
	{"gateway", "veth", "10.0.0.254", true},
	{"gateway", "veth", "x", false},
	{"routes", "veth", "default via 10.0.0.254", true},
	{"routes", "veth", "10.1.0.0/16 via 10.0.0.254, 10.2.0.0/16 via 10.0.0.253", true},
	{"routes", "veth", "10.1.0.0/16 via fd00::1", false},
	{"routes", "veth", "10.1.0.0/16", false},
	{"routes", "veth", "10.1.0.0/16 dev eth0", false},
	{"routes", "veth", "default via", false},
	{"routes", "veth", "default via 10.0.0.254 metric", false},
	{"queues", "tap", "0", false},
	{"priority-tags", "", "if-nonzero", true},
	{"priority-tags", "", "sometimes", false},
	{"mac-aging-time", "", "300", true},
	{"mac-aging-time", "", "5s", false},
};

static void test_forms(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		const struct schema_key *key = schema_keys;
		char *error = NULL;
		int rc;

		while (key->key && (strcmp(key->key, forms[i].key) || strcmp(key->kinds, forms[i].kinds)))
			key++;
		assert_non_null(key->key);
		rc = form_check(key, forms[i].text, &error);
		if (!rc != forms[i].good)
			fail_msg("%s=%s was %s", forms[i].key, forms[i].text, rc ? "refused" : "taken");
		if (rc)
			assert_non_null(strstr(error, forms[i].text));
		free(error);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_columns),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_original),
		cmocka_unit_test(test_forms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
