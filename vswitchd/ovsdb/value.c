/* SPDX-License-Identifier: GPL-2.0-only */
/* value.c - values and names of columns in requests */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/xalloc.h"
#include "vswitchd/ovsdb/internal.h"

/* Without the tag that values carry in their text. */
static json_t *constraint_error(const char *why)
{
	static const char tag[] = OV_CONSTRAINT ": ";

	return ov_error(OV_CONSTRAINT, NULL, "%s", strncmp(why, tag, strlen(tag)) ? why : why + strlen(tag));
}

json_t *ov_datum_parse(const struct vs_type *type, const json_t *json, const struct vs_json_names *names,
		       struct vs_datum *datum)
{
	const json_t *where;
	char *why;
	int rc = vs_datum_from_json_named(type, json, names, datum, &where, &why);
	json_t *error;

	if (!rc)
		return NULL;
	if (rc == -ERANGE)
		error = constraint_error(why);
	else
		error = ov_error(rc == -EEXIST ? "ovsdb error" : OV_SYNTAX, where, "%s", why);
	free(why);
	return error;
}

json_t *ov_datum_check(const struct vs_type *type, const struct vs_datum *datum)
{
	char *why;
	json_t *error;

	if (datum->n < type->n_min || datum->n > type->n_max) {
		char *text = ov_type_text(type);

		error = ov_error(OV_CONSTRAINT, NULL, "Attempted to store %u elements in %s.", datum->n, text);
		free(text);
		return error;
	}
	if (!vs_datum_check(type, datum, &why))
		return NULL;
	error = constraint_error(why);
	free(why);
	return error;
}

json_t *ov_columns_parse(const struct schema_table *table, const json_t *json, unsigned int **columns, size_t *n)
{
	size_t size = json ? json_array_size(json) : table->n_columns + 2;
	uint64_t seen[2] = {0};

	*n = 0;
	*columns = (unsigned int *)vs_xcalloc(size, sizeof(**columns));
	for (size_t i = 0; i < size; i++) {
		const char *name = json_string_value(json_array_get(json, i));
		int found = json ? name ? ov_column_find(table, name) : -1 : (int)i;
		unsigned int column = found < 0 ? 0 : (unsigned int)found;
		json_t *error = NULL;

		if (json && !name)
			error = ov_error(OV_SYNTAX, json, "array of distinct column names expected");
		else if (found < 0)
			error = ov_error(OV_SYNTAX, json, "%s is not a valid column name", name);
		else if (seen[column / 64] >> column % 64 & 1)
			error = ov_error(OV_SYNTAX, json, "array of distinct column names expected");
		if (error) {
			free(*columns);
			*columns = NULL;
			*n = 0;
			return error;
		}
		seen[column / 64] |= UINT64_C(1) << column % 64;
		(*columns)[(*n)++] = column;
	}
	return NULL;
}
