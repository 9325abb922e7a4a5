/* SPDX-License-Identifier: GPL-2.0-only */
/* fdb.h - the forwarding database of the user datapath */
#ifndef VS_FDB_H
#define VS_FDB_H

/*
 * (bridge, VLAN, MAC) -> struct vs_fdb_entry in one hash for all bridges. Each port keeps its learned entries in a
 * list, the longest silent first: that serves ageing, and flushing a port. Each bridge keeps its ports sorted into
 * lists by how many entries they have, so that the port with the most is known at once: when a bridge is full, that
 * port gives up its oldest entry. A port that floods made-up addresses so pushes out its own, not its neighbours'.
 *
 * Entries that came over patch ports also remember the port of the first bridge (origin) and go with it.
 * Static entries are in no such list: they do not age, count or yield.
 */
#include <stdbool.h>
#include <stdint.h>

#include "vswitchd/datapath/dp.h"

struct fdb;

struct fdb *fdb_create(void);
void fdb_destroy(struct fdb *fdb);

/** fdb_bridge_set() - a bridge with this number exists; its limit and ageing time. Shrinking evicts at once. */
void fdb_bridge_set(struct fdb *fdb, uint32_t bridge, uint32_t limit, uint32_t ageing_s);
/** fdb_bridge_gone() - drop its remaining entries. */
void fdb_bridge_gone(struct fdb *fdb, uint32_t bridge);

/** fdb_find() - Return: the entry, valid until the table changes; or NULL. */
struct vs_fdb_entry *fdb_find(struct fdb *fdb, const struct vs_fdb_key *key);

/**
 * fdb_learn() - store, move or refresh a learned entry
 * @known: what fdb_find() gave for @key
 * Return: true if the table was without dynamic entries before: ageing must be armed.
 */
bool fdb_learn(struct fdb *fdb, const struct vs_fdb_key *key, struct vs_fdb_entry *known,
	       const struct vs_fdb_entry *now);

/** fdb_set_static() - pin @key to @port, replacing what was learned. */
void fdb_set_static(struct fdb *fdb, const struct vs_fdb_key *key, uint32_t port);

/** fdb_delete() - Return: 0 or -ENOENT. */
int fdb_delete(struct fdb *fdb, const struct vs_fdb_key *key);

/** fdb_flush() - forget learned entries of @bridge; @port 0: of all ports; @vlan VS_VLAN_NONE: in all VLANs. */
void fdb_flush(struct fdb *fdb, uint32_t bridge, uint32_t port, uint16_t vlan);

/** fdb_port_gone() - every entry, static or learned, that points at @port or came from it. */
void fdb_port_gone(struct fdb *fdb, uint32_t port);

/**
 * fdb_age() - forget what has been silent for its bridge's ageing time
 * Return: nanoseconds until something may next expire, 0 when nothing is left that could.
 */
uint64_t fdb_age(struct fdb *fdb, uint64_t now_ns);

void fdb_walk(struct fdb *fdb, uint32_t bridge, dp_fdb_cb cb, void *arg);
int fdb_stats(struct fdb *fdb, uint32_t bridge, struct dp_fdb_stats *stats);
int fdb_stats_clear(struct fdb *fdb, uint32_t bridge);

#endif
