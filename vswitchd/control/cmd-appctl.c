/* SPDX-License-Identifier: GPL-2.0-only */
/* cmd-appctl.c - what operators ask ovs-appctl about: bridges, the log, counters, and protocols that are not here */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "common/log.h"
#include "common/xalloc.h"
#include "vswitchd/control/command.h"

int cmd_list_commands(struct cmd *cmd)
{
	const struct cmdline_program *appctl = cmdline_program("ovs-appctl");

	fputs("The available commands are:\n", cmd->out);
	for (size_t i = 0; i < COMMAND__COUNT; i++) {
		if (!cmdline_program_has(appctl, &commands[i]))
			continue;
		char *verb = command_verb(&commands[i], "");
		fprintf(cmd->out, "  %-23s ", verb);
		for (const char *c = commands[i].args; *c; c++)
			fputc(tolower(*c), cmd->out);
		fputc('\n', cmd->out);
		free(verb);
	}
	return 0;
}

/* --- protocols that no bridge here runs: what a bridge of Open vSwitch without them answers -------------------------
 */

/* Without an argument nothing is printed; asked for one, there is none. */
static int appctl_none(struct cmd *cmd, const char *what)
{
	return cmd->n_args ? cmd_fail(cmd, "%s", what) : 0;
}

int cmd_stp_show(struct cmd *cmd)
{
	return appctl_none(cmd, "no such stp object");
}

int cmd_rstp_show(struct cmd *cmd)
{
	return appctl_none(cmd, "No such RSTP object");
}

int cmd_bond_list(struct cmd *cmd)
{
	fputs("bond\ttype\trecircID\tmembers\n", cmd->out);
	return 0;
}

int cmd_bond_show(struct cmd *cmd)
{
	return appctl_none(cmd, "no such bond");
}

int cmd_lacp_show(struct cmd *cmd)
{
	return appctl_none(cmd, "no such lacp object");
}

int cmd_bfd_show(struct cmd *cmd)
{
	return appctl_none(cmd, "no such bfd object");
}

int cmd_cfm_show(struct cmd *cmd)
{
	return appctl_none(cmd, "no such CFM object");
}

int cmd_mdb_show(struct cmd *cmd)
{
	struct cmd_bridge bridge;

	if (cmd_find_bridge(cmd, cmd->args[0], false, &bridge))
		return cmd_fail(cmd, "no such bridge");
	return cmd_fail(cmd, "multicast snooping is disabled");
}

int cmd_mdb_flush(struct cmd *cmd)
{
	if (cmd->n_args)
		return cmd_mdb_show(cmd);
	fputs("table successfully flushed\n", cmd->out);
	return 0;
}

int cmd_qos_show(struct cmd *cmd)
{
	struct store_row *interface = store_find_name(cmd->store, STORE_Interface, cmd->args[0]);
	struct store_row *port = interface ? store_referrer(cmd->store, interface) : NULL;

	if (!port)
		return cmd_fail(cmd, "no such interface");
	if (store_get(port, Port_qos)->n)
		return cmd_fail(cmd, "the QoS of %s is stored but has no effect here", cmd->args[0]);
	fprintf(cmd->out, "QoS not configured on %s\n", cmd->args[0]);
	return 0;
}

/* --- bridges and ports ----------------------------------------------------------------------------------------------
 */

int cmd_ofproto_list(struct cmd *cmd)
{
	const char **names = vs_xcalloc(store_count(cmd->store, STORE_Bridge), sizeof(*names));
	size_t n = 0;

	for (struct store_row *row = store_first(cmd->store, STORE_Bridge); row; row = store_next(cmd->store, row))
		names[n++] = store_get_string(row, Bridge_name);
	cmd_print_sorted(cmd, names, n);
	free(names);
	return 0;
}

static const char *dpif_name(const struct cmd *cmd)
{
	return cmd->env->dp ? cmd->env->dp->ops->name : "user";
}

/* What a bridge's kind of datapath is called by tools: they set it, and look whether it is that. */
static const char *dpif_type(const struct store_row *bridge)
{
	const char *type = store_get_string(bridge, Bridge_datapath_type);

	return type && *type ? type : "system";
}

static void dpif_print_port(struct cmd *cmd, struct store_row *interface)
{
	const char *name = store_get_string(interface, Interface_name),
		   *type = store_get_string(interface, Interface_type);
	uint32_t number = cmd->env->port_number ? cmd->env->port_number(cmd->env->arg, name) : 0;
	const struct vs_datum *options = store_get(interface, Interface_options);
	const char *between = ": ";

	if (!number)
		return; /* parked */
	fprintf(cmd->out, "    %s %lld/%u: (%s", name, (long long)store_get_integer(interface, Interface_ofport, -1),
		number, type && *type ? type : "system");
	for (unsigned int i = 0; i < options->n; i++, between = ", ")
		fprintf(cmd->out, "%s%s=%s", between, options->keys[i].string, options->values[i].string);
	fputs(")\n", cmd->out);
}

static void dpif_print_bridge(struct cmd *cmd, struct store_row *bridge)
{
	struct store_row **interfaces;
	size_t n = cmd_bridge_interfaces(cmd, bridge, &interfaces);

	fprintf(cmd->out, "  %s:\n", store_get_string(bridge, Bridge_name));
	for (size_t i = 0; i < n; i++)
		dpif_print_port(cmd, interfaces[i]);
	free(interfaces);
}

/* @each for every bridge, by name. */
static void each_bridge(struct cmd *cmd, void (*each)(struct cmd *cmd, struct store_row *bridge))
{
	struct store_row **rows;
	size_t n = cmd_sorted_rows(cmd, STORE_Bridge, Bridge_name, &rows);

	for (size_t i = 0; i < n; i++)
		each(cmd, rows[i]);
	free(rows);
}

int cmd_dpif_show(struct cmd *cmd)
{
	struct cmd_counts counts = cmd_count(cmd, NULL);

	fprintf(cmd->out, "%s@vswitch: hit:%lld missed:0\n", dpif_name(cmd), counts.rx_packets);
	each_bridge(cmd, dpif_print_bridge);
	return 0;
}

static void dpif_print_name(struct cmd *cmd, struct store_row *bridge)
{
	fprintf(cmd->out, "%s@%s\n", dpif_type(bridge), store_get_string(bridge, Bridge_name));
}

int cmd_dpif_dump_dps(struct cmd *cmd)
{
	each_bridge(cmd, dpif_print_name);
	return 0;
}

int cmd_dpctl_dump_dps(struct cmd *cmd)
{
	fprintf(cmd->out, "%s@vswitch\n", dpif_name(cmd));
	return 0;
}

static void dpctl_print_ports(struct cmd *cmd, struct store_row *bridge)
{
	struct store_row **interfaces;
	size_t n = cmd_bridge_interfaces(cmd, bridge, &interfaces);

	for (size_t i = 0; i < n; i++) {
		const char *name = store_get_string(interfaces[i], Interface_name);
		const char *type = store_get_string(interfaces[i], Interface_type);
		uint32_t number = cmd->env->port_number ? cmd->env->port_number(cmd->env->arg, name) : 0;
		if (number && type && *type)
			fprintf(cmd->out, "  port %u: %s (%s)\n", number, name, type);
		else if (number)
			fprintf(cmd->out, "  port %u: %s\n", number, name);
	}
	free(interfaces);
}

int cmd_dpctl_show(struct cmd *cmd)
{
	char *own = vs_xasprintf("%s@vswitch", dpif_name(cmd));
	int error = 0;

	for (int i = 0; !error && i < cmd->n_args; i++)
		if (strcmp(cmd->args[i], own))
			error = cmd_fail(cmd, "\"%s\" is no datapath here: the only one is %s", cmd->args[i], own);
	if (!error) {
		struct cmd_counts counts = cmd_count(cmd, NULL);
		fprintf(cmd->out, "%s:\n  lookups: hit:%lld missed:0 lost:0\n  flows: 0\n", own, counts.rx_packets);
		each_bridge(cmd, dpctl_print_ports);
	}
	free(own);
	return error;
}

/* --- the daemon itself ----------------------------------------------------------------------------------------------
 */

static const char *vlog_level(void)
{
	const char *name = vs_log_level_name(vs_log_get_level());

	return !strcmp(name, "dbg") ? "DBG" : !strcmp(name, "err") ? "ERR" : !strcmp(name, "warn") ? "WARN" : "INFO";
}

int cmd_vlog_list(struct cmd *cmd)
{
	const char *level = vlog_level();

	fputs("                 console    syslog    file\n                 -------    ------    ------\n", cmd->out);
	fprintf(cmd->out, "%-16s  %4s       %4s       %4s\n", "vswitchd", level, level, level);
	return 0;
}

/* Words that may stand before a level and choose nothing here: there is one module and one destination. */
static bool vlog_is_everything(const char *word, size_t len)
{
	static const char *const words[] = {"any", "vswitchd", "console", "syslog", "file"};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strlen(words[i]) == len && !strncasecmp(words[i], word, len))
			return true;
	return false;
}

/* One SPEC: words between colons, at most one of them a level. None means dbg, as in Open vSwitch. */
static int vlog_parse(struct cmd *cmd, const char *spec, enum vs_log_level *level)
{
	*level = VS_LOG_DEBUG;
	while (*spec) {
		size_t len = strcspn(spec, ": ,");
		char *word = strndup(spec, len);
		vs_xcheck(word);
		bool known = !len || vlog_is_everything(word, len) || !vs_log_level_parse(word, level);
		if (!known)
			cmd_fail(cmd, "no destination, level, or module \"%s\"", word);
		free(word);
		if (!known)
			return -1;
		spec += len + (spec[len] != '\0');
	}
	return 0;
}

int cmd_vlog_set(struct cmd *cmd)
{
	enum vs_log_level level = vs_log_get_level();

	for (int i = 0; i < cmd->n_args; i++)
		if (vlog_parse(cmd, cmd->args[i], &level))
			return -1;
	if (!cmdline_has(cmd->line, CMDLINE_DRY_RUN))
		vs_log_set_level(level);
	return 0;
}

/* Sums of one statistic over all interfaces, under the name that it has there. */
struct coverage {
	const char *key;
	long long total;
};

static struct coverage *coverage_find(struct coverage **all, size_t *n, const char *key)
{
	for (size_t i = 0; i < *n; i++)
		if (!strcmp((*all)[i].key, key))
			return &(*all)[i];
	*all = vs_xrealloc(*all, (*n + 1) * sizeof(**all));
	(*all)[*n] = (struct coverage){.key = key};
	return &(*all)[(*n)++];
}

int cmd_coverage_show(struct cmd *cmd)
{
	struct coverage *all = NULL;
	size_t n = 0, never = 0;

	for (struct store_row *row = store_first(cmd->store, STORE_Interface); row; row = store_next(cmd->store, row)) {
		cmd_refresh(cmd, row);
		const struct vs_datum *statistics = store_get(row, Interface_statistics);
		for (unsigned int i = 0; i < statistics->n; i++)
			coverage_find(&all, &n, statistics->keys[i].string)->total += statistics->values[i].integer;
	}
	fputs("Event coverage of all ports, since each was added:\n", cmd->out);
	for (size_t i = 0; i < n; i++) {
		never += !all[i].total;
		if (all[i].total)
			fprintf(cmd->out, "%-24s   total: %lld\n", all[i].key, all[i].total);
	}
	fprintf(cmd->out, "%zu events never hit\n", never);
	free(all);
	return 0;
}

/* Resident memory in KiB, -1 if the kernel does not say. */
static long long resident_kib(void)
{
	long long pages = -1;
	FILE *file = fopen("/proc/self/statm", "re");

	if (!file)
		return -1;
	if (fscanf(file, "%*s %lld", &pages) != 1)
		pages = -1;
	fclose(file);
	return pages < 0 ? -1 : pages * (sysconf(_SC_PAGESIZE) / 1024);
}

int cmd_memory_show(struct cmd *cmd)
{
	size_t cells = 0;

	for (int table = 0; table < STORE__TABLES; table++)
		cells += store_count(cmd->store, (enum store_table_id)table) * schema_tables[table].n_columns;
	fprintf(cmd->out, "bridges:%zu idl-cells-Open_vSwitch:%zu ports:%zu resident-kib:%lld\n",
		store_count(cmd->store, STORE_Bridge), cells, store_count(cmd->store, STORE_Port), resident_kib());
	return 0;
}
