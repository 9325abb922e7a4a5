/* SPDX-License-Identifier: GPL-2.0-only */
/* lab.c - a reconciler under test: a store in memory, a fake datapath, and a kernel corner of its own */
#include "tests/unit/lib/lab.h"

#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/log.h"
#include "common/xalloc.h"

#define LAB_PATIENCE_S 10

bool lab_enter(const char *program)
{
	if (geteuid() != 0 || unshare(CLONE_NEWNET | CLONE_NEWNS) < 0) {
		printf("%s: skipped: needs root to make namespaces (%s)\n", program, strerror(errno));
		return false;
	}
	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 || mount("tmpfs", "/run", "tmpfs", 0, NULL) < 0) {
		printf("%s: skipped: cannot mount a private /run (%s)\n", program, strerror(errno));
		return false;
	}
	vs_log_set_level(VS_LOG_ERR);
	return true;
}

bool lab_has_bpf(const char *program)
{
	struct event_base *base = event_base_new();
	struct dp *dp = NULL;
	char *why = NULL;

	mkdir(LAB_RUNDIR, 0755);
	if (!dp_bpf_open(base, LAB_RUNDIR, &dp, &why))
		dp->ops->close(dp);
	else
		printf("%s: skipped under bpf: %s\n", program, why);
	event_base_free(base);
	free(why);
	return dp != NULL;
}

struct dp *lab_bpf(struct event_base *base)
{
	struct dp *dp;
	char *why = NULL;

	mkdir(LAB_RUNDIR, 0755);
	if (dp_bpf_open(base, LAB_RUNDIR, &dp, &why))
		fail_msg("%s", why);
	return dp;
}

struct lab *lab_open(void)
{
	struct lab *lab = vs_xcalloc(1, sizeof(*lab));
	char *error = NULL;

	assert_int_equal(unshare(CLONE_NEWNET), 0); /* each test its own: empty, and gone afterwards */
	mkdir(LAB_RUNDIR, 0755);
	lab->base = event_base_new();
	assert_int_equal(store_open(NULL, &lab->store, &error), 0);
	lab_restart(lab);
	return lab;
}

void lab_kill(struct lab *lab)
{
	rc_close(lab->rc);
	lab->rc = NULL;
	lab->fake->dp.ops->close(&lab->fake->dp);
	lab->fake = NULL;
}

void lab_restart(struct lab *lab)
{
	lab->fake = fakedp_create();
	assert_int_equal(rc_open(lab->base, lab->store, &lab->fake->dp, LAB_RUNDIR, &lab->rc), 0);
}

void lab_close(struct lab *lab)
{
	rc_cleanup(lab->rc);
	assert_int_equal(fakedp_n_ports(lab->fake), 0);
	assert_false(lab_says("vswitch:", "ip link"));
	assert_false(lab_says("_", "ls -A %s/netns | sed 's/^/_/'", LAB_RUNDIR));
	lab_kill(lab);
	store_close(lab->store);
	event_base_free(lab->base);
	free(lab);
}

static void begin(struct lab *lab)
{
	if (!lab->in_transaction)
		store_begin(lab->store);
}

static void commit(struct lab *lab)
{
	char *error = NULL;

	if (lab->in_transaction)
		return;
	if (store_commit(lab->store, NULL, &error) < 0)
		fail_msg("commit: %s", error);
}

void lab_begin(struct lab *lab)
{
	begin(lab);
	lab->in_transaction = true;
}

void lab_commit(struct lab *lab)
{
	lab->in_transaction = false;
	commit(lab);
}

static struct store_row *find(struct lab *lab, enum store_table_id table, const char *name)
{
	struct store_row *row = name ? store_find_name(lab->store, table, name) : store_first(lab->store, table);

	if (!row)
		fail_msg("no row '%s'", name ? name : "");
	return row;
}

static void put(struct lab *lab, struct store_row *row, unsigned int column, const char *text)
{
	const struct vs_type *type = &schema_tables[store_row_table(row)].columns[column].type;
	struct vs_datum datum = {0};
	char *error = NULL;

	if (vs_datum_parse(type, text, &datum, &error) < 0)
		fail_msg("%s", error);
	store_set(lab->store, row, column, &datum);
	vs_datum_destroy(type, &datum);
}

static void add_port(struct lab *lab, struct store_row *bridge, const char *name, const char *type, const char *options)
{
	struct store_row *port = store_insert(lab->store, STORE_Port);
	struct store_row *interface = store_insert(lab->store, STORE_Interface);
	union vs_atom uuid = {.uuid = *store_row_uuid(interface)};
	struct vs_datum interfaces = {.n = 1, .keys = &uuid};

	store_set_string(lab->store, port, Port_name, name);
	store_set_string(lab->store, interface, Interface_name, name);
	store_set_string(lab->store, interface, Interface_type, type);
	if (options)
		put(lab, interface, Interface_options, options);
	/* A new Port row holds the zero UUID, since it needs at least one interface: replace it. */
	store_set(lab->store, port, Port_interfaces, &interfaces);
	store_add_ref(lab->store, bridge, Bridge_ports, port);
}

void lab_add_bridge(struct lab *lab, const char *name)
{
	struct store_row *bridge;

	begin(lab);
	bridge = store_insert(lab->store, STORE_Bridge);
	store_set_string(lab->store, bridge, Bridge_name, name);
	store_add_ref(lab->store, store_root(lab->store), Open_vSwitch_bridges, bridge);
	add_port(lab, bridge, name, "internal", NULL);
	commit(lab);
}

void lab_del_bridge(struct lab *lab, const char *name)
{
	begin(lab);
	store_remove_ref(lab->store, store_root(lab->store), Open_vSwitch_bridges, find(lab, STORE_Bridge, name));
	commit(lab);
}

void lab_add_port(struct lab *lab, const char *bridge, const char *name, const char *type, const char *options)
{
	begin(lab);
	add_port(lab, find(lab, STORE_Bridge, bridge), name, type, options);
	commit(lab);
}

void lab_del_port(struct lab *lab, const char *bridge, const char *name)
{
	begin(lab);
	store_remove_ref(lab->store, find(lab, STORE_Bridge, bridge), Bridge_ports, find(lab, STORE_Port, name));
	commit(lab);
}

void lab_set(struct lab *lab, enum store_table_id table, const char *name, unsigned int column, const char *text)
{
	begin(lab);
	put(lab, find(lab, table, name), column, text);
	commit(lab);
}

const char *lab_get(struct lab *lab, const char *interface, unsigned int column)
{
	static char text[1024];
	struct store_row *row = find(lab, STORE_Interface, interface);
	char *formatted = vs_datum_format(&schema_tables[STORE_Interface].columns[column].type, store_get(row, column));

	snprintf(text, sizeof(text), "%s", formatted);
	free(formatted);
	return text;
}

void lab_run(const char *fmt, ...)
{
	va_list args;
	char *command;

	va_start(args, fmt);
	command = vs_xvasprintf(fmt, args);
	va_end(args);
	if (system(command) != 0)
		fail_msg("failed: %s", command);
	free(command);
}

bool lab_says(const char *part, const char *fmt, ...)
{
	char output[65536];
	va_list args;
	char *command;
	FILE *pipe;

	va_start(args, fmt);
	command = vs_xvasprintf(fmt, args);
	va_end(args);
	pipe = popen(command, "re");
	assert_non_null(pipe);
	output[fread(output, 1, sizeof(output) - 1, pipe)] = '\0';
	pclose(pipe);
	free(command);
	return strstr(output, part) != NULL;
}

void lab_settle(struct lab *lab, bool (*condition)(struct lab *lab, const char *name), const char *name)
{
	struct timeval tick = {.tv_usec = 50000};
	time_t end = time(NULL) + LAB_PATIENCE_S;

	while (!condition(lab, name)) {
		if (time(NULL) > end)
			fail_msg("%s: not as it should be: error %s", name, lab_get(lab, name, Interface_error));
		event_base_loopexit(lab->base, &tick);
		event_base_loop(lab->base, EVLOOP_ONCE);
	}
}

bool lab_is_attached(struct lab *lab, const char *name)
{
	return fakedp_number(lab->fake, name) && !store_get(find(lab, STORE_Interface, name), Interface_error)->n;
}

bool lab_is_parked(struct lab *lab, const char *name)
{
	return !fakedp_number(lab->fake, name) && store_get(find(lab, STORE_Interface, name), Interface_error)->n;
}

bool lab_exists(const char *device)
{
	return if_nametoindex(device) != 0;
}
