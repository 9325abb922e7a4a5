/* SPDX-License-Identifier: GPL-2.0-only */
/* route.c - which way the kernel would send to an address */
#include "vswitchd/kernel/route.h"

#include <errno.h>
#include <netlink/attr.h>
#include <string.h>

#include "vswitchd/kernel/link.h"

static int kn_path_on_message(struct nlmsghdr *message, void *arg)
{
	struct kn_path *path = arg;
	struct rtmsg *rtm = nlmsg_data(message);
	struct nlattr *tb[RTA_MAX + 1], *metrics[RTAX_MAX + 1];

	if (message->nlmsg_type != RTM_NEWROUTE || nlmsg_parse(message, sizeof(*rtm), tb, RTA_MAX, NULL) < 0)
		return 0;
	if (rtm->rtm_type == RTN_UNREACHABLE || rtm->rtm_type == RTN_BLACKHOLE || rtm->rtm_type == RTN_PROHIBIT)
		return -EHOSTUNREACH;
	path->local = rtm->rtm_type == RTN_LOCAL;
	if (tb[RTA_OIF])
		path->ifindex = (int)nla_get_u32(tb[RTA_OIF]);
	if (tb[RTA_METRICS] && nla_parse_nested(metrics, RTAX_MAX, tb[RTA_METRICS], NULL) == 0 && metrics[RTAX_MTU])
		path->mtu = nla_get_u32(metrics[RTAX_MTU]);
	if (tb[RTA_PREFSRC] && nla_len(tb[RTA_PREFSRC]) == 16) {
		memcpy(path->source.b, nla_data(tb[RTA_PREFSRC]), 16);
	} else if (tb[RTA_PREFSRC] && nla_len(tb[RTA_PREFSRC]) == 4) {
		path->source.b[10] = path->source.b[11] = 0xff;
		memcpy(path->source.b + 12, nla_data(tb[RTA_PREFSRC]), 4);
	}
	return 0;
}

int kn_path_lookup(struct kn *kn, const struct vs_ip *to, int ifindex, struct kn_path *path)
{
	size_t size = vs_ip_is_v4(to) ? 4 : 16;
	struct rtmsg rtm = {.rtm_family = size == 4 ? AF_INET : AF_INET6, .rtm_dst_len = (unsigned char)(size * 8)};
	struct nl_msg *msg = kn_request(RTM_GETROUTE, 0, &rtm, sizeof(rtm));
	struct kn_link link;
	int error;

	memset(path, 0, sizeof(*path));
	kn_put(msg, RTA_DST, to->b + 16 - size, size);
	if (ifindex)
		kn_put_u32(msg, RTA_OIF, (uint32_t)ifindex);
	error = kn_call(kn, msg, kn_path_on_message, path);
	if (error)
		return error;
	if (!path->ifindex)
		return -ENETUNREACH;
	error = kn_link_by_index(kn, path->ifindex, &link);
	if (!error && (!path->mtu || link.mtu < path->mtu))
		path->mtu = link.mtu;
	return error;
}

bool kn_path_is_here(struct kn *kn, const struct vs_ip *ip)
{
	struct kn_path path;

	return kn_path_lookup(kn, ip, 0, &path) == 0 && path.local;
}
