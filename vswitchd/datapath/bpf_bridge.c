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
		if (!bpf->bridges[i] && !bpf->bridge_gone[i])
			number = i;
	}
	if (!number && bpf->some_gone) {
		bpf_fdb_purge(bpf);
		return bpf_bridge_add(dp, config, out);
	}
	if (!number)
		return -ENOSPC;
	if (!bpf->bridges[number]) {
		const struct vs_bpf_learned none = {0};

		bpf->bridges[number] = vs_xcalloc(1, sizeof(*bpf->bridges[number]));
		strncpy(bpf->bridges[number]->name, config->name, VS_BPF_NAME - 1);
		bpf->n_static[number] = 0;
		bpf->expired[number] = bpf->evicted[number] = 0;
		bpf->cleared[number] = none;
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

/* member_drop() - the last one takes the place at @index. Return: which one that is, 0 if it was the last itself. */
static uint32_t member_drop(struct bpf_dp *bpf, uint32_t bridge_number, uint32_t index)
{
	struct vs_bpf_bridge *bridge = bpf->bridges[bridge_number];
	struct vs_bpf_member here = {.bridge = bridge_number, .index = index}, last = here;
	uint32_t moved = 0;

	last.index = --bridge->n_ports;
	if (here.index != last.index && !bpf_get(bpf, KN_BPF_MAP_members, &last, &moved))
		bpf_put(bpf, KN_BPF_MAP_members, &here, &moved);
	bpf_put_bridge(bpf, bridge_number);
	bpf_del(bpf, KN_BPF_MAP_members, &last);
	return moved;
}

void bpf_member_remove(struct bpf_dp *bpf, uint32_t number, uint32_t bridge_number)
{
	uint32_t index = bpf->ports[number]->member, moved = member_drop(bpf, bridge_number, index);

	if (moved && bpf->ports[moved])
		bpf->ports[moved]->member = index;
}

/* A port that is named twice would get every flood twice; one that is not there would keep the bridge from going. */
static void members_recall(struct bpf_dp *bpf, uint32_t bridge)
{
	uint32_t i = 0, number;

	while (i < bpf->bridges[bridge]->n_ports) {
		struct vs_bpf_member key = {.bridge = bridge, .index = i};
		struct bpf_slot *slot = NULL;

		if (!bpf_get(bpf, KN_BPF_MAP_members, &key, &number) && number < VS_BPF_PORTS)
			slot = bpf->ports[number];
		if (slot && slot->row.vlan.bridge == bridge && slot->member == UINT32_MAX)
			slot->member = i++;
		else
			member_drop(bpf, bridge, i); /* what takes its place is looked at next */
	}
}

void bpf_members_recall(struct bpf_dp *bpf)
{
	for (uint32_t i = 1; i < VS_BPF_BRIDGES; i++) {
		if (bpf->bridges[i])
			members_recall(bpf, i);
	}
}
