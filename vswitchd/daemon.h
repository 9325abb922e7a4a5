/* SPDX-License-Identifier: GPL-2.0-only */
/* daemon.h - vswitchd: owns the store, the datapath, the reconciler and the control socket, and wires them up */
#ifndef VS_DAEMON_H
#define VS_DAEMON_H

#include "vswitchd/options.h"

/**
 * daemon_run() - be the switch until told to stop
 * @ready: called once when commands are served, before the loop; may be NULL
 * Return: exit status. Errors are printed.
 */
int daemon_run(const struct options *options, void (*ready)(void *arg), void *arg);

#endif
