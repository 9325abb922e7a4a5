/* SPDX-License-Identifier: GPL-2.0-only */
/* neighbor.c - who is at the other end of each interface, by the control frames heard there */
#include "vswitchd/control/neighbor.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/xalloc.h"

/* struct hearing - one port; @interface NULL: nothing was heard there yet */
struct hearing {
	char *interface;
	struct neighbor *heard;
	size_t n;
};

struct neighbors {
	struct hearing *ports;
	size_t n_ports;
};

struct neighbors *neighbors_create(void)
{
	return vs_xcalloc(1, sizeof(struct neighbors));
}

static void hearing_clear(struct hearing *hearing)
{
	free(hearing->interface);
	free(hearing->heard);
	*hearing = (struct hearing){.n = 0};
}

void neighbors_destroy(struct neighbors *neighbors)
{
	if (!neighbors)
		return;
	for (size_t i = 0; i < neighbors->n_ports; i++)
		hearing_clear(&neighbors->ports[i]);
	free(neighbors->ports);
	free(neighbors);
}

static struct hearing *hearing_of(struct neighbors *neighbors, uint32_t number, const char *interface)
{
	struct hearing *hearing;

	if (number >= neighbors->n_ports) {
		size_t n = (size_t)number * 2 + 16;

		neighbors->ports = vs_xrealloc(neighbors->ports, n * sizeof(*neighbors->ports));
		memset(neighbors->ports + neighbors->n_ports, 0, (n - neighbors->n_ports) * sizeof(*neighbors->ports));
		neighbors->n_ports = n;
	}
	hearing = &neighbors->ports[number];
	if (hearing->interface && strcmp(hearing->interface, interface) != 0)
		hearing_clear(hearing);
	if (!hearing->interface) {
		hearing->interface = vs_xstrdup(interface);
		hearing->heard = vs_xcalloc(NEIGHBORS_PER_PORT, sizeof(*hearing->heard));
	}
	return hearing;
}

/* place_of() - where the frame belongs: with its like, else where nothing is, else where nothing has come for long. */
static struct neighbor *place_of(struct hearing *hearing, const struct neighbor_frame *frame)
{
	struct neighbor *oldest = &hearing->heard[0];

	for (size_t i = 0; i < hearing->n; i++) {
		struct neighbor *neighbor = &hearing->heard[i];

		if (!strcmp(neighbor->last.protocol, frame->protocol) && !memcmp(neighbor->last.dst, frame->dst, 6))
			return neighbor;
		if (neighbor->heard_ns < oldest->heard_ns)
			oldest = neighbor;
	}
	if (hearing->n < NEIGHBORS_PER_PORT)
		return &hearing->heard[hearing->n++];
	*oldest = (struct neighbor){.frames = 0};
	return oldest;
}

void neighbors_heard(struct neighbors *neighbors, uint32_t number, const char *interface, const uint8_t *bytes,
		     size_t len)
{
	struct neighbor_frame frame;
	struct neighbor *neighbor;
	struct timespec now;

	if (neighbor_decode(bytes, len, &frame))
		return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	neighbor = place_of(hearing_of(neighbors, number, interface), &frame);
	neighbor->last = frame;
	neighbor->frames++;
	neighbor->heard_ns = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

const struct neighbor *neighbors_get(const struct neighbors *neighbors, uint32_t number, const char *interface,
				     size_t *n)
{
	const struct hearing *hearing = number < neighbors->n_ports ? &neighbors->ports[number] : NULL;

	if (!hearing || !hearing->interface || strcmp(hearing->interface, interface) != 0)
		return NULL;
	*n = hearing->n;
	return hearing->heard;
}
