/* SPDX-License-Identifier: GPL-2.0-only */
/* test_frame.c - reading frames within their bounds, changing tags, and offsets that follow them */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "vswitchd/datapath/frame.h"

static const uint8_t double_tagged[] = {
	1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0x88, 0xa8, 0x60, 0x0a, 0x81, 0x00, 0x00, 0x14, 0x08, 0x00, 0x45,
};

/* In a buffer of exactly that length, so that reading on shows under ASan. */
static enum vs_drop parse_prefix(size_t len, struct frame *frame, uint8_t **copy)
{
	*copy = malloc(len ? len : 1);
	memcpy(*copy, double_tagged, len);
	return frame_parse(frame, *copy, len, NULL, NULL);
}

static void test_every_length(void **state)
{
	(void)state;
	for (size_t len = 0; len <= sizeof(double_tagged); len++) {
		uint8_t *copy;
		struct frame frame;
		enum vs_drop reason = parse_prefix(len, &frame, &copy);

		assert_int_equal(reason, len < 18 ? VS_DROP_RUNT : VS_DROP_NONE);
		if (reason == VS_DROP_NONE) {
			assert_int_equal(frame.n_tags, len < 22 ? 1 : 2);
			assert_int_equal(frame_len(&frame), len);
			assert_int_equal(frame.tags[0].tci, 0x600a);
		}
		free(copy);
	}
}

static void test_a_tag_beside_the_bytes_comes_first(void **state)
{
	struct vs_tag meta = {VS_TPID_C, 0x2007};
	uint8_t bytes[sizeof(double_tagged)], head[FRAME_HEAD];
	struct frame frame;
	(void)state;

	memcpy(bytes, double_tagged, sizeof(bytes));
	assert_int_equal(frame_parse(&frame, bytes, sizeof(bytes), &meta, NULL), VS_DROP_NONE);
	assert_int_equal(frame.n_tags, 2);
	assert_int_equal(frame.tags[0].tci, 0x2007);
	assert_int_equal(frame.tags[1].tci, 0x600a);
	assert_int_equal(frame_ethertype(&frame), 0x8100);
	assert_int_equal(frame_head(&frame, head), 20);
	assert_memory_equal(head + 12, "\x81\x00\x20\x07\x88\xa8\x60\x0a", 8);
}

static void test_retag_and_offload_offsets(void **state)
{
	struct virtio_net_hdr in = {.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
				    .gso_type = VIRTIO_NET_HDR_GSO_TCPV4,
				    .gso_size = 1000,
				    .hdr_len = 62,
				    .csum_start = 42,
				    .csum_offset = 16},
			      out;
	struct vs_tagop pop = {.pop = 1}, swap = {.pop = 1, .push = {VS_TPID_C, 5}}, push = {.push = {VS_TPID_S, 6}};
	uint8_t bytes[sizeof(double_tagged)], head[FRAME_HEAD];
	struct frame frame;
	(void)state;

	memcpy(bytes, double_tagged, sizeof(bytes));
	assert_int_equal(frame_parse(&frame, bytes, sizeof(bytes), NULL, &in), VS_DROP_NONE);
	assert_true(frame_retag(&frame, &pop));
	frame_vnet(&frame, frame_head(&frame, head), &out);
	assert_int_equal(out.csum_start, 38);
	assert_int_equal(out.hdr_len, 58);
	assert_true(frame_retag(&frame, &swap));
	assert_int_equal(frame.n_tags, 1);
	assert_true(frame_retag(&frame, &push));
	assert_int_equal(frame.tags[0].tci, 6);
	assert_int_equal(frame.tags[1].tci, 5);
	frame_vnet(&frame, frame_head(&frame, head), &out);
	assert_int_equal(out.csum_start, 42);
	while (frame.n_tags < FRAME_TAGS)
		assert_true(frame_retag(&frame, &push));
	assert_false(frame_retag(&frame, &push));
	assert_true(frame_retag(&frame, &swap));
	frame.n_tags = 0;
	assert_false(frame_retag(&frame, &pop));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_length),
		cmocka_unit_test(test_a_tag_beside_the_bytes_comes_first),
		cmocka_unit_test(test_retag_and_offload_offsets),
	};

	return cmocka_run_group_tests_name("frame", tests, NULL, NULL);
}
