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

struct rx {
	uint8_t *slots;
	struct mmsghdr msgs[RX_BATCH];
	struct iovec iov[RX_BATCH][2];
	struct sockaddr_in6 from[RX_BATCH];
	uint8_t head[RX_BATCH][RX_HEAD];
	_Alignas(struct cmsghdr) uint8_t control[RX_BATCH][RX_CONTROL];
	size_t head_len;
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

int rx_receive(struct rx *rx, int fd, size_t head_len)
{
	int n;

	for (int i = 0; i < RX_BATCH; i++) {
		struct iovec *iov = rx->iov[i];

		iov[0] = (struct iovec){rx->head[i], head_len};
		iov[1] = (struct iovec){rx->slots + (size_t)i * RX_SLOT, RX_SLOT};
		rx->msgs[i].msg_hdr = (struct msghdr){.msg_name = &rx->from[i],
						      .msg_namelen = sizeof(rx->from[i]),
						      .msg_iov = head_len ? iov : iov + 1,
						      .msg_iovlen = head_len ? 2 : 1,
						      .msg_control = rx->control[i],
						      .msg_controllen = RX_CONTROL};
	}
	rx->head_len = head_len;
	n = recvmmsg(fd, rx->msgs, RX_BATCH, MSG_DONTWAIT, NULL);
	if (n >= 0)
		return n;
	return errno == EAGAIN || errno == EINTR ? 0 : -errno;
}

struct rx_frame rx_get(struct rx *rx, int i)
{
	size_t len = rx->msgs[i].msg_len;

	return (struct rx_frame){.head = rx->head[i],
				 .data = rx->slots + (size_t)i * RX_SLOT,
				 .len = len > rx->head_len ? len - rx->head_len : 0,
				 .msg = &rx->msgs[i].msg_hdr};
}

uint8_t *rx_scratch(struct rx *rx)
{
	return rx->slots + (size_t)RX_BATCH * RX_SLOT;
}
