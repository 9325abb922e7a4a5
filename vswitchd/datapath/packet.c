/* SPDX-License-Identifier: GPL-2.0-only */
/* packet.c - ports on network devices, by AF_PACKET: veth, TAP, NICs alike */

/*
 * PACKET_VNET_HDR carries GSO frames and partial checksums through whole; PACKET_AUXDATA tells the VLAN tag, which
 * the kernel takes out of the bytes on receipt. On sending the tag is written into the bytes. Frames are read and
 * written in batches (recvmmsg, sendmmsg). What the socket has seen is kept from the host's stack (steal.h).
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/log.h"
#include "common/xalloc.h"
#include "vswitchd/datapath/closer.h"
#include "vswitchd/datapath/driver.h"
#include "vswitchd/datapath/offload.h"
#include "vswitchd/datapath/rx.h"
#include "vswitchd/kernel/steal.h"

#define TX_BATCH 64
#define SOCKET_BUFFER (16 << 20) /* room for some hundred GSO frames; memory only while they wait */

/* struct tx_slot - what of a queued frame is not its body */
struct tx_slot {
	struct virtio_net_hdr vnet;
	uint8_t head[FRAME_HEAD];
	struct iovec iov[3];
	size_t bytes;
};

/* struct tx_queue - a port's frames until the flush; only ports with queued frames have one */
struct tx_queue {
	unsigned int n;
	struct mmsghdr msgs[TX_BATCH];
	struct tx_slot slots[TX_BATCH];
};

/* struct packet_port - @steal: file descriptor that holds the host's stack off, or -1 */
struct packet_port {
	struct up_port port;
	int fd;
	int steal;
	struct event *readable;
	struct tx_queue *queue;
};

static struct packet_port *packet_of(struct up_port *port)
{
	return vs_container(port, struct packet_port, port);
}

/* --- receiving ------------------------------------------------------------------------------------------------ */

static struct vs_tag aux_tag(struct msghdr *msg)
{
	struct vs_tag tag = {0, 0};

	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		struct tpacket_auxdata aux;

		if (c->cmsg_level != SOL_PACKET || c->cmsg_type != PACKET_AUXDATA)
			continue;
		memcpy(&aux, CMSG_DATA(c), sizeof(aux));
		if (!(aux.tp_status & TP_STATUS_VLAN_VALID))
			continue;
		tag.tci = aux.tp_vlan_tci;
		tag.tpid = aux.tp_status & TP_STATUS_VLAN_TPID_VALID ? aux.tp_vlan_tpid : VS_TPID_C;
	}
	return tag;
}

/* struct nested - a tunnel's GSO frame being cut; each segment is made in @scratch, behind the one before */
struct nested {
	struct packet_port *p;
	const struct frame *frame;
	size_t used;
};

static void receive_segment(void *arg, const uint8_t *body, size_t body_len, uint8_t *payload, size_t payload_len)
{
	struct nested *nested = arg;
	struct up_io *io = nested->p->port.io;
	struct frame segment = *nested->frame;

	if (nested->used + body_len + payload_len > RX_SCRATCH) {
		up_flush(io);
		nested->used = 0;
	}
	segment.off = (struct frame_offload){.gso_type = VIRTIO_NET_HDR_GSO_NONE};
	segment.body = rx_scratch(io->rx) + nested->used;
	segment.body_len = body_len + payload_len;
	memcpy(segment.body, body, body_len);
	memcpy(segment.body + body_len, payload, payload_len);
	nested->used += segment.body_len;
	up_input(&nested->p->port, &segment, NULL);
}

static enum vs_drop receive_nested(struct packet_port *p, const struct frame *frame)
{
	struct nested nested = {.p = p, .frame = frame};
	enum vs_drop reason = offload_cut(frame, receive_segment, &nested);

	up_flush(p->port.io); /* before the scratch is used again */
	return reason;
}

static void receive_one(struct packet_port *p, const struct rx_frame *rx)
{
	struct vs_tag tag = aux_tag(rx->msg);
	struct virtio_net_hdr vnet;
	struct frame frame;
	enum vs_drop reason = VS_DROP_RUNT;

	if (!(rx->msg->msg_flags & MSG_TRUNC)) {
		memcpy(&vnet, rx->head, FRAME_VNET_LEN);
		reason = frame_parse(&frame, rx->data, rx->len, &tag, &vnet);
	}
	if (reason == VS_DROP_NONE && offload_is_nested(&frame))
		reason = receive_nested(p, &frame);
	else if (reason == VS_DROP_NONE)
		up_input(&p->port, &frame, NULL);
	if (reason != VS_DROP_NONE)
		up_drop(&p->port, reason);
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct packet_port *p = arg;
	struct up_io *io = p->port.io;
	int n = rx_receive(io->rx, fd, FRAME_VNET_LEN);

	(void)what;
	if (n < 0) {
		/* EINVAL: a GSO frame that virtio_net_hdr has no words for; the kernel has dropped it. */
		if (n == -EINVAL)
			up_drop(&p->port, VS_DROP_GSO_UNSUPPORTED);
		return;
	}
	up_batch_begin(io);
	for (int i = 0; i < n; i++) {
		struct rx_frame rx = rx_get(io->rx, i);

		receive_one(p, &rx);
	}
	up_flush(io);
}

/* Frames that found the socket full; the kernel forgets its count with each reading. */
static void packet_count(struct up_port *port)
{
	struct packet_port *p = packet_of(port);
	struct tpacket_stats stats;
	socklen_t len = sizeof(stats);

	if (!getsockopt(p->fd, SOL_PACKET, PACKET_STATISTICS, &stats, &len))
		port->stats.drops[VS_DROP_RX_FULL] += stats.tp_drops;
}

/* --- sending -------------------------------------------------------------------------------------------------- */

static void packet_send(struct up_port *port, const struct frame *frame, const struct vs_ip *remote)
{
	struct packet_port *p = packet_of(port);
	struct tx_queue *q;
	struct tx_slot *slot;
	size_t head_len;

	(void)remote;
	up_queued(port);
	if (!p->queue) {
		p->queue = vs_xmalloc(sizeof(*p->queue));
		p->queue->n = 0;
	}
	q = p->queue;
	slot = &q->slots[q->n];
	head_len = frame_head(frame, slot->head);
	frame_vnet(frame, head_len, &slot->vnet);
	slot->iov[0] = (struct iovec){&slot->vnet, FRAME_VNET_LEN};
	slot->iov[1] = (struct iovec){slot->head, head_len};
	slot->iov[2] = (struct iovec){frame->body, frame->body_len};
	slot->bytes = head_len + frame->body_len;
	q->msgs[q->n++].msg_hdr = (struct msghdr){.msg_iov = slot->iov, .msg_iovlen = 3};
	if (q->n == TX_BATCH)
		up_flush_port(port);
}

static void packet_flush(struct up_port *port)
{
	struct packet_port *p = packet_of(port);
	struct tx_queue *q = p->queue;
	unsigned int done = 0;

	p->queue = NULL;
	while (q && done < q->n) {
		int n = sendmmsg(p->fd, q->msgs + done, q->n - done, MSG_DONTWAIT);

		if (n <= 0) {
			up_drop(port, up_tx_reason(errno));
			n = 1;
		} else {
			for (int i = 0; i < n; i++)
				up_sent(port, q->slots[done + (unsigned int)i].bytes);
		}
		done += (unsigned int)n;
	}
	free(q);
}

/* --- life ----------------------------------------------------------------------------------------------------- */

static int set_int(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value)) < 0 ? -errno : 0;
}

static int packet_socket(int ifindex)
{
	struct sockaddr_ll addr = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = ifindex};
	struct packet_mreq promisc = {.mr_ifindex = ifindex, .mr_type = PACKET_MR_PROMISC};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int err;

	if (fd < 0)
		return -errno;
	err = set_int(fd, SOL_PACKET, PACKET_VNET_HDR, 1);
	if (!err)
		err = set_int(fd, SOL_PACKET, PACKET_AUXDATA, 1);
	if (!err)
		err = set_int(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, 1);
	if (!err)
		err = set_int(fd, SOL_PACKET, PACKET_QDISC_BYPASS, 1);
	if (!err && set_int(fd, SOL_SOCKET, SO_RCVBUFFORCE, SOCKET_BUFFER))
		(void)set_int(fd, SOL_SOCKET, SO_RCVBUF, SOCKET_BUFFER);
	if (!err && set_int(fd, SOL_SOCKET, SO_SNDBUFFORCE, SOCKET_BUFFER))
		(void)set_int(fd, SOL_SOCKET, SO_SNDBUF, SOCKET_BUFFER);
	if (!err && (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0 ||
		     setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &promisc, sizeof(promisc)) < 0))
		err = -errno;
	if (err) {
		close(fd);
		return err;
	}
	return fd;
}

static int packet_open(struct up_port *port, const struct dp_port_config *config)
{
	struct packet_port *p = packet_of(port);

	p->fd = packet_socket(config->ifindex);
	if (p->fd < 0)
		return p->fd;
	p->steal = port->io->guarded ? -1 : kn_steal_open(config->ifindex);
	if (p->steal < 0 && !port->io->guarded)
		vs_warn("%s: the host's own network stack sees its frames too (%s)", port->name, strerror(-p->steal));
	p->readable = event_new(port->io->base, p->fd, EV_READ | EV_PERSIST, on_readable, p);
	event_add(p->readable, NULL);
	return 0;
}

static void packet_close(struct up_port *port)
{
	struct packet_port *p = packet_of(port);

	event_free(p->readable);
	closer_close(port->io->closer, p->fd);
	if (p->steal >= 0)
		closer_close(port->io->closer, p->steal);
	free(p->queue);
}

const struct up_driver packet_driver = {
	.size = sizeof(struct packet_port),
	.open = packet_open,
	.close = packet_close,
	.send = packet_send,
	.flush = packet_flush,
	.count = packet_count,
};
