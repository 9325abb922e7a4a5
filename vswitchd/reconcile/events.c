/* SPDX-License-Identifier: GPL-2.0-only */
/* events.c - news from the kernel: devices that come, go and change; trying again what could not be done */
#include <string.h>

#include "common/log.h"
#include "vswitchd/kernel/monitor.h"
#include "vswitchd/reconcile/rc.h"

/*
 * News may be old: it was sent before something that we have done since. So news only says where to look, and the
 * kernel is asked what is there now.
 *
 * A device that was waited for by name attaches at once. Interfaces parked for another reason (a namespace, a name
 * that is taken) are tried again a moment after any news, all of them together, less and less often while it is
 * in vain; and with nothing parked nothing runs.
 */
#define SOON_MAX_MS 5000
#define NETNS_TRIES 8 /* after a name appears, its namespace may take a moment to be mounted there */

void rc_soon(struct rc *rc)
{
	struct timeval delay = {.tv_sec = rc->delay_ms / 1000, .tv_usec = rc->delay_ms % 1000 * 1000};

	if (rc->soon && !event_pending(rc->soon, EV_TIMEOUT, NULL))
		event_add(rc->soon, &delay);
}

/* Look at every parked interface once; those that fail again are put back behind the mark. */
static void retry_parked(struct rc *rc)
{
	struct vs_list mark;
	size_t attached = 0;

	vs_list_push(&rc->parked, &mark);
	while (rc->parked.next != &mark) {
		struct rc_iface *iface = vs_container(rc->parked.next, struct rc_iface, retry);

		vs_list_remove(&iface->retry);
		rc_iface_apply(rc, iface, RC_DIRTY_DEVICE);
		attached += iface->number != 0;
	}
	vs_list_remove(&mark);
	rc->delay_ms = attached ? RC_SOON_MS : rc->delay_ms * 2 < SOON_MAX_MS ? rc->delay_ms * 2 : SOON_MAX_MS;
}

void rc_on_soon(evutil_socket_t fd, short what, void *arg)
{
	struct rc *rc = arg;

	(void)fd;
	(void)what;
	if (!vs_list_empty(&rc->parked)) {
		rc_bridges_retry(rc); /* their ports are parked for want of them */
		retry_parked(rc);
	}
	if (rc->mtu_dirty)
		rc_mtu_update(rc);
	event_del(rc->soon); /* parking the same ones again is no news */
	if (rc->netns_tries && !vs_list_empty(&rc->parked)) {
		rc->netns_tries--;
		rc_soon(rc);
	}
}

/* Whether the device that a port has is still there under its name. */
static bool still_there(struct rc *rc, const struct rc_iface *iface)
{
	struct kn_link link;

	return kn_link_by_index(rc->kn, iface->ifindex, &link) == 0 && strcmp(link.name, iface->device) == 0;
}

/* A multicast group is joined by a device; under its name may now be another, or none. */
static void group_device_check(struct rc *rc, const struct kn_link *link, bool gone)
{
	struct vs_list *at, *next;

	vs_list_each_safe(at, next, &rc->tunnels)
	{
		struct rc_iface *iface = vs_container(at, struct rc_iface, tunnel);
		const char *name = iface->want.group_dev;

		if (name &&
		    (link->ifindex == iface->want.vxlan.group_ifindex) != (!gone && strcmp(link->name, name) == 0))
			rc_iface_apply(rc, iface, RC_DIRTY_DEVICE);
	}
}

static void on_link(const struct kn_link *link, bool gone, void *arg)
{
	struct rc *rc = arg;
	struct rc_iface *by_index = rc_iface_find_ifindex(rc, link->ifindex);
	struct rc_iface *by_name = rc_iface_find_name(rc, link->name);

	if (by_index && (gone || strcmp(link->name, by_index->device) != 0)) {
		/* Gone and come back means another binding, even if the number is the same. */
		if (gone || !still_there(rc, by_index))
			rc_iface_lost(rc, by_index);
	} else if (by_index) {
		rc_publish(rc, by_index);
	}
	if (by_name && by_name != by_index) {
		if (by_name->number)
			rc_publish(rc, by_name);
		else if (by_name->applied && !by_name->applied->made)
			rc_iface_apply(rc, by_name, RC_DIRTY_DEVICE);
	}
	group_device_check(rc, link, gone);
	if (!vs_list_empty(&rc->tunnels) && !by_index)
		rc->mtu_dirty = true;
	if (rc->mtu_dirty || !vs_list_empty(&rc->parked))
		rc_soon(rc);
}

static void on_addr(void *arg)
{
	struct rc *rc = arg;

	if (vs_list_empty(&rc->tunnels))
		return;
	rc->mtu_dirty = true;
	rc_soon(rc);
}

static void on_netns(void *arg)
{
	struct rc *rc = arg;

	if (vs_list_empty(&rc->parked))
		return;
	rc->delay_ms = RC_SOON_MS;
	rc->netns_tries = NETNS_TRIES;
	event_del(rc->soon);
	rc_soon(rc);
}

static void on_lost(void *arg)
{
	struct rc *rc = arg;

	vs_debug("link events were lost: looking at every interface");
	hmap_for_each(node, &rc->ifaces)
	{
		struct rc_iface *iface = hmap_entry(node, struct rc_iface, by_uuid);

		if (iface->ifindex && !still_there(rc, iface))
			rc_iface_lost(rc, iface);
		else if (!iface->number || iface->want.group_dev)
			rc_iface_apply(rc, iface, RC_DIRTY_DEVICE);
		else
			rc_publish(rc, iface);
	}
	rc_mtu_update(rc);
}

const struct kn_monitor_ops rc_monitor_ops = {
	.link = on_link,
	.addr = on_addr,
	.netns = on_netns,
	.lost = on_lost,
};
