/* SPDX-License-Identifier: GPL-2.0-only */
/* bridges.c - bridges, ports and interfaces by name, as the commands that speak of them see the database */

/*
 * A bridge has a port and an interface of its own name, of type internal. The commands that speak of ports leave
 * that one out: it comes and goes with the bridge.
 *
 * A fake bridge is a port of a real one with `fake_bridge` and `tag` set. It stands for that VLAN: ports of the real
 * bridge with the same tag count as its own. Tools from before there were VLANs on a bridge use them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/xalloc.h"
#include "vswitchd/control/command.h"

static void bridge_real(struct store_row *row, struct cmd_bridge *bridge)
{
	*bridge = (struct cmd_bridge){.row = row, .name = store_get_string(row, Bridge_name)};
}

static void bridge_fake(struct store_row *row, struct store_row *port, struct cmd_bridge *bridge)
{
	*bridge = (struct cmd_bridge){.row = row,
				      .fake = port,
				      .name = store_get_string(port, Port_name),
				      .vlan = store_get_integer(port, Port_tag, 0)};
}

/* A row that nothing refers to is on its way out. */
static struct store_row *find_kept(struct cmd *cmd, enum store_table_id table, const char *name)
{
	struct store_row *row = store_find_name(cmd->store, table, name);

	return row && store_referrer(cmd->store, row) ? row : NULL;
}

int cmd_find_bridge(struct cmd *cmd, const char *name, bool must, struct cmd_bridge *bridge)
{
	struct store_row *row = find_kept(cmd, STORE_Bridge, name);

	if (row) {
		bridge_real(row, bridge);
		return 0;
	}
	row = find_kept(cmd, STORE_Port, name);
	if (row && store_get_bool(row, Port_fake_bridge, false)) {
		bridge_fake(store_referrer(cmd->store, row), row, bridge);
		return 0;
	}
	return must ? cmd_fail(cmd, "no bridge named %s", name) : 1;
}

void cmd_port_bridge(struct cmd *cmd, struct store_row *port, struct cmd_bridge *bridge)
{
	struct store_row *row = store_referrer(cmd->store, port);
	int64_t tag = store_get_integer(port, Port_tag, -1);

	bridge_real(row, bridge);
	for (unsigned int i = 0; tag >= 0 && i < store_get(row, Bridge_ports)->n; i++) {
		struct store_row *other = store_get_ref(cmd->store, row, Bridge_ports, i);
		if (other && store_get_bool(other, Port_fake_bridge, false) &&
		    store_get_integer(other, Port_tag, -1) == tag) {
			bridge_fake(row, other, bridge);
			return;
		}
	}
}

struct store_row **cmd_fake_bridges(struct cmd *cmd, struct store_row *bridge)
{
	struct store_row **fakes = vs_xcalloc(VS_VLANS, sizeof(*fakes));

	for (unsigned int i = 0; i < store_get(bridge, Bridge_ports)->n; i++) {
		struct store_row *port = store_get_ref(cmd->store, bridge, Bridge_ports, i);
		int64_t tag = port ? store_get_integer(port, Port_tag, -1) : -1;
		if (tag >= 0 && tag < VS_VLANS && !fakes[tag] && store_get_bool(port, Port_fake_bridge, false))
			fakes[tag] = port;
	}
	return fakes;
}

static int compare_strings(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void cmd_print_sorted(struct cmd *cmd, const char **names, size_t n)
{
	if (n)
		qsort(names, n, sizeof(*names), compare_strings);
	for (size_t i = 0; i < n; i++)
		fprintf(cmd->out, "%s\n", names[i]);
}

/* Whether @name is that of a bridge, real or fake, whose own port and interface are not spoken of. */
static bool is_bridge(struct cmd *cmd, const char *name)
{
	struct cmd_bridge bridge;

	return cmd_find_bridge(cmd, name, false, &bridge) == 0;
}

struct store_row *cmd_find_port(struct cmd *cmd, const char *name)
{
	struct store_row *port = find_kept(cmd, STORE_Port, name);

	return port && !is_bridge(cmd, name) ? port : NULL;
}

struct store_row *cmd_find_interface(struct cmd *cmd, const char *name)
{
	struct store_row *interface = find_kept(cmd, STORE_Interface, name);

	if (!interface || is_bridge(cmd, name))
		return NULL;
	return store_referrer(cmd->store, store_referrer(cmd->store, interface)) ? interface : NULL;
}

int cmd_check_free(struct cmd *cmd, const char *what, const char *name)
{
	const char *article = *what == 'i' ? "an" : "a";
	struct cmd_bridge bridge;
	struct store_row *port;

	if (is_bridge(cmd, name))
		return cmd_fail(cmd, "cannot create %s %s named %s because a bridge named %s already exists", article,
				what, name, name);
	port = cmd_find_port(cmd, name);
	if (port) {
		cmd_port_bridge(cmd, port, &bridge);
		return cmd_fail(cmd, "cannot create %s %s named %s because a port named %s already exists on bridge %s",
				article, what, name, name, bridge.name);
	}
	struct store_row *interface = cmd_find_interface(cmd, name);
	if (interface) {
		cmd_port_bridge(cmd, store_referrer(cmd->store, interface), &bridge);
		return cmd_fail(
			cmd, "cannot create %s %s named %s because an interface named %s already exists on bridge %s",
			article, what, name, name, bridge.name);
	}
	return 0;
}

struct store_row *cmd_insert_port(struct cmd *cmd, struct store_row *bridge, const char *name, const char *iface,
				  const char *type)
{
	struct store_row *interface = store_insert(cmd->store, STORE_Interface);
	struct store_row *port = store_insert(cmd->store, STORE_Port);

	store_set_string(cmd->store, interface, Interface_name, iface);
	store_set_string(cmd->store, interface, Interface_type, type);
	store_set_string(cmd->store, port, Port_name, name);
	/* A new row has the default here, which is one reference to nothing: replace it. */
	union vs_atom reference = {.uuid = *store_row_uuid(interface)};
	store_set(cmd->store, port, Port_interfaces, &(struct vs_datum){.n = 1, .keys = &reference});
	store_add_ref(cmd->store, bridge, Bridge_ports, port);
	cmd->changed = true;
	cmd_touch(cmd, interface);
	return port;
}

void cmd_delete_port(struct cmd *cmd, struct store_row *port)
{
	struct store_row *bridge = store_referrer(cmd->store, port);

	for (unsigned int i = 0; i < store_get(port, Port_interfaces)->n; i++) {
		struct store_row *interface = store_get_ref(cmd->store, port, Port_interfaces, i);
		if (interface)
			store_delete(cmd->store, interface);
	}
	if (bridge)
		store_remove_ref(cmd->store, bridge, Bridge_ports, port);
	store_delete(cmd->store, port);
	cmd->changed = true;
}

/* --- lists of rows, and their counters --------------------------------------------------------------------------- */

/* struct named - a row and what it is sorted by */
struct named {
	const char *name;
	struct store_row *row;
};

static int named_compare(const void *a, const void *b)
{
	return strcmp(((const struct named *)a)->name, ((const struct named *)b)->name);
}

/* Sort @n rows in place by a string column. */
static void sort_rows(struct store_row **rows, size_t n, unsigned int column)
{
	struct named *all = vs_xcalloc(n, sizeof(*all));

	for (size_t i = 0; i < n; i++) {
		const char *name = store_get_string(rows[i], column);
		all[i] = (struct named){name ? name : "", rows[i]};
	}
	if (n)
		qsort(all, n, sizeof(*all), named_compare);
	for (size_t i = 0; i < n; i++)
		rows[i] = all[i].row;
	free(all);
}

size_t cmd_sorted_rows(struct cmd *cmd, enum store_table_id table, unsigned int column, struct store_row ***rows)
{
	struct store_row **all = vs_xcalloc(store_count(cmd->store, table), sizeof(*all));
	size_t n = 0;

	for (struct store_row *row = store_first(cmd->store, table); row; row = store_next(cmd->store, row))
		all[n++] = row;
	sort_rows(all, n, column);
	*rows = all;
	return n;
}

size_t cmd_bridge_interfaces(struct cmd *cmd, struct store_row *bridge, struct store_row ***rows)
{
	const struct vs_datum *ports = store_get(bridge, Bridge_ports);
	struct store_row **all = NULL;
	size_t n = 0;

	for (unsigned int i = 0; i < ports->n; i++) {
		struct store_row *port = store_get_ref(cmd->store, bridge, Bridge_ports, i);
		unsigned int n_interfaces = port ? store_get(port, Port_interfaces)->n : 0;
		all = vs_xrealloc(all, (n + n_interfaces + 1) * sizeof(*all));
		for (unsigned int j = 0; j < n_interfaces; j++) {
			all[n] = store_get_ref(cmd->store, port, Port_interfaces, j);
			n += all[n] != NULL;
		}
	}
	sort_rows(all, n, Interface_name);
	*rows = all;
	return n;
}

static void count_one(struct cmd *cmd, struct store_row *interface, struct cmd_counts *counts)
{
	const struct {
		const char *key;
		long long *count;
	} keys[] = {
		{"rx_packets", &counts->rx_packets}, {"rx_bytes", &counts->rx_bytes},
		{"rx_dropped", &counts->rx_dropped}, {"rx_errors", &counts->rx_errors},
		{"tx_packets", &counts->tx_packets}, {"tx_bytes", &counts->tx_bytes},
		{"tx_dropped", &counts->tx_dropped}, {"tx_errors", &counts->tx_errors},
	};

	cmd_refresh(cmd, interface);
	const struct vs_datum *statistics = store_get(interface, Interface_statistics);
	for (unsigned int i = 0; i < statistics->n; i++)
		for (size_t j = 0; j < sizeof(keys) / sizeof(*keys); j++)
			if (!strcmp(statistics->keys[i].string, keys[j].key))
				*keys[j].count += statistics->values[i].integer;
}

struct cmd_counts cmd_count(struct cmd *cmd, struct store_row *interface)
{
	struct cmd_counts counts = {0};

	if (interface) {
		count_one(cmd, interface, &counts);
		return counts;
	}
	for (struct store_row *row = store_first(cmd->store, STORE_Interface); row; row = store_next(cmd->store, row))
		count_one(cmd, row, &counts);
	return counts;
}
