/* SPDX-License-Identifier: GPL-2.0-only */
/* import-nodes.c - nodes of a containerlab file: which keys become which of ours */
#include <string.h>

#include "common/xalloc.h"
#include "vsctl/labfile/import.h"

/*
 * What holds for a node stands in up to four places: the node, its group, its kind, the defaults. They are put together
 * here, by containerlab's rules: maps and the lists named below are added to, of anything else the nearest counts.
 */
#define PLACES 4

/* What becomes of a key. */
enum way {
	HERE,	/* looked at elsewhere */
	SCALAR, /* a key of ours, or a word for podman */
	LIST,	/* the same, for each element, of all places */
	MAP,
	LEFT_OUT,
};

/* @to: our key, or podman's option, or why it is left out */
static const struct row {
	const char *name;
	enum way way;
	const char *to;
} rows[] = {
	{"kind", HERE, NULL},
	{"group", HERE, NULL},
	{"image", HERE, NULL},
	{"exec", LIST, "run"},
	{"env", MAP, "env"},
	{"labels", MAP, "labels"},
	{"sysctls", MAP, "sysctl"},
	{"cmd", SCALAR, "command"},
	{"binds", LIST, "--volume"},
	{"devices", LIST, "--device"},
	{"cap-add", LIST, "--cap-add"},
	{"env-files", LIST, "--env-file"},
	{"entrypoint", SCALAR, "--entrypoint"},
	{"user", SCALAR, "--user"},
	{"cpu", SCALAR, "--cpus"},
	{"cpu-set", SCALAR, "--cpuset-cpus"},
	{"memory", SCALAR, "--memory"},
	{"shm-size", SCALAR, "--shm-size"},
	{"ports", LEFT_OUT, "nodes have no management network to publish a port from"},
	{"mgmt-ipv4", LEFT_OUT, "nodes have no management network"},
	{"mgmt_ipv4", LEFT_OUT, "nodes have no management network"},
	{"mgmt-ipv6", LEFT_OUT, "nodes have no management network"},
	{"mgmt_ipv6", LEFT_OUT, "nodes have no management network"},
	{"network-mode", LEFT_OUT, "a node has the networks of its links only"},
	{"dns", LEFT_OUT, "write nameservers with a command in run:"},
	{"certificate", LEFT_OUT, "no certificates are made"},
	{"healthcheck", LEFT_OUT, "write what must hold in expect:"},
	{"startup-config", LEFT_OUT,
	 "no configuration is loaded into a network operating system; bind it, or write run:"},
	{"enforce-startup-config", LEFT_OUT, "no configuration is loaded into a network operating system"},
	{"license", LEFT_OUT, "no license is installed"},
	{"type", LEFT_OUT, "variants of a network operating system are not known here"},
	{"startup-delay", LEFT_OUT, "nodes start at once; write what must be waited for in run:"},
	{"stages", LEFT_OUT, "nodes start at once; write what must be waited for in run:"},
	{"wait-for", LEFT_OUT, "nodes start at once; write what must be waited for in run:"},
	{"auto-remove", LEFT_OUT, "vsctl lab down removes every container"},
	{"restart-policy", LEFT_OUT, "a container that ends is started again by vsctl lab up"},
	{"runtime", LEFT_OUT, "images are run by podman"},
	{"image-pull-policy", LEFT_OUT, "podman fetches an image that is not there"},
	{"position", LEFT_OUT, "vsctl lab graph places nodes by itself"},
	{"publish", LEFT_OUT, "nodes have no management network to publish a port from"},
};

static const struct row *row_find(const char *name)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!strcmp(rows[i].name, name))
			return &rows[i];
	}
	return NULL;
}

/* struct places - where what holds for a node stands, the nearest first; some are NULL */
struct places {
	const struct doc_node *at[PLACES];
};

static const char *text_in(const struct places *places, const char *key)
{
	for (size_t i = 0; i < PLACES; i++) {
		const struct doc_node *value = doc_get(places->at[i], key);

		if (value && value->type == DOC_SCALAR && !value->null)
			return value->text;
	}
	return NULL;
}

static struct places places_of(const struct import *import, const struct doc_node *node)
{
	const struct doc_node *defaults = doc_get(import->topology, "defaults");
	struct places places = {{node, NULL, NULL, defaults}};
	const char *group = text_in(&places, "group"), *kind;

	places.at[1] = group ? doc_get(doc_get(import->topology, "groups"), group) : NULL;
	kind = text_in(&places, "kind");
	places.at[2] = kind ? doc_get(doc_get(import->topology, "kinds"), kind) : NULL;
	return places;
}

/* --- what is left out ----------------------------------------------------------------------------------------- */

static void keys_complain(const struct doc_node *map)
{
	for (size_t i = 0; map && map->type == DOC_MAP && i < map->n; i++) {
		const struct row *row = row_find(map->keys[i]->text);

		if (!row)
			import_left_out(map->keys[i]->at, map->keys[i]->text,
					"left out: there is nothing like it here");
		else if (row->way == LEFT_OUT)
			import_left_out(map->keys[i]->at, map->keys[i]->text, "left out: %s", row->to);
	}
}

/* Each place once, however many nodes it holds for. */
static void places_complain(const struct import *import)
{
	static const char *const maps[] = {"kinds", "groups", "nodes"};

	keys_complain(doc_get(import->topology, "defaults"));
	for (size_t m = 0; m < sizeof(maps) / sizeof(maps[0]); m++) {
		const struct doc_node *map = doc_get(import->topology, maps[m]);

		for (size_t i = 0; map && map->type == DOC_MAP && i < map->n; i++)
			keys_complain(map->items[i]);
	}
}

/* --- what is taken over --------------------------------------------------------------------------------------- */

static void put_list(FILE *out, const struct places *places, const char *key, const char *option, bool *first)
{
	for (size_t p = PLACES; p-- > 0;) {
		const struct doc_node *list = doc_get(places->at[p], key);

		for (size_t i = 0; list && list->type == DOC_LIST && i < list->n; i++) {
			if (list->items[i]->type != DOC_SCALAR)
				continue;
			fputs(*first ? "" : ", ", out);
			*first = false;
			if (option)
				fprintf(out, "%s, ", option);
			import_put(out, list->items[i]->text);
		}
	}
}

static void put_map(FILE *out, const struct places *places, const char *key, bool *first)
{
	for (size_t p = 0; p < PLACES; p++) {
		const struct doc_node *map = doc_get(places->at[p], key);

		for (size_t i = 0; map && map->type == DOC_MAP && i < map->n; i++) {
			bool nearer = false;

			for (size_t k = 0; k < p; k++)
				nearer = nearer || doc_get(doc_get(places->at[k], key), map->keys[i]->text);
			if (nearer || map->items[i]->type != DOC_SCALAR)
				continue;
			fputs(*first ? "" : ", ", out);
			*first = false;
			import_put(out, map->keys[i]->text);
			fputs(": ", out);
			import_put(out, map->items[i]->text);
		}
	}
}

/* The value of a row as YAML, "" when there is none. Return: malloc()ed. */
static char *value_of(const struct places *places, const struct row *row)
{
	const char *text = row->way == SCALAR ? text_in(places, row->name) : NULL;
	bool podman = row->to && *row->to == '-', first = true;
	char *value = NULL;
	size_t size;
	FILE *out = vs_xcheck(open_memstream(&value, &size));

	if (row->way == LIST)
		put_list(out, places, row->name, podman ? row->to : NULL, &first);
	else if (row->way == MAP)
		put_map(out, places, row->name, &first);
	if (text && podman)
		fprintf(out, "%s, ", row->to);
	if (text)
		import_put(out, text);
	fclose(out);
	return value;
}

static void node_put(struct import *import, const char *name, const struct places *places)
{
	const char *image = text_in(places, "image"), *group = text_in(places, "group");
	bool podman = false;

	fprintf(import->nodes, "  ");
	import_put(import->nodes, name);
	fprintf(import->nodes, ":\n    kind: %s\n", image ? "container" : "netns");
	if (image) {
		fputs("    image: ", import->nodes);
		import_put(import->nodes, image);
		fputc('\n', import->nodes);
	}
	if (group) {
		fputs("    group: ", import->nodes);
		import_put(import->nodes, group);
		fputc('\n', import->nodes);
	}
	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			const char *open = rows[i].way == LIST ? "[" : rows[i].way == MAP ? "{" : "";
			const char *close = rows[i].way == LIST ? "]" : rows[i].way == MAP ? "}" : "";
			bool for_podman = rows[i].to && *rows[i].to == '-';
			char *value;

			if (rows[i].way == HERE || rows[i].way == LEFT_OUT || for_podman != (pass == 1))
				continue;
			value = value_of(places, &rows[i]);
			if (*value && for_podman)
				fprintf(import->nodes, "%s%s", podman ? ", " : "    podman: [", value);
			else if (*value)
				fprintf(import->nodes, "    %s: %s%s%s\n", rows[i].to, open, value, close);
			podman = podman || (*value && for_podman);
			free(value);
		}
	}
	fputs(podman ? "]\n" : "", import->nodes);
}

static bool is_bridge(const char *kind)
{
	return kind && (!strcmp(kind, "bridge") || !strcmp(kind, "ovs-bridge"));
}

bool import_is_switch(const struct import *import, const char *name)
{
	const struct doc_node *node = doc_get(doc_get(import->topology, "nodes"), name);
	struct places places = places_of(import, node);

	return node && is_bridge(text_in(&places, "kind"));
}

/* Kinds that are no container. */
static bool is_other(const char *kind)
{
	return kind && (!strcmp(kind, "host") || !strcmp(kind, "ext-container") || !strcmp(kind, "k8s-kind"));
}

bool import_is_node(const struct import *import, const char *name)
{
	const struct doc_node *node = doc_get(doc_get(import->topology, "nodes"), name);
	struct places places = places_of(import, node);

	return node && !is_other(text_in(&places, "kind"));
}

/* A group of ours without keys, so that its name stands for its nodes; what holds for it stands at each of them. */
static void group_put(struct import *import, const char *group)
{
	if (!group || json_object_get(import->groups, group))
		return;
	json_object_set_new(import->groups, group, json_true());
	fputs("  ", import->group_lines);
	import_put(import->group_lines, group);
	fputs(": {}\n", import->group_lines);
}

void import_nodes(struct import *import)
{
	const struct doc_node *nodes = doc_get(import->topology, "nodes");

	places_complain(import);
	for (size_t i = 0; nodes && nodes->type == DOC_MAP && i < nodes->n; i++) {
		const char *name = nodes->keys[i]->text;
		struct places places = places_of(import, nodes->items[i]);
		const char *kind = text_in(&places, "kind");

		if (is_bridge(kind)) {
			fputs("  ", import->switches);
			import_put(import->switches, name);
			fputs(": {}\n", import->switches);
		} else if (is_other(kind)) {
			import_left_out(nodes->keys[i]->at, name, "left out with its links: its kind is %s%s", kind,
					!strcmp(kind, "ext-container") ? "; write {attach: podman:NAME}" : "");
		} else {
			if (!kind || strcmp(kind, "linux"))
				import_left_out(nodes->keys[i]->at, name,
						"its kind is %s; taken for a Linux container, with nothing of what "
						"containerlab does to start it",
						kind ? kind : "not given");
			group_put(import, text_in(&places, "group"));
			node_put(import, name, &places);
		}
	}
}
