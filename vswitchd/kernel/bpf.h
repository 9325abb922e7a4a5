/* SPDX-License-Identifier: GPL-2.0-only */
/* bpf.h - the BPF programs and maps: load, attach, and leave pinned what is to outlive the daemon */
#ifndef VS_KERNEL_BPF_H
#define VS_KERNEL_BPF_H

/*
 * Maps and links are pinned in a directory on a bpffs, which is mounted there when it is none yet. Maps that an
 * earlier daemon left are used again if their layout version is ours, and its links get our programs by
 * bpf_link_update(), which swaps them between two frames. Otherwise what it left is removed first. Where the kernel has
 * no tcx, or VSWITCH_BPF_ATTACH=clsact says so, programs are attached by clsact.h in place of links.
 */
#include <stdbool.h>
#include <stdint.h>

struct kn_bpf;

#define KN_BPF_MAPS(X)                                                                                                 \
	X(meta)                                                                                                        \
	X(ports)                                                                                                       \
	X(bridges) X(learned) X(by_ifindex) X(members) X(fdb) X(remotes) X(tunnels) X(stats) X(xdp_out) X(buckets)

enum kn_bpf_map {
#define X(name) KN_BPF_MAP_##name,
	KN_BPF_MAPS(X)
#undef X
		KN_BPF_MAP__COUNT
};

enum kn_bpf_program { KN_BPF_PORT_IN, KN_BPF_PATCH_IN, KN_BPF_VXLAN_IN, KN_BPF_PUNT_IN, KN_BPF_PUNT_UP };

enum kn_bpf_xdp_mode { KN_BPF_XDP_NATIVE, KN_BPF_XDP_GENERIC };

/**
 * kn_bpf_open() - load the programs, on top of the maps that are pinned in @dir if there are any
 * @version: of the maps' layout; pinned ones of another are removed, with their links
 * @why: on failure a malloc()ed sentence that says what is missing
 * Return: 0 or -errno.
 */
int kn_bpf_open(const char *dir, uint32_t version, struct kn_bpf **bpf, char **why);

/** kn_bpf_discard() - remove whatever an earlier daemon left in @dir; what it had attached ends. */
void kn_bpf_discard(const char *dir);

/** kn_bpf_adopted() - whether the maps are those of an earlier daemon. */
bool kn_bpf_adopted(const struct kn_bpf *bpf);

/** kn_bpf_map() - file descriptor of a map. */
int kn_bpf_map(const struct kn_bpf *bpf, enum kn_bpf_map map);

/**
 * kn_bpf_attach() - let @program see what comes in by @ifindex
 * @name: of the link; one of that name that is on another device is replaced
 * Return: 0 or -errno.
 */
int kn_bpf_attach(struct kn_bpf *bpf, enum kn_bpf_program program, int ifindex, const char *name);

/**
 * kn_bpf_attach_xdp() - let the XDP program see what comes in by @ifindex before there is an sk_buff
 * @name: of the link, another than that of kn_bpf_attach(); one of that name that is there has @mode already
 * Return: 0; -EOPNOTSUPP: not with this driver; -EBUSY: somebody else's is there; another -errno.
 */
int kn_bpf_attach_xdp(struct kn_bpf *bpf, enum kn_bpf_xdp_mode mode, int ifindex, const char *name);

/** kn_bpf_detach() - undo either, by the next kn_bpf_finish() at the latest. Return: 0; -ENOENT. */
int kn_bpf_detach(struct kn_bpf *bpf, const char *name);

/** kn_bpf_finish() - what has been detached is off its device now; cheap for devices that are gone. */
void kn_bpf_finish(struct kn_bpf *bpf);

/** kn_bpf_hook() - what programs are attached by: "tcx", or "clsact" with the reason in @why, else NULL. */
const char *kn_bpf_hook(const struct kn_bpf *bpf, const char **why);

/** kn_bpf_close() - let go; what is pinned goes on working. */
void kn_bpf_close(struct kn_bpf *bpf);

/** kn_bpf_remove() - let go, and leave nothing: pins, and the mount if we made it. */
void kn_bpf_remove(struct kn_bpf *bpf);

#endif
