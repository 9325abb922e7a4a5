/* SPDX-License-Identifier: GPL-2.0-only */
/* mkman.c - fills manual pages from the tables that the programs themselves are made from */
/*
 * usage: mkman <template >page
 *
 * A template is a page in mdoc(7). A line ".\" @WORD@" is replaced by what the table of that name says, so that no
 * command, option, table or column can be missing from its page or be described there as it was once.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cmdline.h"
#include "common/commands.h"
#include "vsctl/lab/keys.h"
#include "vsctl/lab/model.h"
#include "vsctl/lab/shapes.h"
#include "vswitchd/store/schema.h"

/* Print text; a control character at the start of a line and backslashes are made harmless. */
static void mkman_text(const char *text)
{
	if (*text == '.' || *text == '\'')
		fputs("\\&", stdout);
	for (; *text; text++) {
		if (*text == '\\')
			fputs("\\e", stdout);
		else if (*text == '-')
			fputs("\\-", stdout);
		else
			putchar(*text);
	}
}

/* Print text in sentences of a line each, with a `quoted' word in bold. */
static void mkman_prose(const char *text)
{
	for (; *text; text++) {
		if (*text == '`') {
			size_t n = strcspn(text + 1, "'");

			printf("\\fB%.*s\\fR", (int)n, text + 1);
			text += n + (text[n + 1] == '\'');
		} else if (text[0] == '.' && text[1] == ' ' && isupper((unsigned char)text[2])) {
			fputs(".\n", stdout);
			text++;
		} else if (*text == '\\') {
			fputs("\\e", stdout);
		} else {
			putchar(*text);
		}
	}
	putchar('\n');
}

static void mkman_commands(void)
{
	for (int group = 0; group < COMMAND_GROUP__COUNT; group++) {
		printf(".Ss %s\n.Bl -tag -width Ds\n", command_groups[group]);
		for (int i = 0; i < COMMAND__COUNT; i++) {
			const struct command *c = &commands[i];

			if ((int)c->group != group)
				continue;
			fputs(".It Xo\n", stdout);
			for (const char *o = c->options; *o; o += strspn(o, " ")) {
				size_t n = strcspn(o, " ");

				printf("[\\fB%.*s\\fR%s]\n", (int)n, o, o[n - 1] == '=' ? "\\fI...\\fR" : "");
				o += n;
			}
			printf("\\fB%s\\fR", c->name);
			if (*c->args)
				printf(" \\fI%s\\fR", c->args);
			fputs("\n.Xc\n", stdout);
			mkman_prose(c->help);
		}
		fputs(".El\n", stdout);
	}
}

static void mkman_options(void)
{
	static const struct {
		const char *name;
		char letter;
		const char *value, *help;
	} options[] = {
#define X(id, name, letter, value, help) {name, letter, value, help},
		CMDLINE_OPTIONS(X)
#undef X
	};

	fputs(".Bl -tag -width Ds\n", stdout);
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		if (!options[i].help)
			continue;
		fputs(".It ", stdout);
		if (options[i].letter)
			printf("\\fB\\-%c\\fR , ", options[i].letter);
		fputs("\\fB\\-\\-", stdout);
		mkman_text(options[i].name);
		printf("\\fR%s%s%s\n", options[i].value ? "=\\fI" : "", options[i].value ? options[i].value : "",
		       options[i].value ? "\\fR" : "");
		mkman_prose(options[i].help);
	}
	fputs(".El\n", stdout);
}

/* "string", "integer, 0 to 4095", "one of a, b", "reference to Port" */
static void mkman_base_type(const struct vs_base_type *type)
{
	static const char *const names[] = {
		[VS_VOID] = "nothing",	  [VS_INTEGER] = "integer", [VS_REAL] = "real number",
		[VS_BOOLEAN] = "boolean", [VS_STRING] = "string",   [VS_UUID] = "UUID",
	};

	if (type->ref_table) {
		printf("%s to %s", type->ref_weak ? "weak reference" : "reference", type->ref_table);
	} else if (type->enums) {
		fputs("one of", stdout);
		for (size_t i = 0; type->enums[i]; i++)
			printf("%s %s", i ? "," : "", type->enums[i]);
	} else {
		fputs(names[type->type], stdout);
		if (type->type == VS_INTEGER && (type->min || type->max)) {
			printf(", at least %lld", (long long)type->min);
			if (type->max < INT64_MAX)
				printf(", at most %lld", (long long)type->max);
		}
	}
}

static void mkman_type(const struct vs_type *type)
{
	if (vs_type_is_map(type)) {
		fputs("map from ", stdout);
		mkman_base_type(&type->key);
		fputs(" to ", stdout);
		mkman_base_type(&type->value);
		return;
	}
	if (type->n_max > 1)
		fputs(type->n_min ? "set of one or more: " : "set of: ", stdout);
	else if (!type->n_min)
		fputs("optional ", stdout);
	mkman_base_type(&type->key);
}

/* The keys of a map column that have an effect, as "options : key (vxlan)". */
static void mkman_keys(const struct schema_column *column)
{
	for (const struct schema_key *key = schema_keys; key->key; key++) {
		if (&schema_tables[key->table].columns[key->column] != column)
			continue;
		printf(".It Sy %s : %s", column->name, key->key);
		if (*key->kinds)
			printf(" (type %s)", key->kinds);
		printf(" : %s", schema_form_names[key->form]);
		if (key->form == FORM_NUMBER || key->form == FORM_INHERIT)
			printf(", %lld to %lld", (long long)key->min, (long long)key->max);
		for (size_t i = 0; key->words && key->words[i]; i++)
			printf("%s%s", i ? ", " : ": ", key->words[i]);
		fputs("\n", stdout);
		mkman_prose(key->doc);
	}
}

static void mkman_column(const struct schema_column *column)
{
	printf(".It Sy %s : ", column->name);
	mkman_type(&column->type);
	fputs("\n", stdout);
	mkman_prose(column->doc);
	if (column->flags & SCHEMA_EPHEMERAL)
		fputs("Written by the daemon; not kept.\n", stdout);
	if (column->flags & SCHEMA_IMMUTABLE)
		fputs("Cannot be changed.\n", stdout);
	mkman_keys(column);
}

/* The columns of @table that have, or have not, the flag of what is without effect; nothing where there are none. */
static void mkman_columns(const struct schema_table *table, unsigned int stored_only, const char *heading)
{
	bool any = false;

	for (unsigned int i = 0; i < table->n_columns; i++) {
		if ((table->columns[i].flags & SCHEMA_STORED_ONLY) != stored_only)
			continue;
		if (!any)
			fputs(heading, stdout);
		any = true;
		mkman_column(&table->columns[i]);
	}
	if (any)
		fputs(".El\n", stdout);
}

static void mkman_tables(void)
{
	for (int t = 0; t < STORE__TABLES; t++) {
		const struct schema_table *table = &schema_tables[t];

		printf(".Sh TABLE %s\n", table->name);
		mkman_prose(table->doc);
		mkman_columns(table, 0, ".Bl -tag -width Ds\n");
		mkman_columns(table, SCHEMA_STORED_ONLY,
			      ".Pp\nKept for tools, without effect:\n.Bl -tag -width Ds -compact\n");
	}
}

static void mkman_shapes(void)
{
	fputs(".Bl -tag -width Ds\n", stdout);
	for (size_t i = 0; i < lab_n_networks; i++) {
		printf(".It \\fB%s\\fR\n", lab_networks[i].name);
		mkman_prose(lab_networks[i].help);
		fputs(".Bl -tag -width Ds -compact\n", stdout);
		for (const struct lab_shape_number *number = lab_networks[i].numbers; number->help; number++)
			printf(".It \\fB\\-\\-%s\\fR=%d\n%s (%d to %d)\n", lab_shape_option_names[number->option],
			       number->value, number->help, number->min, number->max);
		fputs(".El\n", stdout);
	}
	fputs(".El\n", stdout);
}

/* Whether a kind of expectation before @kind has had the same key, and said the same of it. */
static bool mkman_expect_said(int kind, const struct lab_key *key)
{
	for (int before = 0; before < kind; before++) {
		const struct lab_shape *shape = &lab_expect_shapes[before];
		int i = lab_key_find(shape, key->name);

		if (i >= 0 && !strcmp(shape->keys[i].help, key->help))
			return true;
	}
	return false;
}

static void mkman_expectations(void)
{
	fputs(".Bl -tag -width Ds\n", stdout);
	for (int kind = 0; kind < LAB_EXPECT_KINDS_N; kind++) {
		const struct lab_shape *shape = &lab_expect_shapes[kind];
		const char *before = "Also", *list = ".Bl -tag -width Ds -compact\n";

		printf(".It \\fB%s\\fR\n", lab_expect_kind_name((enum lab_expect_kind)kind));
		mkman_prose(shape->help);
		for (size_t i = 0; i < shape->n_keys; i++) {
			if (!mkman_expect_said(kind, &shape->keys[i]))
				continue;
			printf("%s \\fB%s\\fR", before, shape->keys[i].name);
			before = ",";
		}
		fputs(*before == ',' ? ", as above.\n" : "", stdout);
		for (size_t i = 0; i < shape->n_keys; i++) {
			if (mkman_expect_said(kind, &shape->keys[i]))
				continue;
			printf("%s.It \\fB%s\\fR%s\n", list, shape->keys[i].name,
			       shape->keys[i].flags & LAB_REQUIRED ? " (must be given)" : "");
			mkman_prose(shape->keys[i].help);
			list = "";
		}
		fputs(*list ? "" : ".El\n", stdout);
	}
	fputs(".El\n", stdout);
}

/* What a value looks like: "list of address", "one of up, down", "map to text". */
static void mkman_lab_form(const struct lab_key *key)
{
	const struct lab_type_row *type = &lab_types[key->type];

	fputs(key->flags & LAB_LIST ? " list of " : key->flags & LAB_MAP ? " names to " : " ", stdout);
	if (key->type == LAB_OBJECT)
		printf("\\fI%s\\fR", key->shape && key->shape->what ? key->shape->what : "object");
	else if (key->words)
		for (const char *const *word = key->words; *word; word++)
			printf("%s%s", word == key->words ? "" : "|", *word);
	else
		fputs(type->what, stdout);
	fputs(key->flags & LAB_REQUIRED ? ", must be given\n" : "\n", stdout);
}

static void mkman_lab(void)
{
	static const struct lab_shape *const shapes[] = {&lab_shape_lab,    &lab_shape_site,	&lab_shape_underlay,
							 &lab_shape_switch, &lab_shape_node,	&lab_shape_link,
							 &lab_shape_end,    &lab_shape_defaults};

	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		printf(".Ss %s\n", shapes[i]->what);
		mkman_prose(shapes[i]->help);
		fputs(".Bl -tag -width Ds\n", stdout);
		for (size_t k = 0; k < shapes[i]->n_keys; k++) {
			printf(".It \\fB%s\\fR", shapes[i]->keys[k].name);
			mkman_lab_form(&shapes[i]->keys[k]);
			mkman_prose(shapes[i]->keys[k].help);
		}
		fputs(".El\n", stdout);
	}
}

static const struct {
	const char *word;
	void (*print)(void);
} fillings[] = {
	{".\\\" @COMMANDS@\n", mkman_commands}, {".\\\" @EXPECTATIONS@\n", mkman_expectations},
	{".\\\" @OPTIONS@\n", mkman_options},	{".\\\" @SHAPES@\n", mkman_shapes},
	{".\\\" @TABLES@\n", mkman_tables},	{".\\\" @LAB@\n", mkman_lab},
};

int main(void)
{
	char line[1024];

	while (fgets(line, sizeof(line), stdin)) {
		size_t i = 0;

		while (i < sizeof(fillings) / sizeof(fillings[0]) && strcmp(line, fillings[i].word) != 0)
			i++;
		if (i < sizeof(fillings) / sizeof(fillings[0]))
			fillings[i].print();
		else
			fputs(line, stdout);
	}
	return ferror(stdin) || fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}
