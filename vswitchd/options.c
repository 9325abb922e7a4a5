/* SPDX-License-Identifier: GPL-2.0-only */
/* options.c - vswitchd's command line */
#include "vswitchd/options.h"

#include <errno.h>
#include <getopt.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"

#define DEFAULT_RUNDIR "/run/vswitch"
#define DEFAULT_DB "/var/lib/vswitch/conf.db"

/* struct option_row - one option: its parser's exit status is returned by options_parse() unless -1 */
struct option_row {
	const char *name;
	char letter;
	const char *argument; /* NULL: takes none */
	const char *help;
	int (*parse)(struct options *options, const char *value);
};

static int parse_rundir(struct options *o, const char *value)
{
	o->rundir = value;
	return -1;
}

static int parse_db(struct options *o, const char *value)
{
	o->db = value;
	return -1;
}

static int parse_datapath(struct options *o, const char *value)
{
	if (strcmp(value, "auto") != 0 && strcmp(value, "user") != 0 && strcmp(value, "bpf") != 0) {
		fprintf(stderr, "vswitchd: --datapath: \"%s\" is none of auto, bpf, user\n", value);
		return EXIT_FAILURE;
	}
	o->datapath = value;
	return -1;
}

static int parse_detach(struct options *o, const char *value)
{
	(void)value;
	o->detach = true;
	return -1;
}

static int parse_flush(struct options *o, const char *value)
{
	(void)value;
	o->flush = true;
	return -1;
}

static int parse_pidfile(struct options *o, const char *value)
{
	o->pidfile = value;
	return -1;
}

static int parse_log_file(struct options *o, const char *value)
{
	o->log_file = value;
	return -1;
}

static int parse_remote(struct options *o, const char *value)
{
	if (strncmp(value, "punix:/", 7) != 0) {
		fprintf(stderr, "vswitchd: --remote: \"%s\" is not a socket to listen on; write punix:/PATH\n", value);
		return EXIT_FAILURE;
	}
	if (o->n_remotes == OPTIONS_MAX_REMOTES) {
		fprintf(stderr, "vswitchd: --remote: \"%s\" is one too many; there may be %d\n", value,
			OPTIONS_MAX_REMOTES);
		return EXIT_FAILURE;
	}
	o->remotes[o->n_remotes++] = value + strlen("punix:");
	return -1;
}

static int parse_group(struct options *o, const char *value)
{
	const struct group *group = getgrnam(value);

	if (!group) {
		fprintf(stderr, "vswitchd: --group: there is no group \"%s\"; make it with groupadd\n", value);
		return EXIT_FAILURE;
	}
	o->group = group->gr_gid;
	return -1;
}

static int parse_readers(struct options *o, const char *value)
{
	const struct group *group = getgrnam(value);

	if (!group) {
		fprintf(stderr, "vswitchd: --readers: there is no group \"%s\"; make it with groupadd\n", value);
		return EXIT_FAILURE;
	}
	o->readers = group->gr_gid;
	return -1;
}

static int parse_verbose(struct options *o, const char *value)
{
	enum vs_log_level level;

	(void)o;
	if (vs_log_level_parse(value, &level)) {
		fprintf(stderr, "vswitchd: -v: \"%s\" is none of err, warn, info, dbg\n", value);
		return EXIT_FAILURE;
	}
	vs_log_set_level(level);
	return -1;
}

static int parse_version(struct options *o, const char *value)
{
	(void)o;
	(void)value;
	printf("vswitchd (vswitch) " VS_VERSION "\n");
	return EXIT_SUCCESS;
}

static int parse_help(struct options *o, const char *value);

static const struct option_row rows[] = {
	{"rundir", 0, "DIR", "socket and run-time state [$VSWITCH_RUNDIR, " DEFAULT_RUNDIR "]", parse_rundir},
	{"db", 0, "FILE", "database [$VSWITCH_DB, " DEFAULT_DB "]", parse_db},
	{"datapath", 0, "auto|bpf|user", "what carries the frames [auto]", parse_datapath},
	{"remote", 0, "punix:/PATH", "a further socket to listen on, for example for tools of Open vSwitch",
	 parse_remote},
	{"group", 0, "GROUP", "group that may use the sockets [the daemon's own]", parse_group},
	{"readers", 0, "GROUP", "group that may use the socket for looking [everybody]", parse_readers},
	{"detach", 0, NULL, "go to the background once commands are served", parse_detach},
	{"flush", 0, NULL, "end the forwarding that a daemon left in the kernel, remove its programs, and exit",
	 parse_flush},
	{"pidfile", 0, "FILE", "write the process ID there", parse_pidfile},
	{"log-file", 0, "FILE", "append messages there [with --detach: DIR/vswitchd.log]", parse_log_file},
	{"verbose", 'v', "LEVEL", "err, warn, info or dbg [info]", parse_verbose},
	{"version", 'V', NULL, "print the version", parse_version},
	{"help", 'h', NULL, "print this", parse_help},
};

#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

static int parse_help(struct options *o, const char *value)
{
	(void)o;
	(void)value;
	printf("usage: vswitchd [OPTION...]\nA virtual Ethernet switch; vsctl(8) tells it what to do.\n\n");
	for (size_t i = 0; i < N_ROWS; i++) {
		char words[64], letter[5] = "";

		if (rows[i].letter)
			snprintf(letter, sizeof(letter), "-%c, ", rows[i].letter);
		snprintf(words, sizeof(words), "%s--%s%s%s", letter, rows[i].name, rows[i].argument ? " " : "",
			 rows[i].argument ? rows[i].argument : "");
		printf("  %-32s %s\n", words, rows[i].help);
	}
	return EXIT_SUCCESS;
}

static const char *from_environment(const char *name, const char *otherwise)
{
	const char *value = getenv(name);

	return value && *value ? value : otherwise;
}

int options_parse(int argc, char *argv[], struct options *options)
{
	struct option longs[N_ROWS + 1] = {{0}};
	char shorts[2 * N_ROWS + 1] = "", *p = shorts;
	int c, status;

	*options = (struct options){.rundir = from_environment("VSWITCH_RUNDIR", DEFAULT_RUNDIR),
				    .db = from_environment("VSWITCH_DB", DEFAULT_DB),
				    .datapath = "auto",
				    .group = (gid_t)-1,
				    .readers = (gid_t)-1};
	for (size_t i = 0; i < N_ROWS; i++) {
		longs[i] = (struct option){rows[i].name, rows[i].argument ? required_argument : no_argument, NULL,
					   256 + (int)i};
		if (!rows[i].letter)
			continue;
		*p++ = rows[i].letter;
		if (rows[i].argument)
			*p++ = ':';
	}
	*p = '\0';
	while ((c = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		size_t i = c >= 256 ? (size_t)c - 256 : 0;

		while (c < 256 && i < N_ROWS && rows[i].letter != c)
			i++;
		if (i >= N_ROWS) {
			fprintf(stderr, "vswitchd: see vswitchd --help\n");
			return EXIT_FAILURE;
		}
		status = rows[i].parse(options, optarg);
		if (status >= 0)
			return status;
	}
	if (optind < argc) {
		fprintf(stderr, "vswitchd: \"%s\" is not an option; see vswitchd --help\n", argv[optind]);
		return EXIT_FAILURE;
	}
	return -1;
}
