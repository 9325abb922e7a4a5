/* SPDX-License-Identifier: GPL-2.0-only */
/* cmd-db.c - commands that change records of any table: set add remove clear create destroy; and get */
#include <errno.h>
#include <string.h>

#include "common/xalloc.h"
#include "vswitchd/control/command.h"

/* The table and record that the first two arguments name. *@row is NULL when --if-exists lets it be missing. */
static int db_find_target(struct cmd *cmd, struct store_row **row)
{
	enum store_table_id table;
	int error = cmd_find_table(cmd, cmd->args[0], &table);

	return error ? error : cmd_find_row(cmd, table, cmd->args[1], !cmd_has(cmd, "--if-exists"), row);
}

int cmd_set(struct cmd *cmd)
{
	struct store_row *row;
	int error = db_find_target(cmd, &row);

	for (int i = 2; !error && row && i < cmd->n_args; i++)
		error = cmd_assign(cmd, row, cmd->args[i]);
	return error;
}

/* The column that the third argument names, if it may be written. */
static int db_find_column(struct cmd *cmd, const struct store_row *row, const char *text, unsigned int *column)
{
	enum store_table_id table = store_row_table(row);
	int error = cmd_find_column(cmd, table, text, strlen(text), column);

	return error ? error : cmd_check_writable(cmd, table, *column);
}

/* Any number of values but none, to be put into or taken out of a column of @type. */
static struct vs_type db_loose_type(const struct vs_type *type)
{
	struct vs_type loose = *type;

	loose.n_min = 1;
	loose.n_max = VS_UNLIMITED;
	return loose;
}

/* After `add` and `remove`: hold the number of elements against the column's type. */
static int db_check_number(struct cmd *cmd, enum store_table_id table, unsigned int column,
			   const struct vs_datum *datum)
{
	const struct schema_column *schema = &schema_tables[table].columns[column];
	const char *name = cmd->words->command->name, *what = vs_type_is_map(&schema->type) ? "pairs" : "values";

	if (datum->n > schema->type.n_max)
		return cmd_fail(cmd,
				"\"%s\" operation would put %u %s in column %s of table %s but the maximum number is "
				"%u",
				name, datum->n, what, schema->name, schema_tables[table].name, schema->type.n_max);
	if (datum->n < schema->type.n_min)
		return cmd_fail(cmd,
				"\"%s\" operation would put %u %s in column %s of table %s but the minimum number is "
				"%u",
				name, datum->n, what, schema->name, schema_tables[table].name, schema->type.n_min);
	return 0;
}

int cmd_add(struct cmd *cmd)
{
	struct store_row *row;
	unsigned int column;
	int error = db_find_target(cmd, &row);

	if (error || !row)
		return error;
	error = db_find_column(cmd, row, cmd->args[2], &column);
	if (error)
		return error;
	const struct vs_type *type = &schema_tables[store_row_table(row)].columns[column].type;
	const struct vs_type loose = db_loose_type(type);
	struct vs_datum datum, more;
	vs_datum_clone(type, &datum, store_get(row, column));
	for (int i = 3; !error && i < cmd->n_args; i++) {
		error = cmd_parse_value(cmd, &loose, cmd->args[i], &more);
		if (error)
			break;
		/* A key that is there gets the new value: ovs-vsctl does so, though its manual says otherwise. */
		for (unsigned int j = 0; j < more.n; j++)
			vs_datum_add(type, &datum, &more.keys[j], more.values ? &more.values[j] : NULL);
		vs_datum_destroy(&loose, &more);
	}
	if (!error)
		error = db_check_number(cmd, store_row_table(row), column, &datum);
	if (!error && type->n_min == 1 && type->n_max == 1)
		error = cmd_fail(
			cmd, "\"add\" operation cannot be applied to column %s of table %s, which always has one value",
			schema_tables[store_row_table(row)].columns[column].name,
			schema_tables[store_row_table(row)].name);
	if (!error)
		cmd_write(cmd, row, column, &datum);
	vs_datum_destroy(type, &datum);
	return error;
}

/* Take out of @datum what @text says: values, keys, or for a map pairs that must match whole. */
static int db_subtract(struct cmd *cmd, const struct vs_type *type, struct vs_datum *datum, const char *text)
{
	struct vs_type loose = db_loose_type(type);
	struct vs_datum less;
	char *error = NULL;

	/* A word that is no pair is a key. */
	if (vs_type_is_map(type) && vs_datum_parse(&loose, text, &less, &error)) {
		free(error);
		loose.value = (struct vs_base_type){.type = VS_VOID};
	} else if (vs_type_is_map(type)) {
		vs_datum_destroy(&loose, &less);
	}
	int result = cmd_parse_value(cmd, &loose, text, &less);
	if (result)
		return result;
	for (unsigned int i = 0; i < less.n; i++) {
		int at = vs_datum_find(type, datum, &less.keys[i]);
		if (at < 0)
			continue;
		if (less.values && vs_atom_compare(type->value.type, &datum->values[at], &less.values[i]))
			continue;
		vs_datum_remove_at(type, datum, (unsigned int)at);
	}
	vs_datum_destroy(&loose, &less);
	return 0;
}

int cmd_remove(struct cmd *cmd)
{
	struct store_row *row;
	unsigned int column;
	int error = db_find_target(cmd, &row);

	if (error || !row)
		return error;
	error = db_find_column(cmd, row, cmd->args[2], &column);
	if (error)
		return error;
	const struct vs_type *type = &schema_tables[store_row_table(row)].columns[column].type;
	struct vs_datum datum;
	vs_datum_clone(type, &datum, store_get(row, column));
	for (int i = 3; !error && i < cmd->n_args; i++)
		error = db_subtract(cmd, type, &datum, cmd->args[i]);
	if (!error)
		error = db_check_number(cmd, store_row_table(row), column, &datum);
	if (!error)
		cmd_write(cmd, row, column, &datum);
	vs_datum_destroy(type, &datum);
	return error;
}

int cmd_clear(struct cmd *cmd)
{
	struct store_row *row;
	int error = db_find_target(cmd, &row);

	for (int i = 2; !error && row && i < cmd->n_args; i++) {
		unsigned int column;
		error = db_find_column(cmd, row, cmd->args[i], &column);
		if (error)
			break;
		const struct schema_table *table = &schema_tables[store_row_table(row)];
		if (table->columns[column].type.n_min > 0)
			return cmd_fail(cmd,
					"\"clear\" operation cannot be applied to column %s of table %s, which is not "
					"allowed to be empty",
					table->columns[column].name, table->name);
		cmd_write_empty(cmd, row, column);
	}
	return error;
}

int cmd_create(struct cmd *cmd)
{
	const char *id = cmd_option_value(cmd, "--id");
	enum store_table_id table;
	struct store_row *row;
	char uuid[VS_UUID_TEXT];

	int error = cmd_find_table(cmd, cmd->args[0], &table);
	if (error)
		return error;
	if (id) {
		row = cmd_find_symbol(cmd, id, strlen(id))->row;
	} else {
		row = store_insert(cmd->store, table);
		if (!schema_tables[table].root)
			fprintf(cmd->err,
				"%s: applying \"create\" command to table %s without --id option will have no effect\n",
				cmd->program, schema_tables[table].name);
	}
	cmd_touch(cmd, row);
	for (int i = 1; !error && i < cmd->n_args; i++)
		error = cmd_assign(cmd, row, cmd->args[i]);
	fprintf(cmd->out, "%s\n", vs_uuid_format(store_row_uuid(row), uuid));
	return error;
}

/* Records of other tables vanish by themselves when nothing refers to them, and stay while something does. */
static void db_destroy(struct cmd *cmd, struct store_row *row)
{
	if (schema_tables[store_row_table(row)].root)
		store_delete(cmd->store, row);
}

int cmd_destroy(struct cmd *cmd)
{
	struct store_row *row;
	enum store_table_id table;
	bool all = cmd_has(cmd, "--all");

	int error = cmd_find_table(cmd, cmd->args[0], &table);
	if (error)
		return error;
	if (table == STORE_Open_vSwitch)
		return cmd_fail(cmd, "the one row of table Open_vSwitch cannot be destroyed");
	if (all && cmd_has(cmd, "--if-exists"))
		return cmd_fail(cmd, "--all and --if-exists should not be specified together");
	if (all && cmd->n_args > 1)
		return cmd_fail(cmd, "--all and records argument should not be specified together");
	if (!all && cmd->n_args == 1)
		fprintf(cmd->err, "%s: either --all or records argument should be specified\n", cmd->program);
	for (struct store_row *next = all ? store_first(cmd->store, table) : NULL; (row = next);) {
		next = store_next(cmd->store, row);
		db_destroy(cmd, row);
	}
	for (int i = 1; !error && i < cmd->n_args; i++) {
		error = cmd_find_row(cmd, table, cmd->args[i], !cmd_has(cmd, "--if-exists"), &row);
		if (!error && row)
			db_destroy(cmd, row);
	}
	return error;
}

int cmd_comment(struct cmd *cmd)
{
	/* The whole line goes into the database file with the change; there is nothing left to do. */
	(void)cmd;
	return 0;
}

/* --- get ------------------------------------------------------------------------------------------------------ */

/* Print the value of one key of a map column. */
static int db_get_key(struct cmd *cmd, const struct store_row *row, const struct cmd_assignment *assignment)
{
	const struct schema_table *table = &schema_tables[store_row_table(row)];
	const struct schema_column *schema = &table->columns[assignment->column];
	const struct vs_type key_type = {.key = schema->type.key, .n_min = 1, .n_max = 1};
	const struct vs_type value_type = {.key = schema->type.value, .n_min = 1, .n_max = 1};
	const struct vs_datum *datum = store_get(row, assignment->column);
	struct vs_datum key;

	if (!vs_type_is_map(&schema->type))
		return cmd_fail(cmd, "cannot specify key to get for non-map column %s", schema->name);
	int error = cmd_parse_atom(cmd, &schema->type.key, assignment->key, assignment->key_len, &key);
	if (error)
		return error;
	int at = vs_datum_find(&schema->type, datum, &key.keys[0]);
	if (at >= 0) {
		char *text = vs_datum_format(&value_type, &(struct vs_datum){.n = 1, .keys = &datum->values[at]});
		fprintf(cmd->out, "%s\n", text);
		free(text);
	} else if (cmd_has(cmd, "--if-exists")) {
		fputc('\n', cmd->out);
	} else {
		char *text = vs_datum_format(&key_type, &key);
		bool quoted = text[0] == '"';
		error = cmd_fail(cmd, "no key %s%s%s in %s record \"%s\" column %s", quoted ? "" : "\"", text,
				 quoted ? "" : "\"", table->name, cmd->args[1], schema->name);
		free(text);
	}
	vs_datum_destroy(&key_type, &key);
	return error;
}

static int db_get_column(struct cmd *cmd, const struct store_row *row, const char *text)
{
	struct cmd_assignment assignment;
	char uuid[VS_UUID_TEXT];

	if (!strcasecmp(text, "_uuid")) {
		fprintf(cmd->out, "%s\n", vs_uuid_format(store_row_uuid(row), uuid));
		return 0;
	}
	int error = cmd_parse_assignment(cmd, store_row_table(row), text, NULL, &assignment);
	if (error)
		return error;
	if (assignment.key)
		return db_get_key(cmd, row, &assignment);
	char *value = vs_datum_format(&schema_tables[store_row_table(row)].columns[assignment.column].type,
				      store_get(row, assignment.column));
	fprintf(cmd->out, "%s\n", value);
	free(value);
	return 0;
}

int cmd_get(struct cmd *cmd)
{
	const char *id = cmd_option_value(cmd, "--id");
	struct store_row *row;
	int error;

	if (id && cmd_has(cmd, "--if-exists"))
		return cmd_fail(cmd, "--if-exists and --id may not be specified together");
	error = db_find_target(cmd, &row);
	if (error || !row)
		return error;
	if (id)
		error = cmd_define_symbol(cmd, id, store_row_uuid(row), NULL);
	cmd_refresh(cmd, row);
	for (int i = 2; !error && i < cmd->n_args; i++)
		error = db_get_column(cmd, row, cmd->args[i]);
	return error;
}
