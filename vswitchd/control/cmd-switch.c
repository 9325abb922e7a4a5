/* SPDX-License-Identifier: GPL-2.0-only */
/* cmd-switch.c - commands about the switch as a whole: init log version exit help emer-reset */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/xalloc.h"
#include "vswitchd/control/command.h"
#include "vswitchd/control/output.h"

int cmd_init(struct cmd *cmd)
{
	/* The Open_vSwitch row always exists: store_open() sees to it. */
	(void)cmd;
	return 0;
}

int cmd_version(struct cmd *cmd)
{
	/* Tools look for the version of what they know; ours is a word more. */
	if (cmd_called(cmd, "ovs-appctl"))
		fprintf(cmd->out, "ovs-vswitchd %s\nvswitchd (vswitch) %s\n", cmd->called->says_version, VS_VERSION);
	else
		fprintf(cmd->out, "vswitchd (vswitch) %s\n", VS_VERSION);
	return 0;
}

int cmd_log(struct cmd *cmd)
{
	const json_t *notes = store_history(cmd->store);
	size_t n = json_array_size(notes), most = n;
	char *end = NULL;

	if (cmd->n_args) {
		most = strtoul(cmd->args[0], &end, 10);
		if (*cmd->args[0] < '0' || *cmd->args[0] > '9' || *end)
			return cmd_fail(cmd, "\"%s\" is not a number of changes", cmd->args[0]);
	}
	bool table = cmdline_has(cmd->line, CMDLINE_FORMAT);
	if (table) {
		cmd->table = output_table_new(cmd->line);
		output_add_column(cmd->table, "time");
		output_add_column(cmd->table, "who");
		output_add_column(cmd->table, "what");
	}
	for (size_t i = most < n ? n - most : 0; i < n; i++) {
		const char *words[3] = {"time", "who", "what"};
		for (size_t w = 0; w < 3; w++) {
			const char *text = json_string_value(json_object_get(json_array_get(notes, i), words[w]));
			if (table)
				output_add_text(cmd->table, text ? text : "");
			else
				fprintf(cmd->out, "%s%s", text && *text ? text : "-",
					w == 0	 ? "  "
					: w == 1 ? ": "
						 : "\n");
		}
	}
	return 0;
}

int cmd_exit(struct cmd *cmd)
{
	/* Before the name, where options belong, or after it, as ovs-appctl has it. */
	if (cmd->n_args && strcmp(cmd->args[0], "--cleanup"))
		return cmd_fail(cmd, "'exit' command takes no argument but --cleanup");
	cmd->quit = true;
	cmd->cleanup = cmd->n_args || cmd_has(cmd, "--cleanup");
	return 0;
}

int cmd_help(struct cmd *cmd)
{
	if (cmdline_print_help(cmd->called, cmd->n_args, cmd->args, cmd->out))
		return cmd_fail(cmd, "unknown command '%s'; use --help for help", cmd->args[0]);
	return 0;
}

/* --- emer-reset ----------------------------------------------------------------------------------------------- */

/* The columns that emer-reset makes empty, or brings back to what a new row has. */
static const struct {
	enum store_table_id table;
	unsigned int column;
	const char *keep; /* the one key of a map that stays */
} reset_columns[] = {
	{STORE_Open_vSwitch, Open_vSwitch_manager_options, NULL},
	{STORE_Open_vSwitch, Open_vSwitch_ssl, NULL},
	{STORE_Open_vSwitch, Open_vSwitch_other_config, NULL},
	{STORE_Bridge, Bridge_controller, NULL},
	{STORE_Bridge, Bridge_fail_mode, NULL},
	{STORE_Bridge, Bridge_mirrors, NULL},
	{STORE_Bridge, Bridge_netflow, NULL},
	{STORE_Bridge, Bridge_sflow, NULL},
	{STORE_Bridge, Bridge_ipfix, NULL},
	{STORE_Bridge, Bridge_other_config, "hwaddr"},
	{STORE_Port, Port_other_config, NULL},
	{STORE_Interface, Interface_other_config, NULL},
	{STORE_Interface, Interface_ingress_policing_rate, NULL},
	{STORE_Interface, Interface_ingress_policing_burst, NULL},
};

static void reset_column(struct cmd *cmd, struct store_row *row, unsigned int column, const char *keep)
{
	const struct vs_type *type = &schema_tables[store_row_table(row)].columns[column].type;
	const char *kept = keep ? store_get_key(row, column, keep) : NULL;
	struct vs_datum datum;

	vs_datum_default(type, &datum);
	if (kept) {
		union vs_atom key = {.string = vs_xstrdup(keep)}, value = {.string = vs_xstrdup(kept)};
		vs_datum_add(type, &datum, &key, &value);
		free(key.string);
		free(value.string);
	}
	cmd_write(cmd, row, column, &datum);
	vs_datum_destroy(type, &datum);
}

int cmd_emer_reset(struct cmd *cmd)
{
	for (size_t i = 0; i < sizeof(reset_columns) / sizeof(*reset_columns); i++)
		for (struct store_row *row = store_first(cmd->store, reset_columns[i].table); row;
		     row = store_next(cmd->store, row))
			reset_column(cmd, row, reset_columns[i].column, reset_columns[i].keep);
	return 0;
}
