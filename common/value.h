/* SPDX-License-Identifier: GPL-2.0-only */
/* value.h - typed values as in RFC 7047: atoms, optional atoms, sets and maps */
#ifndef VS_VALUE_H
#define VS_VALUE_H

/*
 * A column's value is a datum: @n keys, sorted and without repeats, and for a map as many values. An atom on
 * its own is a datum with n == 1, an absent optional one n == 0. So one set of functions parses, prints,
 * compares and changes every column there is, and the type says what is allowed (RFC 7047 section 3.2).
 *
 * Text is the syntax of ovs-vsctl(8): 5, true, "quoted", bare_word, [a, b], {k=v, k2=v2}; an empty set prints
 * as [] and an empty map as {}. JSON is RFC 7047 section 5.1.
 */
#include <jansson.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum vs_atom_type { VS_VOID, VS_INTEGER, VS_REAL, VS_BOOLEAN, VS_STRING, VS_UUID };

#define VS_UUID_TEXT 37

/** struct vs_uuid - 128 bits in network order (RFC 4122) */
struct vs_uuid {
	uint8_t b[16];
};

/** union vs_atom - one value; the type that goes with it says which member holds it */
union vs_atom {
	int64_t integer;
	double real;
	bool boolean;
	char *string; /* owned, UTF-8 */
	struct vs_uuid uuid;
};

/**
 * struct vs_base_type - the type of a key or a value
 * @type: VS_VOID where there is none (the value of a set)
 * @min: least integer, or least string length
 * @max: greatest integer, or greatest string length; @min == @max == 0 means unbounded
 * @enums: allowed strings, ended by NULL; or NULL for any
 * @ref_table: table that a UUID refers to, or NULL
 * @ref_weak: a reference that does not keep its row alive and vanishes with it
 */
struct vs_base_type {
	enum vs_atom_type type;
	int64_t min, max;
	const char *const *enums;
	const char *ref_table;
	bool ref_weak;
};

#define VS_UNLIMITED UINT_MAX

/** struct vs_type - the type of a column: @key alone for sets, @key and @value for maps */
struct vs_type {
	struct vs_base_type key, value;
	unsigned int n_min, n_max;
};

/** struct vs_datum - a value of some struct vs_type. All zero is the empty set or map. */
struct vs_datum {
	unsigned int n;
	union vs_atom *keys;
	union vs_atom *values; /* NULL unless a map */
};

static inline bool vs_type_is_map(const struct vs_type *type)
{
	return type->value.type != VS_VOID;
}

void vs_uuid_generate(struct vs_uuid *uuid);
int vs_uuid_parse(const char *text, struct vs_uuid *uuid);
char *vs_uuid_format(const struct vs_uuid *uuid, char buf[VS_UUID_TEXT]);
bool vs_uuid_is_zero(const struct vs_uuid *uuid);

int vs_atom_compare(enum vs_atom_type type, const union vs_atom *a, const union vs_atom *b);
void vs_atom_clone(enum vs_atom_type type, union vs_atom *to, const union vs_atom *from);
void vs_atom_destroy(enum vs_atom_type type, union vs_atom *atom);

/**
 * vs_datum_default() - what a column holds in a new row: 0, "", false, the zero UUID, or empty (RFC 7047 5.2.1)
 */
void vs_datum_default(const struct vs_type *type, struct vs_datum *datum);
void vs_datum_clone(const struct vs_type *type, struct vs_datum *to, const struct vs_datum *from);
void vs_datum_destroy(const struct vs_type *type, struct vs_datum *datum);
bool vs_datum_equal(const struct vs_type *type, const struct vs_datum *a, const struct vs_datum *b);

/** vs_datum_find() - Return: index of @key, or -1. O(log n). */
int vs_datum_find(const struct vs_type *type, const struct vs_datum *datum, const union vs_atom *key);

/** vs_datum_get_string() - the value of @key in a string-to-string map. Return: NULL if it is not there. */
const char *vs_datum_get_string(const struct vs_datum *map, const char *key);

/**
 * vs_datum_add() - put an atom (and for a map its value) in, cloning both; an existing key gets the new value
 * Return: 0; 1 if nothing changed. Does not check @type's limits: vs_datum_check() does.
 */
int vs_datum_add(const struct vs_type *type, struct vs_datum *datum, const union vs_atom *key,
		 const union vs_atom *value);

/** vs_datum_remove_at() - take the atom at @index out. */
void vs_datum_remove_at(const struct vs_type *type, struct vs_datum *datum, unsigned int index);

/** vs_datum_set_string() - make @datum the one string @text (NULL: empty). */
void vs_datum_set_string(struct vs_datum *datum, const char *text);

/** vs_datum_set_integer() - make @datum the one integer @value. */
void vs_datum_set_integer(struct vs_datum *datum, int64_t value);

/** vs_datum_set_bool() - make @datum the one boolean @value. */
void vs_datum_set_bool(struct vs_datum *datum, bool value);

/**
 * vs_datum_check() - hold @datum against @type: number of elements, ranges, enumerations
 * @error: on failure a malloc()ed sentence naming the value, as ovs-vsctl words it
 * Return: 0 or -ERANGE.
 */
int vs_datum_check(const struct vs_type *type, const struct vs_datum *datum, char **error);

/**
 * vs_token_parse() - take a word off @text: up to a blank or one of :=,[]{}!<> outside double quotes
 * @token: the word, malloc()ed, quotes still around it; empty when @text begins with one of the above
 * Return: 0 with @text moved behind the word, or -EINVAL with @error.
 */
int vs_token_parse(const char **text, char **token, char **error);

/**
 * vs_atom_parse() - read one atom: all of @text, which may have quotes around it
 *
 * The value in COLUMN:KEY=VALUE is read by this, so it may hold blanks and commas without quotes.
 *
 * Return: 0, -EINVAL (syntax) or -ERANGE (range, enumeration, UTF-8) with @error.
 */
int vs_atom_parse(const struct vs_base_type *base, const char *text, union vs_atom *atom, char **error);

/**
 * vs_integers_parse() - read "5", or where @last is not NULL also the range "5-9"
 * Return: 0, or -EINVAL with @error.
 */
int vs_integers_parse(const char *text, int64_t *first, int64_t *last, char **error);

/** vs_atom_check() - hold @atom against @base. Return: 0, or -ERANGE with @error. */
int vs_atom_check(const struct vs_base_type *base, const union vs_atom *atom, char **error);

/** vs_atom_format() - as ovs-vsctl prints it: strings in quotes where they need them. Return: malloc()ed. */
char *vs_atom_format(enum vs_atom_type type, const union vs_atom *atom);

/**
 * vs_datum_parse() - read the ovs-vsctl syntax for a value of @type, all of @text
 * @error: on failure a malloc()ed sentence naming the value
 *
 * Where ovs-vsctl would give a syntax error, a string without quotes may go on over ':', as addresses do.
 *
 * Return: 0, -EINVAL (syntax) or -ERANGE (vs_datum_check()).
 */
int vs_datum_parse(const struct vs_type *type, const char *text, struct vs_datum *datum, char **error);

/** vs_datum_format() - the value as ovs-vsctl prints it. Return: a malloc()ed string. */
char *vs_datum_format(const struct vs_type *type, const struct vs_datum *datum);

/** vs_type_name() - for messages: "integer", "set of up to 4 strings". Return: malloc()ed. */
char *vs_type_name(const struct vs_type *type);

/** vs_datum_to_json() - RFC 7047 <value>. Return: a new reference. */
json_t *vs_datum_to_json(const struct vs_type *type, const struct vs_datum *datum);

/** vs_datum_from_json() - the reverse, checked against @type. Return: 0, or as below with @error. */
int vs_datum_from_json(const struct vs_type *type, const json_t *json, struct vs_datum *datum, char **error);

/** struct vs_json_names - what ["named-uuid", NAME] stands for. @find: return 0, or not if NAME cannot be a name. */
struct vs_json_names {
	int (*find)(void *arg, const char *name, struct vs_uuid *uuid);
	void *arg;
};

/**
 * vs_datum_from_json_named() - the same with @names (NULL: there are none), for whoever answers as RFC 7047 has it
 * @where: on failure the part of @json that is wrong, or NULL
 * @error: on failure a malloc()ed phrase, as ovsdb-server words it
 * Return: 0, -EINVAL (syntax), -ERANGE (constraint violation) or -EEXIST (something is there twice).
 */
int vs_datum_from_json_named(const struct vs_type *type, const json_t *json, const struct vs_json_names *names,
			     struct vs_datum *datum, const json_t **where, char **error);

#endif
