/* SPDX-License-Identifier: GPL-2.0-only */
/* door.h - a socket to come in by */
#ifndef VS_CONTROL_DOOR_H
#define VS_CONTROL_DOOR_H

#include <sys/types.h>

/**
 * door_open() - listen on @path (mode @mode, group @group or the process's own when it is (gid_t)-1)
 * Return: a descriptor, or -errno; -EADDRINUSE when somebody answers there.
 */
int door_open(const char *path, gid_t group, mode_t mode);

#endif
