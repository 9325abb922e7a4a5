/* SPDX-License-Identifier: GPL-2.0-only */
/* options.h - vswitchd's command line */
#ifndef VS_OPTIONS_H
#define VS_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define OPTIONS_MAX_REMOTES 8

/**
 * struct options - what vswitchd was told
 * @rundir: where the socket, the marks of what we made, and with --detach the log lie
 * @db: the database file
 * @datapath: "auto", "user" or "bpf"
 * @remotes: paths of further sockets, @n_remotes of them
 * @group: that may use the socket; (gid_t)-1: the daemon's own
 * @readers: that may use the socket for looking; (gid_t)-1: everybody may
 * @pidfile, @log_file: NULL for none
 * @flush: only remove what an earlier daemon left in the kernel's datapath
 * @detach: go to the background once commands are served
 */
struct options {
	const char *rundir;
	const char *db;
	const char *datapath;
	const char *remotes[OPTIONS_MAX_REMOTES];
	size_t n_remotes;
	gid_t group, readers;
	const char *pidfile;
	const char *log_file;
	bool detach;
	bool flush;
};

/**
 * options_parse() - read the command line and the environment
 * Return: -1 to go on; else the exit status (help, version, or a mistake that has been printed).
 */
int options_parse(int argc, char *argv[], struct options *options);

#endif
