/* SPDX-License-Identifier: GPL-2.0-only */
/* forward.c - the forwarding core in the daemon: its environment, flooding, and patch ports */
#include <errno.h>
#include <stdlib.h>

#include "common/xalloc.h"
#include "vswitchd/datapath/user.h"

/* --- the core's environment ---------------------------------------------------------------------------------- */

struct vs_env {
	struct up *up;
};

static inline const struct vs_bridge *vs_env_bridge(struct vs_env *env, __u32 number)
{
	struct up_bridge *bridge = up_bridge_get(env->up, number);

	return bridge ? &bridge->forward : NULL;
}

static inline const struct vs_port *vs_env_port(struct vs_env *env, __u32 number)
{
	struct up_port *port = up_port_get(env->up, number);

	return port ? &port->vlan : NULL;
}

static inline struct vs_fdb_entry *vs_env_fdb_find(struct vs_env *env, const struct vs_fdb_key *key)
{
	return fdb_find(env->up->fdb, key);
}

static inline void vs_env_fdb_learn(struct vs_env *env, const struct vs_fdb_key *key, struct vs_fdb_entry *known,
				    const struct vs_fdb_entry *now)
{
	if (fdb_learn(env->up->fdb, key, known, now))
		up_arm_ageing(env->up, 0);
}

static inline __u64 vs_env_now(struct vs_env *env)
{
	return env->up->io.now_ns;
}

#include "datapath-bpf/core/forward.h"

/* --- the way of a frame -------------------------------------------------------------------------------------- */

/* struct hop - one bridge's part of a frame's way; @depth patch ports lie before it */
struct hop {
	struct up_port *in;
	struct up_bridge *bridge;
	struct vs_ingress ingress;
	struct vs_frame view;
	const struct frame *frame;
	unsigned int depth;
};

static void forward(struct up_port *in, const struct frame *frame, const struct vs_ingress *from, unsigned int depth);

static void cross_patch(const struct hop *hop, struct up_port *out, const struct frame *frame)
{
	struct up_port *peer = up_port_get(up_of(out), out->peer);
	struct vs_ingress ingress = {.origin = hop->ingress.origin};

	if (!peer || peer->kind != DP_PORT_PATCH) {
		up_drop(out, VS_DROP_PATCH_NO_PEER);
		return;
	}
	if (hop->depth >= FRAME_PATCH_DEPTH) {
		up_drop(out, VS_DROP_PATCH_LOOP);
		return;
	}
	up_sent(out, frame_len(frame));
	ingress.port = peer->number;
	forward(peer, frame, &ingress, hop->depth + 1);
}

static void emit(const struct hop *hop, struct up_port *out, const struct vs_ip *remote)
{
	struct vs_tagop op = vs_vlan_out(&out->vlan, &hop->view);
	struct frame frame = *hop->frame;

	if (!frame_retag(&frame, &op))
		up_drop(out, VS_DROP_PATCH_LOOP);
	else if (op.pop && !frame_uncover(&frame))
		up_drop(out, VS_DROP_RUNT);
	else if (out->kind == DP_PORT_PATCH)
		cross_patch(hop, out, &frame);
	else
		out->driver->send(out, &frame, remote);
}

static void flood(const struct hop *hop)
{
	struct vs_list *pos, *tmp;
	bool any = false;

	vs_list_each_safe(pos, tmp, &hop->bridge->ports)
	{
		struct up_port *out = vs_container(pos, struct up_port, siblings);

		if (vs_admit_flood(&hop->bridge->forward, hop->in->number, &hop->in->vlan, out->number, &out->vlan,
				   &hop->view) != VS_DROP_NONE)
			continue;
		any = true;
		emit(hop, out, NULL);
	}
	if (!any)
		up_drop(hop->in, VS_DROP_NO_EGRESS);
}

/* A control frame goes no further than to the daemon. */
static void control(struct up *up, struct up_port *in, const struct frame *frame)
{
	if (vs_bucket_take(&in->control, up->io.now_ns))
		up_control(&up->dp, in->number, frame);
	else
		up_drop(in, VS_DROP_CONTROL_LIMIT);
}

static void forward(struct up_port *in, const struct frame *frame, const struct vs_ingress *from, unsigned int depth)
{
	struct up *up = up_of(in);
	struct vs_env env = {up};
	struct hop hop = {.in = in, .ingress = *from, .frame = frame, .depth = depth};
	struct vs_verdict verdict;
	struct up_port *out;
	enum vs_drop reason;

	memcpy(hop.view.dst, frame->macs, 6);
	memcpy(hop.view.src, frame->macs + 6, 6);
	if (frame->n_tags)
		hop.view.outer = frame->tags[0];
	if (frame->n_tags > 1)
		hop.view.inner_vid = frame->tags[1].tci & VS_TCI_VID;
	in->stats.rx_packets++;
	in->stats.rx_bytes += frame_len(frame);

	verdict = vs_decide(&env, from, &hop.view);
	if (verdict.reason != VS_DROP_NONE) {
		up_drop(in, verdict.reason);
		if (verdict.reason == VS_DROP_RESERVED_MAC && up->dp.callbacks.control)
			control(up, in, frame);
		return;
	}
	hop.bridge = up_bridge_get(up, in->vlan.bridge);
	if (verdict.flood) {
		flood(&hop);
		return;
	}
	out = up_port_get(up, verdict.port);
	reason = !out ? VS_DROP_NO_EGRESS
		      : vs_admit(&hop.bridge->forward, in->number, &in->vlan, out->number, &out->vlan, &hop.view);
	if (reason != VS_DROP_NONE)
		up_drop(in, reason);
	else
		emit(&hop, out, vs_ip_equal(verdict.remote, &(struct vs_ip){{0}}) ? NULL : verdict.remote);
}

void up_forward(struct up_port *port, struct frame *frame, const struct vs_ip *from)
{
	struct vs_ingress ingress = {.port = port->number, .origin = port->number};

	if (from)
		ingress.remote = *from;
	forward(port, frame, &ingress, 0);
}

/* What the switch itself sends has come in by no port: over a cable it goes as if it had come in by @port. */
int up_output(struct up *up, struct up_port *port, const uint8_t *bytes, size_t len)
{
	uint8_t *copy = vs_xmemdup(bytes, len);
	struct hop hop = {.in = port, .ingress = {.port = port->number, .origin = port->number}};
	struct frame frame;
	enum vs_drop reason = frame_parse(&frame, copy, len, NULL, NULL);

	up_batch_begin(&up->io);
	if (reason == VS_DROP_NONE && port->kind == DP_PORT_PATCH)
		cross_patch(&hop, port, &frame);
	else if (reason == VS_DROP_NONE)
		port->driver->send(port, &frame, NULL);
	up_flush(&up->io);
	free(copy);
	return reason == VS_DROP_NONE ? 0 : -EINVAL;
}
