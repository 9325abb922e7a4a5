/* SPDX-License-Identifier: GPL-2.0-only */
/* fuzz_value.c - the text of a value, for a column chosen by the first two bytes: what is read prints and reads again
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/xalloc.h"
#include "vswitchd/store/schema.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* @datum and what @text reads back as must be the same. */
static void same_again(const struct vs_type *type, const struct vs_datum *datum)
{
	char *text = vs_datum_format(type, datum), *error;
	json_t *json = vs_datum_to_json(type, datum);
	struct vs_datum again;

	if (vs_datum_parse(type, text, &again, &error) || !vs_datum_equal(type, datum, &again))
		abort();
	vs_datum_destroy(type, &again);
	if (vs_datum_from_json(type, json, &again, &error) || !vs_datum_equal(type, datum, &again))
		abort();
	vs_datum_destroy(type, &again);
	json_decref(json);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct schema_table *table;
	const struct vs_type *type;
	struct vs_datum datum;
	char *text, *error;

	if (size < 2)
		return 0;
	table = &schema_tables[data[0] % STORE__TABLES];
	type = &table->columns[data[1] % table->n_columns].type;
	text = (char *)vs_xcalloc(size, 1);
	memcpy(text, data + 2, size - 2);
	if (vs_datum_parse(type, text, &datum, &error)) {
		if (!error || !*error)
			abort();
		free(error);
	} else {
		same_again(type, &datum);
		vs_datum_destroy(type, &datum);
	}
	free(text);
	return 0;
}
