/* SPDX-License-Identifier: GPL-2.0-only */
/* mem.c - ports in memory, and the patch port, which needs no device either */
#include "vswitchd/datapath/mem.h"

#include <errno.h>
#include <stdlib.h>

#include "common/xalloc.h"
#include "vswitchd/datapath/driver.h"

struct mem_port {
	struct up_port port;
	dp_mem_sink sink;
	void *arg;
};

static struct mem_port *mem_of(struct dp *dp, uint32_t number, int *err)
{
	struct up_port *port = dp->ops->port_served(dp, number);

	*err = !port ? -ENOENT : port->kind != DP_PORT_MEM ? -EINVAL : 0;
	return *err ? NULL : vs_container(port, struct mem_port, port);
}

int dp_mem_connect(struct dp *dp, uint32_t number, dp_mem_sink sink, void *arg)
{
	int err;
	struct mem_port *mem = mem_of(dp, number, &err);

	if (mem) {
		mem->sink = sink;
		mem->arg = arg;
	}
	return err;
}

int dp_mem_input(struct dp *dp, uint32_t number, const uint8_t *bytes, size_t len, const struct virtio_net_hdr *vnet)
{
	int err;
	struct mem_port *mem = mem_of(dp, number, &err);
	uint8_t *copy; /* of exactly that length, so that a read past its end shows under ASan */
	struct frame frame;
	enum vs_drop reason;

	if (!mem)
		return err;
	copy = vs_xmalloc(len ? len : 1);
	memcpy(copy, bytes, len);
	up_batch_begin(mem->port.io);
	reason = frame_parse(&frame, copy, len, NULL, vnet);
	if (reason != VS_DROP_NONE)
		up_drop(&mem->port, reason);
	else
		up_input(&mem->port, &frame, NULL);
	up_flush(mem->port.io);
	free(copy);
	return 0;
}

static void mem_send(struct up_port *port, const struct frame *frame, const struct vs_ip *remote)
{
	struct mem_port *mem = vs_container(port, struct mem_port, port);
	size_t len = frame_len(frame), head_len;
	uint8_t *bytes = vs_xmalloc(FRAME_HEAD + frame->body_len);
	struct virtio_net_hdr vnet;

	(void)remote;
	head_len = frame_head(frame, bytes);
	memcpy(bytes + head_len, frame->body, frame->body_len);
	frame_vnet(frame, head_len, &vnet);
	up_sent(port, len);
	if (mem->sink)
		mem->sink(mem->arg, bytes, len, &vnet);
	free(bytes);
}

const struct up_driver mem_driver = {.size = sizeof(struct mem_port), .send = mem_send};

/* A patch port's frames never reach a driver: forward.c hands them to the other end. */
const struct up_driver patch_driver = {.size = sizeof(struct up_port)};
