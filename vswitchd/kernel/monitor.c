/* SPDX-License-Identifier: GPL-2.0-only */
/* monitor.c - news of network devices and addresses, and of named network namespaces */
#include "vswitchd/kernel/monitor.h"

#include <errno.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/log.h"
#include "common/xalloc.h"
#include "vswitchd/kernel/netns.h"

#define KN_MONITOR_BUFFER (8 << 20) /* a thousand ports made at once are some ten thousand messages */
#define KN_MONITOR_READ 65536
#define KN_MONITOR_READS 64 /* at a time; the switch has frames to move, too */

struct kn_monitor {
	struct nl_sock *sock;
	struct nl_cb *cb;
	struct event *readable;
	int inotify;
	int watch;
	struct event *appeared;
	const struct kn_monitor_ops *ops;
	void *arg;
};

static int kn_monitor_on_valid(struct nl_msg *msg, void *arg)
{
	struct kn_monitor *monitor = arg;
	struct nlmsghdr *message = nlmsg_hdr(msg);
	struct kn_link link;

	switch (message->nlmsg_type) {
	case RTM_NEWLINK:
	case RTM_DELLINK:
		/* AF_BRIDGE messages tell of a bridge's port, not of the device. */
		if (((struct ifinfomsg *)nlmsg_data(message))->ifi_family != AF_UNSPEC)
			break;
		if (monitor->ops->link && kn_link_parse(message, &link) == 0)
			monitor->ops->link(&link, message->nlmsg_type == RTM_DELLINK, monitor->arg);
		break;
	case RTM_NEWADDR:
	case RTM_DELADDR:
		if (monitor->ops->addr)
			monitor->ops->addr(monitor->arg);
		break;
	}
	return NL_OK;
}

static int kn_monitor_no_seq(struct nl_msg *msg, void *arg)
{
	(void)msg;
	(void)arg;
	return NL_OK;
}

static void kn_monitor_on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct kn_monitor *monitor = arg;
	bool lost = false;
	int rc, reads = 0;

	(void)fd;
	(void)what;
	do {
		errno = 0;
		rc = nl_recvmsgs(monitor->sock, monitor->cb);
		if (rc < 0 && errno == ENOBUFS)
			lost = true;
	} while ((rc >= 0 || errno == ENOBUFS || errno == EINTR) && ++reads < KN_MONITOR_READS);
	if (lost && monitor->ops->lost)
		monitor->ops->lost(monitor->arg);
}

static int kn_monitor_connect(struct kn_monitor *monitor)
{
	int size = KN_MONITOR_BUFFER;

	monitor->sock = nl_socket_alloc();
	monitor->cb = nl_cb_alloc(NL_CB_DEFAULT);
	if (!monitor->sock || !monitor->cb)
		return -ENOMEM;
	nl_cb_set(monitor->cb, NL_CB_VALID, NL_CB_CUSTOM, kn_monitor_on_valid, monitor);
	nl_cb_set(monitor->cb, NL_CB_SEQ_CHECK, NL_CB_CUSTOM, kn_monitor_no_seq, NULL);
	errno = 0;
	if (nl_connect(monitor->sock, NETLINK_ROUTE) < 0 || nl_socket_set_nonblocking(monitor->sock) < 0 ||
	    nl_socket_add_memberships(monitor->sock, RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR,
				      RTNLGRP_NONE) < 0)
		return errno ? -errno : -EIO;
	nl_socket_set_msg_buf_size(monitor->sock, KN_MONITOR_READ);
	if (setsockopt(nl_socket_get_fd(monitor->sock), SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		vs_debug("link events: keeping the default receive buffer");
	return 0;
}

/* /run/netns may come later than we: until then its parent is watched. */
static void kn_monitor_watch(struct kn_monitor *monitor)
{
	int watch = inotify_add_watch(monitor->inotify, KN_NETNS_DIR, IN_CREATE | IN_MOVED_TO | IN_ONLYDIR);

	if (watch < 0)
		watch = inotify_add_watch(monitor->inotify, "/run", IN_CREATE | IN_ONLYDIR);
	if (monitor->watch >= 0 && monitor->watch != watch)
		inotify_rm_watch(monitor->inotify, monitor->watch);
	monitor->watch = watch;
}

static void kn_monitor_on_appeared(evutil_socket_t fd, short what, void *arg)
{
	struct kn_monitor *monitor = arg;
	char buffer[4096] __attribute__((aligned(__alignof__(struct inotify_event))));

	(void)what;
	while (read(fd, buffer, sizeof(buffer)) > 0)
		;
	kn_monitor_watch(monitor);
	if (monitor->ops->netns)
		monitor->ops->netns(monitor->arg);
}

int kn_monitor_open(struct event_base *base, const struct kn_monitor_ops *ops, void *arg, struct kn_monitor **monitor)
{
	struct kn_monitor *new = vs_xcalloc(1, sizeof(*new));
	int error;

	new->ops = ops;
	new->arg = arg;
	new->watch = -1;
	new->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	error = new->inotify < 0 ? -errno : kn_monitor_connect(new);
	if (error) {
		kn_monitor_close(new);
		return error;
	}
	kn_monitor_watch(new);
	new->readable = event_new(base, nl_socket_get_fd(new->sock), EV_READ | EV_PERSIST, kn_monitor_on_readable, new);
	new->appeared = event_new(base, new->inotify, EV_READ | EV_PERSIST, kn_monitor_on_appeared, new);
	if (!new->readable || !new->appeared || event_add(new->readable, NULL) || event_add(new->appeared, NULL)) {
		kn_monitor_close(new);
		return -ENOMEM;
	}
	*monitor = new;
	return 0;
}

void kn_monitor_close(struct kn_monitor *monitor)
{
	if (!monitor)
		return;
	if (monitor->readable)
		event_free(monitor->readable);
	if (monitor->appeared)
		event_free(monitor->appeared);
	if (monitor->inotify >= 0)
		close(monitor->inotify);
	nl_cb_put(monitor->cb);
	nl_socket_free(monitor->sock);
	free(monitor);
}
