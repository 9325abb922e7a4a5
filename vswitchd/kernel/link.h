/* SPDX-License-Identifier: GPL-2.0-only */
/* link.h - network devices: look one up, make, change and remove it */
#ifndef VS_KERNEL_LINK_H
#define VS_KERNEL_LINK_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "vswitchd/kernel/nl.h"

#define KN_ALIAS 256 /* longest alias with its NUL */

/**
 * struct kn_link - a network device as the kernel describes it
 * @kind: "veth", "tun", ...; empty for hardware
 * @peer: ifindex of a veth's other end, in the namespace that @peer_nsid names; 0 for none
 * @peer_nsid: this namespace's number for the other end's, or -1 when that end is in the same one
 * @carrier: the link is up at both ends
 * @rx_frame_errors: frames the device found malformed; a VXLAN device counts what RFC 6040 makes it drop here
 * @tun_queues: a multi-queue TUN/TAP device
 * @tun_owner, @tun_group: who may open a TUN/TAP device, -1 for root only
 * @tun_persist: it stays when nobody has it open
 */
struct kn_link {
	int ifindex;
	char name[IFNAMSIZ];
	char kind[16];
	char alias[KN_ALIAS];
	uint16_t arptype;
	uint32_t flags;
	uint32_t group;
	uint32_t mtu;
	uint8_t mac[6];
	int peer;
	int peer_nsid;
	bool carrier;
	uint64_t rx_frame_errors;
	bool tun_queues;
	bool tun_persist;
	int64_t tun_owner, tun_group;
};

/** kn_link_parse() - read an RTM_NEWLINK or RTM_DELLINK message. Return: 0 or -EINVAL. */
int kn_link_parse(struct nlmsghdr *message, struct kn_link *link);

/** kn_link_by_name() / kn_link_by_index() - O(1); alternative names do not count. Return: 0; -ENODEV. */
int kn_link_by_name(struct kn *kn, const char *name, struct kn_link *link);
int kn_link_by_index(struct kn *kn, int ifindex, struct kn_link *link);

/** kn_link_dump() - all devices of the namespace. @cb returns 0 to go on, or -errno. */
int kn_link_dump(struct kn *kn, int (*cb)(const struct kn_link *link, void *arg), void *arg);

enum kn_updown { KN_AS_IS, KN_UP, KN_DOWN };

/**
 * struct kn_link_change - what to change of a device; what is NULL, zero or KN_AS_IS stays
 * @quiet: no IPv6 address of its own accord (addrgenmode none)
 */
struct kn_link_change {
	const char *name;
	const char *alias;
	const uint8_t *mac;
	uint32_t mtu;
	uint32_t group;
	enum kn_updown updown;
	bool quiet;
};

/** kn_link_set() - change a device, in one request. Return: 0 or -errno. */
int kn_link_set(struct kn *kn, int ifindex, const struct kn_link_change *change);

/** kn_link_delete() - remove a device; a veth's other end goes with it. Return: 0; -ENODEV. */
int kn_link_delete(struct kn *kn, int ifindex);

/**
 * kn_link_delete_all() - remove many at once: the kernel waits for its readers once, not once for each (some 10 ms)
 * @group: a device group that is used for nothing else
 * Return: 0 or -errno.
 */
int kn_link_delete_all(struct kn *kn, const int *ifindexes, size_t n, uint32_t group);

/** kn_link_delete_group() - remove every device of a group. Return: 0; -ENODEV. */
int kn_link_delete_group(struct kn *kn, uint32_t group);

/**
 * struct kn_veth - a pair to make
 * @group: of both ends, or of the first only when the peer goes elsewhere
 * @mac, @peer_mac: NULL for what the kernel chooses
 * @peer_netns: where the peer is born, or -1 for here
 */
struct kn_veth {
	const char *name, *peer_name;
	const uint8_t *mac, *peer_mac;
	uint32_t group;
	uint32_t mtu;
	int peer_netns;
};

/** kn_veth_add() - Return: 0; -EEXIST when either name is taken. */
int kn_veth_add(struct kn *kn, const struct kn_veth *veth);

/**
 * struct kn_tap - a persistent TAP device to make, with IFF_VNET_HDR
 * @owner, @group: who may open it, -1 for root only
 * @multi_queue: may be opened several times
 * @tag: the device group
 */
struct kn_tap {
	const char *name;
	const char *alias;
	int64_t owner, group;
	bool multi_queue;
	uint32_t tag;
};

/**
 * kn_tap_add() - make a TAP device; it becomes persistent as the last step, so that a process that dies on the way
 * leaves nothing. Return: 0 or -errno.
 */
int kn_tap_add(struct kn *kn, const struct kn_tap *tap);

/**
 * kn_tap_owner() - change who may open an existing one; the kernel cannot take an owner away again
 * Return: 0; -EBUSY while it is open.
 */
int kn_tap_owner(const struct kn_tap *tap);

#endif
