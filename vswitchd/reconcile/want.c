/* SPDX-License-Identifier: GPL-2.0-only */
/* want.c - rows of the store, understood: what an interface and a bridge shall be */
#include "vswitchd/reconcile/want.h"

#include <errno.h>
#include <grp.h>
#include <net/if.h>
#include <pwd.h>
#include <string.h>

#include "common/xalloc.h"
#include "vswitchd/reconcile/options.h"
#include "vswitchd/reconcile/types.h"

#define RC_MTU_MIN 68
#define RC_MTU_MAX 65535
#define RC_VNI_MAX 0xffffff
#define RC_VXLAN_PORT 4789
#define RC_VXLAN_TTL 64
#define RC_AGEING_DEFAULT 300
#define RC_AGEING_MAX 1000000
#define RC_FDB_DEFAULT 8192
#define RC_FDB_MIN 10
#define RC_FDB_MAX 1000000

void rc_want_destroy(struct rc_want *want)
{
	free(want->netns);
	free(want->peer);
	free(want->group_dev);
	free(want->addrs);
	free(want->routes);
	free(want->vxlan.remotes);
	memset(want, 0, sizeof(*want));
}

/* Other words are refused at the store's door. */
static enum dp_xdp rc_want_xdp(const struct store_row *row)
{
	static const char *const words[] = {
		[DP_XDP_NATIVE] = "native", [DP_XDP_GENERIC] = "generic", [DP_XDP_OFF] = "off"};
	const char *text = store_get_key(row, Interface_other_config, "xdp");

	for (size_t i = 0; text && i < sizeof(words) / sizeof(words[0]); i++) {
		if (words[i] && strcmp(text, words[i]) == 0)
			return (enum dp_xdp)i;
	}
	return DP_XDP_AUTO;
}

static int rc_want_common(const struct store_row *row, struct rc_want *want, char **error)
{
	const char *name = store_get_string(row, Interface_name);
	const char *type = store_get_string(row, Interface_type);
	const char *mac = store_get_string(row, Interface_mac);
	int64_t mtu = store_get_integer(row, Interface_mtu_request, 0);

	want->type = rc_type_find(type ? type : "");
	if (!want->type) {
		*error = vs_xasprintf("type \"%s\" is not one that there is here", type);
		return -EINVAL;
	}
	if (want->type->kind == DP_PORT_NETDEV && name && strlen(name) >= IFNAMSIZ) {
		*error = vs_xasprintf("\"%s\" is too long for a network device (at most %d characters)", name,
				      IFNAMSIZ - 1);
		return -EINVAL;
	}
	if (mac) {
		if (vs_mac_parse(mac, want->mac) < 0 || want->mac[0] & 1) {
			*error = vs_xasprintf("mac \"%s\" is not the Ethernet address of one station", mac);
			return -EINVAL;
		}
		want->has_mac = true;
	}
	if (mtu && (mtu < RC_MTU_MIN || mtu > RC_MTU_MAX)) {
		*error = vs_xasprintf("mtu_request %lld is not from %d to %d", (long long)mtu, RC_MTU_MIN, RC_MTU_MAX);
		return -EINVAL;
	}
	want->mtu = (uint32_t)mtu;
	want->mtu_column = "mtu_request";
	const char *admin = store_get_key(row, Interface_other_config, "admin-state");
	want->xdp = rc_want_xdp(row);
	want->down = admin && strcmp(admin, "down") == 0;
	return 0;
}

int rc_want_interface(const struct store_row *interface, struct rc_want *want, char **error)
{
	struct rc_want new = {.owner = -1, .group = -1};
	int rc = rc_want_common(interface, &new, error);

	if (!rc && new.type->want)
		rc = new.type->want(interface, &new, error);
	if (rc) {
		rc_want_destroy(&new);
		return rc;
	}
	*want = new;
	return 0;
}

int rc_want_veth(const struct store_row *row, struct rc_want *want, char **error)
{
	const char *netns = store_get_key(row, Interface_options, "netns");
	const char *peer = store_get_key(row, Interface_options, "peer");
	int64_t mtu = want->mtu;
	bool own_mtu = store_get_key(row, Interface_options, "mtu");
	int rc;

	want->netns = netns && *netns ? vs_xstrdup(netns) : NULL;
	want->peer = vs_xstrdup(peer && *peer ? peer : "eth0");
	if (strlen(want->peer) >= IFNAMSIZ || strchr(want->peer, '/')) {
		*error = vs_xasprintf("options:peer \"%s\" is not the name of a network device", want->peer);
		return -EINVAL;
	}
	rc = rc_option_mac(row, "mac", &want->has_peer_mac, want->peer_mac, error);
	if (!rc)
		rc = rc_option_addrs(row, "ip", &want->addrs, &want->n_addrs, error);
	if (!rc)
		rc = rc_option_gateway(row, "gateway", &want->routes, &want->n_routes, error);
	if (!rc)
		rc = rc_option_routes(row, "routes", &want->routes, &want->n_routes, error);
	if (!rc)
		rc = rc_option_number(row, "mtu", RC_MTU_MIN, RC_MTU_MAX, &mtu, error);
	want->mtu = (uint32_t)mtu;
	if (own_mtu)
		want->mtu_column = "options:mtu";
	return rc;
}

/* An account by name or number. Return: false if there is no such one. */
static bool rc_account(const char *text, bool is_group, int64_t *id)
{
	struct passwd *user = is_group ? NULL : getpwnam(text);
	struct group *group = is_group ? getgrnam(text) : NULL;
	char *end;
	unsigned long value;

	if (user || group) {
		*id = user ? (int64_t)user->pw_uid : (int64_t)group->gr_gid;
		return true;
	}
	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno || end == text || *end || *text == '-' || value >= UINT32_MAX)
		return false;
	*id = (int64_t)value;
	return true;
}

int rc_want_tap(const struct store_row *row, struct rc_want *want, char **error)
{
	const char *owner = store_get_key(row, Interface_options, "owner");
	const char *group = store_get_key(row, Interface_options, "group");
	int64_t queues = 1;
	int rc = rc_option_number(row, "queues", 1, 256, &queues, error);

	if (rc)
		return rc;
	want->multi_queue = queues > 1;
	if (owner && !rc_account(owner, false, &want->owner)) {
		*error = vs_xasprintf("options:owner \"%s\" is not a user of this machine", owner);
		return -EINVAL;
	}
	if (group && !rc_account(group, true, &want->group)) {
		*error = vs_xasprintf("options:group \"%s\" is not a group of this machine", group);
		return -EINVAL;
	}
	/* To the kernel, nobody's device is everybody's. */
	if (!owner && !group)
		want->owner = 0;
	return 0;
}

int rc_want_patch(const struct store_row *row, struct rc_want *want, char **error)
{
	const char *peer = store_get_key(row, Interface_options, "peer");
	const char *name = store_get_string(row, Interface_name);

	if (!peer || !*peer || (name && strcmp(peer, name) == 0)) {
		*error = vs_xasprintf("%s: patch type requires valid 'peer' argument", name ? name : "");
		return -EINVAL;
	}
	want->peer = vs_xstrdup(peer);
	return 0;
}

/* A flooded frame reaches every remote once, however often it is named. */
static void remotes_unique(struct dp_vxlan *vxlan)
{
	size_t n = 0;

	for (size_t i = 0; i < vxlan->n_remotes; i++) {
		size_t j = 0;

		while (j < n && memcmp(&vxlan->remotes[j], &vxlan->remotes[i], sizeof(vxlan->remotes[i])) != 0)
			j++;
		if (j == n)
			vxlan->remotes[n++] = vxlan->remotes[i];
	}
	vxlan->n_remotes = n;
}

static int rc_want_remotes(const struct store_row *row, struct dp_vxlan *vxlan, char **error)
{
	size_t groups = 0;
	int rc = rc_option_ips(row, "remote_ip", &vxlan->remotes, &vxlan->n_remotes, error);

	if (rc)
		return rc;
	remotes_unique(vxlan);
	for (size_t i = 0; i < vxlan->n_remotes; i++)
		groups += vs_ip_is_multicast(&vxlan->remotes[i]);
	if (!vxlan->n_remotes) {
		*error = vs_xasprintf("%s: vxlan type requires valid 'remote_ip' argument",
				      store_get_string(row, Interface_name));
		return -EINVAL;
	}
	if (groups > 1 || (groups && vxlan->n_remotes > 1)) {
		*error = vs_xasprintf("options:remote_ip \"%s\" mixes a multicast group with other addresses",
				      store_get_key(row, Interface_options, "remote_ip"));
		return -EINVAL;
	}
	return 0;
}

int rc_want_vxlan(const struct store_row *row, struct rc_want *want, char **error)
{
	const char *dev = store_get_key(row, Interface_options, "dev");
	struct dp_vxlan *vxlan = &want->vxlan;
	int64_t vni = 0, port = RC_VXLAN_PORT;
	int rc = rc_want_remotes(row, vxlan, error);

	if (rc)
		return rc;
	vxlan->ttl = RC_VXLAN_TTL;
	vxlan->tos = 0;
	vxlan->df = true;
	/* RFC 8200 wants a checksum on IPv6; on IPv4 RFC 7348 wants none, and some cards break it. */
	vxlan->csum = !vs_ip_is_v4(&vxlan->remotes[0]);
	rc = rc_option_number(row, "key", 0, RC_VNI_MAX, &vni, error);
	if (!rc)
		rc = rc_option_number(row, "dst_port", 1, UINT16_MAX, &port, error);
	if (!rc)
		rc = rc_option_ip(row, "local_ip", &vxlan->local, error);
	if (!rc)
		rc = rc_option_inherit(row, "ttl", 1, 255, DP_INHERIT, &vxlan->ttl, error);
	if (!rc)
		rc = rc_option_inherit(row, "tos", 0, 255, DP_INHERIT, &vxlan->tos, error);
	if (!rc)
		rc = rc_option_bool(row, "csum", &vxlan->csum, error);
	if (!rc)
		rc = rc_option_bool(row, "df_default", &vxlan->df, error);
	vxlan->vni = (uint32_t)vni;
	vxlan->dst_port = (uint16_t)port;
	want->group_dev = dev && *dev ? vs_xstrdup(dev) : NULL;
	return rc;
}

/* As Open vSwitch reads its settings: what is no number counts as not there, what is out of range is brought in. */
static uint32_t rc_setting(const struct store_row *row, const char *key, long min, long max, long otherwise)
{
	const char *text = store_get_key(row, Bridge_other_config, key);
	char *end;
	long value;

	if (!text)
		return (uint32_t)otherwise;
	errno = 0;
	value = strtol(text, &end, 10);
	if (errno || end == text || *end)
		return (uint32_t)otherwise;
	return (uint32_t)(value < min ? min : value > max ? max : value);
}

void rc_want_bridge(const struct store_row *bridge, const struct store_row *root, struct dp_bridge_config *config)
{
	const char *bpdu = store_get_key(bridge, Bridge_other_config, "forward-bpdu");
	const char *limit = store_get_key(root, Open_vSwitch_other_config, "vlan-limit");
	const struct vs_datum *flood = store_get(bridge, Bridge_flood_vlans);

	memset(config, 0, sizeof(*config));
	config->name = store_get_string(bridge, Bridge_name);
	config->ageing_s = rc_setting(bridge, "mac-aging-time", 1, RC_AGEING_MAX, RC_AGEING_DEFAULT);
	config->forward.fdb_limit = rc_setting(bridge, "mac-table-size", RC_FDB_MIN, RC_FDB_MAX, RC_FDB_DEFAULT);
	if (bpdu && strcmp(bpdu, "true") == 0)
		config->forward.flags |= VS_BRIDGE_FORWARD_BPDU;
	if (limit && strcmp(limit, "1") != 0)
		config->forward.flags |= VS_BRIDGE_INNER_TAG;
	for (unsigned int i = 0; i < flood->n; i++) {
		uint64_t vid = (uint64_t)flood->keys[i].integer;

		if (vid < VS_VLANS)
			config->forward.flood_vlans.bits[vid / 64] |= 1ULL << vid % 64;
	}
}

static int rc_key_compare(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct vs_fdb_key));
}

size_t rc_want_static_macs(const struct store_row *port, uint32_t bridge, struct vs_fdb_key **keys)
{
	const struct vs_datum *macs = store_get(port, Port_static_macs);
	size_t n = 0;

	*keys = macs->n ? vs_xcalloc(macs->n, sizeof(**keys)) : NULL;
	for (unsigned int i = 0; i < macs->n; i++) {
		struct vs_fdb_key *key = &(*keys)[n];
		char *end;
		unsigned long vlan = strtoul(macs->keys[i].string, &end, 10);

		if (end == macs->keys[i].string || *end != '/' || vlan >= VS_VLANS ||
		    vs_mac_parse(end + 1, key->mac) < 0)
			continue; /* refused at the store's door; an old database may still have one */
		key->bridge = bridge;
		key->vlan = (uint16_t)vlan;
		n++;
	}
	if (n)
		qsort(*keys, n, sizeof(**keys), rc_key_compare);
	return n;
}
