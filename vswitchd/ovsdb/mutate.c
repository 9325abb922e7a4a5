/* SPDX-License-Identifier: GPL-2.0-only */
/* mutate.c - changes in proportion to what changes: <mutation> of RFC 7047 section 5.1 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/value_build.h"
#include "common/xalloc.h"
#include "vswitchd/ovsdb/internal.h"

struct mutator;

/**
 * struct ov_mutation - one change of one column
 * @type: of the argument; a deletion from a map may name pairs, or keys alone
 */
struct ov_mutation {
	const struct mutator *mutator;
	unsigned int column;
	struct vs_type type;
	struct vs_datum arg;
};

/* --- numbers ----------------------------------------------------------------------------------------------------- */

static const char out_of_range[] = "range error", no_result[] = "domain error";

/* Each puts its result into @a. Return: NULL or the tag of an error. */
static const char *number_add(int64_t *a, int64_t b)
{
	return __builtin_add_overflow(*a, b, a) ? out_of_range : NULL;
}

static const char *number_subtract(int64_t *a, int64_t b)
{
	return __builtin_sub_overflow(*a, b, a) ? out_of_range : NULL;
}

static const char *number_multiply(int64_t *a, int64_t b)
{
	return __builtin_mul_overflow(*a, b, a) ? out_of_range : NULL;
}

static const char *number_divide(int64_t *a, int64_t b)
{
	if (!b)
		return no_result;
	if (*a == INT64_MIN && b == -1)
		return out_of_range;
	*a /= b;
	return NULL;
}

static const char *number_modulo(int64_t *a, int64_t b)
{
	if (!b)
		return no_result;
	*a = b == -1 ? 0 : *a % b;
	return NULL;
}

/* --- the mutators ------------------------------------------------------------------------------------------------ */

/* struct mutator - with @number it is for integers, each by itself; otherwise for sets and maps */
struct mutator {
	const char *name;
	const char *(*number)(int64_t *a, int64_t b);
	void (*elements)(const struct vs_type *type, struct vs_datum *datum, const struct ov_mutation *mutation);
};

/* A key that is there already keeps its value. */
static void insert_elements(const struct vs_type *type, struct vs_datum *datum, const struct ov_mutation *mutation)
{
	const struct vs_datum *arg = &mutation->arg;

	for (unsigned int i = 0; i < arg->n; i++) {
		if (vs_datum_find(type, datum, &arg->keys[i]) < 0)
			vs_datum_add(type, datum, &arg->keys[i], arg->values ? &arg->values[i] : NULL);
	}
}

static void delete_elements(const struct vs_type *type, struct vs_datum *datum, const struct ov_mutation *mutation)
{
	const struct vs_datum *arg = &mutation->arg;

	for (unsigned int i = 0; i < arg->n; i++) {
		int at = vs_datum_find(type, datum, &arg->keys[i]);

		if (at >= 0 &&
		    (!arg->values || !vs_atom_compare(type->value.type, &arg->values[i], &datum->values[at])))
			vs_datum_remove_at(type, datum, (unsigned int)at);
	}
}

static const struct mutator mutators[] = {
	{"+=", number_add, NULL},	   {"-=", number_subtract, NULL}, {"*=", number_multiply, NULL},
	{"/=", number_divide, NULL},	   {"%=", number_modulo, NULL},	  {"insert", NULL, insert_elements},
	{"delete", NULL, delete_elements},
};

static const struct mutator *mutator_find(const char *name)
{
	for (size_t i = 0; i < sizeof(mutators) / sizeof(mutators[0]); i++) {
		if (!strcmp(mutators[i].name, name))
			return &mutators[i];
	}
	return NULL;
}

/* --- reading ----------------------------------------------------------------------------------------------------- */

static json_t *argument_parse(struct ov_mutation *m, const json_t *json, const struct vs_json_names *names)
{
	bool is_delete = m->mutator->elements == delete_elements, map = vs_type_is_map(&m->type);
	json_t *error;

	if (m->mutator->number) {
		m->type.key.min = m->type.key.max = 0;
		m->type.n_min = m->type.n_max = 1;
	} else {
		m->type.n_min = 0;
		if (is_delete)
			m->type.n_max = VS_UNLIMITED;
	}
	error = ov_datum_parse(&m->type, json, names, &m->arg);
	if (error && is_delete && map) {
		json_decref(error);
		m->type.value = (struct vs_base_type){.type = VS_VOID};
		error = ov_datum_parse(&m->type, json, names, &m->arg);
	}
	return error;
}

static json_t *mutation_parse(const struct schema_table *table, const json_t *json, const struct vs_json_names *names,
			      struct ov_mutation *m)
{
	const char *name = json_string_value(json_array_get(json, 0));
	const char *mutator = json_string_value(json_array_get(json, 1));

	if (json_array_size(json) != 3 || !name || !mutator)
		return ov_error(OV_SYNTAX, json, "Parse error in mutation.");
	int column = ov_column_find(table, name);
	if (column < 0)
		return ov_error("unknown column", json, "No column %s in table %s.", name, table->name);
	m->column = (unsigned int)column;
	m->type = *ov_column_type(table, m->column);
	if (!ov_column_is_mutable(table, m->column))
		return ov_error(OV_CONSTRAINT, json, "Cannot mutate immutable column %s in table %s.", name,
				table->name);
	m->mutator = mutator_find(mutator);
	if (!m->mutator)
		return ov_error("unknown mutator", NULL, "No mutator named %s.", mutator);
	bool map = vs_type_is_map(&m->type), scalar = m->type.n_min == 1 && m->type.n_max == 1 && !map;
	if (m->mutator->number ? map || m->type.key.type != VS_INTEGER : scalar) {
		char *text = ov_type_text(&m->type);
		json_t *error = ov_error(OV_SYNTAX, json,
					 "Type mismatch: \"%s\" operator may not be applied to column %s of type %s.",
					 mutator, name, text);

		free(text);
		return error;
	}
	return argument_parse(m, json_array_get(json, 2), names);
}

void ov_mutations_free(struct ov_mutation *mutations, size_t n)
{
	for (size_t i = 0; i < n; i++)
		vs_datum_destroy(&mutations[i].type, &mutations[i].arg);
	free(mutations);
}

json_t *ov_mutations_parse(const struct schema_table *table, const json_t *json, const struct vs_json_names *names,
			   struct ov_mutation **mutations, size_t *n)
{
	json_t *error = NULL;

	*mutations = (struct ov_mutation *)vs_xcalloc(json_array_size(json), sizeof(**mutations));
	*n = 0;
	for (size_t i = 0; i < json_array_size(json) && !error; i++) {
		error = mutation_parse(table, json_array_get(json, i), names, &(*mutations)[i]);
		*n += !error;
	}
	if (error) {
		ov_mutations_free(*mutations, *n);
		*mutations = NULL;
		*n = 0;
	}
	return error;
}

/* --- doing ------------------------------------------------------------------------------------------------------- */

/* Every element of a set of integers; then they may be in another order, or the same. */
static json_t *mutate_numbers(const struct vs_type *type, struct vs_datum *datum, const struct ov_mutation *m)
{
	struct vs_builder builder = {0};
	struct vs_datum result;

	for (unsigned int i = 0; i < datum->n; i++) {
		const char *tag = m->mutator->number(&datum->keys[i].integer, m->arg.keys[0].integer);

		if (tag == no_result)
			return ov_error(tag, NULL, "Division by zero.");
		if (tag)
			return ov_error(tag, NULL, "Result of \"%s\" operation is out of range.", m->mutator->name);
	}
	for (unsigned int i = 0; i < datum->n; i++)
		vs_builder_add(&builder, (struct vs_pair){.key = datum->keys[i]});
	int repeated = vs_builder_finish(&builder, type, &result);
	vs_datum_destroy(type, datum);
	*datum = result;
	return repeated ? ov_error(OV_CONSTRAINT, NULL, "Result of \"%s\" operation contains duplicates.",
				   m->mutator->name)
			: NULL;
}

json_t *ov_mutate(struct store *store, struct store_row *row, const struct ov_mutation *mutations, size_t n)
{
	json_t *error = NULL;

	for (size_t i = 0; i < n && !error; i++) {
		const struct ov_mutation *m = &mutations[i];
		const struct vs_type *type = &schema_tables[store_row_table(row)].columns[m->column].type;
		struct vs_datum datum;

		vs_datum_clone(type, &datum, store_get(row, m->column));
		if (m->mutator->number)
			error = mutate_numbers(type, &datum, m);
		else
			m->mutator->elements(type, &datum, m);
		if (!error)
			error = ov_datum_check(type, &datum);
		if (!error)
			store_set(store, row, m->column, &datum);
		vs_datum_destroy(type, &datum);
	}
	return error;
}
