/* SPDX-License-Identifier: GPL-2.0-only */
/* state.c - reading and writing what is on record of a running lab */
#include "vsctl/lab/state.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/xalloc.h"

#define TREE_FDS 16
#define LOCK_TRIES 100 /* of 20 ms */

const char *lab_dir(void)
{
	const char *dir = getenv("VSWITCH_LABDIR");

	return dir && *dir ? dir : LAB_DIR_DEFAULT;
}

char *lab_state_path(const struct lab_state *state, const char *fmt, ...)
{
	va_list args;
	char *rest, *path;

	va_start(args, fmt);
	rest = vs_xvasprintf(fmt, args);
	va_end(args);
	path = vs_xasprintf("%s/%s", state->dir, rest);
	free(rest);
	return path;
}

int lab_file_write(const char *path, const char *text, mode_t mode)
{
	char *tmp = vs_xasprintf("%s.tmp", path);
	size_t size = strlen(text);
	int fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	int error = fd < 0 ? -errno : 0;

	if (!error && write(fd, text, size) != (ssize_t)size)
		error = errno ? -errno : -EIO;
	if (fd >= 0 && close(fd) < 0 && !error)
		error = -errno;
	if (!error && rename(tmp, path) < 0)
		error = -errno;
	if (error)
		unlink(tmp);
	free(tmp);
	return error;
}

static int json_write(const char *path, const json_t *json)
{
	char *text = vs_xcheck(json_dumps(json, JSON_INDENT(1) | JSON_SORT_KEYS));
	int error = lab_file_write(path, text, 0644);

	free(text);
	return error;
}

static int make_dir(const char *path)
{
	return mkdir(path, 0755) < 0 && errno != EEXIST ? -errno : 0;
}

/*
 * Lock the directory itself. Whoever removes a lab removes it with the lock held, so after a wait the directory may be
 * another one, or none: then again.
 */
static int state_lock(struct lab_state *state)
{
	const struct timespec pause = {.tv_nsec = 20000000};
	struct stat held, there;

	state->lock = open(state->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (state->lock < 0)
		return -errno;
	/* A vsctl that was killed leaves children behind for a moment, which have the lock until they notice. */
	for (int i = 0; flock(state->lock, LOCK_EX | LOCK_NB) < 0; i++) {
		if (errno != EWOULDBLOCK || i == LOCK_TRIES)
			return errno == EWOULDBLOCK ? -EBUSY : -errno;
		nanosleep(&pause, NULL);
	}
	if (fstat(state->lock, &held) < 0)
		return -errno;
	return stat(state->dir, &there) == 0 && held.st_ino == there.st_ino ? 0 : -EBUSY;
}

int lab_state_open(struct lab_state *state, const char *name, bool create, bool lock)
{
	char *path;
	int error = 0;

	*state = (struct lab_state){.name = vs_xstrdup(name), .lock = -1};
	state->dir = vs_xasprintf("%s/%s", lab_dir(), name);
	if (create) {
		error = make_dir(lab_dir());
		if (!error)
			error = make_dir(state->dir);
	} else if (access(state->dir, F_OK) < 0) {
		error = -errno;
	}
	if (!error && lock)
		error = state_lock(state);
	path = lab_state_path(state, "nodes");
	if (!error && create)
		error = make_dir(path);
	free(path);
	path = lab_state_path(state, "lab.json");
	state->record = error ? NULL : json_load_file(path, 0, NULL);
	if (!json_is_object(state->record)) {
		json_decref(state->record);
		state->record = json_object();
	}
	free(path);
	return error;
}

void lab_state_close(struct lab_state *state)
{
	if (state->lock >= 0)
		close(state->lock);
	json_decref(state->record);
	free(state->name);
	free(state->dir);
	*state = (struct lab_state){.lock = -1};
}

int lab_state_save(const struct lab_state *state)
{
	char *path = lab_state_path(state, "lab.json");
	int error = json_write(path, state->record);

	free(path);
	return error;
}

static int tree_remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)ftw;
	return remove(path) < 0 && type != FTW_NS ? -1 : 0;
}

int lab_tree_remove(const char *path)
{
	return nftw(path, tree_remove_one, TREE_FDS, FTW_DEPTH | FTW_PHYS | FTW_MOUNT) < 0 && errno != ENOENT ? -errno
													      : 0;
}

int lab_state_remove(struct lab_state *state)
{
	return lab_tree_remove(state->dir);
}

/* --- nodes ---------------------------------------------------------------------------------------------------- */

json_t *lab_node_record(const struct lab_state *state, const char *node)
{
	char *dir = lab_state_path(state, "nodes/%s", node), *path = vs_xasprintf("%s/node.json", dir);
	json_t *record = access(dir, F_OK) < 0 ? NULL : json_load_file(path, 0, NULL);

	if (!json_is_object(record)) {
		json_decref(record);
		record = access(dir, F_OK) < 0 ? NULL : json_object();
	}
	free(dir);
	free(path);
	return record;
}

int lab_node_record_make(const struct lab_state *state, const char *node)
{
	char *dir = lab_state_path(state, "nodes/%s", node), *etc = vs_xasprintf("%s/etc", dir);
	int error = make_dir(dir);

	if (!error)
		error = make_dir(etc);
	free(dir);
	free(etc);
	return error;
}

int lab_node_record_save(const struct lab_state *state, const char *node, const json_t *record)
{
	char *path = lab_state_path(state, "nodes/%s/node.json", node);
	int error = json_write(path, record);

	free(path);
	return error;
}

int lab_node_record_remove(const struct lab_state *state, const char *node)
{
	char *path = lab_state_path(state, "nodes/%s", node);
	int error = lab_tree_remove(path);

	free(path);
	return error;
}

json_t *lab_node_records(const struct lab_state *state)
{
	char *path = lab_state_path(state, "nodes");
	json_t *names = json_array();
	struct dirent **entries;
	int n = scandir(path, &entries, NULL, versionsort);

	for (int i = 0; i < n; i++) {
		if (entries[i]->d_name[0] != '.')
			json_array_append_new(names, json_string(entries[i]->d_name));
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
	free(path);
	return names;
}

void lab_state_each(void (*cb)(const char *name, void *arg), void *arg)
{
	struct dirent **entries;
	int n = scandir(lab_dir(), &entries, NULL, versionsort);

	for (int i = 0; i < n; i++) {
		char *path = vs_xasprintf("%s/%s/nodes", lab_dir(), entries[i]->d_name);

		if (entries[i]->d_name[0] != '.' && access(path, F_OK) == 0)
			cb(entries[i]->d_name, arg);
		free(path);
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
}
