/* SPDX-License-Identifier: GPL-2.0-only */
/* node-spec.c - what is wanted of a node, as it will be on record */
#include <stdlib.h>
#include <string.h>

#include "common/hmap.h"
#include "common/xalloc.h"
#include "vsctl/lab/address.h"
#include "vsctl/lab/node.h"

static json_t *texts(const struct lab_list *list)
{
	json_t *array = json_array();

	for (size_t i = 0; i < list->n; i++)
		json_array_append_new(array, json_string(list->items[i].text));
	return array;
}

static json_t *map(const struct lab_list *list)
{
	json_t *object = json_object();

	for (size_t i = 0; i < list->n; i++)
		json_object_set_new(object, list->items[i].key, json_string(list->items[i].text));
	return object;
}

/* An address of a virtual machine's device that is the same every time. */
static char *stable_mac(const struct lab *lab, const struct lab_end *end)
{
	char *full = vs_xasprintf("%s.%s.%s", lab->name, end->node->o.name, end->device);
	uint32_t hash = vs_hash_string(full), more = vs_hash_bytes(full, strlen(full), 1);
	char *mac = vs_xasprintf("02:%02x:%02x:%02x:%02x:%02x", more & 0xff, hash >> 24, hash >> 16 & 0xff,
				 hash >> 8 & 0xff, hash & 0xff);

	free(full);
	return mac;
}

static json_t *container(const struct lab_node *node)
{
	static const char *const runtimes[] = {[LAB_RUNC] = "runc", [LAB_CRUN] = "crun", [LAB_PODMAN] = "podman"};

	return json_pack("{s:s, s:s?, s:s?, s:o, s:o}", "runtime", runtimes[node->runtime], "rootfs", node->rootfs,
			 "image", node->image, "command", texts(&node->command), "podman", texts(&node->podman));
}

static json_t *vm(const struct lab *lab, const struct lab_node *node)
{
	json_t *nics = json_array();

	for (size_t i = 0; i < node->n_ends; i++) {
		const struct lab_end *end = node->ends[i];
		const struct lab_end *other = end == &end->link->ends[0] ? &end->link->ends[1] : &end->link->ends[0];
		char *mac = end->mac ? vs_xstrdup(end->mac) : stable_mac(lab, end);

		json_array_append_new(nics, json_pack("{s:s, s:s}", "tap", other->port, "mac", mac));
		free(mac);
	}
	return json_pack("{s:s?, s:s?, s:s?, s:s?, s:s, s:I, s:I, s:o, s:o}", "kernel", node->kernel, "initrd",
			 node->initrd, "append", node->append, "disk", node->disk, "accel",
			 node->accel ? node->accel : "auto", "memory",
			 (json_int_t)(node->memory ? node->memory : 256 << 20), "cpus",
			 (json_int_t)(node->cpus ? node->cpus : 1), "qemu", texts(&node->qemu), "nics", nics);
}

/* Cables to other nodes, each noted at both. */
static json_t *cables(const struct lab_node *node)
{
	json_t *array = json_array();

	for (size_t i = 0; i < node->n_ends; i++) {
		const struct lab_end *end = node->ends[i];
		const struct lab_end *other = end == &end->link->ends[0] ? &end->link->ends[1] : &end->link->ends[0];

		if (other->kind != LAB_END_NODE)
			continue;
		json_array_append_new(array,
				      json_pack("{s:s, s:s, s:s, s:s?, s:I, s:o, s:o, s:o, s:b, s:b}", "device",
						end->device, "to", other->node->o.name, "to_device", other->device,
						"mac", end->mac, "mtu", (json_int_t)end->mtu, "ip", texts(&end->ip),
						"gateway", texts(&end->gateway), "routes", texts(&end->routes), "down",
						(int)end->link->down, "first", end == &end->link->ends[0]));
	}
	return array;
}

char *lab_site_netns(const struct lab *lab, const struct lab_site *site)
{
	return vs_xasprintf("%s-%s", lab->name, site ? site->o.name : "underlay");
}

json_t *lab_node_spec(const struct lab *lab, const struct lab_node *node)
{
	json_t *spec = json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o}", "kind",
				 lab_node_kind_name((enum lab_node_kind)node->kind), "hostname", node->hostname, "env",
				 map(&node->env), "sysctl", map(&node->sysctl), "run", texts(&node->run), "stop",
				 texts(&node->stop), "cables", cables(node));

	if (node->netns)
		json_object_set_new(spec, "netns", json_string(node->netns));
	if (node->site)
		json_object_set_new(spec, "site", json_string(node->site->o.name));
	if (node->site && !node->site->host) {
		char *netns = lab_site_netns(lab, node->site);

		json_object_set_new(spec, "site_netns", json_string(netns));
		free(netns);
	}
	if (node->attach)
		json_object_set_new(spec, "attach", json_string(node->attach));
	if (node->kind == LAB_CONTAINER)
		json_object_set_new(spec, "process", container(node));
	else if (node->kind == LAB_VM)
		json_object_set_new(spec, "process", vm(lab, node));
	return spec;
}

/* --- /etc/hosts ----------------------------------------------------------------------------------------------- */

char *lab_hosts(const struct lab *lab)
{
	char *text = NULL;
	size_t size;
	FILE *out = vs_xcheck(open_memstream(&text, &size));

	fputs("127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n", out);
	for (size_t i = 0; i < lab->n_nodes; i++) {
		const struct lab_node *node = lab->nodes[i];

		for (size_t e = 0; e < node->n_ends; e++) {
			for (size_t k = 0; k < node->ends[e]->ip.n; k++) {
				char *address = lab_cidr_address(node->ends[e]->ip.items[k].text);

				fprintf(out, "%s\t%s%s%s\n", address, node->o.name,
					strcmp(node->o.name, node->hostname) ? " " : "",
					strcmp(node->o.name, node->hostname) ? node->hostname : "");
				free(address);
			}
		}
	}
	fclose(out);
	return text;
}

char *lab_node_hosts(const struct lab_node *node, const char *common)
{
	char *text = NULL;
	size_t size;
	FILE *out = vs_xcheck(open_memstream(&text, &size));

	fputs(common, out);
	for (size_t i = 0; i < node->hosts.n; i++)
		fprintf(out, "%s\t%s\n", node->hosts.items[i].text, node->hosts.items[i].key);
	fclose(out);
	return text;
}
