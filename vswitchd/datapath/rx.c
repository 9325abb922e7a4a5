/* SPDX-License-Identifier: GPL-2.0-only */
/* rx.c - the receive slots that all drivers of the user datapath share */
#include "vswitchd/datapath/rx.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/mman.h>

#include "common/xalloc.h"

#define RX_HEAD 16
#define RX_BYTES ((size_t)RX_BATCH * RX_SLOT + RX_SCRATCH)

/*
 * struct rx_form - the messages of sockets that want @head_len bytes apart; @used of them hold what the kernel wrote
 * the last time and must be set anew
 */
struct rx_form {
	size_t head_len;
	int used;
	struct mmsghdr msgs[RX_BATCH];
	struct iovec iov[RX_BATCH][2];
};

struct rx {
	uint8_t *slots;
	struct rx_form forms[2]; /* without a head, with one */
	struct rx_form *last;
	struct sockaddr_in6 from[RX_BATCH];
	uint8_t head[RX_BATCH][RX_HEAD];
	_Alignas(struct cmsghdr) uint8_t control[RX_BATCH][RX_CONTROL];
};

struct rx *rx_create(void)
{
	struct rx *rx = vs_xcalloc(1, sizeof(*rx));

	rx->slots = mmap(NULL, RX_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (rx->slots == MAP_FAILED) {
		free(rx);
		return NULL;
	}
	return rx;
}

void rx_destroy(struct rx *rx)
{
	if (!rx)
		return;
	munmap(rx->slots, RX_BYTES);
	free(rx);
}

static void form_reset(struct rx *rx, struct rx_form *form)
{
	for (int i = 0; i < form->used; i++) {
		struct iovec *iov = form->iov[i];

		iov[0] = (struct iovec){rx->head[i], form->head_len};
		iov[1] = (struct iovec){rx->slots + (size_t)i * RX_SLOT, RX_SLOT};
		form->msgs[i].msg_hdr = (struct msghdr){.msg_name = &rx->from[i],
							.msg_namelen = sizeof(rx->from[i]),
							.msg_iov = form->head_len ? iov : iov + 1,
							.msg_iovlen = form->head_len ? 2 : 1,
							.msg_control = rx->control[i],
							.msg_controllen = RX_CONTROL};
	}
	form->used = 0;
}

int rx_receive(struct rx *rx, int fd, size_t head_len)
{
	struct rx_form *form = &rx->forms[head_len != 0];
	int n;

	if (form->head_len != head_len || !form->msgs[0].msg_hdr.msg_iov)
		form->used = RX_BATCH;
	form->head_len = head_len;
	form_reset(rx, form);
	rx->last = form;
	n = recvmmsg(fd, form->msgs, RX_BATCH, MSG_DONTWAIT, NULL);
	if (n < 0) {
		form->used = 1;
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	}
	form->used = n;
	return n;
}

struct rx_frame rx_get(struct rx *rx, int i)
{
	struct rx_form *form = rx->last;
	size_t len = form->msgs[i].msg_len;

	return (struct rx_frame){.head = rx->head[i],
				 .data = rx->slots + (size_t)i * RX_SLOT,
				 .len = len > form->head_len ? len - form->head_len : 0,
				 .msg = &form->msgs[i].msg_hdr};
}

uint8_t *rx_scratch(struct rx *rx)
{
	return rx->slots + (size_t)RX_BATCH * RX_SLOT;
}
