/* SPDX-License-Identifier: GPL-2.0-only */
/* cmd-list.c - commands that print records as a table: list and find */
#include <errno.h>
#include <string.h>

#include "common/xalloc.h"
#include "vswitchd/control/command.h"
#include "vswitchd/control/output.h"

/* The columns to print, and the table being filled. */
struct listing {
	enum store_table_id table;
	unsigned int *columns;
	size_t n_columns;
};

static int compare_columns(const void *a, const void *b, void *arg)
{
	const struct schema_column *columns = arg;

	return strcmp(columns[*(const unsigned int *)a].name, columns[*(const unsigned int *)b].name);
}

/* All columns, in alphabetical order, the UUID first. */
static void listing_all_columns(struct listing *listing)
{
	const struct schema_table *table = &schema_tables[listing->table];

	listing->columns = vs_xcalloc(table->n_columns + 1, sizeof(*listing->columns));
	listing->columns[0] = CMD_COLUMN_UUID;
	for (unsigned int i = 0; i < table->n_columns; i++)
		listing->columns[i + 1] = i;
	qsort_r(listing->columns + 1, table->n_columns, sizeof(*listing->columns), compare_columns,
		(void *)(uintptr_t)table->columns);
	listing->n_columns = table->n_columns + 1;
}

/* Those that --columns=NAME,NAME,... asks for. */
static int listing_some_columns(struct cmd *cmd, struct listing *listing, const char *names)
{
	listing->columns = vs_xcalloc(strlen(names) + 1, sizeof(*listing->columns));
	for (names += strspn(names, ", "); *names; names += strspn(names, ", ")) {
		size_t len = strcspn(names, ", ");
		unsigned int column = CMD_COLUMN_UUID;
		if (len != strlen("_uuid") || strncasecmp(names, "_uuid", len)) {
			int error = cmd_find_column(cmd, listing->table, names, len, &column);
			if (error)
				return error;
		}
		listing->columns[listing->n_columns++] = column;
		names += len;
	}
	return listing->n_columns ? 0 : cmd_fail(cmd, "must specify at least one column name");
}

/* Table and columns of `list` and `find`; cmd->table is ready for rows afterwards. */
static int listing_begin(struct cmd *cmd, struct listing *listing)
{
	const char *names = cmd_option_value(cmd, "--columns");
	int error = cmd_find_table(cmd, cmd->args[0], &listing->table);

	if (error)
		return error;
	if (names)
		error = listing_some_columns(cmd, listing, names);
	else
		listing_all_columns(listing);
	if (error)
		return error;
	cmd->table = output_table_new(cmd->line);
	for (size_t i = 0; i < listing->n_columns; i++) {
		bool uuid = listing->columns[i] == CMD_COLUMN_UUID;
		output_add_column(cmd->table,
				  uuid ? "_uuid" : schema_tables[listing->table].columns[listing->columns[i]].name);
	}
	return 0;
}

static void listing_add_row(struct cmd *cmd, const struct listing *listing, const struct store_row *row)
{
	static const struct vs_type uuid_type = {.key = {.type = VS_UUID}, .n_min = 1, .n_max = 1};

	for (size_t i = 0; i < listing->n_columns; i++) {
		unsigned int column = listing->columns[i];
		if (column == CMD_COLUMN_UUID) {
			union vs_atom uuid = {.uuid = *store_row_uuid(row)};
			output_add_datum(cmd->table, &uuid_type, &(struct vs_datum){.n = 1, .keys = &uuid});
		} else {
			output_add_datum(cmd->table, &schema_tables[listing->table].columns[column].type,
					 store_get(row, column));
		}
	}
}

/* By name, or by UUID in tables without one: the same order every time. */
static int compare_rows(const void *a, const void *b)
{
	const struct store_row *row_a = *(struct store_row *const *)a, *row_b = *(struct store_row *const *)b;
	int name = schema_tables[store_row_table(row_a)].name_column;

	if (name >= 0) {
		const char *name_a = store_get_string(row_a, (unsigned int)name);
		const char *name_b = store_get_string(row_b, (unsigned int)name);
		int order = strcmp(name_a ? name_a : "", name_b ? name_b : "");
		if (order)
			return order;
	}
	return memcmp(store_row_uuid(row_a), store_row_uuid(row_b), sizeof(struct vs_uuid));
}

/* Every row of a table in order, ended by NULL. */
static struct store_row **sorted_rows(struct cmd *cmd, enum store_table_id table)
{
	struct store_row **rows = vs_xcalloc(store_count(cmd->store, table) + 1, sizeof(*rows));
	size_t n = 0;

	for (struct store_row *row = store_first(cmd->store, table); row; row = store_next(cmd->store, row))
		rows[n++] = row;
	qsort(rows, n, sizeof(*rows), compare_rows);
	return rows;
}

int cmd_list(struct cmd *cmd)
{
	struct listing listing = {0};
	int error = listing_begin(cmd, &listing);

	if (!error && cmd->n_args == 1) {
		struct store_row **rows = sorted_rows(cmd, listing.table);
		for (struct store_row **row = rows; *row; row++) {
			cmd_refresh(cmd, *row);
			listing_add_row(cmd, &listing, *row);
		}
		free(rows);
	}
	for (int i = 1; !error && i < cmd->n_args; i++) {
		struct store_row *row;
		error = cmd_find_row(cmd, listing.table, cmd->args[i], !cmd_has(cmd, "--if-exists"), &row);
		if (error || !row)
			continue;
		cmd_refresh(cmd, row);
		listing_add_row(cmd, &listing, row);
	}
	free(listing.columns);
	return error;
}

/* --- find ----------------------------------------------------------------------------------------------------- */

/* How a value stands to the one asked for. Of sets: whether it is a part of it, and the other way round. */
#define LESS 1u
#define SAME 2u
#define MORE 4u
#define SET_APART 8u
#define SET_PART 16u
#define SET_WHOLE 32u
#define SET_SAME 64u
#define SET_DISJOINT 128u

/* The operators, and the relations that each is true for. Those of sets begin with a brace. */
static const char *const find_ops[] = {"=",   "!=",  "<",    ">",    "<=",   ">=",	 "{=}", "{!=}",
				       "{<}", "{>}", "{<=}", "{>=}", "{in}", "{not-in}", NULL};
static const unsigned int find_accepts[] = {SAME,
					    LESS | MORE,
					    LESS,
					    MORE,
					    LESS | SAME,
					    SAME | MORE,
					    SET_SAME,
					    SET_APART | SET_PART | SET_WHOLE,
					    SET_PART,
					    SET_WHOLE,
					    SET_PART | SET_SAME,
					    SET_WHOLE | SET_SAME,
					    SET_PART | SET_SAME,
					    SET_DISJOINT};

/* One COLUMN[:KEY]=VALUE of `find`, ready to be held against rows. */
struct condition {
	unsigned int column;
	int op;
	bool has_key;
	struct vs_datum key;
	struct vs_type key_type, type; /* of key and value */
	struct vs_datum value;
};

static int condition_parse(struct cmd *cmd, enum store_table_id table, const char *text, struct condition *condition)
{
	struct cmd_assignment assignment;

	*condition = (struct condition){0};
	int error = cmd_parse_assignment(cmd, table, text, find_ops, &assignment);
	if (error)
		return error;
	const struct schema_column *schema = &schema_tables[table].columns[assignment.column];
	condition->column = assignment.column;
	condition->op = assignment.op;
	condition->type = schema->type;
	if (assignment.key) {
		if (!vs_type_is_map(&schema->type))
			return cmd_fail(cmd, "cannot specify key to check for non-map column %s", schema->name);
		condition->key_type = (struct vs_type){.key = schema->type.key, .n_min = 1, .n_max = 1};
		error = cmd_parse_atom(cmd, &schema->type.key, assignment.key, assignment.key_len, &condition->key);
		if (error)
			return error;
		condition->has_key = true;
		condition->type = (struct vs_type){.key = schema->type.value, .n_min = 0, .n_max = 1};
	}
	bool loose = find_ops[assignment.op][0] == '{' && (assignment.key || schema->type.n_max > 1);
	if (loose || vs_type_is_map(&condition->type)) {
		condition->type.n_min = 0;
		condition->type.n_max = VS_UNLIMITED;
	}
	return cmd_parse_value(cmd, &condition->type, assignment.value, &condition->value);
}

static void condition_destroy(struct condition *condition)
{
	vs_datum_destroy(&condition->key_type, &condition->key);
	vs_datum_destroy(&condition->type, &condition->value);
}

/* How many elements of @a are in @b; of a map, whole pairs. */
static unsigned int common_elements(const struct vs_type *type, const struct vs_datum *a, const struct vs_datum *b)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < a->n; i++) {
		int at = vs_datum_find(type, b, &a->keys[i]);
		if (at < 0)
			continue;
		n += !a->values || !vs_atom_compare(type->value.type, &a->values[i], &b->values[at]);
	}
	return n;
}

static unsigned int set_relation(const struct vs_type *type, const struct vs_datum *a, const struct vs_datum *b)
{
	static const unsigned int relations[2][2] = {{SET_APART, SET_WHOLE}, {SET_PART, SET_SAME}};
	unsigned int n = common_elements(type, a, b);

	return relations[n == a->n][n == b->n] | (n ? 0 : SET_DISJOINT);
}

/* By number of elements, then by keys, then by values: the first that differ decide (ovs-vsctl(8)). */
static unsigned int relation(const struct vs_type *type, const struct vs_datum *a, const struct vs_datum *b)
{
	int order = (a->n > b->n) - (a->n < b->n);

	for (unsigned int i = 0; !order && i < a->n; i++)
		order = vs_atom_compare(type->key.type, &a->keys[i], &b->keys[i]);
	for (unsigned int i = 0; !order && a->values && i < a->n; i++)
		order = vs_atom_compare(type->value.type, &a->values[i], &b->values[i]);
	return order < 0 ? LESS : order > 0 ? MORE : SAME;
}

static bool condition_holds(const struct condition *condition, const struct store_row *row)
{
	const struct vs_type *column_type = &schema_tables[store_row_table(row)].columns[condition->column].type;
	bool sets = find_ops[condition->op][0] == '{';
	const struct vs_datum *datum = store_get(row, condition->column);
	struct vs_datum of_key = {0};

	if (condition->has_key) {
		int at = vs_datum_find(column_type, datum, &condition->key.keys[0]);
		if (at >= 0)
			of_key = (struct vs_datum){.n = 1, .keys = &datum->values[at]};
		else if (!sets)
			return false;
		datum = &of_key;
	}
	unsigned int is = sets ? set_relation(&condition->type, datum, &condition->value)
			       : relation(&condition->type, datum, &condition->value);
	return is & find_accepts[condition->op];
}

static bool conditions_hold(const struct condition *conditions, size_t n, const struct store_row *row)
{
	for (size_t i = 0; i < n; i++)
		if (!condition_holds(&conditions[i], row))
			return false;
	return true;
}

int cmd_find(struct cmd *cmd)
{
	size_t n = (size_t)cmd->n_args - 1, parsed = 0;
	struct condition *conditions = vs_xcalloc(n, sizeof(*conditions));
	struct listing listing = {0};
	int error = listing_begin(cmd, &listing);

	while (!error && parsed < n) {
		error = condition_parse(cmd, listing.table, cmd->args[1 + parsed], &conditions[parsed]);
		parsed++;
	}
	struct store_row **rows = error ? NULL : sorted_rows(cmd, listing.table);
	for (struct store_row **row = rows; row && *row; row++) {
		cmd_refresh(cmd, *row);
		if (conditions_hold(conditions, n, *row))
			listing_add_row(cmd, &listing, *row);
	}
	free(rows);
	while (parsed)
		condition_destroy(&conditions[--parsed]);
	free(conditions);
	free(listing.columns);
	return error;
}

int cmd_wait_until(struct cmd *cmd)
{
	enum store_table_id table;
	struct store_row *row = NULL;
	int error = cmd_find_table(cmd, cmd->args[0], &table);

	if (!error)
		error = cmd_find_row(cmd, table, cmd->args[1], false, &row);
	cmd->again |= !error && !row;
	if (row)
		cmd_refresh(cmd, row);
	for (int i = 2; !error && !cmd->again && i < cmd->n_args; i++) {
		struct condition condition = {0};
		error = condition_parse(cmd, table, cmd->args[i], &condition);
		if (!error)
			cmd->again = !condition_holds(&condition, row);
		condition_destroy(&condition);
	}
	return error;
}
