/* SPDX-License-Identifier: GPL-2.0-only */
/* cmd-openflow.c - controllers and fail mode: kept for tools that set them; `show` says that they have no effect */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/xalloc.h"
#include "vswitchd/control/command.h"

/* The real bridge that the first argument names. */
static int openflow_find_bridge(struct cmd *cmd, struct store_row **row)
{
	struct cmd_bridge bridge;
	int error = cmd_find_bridge(cmd, cmd->args[0], true, &bridge);

	*row = NULL;
	if (error)
		return error;
	if (bridge.fake)
		return cmd_fail(cmd, "%s is a fake bridge", cmd->args[0]);
	*row = bridge.row;
	return 0;
}

int cmd_get_controller(struct cmd *cmd)
{
	struct store_row *bridge;
	int error = openflow_find_bridge(cmd, &bridge);

	if (error)
		return error;
	unsigned int n = store_get(bridge, Bridge_controller)->n, found = 0;
	const char **targets = vs_xcalloc(n, sizeof(*targets));
	for (unsigned int i = 0; i < n; i++) {
		struct store_row *controller = store_get_ref(cmd->store, bridge, Bridge_controller, i);
		const char *target = controller ? store_get_string(controller, Controller_target) : NULL;
		if (target)
			targets[found++] = target;
	}
	cmd_print_sorted(cmd, targets, found);
	free(targets);
	return 0;
}

int cmd_del_controller(struct cmd *cmd)
{
	struct store_row *bridge;
	int error = openflow_find_bridge(cmd, &bridge);

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

int cmd_set_controller(struct cmd *cmd)
{
	const char *probe = cmd_option_value(cmd, "--inactivity-probe");
	struct store_row *bridge;
	char *end = NULL;
	long milliseconds = probe ? strtol(probe, &end, 10) : 0;
	int error = openflow_find_bridge(cmd, &bridge);

	if (error)
		return error;
	if (probe && (end == probe || *end || milliseconds < 0))
		return cmd_fail(cmd, "--inactivity-probe: \"%s\" is not a number of milliseconds", probe);
	cmd_write_empty(cmd, bridge, Bridge_controller);
	for (int i = 1; i < cmd->n_args; i++) {
		struct store_row *controller = store_insert(cmd->store, STORE_Controller);
		openflow_check_target(cmd, cmd->args[i]);
		store_set_string(cmd->store, controller, Controller_target, cmd->args[i]);
		if (probe)
			store_set_integer(cmd->store, controller, Controller_inactivity_probe, milliseconds);
		store_add_ref(cmd->store, bridge, Bridge_controller, controller);
	}
	cmd->changed = true;
	return 0;
}

int cmd_get_fail_mode(struct cmd *cmd)
{
	struct store_row *bridge;
	int error = openflow_find_bridge(cmd, &bridge);

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
	int error = openflow_find_bridge(cmd, &bridge);

	if (!error)
		cmd_write_empty(cmd, bridge, Bridge_fail_mode);
	return error;
}

int cmd_set_fail_mode(struct cmd *cmd)
{
	struct store_row *bridge;
	int error = openflow_find_bridge(cmd, &bridge);

	if (error)
		return error;
	if (strcmp(cmd->args[1], "standalone") && strcmp(cmd->args[1], "secure"))
		return cmd_fail(cmd, "fail-mode must be \"standalone\" or \"secure\"");
	store_set_string(cmd->store, bridge, Bridge_fail_mode, cmd->args[1]);
	cmd->changed = true;
	return 0;
}
