/* SPDX-License-Identifier: GPL-2.0-only */
/* cmd-apply.c - the whole configuration in one document: export it, apply one */

/*
 * The document (tree.h) says all that is wanted: what it does not name has its default, or does not exist. Applying one
 * walks it beside the rows there are and writes what differs, so that nothing happens where nothing differs, and says
 * each difference on a line. All of it is the transaction of the command line; with --dry-run the lines are the plan.
 */
#include <errno.h>
#include <string.h>

#include "common/xalloc.h"
#include "vswitchd/control/command.h"
#include "vswitchd/control/tree.h"

int cmd_export(struct cmd *cmd)
{
	json_t *tree = tree_export(cmd->store, store_root(cmd->store));

	cmd->file = vs_xcheck(json_dumps(tree, JSON_INDENT(2)));
	json_decref(tree);
	return 0;
}

/* --- apply ------------------------------------------------------------------------------------------------------- */

/* struct place - where in the document we are: "bridges.br0.ports.web" */
struct place {
	const struct place *up;
	const char *word;
};

static void place_print(const struct place *place, FILE *out)
{
	if (place->up) {
		place_print(place->up, out);
		if (place->up->up)
			fputc('.', out);
		fputs(place->word, out);
	}
}

static int place_fail(struct cmd *cmd, const struct place *place, char *why)
{
	char *text = NULL;
	size_t size;
	FILE *out = vs_xcheck(open_memstream(&text, &size));

	place_print(place, out);
	fprintf(out, "%s%s", place->up ? ": " : "", why);
	fclose(out);
	free(why);
	return cmd_fail_text(cmd, text);
}

static void plan(struct cmd *cmd, char sign, const struct place *place)
{
	fprintf(cmd->out, "%c ", sign);
	place_print(place, cmd->out);
	fputc('\n', cmd->out);
}

/* A value as the document has it. Return: malloc()ed. */
static char *value_text(struct cmd *cmd, const struct store_row *row, unsigned int column)
{
	json_t *json;
	char *text;

	if (!store_get(row, column)->n)
		return vs_xstrdup("nothing");
	json = tree_export_column(cmd->store, row, column);
	text = vs_xcheck(json_dumps(json, JSON_ENCODE_ANY));
	json_decref(json);
	return text;
}

/* Write a value, and say what it was and is. */
static void change_value(struct cmd *cmd, struct store_row *row, unsigned int column, const struct vs_datum *datum,
			 const struct place *place, bool fresh)
{
	char *from = value_text(cmd, row, column);

	cmd_write(cmd, row, column, datum);
	char *to = value_text(cmd, row, column);
	fprintf(cmd->out, "%c ", fresh ? '+' : '~');
	place_print(place, cmd->out);
	if (fresh)
		fprintf(cmd->out, ": %s\n", to);
	else
		fprintf(cmd->out, ": %s -> %s\n", from, to);
	free(from);
	free(to);
}

static int apply_row(struct cmd *cmd, struct store_row *row, const json_t *json, const struct place *place, bool fresh);

/* struct resolver - finds the rows that names stand for */
struct resolver {
	struct cmd *cmd;
	enum store_table_id table;
};

static int resolve(void *arg, const char *name, struct vs_uuid *uuid, char **error)
{
	struct resolver *resolver = arg;
	struct store_row *row = store_find_name(resolver->cmd->store, resolver->table, name);

	if (!row && !vs_uuid_parse(name, uuid))
		row = store_find(resolver->cmd->store, resolver->table, uuid);
	if (!row) {
		*error = vs_xasprintf("there is no %s \"%s\"", schema_tables[resolver->table].name, name);
		return -EINVAL;
	}
	*uuid = *store_row_uuid(row);
	return 0;
}

static int apply_value(struct cmd *cmd, struct store_row *row, unsigned int column, const json_t *json,
		       const struct place *place, bool fresh)
{
	const struct vs_type *type = &schema_tables[store_row_table(row)].columns[column].type;
	const char *table = type->key.ref_table ? type->key.ref_table : type->value.ref_table;
	struct resolver resolver = {.cmd = cmd, .table = table ? schema_find_table(table) : STORE__TABLES};
	struct vs_datum datum;
	char *error = NULL;

	if (tree_value(type, json, resolve, &resolver, &datum, &error))
		return place_fail(cmd, place, error);
	if (!vs_datum_equal(type, store_get(row, column), &datum))
		change_value(cmd, row, column, &datum, place, fresh);
	vs_datum_destroy(type, &datum);
	return 0;
}

/* struct children - the rows that a column shall hold: what is there already, and what comes of it */
struct children {
	struct store_row *row;
	unsigned int column;
	const struct vs_type *type;
	enum store_table_id table;
	struct vs_datum refs; /* of the rows to come */
	bool *kept;	      /* of those that are there, by index */
};

/* Whether child @i is the one that @word, or the @at-th of an array, means. */
static bool child_is(struct cmd *cmd, const struct children *children, unsigned int i, const char *word,
		     const json_t *json, size_t at)
{
	struct store_row *child = store_get_ref(cmd->store, children->row, children->column, i);
	int name = schema_tables[children->table].name_column;
	const char *own = child && name >= 0 ? store_get_string(child, (unsigned int)name) : NULL;

	if (!child || children->kept[i])
		return false;
	if (vs_type_is_map(children->type)) {
		char *key = children->type->key.type == VS_STRING
				    ? vs_xstrdup(store_get(children->row, children->column)->keys[i].string)
				    : vs_atom_format(children->type->key.type,
						     &store_get(children->row, children->column)->keys[i]);
		bool same = !strcmp(key, word);
		free(key);
		return same;
	}
	if (tree_has_names(children->table))
		return own && !strcmp(own, word);
	if (own && name >= 0) {
		const char *wanted =
			json_string_value(json_object_get(json, schema_tables[children->table].columns[name].name));
		return wanted && !strcmp(own, wanted);
	}
	return i == at;
}

static struct store_row *child_find(struct cmd *cmd, struct children *children, const char *word, const json_t *json,
				    size_t at)
{
	for (unsigned int i = 0; i < store_get(children->row, children->column)->n; i++)
		if (child_is(cmd, children, i, word, json, at)) {
			children->kept[i] = true;
			return store_get_ref(cmd->store, children->row, children->column, i);
		}
	return NULL;
}

static int child_apply(struct cmd *cmd, struct children *children, const char *word, const json_t *json, size_t at,
		       const struct place *place)
{
	struct store_row *child = child_find(cmd, children, word, json, at);
	const struct schema_table *table = &schema_tables[children->table];
	bool fresh = !child;
	union vs_atom key = {0};
	char *error = NULL;

	if (fresh) {
		child = store_insert(cmd->store, children->table);
		cmd->changed = true;
		if (tree_has_names(children->table))
			store_set_string(cmd->store, child, (unsigned int)table->name_column, word);
		plan(cmd, '+', place);
		cmd_touch(cmd, child);
	}
	union vs_atom uuid = {.uuid = *store_row_uuid(child)};
	if (!vs_type_is_map(children->type)) {
		vs_datum_add(children->type, &children->refs, &uuid, NULL);
	} else if (children->type->key.type == VS_STRING) {
		key.string = (char *)(uintptr_t)word;
		vs_datum_add(children->type, &children->refs, &key, &uuid);
	} else if (vs_atom_parse(&children->type->key, word, &key, &error)) {
		return place_fail(cmd, place, error);
	} else {
		vs_datum_add(children->type, &children->refs, &key, &uuid);
	}
	return apply_row(cmd, child, json, place, fresh);
}

/* A bridge has a port of its own, also when the document does not speak of it. */
static int own_port_apply(struct cmd *cmd, struct children *children, const json_t *json, const struct place *place)
{
	const char *name =
		store_row_table(children->row) == STORE_Bridge ? store_get_string(children->row, Bridge_name) : NULL;

	if (!name || children->table != STORE_Port || json_object_get(json, name))
		return 0;
	json_t *plain = json_pack("{s:{s:s}}", "interface", "type", "internal");
	const struct place here = {.up = place, .word = name};
	int error = child_apply(cmd, children, name, plain, 0, &here);
	json_decref(plain);
	return error;
}

static int children_apply(struct cmd *cmd, struct children *children, const json_t *json, const struct place *place)
{
	bool keyed = vs_type_is_map(children->type) || tree_has_names(children->table);
	const char *word;
	json_t *item;
	char number[24];
	size_t i;
	int error = 0;

	if (json && !json_is_null(json) &&
	    !(keyed ? json_is_object(json) : json_is_object(json) || json_is_array(json)))
		return place_fail(cmd, place,
				  vs_xstrdup(keyed ? "names with columns are wanted here"
						   : "columns, or a list of columns, are wanted here"));
	if (keyed) {
		json_object_foreach ((json_t *)(uintptr_t)json, word, item) {
			const struct place here = {.up = place, .word = word};
			error = child_apply(cmd, children, word, item, 0, &here);
			if (error)
				return error;
		}
		return own_port_apply(cmd, children, json, place);
	}
	if (json_is_object(json))
		return child_apply(cmd, children, "0", json, 0, place);
	json_array_foreach (json, i, item) {
		snprintf(number, sizeof(number), "%zu", i);
		const struct place here = {.up = place, .word = number};
		error = child_apply(cmd, children, number, item, i, &here);
		if (error)
			return error;
	}
	return 0;
}

/* A row that nothing refers to any more goes with all that belonged to it, also what would stay by itself (QoS, Queue).
 */
static void drop_unreferred(struct cmd *cmd, struct store_row *row)
{
	enum store_table_id table = store_row_table(row);
	struct store_row **children = NULL;
	size_t n = 0;

	if (store_referrer(cmd->store, row))
		return;
	for (unsigned int c = 0; c < schema_tables[table].n_columns; c++) {
		unsigned int more = tree_column_kind(table, c) == TREE_ROWS ? store_get(row, c)->n : 0;
		children = vs_xrealloc(children, (n + more + 1) * sizeof(struct store_row *));
		for (unsigned int i = 0; i < more; i++) {
			children[n] = store_get_ref(cmd->store, row, c, i);
			n += children[n] != NULL;
		}
	}
	store_delete(cmd->store, row);
	while (n)
		drop_unreferred(cmd, children[--n]);
	free(children);
}

/* Say which of the rows that were there go. Return: those, ended by NULL, to be freed. */
static struct store_row **children_gone(struct cmd *cmd, const struct children *children, const struct place *place)
{
	unsigned int n = store_get(children->row, children->column)->n, n_gone = 0;
	struct store_row **gone = vs_xcalloc(n + 1, sizeof(struct store_row *));
	int name = schema_tables[children->table].name_column;
	char number[24];

	for (unsigned int i = 0; i < n; i++) {
		struct store_row *child = store_get_ref(cmd->store, children->row, children->column, i);
		const char *own = child && name >= 0 ? store_get_string(child, (unsigned int)name) : NULL;
		snprintf(number, sizeof(number), "%u", i);
		const struct place here = {.up = place, .word = own ? own : number};
		if (!child || children->kept[i])
			continue;
		plan(cmd, '-', &here);
		gone[n_gone++] = child;
	}
	return gone;
}

static int apply_rows(struct cmd *cmd, struct store_row *row, unsigned int column, const json_t *json,
		      const struct place *place)
{
	const struct vs_type *type = &schema_tables[store_row_table(row)].columns[column].type;
	const char *table = type->value.ref_table ? type->value.ref_table : type->key.ref_table;
	struct children children = {.row = row, .column = column, .type = type, .table = schema_find_table(table)};

	children.kept = vs_xcalloc(store_get(row, column)->n, sizeof(*children.kept));
	int error = children_apply(cmd, &children, json, place);
	if (!error) {
		struct store_row **gone = children_gone(cmd, &children, place);
		cmd_write(cmd, row, column, &children.refs);
		for (struct store_row **child = gone; *child; child++)
			drop_unreferred(cmd, *child);
		free(gone);
	}
	vs_datum_destroy(type, &children.refs);
	free(children.kept);
	return error;
}

/* A port may hold its one interface, of its own name, as "interface". Return: the interfaces, a new reference. */
static json_t *port_interfaces(const struct store_row *port, const json_t *json)
{
	json_t *several = json_object_get(json, "interfaces"), *one = json_object_get(json, "interface");
	json_t *all;

	if (several && !one)
		return json_incref(several);
	all = vs_xcheck(json_object());
	if (json_object_set_new(all, store_get_string(port, Port_name), one ? json_incref(one) : json_object()))
		abort();
	return all;
}

/* Every word must be a column that the document may have. */
static int check_words(struct cmd *cmd, enum store_table_id table, const json_t *json, const struct place *place)
{
	const char *word;
	json_t *item;

	json_object_foreach ((json_t *)(uintptr_t)json, word, item) {
		int column = schema_find_column(table, word);
		if (table == STORE_Port && !strcmp(word, "interface")) {
			if (json_object_get(json, "interfaces"))
				return place_fail(
					cmd, place,
					vs_xstrdup("has \"interface\" and \"interfaces\": one of them is enough"));
			continue;
		}
		if (column < 0)
			return place_fail(
				cmd, place,
				vs_xasprintf("table %s has no column \"%s\"", schema_tables[table].name, word));
		if (tree_column_kind(table, (unsigned int)column) == TREE_LEFT_OUT)
			return place_fail(cmd, place,
					  vs_xasprintf("column \"%s\" is not for a configuration to set", word));
	}
	return 0;
}

static int apply_row(struct cmd *cmd, struct store_row *row, const json_t *json, const struct place *place, bool fresh)
{
	enum store_table_id table = store_row_table(row);
	int error;

	if (json && !json_is_object(json) && !json_is_null(json))
		return place_fail(cmd, place, vs_xstrdup("columns with values are wanted here"));
	error = check_words(cmd, table, json, place);
	for (unsigned int c = 0; !error && c < schema_tables[table].n_columns; c++) {
		const char *name = schema_tables[table].columns[c].name;
		const struct place here = {.up = place, .word = name};
		enum tree_kind kind = tree_column_kind(table, c);
		json_t *value = json_incref(json_object_get(json, name));
		if (table == STORE_Port && c == Port_interfaces) {
			json_decref(value);
			value = port_interfaces(row, json);
		}
		if (kind == TREE_ROWS)
			error = apply_rows(cmd, row, c, value, &here);
		else if (kind != TREE_LEFT_OUT)
			error = apply_value(cmd, row, c, value, &here, fresh);
		json_decref(value);
	}
	return error;
}

int cmd_apply(struct cmd *cmd)
{
	const struct place top = {0};
	json_error_t where;
	long before = ftell(cmd->out);

	if (!cmd->manner->input)
		return cmd_fail(cmd, "apply: the request lacks what stands in \"%s\"", cmd->args[0]);
	json_t *json = json_loads(cmd->manner->input, JSON_REJECT_DUPLICATES, &where);
	if (!json)
		return cmd_fail(cmd, "\"%s\" is not JSON: line %d, column %d: %s", cmd->args[0], where.line,
				where.column, where.text);
	int error = apply_row(cmd, store_root(cmd->store), json, &top, false);
	json_decref(json);
	if (!error && ftell(cmd->out) == before)
		fputs("nothing to change\n", cmd->out);
	return error;
}
