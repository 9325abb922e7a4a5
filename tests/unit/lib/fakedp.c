/* SPDX-License-Identifier: GPL-2.0-only */
/* fakedp.c - a datapath that only remembers what it was asked for */
#include "tests/unit/lib/fakedp.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/xalloc.h"

static struct fakedp *of(struct dp *dp)
{
	return (struct fakedp *)(void *)dp; /* dp is its first member */
}

static int bridge_add(struct dp *dp, const struct dp_bridge_config *config, uint32_t *number)
{
	struct fakedp *fake = of(dp);

	fake->calls++;
	for (uint32_t i = 1; i < FAKEDP_BRIDGES; i++) {
		if (fake->bridges[i].used)
			continue;
		fake->bridges[i].used = true;
		fake->bridges[i].config = *config;
		snprintf(fake->bridges[i].name, sizeof(fake->bridges[i].name), "%s", config->name);
		*number = i;
		return 0;
	}
	return -ENOSPC;
}

static int bridge_set(struct dp *dp, uint32_t number, const struct dp_bridge_config *config)
{
	of(dp)->calls++;
	if (!of(dp)->bridges[number].used)
		return -ENOENT;
	of(dp)->bridges[number].config = *config;
	return 0;
}

static int bridge_del(struct dp *dp, uint32_t number)
{
	struct fakedp *fake = of(dp);

	fake->calls++;
	for (uint32_t i = 1; i < FAKEDP_PORTS; i++) {
		if (fake->ports[i].used && fake->ports[i].config.vlan.bridge == number)
			return -EBUSY;
	}
	fake->bridges[number].used = false;
	return 0;
}

static void keep(struct fakedp_port *port, const struct dp_port_config *config)
{
	port->used = true;
	port->config = *config;
	snprintf(port->name, sizeof(port->name), "%s", config->name);
	port->remote = config->vxlan.n_remotes ? config->vxlan.remotes[0] : (struct vs_ip){0};
	port->config.name = port->name;
	port->config.vxlan.remotes = NULL;
}

static int port_add(struct dp *dp, const struct dp_port_config *config, uint32_t *number)
{
	struct fakedp *fake = of(dp);

	fake->calls++;
	if (fake->fail_port_add)
		return fake->fail_port_add;
	if (!fake->bridges[config->vlan.bridge].used)
		return -ENOENT;
	for (uint32_t i = 1; i < FAKEDP_PORTS; i++) {
		if (fake->ports[i].used)
			continue;
		keep(&fake->ports[i], config);
		fake->adds++;
		*number = i;
		return 0;
	}
	return -ENOSPC;
}

static int port_set(struct dp *dp, uint32_t number, const struct dp_port_config *config)
{
	struct fakedp *fake = of(dp);

	fake->calls++;
	fake->sets++;
	if (!fake->ports[number].used || fake->ports[number].config.kind != config->kind ||
	    fake->ports[number].config.ifindex != config->ifindex)
		return -EINVAL;
	keep(&fake->ports[number], config);
	return 0;
}

static int port_del(struct dp *dp, uint32_t number)
{
	struct fakedp *fake = of(dp);
	unsigned int kept = 0;

	fake->calls++;
	fake->dels++;
	if (!fake->ports[number].used)
		return -ENOENT;
	fake->ports[number].used = false;
	for (unsigned int i = 0; i < fake->n_statics; i++) {
		if (fake->statics[i].port != number)
			fake->statics[kept++] = fake->statics[i];
	}
	fake->n_statics = kept;
	return 0;
}

static int port_stats(struct dp *dp, uint32_t number, struct dp_port_stats *stats)
{
	memset(stats, 0, sizeof(*stats));
	if (!of(dp)->ports[number].used)
		return -ENOENT;
	stats->rx_packets = 7;
	stats->rx_bytes = 700;
	stats->tx_packets = 5;
	stats->tx_bytes = 500;
	stats->drops[VS_DROP_NONE] = 99;
	stats->drops[VS_DROP_VLAN_INGRESS] = 3;
	stats->drops[VS_DROP_RUNT] = 2;
	stats->drops[VS_DROP_TX_FULL] = 1;
	return 0;
}

static int fdb_add(struct dp *dp, const struct vs_fdb_key *key, uint32_t port)
{
	struct fakedp *fake = of(dp);

	if (!fake->ports[port].used)
		return -ENOENT;
	if (fake->n_statics == FAKEDP_STATICS)
		return -ENOSPC;
	fake->statics[fake->n_statics].key = *key;
	fake->statics[fake->n_statics++].port = port;
	return 0;
}

static int fdb_del(struct dp *dp, const struct vs_fdb_key *key)
{
	struct fakedp *fake = of(dp);

	for (unsigned int i = 0; i < fake->n_statics; i++) {
		if (memcmp(&fake->statics[i].key, key, sizeof(*key)) != 0)
			continue;
		fake->statics[i] = fake->statics[--fake->n_statics];
		return 0;
	}
	return -ENOENT;
}

/* It learns nothing. */
static int fdb_flush(struct dp *dp, uint32_t bridge, uint32_t port, uint16_t vlan)
{
	(void)bridge;
	(void)vlan;
	return of(dp)->ports[port].used ? 0 : -ENOENT;
}

static void fake_close(struct dp *dp)
{
	free(of(dp));
}

static const struct dp_ops fake_ops = {
	.name = "fake",
	.close = fake_close,
	.bridge_add = bridge_add,
	.bridge_set = bridge_set,
	.bridge_del = bridge_del,
	.port_add = port_add,
	.port_set = port_set,
	.port_del = port_del,
	.port_stats = port_stats,
	.fdb_add = fdb_add,
	.fdb_del = fdb_del,
	.fdb_flush = fdb_flush,
};

struct fakedp *fakedp_create(void)
{
	struct fakedp *fake = vs_xcalloc(1, sizeof(*fake));

	fake->dp.ops = &fake_ops;
	return fake;
}

uint32_t fakedp_number(struct fakedp *fake, const char *name)
{
	for (uint32_t i = 1; i < FAKEDP_PORTS; i++) {
		if (fake->ports[i].used && strcmp(fake->ports[i].name, name) == 0)
			return i;
	}
	return 0;
}

struct fakedp_port *fakedp_port(struct fakedp *fake, const char *name)
{
	uint32_t number = fakedp_number(fake, name);

	return number ? &fake->ports[number] : NULL;
}

unsigned int fakedp_n_ports(const struct fakedp *fake)
{
	unsigned int n = 0;

	for (uint32_t i = 1; i < FAKEDP_PORTS; i++)
		n += fake->ports[i].used;
	return n;
}

unsigned int fakedp_n_bridges(const struct fakedp *fake)
{
	unsigned int n = 0;

	for (uint32_t i = 1; i < FAKEDP_BRIDGES; i++)
		n += fake->bridges[i].used;
	return n;
}
