/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* maps.bpf.h - the maps of the BPF datapath; their values are in layout.h */
#ifndef VS_BPF_MAPS_H
#define VS_BPF_MAPS_H

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "layout.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct vs_bpf_meta);
} meta SEC(".maps") __weak;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, VS_BPF_PORTS);
	__type(key, __u32);
	__type(value, struct vs_bpf_port);
} ports SEC(".maps") __weak;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, VS_BPF_BRIDGES);
	__type(key, __u32);
	__type(value, struct vs_bpf_bridge);
} bridges SEC(".maps") __weak;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, VS_BPF_BRIDGES);
	__type(key, __u32);
	__type(value, struct vs_bpf_learned);
} learned SEC(".maps") __weak;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, VS_BPF_PORTS);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u32);
	__type(value, __u32);
} by_ifindex SEC(".maps") __weak;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, VS_BPF_PORTS);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct vs_bpf_member);
	__type(value, __u32);
} members SEC(".maps") __weak;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, VS_BPF_FDB);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct vs_fdb_key);
	__type(value, struct vs_fdb_entry);
} fdb SEC(".maps") __weak;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, VS_BPF_REMOTES);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct vs_bpf_remote);
	__type(value, struct vs_ip);
} remotes SEC(".maps") __weak;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, VS_BPF_REMOTES);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct vs_bpf_tunnel);
	__type(value, __u32);
} tunnels SEC(".maps") __weak;

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, VS_BPF_PORTS);
	__type(key, __u32);
	__type(value, struct vs_bpf_stats);
} stats SEC(".maps") __weak;

/* Where XDP sends frames for a port: port number to ifindex. */
struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP_HASH);
	__uint(max_entries, VS_BPF_PORTS);
	__type(key, __u32);
	__type(value, __u32);
} xdp_out SEC(".maps") __weak;

/* How many control frames of a port may go up. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, VS_BPF_PORTS);
	__type(key, __u32);
	__type(value, struct vs_bucket);
} buckets SEC(".maps") __weak;

#endif
