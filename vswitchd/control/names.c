/* SPDX-License-Identifier: GPL-2.0-only */
/* names.c - finding the table, column and record that words on the command line mean */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "common/xalloc.h"
#include "vswitchd/control/command.h"

/* Letters in any case, and - for _. */
static int name_fold(char c)
{
	return c == '-' ? '_' : tolower((unsigned char)c);
}

enum name_match { NAME_OTHER, NAME_PREFIX, NAME_FOLDED, NAME_EXACT };

/* How well @text, @len bytes, fits @name. */
static enum name_match name_compare(const char *name, const char *text, size_t len)
{
	if (strlen(name) == len && !memcmp(name, text, len))
		return NAME_EXACT;
	for (size_t i = 0; i < len; i++)
		if (!name[i] || name_fold(name[i]) != name_fold(text[i]))
			return NAME_OTHER;
	return name[len] ? NAME_PREFIX : NAME_FOLDED;
}

/* More than there are tables, or columns in one. */
#define NAME_MAX_MATCHES 64

/* The names that fit a word best, so far. */
struct name_search {
	const char *text;
	size_t len;
	enum name_match best;
	unsigned int n, index;
	const char *names[NAME_MAX_MATCHES];
};

/* Let @name, number @index, take part in the search. */
static void name_offer(struct name_search *search, const char *name, unsigned int index)
{
	enum name_match match = search->len ? name_compare(name, search->text, search->len) : NAME_OTHER;

	if (match == NAME_OTHER || match < search->best)
		return;
	if (match > search->best)
		search->n = 0;
	search->best = match;
	search->index = index;
	if (search->n < NAME_MAX_MATCHES)
		search->names[search->n++] = name;
}

static int name_order(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* "a, b, c": the names that a word may mean. */
static char *name_list(struct name_search *search)
{
	char *list = NULL;
	size_t size;
	FILE *out = vs_xcheck(open_memstream(&list, &size));

	qsort(search->names, search->n, sizeof(*search->names), name_order);
	for (unsigned int i = 0; i < search->n; i++)
		fprintf(out, "%s%s", i ? ", " : "", search->names[i]);
	fclose(out);
	return list;
}

int cmd_find_table(struct cmd *cmd, const char *text, enum store_table_id *table)
{
	struct name_search search = {.text = text, .len = strlen(text)};

	for (unsigned int i = 0; i < STORE__TABLES; i++)
		name_offer(&search, schema_tables[i].name, i);
	*table = (enum store_table_id)search.index;
	if (search.n == 1)
		return 0;
	if (search.n == 0)
		return cmd_fail(cmd, "unknown table \"%s\"", text);
	char *list = name_list(&search);
	cmd_fail(cmd, "\"%s\" matches multiple table names: %s", text, list);
	free(list);
	return -EINVAL;
}

int cmd_find_column(struct cmd *cmd, enum store_table_id id, const char *text, size_t len, unsigned int *column)
{
	const struct schema_table *table = &schema_tables[id];
	struct name_search search = {.text = text, .len = len};

	for (unsigned int i = 0; i < table->n_columns; i++)
		name_offer(&search, table->columns[i].name, i);
	*column = search.index;
	if (search.n == 1)
		return 0;
	if (search.n == 0)
		return cmd_fail(cmd, "%s does not contain a column whose name matches \"%.*s\"", table->name, (int)len,
				text);
	char *list = name_list(&search);
	cmd_fail(cmd, "%s contains more than one column whose name matches \"%.*s\": %s", table->name, (int)len, text,
		 list);
	free(list);
	return -EINVAL;
}

/* --- records -------------------------------------------------------------------------------------------------- */

/*
 * Records of these tables are also known by the name of the record that refers to them, or by a column that is not
 * called "name".
 */
static const struct {
	enum store_table_id table, by; /* equal: by a column of the table itself */
	unsigned int name, reference;
} row_aliases[] = {
	{STORE_Controller, STORE_Bridge, Bridge_name, Bridge_controller},
	{STORE_NetFlow, STORE_Bridge, Bridge_name, Bridge_netflow},
	{STORE_sFlow, STORE_Bridge, Bridge_name, Bridge_sflow},
	{STORE_IPFIX, STORE_Bridge, Bridge_name, Bridge_ipfix},
	{STORE_AutoAttach, STORE_Bridge, Bridge_name, Bridge_auto_attach},
	{STORE_QoS, STORE_Port, Port_name, Port_qos},
	{STORE_Manager, STORE_Manager, Manager_target, 0},
	{STORE_Flow_Sample_Collector_Set, STORE_Flow_Sample_Collector_Set, Flow_Sample_Collector_Set_id, 0},
};

/* Whether the one value of @column reads @text. */
static bool row_reads(const struct store_row *row, unsigned int column, const char *text)
{
	const struct schema_column *schema = &schema_tables[store_row_table(row)].columns[column];
	const struct vs_datum *datum = store_get(row, column);

	if (datum->n != 1)
		return false;
	if (schema->type.key.type == VS_STRING)
		return !strcmp(datum->keys[0].string, text);
	char *value = vs_datum_format(&schema->type, datum);
	bool equal = !strcmp(value, text);
	free(value);
	return equal;
}

/* The one row whose @column reads @text. Return: how many rows do. */
static int row_find_by_column(struct cmd *cmd, enum store_table_id table, unsigned int column, const char *text,
			      struct store_row **found)
{
	int n = 0;

	for (struct store_row *row = store_first(cmd->store, table); row; row = store_next(cmd->store, row)) {
		if (!row_reads(row, column, text))
			continue;
		*found = row;
		n++;
	}
	return n;
}

/* By the rows of row_aliases. Return: how many rows match. */
static int row_find_alias(struct cmd *cmd, enum store_table_id table, const char *text, struct store_row **found)
{
	for (size_t i = 0; i < sizeof(row_aliases) / sizeof(*row_aliases); i++) {
		struct store_row *by;
		if (row_aliases[i].table != table)
			continue;
		if (row_aliases[i].by == table)
			return row_find_by_column(cmd, table, row_aliases[i].name, text, found);
		by = store_find_name(cmd->store, row_aliases[i].by, text);
		if (!by || store_get(by, row_aliases[i].reference)->n != 1)
			return 0;
		*found = store_get_ref(cmd->store, by, row_aliases[i].reference, 0);
		return *found != NULL;
	}
	return 0;
}

/* Whether @text may be the beginning of a UUID that somebody typed: at least four digits. */
static bool row_is_partial_uuid(const char *text)
{
	static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
	size_t i;

	for (i = 0; text[i]; i++)
		if (!form[i] || (form[i] == 'x' ? !isxdigit((unsigned char)text[i]) : text[i] != '-'))
			return false;
	return i >= 4;
}

/* By the beginning of the UUID. Return: how many rows match. */
static int row_find_partial(struct cmd *cmd, enum store_table_id table, const char *text, struct store_row **found)
{
	char uuid[VS_UUID_TEXT];
	int n = 0;

	if (!row_is_partial_uuid(text))
		return 0;
	for (struct store_row *row = store_first(cmd->store, table); row; row = store_next(cmd->store, row)) {
		vs_uuid_format(store_row_uuid(row), uuid);
		if (strncasecmp(uuid, text, strlen(text)))
			continue;
		*found = row;
		n++;
	}
	return n;
}

int cmd_find_row(struct cmd *cmd, enum store_table_id table, const char *text, bool must, struct store_row **row)
{
	const struct schema_table *schema = &schema_tables[table];
	struct vs_uuid uuid;
	int n = 0;

	*row = NULL;
	if (!vs_uuid_parse(text, &uuid)) {
		*row = store_find(cmd->store, table, &uuid);
		n = *row != NULL;
	} else if (!strcmp(text, ".") && store_count(cmd->store, table) == 1) {
		*row = store_first(cmd->store, table);
		n = *row != NULL;
	}
	if (n == 0 && schema->name_column >= 0) {
		if (schema->columns[schema->name_column].flags & SCHEMA_UNIQUE) {
			*row = store_find_name(cmd->store, table, text);
			n = *row != NULL;
		} else {
			n = row_find_by_column(cmd, table, (unsigned int)schema->name_column, text, row);
		}
	}
	if (n == 0)
		n = row_find_alias(cmd, table, text, row);
	if (n == 0)
		n = row_find_partial(cmd, table, text, row);
	if (n > 1)
		return cmd_fail(cmd, "multiple rows in %s match \"%s\"", schema->name, text);
	if (n == 0)
		*row = NULL;
	if (n == 0 && must)
		return cmd_fail(cmd, "no row \"%s\" in table %s", text, schema->name);
	return 0;
}

/* --- COLUMN[:KEY]=VALUE --------------------------------------------------------------------------------------- */

/*
 * How long the name or the key at the start of @text is: up to a character that separates, or a whole quoted string.
 * Return: -1 for a quote without its end.
 */
static int token_length(const char *text)
{
	if (*text != '"')
		return (int)strcspn(text, ":=, []{}!<>");
	for (int i = 1; text[i]; i++) {
		if (text[i] == '\\' && text[i + 1])
			i++;
		else if (text[i] == '"')
			return i + 1;
	}
	return -1;
}

/* "=", "!=", or "<": what may come after COLUMN[:KEY]. */
static int assignment_fail_op(struct cmd *cmd, const char *text, const char *const *ops)
{
	char *list = vs_xasprintf("\"%s\"", ops[0]);

	for (size_t i = 1; ops[i]; i++) {
		char *longer = vs_xasprintf("%s, %s\"%s\"", list, ops[i + 1] ? "" : "or ", ops[i]);
		free(list);
		list = longer;
	}
	cmd_fail(cmd, "%s: argument does not end in %s followed by a value.", text, list);
	free(list);
	return -EINVAL;
}

/* The longest operator at the start of @text. Return: its index, -1 for none. */
static int assignment_find_op(const char *text, const char *const *ops)
{
	size_t best = 0;
	int found = -1;

	for (int i = 0; ops[i]; i++) {
		size_t len = strlen(ops[i]);
		if (len > best && !strncmp(text, ops[i], len)) {
			best = len;
			found = i;
		}
	}
	return found;
}

int cmd_parse_assignment(struct cmd *cmd, enum store_table_id table, const char *text, const char *const *ops,
			 struct cmd_assignment *assignment)
{
	int len = token_length(text), error;
	const char *rest;

	*assignment = (struct cmd_assignment){0};
	if (len <= 0)
		return cmd_fail(cmd, "%s: missing column name", text);
	rest = text + len;
	error = cmd_find_column(cmd, table, text, (size_t)len, &assignment->column);
	if (error)
		return error;
	if (*rest == ':') {
		assignment->key = rest + 1;
		len = token_length(rest + 1);
		if (len < 0)
			return cmd_fail(cmd, "%s: missing quote at end of quoted string", text);
		if (len == 0)
			return cmd_fail(
				cmd, "An empty string is not valid as input; use \"\" to represent the empty string");
		assignment->key_len = (size_t)len;
		rest += 1 + len;
	}
	if (!ops)
		return *rest ? cmd_fail(cmd, "%s: trailing garbage \"%s\" in argument", text, rest) : 0;
	assignment->op = assignment_find_op(rest, ops);
	if (assignment->op < 0 || !rest[strlen(ops[assignment->op])])
		return assignment_fail_op(cmd, text, ops);
	assignment->value = rest + strlen(ops[assignment->op]);
	return 0;
}
