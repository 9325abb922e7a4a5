/* SPDX-License-Identifier: GPL-2.0-only */
/* programs.c - the names that vsctl answers to: what options each of them takes, and which commands it has */

/*
 * Tools that drive Open vSwitch run ovs-vsctl, ovs-appctl, ovs-ofctl and ovs-dpctl. Each has a grammar of its own; the
 * commands behind them are rows of commands.h like any other, under the nouns that vsctl knows them by. An option that
 * means nothing here is taken and ignored, so that a tool's line does not fail because of it.
 */
#include <string.h>

#include "common/cmdline.h"

#define OVS_COMPATIBLE "(Open vSwitch) 3.1.0"
#define OVS_SCHEMA "DB Schema 8.3.1"
#define OVS_OPENFLOW "OpenFlow versions 0x1:0x6"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

#define IGNORE(name, letter, value)                                                                                    \
	{                                                                                                              \
		name, letter, CMDLINE_IGNORED, value, NULL                                                             \
	}

/* What all of them take. */
#define COMMON_OPTIONS                                                                                                 \
	{"help", 'h', CMDLINE_HELP, NULL, "print this text"},                                                          \
		{"version", 'V', CMDLINE_VERSION, NULL, "print the version"},                                          \
		{"rundir", 0, CMDLINE_RUNDIR, "DIR",                                                                   \
		 "vswitchd's run directory (default: $VSWITCH_RUNDIR, or /run/vswitch)"},                              \
		IGNORE("verbose", 'v', "[SPEC]"), IGNORE("log-file", 0, "[FILE]"),                                     \
		IGNORE("syslog-target", 0, "HOST:PORT"), IGNORE("syslog-method", 0, "METHOD")

static const struct cmdline_global appctl_options[] = {
	{"target", 't', CMDLINE_TARGET, "TARGET", "whom to ask: ovs-vswitchd, ovsdb-server, or the path of a socket"},
	{"timeout", 'T', CMDLINE_TIMEOUT, "SECS", "give up after SECS seconds (default: 10; 0: never)"},
	{"format", 'f', CMDLINE_FORMAT, "FORMAT", "answer as text or json"},
	{"pretty", 0, CMDLINE_PRETTY, NULL, "print JSON with indentation"},
	COMMON_OPTIONS,
};

static const struct cmdline_global ofctl_options[] = {
	{"timeout", 't', CMDLINE_TIMEOUT, "SECS", "give up after SECS seconds (default: 10; 0: never)"},
	{"no-stats", 0, CMDLINE_NO_STATS, NULL, "leave the counters out of dump-flows"},
	COMMON_OPTIONS,
	IGNORE("protocols", 'O', "VERSIONS"),
	IGNORE("flow-format", 'F', "FORMAT"),
	IGNORE("packet-in-format", 'P', "FORMAT"),
	IGNORE("bundle", 0, NULL),
	IGNORE("strict", 0, NULL),
	IGNORE("more", 'm', NULL),
	IGNORE("names", 0, NULL),
	IGNORE("no-names", 0, NULL),
	IGNORE("stats", 0, NULL),
	IGNORE("sort", 0, "[FIELD]"),
	IGNORE("rsort", 0, "[FIELD]"),
	IGNORE("color", 0, "[WHEN]"),
	IGNORE("read-only", 0, NULL),
};

static const struct cmdline_global dpctl_options[] = {
	{"timeout", 't', CMDLINE_TIMEOUT, "SECS", "give up after SECS seconds (default: 10; 0: never)"},
	COMMON_OPTIONS,
	IGNORE("statistics", 's', NULL),
	IGNORE("more", 'm', NULL),
	IGNORE("names", 0, NULL),
	IGNORE("no-names", 0, NULL),
	IGNORE("may-create", 0, NULL),
	IGNORE("read-only", 0, NULL),
};

static const struct cmdline_program programs[] = {
	{"vsctl", NULL, cmdline_globals, CMDLINE__OPTIONS, false, NULL},
	{"ovs-vsctl", NULL, cmdline_globals, CMDLINE__OPTIONS, false, OVS_COMPATIBLE "\n" OVS_SCHEMA},
	{"ovs-appctl", "", appctl_options, COUNT(appctl_options), false, OVS_COMPATIBLE},
	{"ovs-ofctl", "ofctl", ofctl_options, COUNT(ofctl_options), true, OVS_COMPATIBLE "\n" OVS_OPENFLOW},
	{"ovs-dpctl", "dpctl", dpctl_options, COUNT(dpctl_options), true, OVS_COMPATIBLE},
};

const struct cmdline_program *cmdline_program(const char *name)
{
	const char *slash = name ? strrchr(name, '/') : NULL;

	name = slash ? slash + 1 : name;
	for (size_t i = 1; name && i < COUNT(programs); i++)
		if (!strcmp(name, programs[i].name))
			return &programs[i];
	return &programs[0];
}

bool cmdline_program_has(const struct cmdline_program *program, const struct command *command)
{
	size_t len = program->noun ? strlen(program->noun) : 0;

	if (!program->noun)
		return true;
	if (len)
		return !strncmp(command->name, program->noun, len) && command->name[len] == ' ';
	return command->group == COMMAND_GROUP_FDB || command->group == COMMAND_GROUP_APPCTL ||
	       command->group == COMMAND_GROUP_DPCTL || command == &commands[COMMAND_version] ||
	       command == &commands[COMMAND_exit];
}
