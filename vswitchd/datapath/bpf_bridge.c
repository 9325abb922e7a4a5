/* SPDX-License-Identifier: GPL-2.0-only */
/* bpf_bridge.c - bridges of the bpf datapath, and the list of ports that each floods to */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/list.h"
#include "common/xalloc.h"
#include "vswitchd/datapath/bpf.h"

static struct bpf_dp *bpf_of(struct dp *dp)
{
	return vs_container(dp, struct bpf_dp, dp);
}

struct vs_bpf_bridge *bpf_bridge_get(struct bpf_dp *bpf, uint32_t number)
{
	return number < VS_BPF_BRIDGES ? bpf->bridges[number] : NULL;
}

static uint32_t bridge_unclaimed(struct bpf_dp *bpf, const char *name)
{
	for (uint32_t i = 1; i < VS_BPF_BRIDGES; i++) {
		if (bpf->bridges[i] && !bpf->bridge_claimed[i] && !strcmp(bpf->bridges[i]->name, name))
			return i;
	}
	return 0;
}

static int bridge_apply(struct bpf_dp *bpf, uint32_t number, const struct dp_bridge_config *config)
{
	struct vs_bpf_bridge *bridge = bpf->bridges[number];
	int err;

	bridge->forward = config->forward;
	bridge->used = 1;
	bridge->ageing_s = config->ageing_s;
	err = bpf_put_bridge(bpf, number);
	if (!err)
		bpf_fdb_limit(bpf, number);
	return err;
}

int bpf_bridge_add(struct dp *dp, const struct dp_bridge_config *config, uint32_t *out)
{
	struct bpf_dp *bpf = bpf_of(dp);
	uint32_t number = bridge_unclaimed(bpf, config->name);

	for (uint32_t i = 1; !number && i < VS_BPF_BRIDGES; i++) {
		if (!bpf->bridges[i])
			number = i;
	}
	if (!number)
		return -ENOSPC;
	if (!bpf->bridges[number]) {
		const struct vs_bpf_learned none = {0};

		bpf->bridges[number] = vs_xcalloc(1, sizeof(*bpf->bridges[number]));
		strncpy(bpf->bridges[number]->name, config->name, VS_BPF_NAME - 1);
		bpf->n_static[number] = 0;
		bpf->expired[number] = bpf->evicted[number] = 0;
		bpf_put(bpf, KN_BPF_MAP_learned, &number, &none);
	}
	bpf->bridge_claimed[number] = true;
	*out = number;
	return bridge_apply(bpf, number, config);
}

int bpf_bridge_set(struct dp *dp, uint32_t number, const struct dp_bridge_config *config)
{
	struct bpf_dp *bpf = bpf_of(dp);

	return bpf_bridge_get(bpf, number) ? bridge_apply(bpf, number, config) : -ENOENT;
}

int bpf_bridge_del(struct dp *dp, uint32_t number)
{
	struct bpf_dp *bpf = bpf_of(dp);
	struct vs_bpf_bridge *bridge = bpf_bridge_get(bpf, number);

	if (!bridge)
		return -ENOENT;
	if (bridge->n_ports)
		return -EBUSY;
	bpf->bridges[number] = NULL;
	bpf->bridge_claimed[number] = false;
	free(bridge);
	bpf_put_bridge(bpf, number);
	bpf_fdb_bridge_gone(bpf, number);
	return 0;
}

/* The list of ports that a bridge floods to: dense, so that the program can walk it. */
int bpf_member_add(struct bpf_dp *bpf, uint32_t number)
{
	struct bpf_slot *slot = bpf->ports[number];
	struct vs_bpf_bridge *bridge = bpf->bridges[slot->row.vlan.bridge];
	struct vs_bpf_member key = {.bridge = slot->row.vlan.bridge, .index = bridge->n_ports};
	int err = bpf_put(bpf, KN_BPF_MAP_members, &key, &number);

	if (err)
		return err;
	slot->member = bridge->n_ports++;
	return bpf_put_bridge(bpf, key.bridge);
}

/* The last one takes the place that becomes free. */
void bpf_member_remove(struct bpf_dp *bpf, uint32_t number, uint32_t bridge_number)
{
	struct bpf_slot *slot = bpf->ports[number];
	struct vs_bpf_bridge *bridge = bpf->bridges[bridge_number];
	struct vs_bpf_member here = {.bridge = bridge_number, .index = slot->member}, last = here;
	uint32_t moved;

	last.index = --bridge->n_ports;
	if (here.index != last.index && !bpf_get(bpf, KN_BPF_MAP_members, &last, &moved)) {
		bpf_put(bpf, KN_BPF_MAP_members, &here, &moved);
		if (bpf->ports[moved])
			bpf->ports[moved]->member = here.index;
	}
	bpf_put_bridge(bpf, bridge_number);
	bpf_del(bpf, KN_BPF_MAP_members, &last);
}
