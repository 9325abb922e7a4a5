/* SPDX-License-Identifier: GPL-2.0-only */
/* value_json.c - values as RFC 7047 section 5.1 puts them into JSON */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/value_build.h"
#include "common/xalloc.h"

static json_t *atom_to_json(enum vs_atom_type type, const union vs_atom *atom)
{
	char uuid[VS_UUID_TEXT];

	switch (type) {
	case VS_INTEGER:
		return json_integer(atom->integer);
	case VS_REAL:
		return json_real(atom->real);
	case VS_BOOLEAN:
		return json_boolean(atom->boolean);
	case VS_STRING:
		return json_string(atom->string);
	case VS_UUID:
		return json_pack("[ss]", "uuid", vs_uuid_format(&atom->uuid, uuid));
	case VS_VOID:
		break;
	}
	abort();
}

json_t *vs_datum_to_json(const struct vs_type *type, const struct vs_datum *datum)
{
	bool map = vs_type_is_map(type);
	json_t *list;

	if (datum->n == 1 && !map)
		return (json_t *)vs_xcheck(atom_to_json(type->key.type, &datum->keys[0]));
	list = (json_t *)vs_xcheck(json_array());
	for (unsigned int i = 0; i < datum->n; i++) {
		json_t *item = atom_to_json(type->key.type, &datum->keys[i]);

		if (map)
			item = json_pack("[oo]", item, atom_to_json(type->value.type, &datum->values[i]));
		if (json_array_append_new(list, (json_t *)vs_xcheck(item)))
			abort();
	}
	return (json_t *)vs_xcheck(json_pack("[so]", map ? "map" : "set", list));
}

/* struct json_reader - what all of a value is read with: where it went wrong, and what names stand for */
struct json_reader {
	const struct vs_json_names *names;
	const json_t *where;
	char *error;
};

static int wrong_json(struct json_reader *reader, const json_t *json, const char *what)
{
	reader->where = json;
	reader->error = vs_xstrdup(what);
	return -EINVAL;
}

/* Whether @json is [@word, ...] of two elements. */
static bool is_tagged(const json_t *json, const char *word)
{
	const char *first = json_string_value(json_array_get(json, 0));

	return json_array_size(json) == 2 && first && !strcmp(first, word);
}

static int uuid_from_json(struct json_reader *reader, const json_t *json, struct vs_uuid *uuid)
{
	const char *text = json_string_value(json_array_get(json, 1));

	if (text && is_tagged(json, "uuid")) {
		if (!vs_uuid_parse(text, uuid))
			return 0;
		reader->where = json;
		reader->error = vs_xasprintf("\"%s\" is not a valid UUID", text);
		return -EINVAL;
	}
	if (!text || !reader->names || !is_tagged(json, "named-uuid"))
		return wrong_json(reader, json, "expected [\"uuid\", <string>]");
	if (reader->names->find(reader->names->arg, text, uuid))
		return wrong_json(reader, json, "named-uuid string is not a valid <id>");
	return 0;
}

/* Also 1.0 is an integer. */
static bool integer_from_json(const json_t *json, int64_t *integer)
{
	double real = json_real_value(json);

	if (json_is_integer(json))
		*integer = json_integer_value(json);
	else if (json_is_real(json) && real >= -9.2e18 && real <= 9.2e18 && real == (double)(int64_t)real)
		*integer = (int64_t)real;
	else
		return false;
	return true;
}

static int atom_from_json(struct json_reader *reader, const struct vs_base_type *base, const json_t *json,
			  union vs_atom *atom)
{
	int rc = 0;

	switch (base->type) {
	case VS_INTEGER:
		if (!integer_from_json(json, &atom->integer))
			return wrong_json(reader, json, "expected integer");
		break;
	case VS_REAL:
		if (!json_is_number(json))
			return wrong_json(reader, json, "expected real");
		atom->real = json_number_value(json);
		break;
	case VS_BOOLEAN:
		if (!json_is_boolean(json))
			return wrong_json(reader, json, "expected boolean");
		atom->boolean = json_is_true(json);
		break;
	case VS_STRING:
		if (!json_is_string(json))
			return wrong_json(reader, json, "expected string");
		atom->string = vs_xstrdup(json_string_value(json));
		break;
	case VS_UUID:
		rc = uuid_from_json(reader, json, &atom->uuid);
		break;
	case VS_VOID:
		abort();
	}
	if (!rc && (rc = vs_atom_check(base, atom, &reader->error)))
		vs_atom_destroy(base->type, atom);
	return rc;
}

/* One element of a set, or one ["key","value"] pair of a map. */
static int element_from_json(struct json_reader *reader, const struct vs_type *type, const json_t *json,
			     struct vs_builder *builder)
{
	bool map = vs_type_is_map(type);
	struct vs_pair pair = {0};
	int rc;

	if (map && json_array_size(json) != 2)
		return wrong_json(reader, json, "expected 2-element array");
	rc = atom_from_json(reader, &type->key, map ? json_array_get(json, 0) : json, &pair.key);
	if (rc)
		return rc;
	if (map)
		rc = atom_from_json(reader, &type->value, json_array_get(json, 1), &pair.value);
	if (rc)
		vs_atom_destroy(type->key.type, &pair.key);
	else
		vs_builder_add(builder, pair);
	return rc;
}

static int check_size(struct json_reader *reader, const struct vs_type *type, const json_t *json, size_t n)
{
	const char *kind = vs_type_is_map(type) ? "map" : "set";

	if (n >= type->n_min && n <= type->n_max)
		return 0;
	reader->where = json;
	if (type->n_min == 1 && type->n_max == 1)
		reader->error = vs_xasprintf("%s must have exactly one member but %zu are present", kind, n);
	else
		reader->error = vs_xasprintf("%s must have %u to %u members but %zu are present", kind, type->n_min,
					     type->n_max, n);
	return -EINVAL;
}

static int elements_from_json(struct json_reader *reader, const struct vs_type *type, const json_t *json,
			      struct vs_builder *builder)
{
	const json_t *list = json_array_get(json, 1);
	bool map = vs_type_is_map(type);
	int rc;

	if (!map && !is_tagged(json, "set"))
		return element_from_json(reader, type, json, builder);
	if (!is_tagged(json, map ? "map" : "set") || !json_is_array(list))
		return wrong_json(reader, json, map ? "expected [\"map\", <array>]" : "expected [\"set\", <array>]");
	rc = check_size(reader, type, json, json_array_size(list));
	for (size_t i = 0; i < json_array_size(list) && !rc; i++)
		rc = element_from_json(reader, type, json_array_get(list, i), builder);
	return rc;
}

int vs_datum_from_json_named(const struct vs_type *type, const json_t *json, const struct vs_json_names *names,
			     struct vs_datum *datum, const json_t **where, char **error)
{
	struct json_reader reader = {.names = names};
	struct vs_builder builder = {0};
	int rc = elements_from_json(&reader, type, json, &builder);
	int repeated = vs_builder_finish(&builder, type, datum);

	if (!rc && repeated) {
		reader.error =
			vs_xstrdup(vs_type_is_map(type) ? "map contains duplicate key" : "set contains duplicate");
		rc = repeated;
	}
	if (rc)
		vs_datum_destroy(type, datum);
	*where = reader.where;
	*error = reader.error;
	return rc;
}

int vs_datum_from_json(const struct vs_type *type, const json_t *json, struct vs_datum *datum, char **error)
{
	const json_t *where;
	char *why, *text;
	int rc = vs_datum_from_json_named(type, json, NULL, datum, &where, &why);

	if (!rc)
		return 0;
	text = json_dumps(where ? where : json, JSON_ENCODE_ANY | JSON_COMPACT);
	*error = vs_xasprintf("%.200s: %s", text ? text : "?", why);
	free(text);
	free(why);
	return rc;
}
