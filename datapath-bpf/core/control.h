/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* control.h - how many control frames of a port the daemon is told of */
#ifndef VS_CORE_CONTROL_H
#define VS_CORE_CONTROL_H

#include "types.h"

#define VS_CONTROL_STEP_NS 1000000ULL /* one frame a millisecond ... */
#define VS_CONTROL_BURST 256	      /* ... and so many at once after a silence */

/** struct vs_bucket - a token bucket of one port. @full_ns: when it will be full again, CLOCK_MONOTONIC */
struct vs_bucket {
	__u64 full_ns;
};

/**
 * vs_bucket_take() - Return: whether one more may pass.
 *
 * Two CPUs at once may take the same token: the bound is then a frame or two too generous.
 */
VS_INLINE int vs_bucket_take(struct vs_bucket *bucket, __u64 now_ns)
{
	__u64 full = bucket->full_ns > now_ns ? bucket->full_ns : now_ns;

	if (full - now_ns >= VS_CONTROL_BURST * VS_CONTROL_STEP_NS)
		return 0;
	bucket->full_ns = full + VS_CONTROL_STEP_NS;
	return 1;
}

#endif
