/* SPDX-License-Identifier: GPL-2.0-only */
/* types.c - the interface types: one row each, and the functions of the small ones */
#include "vswitchd/reconcile/types.h"

#include <errno.h>
#include <net/if_arp.h>
#include <string.h>

#include "common/xalloc.h"
#include "vswitchd/kernel/sysctl.h"
#include "vswitchd/reconcile/rc.h"

/* Open vSwitch's words: tools look for them. */
static int system_make(struct rc_job *job, char **error)
{
	*error = vs_xasprintf("could not open network device %s (No such device)", job->iface->name);
	return -ENODEV;
}

enum kn_updown rc_job_updown(const struct rc_job *job)
{
	bool up = job->link.flags & IFF_UP, wanted = !job->iface->want.down;

	return up == wanted ? KN_AS_IS : wanted ? KN_UP : KN_DOWN;
}

static bool system_fits(struct rc_job *job)
{
	return job->link.arptype == ARPHRD_ETHER;
}

static void system_configure(struct rc_job *job)
{
	struct kn_link_change change = {.updown = rc_job_updown(job)};
	int error;

	if (job->mtu && job->mtu != job->link.mtu)
		change.mtu = job->mtu;
	if (change.updown == KN_AS_IS && !change.mtu)
		return;
	error = kn_link_set(job->rc->kn, job->link.ifindex, &change);
	if (error)
		rc_iface_warn(job->iface, "could not set network device %s up with MTU %u (%s)", job->link.name,
			      change.mtu ? change.mtu : job->link.mtu, strerror(-error));
}

static int tap_make(struct rc_job *job, char **error)
{
	struct rc_iface *iface = job->iface;
	char *alias = rc_tag_make(job->rc, iface->name);
	struct kn_tap tap = {
		.name = iface->device,
		.alias = alias,
		.owner = iface->want.owner,
		.group = iface->want.group,
		.multi_queue = iface->want.multi_queue,
		.tag = job->rc->group,
	};
	int rc = kn_tap_add(job->rc->kn, &tap);

	if (rc)
		*error = vs_xasprintf("could not create TAP device %s (%s)", iface->device, strerror(-rc));
	else
		kn_sysctl_silence(iface->device);
	free(alias);
	return rc;
}

static bool tap_fits(struct rc_job *job)
{
	const struct rc_want *want = &job->iface->want;

	return strcmp(job->link.kind, "tun") == 0 && job->link.tun_queues == want->multi_queue &&
	       (want->owner >= 0 || job->link.tun_owner < 0) && (want->group >= 0 || job->link.tun_group < 0);
}

static void tap_configure(struct rc_job *job)
{
	struct rc_iface *iface = job->iface;
	const struct rc_want *want = &iface->want;
	struct kn_tap tap = {
		.name = iface->device, .owner = want->owner, .group = want->group, .multi_queue = want->multi_queue};

	if (job->link.tun_owner != want->owner || job->link.tun_group != want->group) {
		int error = kn_tap_owner(&tap);

		if (error)
			rc_iface_warn(iface, "could not change the owner of TAP device %s (%s)", iface->device,
				      strerror(-error));
	}
	rc_end_configure(job);
}

#define NETDEV DP_PORT_NETDEV
#define PATCH DP_PORT_PATCH
#define VXLAN DP_PORT_VXLAN

static const struct rc_type rc_types[] = {
	{"", NULL, NETDEV, false, false, NULL, system_make, system_fits, system_configure, NULL},
	{"system", NULL, NETDEV, false, false, NULL, system_make, system_fits, system_configure, NULL},
	{"veth", "veth", NETDEV, true, false, rc_want_veth, rc_veth_make, rc_veth_fits, rc_end_configure,
	 rc_veth_finish},
	{"tap", "tun", NETDEV, true, false, rc_want_tap, tap_make, tap_fits, tap_configure, NULL},
	{"internal", "veth", NETDEV, true, true, NULL, rc_internal_make, rc_internal_fits, rc_end_configure,
	 rc_internal_finish},
	{"patch", "vswitch", PATCH, false, false, rc_want_patch, NULL, NULL, NULL, NULL},
	{"vxlan", "vswitch", VXLAN, false, false, rc_want_vxlan, NULL, NULL, NULL, NULL},
};

const struct rc_type *rc_type_find(const char *name)
{
	for (size_t i = 0; i < sizeof(rc_types) / sizeof(rc_types[0]); i++) {
		if (strcmp(rc_types[i].name, name) == 0)
			return &rc_types[i];
	}
	return NULL;
}
