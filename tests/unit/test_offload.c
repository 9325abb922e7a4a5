/* SPDX-License-Identifier: GPL-2.0-only */
/* test_offload.c - cutting GSO frames, finishing checksums, joining segments; and all of it there and back */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "vswitchd/datapath/checksum.h"
#include "vswitchd/datapath/offload.h"
#include "vswitchd/datapath/packet_headers.h"

#define ROOM 70000
#define MAX_PIECES 128

/* struct made - a TCP or UDP frame in its own buffer */
struct made {
	uint8_t bytes[ROOM];
	struct frame frame;
	size_t headers;
	bool v4, tcp;
};

static void make_ip(struct made *m, uint8_t *ip, size_t l4_len)
{
	if (m->v4) {
		ip[0] = 0x45;
		hdr_store16(ip + 2, (uint16_t)(20 + l4_len));
		hdr_store16(ip + 4, 0xfff0);
		ip[8] = 64;
		ip[9] = m->tcp ? IPPROTO_TCP : IPPROTO_UDP;
		memcpy(ip + 12, "\x0a\x00\x00\x01\x0a\x00\x00\x02", 8);
		hdr_store16(ip + 10, checksum_fold(checksum_add(ip, 20, 0)));
	} else {
		ip[0] = 0x60;
		hdr_store16(ip + 4, (uint16_t)l4_len);
		ip[6] = m->tcp ? IPPROTO_TCP : IPPROTO_UDP;
		ip[7] = 64;
		ip[8] = 0xfd;
		ip[24] = 0xfd;
		ip[39] = 2;
	}
}

/* A frame as a sender with TSO (or USO) hands it over: pseudo-header's sum in place, @payload bytes, cut into @mss. */
static void make_gso(struct made *m, bool v4, bool tcp, size_t payload, uint16_t mss)
{
	size_t l4 = 2 + (v4 ? 20 : 40), l4_head = tcp ? 32 : 8;
	uint8_t *body = m->bytes + FRAME_MACS;

	memset(m, 0, sizeof(*m));
	m->v4 = v4;
	m->tcp = tcp;
	m->headers = l4 + l4_head;
	memcpy(m->bytes, "\x02\x00\x00\x00\x00\x02\x02\x00\x00\x00\x00\x01", FRAME_MACS);
	hdr_store16(body, v4 ? HDR_IPV4_TYPE : HDR_IPV6_TYPE);
	make_ip(m, body + 2, l4_head + payload);
	if (tcp) {
		hdr_store32(body + l4 + HDR_TCP_SEQ, 0xfffff000);
		body[l4 + HDR_TCP_OFFSET] = 0x80;
		body[l4 + HDR_TCP_FLAGS] = HDR_TCP_ACK_FLAG | HDR_TCP_PSH;
		memcpy(body + l4 + 20, "\x01\x01\x08\x0a\x00\x00\x00\x01\x00\x00\x00\x02", 12);
	} else {
		hdr_store16(body + l4 + HDR_UDP_LENGTH, (uint16_t)(8 + payload));
	}
	for (size_t i = 0; i < payload; i++)
		body[m->headers + i] = (uint8_t)(i * 7 + i / 256);
	hdr_store16(body + l4 + (tcp ? HDR_TCP_CSUM : HDR_UDP_CSUM),
		    (uint16_t)~checksum_fold(
			    hdr_pseudo_sum(body, 2, v4, tcp ? IPPROTO_TCP : IPPROTO_UDP, l4_head + payload)));
	assert_int_equal(frame_parse(&m->frame, m->bytes, FRAME_MACS + m->headers + payload, NULL, NULL), VS_DROP_NONE);
	m->frame.off = (struct frame_offload){.needs_csum = true,
					      .gso_type = !mss	 ? VIRTIO_NET_HDR_GSO_NONE
							  : !tcp ? HDR_VNET_GSO_UDP_L4
							  : v4	 ? VIRTIO_NET_HDR_GSO_TCPV4
								 : VIRTIO_NET_HDR_GSO_TCPV6,
					      .gso_size = mss,
					      .hdr_len = (uint16_t)m->headers,
					      .csum_start = (uint16_t)l4,
					      .csum_offset = tcp ? HDR_TCP_CSUM : HDR_UDP_CSUM};
}

/* struct pieces - what offload_cut() emitted, each a frame's bytes in order */
struct pieces {
	unsigned int n;
	uint8_t *bytes[MAX_PIECES];
	size_t len[MAX_PIECES];
	const struct frame *frame;
};

static void collect(void *arg, const uint8_t *body, size_t body_len, uint8_t *payload, size_t payload_len)
{
	struct pieces *p = arg;
	uint8_t *bytes = malloc(FRAME_MACS + body_len + payload_len);

	assert_true(p->n < MAX_PIECES);
	memcpy(bytes, p->frame->macs, FRAME_MACS);
	if (body_len)
		memcpy(bytes + FRAME_MACS, body, body_len);
	memcpy(bytes + FRAME_MACS + body_len, payload, payload_len);
	p->bytes[p->n] = bytes;
	p->len[p->n++] = FRAME_MACS + body_len + payload_len;
}

static void pieces_free(struct pieces *p)
{
	while (p->n)
		free(p->bytes[--p->n]);
}

/* Everything a receiver checks: lengths, IP checksum, TCP or UDP checksum. */
static void assert_whole(const uint8_t *bytes, size_t len, bool v4, bool tcp)
{
	const uint8_t *body = bytes + FRAME_MACS, *ip = body + 2;
	size_t l4 = 2 + (v4 ? 20 : 40), l4_len = len - FRAME_MACS - l4;

	if (v4) {
		assert_int_equal(hdr_load16(ip + 2), l4_len + 20);
		assert_int_equal(checksum_fold(checksum_add(ip, 20, 0)), 0);
	} else {
		assert_int_equal(hdr_load16(ip + 4), l4_len);
	}
	if (!tcp)
		assert_int_equal(hdr_load16(body + l4 + HDR_UDP_LENGTH), l4_len);
	assert_int_equal(
		checksum_fold(checksum_add(body + l4, l4_len,
					   hdr_pseudo_sum(body, 2, v4, tcp ? IPPROTO_TCP : IPPROTO_UDP, l4_len))),
		0);
}

static void cut_and_check(bool v4, bool tcp, size_t payload, uint16_t mss, unsigned int expected)
{
	struct made *m = malloc(sizeof(*m));
	struct pieces p = {.frame = &m->frame};
	size_t at = 0, l4 = FRAME_MACS + 2 + (v4 ? 20 : 40);

	make_gso(m, v4, tcp, payload, mss);
	assert_int_equal(offload_cut(&m->frame, collect, &p), VS_DROP_NONE);
	assert_int_equal(p.n, expected);
	for (unsigned int i = 0; i < p.n; i++) {
		size_t data = FRAME_MACS + m->headers;

		assert_whole(p.bytes[i], p.len[i], v4, tcp);
		assert_memory_equal(p.bytes[i] + data, m->frame.body + m->headers + at, p.len[i] - data);
		if (tcp) {
			assert_int_equal(hdr_load32(p.bytes[i] + l4 + HDR_TCP_SEQ), (uint32_t)(0xfffff000 + at));
			assert_int_equal(!!(p.bytes[i][l4 + HDR_TCP_FLAGS] & HDR_TCP_PSH), i == p.n - 1);
		}
		if (v4)
			assert_int_equal(hdr_load16(p.bytes[i] + FRAME_MACS + 6), (uint16_t)(0xfff0 + i));
		at += p.len[i] - data;
	}
	assert_int_equal(at, payload);
	pieces_free(&p);
	free(m);
}

static void test_cut(void **state)
{
	(void)state;
	cut_and_check(true, true, 60000, 1448, 42);
	cut_and_check(false, true, 60000, 1428, 43);
	cut_and_check(true, true, 1448 * 3, 1448, 3);
	cut_and_check(true, true, 100, 1448, 1);
	cut_and_check(true, false, 10000, 1400, 8);
	cut_and_check(false, false, 10001, 1400, 8);
	/* not GSO: only the checksum is missing */
	cut_and_check(true, true, 1001, 0, 1);
	cut_and_check(false, false, 1, 0, 1);
	cut_and_check(true, false, 0, 0, 1);
}

static void test_what_cannot_be_cut_is_refused(void **state)
{
	struct made *m = malloc(sizeof(*m));
	struct pieces p = {.frame = &m->frame};
	(void)state;

	make_gso(m, true, true, 5000, 1448);
	m->frame.off.csum_start += 30; /* the checksum of an inner header: a tunnel's GSO frame */
	assert_int_equal(offload_cut(&m->frame, collect, &p), VS_DROP_GSO_UNSUPPORTED);
	make_gso(m, true, true, 5000, 1448);
	m->frame.off.gso_type = VIRTIO_NET_HDR_GSO_UDP; /* UFO: gone from Linux */
	assert_int_equal(offload_cut(&m->frame, collect, &p), VS_DROP_GSO_UNSUPPORTED);
	make_gso(m, true, true, 5000, 1448);
	m->frame.body_len = 30; /* shorter than its headers */
	assert_int_equal(offload_cut(&m->frame, collect, &p), VS_DROP_GSO_UNSUPPORTED);
	make_gso(m, true, true, 5000, 1448);
	m->frame.off.gso_size = 0;
	assert_int_equal(offload_cut(&m->frame, collect, &p), VS_DROP_GSO_UNSUPPORTED);
	make_gso(m, true, true, 5000, 0);
	m->frame.off.csum_start = 6000;
	assert_int_equal(offload_cut(&m->frame, collect, &p), VS_DROP_GSO_UNSUPPORTED);
	assert_int_equal(p.n, 0);
	free(m);
}

#define NESTED 50 /* outer IPv4, UDP, VXLAN, inner addresses: between the outer EtherType and the inner one */

/* Put a TCP GSO frame into VXLAN as a kernel would that leaves the cutting to the wire. */
static void make_nested(struct made *m, bool v4, bool outer_csum)
{
	struct frame_offload off;
	uint8_t *body = m->bytes + FRAME_MACS, *ip = body + 2;
	size_t inner;

	make_gso(m, v4, true, 10000, 1300);
	off = m->frame.off;
	inner = m->frame.body_len;
	memmove(body + NESTED, body, inner);
	memset(body, 0, NESTED);
	hdr_store16(body, HDR_IPV4_TYPE);
	m->v4 = true;
	m->tcp = false;
	make_ip(m, ip, NESTED - 22 + inner);
	hdr_store16(ip + 20, 50000);
	hdr_store16(ip + 22, 4789);
	hdr_store16(ip + 24, (uint16_t)(NESTED - 22 + inner));
	hdr_store16(ip + 26, outer_csum ? 0x1234 : 0);
	ip[28] = 8;
	memcpy(body + NESTED - 12, "\x02\x00\x00\x00\x00\x04\x02\x00\x00\x00\x00\x03", 12);
	assert_int_equal(frame_parse(&m->frame, m->bytes, FRAME_MACS + NESTED + inner, NULL, NULL), VS_DROP_NONE);
	off.csum_start = (uint16_t)(off.csum_start + NESTED);
	off.hdr_len = (uint16_t)(off.hdr_len + NESTED);
	m->frame.off = off;
}

static void nested_and_check(bool v4, bool outer_csum)
{
	struct made *m = malloc(sizeof(*m));
	struct pieces p = {.frame = &m->frame};

	make_nested(m, v4, outer_csum);
	assert_true(offload_is_nested(&m->frame));
	assert_int_equal(offload_cut(&m->frame, collect, &p), VS_DROP_NONE);
	assert_int_equal(p.n, 8);
	for (unsigned int i = 0; i < p.n; i++) {
		const uint8_t *udp = p.bytes[i] + FRAME_MACS + 22;

		assert_int_equal(!!hdr_load16(udp + HDR_UDP_CSUM), outer_csum);
		if (outer_csum)
			assert_whole(p.bytes[i], p.len[i], true, false);
		assert_int_equal(hdr_load16(udp + HDR_UDP_LENGTH), p.len[i] - FRAME_MACS - 22);
		assert_whole(p.bytes[i] + NESTED, p.len[i] - NESTED, v4, true);
	}
	pieces_free(&p);
	free(m);
}

static void test_a_tunnels_gso_frame(void **state)
{
	struct made *m = malloc(sizeof(*m));
	(void)state;

	nested_and_check(true, false);
	nested_and_check(true, true);
	nested_and_check(false, false);
	nested_and_check(false, true);
	make_gso(m, true, true, 5000, 1448);
	assert_false(offload_is_nested(&m->frame));
	free(m);
}

static void parse_piece(const struct pieces *p, unsigned int i, struct frame *frame)
{
	assert_int_equal(frame_parse(frame, p->bytes[i], p->len[i], NULL, NULL), VS_DROP_NONE);
}

/* What was cut and joined again is what it was. */
static void there_and_back(bool v4)
{
	struct made *m = malloc(sizeof(*m)), *original = malloc(sizeof(*m));
	struct pieces p = {.frame = &m->frame};
	struct merge merge = {.segments = 0};
	struct frame frame, *joined;

	make_gso(original, v4, true, 40000, 1400);
	make_gso(m, v4, true, 40000, 1400);
	assert_int_equal(offload_cut(&m->frame, collect, &p), VS_DROP_NONE);
	p.bytes[0] = realloc(p.bytes[0], ROOM);
	parse_piece(&p, 0, &frame);
	assert_true(merge_start(&merge, &frame, ROOM - p.len[0]));
	for (unsigned int i = 1; i < p.n; i++) {
		parse_piece(&p, i, &frame);
		assert_true(merge_add(&merge, &frame));
	}
	joined = merge_finish(&merge);
	assert_int_equal(merge.segments, 0);
	assert_int_equal(joined->body_len, original->frame.body_len);
	assert_memory_equal(joined->body, original->frame.body, joined->body_len);
	assert_memory_equal(&joined->off, &original->frame.off, sizeof(joined->off));
	pieces_free(&p);
	free(m);
	free(original);
}

static void test_there_and_back(void **state)
{
	(void)state;
	there_and_back(true);
	there_and_back(false);
}

/* One byte changed somewhere in the second segment: it is never joined. */
static void test_only_what_goes_on_is_joined(void **state)
{
	struct made *m = malloc(sizeof(*m));
	struct pieces p = {.frame = &m->frame};
	(void)state;

	make_gso(m, true, true, 4200, 1400);
	assert_int_equal(offload_cut(&m->frame, collect, &p), VS_DROP_NONE);
	for (size_t at = 0; at < p.len[1]; at++) {
		struct merge merge = {.segments = 0};
		uint8_t *bytes = malloc(p.len[0] + 2000);
		struct frame first, second;

		memcpy(bytes, p.bytes[0], p.len[0]);
		assert_int_equal(frame_parse(&first, bytes, p.len[0], NULL, NULL), VS_DROP_NONE);
		assert_true(merge_start(&merge, &first, 2000));
		p.bytes[1][at] ^= 0x11;
		if (frame_parse(&second, p.bytes[1], p.len[1], NULL, NULL) == VS_DROP_NONE)
			assert_false(merge_add(&merge, &second));
		p.bytes[1][at] ^= 0x11;
		parse_piece(&p, 2, &second);
		assert_false(merge_add(&merge, &second)); /* not the next one */
		parse_piece(&p, 1, &second);
		assert_true(merge_add(&merge, &second));
		free(bytes);
	}
	pieces_free(&p);
	free(m);
}

static void test_no_room_no_join(void **state)
{
	struct made *m = malloc(sizeof(*m));
	struct pieces p = {.frame = &m->frame};
	struct merge merge = {.segments = 0};
	struct frame frame;
	(void)state;

	make_gso(m, true, true, 2800, 1400);
	assert_int_equal(offload_cut(&m->frame, collect, &p), VS_DROP_NONE);
	parse_piece(&p, 0, &frame);
	assert_true(merge_start(&merge, &frame, 1399));
	parse_piece(&p, 1, &frame);
	assert_false(merge_add(&merge, &frame));
	assert_int_equal(merge_finish(&merge)->off.gso_type, VIRTIO_NET_HDR_GSO_NONE);
	pieces_free(&p);
	free(m);
}

/* What a tunnel of the same machine hands over: all that the bytes can tell is told, and no more. */
static void test_unfinished_frames_are_recognised(void **state)
{
	struct made *m = malloc(sizeof(*m));
	(void)state;

	for (int kind = 0; kind < 4; kind++) {
		bool v4 = kind & 1, tcp = kind & 2;

		for (size_t payload = 1; payload < 9000; payload += 1234) {
			struct frame_offload wanted, *off = &m->frame.off;

			make_gso(m, v4, tcp, payload, 0);
			wanted = *off;
			*off = (struct frame_offload){0};
			offload_recognise(&m->frame);
			assert_true(off->needs_csum);
			assert_int_equal(off->csum_start, wanted.csum_start);
			assert_int_equal(off->csum_offset, wanted.csum_offset);
			assert_int_equal(off->gso_type != VIRTIO_NET_HDR_GSO_NONE, tcp && payload > 1400);
			if (off->gso_type != VIRTIO_NET_HDR_GSO_NONE)
				assert_int_equal(off->hdr_len - 2 + off->gso_size, 1430);
			for (size_t len = 2; len < m->frame.body_len; len += 1 + len / 20) {
				struct frame cut = m->frame;

				cut.off = (struct frame_offload){0};
				cut.body_len = len;
				offload_recognise(&cut);
				assert_false(cut.off.needs_csum);
			}
		}
	}
	free(m);
}

/* A finished frame stays as it is, and so does one that is merely wrong. */
static void test_finished_frames_are_left_alone(void **state)
{
	struct made *m = malloc(sizeof(*m));
	struct pieces p = {.frame = &m->frame};
	(void)state;

	make_gso(m, true, true, 4200, 1400);
	assert_int_equal(offload_cut(&m->frame, collect, &p), VS_DROP_NONE);
	for (int wrong = 0; wrong < 2; wrong++) {
		struct frame frame;

		parse_piece(&p, 0, &frame);
		frame.body[frame.body_len - 1] ^= (uint8_t)wrong;
		offload_recognise(&frame);
		assert_false(frame.off.needs_csum);
	}
	pieces_free(&p);
	free(m);
}

static void test_sum_at_every_length(void **state)
{
	uint8_t bytes[67];
	(void)state;

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 91 + 200);
	for (size_t len = 0; len <= sizeof(bytes); len++) {
		uint32_t plain = 0;

		for (size_t i = 0; i < len; i++)
			plain += i % 2 ? bytes[i] : (uint32_t)bytes[i] << 8;
		assert_int_equal(checksum_fold(checksum_add(bytes, len, 0)), checksum_fold(plain));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sum_at_every_length),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_what_cannot_be_cut_is_refused),
		cmocka_unit_test(test_a_tunnels_gso_frame),
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_only_what_goes_on_is_joined),
		cmocka_unit_test(test_no_room_no_join),
		cmocka_unit_test(test_unfinished_frames_are_recognised),
		cmocka_unit_test(test_finished_frames_are_left_alone),
	};

	return cmocka_run_group_tests_name("offload", tests, NULL, NULL);
}
