/* SPDX-License-Identifier: GPL-2.0-only */
/* test_value.c - values as text and JSON: what is read, what is printed, and the words of each error */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/hmap.h"
#include "vswitchd/store/schema.h"

#define B(column) STORE_Bridge, Bridge_##column
#define P(column) STORE_Port, Port_##column
#define I(column) STORE_Interface, Interface_##column

#define BAD(text) NULL, text

/*
 * What ovs-vsctl 3.1.0 prints for each, found by running it: the value read back, or else the error. Rows with a
 * remark differ on purpose.
 */
static const struct {
	enum store_table_id table;
	unsigned int column;
	const char *text, *prints, *error;
} texts[] = {
	/* sets of integers */
	{B(flood_vlans), "5", "[5]", NULL},
	{B(flood_vlans), "5,6", "[5, 6]", NULL},
	{B(flood_vlans), "5 6", "[5, 6]", NULL},
	{B(flood_vlans), "[6,5]", "[5, 6]", NULL},
	{B(flood_vlans), " [5] ", "[5]", NULL},
	{B(flood_vlans), "[ ]", "[]", NULL},
	{B(flood_vlans), "[]", "[]", NULL},
	{B(flood_vlans), "5,", "[5]", NULL},
	{B(flood_vlans), "[5,]", "[5]", NULL},
	{B(flood_vlans), "05", "[5]", NULL},
	{B(flood_vlans), "+5", "[5]", NULL},
	{B(flood_vlans), "5-7", "[5, 6, 7]", NULL},
	{B(flood_vlans), "[5,6", BAD("[5,6: missing \"]\" at end of data")},
	{B(flood_vlans), "5]", BAD("5]: unexpected \"]\" parsing set of up to 4096 integers")},
	{B(flood_vlans), ",", BAD(",: unexpected \",\" parsing set of up to 4096 integers")},
	{B(flood_vlans), "[,5]", BAD("[,5]: unexpected \",\" parsing set of up to 4096 integers")},
	{B(flood_vlans), "5,,6", BAD("5,,6: unexpected \",\" parsing set of up to 4096 integers")},
	{B(flood_vlans), "{5}", BAD("{5}: unexpected \"{\" parsing set of up to 4096 integers")},
	{B(flood_vlans), "5:6", BAD("5:6: unexpected \":\" parsing set of up to 4096 integers")},
	{B(flood_vlans), "5=6", BAD("5=6: unexpected \"=\" parsing set of up to 4096 integers")},
	{B(flood_vlans), "[5][6]", BAD("[5][6]: trailing garbage after \"]\"")},
	{B(flood_vlans), "  ", BAD("use \"[]\" to specify the empty set")},
	{B(flood_vlans), "5,5", BAD("5,5: set contains duplicate value")},
	{B(flood_vlans), "5-7,6", BAD("5-7,6: set contains duplicate value")},
	{B(flood_vlans), "7-5", BAD("\"7-5\" is not a valid range. Range end cannot be before start.")},
	{B(flood_vlans), "1--2", BAD("\"1--2\" is not a valid range. Range end cannot be before start.")},
	{B(flood_vlans), "5-", BAD("\"5-\" is not a valid integer or range")},
	{B(flood_vlans), "5-7-9", BAD("\"5-7-9\" is not a valid integer or range")},
	{B(flood_vlans), "5 - 7", BAD("\"-\" is not a valid integer or range")},
	{B(flood_vlans), "x", BAD("\"x\" is not a valid integer or range")},
	{B(flood_vlans), "5x", BAD("\"5x\" is not a valid integer or range")},
	{B(flood_vlans), "1.5", BAD("\"1.5\" is not a valid integer or range")},
	{B(flood_vlans), "0x10", BAD("\"0x10\" is not a valid integer or range")},
	{B(flood_vlans), "\"5\"", BAD("\"\"5\"\" is not a valid integer or range")},
	{B(flood_vlans), "99999999999999999999", BAD("\"99999999999999999999\" is not a valid integer or range")},
	{B(flood_vlans), "4096", BAD("constraint violation: 4096 is not in the valid range 0 to 4095 (inclusive)")},
	{B(flood_vlans), "-1", BAD("constraint violation: -1 is not in the valid range 0 to 4095 (inclusive)")},
	{B(flood_vlans), "-3-1", BAD("constraint violation: -3 is not in the valid range 0 to 4095 (inclusive)")},
	{B(flood_vlans), "4094-4097",
	 BAD("constraint violation: 4097 is not in the valid range 0 to 4095 (inclusive)")},
	/* ovs-vsctl takes all the memory there is */
	{I(cfm_remote_mpids), "1-9223372036854775807",
	 BAD("\"1-9223372036854775807\" is not a valid range. A set with ranges may hold at most 65536 integers.")},
	{I(cfm_remote_mpids), "65536-131000,1-80",
	 BAD("\"1-80\" is not a valid range. A set with ranges may hold at most 65536 integers.")},
	/* optional integers and plain ones */
	{P(tag), "5", "5", NULL},
	{P(tag), "[]", "[]", NULL},
	{P(tag), "5000", BAD("constraint violation: 5000 is not in the valid range 0 to 4095 (inclusive)")},
	{P(tag), "1,2", BAD("1,2: 2 value(s) specified but the maximum number is 1")},
	{P(tag), "1-3", BAD("1-3: 3 value(s) specified but the maximum number is 1")},
	{P(tag), "]", BAD("]: unexpected \"]\" parsing set of up to 1 integers")},
	{P(bond_updelay), "]", BAD("]: unexpected \"]\" parsing integer")},
	{P(bond_updelay), "[]", BAD("[]: 0 value(s) specified but the minimum number is 1")},
	{P(bond_updelay), "1-2", BAD("1-2: 2 value(s) specified but the maximum number is 1")},
	{I(mtu_request), "0", BAD("constraint violation: 0 is less than minimum allowed value 1")},
	{I(mtu_request), "9223372036854775807", "9223372036854775807", NULL},
	{I(mtu_request), "9223372036854775808", BAD("\"9223372036854775808\" is not a valid integer or range")},
	{I(ingress_policing_rate), "-1", BAD("constraint violation: -1 is less than minimum allowed value 0")},
	/* booleans */
	{B(stp_enable), "true", "true", NULL},
	{B(stp_enable), "no", "false", NULL},
	{B(stp_enable), "[on]", "true", NULL},
	{B(stp_enable), "0", "false", NULL},
	{B(stp_enable), "TRUE", BAD("\"TRUE\" is not a valid boolean (use \"true\" or \"false\")")},
	{B(stp_enable), "\"true\"", BAD("\"\"true\"\" is not a valid boolean (use \"true\" or \"false\")")},
	{B(stp_enable), "a:b", BAD("\"a\" is not a valid boolean (use \"true\" or \"false\")")},
	{B(stp_enable), "true,false", BAD("true,false: 2 value(s) specified but the maximum number is 1")},
	{I(cfm_fault), "]", BAD("]: unexpected \"]\" parsing set of up to 1 booleans")},
	/* enumerations */
	{B(fail_mode), "secure", "secure", NULL},
	{B(fail_mode), "\"secure\"", "secure", NULL},
	{B(fail_mode), "secure,", "secure", NULL},
	{B(fail_mode), "bogus",
	 BAD("constraint violation: bogus is not one of the allowed values ([secure, standalone])")},
	{B(fail_mode), "\"\"",
	 BAD("constraint violation: \"\" is not one of the allowed values ([secure, standalone])")},
	{B(protocols), "OpenFlow13,OpenFlow10", "[OpenFlow10, OpenFlow13]", NULL},
	/* strings */
	{B(datapath_type), "netdev", "netdev", NULL},
	{B(datapath_type), " a ", "a", NULL},
	{B(datapath_type), "\"\"", "\"\"", NULL},
	{B(datapath_type), "\"a:b\"", "\"a:b\"", NULL},
	{B(datapath_type), "a\\\"b", "\"a\\\"b\"", NULL},
	{B(datapath_type), "a b", BAD("a b: 2 value(s) specified but the maximum number is 1")},
	{B(datapath_type), "\"a\" \"b\"", BAD("\"a\" \"b\": 2 value(s) specified but the maximum number is 1")},
	{B(datapath_type), "\"a", BAD("\"a: quoted string extends past end of argument")},
	{B(datapath_type), "a\"b", BAD("a\"b: quoted string extends past end of argument")},
	{B(datapath_type), "\"a\"b", BAD("\"a\"b: missing quote at end of quoted string")},
	{B(datapath_type), "a=b", BAD("a=b: unexpected \"=\" parsing string")},
	{B(datapath_type), "a!b", BAD("a!b: unexpected \"!\" parsing string")},
	{B(datapath_type), "[a", BAD("[a: missing \"]\" at end of data")},
	{B(datapath_type), "[a]]", BAD("[a]]: trailing garbage after \"]\"")},
	{B(datapath_type), "a\\", BAD("a\\: backslash at end of argument")},
	{P(mac), "\"00:11:22:33:44:55\"", "\"00:11:22:33:44:55\"", NULL},
	/* ovs-vsctl wants quotes here */
	{P(mac), "00:11:22:33:44:55", "\"00:11:22:33:44:55\"", NULL},
	{P(mac), "fd00::2", "\"fd00::2\"", NULL},
	{P(mac), "::1", "\"::1\"", NULL},
	{P(static_macs), "10/02:00:00:00:00:01,20/02:00:00:00:00:02",
	 "[\"10/02:00:00:00:00:01\", \"20/02:00:00:00:00:02\"]", NULL},
	/* UUIDs */
	{B(netflow), "x", BAD("\"x\" is not a valid UUID")},
	{B(netflow), "00000000-0000-0000-0000-00000000000g",
	 BAD("\"00000000-0000-0000-0000-00000000000g\" is not a valid UUID")},
	{B(netflow), "00000000-0000-0000-0000-00000000000",
	 BAD("\"00000000-0000-0000-0000-00000000000\" is not a valid UUID")},
	{B(netflow), "0123ABCD-0000-0000-0000-000000000001", "0123abcd-0000-0000-0000-000000000001", NULL},
	{B(ports), "]", BAD("]: unexpected \"]\" parsing set of uuids")},
	{P(interfaces), "]", BAD("]: unexpected \"]\" parsing set of 1 or more uuids")},
	{P(interfaces), "[]", BAD("[]: 0 value(s) specified but the minimum number is 1")},
	/* maps */
	{B(external_ids), "a=b", "{a=b}", NULL},
	{B(external_ids), "c=d,a=b", "{a=b, c=d}", NULL},
	{B(external_ids), "a=b c=d", "{a=b, c=d}", NULL},
	{B(external_ids), "{\"a\"=5, b = 6}", "{a=\"5\", b=\"6\"}", NULL},
	{B(external_ids), " {a=b} ", "{a=b}", NULL},
	{B(external_ids), "{a=b,}", "{a=b}", NULL},
	{B(external_ids), "{ }", "{}", NULL},
	{B(external_ids), "\"a b\"=\"c d\"", "{\"a b\"=\"c d\"}", NULL},
	{B(external_ids), "{\"true\"=\"false\"}", "{\"true\"=\"false\"}", NULL},
	{B(external_ids), "a=b a=c", BAD("a=b a=c: map contains duplicate key")},
	{B(external_ids), "{a=b", BAD("{a=b: missing \"}\" at end of data")},
	{B(external_ids), "a=b}", BAD("a=b}: unexpected \"}\" parsing map of (string, string) pairs")},
	{B(external_ids), "=b", BAD("=b: unexpected \"=\" parsing map of (string, string) pairs")},
	{B(external_ids), "[]", BAD("[]: unexpected \"[\" parsing map of (string, string) pairs")},
	{B(external_ids), "{a=b!c}", BAD("{a=b!c}: unexpected \"!\" parsing map of (string, string) pairs")},
	{B(external_ids), "{a=b,,c=d}", BAD("{a=b,,c=d}: unexpected \",\" parsing map of (string, string) pairs")},
	{B(external_ids), "a:b", BAD("a:b: syntax error at \":\" expecting \"=\"")},
	{B(external_ids), "{a=b c=d e}", BAD("e}: syntax error at \"}\" expecting \"=\"")},
	{B(external_ids), "{a<b=c}", BAD("a<b=c}: syntax error at \"<\" expecting \"=\"")},
	{B(external_ids), "{a=b} x", BAD("{a=b} x: trailing garbage after \"}\"")},
	{B(external_ids), "{\"a\"b=c}", BAD("\"a\"b: missing quote at end of quoted string")},
	{B(external_ids), "a=", BAD("An empty string is not valid as input; use \"\" to represent the empty string")},
	{B(external_ids), "{a={b}}",
	 BAD("An empty string is not valid as input; use \"\" to represent the empty string")},
	{B(external_ids), "  ", BAD("use \"{}\" to specify the empty map")},
	/* ovs-vsctl prints a NUL between the quotes */
	{B(external_ids), "a", BAD("a: syntax error at \"\" expecting \"=\"")},
	/* ovs-vsctl wants quotes here */
	{B(external_ids), "{ip=fd00::2,mac=00:11:22:33:44:55}", "{ip=\"fd00::2\", mac=\"00:11:22:33:44:55\"}", NULL},
	{B(flow_tables), "]", BAD("]: unexpected \"]\" parsing map of (integer, uuid) pairs")},
	{P(statistics), "a=5", "{a=5}", NULL},
	{P(statistics), "a=x", BAD("\"x\" is not a valid integer or range")},
	{P(statistics), "]", BAD("]: unexpected \"]\" parsing map of (string, integer) pairs")},
	{STORE_NetFlow, NetFlow_targets, "]", BAD("]: unexpected \"]\" parsing set of 1 or more strings")},
	{STORE_Flow_Table, Flow_Table_prefixes, "a,b,c,d",
	 BAD("a,b,c,d: 4 value(s) specified but the maximum number is 3")},
};

static const struct vs_type *type_of(size_t i)
{
	return &schema_tables[texts[i].table].columns[texts[i].column].type;
}

static void test_texts(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct vs_datum datum;
		char *error = NULL, *text;
		int rc = vs_datum_parse(type_of(i), texts[i].text, &datum, &error);

		if (texts[i].error) {
			if (!rc || strcmp(error, texts[i].error))
				fail_msg("%s: got %s, want %s", texts[i].text, rc ? error : "no error", texts[i].error);
			assert_int_equal(datum.n, 0);
			free(error);
			continue;
		}
		if (rc)
			fail_msg("%s: %s", texts[i].text, error);
		text = vs_datum_format(type_of(i), &datum);
		assert_string_equal(text, texts[i].prints);
		free(text);
		vs_datum_destroy(type_of(i), &datum);
	}
}

/* What is printed reads back as the same, as text and as JSON. */
static void test_round_trips(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const struct vs_type *type = type_of(i);
		struct vs_datum datum, again;
		char *error, *text;
		json_t *json;

		if (texts[i].error)
			continue;
		assert_int_equal(vs_datum_parse(type, texts[i].text, &datum, &error), 0);
		text = vs_datum_format(type, &datum);
		assert_int_equal(vs_datum_parse(type, text, &again, &error), 0);
		assert_true(vs_datum_equal(type, &datum, &again));
		vs_datum_destroy(type, &again);
		json = vs_datum_to_json(type, &datum);
		assert_int_equal(vs_datum_from_json(type, json, &again, &error), 0);
		assert_true(vs_datum_equal(type, &datum, &again));
		vs_datum_destroy(type, &again);
		vs_datum_destroy(type, &datum);
		json_decref(json);
		free(text);
	}
}

/* The value in COLUMN:KEY=VALUE, which is an atom: again as ovs-vsctl has it. */
static const struct {
	const char *text, *prints, *error;
} atoms[] = {
	{"abc", "abc", NULL},
	{"a b", "\"a b\"", NULL},
	{"\"a b\"", "\"a b\"", NULL},
	{"a\"b", "\"a\\\"b\"", NULL},
	{"\"\"", "\"\"", NULL},
	{" ", "\" \"", NULL},
	{"a:b", "\"a:b\"", NULL},
	{"192.0.2.2,192.0.2.3", "\"192.0.2.2,192.0.2.3\"", NULL},
	{"a=b", "\"a=b\"", NULL},
	{"[a]", "\"[a]\"", NULL},
	{"a!b", "\"a!b\"", NULL},
	{"5", "\"5\"", NULL},
	{"5a", "\"5a\"", NULL},
	{"true", "\"true\"", NULL},
	{"trueish", "trueish", NULL},
	{"a.b-c_d", "a.b-c_d", NULL},
	{"_a", "_a", NULL},
	{"-a", "\"-a\"", NULL},
	{"A/B", "\"A/B\"", NULL},
	{"@x", "\"@x\"", NULL},
	{"a23e4567-e89b-12d3-a456-426614174000", "\"a23e4567-e89b-12d3-a456-426614174000\"", NULL},
	{"A23e4567-e89b-12d3-a456-42661417400", "A23e4567-e89b-12d3-a456-42661417400", NULL},
	{"\303\251", "\"\303\251\"", NULL},
	{"\"\\b\\f\\n\\r\\t\\\\\\/\\\"\"", "\"\\b\\f\\n\\r\\t\\\\/\\\"\"", NULL},
	{"\"\\u0001\\u001f\"", "\"\\u0001\\u001f\"", NULL},
	{"\"\\u00e9\"", "\"\303\251\"", NULL},
	{"\"\\ud83d\\ude00\"", "\"\360\237\230\200\"", NULL},
	{"a\tb", "\"a\\tb\"", NULL},
	{"", BAD("An empty string is not valid as input; use \"\" to represent the empty string")},
	{"\"", BAD("\": missing quote at end of quoted string")},
	{"\"a", BAD("\"a: missing quote at end of quoted string")},
	{"\"a\"b", BAD("\"a\"b: missing quote at end of quoted string")},
	{"\"\\x\"", BAD("\"\\x\": bad escape \\x")},
	{"\"\\\"", BAD("\"\\\": quoted string may not end with backslash")},
	{"\"\\u12\"", BAD("\"\\u12\": quoted string ends within \\u escape")},
	{"\"\\u0000\"", BAD("\"\\u0000\": null bytes not supported in quoted strings")},
	{"\"\\ud83d\"", BAD("\"\\ud83d\": malformed escaped surrogate pair")},
	{"\377", BAD("constraint violation: not a valid UTF-8 string: invalid UTF-8 sequence 0xff")},
};

static void test_atoms(void **state)
{
	const struct vs_base_type base = {.type = VS_STRING};

	(void)state;
	for (size_t i = 0; i < sizeof(atoms) / sizeof(atoms[0]); i++) {
		char *error = NULL, *text;
		union vs_atom atom;
		int rc = vs_atom_parse(&base, atoms[i].text, &atom, &error);

		if (atoms[i].error) {
			if (!rc || strcmp(error, atoms[i].error))
				fail_msg("%s: got %s, want %s", atoms[i].text, rc ? error : "no error", atoms[i].error);
			free(error);
			continue;
		}
		if (rc)
			fail_msg("%s: %s", atoms[i].text, error);
		text = vs_atom_format(VS_STRING, &atom);
		assert_string_equal(text, atoms[i].prints);
		free(text);
		vs_atom_destroy(VS_STRING, &atom);
	}
}

static const struct {
	enum store_table_id table;
	unsigned int column;
	const char *json, *prints;
} jsons[] = {
	{P(tag), "5", "5"},
	{P(tag), "[\"set\",[]]", "[]"},
	{P(tag), "[\"set\",[5]]", "5"},
	{P(tag), "[\"set\",[5,6]]", NULL},
	{P(tag), "\"5\"", NULL},
	{P(tag), "5000", NULL},
	{P(tag), "5.0", "5"},
	{P(tag), "5.5", NULL},
	{P(tag), "1e30", NULL},
	{P(tag), "null", NULL},
	{P(trunks), "[\"set\",[3,1,2]]", "[1, 2, 3]"},
	{P(trunks), "[\"set\",[1,1]]", NULL},
	{P(trunks), "[\"set\",1]", NULL},
	{P(trunks), "[\"set\",[1],2]", NULL},
	{P(trunks), "[\"map\",[]]", NULL},
	{P(protected), "true", "true"},
	{P(protected), "1", NULL},
	{P(external_ids), "[\"map\",[[\"a\",\"b\"]]]", "{a=b}"},
	{P(external_ids), "[\"map\",[[\"a\",\"b\"],[\"a\",\"c\"]]]", NULL},
	{P(external_ids), "[\"map\",[[\"a\"]]]", NULL},
	{P(external_ids), "[\"map\",[[\"a\",5]]]", NULL},
	{P(external_ids), "[\"set\",[]]", NULL},
	{P(external_ids), "{}", NULL},
	{B(netflow), "[\"uuid\",\"0123abcd-0000-0000-0000-000000000001\"]", "0123abcd-0000-0000-0000-000000000001"},
	{B(netflow), "[\"uuid\",\"0123abcd\"]", NULL},
	{B(netflow), "[\"named-uuid\",\"x\"]", NULL},
};

static void test_json(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(jsons) / sizeof(jsons[0]); i++) {
		const struct vs_type *type = &schema_tables[jsons[i].table].columns[jsons[i].column].type;
		json_t *json = json_loads(jsons[i].json, JSON_DECODE_ANY, NULL);
		char *error = NULL, *text;
		struct vs_datum datum;
		int rc = vs_datum_from_json(type, json, &datum, &error);

		json_decref(json);
		if (!jsons[i].prints) {
			if (!rc)
				fail_msg("%s was taken", jsons[i].json);
			assert_non_null(error);
			free(error);
			continue;
		}
		if (rc)
			fail_msg("%s: %s", jsons[i].json, error);
		text = vs_datum_format(type, &datum);
		assert_string_equal(text, jsons[i].prints);
		free(text);
		vs_datum_destroy(type, &datum);
	}
}

static void test_datum_changes(void **state)
{
	const struct vs_type *type = &schema_tables[STORE_Port].columns[Port_external_ids].type;
	const struct vs_type *set = &schema_tables[STORE_Port].columns[Port_trunks].type;
	union vs_atom key = {.string = (char *)"k"}, value = {.string = (char *)"v"}, other = {.string = (char *)"w"};
	struct vs_datum datum = {0}, copy;

	(void)state;
	assert_int_equal(vs_datum_add(type, &datum, &key, &value), 0);
	assert_int_equal(vs_datum_add(type, &datum, &key, &value), 1);
	vs_datum_clone(type, &copy, &datum);
	assert_int_equal(vs_datum_add(type, &datum, &key, &other), 0);
	assert_string_equal(vs_datum_get_string(&datum, "k"), "w");
	assert_null(vs_datum_get_string(&datum, "j"));
	assert_false(vs_datum_equal(type, &datum, &copy));
	vs_datum_remove_at(type, &datum, 0);
	assert_int_equal(datum.n, 0);
	assert_null(datum.keys);
	vs_datum_destroy(type, &copy);

	for (int64_t i = 9; i >= 0; i--)
		vs_datum_add(set, &datum, &(union vs_atom){.integer = i * 3}, NULL);
	for (int i = 0; i < 30; i++)
		assert_int_equal(vs_datum_find(set, &datum, &(union vs_atom){.integer = i}), i % 3 ? -1 : i / 3);
	vs_datum_remove_at(set, &datum, 4);
	assert_int_equal(vs_datum_find(set, &datum, &(union vs_atom){.integer = 12}), -1);
	assert_int_equal(vs_datum_find(set, &datum, &(union vs_atom){.integer = 15}), 4);
	vs_datum_destroy(set, &datum);

	vs_datum_set_string(&datum, "x");
	vs_datum_set_string(&datum, datum.keys[0].string);
	assert_string_equal(datum.keys[0].string, "x");
	vs_datum_set_string(&datum, NULL);
	assert_int_equal(datum.n, 0);
}

static void test_uuid(void **state)
{
	char text[VS_UUID_TEXT];
	struct vs_uuid a, b;

	(void)state;
	vs_uuid_generate(&a);
	vs_uuid_format(&a, text);
	assert_int_equal(text[14], '4'); /* version, RFC 4122 section 4.1.3 */
	assert_non_null(strchr("89ab", text[19]));
	assert_int_equal(vs_uuid_parse(text, &b), 0);
	assert_memory_equal(&a, &b, sizeof(a));
	for (size_t i = 0; i < sizeof(text) - 1; i++) {
		char cut[VS_UUID_TEXT];

		memcpy(cut, text, sizeof(cut));
		cut[i] = '\0';
		assert_int_equal(vs_uuid_parse(cut, &b), -EINVAL);
	}
}

struct number {
	struct hmap_node node;
	unsigned int value;
};

static void test_hmap(void **state)
{
	static struct number numbers[1000];
	struct hmap map = {0};
	unsigned int seen = 0;

	(void)state;
	for (unsigned int i = 0; i < 1000; i++) {
		numbers[i].value = i;
		hmap_insert(&map, &numbers[i].node, i % 250); /* four of each hash */
	}
	hmap_for_each_safe(node, following, &map)
	{
		if (hmap_entry(node, struct number, node)->value % 2)
			hmap_remove(&map, node);
	}
	assert_int_equal(map.n, 500);
	hmap_for_each(node, &map) seen += hmap_entry(node, struct number, node)->value;
	assert_int_equal(seen, 499 * 500);
	seen = 0;
	for (struct hmap_node *node = hmap_first_with_hash(&map, 2); node; node = hmap_next_with_hash(node))
		seen += hmap_entry(node, struct number, node)->value;
	assert_int_equal(seen, 2 + 252 + 502 + 752);
	assert_null(hmap_first_with_hash(&map, 3));
	hmap_destroy(&map);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts), cmocka_unit_test(test_round_trips),   cmocka_unit_test(test_atoms),
		cmocka_unit_test(test_json),  cmocka_unit_test(test_datum_changes), cmocka_unit_test(test_uuid),
		cmocka_unit_test(test_hmap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
