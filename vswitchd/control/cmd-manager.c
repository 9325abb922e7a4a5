/* SPDX-License-Identifier: GPL-2.0-only */
/* cmd-manager.c - managers, SSL files and auto attach mappings: kept for tools that set them, without effect here */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/xalloc.h"
#include "vswitchd/control/command.h"

/* --- managers --------------------------------------------------------------------------------------------------- */

int cmd_get_manager(struct cmd *cmd)
{
	cmd_print_targets(cmd, store_root(cmd->store), Open_vSwitch_manager_options, Manager_target);
	return 0;
}

int cmd_del_manager(struct cmd *cmd)
{
	cmd_write_empty(cmd, store_root(cmd->store), Open_vSwitch_manager_options);
	return 0;
}

int cmd_set_manager(struct cmd *cmd)
{
	const struct cmd_targets targets = {.owner = store_root(cmd->store),
					    .column = Open_vSwitch_manager_options,
					    .table = STORE_Manager,
					    .target = Manager_target,
					    .probe = Manager_inactivity_probe};

	return cmd_set_targets(cmd, &targets, cmd->args, cmd->n_args);
}

/* --- SSL -------------------------------------------------------------------------------------------------------- */

int cmd_get_ssl(struct cmd *cmd)
{
	struct store_row *ssl = store_get_ref(cmd->store, store_root(cmd->store), Open_vSwitch_ssl, 0);

	if (!ssl)
		return 0;
	fprintf(cmd->out, "Private key: %s\nCertificate: %s\nCA Certificate: %s\nBootstrap: %s\n",
		store_get_string(ssl, SSL_private_key), store_get_string(ssl, SSL_certificate),
		store_get_string(ssl, SSL_ca_cert),
		store_get_bool(ssl, SSL_bootstrap_ca_cert, false) ? "true" : "false");
	return 0;
}

int cmd_del_ssl(struct cmd *cmd)
{
	cmd_write_empty(cmd, store_root(cmd->store), Open_vSwitch_ssl);
	return 0;
}

int cmd_set_ssl(struct cmd *cmd)
{
	struct store_row *ssl = store_insert(cmd->store, STORE_SSL);

	store_set_string(cmd->store, ssl, SSL_private_key, cmd->args[0]);
	store_set_string(cmd->store, ssl, SSL_certificate, cmd->args[1]);
	store_set_string(cmd->store, ssl, SSL_ca_cert, cmd->args[2]);
	store_set(cmd->store, ssl, SSL_bootstrap_ca_cert,
		  &(struct vs_datum){.n = 1, .keys = &(union vs_atom){.boolean = cmd_has(cmd, "--bootstrap")}});
	cmd_write_empty(cmd, store_root(cmd->store), Open_vSwitch_ssl);
	store_add_ref(cmd->store, store_root(cmd->store), Open_vSwitch_ssl, ssl);
	cmd->changed = true;
	return 0;
}

/* --- auto attach ------------------------------------------------------------------------------------------------- */

static int aa_parse(struct cmd *cmd, const char *text, union vs_atom *atom)
{
	char *end;

	atom->integer = strtoll(text, &end, 10);
	return end == text || *end ? cmd_fail(cmd, "Invalid argument %s", text) : 0;
}

/* The pair that the second and third argument name, put into the bridge's mappings or taken out. */
static int aa_change(struct cmd *cmd, bool add)
{
	const struct vs_type *type = &schema_tables[STORE_AutoAttach].columns[AutoAttach_mappings].type;
	struct store_row *attach;
	struct cmd_bridge bridge;
	union vs_atom isid, vlan;
	struct vs_datum mappings;
	int error = cmd_find_bridge(cmd, cmd->args[0], true, &bridge);

	if (!error)
		error = aa_parse(cmd, cmd->args[1], &isid);
	if (!error)
		error = aa_parse(cmd, cmd->args[2], &vlan);
	if (error)
		return error;
	attach = store_get_ref(cmd->store, bridge.row, Bridge_auto_attach, 0);
	if (!attach && !add)
		return 0;
	if (!attach) {
		attach = store_insert(cmd->store, STORE_AutoAttach);
		store_add_ref(cmd->store, bridge.row, Bridge_auto_attach, attach);
	}
	vs_datum_clone(type, &mappings, store_get(attach, AutoAttach_mappings));
	int at = vs_datum_find(type, &mappings, &isid);
	if (add)
		vs_datum_add(type, &mappings, &isid, &vlan);
	else if (at >= 0 && mappings.values[at].integer == vlan.integer)
		vs_datum_remove_at(type, &mappings, (unsigned int)at);
	cmd_write(cmd, attach, AutoAttach_mappings, &mappings);
	vs_datum_destroy(type, &mappings);
	return 0;
}

int cmd_add_aa_mapping(struct cmd *cmd)
{
	return aa_change(cmd, true);
}

int cmd_del_aa_mapping(struct cmd *cmd)
{
	return aa_change(cmd, false);
}

int cmd_get_aa_mapping(struct cmd *cmd)
{
	struct cmd_bridge bridge;
	int error = cmd_find_bridge(cmd, cmd->args[0], true, &bridge);

	if (error)
		return error;
	struct store_row *attach = store_get_ref(cmd->store, bridge.row, Bridge_auto_attach, 0);
	const struct vs_datum *mappings = attach ? store_get(attach, AutoAttach_mappings) : NULL;
	for (unsigned int i = 0; mappings && i < mappings->n; i++)
		fprintf(cmd->out, "%lld %lld\n", (long long)mappings->keys[i].integer,
			(long long)mappings->values[i].integer);
	return 0;
}
