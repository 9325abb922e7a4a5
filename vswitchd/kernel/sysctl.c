/* SPDX-License-Identifier: GPL-2.0-only */
/* sysctl.c - the few settings of a device that only /proc/sys has */
#include "vswitchd/kernel/sysctl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int kn_sysctl_write(const char *family, const char *device, const char *name, const char *value)
{
	char path[128];
	int fd, error = 0;

	snprintf(path, sizeof(path), "/proc/sys/net/%s/conf/%s/%s", family, device, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	if (write(fd, value, strlen(value)) < 0)
		error = -errno;
	close(fd);
	return error;
}

int kn_sysctl_silence(const char *device)
{
	int error = kn_sysctl_write("ipv6", device, "disable_ipv6", "1");
	/* 8: answer for no address at all. Kernels before 6.6 let the host see what comes in by a port. */
	int arp = kn_sysctl_write("ipv4", device, "arp_ignore", "8");

	return error ? error : arp;
}
