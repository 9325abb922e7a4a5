/* SPDX-License-Identifier: GPL-2.0-only */
/* fill.c - from a map of the file to a struct of the model, by the rows of its shape */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/xalloc.h"
#include "vsctl/lab/load.h"

#define RANGE_MAX 4096 /* numbers that one range stands for */

static void *member(struct lab_object *object, const struct lab_key *key)
{
	return (char *)object + key->offset;
}

static bool is_list(const struct lab_key *key)
{
	return key->flags & (LAB_LIST | LAB_MAP);
}

/* --- lists -------------------------------------------------------------------------------------------------- */

struct lab_item *lab_list_add(struct lab_list *list, char *key, char *text, struct lab_mark at)
{
	struct lab_item *item;

	if ((list->n & (list->n + 1)) == 0) /* grow at 0, 1, 3, 7, ... */
		list->items = vs_xrealloc(list->items, (2 * list->n + 1) * sizeof(*list->items));
	item = &list->items[list->n++];
	*item = (struct lab_item){.key = key, .text = text, .at = at};
	return item;
}

void lab_list_clear(struct lab_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		free(list->items[i].key);
		free(list->items[i].text);
	}
	free(list->items);
	*list = (struct lab_list){0};
}

const char *lab_list_get(const struct lab_list *list, const char *key)
{
	for (size_t i = 0; i < list->n; i++) {
		if (!strcmp(list->items[i].key, key))
			return list->items[i].text;
	}
	return NULL;
}

/* --- values ------------------------------------------------------------------------------------------------- */

/* Relative to the file that it stands in. */
static void path_resolve(const struct lab_loader *loader, struct lab_value *value, struct lab_mark at)
{
	const struct lab_sources *sources = loader->lab->sources;
	const char *slash = NULL;
	char *text = value->text;

	if (*text == '/' || !*text)
		return;
	for (size_t i = 0; i < sources->n; i++) {
		if (sources->items[i]->shown == at.file)
			slash = strrchr(sources->items[i]->path, '/');
		if (slash) {
			const char *path = sources->items[i]->path;

			value->text = vs_xasprintf("%.*s/%s", (int)(slash - path), path, text);
			free(text);
			return;
		}
	}
}

/* Read one scalar. Return: false with the problem noted. */
static bool scalar_read(const struct lab_loader *loader, const struct lab_scope *scope, const struct lab_key *key,
			const struct doc_node *node, struct lab_value *value, bool *indexed)
{
	char *text, *error;

	*value = (struct lab_value){0};
	if (node->type != DOC_SCALAR) {
		lab_problem(loader->problems, node->at, key->name, "%s; it takes %s%s", doc_type_name(node),
			    key->flags & LAB_LIST ? "a list, each of it " : "", lab_types[key->type].what);
		return false;
	}
	if (node->null) {
		lab_problem(loader->problems, node->at, key->name, "no value; it takes %s", lab_types[key->type].what);
		return false;
	}
	text = lab_expand_at(loader, scope, node, indexed);
	if (!text)
		return false;
	error = lab_types[key->type].read(key, text, value);
	if (error)
		lab_problem(loader->problems, node->at, text, "%s", error);
	else if (key->type == LAB_PATH)
		path_resolve(loader, value, node->at);
	free(text);
	if (!error)
		return true;
	free(error);
	free(value->text);
	return false;
}

static void list_put(struct lab_list *list, char *key, struct lab_value *value, struct lab_mark at, bool varied)
{
	int64_t last = value->last > value->number ? value->last : value->number;

	for (int64_t number = value->number; number <= last && number - value->number < RANGE_MAX; number++) {
		char *text = value->text ? value->text : vs_xasprintf("%" PRId64, number);
		struct lab_item *item = lab_list_add(list, key, text, at);

		item->number = number;
		item->varied = varied;
	}
}

/* A map adds to what defaults have said, key by key. */
static void map_put(struct lab_list *list, const char *key, struct lab_value *value, struct lab_mark at, bool varied)
{
	for (size_t i = 0; i < list->n; i++) {
		if (strcmp(list->items[i].key, key))
			continue;
		free(list->items[i].text);
		list->items[i].text = value->text ? value->text : vs_xasprintf("%" PRId64, value->number);
		list->items[i].at = at;
		return;
	}
	list_put(list, vs_xstrdup(key), value, at, varied);
}

static void fill_list(const struct lab_loader *loader, const struct lab_scope *scope, const struct lab_key *key,
		      struct lab_list *list, const struct doc_node *node)
{
	struct lab_value value;
	size_t n = node->type == DOC_LIST ? node->n : 1;
	bool shell = key->flags & LAB_SHELL && node->type == DOC_SCALAR;

	lab_list_clear(list);
	for (size_t i = 0; shell && i < 2; i++)
		lab_list_add(list, NULL, vs_xstrdup(i ? "-c" : "/bin/sh"), node->at);
	for (size_t i = 0; i < n; i++) {
		const struct doc_node *item = node->type == DOC_LIST ? node->items[i] : node;
		bool indexed = false;

		if (scalar_read(loader, scope, key, item, &value, &indexed))
			list_put(list, NULL, &value, item->at, indexed);
	}
}

static void fill_map(const struct lab_loader *loader, const struct lab_scope *scope, const struct lab_key *key,
		     struct lab_list *list, const struct doc_node *node)
{
	if (node->type != DOC_MAP) {
		lab_problem(loader->problems, node->at, key->name,
			    "%s; it takes a map of names to values, like {%s: ...}", doc_type_name(node), "name");
		return;
	}
	for (size_t i = 0; i < node->n; i++) {
		struct lab_value value;
		bool indexed = false;

		if (scalar_read(loader, scope, key, node->items[i], &value, &indexed))
			map_put(list, node->keys[i]->text, &value, node->items[i]->at, indexed);
	}
}

static bool fill_scalar(const struct lab_loader *loader, const struct lab_scope *scope, const struct lab_key *key,
			struct lab_object *object, const struct doc_node *node, bool *indexed)
{
	struct lab_value value;

	if (!scalar_read(loader, scope, key, node, &value, indexed))
		return false;
	if (lab_types[key->type].number) {
		memcpy(member(object, key), &value.number, sizeof(value.number));
	} else {
		char **text = member(object, key);

		free(*text);
		*text = value.text;
	}
	return true;
}

/* --- objects ------------------------------------------------------------------------------------------------ */

void lab_object_init(struct lab_object *object, const struct lab_shape *shape, struct lab_mark at)
{
	*object = (struct lab_object){.shape = shape, .at = at};
	object->marks = vs_xcalloc(shape->n_keys, sizeof(*object->marks));
}

static void unknown_key(const struct lab_loader *loader, const struct lab_shape *shape, const struct doc_node *key)
{
	const char **names = vs_xcalloc(shape->n_keys, sizeof(*names));
	const char *near;

	for (size_t i = 0; i < shape->n_keys; i++)
		names[i] = shape->keys[i].name;
	near = lab_nearest(key->text, names, shape->n_keys);
	if (near)
		lab_problem(loader->problems, key->at, key->text, "no such key%s%s; did you mean '%s'?",
			    shape->what ? " of a " : "", shape->what ? shape->what : "", near);
	else
		lab_problem(loader->problems, key->at, key->text,
			    "no such key%s%s; vswitch-lab(5) lists those there are", shape->what ? " of a " : "",
			    shape->what ? shape->what : "");
	free(names);
}

static void fill_key(const struct lab_loader *loader, const struct lab_scope *scope, struct lab_object *object,
		     size_t i, const struct doc_node *node)
{
	const struct lab_key *key = &object->shape->keys[i];
	bool indexed = false;

	if (key->type == LAB_OBJECT || !key->offset)
		; /* for others to read */
	else if (key->flags & LAB_MAP)
		fill_map(loader, scope, key, member(object, key), node);
	else if (key->flags & LAB_LIST)
		fill_list(loader, scope, key, member(object, key), node);
	else if (!fill_scalar(loader, scope, key, object, node, &indexed))
		return;
	object->set |= UINT64_C(1) << i;
	object->varied = (object->varied & ~(UINT64_C(1) << i)) | (uint64_t)indexed << i;
	object->marks[i] = node->at;
}

bool lab_fill(const struct lab_loader *loader, const struct lab_scope *scope, struct lab_object *object,
	      const struct doc_node *value)
{
	const struct lab_shape *shape = object->shape;

	if (value->type == DOC_SCALAR && value->null)
		return true;
	if (value->type != DOC_MAP) {
		for (size_t i = 0; i < shape->n_keys; i++) {
			const struct lab_key *key = &shape->keys[i];

			if (!(key->flags & LAB_SHORT) || (value->type == DOC_LIST && !is_list(key)))
				continue;
			fill_key(loader, scope, object, i, value);
			return true;
		}
		lab_problem(loader->problems, value->at, value->type == DOC_SCALAR ? value->text : NULL,
			    "%s; here is a map of keys, like {%s: ...}", doc_type_name(value), shape->keys[0].name);
		return false;
	}
	for (size_t i = 0; i < value->n; i++) {
		int key = lab_key_find(shape, value->keys[i]->text);

		if (key < 0)
			unknown_key(loader, shape, value->keys[i]);
		else
			fill_key(loader, scope, object, (size_t)key, value->items[i]);
	}
	return true;
}

void lab_require(const struct lab_loader *loader, const struct lab_object *object)
{
	const struct lab_shape *shape = object->shape;

	for (size_t i = 0; i < shape->n_keys; i++) {
		if (shape->keys[i].flags & LAB_REQUIRED && !(object->set >> i & 1))
			lab_problem(loader->problems, object->at, shape->keys[i].name, "missing here; it takes %s",
				    shape->keys[i].type == LAB_OBJECT ? "two ends, like [web:eth0, floor1]"
								      : lab_types[shape->keys[i].type].what);
	}
}

static int key_of_member(const struct lab_object *object, size_t offset)
{
	for (size_t i = 0; i < object->shape->n_keys; i++) {
		if (object->shape->keys[i].offset == offset && object->shape->keys[i].offset)
			return (int)i;
	}
	return -1;
}

bool lab_is_set(const struct lab_object *object, size_t offset)
{
	int key = key_of_member(object, offset);

	return key >= 0 && object->set >> key & 1;
}

struct lab_mark lab_mark_of(const struct lab_object *object, size_t offset)
{
	int key = key_of_member(object, offset);

	return key >= 0 && object->set >> key & 1 ? object->marks[key] : object->at;
}

void lab_copy_key(struct lab_object *to, int to_key, const struct lab_object *from, int from_key)
{
	const struct lab_key *key = &to->shape->keys[to_key];
	const void *source = (const char *)from + from->shape->keys[from_key].offset;

	if (to->set >> to_key & 1 || !(from->set >> from_key & 1))
		return;
	if (is_list(key)) {
		struct lab_list *list = member(to, key);
		const struct lab_list *old = source;

		for (size_t i = 0; i < old->n; i++) {
			const struct lab_item *item = &old->items[i];
			struct lab_item *made = lab_list_add(list, item->key ? vs_xstrdup(item->key) : NULL,
							     vs_xstrdup(item->text), item->at);

			made->number = item->number;
			made->varied = item->varied;
		}
	} else if (lab_types[key->type].number) {
		memcpy(member(to, key), source, sizeof(int64_t));
	} else {
		*(char **)member(to, key) = vs_xstrdup(*(char *const *)source);
	}
	to->set |= UINT64_C(1) << to_key;
	to->varied |= (from->varied >> from_key & 1) << to_key;
	to->marks[to_key] = from->marks[from_key];
}

void lab_object_clear(struct lab_object *object)
{
	for (size_t i = 0; object->shape && i < object->shape->n_keys; i++) {
		const struct lab_key *key = &object->shape->keys[i];

		if (!key->offset) /* not held in the struct */
			continue;
		if (is_list(key) && key->type != LAB_OBJECT)
			lab_list_clear(member(object, key));
		else if (key->type != LAB_OBJECT && !lab_types[key->type].number)
			free(*(char **)member(object, key));
	}
	free(object->marks);
	free(object->name);
	free(object->base);
}
