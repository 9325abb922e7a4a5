/* SPDX-License-Identifier: GPL-2.0-only */
/* cmd-fdb.c - what stations a bridge knows: fdb show add del flush stats stats-clear */

/*
 * Learned entries are the datapath's: they are read there, and forgotten there once the line has been committed. Pinned
 * ones are wanted state, kept as "VLAN/MAC" in column static_macs of the port, and reach the datapath like any other
 * change.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/addr.h"
#include "common/xalloc.h"
#include "vswitchd/control/command.h"
#include "vswitchd/control/output.h"

#define OFPORT_LOCAL 65534

/* The datapath number of a real bridge. */
static int fdb_bridge_number(struct cmd *cmd, const char *name, struct cmd_bridge *bridge, uint32_t *number)
{
	int error = cmd_find_bridge(cmd, name, true, bridge);

	*number = 0;
	if (error)
		return cmd_called(cmd, "ovs-appctl") ? cmd_fail(cmd, "no such bridge") : error;
	if (bridge->fake)
		return cmd_fail(cmd, "bridge %s is a part of bridge %s: ask for that one", name,
				store_get_string(bridge->row, Bridge_name));
	if (cmd->env->bridge_number)
		*number = cmd->env->bridge_number(cmd->env->arg, name);
	return 0;
}

static int fdb_parse_vlan(struct cmd *cmd, const char *text, uint16_t *vlan)
{
	char *end;
	long value = strtol(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || value > 4094)
		return cmd_fail(cmd, "\"%s\" is not a VLAN: use 1 to 4094, or 0 for frames without a tag", text);
	*vlan = (uint16_t)value;
	return 0;
}

static int fdb_parse_mac(struct cmd *cmd, const char *text, uint8_t mac[6])
{
	if (vs_mac_parse(text, mac))
		return cmd_called(cmd, "ovs-appctl")
			       ? cmd_fail(cmd, "bad MAC address")
			       : cmd_fail(cmd, "\"%s\" is not an Ethernet address: write it as 02:00:00:00:00:01",
					  text);
	return 0;
}

/* --- show ----------------------------------------------------------------------------------------------------- */

struct fdb_line {
	struct vs_fdb_key key;
	struct vs_fdb_entry entry;
};

struct fdb_lines {
	struct fdb_line *lines;
	size_t n, allocated;
};

static bool fdb_collect(const struct vs_fdb_key *key, const struct vs_fdb_entry *entry, void *arg)
{
	struct fdb_lines *lines = arg;

	if (lines->n == lines->allocated) {
		lines->allocated = lines->allocated ? 2 * lines->allocated : 256;
		lines->lines = vs_xrealloc(lines->lines, lines->allocated * sizeof(*lines->lines));
	}
	lines->lines[lines->n++] = (struct fdb_line){*key, *entry};
	return true;
}

static int fdb_compare(const void *a, const void *b)
{
	const struct vs_fdb_key *key_a = &((const struct fdb_line *)a)->key,
				*key_b = &((const struct fdb_line *)b)->key;

	if (key_a->vlan != key_b->vlan)
		return key_a->vlan < key_b->vlan ? -1 : 1;
	return memcmp(key_a->mac, key_b->mac, sizeof(key_a->mac));
}

static uint64_t fdb_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* One entry in words. */
struct fdb_words {
	char ofport[24], mac[VS_MAC_TEXT], age[24], remote[VS_IP_TEXT];
	const char *interface;
};

static void fdb_describe(struct cmd *cmd, const struct fdb_line *line, uint64_t now, struct fdb_words *words)
{
	const char *name = cmd->env->port_name ? cmd->env->port_name(cmd->env->arg, line->entry.port) : NULL;
	struct store_row *interface = name ? store_find_name(cmd->store, STORE_Interface, name) : NULL;
	int64_t ofport = interface ? store_get_integer(interface, Interface_ofport, -1) : -1;

	words->interface = name ? name : "";
	if (ofport == OFPORT_LOCAL)
		snprintf(words->ofport, sizeof(words->ofport), "LOCAL");
	else
		snprintf(words->ofport, sizeof(words->ofport), "%lld", (long long)ofport);
	if (line->entry.flags & VS_FDB_STATIC)
		snprintf(words->age, sizeof(words->age), "static");
	else
		snprintf(words->age, sizeof(words->age), "%llu",
			 (unsigned long long)(now > line->entry.seen_ns ? (now - line->entry.seen_ns) / 1000000000u
									: 0));
	vs_mac_format(line->key.mac, words->mac);
	words->remote[0] = '\0';
	if (!vs_ip_is_zero(&line->entry.remote))
		vs_ip_format(&line->entry.remote, words->remote);
}

static void fdb_print(struct cmd *cmd, const struct fdb_lines *lines)
{
	bool theirs = cmd_called(cmd, "ovs-appctl");
	uint64_t now = fdb_now_ns();
	struct fdb_words words;

	fprintf(cmd->out, " port  VLAN  MAC                Age%s\n", theirs ? "" : "     Interface        Remote");
	for (size_t i = 0; i < lines->n; i++) {
		fdb_describe(cmd, &lines->lines[i], now, &words);
		if (theirs) {
			fprintf(cmd->out, "%5s  %4d  %s  %3s\n", words.ofport, lines->lines[i].key.vlan, words.mac,
				words.age);
			continue;
		}
		fprintf(cmd->out, "%5s  %4d  %s  %3s%*s", words.ofport, lines->lines[i].key.vlan, words.mac, words.age,
			strlen(words.age) > 3 ? 8 - (int)strlen(words.age) : 5, "");
		if (words.remote[0])
			fprintf(cmd->out, "%-15s  %s\n", words.interface, words.remote);
		else
			fprintf(cmd->out, "%s\n", words.interface);
	}
}

/* For --format: the same as columns. */
static void fdb_tabulate(struct cmd *cmd, const struct fdb_lines *lines)
{
	static const struct vs_type boolean = {.key = {.type = VS_BOOLEAN}, .n_min = 1, .n_max = 1};
	static const char *const headings[] = {"port", "VLAN", "MAC", "age", "static", "interface", "remote"};
	uint64_t now = fdb_now_ns();
	struct fdb_words words;

	cmd->table = output_table_new(cmd->line);
	for (size_t i = 0; i < sizeof(headings) / sizeof(*headings); i++)
		output_add_column(cmd->table, headings[i]);
	for (size_t i = 0; i < lines->n; i++) {
		bool pinned = lines->lines[i].entry.flags & VS_FDB_STATIC;
		fdb_describe(cmd, &lines->lines[i], now, &words);
		output_add_text(cmd->table, words.ofport);
		output_add_integer(cmd->table, lines->lines[i].key.vlan);
		output_add_text(cmd->table, words.mac);
		output_add_integer(cmd->table, pinned ? 0 : atoll(words.age));
		output_add_datum(cmd->table, &boolean,
				 &(struct vs_datum){.n = 1, .keys = &(union vs_atom){.boolean = pinned}});
		output_add_text(cmd->table, words.interface);
		output_add_text(cmd->table, words.remote);
	}
}

int cmd_fdb_show(struct cmd *cmd)
{
	struct dp *dp = cmd->env->dp;
	struct fdb_lines lines = {0};
	struct cmd_bridge bridge;
	uint32_t number;
	int error = fdb_bridge_number(cmd, cmd->args[0], &bridge, &number);

	if (error)
		return error;
	if (dp && number)
		error = dp->ops->fdb_walk(dp, number, fdb_collect, &lines);
	if (error) {
		cmd_fail(cmd, "cannot read the forwarding table of bridge %s: %s", cmd->args[0], strerror(-error));
	} else {
		if (lines.n)
			qsort(lines.lines, lines.n, sizeof(*lines.lines), fdb_compare);
		if (cmdline_has(cmd->line, CMDLINE_FORMAT))
			fdb_tabulate(cmd, &lines);
		else
			fdb_print(cmd, &lines);
	}
	free(lines.lines);
	return error;
}

/* --- add, del ------------------------------------------------------------------------------------------------- */

/* Write @pin ("VLAN/MAC") into a port's static_macs or take it out. Return: whether that changed anything. */
static bool fdb_set_pin(struct cmd *cmd, struct store_row *port, char *pin, bool on)
{
	const struct vs_type *type = &schema_tables[STORE_Port].columns[Port_static_macs].type;
	union vs_atom key = {.string = pin};
	int at = vs_datum_find(type, store_get(port, Port_static_macs), &key);
	struct vs_datum datum;

	if ((at >= 0) == on)
		return false;
	vs_datum_clone(type, &datum, store_get(port, Port_static_macs));
	if (on)
		vs_datum_add(type, &datum, &key, NULL);
	else
		vs_datum_remove_at(type, &datum, (unsigned int)at);
	cmd_write(cmd, port, Port_static_macs, &datum);
	vs_datum_destroy(type, &datum);
	return true;
}

/* Take @pin out of every port of a bridge but @keep. Return: whether any had it. */
static bool fdb_unpin(struct cmd *cmd, const struct store_row *bridge, const struct store_row *keep, char *pin)
{
	bool any = false;

	for (unsigned int i = 0; i < store_get(bridge, Bridge_ports)->n; i++) {
		struct store_row *port = store_get_ref(cmd->store, bridge, Bridge_ports, i);
		if (port && port != keep)
			any |= fdb_set_pin(cmd, port, pin, false);
	}
	return any;
}

static char *fdb_pin_text(uint16_t vlan, const uint8_t mac[6])
{
	char text[VS_MAC_TEXT];

	return vs_xasprintf("%u/%s", vlan, vs_mac_format(mac, text));
}

int cmd_fdb_add(struct cmd *cmd)
{
	struct vs_fdb_key key = {0};
	struct cmd_bridge bridge;
	uint32_t number;
	int error = fdb_bridge_number(cmd, cmd->args[0], &bridge, &number);

	if (!error)
		error = fdb_parse_vlan(cmd, cmd->args[2], &key.vlan);
	if (!error)
		error = fdb_parse_mac(cmd, cmd->args[3], key.mac);
	if (error)
		return error;
	if (key.mac[0] & 1)
		return cmd_fail(cmd, "\"%s\" is a multicast address: only a station's own address has a place",
				cmd->args[3]);
	/* The bridge's own port is one, too. */
	struct store_row *port = store_find_name(cmd->store, STORE_Port, cmd->args[1]);
	if (!port || store_referrer(cmd->store, port) != bridge.row)
		return cmd_fail(cmd, "bridge %s does not have a port %s", cmd->args[0], cmd->args[1]);
	char *pin = fdb_pin_text(key.vlan, key.mac);
	fdb_unpin(cmd, bridge.row, port, pin);
	fdb_set_pin(cmd, port, pin, true);
	free(pin);
	return 0;
}

/* Leave a change of the datapath for after the commit. */
static void fdb_after_commit(struct cmd *cmd, const struct cmd_fdb_change *change)
{
	struct cmd_fdb_change *copy = vs_xmemdup(change, sizeof(*change));
	struct cmd_fdb_change **end = &cmd->fdb;

	while (*end)
		end = &(*end)->next;
	copy->next = NULL;
	*end = copy;
}

/* Whether the entry that @arg points at (struct fdb_line) is this one; ends the walk then. */
static bool fdb_is_other(const struct vs_fdb_key *key, const struct vs_fdb_entry *entry, void *arg)
{
	struct fdb_line *wanted = arg;

	if (key->vlan != wanted->key.vlan || memcmp(key->mac, wanted->key.mac, sizeof(key->mac)))
		return true;
	wanted->entry = *entry;
	return false;
}

int cmd_fdb_del(struct cmd *cmd)
{
	struct dp *dp = cmd->env->dp;
	struct fdb_line wanted = {0};
	struct cmd_bridge bridge;
	int error = fdb_bridge_number(cmd, cmd->args[0], &bridge, &wanted.key.bridge);

	if (!error)
		error = fdb_parse_vlan(cmd, cmd->args[1], &wanted.key.vlan);
	if (!error)
		error = fdb_parse_mac(cmd, cmd->args[2], wanted.key.mac);
	if (error)
		return error;
	char *pin = fdb_pin_text(wanted.key.vlan, wanted.key.mac);
	bool pinned = fdb_unpin(cmd, bridge.row, NULL, pin);
	free(pin);
	if (pinned)
		return 0;
	if (dp && wanted.key.bridge)
		dp->ops->fdb_walk(dp, wanted.key.bridge, fdb_is_other, &wanted);
	if (!wanted.entry.port)
		return cmd_called(cmd, "ovs-appctl") ? cmd_fail(cmd, "could not find static mac entry")
						     : cmd_fail(cmd, "bridge %s does not know station %s in VLAN %s",
								cmd->args[0], cmd->args[2], cmd->args[1]);
	fdb_after_commit(cmd, &(struct cmd_fdb_change){.key = wanted.key});
	return 0;
}

/* --- flush, stats --------------------------------------------------------------------------------------------- */

/* Every real bridge, or the one that the first argument names: @each with its datapath number. */
static int fdb_each_bridge(struct cmd *cmd, int (*each)(struct cmd *cmd, const char *name, uint32_t number))
{
	struct cmd_bridge bridge;
	uint32_t number;
	int error = 0;

	if (cmd->n_args > 0) {
		error = fdb_bridge_number(cmd, cmd->args[0], &bridge, &number);
		return error ? error : each(cmd, cmd->args[0], number);
	}
	for (struct store_row *row = store_first(cmd->store, STORE_Bridge); row && !error;
	     row = store_next(cmd->store, row)) {
		error = fdb_bridge_number(cmd, store_get_string(row, Bridge_name), &bridge, &number);
		if (!error)
			error = each(cmd, bridge.name, number);
	}
	return error;
}

static int fdb_flush_bridge(struct cmd *cmd, const char *name, uint32_t number)
{
	struct cmd_fdb_change change = {.flush = true, .key = {.bridge = number, .vlan = VS_VLAN_NONE}};

	if (cmd->n_args > 1) {
		struct store_row *port = cmd_find_port(cmd, cmd->args[1]);
		if (!port && !strcmp(cmd->args[1], name))
			port = store_find_name(cmd->store, STORE_Port, name);
		if (!port || strcmp(store_get_string(store_referrer(cmd->store, port), Bridge_name), name))
			return cmd_fail(cmd, "bridge %s does not have a port %s", name, cmd->args[1]);
		change.port = cmd->env->port_number ? cmd->env->port_number(cmd->env->arg, cmd->args[1]) : 0;
		if (!change.port)
			return 0; /* parked: nothing was learned there */
	}
	if (number)
		fdb_after_commit(cmd, &change);
	return 0;
}

int cmd_fdb_flush(struct cmd *cmd)
{
	int error = fdb_each_bridge(cmd, fdb_flush_bridge);

	if (!error)
		fputs("table successfully flushed\n", cmd->out);
	return error;
}

static int fdb_print_stats(struct cmd *cmd, const char *name, uint32_t number)
{
	struct dp *dp = cmd->env->dp;
	struct dp_fdb_stats stats = {0};
	int error = dp && number ? dp->ops->fdb_stats(dp, number, &stats) : 0;

	if (error)
		return cmd_fail(cmd, "cannot read the forwarding table of bridge %s: %s", name, strerror(-error));
	fprintf(cmd->out,
		"Statistics for bridge \"%s\":\n"
		"  Current/maximum MAC entries in the table: %u/%u\n"
		"  Current static MAC entries in the table : %u\n"
		"  Total number of learned MAC entries     : %llu\n"
		"  Total number of expired MAC entries     : %llu\n"
		"  Total number of evicted MAC entries     : %llu\n"
		"  Total number of port moved MAC entries  : %llu\n",
		name, stats.current, stats.limit, stats.current_static, (unsigned long long)stats.learned,
		(unsigned long long)stats.expired, (unsigned long long)stats.evicted, (unsigned long long)stats.moved);
	return 0;
}

int cmd_fdb_stats(struct cmd *cmd)
{
	return fdb_each_bridge(cmd, fdb_print_stats);
}

int cmd_fdb_stats_show(struct cmd *cmd)
{
	return cmd_fdb_stats(cmd);
}

static int fdb_clear_stats(struct cmd *cmd, const char *name, uint32_t number)
{
	struct dp *dp = cmd->env->dp;
	int error = dp && number ? dp->ops->fdb_stats_clear(dp, number) : 0;

	return error ? cmd_fail(cmd, "cannot clear the counters of bridge %s: %s", name, strerror(-error)) : 0;
}

int cmd_fdb_stats_clear(struct cmd *cmd)
{
	int error = fdb_each_bridge(cmd, fdb_clear_stats);

	if (!error)
		fputs("statistics successfully cleared\n", cmd->out);
	return error;
}
