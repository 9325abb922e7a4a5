/* SPDX-License-Identifier: GPL-2.0-only */
/* neighbor.h - who is at the other end of each interface, by the control frames heard there */
#ifndef VS_NEIGHBOR_H
#define VS_NEIGHBOR_H

/*
 * For each port the last control frame of each protocol and address, in memory only and bounded: who sends ever other
 * ones pushes out what was heard least recently, of that port.
 */
#include "vswitchd/control/neighbor_decode.h"

#define NEIGHBORS_PER_PORT 8

struct neighbors;

/** struct neighbor - what was heard; @frames: how many; @heard_ns: when the last came, CLOCK_MONOTONIC */
struct neighbor {
	struct neighbor_frame last;
	uint64_t frames;
	uint64_t heard_ns;
};

struct neighbors *neighbors_create(void);
void neighbors_destroy(struct neighbors *neighbors);

/**
 * neighbors_heard() - a control frame came in
 * @number: of the port it came in by
 * @interface: what that is called; what an interface of another name has heard by that number is forgotten
 */
void neighbors_heard(struct neighbors *neighbors, uint32_t number, const char *interface, const uint8_t *bytes,
		     size_t len);

/**
 * neighbors_get() - what port @number has heard
 * @interface: what it is called now; @n: how many there are
 * Return: them, or NULL.
 */
const struct neighbor *neighbors_get(const struct neighbors *neighbors, uint32_t number, const char *interface,
				     size_t *n);

#endif
