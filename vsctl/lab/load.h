/* SPDX-License-Identifier: GPL-2.0-only */
/* load.h - what the parts of lab_load() share: files, variables, filling structs from trees */
#ifndef VS_LAB_LOAD_H
#define VS_LAB_LOAD_H

#include "vsctl/lab/doc.h"
#include "vsctl/lab/keys.h"
#include "vsctl/lab/model.h"

/** struct lab_source - a file; @shown: its path as it is written in messages, @path: the absolute one */
struct lab_source {
	char *shown, *path;
	struct doc doc;
};

/** struct lab_sources - all files, those that are included before those that include them */
struct lab_sources {
	struct lab_source **items;
	size_t n;
};

/** struct lab_loader - a lab being loaded */
struct lab_loader {
	struct lab *lab;
	const struct lab_options *options;
	struct lab_problems *problems;
	struct lab_list vars;
};

/** struct lab_scope - what variables there are where a value stands; any member may be NULL, @index 0 */
struct lab_scope {
	const char *name, *site;
	int64_t index;
};

/**
 * lab_expand() - replace the variables of @text
 * @indexed: set when ${index} was among them
 * Return: malloc()ed, or NULL with a malloc()ed sentence in @error
 */
char *lab_expand(const struct lab_loader *loader, const struct lab_scope *scope, const char *text, bool *indexed,
		 char **error);

/** lab_expand_at() - the same for a scalar of the file, with the problem noted. Return: NULL when there is one. */
char *lab_expand_at(const struct lab_loader *loader, const struct lab_scope *scope, const struct doc_node *scalar,
		    bool *indexed);

/** lab_vars_read() - take up `vars:' of all files and of the command line. */
void lab_vars_read(struct lab_loader *loader);

/** lab_list_add() / lab_list_clear() - @key and @text are taken over. */
struct lab_item *lab_list_add(struct lab_list *list, char *key, char *text, struct lab_mark at);
void lab_list_clear(struct lab_list *list);

/** lab_list_get() - the text that a map has for @key, or NULL. */
const char *lab_list_get(const struct lab_list *list, const char *key);

/** lab_object_init() - an empty object at @at. */
void lab_object_init(struct lab_object *object, const struct lab_shape *shape, struct lab_mark at);

/**
 * lab_fill() - put what @value says into @object; what it does not say stays
 * Keys of type LAB_OBJECT are only noted as given. Return: false when @value is neither a map nor a short form.
 */
bool lab_fill(const struct lab_loader *loader, const struct lab_scope *scope, struct lab_object *object,
	      const struct doc_node *value);

/** lab_require() - note a problem for each key that must be given and is not. */
void lab_require(const struct lab_loader *loader, const struct lab_object *object);

/** lab_copy_key() - give @to, unless it has its own, what @from has for its key of the same name. */
void lab_copy_key(struct lab_object *to, int to_key, const struct lab_object *from, int from_key);

/** lab_object_clear() - free what the object's keys hold, and the object's own texts. */
void lab_object_clear(struct lab_object *object);

/** lab_file_read() - a whole file. Return: malloc()ed and ended by a NUL; NULL with errno set. */
char *lab_file_read(const char *path, size_t *size);

/** lab_sources_read() - read the file @path, or @text in its place, and all that it includes. Return: 0 or -EINVAL. */
int lab_sources_read(struct lab_loader *loader, const char *path, const char *text, size_t size);
void lab_sources_free(struct lab_sources *sources);

/** lab_sections_read() - from trees to the objects of the lab. */
void lab_sections_read(struct lab_loader *loader);

/** lab_resolve() - names to objects, links to their ends, and all that only shows when everything is there. */
void lab_resolve(struct lab_loader *loader);

/** lab_check() - rules that the whole lab must obey: names and addresses that are taken twice, and the like. */
void lab_check(struct lab_loader *loader);

/** lab_ends_resolve() - the part of lab_resolve() about links; those with problems are taken out. */
void lab_ends_resolve(struct lab_loader *loader);

void lab_link_free(struct lab_link *link);

/**
 * lab_short_name() - @full, or where it is longer than a network device's name may be, the beginning of @readable and a
 * hash of @full
 */
char *lab_short_name(const char *full, const char *readable);

#endif
