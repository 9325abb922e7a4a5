/* SPDX-License-Identifier: GPL-2.0-only */
/* doc.c - from libyaml's events to a tree */
#include "vsctl/lab/doc.h"

#include <errno.h>
#include <string.h>
#include <yaml.h>

#include "common/xalloc.h"

/*
 * An alias is the same node once more, which costs nothing here, however often it is done inside another; but a
 * reader that walks all of it would never end. So every node knows its weight, and too heavy a file is refused.
 */
struct anchor {
	char *name;
	struct doc_node *node;
};

struct reader {
	yaml_parser_t parser;
	struct doc *doc;
	const char *file;
	struct lab_problems *problems;
	struct anchor *anchors;
	size_t n_anchors;
	bool failed;
};

static struct lab_mark reader_mark(const struct reader *reader, const yaml_mark_t *mark)
{
	return (struct lab_mark){reader->file, (unsigned int)mark->line + 1, (unsigned int)mark->column + 1};
}

static struct doc_node *reader_fail(struct reader *reader, struct lab_mark at, const char *value, const char *what)
{
	if (!reader->failed)
		lab_problem(reader->problems, at, value, "%s", what);
	reader->failed = true;
	return NULL;
}

static bool reader_event(struct reader *reader, yaml_event_t *event)
{
	const yaml_parser_t *parser = &reader->parser;
	const char *problem;
	char *text;

	if (yaml_parser_parse(&reader->parser, event))
		return true;
	memset(event, 0, sizeof(*event));
	problem = parser->problem ? parser->problem : "cannot be read";
	text = vs_xasprintf("this is not YAML: %s%s%s; mind indentation, colons and quotes",
			    parser->context ? parser->context : "", parser->context ? ", " : "", problem);
	reader_fail(reader, reader_mark(reader, parser->problem_mark.line ? &parser->problem_mark : &parser->mark),
		    NULL, text);
	free(text);
	return false;
}

static struct doc_node *node_new(struct reader *reader, enum doc_type type, const yaml_event_t *event)
{
	struct doc_node *node = vs_xcalloc(1, sizeof(*node));

	node->type = type;
	node->at = reader_mark(reader, &event->start_mark);
	node->weight = 1;
	node->next_made = reader->doc->made;
	reader->doc->made = node;
	return node;
}

static void node_add(struct doc_node *node, struct doc_node *key, struct doc_node *item)
{
	if ((node->n & (node->n + 1)) == 0) { /* grow at 0, 1, 3, 7, ... */
		size_t size = (2 * node->n + 1) * sizeof(struct doc_node *);

		node->items = vs_xrealloc(node->items, size);
		if (node->type == DOC_MAP)
			node->keys = vs_xrealloc(node->keys, size);
	}
	if (key)
		node->keys[node->n] = key;
	node->items[node->n++] = item;
	node->weight += item->weight;
}

static bool is_null(const yaml_event_t *event, const char *text)
{
	static const char *const words[] = {"", "~", "null", "Null", "NULL"};

	if (event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
		return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!strcmp(words[i], text))
			return true;
	}
	return false;
}

static struct doc_node *reader_scalar(struct reader *reader, const yaml_event_t *event)
{
	const char *text = (const char *)event->data.scalar.value;
	struct doc_node *node;

	if (strlen(text) != event->data.scalar.length)
		return reader_fail(reader, reader_mark(reader, &event->start_mark), text,
				   "the text goes on with a NUL character; leave it out");
	node = node_new(reader, DOC_SCALAR, event);
	node->null = is_null(event, text);
	node->text = vs_xstrdup(node->null ? "" : text);
	return node;
}

static struct doc_node *reader_alias(struct reader *reader, const yaml_event_t *event)
{
	const char *name = (const char *)event->data.alias.anchor;

	for (size_t i = reader->n_anchors; i; i--) {
		if (!strcmp(reader->anchors[i - 1].name, name))
			return reader->anchors[i - 1].node;
	}
	return reader_fail(
		reader, reader_mark(reader, &event->start_mark), name,
		"no such anchor before this; write &NAME where the value is, then *NAME where it is used again");
}

static void reader_anchor(struct reader *reader, const char *name, struct doc_node *node)
{
	if (!name || !node)
		return;
	reader->anchors = vs_xrealloc(reader->anchors, (reader->n_anchors + 1) * sizeof(*reader->anchors));
	reader->anchors[reader->n_anchors++] = (struct anchor){vs_xstrdup(name), node};
}

/* Merge key: what @map does not have itself, it has from @from, a map or a list of maps. */
static bool map_merge(struct reader *reader, struct doc_node *map, const struct doc_node *from)
{
	if (from->type == DOC_SCALAR)
		return reader_fail(reader, from->at, from->text, "'<<' takes a map; write <<: *NAME");
	for (size_t i = 0; i < from->n; i++) {
		if (from->type == DOC_LIST) {
			if (!map_merge(reader, map, from->items[i]))
				return false;
		} else if (!doc_get(map, from->keys[i]->text)) {
			node_add(map, from->keys[i], from->items[i]);
		}
	}
	return true;
}

static struct doc_node *reader_node(struct reader *reader, const yaml_event_t *event, unsigned int depth);

static bool map_add(struct reader *reader, struct doc_node *map, struct doc_node *key, struct doc_node *item,
		    const struct doc_node **merge)
{
	const struct doc_node *twin = NULL;
	char *text;

	if (key->type != DOC_SCALAR)
		return reader_fail(reader, key->at, NULL, "a key is a word, not a list or map");
	if (!strcmp(key->text, "<<")) {
		*merge = item;
		return true;
	}
	for (size_t i = 0; i < map->n && !twin; i++)
		twin = strcmp(map->keys[i]->text, key->text) ? NULL : map->keys[i];
	if (!twin) {
		node_add(map, key, item);
		return true;
	}
	text = vs_xasprintf("written twice, first in line %u; keep one", twin->at.line);
	lab_problem(reader->problems, key->at, key->text, "%s", text);
	free(text);
	return true;
}

/* What is inside a list or map, up to its end. */
static struct doc_node *reader_children(struct reader *reader, struct doc_node *node, unsigned int depth)
{
	const struct doc_node *merge = NULL;
	struct doc_node *key = NULL;

	for (;;) {
		yaml_event_t event;
		struct doc_node *child;

		if (!reader_event(reader, &event))
			return NULL;
		if (event.type == YAML_SEQUENCE_END_EVENT || event.type == YAML_MAPPING_END_EVENT) {
			yaml_event_delete(&event);
			break;
		}
		child = reader_node(reader, &event, depth);
		yaml_event_delete(&event);
		if (!child)
			return NULL;
		if (node->type == DOC_LIST) {
			node_add(node, NULL, child);
		} else if (!key) {
			key = child;
			continue;
		} else if (!map_add(reader, node, key, child, &merge)) {
			return NULL;
		}
		key = NULL;
		if (node->weight > DOC_NODES_MAX)
			return reader_fail(reader, node->at, NULL,
					   "more than a million values; use `count:' for many alike");
	}
	if (merge && !map_merge(reader, node, merge))
		return NULL;
	return node;
}

static struct doc_node *reader_node(struct reader *reader, const yaml_event_t *event, unsigned int depth)
{
	struct doc_node *node = NULL;
	const yaml_char_t *anchor = NULL;

	if (depth > DOC_DEPTH_MAX)
		return reader_fail(reader, reader_mark(reader, &event->start_mark), NULL,
				   "lists and maps nested too deep; no lab needs more than a few levels");
	if (event->type == YAML_ALIAS_EVENT)
		return reader_alias(reader, event);
	if (event->type == YAML_SCALAR_EVENT) {
		anchor = event->data.scalar.anchor;
		node = reader_scalar(reader, event);
	} else if (event->type == YAML_SEQUENCE_START_EVENT) {
		anchor = event->data.sequence_start.anchor;
		node = reader_children(reader, node_new(reader, DOC_LIST, event), depth + 1);
	} else if (event->type == YAML_MAPPING_START_EVENT) {
		anchor = event->data.mapping_start.anchor;
		node = reader_children(reader, node_new(reader, DOC_MAP, event), depth + 1);
	}
	reader_anchor(reader, (const char *)anchor, node);
	return node;
}

/* One document, and nothing behind it. */
static void reader_stream(struct reader *reader)
{
	bool more = true;

	while (more && !reader->failed) {
		yaml_event_t event;

		if (!reader_event(reader, &event))
			return;
		if (event.type == YAML_STREAM_END_EVENT)
			more = false;
		else if (event.type == YAML_DOCUMENT_START_EVENT && reader->doc->root)
			reader_fail(reader, reader_mark(reader, &event.start_mark), NULL,
				    "a second document begins; a file is one lab, so put this in a file of its own");
		else if (event.type != YAML_STREAM_START_EVENT && event.type != YAML_DOCUMENT_START_EVENT &&
			 event.type != YAML_DOCUMENT_END_EVENT)
			reader->doc->root = reader_node(reader, &event, 0);
		yaml_event_delete(&event);
	}
}

int doc_parse(struct doc *doc, const char *file, const char *text, size_t size, struct lab_problems *problems)
{
	struct reader reader = {.doc = doc, .file = file, .problems = problems};

	*doc = (struct doc){0};
	vs_xcheck(yaml_parser_initialize(&reader.parser) ? doc : NULL);
	yaml_parser_set_input_string(&reader.parser, (const unsigned char *)text, size);
	reader_stream(&reader);
	yaml_parser_delete(&reader.parser);
	for (size_t i = 0; i < reader.n_anchors; i++)
		free(reader.anchors[i].name);
	free(reader.anchors);
	return reader.failed ? -EINVAL : 0;
}

void doc_destroy(struct doc *doc)
{
	for (struct doc_node *node = doc->made, *next; node; node = next) {
		next = node->next_made;
		free(node->text);
		free(node->keys);
		free(node->items);
		free(node);
	}
	*doc = (struct doc){0};
}

const struct doc_node *doc_get(const struct doc_node *map, const char *key)
{
	for (size_t i = 0; map && map->type == DOC_MAP && i < map->n; i++) {
		if (!strcmp(map->keys[i]->text, key))
			return map->items[i];
	}
	return NULL;
}

const char *doc_type_name(const struct doc_node *node)
{
	static const char *const names[] = {
		[DOC_SCALAR] = "a single value", [DOC_LIST] = "a list", [DOC_MAP] = "a map"};

	return names[node->type];
}
