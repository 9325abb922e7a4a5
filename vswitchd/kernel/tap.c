/* SPDX-License-Identifier: GPL-2.0-only */
/* tap.c - persistent TAP devices, for programs such as QEMU to open */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "vswitchd/kernel/link.h"

/* Open the device, making it when there is none of this name. Return: a file descriptor or -errno. */
static int kn_tap_attach(const struct kn_tap *tap)
{
	struct ifreq ifr = {.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR};
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
	int error;

	if (fd < 0)
		return -errno;
	if (tap->multi_queue)
		ifr.ifr_flags |= IFF_MULTI_QUEUE;
	memcpy(ifr.ifr_name, tap->name, strnlen(tap->name, IFNAMSIZ - 1));
	if (ioctl(fd, TUNSETIFF, &ifr) < 0) {
		error = -errno;
		close(fd);
		return error;
	}
	return fd;
}

static int kn_tap_chown(int fd, const struct kn_tap *tap)
{
	if (tap->owner >= 0 && ioctl(fd, TUNSETOWNER, (unsigned long)tap->owner) < 0)
		return -errno;
	if (tap->group >= 0 && ioctl(fd, TUNSETGROUP, (unsigned long)tap->group) < 0)
		return -errno;
	return 0;
}

int kn_tap_add(struct kn *kn, const struct kn_tap *tap)
{
	int fd = kn_tap_attach(tap);
	struct kn_link link;
	int error;

	if (fd < 0)
		return fd;
	error = kn_tap_chown(fd, tap);
	if (!error)
		error = kn_link_by_name(kn, tap->name, &link);
	if (!error) {
		struct kn_link_change change = {.alias = tap->alias, .group = tap->tag};

		error = kn_link_set(kn, link.ifindex, &change);
	}
	if (!error && ioctl(fd, TUNSETPERSIST, 1) < 0)
		error = -errno;
	close(fd);
	return error;
}

int kn_tap_owner(const struct kn_tap *tap)
{
	int fd = kn_tap_attach(tap);
	int error;

	if (fd < 0)
		return fd;
	error = kn_tap_chown(fd, tap);
	close(fd);
	return error;
}
