/* SPDX-License-Identifier: GPL-2.0-only */
/* cmd-file.c - the database file: db backup, restore, check and compact */

/*
 * The files that these commands name are the caller's: vsctl reads and writes them, with the caller's rights, and what
 * is in them travels with the request and the answer.
 */
#include <errno.h>
#include <string.h>

#include "common/xalloc.h"
#include "vswitchd/control/command.h"

int cmd_db_backup(struct cmd *cmd)
{
	cmd->file = store_backup(cmd->store);
	return 0;
}

int cmd_db_restore(struct cmd *cmd)
{
	const char *input = cmd->manner->input;
	char *error = NULL;

	if (!input)
		return cmd_fail(cmd, "db restore: the request lacks what stands in \"%s\"", cmd->args[0]);
	if (store_restore(cmd->store, input, strlen(input), cmd->args[0], &error))
		return cmd_fail_text(cmd, error);
	cmd->changed = true;
	for (struct store_row *row = store_first(cmd->store, STORE_Interface); row; row = store_next(cmd->store, row))
		cmd_touch(cmd, row);
	return 0;
}

int cmd_db_check(struct cmd *cmd)
{
	const char *input = cmd->manner->input;
	struct store_extent extent = {0};
	char *error = NULL;
	size_t rows = 0;
	int rc;

	if (cmd->n_args && !input)
		return cmd_fail(cmd, "db check: the request lacks what stands in \"%s\"", cmd->args[0]);
	rc = input ? store_check(input, strlen(input), cmd->args[0], &extent, &error)
		   : store_check_file(cmd->store, &extent, &error);
	if (rc)
		return cmd_fail_text(cmd, error);
	for (int t = 0; t < STORE__TABLES; t++)
		rows += extent.rows[t];
	fprintf(cmd->out, "whole: %zu records, %lld bytes, %zu rows: %zu bridges, %zu ports, %zu interfaces\n",
		extent.records, extent.bytes, rows, extent.rows[STORE_Bridge], extent.rows[STORE_Port],
		extent.rows[STORE_Interface]);
	if (extent.tail)
		fprintf(cmd->out,
			"%lld bytes at the end are a record that was not written whole and never acknowledged: they "
			"are cut off at "
			"the next start\n",
			extent.tail);
	return 0;
}

int cmd_db_compact(struct cmd *cmd)
{
	cmd->compact = true;
	return 0;
}
