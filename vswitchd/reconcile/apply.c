/* SPDX-License-Identifier: GPL-2.0-only */
/* apply.c - one interface: its device and its port in the datapath, made to match its row */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/log.h"
#include "common/xalloc.h"
#include "vswitchd/reconcile/rc.h"
#include "vswitchd/reconcile/vlan.h"

/*
 * The way is always the same, whether the row is new, has changed, was found at start or is tried again:
 *
 *	understand the row - find the device, or make it - configure the switch's end - put the port into the
 *	datapath, or change it there - configure the other end - say how it went
 *
 * Each step looks at what is there and does what is missing. So there is one path through the code, and it is the
 * one that runs every day which also repairs what a kill left half done. A step that fails parks the interface.
 */

char *rc_tag_make(const struct rc *rc, const char *name)
{
	return vs_xasprintf("%s%s", rc->tag, name);
}

bool rc_tag_is(const struct rc *rc, const struct kn_link *link, const char *name)
{
	size_t length = strlen(rc->tag);

	return link->group == rc->group && strncmp(link->alias, rc->tag, length) == 0 &&
	       strcmp(link->alias + length, name) == 0;
}

static void iface_set_error(struct rc_iface *iface, char *error)
{
	free(iface->error);
	iface->error = error;
}

/* @error is taken over. @retry: news of any kind may help; else only a change of the row or a device of its name. */
static void iface_park(struct rc *rc, struct rc_iface *iface, bool retry, char *error)
{
	if (!iface->error || strcmp(iface->error, error) != 0)
		vs_warn("interface %s: %s", iface->name, error);
	iface_set_error(iface, error);
	rc_iface_detach(rc, iface);
	rc_ofport_release(iface);
	if (!iface->ifindex)
		rc_netns_release(rc, iface);
	vs_list_remove(&iface->retry);
	if (retry)
		vs_list_push(&rc->parked, &iface->retry);
	rc_publish(rc, iface);
}

void rc_iface_detach(struct rc *rc, struct rc_iface *iface)
{
	uint32_t number = iface->number;
	int error;

	rc_iface_unwarn(iface);
	if (!number)
		return;
	rc_iface_set_number(rc, iface, 0);
	rc_patch_sync(rc, iface);
	error = rc->dp->ops->port_del(rc->dp, number);
	if (error)
		vs_err("cannot remove port '%s' from the datapath: %s", iface->name, strerror(-error));
	free(iface->macs);
	iface->macs = NULL;
	iface->n_macs = 0;
	rc->mtu_dirty |= !vs_list_empty(&iface->tunnel) || !vs_list_empty(&iface->patch);
	vs_list_remove(&iface->tunnel);
	vs_list_remove(&iface->patch);
}

static void device_throw_away(struct rc *rc, int ifindex)
{
	rc->trash = vs_xrealloc(rc->trash, (rc->n_trash + 1) * sizeof(*rc->trash));
	rc->trash[rc->n_trash++] = ifindex;
}

void rc_trash_empty(struct rc *rc)
{
	int error = kn_link_delete_all(rc->kn, rc->trash, rc->n_trash, rc->group | RC_GROUP_TRASH);

	if (error)
		vs_err("cannot remove network devices: %s", strerror(-error));
	rc->n_trash = 0;
}

void rc_iface_remove(struct rc *rc, struct rc_iface *iface)
{
	rc_iface_detach(rc, iface);
	if (iface->applied && iface->applied->made && iface->ifindex)
		device_throw_away(rc, iface->ifindex);
	rc_iface_set_ifindex(rc, iface, 0);
	rc_netns_release(rc, iface);
	vs_list_remove(&iface->retry);
	free(iface->placed_in);
	iface->placed_in = NULL;
	iface->applied = NULL;
	iface->mtu = 0;
}

void rc_device_name(const struct rc_type *type, const char *name, const struct vs_uuid *uuid, char device[IFNAMSIZ])
{
	const uint8_t *b = uuid->b;

	if (type->generated)
		snprintf(device, IFNAMSIZ, "vs%02x%02x%02x%02x%02x", b[0], b[1], b[2], b[3], b[4]);
	else
		snprintf(device, IFNAMSIZ, "%s", name);
}

static bool device_is_ours(const struct rc_job *job)
{
	return job->link.ifindex == job->iface->ifindex || rc_tag_is(job->rc, &job->link, job->iface->name);
}

static int device_find_made(struct rc_job *job, char **error)
{
	struct rc_iface *iface = job->iface;
	int rc = kn_link_by_name(job->rc->kn, iface->device, &job->link);

	if (!rc && !device_is_ours(job)) {
		*error = vs_xasprintf("could not create network device %s (there is one of that name already)",
				      iface->device);
		return -EEXIST;
	}
	if (!rc && !iface->want.type->fits(job)) {
		rc_iface_detach(job->rc, iface);
		device_throw_away(job->rc, job->link.ifindex);
		rc_trash_empty(job->rc);
		rc_iface_set_ifindex(job->rc, iface, 0);
		rc = -ENODEV;
	}
	if (rc == -ENODEV) {
		rc = iface->want.type->make(job, error);
		if (rc)
			return rc;
		job->fresh = true;
		rc = kn_link_by_name(job->rc->kn, iface->device, &job->link);
	}
	if (rc)
		*error = vs_xasprintf("could not open network device %s (%s)", iface->device, strerror(-rc));
	return rc;
}

static int device_find(struct rc_job *job, char **error)
{
	struct rc_iface *iface = job->iface, *other;
	int rc;

	if (iface->want.type->made)
		rc = device_find_made(job, error);
	else if (kn_link_by_name(job->rc->kn, iface->device, &job->link) < 0)
		rc = iface->want.type->make(job, error);
	else
		rc = iface->want.type->fits(job) ? 0 : -EINVAL;
	if (rc) {
		if (!*error)
			*error = vs_xasprintf("could not open network device %s (not an Ethernet device)",
					      iface->device);
		return rc;
	}
	other = rc_iface_find_ifindex(job->rc, job->link.ifindex);
	if (other && other != iface) {
		*error = vs_xasprintf("could not open network device %s (interface %s has it)", iface->device,
				      other->name);
		return -EBUSY;
	}
	if (iface->ifindex != job->link.ifindex)
		rc_iface_detach(job->rc, iface);
	rc_iface_set_ifindex(job->rc, iface, job->link.ifindex);
	return 0;
}

static void device_configure(struct rc_job *job)
{
	rc_iface_unwarn(job->iface);
	job->mtu = rc_mtu_target(job->rc, job->iface, job->link.mtu);
	job->iface->mtu = job->mtu;
	job->iface->want.type->configure(job);
}

static void port_config(const struct rc_iface *iface, struct dp_port_config *config)
{
	*config = (struct dp_port_config){
		.kind = iface->want.type->kind,
		.name = iface->name,
		.vlan = iface->vlan,
		.ifindex = iface->want.type->kind == DP_PORT_NETDEV ? iface->ifindex : 0,
		.xdp = iface->want.xdp,
		.vxlan = iface->want.vxlan,
		.peer = iface->peer ? iface->peer->number : 0,
	};
}

int rc_iface_port_set(struct rc *rc, struct rc_iface *iface)
{
	struct dp_port_config config;

	port_config(iface, &config);
	return rc->dp->ops->port_set(rc->dp, iface->number, &config);
}

static const char *port_trouble(int error)
{
	switch (-error) {
	case ENOSPC:
		return "the datapath holds as many ports as it can";
	case EXFULL:
		return "the tunnels of the datapath have as many remotes as it can hold";
	default:
		return strerror(-error);
	}
}

/* Put the port into the datapath, or change the one that is there. */
static int port_apply(struct rc *rc, struct rc_iface *iface, char **error)
{
	struct dp_port_config config;
	uint32_t number = 0;
	int e;

	if (iface->want.type->kind == DP_PORT_VXLAN)
		iface->vlan.flags |= VS_PORT_OVERLAY;
	if (iface->number) {
		e = rc_iface_port_set(rc, iface);
		if (e)
			*error = vs_xasprintf("could not change network device %s in ofproto (%s)", iface->name,
					      port_trouble(e));
		return e;
	}
	port_config(iface, &config);
	e = rc->dp->ops->port_add(rc->dp, &config, &number);
	if (e) {
		*error = vs_xasprintf("could not add network device %s to ofproto (%s)", iface->name, port_trouble(e));
		return e;
	}
	rc_iface_set_number(rc, iface, number);
	if (config.kind == DP_PORT_VXLAN)
		vs_list_push(&rc->tunnels, &iface->tunnel);
	if (config.kind == DP_PORT_PATCH)
		vs_list_push(&rc->patches, &iface->patch);
	return 0;
}

/* The device to join a multicast group by has a name in the row and a number in the datapath. */
static int vxlan_resolve(struct rc *rc, struct rc_iface *iface, char **error)
{
	struct kn_link link;
	int e;

	if (!iface->want.group_dev)
		return 0;
	e = kn_link_by_name(rc->kn, iface->want.group_dev, &link);
	if (e) {
		*error = vs_xasprintf("options:dev: could not open network device %s (%s)", iface->want.group_dev,
				      strerror(-e));
		return e;
	}
	iface->want.vxlan.group_ifindex = link.ifindex;
	return 0;
}

/* Understand the row. What was applied by another type is undone first. */
static int row_understand(struct rc *rc, struct rc_iface *iface, char **error)
{
	struct rc_want want;
	const struct rc_type *was = iface->applied;
	int e = rc_want_interface(iface->row, &want, error);

	if (e)
		return e;
	if (was && (was->kind != want.type->kind || was->make != want.type->make))
		rc_iface_remove(rc, iface);
	rc_want_destroy(&iface->want);
	iface->want = want;
	iface->applied = want.type;
	rc_device_name(want.type, iface->name, &iface->uuid, iface->device);
	return 0;
}

/* Whether this interface is the one that carries its port. */
static bool is_carrier(struct rc *rc, struct rc_iface *iface, char **error)
{
	struct store_row *first = store_get_ref(rc->store, iface->port, Port_interfaces, 0);

	if (first == iface->row)
		return true;
	*error = vs_xasprintf("bonds are not implemented yet: interface %s carries all of port %s",
			      first ? store_get_string(first, Interface_name) : "?",
			      store_get_string(iface->port, Port_name));
	return false;
}

static void iface_succeed(struct rc *rc, struct rc_iface *iface)
{
	if (iface->error)
		vs_info("interface %s: attached", iface->name);
	iface_set_error(iface, NULL);
	vs_list_remove(&iface->retry);
	rc_ofport_assign(iface);
	rc_patch_sync(rc, iface);
	rc_static_sync(rc, iface);
	rc->mtu_dirty |= !vs_list_empty(&iface->tunnel) || !vs_list_empty(&iface->patch);
}

static void iface_apply_all(struct rc *rc, struct rc_iface *iface)
{
	struct rc_job job = {.rc = rc, .iface = iface, .netns = -1};
	bool netdev, retry = false;
	char *error = NULL;
	int e = row_understand(rc, iface, &error);

	if (e) {
		rc_iface_remove(rc, iface);
		rc_trash_empty(rc);
		iface_park(rc, iface, false, error);
		return;
	}
	rc_trash_empty(rc);
	netdev = iface->want.type->kind == DP_PORT_NETDEV;
	e = netdev ? device_find(&job, &error) : vxlan_resolve(rc, iface, &error);
	/* A missing device of somebody else's is waited for by its name: no need to look at every piece of news. */
	retry = !netdev || iface->want.type->made || e == -EBUSY;
	if (!e && netdev)
		device_configure(&job);
	if (!e) {
		e = port_apply(rc, iface, &error);
		retry = true;
	}
	if (e) {
		iface_park(rc, iface, retry, error);
	} else {
		iface_succeed(rc, iface);
		if (iface->want.type->finish)
			iface->want.type->finish(&job);
		rc_publish(rc, iface);
	}
	if (job.netns >= 0)
		close(job.netns);
}

void rc_iface_apply(struct rc *rc, struct rc_iface *iface, unsigned int bits)
{
	char *error = NULL;

	if (!iface->bridge || !iface->port) {
		rc_iface_remove(rc, iface);
		rc_trash_empty(rc);
		return;
	}
	rc_vlan_port(iface->port, &iface->vlan);
	iface->vlan.bridge = iface->bridge->number;
	if (!is_carrier(rc, iface, &error)) {
		rc_iface_remove(rc, iface);
		rc_trash_empty(rc);
		iface_park(rc, iface, false, error);
	} else if (!iface->bridge->number) {
		rc_iface_detach(rc, iface);
		iface_park(rc, iface, true,
			   vs_xasprintf("bridge %s could not be created in the datapath (%s)", iface->bridge->name,
					iface->bridge->error == -ENOSPC ? "it holds as many bridges as it can"
									: strerror(-iface->bridge->error)));
	} else if (bits & RC_DIRTY_DEVICE || !iface->number) {
		iface_apply_all(rc, iface);
	} else if (port_apply(rc, iface, &error)) {
		iface_park(rc, iface, true, error);
	} else {
		iface_succeed(rc, iface);
		rc_iface_remtu(rc, iface);
		rc_publish(rc, iface);
	}
}

void rc_iface_lost(struct rc *rc, struct rc_iface *iface)
{
	const struct rc_type *type = iface->applied;
	struct kn_link link;
	int ifindex = iface->ifindex;

	rc_iface_detach(rc, iface);
	rc_iface_set_ifindex(rc, iface, 0);
	/* Ours, but renamed: it would stay behind. */
	if (type && type->made && kn_link_by_index(rc->kn, ifindex, &link) == 0 && rc_tag_is(rc, &link, iface->name))
		device_throw_away(rc, ifindex);
	iface->no_create = true;
	rc_iface_apply(rc, iface, RC_DIRTY_DEVICE);
}

void rc_iface_remtu(struct rc *rc, struct rc_iface *iface)
{
	struct rc_job job = {.rc = rc, .iface = iface, .netns = -1};

	if (!iface->number || iface->want.type->kind != DP_PORT_NETDEV ||
	    kn_link_by_index(rc->kn, iface->ifindex, &job.link) < 0)
		return;
	if (rc_mtu_target(rc, iface, job.link.mtu) != iface->mtu) {
		device_configure(&job);
		if (iface->want.type->finish)
			iface->want.type->finish(&job);
	}
	if (job.netns >= 0)
		close(job.netns);
}
