/* SPDX-License-Identifier: GPL-2.0-only */
/* journal_read.c - the database file: reading it, and telling an incomplete last record from damage */
#include "vswitchd/store/journal_read.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "common/hex.h"
#include "common/xalloc.h"

enum found { FOUND_RECORD, FOUND_INCOMPLETE, FOUND_DAMAGE };

/* struct record - a record's place: its JSON, and all of its bytes from length to line feed */
struct record {
	const char *json;
	size_t json_size, size;
};

/* Digits of @base at *p, at most @most of them. Return: how many. */
static size_t read_number(const char **p, const char *end, int base, size_t most, uint32_t *value)
{
	size_t n = 0;

	for (*value = 0; *p < end && n < most; n++) {
		int digit = vs_hex_digit(**p);

		if (digit < 0 || digit >= base)
			break;
		*value = *value * (uint32_t)base + (uint32_t)digit;
		(*p)++;
	}
	return n;
}

static enum found read_record(const char *data, const char *end, struct record *record)
{
	const char *p = data;
	uint32_t length, crc;
	size_t digits;

	digits = read_number(&p, end, 10, 9, &length);
	if (p == end)
		return FOUND_INCOMPLETE;
	if (!digits || *p++ != ' ')
		return FOUND_DAMAGE;
	digits = read_number(&p, end, 16, 8, &crc);
	if (p == end)
		return FOUND_INCOMPLETE;
	if (digits != 8 || *p++ != ' ')
		return FOUND_DAMAGE;
	if ((size_t)(end - p) < (size_t)length + 1)
		return FOUND_INCOMPLETE;
	if (p[length] != '\n' || crc32(0, (const unsigned char *)p, length) != crc)
		return FOUND_DAMAGE;
	record->json = p;
	record->json_size = length;
	record->size = (size_t)(p - data) + length + 1;
	return FOUND_RECORD;
}

/* Can the rest of the file be the remains of one write that a crash cut short? See journal.h. */
static bool is_remains(const char *data, size_t size, enum found found)
{
	const char *feed = (const char *)memchr(data, '\n', size);

	if (memchr(data, '\0', size))
		return !feed || feed == data + size - 1;
	return found == FOUND_INCOMPLETE && !feed;
}

static int load_one(const struct record *record, journal_load load, void *arg, char **error)
{
	json_error_t where;
	json_t *json = json_loadb(record->json, record->json_size, JSON_REJECT_DUPLICATES, &where);
	int rc;

	if (!json) {
		*error = vs_xstrdup(where.text);
		return -EINVAL;
	}
	rc = load(arg, json, error);
	json_decref(json);
	return rc;
}

static int check_header(const char *data, size_t size, const char *path, bool *is_new, char **error)
{
	static const char header[] = JOURNAL_HEADER, magic[] = JOURNAL_MAGIC;
	const size_t header_size = sizeof(header) - 1, magic_size = sizeof(magic) - 1;

	*is_new = size < header_size && !memcmp(data, header, size);
	if (*is_new || (size >= header_size && !memcmp(data, header, header_size)))
		return 0;
	if (size > magic_size && !memcmp(data, magic, magic_size))
		*error = vs_xasprintf("database \"%s\" has a format that this version does not know; use the newer "
				      "vswitchd that wrote it; it is left as it is",
				      path);
	else
		*error = vs_xasprintf("\"%s\" is not a vswitch database; it is left as it is", path);
	return -EINVAL;
}

int journal_parse(const char *data, size_t size, const char *path, journal_load load, void *arg,
		  struct journal_extent *extent, char **error)
{
	size_t at = sizeof(JOURNAL_HEADER) - 1;
	int rc;

	*extent = (struct journal_extent){0};
	rc = check_header(data, size, path, &extent->is_new, error);
	if (rc || extent->is_new)
		return rc;
	extent->first = extent->length = (off_t)at;
	while (at < size) {
		struct record record;
		char *why = NULL;
		enum found found = read_record(data + at, data + size, &record);

		if (found != FOUND_RECORD && is_remains(data + at, size - at, found)) {
			extent->tail = (off_t)(size - at);
			return 0;
		}
		if (found != FOUND_RECORD || load_one(&record, load, arg, &why)) {
			*error = vs_xasprintf("database \"%s\" is damaged at byte %zu%s%s; it is left as it is", path,
					      at, why ? ": " : "", why ? why : "");
			free(why);
			return -EINVAL;
		}
		at += record.size;
		if (extent->length == extent->first && extent->first == sizeof(JOURNAL_HEADER) - 1)
			extent->first = (off_t)at;
		extent->length = (off_t)at;
	}
	return 0;
}

int journal_read(int fd, const char *path, journal_load load, void *arg, struct journal_extent *extent, char **error)
{
	size_t size, at = 0;
	struct stat st;
	char *data;
	int rc = 0;

	if (fstat(fd, &st)) {
		rc = -errno;
		*error = vs_xasprintf("cannot read database \"%s\": %s", path, strerror(-rc));
		return rc;
	}
	size = (size_t)st.st_size;
	data = (char *)vs_xmalloc(size);
	while (at < size && !rc) {
		ssize_t n = pread(fd, data + at, size - at, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			rc = n ? -errno : -EIO;
		else
			at += (size_t)n;
	}
	if (rc)
		*error = vs_xasprintf("cannot read database \"%s\": %s", path, strerror(-rc));
	else
		rc = journal_parse(data, size, path, load, arg, extent, error);
	free(data);
	return rc;
}
