/* SPDX-License-Identifier: GPL-2.0-only */
/* netns.h - network namespaces: by name as `ip netns` has them, by process, by path */
#ifndef VS_KERNEL_NETNS_H
#define VS_KERNEL_NETNS_H

#include <stdbool.h>

#include "vswitchd/kernel/nl.h"

#define KN_NETNS_DIR "/run/netns"

/** kn_netns_is_name() - whether @where is a name under /run/netns, not a process ID or a path. */
bool kn_netns_is_name(const char *where);

/**
 * kn_netns_open() - open a namespace
 * @where: a name under /run/netns, the ID of a process, or a path (anything with a '/')
 * Return: a file descriptor; -ENOENT; -EINVAL if what is there is no network namespace (yet).
 */
int kn_netns_open(const char *where);

/** kn_netns_id() - this namespace's number for the one at @netns_fd. Return: the number, or -1 when it has none. */
int kn_netns_id(struct kn *kn, int netns_fd);

/** kn_netns_same() - whether @netns_fd is the namespace this process is in. */
bool kn_netns_same(int netns_fd);

/** kn_netns_create() - what `ip netns add NAME` does, and its lo up. Return: 0; -EEXIST. */
int kn_netns_create(const char *name);

/** kn_netns_bind() - what `ip netns attach NAME' does: give the namespace that the file @path is a name. Return: 0;
 * -EEXIST. */
int kn_netns_bind(const char *name, const char *path);

/** kn_netns_remove() - what `ip netns del NAME` does; also for one that was only half made. Return: 0; -ENOENT. */
int kn_netns_remove(const char *name);

/** kn_netns_lo_up() - set the loopback device of the namespace behind @kn up. */
int kn_netns_lo_up(struct kn *kn);

#endif
