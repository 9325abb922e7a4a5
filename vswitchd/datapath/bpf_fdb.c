/* SPDX-License-Identifier: GPL-2.0-only */
/* bpf_fdb.c - the FDB of the bpf datapath: kept in a map where the programs learn; read, aged and limited here */

/*
 * The programs count what they learn, we count what we remove; the difference is what a bridge has, and the programs
 * refuse to learn more than its limit. A bridge that is nearly full is looked at every second: the ports with the most
 * entries give up their oldest until an eighth is free again. So a port that floods made-up addresses pays with its
 * own.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/list.h"
#include "common/log.h"
#include "common/xalloc.h"
#include "vswitchd/datapath/bpf.h"

#define NS_PER_S 1000000000ULL
#define BATCH 4096
#define AGE_EVERY_S 10 /* how often entries are looked at, at the most */

static struct bpf_dp *bpf_of(struct dp *dp)
{
	return vs_container(dp, struct bpf_dp, dp);
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

/* struct fdb_row - an entry, copied out of the map */
struct fdb_row {
	struct vs_fdb_key key;
	struct vs_fdb_entry entry;
};

/* struct dropping - entries being deleted; what that changes in a bridge's row is written once for many */
struct dropping {
	uint32_t bridge;
	bool unsaid;
};

static void dropping_say(struct bpf_dp *bpf, struct dropping *dropping)
{
	if (dropping->unsaid)
		bpf_put_bridge(bpf, dropping->bridge);
	dropping->unsaid = false;
}

static int drop(struct bpf_dp *bpf, const struct fdb_row *row, struct dropping *dropping)
{
	struct vs_bpf_bridge *bridge = row->key.bridge < VS_BPF_BRIDGES ? bpf->bridges[row->key.bridge] : NULL;
	int err = bpf_del(bpf, KN_BPF_MAP_fdb, &row->key);

	if (err || !bridge)
		return err;
	if (row->entry.flags & VS_FDB_STATIC) {
		bpf->n_static[row->key.bridge]--;
		return 0;
	}
	if (dropping->bridge != row->key.bridge)
		dropping_say(bpf, dropping);
	dropping->bridge = row->key.bridge;
	dropping->unsaid = true;
	bridge->removed++;
	return 0;
}

/*
 * each_entry() - call @visit for every entry; true from it deletes the entry. Entries are read thousands at a time; one
 * that is learned meanwhile may or may not be seen.
 */
static void each_entry(struct bpf_dp *bpf, bool (*visit)(struct bpf_dp *bpf, const struct fdb_row *row, void *arg),
		       void *arg)
{
	int fd = kn_bpf_map(bpf->bpf, KN_BPF_MAP_fdb), err;
	struct vs_fdb_key *keys = vs_xcalloc(BATCH, sizeof(*keys));
	struct vs_fdb_entry *entries = vs_xcalloc(BATCH, sizeof(*entries));
	struct dropping dropping = {.unsaid = false};
	uint32_t place = 0, next;
	void *from = NULL;

	do {
		uint32_t n = BATCH;

		err = bpf_map_lookup_batch(fd, from, &next, keys, entries, &n, NULL) ? -errno : 0;
		if (err && err != -ENOENT)
			break;
		for (uint32_t i = 0; i < n; i++) {
			struct fdb_row row = {keys[i], entries[i]};

			if (visit(bpf, &row, arg))
				drop(bpf, &row, &dropping);
		}
		dropping_say(bpf, &dropping);
		place = next;
		from = &place;
	} while (!err);
	if (err != -ENOENT)
		vs_warn("cannot read the FDB: %s", strerror(-err));
	free(keys);
	free(entries);
}

/* --- what ports and bridges leave when they go ------------------------------------------------------------------ */

/*
 * To find their entries the whole table is read. So that is put off: until a transaction is done, however many ports it
 * removes, or somebody looks at the table, or a number would be used again, or at last the event loop comes round.
 */
static bool gone_visit(struct bpf_dp *bpf, const struct fdb_row *row, void *arg)
{
	(void)arg;
	return (row->entry.port < VS_BPF_PORTS && bpf->port_gone[row->entry.port]) ||
	       (row->entry.origin < VS_BPF_PORTS && bpf->port_gone[row->entry.origin]) ||
	       (row->key.bridge < VS_BPF_BRIDGES && bpf->bridge_gone[row->key.bridge]);
}

void bpf_fdb_purge(struct bpf_dp *bpf)
{
	if (!bpf->some_gone)
		return;
	each_entry(bpf, gone_visit, NULL);
	bpf->some_gone = false;
	memset(bpf->port_gone, 0, sizeof(bpf->port_gone));
	memset(bpf->bridge_gone, 0, sizeof(bpf->bridge_gone));
}

static void on_purge(evutil_socket_t fd, short what, void *arg)
{
	struct bpf_dp *bpf = arg;

	(void)fd;
	(void)what;
	bpf->dp.ops->finish(&bpf->dp);
}

static void purge_soon(struct bpf_dp *bpf)
{
	struct timeval now = {0};

	bpf->some_gone = true;
	event_add(bpf->purge, &now);
}

void bpf_fdb_port_gone(struct bpf_dp *bpf, uint32_t port)
{
	bpf->port_gone[port] = true;
	purge_soon(bpf);
}

void bpf_fdb_bridge_gone(struct bpf_dp *bpf, uint32_t bridge)
{
	bpf->bridge_gone[bridge] = true;
	purge_soon(bpf);
}

/* --- entries one by one ------------------------------------------------------------------------------------------ */

int bpf_fdb_delete(struct dp *dp, const struct vs_fdb_key *key)
{
	struct bpf_dp *bpf = bpf_of(dp);
	struct dropping dropping = {.unsaid = false};
	struct fdb_row row = {.key = *key};
	int err;

	bpf_fdb_purge(bpf);
	err = bpf_get(bpf, KN_BPF_MAP_fdb, key, &row.entry);
	if (!err)
		err = drop(bpf, &row, &dropping);
	dropping_say(bpf, &dropping);
	return err;
}

static int fdb_put(struct bpf_dp *bpf, const struct vs_fdb_key *key, const struct vs_fdb_entry *entry, uint64_t flags)
{
	if (!bpf_map_update_elem(kn_bpf_map(bpf->bpf, KN_BPF_MAP_fdb), key, entry, flags))
		return 0;
	return errno == E2BIG ? -ENOSPC : -errno;
}

/* The time in a static entry says which daemon has set it. A program may learn between two steps of ours: then again.
 */
int bpf_fdb_add(struct dp *dp, const struct vs_fdb_key *key, uint32_t port)
{
	struct bpf_dp *bpf = bpf_of(dp);
	struct vs_fdb_entry entry = {.port = port, .origin = port, .flags = VS_FDB_STATIC, .seen_ns = now_ns()}, old;
	int err;

	if (port >= VS_BPF_PORTS || !bpf->ports[port] || key->bridge >= VS_BPF_BRIDGES)
		return -ENOENT;
	if (!bpf_get(bpf, KN_BPF_MAP_fdb, key, &old) && (old.flags & VS_FDB_STATIC))
		return fdb_put(bpf, key, &entry, BPF_EXIST);
	do {
		bpf_fdb_delete(dp, key);
		err = fdb_put(bpf, key, &entry, BPF_NOEXIST);
	} while (err == -EEXIST);
	if (!err)
		bpf->n_static[key->bridge]++;
	return err;
}

static bool settle_visit(struct bpf_dp *bpf, const struct fdb_row *row, void *arg)
{
	(void)arg;
	return (row->entry.flags & VS_FDB_STATIC) && row->entry.seen_ns < bpf->started_ns;
}

void bpf_fdb_settle(struct bpf_dp *bpf)
{
	each_entry(bpf, settle_visit, NULL);
}

/* struct fdb_filter - what to flush */
struct fdb_filter {
	uint32_t bridge, port;
	uint16_t vlan;
};

static bool flush_visit(struct bpf_dp *bpf, const struct fdb_row *row, void *arg)
{
	const struct fdb_filter *filter = arg;

	(void)bpf;
	return row->key.bridge == filter->bridge && !(row->entry.flags & VS_FDB_STATIC) &&
	       (!filter->port || row->entry.port == filter->port) &&
	       (filter->vlan == VS_VLAN_NONE || row->key.vlan == filter->vlan);
}

int bpf_fdb_flush(struct dp *dp, uint32_t bridge, uint32_t port, uint16_t vlan)
{
	struct bpf_dp *bpf = bpf_of(dp);
	struct fdb_filter filter = {bridge, port, vlan};

	if (bridge >= VS_BPF_BRIDGES || !bpf->bridges[bridge])
		return -ENOENT;
	bpf_fdb_purge(bpf);
	each_entry(bpf, flush_visit, &filter);
	return 0;
}

/* struct walk - an fdb_walk() under way */
struct walk {
	uint32_t bridge;
	dp_fdb_cb cb;
	void *arg;
	bool stopped;
};

static bool walk_visit(struct bpf_dp *bpf, const struct fdb_row *row, void *arg)
{
	struct walk *walk = arg;

	(void)bpf;
	if (!walk->stopped && (!walk->bridge || row->key.bridge == walk->bridge))
		walk->stopped = !walk->cb(&row->key, &row->entry, walk->arg);
	return false;
}

int bpf_fdb_walk(struct dp *dp, uint32_t bridge, dp_fdb_cb cb, void *arg)
{
	struct bpf_dp *bpf = bpf_of(dp);
	struct walk walk = {.bridge = bridge, .cb = cb, .arg = arg};

	if (bridge >= VS_BPF_BRIDGES || (bridge && !bpf->bridges[bridge]))
		return -ENOENT;
	bpf_fdb_purge(bpf);
	each_entry(bpf, walk_visit, &walk);
	return 0;
}

static uint32_t current_of(struct bpf_dp *bpf, uint32_t bridge, struct vs_bpf_learned *learned)
{
	if (bpf_get(bpf, KN_BPF_MAP_learned, &bridge, learned))
		*learned = (struct vs_bpf_learned){0};
	return (uint32_t)learned->learned - bpf->bridges[bridge]->removed;
}

/* struct census - how many learned entries each bridge has */
struct census {
	uint32_t n[VS_BPF_BRIDGES];
};

/* What points at a port that is no more is taken out: it was not got round to before the kill. */
static bool census_visit(struct bpf_dp *bpf, const struct fdb_row *row, void *arg)
{
	struct census *census = arg;
	bool known = row->entry.port < VS_BPF_PORTS && bpf->ports[row->entry.port];

	if (row->key.bridge >= VS_BPF_BRIDGES)
		return true;
	if (row->entry.flags & VS_FDB_STATIC)
		bpf->n_static[row->key.bridge]++;
	else if (known)
		census->n[row->key.bridge]++;
	return !known;
}

/*
 * census_take() - count what an earlier daemon left, and put right what it did not get to write down when it was
 * killed. A bridge that learns while we count keeps its number: the next start will do.
 */
static void census_take(struct bpf_dp *bpf)
{
	struct census *census = vs_xcalloc(1, sizeof(*census));
	uint64_t *learned = vs_xcalloc(VS_BPF_BRIDGES, sizeof(*learned));
	struct vs_bpf_learned now;

	for (uint32_t i = 1; i < VS_BPF_BRIDGES; i++) {
		if (bpf->bridges[i] && !bpf_get(bpf, KN_BPF_MAP_learned, &i, &now))
			learned[i] = now.learned;
	}
	each_entry(bpf, census_visit, census);
	for (uint32_t i = 1; i < VS_BPF_BRIDGES; i++) {
		if (!bpf->bridges[i] || current_of(bpf, i, &now) == census->n[i] || now.learned != learned[i])
			continue;
		bpf->bridges[i]->removed = (uint32_t)now.learned - census->n[i];
		bpf_put_bridge(bpf, i);
	}
	free(learned);
	free(census);
}

int bpf_fdb_stats(struct dp *dp, uint32_t bridge, struct dp_fdb_stats *stats)
{
	struct bpf_dp *bpf = bpf_of(dp);
	struct vs_bpf_learned learned;

	if (bridge >= VS_BPF_BRIDGES || !bpf->bridges[bridge])
		return -ENOENT;
	bpf_fdb_purge(bpf);
	*stats = (struct dp_fdb_stats){.current = current_of(bpf, bridge, &learned),
				       .current_static = bpf->n_static[bridge],
				       .limit = bpf->bridges[bridge]->forward.fdb_limit,
				       .expired = bpf->expired[bridge],
				       .evicted = bpf->evicted[bridge]};
	stats->learned = learned.learned - bpf->cleared[bridge].learned;
	stats->moved = learned.moved - bpf->cleared[bridge].moved;
	stats->evicted += learned.refused - bpf->cleared[bridge].refused;
	return 0;
}

int bpf_fdb_stats_clear(struct dp *dp, uint32_t bridge)
{
	struct bpf_dp *bpf = bpf_of(dp);

	if (bridge >= VS_BPF_BRIDGES || !bpf->bridges[bridge])
		return -ENOENT;
	current_of(bpf, bridge, &bpf->cleared[bridge]);
	bpf->expired[bridge] = bpf->evicted[bridge] = 0;
	return 0;
}

/* --- ageing ----------------------------------------------------------------------------------------------------- */

/* struct crowd - the entries of a bridge that is too full, to choose from */
struct crowd {
	uint32_t bridge;
	struct fdb_row *rows;
	size_t n, room;
	uint32_t *per_port;
};

static bool crowd_visit(struct bpf_dp *bpf, const struct fdb_row *row, void *arg)
{
	struct crowd *crowd = arg;

	(void)bpf;
	if (row->key.bridge != crowd->bridge || (row->entry.flags & VS_FDB_STATIC) || row->entry.port >= VS_BPF_PORTS)
		return false;
	if (crowd->n == crowd->room) {
		crowd->room = crowd->room * 2 + 256;
		crowd->rows = vs_xrealloc(crowd->rows, crowd->room * sizeof(*crowd->rows));
	}
	crowd->rows[crowd->n++] = *row;
	crowd->per_port[row->entry.port]++;
	return false;
}

static int older_first(const void *a, const void *b)
{
	const struct fdb_row *x = a, *y = b;

	return x->entry.seen_ns < y->entry.seen_ns ? -1 : x->entry.seen_ns > y->entry.seen_ns;
}

/* fair_share() - the greatest number that every port may keep so that all together keep no more than @keep. */
static uint32_t fair_share(const uint32_t *per_port, uint32_t keep)
{
	uint32_t low = 0, high = keep;

	while (low < high) {
		uint32_t middle = low + (high - low + 1) / 2;
		uint64_t total = 0;

		for (size_t i = 0; i < VS_BPF_PORTS; i++)
			total += per_port[i] < middle ? per_port[i] : middle;
		if (total <= keep)
			low = middle;
		else
			high = middle - 1;
	}
	return low;
}

static void evict(struct bpf_dp *bpf, uint32_t bridge, uint32_t keep)
{
	struct crowd crowd = {.bridge = bridge, .per_port = vs_xcalloc(VS_BPF_PORTS, sizeof(uint32_t))};
	uint32_t share;

	each_entry(bpf, crowd_visit, &crowd);
	share = fair_share(crowd.per_port, keep);
	if (crowd.n)
		qsort(crowd.rows, crowd.n, sizeof(*crowd.rows), older_first);
	for (size_t i = 0; i < crowd.n; i++) {
		uint32_t *n = &crowd.per_port[crowd.rows[i].entry.port];

		if (*n <= share || bpf_fdb_delete(&bpf->dp, &crowd.rows[i].key))
			continue;
		(*n)--;
		bpf->evicted[bridge]++;
	}
	free(crowd.rows);
	free(crowd.per_port);
}

static bool age_visit(struct bpf_dp *bpf, const struct fdb_row *row, void *arg)
{
	uint64_t now = *(const uint64_t *)arg;
	const struct vs_bpf_bridge *bridge = row->key.bridge < VS_BPF_BRIDGES ? bpf->bridges[row->key.bridge] : NULL;

	if (!bridge)
		return true;
	if ((row->entry.flags & VS_FDB_STATIC) || row->entry.seen_ns + bridge->ageing_s * NS_PER_S > now)
		return false;
	bpf->expired[row->key.bridge]++;
	return true;
}

static uint32_t room_of(const struct vs_bpf_bridge *bridge)
{
	return bridge->forward.fdb_limit / 8 + 1;
}

void bpf_fdb_limit(struct bpf_dp *bpf, uint32_t number)
{
	const struct vs_bpf_bridge *bridge = bpf->bridges[number];
	uint32_t limit = bridge->forward.fdb_limit;
	struct vs_bpf_learned learned;

	if (current_of(bpf, number, &learned) > limit)
		evict(bpf, number, limit);
}

/* Return: the ageing time of the bridge that forgets soonest. */
static uint32_t make_room(struct bpf_dp *bpf)
{
	uint32_t soonest = AGE_EVERY_S * 2;

	for (uint32_t i = 1; i < VS_BPF_BRIDGES; i++) {
		const struct vs_bpf_bridge *bridge = bpf->bridges[i];
		struct vs_bpf_learned learned;

		if (!bridge)
			continue;
		if (bridge->ageing_s < soonest)
			soonest = bridge->ageing_s;
		if (bridge->forward.fdb_limit && current_of(bpf, i, &learned) >= bridge->forward.fdb_limit)
			evict(bpf, i, bridge->forward.fdb_limit - room_of(bridge));
	}
	return soonest;
}

static void on_age(evutil_socket_t fd, short what, void *arg)
{
	struct timeval in = {.tv_sec = 1};
	struct bpf_dp *bpf = arg;
	uint64_t now = now_ns();
	uint32_t soonest = make_room(bpf);

	(void)fd;
	(void)what;
	if (now - bpf->aged_ns >= soonest * NS_PER_S / 2) {
		bpf->aged_ns = now;
		each_entry(bpf, age_visit, &now);
	}
	event_add(bpf->age, &in);
}

void dp_bpf_age(struct dp *dp, uint64_t seconds)
{
	struct bpf_dp *bpf = bpf_of(dp);
	uint64_t now = now_ns() + seconds * NS_PER_S;

	make_room(bpf);
	each_entry(bpf, age_visit, &now);
}

void bpf_fdb_begin(struct bpf_dp *bpf)
{
	struct timeval soon = {.tv_sec = 1};

	bpf->started_ns = now_ns();
	census_take(bpf);
	bpf->age = evtimer_new(bpf->base, on_age, bpf);
	bpf->purge = evtimer_new(bpf->base, on_purge, bpf);
	event_add(bpf->age, &soon);
}
