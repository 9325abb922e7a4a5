/* SPDX-License-Identifier: GPL-2.0-only */
/* bpf_vxlan.c - tunnels of the bpf datapath, and the devices that they run through */

/*
 * One VXLAN device a UDP port serves all tunnels: the programs give each frame its key. Map `tunnels` leads from a
 * received key to the port. Two rows more serve the drop counters: (VNI, any VTEP at all) is some port of the VNI, and
 * (no VNI at all) some port of the device; both are written with addresses of all ones, which no VTEP has.
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/addr.h"
#include "common/xalloc.h"
#include "vswitchd/datapath/bpf.h"
#include "vswitchd/kernel/link.h"
#include "vswitchd/kernel/route.h"
#include "vswitchd/kernel/vxlan.h"

#define NO_VNI UINT32_MAX

/* --- devices ---------------------------------------------------------------------------------------------------- */

static int vxlan_device(struct bpf_dp *bpf, uint16_t dst_port)
{
	struct kn_link_change up = {.updown = KN_UP};
	char name[IFNAMSIZ], link_name[32];
	int ifindex, err = 0;

	bpf_device_name(bpf, 'x', dst_port, name);
	ifindex = bpf_device_get(bpf, name, "vxlan");
	if (ifindex > 0) {
		err = kn_link_set(bpf->kn, ifindex, &up);
	} else if (!ifindex) {
		char *alias = vs_xasprintf("%s" BPF_VXLAN_ALIAS, bpf->tag);

		err = kn_vxlan_add(bpf->kn, name, alias, dst_port);
		free(alias);
		ifindex = err ? err : bpf_device_get(bpf, name, "vxlan");
	}
	if (err || ifindex <= 0)
		return err ? err : ifindex ? ifindex : -ENODEV;
	snprintf(link_name, sizeof(link_name), "vxlan-%u", dst_port);
	err = kn_bpf_attach(bpf->bpf, KN_BPF_VXLAN_IN, ifindex, link_name);
	return err ? err : ifindex;
}

static int vxlan_get(struct bpf_dp *bpf, uint16_t dst_port, struct bpf_vxlan **out)
{
	int ifindex;

	for (struct bpf_vxlan *v = bpf->vxlans; v; v = v->next) {
		if (v->dst_port == dst_port) {
			*out = v;
			return 0;
		}
	}
	ifindex = vxlan_device(bpf, dst_port);
	if (ifindex < 0)
		return ifindex;
	*out = vs_xcalloc(1, sizeof(**out));
	(*out)->dst_port = dst_port;
	(*out)->ifindex = ifindex;
	(*out)->next = bpf->vxlans;
	bpf->vxlans = *out;
	return 0;
}

static void vxlan_put(struct bpf_dp *bpf, struct bpf_vxlan *vxlan)
{
	struct bpf_vxlan **link = &bpf->vxlans;
	char name[32];

	if (--vxlan->users)
		return;
	snprintf(name, sizeof(name), "vxlan-%u", vxlan->dst_port);
	kn_bpf_detach(bpf->bpf, name);
	kn_link_delete(bpf->kn, vxlan->ifindex);
	while (*link != vxlan)
		link = &(*link)->next;
	*link = vxlan->next;
	free(vxlan);
}

uint64_t bpf_vxlan_ecn_drops(struct bpf_dp *bpf, uint32_t number)
{
	const struct bpf_vxlan *device = bpf->ports[number]->vxlan;
	struct kn_link link;

	for (uint32_t i = 1; i < number; i++) {
		if (bpf->ports[i] && bpf->ports[i]->vxlan == device)
			return 0;
	}
	return device && !kn_link_by_index(bpf->kn, device->ifindex, &link) ? link.rx_frame_errors : 0;
}

/* --- tunnels ---------------------------------------------------------------------------------------------------- */

static void row_fill(struct vs_bpf_port *row, const struct dp_vxlan *vxlan, int ifindex)
{
	row->kind = VS_BPF_VXLAN;
	row->ifindex = (uint32_t)ifindex;
	row->vni = vxlan->vni;
	row->local = vxlan->local;
	row->ttl = vxlan->ttl == DP_INHERIT ? 0 : (__u8)vxlan->ttl;
	row->tos = vxlan->tos == DP_INHERIT ? 0 : (__u8)vxlan->tos;
	row->how = (vxlan->ttl == DP_INHERIT ? VS_BPF_TTL_INHERIT : 0U) |
		   (vxlan->tos == DP_INHERIT ? VS_BPF_TOS_INHERIT : 0U) | (vxlan->csum ? VS_BPF_CSUM : 0U) |
		   (vxlan->df ? VS_BPF_DF : 0U);
	row->n_remotes = (__u32)vxlan->n_remotes;
}

static bool tunnel_in(const struct vs_bpf_tunnel *key, const struct vs_bpf_tunnel *in, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!memcmp(&in[i], key, sizeof(*key)))
			return true;
	}
	return false;
}

/* tunnels_drop() - remove @number's rows, but for those among @keep. */
static void tunnels_drop(struct bpf_dp *bpf, uint32_t number, const struct bpf_slot *slot,
			 const struct vs_bpf_tunnel *keep, size_t n_keep)
{
	for (size_t i = 0; i < slot->n_tunnels; i++) {
		uint32_t owner;

		if (!tunnel_in(&slot->tunnels[i], keep, n_keep) &&
		    !bpf_get(bpf, KN_BPF_MAP_tunnels, &slot->tunnels[i], &owner) && owner == number)
			bpf_del(bpf, KN_BPF_MAP_tunnels, &slot->tunnels[i]);
	}
}

/* tunnel_taken() - whether another port that is wanted has that row. */
static bool tunnel_taken(struct bpf_dp *bpf, uint32_t number, const struct vs_bpf_tunnel *key)
{
	uint32_t owner;

	return !bpf_get(bpf, KN_BPF_MAP_tunnels, key, &owner) && owner != number && owner < VS_BPF_PORTS &&
	       bpf->ports[owner] && bpf->ports[owner]->claimed;
}

/* tunnels_of() - the rows that lead to such a port: one for each remote. */
static struct vs_bpf_tunnel *tunnels_of(const struct dp_vxlan *vxlan, int ifindex)
{
	struct vs_bpf_tunnel *keys = vs_xcalloc(vxlan->n_remotes + 1, sizeof(*keys));

	for (size_t i = 0; i < vxlan->n_remotes; i++) {
		keys[i] = (struct vs_bpf_tunnel){.vni = vxlan->vni,
						 .ifindex = (__u32)ifindex,
						 .remote = vxlan->remotes[i],
						 .local = vxlan->local};
		if (vs_ip_is_multicast(&keys[i].remote))
			keys[i].remote = (struct vs_ip){{0}};
	}
	return keys;
}

static int tunnels_put(struct bpf_dp *bpf, uint32_t number, const struct dp_vxlan *vxlan,
		       const struct vs_bpf_tunnel *keys)
{
	int err = 0;

	for (size_t i = 0; !err && i < vxlan->n_remotes; i++) {
		struct vs_bpf_remote remote = {.port = number, .index = (__u32)i};

		err = bpf_put(bpf, KN_BPF_MAP_tunnels, &keys[i], &number);
		if (!err)
			err = bpf_put(bpf, KN_BPF_MAP_remotes, &remote, &vxlan->remotes[i]);
	}
	return err == -ENOSPC ? -EXFULL : err;
}

static void remotes_drop(struct bpf_dp *bpf, uint32_t number, uint32_t from, uint32_t to)
{
	for (uint32_t i = from; i < to; i++) {
		struct vs_bpf_remote remote = {.port = number, .index = i};

		bpf_del(bpf, KN_BPF_MAP_remotes, &remote);
	}
}

/* charge() - choose whose drop counter pays for packets of @vni on a device, or of any VNI, that no tunnel takes. */
static void charge(struct bpf_dp *bpf, uint32_t ifindex, uint32_t vni)
{
	struct vs_bpf_tunnel key = {.vni = vni, .ifindex = ifindex};

	memset(&key.remote, 0xff, sizeof(key.remote));
	for (uint32_t i = 1; i < VS_BPF_PORTS; i++) {
		const struct bpf_slot *slot = bpf->ports[i];

		if (slot && slot->vxlan && slot->row.ifindex == ifindex && (vni == NO_VNI || slot->row.vni == vni)) {
			bpf_put(bpf, KN_BPF_MAP_tunnels, &key, &i);
			return;
		}
	}
	bpf_del(bpf, KN_BPF_MAP_tunnels, &key);
}

static void recall_row(struct bpf_dp *bpf, const struct vs_bpf_tunnel *key)
{
	struct vs_bpf_tunnel any = {0};
	struct bpf_slot *slot;
	uint32_t number;

	memset(&any.remote, 0xff, sizeof(any.remote));
	if (bpf_get(bpf, KN_BPF_MAP_tunnels, key, &number))
		return;
	slot = number < VS_BPF_PORTS ? bpf->ports[number] : NULL;
	if (!slot || slot->row.kind != VS_BPF_VXLAN || vs_ip_equal(&key->remote, &any.remote)) {
		bpf_del(bpf, KN_BPF_MAP_tunnels, key); /* charge() writes its own anew */
		return;
	}
	slot->tunnels = vs_xrealloc(slot->tunnels, (slot->n_tunnels + 1) * sizeof(*slot->tunnels));
	slot->tunnels[slot->n_tunnels++] = *key;
}

void bpf_tunnels_recall(struct bpf_dp *bpf)
{
	int fd = kn_bpf_map(bpf->bpf, KN_BPF_MAP_tunnels);
	struct vs_bpf_tunnel *keys = vs_xcalloc(VS_BPF_REMOTES, sizeof(*keys));
	size_t n = 0;

	while (n < VS_BPF_REMOTES && !bpf_map_get_next_key(fd, n ? &keys[n - 1] : NULL, &keys[n]))
		n++;
	for (size_t i = 0; i < n; i++)
		recall_row(bpf, &keys[i]);
	free(keys);
}

/*
 * A group is joined by a socket that is never read: membership is the host's, the VXLAN device then gets the packets.
 * Return: the socket, -ENOENT when there is no group, or -errno.
 */
static int group_join(const struct dp_vxlan *vxlan)
{
	const struct vs_ip *group = NULL;
	int fd, err;

	for (size_t i = 0; i < vxlan->n_remotes; i++) {
		if (vs_ip_is_multicast(&vxlan->remotes[i]))
			group = &vxlan->remotes[i];
	}
	if (!group)
		return -ENOENT;
	fd = socket(vs_ip_is_v4(group) ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (vs_ip_is_v4(group)) {
		struct ip_mreqn req = {.imr_ifindex = vxlan->group_ifindex};

		memcpy(&req.imr_multiaddr, group->b + 12, 4);
		err = setsockopt(fd, SOL_IP, IP_ADD_MEMBERSHIP, &req, sizeof(req)) < 0 ? -errno : 0;
	} else {
		struct ipv6_mreq req6 = {.ipv6mr_interface = (unsigned int)vxlan->group_ifindex};

		memcpy(&req6.ipv6mr_multiaddr, group->b, 16);
		err = setsockopt(fd, SOL_IPV6, IPV6_ADD_MEMBERSHIP, &req6, sizeof(req6)) < 0 ? -errno : 0;
	}
	if (err)
		close(fd);
	return err ? err : fd;
}

/* The VXLAN device sends to a group where routing says: without a route there it never would. */
static int groups_reachable(struct bpf_dp *bpf, const struct dp_vxlan *vxlan)
{
	struct kn_path path;

	for (size_t i = 0; i < vxlan->n_remotes; i++) {
		int err = vs_ip_is_multicast(&vxlan->remotes[i]) ? kn_path_lookup(bpf->kn, &vxlan->remotes[i], 0, &path)
								 : 0;

		if (err)
			return err;
	}
	return 0;
}

/* vxlan_replace() - all checks have been passed: new rows first, so that no packet falls between, then the old go. */
static int vxlan_replace(struct bpf_dp *bpf, uint32_t number, struct bpf_slot *slot, const struct dp_vxlan *vxlan,
			 struct bpf_vxlan *device, struct vs_bpf_tunnel *keys)
{
	struct bpf_vxlan *before = slot->vxlan;
	const struct vs_bpf_port old = slot->row;
	int err = tunnels_put(bpf, number, vxlan, keys);

	row_fill(&slot->row, vxlan, device->ifindex);
	slot->vxlan = device;
	tunnels_drop(bpf, number, slot, keys, vxlan->n_remotes);
	remotes_drop(bpf, number, slot->row.n_remotes, old.kind == VS_BPF_VXLAN ? old.n_remotes : 0);
	free(slot->tunnels);
	slot->tunnels = keys;
	slot->n_tunnels = vxlan->n_remotes;
	free(slot->config.remotes);
	slot->config = dp_vxlan_copy(vxlan);
	if (old.kind == VS_BPF_VXLAN)
		charge(bpf, old.ifindex, old.vni);
	charge(bpf, old.ifindex, NO_VNI);
	charge(bpf, slot->row.ifindex, vxlan->vni);
	charge(bpf, slot->row.ifindex, NO_VNI);
	if (before) { /* what was learned may lie behind a remote that is gone */
		vxlan_put(bpf, before);
		bpf_fdb_flush(&bpf->dp, slot->row.vlan.bridge, number, VS_VLAN_NONE);
	}
	return err;
}

/* A change is all or nothing: what can be refused is asked for before anything of the old is given up. */
int bpf_vxlan_set(struct bpf_dp *bpf, uint32_t number, struct bpf_slot *slot, const struct dp_vxlan *vxlan)
{
	struct vs_bpf_tunnel *keys;
	struct bpf_vxlan *device;
	int group = -ENOENT, err = groups_reachable(bpf, vxlan);

	if (slot->vxlan && dp_vxlan_equal(&slot->config, vxlan))
		return err;
	if (!err)
		err = vxlan_get(bpf, vxlan->dst_port, &device);
	if (err)
		return err;
	device->users++;
	keys = tunnels_of(vxlan, device->ifindex);
	for (size_t i = 0; !err && i < vxlan->n_remotes; i++)
		err = tunnel_taken(bpf, number, &keys[i]) ? -EEXIST : 0;
	if (!err) {
		group = group_join(vxlan);
		err = group == -ENOENT || group >= 0 ? 0 : group;
	}
	if (err) {
		free(keys);
		vxlan_put(bpf, device);
		return err;
	}
	if (slot->group_fd >= 0)
		close(slot->group_fd);
	slot->group_fd = group >= 0 ? group : -1;
	return vxlan_replace(bpf, number, slot, vxlan, device, keys);
}

void bpf_vxlan_unset(struct bpf_dp *bpf, uint32_t number, struct bpf_slot *slot)
{
	struct bpf_vxlan *device = slot->vxlan;

	tunnels_drop(bpf, number, slot, NULL, 0);
	free(slot->tunnels);
	slot->tunnels = NULL;
	slot->n_tunnels = 0;
	remotes_drop(bpf, number, 0, slot->row.n_remotes);
	free(slot->config.remotes);
	slot->config.remotes = NULL;
	if (slot->group_fd >= 0)
		close(slot->group_fd);
	slot->vxlan = NULL;
	charge(bpf, slot->row.ifindex, slot->row.vni);
	charge(bpf, slot->row.ifindex, NO_VNI);
	if (device)
		vxlan_put(bpf, device);
}
