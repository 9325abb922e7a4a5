/* SPDX-License-Identifier: GPL-2.0-only */
/* fuzz_neighbor.c - any bytes as a control frame, told in words */
#include <stdlib.h>
#include <string.h>

#include "vswitchd/control/neighbor_decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *bytes = malloc(size ? size : 1); /* exactly as long as the frame, so that ASan sees a read past it */
	struct neighbor_frame frame;

	memcpy(bytes, data, size);
	if (!neighbor_decode(bytes, size, &frame)) {
		if (!memchr(frame.text, 0, sizeof(frame.text)) || !memchr(frame.protocol, 0, sizeof(frame.protocol)))
			abort();
		for (const char *p = frame.text; *p; p++) {
			if (*p < ' ' || *p > '~')
				abort();
		}
	}
	free(bytes);
	return 0;
}
