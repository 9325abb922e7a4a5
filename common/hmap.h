/* SPDX-License-Identifier: GPL-2.0-only */
/* hmap.h - intrusive hash map: put a struct hmap_node in a struct and find it again by hash */
#ifndef VS_HMAP_H
#define VS_HMAP_H

/*
 * The map knows hashes only; whoever looks up compares keys:
 *
 *	for (struct hmap_node *n = hmap_first_with_hash(&map, hash); n; n = hmap_next_with_hash(n)) {
 *		struct thing *thing = hmap_entry(n, struct thing, node);
 *		if (thing->id == id)
 *			return thing;
 *	}
 *
 * All zero is an empty map. It doubles its buckets as it fills; insert and remove are O(1). Walking
 * (hmap_for_each) is in no particular order and must not insert; hmap_for_each_safe may remove the current node.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/xalloc.h"

struct hmap_node {
	struct hmap_node *next;
	uint32_t hash;
};

/** struct hmap - @mask + 1 buckets (a power of two), or none at all while @buckets is NULL */
struct hmap {
	struct hmap_node **buckets;
	uint32_t mask;
	size_t n;
};

#define hmap_entry(node, type, member) ((type *)(void *)((char *)(node)-offsetof(type, member)))

/** vs_hash_bytes() - FNV-1a with a final mix: good for short keys, not for keys an attacker chooses without @seed. */
static inline uint32_t vs_hash_bytes(const void *data, size_t size, uint32_t seed)
{
	const uint8_t *p = (const uint8_t *)data;
	uint32_t h = 2166136261u ^ seed;

	for (size_t i = 0; i < size; i++)
		h = (h ^ p[i]) * 16777619u; // NOLINT(clang-analyzer-core.*): sees no further than a struct's first byte
	h ^= h >> 16;
	h *= 0x85ebca6bu;
	h ^= h >> 13;
	h *= 0xc2b2ae35u;
	return h ^ h >> 16;
}

/** vs_hash_string() - of the characters without the NUL. */
static inline uint32_t vs_hash_string(const char *text)
{
	return vs_hash_bytes(text, strlen(text), 0);
}

static inline void hmap_init(struct hmap *map)
{
	*map = (struct hmap){0};
}

/** hmap_destroy() - free the buckets; the nodes belong to the caller. */
static inline void hmap_destroy(struct hmap *map)
{
	free(map->buckets);
	hmap_init(map);
}

static inline void hmap_resize(struct hmap *map, uint32_t n_buckets)
{
	struct hmap_node **to = (struct hmap_node **)vs_xcalloc(n_buckets, sizeof(*to));

	for (uint32_t i = 0; map->buckets && i <= map->mask; i++) {
		for (struct hmap_node *node = map->buckets[i], *next; node; node = next) {
			struct hmap_node **head = &to[node->hash & (n_buckets - 1)];

			next = node->next;
			node->next = *head;
			*head = node;
		}
	}
	free(map->buckets);
	map->buckets = to;
	map->mask = n_buckets - 1;
}

/** hmap_insert() - the node must not be in a map. Two nodes of the same key may be in; that is up to the caller. */
static inline void hmap_insert(struct hmap *map, struct hmap_node *node, uint32_t hash)
{
	struct hmap_node **head;

	if (!map->buckets)
		hmap_resize(map, 8);
	else if (map->n > map->mask && map->mask < 0x7fffffff)
		hmap_resize(map, (map->mask + 1) * 2);
	head = &map->buckets[hash & map->mask];
	node->hash = hash;
	node->next = *head;
	*head = node;
	map->n++;
}

/** hmap_remove() - the node must be in this map. */
static inline void hmap_remove(struct hmap *map, struct hmap_node *node)
{
	struct hmap_node **link = &map->buckets[node->hash & map->mask];

	while (*link != node)
		link = &(*link)->next;
	*link = node->next;
	node->next = NULL;
	map->n--;
}

static inline struct hmap_node *hmap_match(struct hmap_node *node, uint32_t hash)
{
	while (node && node->hash != hash)
		node = node->next;
	return node;
}

static inline struct hmap_node *hmap_first_with_hash(const struct hmap *map, uint32_t hash)
{
	return map->buckets ? hmap_match(map->buckets[hash & map->mask], hash) : NULL;
}

static inline struct hmap_node *hmap_next_with_hash(const struct hmap_node *node)
{
	return hmap_match(node->next, node->hash);
}

static inline struct hmap_node *hmap_from_bucket(const struct hmap *map, size_t bucket)
{
	for (; map->buckets && bucket <= map->mask; bucket++) {
		if (map->buckets[bucket])
			return map->buckets[bucket];
	}
	return NULL;
}

static inline struct hmap_node *hmap_first(const struct hmap *map)
{
	return hmap_from_bucket(map, 0);
}

static inline struct hmap_node *hmap_next(const struct hmap *map, const struct hmap_node *node)
{
	return node->next ? node->next : hmap_from_bucket(map, (size_t)(node->hash & map->mask) + 1);
}

static inline bool hmap_is_empty(const struct hmap *map)
{
	return map->n == 0;
}

#define hmap_for_each(node, map) for (struct hmap_node *node = hmap_first(map); node; node = hmap_next(map, node))

#define hmap_for_each_safe(node, following, map)                                                                       \
	for (struct hmap_node *node = hmap_first(map), *following; node && (following = hmap_next(map, node), true);   \
	     node = following)

#endif
