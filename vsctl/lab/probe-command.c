/* SPDX-License-Identifier: GPL-2.0-only */
/* probe-command.c - command: a few at a time, each run in its node as `lab exec' would, again until it holds */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/xalloc.h"
#include "vsctl/lab/probe.h"

#define WORKERS 8
#define OUTPUT_MAX 65536
#define AGAIN_MS 200

struct work {
	struct lab_test *test;
	pthread_mutex_t lock;
	size_t next;
};

/* Start it with its output into a pipe. Return: pid or -errno. */
static pid_t start(const struct lab_test *test, const struct lab_probe *probe, int *out)
{
	const char *const argv[] = {"vsctl", "lab", "exec", test->lab->name,	probe->from->o.name,
				    "--",    "sh",  "-c",   probe->expect->run, NULL};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int fds[2], error;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return -errno;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, fds[1], STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, fds[1], STDERR_FILENO);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
	error = posix_spawn(&pid, "/proc/self/exe", &actions, &attributes, (char *const *)(uintptr_t)argv, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	close(fds[1]);
	*out = fds[0];
	if (!error)
		return pid;
	close(fds[0]);
	return -error;
}

/* Read what it says until it ends or its time is over. Return: its exit status; -1: it was ended. */
static int finish(const struct lab_probe *probe, pid_t pid, int out, char *text)
{
	struct pollfd poll_fd = {.fd = out, .events = POLLIN};
	size_t used = 0;
	bool late = false;
	int status = 0;

	for (;;) {
		int64_t left = (probe->deadline - lab_now()) / 1000;
		ssize_t n;

		late = left <= 0;
		if (late || poll(&poll_fd, 1, (int)left) == 0)
			break;
		n = read(out, text + used, OUTPUT_MAX - 1 - used);
		if (n <= 0 && !(n < 0 && errno == EINTR))
			break;
		used += n > 0 ? (size_t)n : 0;
		if (used == OUTPUT_MAX - 1)
			used = OUTPUT_MAX / 2; /* the first half and the last bytes */
	}
	text[used] = '\0';
	late = lab_probe_late(probe);
	if (late)
		kill(-pid, SIGKILL);
	close(out);
	if (TEMP_FAILURE_RETRY(waitpid(pid, &status, 0)) < 0 || (late && WIFSIGNALED(status)))
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void first_line(char *text)
{
	text += strspn(text, "\n");
	text[strcspn(text, "\n")] = '\0';
}

/* Once. Return: whether it holds; else the words for it are noted in @why. */
static bool try(const struct lab_test *test, struct lab_probe *probe, char *text, char **why)
{
	const struct lab_expect *expect = probe->expect;
	int out = -1, status;
	pid_t pid = start(test, probe, &out);

	if (pid < 0) {
		free(*why);
		*why = vs_xasprintf("cannot be run: %s", strerror(-pid));
		return false;
	}
	status = finish(probe, pid, out, text);
	if (status < 0 && *why)
		return false; /* only the last attempt was cut short */
	free(*why);
	*why = NULL;
	if (status < 0)
		*why = vs_xstrdup("did not end in time");
	else if (status != expect->status)
		*why = vs_xasprintf("exit status %d, expected %d", status, (int)expect->status);
	else if (expect->output && !strstr(text, expect->output))
		*why = vs_xasprintf("'%s' is not in its output", expect->output);
	return !*why;
}

static void ask(const struct lab_test *test, struct lab_probe *probe)
{
	char *text = vs_xcalloc(1, OUTPUT_MAX), *why = NULL;
	bool holds;

	lab_probe_begin(probe);
	if (!probe->from->netns) {
		lab_probe_settle(probe, PROBE_UNKNOWN, "cannot be run: '%s' is a virtual machine", probe->from->o.name);
		free(text);
		return;
	}
	while (!(holds = try(test, probe, text, &why)) && !lab_probe_late(probe))
		poll(NULL, 0, AGAIN_MS);
	if (holds) {
		lab_probe_settle(probe, PROBE_HOLDS, "exit status %d", (int)probe->expect->status);
	} else {
		lab_probe_settle(probe, PROBE_FAILS, "%s", why);
		first_line(text);
		if (*text)
			probe->why = vs_xasprintf("it said: %s\n", text);
	}
	free(why);
	free(text);
}

static void *worker(void *arg)
{
	struct work *work = arg;

	for (;;) {
		size_t i;

		pthread_mutex_lock(&work->lock);
		i = work->next++;
		pthread_mutex_unlock(&work->lock);
		if (i >= work->test->n)
			return NULL;
		if (work->test->probes[i].answer == PROBE_OPEN &&
		    lab_probe_is(&work->test->probes[i], LAB_EXPECT_COMMAND))
			ask(work->test, &work->test->probes[i]);
	}
}

void lab_ask_command(struct lab_test *test)
{
	struct work work = {.test = test, .lock = PTHREAD_MUTEX_INITIALIZER};
	pthread_t threads[WORKERS];
	size_t n = 0;

	while (n < WORKERS && n < test->n && pthread_create(&threads[n], NULL, worker, &work) == 0)
		n++;
	if (!n)
		worker(&work);
	for (size_t i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
}
