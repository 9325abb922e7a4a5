/* SPDX-License-Identifier: GPL-2.0-only */
/* model.c - bridges and ports in a store, in few words, for tests */
#include "tests/unit/lib/model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/xalloc.h"

struct store_row *model_bridge(struct store *store, const char *name)
{
	struct store_row *bridge = store_insert(store, STORE_Bridge);

	store_set_string(store, bridge, Bridge_name, name);
	store_add_ref(store, store_root(store), Open_vSwitch_bridges, bridge);
	return bridge;
}

struct store_row *model_port(struct store *store, struct store_row *bridge, const char *name)
{
	struct store_row *interface = store_insert(store, STORE_Interface), *port = store_insert(store, STORE_Port);
	char uuid[VS_UUID_TEXT];

	store_set_string(store, interface, Interface_name, name);
	store_set_string(store, port, Port_name, name);
	model_set(store, port, "interfaces", vs_uuid_format(store_row_uuid(interface), uuid));
	store_add_ref(store, bridge, Bridge_ports, port);
	return port;
}

void model_set(struct store *store, struct store_row *row, const char *column, const char *text)
{
	int c = schema_find_column(store_row_table(row), column);
	const struct vs_type *type;
	struct vs_datum datum;
	char *error;

	assert_true(c >= 0);
	type = &schema_tables[store_row_table(row)].columns[c].type;
	if (vs_datum_parse(type, text, &datum, &error))
		fail_msg("%s=%s: %s", column, text, error);
	store_set(store, row, (unsigned int)c, &datum);
	vs_datum_destroy(type, &datum);
}

void model_commit(struct store *store)
{
	char *error;

	if (store_commit(store, NULL, &error))
		fail_msg("commit: %s", error);
}

void model_refused(struct store *store, const char *want)
{
	char *error;

	assert_int_not_equal(store_commit(store, NULL, &error), 0);
	if (strcmp(error, want))
		fail_msg("got: %s\nwant: %s", error, want);
	free(error);
}

static int compare_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static char *row_text(const struct store_row *row)
{
	const struct schema_table *schema = &schema_tables[store_row_table(row)];
	char uuid[VS_UUID_TEXT];
	char *text = vs_xasprintf("%s %s", schema->name, vs_uuid_format(store_row_uuid(row), uuid));

	for (unsigned int c = 0; c < schema->n_columns; c++) {
		char *value, *longer;

		if (schema->columns[c].flags & SCHEMA_EPHEMERAL)
			continue;
		value = vs_datum_format(&schema->columns[c].type, store_get(row, c));
		longer = vs_xasprintf("%s %s=%s", text, schema->columns[c].name, value);
		free(value);
		free(text);
		text = longer;
	}
	return text;
}

char *model_text(struct store *store)
{
	char **lines = (char **)vs_xcalloc(1, sizeof(char *)), *all = NULL;
	size_t n = 0, size;
	FILE *out = open_memstream(&all, &size);

	for (int t = 0; t < STORE__TABLES; t++) {
		for (struct store_row *row = store_first(store, (enum store_table_id)t); row;
		     row = store_next(store, row)) {
			lines = (char **)vs_xrealloc(lines, (n + 1) * sizeof(char *));
			lines[n++] = row_text(row);
		}
	}
	qsort(lines, n, sizeof(char *), compare_lines);
	for (size_t i = 0; i < n; i++) {
		fprintf(out, "%s\n", lines[i]);
		free(lines[i]);
	}
	free(lines);
	fclose(out);
	return all;
}
