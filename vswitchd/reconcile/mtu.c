/* SPDX-License-Identifier: GPL-2.0-only */
/* mtu.c - an overlay's MTU made to fit what lies under it, or said not to */
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "common/addr.h"
#include "common/xalloc.h"
#include "vswitchd/kernel/route.h"
#include "vswitchd/reconcile/rc.h"

/*
 * A packet in a tunnel grows by its outer headers, and where the underlay's MTU has no room for them, large packets
 * vanish: ping works, TCP hangs. So for each bridge and VLAN we know the longest packet that every tunnel carries
 * which frames of that VLAN may enter, also over patch ports, and give our own devices no larger an MTU. Devices of
 * others are left alone; what does not fit there is a warning with both numbers.
 *
 * All of it is worked out again when a tunnel, a patch port or the underlay changes, which is rare. Adding a plain
 * port only looks its VLANs up.
 */
#define MTU_OVER_IPV4 50 /* inner Ethernet 14, VXLAN 8, UDP 8, IPv4 20 */
#define MTU_OVER_IPV6 70
#define MTU_TAG 4
#define MTU_LEAST 68

static void replace_text(char **text, char *new)
{
	free(*text);
	*text = new;
}

/* Frames cannot leave from an address that is not there. Return: malloc()ed, or NULL. */
static char *local_complaint(struct rc *rc, const struct dp_vxlan *vxlan)
{
	char local[VS_IP_TEXT];

	if (vs_ip_is_zero(&vxlan->local) || kn_path_is_here(rc->kn, &vxlan->local))
		return NULL;
	return vs_xasprintf("local_ip %s is not an address of this host", vs_ip_format(&vxlan->local, local));
}

/* Ask routing for the way to each remote; the narrowest counts. Return: whether it is another MTU than before. */
static bool tunnel_measure(struct rc *rc, struct rc_iface *iface)
{
	const struct dp_vxlan *vxlan = &iface->want.vxlan;
	uint32_t before = iface->tunnel_mtu;

	iface->tunnel_mtu = 0;
	replace_text(&iface->tunnel_warning, local_complaint(rc, vxlan));
	for (size_t i = 0; i < vxlan->n_remotes; i++) {
		uint32_t over = vs_ip_is_v4(&vxlan->remotes[i]) ? MTU_OVER_IPV4 : MTU_OVER_IPV6;
		int error;
		char remote[VS_IP_TEXT], device[IFNAMSIZ];
		struct kn_path path;

		vs_ip_format(&vxlan->remotes[i], remote);
		error = kn_path_lookup(rc->kn, &vxlan->remotes[i], vxlan->group_ifindex, &path);
		if (error || path.mtu < over + MTU_LEAST) {
			replace_text(&iface->tunnel_warning,
				     error ? vs_xasprintf("no route to %s (%s)", remote, strerror(-error))
					   : vs_xasprintf("MTU %u towards %s has no room for VXLAN", path.mtu, remote));
			continue;
		}
		if (iface->tunnel_mtu && path.mtu - over >= iface->tunnel_mtu)
			continue;
		iface->tunnel_mtu = path.mtu - over;
		replace_text(&iface->tunnel_path,
			     vs_xasprintf("MTU %u of %s towards %s", path.mtu,
					  if_indextoname((unsigned int)path.ifindex, device) ? device : "a device",
					  remote));
	}
	return iface->tunnel_mtu != before;
}

static bool has_vlan(const struct vs_vlans *set, unsigned int vid)
{
	return set->bits[vid / 64] >> vid % 64 & 1;
}

static bool leaves_untagged(const struct vs_port *port, unsigned int vid)
{
	return vid == 0 || vid == port->untagged_vid;
}

/* The frames that a port can carry are of this VLAN. A dot1q-tunnel port has C-VIDs for members. */
static bool port_has_vlan(const struct vs_port *port, unsigned int vid)
{
	return port->flags & VS_PORT_TUNNEL ? vid == port->pvid : has_vlan(&port->members, vid);
}

static bool fit_lower(struct rc_bridge *bridge, unsigned int vid, uint32_t mtu, uint32_t tunnel)
{
	struct rc_fit *fit;

	if (!bridge->next_fits)
		bridge->next_fits = vs_xcalloc(VS_VLANS, sizeof(*bridge->next_fits));
	fit = &bridge->next_fits[vid];
	if (fit->mtu && fit->mtu <= mtu)
		return false;
	fit->mtu = mtu;
	fit->tunnel = tunnel;
	return true;
}

static void tunnel_spread(struct rc_iface *iface)
{
	for (unsigned int vid = 0; iface->tunnel_mtu && vid < VS_VLANS; vid++) {
		uint32_t tag = leaves_untagged(&iface->vlan, vid) ? 0 : MTU_TAG;

		if (port_has_vlan(&iface->vlan, vid))
			fit_lower(iface->bridge, vid, iface->tunnel_mtu - tag, iface->number);
	}
}

/* What the bridge behind @out's peer knows holds for this side, too. Return: whether it was news. */
static bool patch_spread(struct rc_iface *out)
{
	const struct rc_iface *in = out->peer;
	bool news = false;

	if (!in || !in->bridge->next_fits)
		return false;
	for (unsigned int vid = 0; vid < VS_VLANS; vid++) {
		bool untagged = leaves_untagged(&out->vlan, vid);
		unsigned int there = untagged ? in->vlan.pvid : vid;
		const struct rc_fit *fit = &in->bridge->next_fits[there];

		if (fit->mtu && port_has_vlan(&out->vlan, vid) && port_has_vlan(&in->vlan, there) &&
		    (untagged || in->vlan.flags & VS_PORT_TAGGED_OK))
			news |= fit_lower(out->bridge, vid, fit->mtu, fit->tunnel);
	}
	return news;
}

static void bridge_take_fits(struct rc *rc, struct rc_bridge *bridge)
{
	struct rc_fit *old = bridge->fits;
	struct vs_list *at, *next;
	bool same = old && bridge->next_fits ? memcmp(old, bridge->next_fits, VS_VLANS * sizeof(*old)) == 0
					     : old == bridge->next_fits;

	bridge->fits = bridge->next_fits;
	bridge->next_fits = NULL;
	free(old);
	if (same)
		return;
	vs_list_each_safe(at, next, &bridge->ifaces)
	{
		struct rc_iface *iface = vs_container(at, struct rc_iface, in_bridge);

		if (!iface->number)
			continue;
		rc_iface_remtu(rc, iface);
		rc_publish(rc, iface);
	}
}

void rc_mtu_update(struct rc *rc)
{
	struct vs_list *at, *next;
	bool news;

	rc->mtu_dirty = false;
	vs_list_each_safe(at, next, &rc->tunnels)
	{
		struct rc_iface *iface = vs_container(at, struct rc_iface, tunnel);

		tunnel_measure(rc, iface);
		tunnel_spread(iface);
		rc_publish(rc, iface);
	}
	do {
		news = false;
		vs_list_each_safe(at, next, &rc->patches) news |=
			patch_spread(vs_container(at, struct rc_iface, patch));
	} while (news);
	hmap_for_each(node, &rc->bridges) bridge_take_fits(rc, hmap_entry(node, struct rc_bridge, by_uuid));
}

void rc_mtu_check(struct rc *rc, struct rc_iface *iface)
{
	if (tunnel_measure(rc, iface))
		rc_mtu_update(rc);
}

/* The narrowest of the port's VLANs. Return: the VLAN, or VS_VLANS if no tunnel is in reach. */
static unsigned int port_fit(const struct rc_iface *iface)
{
	const struct rc_fit *fits = iface->bridge->fits;
	unsigned int least = VS_VLANS;

	for (unsigned int vid = 0; fits && vid < VS_VLANS; vid++) {
		if (fits[vid].mtu && port_has_vlan(&iface->vlan, vid) &&
		    (least == VS_VLANS || fits[vid].mtu < fits[least].mtu))
			least = vid;
	}
	return least;
}

uint32_t rc_mtu_target(struct rc *rc, struct rc_iface *iface, uint32_t current)
{
	bool made = iface->want.type->made;
	uint32_t asked = iface->want.mtu;
	uint32_t target = asked ? asked : made ? RC_MTU_DEFAULT : 0;
	uint32_t effective = target ? target : current;
	unsigned int vid = port_fit(iface);
	const struct rc_fit *fit;
	const struct rc_iface *tunnel;

	replace_text(&iface->mtu_warning, NULL);
	if (vid == VS_VLANS || effective <= iface->bridge->fits[vid].mtu)
		return target;
	fit = &iface->bridge->fits[vid];
	tunnel = rc_iface_find_number(rc, fit->tunnel);
	if (asked || !made)
		iface->mtu_warning =
			vs_xasprintf("%s %u does not fit: tunnel '%s' carries %u in VLAN %u (%s)%s",
				     asked ? iface->want.mtu_column : "MTU", effective, tunnel ? tunnel->name : "",
				     fit->mtu, vid, tunnel && tunnel->tunnel_path ? tunnel->tunnel_path : "",
				     made ? "; the smaller one is used" : "");
	return made ? fit->mtu : target;
}
