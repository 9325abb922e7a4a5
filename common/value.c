/* SPDX-License-Identifier: GPL-2.0-only */
/* value.c - atoms, and sorted arrays of them: making, comparing, finding, changing, checking */
#include "common/value.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/utf8.h"
#include "common/xalloc.h"

/* --- atoms -------------------------------------------------------------------------------------------------- */

static int atom_compare_integer(const union vs_atom *a, const union vs_atom *b)
{
	return (a->integer > b->integer) - (a->integer < b->integer);
}

static int atom_compare_real(const union vs_atom *a, const union vs_atom *b)
{
	return (a->real > b->real) - (a->real < b->real);
}

static int atom_compare_boolean(const union vs_atom *a, const union vs_atom *b)
{
	return a->boolean - b->boolean;
}

static int atom_compare_string(const union vs_atom *a, const union vs_atom *b)
{
	return strcmp(a->string, b->string);
}

static int atom_compare_uuid(const union vs_atom *a, const union vs_atom *b)
{
	return memcmp(&a->uuid, &b->uuid, sizeof(a->uuid));
}

static int atom_compare_void(const union vs_atom *a, const union vs_atom *b)
{
	(void)a;
	(void)b;
	return 0;
}

typedef int (*atom_compare)(const union vs_atom *a, const union vs_atom *b);

static const atom_compare comparers[] = {
	[VS_VOID] = atom_compare_void,	     [VS_INTEGER] = atom_compare_integer, [VS_REAL] = atom_compare_real,
	[VS_BOOLEAN] = atom_compare_boolean, [VS_STRING] = atom_compare_string,	  [VS_UUID] = atom_compare_uuid,
};

int vs_atom_compare(enum vs_atom_type type, const union vs_atom *a, const union vs_atom *b)
{
	return comparers[type](a, b);
}

void vs_atom_clone(enum vs_atom_type type, union vs_atom *to, const union vs_atom *from)
{
	*to = *from;
	if (type == VS_STRING)
		to->string = vs_xstrdup(from->string);
}

void vs_atom_destroy(enum vs_atom_type type, union vs_atom *atom)
{
	if (type == VS_STRING)
		free(atom->string);
}

static void atom_default(const struct vs_base_type *base, union vs_atom *atom)
{
	*atom = (union vs_atom){0};
	if (base->type == VS_STRING)
		atom->string = vs_xstrdup(base->enums ? base->enums[0] : "");
}

/* --- checks ------------------------------------------------------------------------------------------------- */

static int check_integer(const struct vs_base_type *base, const union vs_atom *atom, char **error)
{
	int64_t value = atom->integer;

	if ((!base->min && !base->max) || (value >= base->min && value <= base->max))
		return 0;
	if (base->max == INT64_MAX)
		*error = vs_xasprintf("constraint violation: %" PRId64 " is less than minimum allowed value %" PRId64,
				      value, base->min);
	else
		*error = vs_xasprintf("constraint violation: %" PRId64 " is not in the valid range %" PRId64
				      " to %" PRId64 " (inclusive)",
				      value, base->min, base->max);
	return -ERANGE;
}

static int check_enum(const struct vs_base_type *base, const union vs_atom *atom, char **error)
{
	char *value, *list;

	for (const char *const *word = base->enums; *word; word++) {
		if (!strcmp(*word, atom->string))
			return 0;
	}
	list = vs_xstrdup("");
	for (const char *const *word = base->enums; *word; word++) {
		char *longer = vs_xasprintf("%s%s%s", list, *list ? ", " : "", *word);

		free(list);
		list = longer;
	}
	value = vs_atom_format(VS_STRING, atom);
	*error = vs_xasprintf("constraint violation: %s is not one of the allowed values ([%s])", value, list);
	free(value);
	free(list);
	return -ERANGE;
}

static int check_string(const struct vs_base_type *base, const union vs_atom *atom, char **error)
{
	int64_t length = (int64_t)strlen(atom->string);
	size_t bad = utf8_check(atom->string);

	if (bad != (size_t)length) {
		*error = vs_xasprintf("constraint violation: not a valid UTF-8 string: invalid UTF-8 sequence 0x%02x",
				      (unsigned char)atom->string[bad]);
		return -ERANGE;
	}
	if (base->enums)
		return check_enum(base, atom, error);
	if ((!base->min && !base->max) || (length >= base->min && length <= base->max))
		return 0;
	*error = vs_xasprintf("constraint violation: \"%s\" is %" PRId64 " bytes long, allowed are %" PRId64
			      " to %" PRId64,
			      atom->string, length, base->min, base->max);
	return -ERANGE;
}

int vs_atom_check(const struct vs_base_type *base, const union vs_atom *atom, char **error)
{
	if (base->type == VS_INTEGER)
		return check_integer(base, atom, error);
	if (base->type == VS_STRING)
		return check_string(base, atom, error);
	return 0;
}

int vs_datum_check(const struct vs_type *type, const struct vs_datum *datum, char **error)
{
	if (datum->n < type->n_min || datum->n > type->n_max) {
		bool less = datum->n < type->n_min;

		*error = vs_xasprintf("%u %s specified but the %s number is %u", datum->n,
				      vs_type_is_map(type) ? "pair(s)" : "value(s)", less ? "minimum" : "maximum",
				      less ? type->n_min : type->n_max);
		return -ERANGE;
	}
	for (unsigned int i = 0; i < datum->n; i++) {
		int rc = vs_atom_check(&type->key, &datum->keys[i], error);

		if (!rc && datum->values)
			rc = vs_atom_check(&type->value, &datum->values[i], error);
		if (rc)
			return rc;
	}
	return 0;
}

/* --- data --------------------------------------------------------------------------------------------------- */

void vs_datum_default(const struct vs_type *type, struct vs_datum *datum)
{
	*datum = (struct vs_datum){0};
	if (type->n_min == 0 || vs_type_is_map(type))
		return;
	datum->n = 1;
	datum->keys = (union vs_atom *)vs_xcalloc(1, sizeof(*datum->keys));
	atom_default(&type->key, &datum->keys[0]);
}

static union vs_atom *atoms_clone(enum vs_atom_type type, const union vs_atom *from, unsigned int n)
{
	union vs_atom *to;

	if (!n || type == VS_VOID)
		return NULL;
	to = (union vs_atom *)vs_xmemdup(from, n * sizeof(*from));
	for (unsigned int i = 0; type == VS_STRING && i < n; i++)
		to[i].string = vs_xstrdup(from[i].string);
	return to;
}

void vs_datum_clone(const struct vs_type *type, struct vs_datum *to, const struct vs_datum *from)
{
	to->n = from->n;
	to->keys = atoms_clone(type->key.type, from->keys, from->n);
	to->values = atoms_clone(type->value.type, from->values, from->n);
}

static void atoms_destroy(enum vs_atom_type type, union vs_atom *atoms, unsigned int n)
{
	for (unsigned int i = 0; type == VS_STRING && i < n; i++)
		free(atoms[i].string);
	free(atoms);
}

void vs_datum_destroy(const struct vs_type *type, struct vs_datum *datum)
{
	if (datum->keys)
		atoms_destroy(type->key.type, datum->keys, datum->n);
	if (datum->values)
		atoms_destroy(type->value.type, datum->values, datum->n);
	*datum = (struct vs_datum){0};
}

bool vs_datum_equal(const struct vs_type *type, const struct vs_datum *a, const struct vs_datum *b)
{
	if (a->n != b->n)
		return false;
	for (unsigned int i = 0; i < a->n; i++) {
		if (vs_atom_compare(type->key.type, &a->keys[i], &b->keys[i]))
			return false;
		if (a->values && vs_atom_compare(type->value.type, &a->values[i], &b->values[i]))
			return false;
	}
	return true;
}

/* Where @key is, or where it belongs; @found tells which. */
static unsigned int datum_search(enum vs_atom_type type, const struct vs_datum *datum, const union vs_atom *key,
				 bool *found)
{
	unsigned int low = 0, high = datum->n;

	*found = false;
	while (low < high) {
		unsigned int middle = low + (high - low) / 2;
		int order = vs_atom_compare(type, &datum->keys[middle], key);

		if (!order) {
			*found = true;
			return middle;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

int vs_datum_find(const struct vs_type *type, const struct vs_datum *datum, const union vs_atom *key)
{
	bool found;
	unsigned int at = datum_search(type->key.type, datum, key, &found);

	return found ? (int)at : -1;
}

const char *vs_datum_get_string(const struct vs_datum *map, const char *key)
{
	const union vs_atom atom = {.string = (char *)(uintptr_t)key};
	bool found;
	unsigned int at = datum_search(VS_STRING, map, &atom, &found);

	return found && map->values ? map->values[at].string : NULL;
}

static void atoms_open(union vs_atom **atoms, unsigned int n, unsigned int at)
{
	*atoms = (union vs_atom *)vs_xrealloc(*atoms, (n + 1) * sizeof(**atoms));
	memmove(*atoms + at + 1, *atoms + at, (n - at) * sizeof(**atoms));
}

int vs_datum_add(const struct vs_type *type, struct vs_datum *datum, const union vs_atom *key,
		 const union vs_atom *value)
{
	bool found, map = vs_type_is_map(type);
	unsigned int at = datum_search(type->key.type, datum, key, &found);

	if (found) {
		union vs_atom fresh;

		if (!map || !vs_atom_compare(type->value.type, &datum->values[at], value))
			return 1;
		vs_atom_clone(type->value.type, &fresh, value);
		vs_atom_destroy(type->value.type, &datum->values[at]);
		datum->values[at] = fresh;
		return 0;
	}
	atoms_open(&datum->keys, datum->n, at);
	vs_atom_clone(type->key.type, &datum->keys[at], key);
	if (map) {
		atoms_open(&datum->values, datum->n, at);
		vs_atom_clone(type->value.type, &datum->values[at], value);
	}
	datum->n++;
	return 0;
}

void vs_datum_remove_at(const struct vs_type *type, struct vs_datum *datum, unsigned int index)
{
	vs_atom_destroy(type->key.type, &datum->keys[index]);
	memmove(datum->keys + index, datum->keys + index + 1, (datum->n - index - 1) * sizeof(*datum->keys));
	if (datum->values) {
		vs_atom_destroy(type->value.type, &datum->values[index]);
		memmove(datum->values + index, datum->values + index + 1,
			(datum->n - index - 1) * sizeof(*datum->values));
	}
	if (!--datum->n)
		vs_datum_destroy(type, datum);
}

/* The setters replace what @datum holds, which must be of the same type, by one atom. */
static union vs_atom *datum_one(struct vs_datum *datum, enum vs_atom_type type)
{
	const struct vs_type set = {.key = {.type = type}};

	vs_datum_destroy(&set, datum);
	datum->keys = (union vs_atom *)vs_xcalloc(1, sizeof(*datum->keys));
	datum->n = 1;
	return datum->keys;
}

void vs_datum_set_string(struct vs_datum *datum, const char *text)
{
	char *copy = text ? vs_xstrdup(text) : NULL;

	datum_one(datum, VS_STRING)->string = copy;
	if (!copy) {
		free(datum->keys);
		*datum = (struct vs_datum){0};
	}
}

void vs_datum_set_integer(struct vs_datum *datum, int64_t value)
{
	datum_one(datum, VS_INTEGER)->integer = value;
}

void vs_datum_set_bool(struct vs_datum *datum, bool value)
{
	datum_one(datum, VS_BOOLEAN)->boolean = value;
}
