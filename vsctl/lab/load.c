/* SPDX-License-Identifier: GPL-2.0-only */
/* load.c - a lab from its file: the steps in order, and the end of it */
#include "vsctl/lab/load.h"

#include <stdlib.h>
#include <string.h>

#include "common/xalloc.h"

struct lab_node *lab_find_node(const struct lab *lab, const char *name)
{
	for (size_t i = 0; i < lab->n_nodes; i++) {
		if (!strcmp(lab->nodes[i]->o.name, name))
			return lab->nodes[i];
	}
	return NULL;
}

struct lab_switch *lab_find_switch(const struct lab *lab, const char *name)
{
	for (size_t i = 0; i < lab->n_switches; i++) {
		if (!strcmp(lab->switches[i]->o.name, name))
			return lab->switches[i];
	}
	return NULL;
}

struct lab_site *lab_find_site(const struct lab *lab, const char *name)
{
	for (size_t i = 0; i < lab->n_sites; i++) {
		if (!strcmp(lab->sites[i]->o.name, name))
			return lab->sites[i];
	}
	return NULL;
}

void lab_link_free(struct lab_link *link)
{
	for (size_t i = 0; i < 2; i++) {
		lab_object_clear(&link->ends[i].o);
		free(link->ends[i].device);
	}
	lab_object_clear(&link->o);
	free(link);
}

static void node_free(struct lab_node *node)
{
	lab_object_clear(&node->o);
	free(node->netns);
	free(node->ends);
	free(node);
}

static void expect_free(struct lab_expect *expect)
{
	lab_object_clear(&expect->o);
	free(expect->between.items);
	free(expect->from.items);
	free(expect->to.items);
	free(expect->on.items);
	free(expect);
}

void lab_free(struct lab *lab)
{
	if (!lab)
		return;
	for (size_t i = 0; i < lab->n_links; i++)
		lab_link_free(lab->links[i]);
	for (size_t i = 0; i < lab->n_nodes; i++)
		node_free(lab->nodes[i]);
	for (size_t i = 0; i < lab->n_switches; i++) {
		lab_object_clear(&lab->switches[i]->o);
		free(lab->switches[i]);
	}
	for (size_t i = 0; i < lab->n_sites; i++) {
		lab_object_clear(&lab->sites[i]->o);
		free(lab->sites[i]);
	}
	for (size_t i = 0; i < lab->n_expects; i++)
		expect_free(lab->expects[i]);
	lab_object_clear(&lab->underlay.o);
	lab_object_clear(&lab->o);
	lab_sources_free(lab->sources);
	free(lab->links);
	free(lab->nodes);
	free(lab->switches);
	free(lab->sites);
	free(lab->expects);
	free(lab->file);
	free(lab);
}

struct lab *lab_load_text(const char *path, const char *text, size_t size, const struct lab_options *options,
			  struct lab_problems *problems)
{
	struct lab *lab = vs_xcalloc(1, sizeof(*lab));
	struct lab_loader loader = {.lab = lab, .options = options, .problems = problems};

	if (!lab_sources_read(&loader, path, text, size)) {
		lab->file = vs_xstrdup(lab->sources->items[lab->sources->n - 1]->path);
		lab_sections_read(&loader);
		lab_resolve(&loader);
		lab_check(&loader);
		if (options && options->datapath) {
			free(lab->datapath);
			lab->datapath = vs_xstrdup(options->datapath);
		} else if (!lab->datapath) {
			lab->datapath = vs_xstrdup("auto");
		}
	}
	lab_list_clear(&loader.vars);
	if (!problems->n)
		return lab;
	lab_free(lab);
	return NULL;
}

struct lab *lab_load(const char *path, const struct lab_options *options, struct lab_problems *problems)
{
	return lab_load_text(path, NULL, 0, options, problems);
}
