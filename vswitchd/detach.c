/* SPDX-License-Identifier: GPL-2.0-only */
/* detach.c - go to the background only when there is something to use, and say so to who waits */
#include "vswitchd/detach.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "common/log.h"
#include "common/xalloc.h"

struct detach {
	const struct options *options;
	int parent; /* pipe to the waiting parent, or -1 */
	bool wrote_pidfile;
};

/* wait_for_child() - end as the daemon does, or with success as soon as it is ready. */
static void wait_for_child(pid_t child, int fd)
{
	char byte;
	int status;

	if (read(fd, &byte, 1) == 1)
		_exit(EXIT_SUCCESS);
	if (waitpid(child, &status, 0) == child && WIFEXITED(status))
		_exit(WEXITSTATUS(status));
	_exit(EXIT_FAILURE);
}

struct detach *detach_begin(const struct options *options)
{
	struct detach *detach = vs_xcalloc(1, sizeof(*detach));
	int fds[2];
	pid_t child;

	detach->options = options;
	detach->parent = -1;
	if (!options->detach)
		return detach;
	if (pipe2(fds, O_CLOEXEC) < 0 || (child = fork()) < 0) {
		vs_err("cannot go to the background: %s", strerror(errno));
		exit(EXIT_FAILURE);
	}
	if (child > 0) {
		close(fds[1]);
		wait_for_child(child, fds[0]);
	}
	close(fds[0]);
	setsid();
	detach->parent = fds[1];
	return detach;
}

static void write_pidfile(struct detach *detach)
{
	FILE *file = fopen(detach->options->pidfile, "we");

	if (file && fprintf(file, "%d\n", (int)getpid()) > 0)
		detach->wrote_pidfile = true;
	else
		vs_warn("cannot write --pidfile \"%s\": %s", detach->options->pidfile, strerror(errno));
	if (file)
		fclose(file);
}

/* redirect() - standard output and error to the log, standard input from nothing. */
static void redirect(const char *path, bool all)
{
	int log = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (log < 0)
		vs_warn("cannot write the log \"%s\": %s", path, strerror(errno));
	if (all && null >= 0) {
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
	}
	if (log >= 0 || (all && null >= 0))
		dup2(log >= 0 ? log : null, STDERR_FILENO);
	if (log >= 0)
		close(log);
	if (null >= 0)
		close(null);
}

void detach_ready(void *arg)
{
	struct detach *detach = arg;
	const struct options *o = detach->options;

	if (o->pidfile)
		write_pidfile(detach);
	if (o->log_file || o->detach) {
		char *path = o->log_file ? vs_xstrdup(o->log_file) : vs_xasprintf("%s/vswitchd.log", o->rundir);

		redirect(path, o->detach);
		free(path);
	}
	if (detach->parent >= 0) {
		if (write(detach->parent, "r", 1) != 1)
			vs_warn("cannot tell the waiting parent: %s", strerror(errno));
		close(detach->parent);
		detach->parent = -1;
	}
	sd_notify(0, "READY=1");
}

void detach_end(struct detach *detach)
{
	sd_notify(0, "STOPPING=1");
	if (detach->wrote_pidfile)
		unlink(detach->options->pidfile);
	free(detach);
}
