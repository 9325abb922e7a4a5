/* SPDX-License-Identifier: GPL-2.0-only */
/* proc.c - finding, ending, entering and starting processes */
#include "vsctl/lab/proc.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/xalloc.h"

#define TERM_MS 2000 /* time to end by oneself */
#define KILL_MS 5000
#define ROUNDS 20 /* a process may start others while we look */

/* --- finding -------------------------------------------------------------------------------------------------- */

uint64_t lab_proc_start_time(pid_t pid)
{
	char path[64], text[1024];
	unsigned long long start = 0;
	FILE *file;
	size_t n;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	file = fopen(path, "re");
	if (!file)
		return 0;
	n = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[n] = '\0';
	/* The second field is a name that may hold anything; the 22nd is wanted, and a zombie (Z) is no process. */
	char *rest = strrchr(text, ')');
	if (!rest || rest[1] != ' ' || rest[2] == 'Z')
		return 0;
	rest += 2;
	for (int field = 3; field < 22 && rest; field++) {
		rest = strchr(rest, ' ');
		rest = rest ? rest + 1 : NULL;
	}
	if (rest)
		start = strtoull(rest, NULL, 10);
	return start;
}

static uint64_t proc_netns(const char *pid)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%s/ns/net", pid);
	return stat(path, &st) < 0 ? 0 : (uint64_t)st.st_ino;
}

/* Whether it is a program that a lab starts, and one of its words begins with @under. */
static bool proc_is_under(const char *pid, const char *under)
{
	char path[64], text[16384];
	const char *name;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%s/cmdline", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (fd >= 0)
		close(fd);
	if (n <= 0)
		return false;
	text[n] = '\0';
	name = strrchr(text, '/');
	name = name ? name + 1 : text;
	if (strncmp(name, "qemu-system-", 12) != 0 && strcmp(name, "vswitchd") != 0)
		return false;
	for (const char *word = text; word < text + n; word += strlen(word) + 1) {
		const char *found = strstr(word, under);

		char after = found ? found[strlen(under)] : 'x';

		if ((after == '/' || after == '\0') && (found == word || found[-1] == ':' || found[-1] == '='))
			return true;
	}
	return false;
}

struct victims {
	int *pidfds;
	size_t n;
};

static bool is_victim(const char *pid, const uint64_t *inodes, size_t n, const char *under)
{
	uint64_t inode = n ? proc_netns(pid) : 0;

	for (size_t i = 0; inode && i < n; i++) {
		if (inodes[i] == inode)
			return true;
	}
	return under && proc_is_under(pid, under);
}

static void find_victims(const uint64_t *inodes, size_t n, const char *under, struct victims *victims)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		int fd;

		if (!isdigit((unsigned char)entry->d_name[0]) || atoi(entry->d_name) == getpid() ||
		    !is_victim(entry->d_name, inodes, n, under))
			continue;
		/* Held by a descriptor, and looked at again: the number may have become another's. */
		fd = (int)syscall(SYS_pidfd_open, atoi(entry->d_name), 0);
		if (fd < 0)
			continue;
		if (!is_victim(entry->d_name, inodes, n, under)) {
			close(fd);
			continue;
		}
		victims->pidfds = vs_xrealloc(victims->pidfds, (victims->n + 1) * sizeof(int));
		victims->pidfds[victims->n++] = fd;
	}
	if (dir)
		closedir(dir);
}

/* --- ending --------------------------------------------------------------------------------------------------- */

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void reap(void)
{
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
}

/* Signal all, and wait until they have ended or @ms are over. */
static void end_victims(const struct victims *victims, int sig, int ms)
{
	int64_t deadline = now_ms() + ms;

	for (size_t i = 0; i < victims->n; i++)
		syscall(SYS_pidfd_send_signal, victims->pidfds[i], sig, NULL, 0);
	for (size_t i = 0; i < victims->n; i++) {
		struct pollfd poll_fd = {.fd = victims->pidfds[i], .events = POLLIN};
		int64_t left = deadline - now_ms();

		poll(&poll_fd, 1, left > 0 ? (int)left : 0);
	}
	reap();
}

void lab_proc_end_all(const uint64_t *inodes, size_t n, const char *under)
{
	for (int round = 0; round < ROUNDS; round++) {
		struct victims victims = {0};

		find_victims(inodes, n, under, &victims);
		if (victims.n)
			end_victims(&victims, round ? SIGKILL : SIGTERM, round ? KILL_MS : TERM_MS);
		for (size_t i = 0; i < victims.n; i++)
			close(victims.pidfds[i]);
		free(victims.pidfds);
		if (!victims.n)
			return;
	}
}

/* --- entering ------------------------------------------------------------------------------------------------- */

static int failed(const char *what, const char *path)
{
	int error = errno;

	fprintf(stderr, "vsctl: cannot %s '%s': %s\n", what, path, strerror(error));
	return -error;
}

/* What `ip netns exec' does: /sys of the namespace, and files of one's own over those of /etc. */
static int enter_mounts(const char *etc)
{
	DIR *dir;
	struct dirent *entry;

	if (unshare(CLONE_NEWNS) < 0 || mount("", "/", "none", MS_SLAVE | MS_REC, NULL) < 0)
		return failed("unshare mounts for", "/");
	if (umount2("/sys", MNT_DETACH) < 0 && errno != EINVAL)
		return failed("unmount", "/sys");
	mount("lab", "/sys", "sysfs", 0, NULL); /* without it, less works, but most does */
	dir = etc ? opendir(etc) : NULL;
	while (dir && (entry = readdir(dir))) {
		char *from = vs_xasprintf("%s/%s", etc, entry->d_name), *to = vs_xasprintf("/etc/%s", entry->d_name);

		if (entry->d_name[0] != '.' && access(to, F_OK) == 0 && mount(from, to, "none", MS_BIND, NULL) < 0)
			fprintf(stderr, "vsctl: cannot bind '%s' to '%s': %s\n", from, to, strerror(errno));
		free(from);
		free(to);
	}
	if (dir)
		closedir(dir);
	return 0;
}

int lab_proc_enter(const struct lab_place_in *in)
{
	int fd = open(in->netns, O_RDONLY | O_CLOEXEC);
	const char *key;
	json_t *value;
	int error;

	if (fd < 0 || setns(fd, CLONE_NEWNET) < 0)
		return failed("enter", in->netns);
	close(fd);
	error = enter_mounts(in->etc);
	if (error)
		return error;
	if (in->hostname && (unshare(CLONE_NEWUTS) < 0 || sethostname(in->hostname, strlen(in->hostname)) < 0))
		return failed("set host name", in->hostname);
	json_object_foreach ((json_t *)(uintptr_t)in->env, key, value)
		setenv(key, json_string_value(value), 1);
	return 0;
}

/* --- starting ------------------------------------------------------------------------------------------------- */

static void become(const char *const *argv, const char *log, const char *netns)
{
	int fd = log ? open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644) : -1;
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int ns = netns ? open(netns, O_RDONLY | O_CLOEXEC) : -1;

	if (null >= 0)
		dup2(null, STDIN_FILENO);
	if (fd >= 0) {
		dup2(fd, STDOUT_FILENO);
		dup2(fd, STDERR_FILENO);
	}
	if (netns && (ns < 0 || setns(ns, CLONE_NEWNET) < 0)) {
		fprintf(stderr, "cannot enter '%s': %s\n", netns, strerror(errno));
		_exit(126);
	}
	execvp(argv[0], (char *const *)(uintptr_t)argv);
	fprintf(stderr, "cannot run '%s': %s\n", argv[0], strerror(errno));
	_exit(127);
}

pid_t lab_proc_spawn(const char *const *argv, const char *log, const char *netns)
{
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid == 0)
		become(argv, log, netns);
	return pid < 0 ? -errno : pid;
}

int lab_proc_wait(pid_t pid)
{
	int status;

	if (pid < 0)
		return pid;
	if (TEMP_FAILURE_RETRY(waitpid(pid, &status, 0)) < 0)
		return -errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int lab_proc_run(const char *const *argv, const char *log)
{
	return lab_proc_wait(lab_proc_spawn(argv, log, NULL));
}

char *lab_proc_read(const char *const *argv)
{
	char text[512] = "";
	int fds[2], status;
	size_t used = 0;
	ssize_t n = 1;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return NULL;
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_RDWR | O_CLOEXEC);

		dup2(fds[1], STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		become(argv, NULL, NULL);
	}
	close(fds[1]);
	while (n > 0 && used < sizeof(text) - 1) {
		n = read(fds[0], text + used, sizeof(text) - 1 - used);
		used += n > 0 ? (size_t)n : 0;
	}
	close(fds[0]);
	status = lab_proc_wait(pid);
	text[strcspn(text, "\n")] = '\0';
	return status == 0 ? vs_xstrdup(text) : NULL;
}
