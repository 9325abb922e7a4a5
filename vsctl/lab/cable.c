/* SPDX-License-Identifier: GPL-2.0-only */
/* cable.c - making a veth pair between two namespaces, with addresses and routes */
#include "vsctl/lab/cable.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/addr.h"
#include "common/xalloc.h"
#include "vswitchd/kernel/addr.h"
#include "vswitchd/kernel/link.h"
#include "vswitchd/kernel/netns.h"

/*
 * Which devices are ours is in the records of both nodes before they are made. In a namespace that the lab made there
 * are no others; in one that somebody else made, a device that is there already is refused when the record is made.
 */
struct end {
	int fd;
	struct kn *kn;
};

static int end_open(struct end *end, const char *netns)
{
	char *path = vs_xasprintf(KN_NETNS_DIR "/%s", netns);
	int error = 0;

	*end = (struct end){.fd = kn_netns_open(path)};
	if (end->fd < 0)
		error = end->fd;
	else
		error = kn_open_in(end->fd, &end->kn);
	free(path);
	return error;
}

static void end_close(struct end *end)
{
	kn_close(end->kn);
	if (end->fd >= 0)
		close(end->fd);
}

static const char *text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

bool lab_cable_fits(const char *netns, const char *to_netns, const json_t *wanted)
{
	struct end a = {.fd = -1}, b = {.fd = -1};
	struct kn_link near, far;
	bool fits = end_open(&a, netns) == 0 && end_open(&b, to_netns) == 0 &&
		    kn_link_by_name(a.kn, text_of(wanted, "device"), &near) == 0 &&
		    kn_link_by_name(b.kn, text_of(wanted, "to_device"), &far) == 0 && near.peer == far.ifindex &&
		    !(near.flags & IFF_UP) == json_is_true(json_object_get(wanted, "down"));

	end_close(&a);
	end_close(&b);
	return fits;
}

int lab_cable_remove(const char *netns, const char *device)
{
	struct end end;
	struct kn_link link;
	int error = end_open(&end, netns);

	if (!error)
		error = kn_link_by_name(end.kn, device, &link);
	if (!error)
		error = kn_link_delete(end.kn, link.ifindex);
	end_close(&end);
	return error;
}

/* --- addresses and routes ------------------------------------------------------------------------------------- */

static size_t addresses_read(const json_t *texts, struct kn_addr **addrs)
{
	size_t i, n = json_array_size(texts);
	json_t *text;

	*addrs = vs_xcalloc(n, sizeof(**addrs));
	json_array_foreach (texts, i, text)
		vs_cidr_parse(json_string_value(text), &(*addrs)[i].ip, &(*addrs)[i].bits);
	return n;
}

static void route_read(struct kn_route *route, const char *dest, const char *via)
{
	vs_ip_parse(via, &route->via);
	if (!strcmp(dest, "default"))
		vs_ip_parse(vs_ip_is_v4(&route->via) ? "0.0.0.0" : "::", &route->dest.ip);
	else
		vs_cidr_parse(dest, &route->dest.ip, &route->dest.bits);
}

static size_t routes_read(const json_t *wanted, struct kn_route **routes)
{
	const json_t *gateways = json_object_get(wanted, "gateway"), *texts = json_object_get(wanted, "routes");
	size_t i, n = 0;
	json_t *text;

	*routes = vs_xcalloc(json_array_size(gateways) + json_array_size(texts), sizeof(**routes));
	json_array_foreach (gateways, i, text)
		route_read(&(*routes)[n++], "default", json_string_value(text));
	json_array_foreach (texts, i, text) {
		char *dest = vs_xstrdup(json_string_value(text)), *via = strstr(dest, " via ");

		*via = '\0';
		route_read(&(*routes)[n++], dest, via + 5);
		free(dest);
	}
	return n;
}

static int end_addresses(struct kn *kn, int ifindex, const json_t *wanted)
{
	struct kn_addr *addrs;
	struct kn_route *routes;
	const struct kn_addr *bad_addr;
	const struct kn_route *bad_route;
	size_t n_addrs = addresses_read(json_object_get(wanted, "ip"), &addrs), n_routes = routes_read(wanted, &routes);
	int error = kn_addr_sync(kn, ifindex, addrs, n_addrs, false, &bad_addr);

	if (!error)
		error = kn_route_sync(kn, ifindex, routes, n_routes, false, &bad_route);
	free(addrs);
	free(routes);
	return error;
}

static int end_configure(const struct end *end, const json_t *wanted, bool up)
{
	json_int_t mtu = json_integer_value(json_object_get(wanted, "mtu"));
	struct kn_link_change change = {.mtu = (uint32_t)mtu, .updown = up ? KN_UP : KN_DOWN};
	struct kn_link link;
	int error = kn_link_by_name(end->kn, text_of(wanted, "device"), &link);

	if (!error)
		error = kn_link_set(end->kn, link.ifindex, &change);
	return error || !up ? error : end_addresses(end->kn, link.ifindex, wanted);
}

/* --- the pair ------------------------------------------------------------------------------------------------- */

static const uint8_t *mac_read(const json_t *wanted, uint8_t mac[6])
{
	const char *text = text_of(wanted, "mac");

	return text && vs_mac_parse(text, mac) == 0 ? mac : NULL;
}

int lab_cable_make(const char *name, const char *netns, const char *to_netns, const json_t *wanted, const json_t *other)
{
	struct end a = {.fd = -1}, b = {.fd = -1};
	uint8_t mac_a[6], mac_b[6];
	bool up = !json_is_true(json_object_get(wanted, "down"));
	int error;

	lab_cable_remove(netns, text_of(wanted, "device"));
	lab_cable_remove(to_netns, text_of(other, "device"));
	error = end_open(&a, netns);
	if (!error)
		error = end_open(&b, to_netns);
	if (!error) {
		struct kn_veth veth = {.name = text_of(wanted, "device"),
				       .peer_name = text_of(other, "device"),
				       .mac = mac_read(wanted, mac_a),
				       .peer_mac = mac_read(other, mac_b),
				       .peer_netns = b.fd};

		error = kn_veth_add(a.kn, &veth);
	}
	/* Both up first: an address is of no use to a route while the device is down. */
	if (!error)
		error = end_configure(&a, wanted, up);
	if (!error)
		error = end_configure(&b, other, true);
	if (error)
		fprintf(stderr, "vsctl: cannot lay the cable from '%s:%s' to '%s:%s': %s\n", name,
			text_of(wanted, "device"), text_of(wanted, "to"), text_of(wanted, "to_device"),
			strerror(-error));
	end_close(&a);
	end_close(&b);
	return error;
}

int lab_cable_updown(const char *netns, const json_t *wanted, bool up)
{
	struct end end;
	int error = end_open(&end, netns);

	if (!error)
		error = end_configure(&end, wanted, up);
	end_close(&end);
	return error;
}
