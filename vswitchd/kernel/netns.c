/* SPDX-License-Identifier: GPL-2.0-only */
/* netns.c - network namespaces: by name as `ip netns` has them, by process, by path */
#include "vswitchd/kernel/netns.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/net_namespace.h>
#include <linux/nsfs.h>
#include <netlink/attr.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "vswitchd/kernel/link.h"

#define KN_NETNS_PATH 512

bool kn_netns_is_name(const char *where)
{
	return *where && !strchr(where, '/') && where[strspn(where, "0123456789")] != '\0';
}

static int kn_netns_path(const char *where, char *path, size_t size)
{
	int length;

	if (!*where || strcmp(where, ".") == 0 || strcmp(where, "..") == 0)
		return -EINVAL;
	if (strchr(where, '/'))
		length = snprintf(path, size, "%s", where);
	else if (kn_netns_is_name(where))
		length = snprintf(path, size, KN_NETNS_DIR "/%s", where);
	else
		length = snprintf(path, size, "/proc/%s/ns/net", where);
	return length >= 0 && (size_t)length < size ? 0 : -ENAMETOOLONG;
}

int kn_netns_open(const char *where)
{
	char path[KN_NETNS_PATH];
	int error = kn_netns_path(where, path, sizeof(path));
	int fd;

	if (error)
		return error;
	/* O_NONBLOCK: a FIFO that somebody put there must not hold the switch up. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	if (ioctl(fd, NS_GET_NSTYPE) != CLONE_NEWNET) {
		close(fd);
		return -EINVAL;
	}
	return fd;
}

static int kn_netns_on_id(struct nlmsghdr *message, void *arg)
{
	struct nlattr *tb[NETNSA_MAX + 1];

	if (message->nlmsg_type == RTM_NEWNSID &&
	    nlmsg_parse(message, sizeof(struct rtgenmsg), tb, NETNSA_MAX, NULL) == 0 && tb[NETNSA_NSID])
		*(int *)arg = (int)nla_get_u32(tb[NETNSA_NSID]);
	return 0;
}

int kn_netns_id(struct kn *kn, int netns_fd)
{
	struct rtgenmsg gen = {.rtgen_family = AF_UNSPEC};
	struct nl_msg *msg = kn_request(RTM_GETNSID, 0, &gen, sizeof(gen));
	int id = -1;

	kn_put_u32(msg, NETNSA_FD, (uint32_t)netns_fd);
	return kn_call(kn, msg, kn_netns_on_id, &id) == 0 ? id : -1;
}

bool kn_netns_same(int netns_fd)
{
	struct stat there, here;

	return fstat(netns_fd, &there) == 0 && stat("/proc/thread-self/ns/net", &here) == 0 &&
	       there.st_dev == here.st_dev && there.st_ino == here.st_ino;
}

/* Mounts below /run/netns must be seen in every mount namespace, as `ip netns` arranges. Return: 0 or -errno. */
static int kn_netns_prepare(void)
{
	if (mkdir(KN_NETNS_DIR, 0755) < 0 && errno != EEXIST)
		return -errno;
	if (mount("", KN_NETNS_DIR, "none", MS_SHARED | MS_REC, NULL) == 0)
		return 0;
	if (errno != EINVAL) /* EINVAL: not a mount point yet */
		return -errno;
	if (mount(KN_NETNS_DIR, KN_NETNS_DIR, "none", MS_BIND | MS_REC, NULL) < 0 ||
	    mount("", KN_NETNS_DIR, "none", MS_SHARED | MS_REC, NULL) < 0)
		return -errno;
	return 0;
}

/* In a forked child, since it leaves its own namespace for good: system calls only. */
static int kn_netns_create_here(const char *path, pid_t parent)
{
	struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP};
	int sock;

	/* A namespace that appears after its maker was killed would be in nobody's books. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
		return EINTR;
	if (unshare(CLONE_NEWNET) < 0 || mount("/proc/self/ns/net", path, "none", MS_BIND, NULL) < 0)
		return errno;
	sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (sock < 0)
		sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return ioctl(sock, SIOCSIFFLAGS, &lo) < 0 ? errno : 0;
}

/* The file under /run/netns that a namespace is to be bound to. */
static int kn_netns_place(const char *name, char *path, size_t size)
{
	int error = kn_netns_path(name, path, size);
	int fd;

	if (!error)
		error = kn_netns_prepare();
	if (error)
		return error;
	fd = open(path, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444);
	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

int kn_netns_bind(const char *name, const char *path)
{
	char place[KN_NETNS_PATH];
	int error = kn_netns_place(name, place, sizeof(place));

	if (!error && mount(path, place, "none", MS_BIND, NULL) < 0) {
		error = -errno;
		kn_netns_remove(name);
	}
	return error;
}

int kn_netns_create(const char *name)
{
	char path[KN_NETNS_PATH];
	int error = kn_netns_place(name, path, sizeof(path));
	int status;
	pid_t pid, parent = getpid();

	if (error)
		return error;
	pid = fork();
	if (pid == 0)
		_exit(kn_netns_create_here(path, parent));
	if (pid < 0)
		error = -errno;
	else if (TEMP_FAILURE_RETRY(waitpid(pid, &status, 0)) < 0)
		error = -errno;
	else
		error = WIFEXITED(status) ? -WEXITSTATUS(status) : -EINTR;
	if (error)
		kn_netns_remove(name);
	return error;
}

int kn_netns_remove(const char *name)
{
	char path[KN_NETNS_PATH];
	int error = kn_netns_path(name, path, sizeof(path));

	if (error)
		return error;
	while (umount2(path, MNT_DETACH) == 0)
		; /* somebody may have mounted over it */
	return unlink(path) < 0 ? -errno : 0;
}

int kn_netns_lo_up(struct kn *kn)
{
	struct kn_link_change up = {.updown = KN_UP};
	struct kn_link lo;
	int error = kn_link_by_name(kn, "lo", &lo);

	if (error || lo.flags & IFF_UP)
		return error;
	return kn_link_set(kn, lo.ifindex, &up);
}
