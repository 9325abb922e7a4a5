/* SPDX-License-Identifier: GPL-2.0-only */
/* door.c - a socket to come in by: where it is, who may use it, and what to do about one that is there already */
#include "vswitchd/control/door.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 128

static int make_address(const char *path, struct sockaddr_un *address)
{
	*address = (struct sockaddr_un){.sun_family = AF_UNIX};
	if (strlen(path) >= sizeof(address->sun_path))
		return -ENAMETOOLONG;
	memcpy(address->sun_path, path, strlen(path) + 1);
	return 0;
}

/* Remove what a killed daemon left at @path. Return: -EADDRINUSE when a living one listens there, or it is no socket.
 */
static int remove_stale(const struct sockaddr_un *address)
{
	struct stat status;
	int fd, error = 0;

	if (lstat(address->sun_path, &status))
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(status.st_mode))
		return -EEXIST;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (!connect(fd, (const struct sockaddr *)address, sizeof(*address)) || errno == EAGAIN)
		error = -EADDRINUSE;
	else if (errno != ECONNREFUSED && errno != ENOENT)
		error = -errno;
	close(fd);
	if (!error && unlink(address->sun_path) && errno != ENOENT)
		error = -errno;
	return error;
}

/* A listening socket at @address, that nobody else can open at any moment. Return: descriptor or -errno. */
static int listen_at(const struct sockaddr_un *address, gid_t group, mode_t mode)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), error = 0;

	if (fd < 0)
		return -errno;
	mode_t mask = umask(0777 & ~(group == (gid_t)-1 ? mode : 0600));
	if (bind(fd, (const struct sockaddr *)address, sizeof(*address)))
		error = -errno;
	umask(mask);
	if (!error && group != (gid_t)-1 &&
	    (chown(address->sun_path, (uid_t)-1, group) || chmod(address->sun_path, mode)))
		error = -errno;
	if (!error && listen(fd, BACKLOG))
		error = -errno;
	if (error) {
		close(fd);
		return error;
	}
	return fd;
}

int door_open(const char *path, gid_t group, mode_t mode)
{
	struct sockaddr_un address;
	int error = make_address(path, &address);

	if (!error)
		error = remove_stale(&address);
	return error ? error : listen_at(&address, group, mode);
}
