/* SPDX-License-Identifier: GPL-2.0-only */
/* cmd-schema.c - `lab schema': the language as a JSON Schema, for editors, from the rows that files are read by */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/xalloc.h"
#include "vsctl/lab/keys.h"
#include "vsctl/lab/lab.h"
#include "vsctl/lab/model.h"

static json_t *schema_key(const struct lab_key *key);

/* Either of two: what may be written in full or short. */
static json_t *schema_either(json_t *one, json_t *other)
{
	return json_pack("{s:[o, o]}", "anyOf", one, other);
}

static void schema_properties(const struct lab_shape *shape, json_t *properties, json_t *required)
{
	for (size_t i = 0; i < shape->n_keys; i++) {
		json_object_set_new(properties, shape->keys[i].name, schema_key(&shape->keys[i]));
		if (shape->keys[i].flags & LAB_REQUIRED)
			json_array_append_new(required, json_string(shape->keys[i].name));
	}
}

/* @also: whose keys may stand in the object, too, or NULL */
static json_t *schema_object(const struct lab_shape *shape, const struct lab_shape *also)
{
	json_t *properties = json_object(), *required = json_array(), *whole, *none = json_array();

	schema_properties(shape, properties, required);
	if (also)
		schema_properties(also, properties, none);
	json_decref(none);
	whole = json_pack("{s:s, s:o, s:b}", "type", "object", "properties", properties, "additionalProperties", 0);
	/* A key that must be given may come from defaults, a kind or a group, but not for the file itself. */
	if (shape == &lab_shape_lab)
		json_object_set(whole, "required", required);
	json_decref(required);
	for (size_t i = 0; i < shape->n_keys; i++) {
		if (shape->keys[i].flags & LAB_SHORT)
			whole = schema_either(whole, schema_key(&shape->keys[i]));
	}
	return whole;
}

/* One of `expect': a map of one key, the kind. */
static json_t *schema_expect(void)
{
	json_t *kinds = json_object();

	for (int i = 0; i < LAB_EXPECT_KINDS_N; i++)
		json_object_set_new(kinds, lab_expect_kind_name((enum lab_expect_kind)i),
				    schema_object(&lab_expect_shapes[i], NULL));
	return json_pack("{s:s, s:o, s:b, s:i, s:i}", "type", "object", "properties", kinds, "additionalProperties", 0,
			 "minProperties", 1, "maxProperties", 1);
}

static json_t *schema_scalar(const struct lab_key *key)
{
	char *text = vs_xasprintf("{%s}", lab_types[key->type].json);
	json_t *scalar = json_loads(text, 0, NULL);

	free(text);
	if (key->words) {
		json_t *words = json_array();

		for (const char *const *word = key->words; *word; word++)
			json_array_append_new(words, json_string(*word));
		json_decref(scalar);
		return json_pack("{s:o}", "enum", words);
	}
	if (key->max > key->min) { /* of numbers; a text may be one, or hold a variable */
		json_object_set_new(scalar, "minimum", json_integer(key->min));
		json_object_set_new(scalar, "maximum", json_integer(key->max));
	}
	return scalar;
}

static json_t *schema_value(const struct lab_key *key)
{
	if (key->type != LAB_OBJECT)
		return schema_scalar(key);
	if (key->shape == lab_expect_shapes)
		return schema_expect();
	return schema_either(schema_object(key->shape, key->shape == &lab_shape_link ? &lab_shape_end : NULL),
			     json_pack("{s:s}", "type", "null"));
}

static json_t *schema_key(const struct lab_key *key)
{
	json_t *value = schema_value(key);

	if (key->flags & LAB_LIST)
		value = schema_either(json_pack("{s:s, s:O}", "type", "array", "items", value), value);
	else if (key->flags & LAB_MAP)
		value = json_pack("{s:s, s:o}", "type", "object", "additionalProperties", value);
	json_object_set_new(value, "description", json_string(key->help));
	return value;
}

int lab_cmd_schema(const struct lab_args *args)
{
	json_t *schema = schema_object(&lab_shape_lab, NULL);
	int error;

	(void)args;
	json_object_set_new(schema, "$schema", json_string("https://json-schema.org/draft/2020-12/schema"));
	json_object_set_new(schema, "title", json_string("a lab of vswitch"));
	error = json_dumpf(schema, stdout, JSON_INDENT(2)) || puts("") < 0 || fflush(stdout);
	json_decref(schema);
	return error ? EXIT_FAILURE : EXIT_SUCCESS;
}
