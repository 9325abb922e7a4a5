/* SPDX-License-Identifier: GPL-2.0-only */
/* sections.c - from the sections of all files to the objects of the lab: defaults below, own words above */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/xalloc.h"
#include "vsctl/lab/load.h"

/*
 * An object is filled several times, the weakest words first: defaults, its kind, its group, its own. What comes later
 * takes the place of what came before; maps are added to. For one of `count:' many it is all done once for each,
 * with another ${index}.
 */
#define OBJECTS_MAX 20000
#define COUNT_MAX 4096 /* as in keys.c */

#define ARRAY_ADD(array, n, object)                                                                                    \
	do {                                                                                                           \
		(array) = vs_xrealloc((array), ((n) + 1) * sizeof(*(array)));                                          \
		(array)[(n)++] = (object);                                                                             \
	} while (0)

static const struct doc_node *root_of(const struct lab_loader *loader, size_t i)
{
	return loader->lab->sources->items[i]->doc.root;
}

/* Fill from SECTION, or its NAME, of every file. */
static void fill_layer(const struct lab_loader *loader, const struct lab_scope *scope, struct lab_object *object,
		       const char *section, const char *name)
{
	for (size_t i = 0; name && i < loader->lab->sources->n; i++) {
		const struct doc_node *layer = doc_get(doc_get(root_of(loader, i), section), name);

		if (layer)
			lab_fill(loader, scope, object, layer);
	}
}

static void fill_own(const struct lab_loader *loader, const struct lab_scope *scope, struct lab_object *object,
		     const struct doc_node *value)
{
	uint64_t before = object->set;

	object->set = 0;
	lab_fill(loader, scope, object, value);
	object->own = object->set;
	object->set |= before;
}

/* The map that a section must be. Return: false with the problem noted. */
static bool want_map(const struct lab_loader *loader, const struct doc_node *node, const char *what)
{
	if (node->type == DOC_MAP || node->null)
		return true;
	lab_problem(loader->problems, node->at, what, "%s; it takes a map, like {%s: {}}", doc_type_name(node), "name");
	return false;
}

static bool want_list(const struct lab_loader *loader, const struct doc_node *node, const char *what)
{
	if (node->type == DOC_LIST || node->null)
		return true;
	lab_problem(loader->problems, node->at, what, "%s; it takes a list, each element behind a '-'",
		    doc_type_name(node));
	return false;
}

/* --- named objects: switches and nodes ---------------------------------------------------------------------- */

/* What an object's own words say of how many it is. Return: 0 when they say nothing, or nothing that can be. */
static int64_t count_of(const struct lab_loader *loader, const struct lab_scope *scope, const struct doc_node *value)
{
	const struct doc_node *given = doc_get(value, "count");
	char *text = given && given->type == DOC_SCALAR ? lab_expand_at(loader, scope, given, NULL) : NULL;
	int64_t count = text ? strtoll(text, NULL, 0) : 0;

	free(text);
	return count >= 1 && count <= COUNT_MAX ? count : 0;
}

static void object_free(void *made)
{
	lab_object_clear(made);
	free(made);
}

static void *node_new(const struct lab_loader *loader, const struct lab_scope *scope, const struct doc_node *key,
		      const struct doc_node *value)
{
	struct lab_node *node = vs_xcalloc(1, sizeof(*node));
	const struct doc_node *kind = doc_get(value, "kind"), *group = doc_get(value, "group");

	lab_object_init(&node->o, &lab_shape_node, key->at);
	fill_layer(loader, scope, &node->o, "defaults", "node");
	/* Which kind and group is among the object's own words, or the defaults'. */
	if (!kind)
		fill_layer(loader, scope, &node->o, "kinds", lab_node_kind_name((enum lab_node_kind)node->kind));
	else if (kind->type == DOC_SCALAR)
		fill_layer(loader, scope, &node->o, "kinds", kind->text);
	if (group && group->type == DOC_SCALAR)
		fill_layer(loader, scope, &node->o, "groups", group->text);
	else if (!group && node->group)
		fill_layer(loader, scope, &node->o, "groups", node->group);
	fill_own(loader, scope, &node->o, value);
	return node;
}

static void *switch_new(const struct lab_loader *loader, const struct lab_scope *scope, const struct doc_node *key,
			const struct doc_node *value)
{
	struct lab_switch *made = vs_xcalloc(1, sizeof(*made));

	lab_object_init(&made->o, &lab_shape_switch, key->at);
	fill_layer(loader, scope, &made->o, "defaults", "switch");
	fill_own(loader, scope, &made->o, value);
	return made;
}

static void node_add(struct lab *lab, void *made, struct lab_site *site)
{
	struct lab_node *node = made;

	node->site = site;
	ARRAY_ADD(lab->nodes, lab->n_nodes, node);
}

static void switch_add(struct lab *lab, void *made, struct lab_site *site)
{
	struct lab_switch *sw = made;

	sw->site = site;
	ARRAY_ADD(lab->switches, lab->n_switches, sw);
}

/* What there is by name. */
static const struct named {
	const char *section;
	void *(*make)(const struct lab_loader *loader, const struct lab_scope *scope, const struct doc_node *key,
		      const struct doc_node *value);
	void (*add)(struct lab *lab, void *made, struct lab_site *site);
} switches = {"switches", switch_new, switch_add}, nodes = {"nodes", node_new, node_add};

/* The name of one of many. Return: malloc()ed, or NULL with the problem noted. */
static char *name_of(const struct lab_loader *loader, const struct doc_node *key, const struct lab_scope *scope)
{
	static const struct lab_key name_key = {.name = "name", .type = LAB_NAME};
	struct lab_value value = {0};
	bool indexed = false;
	char *text = lab_expand_at(loader, scope, key, &indexed), *error;

	if (text && scope->index && !indexed) {
		char *longer = vs_xasprintf("%s%" PRId64, text, scope->index);

		free(text);
		text = longer;
	}
	error = text ? lab_types[LAB_NAME].read(&name_key, text, &value) : NULL;
	if (error)
		lab_problem(loader->problems, key->at, text, "%s", error);
	free(error);
	free(text);
	return value.text;
}

/* @index: which of many, or 0 for one alone */
static void named_one(struct lab_loader *loader, const struct named *kind, struct lab_site *site,
		      const struct doc_node *key, const struct doc_node *value, int64_t index)
{
	struct lab_scope scope = {.site = site ? site->o.name : NULL, .index = index};
	char *name = name_of(loader, key, &scope);
	struct lab_object *object;

	if (!name)
		return;
	scope.name = name;
	object = kind->make(loader, &scope, key, value);
	object->name = name;
	object->index = index;
	if (index)
		object->base = vs_xstrdup(key->text);
	kind->add(loader->lab, object, site);
}

static void named_read(struct lab_loader *loader, const struct named *kind, struct lab_site *site,
		       const struct doc_node *section)
{
	struct lab_scope scope = {.site = site ? site->o.name : NULL};

	if (!section || !want_map(loader, section, kind->section))
		return;
	for (size_t i = 0; i < section->n; i++) {
		int64_t count = count_of(loader, &scope, section->items[i]);

		named_one(loader, kind, site, section->keys[i], section->items[i], count ? 1 : 0);
		for (int64_t index = 2; index <= count; index++) {
			if (loader->lab->n_nodes + loader->lab->n_switches > OBJECTS_MAX) {
				lab_problem(loader->problems, section->keys[i]->at, section->keys[i]->text,
					    "more than %d nodes and switches with this; use less", OBJECTS_MAX);
				return;
			}
			named_one(loader, kind, site, section->keys[i], section->items[i], index);
		}
	}
}

/* --- links -------------------------------------------------------------------------------------------------- */

/* The text of an end as it is in the file. */
static const char *end_text(const struct doc_node *end)
{
	const struct doc_node *at = end->type == DOC_MAP ? doc_get(end, "end") : end;

	return at && at->type == DOC_SCALAR ? at->text : "";
}

/* How many there are of what the end @text is in: 0 unless it has a count. */
static int64_t base_count(const struct lab *lab, const char *text)
{
	size_t n = strcspn(text, ":");
	int64_t count = 0;

	for (size_t i = 0; i < lab->n_nodes; i++) {
		const char *base = lab->nodes[i]->o.base;

		count += base && strlen(base) == n && !strncmp(base, text, n);
	}
	for (size_t i = 0; i < lab->n_switches; i++) {
		const char *base = lab->switches[i]->o.base;

		count += base && strlen(base) == n && !strncmp(base, text, n);
	}
	return count;
}

/* How many links the words of one stand for; 0 for just one, that has no index. */
static int64_t link_count(const struct lab_loader *loader, const struct doc_node *ends)
{
	int64_t count = 0;

	for (size_t i = 0; ends && ends->type == DOC_LIST && i < ends->n; i++) {
		const char *text = end_text(ends->items[i]);
		int64_t n = base_count(loader->lab, text);

		if (n && count && n != count)
			lab_problem(loader->problems, ends->items[i]->at, text,
				    "there are %" PRId64 " of these, and %" PRId64
				    " of the other end; give both the same "
				    "count, or write ${index} in a name",
				    n, count);
		count = n ? n : count;
	}
	return count;
}

static void end_fill(struct lab_loader *loader, const struct lab_scope *scope, struct lab_end *end,
		     const struct doc_node *value, int64_t index)
{
	lab_object_init(&end->o, &lab_shape_end, value->at);
	lab_fill(loader, scope, &end->o, value);
	lab_require(loader, &end->o);
	end->o.index = index;
}

static void link_one(struct lab_loader *loader, struct lab_site *site, const struct doc_node *value,
		     const struct doc_node *ends, int64_t index)
{
	struct lab_scope scope = {.site = site ? site->o.name : NULL, .index = index};
	struct lab_link *link = vs_xcalloc(1, sizeof(*link));

	lab_object_init(&link->o, &lab_shape_link, value->at);
	fill_layer(loader, &scope, &link->o, "defaults", "link");
	fill_own(loader, &scope, &link->o, value);
	link->o.index = index;
	link->site = site;
	lab_require(loader, &link->o);
	if (ends && (ends->type != DOC_LIST || ends->n != 2))
		lab_problem(loader->problems, ends->at, "ends",
			    "a link has two ends, not %zu; write them like [web:eth0, "
			    "floor1]",
			    ends->type == DOC_LIST ? ends->n : (size_t)1);
	if (!ends || ends->type != DOC_LIST || ends->n != 2) {
		object_free(link);
		return;
	}
	for (size_t i = 0; i < 2; i++) {
		end_fill(loader, &scope, &link->ends[i], ends->items[i], index);
		link->ends[i].link = link;
	}
	ARRAY_ADD(loader->lab->links, loader->lab->n_links, link);
}

static void links_read(struct lab_loader *loader, struct lab_site *site, const struct doc_node *section)
{
	struct lab_scope scope = {.site = site ? site->o.name : NULL};

	if (!section || !want_list(loader, section, "links"))
		return;
	for (size_t i = 0; i < section->n; i++) {
		const struct doc_node *value = section->items[i];
		const struct doc_node *ends = value->type == DOC_LIST ? value : doc_get(value, "ends");
		int64_t given = count_of(loader, &scope, value), count = link_count(loader, ends);

		if (given && count && given != count)
			lab_problem(loader->problems, doc_get(value, "count")->at, "count",
				    "not what the ends have, which is %" PRId64 "; leave it out", count);
		count = given ? given : count;
		link_one(loader, site, value, ends, count ? 1 : 0);
		for (int64_t index = 2; index <= count && loader->lab->n_links < OBJECTS_MAX; index++)
			link_one(loader, site, value, ends, index);
	}
}

/* --- expectations ------------------------------------------------------------------------------------------- */

static void expect_one(struct lab_loader *loader, const struct doc_node *value)
{
	const char *names[LAB_EXPECT_KINDS_N];
	struct lab_scope scope = {0};
	struct lab_expect *expect;
	size_t kind = 0;

	if (value->type != DOC_MAP || value->n != 1) {
		lab_problem(loader->problems, value->at, "expect",
			    "each is a map of one key, its kind; write it like reach: [web, db]");
		return;
	}
	for (size_t i = 0; i < LAB_EXPECT_KINDS_N; i++)
		names[i] = lab_expect_kind_name((enum lab_expect_kind)i);
	while (kind < LAB_EXPECT_KINDS_N && strcmp(names[kind], value->keys[0]->text))
		kind++;
	if (kind == LAB_EXPECT_KINDS_N) {
		const char *near = lab_nearest(value->keys[0]->text, names, LAB_EXPECT_KINDS_N);

		lab_problem(loader->problems, value->keys[0]->at, value->keys[0]->text,
			    near ? "no kind of expectation; did you mean '%s'?"
				 : "no kind of expectation; one of them is '%s'",
			    near ? near : names[0]);
		return;
	}
	expect = vs_xcalloc(1, sizeof(*expect));
	expect->kind = (enum lab_expect_kind)kind;
	lab_object_init(&expect->o, &lab_expect_shapes[kind], value->keys[0]->at);
	lab_fill(loader, &scope, &expect->o, value->items[0]);
	lab_require(loader, &expect->o);
	ARRAY_ADD(loader->lab->expects, loader->lab->n_expects, expect);
}

/* --- the whole ---------------------------------------------------------------------------------------------- */

static void site_read(struct lab_loader *loader, const struct doc_node *key, const struct doc_node *value, bool links)
{
	struct lab_site *site = lab_find_site(loader->lab, key->text);
	struct lab_scope scope = {.name = key->text, .site = key->text};

	if (links) {
		links_read(loader, site, doc_get(value, "links"));
		return;
	}
	site = vs_xcalloc(1, sizeof(*site));
	lab_object_init(&site->o, &lab_shape_site, key->at);
	site->o.name = name_of(loader, key, &(struct lab_scope){0});
	lab_fill(loader, &scope, &site->o, value);
	if (!site->o.name) {
		object_free(site);
		return;
	}
	ARRAY_ADD(loader->lab->sites, loader->lab->n_sites, site);
	named_read(loader, &switches, site, doc_get(value, "switches"));
	named_read(loader, &nodes, site, doc_get(value, "nodes"));
}

static void sites_read(struct lab_loader *loader, const struct doc_node *section, bool links)
{
	if (!section || !want_map(loader, section, "sites"))
		return;
	for (size_t i = 0; i < section->n; i++)
		site_read(loader, section->keys[i], section->items[i], links);
}

/* Kinds and groups that no node has are read into one that is thrown away, so that what is wrong in them shows. */
static void layer_check(const struct lab_loader *loader, const struct doc_node *section, const struct lab_key *key)
{
	if (!section || !want_map(loader, section, key->name))
		return;
	for (size_t i = 0; i < section->n; i++) {
		struct lab_scope scope = {.name = "name", .site = "site", .index = 1};
		const struct lab_shape *shape = key->shape;
		struct lab_object *object;
		int known = key->shape == &lab_shape_defaults ? lab_key_find(shape, section->keys[i]->text) : 0;
		size_t n = 0;

		while (key->words && key->words[n] && strcmp(key->words[n], section->keys[i]->text))
			n++;
		if (known < 0 || (key->words && !key->words[n])) {
			lab_problem(loader->problems, section->keys[i]->at, section->keys[i]->text,
				    "nothing here has this name; vswitch-lab(5) lists what %s takes", key->name);
			continue;
		}
		if (key->shape == &lab_shape_defaults)
			shape = shape->keys[known].shape;
		object = vs_xcalloc(1, shape->size);
		lab_object_init(object, shape, section->keys[i]->at);
		lab_fill(loader, &scope, object, section->items[i]);
		object_free(object);
	}
}

static void root_read(struct lab_loader *loader, const struct doc_node *root)
{
	static const char *const layers[] = {"defaults", "kinds", "groups"};
	struct lab_scope scope = {0};
	const struct doc_node *underlay = doc_get(root, "underlay");

	lab_fill(loader, &scope, &loader->lab->o, root);
	for (size_t i = 0; i < sizeof(layers) / sizeof(layers[0]); i++)
		layer_check(loader, doc_get(root, layers[i]),
			    &lab_shape_lab.keys[lab_key_find(&lab_shape_lab, layers[i])]);
	if (underlay)
		lab_fill(loader, &scope, &loader->lab->underlay.o, underlay);
}

void lab_sections_read(struct lab_loader *loader)
{
	struct lab *lab = loader->lab;
	struct lab_mark at = {lab->sources->items[lab->sources->n - 1]->shown, 1, 1};

	lab_object_init(&lab->o, &lab_shape_lab, at);
	lab_object_init(&lab->underlay.o, &lab_shape_underlay, at);
	lab_vars_read(loader);
	for (size_t i = 0; i < lab->sources->n; i++) {
		const struct doc_node *root = root_of(loader, i);

		if (!root) {
			struct lab_mark here = {lab->sources->items[i]->shown, 1, 1};

			lab_problem(loader->problems, here, NULL, "the file is empty; begin with lab: NAME");
			continue;
		}
		root_read(loader, root);
	}
	lab_require(loader, &lab->o);
	for (size_t i = 0; i < lab->sources->n; i++) {
		named_read(loader, &switches, NULL, doc_get(root_of(loader, i), "switches"));
		named_read(loader, &nodes, NULL, doc_get(root_of(loader, i), "nodes"));
		sites_read(loader, doc_get(root_of(loader, i), "sites"), false);
	}
	for (size_t i = 0; i < lab->sources->n; i++) {
		const struct doc_node *expect = doc_get(root_of(loader, i), "expect");

		links_read(loader, NULL, doc_get(root_of(loader, i), "links"));
		sites_read(loader, doc_get(root_of(loader, i), "sites"), true);
		for (size_t k = 0; expect && want_list(loader, expect, "expect") && k < expect->n; k++)
			expect_one(loader, expect->items[k]);
	}
}
