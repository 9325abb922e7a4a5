/* SPDX-License-Identifier: GPL-2.0-only */
/* proc.h - processes in a lab's namespaces, and running commands there */
#ifndef VS_LAB_PROC_H
#define VS_LAB_PROC_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/** lab_proc_start_time() - when process @pid began, in ticks since boot: with it, a number cannot be another's. 0:
 * none. */
uint64_t lab_proc_start_time(pid_t pid);

/**
 * lab_proc_end_all() - end every process that is in one of the network namespaces, and wait for it
 * @inodes: of the namespaces
 * @under: also QEMU and vswitchd processes one of whose words is this path or begins with it; or NULL
 * First with SIGTERM, then with SIGKILL. Processes that run vsctl itself (this one, `lab exec') are not spared.
 */
void lab_proc_end_all(const uint64_t *inodes, size_t n, const char *under);

/**
 * struct lab_place_in - where a command runs
 * @netns: path; @etc: directory whose files are bound over /etc's, or NULL; @hostname, or NULL; @env: an object
 */
struct lab_place_in {
	const char *netns, *etc, *hostname;
	const json_t *env;
};

/** lab_proc_enter() - make this process one in the node, for good. Return: 0 or -errno, with the error printed. */
int lab_proc_enter(const struct lab_place_in *in);

/** lab_proc_spawn() - fork and exec @argv (an array of strings), output to @log (or NULL: ours). Return: pid or -errno.
 */
pid_t lab_proc_spawn(const char *const *argv, const char *log, const char *netns);

/** lab_proc_wait() - its exit status, 128 + signal, or -errno. */
int lab_proc_wait(pid_t pid);

/** lab_proc_run() - both. */
int lab_proc_run(const char *const *argv, const char *log);

/** lab_proc_read() - run @argv and read what it prints, up to the first newline. Return: malloc()ed, NULL on failure.
 */
char *lab_proc_read(const char *const *argv);

#endif
