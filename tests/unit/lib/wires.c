/* SPDX-License-Identifier: GPL-2.0-only */
/* wires.c - cables for a datapath under test: veth pairs from the program's namespace into one with nothing else */
#include "tests/unit/lib/wires.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/xalloc.h"
#include "tests/unit/lib/lab.h"
#include "vswitchd/kernel/link.h"

#define TAG_LEN 4
#define TAGGED_MIN 20 /* what skb_vlan_untag() wants to see: addresses, tag, EtherType, and two bytes more */
#define RECEIVE_BUFFER (64 << 20)
#define PATIENCE_MS 10000

/* struct wires - @ids: wire by the far end's ifindex; small numbers, for nothing else is in that namespace */
struct wires {
	struct kn *near, *far;
	int far_netns;
	int socket;
	int near_ifindex[WIRES], far_ifindex[WIRES];
	unsigned int *ids;
	size_t n_ids;
};

/* The CPU that we are on. */
static int cpu_bind(void)
{
	cpu_set_t set;
	int cpu = sched_getcpu();

	CPU_ZERO(&set);
	CPU_SET(cpu < 0 ? 0 : cpu, &set);
	return sched_setaffinity(0, sizeof(set), &set);
}

/* Devices made from now on in this namespace speak no IPv6. */
static void ipv6_off(void)
{
	int fd = open("/proc/sys/net/ipv6/conf/default/disable_ipv6", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return; /* the kernel has no IPv6 */
	if (write(fd, "1", 1) != 1)
		perror("disable_ipv6");
	close(fd);
}

static int socket_open(void)
{
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, htons(ETH_P_ALL));
	int one = 1, room = RECEIVE_BUFFER;

	if (fd < 0)
		return -1;
	if (setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &one, sizeof(one)) < 0 ||
	    setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof(one)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

/* far_open() - make the second namespace, and what reaches into it; then be back in the first. */
static int far_open(struct wires *wires)
{
	int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), err = -1;

	if (home < 0 || unshare(CLONE_NEWNET) < 0)
		return -1;
	ipv6_off();
	wires->far_netns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	wires->socket = socket_open();
	if (wires->far_netns >= 0 && wires->socket >= 0 && !kn_open(&wires->far))
		err = 0;
	if (setns(home, CLONE_NEWNET) < 0)
		err = -1;
	close(home);
	return err;
}

struct wires *wires_open(const char *program)
{
	struct wires *wires;

	if (!lab_enter(program))
		return NULL;
	wires = vs_xcalloc(1, sizeof(*wires));
	wires->far_netns = wires->socket = -1;
	ipv6_off();
	if (cpu_bind() || kn_open(&wires->near) || far_open(wires)) {
		printf("%s: skipped: cannot make wires (%s)\n", program, strerror(errno));
		wires_close(wires);
		return NULL;
	}
	return wires;
}

void wires_close(struct wires *wires)
{
	if (!wires)
		return;
	for (unsigned int i = 0; i < WIRES; i++) {
		if (wires->near_ifindex[i])
			kn_link_delete(wires->near, wires->near_ifindex[i]);
	}
	if (wires->socket >= 0)
		close(wires->socket);
	if (wires->far_netns >= 0)
		close(wires->far_netns);
	kn_close(wires->near);
	kn_close(wires->far);
	free(wires->ids);
	free(wires);
}

static void id_remember(struct wires *wires, unsigned int id, int far)
{
	size_t n = (size_t)far + 1;

	if (n > wires->n_ids) {
		wires->ids = vs_xrealloc(wires->ids, n * sizeof(*wires->ids));
		memset(wires->ids + wires->n_ids, 0, (n - wires->n_ids) * sizeof(*wires->ids));
		wires->n_ids = n;
	}
	wires->ids[far] = id;
	wires->far_ifindex[id] = far;
}

int wires_get(struct wires *wires, unsigned int id)
{
	const uint8_t mac[6] = {2, 0, 0, 0, (uint8_t)(id >> 8), (uint8_t)id};
	const struct kn_link_change up = {.updown = KN_UP, .quiet = true};
	char near_name[16], far_name[16];
	struct kn_link near, far;
	int err;

	if (wires->near_ifindex[id])
		return wires->near_ifindex[id];
	snprintf(near_name, sizeof(near_name), "near%u", id);
	snprintf(far_name, sizeof(far_name), "far%u", id);
	err = kn_veth_add(wires->near, &(struct kn_veth){.name = near_name,
							 .peer_name = far_name,
							 .peer_mac = mac,
							 .peer_netns = wires->far_netns});
	if (!err)
		err = kn_link_by_name(wires->near, near_name, &near);
	if (!err)
		err = kn_link_by_name(wires->far, far_name, &far);
	if (!err)
		err = kn_link_set(wires->far, far.ifindex, &up);
	if (!err)
		err = kn_link_set(wires->near, near.ifindex, &up);
	if (err)
		return err;
	id_remember(wires, id, far.ifindex);
	wires->near_ifindex[id] = near.ifindex;
	return near.ifindex;
}

static int running_await(struct kn *kn, int ifindex)
{
	struct kn_link link = {.flags = 0};
	int err = 0;

	for (int i = 0; !err && !(link.flags & IFF_RUNNING); i++) {
		err = i < PATIENCE_MS ? kn_link_by_index(kn, ifindex, &link) : -ETIMEDOUT;
		if (!err && !(link.flags & IFF_RUNNING))
			usleep(1000);
	}
	return err;
}

int wires_await(struct wires *wires, unsigned int id)
{
	int err = running_await(wires->near, wires->near_ifindex[id]);

	return err ? err : running_await(wires->far, wires->far_ifindex[id]);
}

bool wires_carry(const uint8_t *bytes, size_t len)
{
	uint16_t type;

	if (len < ETH_HLEN)
		return false;
	type = (uint16_t)(bytes[12] << 8 | bytes[13]);
	return (type != ETH_P_8021Q && type != ETH_P_8021AD) || len >= TAGGED_MIN;
}

int wires_send(struct wires *wires, unsigned int id, const uint8_t *bytes, size_t len)
{
	struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_ifindex = wires->far_ifindex[id]};

	return sendto(wires->socket, bytes, len, 0, (struct sockaddr *)&to, sizeof(to)) < 0 ? -errno : 0;
}

/* The tag came beside the bytes: put it back where it is on a wire. */
static size_t tag_restore(struct msghdr *msg, uint8_t *bytes, size_t len, size_t size)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		struct tpacket_auxdata aux;

		if (c->cmsg_level != SOL_PACKET || c->cmsg_type != PACKET_AUXDATA)
			continue;
		memcpy(&aux, CMSG_DATA(c), sizeof(aux));
		if (!(aux.tp_status & TP_STATUS_VLAN_VALID) || len + TAG_LEN > size)
			continue;
		memmove(bytes + 2 * ETH_ALEN + TAG_LEN, bytes + 2 * ETH_ALEN, len - 2 * ETH_ALEN);
		bytes[12] = (uint8_t)(aux.tp_vlan_tpid >> 8);
		bytes[13] = (uint8_t)aux.tp_vlan_tpid;
		bytes[14] = (uint8_t)(aux.tp_vlan_tci >> 8);
		bytes[15] = (uint8_t)aux.tp_vlan_tci;
		return len + TAG_LEN;
	}
	return len;
}

ssize_t wires_receive(struct wires *wires, unsigned int *id, uint8_t *bytes, size_t size)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
	struct iovec iov = {.iov_base = bytes, .iov_len = size - TAG_LEN};
	struct sockaddr_ll from = {0};
	struct msghdr msg = {.msg_name = &from,
			     .msg_namelen = sizeof(from),
			     .msg_iov = &iov,
			     .msg_iovlen = 1,
			     .msg_control = control,
			     .msg_controllen = sizeof(control)};
	ssize_t len = recvmsg(wires->socket, &msg, 0);

	if (len < 0)
		return -errno;
	*id = (size_t)from.sll_ifindex < wires->n_ids ? wires->ids[from.sll_ifindex] : 0;
	return (ssize_t)tag_restore(&msg, bytes, (size_t)len, size);
}
