/* SPDX-License-Identifier: GPL-2.0-only */
/* xdp.h - what devices can do for XDP, and keeping VLAN tags where XDP sees them */
#ifndef VS_KERNEL_XDP_H
#define VS_KERNEL_XDP_H

/*
 * A frame that XDP sends to a device whose driver has no ndo_xdp_xmit is lost without a word, and whether there is one
 * can change: a veth has it while its other end listens by NAPI. Since Linux 6.3 the kernel tells (generic netlink
 * family "netdev"); before, nobody knows.
 */
#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>

struct kn_xdp;

/**
 * kn_xdp_cb - @ifindex can by now be sent to by XDP (@send), or cannot; also told of when nothing has changed
 * @ifindex: 0: news were lost, ask for every device again
 */
typedef void (*kn_xdp_cb)(int ifindex, bool send, void *arg);

/** kn_xdp_open() - listen, on the event loop of @base. Return: 0; -EOPNOTSUPP: the kernel does not tell; -errno. */
int kn_xdp_open(struct event_base *base, kn_xdp_cb cb, void *arg, struct kn_xdp **xdp);

/** kn_xdp_ask() - whether @ifindex can be sent to now; false if nobody knows, or @xdp is NULL. */
bool kn_xdp_ask(struct kn_xdp *xdp, int ifindex);

/** kn_xdp_close() - NULL is fine. */
void kn_xdp_close(struct kn_xdp *xdp);

/**
 * kn_xdp_tags() - let the driver leave 802.1Q tags in the bytes (@keep), or take them off again as it did
 * @changed: set if it did otherwise until now; may be NULL
 * Return: 0; -EOPNOTSUPP if the driver insists; another -errno.
 */
int kn_xdp_tags(const char *device, bool keep, bool *changed);

#endif
