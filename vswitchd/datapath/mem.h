/* SPDX-License-Identifier: GPL-2.0-only */
/* mem.h - ports in memory: the whole switch without a network device, for tests */
#ifndef VS_DP_MEM_H
#define VS_DP_MEM_H

#include <linux/virtio_net.h>

#include "vswitchd/datapath/dp.h"

/** dp_mem_sink - a frame has left by a memory port: the bytes of the wire, tags included, and its offload header */
typedef void (*dp_mem_sink)(void *arg, const uint8_t *bytes, size_t len, const struct virtio_net_hdr *vnet);

/** dp_mem_connect() - what leaves by memory port @number goes to @sink. Return: 0, -ENOENT, -EINVAL. */
int dp_mem_connect(struct dp *dp, uint32_t number, dp_mem_sink sink, void *arg);

/**
 * dp_mem_input() - let a frame come in by memory port @number
 * @vnet: its offload header, or NULL
 *
 * Under the user datapath all that follows happens before the return; under bpf what comes back to a memory port does
 * so by the event loop.
 */
int dp_mem_input(struct dp *dp, uint32_t number, const uint8_t *bytes, size_t len, const struct virtio_net_hdr *vnet);

#endif
