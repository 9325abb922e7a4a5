/* SPDX-License-Identifier: GPL-2.0-only */
/* state.h - what is on record of a running lab, so that anything can be gone on with or taken down, also after a crash
 */
#ifndef VS_LAB_STATE_H
#define VS_LAB_STATE_H

/*
 * Everything that a lab makes can be found again by one of these:
 *
 *	$VSWITCH_LABDIR/LAB/lab.json		where the file is, which daemons it uses, whether it is whole
 *	$VSWITCH_LABDIR/LAB/nodes/NODE/		made before anything of the node is, removed after the last of it
 *	external_ids:vswitch-lab=LAB		on every row in a daemon
 *	an alias vswitch-lab:LAB		on every device that no daemon made
 *
 * So what is written before the act is small, and whoever is killed in between leaves nothing that is in no book. The
 * namespace of a node is the lab's when its record is there, since `lab up' refuses one that was there before.
 */
#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>

#define LAB_DIR_DEFAULT "/run/vswitch-lab"

/** struct lab_state - an open record; @record is lab.json, or an empty object */
struct lab_state {
	char *name, *dir;
	int lock;
	json_t *record;
};

/** lab_dir() - $VSWITCH_LABDIR, or the default. */
const char *lab_dir(void);

/**
 * lab_state_open() - open the record of lab @name
 * @create: make it if there is none
 * @lock: keep others from changing the lab meanwhile
 * Return: 0; -ENOENT; -EBUSY when another is at it; -errno. Call lab_state_close() in any case.
 */
int lab_state_open(struct lab_state *state, const char *name, bool create, bool lock);
void lab_state_close(struct lab_state *state);

/** lab_state_save() - write lab.json, whole or not at all. Return: 0 or -errno. */
int lab_state_save(const struct lab_state *state);

/** lab_state_remove() - remove the record and all files in it. Return: 0 or -errno. */
int lab_state_remove(struct lab_state *state);

/** lab_state_path() - "DIR/..." Return: malloc()ed. */
char *lab_state_path(const struct lab_state *state, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/** lab_node_record() - what nodes/NODE/node.json says, an empty object when it is not written yet; NULL: no record. */
json_t *lab_node_record(const struct lab_state *state, const char *node);

/** lab_node_record_make() - the directory alone: from now on, what is the node's is ours. Return: 0 or -errno. */
int lab_node_record_make(const struct lab_state *state, const char *node);
int lab_node_record_save(const struct lab_state *state, const char *node, const json_t *record);
int lab_node_record_remove(const struct lab_state *state, const char *node);

/** lab_node_records() - names of all nodes on record: a new array of strings. */
json_t *lab_node_records(const struct lab_state *state);

/** lab_state_each() - every lab there is. */
void lab_state_each(void (*cb)(const char *name, void *arg), void *arg);

/** lab_file_write() - write a file whole or not at all. Return: 0 or -errno. */
int lab_file_write(const char *path, const char *text, mode_t mode);

/** lab_tree_remove() - remove a directory and all in it; never follows a link or enters a mount. Return: 0 or -errno.
 */
int lab_tree_remove(const char *path);

#endif
