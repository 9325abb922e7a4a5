/* SPDX-License-Identifier: GPL-2.0-only */
/* daemon.c - asking a daemon, starting one and ending it */
#include "vsctl/lab/daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/jsonrpc.h"
#include "common/xalloc.h"
#include "vsctl/connection.h"

#define ASK_SECONDS 120 /* thousands of ports in one go take a while */

static char *socket_path(const char *rundir)
{
	return vs_xasprintf("%s/vswitchd.sock", rundir);
}

/* Send a request and wait. Return: 0 or -errno. */
static int call(const char *rundir, char *request, json_t **reply)
{
	struct connection connection = {.fd = -1};
	char *path = socket_path(rundir);
	int error;

	connection_set_limit(&connection, ASK_SECONDS);
	error = connection_open(&connection, path, false);
	if (!error)
		error = connection_call(&connection, request, reply);
	connection_close(&connection);
	free(path);
	free(request);
	return error;
}

bool lab_daemon_answers(const char *rundir)
{
	json_t *reply = NULL;
	int error = call(rundir, jsonrpc_request_text(0, "echo", json_array()), &reply);

	json_decref(reply);
	return !error;
}

int lab_daemon_ask(const char *rundir, const json_t *words, char **text)
{
	json_t *reply = NULL, *copy = json_copy((json_t *)(uintptr_t)words);
	char *request = jsonrpc_request_text(0, "vsctl", json_pack("[o, {s:s}]", copy, "program", "vsctl"));
	const char *out = "", *err = "", *refused;
	int error, status = -1;

	error = call(rundir, request, &reply);
	refused = json_string_value(json_object_get(reply, "error"));
	if (error)
		*text = vs_xasprintf("vswitchd at %s: %s%s", rundir, strerror(-error),
				     error == -ENOENT || error == -ECONNREFUSED ? " (is it running?)" : "");
	else if (refused)
		*text = vs_xasprintf("vswitchd at %s refused: %s", rundir, refused);
	else if (json_unpack(reply, "{s:{s:s, s:s, s:i}}", "result", "stdout", &out, "stderr", &err, "status", &status))
		*text = vs_xasprintf("vswitchd at %s answers in a way that this version does not understand", rundir);
	else
		*text = vs_xstrdup(status ? err : out);
	json_decref(reply);
	return status;
}

/* Beside ourselves, as in a build directory; where it is installed; else where PATH says. */
static char *program(void)
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	const char *const beside[] = {"vswitchd", "../sbin/vswitchd"};

	if (n > 0) {
		self[n] = '\0';
		*strrchr(self, '/') = '\0';
		for (size_t i = 0; i < sizeof(beside) / sizeof(beside[0]); i++) {
			char *path = vs_xasprintf("%s/%s", self, beside[i]);

			if (access(path, X_OK) == 0)
				return path;
			free(path);
		}
	}
	return vs_xstrdup("vswitchd");
}

static void become(const struct lab_daemon *daemon, const char *path)
{
	char *db = vs_xasprintf("%s.db", daemon->rundir), *log = vs_xasprintf("%s.log", daemon->rundir);
	char *pidfile = vs_xasprintf("%s.pid", daemon->rundir);
	int netns = daemon->netns ? open(daemon->netns, O_RDONLY | O_CLOEXEC) : -1;

	if (daemon->netns && (netns < 0 || setns(netns, CLONE_NEWNET) < 0)) {
		fprintf(stderr, "vsctl: cannot enter '%s': %s\n", daemon->netns, strerror(errno));
		_exit(EXIT_FAILURE);
	}
	execlp(path, "vswitchd", "--rundir", daemon->rundir, "--db", db, "--datapath", daemon->datapath, "--detach",
	       "--pidfile", pidfile, "--log-file", log, (char *)NULL);
	fprintf(stderr, "vsctl: cannot start '%s': %s\n", path, strerror(errno));
	_exit(EXIT_FAILURE);
}

int lab_daemon_start(struct lab_daemon *daemon)
{
	char *path, *parent, *sock = socket_path(daemon->rundir);
	size_t length = strlen(sock);

	free(sock);
	if (length >= sizeof(((struct sockaddr_un *)NULL)->sun_path)) {
		fprintf(stderr,
			"vsctl: '%s': too long a path for a socket; use shorter names, or a shorter $VSWITCH_LABDIR\n",
			daemon->rundir);
		return -ENAMETOOLONG;
	}
	parent = vs_xstrdup(daemon->rundir);
	*strrchr(parent, '/') = '\0';
	mkdir(parent, 0755);
	free(parent);
	path = program();
	fflush(NULL);
	daemon->pid = fork();
	if (daemon->pid == 0)
		become(daemon, path);
	free(path);
	return daemon->pid < 0 ? -errno : 0;
}

int lab_daemon_started(struct lab_daemon *daemon)
{
	int status;

	if (TEMP_FAILURE_RETRY(waitpid(daemon->pid, &status, 0)) < 0)
		return -errno;
	if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS)
		return 0;
	fprintf(stderr, "vsctl: vswitchd for the lab did not start; its log is %s.log\n", daemon->rundir);
	return -EIO;
}

int lab_daemon_end(const char *rundir)
{
	struct connection connection = {.fd = -1};
	char *path = socket_path(rundir);
	char *request =
		jsonrpc_request_text(0, "vsctl", json_pack("[[s, s], {s:s}]", "exit", "--cleanup", "program", "vsctl"));
	json_t *reply = NULL;
	int error;

	connection_set_limit(&connection, ASK_SECONDS);
	error = connection_open(&connection, path, false);
	if (!error)
		error = connection_call(&connection, request, &reply);
	if (!error)
		error = connection_wait_end(&connection);
	if (error)
		fprintf(stderr, "vsctl: vswitchd at %s does not end: %s\n", rundir, strerror(-error));
	connection_close(&connection);
	json_decref(reply);
	free(request);
	free(path);
	return error;
}
