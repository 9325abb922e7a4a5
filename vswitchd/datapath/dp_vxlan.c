/* SPDX-License-Identifier: GPL-2.0-only */
/* dp_vxlan.c - configurations of VXLAN ports: keep one, and see whether another differs */
#include <stdlib.h>
#include <string.h>

#include "common/xalloc.h"
#include "vswitchd/datapath/dp.h"

struct dp_vxlan dp_vxlan_copy(const struct dp_vxlan *from)
{
	struct dp_vxlan copy = *from;

	copy.remotes = vs_xcalloc(from->n_remotes + 1, sizeof(*copy.remotes));
	if (from->n_remotes)
		memcpy(copy.remotes, from->remotes, from->n_remotes * sizeof(*copy.remotes));
	return copy;
}

bool dp_vxlan_equal(const struct dp_vxlan *a, const struct dp_vxlan *b)
{
	return a->vni == b->vni && a->dst_port == b->dst_port && a->ttl == b->ttl && a->tos == b->tos &&
	       a->csum == b->csum && a->df == b->df && a->group_ifindex == b->group_ifindex &&
	       vs_ip_equal(&a->local, &b->local) && a->n_remotes == b->n_remotes &&
	       (!a->n_remotes || !memcmp(a->remotes, b->remotes, a->n_remotes * sizeof(*a->remotes)));
}
