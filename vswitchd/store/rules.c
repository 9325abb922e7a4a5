/* SPDX-License-Identifier: GPL-2.0-only */
/* rules.c - what makes sense beyond types and ranges: a table of rules, run for every row that a commit changes */

/*
 * A rule refuses what is known to be wrong whatever the machine looks like, and says what would be right. What
 * depends on the machine (a device that is not there, a user that is unknown) is stored and parked instead. Rules
 * are not run when the database is read back: what was once accepted must not keep the switch from starting.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/addr.h"
#include "vswitchd/store/forms.h"
#include "vswitchd/store/internal.h"

#define VLAN_MAX 4094 /* 4095 is reserved: IEEE 802.1Q table 9-2 */
#define MTU_MIN 68    /* RFC 791 */
#define MTU_MAX 65535

typedef int (*rule)(struct store *store, const struct store_row *row, char **error);

static const char *text_of(const struct store_row *row, unsigned int column)
{
	const char *text = store_get_string(row, column);

	return text ? text : "";
}

/* --- all tables --------------------------------------------------------------------------------------------- */

static bool key_counts(const struct schema_key *key, const struct store_row *row)
{
	return key->table == row->table &&
	       (!*key->kinds || (row->table == STORE_Interface && !strcmp(key->kinds, text_of(row, Interface_type))));
}

static int rule_keys(struct store *store, const struct store_row *row, char **error)
{
	(void)store;
	for (const struct schema_key *key = schema_keys; key->key; key++) {
		const char *text = key_counts(key, row) ? store_get_key(row, key->column, key->key) : NULL;
		int rc = text ? form_check(key, text, error) : 0;

		if (rc)
			return rc;
	}
	return 0;
}

static int vlans_check(const struct store_row *row, unsigned int column, char **error)
{
	const struct vs_datum *vlans = &row->columns[column];
	int64_t last = vlans->n ? vlans->keys[vlans->n - 1].integer : 0;

	if (last <= VLAN_MAX)
		return 0;
	*error = vs_xasprintf("%s %" PRId64 " of %s \"%s\" is reserved; VLANs go from 0 to %d",
			      row_schema(row)->columns[column].name, last, row_schema(row)->name, text_of(row, 0),
			      VLAN_MAX);
	return -EINVAL;
}

/* --- bridges ------------------------------------------------------------------------------------------------ */

static int rule_bridge_name(struct store *store, const struct store_row *row, char **error)
{
	const char *name = text_of(row, Bridge_name);

	(void)store;
	if (form_device(name))
		return 0;
	*error = vs_xasprintf("\"%s\" cannot be the name of a bridge, whose own port needs %s", name,
			      schema_form_names[FORM_DEVICE]);
	return -EINVAL;
}

static const char *const datapath_types[] = {"netdev", "system"};

#define N_DATAPATH_TYPES (sizeof(datapath_types) / sizeof(datapath_types[0]))

static int rule_bridge_datapath(struct store *store, const struct store_row *row, char **error)
{
	const char *type = text_of(row, Bridge_datapath_type);

	(void)store;
	for (size_t i = 0; i < N_DATAPATH_TYPES; i++) {
		if (!*type || !strcmp(type, datapath_types[i]))
			return 0;
	}
	*error = vs_xasprintf("datapath_type \"%s\" is unknown; leave it empty, or use system or netdev", type);
	return -EINVAL;
}

static int rule_bridge_flood(struct store *store, const struct store_row *row, char **error)
{
	(void)store;
	return vlans_check(row, Bridge_flood_vlans, error);
}

/* --- ports -------------------------------------------------------------------------------------------------- */

static int rule_port_name(struct store *store, const struct store_row *row, char **error)
{
	(void)store;
	if (*text_of(row, Port_name))
		return 0;
	*error = vs_xstrdup("a port needs a name");
	return -EINVAL;
}

static int rule_port_vlans(struct store *store, const struct store_row *row, char **error)
{
	int rc = vlans_check(row, Port_tag, error);

	(void)store;
	if (!rc)
		rc = vlans_check(row, Port_trunks, error);
	return rc ? rc : vlans_check(row, Port_cvlans, error);
}

static int rule_port_macs(struct store *store, const struct store_row *row, char **error)
{
	const struct vs_datum *macs = &row->columns[Port_static_macs];

	(void)store;
	for (unsigned int i = 0; i < macs->n; i++) {
		const char *text = macs->keys[i].string;
		char *end;
		unsigned long vlan = strtoul(text, &end, 10);

		if (*text >= '0' && *text <= '9' && *end == '/' && vlan <= VLAN_MAX && form_mac(end + 1))
			continue;
		*error = vs_xasprintf("static_macs \"%s\" is not VLAN/ADDRESS, such as 10/02:00:00:00:00:01", text);
		return -EINVAL;
	}
	return 0;
}

/* --- interfaces --------------------------------------------------------------------------------------------- */

/* The types there are; @device: the interface is a network device of its name. */
static const struct interface_type {
	const char *name;
	bool device;
} interface_types[] = {
	{"", true},	    {"system", true}, {"veth", true},	{"tap", true},
	{"internal", true}, {"patch", false}, {"vxlan", false},
};

#define N_INTERFACE_TYPES (sizeof(interface_types) / sizeof(interface_types[0]))

static const struct interface_type *interface_type(const struct store_row *row)
{
	for (size_t i = 0; i < N_INTERFACE_TYPES; i++) {
		if (!strcmp(interface_types[i].name, text_of(row, Interface_type)))
			return &interface_types[i];
	}
	return NULL;
}

static int rule_interface_type(struct store *store, const struct store_row *row, char **error)
{
	char *list = NULL;

	(void)store;
	if (interface_type(row))
		return 0;
	for (size_t i = 1; i < N_INTERFACE_TYPES; i++) {
		char *longer = vs_xasprintf("%s%s%s", list ? list : "", list ? ", " : "", interface_types[i].name);

		free(list);
		list = longer;
	}
	*error = vs_xasprintf("\"%s\" is not a type of interface here; use one of: %s", text_of(row, Interface_type),
			      list);
	free(list);
	return -EINVAL;
}

static int rule_interface_name(struct store *store, const struct store_row *row, char **error)
{
	const char *name = text_of(row, Interface_name);
	const struct interface_type *type = interface_type(row);

	(void)store;
	if (*name && (!type->device || form_device(name)))
		return 0;
	*error = vs_xasprintf("\"%s\" is not %s", name, type->device ? schema_form_names[FORM_DEVICE] : "a name");
	return -EINVAL;
}

static int rule_interface_mac(struct store *store, const struct store_row *row, char **error)
{
	const char *mac = text_of(row, Interface_mac);

	(void)store;
	if (!*mac || form_mac(mac))
		return 0;
	*error = vs_xasprintf("mac \"%s\" is not %s", mac, schema_form_names[FORM_MAC]);
	return -EINVAL;
}

static int rule_interface_mtu(struct store *store, const struct store_row *row, char **error)
{
	int64_t mtu = store_get_integer(row, Interface_mtu_request, MTU_MIN);

	(void)store;
	if (mtu >= MTU_MIN && mtu <= MTU_MAX)
		return 0;
	*error = vs_xasprintf("mtu_request %" PRId64 " is not from %d to %d", mtu, MTU_MIN, MTU_MAX);
	return -EINVAL;
}

static int rule_interface_patch(struct store *store, const struct store_row *row, char **error)
{
	const char *peer = store_get_key(row, Interface_options, "peer");

	(void)store;
	if (strcmp(text_of(row, Interface_type), "patch") || !peer || strcmp(peer, text_of(row, Interface_name)))
		return 0;
	*error = vs_xasprintf("options:peer \"%s\" is the patch interface itself; name the one at the other end", peer);
	return -EINVAL;
}

static int rule_interface_group(struct store *store, const struct store_row *row, char **error)
{
	const char *remote = store_get_key(row, Interface_options, "remote_ip");
	struct vs_ip ip;

	(void)store;
	if (strcmp(text_of(row, Interface_type), "vxlan") || !remote || vs_ip_parse(remote, &ip) ||
	    !vs_ip_is_multicast(&ip) || store_get_key(row, Interface_options, "dev"))
		return 0;
	*error = vs_xasprintf("options:remote_ip \"%s\" is a multicast group; say with options:dev where to join it",
			      remote);
	return -EINVAL;
}

static int rule_interface_local(struct store *store, const struct store_row *row, char **error)
{
	const char *remote = store_get_key(row, Interface_options, "remote_ip");
	const char *local = store_get_key(row, Interface_options, "local_ip");
	struct vs_ip from, to;
	char *first;
	bool same;

	(void)store;
	if (strcmp(text_of(row, Interface_type), "vxlan") || !remote || !local || vs_ip_parse(local, &from))
		return 0;
	remote += strspn(remote, ", ");
	first = strndup(remote, strcspn(remote, ", "));
	same = !first || vs_ip_parse(first, &to) || vs_ip_is_v4(&from) == vs_ip_is_v4(&to);
	free(first);
	if (same)
		return 0;
	*error = vs_xasprintf("options:local_ip \"%s\" is not of the same family as options:remote_ip \"%s\"", local,
			      remote);
	return -EINVAL;
}

static void set_words(struct store_row *row, unsigned int column, const char *const *words, size_t n)
{
	const struct vs_type *type = row_type(row, column);
	struct vs_datum datum = {0};

	for (size_t i = 0; i < n; i++)
		vs_datum_add(type, &datum, &(union vs_atom){.string = (char *)(uintptr_t)words[i]}, NULL);
	store_set_ephemeral(row, column, &datum);
	vs_datum_destroy(type, &datum);
}

void rules_announce(struct store *store)
{
	const char *names[N_INTERFACE_TYPES];

	for (size_t i = 0; i < N_INTERFACE_TYPES; i++)
		names[i] = interface_types[i].name;
	/* The first is the empty one, which says the same as system. */
	set_words(store_root(store), Open_vSwitch_iface_types, names + 1, N_INTERFACE_TYPES - 1);
	set_words(store_root(store), Open_vSwitch_datapath_types, datapath_types, N_DATAPATH_TYPES);
}

/* --- others ------------------------------------------------------------------------------------------------- */

static int rule_ssl_one(struct store *store, const struct store_row *row, char **error)
{
	(void)row;
	if (store_count(store, STORE_SSL) <= 1)
		return 0;
	*error = vs_xstrdup(
		"transaction causes \"SSL\" table to contain 2 rows, greater than the schema-defined limit of 1 "
		"row(s)");
	return -EINVAL;
}

static int rule_collector_unique(struct store *store, const struct store_row *row, char **error)
{
	for (struct store_row *other = store_first(store, row->table); other; other = store_next(store, other)) {
		if (other == row || !vs_datum_equal(row_type(row, Flow_Sample_Collector_Set_id),
						    &other->columns[Flow_Sample_Collector_Set_id],
						    &row->columns[Flow_Sample_Collector_Set_id]))
			continue;
		if (store_get_ref(store, row, Flow_Sample_Collector_Set_bridge, 0) !=
		    store_get_ref(store, other, Flow_Sample_Collector_Set_bridge, 0))
			continue;
		*error = vs_xstrdup("Transaction causes multiple rows in \"Flow_Sample_Collector_Set\" table to have "
				    "identical values for index on columns \"id\" and \"bridge\".");
		return -EINVAL;
	}
	return 0;
}

/* In the order in which they are asked: a rule may rely on those before it. */
static const struct {
	enum store_table_id table;
	rule rule;
} rules[] = {
	{STORE_Open_vSwitch, rule_keys},
	{STORE_Bridge, rule_bridge_name},
	{STORE_Bridge, rule_bridge_datapath},
	{STORE_Bridge, rule_bridge_flood},
	{STORE_Bridge, rule_keys},
	{STORE_Port, rule_port_name},
	{STORE_Port, rule_port_vlans},
	{STORE_Port, rule_port_macs},
	{STORE_Port, rule_keys},
	{STORE_Interface, rule_interface_type},
	{STORE_Interface, rule_interface_name},
	{STORE_Interface, rule_interface_mac},
	{STORE_Interface, rule_interface_mtu},
	{STORE_Interface, rule_keys},
	{STORE_Interface, rule_interface_patch},
	{STORE_Interface, rule_interface_group},
	{STORE_Interface, rule_interface_local},
	{STORE_SSL, rule_ssl_one},
	{STORE_Flow_Sample_Collector_Set, rule_collector_unique},
};

int rules_check(struct store *store, const struct store_row *row, char **error)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		int rc = rules[i].table == row->table ? rules[i].rule(store, row, error) : 0;

		if (rc)
			return rc;
	}
	return 0;
}
