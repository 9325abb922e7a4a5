/* SPDX-License-Identifier: GPL-2.0-only */
/* watch_fdb.c - stations that are learned, move and are forgotten: seen by looking, once a second */

/*
 * The FDB is where the datapath is, under bpf a map that programs write. Telling from there would cost every frame of
 * every switch something for the few who listen. So whoever listens pays: once a second the FDB is read whole and held
 * against what it was, and nobody reads it while nobody listens. A station that comes and goes between two looks is not
 * seen, and one that goes may have aged, or been flushed, or lost its port: all are "forget".
 *
 * A look tells at most MAX_EVENTS changes; the others wait, unseen, for the next one, which then comes sooner.
 */
#include <event2/event.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "common/addr.h"
#include "common/hmap.h"
#include "common/list.h"
#include "common/xalloc.h"
#include "vswitchd/control/watch.h"

#define EVERY_MS 1000
#define SOONER_MS 100
#define MAX_EVENTS 4096

/* A station as it was at the last look. Names are kept: when it goes, what they name may be gone, too. */
struct station {
	struct hmap_node node;
	struct vs_fdb_key key;
	uint32_t port, flags;
	struct vs_ip remote;
	unsigned int seen; /* number of the look that saw it last */
	char bridge[IF_NAMESIZE];
	char *port_name;
};

struct fdb_look {
	struct ctl_env env;
	struct event *timer;
	struct vs_list listeners;
	struct hmap stations;
	unsigned int number;
	unsigned int events;	/* of this look */
	struct watch_text text; /* NULL: nobody is to be told */
	bool quiet;
};

static uint32_t key_hash(const struct vs_fdb_key *key)
{
	return vs_hash_bytes(key, sizeof(*key), 0);
}

static struct station *station_find(const struct fdb_look *look, const struct vs_fdb_key *key)
{
	for (struct hmap_node *node = hmap_first_with_hash(&look->stations, key_hash(key)); node;
	     node = hmap_next_with_hash(node)) {
		struct station *station = hmap_entry(node, struct station, node);

		if (!memcmp(&station->key, key, sizeof(*key)))
			return station;
	}
	return NULL;
}

static void station_free(struct fdb_look *look, struct station *station)
{
	hmap_remove(&look->stations, &station->node);
	free(station->port_name);
	free(station);
}

static json_t *station_line(const struct station *station, const char *op)
{
	json_t *line = watch_stamp(WATCH_FDB, op);
	char mac[VS_MAC_TEXT], remote[VS_IP_TEXT];

	json_object_set_new(line, "bridge", json_string(station->bridge));
	json_object_set_new(line, "vlan", json_integer(station->key.vlan));
	json_object_set_new(line, "mac", json_string(vs_mac_format(station->key.mac, mac)));
	json_object_set_new(line, "port", json_string(station->port_name));
	json_object_set_new(line, "static", json_boolean(station->flags & VS_FDB_STATIC));
	if (!vs_ip_is_zero(&station->remote))
		json_object_set_new(line, "remote", json_string(vs_ip_format(&station->remote, remote)));
	return line;
}

static void tell(struct fdb_look *look, json_t *line)
{
	look->events++;
	if (look->quiet)
		json_decref(line);
	else
		watch_add(&look->text, line);
}

static char *name_port(const struct fdb_look *look, uint32_t number)
{
	const char *name = look->env.port_name ? look->env.port_name(look->env.arg, number) : NULL;

	return name ? vs_xstrdup(name) : vs_xasprintf("#%u", number);
}

static void name_bridge(const struct fdb_look *look, struct station *station)
{
	for (struct store_row *row = store_first(look->env.store, STORE_Bridge); row;
	     row = store_next(look->env.store, row)) {
		const char *name = store_get_string(row, Bridge_name);

		if (look->env.bridge_number && look->env.bridge_number(look->env.arg, name) == station->key.bridge)
			snprintf(station->bridge, sizeof(station->bridge), "%s", name);
	}
}

static void station_put(struct fdb_look *look, struct station *station, const struct vs_fdb_entry *entry)
{
	free(station->port_name);
	station->port_name = name_port(look, entry->port);
	station->port = entry->port;
	station->flags = entry->flags;
	station->remote = entry->remote;
}

static bool has_room(const struct fdb_look *look)
{
	return look->quiet || look->events < MAX_EVENTS;
}

static bool look_at(const struct vs_fdb_key *key, const struct vs_fdb_entry *entry, void *arg)
{
	struct fdb_look *look = arg;
	struct station *station = station_find(look, key);

	if (!station && has_room(look)) {
		station = (struct station *)vs_xcalloc(1, sizeof(*station));
		station->key = *key;
		hmap_insert(&look->stations, &station->node, key_hash(key));
		name_bridge(look, station);
		station_put(look, station, entry);
		tell(look, station_line(station, "learn"));
	} else if (station && has_room(look) &&
		   (station->port != entry->port || station->flags != entry->flags ||
		    memcmp(&station->remote, &entry->remote, sizeof(station->remote)) != 0)) {
		char *old_port = vs_xstrdup(station->port_name);

		station_put(look, station, entry);
		json_t *line = station_line(station, "move");
		json_object_set_new(line, "old_port", json_string(old_port));
		tell(look, line);
		free(old_port);
	}
	if (station)
		station->seen = look->number;
	return true;
}

static void forget_unseen(struct fdb_look *look)
{
	hmap_for_each_safe(node, next, &look->stations)
	{
		struct station *station = hmap_entry(node, struct station, node);

		if (station->seen == look->number || !has_room(look))
			continue;
		tell(look, station_line(station, "forget"));
		station_free(look, station);
	}
}

static void look_once(struct fdb_look *look, bool quiet)
{
	struct dp *dp = look->env.dp;

	look->quiet = quiet;
	look->events = 0;
	look->number++;
	if (!dp)
		return;
	dp->ops->fdb_walk(dp, 0, look_at, look);
	forget_unseen(look);
}

static void to_all(void *arg, const char *text)
{
	struct fdb_look *look = arg;
	struct vs_list *link, *next;

	vs_list_each_safe(link, next, &look->listeners)
	{
		const struct fdb_listener *listener = vs_container(link, struct fdb_listener, link);

		listener->lines(listener->arg, text);
	}
}

static void look_arm(struct fdb_look *look, int ms)
{
	event_add(look->timer, &(struct timeval){.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000});
}

static void stations_clear(struct fdb_look *look)
{
	hmap_for_each_safe(node, next, &look->stations) station_free(look, hmap_entry(node, struct station, node));
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct fdb_look *look = arg;

	(void)fd;
	(void)what;
	if (vs_list_empty(&look->listeners)) {
		stations_clear(look);
		return;
	}
	look_once(look, false);
	watch_flush(&look->text, to_all, look);
	look_arm(look, has_room(look) ? EVERY_MS : SOONER_MS);
}

void fdb_look_add(struct fdb_look *look, struct fdb_listener *listener, struct watch_text *initial)
{
	if (vs_list_empty(&look->listeners)) {
		stations_clear(look);
		look_once(look, true);
		look_arm(look, EVERY_MS);
	}
	vs_list_push(&look->listeners, &listener->link);
	if (!initial)
		return;
	hmap_for_each(node, &look->stations)
		watch_add(initial, station_line(hmap_entry(node, struct station, node), "initial"));
}

void fdb_look_remove(struct fdb_listener *listener)
{
	vs_list_remove(&listener->link);
}

struct fdb_look *fdb_look_new(struct event_base *base, const struct ctl_env *env)
{
	struct fdb_look *look = (struct fdb_look *)vs_xcalloc(1, sizeof(*look));

	look->env = *env;
	look->timer = (struct event *)vs_xcheck(evtimer_new(base, on_timer, look));
	vs_list_init(&look->listeners);
	return look;
}

void fdb_look_free(struct fdb_look *look)
{
	stations_clear(look);
	hmap_destroy(&look->stations);
	event_free(look->timer);
	free(look);
}
