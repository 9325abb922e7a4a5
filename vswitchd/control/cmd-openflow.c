/* SPDX-License-Identifier: GPL-2.0-only */
/* cmd-openflow.c - controllers and fail mode: kept for tools that set them; `show` says that they have no effect */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/xalloc.h"
#include "vswitchd/control/command.h"

/* The real bridge that the first argument names; what is only asked may name a part of it, too. */
static int openflow_find_bridge(struct cmd *cmd, bool part, struct store_row **row)
{
	struct cmd_bridge bridge;
	int error = cmd_find_bridge(cmd, cmd->args[0], true, &bridge);

	*row = NULL;
	if (error)
		return error;
	if (bridge.fake && !part)
		return cmd_fail(cmd, "%s is a fake bridge", cmd->args[0]);
	*row = bridge.row;
	return 0;
}

void cmd_print_targets(struct cmd *cmd, struct store_row *owner, unsigned int column, unsigned int target)
{
	unsigned int n = store_get(owner, column)->n, found = 0;
	const char **targets = vs_xcalloc(n, sizeof(*targets));

	for (unsigned int i = 0; i < n; i++) {
		struct store_row *row = store_get_ref(cmd->store, owner, column, i);
		const char *text = row ? store_get_string(row, target) : NULL;
		if (text)
			targets[found++] = text;
	}
	cmd_print_sorted(cmd, targets, found);
	free(targets);
}

int cmd_get_controller(struct cmd *cmd)
{
	struct store_row *bridge;
	int error = openflow_find_bridge(cmd, true, &bridge);

	if (error)
		return error;
	cmd_print_targets(cmd, bridge, Bridge_controller, Controller_target);
	return 0;
}

int cmd_del_controller(struct cmd *cmd)
{
	struct store_row *bridge;
	int error = openflow_find_bridge(cmd, false, &bridge);

	if (!error)
		cmd_write_empty(cmd, bridge, Bridge_controller);
	return error;
}

/* Nothing connects there, but a typing error is worth a word. */
static void openflow_check_target(struct cmd *cmd, const char *target)
{
	static const char *const kinds[] = {"tcp", "ssl", "unix", "ptcp", "pssl", "punix"};
	size_t len = strcspn(target, ":");

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (target[len] && strlen(kinds[i]) == len && !strncmp(kinds[i], target, len))
			return;
	fprintf(cmd->err, "%s: target type \"%.*s\" is possibly erroneous\n", cmd->program, (int)len, target);
}

int cmd_set_targets(struct cmd *cmd, const struct cmd_targets *targets, char *const words[], int n)
{
	const char *probe = cmd_option_value(cmd, "--inactivity-probe");
	char *end = NULL;
	long milliseconds = probe ? strtol(probe, &end, 10) : 0;

	if (probe && (end == probe || *end || milliseconds < 0))
		return cmd_fail(cmd, "--inactivity-probe: \"%s\" is not a number of milliseconds", probe);
	cmd_write_empty(cmd, targets->owner, targets->column);
	for (int i = 0; i < n; i++) {
		struct store_row *row = store_insert(cmd->store, targets->table);
		openflow_check_target(cmd, words[i]);
		store_set_string(cmd->store, row, targets->target, words[i]);
		if (probe)
			store_set_integer(cmd->store, row, targets->probe, milliseconds);
		store_add_ref(cmd->store, targets->owner, targets->column, row);
	}
	cmd->changed = true;
	return 0;
}

int cmd_set_controller(struct cmd *cmd)
{
	struct cmd_targets targets = {.column = Bridge_controller,
				      .table = STORE_Controller,
				      .target = Controller_target,
				      .probe = Controller_inactivity_probe};
	int error = openflow_find_bridge(cmd, false, &targets.owner);

	return error ? error : cmd_set_targets(cmd, &targets, cmd->args + 1, cmd->n_args - 1);
}

int cmd_get_fail_mode(struct cmd *cmd)
{
	struct store_row *bridge;
	int error = openflow_find_bridge(cmd, true, &bridge);

	if (error)
		return error;
	const char *mode = store_get_string(bridge, Bridge_fail_mode);
	if (mode)
		fprintf(cmd->out, "%s\n", mode);
	return 0;
}

int cmd_del_fail_mode(struct cmd *cmd)
{
	struct store_row *bridge;
	int error = openflow_find_bridge(cmd, false, &bridge);

	if (!error)
		cmd_write_empty(cmd, bridge, Bridge_fail_mode);
	return error;
}

int cmd_set_fail_mode(struct cmd *cmd)
{
	struct store_row *bridge;
	int error = openflow_find_bridge(cmd, false, &bridge);

	if (error)
		return error;
	if (strcmp(cmd->args[1], "standalone") && strcmp(cmd->args[1], "secure"))
		return cmd_fail(cmd, "fail-mode must be \"standalone\" or \"secure\"");
	store_set_string(cmd->store, bridge, Bridge_fail_mode, cmd->args[1]);
	cmd->changed = true;
	return 0;
}
