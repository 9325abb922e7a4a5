/* SPDX-License-Identifier: GPL-2.0-only */
/* user.c - the datapath that moves frames itself: its bridges and ports */
#include "vswitchd/datapath/user.h"

#include <errno.h>
#include <stdlib.h>

#include "common/xalloc.h"
#include "vswitchd/datapath/vxlan.h"

#define NS_PER_S 1000000000ULL

static struct up *up_of_dp(struct dp *dp)
{
	return vs_container(dp, struct up, dp);
}

struct up_port *up_port_get(struct up *up, uint32_t number)
{
	return number < up->n_ports ? up->ports[number] : NULL;
}

struct up_bridge *up_bridge_get(struct up *up, uint32_t number)
{
	return number < up->n_bridges ? up->bridges[number] : NULL;
}

/* slot_take() - the lowest free index from 1 on in an array of pointers, which grows when full. */
static uint32_t slot_take(void ***slots, size_t *n)
{
	size_t i = 1;

	while (i < *n && (*slots)[i])
		i++;
	if (i >= *n) {
		size_t room = *n * 2 + 16;

		*slots = vs_xrealloc(*slots, room * sizeof(**slots));
		memset(*slots + *n, 0, (room - *n) * sizeof(**slots));
		*n = room;
	}
	return (uint32_t)i;
}

/* --- bridges -------------------------------------------------------------------------------------------------- */

static void bridge_apply(struct up *up, uint32_t number, const struct dp_bridge_config *config)
{
	struct up_bridge *bridge = up->bridges[number];

	bridge->forward = config->forward;
	fdb_bridge_set(up->fdb, number, config->forward.fdb_limit, config->ageing_s);
	up_arm_ageing(up, 0);
}

static int user_bridge_add(struct dp *dp, const struct dp_bridge_config *config, uint32_t *number)
{
	struct up *up = up_of_dp(dp);
	struct up_bridge *bridge = vs_xcalloc(1, sizeof(*bridge));

	*number = slot_take((void ***)&up->bridges, &up->n_bridges);
	bridge->name = vs_xstrdup(config->name);
	vs_list_init(&bridge->ports);
	up->bridges[*number] = bridge;
	bridge_apply(up, *number, config);
	return 0;
}

static int user_bridge_set(struct dp *dp, uint32_t number, const struct dp_bridge_config *config)
{
	struct up *up = up_of_dp(dp);

	if (!up_bridge_get(up, number))
		return -ENOENT;
	bridge_apply(up, number, config);
	return 0;
}

static int user_bridge_del(struct dp *dp, uint32_t number)
{
	struct up *up = up_of_dp(dp);
	struct up_bridge *bridge = up_bridge_get(up, number);

	if (!bridge)
		return -ENOENT;
	if (!vs_list_empty(&bridge->ports))
		return -EBUSY;
	fdb_bridge_gone(up->fdb, number);
	up->bridges[number] = NULL;
	free(bridge->name);
	free(bridge);
	return 0;
}

/* --- ports ---------------------------------------------------------------------------------------------------- */

static int user_port_add(struct dp *dp, const struct dp_port_config *config, uint32_t *number)
{
	struct up *up = up_of_dp(dp);
	struct up_bridge *bridge = up_bridge_get(up, config->vlan.bridge);
	uint32_t taken;
	struct up_port *port;
	int err;

	if (!bridge)
		return -ENOENT;
	taken = slot_take((void ***)&up->ports, &up->n_ports);
	err = up_port_open(&up->io, config, taken, &port);
	if (err)
		return err;
	up->ports[taken] = port;
	vs_list_push(&bridge->ports, &port->siblings);
	*number = taken;
	return 0;
}

static int user_port_set(struct dp *dp, uint32_t number, const struct dp_port_config *config)
{
	struct up *up = up_of_dp(dp);
	struct up_port *port = up_port_get(up, number);
	struct up_bridge *bridge = up_bridge_get(up, config->vlan.bridge);
	int err;

	if (!port || !bridge)
		return -ENOENT;
	if (port->kind != config->kind)
		return -EINVAL;
	err = port->driver->set ? port->driver->set(port, config) : 0;
	if (err)
		return err;
	if (port->vlan.bridge != config->vlan.bridge) {
		fdb_port_gone(up->fdb, number);
		vs_list_remove(&port->siblings);
		vs_list_push(&bridge->ports, &port->siblings);
	}
	port->vlan = config->vlan;
	port->peer = config->peer;
	return 0;
}

static int user_port_del(struct dp *dp, uint32_t number)
{
	struct up *up = up_of_dp(dp);
	struct up_port *port = up_port_get(up, number);

	if (!port)
		return -ENOENT;
	up_port_close(port);
	fdb_port_gone(up->fdb, number);
	up->ports[number] = NULL;
	return 0;
}

static struct up_port *user_port_served(struct dp *dp, uint32_t number)
{
	return up_port_get(up_of_dp(dp), number);
}

static int user_port_output(struct dp *dp, uint32_t number, const uint8_t *bytes, size_t len)
{
	struct up *up = up_of_dp(dp);
	struct up_port *port = up_port_get(up, number);

	return port ? up_output(up, port, bytes, len) : -ENOENT;
}

static int user_port_stats(struct dp *dp, uint32_t number, struct dp_port_stats *stats)
{
	struct up_port *port = up_port_get(up_of_dp(dp), number);

	if (!port)
		return -ENOENT;
	if (port->driver->count)
		port->driver->count(port);
	*stats = port->stats;
	return 0;
}

static const char *user_port_hook(struct dp *dp, uint32_t number, const char **why)
{
	*why = "the user datapath moves all frames itself";
	return up_port_get(up_of_dp(dp), number) ? "user" : NULL;
}

/* --- the FDB -------------------------------------------------------------------------------------------------- */

static int user_fdb_add(struct dp *dp, const struct vs_fdb_key *key, uint32_t port)
{
	struct up *up = up_of_dp(dp);

	if (!up_port_get(up, port))
		return -ENOENT;
	fdb_set_static(up->fdb, key, port);
	return 0;
}

static int user_fdb_del(struct dp *dp, const struct vs_fdb_key *key)
{
	return fdb_delete(up_of_dp(dp)->fdb, key);
}

static int user_fdb_flush(struct dp *dp, uint32_t bridge, uint32_t port, uint16_t vlan)
{
	struct up *up = up_of_dp(dp);

	if (!up_bridge_get(up, bridge))
		return -ENOENT;
	fdb_flush(up->fdb, bridge, port, vlan);
	return 0;
}

static int user_fdb_walk(struct dp *dp, uint32_t bridge, dp_fdb_cb cb, void *arg)
{
	struct up *up = up_of_dp(dp);

	if (bridge && !up_bridge_get(up, bridge))
		return -ENOENT;
	fdb_walk(up->fdb, bridge, cb, arg);
	return 0;
}

static int user_fdb_stats(struct dp *dp, uint32_t bridge, struct dp_fdb_stats *stats)
{
	return fdb_stats(up_of_dp(dp)->fdb, bridge, stats);
}

static int user_fdb_stats_clear(struct dp *dp, uint32_t bridge)
{
	return fdb_stats_clear(up_of_dp(dp)->fdb, bridge);
}

/* Ageing wakes only when something may expire, and not more than once a second. */
static void on_age(evutil_socket_t fd, short what, void *arg)
{
	struct up *up = arg;
	uint64_t next;

	(void)fd;
	(void)what;
	up_batch_begin(&up->io);
	next = fdb_age(up->fdb, up->io.now_ns);
	if (next)
		up_arm_ageing(up, next);
}

void dp_user_age(struct dp *dp, uint64_t seconds)
{
	struct up *up = up_of_dp(dp);

	up_batch_begin(&up->io);
	fdb_age(up->fdb, up->io.now_ns + seconds * NS_PER_S);
}

void up_arm_ageing(struct up *up, uint64_t ns)
{
	struct timeval in;

	if (ns < NS_PER_S)
		ns = NS_PER_S;
	in.tv_sec = (time_t)(ns / NS_PER_S);
	in.tv_usec = (suseconds_t)(ns % NS_PER_S / 1000);
	event_add(up->age, &in);
}

/* --- life ----------------------------------------------------------------------------------------------------- */

static void user_close(struct dp *dp)
{
	struct up *up = up_of_dp(dp);

	for (size_t i = 0; i < up->n_ports; i++) {
		if (up->ports[i])
			user_port_del(dp, (uint32_t)i);
	}
	for (size_t i = 0; i < up->n_bridges; i++) {
		if (up->bridges[i])
			user_bridge_del(dp, (uint32_t)i);
	}
	free(up->ports);
	free(up->bridges);
	event_free(up->age);
	vx_sockets_destroy(up->vx);
	up_io_close(&up->io);
	fdb_destroy(up->fdb);
	free(up);
}

static const struct dp_ops user_ops = {
	.name = "user",
	.close = user_close,
	.bridge_add = user_bridge_add,
	.bridge_set = user_bridge_set,
	.bridge_del = user_bridge_del,
	.port_add = user_port_add,
	.port_set = user_port_set,
	.port_del = user_port_del,
	.port_stats = user_port_stats,
	.port_hook = user_port_hook,
	.port_served = user_port_served,
	.port_output = user_port_output,
	.fdb_add = user_fdb_add,
	.fdb_del = user_fdb_del,
	.fdb_flush = user_fdb_flush,
	.fdb_walk = user_fdb_walk,
	.fdb_stats = user_fdb_stats,
	.fdb_stats_clear = user_fdb_stats_clear,
};

int dp_user_open(struct event_base *base, struct dp **dp)
{
	struct up *up = vs_xcalloc(1, sizeof(*up));
	int err = up_io_open(&up->io, base);

	if (err) {
		free(up);
		return err;
	}
	up->io.input = up_forward;
	up->dp.ops = &user_ops;
	up->fdb = fdb_create();
	up->vx = vx_sockets_create(up);
	up->age = evtimer_new(base, on_age, up);
	*dp = &up->dp;
	return 0;
}
