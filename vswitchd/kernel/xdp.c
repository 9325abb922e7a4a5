/* SPDX-License-Identifier: GPL-2.0-only */
/* xdp.c - what devices can do for XDP, and keeping VLAN tags where XDP sees them */
#include "vswitchd/kernel/xdp.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/xalloc.h"

/* linux/netdev.h, since Linux 6.3; not in older headers */
#define NETDEV_FAMILY "netdev"
#define NETDEV_GROUP "mgmt"
#define NETDEV_CMD_DEV_GET 1
#define NETDEV_A_DEV_IFINDEX 1
#define NETDEV_A_DEV_XDP_FEATURES 3
#define NETDEV_XDP_ACT_NDO_XMIT 4

#define READS 64 /* at a time; there are other things to do */

/* struct kn_xdp - @news: told without asking; @ask: for questions; @answer: what the last one found */
struct kn_xdp {
	struct nl_sock *news, *ask;
	int family;
	struct event *readable;
	kn_xdp_cb cb;
	void *arg;
	bool answer;
};

/* device_read() - what a message of the family says. Return: the ifindex, 0 for none. */
static int device_read(struct nl_msg *msg, bool *send)
{
	struct nlattr *attr[NETDEV_A_DEV_XDP_FEATURES + 1];

	if (genlmsg_parse(nlmsg_hdr(msg), 0, attr, NETDEV_A_DEV_XDP_FEATURES, NULL) < 0 || !attr[NETDEV_A_DEV_IFINDEX])
		return 0;
	*send = attr[NETDEV_A_DEV_XDP_FEATURES] &&
		(nla_get_u64(attr[NETDEV_A_DEV_XDP_FEATURES]) & NETDEV_XDP_ACT_NDO_XMIT);
	return (int)nla_get_u32(attr[NETDEV_A_DEV_IFINDEX]);
}

static int on_news(struct nl_msg *msg, void *arg)
{
	struct kn_xdp *xdp = arg;
	bool send;
	int ifindex = device_read(msg, &send);

	if (ifindex)
		xdp->cb(ifindex, send, xdp->arg);
	return NL_OK;
}

static int on_answer(struct nl_msg *msg, void *arg)
{
	struct kn_xdp *xdp = arg;

	return device_read(msg, &xdp->answer) ? NL_OK : NL_SKIP;
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct kn_xdp *xdp = arg;
	int reads = 0, err;

	(void)fd;
	(void)what;
	do {
		err = nl_recvmsgs_default(xdp->news);
		if (err == -NLE_NOMEM)
			xdp->cb(0, false, xdp->arg);
	} while ((!err || err == -NLE_NOMEM) && ++reads < READS);
}

static int channels_open(struct kn_xdp *xdp)
{
	int group;

	xdp->news = nl_socket_alloc();
	xdp->ask = nl_socket_alloc();
	if (!xdp->news || !xdp->ask)
		return -ENOMEM;
	if (genl_connect(xdp->news) < 0 || genl_connect(xdp->ask) < 0)
		return -EIO;
	xdp->family = genl_ctrl_resolve(xdp->ask, NETDEV_FAMILY);
	group = genl_ctrl_resolve_grp(xdp->ask, NETDEV_FAMILY, NETDEV_GROUP);
	if (xdp->family < 0 || group < 0)
		return -EOPNOTSUPP;
	nl_socket_disable_seq_check(xdp->news);
	nl_socket_disable_auto_ack(xdp->ask);
	nl_socket_modify_cb(xdp->news, NL_CB_VALID, NL_CB_CUSTOM, on_news, xdp);
	nl_socket_modify_cb(xdp->ask, NL_CB_VALID, NL_CB_CUSTOM, on_answer, xdp);
	return nl_socket_add_membership(xdp->news, group) < 0 || nl_socket_set_nonblocking(xdp->news) < 0 ? -EIO : 0;
}

int kn_xdp_open(struct event_base *base, kn_xdp_cb cb, void *arg, struct kn_xdp **out)
{
	struct kn_xdp *xdp = vs_xcalloc(1, sizeof(*xdp));
	int err;

	xdp->cb = cb;
	xdp->arg = arg;
	err = channels_open(xdp);
	if (!err) {
		xdp->readable = event_new(base, nl_socket_get_fd(xdp->news), EV_READ | EV_PERSIST, on_readable, xdp);
		err = xdp->readable && !event_add(xdp->readable, NULL) ? 0 : -ENOMEM;
	}
	if (err) {
		kn_xdp_close(xdp);
		return err;
	}
	*out = xdp;
	return 0;
}

bool kn_xdp_ask(struct kn_xdp *xdp, int ifindex)
{
	struct nl_msg *msg;

	if (!xdp)
		return false;
	msg = nlmsg_alloc();
	xdp->answer = false;
	if (msg && genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, xdp->family, 0, 0, NETDEV_CMD_DEV_GET, 1) &&
	    !nla_put_u32(msg, NETDEV_A_DEV_IFINDEX, (uint32_t)ifindex) && nl_send_auto(xdp->ask, msg) >= 0)
		nl_recvmsgs_default(xdp->ask); /* one datagram: the device, or the error */
	nlmsg_free(msg);
	return xdp->answer;
}

void kn_xdp_close(struct kn_xdp *xdp)
{
	if (!xdp)
		return;
	if (xdp->readable)
		event_free(xdp->readable);
	nl_socket_free(xdp->news);
	nl_socket_free(xdp->ask);
	free(xdp);
}

static int flags_call(int sock, const char *device, uint32_t command, uint32_t *flags)
{
	struct ethtool_value value = {.cmd = command, .data = *flags};
	struct ifreq ifr = {.ifr_data = (char *)&value};

	memcpy(ifr.ifr_name, device, strnlen(device, IFNAMSIZ - 1));
	if (ioctl(sock, SIOCETHTOOL, &ifr) < 0)
		return -errno;
	*flags = value.data;
	return 0;
}

static int tags_set(int sock, const char *device, bool keep, bool *changed)
{
	uint32_t flags = 0;
	int err = flags_call(sock, device, ETHTOOL_GFLAGS, &flags);

	if (err)
		return err;
	*changed = keep == !!(flags & ETH_FLAG_RXVLAN);
	if (!*changed)
		return 0;
	flags ^= ETH_FLAG_RXVLAN;
	err = flags_call(sock, device, ETHTOOL_SFLAGS, &flags);
	if (!err)
		err = flags_call(sock, device, ETHTOOL_GFLAGS, &flags);
	return err ? err : keep == !!(flags & ETH_FLAG_RXVLAN) ? -EOPNOTSUPP : 0;
}

int kn_xdp_tags(const char *device, bool keep, bool *changed)
{
	int sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), err;
	bool did = false;

	if (sock < 0)
		return -errno;
	err = tags_set(sock, device, keep, &did);
	close(sock);
	if (changed)
		*changed = did && !err;
	return err;
}
