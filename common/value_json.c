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

static int wrong_json(const json_t *json, const char *expected, char **error)
{
	char *text = json_dumps(json, JSON_ENCODE_ANY | JSON_COMPACT);

	*error = vs_xasprintf("%.200s is not %s", text ? text : "?", expected);
	free(text);
	return -EINVAL;
}

static int uuid_from_json(const json_t *json, struct vs_uuid *uuid)
{
	const char *word = json_string_value(json_array_get(json, 0));
	const char *text = json_string_value(json_array_get(json, 1));

	if (json_array_size(json) != 2 || !word || strcmp(word, "uuid") || !text)
		return -EINVAL;
	return vs_uuid_parse(text, uuid);
}

static int atom_from_json(const struct vs_base_type *base, const json_t *json, union vs_atom *atom, char **error)
{
	switch (base->type) {
	case VS_INTEGER:
		if (!json_is_integer(json))
			return wrong_json(json, "an integer", error);
		atom->integer = json_integer_value(json);
		return 0;
	case VS_REAL:
		if (!json_is_number(json))
			return wrong_json(json, "a number", error);
		atom->real = json_number_value(json);
		return 0;
	case VS_BOOLEAN:
		if (!json_is_boolean(json))
			return wrong_json(json, "a boolean", error);
		atom->boolean = json_is_true(json);
		return 0;
	case VS_STRING:
		if (!json_is_string(json))
			return wrong_json(json, "a string", error);
		atom->string = vs_xstrdup(json_string_value(json));
		return 0;
	case VS_UUID:
		return uuid_from_json(json, &atom->uuid) ? wrong_json(json, "a UUID", error) : 0;
	case VS_VOID:
		break;
	}
	abort();
}

/* One element of a set, or one ["key","value"] pair of a map. */
static int element_from_json(const struct vs_type *type, const json_t *json, struct vs_builder *builder, char **error)
{
	bool map = vs_type_is_map(type);
	struct vs_pair pair = {0};
	int rc;

	if (map && json_array_size(json) != 2)
		return wrong_json(json, "a pair", error);
	rc = atom_from_json(&type->key, map ? json_array_get(json, 0) : json, &pair.key, error);
	if (rc)
		return rc;
	if (map)
		rc = atom_from_json(&type->value, json_array_get(json, 1), &pair.value, error);
	if (rc)
		vs_atom_destroy(type->key.type, &pair.key);
	else
		vs_builder_add(builder, pair);
	return rc;
}

static int elements_from_json(const struct vs_type *type, const json_t *json, struct vs_builder *builder, char **error)
{
	const char *word = json_string_value(json_array_get(json, 0));
	const json_t *list = json_array_get(json, 1);
	bool map = vs_type_is_map(type);
	int rc = 0;

	if (!word || strcmp(word, map ? "map" : "set") || json_array_size(json) != 2 || !json_is_array(list))
		return map ? wrong_json(json, "a map", error) : element_from_json(type, json, builder, error);
	for (size_t i = 0; i < json_array_size(list) && !rc; i++)
		rc = element_from_json(type, json_array_get(list, i), builder, error);
	return rc;
}

int vs_datum_from_json(const struct vs_type *type, const json_t *json, struct vs_datum *datum, char **error)
{
	struct vs_builder builder = {0};
	int rc = elements_from_json(type, json, &builder, error);
	int repeated = vs_builder_finish(&builder, type, datum);

	if (!rc && repeated)
		rc = wrong_json(json, "free of repetitions", error);
	if (!rc)
		rc = vs_datum_check(type, datum, error);
	if (rc)
		vs_datum_destroy(type, datum);
	return rc;
}
