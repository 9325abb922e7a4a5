/* SPDX-License-Identifier: GPL-2.0-only */
/* cmd-show.c - the overview: bridges, their ports, their interfaces, and what is not as asked */
#include <errno.h>
#include <string.h>

#include "common/xalloc.h"
#include "vswitchd/control/command.h"

#define SHOW_MAX_COLUMNS 6
#define SHOW_INDENT 4

/* What is printed of a row of one table, in this order. A reference is printed as the row it leads to, one deeper. */
struct show_table {
	enum store_table_id table;
	int title; /* column that names the row, or -1: its UUID */
	const char *color;
	int columns[SHOW_MAX_COLUMNS + 1]; /* ended by -1 */
};

#define BOLD "1"
#define GREEN "32"
#define CYAN "36"
#define RED "1;31"
#define YELLOW "33"

static const struct show_table show_tables[] = {
	{STORE_Open_vSwitch,
	 -1,
	 NULL,
	 {Open_vSwitch_manager_options, Open_vSwitch_bridges, Open_vSwitch_ovs_version, -1}},
	{STORE_Bridge,
	 Bridge_name,
	 BOLD,
	 {Bridge_controller, Bridge_fail_mode, Bridge_datapath_type, Bridge_ports, -1}},
	{STORE_Port, Port_name, GREEN, {Port_tag, Port_trunks, Port_vlan_mode, Port_protected, Port_interfaces, -1}},
	{STORE_Interface,
	 Interface_name,
	 CYAN,
	 {Interface_type, Interface_options, Interface_error, Interface_warning, -1}},
	{STORE_Controller, Controller_target, NULL, {Controller_is_connected, -1}},
	{STORE_Manager, Manager_target, NULL, {Manager_is_connected, -1}},
};

static const struct show_table *show_find(enum store_table_id table)
{
	for (size_t i = 0; i < sizeof(show_tables) / sizeof(*show_tables); i++)
		if (show_tables[i].table == table)
			return &show_tables[i];
	return NULL;
}

static void show_begin_color(struct cmd *cmd, const char *color)
{
	if (cmd->manner->color && color)
		fprintf(cmd->out, "\033[%sm", color);
}

static void show_end_color(struct cmd *cmd, const char *color)
{
	if (cmd->manner->color && color)
		fputs("\033[0m", cmd->out);
}

static bool show_is_default(const struct store_row *row, unsigned int column)
{
	const struct vs_type *type = &schema_tables[store_row_table(row)].columns[column].type;
	struct vs_datum datum;

	vs_datum_default(type, &datum);
	bool same = vs_datum_equal(type, &datum, store_get(row, column));
	vs_datum_destroy(type, &datum);
	return same;
}

static void show_value(struct cmd *cmd, const struct store_row *row, unsigned int column, int indent)
{
	enum store_table_id table = store_row_table(row);
	const struct schema_column *schema = &schema_tables[table].columns[column];
	const char *color = NULL;

	if (show_is_default(row, column))
		return;
	if (table == STORE_Interface && column == Interface_error)
		color = RED;
	else if (table == STORE_Interface && column == Interface_warning)
		color = YELLOW;
	char *text = vs_datum_format(&schema->type, store_get(row, column));
	fprintf(cmd->out, "%*s", indent, "");
	show_begin_color(cmd, color);
	fprintf(cmd->out, "%s: %s", schema->name, text);
	show_end_color(cmd, color);
	fputc('\n', cmd->out);
	free(text);
}

/* Columns that are set and kept for tools of Open vSwitch, but do nothing here. */
static void show_no_effect(struct cmd *cmd, const struct store_row *row, int indent)
{
	const struct schema_table *table = &schema_tables[store_row_table(row)];
	bool any = false;

	for (unsigned int i = 0; i < table->n_columns; i++) {
		if (!(table->columns[i].flags & SCHEMA_STORED_ONLY) || show_is_default(row, i))
			continue;
		if (any) {
			fprintf(cmd->out, ", %s", table->columns[i].name);
			continue;
		}
		fprintf(cmd->out, "%*s", indent, "");
		show_begin_color(cmd, YELLOW);
		fprintf(cmd->out, "no_effect: [%s", table->columns[i].name);
		any = true;
	}
	if (!any)
		return;
	fputc(']', cmd->out);
	show_end_color(cmd, YELLOW);
	fputc('\n', cmd->out);
}

static void show_row(struct cmd *cmd, const struct show_table *show, struct store_row *row, int indent);

static int show_compare(const void *a, const void *b)
{
	const struct store_row *row_a = *(struct store_row *const *)a, *row_b = *(struct store_row *const *)b;
	unsigned int title = (unsigned int)show_find(store_row_table(row_a))->title;
	const char *name_a = store_get_string(row_a, title), *name_b = store_get_string(row_b, title);

	return strcmp(name_a ? name_a : "", name_b ? name_b : "");
}

/* The rows that a column refers to, by name. */
static void show_references(struct cmd *cmd, const struct store_row *row, unsigned int column, int indent)
{
	unsigned int n = store_get(row, column)->n, found = 0;
	struct store_row **rows = vs_xcalloc(n, sizeof(*rows));

	for (unsigned int i = 0; i < n; i++) {
		rows[found] = store_get_ref(cmd->store, row, column, i);
		found += rows[found] != NULL;
	}
	qsort(rows, found, sizeof(*rows), show_compare);
	for (unsigned int i = 0; i < found; i++)
		show_row(cmd, show_find(store_row_table(rows[i])), rows[i], indent);
	free(rows);
}

static void show_title(struct cmd *cmd, const struct show_table *show, const struct store_row *row, int indent)
{
	const struct schema_table *table = &schema_tables[show->table];
	char uuid[VS_UUID_TEXT], *name;

	if (show->title < 0) {
		fprintf(cmd->out, "%s\n", vs_uuid_format(store_row_uuid(row), uuid));
		return;
	}
	name = vs_datum_format(&table->columns[show->title].type, store_get(row, (unsigned int)show->title));
	fprintf(cmd->out, "%*s%s ", indent, "", table->name);
	show_begin_color(cmd, show->color);
	fputs(name, cmd->out);
	show_end_color(cmd, show->color);
	fputc('\n', cmd->out);
	free(name);
}

static void show_row(struct cmd *cmd, const struct show_table *show, struct store_row *row, int indent)
{
	cmd_refresh(cmd, row);
	show_title(cmd, show, row, indent);
	indent += SHOW_INDENT;
	if (show->table == STORE_Open_vSwitch && cmd->env->datapath_text)
		fprintf(cmd->out, "%*sdatapath: %s\n", indent, "", cmd->env->datapath_text);
	for (const int *column = show->columns; *column >= 0; column++) {
		const struct vs_base_type *key = &schema_tables[show->table].columns[*column].type.key;
		if (key->ref_table)
			show_references(cmd, row, (unsigned int)*column, indent);
		else
			show_value(cmd, row, (unsigned int)*column, indent);
	}
	if (show->table != STORE_Controller && show->table != STORE_Manager) /* those are one of the columns named */
		show_no_effect(cmd, row, indent);
}

int cmd_show(struct cmd *cmd)
{
	show_row(cmd, &show_tables[0], store_root(cmd->store), 0);
	return 0;
}
