/* SPDX-License-Identifier: GPL-2.0-only */
/* control.h - who asks: the socket server and the command dialect behind it */
#ifndef VS_CONTROL_H
#define VS_CONTROL_H

#include <event2/event.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "vswitchd/datapath/dp.h"
#include "vswitchd/store/store.h"

struct ctl;
struct neighbors;

/**
 * struct ctl_env - what commands work on, handed down by the daemon
 * @store: the wanted state
 * @dp: the datapath, for FDB and counters
 * @neighbors: who was heard at which port
 * @datapath_text: "user (...)": which datapath carries the frames and why, for `show`
 * @refresh: bring an Interface row's ephemeral columns up to date
 * @bridge_number, @port_number: datapath number by name, 0 when there is none
 * @port_name: interface name by datapath number, NULL when there is none
 * @quit: end the daemon; @cleanup: remove everything it made, too
 * @arg: handed to all of them
 * @started: when the daemon began, CLOCK_MONOTONIC seconds
 */
struct ctl_env {
	struct store *store;
	struct dp *dp;
	const struct neighbors *neighbors;
	const char *datapath_text;
	void (*refresh)(void *arg, struct store_row *interface);
	uint32_t (*bridge_number)(void *arg, const char *bridge);
	uint32_t (*port_number)(void *arg, const char *interface);
	const char *(*port_name)(void *arg, uint32_t number);
	void (*quit)(void *arg, bool cleanup);
	void *arg;
	double started;
};

/**
 * ctl_open() - listen on @path (mode 0660, group @group or the process's own when it is (gid_t)-1)
 * Return: 0 or -errno; -EADDRINUSE when another daemon answers there.
 */
int ctl_open(struct event_base *base, const struct ctl_env *env, const char *path, gid_t group, struct ctl **ctl);

void ctl_close(struct ctl *ctl);

/**
 * ctl_listen() - on @path, too
 * @read_only: for those who may only look; @group (gid_t)-1 then means everybody
 * Return: as ctl_open().
 */
int ctl_listen(struct ctl *ctl, const char *path, gid_t group, bool read_only);

/**
 * struct ctl_answer - what one command line prints and how it ends
 * @out, @err: malloc()ed, never NULL
 * @file: what is to be written to the file that the line names, or NULL
 * @again: it waits for something: nothing has happened, and the caller is to ask again
 * @changed: it was a change that is stored now
 * @quit: it asked the daemon to end; the server calls ctl_env.quit() once the answer has been sent
 * @cleanup: ... and to remove everything it made
 * @watch: it asked for changes as they happen: a request for watch_new(), or NULL
 */
struct ctl_answer {
	char *out, *err, *file;
	int status;
	bool again, changed, quit, cleanup;
	json_t *watch;
};

/**
 * struct ctl_manner - how a command line was given
 * @program: the name that it was called by: "vsctl" or one of those that cmdline_program() knows
 * @color: decorate `show` for a terminal
 * @input: what stands in the file that the line names, or NULL
 * @who: who gave it, to be kept with what it changes; or NULL
 * @read_only: refuse commands that change anything
 */
struct ctl_manner {
	const char *program;
	bool color;
	const char *input, *who;
	bool read_only;
};

/**
 * ctl_run() - run one command line, argv[0] being the first word after the program's name
 *
 * Synchronous: when it returns the change is stored and reconciled. Also what tests and fuzzers call.
 */
void ctl_run(const struct ctl_env *env, const struct ctl_manner *manner, int argc, char *const argv[],
	     struct ctl_answer *answer);
void ctl_answer_free(struct ctl_answer *answer);

#endif
