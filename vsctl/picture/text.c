/* SPDX-License-Identifier: GPL-2.0-only */
/* text.c - how wide a text will be, without a font to ask */
#include <string.h>

#include "vsctl/picture/scene.h"

#define MONO 0.61 /* of the size: every common font of fixed width, rounded up */

/* The widest that the common sans-serif fonts in bold have, in parts of the size. */
static double sans_width(unsigned char c)
{
	if (strchr("iljI.,:;|!'", c))
		return 0.40;
	if (strchr("ft()[]-r \"", c))
		return 0.50;
	if (strchr("mwMW@%", c))
		return 1.02;
	if (c >= 'A' && c <= 'Z')
		return 0.80;
	return 0.71;
}

double text_width(const char *text, double size, bool mono)
{
	double width = 0;

	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if ((c & 0xc0) == 0x80) /* the rest of a character of UTF-8 */
			continue;
		width += c >= 0xe0 ? 1.05 : c >= 0x80 ? 0.8 : mono ? MONO : sans_width(c);
	}
	return width * size;
}
