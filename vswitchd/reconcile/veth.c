/* SPDX-License-Identifier: GPL-2.0-only */
/* veth.c - pairs: the switch has one end, a container (veth) or the host itself (internal) the other */
#include <errno.h>
#include <net/if.h>
#include <string.h>

#include "common/addr.h"
#include "common/log.h"
#include "common/xalloc.h"
#include "vswitchd/kernel/netns.h"
#include "vswitchd/kernel/sysctl.h"
#include "vswitchd/reconcile/rc.h"

/*
 * A pair is born tagged as far as the kernel allows: both ends get our device group in the request that makes them,
 * and the alias in the next one. Killed between the two, the next daemon finds a device with our group and no
 * alias, and removes it. A peer that is born in another namespace is not tagged: it goes with its other end.
 *
 * An address that the kernel would choose at random is taken from the row's UUID instead, so that a pair that is
 * made again, after a reboot for example, has the address it had.
 */
static void stable_mac(const struct rc_iface *iface, uint8_t mac[6])
{
	memcpy(mac, iface->uuid.b + 10, 6);
	mac[0] = (uint8_t)((mac[0] & 0xfc) | 0x02);
}

static int tag_end(struct rc *rc, const char *device, const char *alias)
{
	struct kn_link_change change = {.alias = alias};
	struct kn_link link;
	int error = kn_link_by_name(rc->kn, device, &link);

	return error ? error : kn_link_set(rc->kn, link.ifindex, &change);
}

/* Tag both ends (@peer NULL: the other is elsewhere) and keep IPv6 off the switch's. */
static int pair_tag(struct rc *rc, const struct rc_iface *iface, const char *peer)
{
	char *alias = rc_tag_make(rc, iface->name);
	int error = tag_end(rc, iface->device, alias);
	struct kn_link link;

	if (!error && peer)
		error = tag_end(rc, peer, alias);
	free(alias);
	if (!error) {
		kn_sysctl_silence(iface->device);
	} else if (kn_link_by_name(rc->kn, iface->device, &link) == 0) {
		kn_link_delete(rc->kn, link.ifindex);
	}
	return error;
}

static uint32_t first_mtu(struct rc_job *job)
{
	return rc_mtu_target(job->rc, job->iface, RC_MTU_DEFAULT);
}

int rc_veth_make(struct rc_job *job, char **error)
{
	struct rc_iface *iface = job->iface;
	const struct rc_want *want = &iface->want;
	uint8_t mac[6];
	struct kn_veth veth = {.name = iface->device,
			       .peer_name = want->peer,
			       .mac = want->has_mac ? want->mac : NULL,
			       .peer_mac = want->has_peer_mac ? want->peer_mac : mac,
			       .group = job->rc->group,
			       .mtu = first_mtu(job),
			       .peer_netns = -1};
	int rc = want->netns ? rc_job_netns(job, true) : 0;

	if (rc) {
		*error = vs_xasprintf("could not open network namespace %s (%s)", want->netns, strerror(-rc));
		return rc;
	}
	if (want->netns && !kn_netns_same(job->netns))
		veth.peer_netns = job->netns;
	stable_mac(iface, mac);
	rc = kn_veth_add(job->rc->kn, &veth);
	if (!rc)
		rc = pair_tag(job->rc, iface, veth.peer_netns < 0 ? want->peer : NULL);
	if (rc == -EEXIST)
		*error = vs_xasprintf("could not create network device %s in %s%s (there is one of that name already)",
				      want->peer, want->netns ? "network namespace " : "the switch's network namespace",
				      want->netns ? want->netns : "");
	else if (rc)
		*error = vs_xasprintf("could not create network device %s (%s)", iface->device, strerror(-rc));
	if (rc)
		return rc;
	rc_netns_use(job->rc, iface);
	free(iface->placed_in);
	iface->placed_in = want->netns ? vs_xstrdup(want->netns) : NULL;
	return 0;
}

/* Is the other end where it is wanted? */
bool rc_veth_fits(struct rc_job *job)
{
	struct rc_iface *iface = job->iface;
	const char *wanted = iface->want.netns, *placed = iface->placed_in;
	int rc;

	if (strcmp(job->link.kind, "veth") != 0)
		return false;
	if (!wanted) /* no namespace asked for: here, or wherever somebody took it by hand */
		return !placed;
	rc = rc_job_netns(job, false);
	if (rc) /* the namespace is not to be found any more, but the pair lives: whoever is in there keeps it */
		return placed && strcmp(placed, wanted) == 0;
	if (kn_netns_same(job->netns)
		    ? job->link.peer_nsid >= 0
		    : job->link.peer_nsid < 0 || job->link.peer_nsid != kn_netns_id(job->rc->kn, job->netns))
		return false;
	rc_netns_use(job->rc, iface);
	if (!placed)
		iface->placed_in = vs_xstrdup(wanted);
	return true;
}

void rc_end_configure(struct rc_job *job)
{
	const struct rc_want *want = &job->iface->want;
	struct kn_link_change change = {.updown = rc_job_updown(job), .quiet = job->fresh};
	int error;

	/* Column mac of an internal interface means the host's end. */
	if (!want->type->generated && want->has_mac && memcmp(want->mac, job->link.mac, 6) != 0)
		change.mac = want->mac;
	if (job->mtu && job->mtu != job->link.mtu)
		change.mtu = job->mtu;
	if (!change.quiet && !change.mac && !change.mtu && change.updown == KN_AS_IS)
		return;
	error = kn_link_set(job->rc->kn, job->link.ifindex, &change);
	if (error == -EOPNOTSUPP && change.quiet) { /* a kernel without IPv6 */
		change.quiet = false;
		error = kn_link_set(job->rc->kn, job->link.ifindex, &change);
	}
	if (error)
		rc_iface_warn(job->iface, "could not configure network device %s (%s)", job->link.name,
			      strerror(-error));
}

/**
 * struct far_end - the end that is not the switch's
 * @kn: a channel to where it is
 */
struct far_end {
	struct kn *kn;
	struct kn_link link;
};

static void far_change(struct rc_job *job, struct far_end *far, const char *name, const uint8_t *mac, bool up)
{
	struct kn_link_change change = {.updown = up && !(far->link.flags & IFF_UP) ? KN_UP : KN_AS_IS};
	int error;

	if (strcmp(far->link.name, name) != 0) {
		/* Kernels before 6.2 rename a device only while it is down. */
		struct kn_link_change down = {.updown = KN_DOWN};

		kn_link_set(far->kn, far->link.ifindex, &down);
		change.name = name;
		change.updown = up || far->link.flags & IFF_UP ? KN_UP : KN_AS_IS;
	}
	if (mac && memcmp(mac, far->link.mac, 6) != 0)
		change.mac = mac;
	if (job->mtu && job->mtu != far->link.mtu)
		change.mtu = job->mtu;
	if (!change.name && !change.mac && !change.mtu && change.updown == KN_AS_IS)
		return;
	error = kn_link_set(far->kn, far->link.ifindex, &change);
	if (error)
		rc_iface_warn(job->iface, "could not configure network device %s (%s)", name, strerror(-error));
}

static void far_addresses(struct rc_job *job, struct far_end *far)
{
	const struct rc_want *want = &job->iface->want;
	char text[VS_IP_TEXT];
	const struct kn_addr *addr;
	const struct kn_route *route;
	int error = kn_addr_sync(far->kn, far->link.ifindex, want->addrs, want->n_addrs, job->fresh, &addr);

	if (error)
		rc_iface_warn(job->iface, "could not set address %s on %s (%s)",
			      addr ? vs_ip_format(&addr->ip, text) : "", want->peer, strerror(-error));
	error = kn_route_sync(far->kn, far->link.ifindex, want->routes, want->n_routes, job->fresh, &route);
	if (error)
		rc_iface_warn(job->iface, "could not set the route via %s on %s (%s)",
			      route ? vs_ip_format(&route->via, text) : "", want->peer, strerror(-error));
}

void rc_veth_finish(struct rc_job *job)
{
	const struct rc_want *want = &job->iface->want;
	struct far_end far = {.kn = job->rc->kn};
	struct kn *there = NULL;
	int error = 0;

	if (!want->netns && job->link.peer_nsid >= 0)
		return; /* somebody took it elsewhere: theirs to configure */
	if (want->netns)
		error = rc_job_netns(job, false);
	if (!error && want->netns && !kn_netns_same(job->netns)) {
		error = kn_open_in(job->netns, &there);
		far.kn = there;
	}
	if (!error)
		error = kn_link_by_index(far.kn, job->link.peer, &far.link);
	if (error) {
		rc_iface_warn(job->iface, "could not open network device %s in network namespace %s (%s)", want->peer,
			      want->netns ? want->netns : "", strerror(-error));
	} else {
		if (there)
			kn_netns_lo_up(there);
		far_change(job, &far, want->peer, want->has_peer_mac ? want->peer_mac : NULL, true);
		far_addresses(job, &far);
	}
	kn_close(there);
}

int rc_internal_make(struct rc_job *job, char **error)
{
	struct rc_iface *iface = job->iface;
	uint8_t mac[6];
	struct kn_veth veth = {.name = iface->device,
			       .peer_name = iface->name,
			       .peer_mac = iface->want.has_mac ? iface->want.mac : mac,
			       .group = job->rc->group,
			       .mtu = first_mtu(job),
			       .peer_netns = -1};
	int rc;

	stable_mac(iface, mac);
	rc = kn_veth_add(job->rc->kn, &veth);
	if (!rc)
		rc = pair_tag(job->rc, iface, iface->name);
	if (rc == -EEXIST)
		*error = vs_xasprintf("could not create network device %s (there is one of that name already)",
				      iface->name);
	else if (rc)
		*error = vs_xasprintf("could not create network device %s (%s)", iface->name, strerror(-rc));
	return rc;
}

bool rc_internal_fits(struct rc_job *job)
{
	return strcmp(job->link.kind, "veth") == 0;
}

/* The host's end stays down until somebody sets it up, as in Open vSwitch: up, it would talk IPv6 to everybody. */
void rc_internal_finish(struct rc_job *job)
{
	const struct rc_want *want = &job->iface->want;
	struct far_end far = {.kn = job->rc->kn};

	if (job->link.peer_nsid >= 0 || kn_link_by_index(far.kn, job->link.peer, &far.link) < 0)
		return; /* somebody took it to another namespace: theirs to configure */
	far_change(job, &far, job->iface->name, want->has_mac ? want->mac : NULL, false);
}
