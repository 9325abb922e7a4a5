/* SPDX-License-Identifier: GPL-2.0-only */
/* doc.h - a YAML file as a tree whose every node knows its line and column */
#ifndef VS_LAB_DOC_H
#define VS_LAB_DOC_H

#include "vsctl/lab/model.h"

#define DOC_DEPTH_MAX 32
#define DOC_NODES_MAX 1000000 /* with every alias counted as what it stands for */

enum doc_type { DOC_SCALAR, DOC_LIST, DOC_MAP };

/**
 * struct doc_node - a value
 * @text: of a scalar; "" where nothing was written and for null
 * @null: nothing was written, or null or ~ without quotes
 * @keys: of a map, scalars; @items: its values, or a list's elements
 * @weight: how many nodes it stands for with all that is below
 */
struct doc_node {
	enum doc_type type;
	struct lab_mark at;
	char *text;
	bool null;
	struct doc_node **keys, **items;
	size_t n, weight;
	struct doc_node *next_made;
};

/** struct doc - a file; nodes may be used in several places (aliases), so they are freed by @made */
struct doc {
	struct doc_node *root, *made;
};

/**
 * doc_parse() - read @text
 * @file: for the marks; must outlive the doc
 * Return: 0, or -EINVAL with what is wrong in @problems. Call doc_destroy() in both cases.
 */
int doc_parse(struct doc *doc, const char *file, const char *text, size_t size, struct lab_problems *problems);
void doc_destroy(struct doc *doc);

/** doc_get() - the value of a key of a map, or NULL; also when @map is NULL or no map. */
const struct doc_node *doc_get(const struct doc_node *map, const char *key);

/** doc_type_name() - "a list", for messages. */
const char *doc_type_name(const struct doc_node *node);

#endif
