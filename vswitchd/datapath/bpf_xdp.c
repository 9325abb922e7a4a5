/* SPDX-License-Identifier: GPL-2.0-only */
/* bpf_xdp.c - which ports have the XDP hook beside tcx, and which of them XDP can send to */

/*
 * XDP forwards known unicast before the kernel makes an sk_buff of a frame. It pays where frames come off a wire. Where
 * they come from an application, as on a veth or a TAP, it costs more than it brings: segmentation offload goes, and
 * unfinished checksums are forgotten, which breaks TCP unless the sender has its offloads off. So of its own accord
 * only hardware gets it; the rest on request.
 *
 * XDP sees a VLAN tag only in the bytes, so the driver is told to leave it there.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/xalloc.h"
#include "vswitchd/datapath/bpf.h"
#include "vswitchd/kernel/link.h"
#include "vswitchd/kernel/xdp.h"

#define HOOKED (VS_BPF_XDP_NATIVE | VS_BPF_XDP_GENERIC)

static void link_name(uint32_t number, char name[32])
{
	snprintf(name, 32, "xdp-%u", number);
}

/* --- what XDP can send to ---------------------------------------------------------------------------------------- */

/* A driver that has our native program can send by XDP, too. But a veth needs more, of its other end. */
static bool can_send(struct bpf_dp *bpf, const struct vs_bpf_port *row)
{
	struct kn_link link;

	if (bpf->xdp)
		return kn_xdp_ask(bpf->xdp, (int)row->ifindex);
	return (row->how & VS_BPF_XDP_NATIVE) && !kn_link_by_index(bpf->kn, (int)row->ifindex, &link) &&
	       strcmp(link.kind, "veth") != 0;
}

static void sendable(struct bpf_dp *bpf, uint32_t number, bool send)
{
	struct vs_bpf_port *row = &bpf->ports[number]->row;

	if (send == !!(row->how & VS_BPF_XDP_OUT))
		return;
	row->how ^= VS_BPF_XDP_OUT;
	bpf_put_port(bpf, number);
}

static void ask_all(struct bpf_dp *bpf)
{
	for (uint32_t i = 1; i < VS_BPF_PORTS; i++) {
		if (bpf->ports[i] && bpf->ports[i]->row.kind == VS_BPF_NETDEV)
			sendable(bpf, i, can_send(bpf, &bpf->ports[i]->row));
	}
}

static void on_news(int ifindex, bool send, void *arg)
{
	struct bpf_dp *bpf = arg;
	uint32_t key = (uint32_t)ifindex, number;

	if (!ifindex)
		ask_all(bpf);
	else if (!bpf_get(bpf, KN_BPF_MAP_by_ifindex, &key, &number) && number < VS_BPF_PORTS && bpf->ports[number])
		sendable(bpf, number, send);
}

void bpf_xdp_open(struct bpf_dp *bpf)
{
	int err = kn_xdp_open(bpf->base, on_news, bpf, &bpf->xdp);

	if (err)
		vs_debug("the kernel does not tell what XDP can send to: %s", strerror(-err));
}

/* --- the hook ---------------------------------------------------------------------------------------------------- */

static void because(struct bpf_slot *slot, char *why)
{
	free(slot->no_xdp);
	slot->no_xdp = why;
}

static void unhook(struct bpf_dp *bpf, uint32_t number, const struct kn_link *link)
{
	struct bpf_slot *slot = bpf->ports[number];
	char name[32];

	link_name(number, name);
	kn_bpf_detach(bpf->bpf, name);
	if ((slot->row.how & VS_BPF_XDP_TAGS) && link)
		kn_xdp_tags(link->name, false, NULL);
	slot->row.how &= ~(uint32_t)(HOOKED | VS_BPF_XDP_TAGS);
}

/* hook() - Return: 0; -errno with the reason in @slot->no_xdp. */
static int hook(struct bpf_dp *bpf, uint32_t number, const struct kn_link *link, uint32_t how)
{
	struct bpf_slot *slot = bpf->ports[number];
	bool changed = false;
	char name[32];
	int err;

	err = how == VS_BPF_XDP_NATIVE ? kn_xdp_tags(link->name, true, &changed) : 0;
	if (err) {
		because(slot, vs_xasprintf("XDP would not see VLAN tags: rxvlan of %s cannot be turned off (%s)",
					   link->name, strerror(-err)));
		return err;
	}
	slot->row.how |= changed ? VS_BPF_XDP_TAGS : 0;
	link_name(number, name);
	err = kn_bpf_attach_xdp(bpf->bpf, how == VS_BPF_XDP_NATIVE ? KN_BPF_XDP_NATIVE : KN_BPF_XDP_GENERIC,
				link->ifindex, name);
	if (err) {
		unhook(bpf, number, link);
		because(slot, vs_xasprintf("XDP is not possible on %s (%s)", link->name, strerror(-err)));
		return err;
	}
	slot->row.how |= how;
	because(slot, NULL);
	return 0;
}

/* mode_of() - what is wanted comes to, 0 for no hook, with the reason in @slot->no_xdp. */
static uint32_t mode_of(struct bpf_slot *slot, const struct kn_link *link, enum dp_xdp wanted)
{
	switch (wanted) {
	case DP_XDP_NATIVE:
		return VS_BPF_XDP_NATIVE;
	case DP_XDP_GENERIC:
		return VS_BPF_XDP_GENERIC;
	case DP_XDP_AUTO:
		if (!*link->kind)
			return VS_BPF_XDP_NATIVE;
		because(slot, vs_xasprintf("XDP pays where frames come off a wire, not on a %s; "
					   "other_config:xdp=native asks for it all the same",
					   strcmp(link->kind, "tun") != 0 ? link->kind : "TAP"));
		return 0;
	case DP_XDP_OFF:
		break;
	}
	because(slot, vs_xstrdup("other_config:xdp is off"));
	return 0;
}

void bpf_xdp_set(struct bpf_dp *bpf, uint32_t number, enum dp_xdp wanted)
{
	struct bpf_slot *slot = bpf->ports[number];
	struct kn_link link;
	uint32_t mode;
	int err;

	if (slot->row.kind != VS_BPF_NETDEV) {
		because(slot, vs_xstrdup("it has no device that frames come off"));
		return;
	}
	err = kn_link_by_index(bpf->kn, (int)slot->row.ifindex, &link);
	if (err) {
		because(slot, vs_xasprintf("its device cannot be looked at (%s)", strerror(-err)));
		return;
	}
	mode = mode_of(slot, &link, wanted);
	if ((slot->row.how & HOOKED) && (slot->row.how & HOOKED) != mode) {
		unhook(bpf, number, &link);
		kn_bpf_finish(bpf->bpf);
	}
	if (mode && hook(bpf, number, &link, mode) && wanted != DP_XDP_AUTO)
		vs_warn("port %s: %s", slot->row.name, slot->no_xdp);
	slot->row.how &= ~(uint32_t)VS_BPF_XDP_OUT;
	if (!bpf_put(bpf, KN_BPF_MAP_xdp_out, &number, &slot->row.ifindex) && can_send(bpf, &slot->row))
		slot->row.how |= VS_BPF_XDP_OUT;
}

void bpf_xdp_unset(struct bpf_dp *bpf, uint32_t number)
{
	struct bpf_slot *slot = bpf->ports[number];
	struct kn_link link;

	if (slot->row.kind == VS_BPF_NETDEV) {
		bpf_del(bpf, KN_BPF_MAP_xdp_out, &number);
		if (slot->row.how & HOOKED)
			unhook(bpf, number, kn_link_by_index(bpf->kn, (int)slot->row.ifindex, &link) ? NULL : &link);
	}
	free(slot->no_xdp);
	slot->no_xdp = NULL;
}
