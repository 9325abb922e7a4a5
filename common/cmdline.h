/* SPDX-License-Identifier: GPL-2.0-only */
/* cmdline.h - the grammar of a vsctl command line: global options, then commands with their own options */
#ifndef VS_CMDLINE_H
#define VS_CMDLINE_H

/*
 * The words are those of ovs-vsctl(8). Global options come first, and may be cut short as getopt_long() allows. They
 * end at the first word that is no option, or at "--". From there "--" separates commands; each is its options, its
 * name, its arguments. An option of a command may also stand among the global ones and belongs to the first command
 * then. The daemon parses a line to run it; vsctl parses it for what concerns a client: the socket, the time limit,
 * --help and --version.
 *
 * Everything parsed points into the words, which must live as long.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "common/commands.h"

/*
 * X(identifier, name, letter or 0, value, help): every global option. Value: NULL takes none, "[...]" may be attached.
 * Those without help are taken from ovs-vsctl's users and do nothing.
 */
#define CMDLINE_OPTIONS(X)                                                                                             \
	X(DB, "db", 0, "SOCKET", "the daemon's socket, also written unix:PATH")                                        \
	X(RUNDIR, "rundir", 0, "DIR", "the daemon's run directory (default: $VSWITCH_RUNDIR, or /run/vswitch)")        \
	X(TIMEOUT, "timeout", 't', "SECS", "give up after SECS seconds (default: 10; 0: never)")                       \
	X(NO_SYSLOG, "no-syslog", 0, NULL, NULL)                                                                       \
	X(NO_WAIT, "no-wait", 0, NULL, "do not report ports that could not be set up")                                 \
	X(NO_LEADER_ONLY, "no-leader-only", 0, NULL, NULL)                                                             \
	X(NO_SHUFFLE_REMOTES, "no-shuffle-remotes", 0, NULL, NULL)                                                     \
	X(DRY_RUN, "dry-run", 0, NULL, "run the commands, but change nothing")                                         \
	X(ONELINE, "oneline", 0, NULL, "print exactly one line for each command")                                      \
	X(FORMAT, "format", 'f', "FORMAT", "print tables as list, table, csv, html or json")                           \
	X(DATA, "data", 'd', "FORMAT", "print values as string, bare or json")                                         \
	X(NO_HEADINGS, "no-headings", 0, NULL, "leave out table headings")                                             \
	X(BARE, "bare", 0, NULL, "the same as --format=list --data=bare --no-headings")                                \
	X(PRETTY, "pretty", 0, NULL, "print JSON with indentation")                                                    \
	X(MAX_COLUMN_WIDTH, "max-column-width", 0, "N", "cut columns of format table to N characters")                 \
	X(HELP, "help", 'h', NULL, "print this text")                                                                  \
	X(VERSION, "version", 'V', NULL, "print the version")                                                          \
	X(COMMANDS, "commands", 0, NULL, "print the commands, for shell completion")                                   \
	X(OPTIONS, "options", 0, NULL, "print the options, for shell completion")                                      \
	X(RETRY, "retry", 0, NULL, NULL)                                                                               \
	X(VERBOSE, "verbose", 'v', "[SPEC]", NULL)                                                                     \
	X(LOG_FILE, "log-file", 0, "[FILE]", NULL)                                                                     \
	X(SYSLOG_METHOD, "syslog-method", 0, "METHOD", NULL)                                                           \
	X(SYSLOG_TARGET, "syslog-target", 0, "HOST:PORT", NULL)                                                        \
	X(LEADER_ONLY, "leader-only", 0, NULL, NULL)                                                                   \
	X(SHUFFLE_REMOTES, "shuffle-remotes", 0, NULL, NULL)                                                           \
	X(PRIVATE_KEY, "private-key", 'p', "FILE", NULL)                                                               \
	X(CERTIFICATE, "certificate", 'c', "FILE", NULL)                                                               \
	X(CA_CERT, "ca-cert", 'C', "FILE", NULL)                                                                       \
	X(BOOTSTRAP_CA_CERT, "bootstrap-ca-cert", 0, "FILE", NULL)                                                     \
	X(PEER_CA_CERT, "peer-ca-cert", 0, "FILE", NULL)                                                               \
	X(SSL_PROTOCOLS, "ssl-protocols", 0, "PROTOCOLS", NULL)                                                        \
	X(SSL_CIPHERS, "ssl-ciphers", 0, "CIPHERS", NULL)

enum cmdline_option_id {
#define X(id, name, letter, value, help) CMDLINE_##id,
	CMDLINE_OPTIONS(X)
#undef X
		CMDLINE__OPTIONS,
	/* Of the other names only. */
	CMDLINE_TARGET = CMDLINE__OPTIONS,
	CMDLINE_NO_STATS,
	CMDLINE_IGNORED,
};

/** struct cmdline_global - an option of a program: a row of CMDLINE_OPTIONS, or of another name's table (programs.c) */
struct cmdline_global {
	const char *name;
	char letter;
	enum cmdline_option_id id;
	const char *value, *help;
};

extern const struct cmdline_global cmdline_globals[CMDLINE__OPTIONS];

/**
 * struct cmdline_program - a name that vsctl answers to, and the grammar that goes with it
 * @noun: NULL: all commands, any number of them, separated by "--". Otherwise exactly one command: "" one of those that
 *	ovs-appctl has, written noun/verb; else one of this noun, written without it
 * @anywhere: options may also come after the command
 * @says_version: what --version prints after the name, or NULL for our own
 */
struct cmdline_program {
	const char *name, *noun;
	const struct cmdline_global *options;
	size_t n_options;
	bool anywhere;
	const char *says_version;
};

/** cmdline_program() - by its name, of which a path may be a part. Return: vsctl itself for any other name. */
const struct cmdline_program *cmdline_program(const char *name);

/** cmdline_program_has() - whether @command is one that @program offers. */
bool cmdline_program_has(const struct cmdline_program *program, const struct command *command);

enum cmdline_format { CMDLINE_LIST, CMDLINE_TABLE, CMDLINE_CSV, CMDLINE_HTML, CMDLINE_JSON, CMDLINE_YAML };
enum cmdline_data { CMDLINE_STRING, CMDLINE_BARE_DATA, CMDLINE_JSON_DATA };

#define CMDLINE_MAX_OPTIONS 6 /* no command has more than two */

/**
 * struct cmdline_command - one command of a line
 * @args: its arguments, without its name and options
 * @options: "--columns", with dashes, @len bytes long; value NULL where it takes none
 */
struct cmdline_command {
	const struct command *command;
	int n_args;
	char *const *args;
	struct cmdline_option {
		const char *name;
		size_t len;
		const char *value;
	} options[CMDLINE_MAX_OPTIONS];
	size_t n_options;
};

/**
 * struct cmdline - a line taken apart
 * @set: bit N: global option N (enum cmdline_option_id) was given
 * @target: whom ovs-appctl shall ask, or NULL
 * @timeout: seconds, 0 for no limit, -1 when not given
 * @commands: empty when an option asks for text only (cmdline_asks_text())
 * @words: a copy of the words where options had to be taken out from among them, or NULL
 */
struct cmdline {
	unsigned long long set;
	const char *db, *rundir, *target;
	int timeout;
	int max_column_width;
	enum cmdline_format format;
	enum cmdline_data data;
	struct cmdline_command *commands;
	size_t n_commands;
	char **words;
};

/**
 * cmdline_parse() - take @argv apart by the grammar of @program; argv[0] is the first word after the program's name
 * @error: on failure a malloc()ed sentence, as the original of that name words it
 * Return: 0; -EINVAL for wrong options; -ENOENT for wrong commands. Call cmdline_destroy() only after 0.
 */
int cmdline_parse(const struct cmdline_program *program, int argc, char *const argv[], struct cmdline *line,
		  char **error);

/**
 * cmdline_print_error() - say why a line was not run
 * @of_command: it is a command that went wrong, not an option: ovs-appctl says that its server said so
 * Return: the exit status that goes with it; @status, except by the name ovs-appctl.
 */
int cmdline_print_error(const struct cmdline_program *program, bool of_command, int status, const char *error,
			FILE *out);

void cmdline_destroy(struct cmdline *line);

static inline bool cmdline_has(const struct cmdline *line, enum cmdline_option_id id)
{
	return line->set >> id & 1;
}

/** cmdline_print_text() - what --help, --version, --commands or --options ask for. Return: false if none was given. */
bool cmdline_print_text(const struct cmdline *line, const struct cmdline_program *program, FILE *out);

/**
 * cmdline_print_help() - `help`, or `help COMMAND` with its @words
 * Return: 0, or -ENOENT when there is no such command.
 */
int cmdline_print_help(const struct cmdline_program *program, int n, char *const words[], FILE *out);

/** cmdline_option() - whether the command was given option @name ("--may-exist"). */
const struct cmdline_option *cmdline_option(const struct cmdline_command *command, const char *name);

#endif
