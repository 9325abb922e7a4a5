/* SPDX-License-Identifier: GPL-2.0-only */
/* node.c - the steps that make a node and take it away */
#include "vsctl/lab/node.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/xalloc.h"
#include "vsctl/lab/proc.h"
#include "vswitchd/kernel/netns.h"

#define ETC_NETNS "/etc/netns"
#define RUNNERS 16 /* nodes that run commands at a time */

static const char *text_of(const json_t *record, const char *key)
{
	return json_string_value(json_object_get(record, key));
}

char *lab_node_netns(const json_t *record)
{
	const char *netns = text_of(record, "netns");

	return netns ? vs_xasprintf(KN_NETNS_DIR "/%s", netns) : NULL;
}

uint64_t lab_node_inode(const char *netns)
{
	char *path = vs_xasprintf(KN_NETNS_DIR "/%s", netns);
	struct stat st;
	int fd = kn_netns_open(path);
	uint64_t inode = fd >= 0 && fstat(fd, &st) == 0 ? (uint64_t)st.st_ino : 0;

	if (fd >= 0)
		close(fd);
	free(path);
	return inode;
}

void lab_job_destroy(struct lab_job *job)
{
	free(job->name);
	free(job->hosts);
	json_decref(job->record);
	json_decref(job->wanted);
	json_decref(job->cables);
	json_decref(job->old_cables);
	*job = (struct lab_job){0};
}

/* --- looking -------------------------------------------------------------------------------------------------- */

static bool same(const json_t *a, const json_t *b, const char *key)
{
	json_t *x = json_object_get(a, key), *y = json_object_get(b, key);

	return x == y || (x && y && json_equal(x, y));
}

/* Files of the node, /etc/hosts among them, are as they shall be. */
static bool files_fit(const struct lab_state *state, const struct lab_job *job)
{
	char *path = lab_state_path(state, "nodes/%s/etc/hosts", job->name);
	FILE *file = fopen(path, "re");
	size_t n = strlen(job->hosts), got;
	char *text = vs_xmalloc(n + 2);
	bool fit = false;

	if (file) {
		got = fread(text, 1, n + 1, file);
		fit = got == n && !memcmp(text, job->hosts, n);
		fclose(file);
	}
	free(text);
	free(path);
	return fit && same(job->record, job->wanted, "hostname");
}

static bool is_alive(const json_t *record)
{
	json_int_t pid = json_integer_value(json_object_get(record, "pid"));
	json_int_t began = json_integer_value(json_object_get(record, "began"));

	return pid && began && lab_proc_start_time((pid_t)pid) == (uint64_t)began;
}

bool lab_netns_exists(const char *netns)
{
	char *path = vs_xasprintf(KN_NETNS_DIR "/%s", netns);
	bool there = access(path, F_OK) == 0;

	free(path);
	return there;
}

/* For one that somebody else made: is what is bound to our name still what it is now? */
static bool attach_fits(const struct lab_job *job)
{
	char *path = lab_attach_find(text_of(job->wanted, "attach"));
	struct stat st;
	bool fits = path ? stat(path, &st) == 0 && (uint64_t)st.st_ino == job->inode : !job->inode;

	free(path);
	return fits;
}

static void look_netns(struct lab_job *job)
{
	const char *netns = text_of(job->wanted, "netns");
	json_int_t known = json_integer_value(json_object_get(job->record, "inode"));

	if (!netns)
		return;
	job->inode = lab_node_inode(netns);
	if (!job->record) {
		job->taken = lab_netns_exists(netns);
		job->gone = true;
	} else if (text_of(job->wanted, "attach")) {
		job->gone = !attach_fits(job);
	} else {
		job->gone = !job->inode || (json_int_t)job->inode != known;
		/* Bound, and not on record yet: we were killed between the two; what is in there is nothing yet. */
		job->taken = job->inode && known && (json_int_t)job->inode != known;
	}
}

void lab_node_look(const struct lab_state *state, struct lab_job *job)
{
	bool process = json_object_get(job->wanted, "process");
	bool fresh;

	job->record = lab_node_record(state, job->name);
	if (!job->node) {
		job->remove = true;
		return;
	}
	look_netns(job);
	fresh = !job->record || job->gone || !same(job->record, job->wanted, "kind") ||
		!same(job->record, job->wanted, "netns");
	job->make = !job->record || (json_object_get(job->wanted, "netns") && job->gone) ||
		    !same(job->record, job->wanted, "kind") || !same(job->record, job->wanted, "attach");
	job->start = process && (fresh || !same(job->record, job->wanted, "process") || !is_alive(job->record));
	job->sysctl = json_object_get(job->wanted, "netns") &&
		      json_object_size(json_object_get(job->wanted, "sysctl")) &&
		      (fresh || !same(job->record, job->wanted, "sysctl"));
	job->files = !job->record || !files_fit(state, job) || !same(job->record, job->wanted, "env");
	job->run = (fresh || job->start || !same(job->record, job->wanted, "run") ||
		    !json_is_true(json_object_get(job->record, "ran"))) &&
		   json_array_size(json_object_get(job->wanted, "run"));
	job->stop = job->record && json_is_true(json_object_get(job->record, "ran")) && !job->gone &&
		    (job->start || !same(job->record, job->wanted, "run") || !same(job->record, job->wanted, "stop"));
}

/* --- steps ---------------------------------------------------------------------------------------------------- */

static int say(const struct lab_job *job, int error, const char *what)
{
	if (error)
		fprintf(stderr, "vsctl: node '%s': cannot %s: %s\n", job->name, what, strerror(-error));
	return error;
}

/* Take over what is wanted into the record, but not what only a later step can say. */
static int record_save(const struct lab_state *state, struct lab_job *job)
{
	return say(job, lab_node_record_save(state, job->name, job->record), "write its record");
}

static int make_netns(struct lab_job *job, const char *netns)
{
	const char *attach = text_of(job->wanted, "attach");
	char *path;
	int error;

	if (lab_netns_exists(netns))
		kn_netns_remove(netns); /* half made, or of a target that is gone */
	if (!attach)
		return kn_netns_create(netns);
	path = lab_attach_find(attach);
	if (!path)
		return 0; /* its port waits for it; `lab watch' looks again */
	error = kn_netns_bind(netns, path);
	free(path);
	return error;
}

int lab_node_make(const struct lab_state *state, struct lab_job *job)
{
	const char *netns = text_of(job->wanted, "netns");
	int error = say(job, lab_node_record_make(state, job->name), "make its directory");

	if (error)
		return error;
	json_decref(job->record);
	job->record = json_deep_copy(job->wanted);
	/* What a later step does is not done yet. */
	json_object_del(job->record, "process");
	json_object_set_new(job->record, "cables", json_array());
	if (!netns)
		return record_save(state, job);
	/* The record says the name before there is anything of that name, and the inode as soon as it is known. */
	error = record_save(state, job);
	if (!error)
		error = say(job, make_netns(job, netns), "make its network namespace");
	if (error)
		return error;
	job->inode = lab_node_inode(netns);
	json_object_set_new(job->record, "inode", json_integer((json_int_t)job->inode));
	return record_save(state, job);
}

/* /etc/netns/NAME, where `ip netns exec' looks for files, is a link to the node's own. */
static int files_link(const struct lab_state *state, const char *name, const char *netns)
{
	char *link = vs_xasprintf(ETC_NETNS "/%s", netns), *target = lab_state_path(state, "nodes/%s/etc", name);
	int error = mkdir(ETC_NETNS, 0755) < 0 && errno != EEXIST ? -errno : 0;

	if (!error && symlink(target, link) < 0 && errno != EEXIST)
		error = -errno;
	free(link);
	free(target);
	return error;
}

/* In place, not by a new file: what is bound over /etc/hosts of a running command is this one. */
static int write_in_place(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");
	int error = file ? 0 : -errno;

	if (file && (fputs(text, file) == EOF || fclose(file) == EOF))
		error = -errno;
	return error;
}

int lab_node_files(const struct lab_state *state, struct lab_job *job)
{
	const char *netns = text_of(job->wanted, "netns"), *hostname = text_of(job->wanted, "hostname");
	char *path = lab_state_path(state, "nodes/%s/etc/hosts", job->name), *line = vs_xasprintf("%s\n", hostname);
	int error = write_in_place(path, job->hosts);

	free(path);
	path = lab_state_path(state, "nodes/%s/etc/hostname", job->name);
	if (!error)
		error = write_in_place(path, line);
	free(path);
	free(line);
	if (!error && netns)
		error = files_link(state, job->name, netns);
	if (!error) {
		json_object_set(job->record, "hostname", json_object_get(job->wanted, "hostname"));
		json_object_set(job->record, "env", json_object_get(job->wanted, "env"));
		return record_save(state, job);
	}
	return say(job, error, "write its /etc/hosts");
}

static int sysctl_one(const struct lab_job *job, const char *key, const char *value)
{
	char *path = vs_xasprintf("/proc/sys/%s", key);
	int fd, error = 0;

	for (char *p = path + strlen("/proc/sys/"); *p; p++)
		*p = *p == '.' ? '/' : *p;
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, value, strlen(value)) < 0)
		error = -errno;
	if (fd >= 0)
		close(fd);
	if (error)
		fprintf(stderr, "vsctl: node '%s': sysctl '%s': cannot set to '%s': %s\n", job->name, key, value,
			strerror(-error));
	free(path);
	return error;
}

int lab_node_sysctl(const struct lab_state *state, struct lab_job *job)
{
	int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	int there = kn_netns_open(text_of(job->wanted, "netns")), error = 0;
	const char *key;
	json_t *value;

	if (home < 0 || there < 0 || setns(there, CLONE_NEWNET) < 0)
		error = say(job, there < 0 ? there : -errno, "enter its network namespace");
	if (!error) {
		json_object_foreach (json_object_get(job->wanted, "sysctl"), key, value) {
			int failed = sysctl_one(job, key, json_string_value(value));

			error = error ? error : failed;
		}
		if (setns(home, CLONE_NEWNET) < 0)
			abort(); /* nothing that follows would be where it belongs */
	}
	if (there >= 0)
		close(there);
	if (home >= 0)
		close(home);
	if (error)
		return error;
	json_object_set(job->record, "sysctl", json_object_get(job->wanted, "sysctl"));
	return record_save(state, job);
}

int lab_node_start(const struct lab_state *state, struct lab_job *job)
{
	int error;

	if (json_object_get(job->record, "process"))
		lab_kind_ops(job->record)->stop(state, job->name, job->record);
	json_object_set(job->record, "process", json_object_get(job->wanted, "process"));
	json_object_del(job->record, "pid");
	json_object_set_new(job->record, "ran", json_false());
	error = record_save(state, job);
	if (!error)
		error = lab_kind_ops(job->record)->start(state, job->name, job->record);
	return error ? error : record_save(state, job);
}

int lab_node_remove(const struct lab_state *state, struct lab_job *job)
{
	const char *netns = text_of(job->record, "netns");
	int error = 0;

	if (netns) {
		char *link = vs_xasprintf(ETC_NETNS "/%s", netns), target[512] = "";

		if (readlink(link, target, sizeof(target) - 1) > 0 && !strncmp(target, state->dir, strlen(state->dir)))
			unlink(link);
		rmdir(ETC_NETNS); /* goes when it is empty, and then it was we who made it, or nobody misses it */
		free(link);
		error = kn_netns_remove(netns);
	}
	if (error && error != -ENOENT)
		return say(job, error, "remove its network namespace");
	return say(job, lab_node_record_remove(state, job->name), "remove its record");
}

void lab_nodes_stop(const struct lab_state *state, struct lab_job *const *jobs, size_t n)
{
	uint64_t *inodes = vs_xcalloc(n, sizeof(*inodes));
	size_t used = 0;

	for (size_t i = 0; i < n; i++) {
		const char *netns = text_of(jobs[i]->record, "netns");

		if (json_object_get(jobs[i]->record, "process"))
			lab_kind_ops(jobs[i]->record)->stop(state, jobs[i]->name, jobs[i]->record);
		/* Those in a namespace of somebody else's are not ours. */
		if (netns && !text_of(jobs[i]->record, "attach"))
			inodes[used] = lab_node_inode(netns);
		used += inodes[used] != 0;
	}
	if (used)
		lab_proc_end_all(inodes, used, NULL);
	free(inodes);
}

/* --- commands ------------------------------------------------------------------------------------------------- */

/* In a child: one command after the other, up to the first that fails. Return: its place from 1, or 0. */
static int run_all(const struct lab_state *state, const struct lab_job *job, const json_t *commands)
{
	const json_t *record = job->record;
	char *log = lab_state_path(state, "nodes/%s/run.log", job->name);
	bool inside = !strcmp(text_of(record, "kind"), "container");
	size_t i;
	json_t *command;

	if (!inside) {
		char *etc = lab_state_path(state, "nodes/%s/etc", job->name), *netns = lab_node_netns(record);
		struct lab_place_in in = {netns, etc, text_of(record, "hostname"), json_object_get(record, "env")};

		if (lab_proc_enter(&in))
			return 1;
	}
	json_array_foreach (commands, i, command) {
		char *shell[] = {"/bin/sh", "-c", (char *)(uintptr_t)json_string_value(command), NULL};
		const char **words =
			inside ? lab_kind_ops(record)->exec(state, job->name, record, 3, shell, false) : NULL;
		int status = lab_proc_run(words ? words : (const char *const *)shell, log);

		if (status)
			return (int)i + 1;
	}
	return 0;
}

/* The last line of what a node's commands printed. */
static char *log_tail(const struct lab_state *state, const char *name)
{
	char *path = lab_state_path(state, "nodes/%s/run.log", name), line[256], *last = NULL;
	FILE *file = fopen(path, "re");

	while (file && fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		if (*line) {
			free(last);
			last = vs_xstrdup(line);
		}
	}
	if (file)
		fclose(file);
	free(path);
	return last;
}

static bool run_done(const struct lab_state *state, struct lab_job *job, const char *which, int status)
{
	const json_t *commands = json_object_get(!strcmp(which, "run") ? job->wanted : job->record, which);
	const char *command;
	char *tail;

	if (status == 0) {
		json_object_set_new(job->record, "ran", json_boolean(!strcmp(which, "run")));
		json_object_set(job->record, which, (json_t *)(uintptr_t)commands);
		if (job->wanted)
			json_object_set(job->record, "stop", json_object_get(job->wanted, "stop"));
		return record_save(state, job) == 0;
	}
	command = json_string_value(json_array_get(commands, (size_t)status - 1));
	tail = log_tail(state, job->name);
	fprintf(stderr, "vsctl: node '%s': %s: '%s' failed%s%s; all it printed is in %s/nodes/%s/run.log\n", job->name,
		which, command ? command : "", tail ? ": " : "", tail ? tail : "", state->dir, job->name);
	free(tail);
	return false;
}

size_t lab_nodes_run(const struct lab_state *state, struct lab_job *const *jobs, size_t n, const char *which)
{
	pid_t *pids = vs_xcalloc(n, sizeof(*pids));
	size_t failed = 0, begun = 0, ended = 0;

	while (ended < n) {
		int status;

		if (begun < n && begun - ended < RUNNERS) {
			struct lab_job *job = jobs[begun];
			const json_t *commands =
				json_object_get(!strcmp(which, "run") ? job->wanted : job->record, which);

			fflush(NULL);
			pids[begun] = fork();
			if (pids[begun] == 0) {
				/* Without us it has nobody to tell how it went, and must not hold the lab's lock. */
				prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
				close(state->lock);
				_exit(run_all(state, job, commands));
			}
			begun++;
			continue;
		}
		status = lab_proc_wait(pids[ended]);
		failed += !run_done(state, jobs[ended], which, status < 0 ? 1 : status);
		ended++;
	}
	free(pids);
	return failed;
}
