/* SPDX-License-Identifier: GPL-2.0-only */
/* vxlan.c - kernel VXLAN devices whose tunnels are chosen frame by frame (collect_md) */
#include "vswitchd/kernel/vxlan.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_link.h>
#include <netlink/attr.h>
#include <string.h>

#define VXLAN_MTU 65485 /* no limit of its own: what the underlay carries decides */

int kn_vxlan_add(struct kn *kn, const char *name, const char *alias, uint16_t dst_port)
{
	struct ifinfomsg info = {.ifi_family = AF_UNSPEC};
	struct nl_msg *msg = kn_request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &info, sizeof(info));
	struct kn_link_change change = {.alias = alias, .mtu = VXLAN_MTU, .updown = KN_UP, .quiet = true};
	struct nlattr *link_info, *data;
	struct kn_link link;
	uint16_t port = htons(dst_port);
	int err;

	kn_put_string(msg, IFLA_IFNAME, name);
	link_info = kn_nest(msg, IFLA_LINKINFO);
	kn_put_string(msg, IFLA_INFO_KIND, "vxlan");
	data = kn_nest(msg, IFLA_INFO_DATA);
	kn_put_u8(msg, IFLA_VXLAN_COLLECT_METADATA, 1);
	kn_put_u8(msg, IFLA_VXLAN_LEARNING, 0);
	kn_put_u8(msg, IFLA_VXLAN_UDP_ZERO_CSUM6_RX, 1);
	kn_put(msg, IFLA_VXLAN_PORT, &port, sizeof(port));
	nla_nest_end(msg, data);
	nla_nest_end(msg, link_info);
	err = kn_call(kn, msg, NULL, NULL);
	if (err == -EEXIST) /* one device takes all packets of a UDP port, whatever its name */
		return -EADDRINUSE;
	if (!err)
		err = kn_link_by_name(kn, name, &link);
	if (err)
		return err;
	err = kn_link_set(kn, link.ifindex, &change);
	if (err)
		kn_link_delete(kn, link.ifindex);
	return err;
}

static int on_link(struct nlmsghdr *message, void *arg)
{
	return message->nlmsg_type == RTM_NEWLINK ? kn_link_parse(message, arg) : 0;
}

int kn_link_peer_mac(struct kn *kn, const struct kn_link *link, uint8_t mac[6])
{
	struct ifinfomsg info = {.ifi_index = link->peer};
	struct nl_msg *msg = kn_request(RTM_GETLINK, 0, &info, sizeof(info));
	struct kn_link peer = {.ifindex = 0};
	int err;

	kn_put_u32(msg, IFLA_TARGET_NETNSID, (uint32_t)link->peer_nsid);
	err = kn_call(kn, msg, on_link, &peer);
	if (!err && !peer.ifindex)
		err = -ENODEV;
	if (!err)
		memcpy(mac, peer.mac, 6);
	return err;
}
