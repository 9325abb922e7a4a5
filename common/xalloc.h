/* SPDX-License-Identifier: GPL-2.0-only */
/* xalloc.h - allocation that cannot fail: without memory the program ends at once, with a core to look at */
#ifndef VS_XALLOC_H
#define VS_XALLOC_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline void *vs_xcheck(void *memory)
{
	if (!memory)
		abort();
	return memory;
}

/** vs_xmalloc() - malloc(), or abort. */
static inline void *vs_xmalloc(size_t size)
{
	return vs_xcheck(malloc(size ? size : 1));
}

/** vs_xcalloc() - calloc(), or abort. */
static inline void *vs_xcalloc(size_t n, size_t size)
{
	return vs_xcheck(calloc(n ? n : 1, size ? size : 1));
}

/** vs_xrealloc() - realloc(), or abort. */
static inline void *vs_xrealloc(void *memory, size_t size)
{
	return vs_xcheck(realloc(memory, size ? size : 1));
}

/** vs_xstrdup() - strdup(), or abort. */
static inline char *vs_xstrdup(const char *text)
{
	return (char *)vs_xcheck(strdup(text));
}

/** vs_xmemdup() - a copy of @size bytes, or abort. */
static inline void *vs_xmemdup(const void *from, size_t size)
{
	void *to = vs_xmalloc(size);

	if (size)
		memcpy(to, from, size);
	return to;
}

static inline char *vs_xvasprintf(const char *fmt, va_list args) __attribute__((format(printf, 1, 0)));
static inline char *vs_xvasprintf(const char *fmt, va_list args)
{
	char *text;

	if (vasprintf(&text, fmt, args) < 0)
		abort();
	return text;
}

static inline char *vs_xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/** vs_xasprintf() - print into a new string, or abort. */
static inline char *vs_xasprintf(const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	text = vs_xvasprintf(fmt, args);
	va_end(args);
	return text;
}

#endif
