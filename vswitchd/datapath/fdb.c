/* SPDX-License-Identifier: GPL-2.0-only */
/* fdb.c - the forwarding database of the user datapath */
#include "vswitchd/datapath/fdb.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "common/hmap.h"
#include "common/list.h"
#include "common/xalloc.h"

#define NS_PER_S 1000000000ULL

/* struct fdb_node - an entry; @age links it in its port's list, oldest first (a list of its own when static) */
struct fdb_node {
	struct hmap_node hash;
	struct vs_list age;
	struct vs_fdb_key key;
	struct vs_fdb_entry entry;
};

/* struct fdb_port - @rank links it among the ports of its bridge that have as many entries */
struct fdb_port {
	struct vs_list entries;
	struct vs_list rank;
	uint32_t n;
	uint32_t number;
};

/* struct fdb_bridge - @ranks[n]: the ports with n entries; @top: the greatest n that may have one */
struct fdb_bridge {
	bool used;
	uint64_t ageing_ns;
	struct vs_list *ranks;
	uint32_t n_ranks;
	uint32_t top;
	struct dp_fdb_stats stats;
};

struct fdb {
	struct hmap nodes;
	uint32_t seed;
	struct fdb_port **ports;
	size_t n_ports;
	struct fdb_bridge *bridges;
	size_t n_bridges;
	size_t n_foreign; /* entries whose origin is another port than theirs */
	size_t n_learned;
};

struct fdb *fdb_create(void)
{
	struct fdb *fdb = vs_xcalloc(1, sizeof(*fdb));

	if (getrandom(&fdb->seed, sizeof(fdb->seed), GRND_NONBLOCK) < 0)
		fdb->seed = 0x5bd1e995;
	return fdb;
}

static void ranks_free(struct fdb_bridge *bridge)
{
	free(bridge->ranks);
	*bridge = (struct fdb_bridge){0};
}

void fdb_destroy(struct fdb *fdb)
{
	struct hmap_node *node;

	if (!fdb)
		return;
	while ((node = hmap_first(&fdb->nodes))) {
		hmap_remove(&fdb->nodes, node);
		free(hmap_entry(node, struct fdb_node, hash));
	}
	hmap_destroy(&fdb->nodes);
	for (size_t i = 0; i < fdb->n_ports; i++)
		free(fdb->ports[i]);
	free(fdb->ports);
	for (size_t i = 0; i < fdb->n_bridges; i++)
		ranks_free(&fdb->bridges[i]);
	free(fdb->bridges);
	free(fdb);
}

/* Keys are what strangers send, so the hash is seeded; two multiplications over twelve bytes. */
static uint32_t key_hash(const struct fdb *fdb, const struct vs_fdb_key *key)
{
	uint64_t a;
	uint32_t b;

	memcpy(&a, key, sizeof(a));
	memcpy(&b, (const uint8_t *)key + sizeof(a), sizeof(b));
	a = (a ^ fdb->seed) * 0x9e3779b97f4a7c15ULL;
	a ^= a >> 32;
	a = (a ^ b) * 0xff51afd7ed558ccdULL;
	return (uint32_t)(a >> 32);
}

static struct fdb_node *node_find(struct fdb *fdb, const struct vs_fdb_key *key)
{
	for (struct hmap_node *n = hmap_first_with_hash(&fdb->nodes, key_hash(fdb, key)); n;
	     n = hmap_next_with_hash(n)) {
		struct fdb_node *node = hmap_entry(n, struct fdb_node, hash);

		if (!memcmp(&node->key, key, sizeof(*key)))
			return node;
	}
	return NULL;
}

struct vs_fdb_entry *fdb_find(struct fdb *fdb, const struct vs_fdb_key *key)
{
	struct fdb_node *node = node_find(fdb, key);

	return node ? &node->entry : NULL;
}

static struct fdb_bridge *bridge_get(struct fdb *fdb, uint32_t number)
{
	return number < fdb->n_bridges && fdb->bridges[number].used ? &fdb->bridges[number] : NULL;
}

static struct fdb_port *port_get(struct fdb *fdb, uint32_t number)
{
	if (number >= fdb->n_ports) {
		size_t n = (size_t)number * 2 + 8;

		fdb->ports = vs_xrealloc(fdb->ports, n * sizeof(*fdb->ports));
		memset(fdb->ports + fdb->n_ports, 0, (n - fdb->n_ports) * sizeof(*fdb->ports));
		fdb->n_ports = n;
	}
	if (!fdb->ports[number]) {
		struct fdb_port *port = vs_xcalloc(1, sizeof(*port));

		port->number = number;
		vs_list_init(&port->entries);
		vs_list_init(&port->rank);
		fdb->ports[number] = port;
	}
	return fdb->ports[number];
}

static void ranks_grow(struct fdb_bridge *bridge, uint32_t n)
{
	struct vs_list *ranks;
	uint32_t room = n * 2 + 8;

	if (n < bridge->n_ranks)
		return;
	ranks = vs_xcalloc(room, sizeof(*ranks));
	for (uint32_t i = 0; i < room; i++) {
		vs_list_init(&ranks[i]);
		if (i < bridge->n_ranks && !vs_list_empty(&bridge->ranks[i])) {
			ranks[i] = bridge->ranks[i];
			ranks[i].next->prev = ranks[i].prev->next = &ranks[i];
		}
	}
	free(bridge->ranks);
	bridge->ranks = ranks;
	bridge->n_ranks = room;
}

static void port_rerank(struct fdb_bridge *bridge, struct fdb_port *port)
{
	vs_list_remove(&port->rank);
	if (!port->n)
		return;
	ranks_grow(bridge, port->n);
	vs_list_push(&bridge->ranks[port->n], &port->rank);
	if (port->n > bridge->top)
		bridge->top = port->n;
}

static bool is_foreign(const struct vs_fdb_entry *entry)
{
	return entry->origin && entry->origin != entry->port;
}

/* Count @node in or out of its port and bridge. */
static void node_account(struct fdb *fdb, struct fdb_node *node, bool in)
{
	struct fdb_bridge *bridge = bridge_get(fdb, node->key.bridge);
	uint32_t step = in ? 1 : (uint32_t)-1;
	struct fdb_port *port;

	fdb->n_foreign += is_foreign(&node->entry) ? (in ? 1 : (size_t)-1) : 0;
	if (node->entry.flags & VS_FDB_STATIC) {
		if (bridge)
			bridge->stats.current_static += step;
		return;
	}
	port = port_get(fdb, node->entry.port);
	vs_list_remove(&node->age);
	if (in)
		vs_list_push(&port->entries, &node->age);
	port->n += step;
	fdb->n_learned += in ? 1 : (size_t)-1;
	if (bridge) {
		bridge->stats.current += step;
		port_rerank(bridge, port);
	}
}

static void node_delete(struct fdb *fdb, struct fdb_node *node)
{
	node_account(fdb, node, false);
	hmap_remove(&fdb->nodes, &node->hash);
	free(node);
}

static struct fdb_node *node_insert(struct fdb *fdb, const struct vs_fdb_key *key, const struct vs_fdb_entry *entry)
{
	struct fdb_node *node = vs_xcalloc(1, sizeof(*node));

	node->key = *key;
	node->entry = *entry;
	vs_list_init(&node->age);
	hmap_insert(&fdb->nodes, &node->hash, key_hash(fdb, key));
	node_account(fdb, node, true);
	return node;
}

/* The port with the most entries gives up its oldest one. */
static void bridge_evict(struct fdb *fdb, struct fdb_bridge *bridge)
{
	struct fdb_port *port;

	while (bridge->top && (bridge->top >= bridge->n_ranks || vs_list_empty(&bridge->ranks[bridge->top])))
		bridge->top--;
	if (!bridge->top)
		return;
	port = vs_container(bridge->ranks[bridge->top].next, struct fdb_port, rank);
	node_delete(fdb, vs_container(port->entries.next, struct fdb_node, age));
	bridge->stats.evicted++;
}

void fdb_bridge_set(struct fdb *fdb, uint32_t number, uint32_t limit, uint32_t ageing_s)
{
	struct fdb_bridge *bridge;

	if (number >= fdb->n_bridges) {
		size_t n = (size_t)number * 2 + 4;

		fdb->bridges = vs_xrealloc(fdb->bridges, n * sizeof(*fdb->bridges));
		memset(fdb->bridges + fdb->n_bridges, 0, (n - fdb->n_bridges) * sizeof(*fdb->bridges));
		fdb->n_bridges = n;
	}
	bridge = &fdb->bridges[number];
	bridge->used = true;
	bridge->ageing_ns = ageing_s * NS_PER_S;
	bridge->stats.limit = limit;
	while (bridge->stats.current > limit)
		bridge_evict(fdb, bridge);
}

bool fdb_learn(struct fdb *fdb, const struct vs_fdb_key *key, struct vs_fdb_entry *known,
	       const struct vs_fdb_entry *now)
{
	struct fdb_bridge *bridge = bridge_get(fdb, key->bridge);
	bool first = !fdb->n_learned;

	if (!bridge || !bridge->stats.limit)
		return false;
	if (known) {
		struct fdb_node *node = vs_container(known, struct fdb_node, entry);

		if (known->port != now->port || !vs_ip_equal(&known->remote, &now->remote))
			bridge->stats.moved++;
		node_account(fdb, node, false);
		node->entry = *now;
		node_account(fdb, node, true);
		return false;
	}
	if (bridge->stats.current >= bridge->stats.limit)
		bridge_evict(fdb, bridge);
	node_insert(fdb, key, now);
	bridge->stats.learned++;
	return first;
}

void fdb_set_static(struct fdb *fdb, const struct vs_fdb_key *key, uint32_t port)
{
	struct vs_fdb_entry entry = {.port = port, .origin = port, .flags = VS_FDB_STATIC};

	fdb_delete(fdb, key);
	node_insert(fdb, key, &entry);
}

int fdb_delete(struct fdb *fdb, const struct vs_fdb_key *key)
{
	struct fdb_node *node = node_find(fdb, key);

	if (!node)
		return -ENOENT;
	node_delete(fdb, node);
	return 0;
}

static void port_flush(struct fdb *fdb, struct fdb_port *port, uint32_t bridge, uint16_t vlan)
{
	struct vs_list *pos, *tmp;

	vs_list_each_safe(pos, tmp, &port->entries)
	{
		struct fdb_node *node = vs_container(pos, struct fdb_node, age);

		if (node->key.bridge == bridge && (vlan == VS_VLAN_NONE || node->key.vlan == vlan))
			node_delete(fdb, node);
	}
}

void fdb_flush(struct fdb *fdb, uint32_t bridge, uint32_t port, uint16_t vlan)
{
	for (size_t i = 0; i < fdb->n_ports; i++) {
		if (fdb->ports[i] && (!port || port == i))
			port_flush(fdb, fdb->ports[i], bridge, vlan);
	}
}

/* delete_if() - walk the whole table; only for rare events */
static void delete_if(struct fdb *fdb, bool (*match)(const struct fdb_node *node, uint32_t number), uint32_t number)
{
	struct hmap_node *n, *next;

	for (n = hmap_first(&fdb->nodes); n; n = next) {
		struct fdb_node *node = hmap_entry(n, struct fdb_node, hash);

		next = hmap_next(&fdb->nodes, n);
		if (match(node, number))
			node_delete(fdb, node);
	}
}

static bool concerns_port(const struct fdb_node *node, uint32_t number)
{
	return node->entry.port == number || node->entry.origin == number;
}

static bool concerns_bridge(const struct fdb_node *node, uint32_t number)
{
	return node->key.bridge == number;
}

static bool has_static(const struct fdb *fdb)
{
	return fdb->nodes.n > fdb->n_learned;
}

void fdb_port_gone(struct fdb *fdb, uint32_t number)
{
	struct fdb_port *port = number < fdb->n_ports ? fdb->ports[number] : NULL;

	if (fdb->n_foreign || has_static(fdb))
		delete_if(fdb, concerns_port, number);
	if (!port)
		return;
	while (!vs_list_empty(&port->entries))
		node_delete(fdb, vs_container(port->entries.next, struct fdb_node, age));
	vs_list_remove(&port->rank);
	fdb->ports[number] = NULL;
	free(port);
}

void fdb_bridge_gone(struct fdb *fdb, uint32_t number)
{
	if (!bridge_get(fdb, number))
		return;
	delete_if(fdb, concerns_bridge, number);
	ranks_free(&fdb->bridges[number]);
}

uint64_t fdb_age(struct fdb *fdb, uint64_t now_ns)
{
	uint64_t next = 0;

	for (size_t i = 0; fdb->n_learned && i < fdb->n_bridges; i++) {
		/* What is learned right after this call expires no sooner than that. */
		if (fdb->bridges[i].used && (!next || fdb->bridges[i].ageing_ns < next))
			next = fdb->bridges[i].ageing_ns;
	}
	for (size_t i = 0; i < fdb->n_ports; i++) {
		struct fdb_port *port = fdb->ports[i];

		while (port && !vs_list_empty(&port->entries)) {
			struct fdb_node *node = vs_container(port->entries.next, struct fdb_node, age);
			struct fdb_bridge *bridge = bridge_get(fdb, node->key.bridge);
			uint64_t end = node->entry.seen_ns + (bridge ? bridge->ageing_ns : 0);

			if (end > now_ns) {
				if (end - now_ns < next)
					next = end - now_ns;
				break;
			}
			if (bridge)
				bridge->stats.expired++;
			node_delete(fdb, node);
		}
	}
	return fdb->n_learned ? next : 0;
}

void fdb_walk(struct fdb *fdb, uint32_t bridge, dp_fdb_cb cb, void *arg)
{
	for (struct hmap_node *n = hmap_first(&fdb->nodes); n; n = hmap_next(&fdb->nodes, n)) {
		struct fdb_node *node = hmap_entry(n, struct fdb_node, hash);

		if ((!bridge || node->key.bridge == bridge) && !cb(&node->key, &node->entry, arg))
			return;
	}
}

int fdb_stats(struct fdb *fdb, uint32_t number, struct dp_fdb_stats *stats)
{
	struct fdb_bridge *bridge = bridge_get(fdb, number);

	if (!bridge)
		return -ENOENT;
	*stats = bridge->stats;
	return 0;
}

int fdb_stats_clear(struct fdb *fdb, uint32_t number)
{
	struct fdb_bridge *bridge = bridge_get(fdb, number);

	if (!bridge)
		return -ENOENT;
	bridge->stats.learned = bridge->stats.expired = bridge->stats.evicted = bridge->stats.moved = 0;
	return 0;
}
