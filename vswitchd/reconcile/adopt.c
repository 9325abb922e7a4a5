/* SPDX-License-Identifier: GPL-2.0-only */
/* adopt.c - what an earlier daemon of this run directory left: keep what is wanted, remove the rest */
#include <errno.h>
#include <string.h>

#include "common/log.h"
#include "common/xalloc.h"
#include "vswitchd/reconcile/rc.h"

/*
 * Only devices in our group are looked at. One without an alias was being made when the daemon was killed; one whose
 * alias names an interface that is not wanted, or is of a type that has no such device, was being removed. Those go.
 * The others stay as they are, traffic and all; rc_iface_apply() finds them by name, holds them against their row
 * and mends what differs.
 */
struct adopt_list {
	struct rc *rc;
	size_t n;
	struct kn_link *links;
};

static int adopt_on_link(const struct kn_link *link, void *arg)
{
	struct adopt_list *list = arg;

	if (link->group != list->rc->group && link->group != (list->rc->group | RC_GROUP_TRASH))
		return 0;
	list->links = vs_xrealloc(list->links, (list->n + 1) * sizeof(*list->links));
	list->links[list->n++] = *link;
	return 0;
}

/* A device is known by its name, the other end of a pair by its peer's. */
static bool adopt_has_name(struct rc *rc, const struct kn_link *link, const char *device)
{
	struct kn_link peer;

	if (strcmp(link->name, device) == 0)
		return true;
	return link->peer && link->peer_nsid < 0 && kn_link_by_index(rc->kn, link->peer, &peer) == 0 &&
	       strcmp(peer.name, device) == 0;
}

static bool adopt_is_wanted(struct rc *rc, const struct kn_link *link)
{
	size_t length = strlen(rc->tag);
	char device[IFNAMSIZ], *error = NULL;
	struct store_row *row;
	struct rc_want want;
	bool wanted;

	if (link->group != rc->group || strncmp(link->alias, rc->tag, length) != 0)
		return false;
	row = store_find_name(rc->store, STORE_Interface, link->alias + length);
	if (!row || rc_want_interface(row, &want, &error) < 0) {
		free(error);
		return false;
	}
	rc_device_name(want.type, link->alias + length, store_row_uuid(row), device);
	wanted = want.type->made && adopt_has_name(rc, link, device);
	rc_want_destroy(&want);
	return wanted;
}

int rc_adopt(struct rc *rc)
{
	struct adopt_list list = {.rc = rc};
	int error = kn_link_dump(rc->kn, adopt_on_link, &list);
	size_t kept = 0;

	for (size_t i = 0; !error && i < list.n; i++) {
		if (adopt_is_wanted(rc, &list.links[i])) {
			kept++;
			continue;
		}
		vs_info("removing network device '%s', left by an earlier run", list.links[i].name);
		kn_link_delete(rc->kn, list.links[i].ifindex);
	}
	if (kept)
		vs_info("found %zu network devices of an earlier run", kept);
	free(list.links);
	return error;
}

void rc_cleanup(struct rc *rc)
{
	hmap_for_each(node, &rc->ifaces) rc_iface_remove(rc, hmap_entry(node, struct rc_iface, by_uuid));
	rc_trash_empty(rc);
	rc_netns_sweep(rc);
}
