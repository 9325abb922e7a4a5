/* SPDX-License-Identifier: GPL-2.0-only */
/* journal_read.h - the database file: reading it */
#ifndef VS_STORE_JOURNAL_READ_H
#define VS_STORE_JOURNAL_READ_H

#include "vswitchd/store/journal.h"

#define JOURNAL_HEADER "vswitch-db 1\n"
#define JOURNAL_MAGIC "vswitch-db "
#define JOURNAL_RECORD_MAX 999999999 /* nine digits */

/**
 * struct journal_extent - what was found
 * @is_new: nothing yet, not even a whole header
 * @first: where the first record ends
 * @length: where the last whole record ends
 * @tail: bytes of an incomplete record after that
 */
struct journal_extent {
	bool is_new;
	off_t first, length, tail;
};

/** journal_read() - read the whole file behind @fd and hand out its records. Return: 0, or -errno with @error. */
int journal_read(int fd, const char *path, journal_load load, void *arg, struct journal_extent *extent, char **error);

/** journal_parse() - the same for bytes in memory. */
int journal_parse(const char *data, size_t size, const char *path, journal_load load, void *arg,
		  struct journal_extent *extent, char **error);

#endif
