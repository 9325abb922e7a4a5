/* SPDX-License-Identifier: GPL-2.0-only */
/* journal.c - the database file: appending to it, and writing it anew */
#include "vswitchd/store/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "common/log.h"
#include "common/xalloc.h"
#include "vswitchd/store/journal_read.h"

#define REWRITE_MIN (1 << 20) /* bytes; shorter files are not worth the trouble */
#define REWRITE_RATIO 4

/**
 * struct journal - the open file
 * @length: of what is known to be good; the next record goes here
 * @base: how long the file was when last written anew, so that growth can be told
 * @tail: bytes of an incomplete record behind @length, until journal_start()
 * @broken: why nothing may be written any more, or NULL
 */
struct journal {
	const struct journal_io *io;
	char *path;
	int fd;
	off_t length, base;
	off_t tail;
	char *broken;
};

const struct journal_io journal_io_system = {
	.pwrite = pwrite,
	.fsync = fsync,
	.fdatasync = fdatasync,
	.ftruncate = ftruncate,
	.rename = rename,
};

/* --- opening ------------------------------------------------------------------------------------------------ */

/* Opens and locks @path. A file that was renamed over between the two is let go and the new one taken. */
static int open_locked(const char *path, int *fdp, char **error)
{
	struct stat ours, there;
	int rc;

	for (;;) {
		int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);

		if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) || fstat(fd, &ours)) {
			rc = -errno;
			if (fd >= 0)
				close(fd);
			break;
		}
		if (!stat(path, &there) && ours.st_ino == there.st_ino && ours.st_dev == there.st_dev) {
			*fdp = fd;
			return 0;
		}
		close(fd);
	}
	if (rc == -EWOULDBLOCK)
		*error = vs_xasprintf(
			"database \"%s\" is in use by another vswitchd; stop it, or give this one a file of "
			"its own with --db",
			path);
	else
		*error = vs_xasprintf("cannot open database \"%s\": %s", path, strerror(-rc));
	return rc;
}

/* Makes a rename or a new name in the file's directory durable. */
static int sync_directory(const struct journal *journal)
{
	char *copy = vs_xstrdup(journal->path);
	int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc = 0;

	if (fd < 0 || journal->io->fsync(fd))
		rc = -errno;
	if (fd >= 0)
		close(fd);
	free(copy);
	return rc;
}

static int write_all(const struct journal *journal, int fd, const char *data, size_t size, off_t offset)
{
	while (size) {
		ssize_t n = journal->io->pwrite(fd, data, size, offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -EIO;
		data += n;
		size -= (size_t)n;
		offset += n;
	}
	return 0;
}

static int begin_new(struct journal *journal, char **error)
{
	static const char header[] = JOURNAL_HEADER;
	int rc = journal->io->ftruncate(journal->fd, 0) ? -errno : 0;

	if (!rc)
		rc = write_all(journal, journal->fd, header, sizeof(header) - 1, 0);
	if (!rc && journal->io->fsync(journal->fd))
		rc = -errno;
	if (!rc)
		rc = sync_directory(journal);
	if (rc)
		*error = vs_xasprintf("cannot begin database \"%s\": %s", journal->path, strerror(-rc));
	journal->length = journal->base = sizeof(header) - 1;
	return rc;
}

/* The directory is made when its parent is there; the resolved name is what a rename must replace. */
static char *resolve_path(const char *path)
{
	char *copy = vs_xstrdup(path), *directory = dirname(copy), *real;

	if (mkdir(directory, 0755) && errno != EEXIST)
		vs_debug("cannot make directory \"%s\": %s", directory, strerror(errno));
	real = realpath(path, NULL);
	free(copy);
	return real ? real : vs_xstrdup(path);
}

int journal_open(const char *path, const struct journal_io *io, journal_load load, void *arg, struct journal **journalp,
		 char **error)
{
	struct journal *journal = (struct journal *)vs_xcalloc(1, sizeof(*journal));
	struct journal_extent extent;
	int rc;

	journal->io = io;
	journal->fd = -1;
	journal->path = resolve_path(path);
	rc = open_locked(journal->path, &journal->fd, error);
	if (!rc)
		rc = journal_read(journal->fd, journal->path, load, arg, &extent, error);
	if (!rc && extent.is_new) {
		rc = begin_new(journal, error);
	} else if (!rc) {
		journal->length = extent.length;
		journal->base = extent.first;
		journal->tail = extent.tail;
	}
	if (rc) {
		journal_close(journal);
		return rc;
	}
	*journalp = journal;
	return 0;
}

int journal_start(struct journal *journal, char **error)
{
	if (!journal->tail)
		return 0;
	vs_warn("database \"%s\": the last transaction was not written whole and was never acknowledged; cutting its "
		"%lld bytes off",
		journal->path, (long long)journal->tail);
	if (journal->io->ftruncate(journal->fd, journal->length) || journal->io->fdatasync(journal->fd)) {
		int rc = -errno;

		*error = vs_xasprintf("cannot shorten database \"%s\": %s", journal->path, strerror(-rc));
		return rc;
	}
	journal->tail = 0;
	return 0;
}

void journal_close(struct journal *journal)
{
	if (!journal)
		return;
	if (journal->fd >= 0)
		close(journal->fd);
	free(journal->path);
	free(journal->broken);
	free(journal);
}

/* --- writing ------------------------------------------------------------------------------------------------ */

/* The line for @record. Return: malloc()ed; NULL when it is too long to be read back. */
static char *make_line(const json_t *record, size_t *size)
{
	char *json = (char *)vs_xcheck(json_dumps(record, JSON_COMPACT));
	size_t length = strlen(json);
	char *line = NULL;

	if (length <= JOURNAL_RECORD_MAX) {
		uint32_t crc = (uint32_t)crc32(0, (const unsigned char *)json, (uInt)length);

		line = vs_xasprintf("%zu %08" PRIx32 " %s\n", length, crc, json);
		*size = strlen(line);
	}
	free(json);
	return line;
}

/* Puts the file back to its last good length. */
static void take_back(struct journal *journal)
{
	if (!journal->io->ftruncate(journal->fd, journal->length) && !journal->io->fdatasync(journal->fd))
		return;
	journal->broken =
		vs_xasprintf("database \"%s\" cannot be written any more: after a failed write it could not be "
			     "shortened again (%s); nothing is changed until vswitchd is restarted",
			     journal->path, strerror(errno));
	vs_err("%s", journal->broken);
}

int journal_append(struct journal *journal, const json_t *record, char **error)
{
	char *line;
	size_t size;
	int rc;

	if (journal->broken) {
		*error = vs_xstrdup(journal->broken);
		return -EROFS;
	}
	line = make_line(record, &size);
	if (!line) {
		*error = vs_xasprintf("transaction is too long for the database: more than %d bytes",
				      JOURNAL_RECORD_MAX);
		return -EFBIG;
	}
	rc = write_all(journal, journal->fd, line, size, journal->length);
	free(line);
	if (!rc && journal->io->fdatasync(journal->fd))
		rc = -errno;
	if (rc) {
		*error = vs_xasprintf("cannot write to database \"%s\": %s; nothing was changed", journal->path,
				      strerror(-rc));
		take_back(journal);
		return rc;
	}
	journal->length += (off_t)size;
	return 0;
}

bool journal_is_long(const struct journal *journal)
{
	return journal->length > REWRITE_MIN && journal->length / REWRITE_RATIO > journal->base;
}

/* Fills the new file. It gets the owner and mode of the old one as far as we may. */
static int fill_new(const struct journal *journal, int fd, const char *line, size_t size)
{
	static const char header[] = JOURNAL_HEADER;
	struct stat old;
	int rc = 0;

	if (fstat(journal->fd, &old) || journal->io->ftruncate(fd, 0))
		return -errno;
	if (fchown(fd, old.st_uid, old.st_gid) || fchmod(fd, old.st_mode & 07777))
		vs_debug("cannot pass on the owner of \"%s\": %s", journal->path, strerror(errno));
	rc = write_all(journal, fd, header, sizeof(header) - 1, 0);
	if (!rc)
		rc = write_all(journal, fd, line, size, sizeof(header) - 1);
	if (!rc && journal->io->fsync(fd))
		rc = -errno;
	return rc;
}

/* The new file is in place: from here on it is the database, and must stay so over a crash. */
static void take_over(struct journal *journal, int fd, size_t size)
{
	int rc = sync_directory(journal);

	close(journal->fd);
	journal->fd = fd;
	journal->length = journal->base = (off_t)(sizeof(JOURNAL_HEADER) - 1 + size);
	if (rc) {
		journal->broken = vs_xasprintf("database \"%s\" cannot be written any more: its directory could not be "
					       "synced (%s); nothing is changed until vswitchd is restarted",
					       journal->path, strerror(-rc));
		vs_err("%s", journal->broken);
	}
}

int journal_rewrite(struct journal *journal, const json_t *snapshot, char **error)
{
	char *line, *path;
	size_t size = 0;
	int fd = -1, rc;

	if (journal->broken) {
		*error = vs_xstrdup(journal->broken);
		return -EROFS;
	}
	path = vs_xasprintf("%s.new", journal->path);
	line = make_line(snapshot, &size);
	rc = line ? open_locked(path, &fd, error) : -EFBIG;
	if (!rc) {
		rc = fill_new(journal, fd, line, size);
		if (!rc && journal->io->rename(path, journal->path))
			rc = -errno;
		if (rc) {
			*error = vs_xasprintf("cannot write \"%s\": %s", path, strerror(-rc));
			unlink(path);
			close(fd);
		} else {
			take_over(journal, fd, size);
		}
	} else if (rc == -EFBIG) {
		*error = vs_xasprintf("the rows take more than %d bytes", JOURNAL_RECORD_MAX);
	}
	if (rc)
		journal->base = journal->length; /* try again only after it has grown as much again */
	free(line);
	free(path);
	return rc;
}

char *journal_text(const json_t *snapshot)
{
	size_t size = 0;
	char *line = (char *)vs_xcheck(make_line(snapshot, &size));
	char *text = vs_xasprintf(JOURNAL_HEADER "%s", line);

	free(line);
	return text;
}

int journal_fd(const struct journal *journal)
{
	return journal->fd;
}

const char *journal_path(const struct journal *journal)
{
	return journal->path;
}
