/* SPDX-License-Identifier: GPL-2.0-only */
/* uuid.c - UUIDs (RFC 4122): random ones, and as text and back */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "common/hex.h"
#include "common/value.h"

/* Version 4, variant 1: RFC 4122 section 4.4. */
void vs_uuid_generate(struct vs_uuid *uuid)
{
	ssize_t n;

	do
		n = getrandom(uuid->b, sizeof(uuid->b), 0);
	while (n < 0 && errno == EINTR);
	if (n != sizeof(uuid->b))
		abort();
	uuid->b[6] = (uuid->b[6] & 0x0f) | 0x40;
	uuid->b[8] = (uuid->b[8] & 0x3f) | 0x80;
}

int vs_uuid_parse(const char *text, struct vs_uuid *uuid)
{
	struct vs_uuid parsed;

	for (unsigned int i = 0; i < sizeof(parsed.b); i++) {
		int high, low;

		if ((i == 4 || i == 6 || i == 8 || i == 10) && *text++ != '-')
			return -EINVAL;
		high = vs_hex_digit(text[0]);
		low = high < 0 ? -1 : vs_hex_digit(text[1]);
		if (low < 0)
			return -EINVAL;
		parsed.b[i] = (uint8_t)(high << 4 | low);
		text += 2;
	}
	if (*text)
		return -EINVAL;
	*uuid = parsed;
	return 0;
}

char *vs_uuid_format(const struct vs_uuid *uuid, char buf[VS_UUID_TEXT])
{
	const uint8_t *b = uuid->b;

	snprintf(buf, VS_UUID_TEXT, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1],
		 b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
	return buf;
}

bool vs_uuid_is_zero(const struct vs_uuid *uuid)
{
	static const struct vs_uuid zero;

	return !memcmp(uuid, &zero, sizeof(zero));
}
