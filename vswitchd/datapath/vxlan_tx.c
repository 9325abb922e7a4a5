/* SPDX-License-Identifier: GPL-2.0-only */
/* vxlan_tx.c - sending into VXLAN tunnels: encapsulate, and spread flows over UDP source ports */

/*
 * The UDP source port must follow from the inner flow, so that routers spread flows over paths (RFC 7348 section 5).
 * A socket has one source port, so there is a pool of sockets, opened when first needed: for each of the 64 hash
 * values one per address family, checksum and DF setting. Each remembers the TOS and TTL it was last used with, which
 * seldom change; to send them along with every packet costs the kernel an allocation each. A source address that the
 * port asks for, or a multicast device, does go along.
 *
 * A frame is cut into complete ones (offload.h) and queued: VXLAN header, addresses, tags and changed headers in the
 * queue's own memory, payload where it was received. With UDP checksums on, the pieces of one GSO frame go out as one
 * message with UDP_SEGMENT, and cross the kernel as one packet. The kernel refuses that for sockets without
 * checksums, so there every piece is a message.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/addr.h"
#include "common/xalloc.h"
#include "vswitchd/datapath/offload.h"
#include "vswitchd/datapath/vxlan.h"
#include "vswitchd/datapath/vxlan_wire.h"

#define BUCKETS 64
#define N_SOCKETS (2 * 2 * 2 * BUCKETS)
#define FIRST_SOURCE 49152 /* the dynamic port range, as RFC 7348 recommends */
#define SOURCE_STEP 256
#define SOURCE_TRIES 200
#define QUEUE 256
#define SEGMENTS 60 /* of one UDP_SEGMENT message; the kernel's limit is 64 */
#define MESSAGE_MAX 65000
#define HEADERS (VXLAN_HLEN + FRAME_HEAD + OFFLOAD_HEADERS)
#define CONTROL 160

/* struct tx_socket - one source port; @fd is -1 until it is needed */
struct tx_socket {
	int fd;
	int tos, ttl;
	bool v6;
};

/* struct tx_message - one datagram, or several of equal size (@segment not 0) from @iov on */
struct tx_message {
	struct up_port *port;
	struct tx_socket *socket;
	int tos, ttl;
	unsigned int iov, n_iov, segments;
	size_t segment, bytes;
	bool closed; /* a shorter piece has been added: it was the last */
	struct sockaddr_in6 to;
	_Alignas(struct cmsghdr) uint8_t control[CONTROL];
	size_t control_len;
};

struct vx_tx {
	struct tx_socket sockets[2][2][2][BUCKETS]; /* [IPv6][checksum][DF][hash] */
	unsigned int n_messages, n_headers, n_iov;
	struct tx_message messages[QUEUE];
	uint8_t headers[QUEUE][HEADERS];
	struct iovec iov[2 * QUEUE];
	struct mmsghdr mmsgs[QUEUE];
};

struct vx_tx *vx_tx_create(void)
{
	struct vx_tx *tx = vs_xcalloc(1, sizeof(*tx));

	for (size_t i = 0; i < N_SOCKETS; i++)
		(&tx->sockets[0][0][0][0])[i].fd = -1;
	return tx;
}

void vx_tx_destroy(struct vx_tx *tx)
{
	for (size_t i = 0; i < N_SOCKETS; i++) {
		struct tx_socket *socket = &(&tx->sockets[0][0][0][0])[i];

		if (socket->fd >= 0)
			close(socket->fd);
	}
	free(tx);
}

/* --- sockets --------------------------------------------------------------------------------------------------- */

static int set_int(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value)) < 0 ? -errno : 0;
}

static int bind_source(int fd, bool v6, unsigned int bucket)
{
	for (unsigned int i = 0; i < SOURCE_TRIES; i++) {
		in_port_t port = htons((uint16_t)(FIRST_SOURCE + bucket * SOURCE_STEP + i));
		struct sockaddr_in in4 = {.sin_family = AF_INET, .sin_port = port};
		struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = port};

		if (!bind(fd, v6 ? (struct sockaddr *)&in6 : (struct sockaddr *)&in4, v6 ? sizeof(in6) : sizeof(in4)))
			return 0;
		if (errno != EADDRINUSE)
			break;
	}
	return -errno;
}

static int socket_options(int fd, bool v6, bool csum, bool df)
{
	/* Nobody answers to the source port; should something come, it is not kept. */
	struct sock_filter none = BPF_STMT(BPF_RET | BPF_K, 0);
	struct sock_fprog filter = {.len = 1, .filter = &none};
	int err = set_int(fd, SOL_SOCKET, SO_SNDBUFFORCE, 8 << 20);

	if (err)
		err = set_int(fd, SOL_SOCKET, SO_SNDBUF, 8 << 20);
	if (!err && setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter)) < 0)
		err = -errno;
	if (!err && v6)
		err = set_int(fd, SOL_IPV6, IPV6_V6ONLY, 1);
	if (!err && v6)
		err = set_int(fd, SOL_IPV6, IPV6_MULTICAST_LOOP, 0);
	if (!err && !v6)
		err = set_int(fd, SOL_IP, IP_MULTICAST_LOOP, 0);
	if (!err && !v6)
		err = set_int(fd, SOL_IP, IP_MTU_DISCOVER, df ? IP_PMTUDISC_DO : IP_PMTUDISC_DONT);
	if (!err && !csum)
		err = v6 ? set_int(fd, SOL_UDP, UDP_NO_CHECK6_TX, 1) : set_int(fd, SOL_SOCKET, SO_NO_CHECK, 1);
	return err;
}

/* socket_get() - the socket for a flow, opened when it is the first. Return: 0 or -errno. */
static int socket_get(struct vx_tx *tx, const struct dp_vxlan *config, bool v6, uint32_t hash, struct tx_socket **out)
{
	unsigned int bucket = hash % BUCKETS;
	struct tx_socket *s = &tx->sockets[v6][config->csum][config->df][bucket];
	int err;

	*out = s;
	if (s->fd >= 0)
		return 0;
	s->fd = socket(v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (s->fd < 0)
		return -errno;
	s->v6 = v6;
	s->tos = s->ttl = -1;
	err = socket_options(s->fd, v6, config->csum, config->df);
	if (!err)
		err = bind_source(s->fd, v6, bucket);
	if (err) {
		close(s->fd);
		s->fd = -1;
	}
	return err;
}

/* socket_tune() - what the next messages want in their IP header. */
static void socket_tune(struct tx_socket *s, const struct tx_message *m)
{
	if (s->tos != m->tos)
		(void)set_int(s->fd, s->v6 ? SOL_IPV6 : SOL_IP, s->v6 ? IPV6_TCLASS : IP_TOS, m->tos);
	if (s->ttl != m->ttl) {
		(void)set_int(s->fd, s->v6 ? SOL_IPV6 : SOL_IP, s->v6 ? IPV6_UNICAST_HOPS : IP_TTL, m->ttl);
		(void)set_int(s->fd, s->v6 ? SOL_IPV6 : SOL_IP, s->v6 ? IPV6_MULTICAST_HOPS : IP_MULTICAST_TTL, m->ttl);
	}
	s->tos = m->tos;
	s->ttl = m->ttl;
}

/* --- one packet's way into the queue --------------------------------------------------------------------------- */

/* struct encap - a frame being put into packets for one remote */
struct encap {
	struct vx_tx *tx;
	struct vx_port *port;
	const struct frame *frame;
	const struct vs_ip *remote;
	uint8_t tos, ttl;
	struct tx_socket *socket;
	bool joined; /* the last message of the queue may take more pieces of this frame */
};

static void control_add(struct tx_message *m, int level, int type, const void *data, size_t len)
{
	struct cmsghdr *c = (struct cmsghdr *)(void *)(m->control + m->control_len);

	c->cmsg_level = level;
	c->cmsg_type = type;
	c->cmsg_len = CMSG_LEN(len);
	memcpy(CMSG_DATA(c), data, len);
	m->control_len += CMSG_SPACE(len);
}

static void address_v4(struct tx_message *m, const struct dp_vxlan *config, const struct vs_ip *remote)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(config->dst_port)};
	struct in_pktinfo info = {0};

	memcpy(&to.sin_addr, remote->b + 12, 4);
	memcpy(&m->to, &to, sizeof(to));
	if (!vs_ip_is_zero(&config->local))
		memcpy(&info.ipi_spec_dst, config->local.b + 12, 4);
	if (vs_ip_is_multicast(remote))
		info.ipi_ifindex = config->group_ifindex;
	if (info.ipi_ifindex || info.ipi_spec_dst.s_addr)
		control_add(m, SOL_IP, IP_PKTINFO, &info, sizeof(info));
}

static void address_v6(struct tx_message *m, const struct dp_vxlan *config, const struct vs_ip *remote)
{
	struct in6_pktinfo info = {0};

	m->to = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = htons(config->dst_port)};
	memcpy(&m->to.sin6_addr, remote->b, 16);
	if (!vs_ip_is_zero(&config->local))
		memcpy(&info.ipi6_addr, config->local.b, 16);
	if (vs_ip_is_multicast(remote) || IN6_IS_ADDR_LINKLOCAL(&m->to.sin6_addr)) {
		info.ipi6_ifindex = (unsigned int)config->group_ifindex;
		m->to.sin6_scope_id = (uint32_t)config->group_ifindex;
	}
	if (info.ipi6_ifindex || !vs_ip_is_zero(&config->local))
		control_add(m, SOL_IPV6, IPV6_PKTINFO, &info, sizeof(info));
}

static struct tx_message *message_new(struct encap *e)
{
	struct vx_tx *tx = e->tx;
	struct tx_message *m = &tx->messages[tx->n_messages++];

	m->port = &e->port->port;
	m->socket = e->socket;
	m->tos = e->tos;
	m->ttl = e->ttl;
	m->iov = tx->n_iov;
	m->n_iov = m->segments = 0;
	m->segment = m->bytes = 0;
	m->closed = false;
	m->control_len = 0;
	if (vs_ip_is_v4(e->remote))
		address_v4(m, &e->port->config, e->remote);
	else
		address_v6(m, &e->port->config, e->remote);
	e->joined = e->port->config.csum;
	return m;
}

/* The message that takes a piece of @bytes: the last one when it is of the same frame and there is room, or a new one.
 */
static struct tx_message *message_for(struct encap *e, size_t bytes)
{
	struct tx_message *last;

	if (!e->joined)
		return message_new(e);
	last = &e->tx->messages[e->tx->n_messages - 1];
	if (last->closed || bytes > last->segment || last->segments >= SEGMENTS || last->bytes + bytes > MESSAGE_MAX)
		return message_new(e);
	return last;
}

static void encap_piece(void *arg, const uint8_t *body, size_t body_len, uint8_t *payload, size_t payload_len)
{
	struct encap *e = arg;
	struct vx_tx *tx = e->tx;
	struct tx_message *m;
	uint8_t *header;
	size_t len, bytes;

	if (tx->n_headers == QUEUE) {
		vx_tx_flush(tx);
		e->joined = false;
	}
	header = tx->headers[tx->n_headers++];
	vxlan_write(header, e->port->config.vni);
	len = VXLAN_HLEN + frame_head(e->frame, header + VXLAN_HLEN);
	if (body_len)
		memcpy(header + len, body, body_len);
	len += body_len;
	bytes = len + payload_len;
	m = message_for(e, bytes);
	if (!m->segments)
		m->segment = bytes;
	else if (bytes < m->segment)
		m->closed = true;
	tx->iov[tx->n_iov++] = (struct iovec){header, len};
	tx->iov[tx->n_iov++] = (struct iovec){payload, payload_len};
	m->n_iov += 2;
	m->segments++;
	m->bytes += bytes;
}

static void send_to(struct vx_tx *tx, struct vx_port *port, const struct frame *frame, const struct vs_ip *remote)
{
	const struct dp_vxlan *config = &port->config;
	struct vxlan_inner inner = vxlan_inner_ip(frame);
	struct encap e = {.tx = tx, .port = port, .frame = frame, .remote = remote};
	enum vs_drop reason;
	int err;

	e.tos = vxlan_outer_tos(config->tos == DP_INHERIT ? inner.tos : (uint8_t)config->tos, inner.tos);
	e.ttl = config->ttl == DP_INHERIT ? inner.ttl : (uint8_t)config->ttl;
	if (!e.ttl)
		e.ttl = 1;
	err = socket_get(tx, config, !vs_ip_is_v4(remote), vxlan_flow_hash(frame), &e.socket);
	if (err) {
		up_drop(&port->port, up_tx_reason(-err));
		return;
	}
	reason = offload_cut(frame, encap_piece, &e);
	if (reason != VS_DROP_NONE)
		up_drop(&port->port, reason);
}

void vx_tx_send(struct vx_tx *tx, struct vx_port *port, const struct frame *frame, const struct vs_ip *remote)
{
	if (remote) {
		send_to(tx, port, frame, remote);
		return;
	}
	if (!port->config.n_remotes)
		up_drop(&port->port, VS_DROP_VXLAN_NO_REMOTE);
	for (size_t i = 0; i < port->config.n_remotes; i++)
		send_to(tx, port, frame, &port->config.remotes[i]);
}

/* --- flushing -------------------------------------------------------------------------------------------------- */

static void message_prepare(struct vx_tx *tx, unsigned int i)
{
	struct tx_message *m = &tx->messages[i];

	if (m->segments > 1) {
		uint16_t segment = (uint16_t)m->segment;

		control_add(m, SOL_UDP, UDP_SEGMENT, &segment, sizeof(segment));
	}
	tx->mmsgs[i].msg_hdr =
		(struct msghdr){.msg_name = &m->to,
				.msg_namelen = m->to.sin6_family == AF_INET ? (socklen_t)sizeof(struct sockaddr_in)
									    : (socklen_t)sizeof(struct sockaddr_in6),
				.msg_iov = &tx->iov[m->iov],
				.msg_iovlen = m->n_iov,
				.msg_control = m->control,
				.msg_controllen = m->control_len};
}

/* send_run() - messages @from to @to, all of one socket, TOS and TTL. */
static void send_run(struct vx_tx *tx, unsigned int from, unsigned int to)
{
	socket_tune(tx->messages[from].socket, &tx->messages[from]);
	while (from < to) {
		int n = sendmmsg(tx->messages[from].socket->fd, tx->mmsgs + from, to - from, MSG_DONTWAIT);

		if (n <= 0) {
			tx->messages[from].port->stats.drops[up_tx_reason(errno)] += tx->messages[from].segments;
			from++;
			continue;
		}
		for (; n > 0; n--, from++) {
			tx->messages[from].port->stats.tx_packets += tx->messages[from].segments;
			tx->messages[from].port->stats.tx_bytes +=
				tx->messages[from].bytes - (size_t)tx->messages[from].segments * VXLAN_HLEN;
		}
	}
}

static bool same_run(const struct tx_message *a, const struct tx_message *b)
{
	return a->socket == b->socket && a->tos == b->tos && a->ttl == b->ttl;
}

void vx_tx_flush(struct vx_tx *tx)
{
	unsigned int n = tx->n_messages, from = 0;

	for (unsigned int i = 0; i < n; i++)
		message_prepare(tx, i);
	for (unsigned int i = 1; i <= n; i++) {
		if (i < n && same_run(&tx->messages[i], &tx->messages[from]))
			continue;
		send_run(tx, from, i);
		from = i;
	}
	tx->n_messages = tx->n_headers = tx->n_iov = 0;
}
