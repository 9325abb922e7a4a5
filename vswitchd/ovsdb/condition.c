/* SPDX-License-Identifier: GPL-2.0-only */
/* condition.c - which rows a request means: <condition> of RFC 7047 section 5.1 */
#include <stdlib.h>
#include <string.h>

#include "common/xalloc.h"
#include "vswitchd/ovsdb/internal.h"

static const char *const function_names[] = {
	[OV_EQ] = "==",
	[OV_NE] = "!=",
	[OV_LT] = "<",
	[OV_LE] = "<=",
	[OV_GT] = ">",
	[OV_GE] = ">=",
	[OV_INCLUDES] = "includes",
	[OV_EXCLUDES] = "excludes",
};

#define N_FUNCTIONS (sizeof(function_names) / sizeof(function_names[0]))

static bool is_order(enum ov_function function)
{
	return function >= OV_LT && function <= OV_GE;
}

/* The type of the argument: that of the column, with as many elements as the function allows. */
static json_t *argument_type(const struct schema_table *table, struct ov_clause *clause, const json_t *json)
{
	struct vs_type *type = &clause->type;
	bool map = vs_type_is_map(type);
	bool scalar = type->n_min == 1 && type->n_max == 1 && !map;

	if (is_order(clause->function)) {
		if (map || type->n_max != 1 || (type->key.type != VS_INTEGER && type->key.type != VS_REAL)) {
			char *text = ov_type_text(type);
			json_t *error =
				ov_error(OV_SYNTAX, json,
					 "Type mismatch: \"%s\" operator may not be applied to column %s of type %s.",
					 function_names[clause->function], ov_column_name(table, clause->column), text);

			free(text);
			return error;
		}
		type->n_min = 1;
	} else if (clause->function >= OV_INCLUDES && !scalar) {
		type->n_min = 0;
		if (clause->function == OV_EXCLUDES)
			type->n_max = VS_UNLIMITED;
	}
	return NULL;
}

static json_t *clause_parse(const struct schema_table *table, const json_t *json, const struct vs_json_names *names,
			    struct ov_clause *clause)
{
	const char *name = json_string_value(json_array_get(json, 0));
	const char *function = json_string_value(json_array_get(json, 1));
	size_t f = 0;

	if (json_is_boolean(json)) {
		clause->function = json_is_true(json) ? OV_TRUE : OV_FALSE;
		return NULL;
	}
	if (json_array_size(json) != 3 || !name || !function)
		return ov_error(OV_SYNTAX, json, "Parse error in condition.");
	int column = ov_column_find(table, name);
	if (column < 0)
		return ov_error("unknown column", json, "No column %s in table %s.", name, table->name);
	while (f < N_FUNCTIONS && strcmp(function_names[f], function) != 0)
		f++;
	if (f == N_FUNCTIONS)
		return ov_error("unknown function", NULL, "No function named %s.", function);
	clause->function = (enum ov_function)f;
	clause->column = (unsigned int)column;
	clause->type = *ov_column_type(table, clause->column);
	json_t *error = argument_type(table, clause, json);
	return error ? error : ov_datum_parse(&clause->type, json_array_get(json, 2), names, &clause->arg);
}

json_t *ov_condition_parse(const struct schema_table *table, const json_t *json, const struct vs_json_names *names,
			   struct ov_condition *condition)
{
	json_t *error = NULL;

	*condition = (struct ov_condition){
		.clauses = (struct ov_clause *)vs_xcalloc(json_array_size(json), sizeof(struct ov_clause))};
	for (size_t i = 0; i < json_array_size(json) && !error; i++) {
		error = clause_parse(table, json_array_get(json, i), names, &condition->clauses[i]);
		condition->n += !error;
	}
	if (error)
		ov_condition_destroy(condition);
	return error;
}

void ov_condition_destroy(struct ov_condition *condition)
{
	for (size_t i = 0; i < condition->n; i++)
		vs_datum_destroy(&condition->clauses[i].type, &condition->clauses[i].arg);
	free(condition->clauses);
	*condition = (struct ov_condition){0};
}

/* --- asking ------------------------------------------------------------------------------------------------------ */

/* How many elements of @some are in @all. */
static unsigned int count_in(const struct vs_type *type, const struct vs_datum *some, const struct vs_datum *all)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < some->n; i++) {
		int at = vs_datum_find(type, all, &some->keys[i]);

		n += at >= 0 &&
		     (!some->values || !vs_atom_compare(type->value.type, &some->values[i], &all->values[at]));
	}
	return n;
}

static bool clause_is_true(const struct ov_clause *clause, const struct ov_view *row)
{
	const struct vs_datum *field, *arg = &clause->arg;
	const struct vs_type *type = &clause->type;

	if (clause->function >= OV_TRUE)
		return clause->function == OV_TRUE;
	field = ov_view_get(row, clause->column);
	if (is_order(clause->function)) {
		int order = field->n ? vs_atom_compare(type->key.type, &field->keys[0], &arg->keys[0]) : 0;

		return field->n &&
		       ((order < 0 && clause->function <= OV_LE) || (order > 0 && clause->function >= OV_GT) ||
			(!order && (clause->function == OV_LE || clause->function == OV_GE)));
	}
	switch (clause->function) {
	case OV_EQ:
		return vs_datum_equal(type, field, arg);
	case OV_NE:
		return !vs_datum_equal(type, field, arg);
	case OV_INCLUDES:
		return count_in(type, arg, field) == arg->n;
	default:
		return count_in(type, arg, field) == 0;
	}
}

bool ov_condition_all(const struct ov_condition *condition, const struct ov_view *row)
{
	for (size_t i = 0; i < condition->n; i++) {
		if (!clause_is_true(&condition->clauses[i], row))
			return false;
	}
	return true;
}

bool ov_condition_any(const struct ov_condition *condition, const struct ov_view *row)
{
	for (size_t i = 0; i < condition->n; i++) {
		if (clause_is_true(&condition->clauses[i], row))
			return true;
	}
	return !condition->n;
}

const struct vs_uuid *ov_condition_uuid(const struct ov_condition *condition, const struct schema_table *table)
{
	for (size_t i = 0; i < condition->n; i++) {
		const struct ov_clause *clause = &condition->clauses[i];

		if (clause->function == OV_EQ && clause->column == ov_column_uuid(table))
			return &clause->arg.keys[0].uuid;
	}
	return NULL;
}
