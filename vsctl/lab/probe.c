/* SPDX-License-Identifier: GPL-2.0-only */
/* probe.c - from expectations to probes, and what all probes need */
#include "vsctl/lab/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "common/xalloc.h"
#include "vsctl/lab/address.h"
#include "vswitchd/kernel/netns.h"

enum { FAMILY_ANY, FAMILY_IPV4, FAMILY_IPV6 }; /* the words of `family' */

int64_t lab_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void lab_probe_begin(struct lab_probe *probe)
{
	probe->began = lab_now();
	probe->deadline = probe->began + (probe->expect->timeout ? probe->expect->timeout : PROBE_TIMEOUT_US);
}

bool lab_probe_late(const struct lab_probe *probe)
{
	return lab_now() > probe->deadline;
}

void lab_probe_settle(struct lab_probe *probe, enum lab_answer answer, const char *fmt, ...)
{
	va_list args;

	if (probe->answer != PROBE_OPEN)
		return;
	probe->answer = answer;
	probe->took = probe->began ? lab_now() - probe->began : 0;
	va_start(args, fmt);
	probe->detail = vs_xvasprintf(fmt, args);
	va_end(args);
}

int lab_socket_in(const char *netns, int domain, int type, int protocol)
{
	int home, there, fd;

	if (!netns) {
		fd = socket(domain, type | SOCK_CLOEXEC, protocol);
		return fd < 0 ? -errno : fd;
	}
	there = kn_netns_open(netns);
	if (there < 0)
		return there;
	home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	fd = home < 0 || setns(there, CLONE_NEWNET) < 0 ? -errno : socket(domain, type | SOCK_CLOEXEC, protocol);
	if (fd == -1)
		fd = -errno;
	if (home >= 0 && setns(home, CLONE_NEWNET) < 0) {
		perror("vsctl: cannot go back to its own network namespace");
		exit(EXIT_FAILURE);
	}
	close(home);
	close(there);
	return fd;
}

/* --- making --------------------------------------------------------------------------------------------------- */

/* Whether @node has a device in the network of @cidr. */
static bool is_near(const struct lab_node *node, const char *cidr)
{
	for (size_t e = 0; e < node->n_ends; e++) {
		for (size_t k = 0; k < node->ends[e]->ip.n; k++) {
			if (lab_cidr_has(node->ends[e]->ip.items[k].text, cidr))
				return true;
		}
	}
	return false;
}

/* The address by which @from knows @to: one in a network that both are in, else the first. */
static char *address_of(const struct lab_node *from, const struct lab_node *to, bool v4)
{
	const char *best = NULL;

	for (size_t e = 0; e < to->n_ends; e++) {
		for (size_t k = 0; k < to->ends[e]->ip.n; k++) {
			const char *cidr = to->ends[e]->ip.items[k].text;

			if (lab_address_is_v4(cidr) == v4 && is_near(from, cidr))
				return lab_cidr_address(cidr);
			if (lab_address_is_v4(cidr) == v4 && !best)
				best = cidr;
		}
	}
	return best ? lab_cidr_address(best) : NULL;
}

static struct lab_probe *probe_add(struct lab_test *test, const struct lab_expect *expect, const struct lab_node *from,
				   const struct lab_node *to, char *address)
{
	struct lab_probe *probe;

	test->probes = vs_xrealloc(test->probes, (test->n + 1) * sizeof(*test->probes));
	probe = &test->probes[test->n++];
	*probe = (struct lab_probe){.expect = expect, .from = from, .to = to, .address = address};
	if (!to)
		probe->name = vs_xasprintf("%s: %s", from->o.name, expect->title ? expect->title : expect->run);
	else
		probe->name = vs_xasprintf("%s%s%s -> %s%s%s%s", expect->title ? expect->title : "",
					   expect->title ? ": " : "", from->o.name, to->o.name, address ? " (" : "",
					   address ? address : "", address ? ")" : "");
	return probe;
}

static bool is_inside(const struct lab_node *node)
{
	return node->netns != NULL;
}

static bool is_here(const struct lab_node *node)
{
	return !node->site || node->site->here;
}

/* What is said of a pair that cannot be asked. Return: false when it can. */
static bool pair_unknown(struct lab_test *test, const struct lab_expect *expect, const struct lab_node *from,
			 const struct lab_node *to)
{
	bool both =
		expect->kind == LAB_EXPECT_TCP || expect->kind == LAB_EXPECT_UDP || expect->kind == LAB_EXPECT_ISOLATED;
	const struct lab_node *outside = !is_inside(from) ? from : both && !is_inside(to) ? to : NULL;

	if (!is_here(from) || (both && !is_here(to)))
		lab_probe_settle(probe_add(test, expect, from, to, NULL), PROBE_UNKNOWN,
				 "'%s' is on another machine; run the test there",
				 is_here(from) ? to->o.name : from->o.name);
	else if (outside)
		lab_probe_settle(
			probe_add(test, expect, from, to, NULL), PROBE_UNKNOWN,
			"cannot be measured: '%s' is a virtual machine, which nobody can look into from outside",
			outside->o.name);
	else
		return false;
	return true;
}

static void pair_add(struct lab_test *test, const struct lab_expect *expect, const struct lab_node *from,
		     const struct lab_node *to)
{
	size_t before = test->n;

	if (pair_unknown(test, expect, from, to))
		return;
	if (expect->kind == LAB_EXPECT_ISOLATED) {
		probe_add(test, expect, from, to, NULL);
		return;
	}
	for (int family = FAMILY_IPV4; family <= FAMILY_IPV6; family++) {
		bool v4 = family == FAMILY_IPV4;
		char *back = address_of(to, from, v4), *address = address_of(from, to, v4);

		free(back);
		if (address && (back || expect->family == family) &&
		    (expect->family == FAMILY_ANY || expect->family == family))
			probe_add(test, expect, from, to, address);
		else
			free(address);
	}
	if (test->n == before)
		lab_probe_settle(probe_add(test, expect, from, to, NULL), PROBE_UNKNOWN,
				 "the file gives the two no addresses of one family; add an ip to their links' ends");
}

static void expect_add(struct lab_test *test, const struct lab_expect *expect)
{
	const struct lab_nodes *between = &expect->between;

	for (size_t i = 0; i < expect->on.n; i++)
		probe_add(test, expect, expect->on.items[i], NULL, NULL);
	for (size_t i = 0; i < expect->from.n; i++) {
		for (size_t k = 0; k < expect->to.n; k++) {
			if (expect->from.items[i] != expect->to.items[k])
				pair_add(test, expect, expect->from.items[i], expect->to.items[k]);
		}
	}
	/* An answer shows both ways at once, so each pair is asked from one side; isolation is shown from each. */
	for (size_t i = 0; i < between->n; i++) {
		for (size_t k = i + 1; k < between->n; k++) {
			bool turn = !is_inside(between->items[i]) || !is_here(between->items[i]);

			pair_add(test, expect, between->items[turn ? k : i], between->items[turn ? i : k]);
			if (expect->kind == LAB_EXPECT_ISOLATED)
				pair_add(test, expect, between->items[k], between->items[i]);
		}
	}
}

void lab_probes_make(struct lab_test *test)
{
	if (getrandom(test->nonce, sizeof(test->nonce), 0) < 0)
		perror("vsctl: getrandom");
	for (size_t i = 0; i < test->lab->n_expects; i++)
		expect_add(test, test->lab->expects[i]);
}

void lab_test_destroy(struct lab_test *test)
{
	for (size_t i = 0; i < test->n; i++) {
		free(test->probes[i].address);
		free(test->probes[i].name);
		free(test->probes[i].detail);
		free(test->probes[i].why);
	}
	free(test->probes);
	lab_state_close(&test->state);
	lab_free(test->lab);
}

bool lab_place_of(const struct lab_test *test, const struct lab_site *site, const char **rundir, const char **netns)
{
	json_t *place;
	size_t i;

	json_array_foreach (json_object_get(test->state.record, "places"), i, place) {
		const char *name = json_string_value(json_object_get(place, "name"));

		if (name && !strcmp(name, site ? site->o.name : "")) {
			*rundir = json_string_value(json_object_get(place, "rundir"));
			*netns = json_string_value(json_object_get(place, "netns"));
			return *rundir;
		}
	}
	return false;
}
