/* SPDX-License-Identifier: GPL-2.0-only */
/* log.c - messages for the person who runs the program: to stderr, or to the journal under systemd */

/*
 * Under systemd stderr is a socket of the journal, which takes the level from a "<N>" prefix (sd-daemon(3)) and
 * adds the time itself. Elsewhere a line carries both. A line is one write(2), so lines of several processes on
 * one file do not mix.
 */
#include "common/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#define LOG_LINE 4096

static const struct {
	const char *name, *long_name, *label;
	int priority;
} levels[] = {
	[VS_LOG_ERR] = {"err", "error", "ERR ", LOG_ERR},
	[VS_LOG_WARN] = {"warn", "warning", "WARN", LOG_WARNING},
	[VS_LOG_INFO] = {"info", "information", "INFO", LOG_INFO},
	[VS_LOG_DEBUG] = {"dbg", "debug", "DBG ", LOG_DEBUG},
};

static enum vs_log_level log_level = VS_LOG_INFO;

void vs_log_set_level(enum vs_log_level level)
{
	log_level = level;
}

enum vs_log_level vs_log_get_level(void)
{
	return log_level;
}

const char *vs_log_level_name(enum vs_log_level level)
{
	return levels[level].name;
}

int vs_log_level_parse(const char *text, enum vs_log_level *level)
{
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		if (!strcasecmp(text, levels[i].name) || !strcasecmp(text, levels[i].long_name)) {
			*level = (enum vs_log_level)i;
			return 0;
		}
	}
	return -EINVAL;
}

/* JOURNAL_STREAM is "DEVICE:INODE" of what systemd connected; it is stale once stderr was redirected. */
static bool log_to_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long dev, ino;
	struct stat st;

	return stream && sscanf(stream, "%llu:%llu", &dev, &ino) == 2 && !fstat(STDERR_FILENO, &st) &&
	       st.st_dev == dev && st.st_ino == ino;
}

static int log_prefix(enum vs_log_level level, char *line, size_t size)
{
	struct timespec now;
	struct tm tm;
	char date[32];

	if (log_to_journal())
		return snprintf(line, size, "<%d>", levels[level].priority);
	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
	return snprintf(line, size, "%s.%03ldZ %s ", date, now.tv_nsec / 1000000, levels[level].label);
}

void vs_log(enum vs_log_level level, const char *fmt, ...)
{
	int saved_errno = errno;
	char line[LOG_LINE];
	va_list args;
	size_t used;
	int n;

	if (level > log_level)
		return;
	used = (size_t)log_prefix(level, line, sizeof(line));
	va_start(args, fmt);
	n = vsnprintf(line + used, sizeof(line) - used, fmt, args);
	va_end(args);
	used += n < 0 ? 0 : (size_t)n;
	if (used > sizeof(line) - 1)
		used = sizeof(line) - 1;
	line[used++] = '\n';
	while (write(STDERR_FILENO, line, used) < 0 && errno == EINTR)
		;
	errno = saved_errno;
}
