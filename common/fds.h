/* SPDX-License-Identifier: GPL-2.0-only */
/* fds.h - standard input, output and error, which whoever started us may have closed */
#ifndef VS_COMMON_FDS_H
#define VS_COMMON_FDS_H

#include <fcntl.h>
#include <unistd.h>

/**
 * vs_fds_fill() - see that file descriptors 0 to 2 are taken, first thing in main()
 * Else the next file or socket that is opened becomes one of them, and a message for the terminal ends up in it. They
 * are opened for reading, so that writing fails as it would on what is closed.
 */
static inline void vs_fds_fill(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDONLY);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

#endif
