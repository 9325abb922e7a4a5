/* SPDX-License-Identifier: GPL-2.0-only */
/* steal.h - keep frames that come in by a switch port away from the host's own network stack */
#ifndef VS_KN_STEAL_H
#define VS_KN_STEAL_H

/*
 * An AF_PACKET socket sees a copy; the frame itself goes on into the host, which answers ARP for any address it has,
 * forwards when it is a router, and shows up as a ghost on the network. A two-instruction BPF program on tcx ingress
 * drops it there, after the socket has had its copy. The link lives as long as its file descriptor, so it ends with
 * the daemon.
 */

/**
 * kn_steal_open() - drop everything that comes in by @ifindex, behind AF_PACKET
 * Return: a file descriptor to close when the device is to be the host's again, or -errno.
 */
int kn_steal_open(int ifindex);

#endif
