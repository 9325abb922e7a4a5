/* SPDX-License-Identifier: GPL-2.0-only */
/* nl.h - a synchronous rtnetlink channel into one network namespace */
#ifndef VS_KERNEL_NL_H
#define VS_KERNEL_NL_H

/*
 * Everything that is asked of rtnetlink goes through a struct kn: one request, one answer, the kernel's own errno.
 * libnl carries the messages; its error numbers are not used, because they fold many of the kernel's into one
 * (a taken name and a taken address look the same) and the person who reads the message needs the difference.
 *
 * A netlink socket belongs to the network namespace it was opened in, for good. So a channel into a container is a
 * socket that was opened while the process stood there for a moment, and afterwards it is used from outside.
 */
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>

struct kn;

/** kn_open() - a channel into the namespace the process is in. Return: 0 or -errno. */
int kn_open(struct kn **kn);

/** kn_open_in() - a channel into the namespace @netns_fd. Return: 0 or -errno; -EINVAL if it is no namespace. */
int kn_open_in(int netns_fd, struct kn **kn);

/** kn_close() - NULL is fine. */
void kn_close(struct kn *kn);

/** kn_message_cb - sees each message of an answer. Return: 0, or -errno to make that the result of kn_call(). */
typedef int (*kn_message_cb)(struct nlmsghdr *message, void *arg);

/**
 * kn_request() - a new message of @type with a header of @size bytes (struct ifinfomsg and so on)
 * @flags: NLM_F_*; NLM_F_REQUEST and NLM_F_ACK are added
 */
struct nl_msg *kn_request(int type, int flags, const void *header, size_t size);

/**
 * kn_call() - send @msg, which is freed, and wait for the kernel's verdict
 * @on_message: sees the messages of the answer; may be NULL
 * Return: 0 or the kernel's -errno.
 */
int kn_call(struct kn *kn, struct nl_msg *msg, kn_message_cb on_message, void *arg);

/* Putting an attribute in; a message has room for far more than any of ours, so running out aborts. */
void kn_put(struct nl_msg *msg, int type, const void *data, size_t size);
void kn_put_u8(struct nl_msg *msg, int type, uint8_t value);
void kn_put_u32(struct nl_msg *msg, int type, uint32_t value);
void kn_put_string(struct nl_msg *msg, int type, const char *text);
struct nlattr *kn_nest(struct nl_msg *msg, int type);

#endif
