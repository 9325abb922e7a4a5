/* SPDX-License-Identifier: GPL-2.0-only */
/* cmd-monitor.c - what `monitor` is to tell: tables and columns, as a request of RFC 7047 */
#include <errno.h>
#include <string.h>

#include "common/xalloc.h"
#include "vswitchd/control/command.h"
#include "vswitchd/control/watch.h"

/* What is read from the datapath at intervals is told to those only who ask for it by name. */
static bool is_told(enum store_table_id table, unsigned int column)
{
	return table != STORE_Interface || (column != Interface_statistics && column != Interface_status &&
					    column != Interface_link_speed && column != Interface_duplex);
}

static void add_column(json_t *columns, enum store_table_id table, unsigned int column)
{
	const char *name = schema_tables[table].columns[column].name;
	json_t *value;
	size_t i;

	json_array_foreach (columns, i, value) {
		if (!strcmp(json_string_value(value), name))
			return;
	}
	json_array_append_new(columns, json_string(name));
}

/* The columns of @table that are asked for so far. A row's name is told in any case. */
static json_t *columns_of(json_t *tables, enum store_table_id table)
{
	const char *name = schema_tables[table].name;
	json_t *columns = json_object_get(json_object_get(tables, name), "columns");

	if (columns)
		return columns;
	columns = json_array();
	json_object_set_new(tables, name, json_pack("{s:o}", "columns", columns));
	if (schema_tables[table].name_column != SCHEMA_NO_NAME)
		add_column(columns, table, (unsigned int)schema_tables[table].name_column);
	return columns;
}

static void add_all_columns(json_t *tables, enum store_table_id table)
{
	json_t *columns = columns_of(tables, table);

	for (unsigned int c = 0; c < schema_tables[table].n_columns; c++) {
		if (is_told(table, c))
			add_column(columns, table, c);
	}
}

/*
 * One table with its columns, from word @i on: what is the name of a table exactly as the schema has it begins the next
 * one. Return: number of words, or -EINVAL.
 */
static int read_table(struct cmd *cmd, int i, json_t *tables)
{
	enum store_table_id table;
	unsigned int column;
	int first = i;

	if (cmd_find_table(cmd, cmd->args[i], &table))
		return -EINVAL;
	for (i++;
	     i < cmd->n_args && strcmp(cmd->args[i], WATCH_FDB) && schema_find_table(cmd->args[i]) == STORE__TABLES;
	     i++) {
		if (cmd_find_column(cmd, table, cmd->args[i], strlen(cmd->args[i]), &column))
			return -EINVAL;
		if (column == CMD_COLUMN_UUID)
			return cmd_fail(cmd, "column _uuid is in every line: leave it out");
		add_column(columns_of(tables, table), table, column);
	}
	if (i == first + 1)
		add_all_columns(tables, table);
	return i - first;
}

static int read_tables(struct cmd *cmd, json_t *tables, bool *fdb)
{
	*fdb = !cmd->n_args;
	for (int t = 0; t < STORE__TABLES && !cmd->n_args; t++)
		add_all_columns(tables, (enum store_table_id)t);
	for (int i = 0; i < cmd->n_args;) {
		bool is_fdb = !strcmp(cmd->args[i], WATCH_FDB);
		int used = is_fdb ? 1 : read_table(cmd, i, tables);

		if (used < 0)
			return used;
		*fdb |= is_fdb;
		i += used;
	}
	return 0;
}

int cmd_monitor(struct cmd *cmd)
{
	json_t *tables;
	bool fdb;

	if (cmd->line->n_commands != 1)
		return cmd_fail(cmd, "'monitor' never ends: let it be the only command of its line");
	if (cmdline_has(cmd->line, CMDLINE_FORMAT) && cmd->line->format != CMDLINE_JSON)
		return cmd_fail(cmd, "'monitor' prints JSON only: leave --format out, or use --format=json");
	tables = (json_t *)vs_xcheck(json_object());
	if (read_tables(cmd, tables, &fdb)) {
		json_decref(tables);
		return -EINVAL;
	}
	cmd->watch = json_pack("{s:o, s:b, s:b}", "tables", tables, "fdb", fdb, "initial", cmd_has(cmd, "--initial"));
	return 0;
}
