/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* env.bpf.h - the forwarding core's environment in the kernel: its ports, bridges and FDB are maps */
#ifndef VS_BPF_ENV_H
#define VS_BPF_ENV_H

#include <linux/errno.h>

#include "maps.bpf.h"

/**
 * struct vs_env - a frame's surroundings, looked up once
 * @now: CLOCK_MONOTONIC, as of the last timer tick: ageing counts in seconds
 * @number, @port: where the frame came in
 * @bridge: of that port; NULL until the core has asked for it
 * @look_only: there is another hook behind this one: learn nothing, but say that there is something to learn (@unsure)
 */
struct vs_env {
	__u64 now;
	__u32 number;
	const struct vs_bpf_port *port;
	const struct vs_bpf_bridge *bridge;
	__u32 look_only, unsure;
};

VS_INLINE struct vs_bpf_port *port_get(__u32 number)
{
	struct vs_bpf_port *port = bpf_map_lookup_elem(&ports, &number);

	return port && port->vlan.bridge ? port : 0;
}

VS_INLINE const struct vs_port *vs_env_port(struct vs_env *env, __u32 number)
{
	return number == env->number && env->port ? &env->port->vlan : 0;
}

VS_INLINE const struct vs_bridge *vs_env_bridge(struct vs_env *env, __u32 number)
{
	const struct vs_bpf_bridge *bridge = bpf_map_lookup_elem(&bridges, &number);

	env->bridge = bridge && bridge->used ? bridge : 0;
	return env->bridge ? &env->bridge->forward : 0;
}

VS_INLINE struct vs_fdb_entry *vs_env_fdb_find(struct vs_env *env, const struct vs_fdb_key *key)
{
	(void)env;
	return bpf_map_lookup_elem(&fdb, key);
}

VS_INLINE __u64 vs_env_now(struct vs_env *env)
{
	return env->now;
}

/*
 * A refresh writes the time in place: the one field that changes with traffic. A move replaces the entry. A new one is
 * refused while the bridge is full; the daemon makes room, fairly (bpf_fdb.c).
 */
VS_INLINE void vs_env_fdb_learn(struct vs_env *env, const struct vs_fdb_key *key, struct vs_fdb_entry *known,
				const struct vs_fdb_entry *now)
{
	const struct vs_bpf_bridge *bridge = env->bridge;
	struct vs_bpf_learned *count;
	long err;

	if (env->look_only) {
		env->unsure = 1;
		return;
	}
	count = bpf_map_lookup_elem(&learned, &key->bridge);
	if (!count || !bridge)
		return;
	if (known) {
		int moved = known->port != now->port || !vs_ip_equal(&known->remote, &now->remote);

		if (!moved && known->origin == now->origin) {
			known->seen_ns = now->seen_ns;
			return;
		}
		if (!bpf_map_update_elem(&fdb, key, now, BPF_EXIST) && moved)
			__sync_fetch_and_add(&count->moved, 1);
		return;
	}
	if ((__u32)count->learned - bridge->removed >= bridge->forward.fdb_limit) {
		__sync_fetch_and_add(&count->refused, 1);
		return;
	}
	err = bpf_map_update_elem(&fdb, key, now, BPF_NOEXIST);
	if (!err)
		__sync_fetch_and_add(&count->learned, 1);
	else if (err == -E2BIG) /* all bridges together have too many */
		__sync_fetch_and_add(&count->refused, 1);
}

VS_INLINE void count_drop(__u32 number, enum vs_drop reason)
{
	struct vs_bpf_stats *s = bpf_map_lookup_elem(&stats, &number);

	if (s && (__u32)reason < VS_DROP__COUNT)
		s->drops[reason]++;
}

VS_INLINE void count_rx(__u32 number, __u32 len)
{
	struct vs_bpf_stats *s = bpf_map_lookup_elem(&stats, &number);

	if (s) {
		s->rx_packets++;
		s->rx_bytes += len;
	}
}

VS_INLINE void count_tx(__u32 number, __u32 len)
{
	struct vs_bpf_stats *s = bpf_map_lookup_elem(&stats, &number);

	if (s) {
		s->tx_packets++;
		s->tx_bytes += len;
	}
}

#include "core/forward.h"

#endif
