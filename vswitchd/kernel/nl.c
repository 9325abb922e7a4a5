/* SPDX-License-Identifier: GPL-2.0-only */
/* nl.c - a synchronous rtnetlink channel into one network namespace */
#include "vswitchd/kernel/nl.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/log.h"
#include "common/xalloc.h"

#define KN_BUFFER 65536 /* one read: the kernel fills dumps in pieces of at most half of this */

/**
 * struct kn - a socket and the answer it is waiting for
 * @seq: sequence number of the request under way; messages of any other are left over and skipped
 * @done: the verdict is in: @error
 */
struct kn {
	struct nl_sock *sock;
	struct nl_cb *cb;
	uint32_t seq;
	bool done;
	int error;
	kn_message_cb on_message;
	void *arg;
};

static int kn_on_seq(struct nl_msg *msg, void *arg)
{
	struct kn *kn = arg;

	return nlmsg_hdr(msg)->nlmsg_seq == kn->seq ? NL_OK : NL_SKIP;
}

static int kn_on_valid(struct nl_msg *msg, void *arg)
{
	struct kn *kn = arg;
	int error = kn->on_message ? kn->on_message(nlmsg_hdr(msg), kn->arg) : 0;

	if (error && !kn->error)
		kn->error = error;
	return NL_OK;
}

static int kn_on_ack(struct nl_msg *msg, void *arg)
{
	struct kn *kn = arg;

	(void)msg;
	kn->done = true;
	return NL_STOP;
}

/* The end of a dump carries an errno of its own. */
static int kn_on_finish(struct nl_msg *msg, void *arg)
{
	struct kn *kn = arg;
	struct nlmsghdr *header = nlmsg_hdr(msg);

	if (nlmsg_datalen(header) >= (int)sizeof(int) && *(int *)nlmsg_data(header) < 0 && !kn->error)
		kn->error = *(int *)nlmsg_data(header);
	kn->done = true;
	return NL_STOP;
}

static int kn_on_error(struct sockaddr_nl *from, struct nlmsgerr *err, void *arg)
{
	struct kn *kn = arg;

	(void)from;
	kn->error = err->error;
	kn->done = true;
	return NL_STOP;
}

static int kn_setup(struct kn *kn)
{
	int on = 1;

	kn->sock = nl_socket_alloc();
	kn->cb = nl_cb_alloc(NL_CB_DEFAULT);
	if (!kn->sock || !kn->cb)
		return -ENOMEM;
	nl_cb_set(kn->cb, NL_CB_SEQ_CHECK, NL_CB_CUSTOM, kn_on_seq, kn);
	nl_cb_set(kn->cb, NL_CB_VALID, NL_CB_CUSTOM, kn_on_valid, kn);
	nl_cb_set(kn->cb, NL_CB_ACK, NL_CB_CUSTOM, kn_on_ack, kn);
	nl_cb_set(kn->cb, NL_CB_FINISH, NL_CB_CUSTOM, kn_on_finish, kn);
	nl_cb_err(kn->cb, NL_CB_CUSTOM, kn_on_error, kn);
	if (nl_connect(kn->sock, NETLINK_ROUTE) < 0)
		return errno ? -errno : -EIO;
	nl_socket_set_msg_buf_size(kn->sock, KN_BUFFER);
	/* Lets a dump be narrowed to one device; a kernel without it dumps all and the callbacks look again. */
	setsockopt(nl_socket_get_fd(kn->sock), SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on, sizeof(on));
	return 0;
}

int kn_open(struct kn **kn)
{
	struct kn *new = vs_xcalloc(1, sizeof(*new));
	int error;

	errno = 0;
	error = kn_setup(new);
	if (error) {
		kn_close(new);
		return error;
	}
	*kn = new;
	return 0;
}

int kn_open_in(int netns_fd, struct kn **kn)
{
	int home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	int error;

	if (home < 0)
		return -errno;
	if (setns(netns_fd, CLONE_NEWNET) < 0) {
		error = -errno;
		close(home);
		return error;
	}
	error = kn_open(kn);
	if (setns(home, CLONE_NEWNET) < 0) {
		/* Going on in a container's namespace would do everything that follows to the wrong machine. */
		vs_err("cannot return to the daemon's own network namespace: %s", strerror(errno));
		abort();
	}
	close(home);
	return error;
}

void kn_close(struct kn *kn)
{
	if (!kn)
		return;
	nl_cb_put(kn->cb);
	nl_socket_free(kn->sock);
	free(kn);
}

struct nl_msg *kn_request(int type, int flags, const void *header, size_t size)
{
	struct nl_msg *msg = nlmsg_alloc_simple(type, flags);

	if (!msg || nlmsg_append(msg, (void *)(uintptr_t)header, size, NLMSG_ALIGNTO) < 0)
		abort();
	return msg;
}

int kn_call(struct kn *kn, struct nl_msg *msg, kn_message_cb on_message, void *arg)
{
	int rc;

	kn->done = false;
	kn->error = 0;
	kn->on_message = on_message;
	kn->arg = arg;
	nl_complete_msg(kn->sock, msg);
	nlmsg_hdr(msg)->nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
	kn->seq = nlmsg_hdr(msg)->nlmsg_seq;
	errno = 0;
	rc = nl_send(kn->sock, msg);
	nlmsg_free(msg);
	if (rc < 0)
		return errno ? -errno : -EIO;
	while (!kn->done) {
		errno = 0;
		rc = nl_recvmsgs(kn->sock, kn->cb);
		if (rc < 0 && !kn->done)
			return errno ? -errno : -EIO;
	}
	return kn->error;
}

void kn_put(struct nl_msg *msg, int type, const void *data, size_t size)
{
	if (nla_put(msg, type, (int)size, data) < 0)
		abort();
}

void kn_put_u8(struct nl_msg *msg, int type, uint8_t value)
{
	kn_put(msg, type, &value, sizeof(value));
}

void kn_put_u32(struct nl_msg *msg, int type, uint32_t value)
{
	kn_put(msg, type, &value, sizeof(value));
}

void kn_put_string(struct nl_msg *msg, int type, const char *text)
{
	kn_put(msg, type, text, strlen(text) + 1);
}

struct nlattr *kn_nest(struct nl_msg *msg, int type)
{
	struct nlattr *nest = nla_nest_start(msg, type);

	if (!nest)
		abort();
	return nest;
}
