/* SPDX-License-Identifier: GPL-2.0-only */
/* log.h - messages for the person who runs the program: to stderr, or to the journal under systemd */
#ifndef VS_LOG_H
#define VS_LOG_H

#include <stdbool.h>

enum vs_log_level { VS_LOG_ERR, VS_LOG_WARN, VS_LOG_INFO, VS_LOG_DEBUG };

/** vs_log_set_level() - messages less urgent than @level are not printed (default VS_LOG_INFO). */
void vs_log_set_level(enum vs_log_level level);
enum vs_log_level vs_log_get_level(void);

/** vs_log_level_name() - "err", "warn", "info" or "dbg". */
const char *vs_log_level_name(enum vs_log_level level);

/** vs_log_level_parse() - "err", "warn", "info" or "dbg" (any case, and their long forms). Return: 0 or -EINVAL. */
int vs_log_level_parse(const char *text, enum vs_log_level *level);

/** vs_log() - print one line. No newline in @fmt. */
void vs_log(enum vs_log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#define vs_err(...) vs_log(VS_LOG_ERR, __VA_ARGS__)
#define vs_warn(...) vs_log(VS_LOG_WARN, __VA_ARGS__)
#define vs_info(...) vs_log(VS_LOG_INFO, __VA_ARGS__)
#define vs_debug(...) vs_log(VS_LOG_DEBUG, __VA_ARGS__)

#endif
