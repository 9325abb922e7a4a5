/* SPDX-License-Identifier: GPL-2.0-only */
/* import-links.c - links of a containerlab file, brief and extended */
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "common/xalloc.h"
#include "vsctl/labfile/import.h"

#define VXLAN_PORT "14789" /* containerlab's default is not that of RFC 7348 */

/* struct end - of a link; what a file does not say is NULL. @device: as Linux would accept it, malloc()ed */
struct end {
	const struct doc_node *at;
	char *node, *device;
	const char *mac, *ipv4, *ipv6;
};

static const char *text_of(const struct doc_node *map, const char *key)
{
	const struct doc_node *value = doc_get(map, key);

	return value && value->type == DOC_SCALAR && !value->null ? value->text : NULL;
}

static void end_clear(struct end *end)
{
	free(end->node);
	free(end->device);
}

/* Names of network operating systems' interfaces may not be names of Linux devices. */
static void device_mend(struct end *end)
{
	char *old = vs_xstrdup(end->device);

	for (char *p = end->device; *p; p++) {
		if (*p == '/' || *p == ':' || *p == ' ')
			*p = '-';
	}
	if (strlen(end->device) >= IFNAMSIZ)
		end->device[IFNAMSIZ - 1] = '\0';
	if (strcmp(old, end->device))
		import_left_out(end->at->at, old, "no name for a device of Linux; it is '%s' here", end->device);
	free(old);
}

/* "node:device", or a map. Return: whether it is one. */
static bool end_read(const struct doc_node *value, struct end *end)
{
	const char *colon = value && value->type == DOC_SCALAR ? strchr(value->text, ':') : NULL;
	const char *node = text_of(value, "node"), *device = text_of(value, "interface");

	*end = (struct end){.at = value};
	if (!value)
		return false;
	if (colon) {
		end->node = strndup(value->text, (size_t)(colon - value->text));
		end->device = vs_xstrdup(colon + 1);
	} else if (node && device) {
		end->node = vs_xstrdup(node);
		end->device = vs_xstrdup(device);
		end->mac = text_of(value, "mac");
		end->ipv4 = text_of(value, "ipv4");
		end->ipv6 = text_of(value, "ipv6");
	}
	if (!end->node || !*end->device)
		return false;
	device_mend(end);
	return true;
}

/* "web:eth1", "br0", or a map when there is more to say. */
static void put_end(const struct import *import, const struct end *end)
{
	FILE *out = import->links;
	bool more = end->mac || end->ipv4 || end->ipv6;
	char *text = import_is_switch(import, end->node) ? vs_xstrdup(end->node)
							 : vs_xasprintf("%s:%s", end->node, end->device);

	if (more)
		fputs("{end: ", out);
	import_put(out, text);
	if (end->mac)
		fprintf(out, ", mac: \"%s\"", end->mac);
	if (end->ipv4 || end->ipv6)
		fprintf(out, ", ip: [%s%s%s%s%s]", end->ipv4 ? end->ipv4 : "", end->ipv4 && end->ipv6 ? ", " : "",
			end->ipv6 ? "\"" : "", end->ipv6 ? end->ipv6 : "", end->ipv6 ? "\"" : "");
	if (more)
		fputc('}', out);
	free(text);
}

static void put_mtu(const struct import *import, const struct doc_node *link)
{
	const char *mtu = text_of(link, "mtu");

	if (mtu)
		fprintf(import->links, ", mtu: %s", mtu);
	fputs("}\n", import->links);
}

/* --- one kind each -------------------------------------------------------------------------------------------- */

/* A node's device has one cable; to reach this machine, or a tunnel, that goes by a switch. Return: its name. */
static char *switch_make(struct import *import, const struct end *end, const char *bridge, const struct doc_node *link)
{
	char *name = bridge ? vs_xasprintf("host-%s", bridge) : vs_xasprintf("tunnel%u", ++import->n_made);

	fprintf(import->switches, "  %s: {", name);
	if (bridge)
		fprintf(import->switches, "bridge: %s", bridge);
	fputs("}\n", import->switches);
	fputs("  - {ends: [", import->links);
	put_end(import, end);
	fprintf(import->links, ", %s]", name);
	put_mtu(import, link);
	return name;
}

static void host_add(struct import *import, const struct doc_node *link, const struct end *end, const char *device)
{
	char *name = switch_make(import, end, device, link);

	import_left_out(link->at, device,
			"a link to this machine is by a switch here: %s, whose own device has that name on the host",
			name);
	free(name);
}

static void vxlan_add(struct import *import, const struct doc_node *link, const struct end *end)
{
	const char *remote = text_of(link, "remote"), *vni = text_of(link, "vni"), *port = text_of(link, "udp-port");
	char *name;

	if (!remote || !vni) {
		import_left_out(link->at, "vxlan", "link left out: it has no remote or no vni");
		return;
	}
	if (import_is_switch(import, end->node)) {
		name = vs_xstrdup(end->node);
	} else {
		name = switch_make(import, end, NULL, link);
		import_left_out(link->at, end->node, "its tunnel is by a switch here, %s", name);
	}
	fprintf(import->links, "  - {ends: [%s, vxlan], vni: %s, remotes: [%s], dst_port: %s}\n", name, vni, remote,
		port ? port : VXLAN_PORT);
	free(name);
}

static void veth_add(struct import *import, const struct doc_node *link, const struct end *a, const struct end *b)
{
	fputs("  - {ends: [", import->links);
	put_end(import, a);
	fputs(", ", import->links);
	put_end(import, b);
	fputc(']', import->links);
	put_mtu(import, link);
}

/* Kinds of links that there is nothing like, by the word that stands for the node of one end, or for the type. */
static const char *reason_against(const char *word)
{
	static const struct {
		const char *word, *reason;
	} reasons[] = {
		{"mgmt-net", "there is no management network"},
		{"macvlan", "give a switch the device, {ends: [SWITCH, device:NAME]}, and a link to the node"},
		{"dummy", "a device without a far end needs no link; make it with a command in run:"},
	};

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		if (!strcmp(reasons[i].word, word))
			return reasons[i].reason;
	}
	return NULL;
}

/* Whether the end is in something of the lab; when not, why. */
static bool end_known(const struct import *import, const struct doc_node *link, const struct end *end)
{
	const char *reason = reason_against(end->node);

	if (!reason && !doc_get(doc_get(import->topology, "nodes"), end->node))
		reason = "there is no such node";
	else if (!reason && !import_is_node(import, end->node))
		reason = "the node is left out";
	if (reason)
		import_left_out(link->at, end->node, "link left out: %s", reason);
	return !reason;
}

/* endpoints: two of them, brief or extended. */
static void endpoints_add(struct import *import, const struct doc_node *link, const struct doc_node *list)
{
	struct end ends[2] = {{0}};
	bool read = list->type == DOC_LIST && list->n == 2;

	for (size_t i = 0; read && i < 2; i++)
		read = end_read(list->items[i], &ends[i]);
	if (!read) {
		import_left_out(list->at, "endpoints", "link left out: these are not two of NODE:INTERFACE");
	} else if (!strcmp(ends[0].node, "host") || !strcmp(ends[1].node, "host")) {
		bool first = !strcmp(ends[0].node, "host");

		if (end_known(import, link, &ends[first]))
			host_add(import, link, &ends[first], ends[!first].device);
	} else if (end_known(import, link, &ends[0]) && end_known(import, link, &ends[1])) {
		veth_add(import, link, &ends[0], &ends[1]);
	}
	end_clear(&ends[0]);
	end_clear(&ends[1]);
}

/* endpoint: one, and a type that says what is at the other side. */
static void endpoint_add(struct import *import, const struct doc_node *link, const char *type)
{
	const char *device = text_of(link, "host-interface"), *reason = reason_against(type);
	struct end end;

	if (reason)
		import_left_out(link->at, type, "link left out: %s", reason);
	else if (!end_read(doc_get(link, "endpoint"), &end))
		import_left_out(link->at, type, "link left out: it has no endpoint with node and interface");
	else if (!end_known(import, link, &end))
		end_clear(&end);
	else {
		if (!strcmp(type, "host") && device)
			host_add(import, link, &end, device);
		else if (!strcmp(type, "vxlan") || !strcmp(type, "vxlan-stitch"))
			vxlan_add(import, link, &end);
		else
			import_left_out(link->at, type, "link left out: %s",
					device ? "no such type of link is known" : "it has no host-interface");
		end_clear(&end);
	}
}

void import_links(struct import *import)
{
	const struct doc_node *links = doc_get(import->topology, "links");

	for (size_t i = 0; links && links->type == DOC_LIST && i < links->n; i++) {
		const struct doc_node *link = links->items[i], *endpoints = doc_get(link, "endpoints");
		const char *type = text_of(link, "type");

		if (endpoints)
			endpoints_add(import, link, endpoints);
		else
			endpoint_add(import, link, type ? type : "");
		for (size_t k = 0; link->type == DOC_MAP && k < link->n; k++) {
			const char *key = link->keys[k]->text;

			if (!strcmp(key, "vars") || !strcmp(key, "labels"))
				import_left_out(link->keys[k]->at, key, "left out: containerlab hands it to programs");
		}
	}
}
