/* SPDX-License-Identifier: GPL-2.0-only */
/* journal.h - the database file: records appended one by one, each durable before the call returns */
#ifndef VS_STORE_JOURNAL_H
#define VS_STORE_JOURNAL_H

/*
 * The file is a line "vswitch-db VERSION" and then one line per transaction: the length of what follows in bytes,
 * its CRC-32 in hex, and a JSON object (see record.c), for example
 *
 *	vswitch-db 1
 *	74 1f3e55a0 {"comment":"add-br br0","tables":{...}}
 *
 * A record is written in one piece at the end and synced. So a crash can only leave the last one incomplete: it
 * was never acknowledged, and is cut off at the next start. JSON as written here holds no line feed and no NUL,
 * which tells an incomplete record (no line feed, or blocks of zeros that never reached the disk) from a damaged
 * one. Damage is for people to look at: such a file is refused and not touched.
 *
 * When the file has grown to several times what a snapshot of all rows took, it is written anew beside itself and
 * renamed over. The open file is locked (flock(2)); a second daemon gets a clear error.
 */
#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>

struct journal;

/** struct journal_io - the system calls that change anything; tests hand in ones that fail */
struct journal_io {
	ssize_t (*pwrite)(int fd, const void *data, size_t size, off_t offset);
	int (*fsync)(int fd);
	int (*fdatasync)(int fd);
	int (*ftruncate)(int fd, off_t length);
	int (*rename)(const char *from, const char *to);
};

extern const struct journal_io journal_io_system;

/** journal_load - called with each record in turn. Return: 0, or -errno with @error to refuse the file. */
typedef int (*journal_load)(void *arg, const json_t *record, char **error);

/**
 * journal_open() - lock and read the file at @path, or begin a new one
 * Changes nothing that is there: an incomplete last record stays until journal_start().
 * Return: 0, or -errno with @error.
 */
int journal_open(const char *path, const struct journal_io *io, journal_load load, void *arg, struct journal **journal,
		 char **error);

/** journal_start() - begin to write: cut an incomplete last record off, with a warning. */
int journal_start(struct journal *journal, char **error);

/**
 * journal_append() - add a record and sync it
 * On failure the file is as before; when not even that can be had, all later calls fail too.
 * Return: 0, or -errno with @error.
 */
int journal_append(struct journal *journal, const json_t *record, char **error);

/** journal_is_long() - has the file grown enough to be worth journal_rewrite()? */
bool journal_is_long(const struct journal *journal);

/** journal_rewrite() - replace the whole file by the one record @snapshot. On failure the old one stays in use. */
int journal_rewrite(struct journal *journal, const json_t *snapshot, char **error);

/** journal_text() - a whole file with the one record @snapshot. Return: malloc()ed. */
char *journal_text(const json_t *snapshot);

/** journal_fd() - the file, for reading. */
int journal_fd(const struct journal *journal);

/** journal_path() - its name. */
const char *journal_path(const struct journal *journal);

void journal_close(struct journal *journal);

#endif
