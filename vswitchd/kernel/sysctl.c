/* SPDX-License-Identifier: GPL-2.0-only */
/* sysctl.c - the few settings of a device that only /proc/sys has */
#include "vswitchd/kernel/sysctl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int kn_sysctl_no_ipv6(const char *device)
{
	char path[128];
	int fd, error = 0;

	snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/disable_ipv6", device);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	if (write(fd, "1\n", 2) < 0)
		error = -errno;
	close(fd);
	return error;
}
