/* SPDX-License-Identifier: GPL-2.0-only */
/* detach.h - go to the background only when there is something to use, and say so to who waits */
#ifndef VS_DETACH_H
#define VS_DETACH_H

/*
 * With --detach the first process waits until the daemon behind it serves commands, and ends with its status: 0 then,
 * or that of the failure, whose message has gone to the terminal. Only then do messages go to the log file. Without
 * it, or under systemd, readiness is told by sd_notify(3).
 */
#include "vswitchd/options.h"

struct detach;

/** detach_begin() - fork when asked to. The parent does not return. */
struct detach *detach_begin(const struct options *options);

/** detach_ready() - commands are served: write the pidfile, tell the parent or systemd. @arg: struct detach. */
void detach_ready(void *arg);

/** detach_end() - remove the pidfile. */
void detach_end(struct detach *detach);

#endif
