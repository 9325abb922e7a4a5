/* SPDX-License-Identifier: GPL-2.0-only */
/* test_adopt.c - what a killed daemon leaves is adopted, mended or removed, and nothing else is touched */
#include <net/if.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/addr.h"
#include "common/xalloc.h"
#include "tests/unit/lib/lab.h"

static int setup(void **state)
{
	*state = lab_open();
	lab_add_bridge(*state, "br0");
	return 0;
}

static int teardown(void **state)
{
	lab_close(*state);
	return 0;
}

/* The device group as `ip link` prints it, taken from a device of ours. */
static unsigned int our_group(void)
{
	FILE *pipe = popen("ip -o link show br0 | sed 's/.* group \\([0-9]*\\).*/\\1/'", "re");
	unsigned int group = 0;

	assert_non_null(pipe);
	assert_int_equal(fscanf(pipe, "%u", &group), 1);
	pclose(pipe);
	return group;
}

static void test_adopted_as_is(void **state)
{
	struct lab *lab = *state;
	const char *names[] = {"br0", "web", "vm1", "here"};
	unsigned int before[4];

	lab_add_port(lab, "br0", "web", "veth", "{netns=web, ip=\"10.0.0.1/24\"}");
	lab_add_port(lab, "br0", "vm1", "tap", NULL);
	lab_add_port(lab, "br0", "here", "veth", "{peer=here0}");
	lab_run("ip addr add 192.0.2.1/24 dev br0 && ip link set br0 up && ip -n web addr add 10.7.7.7/32 dev eth0");
	for (int i = 0; i < 4; i++)
		before[i] = if_nametoindex(names[i]);
	lab_kill(lab);
	lab_restart(lab);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(if_nametoindex(names[i]), before[i]);
		assert_true(lab_is_attached(lab, names[i]));
	}
	assert_true(lab_says("192.0.2.1/24", "ip addr show br0"));
	assert_true(lab_says("10.7.7.7/32", "ip -n web addr show eth0"));
	assert_string_equal(lab_get(lab, "web", Interface_warning), "[]");
	/* The namespace is still known to be ours. */
	lab_del_port(lab, "br0", "web");
	assert_false(lab_says("web", "ip netns"));
}

static void change_while_dead(struct lab *lab, void (*change)(struct lab *lab))
{
	/* Acknowledged and stored, and then killed before the kernel heard of it. */
	lab_kill(lab);
	change(lab);
	lab_restart(lab);
}

static void delete_all(struct lab *lab)
{
	lab_begin(lab);
	lab_del_port(lab, "br0", "web");
	lab_del_port(lab, "br0", "vm1");
	lab_del_port(lab, "br0", "in1");
	lab_commit(lab);
}

static void test_unwanted_go(void **state)
{
	struct lab *lab = *state;

	lab_add_port(lab, "br0", "web", "veth", "{netns=web}");
	lab_add_port(lab, "br0", "vm1", "tap", NULL);
	lab_add_port(lab, "br0", "in1", "internal", NULL);
	lab_run("ip link add theirs type veth peer name theirs2 && ip link set theirs alias vswitch:/other:theirs");
	change_while_dead(lab, delete_all);
	assert_false(lab_exists("web"));
	assert_false(lab_exists("vm1"));
	assert_false(lab_exists("in1"));
	assert_false(lab_says("web", "ip netns"));
	assert_true(lab_exists("theirs"));
	assert_true(lab_is_attached(lab, "br0"));
	lab_run("ip link del theirs");
}

static void change_options(struct lab *lab)
{
	lab_set(lab, STORE_Interface, "web", Interface_options,
		"{netns=web, peer=lan0, ip=\"10.0.0.2/24\", mac=\"02:00:00:00:00:09\"}");
	lab_set(lab, STORE_Interface, "moved", Interface_options, "{netns=new}");
	lab_set(lab, STORE_Interface, "vm1", Interface_type, "veth");
	lab_set(lab, STORE_Interface, "vm1", Interface_options, "{netns=web, peer=vm}");
	lab_set(lab, STORE_Interface, "vm2", Interface_options, "{queues=\"4\"}");
}

static void test_changed_are_mended(void **state)
{
	struct lab *lab = *state;
	unsigned int web;

	lab_add_port(lab, "br0", "web", "veth", "{netns=web, ip=\"10.0.0.1/24\", gateway=10.0.0.254}");
	lab_add_port(lab, "br0", "moved", "veth", "{netns=old}");
	lab_add_port(lab, "br0", "vm1", "tap", NULL);
	lab_add_port(lab, "br0", "vm2", "tap", NULL);
	web = if_nametoindex("web");
	change_while_dead(lab, change_options);
	assert_int_equal(if_nametoindex("web"), web);
	assert_true(lab_says("10.0.0.2/24", "ip -n web addr show lan0"));
	assert_true(lab_says("02:00:00:00:00:09", "ip -n web link show lan0"));
	assert_false(lab_says("10.0.0.1/24", "ip -n web addr show lan0"));
	assert_false(lab_says("default", "ip -n web route"));
	assert_true(lab_says("eth0", "ip -n new link"));
	assert_false(lab_says("old", "ip netns"));
	assert_true(lab_says("vm", "ip -n web link show vm"));
	assert_true(lab_says("multi_queue", "ip -d link show vm2"));
	assert_true(lab_is_attached(lab, "vm1"));
}

static void test_half_made(void **state)
{
	struct lab *lab = *state;
	unsigned int group = our_group();

	lab_add_port(lab, "br0", "web", "veth", "{netns=web, ip=\"10.0.0.1/24\"}");
	lab_add_port(lab, "br0", "in1", "internal", NULL);
	lab_kill(lab);
	/* The group is set when a device is born, the alias a moment later: killed in between. */
	lab_run("ip link del web && ip link add web group %u type veth peer name eth0 netns web", group);
	lab_run("ip link add half group %u type veth peer name half2 group %u", group, group);
	/* One end of a pair had its alias already. */
	lab_run("ip link set in1 alias ''");
	/* A namespace whose marker was written, and the file made, and nothing mounted on it. */
	lab_run("touch " LAB_RUNDIR "/netns/torn /run/netns/torn && touch " LAB_RUNDIR "/netns/only");
	lab_restart(lab);
	assert_false(lab_exists("half"));
	assert_true(lab_is_attached(lab, "web"));
	assert_true(lab_says("10.0.0.1/24", "ip -n web addr show eth0"));
	assert_true(lab_is_attached(lab, "in1"));
	assert_true(lab_says("vswitch:/run/vswitch:in1", "ip link show in1"));
	assert_false(lab_says("torn", "ls /run/netns " LAB_RUNDIR "/netns"));
	assert_false(lab_says("only", "ls " LAB_RUNDIR "/netns"));
}

static void add_torn(struct lab *lab)
{
	lab_add_port(lab, "br0", "t", "veth", "{netns=torn}");
}

static void test_torn_namespace_wanted(void **state)
{
	struct lab *lab = *state;

	lab_run("mkdir -p /run/netns && touch " LAB_RUNDIR "/netns/torn /run/netns/torn");
	change_while_dead(lab, add_torn);
	assert_true(lab_is_attached(lab, "t"));
	lab_del_port(lab, "br0", "t");
	assert_false(lab_says("torn", "ls /run/netns"));
}

static void test_renamed_while_dead(void **state)
{
	struct lab *lab = *state;

	lab_add_port(lab, "br0", "vm1", "tap", NULL);
	lab_kill(lab);
	lab_run("ip link set vm1 down && ip link set vm1 name stray && ip link set br0 name stray2");
	lab_restart(lab);
	assert_true(lab_is_attached(lab, "vm1"));
	assert_false(lab_exists("stray"));
	assert_true(lab_exists("br0")); /* the host's end was renamed back */
	assert_false(lab_exists("stray2"));
}

static void test_taken_elsewhere(void **state)
{
	struct lab *lab = *state;

	/* Somebody puts the host's end, or a peer, into a container by hand: fine, also after a restart. */
	lab_add_port(lab, "br0", "v", "veth", "{peer=vp}");
	lab_run("ip netns add c && ip link set br0 netns c && ip link set vp netns c");
	lab_kill(lab);
	lab_restart(lab);
	assert_true(lab_is_attached(lab, "v"));
	assert_non_null(fakedp_port(lab->fake, "br0"));
	assert_true(lab_says("vp", "ip -n c link"));
	assert_true(lab_says("br0", "ip -n c link"));
	lab_run("ip netns del c");
	lab_settle(lab, lab_is_attached, "v"); /* gone with it, and made again here */
}

/* In a child: change things of every kind without an end. */
static void churn(struct lab *lab, unsigned int seed)
{
	static const char *const types[][2] = {
		{"veth", "{netns=k%u, ip=\"10.0.0.1/24\"}"}, {"tap", "{queues=\"%u\"}"}, {"internal", "{x=\"%u\"}"}};
	bool there[6] = {false};

	for (;;) {
		unsigned int i = (unsigned int)rand_r(&seed) % 6, type = (unsigned int)rand_r(&seed) % 3;
		char name[16], options[64];

		snprintf(name, sizeof(name), "k%u", i);
		snprintf(options, sizeof(options), types[type][1], i + 1);
		if (there[i])
			lab_del_port(lab, "br0", name);
		else
			lab_add_port(lab, "br0", name, types[type][0], options);
		there[i] = !there[i];
	}
}

#define KILLS 40

static void test_killed_at_random(void **state)
{
	struct lab *lab = *state;
	unsigned int seed = 1;

	lab_kill(lab);
	for (unsigned int i = 0; i < KILLS; i++) {
		struct timespec life = {.tv_nsec = rand_r(&seed) % 60000000};
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (pid == 0) {
			/* libevent's descriptors are shared with the parent: the child has its own. */
			lab->base = event_base_new();
			lab_restart(lab);
			churn(lab, i);
		}
		nanosleep(&life, NULL); /* the moment of the kill, not a wait for anything */
		kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, NULL, 0), pid);
		/* The parent's store wants br0 and nothing else. */
		lab_restart(lab);
		assert_true(lab_is_attached(lab, "br0"));
		assert_int_equal(fakedp_n_ports(lab->fake), 1);
		assert_false(lab_says("k", "ip -br link | grep ^k"));
		assert_false(lab_says("k", "ls /run/netns " LAB_RUNDIR "/netns | grep ^k"));
		assert_true(lab_says("2\n", "ip -br link | grep -c -v ^lo"));
		lab_kill(lab);
	}
	lab_restart(lab);
}

static void test_two_run_directories(void **state)
{
	struct lab *lab = *state;
	struct fakedp *fake = fakedp_create();
	struct store *store;
	struct rc *other;
	char *error = NULL;

	/* Another daemon beside us starts with nothing wanted: ours is none of its business. */
	lab_add_port(lab, "br0", "vm1", "tap", NULL);
	lab_run("mkdir -p /run/other");
	assert_int_equal(store_open(NULL, &store, &error), 0);
	assert_int_equal(rc_open(lab->base, store, &fake->dp, "/run/other", &other), 0);
	rc_cleanup(other);
	assert_true(lab_exists("vm1"));
	rc_close(other);
	store_close(store);
	fake->dp.ops->close(&fake->dp);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_adopted_as_is, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unwanted_go, setup, teardown),
		cmocka_unit_test_setup_teardown(test_changed_are_mended, setup, teardown),
		cmocka_unit_test_setup_teardown(test_half_made, setup, teardown),
		cmocka_unit_test_setup_teardown(test_torn_namespace_wanted, setup, teardown),
		cmocka_unit_test_setup_teardown(test_renamed_while_dead, setup, teardown),
		cmocka_unit_test_setup_teardown(test_taken_elsewhere, setup, teardown),
		cmocka_unit_test_setup_teardown(test_killed_at_random, setup, teardown),
		cmocka_unit_test_setup_teardown(test_two_run_directories, setup, teardown),
	};

	return lab_enter("adopt") ? cmocka_run_group_tests_name("adopt", tests, NULL, NULL) : 0;
}
