/* SPDX-License-Identifier: GPL-2.0-only */
/* vxlan_rx.c - receiving from VXLAN tunnels: one pair of sockets a UDP port, tunnels found by VNI and VTEP */

/*
 * UDP_GRO lets the kernel hand over many packets of one flow in one buffer, when they carry checksums. Either way the
 * inner TCP segments of a batch are joined again (struct merge), so that what was cut to enter the tunnel crosses the
 * receiving side as one frame.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/addr.h"
#include "common/xalloc.h"
#include "vswitchd/datapath/offload.h"
#include "vswitchd/datapath/rx.h"
#include "vswitchd/datapath/vxlan.h"
#include "vswitchd/datapath/vxlan_wire.h"

enum family { V4, V6, FAMILIES };

/* struct vx_socket - a UDP port, IPv4 and IPv6; exists while it has @ports */
struct vx_socket {
	struct vx_rx *rx;
	uint16_t dst_port;
	int fd[FAMILIES];
	struct event *event[FAMILIES];
	uint32_t lost[FAMILIES]; /* the kernel's count, as last seen */
	struct vs_list ports;
	struct vs_list siblings;
};

struct vx_rx {
	struct up *up;
	struct hmap tunnels; /* struct vx_node, by all of its key */
	struct hmap vnis;    /* struct vx_node, by VNI and UDP port */
	struct vs_list sockets;
};

struct vx_rx *vx_rx_create(struct up *up)
{
	struct vx_rx *rx = vs_xcalloc(1, sizeof(*rx));

	rx->up = up;
	vs_list_init(&rx->sockets);
	return rx;
}

void vx_rx_destroy(struct vx_rx *rx)
{
	hmap_destroy(&rx->tunnels);
	hmap_destroy(&rx->vnis);
	free(rx);
}

/* --- tunnels --------------------------------------------------------------------------------------------------- */

static struct vx_port *table_find(const struct hmap *table, const struct vx_key *key)
{
	for (struct hmap_node *n = hmap_first_with_hash(table, vs_hash_bytes(key, sizeof(*key), 0)); n;
	     n = hmap_next_with_hash(n)) {
		struct vx_node *node = hmap_entry(n, struct vx_node, hash);

		if (!memcmp(&node->key, key, sizeof(*key)))
			return node->port;
	}
	return NULL;
}

static void table_insert(struct hmap *table, struct vx_node *node, const struct vx_key *key, struct vx_port *port)
{
	node->key = *key;
	node->port = port;
	hmap_insert(table, &node->hash, vs_hash_bytes(key, sizeof(*key), 0));
}

/* A tunnel bound to a local address is meant before one that is not; a known VTEP before a group's member. */
static struct vx_port *tunnel_find(struct vx_rx *rx, uint32_t vni, uint16_t dst_port, const struct vs_ip *remote,
				   const struct vs_ip *local)
{
	const struct vs_ip any = {{0}};
	const struct vx_key keys[] = {
		{vni, dst_port, *remote, *local},
		{vni, dst_port, *remote, any},
		{vni, dst_port, any, *local},
		{vni, dst_port, any, any},
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		struct vx_port *port = table_find(&rx->tunnels, &keys[i]);

		if (port)
			return port;
	}
	return NULL;
}

/* --- receiving ------------------------------------------------------------------------------------------------- */

/* struct outer - of a received packet, what stands outside the VXLAN header */
struct outer {
	struct vs_ip remote, local;
	uint8_t tos;
	uint16_t segment; /* size of each packet in the buffer but the last; 0: there is one */
};

/* struct gathering - TCP segments of one tunnel being joined */
struct gathering {
	struct merge merge;
	struct vx_port *port;
	struct vs_ip remote;
};

static void ip_from_v4(struct vs_ip *ip, const void *address)
{
	*ip = (struct vs_ip){{[10] = 0xff, [11] = 0xff}};
	memcpy(ip->b + 12, address, 4);
}

static void outer_address(struct outer *outer, const struct sockaddr_storage *from)
{
	if (from->ss_family == AF_INET)
		ip_from_v4(&outer->remote, &((const struct sockaddr_in *)from)->sin_addr);
	else
		memcpy(outer->remote.b, &((const struct sockaddr_in6 *)from)->sin6_addr, 16);
}

static void outer_option(struct outer *outer, const struct cmsghdr *c)
{
	const void *data = CMSG_DATA(c);
	int number;

	if (c->cmsg_level == SOL_IP && c->cmsg_type == IP_TOS) {
		memcpy(&outer->tos, data, 1);
	} else if (c->cmsg_level == SOL_IPV6 && c->cmsg_type == IPV6_TCLASS) {
		memcpy(&number, data, sizeof(number));
		outer->tos = (uint8_t)number;
	} else if (c->cmsg_level == SOL_IP && c->cmsg_type == IP_PKTINFO) {
		ip_from_v4(&outer->local, &((const struct in_pktinfo *)data)->ipi_addr);
	} else if (c->cmsg_level == SOL_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
		memcpy(outer->local.b, &((const struct in6_pktinfo *)data)->ipi6_addr, 16);
	} else if (c->cmsg_level == SOL_UDP && c->cmsg_type == UDP_GRO) {
		memcpy(&number, data, sizeof(number));
		outer->segment = (uint16_t)number;
	}
}

static struct outer outer_read(struct msghdr *msg)
{
	struct outer outer = {0};
	struct sockaddr_storage from = {0};

	memcpy(&from, msg->msg_name, msg->msg_namelen < sizeof(from) ? msg->msg_namelen : sizeof(from));
	outer_address(&outer, &from);
	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c))
		outer_option(&outer, c);
	return outer;
}

static void gathering_finish(struct gathering *g)
{
	if (g->merge.segments)
		up_input(&g->port->port, merge_finish(&g->merge), &g->remote);
}

/* One inner frame: it joins what is being gathered, begins a new gathering, or goes its way. @room: behind it. */
static void inner_input(struct gathering *g, struct vx_port *port, const struct vs_ip *remote, struct frame *frame,
			size_t room)
{
	if (g->merge.segments && g->port == port && vs_ip_equal(&g->remote, remote) && merge_add(&g->merge, frame))
		return;
	gathering_finish(g);
	if (merge_start(&g->merge, frame, room)) {
		g->port = port;
		g->remote = *remote;
		return;
	}
	up_input(&port->port, frame, remote);
}

/* packet_input() - one VXLAN packet; Return: the reason if it is dropped, with the port to charge in @charge. */
static enum vs_drop packet_input(struct vx_socket *socket, struct gathering *g, const struct outer *outer,
				 uint8_t *bytes, size_t len, size_t room, struct vx_port **charge)
{
	struct vx_port *port;
	struct frame frame;
	uint32_t vni;
	enum vs_drop reason = vxlan_parse(bytes, len, &vni);

	*charge = vs_container(socket->ports.next, struct vx_port, siblings);
	if (reason != VS_DROP_NONE)
		return reason;
	port = tunnel_find(socket->rx, vni, socket->dst_port, &outer->remote, &outer->local);
	if (!port) {
		port = table_find(&socket->rx->vnis, &(struct vx_key){vni, socket->dst_port, {{0}}, {{0}}});
		*charge = port ? port : *charge;
		return port ? VS_DROP_VXLAN_REMOTE : VS_DROP_VXLAN_VNI;
	}
	*charge = port;
	reason = frame_parse(&frame, bytes + VXLAN_HLEN, len - VXLAN_HLEN, NULL, NULL);
	if (reason == VS_DROP_NONE)
		reason = vxlan_ecn_decap(&frame, outer->tos);
	if (reason != VS_DROP_NONE)
		return reason;
	offload_recognise(&frame);
	inner_input(g, port, &outer->remote, &frame, room);
	return VS_DROP_NONE;
}

static void datagram_input(struct vx_socket *socket, struct gathering *g, const struct rx_frame *rx)
{
	struct outer outer = outer_read(rx->msg);
	size_t step = outer.segment ? outer.segment : rx->len;
	struct vx_port *charge;
	size_t at = 0;

	do {
		size_t len = rx->len - at < step ? rx->len - at : step;
		enum vs_drop reason = packet_input(socket, g, &outer, rx->data + at, len, RX_SLOT - at - len, &charge);

		if (reason != VS_DROP_NONE)
			up_drop(&charge->port, reason);
		at += len;
	} while (at < rx->len);
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct vx_socket *socket = arg;
	struct up_io *io = &socket->rx->up->io;
	struct gathering g = {.port = NULL};
	int n = rx_receive(io->rx, fd, 0);

	(void)what;
	if (n <= 0)
		return;
	up_batch_begin(io);
	for (int i = 0; i < n; i++) {
		struct rx_frame rx = rx_get(io->rx, i);

		datagram_input(socket, &g, &rx);
	}
	gathering_finish(&g);
	up_flush(io);
}

/* --- sockets --------------------------------------------------------------------------------------------------- */

static int set_int(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value)) < 0 ? -errno : 0;
}

static int options_v4(int fd)
{
	int err = set_int(fd, SOL_IP, IP_PKTINFO, 1);

	if (!err)
		err = set_int(fd, SOL_IP, IP_RECVTOS, 1);
	if (!err)
		err = set_int(fd, SOL_IP, IP_MULTICAST_ALL, 0);
	return err;
}

static int options_v6(int fd)
{
	int err = set_int(fd, SOL_IPV6, IPV6_V6ONLY, 1);

	if (!err)
		err = set_int(fd, SOL_IPV6, IPV6_RECVPKTINFO, 1);
	if (!err)
		err = set_int(fd, SOL_IPV6, IPV6_RECVTCLASS, 1);
	if (!err) /* a sender may leave the checksum out (RFC 6935) */
		err = set_int(fd, SOL_UDP, UDP_NO_CHECK6_RX, 1);
	return err;
}

static int receiver_open(enum family family, uint16_t dst_port)
{
	struct sockaddr_in in4 = {.sin_family = AF_INET, .sin_port = htons(dst_port)};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(dst_port)};
	int fd = socket(family == V6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int err;

	if (fd < 0)
		return -errno;
	err = family == V6 ? options_v6(fd) : options_v4(fd);
	if (!err)
		(void)set_int(fd, SOL_UDP, UDP_GRO, 1); /* since Linux 5.0; only faster */
	if (!err && set_int(fd, SOL_SOCKET, SO_RCVBUFFORCE, 8 << 20))
		(void)set_int(fd, SOL_SOCKET, SO_RCVBUF, 8 << 20);
	if (!err && bind(fd, family == V6 ? (struct sockaddr *)&in6 : (struct sockaddr *)&in4,
			 family == V6 ? sizeof(in6) : sizeof(in4)) < 0)
		err = -errno;
	if (err) {
		close(fd);
		return err;
	}
	return fd;
}

static void socket_free(struct vx_socket *socket)
{
	for (int f = 0; f < FAMILIES; f++) {
		if (socket->event[f])
			event_free(socket->event[f]);
		if (socket->fd[f] >= 0)
			close(socket->fd[f]);
	}
	vs_list_remove(&socket->siblings);
	free(socket);
}

/* socket_get() - the sockets of a UDP port, opened when it is the first tunnel there. */
static int socket_get(struct vx_rx *rx, uint16_t dst_port, struct vx_socket **out)
{
	struct vs_list *pos, *tmp;
	struct vx_socket *s;

	vs_list_each_safe(pos, tmp, &rx->sockets)
	{
		s = vs_container(pos, struct vx_socket, siblings);
		if (s->dst_port == dst_port) {
			*out = s;
			return 0;
		}
	}
	s = vs_xcalloc(1, sizeof(*s));
	s->rx = rx;
	s->dst_port = dst_port;
	s->fd[V4] = s->fd[V6] = -1;
	vs_list_init(&s->ports);
	vs_list_init(&s->siblings);
	for (int f = 0; f < FAMILIES; f++) {
		s->fd[f] = receiver_open((enum family)f, dst_port);
		if (s->fd[f] < 0 && !(f == V6 && s->fd[f] == -EAFNOSUPPORT)) {
			int err = s->fd[f];

			socket_free(s);
			return err;
		}
		if (s->fd[f] < 0)
			continue;
		s->event[f] = event_new(rx->up->io.base, s->fd[f], EV_READ | EV_PERSIST, on_readable, s);
		event_add(s->event[f], NULL);
	}
	vs_list_push(&rx->sockets, &s->siblings);
	*out = s;
	return 0;
}

uint64_t vx_rx_lost(struct vx_port *port)
{
	struct vx_socket *s = port->socket;
	uint64_t lost = 0;

	if (s->ports.next != &port->siblings)
		return 0;
	for (int f = 0; f < FAMILIES; f++) {
		uint32_t info[SK_MEMINFO_VARS];
		socklen_t len = sizeof(info);

		if (s->fd[f] < 0 || getsockopt(s->fd[f], SOL_SOCKET, SO_MEMINFO, info, &len) || len < sizeof(info))
			continue;
		lost += info[SK_MEMINFO_DROPS] - s->lost[f];
		s->lost[f] = info[SK_MEMINFO_DROPS];
	}
	return lost;
}

/* --- multicast groups ------------------------------------------------------------------------------------------ */

static const struct vs_ip *group_of(const struct vx_port *port)
{
	for (size_t i = 0; i < port->config.n_remotes; i++) {
		if (vs_ip_is_multicast(&port->config.remotes[i]))
			return &port->config.remotes[i];
	}
	return NULL;
}

static int group_change(struct vx_socket *socket, const struct vs_ip *group, int ifindex, bool join)
{
	if (vs_ip_is_v4(group)) {
		struct ip_mreqn req = {.imr_ifindex = ifindex};

		memcpy(&req.imr_multiaddr, group->b + 12, 4);
		return setsockopt(socket->fd[V4], SOL_IP, join ? IP_ADD_MEMBERSHIP : IP_DROP_MEMBERSHIP, &req,
				  sizeof(req)) < 0
			       ? -errno
			       : 0;
	}
	struct ipv6_mreq req6 = {.ipv6mr_interface = (unsigned int)ifindex};

	memcpy(&req6.ipv6mr_multiaddr, group->b, 16);
	return setsockopt(socket->fd[V6], SOL_IPV6, join ? IPV6_ADD_MEMBERSHIP : IPV6_DROP_MEMBERSHIP, &req6,
			  sizeof(req6)) < 0
		       ? -errno
		       : 0;
}

/* A membership belongs to the socket: whether another of its ports is in the same group. */
static bool group_shared(const struct vx_port *port, const struct vs_ip *group)
{
	struct vs_list *pos, *tmp;

	vs_list_each_safe(pos, tmp, &port->socket->ports)
	{
		const struct vx_port *other = vs_container(pos, struct vx_port, siblings);
		const struct vs_ip *theirs = group_of(other);

		if (other != port && theirs && vs_ip_equal(theirs, group) &&
		    other->config.group_ifindex == port->config.group_ifindex)
			return true;
	}
	return false;
}

/* --- ports ----------------------------------------------------------------------------------------------------- */

/* Keys of the port's remotes; a group's members are anybody. Return: 0 or -EEXIST with nothing inserted. */
static int nodes_insert(struct vx_rx *rx, struct vx_port *port)
{
	const struct dp_vxlan *config = &port->config;

	port->nodes = vs_xcalloc(config->n_remotes + 1, sizeof(*port->nodes));
	for (size_t i = 0; i < config->n_remotes; i++) {
		struct vx_key key = {config->vni, config->dst_port, config->remotes[i], config->local};

		if (vs_ip_is_multicast(&key.remote))
			key.remote = (struct vs_ip){{0}};
		if (table_find(&rx->tunnels, &key)) {
			while (i--)
				hmap_remove(&rx->tunnels, &port->nodes[i].hash);
			free(port->nodes);
			port->nodes = NULL;
			return -EEXIST;
		}
		table_insert(&rx->tunnels, &port->nodes[i], &key, port);
	}
	return 0;
}

static void nodes_remove(struct vx_rx *rx, struct vx_port *port)
{
	for (size_t i = 0; i < port->config.n_remotes; i++)
		hmap_remove(&rx->tunnels, &port->nodes[i].hash);
	free(port->nodes);
	port->nodes = NULL;
}

int vx_rx_attach(struct vx_rx *rx, struct vx_port *port)
{
	const struct vs_ip *group = group_of(port);
	int err = socket_get(rx, port->config.dst_port, &port->socket);

	if (err)
		return err;
	err = nodes_insert(rx, port);
	if (!err && group && !group_shared(port, group)) {
		err = group_change(port->socket, group, port->config.group_ifindex, true);
		if (err)
			nodes_remove(rx, port);
	}
	if (err) {
		if (vs_list_empty(&port->socket->ports))
			socket_free(port->socket);
		return err;
	}
	table_insert(&rx->vnis, &port->by_vni, &(struct vx_key){port->config.vni, port->config.dst_port, {{0}}, {{0}}},
		     port);
	vs_list_push(&port->socket->ports, &port->siblings);
	return 0;
}

void vx_rx_detach(struct vx_rx *rx, struct vx_port *port)
{
	const struct vs_ip *group = group_of(port);

	if (group && !group_shared(port, group))
		group_change(port->socket, group, port->config.group_ifindex, false);
	nodes_remove(rx, port);
	hmap_remove(&rx->vnis, &port->by_vni.hash);
	vs_list_remove(&port->siblings);
	if (vs_list_empty(&port->socket->ports))
		socket_free(port->socket);
	port->socket = NULL;
}
