/* SPDX-License-Identifier: GPL-2.0-only */
/* bpf_device.c - devices that the bpf datapath makes for itself: named, tagged, taken over, and swept */

/*
 * Tunnels run through VXLAN devices (bpf_vxlan.c). Patch cables need a device whose ingress a program can put frames
 * into, one end of a veth pair that is never sent on; the punt channel is a veth pair whose other end the daemon reads
 * (bpf_punt.c). All are found again by name and known by their alias, and go when nothing uses them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/hmap.h"
#include "common/xalloc.h"
#include "vswitchd/datapath/bpf.h"
#include "vswitchd/kernel/link.h"
#include "vswitchd/kernel/sysctl.h"

void bpf_device_name(const struct bpf_dp *bpf, char kind, unsigned int number, char name[IFNAMSIZ])
{
	snprintf(name, IFNAMSIZ, "vs%c%05x-%u", kind, vs_hash_string(bpf->tag) & 0xfffff, number);
}

int bpf_device_get(struct bpf_dp *bpf, const char *name, const char *kind)
{
	struct kn_link link;

	if (kn_link_by_name(bpf->kn, name, &link))
		return 0;
	if (!strncmp(link.alias, bpf->tag, strlen(bpf->tag)))
		return link.ifindex;
	if (*link.alias || strcmp(link.kind, kind) != 0)
		return -EEXIST;
	return kn_link_delete(bpf->kn, link.ifindex);
}

/* pair_end() - set one end of a pair up: silent, with @alias. Return: its ifindex or -errno. */
static int pair_end(struct bpf_dp *bpf, const char *name, const char *alias, uint32_t mtu)
{
	const struct kn_link_change up = {.updown = KN_UP, .quiet = true, .alias = alias, .mtu = mtu};
	struct kn_link link;
	int err = kn_link_by_name(bpf->kn, name, &link);

	if (!err)
		err = kn_sysctl_silence(name);
	if (!err)
		err = kn_link_set(bpf->kn, link.ifindex, &up);
	return err ? err : link.ifindex;
}

int bpf_pair_get(struct bpf_dp *bpf, char kind, const char *what, uint32_t mtu, int ends[2])
{
	char names[2][IFNAMSIZ], *alias;
	int err;

	bpf_device_name(bpf, kind, 0, names[0]);
	bpf_device_name(bpf, kind, 1, names[1]);
	err = bpf_device_get(bpf, names[0], "veth");
	if (err < 0)
		return err;
	if (!err) {
		struct kn_veth veth = {.name = names[0], .peer_name = names[1], .peer_netns = -1, .mtu = mtu};

		err = kn_veth_add(bpf->kn, &veth);
		if (err)
			return err;
	}
	alias = vs_xasprintf("%s%s", bpf->tag, what);
	for (int i = 1; i >= 0; i--) { /* the first one last: half made, it has no alias */
		ends[i] = pair_end(bpf, names[i], alias, mtu);
		if (ends[i] < 0)
			break;
	}
	free(alias);
	return ends[1] < 0 ? ends[1] : ends[0] < 0 ? ends[0] : 0;
}

int bpf_patch_device(struct bpf_dp *bpf)
{
	int ends[2], err;

	if (bpf->patch_ifindex)
		return 0;
	err = bpf_pair_get(bpf, 'p', BPF_PATCH_ALIAS, 0, ends);
	if (!err)
		err = kn_bpf_attach(bpf->bpf, KN_BPF_PATCH_IN, ends[0], "patch");
	if (!err) {
		bpf->meta.patch_ifindex = (uint32_t)ends[0];
		err = bpf_put_meta(bpf);
	}
	bpf->patch_ifindex = err ? 0 : ends[0];
	return err;
}

/* struct sweep - devices of ours that nothing uses any more, found in a dump */
struct sweep {
	struct bpf_dp *bpf;
	int found[64];
	size_t n;
};

static bool device_used(const struct bpf_dp *bpf, const struct kn_link *link, const char *what)
{
	if (!strcmp(what, BPF_PATCH_ALIAS))
		return bpf->patch_ifindex;
	if (!strcmp(what, BPF_PUNT_ALIAS))
		return bpf->punt;
	for (const struct bpf_vxlan *v = bpf->vxlans; v; v = v->next) {
		if (v->ifindex == link->ifindex)
			return true;
	}
	return false;
}

static int on_device(const struct kn_link *link, void *arg)
{
	struct sweep *sweep = arg;
	size_t tag = strlen(sweep->bpf->tag);

	if (!strncmp(link->alias, sweep->bpf->tag, tag) && !device_used(sweep->bpf, link, link->alias + tag) &&
	    sweep->n < sizeof(sweep->found) / sizeof(sweep->found[0]))
		sweep->found[sweep->n++] = link->ifindex;
	return 0;
}

void bpf_devices_sweep(struct bpf_dp *bpf)
{
	struct sweep sweep = {.bpf = bpf};

	kn_link_dump(bpf->kn, on_device, &sweep);
	for (size_t i = 0; i < sweep.n; i++)
		kn_link_delete(bpf->kn, sweep.found[i]);
}
