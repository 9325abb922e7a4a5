/* SPDX-License-Identifier: GPL-2.0-only */
/* main.c - vsctl: hands its words to the daemon and prints the answer */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cmdline.h"
#include "common/fds.h"
#include "common/jsonrpc.h"
#include "common/xalloc.h"
#include "vsctl/connection.h"
#include "vsctl/files.h"
#include "vsctl/lab/lab.h"

#define DEFAULT_RUNDIR "/run/vswitch"
#define DEFAULT_TIMEOUT 10 /* seconds */

/* struct vsctl - one run of the program. @program: the name it speaks by, @called: and that of its grammar. */
struct vsctl {
	const struct cmdline_program *called;
	const char *program;
	int argc;
	char *const *argv; /* without the program's name */
	struct cmdline line;
	char *path, *input;
	struct connection connection;
};

/* End by SIGALRM, as ovs-vsctl does when its time is over, so that callers can tell. */
static int end_by_alarm(const struct vsctl *vsctl)
{
	sigset_t alarm_only;

	fflush(stdout);
	fprintf(stderr, "%s: terminating with signal %d (%s)\n", vsctl->program, SIGALRM, strsignal(SIGALRM));
	sigemptyset(&alarm_only);
	sigaddset(&alarm_only, SIGALRM);
	signal(SIGALRM, SIG_DFL);
	sigprocmask(SIG_UNBLOCK, &alarm_only, NULL);
	raise(SIGALRM);
	return EXIT_FAILURE;
}

/* Where the daemon listens: --db, --rundir, $VSWITCH_RUNDIR, or the default, in that order. Return: 0 or -EINVAL. */
static int find_socket(struct vsctl *vsctl)
{
	const char *db = vsctl->line.db, *rundir = vsctl->line.rundir, *target = vsctl->line.target;

	/* ovs-appctl -t: here one daemon is both of those, and a path is the socket. */
	if (target && strcmp(target, "ovs-vswitchd") && strcmp(target, "ovsdb-server") && strcmp(target, "vswitchd")) {
		if (*target != '/') {
			fprintf(stderr,
				"%s: --target: \"%s\" is none of ovs-vswitchd, ovsdb-server and the path of a socket\n",
				vsctl->program, target);
			return -EINVAL;
		}
		db = target;
	}
	if (db && !strncmp(db, "unix:", 5)) {
		vsctl->path = vs_xstrdup(db + 5);
	} else if (db && !strchr(db, ':')) {
		vsctl->path = vs_xstrdup(db);
	} else if (db) {
		fprintf(stderr, "%s: --db: \"%s\" is not a socket of this machine: write unix:PATH\n", vsctl->program,
			db);
		return -EINVAL;
	} else {
		if (!rundir)
			rundir = getenv("VSWITCH_RUNDIR");
		vsctl->path = vs_xasprintf("%s/vswitchd.sock", rundir && *rundir ? rundir : DEFAULT_RUNDIR);
	}
	return 0;
}

static bool want_color(void)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && !(no_color && *no_color) && !(term && !strcmp(term, "dumb"));
}

/* The request, or NULL when a word cannot be written in JSON. */
static char *make_request(const struct vsctl *vsctl)
{
	json_t *words = json_array();

	for (int i = 0; i < vsctl->argc; i++)
		if (json_array_append_new(words, json_string(vsctl->argv[i]))) {
			fprintf(stderr, "%s: \"%s\" is not UTF-8\n", vsctl->program, vsctl->argv[i]);
			json_decref(words);
			return NULL;
		}
	return jsonrpc_request_text(0, "vsctl",
				    json_pack("[o, {s:s, s:b, s:s*}]", words, "program", vsctl->program, "color",
					      want_color(), "input", vsctl->input));
}

/* Print what the daemon answered. Return: exit status. */
static int print_answer(const struct vsctl *vsctl, const json_t *reply)
{
	const char *out, *err, *file = NULL, *error = json_string_value(json_object_get(reply, "error"));
	int status;

	if (error) {
		fprintf(stderr, "%s: vswitchd refused: %s\n", vsctl->program, error);
		return EXIT_FAILURE;
	}
	if (json_unpack((json_t *)(uintptr_t)reply, "{s:{s:s, s:s, s:i, s?s}}", "result", "stdout", &out, "stderr",
			&err, "status", &status, "file", &file)) {
		fprintf(stderr, "%s: vswitchd answers in a way that this version does not understand\n",
			vsctl->program);
		return EXIT_FAILURE;
	}
	fputs(out, stdout);
	if (fflush(stdout)) {
		fprintf(stderr, "%s: cannot write the answer: %s\n", vsctl->program, strerror(errno));
		status = status ? status : EXIT_FAILURE;
	}
	fputs(err, stderr);
	char *why = NULL;
	if (file && files_write(&vsctl->line, file, &why)) {
		fprintf(stderr, "%s: %s\n", vsctl->program, why);
		free(why);
		return EXIT_FAILURE;
	}
	return status;
}

/* Say why there is no answer. Return: exit status. */
static int report_failure(const struct vsctl *vsctl, bool connected, int error)
{
	if (error == -ETIME)
		return end_by_alarm(vsctl);
	if (!connected)
		fprintf(stderr, "%s: cannot connect to %s: %s%s\n", vsctl->program, vsctl->path, strerror(-error),
			error == -EACCES || error == -EPERM ? " (only its owner and its group may)"
							    : " (is vswitchd running?)");
	else if (error == -EPIPE)
		fprintf(stderr, "%s: vswitchd closed the connection before it answered\n", vsctl->program);
	else if (error == -EBADMSG)
		fprintf(stderr, "%s: what listens on %s is not vswitchd\n", vsctl->program, vsctl->path);
	else
		fprintf(stderr, "%s: %s: %s\n", vsctl->program, vsctl->path, strerror(-error));
	return EXIT_FAILURE;
}

/* Print lines as they come, until the daemon ends, or the limit if one was given. Return: exit status. */
static int print_stream(struct vsctl *vsctl)
{
	json_t *message;
	int error;

	connection_set_limit(&vsctl->connection, vsctl->line.timeout < 0 ? 0 : vsctl->line.timeout);
	while (!(error = connection_read(&vsctl->connection, &message))) {
		const char *text = json_string_value(json_array_get(json_object_get(message, "params"), 0));

		fputs(text ? text : "", stdout);
		json_decref(message);
		if (fflush(stdout)) {
			fprintf(stderr, "%s: cannot write: %s\n", vsctl->program, strerror(errno));
			return EXIT_FAILURE;
		}
	}
	if (error == -EPIPE) {
		fprintf(stderr, "%s: vswitchd closed the connection: it has ended, or this was not read fast enough\n",
			vsctl->program);
		return EXIT_FAILURE;
	}
	return report_failure(vsctl, true, error);
}

/* Whether the line asks the daemon to end: then its end is worth waiting for. */
static bool asks_exit(const struct cmdline *line)
{
	for (size_t i = 0; i < line->n_commands; i++)
		if (line->commands[i].command == &commands[COMMAND_exit] && !cmdline_has(line, CMDLINE_DRY_RUN))
			return true;
	return false;
}

/* Whether nothing in the line changes anything, so that the socket for readers will do. */
static bool only_looks(const struct cmdline *line)
{
	for (size_t i = 0; i < line->n_commands; i++)
		if (!command_looks(line->commands[i].command))
			return false;
	return true;
}

/* The daemon's socket; where we may not use it, and only look, the one for readers beside it. */
static int connect_daemon(struct vsctl *vsctl)
{
	bool retry = cmdline_has(&vsctl->line, CMDLINE_RETRY);
	int error = connection_open(&vsctl->connection, vsctl->path, retry);
	size_t len = strlen(vsctl->path);

	if (error != -EACCES || !only_looks(&vsctl->line) || len < 5 || strcmp(vsctl->path + len - 5, ".sock"))
		return error;
	char *readers = vs_xasprintf("%.*s.ro.sock", (int)len - 5, vsctl->path);
	connection_close(&vsctl->connection);
	if (!connection_open(&vsctl->connection, readers, retry))
		error = 0;
	free(readers);
	return error;
}

static int ask_daemon(struct vsctl *vsctl)
{
	json_t *reply = NULL;
	char *why = NULL;

	if (files_read(&vsctl->line, &vsctl->input, &why)) {
		fprintf(stderr, "%s: %s\n", vsctl->program, why);
		free(why);
		return EXIT_FAILURE;
	}
	char *request = make_request(vsctl);
	if (!request)
		return EXIT_FAILURE;
	connection_set_limit(&vsctl->connection, vsctl->line.timeout < 0 ? DEFAULT_TIMEOUT : vsctl->line.timeout);
	int error = connect_daemon(vsctl);
	bool connected = !error;
	/* What waits for something is asked again until it is so, or time is over: the daemon keeps nobody waiting. */
	while (!error) {
		error = connection_call(&vsctl->connection, request, &reply);
		if (error || !json_is_true(json_object_get(json_object_get(reply, "result"), "again")))
			break;
		json_decref(reply);
		error = connection_pause(&vsctl->connection);
	}
	free(request);
	if (error)
		return report_failure(vsctl, connected, error);
	int status = print_answer(vsctl, reply);
	bool stream = json_is_true(json_object_get(json_object_get(reply, "result"), "stream"));
	json_decref(reply);
	if (status == 0 && stream)
		return print_stream(vsctl);
	if (status == 0 && asks_exit(&vsctl->line)) {
		error = connection_wait_end(&vsctl->connection);
		if (error)
			status = report_failure(vsctl, true, error);
	}
	return status;
}

/*
 * Where the words of a lab command begin, which vsctl runs itself: behind "lab", the first word that is no global
 * option. Of these it takes --rundir. Return: 0 when it is another command.
 */
static int lab_words(int argc, char *const argv[], const char **rundir)
{
	int i = 0;

	*rundir = getenv("VSWITCH_RUNDIR");
	for (; i < argc && argv[i][0] == '-'; i++) {
		if (!strncmp(argv[i], "--rundir=", 9))
			*rundir = argv[i] + 9;
		else if (!strcmp(argv[i], "--rundir") && i + 1 < argc)
			*rundir = argv[++i];
		else if (strcmp(argv[i], "--"))
			return 0;
	}
	if (!*rundir || !**rundir)
		*rundir = DEFAULT_RUNDIR;
	return i < argc && !strcmp(argv[i], "lab") ? i + 1 : 0;
}

/* What needs no daemon: help and version. Return: whether that was all. */
static bool run_here(const struct vsctl *vsctl, int *status)
{
	const struct cmdline_command *command = vsctl->line.commands;

	*status = EXIT_SUCCESS;
	if (cmdline_print_text(&vsctl->line, vsctl->called, stdout)) {
		if (cmdline_has(&vsctl->line, CMDLINE_HELP))
			lab_print_list(stdout);
		else if (cmdline_has(&vsctl->line, CMDLINE_COMMANDS))
			lab_print_words(stdout);
		return true;
	}
	if (vsctl->line.n_commands != 1 || command->command != &commands[COMMAND_help])
		return false;
	if (cmdline_print_help(vsctl->called, command->n_args, command->args, stdout)) {
		fprintf(stderr, "%s: unknown command '%s'; use --help for help\n", vsctl->program, command->args[0]);
		*status = EXIT_FAILURE;
	}
	return true;
}

int main(int argc, char *argv[])
{
	struct vsctl vsctl = {.called = cmdline_program(argv[0]),
			      .argc = argc > 0 ? argc - 1 : 0,
			      .argv = argv + 1,
			      .connection = {.fd = -1}};
	const char *rundir;
	char *error;
	int status = EXIT_FAILURE, lab;

	vs_fds_fill();
	vsctl.program = vsctl.called->name;
	lab = strcmp(vsctl.program, "vsctl") ? 0 : lab_words(vsctl.argc, vsctl.argv, &rundir);
	if (lab)
		return lab_main(rundir, vsctl.argc - lab, vsctl.argv + lab);
	int wrong = cmdline_parse(vsctl.called, vsctl.argc, vsctl.argv, &vsctl.line, &error);
	if (wrong) {
		status = cmdline_print_error(vsctl.called, wrong == -ENOENT, EXIT_FAILURE, error, stderr);
		free(error);
		return status;
	}
	if (!run_here(&vsctl, &status))
		status = find_socket(&vsctl) ? EXIT_FAILURE : ask_daemon(&vsctl);
	connection_close(&vsctl.connection);
	cmdline_destroy(&vsctl.line);
	free(vsctl.path);
	free(vsctl.input);
	return status;
}
