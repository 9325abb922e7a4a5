/* SPDX-License-Identifier: GPL-2.0-only */
/* values.c - values on the command line, among them @name for a row that the same line makes */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "common/xalloc.h"
#include "vswitchd/control/command.h"

/* --- --id=@name ----------------------------------------------------------------------------------------------- */

struct cmd_symbol *cmd_find_symbol(struct cmd *cmd, const char *name, size_t len)
{
	for (struct cmd_symbol *symbol = cmd->symbols; symbol; symbol = symbol->next)
		if (strlen(symbol->name) == len && !strncmp(symbol->name, name, len))
			return symbol;
	return NULL;
}

int cmd_define_symbol(struct cmd *cmd, const char *name, const struct vs_uuid *uuid, struct store_row *row)
{
	if (name[0] != '@')
		return cmd_fail(cmd, "row id \"%s\" does not begin with \"@\"", name);
	if (cmd_find_symbol(cmd, name, strlen(name)))
		return cmd_fail(cmd, "row id \"%s\" may only be specified on one --id option", name);
	struct cmd_symbol *symbol = vs_xcalloc(1, sizeof(*symbol));
	*symbol = (struct cmd_symbol){.name = name, .uuid = *uuid, .row = row, .next = cmd->symbols};
	cmd->symbols = symbol;
	return 0;
}

int cmd_prepare_symbols(struct cmd *cmd)
{
	for (size_t i = 0; i < cmd->line->n_commands; i++) {
		const struct cmdline_command *command = &cmd->line->commands[i];
		const struct cmdline_option *id = cmdline_option(command, "--id");
		enum store_table_id table;
		if (!id || command->command != &commands[COMMAND_create])
			continue;
		int error = cmd_find_table(cmd, command->args[0], &table);
		if (error)
			return error;
		struct store_row *row = store_insert(cmd->store, table);
		error = cmd_define_symbol(cmd, id->value, store_row_uuid(row), row);
		if (error)
			return error;
	}
	return 0;
}

/* @name stands where no row of that name is known. */
static int symbol_fail(struct cmd *cmd, const char *name, size_t len)
{
	int n = (int)len;

	for (size_t i = 0; i < cmd->line->n_commands; i++) {
		const struct cmdline_option *id = cmdline_option(&cmd->line->commands[i], "--id");
		if (id && strlen(id->value) == len && !strncmp(id->value, name, len))
			return cmd_fail(cmd, "row id \"%s\" specified on \"%s\" command was used before it was defined",
					id->value, cmd->line->commands[i].command->name);
	}
	return cmd_fail(cmd, "row id \"%.*s\" is referenced but never created (e.g. with \"-- --id=%.*s create ...\")",
			n, name, n, name);
}

/* @text with every @name outside quotes replaced by its UUID. */
static int symbols_expand(struct cmd *cmd, const char *text, char **expanded)
{
	size_t size;
	FILE *out = vs_xcheck(open_memstream(expanded, &size));
	bool quoted = false;
	int error = 0;

	while (*text && !error) {
		if (*text == '"')
			quoted = !quoted;
		if (quoted && *text == '\\' && text[1])
			fputc(*text++, out);
		if (quoted || *text != '@') {
			fputc(*text++, out);
			continue;
		}
		size_t len = 1 + strcspn(text + 1, ":=, []{}!<>\"");
		struct cmd_symbol *symbol = cmd_find_symbol(cmd, text, len);
		char uuid[VS_UUID_TEXT];
		if (symbol)
			fputs(vs_uuid_format(&symbol->uuid, uuid), out);
		else
			error = symbol_fail(cmd, text, len);
		text += len;
	}
	fclose(out);
	return error;
}

/* --- values --------------------------------------------------------------------------------------------------- */

int cmd_parse_value(struct cmd *cmd, const struct vs_type *type, const char *text, struct vs_datum *datum)
{
	char *expanded = NULL, *error = NULL;
	int result = 0;

	if (type->key.type == VS_UUID || type->value.type == VS_UUID)
		result = symbols_expand(cmd, text, &expanded);
	if (!result && vs_datum_parse(type, expanded ? expanded : text, datum, &error))
		result = cmd_fail_text(cmd, error);
	free(expanded);
	return result;
}

int cmd_parse_atom(struct cmd *cmd, const struct vs_base_type *base, const char *text, size_t len,
		   struct vs_datum *datum)
{
	const struct vs_type type = {.key = *base, .n_min = 1, .n_max = 1};
	char *copy = strndup(text, len), *error = NULL;
	int result = 0;

	vs_xcheck(copy);
	*datum = (struct vs_datum){0};
	if (base->type == VS_STRING && *copy == '"' && (len < 2 || copy[len - 1] != '"')) {
		result = cmd_fail(cmd, "%s: missing quote at end of quoted string", copy);
	} else if (base->type != VS_STRING || *copy == '"') {
		result = cmd_parse_value(cmd, &type, copy, datum);
	} else if (!*copy) {
		result = cmd_fail(cmd, "An empty string is not valid as input; use \"\" to represent the empty string");
	} else {
		/* Bare, everything up to the end of the word belongs to the string: a,b is one value. */
		vs_datum_set_string(datum, copy);
		if (vs_datum_check(&type, datum, &error)) {
			vs_datum_destroy(&type, datum);
			result = cmd_fail_text(cmd, error);
		}
	}
	free(copy);
	return result;
}

int cmd_check_writable(struct cmd *cmd, enum store_table_id table, unsigned int column)
{
	const struct schema_column *schema = &schema_tables[table].columns[column];

	if (schema->flags & (SCHEMA_EPHEMERAL | SCHEMA_IMMUTABLE))
		return cmd_fail(cmd, "cannot modify read-only column %s in table %s", schema->name,
				schema_tables[table].name);
	return 0;
}

/* COLUMN:KEY=VALUE: one pair of a map. */
static int assign_key(struct cmd *cmd, struct store_row *row, const struct cmd_assignment *assignment)
{
	const struct schema_column *schema = &schema_tables[store_row_table(row)].columns[assignment->column];
	const struct vs_type *type = &schema->type;
	const struct vs_type key_type = {.key = type->key, .n_min = 1, .n_max = 1};
	const struct vs_type value_type = {.key = type->value, .n_min = 1, .n_max = 1};
	struct vs_datum key, value, datum;

	if (!vs_type_is_map(type))
		return cmd_fail(cmd, "cannot specify key to set for non-map column %s", schema->name);
	int error = cmd_parse_atom(cmd, &type->key, assignment->key, assignment->key_len, &key);
	if (error)
		return error;
	error = cmd_parse_atom(cmd, &type->value, assignment->value, strlen(assignment->value), &value);
	if (!error) {
		vs_datum_clone(type, &datum, store_get(row, assignment->column));
		vs_datum_add(type, &datum, &key.keys[0], &value.keys[0]);
		cmd_write(cmd, row, assignment->column, &datum);
		vs_datum_destroy(type, &datum);
		vs_datum_destroy(&value_type, &value);
	}
	vs_datum_destroy(&key_type, &key);
	return error;
}

int cmd_assign(struct cmd *cmd, struct store_row *row, const char *text)
{
	static const char *const ops[] = {"=", NULL};
	enum store_table_id table = store_row_table(row);
	struct cmd_assignment assignment;
	struct vs_datum datum;

	int error = cmd_parse_assignment(cmd, table, text, ops, &assignment);
	if (error)
		return error;
	bool fresh = cmd->words->command == &commands[COMMAND_create];
	if (!fresh || schema_tables[table].columns[assignment.column].flags & SCHEMA_EPHEMERAL)
		error = cmd_check_writable(cmd, table, assignment.column);
	if (error)
		return error;
	if (assignment.key)
		return assign_key(cmd, row, &assignment);
	const struct vs_type *type = &schema_tables[table].columns[assignment.column].type;
	error = cmd_parse_value(cmd, type, assignment.value, &datum);
	if (error)
		return error;
	cmd_write(cmd, row, assignment.column, &datum);
	vs_datum_destroy(type, &datum);
	return 0;
}
