/* SPDX-License-Identifier: GPL-2.0-only */
/* monitor.h - news of network devices and addresses, and of named network namespaces */
#ifndef VS_KERNEL_MONITOR_H
#define VS_KERNEL_MONITOR_H

#include <event2/event.h>

#include "vswitchd/kernel/link.h"

struct kn_monitor;

/**
 * struct kn_monitor_ops - what a listener wants to hear; any may be NULL
 * @link: a device came or changed, or is @gone (then also when it moved to another namespace)
 * @addr: an address of some device came or went
 * @netns: something new appeared under /run/netns; it may not be a namespace yet
 * @lost: so much happened that news were lost: look at everything again
 */
struct kn_monitor_ops {
	void (*link)(const struct kn_link *link, bool gone, void *arg);
	void (*addr)(void *arg);
	void (*netns)(void *arg);
	void (*lost)(void *arg);
};

/** kn_monitor_open() - listen, on the event loop of @base. Return: 0 or -errno. */
int kn_monitor_open(struct event_base *base, const struct kn_monitor_ops *ops, void *arg, struct kn_monitor **monitor);

/** kn_monitor_close() - NULL is fine. */
void kn_monitor_close(struct kn_monitor *monitor);

#endif
