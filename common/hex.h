/* SPDX-License-Identifier: GPL-2.0-only */
/* hex.h - hexadecimal digits */
#ifndef VS_HEX_H
#define VS_HEX_H

/** vs_hex_digit() - Return: what @c stands for, or -1. */
static inline int vs_hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

#endif
