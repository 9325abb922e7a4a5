/* SPDX-License-Identifier: GPL-2.0-only */
/* resolve.c - from words to what they name: sites, nodes, routes, tunnels, expectations */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/addr.h"
#include "common/xalloc.h"
#include "vsctl/lab/address.h"
#include "vsctl/lab/load.h"

#define UNDERLAY_DEFAULT "192.0.2.0/24" /* RFC 5737: for examples */

/* --- sites -------------------------------------------------------------------------------------------------- */

static bool is_local(const struct lab_site *site)
{
	return site->host && !strcmp(site->host, "local");
}

/* The site that the command line names is this machine, whatever the file says. */
static void sites_choose(const struct lab_loader *loader)
{
	const char *chosen = loader->options ? loader->options->site : NULL;
	struct lab *lab = loader->lab;

	if (chosen && !lab_find_site(lab, chosen)) {
		lab_problem(loader->problems, lab->o.at, chosen, "no site of this lab; give the name of one");
		return;
	}
	for (size_t i = 0; chosen && i < lab->n_sites; i++) {
		struct lab_site *site = lab->sites[i];
		bool is = !strcmp(site->o.name, chosen);

		if (is || is_local(site)) {
			free(site->host);
			site->host = vs_xstrdup(is ? "local" : "elsewhere");
		}
	}
}

static void site_address(const struct lab_loader *loader, struct lab_site *site, uint64_t number, bool machines)
{
	const struct lab_underlay *underlay = &loader->lab->underlay;
	char *network;

	if (site->address || machines)
		return;
	network = lab_cidr_network(underlay->subnet);
	site->address = lab_cidr_add(network, number);
	if (!site->address)
		lab_problem(loader->problems, site->o.at, underlay->subnet,
			    "the underlay has no address left for this site; use a shorter prefix length");
	free(network);
}

static void sites_resolve(const struct lab_loader *loader)
{
	struct lab *lab = loader->lab;
	const struct lab_site *local = NULL;

	if (!lab->underlay.subnet)
		lab->underlay.subnet = vs_xstrdup(UNDERLAY_DEFAULT);
	sites_choose(loader);
	for (size_t i = 0; i < lab->n_sites; i++) {
		if (!is_local(lab->sites[i]))
			continue;
		if (local)
			lab_problem(loader->problems, lab_mark_of(&lab->sites[i]->o, offsetof(struct lab_site, host)),
				    "local", "site '%s' is local already; a machine is one site", local->o.name);
		local = lab->sites[i];
	}
	for (size_t i = 0; i < lab->n_sites; i++) {
		lab->sites[i]->here = local ? lab->sites[i] == local : !lab->sites[i]->host;
		site_address(loader, lab->sites[i], i + 1, local || lab->sites[i]->host);
	}
	if (!lab->n_sites && lab->o.set >> lab_key_find(&lab_shape_lab, "underlay") & 1)
		lab_problem(loader->problems, lab->underlay.o.at, "underlay",
			    "there are no sites to join; leave it out, or add sites:");
}

/* --- nodes and switches --------------------------------------------------------------------------------------- */

static bool here(const struct lab_site *site)
{
	return !site || site->here;
}

static void node_keys_check(const struct lab_loader *loader, const struct lab_node *node)
{
	for (size_t i = 0; i < node->o.shape->n_keys; i++) {
		const struct lab_key *key = &node->o.shape->keys[i];
		const char *path;

		if (!(node->o.set >> i & 1))
			continue;
		if (key->kinds && !(key->kinds >> node->kind & 1) && node->o.own >> i & 1)
			lab_problem(loader->problems, node->o.marks[i], key->name,
				    "no key of a node of kind %s; leave it out, or change the kind",
				    lab_node_kind_name((enum lab_node_kind)node->kind));
		if (!(key->flags & LAB_EXISTS) || !here(node->site))
			continue;
		path = *(char *const *)(const void *)((const char *)node + key->offset);
		if (path && access(path, F_OK))
			lab_problem(loader->problems, node->o.marks[i], path,
				    "the %s is not there; give the path of one that is", key->name);
	}
}

/* What a node of its kind cannot be without. */
static void node_needs_check(const struct lab_loader *loader, const struct lab_node *node)
{
	const char *missing = NULL;

	if (node->kind == LAB_CONTAINER && !node->rootfs && !node->image)
		missing = "a container needs a rootfs or an image";
	else if (node->kind == LAB_VM && !node->kernel && !node->disk)
		missing = "a vm needs a kernel or a disk; for one that somebody else starts, use kind: tap";
	else if (node->kind == LAB_ATTACH && !node->attach)
		missing = "say what to attach to, with attach: podman:NAME for example";
	if (missing)
		lab_problem(loader->problems, node->o.at, node->o.name, "%s", missing);
	if (node->kind == LAB_CONTAINER && node->rootfs && node->image)
		lab_problem(loader->problems, lab_mark_of(&node->o, offsetof(struct lab_node, image)), node->image,
			    "there is a rootfs already; a container has one of the two");
	else if (node->kind == LAB_CONTAINER && node->image && node->runtime != LAB_PODMAN)
		lab_problem(loader->problems, lab_mark_of(&node->o, offsetof(struct lab_node, runtime)), node->image,
			    "only podman takes an image; for runc and crun give a rootfs");
	if (node->kind == LAB_VM && node->initrd && !node->kernel)
		lab_problem(loader->problems, lab_mark_of(&node->o, offsetof(struct lab_node, initrd)), node->initrd,
			    "an initrd goes with a kernel; add one");
}

static void node_group_check(const struct lab_loader *loader, const struct lab_node *node)
{
	const struct lab_sources *sources = loader->lab->sources;
	const char *names[64];
	const char *near;
	size_t n = 0;

	for (size_t i = 0; node->group && i < sources->n; i++) {
		const struct doc_node *groups = doc_get(sources->items[i]->doc.root, "groups");

		for (size_t g = 0; groups && groups->type == DOC_MAP && g < groups->n; g++) {
			if (!strcmp(groups->keys[g]->text, node->group))
				return;
			if (n < sizeof(names) / sizeof(names[0]))
				names[n++] = groups->keys[g]->text;
		}
	}
	near = node->group ? lab_nearest(node->group, names, n) : NULL;
	if (node->group)
		lab_problem(loader->problems, lab_mark_of(&node->o, offsetof(struct lab_node, group)), node->group,
			    near ? "no such group; did you mean '%s'?" : "no such group; add it to groups:%s",
			    near ? near : "");
}

static void node_resolve(const struct lab_loader *loader, struct lab_node *node)
{
	struct lab *lab = loader->lab;

	if (node->attach && !lab_is_set(&node->o, offsetof(struct lab_node, kind)))
		node->kind = LAB_ATTACH;
	if (node->image && !lab_is_set(&node->o, offsetof(struct lab_node, runtime)))
		node->runtime = LAB_PODMAN;
	if (!node->hostname)
		node->hostname = vs_xstrdup(node->o.name);
	if (node->kind != LAB_VM && node->kind != LAB_TAP)
		node->netns = vs_xasprintf("%s-%s", lab->name ? lab->name : "", node->o.name);
	node_keys_check(loader, node);
	node_needs_check(loader, node);
	node_group_check(loader, node);
	if (lab->n_sites && !node->site)
		lab_problem(loader->problems, node->o.at, node->o.name,
			    "in no site; where there are sites, every node is in one of them");
}

static void switch_resolve(const struct lab_loader *loader, struct lab_switch *sw)
{
	struct lab *lab = loader->lab;
	char *full = vs_xasprintf("%s-%s", lab->name ? lab->name : "", sw->o.name);

	if (!sw->bridge && sw->external && strlen(sw->o.name) > 15)
		lab_problem(
			loader->problems, sw->o.at, sw->o.name,
			"too long for the name of a bridge that is there (15 characters); say which with bridge: NAME");
	if (!sw->bridge)
		sw->bridge = sw->external ? vs_xstrdup(sw->o.name) : lab_short_name(full, sw->o.name);
	free(full);
	if (lab->n_sites && !sw->site)
		lab_problem(loader->problems, sw->o.at, sw->o.name,
			    "in no site; where there are sites, every switch is in one of them");
	if (sw->external && sw->site && !is_local(sw->site) && sw->site->here)
		lab_problem(loader->problems, lab_mark_of(&sw->o, offsetof(struct lab_switch, external)), sw->o.name,
			    "a site that is made here has no bridges of others; leave external out");
}

/* --- routes and tunnels --------------------------------------------------------------------------------------- */

/* The node's device in whose network @address is, or NULL. */
static struct lab_end *end_towards(const struct lab_node *node, const char *address)
{
	for (size_t i = 0; i < node->n_ends; i++) {
		for (size_t k = 0; k < node->ends[i]->ip.n; k++) {
			if (lab_cidr_has(node->ends[i]->ip.items[k].text, address))
				return node->ends[i];
		}
	}
	return NULL;
}

static void route_place(const struct lab_loader *loader, const struct lab_node *node, const struct lab_item *item,
			const char *gateway, size_t member)
{
	struct lab_end *end = end_towards(node, gateway);

	if (end)
		lab_list_add((struct lab_list *)(void *)((char *)end + member), NULL, vs_xstrdup(item->text), item->at);
	else
		lab_problem(loader->problems, item->at, item->text,
			    "no device of '%s' has an address in the network of %s; give a link's end such an ip",
			    node->o.name, gateway);
}

static void node_routes(const struct lab_loader *loader, const struct lab_node *node)
{
	for (size_t i = 0; i < node->gateway.n; i++)
		route_place(loader, node, &node->gateway.items[i], node->gateway.items[i].text,
			    offsetof(struct lab_end, gateway));
	for (size_t i = 0; i < node->routes.n; i++)
		route_place(loader, node, &node->routes.items[i], strstr(node->routes.items[i].text, " via ") + 5,
			    offsetof(struct lab_end, routes));
	for (size_t i = 0; i < node->n_ends; i++) {
		if (node->mtu && !node->ends[i]->mtu)
			node->ends[i]->mtu = node->mtu;
	}
}

static void remote_add(const struct lab_loader *loader, struct lab_list *list, const struct lab_site *site,
		       const struct lab_item *item)
{
	if (site->address)
		lab_list_add(list, NULL, lab_cidr_address(site->address), item->at);
	else
		lab_problem(loader->problems, item->at, site->o.name,
			    "the site has no address; a site that is a machine needs one: address: ADDRESS/BITS");
}

/* Sites become their addresses. */
static void link_remotes(const struct lab_loader *loader, struct lab_link *link)
{
	struct lab *lab = loader->lab;
	struct lab_list list = {0};

	for (size_t i = 0; i < link->remotes.n; i++) {
		const struct lab_item *item = &link->remotes.items[i];
		const struct lab_site *site = lab_find_site(lab, item->text);
		struct vs_ip ip;

		if (!strcmp(item->text, "all") && !site) {
			for (size_t s = 0; s < lab->n_sites; s++) {
				if (lab->sites[s] != link->ends[0].sw->site)
					remote_add(loader, &list, lab->sites[s], item);
			}
		} else if (site) {
			if (site == link->ends[0].sw->site)
				lab_problem(loader->problems, item->at, item->text,
					    "a tunnel to the site that it begins in; name another");
			remote_add(loader, &list, site, item);
		} else if (!vs_ip_parse(item->text, &ip)) {
			lab_list_add(&list, NULL, vs_xstrdup(item->text), item->at);
		} else {
			lab_problem(loader->problems, item->at, item->text,
				    "neither an address nor a site of this lab; write one like 192.0.2.2");
		}
	}
	lab_list_clear(&link->remotes);
	link->remotes = list;
	if (link->o.set >> lab_key_find(&lab_shape_link, "remotes") & 1 && !list.n)
		lab_problem(loader->problems, lab_mark_of(&link->o, offsetof(struct lab_link, remotes)), "remotes",
			    "nobody at the other end; name at least one address or site");
}

/* --- expectations --------------------------------------------------------------------------------------------- */

static void nodes_add(struct lab_nodes *nodes, struct lab_node *node)
{
	nodes->items = vs_xrealloc(nodes->items, (nodes->n + 1) * sizeof(struct lab_node *));
	nodes->items[nodes->n++] = node;
}

static void name_unknown(const struct lab_loader *loader, const struct lab_item *item)
{
	const struct lab *lab = loader->lab;
	const char **names = vs_xcalloc(lab->n_nodes, sizeof(*names)), *near;

	for (size_t i = 0; i < lab->n_nodes; i++)
		names[i] = lab->nodes[i]->o.name;
	near = lab_nearest(item->text, names, lab->n_nodes);
	if (lab_find_switch(lab, item->text))
		lab_problem(loader->problems, item->at, item->text, "a switch; an expectation is about nodes");
	else if (near)
		lab_problem(loader->problems, item->at, item->text, "no node of this lab; did you mean '%s'?", near);
	else
		lab_problem(loader->problems, item->at, item->text,
			    "no node of this lab; name one, a group, or what has a count");
	free(names);
}

static void nodes_resolve(const struct lab_loader *loader, const struct lab_list *names, struct lab_nodes *nodes)
{
	const struct lab *lab = loader->lab;

	for (size_t i = 0; i < names->n; i++) {
		const char *name = names->items[i].text;
		struct lab_node *node = lab_find_node(lab, name);
		size_t before = nodes->n;

		if (node)
			nodes_add(nodes, node);
		for (size_t k = 0; !node && k < lab->n_nodes; k++) {
			struct lab_node *one = lab->nodes[k];

			if ((one->o.base && !strcmp(one->o.base, name)) || (one->group && !strcmp(one->group, name)))
				nodes_add(nodes, one);
		}
		if (nodes->n == before)
			name_unknown(loader, &names->items[i]);
	}
}

static void expect_resolve(const struct lab_loader *loader, struct lab_expect *expect)
{
	bool whom = lab_key_find(expect->o.shape, "between") >= 0;

	nodes_resolve(loader, &expect->between_names, &expect->between);
	nodes_resolve(loader, &expect->from_names, &expect->from);
	nodes_resolve(loader, &expect->to_names, &expect->to);
	nodes_resolve(loader, &expect->on_names, &expect->on);
	if (!whom)
		return;
	if (!expect->from_names.n != !expect->to_names.n)
		lab_problem(loader->problems, expect->o.at, expect->from_names.n ? "from" : "to",
			    "half of it; say from and to, or between");
	else if (!expect->between_names.n && !expect->from_names.n)
		lab_problem(loader->problems, expect->o.at, lab_expect_kind_name(expect->kind),
			    "between whom? Name nodes, like [web, db], or say from and to");
	else if (expect->between_names.n == 1 && expect->between.n == 1)
		lab_problem(loader->problems, expect->between_names.items[0].at, expect->between_names.items[0].text,
			    "one node alone; name at least two");
}

void lab_resolve(struct lab_loader *loader)
{
	struct lab *lab = loader->lab;

	sites_resolve(loader);
	for (size_t i = 0; i < lab->n_nodes; i++)
		node_resolve(loader, lab->nodes[i]);
	for (size_t i = 0; i < lab->n_switches; i++)
		switch_resolve(loader, lab->switches[i]);
	lab_ends_resolve(loader);
	for (size_t i = 0; i < lab->n_links; i++) {
		if (lab->links[i]->ends[1].kind == LAB_END_VXLAN)
			link_remotes(loader, lab->links[i]);
	}
	for (size_t i = 0; i < lab->n_nodes; i++)
		node_routes(loader, lab->nodes[i]);
	for (size_t i = 0; i < lab->n_expects; i++)
		expect_resolve(loader, lab->expects[i]);
}
