/* SPDX-License-Identifier: GPL-2.0-only */
/* cmd-bridge.c - bridge commands: add-br del-br list-br br-exists br-to-vlan br-to-parent br-{set,get}-external-id */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/xalloc.h"
#include "vswitchd/control/command.h"

/* --may-exist add-br, and there is one: hold it against what is asked for. */
static int bridge_check_same(struct cmd *cmd, const struct cmd_bridge *bridge, const char *parent, int vlan)
{
	const char *name = bridge->name;

	if (!parent) {
		if (bridge->fake)
			return cmd_fail(cmd, "\"--may-exist add-br %s\" but %s is a VLAN bridge for VLAN %d", name,
					name, (int)bridge->vlan);
		return 0;
	}
	if (!bridge->fake)
		return cmd_fail(cmd, "\"--may-exist add-br %s %s %d\" but %s is not a VLAN bridge", name, parent, vlan,
				name);
	const char *actual = store_get_string(bridge->row, Bridge_name);
	if (strcmp(actual, parent))
		return cmd_fail(cmd, "\"--may-exist add-br %s %s %d\" but %s has the wrong parent %s", name, parent,
				vlan, name, actual);
	if (bridge->vlan != vlan)
		return cmd_fail(cmd, "\"--may-exist add-br %s %s %d\" but %s is a VLAN bridge for the wrong VLAN %d",
				name, parent, vlan, name, (int)bridge->vlan);
	return 0;
}

/* A real bridge, with the port and interface of its own name. */
static void bridge_insert(struct cmd *cmd, const char *name)
{
	struct store_row *bridge = store_insert(cmd->store, STORE_Bridge);

	store_set_string(cmd->store, bridge, Bridge_name, name);
	store_add_ref(cmd->store, store_root(cmd->store), Open_vSwitch_bridges, bridge);
	cmd_insert_port(cmd, bridge, name, name, "internal");
}

/* A fake one: a port of its parent. */
static int bridge_insert_fake(struct cmd *cmd, const char *name, const char *parent_name, int vlan)
{
	const struct vs_type *type = &schema_tables[STORE_Port].columns[Port_fake_bridge].type;
	struct cmd_bridge parent;
	struct vs_datum yes;

	if (cmd_find_bridge(cmd, parent_name, false, &parent))
		return cmd_fail(cmd, "parent bridge %s does not exist", parent_name);
	if (parent.fake)
		return cmd_fail(cmd, "cannot create bridge with fake bridge as parent");
	struct store_row *port = cmd_insert_port(cmd, parent.row, name, name, "internal");
	vs_datum_default(type, &yes);
	vs_datum_set_bool(&yes, true);
	cmd_write(cmd, port, Port_fake_bridge, &yes);
	vs_datum_destroy(type, &yes);
	store_set_integer(cmd->store, port, Port_tag, vlan);
	return 0;
}

int cmd_add_br(struct cmd *cmd)
{
	const char *name = cmd->args[0], *parent = NULL;
	struct cmd_bridge bridge;
	int vlan = 0;

	if (!*name)
		return cmd_fail(cmd, "bridge name must not be empty string");
	if (cmd->n_args == 2)
		return cmd_fail(cmd, "'add-br' command takes exactly 1 or 3 arguments");
	if (cmd->n_args == 3) {
		char *end;
		long number = strtol(cmd->args[2], &end, 10);
		parent = cmd->args[1];
		if (end == cmd->args[2] || *end || number < 0 || number > 4095)
			return cmd_fail(cmd, "add-br: vlan must be between 0 and 4095");
		vlan = (int)number;
	}
	if (cmd_has(cmd, "--may-exist") && cmd_find_bridge(cmd, name, false, &bridge) == 0)
		return bridge_check_same(cmd, &bridge, parent, vlan);
	int error = cmd_check_free(cmd, "bridge", name);
	if (error)
		return error;
	if (parent)
		return bridge_insert_fake(cmd, name, parent, vlan);
	bridge_insert(cmd, name);
	return 0;
}

int cmd_del_br(struct cmd *cmd)
{
	struct cmd_bridge bridge;
	int error = cmd_find_bridge(cmd, cmd->args[0], !cmd_has(cmd, "--if-exists"), &bridge);

	if (error)
		return error < 0 ? error : 0;
	struct store_row **fakes = cmd_fake_bridges(cmd, bridge.row);
	/* From the last to the first: deleting moves those behind. */
	for (unsigned int i = store_get(bridge.row, Bridge_ports)->n; i-- > 0;) {
		struct store_row *port = store_get_ref(cmd->store, bridge.row, Bridge_ports, i);
		int64_t tag = port ? store_get_integer(port, Port_tag, -1) : -1;
		if (port && port != bridge.fake && (!bridge.fake || (tag >= 0 && fakes[tag] == bridge.fake)))
			cmd_delete_port(cmd, port);
	}
	free(fakes);
	if (bridge.fake) {
		cmd_delete_port(cmd, bridge.fake);
		return 0;
	}
	store_remove_ref(cmd->store, store_root(cmd->store), Open_vSwitch_bridges, bridge.row);
	store_delete(cmd->store, bridge.row);
	cmd->changed = true;
	return 0;
}

int cmd_list_br(struct cmd *cmd)
{
	bool real = cmd_has(cmd, "--real"), fake = cmd_has(cmd, "--fake");
	size_t max = store_count(cmd->store, STORE_Bridge) + store_count(cmd->store, STORE_Port), n = 0;
	const char **names = vs_xcalloc(max, sizeof(*names));
	struct store_row *row;

	for (row = store_first(cmd->store, STORE_Bridge); row && (real || !fake); row = store_next(cmd->store, row))
		if (store_referrer(cmd->store, row))
			names[n++] = store_get_string(row, Bridge_name);
	for (row = store_first(cmd->store, STORE_Port); row && (fake || !real); row = store_next(cmd->store, row))
		if (store_get_bool(row, Port_fake_bridge, false))
			names[n++] = store_get_string(row, Port_name);
	cmd_print_sorted(cmd, names, n);
	free(names);
	return 0;
}

int cmd_br_exists(struct cmd *cmd)
{
	struct cmd_bridge bridge;

	if (cmd_find_bridge(cmd, cmd->args[0], false, &bridge) == 0)
		return 0;
	cmd->status = 2;
	return -ENOENT;
}

int cmd_br_to_vlan(struct cmd *cmd)
{
	struct cmd_bridge bridge;
	int error = cmd_find_bridge(cmd, cmd->args[0], true, &bridge);

	if (!error)
		fprintf(cmd->out, "%d\n", (int)bridge.vlan);
	return error;
}

int cmd_br_to_parent(struct cmd *cmd)
{
	struct cmd_bridge bridge;
	int error = cmd_find_bridge(cmd, cmd->args[0], true, &bridge);

	if (!error)
		fprintf(cmd->out, "%s\n", store_get_string(bridge.row, Bridge_name));
	return error;
}

/* --- external IDs --------------------------------------------------------------------------------------------- */

/*
 * Those of a fake bridge are kept with the port that makes it, under keys that begin with "fake-bridge-".
 */
#define FAKE_PREFIX "fake-bridge-"

static unsigned int external_ids_of(const struct cmd_bridge *bridge, struct store_row **row, const char **prefix)
{
	*row = bridge->fake ? bridge->fake : bridge->row;
	*prefix = bridge->fake ? FAKE_PREFIX : "";
	return bridge->fake ? Port_external_ids : Bridge_external_ids;
}

int cmd_br_set_external_id(struct cmd *cmd)
{
	struct cmd_bridge bridge;
	struct store_row *row;
	const char *prefix;
	struct vs_datum ids;
	int error = cmd_find_bridge(cmd, cmd->args[0], true, &bridge);

	if (error)
		return error;
	unsigned int column = external_ids_of(&bridge, &row, &prefix);
	const struct vs_type *type = &schema_tables[store_row_table(row)].columns[column].type;
	union vs_atom key = {.string = vs_xasprintf("%s%s", prefix, cmd->args[1])};
	vs_datum_clone(type, &ids, store_get(row, column));
	if (cmd->n_args > 2) {
		vs_datum_add(type, &ids, &key, &(union vs_atom){.string = cmd->args[2]});
	} else {
		int at = vs_datum_find(type, &ids, &key);
		if (at >= 0)
			vs_datum_remove_at(type, &ids, (unsigned int)at);
	}
	cmd_write(cmd, row, column, &ids);
	vs_datum_destroy(type, &ids);
	free(key.string);
	return 0;
}

int cmd_br_get_external_id(struct cmd *cmd)
{
	struct cmd_bridge bridge;
	struct store_row *row;
	const char *prefix;
	int error = cmd_find_bridge(cmd, cmd->args[0], true, &bridge);

	if (error)
		return error;
	unsigned int column = external_ids_of(&bridge, &row, &prefix);
	const struct vs_datum *ids = store_get(row, column);
	for (unsigned int i = 0; i < ids->n; i++) {
		const char *key = ids->keys[i].string;
		if (strncmp(key, prefix, strlen(prefix)))
			continue;
		key += strlen(prefix);
		if (cmd->n_args == 1)
			fprintf(cmd->out, "%s=%s\n", key, ids->values[i].string);
		else if (!strcmp(key, cmd->args[1]))
			fprintf(cmd->out, "%s\n", ids->values[i].string);
	}
	return 0;
}
