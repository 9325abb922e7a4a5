/* SPDX-License-Identifier: GPL-2.0-only */
/* probe-isolated.c - isolated: frames sent at one node, and a packet socket at the other that must not see one */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/if_ether.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "common/xalloc.h"
#include "vsctl/lab/address.h"
#include "vsctl/lab/daemon.h"
#include "vsctl/lab/probe.h"

/*
 * That nothing arrives says little by itself: the watcher may be deaf, or too early. So three things are shown. The
 * sender's switch has counted the frames. Then a mark that may arrive, a broadcast of another node, on the sender's
 * own switch if it can be, does arrive at the watcher, by the same socket, and later. Where no node may reach the
 * watcher, the mark is put on its own cable, from the switch's end of it.
 *
 * Our frames carry a nonce and the probe's number. What the sender's kernel says by itself meanwhile - its ARP
 * requests for the watcher - is known by the sender's address.
 */
#define ETH_P_OURS 0x88b5 /* IEEE 802: for local experiments */
#define FRAME 60
#define BURSTS 3
#define COUNTED_US 2000000
#define MARK_US 300000
#define ROUND_MS 20

enum what { WHAT_BROADCAST, WHAT_MULTICAST, WHAT_UNICAST, WHAT_UNKNOWN, WHAT_ARP, WHAT_PING, WHAT_MARK };
static const char *const what_names[] = {"a broadcast",
					 "a multicast",
					 "a frame to its own address",
					 "a frame to an address that nobody has",
					 "an ARP request",
					 "a ping",
					 "a mark"};

struct stamp {
	uint8_t nonce[12];
	uint32_t probe;
	uint16_t what;
} __attribute__((packed));

struct device {
	int fd, ifindex, error;
	uint8_t mac[ETH_ALEN];
};

/* A packet socket in @netns, and what it says of @name; protocol 0 hears nothing. */
static struct device device_open(const char *netns, const char *name)
{
	struct device device = {.fd = lab_socket_in(netns, AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, 0)};
	struct ifreq ifr = {0};

	device.error = device.fd < 0 ? -device.fd : 0;
	strncpy(ifr.ifr_name, name, IFNAMSIZ - 1);
	if (!device.error && ioctl(device.fd, SIOCGIFINDEX, &ifr) < 0)
		device.error = errno;
	device.ifindex = ifr.ifr_ifindex;
	if (!device.error && ioctl(device.fd, SIOCGIFHWADDR, &ifr) < 0)
		device.error = errno;
	memcpy(device.mac, ifr.ifr_hwaddr.sa_data, ETH_ALEN);
	return device;
}

static void device_close(struct device *device)
{
	if (device->fd >= 0)
		close(device->fd);
}

static void put_stamp(const struct lab_test *test, size_t probe, enum what what, uint8_t *to)
{
	struct stamp stamp = {.probe = (uint32_t)probe, .what = (uint16_t)what};

	memcpy(stamp.nonce, test->nonce, sizeof(stamp.nonce));
	memcpy(to, &stamp, sizeof(stamp));
}

static int frame_send(const struct device *device, const uint8_t *frame)
{
	struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_ifindex = device->ifindex, .sll_halen = ETH_ALEN};

	memcpy(to.sll_addr, frame, ETH_ALEN);
	return sendto(device->fd, frame, FRAME, 0, (struct sockaddr *)&to, sizeof(to)) < 0 ? errno : 0;
}

static int stamp_send(const struct lab_test *test, size_t probe, enum what what, const struct device *device,
		      const uint8_t *to)
{
	uint8_t frame[FRAME] = {0};

	memcpy(frame, to, ETH_ALEN);
	memcpy(frame + ETH_ALEN, device->mac, ETH_ALEN);
	frame[12] = ETH_P_OURS >> 8;
	frame[13] = ETH_P_OURS & 0xff;
	put_stamp(test, probe, what, frame + ETH_HLEN);
	return frame_send(device, frame);
}

/* Who has @address? With the stamp where an ARP packet is only padding. */
static int arp_send(const struct lab_test *test, size_t probe, const struct device *device, const char *address)
{
	static const uint8_t head[] = {0, 1, 8, 0, 6, 4, 0, 1};
	uint8_t frame[FRAME] = {0};

	memset(frame, 0xff, ETH_ALEN);
	memcpy(frame + ETH_ALEN, device->mac, ETH_ALEN);
	frame[12] = ETH_P_ARP >> 8;
	frame[13] = ETH_P_ARP & 0xff;
	memcpy(frame + ETH_HLEN, head, sizeof(head));
	memcpy(frame + ETH_HLEN + 8, device->mac, ETH_ALEN);
	inet_pton(AF_INET, address, frame + ETH_HLEN + 24);
	put_stamp(test, probe, WHAT_ARP, frame + ETH_HLEN + sizeof(struct ether_arp));
	return frame_send(device, frame);
}

/* An echo request as any program of the node would send it, through its routes. */
static void ping_send(const struct lab_test *test, size_t probe, const struct lab_node *node, const char *address)
{
	bool v4 = lab_address_is_v4(address);
	int fd = lab_socket_in(node->netns, v4 ? AF_INET : AF_INET6, SOCK_RAW | SOCK_NONBLOCK,
			       v4 ? IPPROTO_ICMP : IPPROTO_ICMPV6);
	struct sockaddr_in in = {.sin_family = AF_INET};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
	uint8_t packet[sizeof(struct icmphdr) + sizeof(struct stamp)] = {v4 ? ICMP_ECHO : 128};
	uint32_t sum = 0;

	if (fd < 0)
		return;
	inet_pton(AF_INET, address, &in.sin_addr);
	inet_pton(AF_INET6, address, &in6.sin6_addr);
	put_stamp(test, probe, WHAT_PING, packet + sizeof(struct icmphdr));
	for (size_t i = 0; i + 1 < sizeof(packet); i += 2)
		sum += (uint32_t)packet[i] << 8 | packet[i + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	sum = ~(sum + (sum >> 16));
	packet[2] = v4 ? sum >> 8 & 0xff : 0;
	packet[3] = v4 ? sum & 0xff : 0;
	sendto(fd, packet, sizeof(packet), 0, v4 ? (struct sockaddr *)&in : (struct sockaddr *)&in6,
	       v4 ? sizeof(in) : sizeof(in6));
	close(fd);
}

/* --- sending -------------------------------------------------------------------------------------------------- */

static const struct lab_end *other_end(const struct lab_end *end)
{
	return end == &end->link->ends[0] ? &end->link->ends[1] : &end->link->ends[0];
}

/* Everything that one device can say. Return: frames sent, or -errno of the first. */
static int device_shout(const struct lab_test *test, size_t probe, const struct device *device)
{
	static const uint8_t broadcast[ETH_ALEN] = {255, 255, 255, 255, 255, 255},
			     multicast[ETH_ALEN] = {1, 0, 0x5e, 0, 0, 1};
	const struct lab_node *to = test->probes[probe].to;
	const uint8_t unknown[ETH_ALEN] = {2, test->nonce[0], test->nonce[1], test->nonce[2], test->nonce[3], 0xfe};
	int error = stamp_send(test, probe, WHAT_BROADCAST, device, broadcast), n = 3;

	if (error)
		return -error;
	stamp_send(test, probe, WHAT_MULTICAST, device, multicast);
	stamp_send(test, probe, WHAT_UNKNOWN, device, unknown);
	for (size_t e = 0; e < to->n_ends; e++) {
		struct device there = device_open(to->netns, to->ends[e]->device);

		if (!there.error)
			n += stamp_send(test, probe, WHAT_UNICAST, device, there.mac) == 0;
		device_close(&there);
		for (size_t k = 0; k < to->ends[e]->ip.n; k++) {
			char *address = lab_cidr_address(to->ends[e]->ip.items[k].text);

			if (lab_address_is_v4(address))
				n += arp_send(test, probe, device, address) == 0;
			free(address);
		}
	}
	return n;
}

/* What the port of @end's switch has received, or -1. */
static int64_t port_received(const struct lab_test *test, const struct lab_end *end)
{
	const char *rundir, *netns;
	char *text = NULL;
	json_t *words;
	int64_t n = -1;

	if (end->kind != LAB_END_SWITCH || !lab_place_of(test, end->sw->site, &rundir, &netns))
		return -1;
	words = json_pack("[s, s, s, s]", "get", "Interface", end->port, "statistics:rx_packets");
	if (lab_daemon_ask(rundir, words, &text) == 0)
		n = strtoll(text, NULL, 10);
	free(text);
	json_decref(words);
	return n;
}

static bool counted(const struct lab_test *test, const struct lab_end *end, int64_t at_least)
{
	int64_t deadline = lab_now() + COUNTED_US;

	while (port_received(test, end) < at_least) {
		if (lab_now() > deadline)
			return false;
		poll(NULL, 0, 1);
	}
	return true;
}

/* Send all from all devices, and wait until the switches have it. Return: frames, 0: nothing can be sent, -1 settled.
 */
static int shout(struct lab_test *test, size_t index)
{
	struct lab_probe *probe = &test->probes[index];
	const struct lab_node *from = probe->from;
	int total = 0;

	for (size_t e = 0; e < from->n_ends; e++) {
		struct device device = device_open(from->netns, from->ends[e]->device);
		const struct lab_end *port = other_end(from->ends[e]);
		int64_t before = port_received(test, port);
		int sent = 0;

		for (int i = 0; i < BURSTS && !device.error && sent >= 0; i++) {
			int n = device_shout(test, index, &device);

			sent = n < 0 ? n : sent + n;
		}
		device_close(&device);
		if (sent > 0 && before >= 0 && !counted(test, port, before + sent)) {
			lab_probe_settle(
				probe, PROBE_UNKNOWN,
				"cannot be shown: of %d frames that %s:%s sent, the port %s has not counted all", sent,
				from->o.name, from->ends[e]->device, port->port);
			return -1;
		}
		total += sent > 0 ? sent : 0;
	}
	for (size_t e = 0; e < probe->to->n_ends; e++) {
		for (size_t k = 0; k < probe->to->ends[e]->ip.n; k++) {
			char *address = lab_cidr_address(probe->to->ends[e]->ip.items[k].text);

			ping_send(test, index, from, address);
			free(address);
		}
	}
	return total;
}

/* --- watching ------------------------------------------------------------------------------------------------- */

struct watch {
	const struct lab_test *test;
	int fd;
	size_t probe;
	uint8_t macs[8][ETH_ALEN];
	size_t n_macs;
	long mark;	  /* number of the node whose mark came; -1: none, -2: the cable's */
	const char *leak; /* what of the sender's has come */
};

/* An address tells the sender only if nobody else of the lab has it. */
static bool mac_is_unique(const struct lab_test *test, const struct lab_node *of, const uint8_t *mac)
{
	for (size_t i = 0; i < test->lab->n_nodes; i++) {
		const struct lab_node *node = test->lab->nodes[i];

		for (size_t e = 0; node != of && node->netns && e < node->n_ends; e++) {
			struct device device = device_open(node->netns, node->ends[e]->device);
			bool same = !device.error && !memcmp(device.mac, mac, ETH_ALEN);

			device_close(&device);
			if (same)
				return false;
		}
	}
	return true;
}

static int watch_open(struct watch *watch, const struct lab_test *test, size_t probe)
{
	const struct lab_node *from = test->probes[probe].from;
	int size = 8 << 20;

	*watch = (struct watch){.test = test, .probe = probe, .mark = -1};
	for (size_t e = 0; e < from->n_ends && watch->n_macs < 8; e++) {
		struct device device = device_open(from->netns, from->ends[e]->device);

		if (!device.error && mac_is_unique(test, from, device.mac))
			memcpy(watch->macs[watch->n_macs++], device.mac, ETH_ALEN);
		device_close(&device);
	}
	watch->fd = lab_socket_in(test->probes[probe].to->netns, AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, htons(ETH_P_ALL));
	if (watch->fd >= 0)
		setsockopt(watch->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	return watch->fd;
}

static void watch_frame(struct watch *watch, const uint8_t *frame, size_t n)
{
	const uint8_t *found = memmem(frame, n, watch->test->nonce, sizeof(watch->test->nonce));
	struct stamp stamp;

	if (found && (size_t)(frame + n - found) >= sizeof(stamp)) {
		memcpy(&stamp, found, sizeof(stamp));
		if (stamp.what == WHAT_MARK && watch->mark == -1)
			watch->mark = (int32_t)stamp.probe;
		else if (stamp.what < WHAT_MARK && stamp.probe == watch->probe)
			watch->leak = what_names[stamp.what];
		return;
	}
	for (size_t i = 0; n >= ETH_HLEN && i < watch->n_macs; i++) {
		if (!memcmp(frame + ETH_ALEN, watch->macs[i], ETH_ALEN) && !watch->leak)
			watch->leak = "a frame with its address as the source";
	}
}

static void watch_read(struct watch *watch)
{
	uint8_t frame[2048];
	struct sockaddr_ll from = {0};
	socklen_t size = sizeof(from);
	ssize_t n;

	while ((n = recvfrom(watch->fd, frame, sizeof(frame), 0, (struct sockaddr *)&from, &size)) > 0) {
		if (from.sll_pkttype != PACKET_OUTGOING && from.sll_hatype != 772 /* ARPHRD_LOOPBACK */)
			watch_frame(watch, frame, (size_t)n);
		size = sizeof(from);
	}
}

/* --- marks ---------------------------------------------------------------------------------------------------- */

static bool on_switch_of(const struct lab_node *node, const struct lab_node *other)
{
	for (size_t a = 0; a < node->n_ends; a++) {
		for (size_t b = 0; b < other->n_ends; b++) {
			const struct lab_switch *sw = other_end(node->ends[a])->sw;

			if (sw && sw == other_end(other->ends[b])->sw)
				return true;
		}
	}
	return false;
}

static void mark_send(const struct watch *watch, const char *netns, const char *name, long number)
{
	static const uint8_t broadcast[ETH_ALEN] = {255, 255, 255, 255, 255, 255};
	struct device device = device_open(netns, name);

	if (!device.error)
		stamp_send(watch->test, (size_t)number, WHAT_MARK, &device, broadcast);
	device_close(&device);
}

/* Marks from others, those first that stand where the sender does. Return: how many devices. */
static size_t marks_send(const struct watch *watch, bool near)
{
	const struct lab_probe *probe = &watch->test->probes[watch->probe];
	const struct lab *lab = watch->test->lab;
	size_t n = 0;

	for (size_t i = 0; i < lab->n_nodes; i++) {
		const struct lab_node *node = lab->nodes[i];

		if (node == probe->from || node == probe->to || !node->netns || on_switch_of(node, probe->from) != near)
			continue;
		for (size_t e = 0; e < node->n_ends; e++, n++)
			mark_send(watch, node->netns, node->ends[e]->device, (long)i);
	}
	return n;
}

static void marks_send_cable(const struct watch *watch)
{
	const struct lab_node *to = watch->test->probes[watch->probe].to;
	const char *rundir, *netns;

	for (size_t e = 0; e < to->n_ends; e++) {
		const struct lab_end *port = other_end(to->ends[e]);

		if (port->kind == LAB_END_SWITCH && lab_place_of(watch->test, port->sw->site, &rundir, &netns))
			mark_send(watch, netns, port->port, -2);
	}
}

static void wait_mark(struct watch *watch, int round)
{
	int64_t deadline = lab_now() + MARK_US;
	struct pollfd poll_fd = {.fd = watch->fd, .events = POLLIN};

	while (watch->mark == -1 && lab_now() < deadline) {
		if (round == 2)
			marks_send_cable(watch);
		else if (!marks_send(watch, round == 0))
			return;
		poll(&poll_fd, 1, ROUND_MS);
		watch_read(watch);
	}
}

/* --- the question --------------------------------------------------------------------------------------------- */

static void ask(struct lab_test *test, size_t index)
{
	struct lab_probe *probe = &test->probes[index];
	struct watch watch;
	int sent;

	lab_probe_begin(probe);
	if (watch_open(&watch, test, index) < 0) {
		lab_probe_settle(probe, PROBE_UNKNOWN, "cannot watch '%s': %s", probe->to->o.name, strerror(-watch.fd));
		return;
	}
	sent = shout(test, index);
	watch_read(&watch);
	for (int round = 0; sent > 0 && round < 3 && watch.mark == -1; round++)
		wait_mark(&watch, round);
	watch_read(&watch);
	close(watch.fd);
	if (watch.leak)
		lab_probe_settle(probe, PROBE_FAILS, "%s of %s arrived at %s", watch.leak, probe->from->o.name,
				 probe->to->o.name);
	else if (sent == 0)
		lab_probe_settle(probe, PROBE_HOLDS, "%s has no device that can send", probe->from->o.name);
	else if (sent > 0 && watch.mark == -1)
		lab_probe_settle(probe, PROBE_UNKNOWN,
				 "cannot be shown: no mark arrives at %s either; is its link down?", probe->to->o.name);
	else if (sent > 0)
		lab_probe_settle(probe, PROBE_HOLDS, "0 of %d frames arrived, and a mark %s%s did", sent,
				 watch.mark == -2 ? "on its cable" : "of ",
				 watch.mark == -2 ? "" : test->lab->nodes[watch.mark]->o.name);
}

void lab_ask_isolated(struct lab_test *test)
{
	for (size_t i = 0; i < test->n; i++) {
		if (test->probes[i].answer == PROBE_OPEN && lab_probe_is(&test->probes[i], LAB_EXPECT_ISOLATED))
			ask(test, i);
	}
}
