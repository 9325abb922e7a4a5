/* SPDX-License-Identifier: GPL-2.0-only */
/* cmd-bond.c - ports of several interfaces: add-bond add-bond-iface del-bond-iface */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/xalloc.h"
#include "vswitchd/control/command.h"

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The running command as one text: its options, its name, its arguments. Return: malloc()ed. */
static char *command_text(const struct cmd *cmd)
{
	char *text = NULL;
	size_t size;
	FILE *out = vs_xcheck(open_memstream(&text, &size));

	for (size_t i = 0; i < cmd->words->n_options; i++)
		fprintf(out, "%.*s ", (int)cmd->words->options[i].len, cmd->words->options[i].name);
	fputs(cmd->words->command->name, out);
	for (int i = 0; i < cmd->n_args; i++)
		fprintf(out, " %s", cmd->args[i]);
	fclose(out);
	return text;
}

/* --may-exist, and it is another one: say so, beginning with the command as it was given. */
static int bond_fail_other(struct cmd *cmd, const char *name, const char *what, const char *which)
{
	char *text = command_text(cmd);

	cmd_fail(cmd, "\"%s\" but %s %s %s", text, name, what, which);
	free(text);
	return -EEXIST;
}

/* Names of a port's interfaces in order. Return: how many; @names to be freed. */
static size_t bond_names(struct cmd *cmd, struct store_row *port, const char ***names)
{
	unsigned int max = store_get(port, Port_interfaces)->n;
	size_t n = 0;

	*names = vs_xcalloc(max, sizeof(**names));
	for (unsigned int i = 0; i < max; i++) {
		struct store_row *interface = store_get_ref(cmd->store, port, Port_interfaces, i);
		if (interface)
			(*names)[n++] = store_get_string(interface, Interface_name);
	}
	if (n)
		qsort(*names, n, sizeof(**names), compare_names);
	return n;
}

int cmd_check_same(struct cmd *cmd, struct store_row *port, char *const *wanted, size_t n_wanted)
{
	const char *name = store_get_string(port, Port_name), **have;
	struct cmd_bridge actual;
	int error = 0;

	cmd_port_bridge(cmd, port, &actual);
	if (strcmp(actual.name, cmd->args[0]))
		return bond_fail_other(cmd, name, "is actually attached to bridge", actual.name);
	size_t n = bond_names(cmd, port, &have);
	char **want = vs_xmemdup(wanted, n_wanted * sizeof(*wanted));
	qsort(want, n_wanted, sizeof(*want), compare_names);
	bool same = n == n_wanted;
	for (size_t i = 0; same && i < n; i++)
		same = !strcmp(want[i], have[i]);
	if (!same) {
		char *list = vs_xstrdup("");
		for (size_t i = 0; i < n; i++) {
			char *longer = vs_xasprintf("%s%s%s", list, i ? ", " : "", have[i]);
			free(list);
			list = longer;
		}
		error = bond_fail_other(cmd, name, "actually has interface(s)", list);
		free(list);
	}
	free(want);
	free(have);
	return error;
}

static struct store_row *bond_insert_interface(struct cmd *cmd, struct store_row *port, const char *name)
{
	struct store_row *interface = store_insert(cmd->store, STORE_Interface);

	store_set_string(cmd->store, interface, Interface_name, name);
	store_add_ref(cmd->store, port, Port_interfaces, interface);
	cmd->changed = true;
	cmd_touch(cmd, interface);
	return interface;
}

static int bond_check_size(struct cmd *cmd, int n)
{
	return n >= 2 ? 0 : cmd_fail(cmd, "add-bond requires at least 2 interfaces, but only %d were specified", n);
}

int cmd_add_bond(struct cmd *cmd)
{
	const char *name = cmd->args[1];
	char *const *interfaces = cmd->args + 2;
	struct cmd_bridge bridge;
	int n = 0, error;

	while (2 + n < cmd->n_args && !strchr(interfaces[n], '='))
		n++;
	error = bond_check_size(cmd, n);
	if (error)
		return error;
	struct store_row *port = cmd_has(cmd, "--may-exist") ? cmd_find_port(cmd, name) : NULL;
	if (port)
		return cmd_check_same(cmd, port, interfaces, (size_t)n);
	error = cmd_check_free(cmd, "port", name);
	for (int i = 0; !error && i < n; i++)
		error = cmd_check_free(cmd, "interface", interfaces[i]);
	if (!error)
		error = cmd_find_bridge(cmd, cmd->args[0], true, &bridge);
	if (error)
		return error;
	port = cmd_insert_port(cmd, bridge.row, name, interfaces[0], "");
	for (int i = 1; i < n; i++)
		bond_insert_interface(cmd, port, interfaces[i]);
	if (bridge.fake)
		store_set_integer(cmd->store, port, Port_tag, bridge.vlan);
	if (cmd_has(cmd, "--fake-iface"))
		store_set(cmd->store, port, Port_bond_fake_iface,
			  &(struct vs_datum){.n = 1, .keys = &(union vs_atom){.boolean = true}});
	for (int i = 2 + n; !error && i < cmd->n_args; i++)
		error = cmd_assign(cmd, port, cmd->args[i]);
	return error;
}

static int bond_find_port(struct cmd *cmd, const char *name, struct store_row **port)
{
	*port = cmd_find_port(cmd, name);
	return *port ? 0 : cmd_fail(cmd, "no port named %s", name);
}

int cmd_add_bond_iface(struct cmd *cmd)
{
	const char *name = cmd->args[1];
	struct store_row *port, *interface;
	int error = bond_find_port(cmd, cmd->args[0], &port);

	if (error)
		return error;
	interface = cmd_has(cmd, "--may-exist") ? cmd_find_interface(cmd, name) : NULL;
	if (interface) {
		struct store_row *other = store_referrer(cmd->store, interface);
		return other == port ? 0
				     : bond_fail_other(cmd, name, "is actually attached to port",
						       store_get_string(other, Port_name));
	}
	error = cmd_check_free(cmd, "interface", name);
	if (!error)
		bond_insert_interface(cmd, port, name);
	return error;
}

int cmd_del_bond_iface(struct cmd *cmd)
{
	const char *name = cmd->args[cmd->n_args - 1];
	struct store_row *port = NULL, *interface;
	int error = cmd->n_args > 1 ? bond_find_port(cmd, cmd->args[0], &port) : 0;

	if (error)
		return error;
	interface = cmd_find_interface(cmd, name);
	if (!interface)
		return cmd_has(cmd, "--if-exists") ? 0 : cmd_fail(cmd, "no interface named %s", name);
	struct store_row *actual = store_referrer(cmd->store, interface);
	if (port && port != actual)
		return cmd_fail(cmd, "port %s does not have an interface %s", cmd->args[0], name);
	if (store_get(actual, Port_interfaces)->n <= 1)
		return cmd_fail(cmd, "cannot delete last interface from port %s", store_get_string(actual, Port_name));
	store_remove_ref(cmd->store, actual, Port_interfaces, interface);
	store_delete(cmd->store, interface);
	cmd->changed = true;
	return 0;
}
