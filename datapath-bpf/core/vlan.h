/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* vlan.h - VLAN ingress and egress rules (IEEE 802.1Q clause 8.6; the modes of Open vSwitch's Port table) */
#ifndef VS_CORE_VLAN_H
#define VS_CORE_VLAN_H

#include "frame.h"
#include "reasons.h"

/**
 * vs_vlan_in() - find the frame's VLAN and whether the port admits it
 *
 * Sets @frame->vlan, and on a dot1q-tunnel port makes the received tag the customer's own.
 */
VS_INLINE enum vs_drop vs_vlan_in(const struct vs_port *port, struct vs_frame *frame)
{
	__u16 vid = frame->outer.tpid ? frame->outer.tci & VS_TCI_VID : 0;

	if (vid == VS_VLANS - 1)
		return VS_DROP_VLAN_RESERVED;
	if (port->flags & VS_PORT_TUNNEL) {
		frame->vlan = port->pvid;
		frame->inner_vid = vid;
		frame->tunnelled = 1;
		frame->tunnel_tpid = port->qinq_tpid;
		return vs_vlans_has(&port->members, vid) ? VS_DROP_NONE : VS_DROP_VLAN_INGRESS;
	}
	if (vid && !(port->flags & VS_PORT_TAGGED_OK))
		return VS_DROP_VLAN_TAGGED;
	frame->vlan = vid ? vid : port->pvid;
	return vs_vlans_has(&port->members, frame->vlan) ? VS_DROP_NONE : VS_DROP_VLAN_INGRESS;
}

/** vs_vlan_carries() - whether @port may send the frame, as far as VLANs go. */
VS_INLINE int vs_vlan_carries(const struct vs_bridge *bridge, const struct vs_port *port, const struct vs_frame *frame)
{
	if (port->flags & VS_PORT_TUNNEL)
		return frame->vlan == port->pvid && vs_vlans_has(&port->members, frame->inner_vid);
	if (!vs_vlans_has(&port->members, frame->vlan))
		return 0;
	return !((port->flags & VS_PORT_PLAIN_ONLY) && frame->inner_vid &&
		 (frame->tunnelled || (bridge->flags & VS_BRIDGE_INNER_TAG)));
}

/**
 * struct vs_tagop - how the received frame must change before it leaves
 * @pop: take the outermost tag off
 * @push: then put this one on; tpid 0: none
 */
struct vs_tagop {
	__u16 pop;
	struct vs_tag push;
};

/** vs_tagop_grows() - how many bytes the change makes a frame longer; negative: shorter. */
VS_INLINE int vs_tagop_grows(const struct vs_tagop *op)
{
	return (op->push.tpid ? VS_TAG_LEN : 0) - (op->pop ? VS_TAG_LEN : 0);
}

/** vs_vlan_out() - the tag change for a frame that leaves by @port. PCP and DEI are kept. */
VS_INLINE struct vs_tagop vs_vlan_out(const struct vs_port *port, const struct vs_frame *frame)
{
	int plain = !frame->vlan || frame->vlan == port->untagged_vid || (port->flags & VS_PORT_TUNNEL);
	struct vs_tag want = {0, 0};
	struct vs_tagop op = {0, {0, 0}};
	__u16 prio = frame->outer.tpid ? frame->outer.tci & VS_TCI_PRIO : 0;

	if (frame->tunnelled) {
		/* The customer's tag is payload; only the provider's tag comes and goes, with PCP 0. */
		if (!plain) {
			op.push.tpid = frame->tunnel_tpid;
			op.push.tci = frame->vlan;
		}
		return op;
	}
	if (!plain) {
		want.tpid = frame->outer.tpid ? frame->outer.tpid : VS_TPID_C;
		want.tci = prio | frame->vlan;
	} else if (((port->flags & VS_PORT_PRIO_IF_NONZERO) && (prio & VS_TCI_PCP)) ||
		   ((port->flags & VS_PORT_PRIO_ALWAYS) && frame->outer.tpid)) {
		want.tpid = VS_TPID_C;
		want.tci = prio;
	}
	if (want.tpid == frame->outer.tpid && want.tci == (frame->outer.tpid ? frame->outer.tci : 0))
		return op;
	op.pop = frame->outer.tpid != 0;
	op.push = want;
	return op;
}

#endif
