/* SPDX-License-Identifier: GPL-2.0-only */
/* probe-why.c - why something does not hold: devices, routes, who drops it, and what the switches know */
#include <errno.h>
#include <jansson.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/xalloc.h"
#include "datapath-bpf/core/reasons.h"
#include "vsctl/lab/daemon.h"
#include "vsctl/lab/probe.h"
#include "vsctl/lab/rows.h"

#define EXPLAINED_MAX 8 /* the others fail for the same reasons, most likely */

/* --- what the nodes say --------------------------------------------------------------------------------------- */

static bool device_look(const struct lab_node *node, const char *name, unsigned long request, struct ifreq *ifr)
{
	int fd = lab_socket_in(node->netns, AF_INET, SOCK_DGRAM, 0);
	bool there;

	*ifr = (struct ifreq){0};
	strncpy(ifr->ifr_name, name, IFNAMSIZ - 1);
	there = fd >= 0 && ioctl(fd, request, ifr) == 0;
	if (fd >= 0)
		close(fd);
	return there;
}

static void explain_devices(const struct lab_node *node, FILE *out)
{
	for (size_t e = 0; node->netns && e < node->n_ends; e++) {
		const char *name = node->ends[e]->device;
		struct ifreq ifr;

		if (!device_look(node, name, SIOCGIFFLAGS, &ifr))
			fprintf(out, "%s:%s is not there; is the lab up?\n", node->o.name, name);
		else if (!(ifr.ifr_flags & IFF_UP))
			fprintf(out, "%s:%s is down\n", node->o.name, name);
		else if (!(ifr.ifr_flags & IFF_RUNNING))
			fprintf(out, "%s:%s has no carrier: the other end of its cable is down\n", node->o.name, name);
	}
}

static void explain_error(const struct lab_probe *probe, FILE *out)
{
	if (probe->error == ENETUNREACH || probe->error == EHOSTUNREACH)
		fprintf(out, "%s has no way to %s (%s); a gateway or a route would be one\n", probe->from->o.name,
			probe->address, strerror(probe->error));
	else if (probe->error == EMSGSIZE)
		fprintf(out, "longer than the MTU of %s's own device\n", probe->from->o.name);
	else if (probe->error)
		fprintf(out, "%s cannot send: %s\n", probe->from->o.name, strerror(probe->error));
}

/* --- what the switches say ------------------------------------------------------------------------------------ */

/* "core web:eth0" to an object of counters, for all interfaces of the lab */
static json_t *counters(const struct lab_test *test, FILE *out)
{
	json_t *all = json_object(), *place;
	size_t p;

	json_array_foreach (json_object_get(test->state.record, "places"), p, place) {
		const char *rundir = json_string_value(json_object_get(place, "rundir"));
		const char *name = json_string_value(json_object_get(place, "name"));
		json_t *words = json_pack("[s, s, s, s]", "--format=json", "--columns=name,error,statistics", "list",
					  "Interface");
		json_t *rows, *row, *top;
		char *text = NULL;
		size_t i;

		if (lab_daemon_ask(rundir, words, &text) != 0 && out)
			fprintf(out, "%s\n", text);
		top = json_loads(text, 0, NULL);
		rows = json_object_get(top, "data");
		json_array_foreach (rows, i, row) {
			const char *port = json_string_value(json_array_get(row, 0));
			json_t *error = json_array_get(row, 1), *pairs = json_array_get(json_array_get(row, 2), 1),
			       *pair;
			json_t *one = json_object();
			size_t k;

			json_array_foreach (pairs, k, pair)
				json_object_set(one, json_string_value(json_array_get(pair, 0)),
						json_array_get(pair, 1));
			if (out && json_is_string(error) && *json_string_value(error))
				fprintf(out, "port %s%s%s: %s\n", port, *name ? " at " : "", name,
					json_string_value(error));
			char *key = vs_xasprintf("%s/%s", name, port);

			json_object_set_new(all, key, one);
			free(key);
		}
		json_decref(top);
		json_decref(words);
		free(text);
	}
	return all;
}

/* The port of the lab that is meant by "site/port", as a person would say it. */
static void print_port(const struct lab_test *test, const char *key, FILE *out)
{
	const char *port = strchr(key, '/') + 1;

	for (size_t i = 0; i < test->lab->n_links * 2; i++) {
		const struct lab_link *link = test->lab->links[i / 2];
		const struct lab_end *end = &link->ends[i % 2];

		if (end->kind == LAB_END_SWITCH && end->port && !strcmp(end->port, port) &&
		    !strncmp(key, end->sw->site ? end->sw->site->o.name : "", (size_t)(port - key) - 1)) {
			fprintf(out, "switch %s, port %s to %s", end->sw->o.name, port, link->ends[!(i % 2)].at);
			return;
		}
	}
	fprintf(out, "port %s", port);
}

/* The host's own foot in a bridge; that it is down is nobody's trouble here. */
static bool is_bridge(const struct lab_test *test, const char *key)
{
	for (size_t i = 0; i < test->lab->n_switches; i++) {
		if (!strcmp(test->lab->switches[i]->bridge, strchr(key, '/') + 1))
			return true;
	}
	return false;
}

static const char *reason_text(const char *counter)
{
	static const struct {
		const char *name, *text;
	} reasons[] = {
#define X(id, name, text) {"drop_" name, text},
		VS_DROP_REASONS(X)
#undef X
	};

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		if (!strcmp(reasons[i].name, counter))
			return reasons[i].text;
	}
	return NULL;
}

static size_t explain_drops(const struct lab_test *test, const json_t *before, const json_t *after, FILE *out)
{
	const char *port, *counter;
	json_t *now, *value;
	size_t n = 0;

	json_object_foreach ((json_t *)(uintptr_t)after, port, now) {
		json_object_foreach (now, counter, value) {
			json_int_t grown = json_integer_value(value) -
					   json_integer_value(json_object_get(json_object_get(before, port), counter));
			const char *text = reason_text(counter);

			if (!text || grown <= 0 || is_bridge(test, port))
				continue;
			print_port(test, port, out);
			fprintf(out, ": dropped %lld meanwhile, %s: %s\n", (long long)grown, counter, text);
			n++;
		}
	}
	return n;
}

/* Where the switches think that a node's devices are. */
static void explain_fdb(const struct lab_test *test, const struct lab_node *node, FILE *out)
{
	for (size_t e = 0; node->netns && e < node->n_ends; e++) {
		struct ifreq ifr;
		const uint8_t *mac = (const uint8_t *)ifr.ifr_hwaddr.sa_data;
		char text[18];
		size_t found = 0;

		if (!device_look(node, node->ends[e]->device, SIOCGIFHWADDR, &ifr))
			continue;
		snprintf(text, sizeof(text), "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4],
			 mac[5]);
		for (size_t i = 0; i < test->lab->n_switches; i++) {
			const struct lab_switch *sw = test->lab->switches[i];
			const char *rundir, *netns;
			char *table = NULL, *line, *rest;
			json_t *words = json_pack("[s, s, s]", "fdb", "show", sw->bridge);

			if (lab_place_of(test, sw->site, &rundir, &netns) &&
			    lab_daemon_ask(rundir, words, &table) == 0) {
				for (line = strtok_r(table, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
					char *at = strstr(line, text), port[64] = "";
					int vlan = -1;

					if (!at || sscanf(line, "%*s %d", &vlan) != 1 ||
					    sscanf(at + strlen(text), " %*s %63[^\n]", port) != 1)
						continue;
					fprintf(out, "switch %s knows %s:%s (%s) in VLAN %d behind %s\n", sw->o.name,
						node->o.name, node->ends[e]->device, text, vlan, port);
					found++;
				}
			}
			free(table);
			json_decref(words);
		}
		if (!found)
			fprintf(out, "no switch has heard of %s:%s (%s)\n", node->o.name, node->ends[e]->device, text);
	}
}

/* --- the whole ------------------------------------------------------------------------------------------------ */

static void explain(struct lab_test *test, struct lab_probe *probe, FILE *out)
{
	bool echo = probe->address && !lab_probe_is(probe, LAB_EXPECT_TCP) && !lab_probe_is(probe, LAB_EXPECT_UDP);
	json_t *before, *after;
	size_t drops = 0;

	explain_devices(probe->from, out);
	if (!probe->to)
		return;
	explain_devices(probe->to, out);
	explain_error(probe, out);
	if (lab_probe_is(probe, LAB_EXPECT_LATENCY) && probe->why)
		return;
	if (echo) {
		before = counters(test, out);
		if (lab_echo_again(test, probe))
			fprintf(out, "asked again it does hold: it came too late, or comes and goes\n");
		after = counters(test, NULL);
		drops = explain_drops(test, before, after, out);
		json_decref(before);
		json_decref(after);
	}
	if (lab_probe_is(probe, LAB_EXPECT_MTU)) {
		int largest = lab_echo_largest(test, probe, (int)probe->expect->at_least);

		if (largest)
			fprintf(out, "the longest that gets there is %d bytes\n", largest);
		else
			fputs("no length gets there\n", out);
	}
	if (lab_probe_is(probe, LAB_EXPECT_REACH) || lab_probe_is(probe, LAB_EXPECT_ISOLATED)) {
		explain_fdb(test, probe->from, out);
		explain_fdb(test, probe->to, out);
	}
	if (echo && !drops && !probe->error)
		fprintf(out, "no switch of the lab has dropped a frame meanwhile\n");
}

void lab_probes_explain(struct lab_test *test)
{
	size_t explained = 0;

	for (size_t i = 0; i < test->n; i++) {
		struct lab_probe *probe = &test->probes[i];
		char *text = NULL;
		size_t size;
		FILE *out;

		if (probe->answer != PROBE_FAILS || explained++ >= EXPLAINED_MAX)
			continue;
		out = vs_xcheck(open_memstream(&text, &size));
		fputs(probe->why ? probe->why : "", out);
		explain(test, probe, out);
		fclose(out);
		free(probe->why);
		probe->why = text;
	}
}
