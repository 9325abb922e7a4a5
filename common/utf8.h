/* SPDX-License-Identifier: GPL-2.0-only */
/* utf8.h - is a string UTF-8 (RFC 3629)? */
#ifndef VS_UTF8_H
#define VS_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* Length of the well-formed sequence at @s (ended by a NUL), or 0: no overlong forms, surrogates, or past 10FFFF. */
static inline size_t utf8_sequence(const unsigned char *s)
{
	static const struct {
		unsigned char mask, lead;
		uint32_t least;
	} forms[] = {{0x80, 0x00, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};

	for (size_t extra = 0; extra < 4; extra++) {
		uint32_t code = s[0] & (unsigned char)~forms[extra].mask;

		if ((s[0] & forms[extra].mask) != forms[extra].lead)
			continue;
		for (size_t i = 1; i <= extra; i++) {
			if ((s[i] & 0xc0) != 0x80)
				return 0;
			code = code << 6 | (s[i] & 0x3f);
		}
		if (code < forms[extra].least || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
			return 0;
		return extra + 1;
	}
	return 0;
}

/** utf8_check() - Return: offset of the first byte that is not part of well-formed UTF-8, or the length. */
static inline size_t utf8_check(const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t at = 0;

	while (s[at]) {
		size_t n = utf8_sequence(s + at);

		if (!n)
			break;
		at += n;
	}
	return at;
}

/** utf8_encode() - write @code (not 0, not a surrogate, at most 10FFFF) to @out. Return: bytes written, 1 to 4. */
static inline size_t utf8_encode(uint32_t code, char out[4])
{
	size_t n = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
	static const unsigned char leads[] = {0, 0x00, 0xc0, 0xe0, 0xf0};

	for (size_t i = n - 1; i > 0; i--) {
		out[i] = (char)(0x80 | (code & 0x3f));
		code >>= 6;
	}
	out[0] = (char)(leads[n] | code);
	return n;
}

#endif
