/* SPDX-License-Identifier: GPL-2.0-only */
/* link.c - network devices: look one up, make, change and remove it */
#include "vswitchd/kernel/link.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/veth.h>
#include <netlink/attr.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static void kn_copy_string(char *to, size_t size, const struct nlattr *from)
{
	if (from)
		nla_strlcpy(to, from, size);
}

static uint32_t kn_u32(const struct nlattr *attr, uint32_t otherwise)
{
	return attr && nla_len(attr) >= 4 ? nla_get_u32(attr) : otherwise;
}

static bool kn_flag(const struct nlattr *attr)
{
	return attr && nla_len(attr) >= 1 && nla_get_u8(attr);
}

static void kn_link_parse_info(struct nlattr *info, struct kn_link *link)
{
	struct nlattr *tb[IFLA_INFO_MAX + 1], *tun[IFLA_TUN_MAX + 1];

	if (!info || nla_parse_nested(tb, IFLA_INFO_MAX, info, NULL) < 0)
		return;
	kn_copy_string(link->kind, sizeof(link->kind), tb[IFLA_INFO_KIND]);
	if (strcmp(link->kind, "tun") != 0 || !tb[IFLA_INFO_DATA] ||
	    nla_parse_nested(tun, IFLA_TUN_MAX, tb[IFLA_INFO_DATA], NULL) < 0)
		return;
	link->tun_owner = tun[IFLA_TUN_OWNER] ? (int64_t)kn_u32(tun[IFLA_TUN_OWNER], 0) : -1;
	link->tun_group = tun[IFLA_TUN_GROUP] ? (int64_t)kn_u32(tun[IFLA_TUN_GROUP], 0) : -1;
	link->tun_queues = kn_flag(tun[IFLA_TUN_MULTI_QUEUE]);
	link->tun_persist = kn_flag(tun[IFLA_TUN_PERSIST]);
}

int kn_link_parse(struct nlmsghdr *message, struct kn_link *link)
{
	struct nlattr *tb[IFLA_MAX + 1];
	struct ifinfomsg *info = nlmsg_data(message);

	if (nlmsg_parse(message, sizeof(*info), tb, IFLA_MAX, NULL) < 0 || !tb[IFLA_IFNAME])
		return -EINVAL;
	*link = (struct kn_link){
		.ifindex = info->ifi_index,
		.arptype = info->ifi_type,
		.flags = info->ifi_flags,
		.group = kn_u32(tb[IFLA_GROUP], 0),
		.mtu = kn_u32(tb[IFLA_MTU], 0),
		.peer = (int)kn_u32(tb[IFLA_LINK], 0),
		.peer_nsid = (int)kn_u32(tb[IFLA_LINK_NETNSID], (uint32_t)-1),
		.carrier = kn_flag(tb[IFLA_CARRIER]),
		.tun_owner = -1,
		.tun_group = -1,
	};
	kn_copy_string(link->name, sizeof(link->name), tb[IFLA_IFNAME]);
	kn_copy_string(link->alias, sizeof(link->alias), tb[IFLA_IFALIAS]);
	if (tb[IFLA_ADDRESS] && nla_len(tb[IFLA_ADDRESS]) == sizeof(link->mac))
		memcpy(link->mac, nla_data(tb[IFLA_ADDRESS]), sizeof(link->mac));
	if (tb[IFLA_STATS64] && nla_len(tb[IFLA_STATS64]) >= (int)offsetof(struct rtnl_link_stats64, rx_fifo_errors)) {
		struct rtnl_link_stats64 stats = {0};

		memcpy(&stats, nla_data(tb[IFLA_STATS64]), offsetof(struct rtnl_link_stats64, rx_fifo_errors));
		link->rx_frame_errors = stats.rx_frame_errors;
	}
	kn_link_parse_info(tb[IFLA_LINKINFO], link);
	return 0;
}

static int kn_link_on_message(struct nlmsghdr *message, void *arg)
{
	return message->nlmsg_type == RTM_NEWLINK ? kn_link_parse(message, arg) : 0;
}

static int kn_link_get(struct kn *kn, int ifindex, const char *name, struct kn_link *link)
{
	struct ifinfomsg info = {.ifi_index = ifindex};
	struct nl_msg *msg = kn_request(RTM_GETLINK, 0, &info, sizeof(info));

	if (name)
		kn_put_string(msg, IFLA_IFNAME, name);
	memset(link, 0, sizeof(*link));
	return kn_call(kn, msg, kn_link_on_message, link);
}

int kn_link_by_name(struct kn *kn, const char *name, struct kn_link *link)
{
	int error;

	if (!*name || strlen(name) >= IFNAMSIZ)
		return -ENODEV;
	error = kn_link_get(kn, 0, name, link);
	return error ? error : strcmp(link->name, name) == 0 ? 0 : -ENODEV;
}

int kn_link_by_index(struct kn *kn, int ifindex, struct kn_link *link)
{
	return kn_link_get(kn, ifindex, NULL, link);
}

struct kn_link_walk {
	int (*cb)(const struct kn_link *link, void *arg);
	void *arg;
};

static int kn_link_on_dump(struct nlmsghdr *message, void *arg)
{
	struct kn_link_walk *walk = arg;
	struct kn_link link;

	if (message->nlmsg_type != RTM_NEWLINK || kn_link_parse(message, &link) < 0)
		return 0;
	return walk->cb(&link, walk->arg);
}

int kn_link_dump(struct kn *kn, int (*cb)(const struct kn_link *link, void *arg), void *arg)
{
	struct ifinfomsg info = {0};
	struct kn_link_walk walk = {.cb = cb, .arg = arg};

	return kn_call(kn, kn_request(RTM_GETLINK, NLM_F_DUMP, &info, sizeof(info)), kn_link_on_dump, &walk);
}

static void kn_put_quiet(struct nl_msg *msg)
{
	struct nlattr *spec = kn_nest(msg, IFLA_AF_SPEC), *inet6 = kn_nest(msg, AF_INET6);

	kn_put_u8(msg, IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE);
	nla_nest_end(msg, inet6);
	nla_nest_end(msg, spec);
}

int kn_link_set(struct kn *kn, int ifindex, const struct kn_link_change *change)
{
	struct ifinfomsg info = {.ifi_index = ifindex};
	struct nl_msg *msg;
	int error;

	if (change->updown != KN_AS_IS) {
		info.ifi_change = IFF_UP;
		info.ifi_flags = change->updown == KN_UP ? IFF_UP : 0;
	}
	msg = kn_request(RTM_NEWLINK, 0, &info, sizeof(info));
	if (change->name)
		kn_put_string(msg, IFLA_IFNAME, change->name);
	if (change->alias)
		kn_put_string(msg, IFLA_IFALIAS, change->alias);
	if (change->mac)
		kn_put(msg, IFLA_ADDRESS, change->mac, 6);
	if (change->mtu)
		kn_put_u32(msg, IFLA_MTU, change->mtu);
	if (change->group)
		kn_put_u32(msg, IFLA_GROUP, change->group);
	if (change->quiet)
		kn_put_quiet(msg);
	error = kn_call(kn, msg, NULL, NULL);
	if (error == -EAFNOSUPPORT &&
	    change->quiet) { /* no IPv6 on it, for its MTU is below 1280 or the host has none */
		struct kn_link_change rest = *change;

		rest.quiet = false;
		error = kn_link_set(kn, ifindex, &rest);
	}
	return error;
}

int kn_link_delete(struct kn *kn, int ifindex)
{
	struct ifinfomsg info = {.ifi_index = ifindex};

	return kn_call(kn, kn_request(RTM_DELLINK, 0, &info, sizeof(info)), NULL, NULL);
}

int kn_link_delete_group(struct kn *kn, uint32_t group)
{
	struct ifinfomsg info = {0};
	struct nl_msg *msg = kn_request(RTM_DELLINK, 0, &info, sizeof(info));

	kn_put_u32(msg, IFLA_GROUP, group);
	return kn_call(kn, msg, NULL, NULL);
}

int kn_link_delete_all(struct kn *kn, const int *ifindexes, size_t n, uint32_t group)
{
	struct kn_link_change change = {.group = group};
	int error = 0;

	if (n == 1)
		error = kn_link_delete(kn, ifindexes[0]);
	for (size_t i = 0; n > 1 && i < n; i++) {
		int e = kn_link_set(kn, ifindexes[i], &change);

		if (e && e != -ENODEV)
			error = e;
	}
	if (n > 1 && !error)
		error = kn_link_delete_group(kn, group);
	return error == -ENODEV ? 0 : error;
}

static void kn_veth_put_end(struct nl_msg *msg, const char *name, const uint8_t *mac, uint32_t mtu, uint32_t group)
{
	kn_put_string(msg, IFLA_IFNAME, name);
	if (mac)
		kn_put(msg, IFLA_ADDRESS, mac, 6);
	if (mtu)
		kn_put_u32(msg, IFLA_MTU, mtu);
	if (group)
		kn_put_u32(msg, IFLA_GROUP, group);
}

int kn_veth_add(struct kn *kn, const struct kn_veth *veth)
{
	struct ifinfomsg info = {0};
	struct nl_msg *msg = kn_request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &info, sizeof(info));
	struct nlattr *linkinfo, *data, *peer;

	kn_veth_put_end(msg, veth->name, veth->mac, veth->mtu, veth->group);
	linkinfo = kn_nest(msg, IFLA_LINKINFO);
	kn_put_string(msg, IFLA_INFO_KIND, "veth");
	data = kn_nest(msg, IFLA_INFO_DATA);
	peer = kn_nest(msg, VETH_INFO_PEER);
	/* The peer's attributes follow a header of their own, inside the nest. */
	if (nlmsg_append(msg, &info, sizeof(info), NLMSG_ALIGNTO) < 0)
		abort();
	kn_veth_put_end(msg, veth->peer_name, veth->peer_mac, veth->mtu, veth->peer_netns < 0 ? veth->group : 0);
	if (veth->peer_netns >= 0)
		kn_put_u32(msg, IFLA_NET_NS_FD, (uint32_t)veth->peer_netns);
	nla_nest_end(msg, peer);
	nla_nest_end(msg, data);
	nla_nest_end(msg, linkinfo);
	return kn_call(kn, msg, NULL, NULL);
}
