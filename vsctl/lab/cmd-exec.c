/* SPDX-License-Identifier: GPL-2.0-only */
/* cmd-exec.c - `lab exec', `lab shell' and `lab console': into a node */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

#include "common/xalloc.h"
#include "vsctl/lab/lab.h"
#include "vsctl/lab/node.h"
#include "vsctl/lab/proc.h"

#define ESCAPE 0x1d /* Ctrl-] */

/* The record of a node, and the lab's. Return: NULL with the error printed. */
static json_t *node_open(struct lab_state *state, const char *lab, const char *node)
{
	json_t *record = NULL;

	if (lab_state_open(state, lab, false, false)) {
		fprintf(stderr, "vsctl: there is no lab '%s'; vsctl lab list says which there are\n", lab);
		return NULL;
	}
	if (!strchr(node, '/'))
		record = lab_node_record(state, node);
	if (!record)
		fprintf(stderr, "vsctl: lab '%s' has no node '%s'; vsctl lab status %s lists them\n", lab, node, lab);
	return record;
}

/* Become @argv in the node. Return only when that fails. */
static int node_exec(const struct lab_args *args, int argc, char *const *argv)
{
	struct lab_state state;
	json_t *record = node_open(&state, args->argv[0], args->argv[1]);
	const char *kind = json_string_value(json_object_get(record, "kind"));
	char *netns = record ? lab_node_netns(record) : NULL, *etc;

	if (!record)
		return EXIT_FAILURE;
	if (!netns) {
		fprintf(stderr, "vsctl: node '%s' is a %s: use vsctl lab console %s %s\n", args->argv[1],
			kind ? kind : "?", args->argv[0], args->argv[1]);
		return EXIT_FAILURE;
	}
	if (kind && !strcmp(kind, "container")) {
		const char **words =
			lab_kind_ops(record)->exec(&state, args->argv[1], record, argc, argv, isatty(STDIN_FILENO));

		execvp(words[0], (char *const *)(uintptr_t)words);
		fprintf(stderr, "vsctl: cannot run '%s': %s\n", words[0], strerror(errno));
		return EXIT_FAILURE;
	}
	etc = lab_state_path(&state, "nodes/%s/etc", args->argv[1]);
	struct lab_place_in in = {netns, etc, json_string_value(json_object_get(record, "hostname")),
				  json_object_get(record, "env")};
	if (lab_proc_enter(&in))
		return EXIT_FAILURE;
	execvp(argv[0], argv);
	fprintf(stderr, "vsctl: cannot run '%s': %s\n", argv[0], strerror(errno));
	return errno == ENOENT ? 127 : 126;
}

int lab_cmd_exec(const struct lab_args *args)
{
	if (!args->n_rest) {
		fputs("usage: vsctl lab exec LAB NODE -- COMMAND...\n", stderr);
		return EXIT_FAILURE;
	}
	return node_exec(args, args->n_rest, args->rest);
}

int lab_cmd_shell(const struct lab_args *args)
{
	char *prompt = vs_xasprintf("%s# ", args->argv[1]);
	char *argv[] = {"/bin/sh", "-i", NULL};

	setenv("PS1", prompt, 1);
	free(prompt);
	return node_exec(args, 2, argv);
}

/* --- console -------------------------------------------------------------------------------------------------- */

/* Pass on what came in at @from. Return: false at the end. */
static bool pass(int from, int to, bool typed)
{
	char text[4096];
	ssize_t n = read(from, text, sizeof(text));

	if (n <= 0 || (typed && memchr(text, ESCAPE, (size_t)n)))
		return false;
	for (ssize_t done = 0; done < n;) {
		ssize_t m = write(to, text + done, (size_t)(n - done));

		if (m < 0 && errno != EINTR)
			return false;
		done += m > 0 ? m : 0;
	}
	return true;
}

static int console_join(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path, strlen(path) + 1);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	return fd;
}

int lab_cmd_console(const struct lab_args *args)
{
	struct lab_state state;
	json_t *record = node_open(&state, args->argv[0], args->argv[1]);
	char *path = record ? lab_state_path(&state, "nodes/%s/console", args->argv[1]) : NULL;
	int fd = path ? console_join(path) : -ENOENT;
	struct termios was, raw;
	bool tty = tcgetattr(STDIN_FILENO, &was) == 0;
	struct pollfd fds[] = {{.fd = STDIN_FILENO, .events = POLLIN}, {.fd = fd, .events = POLLIN}};

	if (fd < 0) {
		if (record)
			fprintf(stderr, "vsctl: node '%s' has no console: %s (only virtual machines have one)\n",
				args->argv[1], strerror(-fd));
		return EXIT_FAILURE;
	}
	if (tty) {
		fprintf(stderr, "console of %s; Ctrl-] leaves it\n", args->argv[1]);
		raw = was;
		cfmakeraw(&raw);
		tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	}
	for (;;) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			break;
		if (fds[1].revents && !pass(fd, STDOUT_FILENO, false))
			break;
		if (fds[0].revents && !pass(STDIN_FILENO, fd, true))
			break;
	}
	if (tty)
		tcsetattr(STDIN_FILENO, TCSANOW, &was);
	close(fd);
	free(path);
	json_decref(record);
	lab_state_close(&state);
	return EXIT_SUCCESS;
}
