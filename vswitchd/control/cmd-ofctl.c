/* SPDX-License-Identifier: GPL-2.0-only */
/* cmd-ofctl.c - what tools ask ovs-ofctl for: ports with state and counters, and the one flow of a learning switch */

/*
 * There is no OpenFlow here. But a bridge of Open vSwitch without a controller has exactly one flow, actions=NORMAL,
 * and that is what a bridge here always does. So questions are answered as that bridge would answer them, a flow that
 * says what is so anyway is accepted, and any other is refused.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "common/addr.h"
#include "common/xalloc.h"
#include "vswitchd/control/command.h"

#define OFPORT_LOCAL 65534

/* --- bridges and ports ----------------------------------------------------------------------------------------------
 */

static int ofctl_find_bridge(struct cmd *cmd, struct store_row **row)
{
	struct cmd_bridge bridge;

	*row = NULL;
	if (cmd_find_bridge(cmd, cmd->args[0], false, &bridge) || bridge.fake)
		return cmd_fail(cmd, "%s is not a bridge or a socket", cmd->args[0]);
	*row = bridge.row;
	return 0;
}

static int64_t ofctl_number(const struct store_row *interface)
{
	return store_get_integer(interface, Interface_ofport, -1);
}

/* "LOCAL", or the number. */
static const char *ofctl_number_text(int64_t number, char text[24])
{
	if (number == OFPORT_LOCAL)
		return "LOCAL";
	snprintf(text, 24, "%lld", (long long)number);
	return text;
}

/* Whether @text means this interface: by name, by number, or LOCAL. */
static bool ofctl_is_port(const struct store_row *interface, const char *text)
{
	char number[24];

	return !strcmp(store_get_string(interface, Interface_name), text) ||
	       !strcasecmp(ofctl_number_text(ofctl_number(interface), number), text) ||
	       (ofctl_number(interface) == OFPORT_LOCAL && !strcmp(text, "65534"));
}

static int ofctl_compare(const void *a, const void *b)
{
	int64_t x = ofctl_number(*(struct store_row *const *)a), y = ofctl_number(*(struct store_row *const *)b);

	return x < y ? -1 : x > y;
}

/*
 * The interfaces of the bridge that have a port number, in order of it; or with @wanted that one alone. A number that
 * no port has is not an error; a name is.
 */
static int ofctl_ports(struct cmd *cmd, struct store_row *bridge, const char *wanted, struct store_row ***ports,
		       size_t *n)
{
	struct store_row **all;
	size_t n_all = cmd_bridge_interfaces(cmd, bridge, &all), found = 0;

	for (size_t i = 0; i < n_all; i++) {
		cmd_refresh(cmd, all[i]);
		if (ofctl_number(all[i]) > 0 && (!wanted || ofctl_is_port(all[i], wanted)))
			all[found++] = all[i];
	}
	if (!found && wanted && (*wanted < '0' || *wanted > '9')) {
		free(all);
		return cmd_fail(cmd, "%s: unknown port `%s'", cmd->args[0], wanted);
	}
	if (found)
		qsort(all, found, sizeof(*all), ofctl_compare);
	*ports = all;
	*n = found;
	return 0;
}

static bool ofctl_is_down(const struct store_row *interface, unsigned int column)
{
	const char *state = store_get_string(interface, column);

	return state && !strcmp(state, "down");
}

/* OpenFlow's bits of a port's configuration that there are here. */
static void ofctl_print_config(struct cmd *cmd, struct store_row *interface)
{
	struct store_row *port = store_referrer(cmd->store, interface);
	const char *flood = port ? store_get_key(port, Port_other_config, "flood") : NULL;
	bool down = ofctl_is_down(interface, Interface_admin_state), quiet = flood && !strcmp(flood, "false");

	fprintf(cmd->out, "     config:     %s%s%s\n", down ? "PORT_DOWN" : "", down && quiet ? " " : "",
		quiet  ? "NO_FLOOD"
		: down ? ""
		       : "0");
}

static void ofctl_print_desc(struct cmd *cmd, struct store_row *interface)
{
	int64_t mbps = store_get_integer(interface, Interface_link_speed, 0) / 1000000;
	const char *mac = store_get_string(interface, Interface_mac_in_use);
	char number[24];

	fprintf(cmd->out, " %s(%s): addr:%s\n", ofctl_number_text(ofctl_number(interface), number),
		store_get_string(interface, Interface_name), mac ? mac : "00:00:00:00:00:00");
	ofctl_print_config(cmd, interface);
	fprintf(cmd->out, "     state:      %s\n", ofctl_is_down(interface, Interface_link_state) ? "LINK_DOWN" : "0");
	if (mbps >= 1000)
		fprintf(cmd->out, "     current:    %lldGB-FD COPPER\n", (long long)mbps / 1000);
	fprintf(cmd->out, "     speed: %lld Mbps now, 0 Mbps max\n", (long long)mbps);
}

/* The bridge's number as OpenFlow has it: its own port's address. */
static void ofctl_print_datapath_id(struct cmd *cmd, struct store_row *const *ports, size_t n)
{
	uint8_t mac[6] = {0};

	for (size_t i = 0; i < n; i++)
		if (ofctl_number(ports[i]) == OFPORT_LOCAL && store_get_string(ports[i], Interface_mac_in_use))
			vs_mac_parse(store_get_string(ports[i], Interface_mac_in_use), mac);
	fprintf(cmd->out, "dpid:0000%02x%02x%02x%02x%02x%02x\n", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
}

/* The ports that the line asks for: of its bridge, and the one that it may name. As ofctl_ports(). */
static int ofctl_asked(struct cmd *cmd, struct store_row ***ports, size_t *n)
{
	struct store_row *bridge;
	int error = ofctl_find_bridge(cmd, &bridge);

	return error ? error : ofctl_ports(cmd, bridge, cmd->n_args > 1 ? cmd->args[1] : NULL, ports, n);
}

int cmd_ofctl_show(struct cmd *cmd)
{
	struct store_row **ports = NULL;
	size_t n = 0;
	int error = ofctl_asked(cmd, &ports, &n);

	if (error)
		return error;
	fputs("OFPT_FEATURES_REPLY (xid=0x2): ", cmd->out);
	ofctl_print_datapath_id(cmd, ports, n);
	fputs("n_tables:1, n_buffers:0\ncapabilities: FLOW_STATS TABLE_STATS PORT_STATS\nactions: output\n", cmd->out);
	for (size_t i = 0; i < n; i++)
		ofctl_print_desc(cmd, ports[i]);
	fputs("OFPT_GET_CONFIG_REPLY (xid=0x4): frags=normal miss_send_len=0\n", cmd->out);
	free(ports);
	return 0;
}

int cmd_ofctl_dump_ports_desc(struct cmd *cmd)
{
	struct store_row **ports = NULL;
	size_t n = 0;
	int error = ofctl_asked(cmd, &ports, &n);

	if (error)
		return error;
	fputs("OFPST_PORT_DESC reply (xid=0x2):\n", cmd->out);
	for (size_t i = 0; i < n; i++)
		ofctl_print_desc(cmd, ports[i]);
	free(ports);
	return 0;
}

static void ofctl_print_counters(struct cmd *cmd, struct store_row *interface)
{
	struct cmd_counts c = cmd_count(cmd, interface);
	char number[24];

	fprintf(cmd->out, "  port %2s: rx pkts=%lld, bytes=%lld, drop=%lld, errs=%lld, frame=0, over=0, crc=0\n",
		ofctl_number_text(ofctl_number(interface), number), c.rx_packets, c.rx_bytes, c.rx_dropped,
		c.rx_errors);
	fprintf(cmd->out, "           tx pkts=%lld, bytes=%lld, drop=%lld, errs=%lld, coll=0\n", c.tx_packets,
		c.tx_bytes, c.tx_dropped, c.tx_errors);
}

int cmd_ofctl_dump_ports(struct cmd *cmd)
{
	struct store_row **ports = NULL;
	size_t n = 0;
	int error = ofctl_asked(cmd, &ports, &n);

	if (error)
		return error;
	fprintf(cmd->out, "OFPST_PORT reply (xid=0x2): %zu ports\n", n);
	for (size_t i = 0; i < n; i++)
		ofctl_print_counters(cmd, ports[i]);
	free(ports);
	return 0;
}

/* --- mod-port -------------------------------------------------------------------------------------------------------
 */

/*
 * What can be done is wanted state, a key of other_config, so that it outlives the daemon; the action that is the
 * default takes the key out. Rows without a key are known to ovs-ofctl but need OpenFlow.
 */
static const struct {
	const char *action, *key, *value; /* value NULL: take the key out */
	bool of_port;			  /* the key is the Port's, not the Interface's */
} ofctl_actions[] = {
	{"up", "admin-state", NULL, false}, {"down", "admin-state", "down", false},
	{"flood", "flood", NULL, true},	    {"no-flood", "flood", "false", true},
	{"stp", NULL, NULL, false},	    {"no-stp", NULL, NULL, false},
	{"receive", NULL, NULL, false},	    {"no-receive", NULL, NULL, false},
	{"receive-stp", NULL, NULL, false}, {"no-receive-stp", NULL, NULL, false},
	{"forward", NULL, NULL, false},	    {"no-forward", NULL, NULL, false},
	{"packet-in", NULL, NULL, false},   {"no-packet-in", NULL, NULL, false},
};

static void ofctl_set_key(struct cmd *cmd, struct store_row *row, unsigned int column, const char *name,
			  const char *text)
{
	const struct vs_type *type = &schema_tables[store_row_table(row)].columns[column].type;
	union vs_atom key = {.string = vs_xstrdup(name)};
	struct vs_datum datum;

	vs_datum_clone(type, &datum, store_get(row, column));
	int at = vs_datum_find(type, &datum, &key);
	if (text) {
		union vs_atom value = {.string = vs_xstrdup(text)};
		vs_datum_add(type, &datum, &key, &value);
		free(value.string);
	} else if (at >= 0) {
		vs_datum_remove_at(type, &datum, (unsigned int)at);
	}
	cmd_write(cmd, row, column, &datum);
	vs_datum_destroy(type, &datum);
	free(key.string);
}

int cmd_ofctl_mod_port(struct cmd *cmd)
{
	const size_t n_actions = sizeof(ofctl_actions) / sizeof(*ofctl_actions);
	struct store_row *bridge, **ports = NULL;
	size_t n = 0, i = 0;
	int error = ofctl_find_bridge(cmd, &bridge);

	if (error)
		return error;
	if (ofctl_ports(cmd, bridge, cmd->args[1], &ports, &n) || !n) {
		free(ports);
		return cmd_fail(cmd, "%s: couldn't find port `%s'", cmd->args[0], cmd->args[1]);
	}
	struct store_row *interface = ports[0], *port = store_referrer(cmd->store, interface);
	free(ports);
	while (i < n_actions && strcasecmp(ofctl_actions[i].action, cmd->args[2]))
		i++;
	if (i == n_actions)
		return cmd_fail(cmd, "unknown mod-port command '%s'", cmd->args[2]);
	if (!ofctl_actions[i].key)
		return cmd_fail(
			cmd,
			"mod-port: \"%s\" needs OpenFlow, which is not here; there are up, down, flood and no-flood",
			cmd->args[2]);
	if (!ofctl_actions[i].of_port && !store_get(interface, Interface_ifindex)->n)
		return cmd_fail(cmd, "mod-port: port \"%s\" is no network device that could be set %s", cmd->args[1],
				cmd->args[2]);
	ofctl_set_key(cmd, ofctl_actions[i].of_port ? port : interface,
		      ofctl_actions[i].of_port ? (unsigned int)Port_other_config : (unsigned int)Interface_other_config,
		      ofctl_actions[i].key, ofctl_actions[i].value);
	return 0;
}

/* --- the one flow ---------------------------------------------------------------------------------------------------
 */

/* Frames that came in by the bridge's ports. */
static struct cmd_counts ofctl_sum(struct cmd *cmd, struct store_row *bridge)
{
	struct cmd_counts sum = {0};
	struct store_row **interfaces;
	size_t n = cmd_bridge_interfaces(cmd, bridge, &interfaces);

	for (size_t i = 0; i < n; i++) {
		struct cmd_counts one = cmd_count(cmd, interfaces[i]);
		sum.rx_packets += one.rx_packets;
		sum.rx_bytes += one.rx_bytes;
	}
	free(interfaces);
	return sum;
}

/* Seconds since the daemon began, of which the flow is as old. */
static double ofctl_age(const struct cmd *cmd)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9 - cmd->env->started;
}

/*
 * A match as in dump-flows, or a flow without its actions. Of the words for fields only `table' could choose anything
 * of the one flow; which fields there are is OpenFlow's business.
 */
static int ofctl_parse_match(struct cmd *cmd, const char *text, bool *all)
{
	*all = true;
	while (*text) {
		size_t len = strcspn(text, ", \t");
		if (len && strncmp(text, "priority=", 9) && strncmp(text, "cookie=", 7) &&
		    strncmp(text, "idle_timeout=", 13) && strncmp(text, "hard_timeout=", 13)) {
			bool table = !strncmp(text, "table=", 6);
			*all = table && len == 7 && text[6] == '0' && *all;
			if (!table && !memchr(text, '=', len))
				return cmd_fail(cmd, "field %.*s missing value", (int)len, text);
		}
		text += len;
		text += strspn(text, ", \t");
	}
	return 0;
}

int cmd_ofctl_dump_flows(struct cmd *cmd)
{
	struct store_row *bridge;
	bool all = true;
	int error = ofctl_find_bridge(cmd, &bridge);

	if (!error && cmd->n_args > 1)
		error = ofctl_parse_match(cmd, cmd->args[1], &all);
	if (error)
		return error;
	if (cmdline_has(cmd->line, CMDLINE_NO_STATS)) {
		fputs(all ? " priority=0 actions=NORMAL\n" : "", cmd->out);
		return 0;
	}
	struct cmd_counts sum = ofctl_sum(cmd, bridge);
	fputs("NXST_FLOW reply (xid=0x4):\n", cmd->out);
	if (all)
		fprintf(cmd->out,
			" cookie=0x0, duration=%.3fs, table=0, n_packets=%lld, n_bytes=%lld, idle_age=0, priority=0 "
			"actions=NORMAL\n",
			ofctl_age(cmd), sum.rx_packets, sum.rx_bytes);
	return 0;
}

int cmd_ofctl_dump_aggregate(struct cmd *cmd)
{
	struct store_row *bridge;
	struct cmd_counts sum = {0};
	bool all = true;
	int error = ofctl_find_bridge(cmd, &bridge);

	if (!error && cmd->n_args > 1)
		error = ofctl_parse_match(cmd, cmd->args[1], &all);
	if (error)
		return error;
	if (all)
		sum = ofctl_sum(cmd, bridge);
	fprintf(cmd->out, "NXST_AGGREGATE reply (xid=0x4): packet_count=%lld byte_count=%lld flow_count=%d\n",
		sum.rx_packets, sum.rx_bytes, all);
	return 0;
}

int cmd_ofctl_dump_tables(struct cmd *cmd)
{
	struct store_row *bridge;
	int error = ofctl_find_bridge(cmd, &bridge);

	if (error)
		return error;
	struct cmd_counts sum = ofctl_sum(cmd, bridge);
	fprintf(cmd->out,
		"OFPST_TABLE reply (xid=0x2):\n"
		"  table 0:\n"
		"    active=1, lookup=%lld, matched=%lld\n"
		"    max_entries=1\n",
		sum.rx_packets, sum.rx_packets);
	return 0;
}

int cmd_ofctl_add_flow(struct cmd *cmd)
{
	const char *flow = cmd->n_args > 1 ? cmd->args[1] : "", *actions = strstr(flow, "actions=");
	struct store_row *bridge;
	bool all;
	int error = ofctl_find_bridge(cmd, &bridge);

	if (error)
		return error;
	if (!actions)
		return cmd_fail(cmd, "must specify an action");
	char *match = strndup(flow, (size_t)(actions - flow));
	vs_xcheck(match);
	error = ofctl_parse_match(cmd, match, &all);
	free(match);
	if (error || (all && !strcasecmp(actions + strlen("actions="), "normal")))
		return error;
	return cmd_fail(
		cmd,
		"flow \"%s\": there is no OpenFlow here, so no flow but actions=NORMAL, which every bridge has; "
		"say what you want with columns of Bridge, Port and Interface",
		flow);
}

int cmd_ofctl_del_flows(struct cmd *cmd)
{
	struct store_row *bridge;
	bool all;
	int error = ofctl_find_bridge(cmd, &bridge);

	/* There are none that could be deleted: what every bridge does stays. */
	return error || cmd->n_args < 2 ? error : ofctl_parse_match(cmd, cmd->args[1], &all);
}
