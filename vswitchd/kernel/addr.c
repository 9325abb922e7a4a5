/* SPDX-License-Identifier: GPL-2.0-only */
/* addr.c - addresses and routes of a device, set as a whole: what we put there and is not wanted goes */
#include "vswitchd/kernel/addr.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <netlink/attr.h>
#include <string.h>

#include "common/xalloc.h"

static int kn_family(const struct vs_ip *ip)
{
	return vs_ip_is_v4(ip) ? AF_INET : AF_INET6;
}

/* An IPv4 address is the last four bytes of a struct vs_ip. */
static const void *kn_bytes(const struct vs_ip *ip, size_t *size)
{
	*size = vs_ip_is_v4(ip) ? 4 : 16;
	return ip->b + 16 - *size;
}

static void kn_put_ip(struct nl_msg *msg, int type, const struct vs_ip *ip)
{
	size_t size;
	const void *bytes = kn_bytes(ip, &size);

	kn_put(msg, type, bytes, size);
}

static void kn_get_ip(const struct nlattr *attr, int family, struct vs_ip *ip)
{
	static const struct vs_ip v4 = {.b = {[10] = 0xff, [11] = 0xff}};
	size_t size = family == AF_INET ? 4 : 16;

	*ip = family == AF_INET ? v4 : (struct vs_ip){0};
	if (attr && (size_t)nla_len(attr) >= size)
		memcpy(ip->b + 16 - size, nla_data(attr), size);
}

static bool kn_addr_equal(const struct kn_addr *a, const struct kn_addr *b)
{
	return a->bits == b->bits && memcmp(&a->ip, &b->ip, sizeof(a->ip)) == 0;
}

static bool kn_route_equal(const struct kn_route *a, const struct kn_route *b)
{
	return kn_addr_equal(&a->dest, &b->dest) && memcmp(&a->via, &b->via, sizeof(a->via)) == 0;
}

static int kn_addr_call(struct kn *kn, int type, int flags, int ifindex, const struct kn_addr *addr)
{
	struct ifaddrmsg ifa = {.ifa_family = (unsigned char)kn_family(&addr->ip),
				.ifa_prefixlen = (unsigned char)addr->bits,
				.ifa_index = (unsigned int)ifindex};
	struct nl_msg *msg;

	/* No duplicate address detection: the lab's addresses work at once, not after two seconds. */
	if (ifa.ifa_family == AF_INET6)
		ifa.ifa_flags = IFA_F_NODAD;
	msg = kn_request(type, flags, &ifa, sizeof(ifa));
	kn_put_ip(msg, IFA_LOCAL, &addr->ip);
	kn_put_ip(msg, IFA_ADDRESS, &addr->ip);
	if (ifa.ifa_family == AF_INET && addr->bits < 31) {
		struct vs_ip broadcast = addr->ip;

		for (unsigned int bit = addr->bits; bit < 32; bit++)
			broadcast.b[12 + bit / 8] |= (uint8_t)(0x80 >> bit % 8);
		kn_put_ip(msg, IFA_BROADCAST, &broadcast);
	}
	if (type == RTM_NEWADDR)
		kn_put_u8(msg, IFA_PROTO, KN_PROTOCOL);
	return kn_call(kn, msg, NULL, NULL);
}

/**
 * struct kn_found - what a dump finds on one device
 * @protocol: of the routes to find: ours, or RTPROT_UNSPEC for everybody's
 */
struct kn_found {
	int ifindex;
	unsigned char protocol;
	size_t n;
	struct kn_addr *addrs;
	struct kn_route *routes;
};

static int kn_addr_on_dump(struct nlmsghdr *message, void *arg)
{
	struct kn_found *found = arg;
	struct ifaddrmsg *ifa = nlmsg_data(message);
	struct nlattr *tb[IFA_MAX + 1], *ip;

	if (message->nlmsg_type != RTM_NEWADDR || nlmsg_parse(message, sizeof(*ifa), tb, IFA_MAX, NULL) < 0)
		return 0;
	ip = tb[IFA_LOCAL] ? tb[IFA_LOCAL] : tb[IFA_ADDRESS];
	if ((int)ifa->ifa_index != found->ifindex || !ip || !tb[IFA_PROTO] || nla_get_u8(tb[IFA_PROTO]) != KN_PROTOCOL)
		return 0;
	found->addrs = vs_xrealloc(found->addrs, (found->n + 1) * sizeof(*found->addrs));
	found->addrs[found->n].bits = ifa->ifa_prefixlen;
	kn_get_ip(ip, ifa->ifa_family, &found->addrs[found->n++].ip);
	return 0;
}

static int kn_addr_drop_unwanted(struct kn *kn, int ifindex, const struct kn_addr *addrs, size_t n)
{
	struct ifaddrmsg ifa = {.ifa_index = (unsigned int)ifindex};
	struct kn_found found = {.ifindex = ifindex};
	int error = kn_call(kn, kn_request(RTM_GETADDR, NLM_F_DUMP, &ifa, sizeof(ifa)), kn_addr_on_dump, &found);

	for (size_t i = 0; !error && i < found.n; i++) {
		bool wanted = false;

		for (size_t j = 0; j < n && !wanted; j++)
			wanted = kn_addr_equal(&found.addrs[i], &addrs[j]);
		if (!wanted)
			error = kn_addr_call(kn, RTM_DELADDR, 0, ifindex, &found.addrs[i]);
		if (error == -EADDRNOTAVAIL)
			error = 0;
	}
	free(found.addrs);
	return error;
}

int kn_addr_sync(struct kn *kn, int ifindex, const struct kn_addr *addrs, size_t n, bool fresh,
		 const struct kn_addr **bad)
{
	int error = fresh ? 0 : kn_addr_drop_unwanted(kn, ifindex, addrs, n);

	*bad = NULL;
	for (size_t i = 0; !error && i < n; i++) {
		error = kn_addr_call(kn, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, ifindex, &addrs[i]);
		if (error == -EEXIST)
			error = 0;
		if (error)
			*bad = &addrs[i];
	}
	return error;
}

static int kn_route_call(struct kn *kn, int type, int flags, int ifindex, const struct kn_route *route)
{
	struct rtmsg rtm = {
		.rtm_family = (unsigned char)kn_family(&route->via),
		.rtm_dst_len = (unsigned char)route->dest.bits,
		.rtm_table = RT_TABLE_MAIN,
		.rtm_protocol = KN_PROTOCOL,
		.rtm_scope = RT_SCOPE_UNIVERSE,
		.rtm_type = RTN_UNICAST,
	};
	struct nl_msg *msg = kn_request(type, flags, &rtm, sizeof(rtm));

	if (route->dest.bits)
		kn_put_ip(msg, RTA_DST, &route->dest.ip);
	kn_put_ip(msg, RTA_GATEWAY, &route->via);
	kn_put_u32(msg, RTA_OIF, (uint32_t)ifindex);
	return kn_call(kn, msg, NULL, NULL);
}

static int kn_route_on_dump(struct nlmsghdr *message, void *arg)
{
	struct kn_found *found = arg;
	struct rtmsg *rtm = nlmsg_data(message);
	struct nlattr *tb[RTA_MAX + 1];
	struct kn_route *route;

	if (message->nlmsg_type != RTM_NEWROUTE || nlmsg_parse(message, sizeof(*rtm), tb, RTA_MAX, NULL) < 0)
		return 0;
	if (found->protocol && rtm->rtm_protocol != found->protocol)
		return 0;
	if (rtm->rtm_table != RT_TABLE_MAIN || !tb[RTA_GATEWAY] || !tb[RTA_OIF] ||
	    (int)nla_get_u32(tb[RTA_OIF]) != found->ifindex)
		return 0;
	found->routes = vs_xrealloc(found->routes, (found->n + 1) * sizeof(*found->routes));
	route = &found->routes[found->n++];
	route->dest.bits = rtm->rtm_dst_len;
	kn_get_ip(tb[RTA_DST], rtm->rtm_family, &route->dest.ip);
	kn_get_ip(tb[RTA_GATEWAY], rtm->rtm_family, &route->via);
	return 0;
}

/* Only the routes by this device of ours: a container may hold a full table. */
static int kn_route_dump(struct kn *kn, int family, struct kn_found *found)
{
	struct rtmsg rtm = {
		.rtm_family = (unsigned char)family, .rtm_table = RT_TABLE_MAIN, .rtm_protocol = found->protocol};
	struct nl_msg *msg = kn_request(RTM_GETROUTE, NLM_F_DUMP, &rtm, sizeof(rtm));

	kn_put_u32(msg, RTA_OIF, (uint32_t)found->ifindex);
	return kn_call(kn, msg, kn_route_on_dump, found);
}

static int kn_route_drop_unwanted(struct kn *kn, int ifindex, const struct kn_route *routes, size_t n)
{
	struct kn_found found = {.ifindex = ifindex, .protocol = KN_PROTOCOL};
	int error = kn_route_dump(kn, AF_INET, &found);

	if (!error || error == -ENOENT)
		error = kn_route_dump(kn, AF_INET6, &found);
	if (error == -ENOENT || error == -EOPNOTSUPP)
		error = 0; /* a table without a single route, or a kernel without IPv6 */
	for (size_t i = 0; !error && i < found.n; i++) {
		bool wanted = false;

		for (size_t j = 0; j < n && !wanted; j++)
			wanted = kn_route_equal(&found.routes[i], &routes[j]);
		if (!wanted)
			error = kn_route_call(kn, RTM_DELROUTE, 0, ifindex, &found.routes[i]);
		if (error == -ESRCH)
			error = 0;
	}
	free(found.routes);
	return error;
}

/* There is one to that destination already: this very one, or another that is in the way? */
static bool kn_route_is_there(struct kn *kn, int ifindex, const struct kn_route *route)
{
	struct kn_found found = {.ifindex = ifindex};
	bool there = false;

	kn_route_dump(kn, kn_family(&route->via), &found);
	for (size_t i = 0; i < found.n && !there; i++)
		there = kn_route_equal(&found.routes[i], route);
	free(found.routes);
	return there;
}

int kn_route_sync(struct kn *kn, int ifindex, const struct kn_route *routes, size_t n, bool fresh,
		  const struct kn_route **bad)
{
	int error = fresh ? 0 : kn_route_drop_unwanted(kn, ifindex, routes, n);

	*bad = NULL;
	for (size_t i = 0; !error && i < n; i++) {
		error = kn_route_call(kn, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, ifindex, &routes[i]);
		if (error == -EEXIST && kn_route_is_there(kn, ifindex, &routes[i]))
			error = 0;
		if (error)
			*bad = &routes[i];
	}
	return error;
}
