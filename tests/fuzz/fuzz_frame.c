/* SPDX-License-Identifier: GPL-2.0-only */
/* fuzz_frame.c - any bytes as a frame: parsed, cut, joined, congestion marks carried, sent into a tunnel's headers */
#include <stdlib.h>

#include "vswitchd/datapath/checksum.h"
#include "vswitchd/datapath/offload.h"
#include "vswitchd/datapath/vxlan_wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void touch(void *arg, const uint8_t *body, size_t body_len, uint8_t *payload, size_t payload_len)
{
	uint32_t *sum = arg;

	if (body_len)
		*sum = checksum_add(body, body_len, *sum);
	*sum = checksum_add(payload, payload_len, *sum);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct virtio_net_hdr vnet;
	struct merge merge = {.segments = 0};
	struct frame frame;
	uint8_t head[FRAME_HEAD], *bytes;
	uint32_t sum = 0, vni;

	if (size < sizeof(vnet))
		return 0;
	memcpy(&vnet, data, sizeof(vnet));
	data += sizeof(vnet);
	size -= sizeof(vnet);
	bytes = malloc(size ? size : 1); /* exactly as long as the frame, so that ASan sees a read past it */
	memcpy(bytes, data, size);
	(void)vxlan_parse(bytes, size, &vni);
	if (frame_parse(&frame, bytes, size, NULL, &vnet) == VS_DROP_NONE) {
		(void)vxlan_flow_hash(&frame);
		(void)offload_cut(&frame, touch, &sum);
		(void)vxlan_ecn_decap(&frame, 3);
		frame_vnet(&frame, frame_head(&frame, head), &vnet);
		frame.off = (struct frame_offload){0};
		offload_recognise(&frame);
		(void)offload_cut(&frame, touch, &sum);
		frame.off = (struct frame_offload){0};
		if (merge_start(&merge, &frame, 0)) {
			(void)merge_add(&merge, &frame);
			(void)merge_finish(&merge);
		}
	}
	free(bytes);
	return 0;
}
