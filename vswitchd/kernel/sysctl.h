/* SPDX-License-Identifier: GPL-2.0-only */
/* sysctl.h - the few settings of a device that only /proc/sys has */
#ifndef VS_KERNEL_SYSCTL_H
#define VS_KERNEL_SYSCTL_H

/**
 * kn_sysctl_silence() - let a device of this namespace have no IPv6 at all, and answer no ARP request
 * Return: 0, also where the kernel has no IPv6; -EROFS and the like where /proc/sys may not be written.
 */
int kn_sysctl_silence(const char *device);

#endif
