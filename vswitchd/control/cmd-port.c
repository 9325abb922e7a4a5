/* SPDX-License-Identifier: GPL-2.0-only */
/* cmd-port.c - port and interface commands: add-port del-port list-ports port-to-br list-ifaces iface-to-br */
#include <errno.h>
#include <string.h>

#include "common/xalloc.h"
#include "vswitchd/control/command.h"

int cmd_add_port(struct cmd *cmd)
{
	const char *name = cmd->args[1];
	struct cmd_bridge bridge;
	struct store_row *port;
	int error;

	if (!*name)
		return cmd_fail(cmd, "port name must not be empty string");
	port = cmd_has(cmd, "--may-exist") ? cmd_find_port(cmd, name) : NULL;
	if (port)
		return cmd_check_same(cmd, port, &cmd->args[1], 1);
	error = cmd_check_free(cmd, "port", name);
	if (!error)
		error = cmd_find_bridge(cmd, cmd->args[0], true, &bridge);
	if (error)
		return error;
	port = cmd_insert_port(cmd, bridge.row, name, name, "");
	if (bridge.fake)
		store_set_integer(cmd->store, port, Port_tag, bridge.vlan);
	for (int i = 2; !error && i < cmd->n_args; i++)
		error = cmd_assign(cmd, port, cmd->args[i]);
	return error;
}

/* The port that `del-port` names, with --with-iface also by one of its interfaces. */
static struct store_row *port_find_target(struct cmd *cmd, const char *name)
{
	struct store_row *port = cmd_find_port(cmd, name), *interface;

	if (port || !cmd_has(cmd, "--with-iface"))
		return port;
	interface = cmd_find_interface(cmd, name);
	return interface ? store_referrer(cmd->store, interface) : NULL;
}

/* `del-port BRIDGE PORT`: the port must be there. */
static int port_check_bridge(struct cmd *cmd, struct store_row *port, const char *name)
{
	struct cmd_bridge bridge, actual;
	int error = cmd_find_bridge(cmd, name, true, &bridge);

	if (error)
		return error;
	cmd_port_bridge(cmd, port, &actual);
	if (actual.row == bridge.row && actual.fake == bridge.fake)
		return 0;
	if (actual.row != bridge.row || bridge.fake)
		return cmd_fail(cmd, "bridge %s does not have a port %s", name, cmd->args[1]);
	return cmd_fail(cmd, "bridge %s does not have a port %s (although its child bridge %s does)", name,
			cmd->args[1], actual.name);
}

int cmd_del_port(struct cmd *cmd)
{
	const char *name = cmd->args[cmd->n_args - 1];
	struct cmd_bridge bridge;
	bool must = !cmd_has(cmd, "--if-exists");
	struct store_row *port = port_find_target(cmd, name);

	if (!port && cmd_find_bridge(cmd, name, false, &bridge) == 0) {
		if (!must)
			return 0;
		return cmd_fail(cmd,
				"cannot delete port %s because it is the local port for bridge %s (deleting this port "
				"requires deleting the entire bridge)",
				name, name);
	}
	if (!port && !must)
		return 0;
	if (!port)
		return cmd_fail(
			cmd, cmd_has(cmd, "--with-iface") ? "no port or interface named %s" : "no port named %s", name);
	int error = cmd->n_args == 2 ? port_check_bridge(cmd, port, cmd->args[0]) : 0;
	if (error)
		return error;
	cmd_delete_port(cmd, port);
	return 0;
}

/* Names of the ports, or of their interfaces, of a bridge but not its own, in order. */
static int port_print_names(struct cmd *cmd, bool interfaces)
{
	struct cmd_bridge bridge;
	const char **names = NULL;
	size_t n = 0;
	int error = cmd_find_bridge(cmd, cmd->args[0], true, &bridge);

	if (error)
		return error;
	struct store_row **fakes = cmd_fake_bridges(cmd, bridge.row);
	for (unsigned int i = 0; i < store_get(bridge.row, Bridge_ports)->n; i++) {
		struct store_row *port = store_get_ref(cmd->store, bridge.row, Bridge_ports, i);
		if (!port || store_get_bool(port, Port_fake_bridge, false) ||
		    !strcmp(store_get_string(port, Port_name), store_get_string(bridge.row, Bridge_name)))
			continue;
		int64_t tag = store_get_integer(port, Port_tag, -1);
		if ((tag >= 0 ? fakes[tag] : NULL) != bridge.fake)
			continue;
		unsigned int n_interfaces = interfaces ? store_get(port, Port_interfaces)->n : 1;
		names = vs_xrealloc(names, (n + n_interfaces) * sizeof(*names));
		for (unsigned int j = 0; j < n_interfaces; j++) {
			struct store_row *interface = store_get_ref(cmd->store, port, Port_interfaces, j);
			if (!interfaces)
				names[n++] = store_get_string(port, Port_name);
			else if (interface)
				names[n++] = store_get_string(interface, Interface_name);
		}
	}
	cmd_print_sorted(cmd, names, n);
	free(fakes);
	free(names);
	return 0;
}

int cmd_list_ports(struct cmd *cmd)
{
	return port_print_names(cmd, false);
}

int cmd_list_ifaces(struct cmd *cmd)
{
	return port_print_names(cmd, true);
}

int cmd_port_to_br(struct cmd *cmd)
{
	struct store_row *port = cmd_find_port(cmd, cmd->args[0]);
	struct cmd_bridge bridge;

	if (!port)
		return cmd_fail(cmd, "no port named %s", cmd->args[0]);
	cmd_port_bridge(cmd, port, &bridge);
	fprintf(cmd->out, "%s\n", bridge.name);
	return 0;
}

int cmd_iface_to_br(struct cmd *cmd)
{
	struct store_row *interface = cmd_find_interface(cmd, cmd->args[0]);
	struct cmd_bridge bridge;

	if (!interface)
		return cmd_fail(cmd, "no interface named %s", cmd->args[0]);
	cmd_port_bridge(cmd, store_referrer(cmd->store, interface), &bridge);
	fprintf(cmd->out, "%s\n", bridge.name);
	return 0;
}
