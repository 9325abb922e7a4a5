/* SPDX-License-Identifier: GPL-2.0-only */
/* tree.h - the whole configuration as one JSON document: bridges with their ports, and what belongs to them */
#ifndef VS_CONTROL_TREE_H
#define VS_CONTROL_TREE_H

/*
 * The document is the Open_vSwitch row. A row is an object of its columns, without those that have their default and
 * those that say what is. A column of values is a value, an array, or an object for a map. A column that refers to rows
 * that belong to this one holds these rows in place of the references: by name where their table has names (bridges,
 * ports, interfaces), else as an array, or by key for a map. A reference to a row that belongs elsewhere is its name.
 *
 * A port that has one interface, of its own name, holds it as "interface"; a bridge's own port is left out while
 * nothing of it was set.
 */
#include <jansson.h>

#include "vswitchd/store/store.h"

/** enum tree_kind - what a column is in the document */
enum tree_kind {
	TREE_LEFT_OUT, /* ephemeral, the row's name, or tools' bookkeeping */
	TREE_VALUE,
	TREE_ROWS,  /* rows that belong to this one */
	TREE_NAMES, /* names of rows that belong elsewhere */
};

enum tree_kind tree_column_kind(enum store_table_id table, unsigned int column);

/** tree_has_names() - whether rows of the table are told by a name that is unique. */
bool tree_has_names(enum store_table_id table);

/** tree_export_column() - what stands in the document for one column. Return: a new reference. */
json_t *tree_export_column(struct store *store, const struct store_row *row, unsigned int column);

/** tree_export() - @row and all that belongs to it. Return: a new reference. */
json_t *tree_export(struct store *store, struct store_row *row);

/**
 * tree_value() - the value of a column of @type that @json stands for (NULL: the default)
 * @resolve: called for each name of a row that belongs elsewhere, to be replaced by its UUID
 * Return: 0, or -EINVAL with a malloc()ed sentence in @error.
 */
int tree_value(const struct vs_type *type, const json_t *json,
	       int (*resolve)(void *arg, const char *name, struct vs_uuid *uuid, char **error), void *arg,
	       struct vs_datum *datum, char **error);

#endif
