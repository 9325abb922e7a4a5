/* SPDX-License-Identifier: GPL-2.0-only */
/* namespaces.c - namespaces that options:netns names: made when missing, removed with the last that uses them */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/log.h"
#include "common/xalloc.h"
#include "vswitchd/kernel/netns.h"
#include "vswitchd/reconcile/rc.h"

/*
 * A namespace has no alias to put a tag in. So before one is made, an empty file RUNDIR/netns/NAME says that it is
 * ours, and afterwards the file holds the namespace's inode number: if somebody removes ours and puts another in
 * its place, that one is not ours to remove.
 */
static char *marker_path(const struct rc *rc, const char *name)
{
	return vs_xasprintf("%s/netns/%s", rc->rundir, name);
}

static int marker_write(const struct rc *rc, const char *name, uint64_t inode)
{
	char *path = marker_path(rc, name), text[32];
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	int length = inode ? snprintf(text, sizeof(text), "%" PRIu64 "\n", inode) : 0;
	int error = fd < 0 || write(fd, text, (size_t)length) != length ? -errno : 0;

	if (fd >= 0)
		close(fd);
	free(path);
	return error;
}

static uint64_t marker_read(const struct rc *rc, const char *name)
{
	char *path = marker_path(rc, name);
	FILE *file = fopen(path, "re");
	uint64_t inode = 0;

	if (file) {
		if (fscanf(file, "%" SCNu64, &inode) != 1)
			inode = 0;
		fclose(file);
	}
	free(path);
	return inode;
}

static void marker_remove(const struct rc *rc, const char *name)
{
	char *path = marker_path(rc, name);

	unlink(path);
	free(path);
}

static uint64_t fd_inode(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 ? (uint64_t)st.st_ino : 0;
}

static struct rc_netns *netns_find(struct rc *rc, const char *name)
{
	for (struct hmap_node *n = hmap_first_with_hash(&rc->netns, vs_hash_string(name)); n;
	     n = hmap_next_with_hash(n)) {
		struct rc_netns *netns = hmap_entry(n, struct rc_netns, by_name);

		if (strcmp(netns->name, name) == 0)
			return netns;
	}
	return NULL;
}

static struct rc_netns *netns_get(struct rc *rc, const char *name)
{
	struct rc_netns *netns = netns_find(rc, name);

	if (netns)
		return netns;
	netns = vs_xcalloc(1, sizeof(*netns));
	netns->name = vs_xstrdup(name);
	hmap_insert(&rc->netns, &netns->by_name, vs_hash_string(name));
	return netns;
}

static void netns_forget(struct rc *rc, struct rc_netns *netns)
{
	hmap_remove(&rc->netns, &netns->by_name);
	free(netns->name);
	free(netns);
}

/* Nobody uses it any more: remove it, if it is ours and still the one we made. */
static void netns_drop(struct rc *rc, struct rc_netns *netns)
{
	if (netns->ours) {
		int fd = kn_netns_open(netns->name);
		/* -EINVAL: the file is there, the namespace not yet: we were killed between the two. */
		bool same = fd >= 0 ? !netns->inode || fd_inode(fd) == netns->inode : fd == -EINVAL;

		if (fd >= 0)
			close(fd);
		if (same && kn_netns_remove(netns->name) == 0)
			vs_info("removed network namespace '%s'", netns->name);
		marker_remove(rc, netns->name);
	}
	netns_forget(rc, netns);
}

static int netns_create(struct rc *rc, struct rc_netns *netns)
{
	int error = marker_write(rc, netns->name, 0);
	int fd;

	if (!error)
		error = kn_netns_create(netns->name);
	if (error) {
		marker_remove(rc, netns->name);
		return error;
	}
	fd = kn_netns_open(netns->name);
	if (fd < 0)
		return fd;
	netns->ours = true;
	netns->inode = fd_inode(fd);
	marker_write(rc, netns->name, netns->inode);
	vs_info("created network namespace '%s'", netns->name);
	return fd;
}

int rc_job_netns(struct rc_job *job, bool create)
{
	const char *where = job->iface->want.netns;
	struct rc_netns *netns;
	int fd;

	if (job->netns >= 0)
		return 0;
	fd = kn_netns_open(where);
	if (!kn_netns_is_name(where)) {
		job->netns = fd;
		return fd < 0 ? fd : 0;
	}
	netns = netns_find(job->rc, where);
	if (fd >= 0 && netns && netns->ours && netns->inode && netns->inode != fd_inode(fd)) {
		netns->ours = false;
		marker_remove(job->rc, where);
	}
	if (fd == -EINVAL && netns && netns->ours && kn_netns_remove(where) == 0)
		fd = -ENOENT;
	if (fd == -ENOENT && create && !job->iface->no_create) {
		netns = netns_get(job->rc, where);
		fd = netns_create(job->rc, netns);
		if (fd < 0 && !netns->users)
			netns_forget(job->rc, netns);
	}
	job->netns = fd;
	if (fd >= 0 && create)
		rc_netns_use(job->rc, job->iface);
	return fd < 0 ? fd : 0;
}

void rc_netns_use(struct rc *rc, struct rc_iface *iface)
{
	struct rc_netns *netns = NULL;

	if (iface->want.netns && kn_netns_is_name(iface->want.netns))
		netns = netns_get(rc, iface->want.netns);
	if (netns == iface->netns)
		return;
	if (netns)
		netns->users++;
	rc_netns_release(rc, iface);
	iface->netns = netns;
}

void rc_netns_release(struct rc *rc, struct rc_iface *iface)
{
	struct rc_netns *netns = iface->netns;

	iface->netns = NULL;
	if (netns && --netns->users == 0)
		netns_drop(rc, netns);
}

void rc_netns_recall(struct rc *rc)
{
	char *path = vs_xasprintf("%s/netns", rc->rundir);
	DIR *dir;
	struct dirent *entry;

	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		vs_err("cannot create '%s': %s", path, strerror(errno));
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		struct rc_netns *netns;

		if (entry->d_name[0] == '.')
			continue;
		netns = netns_get(rc, entry->d_name);
		netns->ours = true;
		netns->inode = marker_read(rc, netns->name);
	}
	if (dir)
		closedir(dir);
	free(path);
}

void rc_netns_sweep(struct rc *rc)
{
	hmap_for_each_safe(node, next, &rc->netns)
	{
		struct rc_netns *netns = hmap_entry(node, struct rc_netns, by_name);

		if (!netns->users)
			netns_drop(rc, netns);
	}
}

void rc_netns_free(struct rc *rc)
{
	char *path = vs_xasprintf("%s/netns", rc->rundir);

	rmdir(path); /* stays as long as there are markers in it */
	free(path);
	hmap_for_each_safe(node, next, &rc->netns) netns_forget(rc, hmap_entry(node, struct rc_netns, by_name));
	hmap_destroy(&rc->netns);
}
