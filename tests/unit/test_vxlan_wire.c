/* SPDX-License-Identifier: GPL-2.0-only */
/* test_vxlan_wire.c - the VXLAN header, RFC 6040's tables, the flow's hash */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "vswitchd/datapath/checksum.h"
#include "vswitchd/datapath/offload.h"
#include "vswitchd/datapath/packet_headers.h"
#include "vswitchd/datapath/vxlan_wire.h"

static void test_header(void **state)
{
	static const uint8_t wire[VXLAN_HLEN] = {0x08, 0, 0, 0, 0x12, 0x34, 0x56, 0};
	uint8_t header[VXLAN_HLEN];
	uint32_t vni;
	(void)state;

	vxlan_write(header, 0x123456);
	assert_memory_equal(header, wire, VXLAN_HLEN);
	assert_int_equal(vxlan_parse(wire, VXLAN_HLEN, &vni), VS_DROP_NONE);
	assert_int_equal(vni, 0x123456);
	for (size_t len = 0; len < VXLAN_HLEN; len++)
		assert_int_equal(vxlan_parse(wire, len, &vni), VS_DROP_VXLAN_SHORT);
	header[0] = 0xf7;
	assert_int_equal(vxlan_parse(header, VXLAN_HLEN, &vni), VS_DROP_VXLAN_FLAGS);
	/* Reserved bits are not looked at (RFC 7348 section 5). */
	memset(header, 0xff, sizeof(header));
	assert_int_equal(vxlan_parse(header, VXLAN_HLEN, &vni), VS_DROP_NONE);
	assert_int_equal(vni, 0xffffff);
}

/* An inner frame of a bare IP header with this ECN field. */
static void make_inner(uint8_t bytes[60], bool v4, uint8_t ecn, struct frame *frame)
{
	size_t len = FRAME_MACS + 2 + (v4 ? 20 : 40);

	memset(bytes, 0, 60);
	hdr_store16(bytes + 12, v4 ? HDR_IPV4_TYPE : HDR_IPV6_TYPE);
	if (v4) {
		bytes[14] = 0x45;
		bytes[15] = (uint8_t)(0xb8 | ecn);
		bytes[22] = 33;
		hdr_store16(bytes + 24, checksum_fold(checksum_add(bytes + 14, 20, 0)));
	} else {
		bytes[14] = 0x6b;
		bytes[15] = (uint8_t)(0x80 | ecn << 4);
		bytes[21] = 33;
	}
	assert_int_equal(frame_parse(frame, bytes, len, NULL, NULL), VS_DROP_NONE);
}

/* RFC 6040 section 4.2, figure 4: rows by the inner field, columns by the outer; -1: drop. */
static void test_decapsulation(void **state)
{
	static const int table[4][4] = {
		/* outer: not-ECT, ECT(1), ECT(0), CE */
		[0] = {0, 0, 0, -1},
		[1] = {1, 1, 1, 3},
		[2] = {2, 1, 2, 3},
		[3] = {3, 3, 3, 3},
	};
	uint8_t bytes[60];
	struct frame frame;
	(void)state;

	for (int i = 0; i < 32; i++) {
		bool v4 = i & 16;
		uint8_t inner = i >> 2 & 3, outer = i & 3;
		int expected = table[inner][outer];

		make_inner(bytes, v4, inner, &frame);
		assert_int_equal(vxlan_ecn_decap(&frame, (uint8_t)(0xfc | outer)),
				 expected < 0 ? VS_DROP_ECN : VS_DROP_NONE);
		if (expected < 0)
			continue;
		assert_int_equal(vxlan_inner_ip(&frame).tos & 3, expected);
		assert_int_equal(vxlan_inner_ip(&frame).tos & 0xfc, 0xb8);
		if (v4)
			assert_int_equal(checksum_fold(checksum_add(bytes + 14, 20, 0)), 0);
	}
}

static void test_encapsulation(void **state)
{
	uint8_t bytes[60];
	struct frame frame;
	(void)state;

	make_inner(bytes, true, 2, &frame);
	assert_int_equal(vxlan_inner_ip(&frame).ttl, 33);
	assert_int_equal(vxlan_outer_tos(0x20, vxlan_inner_ip(&frame).tos), 0x22);
	assert_int_equal(vxlan_outer_tos(0x23, 0), 0x20);
	make_inner(bytes, false, 3, &frame);
	assert_int_equal(vxlan_outer_tos(vxlan_inner_ip(&frame).tos, vxlan_inner_ip(&frame).tos), 0xbb);
	/* not IP: nothing to inherit */
	hdr_store16(bytes + 12, 0x88cc);
	assert_int_equal(frame_parse(&frame, bytes, 60, NULL, NULL), VS_DROP_NONE);
	assert_int_equal(vxlan_inner_ip(&frame).ttl, VXLAN_TTL);
	assert_int_equal(vxlan_inner_ip(&frame).tos, 0);
	assert_int_equal(vxlan_ecn_decap(&frame, 3), VS_DROP_NONE);
}

static void test_flow_hash(void **state)
{
	uint8_t bytes[100] = {0};
	struct frame frame;
	uint32_t first, buckets = 0;
	(void)state;

	memcpy(bytes + 12, "\x08\x00\x45", 3);
	bytes[23] = IPPROTO_UDP;
	assert_int_equal(frame_parse(&frame, bytes, sizeof(bytes), NULL, NULL), VS_DROP_NONE);
	first = vxlan_flow_hash(&frame);
	bytes[60] = 1; /* payload */
	bytes[22] = 9; /* TTL */
	assert_int_equal(vxlan_flow_hash(&frame), first);
	/* Ports spread flows: of 64 flows over 32 buckets at least half the buckets are hit. */
	for (uint8_t port = 0; port < 64; port++) {
		bytes[35] = port;
		buckets |= 1u << vxlan_flow_hash(&frame) % 32;
	}
	assert_true(__builtin_popcount(buckets) >= 16);
	/* Fragments have no ports: all of a packet's take one way. */
	bytes[20] = 0x20;
	first = vxlan_flow_hash(&frame);
	bytes[35] = 7;
	assert_int_equal(vxlan_flow_hash(&frame), first);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_decapsulation),
		cmocka_unit_test(test_encapsulation),
		cmocka_unit_test(test_flow_hash),
	};

	return cmocka_run_group_tests_name("vxlan_wire", tests, NULL, NULL);
}
