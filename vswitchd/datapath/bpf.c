/* SPDX-License-Identifier: GPL-2.0-only */
/* bpf.c - the datapath in the kernel: its bridges and ports, written into the maps of the programs */
#include "vswitchd/datapath/bpf.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/list.h"
#include "common/log.h"
#include "common/xalloc.h"
#include "vswitchd/datapath/driver.h"
#include "vswitchd/kernel/link.h"
#include "vswitchd/kernel/vxlan.h"
#include "vswitchd/kernel/xdp.h"

static struct bpf_dp *bpf_of(struct dp *dp)
{
	return vs_container(dp, struct bpf_dp, dp);
}

/* --- maps ------------------------------------------------------------------------------------------------------- */

int bpf_put(struct bpf_dp *bpf, enum kn_bpf_map map, const void *key, const void *value)
{
	if (!bpf_map_update_elem(kn_bpf_map(bpf->bpf, map), key, value, BPF_ANY))
		return 0;
	return errno == E2BIG ? -ENOSPC : -errno; /* a full map */
}

int bpf_get(struct bpf_dp *bpf, enum kn_bpf_map map, const void *key, void *value)
{
	return bpf_map_lookup_elem(kn_bpf_map(bpf->bpf, map), key, value) ? -errno : 0;
}

int bpf_del(struct bpf_dp *bpf, enum kn_bpf_map map, const void *key)
{
	return bpf_map_delete_elem(kn_bpf_map(bpf->bpf, map), key) ? -errno : 0;
}

int bpf_put_bridge(struct bpf_dp *bpf, uint32_t number)
{
	const struct vs_bpf_bridge none = {.used = 0};

	return bpf_put(bpf, KN_BPF_MAP_bridges, &number, bpf->bridges[number] ? bpf->bridges[number] : &none);
}

int bpf_put_port(struct bpf_dp *bpf, uint32_t number)
{
	const struct vs_bpf_port none = {.ifindex = 0};

	return bpf_put(bpf, KN_BPF_MAP_ports, &number, bpf->ports[number] ? &bpf->ports[number]->row : &none);
}

int bpf_put_meta(struct bpf_dp *bpf)
{
	const uint32_t zero = 0;

	return bpf_put(bpf, KN_BPF_MAP_meta, &zero, &bpf->meta);
}

/* --- ports ------------------------------------------------------------------------------------------------------ */

static struct bpf_slot *port_get(struct bpf_dp *bpf, uint32_t number)
{
	return number < VS_BPF_PORTS ? bpf->ports[number] : NULL;
}

static void link_name(uint32_t number, char name[32])
{
	snprintf(name, 32, "port-%u", number);
}

/* A veth into another namespace takes frames for its own address without passing the queue of this side. */
static void netdev_row(struct bpf_dp *bpf, struct vs_bpf_port *row, int ifindex)
{
	struct kn_link link;

	row->kind = VS_BPF_NETDEV;
	row->ifindex = (uint32_t)ifindex;
	row->how &= ~(uint32_t)VS_BPF_REDIRECT_PEER;
	if (!kn_link_by_index(bpf->kn, ifindex, &link) && !strcmp(link.kind, "veth") && link.peer_nsid >= 0 &&
	    !kn_link_peer_mac(bpf->kn, &link, row->station))
		row->how |= VS_BPF_REDIRECT_PEER;
}

static int port_fill(struct bpf_dp *bpf, uint32_t number, const struct dp_port_config *config)
{
	struct bpf_slot *slot = bpf->ports[number];

	slot->row.vlan = config->vlan;
	strncpy(slot->row.name, config->name, VS_BPF_NAME - 1);
	switch (config->kind) {
	case DP_PORT_NETDEV:
		netdev_row(bpf, &slot->row, config->ifindex);
		return 0;
	case DP_PORT_VXLAN:
		return bpf_vxlan_set(bpf, number, slot, &config->vxlan);
	case DP_PORT_PATCH:
		slot->row.kind = VS_BPF_PATCH;
		slot->row.peer = config->peer;
		return bpf_patch_device(bpf);
	case DP_PORT_MEM:
		return bpf_punt_port(bpf, number, slot, config);
	}
	return -EOPNOTSUPP;
}

static int netdev_attach(struct bpf_dp *bpf, uint32_t number)
{
	struct bpf_slot *slot = bpf->ports[number];
	char name[32];
	int err;

	if (slot->row.kind != VS_BPF_NETDEV)
		return 0;
	link_name(number, name);
	err = bpf_put(bpf, KN_BPF_MAP_by_ifindex, &slot->row.ifindex, &number);
	return err ? err : kn_bpf_attach(bpf->bpf, KN_BPF_PORT_IN, (int)slot->row.ifindex, name);
}

/* port_faster() - with its row written and tcx in place, a port can have the faster hook. */
static int port_faster(struct bpf_dp *bpf, uint32_t number, enum dp_xdp wanted)
{
	bpf_xdp_set(bpf, number, wanted);
	return bpf_put_port(bpf, number);
}

static void port_remove(struct bpf_dp *bpf, uint32_t number)
{
	struct bpf_slot *slot = bpf->ports[number];
	uint32_t owner;
	char name[32];

	bpf_xdp_unset(bpf, number);
	link_name(number, name);
	kn_bpf_detach(bpf->bpf, name);
	/* A device that is no more may have left its ifindex to one that another port has by now. */
	if (slot->row.kind == VS_BPF_NETDEV && !bpf_get(bpf, KN_BPF_MAP_by_ifindex, &slot->row.ifindex, &owner) &&
	    owner == number)
		bpf_del(bpf, KN_BPF_MAP_by_ifindex, &slot->row.ifindex);
	if (slot->row.kind == VS_BPF_VXLAN)
		bpf_vxlan_unset(bpf, number, slot);
	if (slot->member != UINT32_MAX)
		bpf_member_remove(bpf, number, slot->row.vlan.bridge);
	bpf->ports[number] = NULL;
	bpf_put_port(bpf, number);
	bpf_fdb_port_gone(bpf, number);
	up_port_close(slot->served);
	free(slot);
}

static void stats_clear(struct bpf_dp *bpf, uint32_t number)
{
	int cpus = libbpf_num_possible_cpus();
	struct vs_bpf_stats *zero = vs_xcalloc((size_t)(cpus > 0 ? cpus : 1), sizeof(*zero));

	bpf_put(bpf, KN_BPF_MAP_stats, &number, zero);
	free(zero);
}

/* port_adopt() - the port an earlier daemon had by this name, if it is still the same one. Return: 0 if not. */
static uint32_t port_adopt(struct bpf_dp *bpf, const struct dp_port_config *config)
{
	static const uint32_t kinds[] = {[DP_PORT_NETDEV] = VS_BPF_NETDEV,
					 [DP_PORT_VXLAN] = VS_BPF_VXLAN,
					 [DP_PORT_PATCH] = VS_BPF_PATCH,
					 [DP_PORT_MEM] = VS_BPF_DAEMON};

	for (uint32_t i = 1; i < VS_BPF_PORTS; i++) {
		struct bpf_slot *slot = bpf->ports[i];

		if (!slot || slot->claimed || strcmp(slot->row.name, config->name) != 0)
			continue;
		if (slot->row.kind == kinds[config->kind] && slot->row.vlan.bridge == config->vlan.bridge &&
		    (config->kind != DP_PORT_NETDEV || slot->row.ifindex == (uint32_t)config->ifindex))
			return i;
		port_remove(bpf, i);
		return 0;
	}
	return 0;
}

static uint32_t port_free_number(struct bpf_dp *bpf)
{
	uint32_t i = 1;

	while (i < VS_BPF_PORTS && (bpf->ports[i] || bpf->port_gone[i]))
		i++;
	if (i < VS_BPF_PORTS || !bpf->some_gone)
		return i < VS_BPF_PORTS ? i : 0;
	bpf_fdb_purge(bpf);
	return port_free_number(bpf);
}

/* Who listens for control frames needs the channel; ports work without. */
static void control_open(struct bpf_dp *bpf)
{
	int err = bpf->dp.callbacks.control ? bpf_punt_open(bpf) : 0;

	if (err && !bpf->deaf)
		vs_warn("no control frame will be heard: %s", strerror(-err));
	bpf->deaf = err;
}

static int bpf_port_add(struct dp *dp, const struct dp_port_config *config, uint32_t *out)
{
	struct bpf_dp *bpf = bpf_of(dp);
	uint32_t number;
	int err;

	if (!bpf_bridge_get(bpf, config->vlan.bridge))
		return -ENOENT;
	control_open(bpf);
	number = port_adopt(bpf, config);
	if (!number) {
		number = port_free_number(bpf);
		if (!number)
			return -ENOSPC;
		bpf->ports[number] = vs_xcalloc(1, sizeof(*bpf->ports[number]));
		bpf->ports[number]->member = UINT32_MAX;
		bpf->ports[number]->group_fd = -1;
		stats_clear(bpf, number);
	}
	bpf->ports[number]->claimed = true;
	err = port_fill(bpf, number, config);
	if (!err)
		err = bpf_put_port(bpf, number);
	if (!err)
		err = netdev_attach(bpf, number);
	if (!err)
		err = port_faster(bpf, number, config->xdp);
	if (!err && bpf->ports[number]->member == UINT32_MAX)
		err = bpf_member_add(bpf, number);
	if (err) {
		port_remove(bpf, number);
		return err;
	}
	*out = number;
	return 0;
}

static int bpf_port_set(struct dp *dp, uint32_t number, const struct dp_port_config *config)
{
	struct bpf_dp *bpf = bpf_of(dp);
	struct bpf_slot *slot = port_get(bpf, number);
	uint32_t before;
	int err;

	if (!slot || !bpf_bridge_get(bpf, config->vlan.bridge))
		return -ENOENT;
	before = slot->row.vlan.bridge;
	if (before != config->vlan.bridge) {
		if (slot->member != UINT32_MAX)
			bpf_member_remove(bpf, number, before);
		slot->member = UINT32_MAX;
		bpf_fdb_port_gone(bpf, number);
		bpf_fdb_purge(bpf);
	}
	err = port_fill(bpf, number, config);
	if (!err)
		err = port_faster(bpf, number, config->xdp);
	if (!err && slot->member == UINT32_MAX)
		err = bpf_member_add(bpf, number);
	return err;
}

static int bpf_port_del(struct dp *dp, uint32_t number)
{
	struct bpf_dp *bpf = bpf_of(dp);

	if (!port_get(bpf, number))
		return -ENOENT;
	port_remove(bpf, number);
	return 0;
}

static int bpf_port_stats(struct dp *dp, uint32_t number, struct dp_port_stats *stats)
{
	struct bpf_dp *bpf = bpf_of(dp);
	int cpus = libbpf_num_possible_cpus(), err;
	struct vs_bpf_stats *each;

	if (!port_get(bpf, number) || cpus < 1)
		return -ENOENT;
	each = vs_xcalloc((size_t)cpus, sizeof(*each));
	err = bpf_get(bpf, KN_BPF_MAP_stats, &number, each);
	*stats = (struct dp_port_stats){0};
	for (int i = 0; i < cpus; i++) {
		stats->rx_packets += each[i].rx_packets;
		stats->rx_bytes += each[i].rx_bytes;
		stats->tx_packets += each[i].tx_packets;
		stats->tx_bytes += each[i].tx_bytes;
		for (int r = 0; r < VS_DROP__COUNT; r++)
			stats->drops[r] += each[i].drops[r];
	}
	free(each);
	bpf_punt_drops(bpf, number, stats->drops);
	if (bpf->ports[number]->row.kind == VS_BPF_VXLAN)
		stats->drops[VS_DROP_ECN] += bpf_vxlan_ecn_drops(bpf, number);
	return err;
}

static struct up_port *bpf_port_served(struct dp *dp, uint32_t number)
{
	const struct bpf_slot *slot = port_get(bpf_of(dp), number);

	return slot ? slot->served : NULL;
}

static int bpf_port_output(struct dp *dp, uint32_t number, const uint8_t *bytes, size_t len)
{
	struct bpf_dp *bpf = bpf_of(dp);

	return port_get(bpf, number) ? bpf_punt_output(bpf, number, bytes, len) : -ENOENT;
}

/* --- life ------------------------------------------------------------------------------------------------------- */

/* recall() - read what an earlier daemon left in the tables. */
static void recall(struct bpf_dp *bpf)
{
	const uint32_t zero = 0;
	struct vs_bpf_bridge bridge;
	struct vs_bpf_port port;

	for (uint32_t i = 1; i < VS_BPF_BRIDGES; i++) {
		if (bpf_get(bpf, KN_BPF_MAP_bridges, &i, &bridge) || !bridge.used)
			continue;
		bpf->bridges[i] = vs_xmalloc(sizeof(bridge));
		*bpf->bridges[i] = bridge;
	}
	for (uint32_t i = 1; i < VS_BPF_PORTS; i++) {
		if (bpf_get(bpf, KN_BPF_MAP_ports, &i, &port) || !port.vlan.bridge)
			continue;
		bpf->ports[i] = vs_xcalloc(1, sizeof(*bpf->ports[i]));
		bpf->ports[i]->row = port;
		bpf->ports[i]->member = UINT32_MAX;
		bpf->ports[i]->group_fd = -1;
	}
	bpf_get(bpf, KN_BPF_MAP_meta, &zero, &bpf->meta);
	bpf_members_recall(bpf);
	bpf_tunnels_recall(bpf);
}

static void bpf_finish(struct dp *dp)
{
	struct bpf_dp *bpf = bpf_of(dp);

	kn_bpf_finish(bpf->bpf);
	bpf_fdb_purge(bpf);
}

static void bpf_settle(struct dp *dp)
{
	struct bpf_dp *bpf = bpf_of(dp);

	for (uint32_t i = 1; i < VS_BPF_PORTS; i++) {
		if (bpf->ports[i] && !bpf->ports[i]->claimed)
			port_remove(bpf, i);
	}
	for (uint32_t i = 1; i < VS_BPF_BRIDGES; i++) {
		if (bpf->bridges[i] && !bpf->bridge_claimed[i])
			bpf_bridge_del(dp, i);
	}
	bpf_finish(dp);
	bpf_fdb_settle(bpf);
	bpf_devices_sweep(bpf);
}

/* What is set up stays and goes on forwarding; when nothing is, nothing of us remains. */
static void bpf_close(struct dp *dp)
{
	struct bpf_dp *bpf = bpf_of(dp);
	bool empty = true;

	for (uint32_t i = 1; i < VS_BPF_PORTS; i++)
		empty = empty && !bpf->ports[i];
	if (!empty)
		bpf_finish(dp);
	for (uint32_t i = 1; i < VS_BPF_PORTS; i++) {
		if (bpf->ports[i]) {
			free(bpf->ports[i]->tunnels);
			free(bpf->ports[i]->no_xdp);
			free(bpf->ports[i]->config.remotes);
			if (bpf->ports[i]->group_fd >= 0)
				close(bpf->ports[i]->group_fd);
			up_port_close(bpf->ports[i]->served);
		}
		free(bpf->ports[i]);
	}
	for (uint32_t i = 1; i < VS_BPF_BRIDGES; i++)
		free(bpf->bridges[i]);
	while (bpf->vxlans) {
		struct bpf_vxlan *next = bpf->vxlans->next;

		free(bpf->vxlans);
		bpf->vxlans = next;
	}
	bpf_punt_close(bpf, empty);
	if (empty) {
		if (bpf->patch_ifindex)
			kn_link_delete(bpf->kn, bpf->patch_ifindex);
		kn_bpf_remove(bpf->bpf);
	} else {
		kn_bpf_close(bpf->bpf);
	}
	event_free(bpf->age);
	kn_xdp_close(bpf->xdp);
	event_free(bpf->purge);
	kn_close(bpf->kn);
	free(bpf->tag);
	free(bpf);
}

static const char *bpf_port_hook(struct dp *dp, uint32_t number, const char **why)
{
	const struct bpf_slot *slot = port_get(bpf_of(dp), number);
	const char *hook = kn_bpf_hook(bpf_of(dp)->bpf, why);

	if (!slot)
		return NULL;
	if (slot->row.how & VS_BPF_XDP_GENERIC) {
		*why = "other_config:xdp asks for generic, which any device has";
		return "xdp-generic";
	}
	if (slot->row.how & VS_BPF_XDP_NATIVE) {
		*why = slot->row.how & VS_BPF_XDP_OUT ? NULL
						      : "XDP cannot send to it, only take from it: for a veth, turn "
							"gro on at the other end (ethtool -K DEV gro on)";
		return "xdp";
	}
	if (slot->served) {
		*why = "only the daemon can serve it";
		return "user";
	}
	if (!*why)
		*why = slot->no_xdp;
	return hook;
}

static const struct dp_ops bpf_ops = {
	.name = "bpf",
	.close = bpf_close,
	.settle = bpf_settle,
	.finish = bpf_finish,
	.bridge_add = bpf_bridge_add,
	.bridge_set = bpf_bridge_set,
	.bridge_del = bpf_bridge_del,
	.port_add = bpf_port_add,
	.port_set = bpf_port_set,
	.port_del = bpf_port_del,
	.port_stats = bpf_port_stats,
	.port_hook = bpf_port_hook,
	.port_served = bpf_port_served,
	.port_output = bpf_port_output,
	.fdb_add = bpf_fdb_add,
	.fdb_del = bpf_fdb_delete,
	.fdb_flush = bpf_fdb_flush,
	.fdb_walk = bpf_fdb_walk,
	.fdb_stats = bpf_fdb_stats,
	.fdb_stats_clear = bpf_fdb_stats_clear,
};

static char *tag_make(const char *rundir)
{
	return vs_xasprintf("vswitch-bpf:%s:", rundir);
}

int dp_bpf_flush(const char *rundir, char **why)
{
	struct bpf_dp *bpf = vs_xcalloc(1, sizeof(*bpf));
	char *dir = vs_xasprintf("%s/bpf", rundir);
	int err = kn_open(&bpf->kn);

	if (err) {
		*why = vs_xasprintf("cannot talk to rtnetlink: %s", strerror(-err));
	} else { /* no program is loaded for it: a kernel that refuses ours must be able to get rid of others */
		kn_bpf_discard(dir);
		bpf->tag = tag_make(rundir);
		bpf_devices_sweep(bpf);
		free(bpf->tag);
	}
	kn_close(bpf->kn);
	free(dir);
	free(bpf);
	return err;
}

int dp_bpf_open(struct event_base *base, const char *rundir, struct dp **dp, char **why)
{
	struct bpf_dp *bpf = vs_xcalloc(1, sizeof(*bpf));
	char *dir = vs_xasprintf("%s/bpf", rundir);
	int err = kn_open(&bpf->kn);

	if (err)
		*why = vs_xasprintf("cannot talk to rtnetlink: %s", strerror(-err));
	else
		err = kn_bpf_open(dir, VS_LAYOUT_VERSION, &bpf->bpf, why);
	free(dir);
	if (err) {
		kn_close(bpf->kn);
		free(bpf);
		return err;
	}
	bpf->dp.ops = &bpf_ops;
	bpf->base = base;
	bpf->tag = tag_make(rundir);
	bpf_xdp_open(bpf);
	bpf->meta.version = VS_LAYOUT_VERSION;
	if (kn_bpf_adopted(bpf->bpf))
		recall(bpf);
	bpf_fdb_begin(bpf);
	*dp = &bpf->dp;
	return 0;
}
