/* SPDX-License-Identifier: GPL-2.0-only */
/* daemon.h - the daemons that a lab talks to, and those that it starts itself */
#ifndef VS_LAB_DAEMON_H
#define VS_LAB_DAEMON_H

#include <jansson.h>
#include <stdbool.h>

/** lab_daemon_answers() - whether a daemon serves at @rundir. */
bool lab_daemon_answers(const char *rundir);

/**
 * lab_daemon_ask() - run one command line there
 * @words: an array of strings
 * @text: what it printed, malloc()ed; on failure the error
 * Return: the exit status of the command; -1 when there was no answer.
 */
int lab_daemon_ask(const char *rundir, const json_t *words, char **text);

/** struct lab_daemon - one to start: in @netns (a path; NULL for here) with everything of its under @rundir and beside
 * it */
struct lab_daemon {
	const char *rundir, *netns, *datapath;
	int pid;
};

/** lab_daemon_start() - begin to start one. lab_daemon_started() - wait until it serves. Return: 0 or -errno. */
int lab_daemon_start(struct lab_daemon *daemon);
int lab_daemon_started(struct lab_daemon *daemon);

/** lab_daemon_end() - remove all that it made, and end it. Return: 0 or -errno, with the error printed. */
int lab_daemon_end(const char *rundir);

#endif
