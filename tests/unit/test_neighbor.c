/* SPDX-License-Identifier: GPL-2.0-only */
/* test_neighbor.c - control frames in words, on captures of real switches and on what is left of them; the table */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/xalloc.h"
#include "vswitchd/control/neighbor.h"

#define PCAPS "tests/fixtures/pcaps/"
#define FRAME_MAX 2048

/* --- captures --------------------------------------------------------------------------------------------------- */

/* struct capture - a pcap file being read, of whichever byte order */
struct capture {
	FILE *file;
	bool big;
	uint8_t bytes[FRAME_MAX];
	size_t len;
};

static uint32_t load32(bool big, const uint8_t *p)
{
	if (big)
		return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
	return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static void capture_open(struct capture *capture, const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), PCAPS "%s.pcap", name);
	capture->file = fopen(path, "rb");
	assert_non_null(capture->file);
	assert_int_equal(fread(capture->bytes, 1, 24, capture->file), 24);
	capture->big = capture->bytes[0] == 0xa1;
	assert_int_equal(load32(capture->big, capture->bytes), 0xa1b2c3d4);
}

/* capture_next() - the next frame to a reserved address; at the end the file is closed. */
static bool capture_next(struct capture *capture)
{
	static const uint8_t reserved[5] = {0x01, 0x80, 0xc2};
	uint8_t head[16];

	while (fread(head, 1, sizeof(head), capture->file) == sizeof(head)) {
		capture->len = load32(capture->big, head + 8);
		assert_in_range(capture->len, 14, FRAME_MAX);
		assert_int_equal(fread(capture->bytes, 1, capture->len, capture->file), capture->len);
		if (!memcmp(capture->bytes, reserved, sizeof(reserved)))
			return true;
	}
	fclose(capture->file);
	return false;
}

/* decode() - of a copy that ends where the frame does, so that ASan sees a read past it. */
static struct neighbor_frame decode(const uint8_t *bytes, size_t len)
{
	uint8_t *copy = vs_xmemdup(bytes, len ? len : 1);
	struct neighbor_frame frame;
	int err = neighbor_decode(copy, len, &frame);

	free(copy);
	assert_int_equal(err != 0, len < 14);
	for (const char *p = frame.text; *p; p++)
		assert_in_range(*p, ' ', '~');
	return frame;
}

/* The last frame of a capture says this. */
static void says(const char *name, const char *protocol, const char *text)
{
	struct capture capture;
	struct neighbor_frame frame = {.protocol = ""};

	capture_open(&capture, name);
	while (capture_next(&capture))
		frame = decode(capture.bytes, capture.len);
	assert_string_equal(frame.protocol, protocol);
	assert_string_equal(frame.text, text);
}

static void test_captures(void **state)
{
	(void)state;
	says("LLDP_and_CDP", "lldp",
	     "chassis=00:18:ba:98:68:8f port=\"Fa0/13\" ttl=120 system=\"S1.cisco.com\" "
	     "description=\"FastEthernet0/13\"");
	says("802.1D_spanning_tree", "stp",
	     "root=8001.00:19:06:ea:b8:80 cost=0 bridge=8001.00:19:06:ea:b8:80 port=8005");
	says("802.1w_rapid_STP", "rstp", "root=8001.00:19:06:ea:b8:80 cost=0 bridge=8001.00:19:06:ea:b8:80 port=800c");
	says("LACP", "lacp",
	     "actor=8000.00:13:c4:12:0f:00 key=13 port=22 state=3d partner=8000.00:0e:83:16:f5:00 key=13 port=25 "
	     "state=3c");
	says("slow-ossp", "slow-10", "");
	says("lldp_8021_linkagg", "lldp", "malformed");
}

/* However much of a frame is missing. */
static void test_cut_frames(void **state)
{
	static const char *const names[] = {"LLDP_and_CDP", "802.1D_spanning_tree",	"802.1w_rapid_STP", "LACP",
					    "slow-ossp",    "rpvstp-trunk-native-vid5", "lldp_8021_linkagg"};
	unsigned int frames = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct capture capture;

		capture_open(&capture, names[i]);
		while (capture_next(&capture)) {
			for (size_t len = 0; len <= capture.len; len++)
				decode(capture.bytes, len);
			frames++;
		}
	}
	assert_in_range(frames, 50, 1000);
}

/* --- made frames ------------------------------------------------------------------------------------------------ */

static struct neighbor_frame decode_hex(const char *hex)
{
	uint8_t bytes[256];
	size_t n = strlen(hex) / 2;

	for (size_t i = 0; i < n; i++) {
		unsigned int byte;

		assert_int_equal(sscanf(hex + 2 * i, "%2x", &byte), 1);
		bytes[i] = (uint8_t)byte;
	}
	return decode(bytes, n);
}

#define LLDP "0180c200000e020000000001"

static void test_lldp(void **state)
{
	(void)state;
	/* addresses as identifiers, and a string that would rather be something else */
	assert_string_equal(decode_hex(LLDP "88cc"
					    "0206"
					    "05"
					    "01c0000201"
					    "0407"
					    "03"
					    "020000000002"
					    "06020000"
					    "0a05"
					    "22411b5b6d"
					    "0000")
				    .text,
			    "chassis=192.0.2.1 port=02:00:00:00:00:02 ttl=0 system=\".A.[m\"");
	/* a C-tag before it, and IPv6 */
	assert_string_equal(decode_hex(LLDP "8100e00088cc"
					    "0212"
					    "05"
					    "0220010db8000000000000000000000001"
					    "0402"
					    "0741"
					    "06020078"
					    "0000")
				    .text,
			    "chassis=2001:db8::1 port=\"A\" ttl=120");
	/* what must come first does not; the end is missing; an identifier is empty */
	assert_string_equal(decode_hex(LLDP "88cc"
					    "0402074106020078"
					    "0000")
				    .text,
			    "malformed");
	assert_string_equal(decode_hex(LLDP "88cc"
					    "0202074104020742"
					    "06020078")
				    .text,
			    "chassis=\"A\" port=\"B\" ttl=120 malformed");
	assert_string_equal(decode_hex(LLDP "88cc"
					    "020107"
					    "04020742"
					    "06020078"
					    "0000")
				    .text,
			    "malformed port=\"B\" ttl=120");
}

static void test_other_protocols(void **state)
{
	(void)state;
	assert_string_equal(decode_hex("0180c2000000020000000001"
				       "0026"
				       "424203"
				       "000000"
				       "80"
				       "00")
				    .text,
			    "topology change");
	assert_string_equal(decode_hex("0180c2000000020000000001"
				       "0003"
				       "424203"
				       "00000080")
				    .text,
			    "malformed");
	assert_string_equal(decode_hex("0180c2000003020000000001"
				       "888e"
				       "0100")
				    .protocol,
			    "eapol");
	assert_string_equal(decode_hex("0180c2000003020000000001"
				       "88b5")
				    .protocol,
			    "0x88b5");
	assert_string_equal(decode_hex("0180c2000003020000000001"
				       "0003"
				       "fefe03")
				    .protocol,
			    "llc-fe");
	assert_string_equal(decode_hex("0180c2000002020000000001"
				       "8809"
				       "02")
				    .protocol,
			    "slow-2");
	assert_string_equal(decode_hex("0180c2000002020000000001"
				       "8809"
				       "0101"
				       "0214")
				    .text,
			    "malformed malformed");
}

/* The longest string there can be, and the sentence is still whole. */
static void test_long_strings(void **state)
{
	uint8_t bytes[600] = {0x01, 0x80, 0xc2, 0, 0, 0x0e, 2, 0, 0, 0, 0, 1, 0x88, 0xcc, 0x03, 0xff, 7};
	struct neighbor_frame frame;

	(void)state;
	memset(bytes + 17, 'x', sizeof(bytes) - 17);
	frame = decode(bytes, sizeof(bytes));
	assert_int_equal(strlen(frame.text), NEIGHBOR_TEXT - 1);
}

/* --- the table -------------------------------------------------------------------------------------------------- */

static void hear(struct neighbors *neighbors, uint32_t number, const char *name, uint8_t last, uint8_t type)
{
	const uint8_t frame[] = {0x01, 0x80, 0xc2, 0, 0, last, 2, 0, 0, 0, 0, last, 0x88, type};

	neighbors_heard(neighbors, number, name, frame, sizeof(frame));
}

static void test_table(void **state)
{
	struct neighbors *neighbors = neighbors_create();
	const struct neighbor *heard;
	size_t n;

	(void)state;
	assert_null(neighbors_get(neighbors, 1, "one", &n));
	for (int i = 0; i < 3; i++)
		hear(neighbors, 1, "one", 0x0e, 0xb5);
	hear(neighbors, 1, "one", 0x03, 0xb5); /* another address, another type: others */
	hear(neighbors, 1, "one", 0x0e, 0xb6);
	heard = neighbors_get(neighbors, 1, "one", &n);
	assert_int_equal(n, 3);
	assert_int_equal(heard[0].frames, 3);
	assert_null(neighbors_get(neighbors, 1, "two", &n));
	assert_null(neighbors_get(neighbors, 4000, "one", &n));
	hear(neighbors, 4000, "far", 0x0e, 0xb5);
	assert_non_null(neighbors_get(neighbors, 4000, "far", &n));
	hear(neighbors, 1, "two", 0x0e, 0xb5);
	assert_null(neighbors_get(neighbors, 1, "one", &n));
	assert_int_equal(neighbors_get(neighbors, 1, "two", &n)[0].frames, 1);
	assert_int_equal(n, 1);
	neighbors_destroy(neighbors);
}

static void test_table_is_bounded(void **state)
{
	struct neighbors *neighbors = neighbors_create();
	const struct neighbor *heard;
	size_t n;

	(void)state;
	for (unsigned int i = 0; i < 256; i++) {
		hear(neighbors, 1, "one", (uint8_t)(i & 0xf), (uint8_t)i);
		heard = neighbors_get(neighbors, 1, "one", &n);
		assert_in_range(n, 1, NEIGHBORS_PER_PORT);
	}
	/* The last eight are there. */
	for (size_t i = 0; i < n; i++)
		assert_true(strtoul(heard[i].last.protocol, NULL, 16) >= 0x88f8);
	neighbors_destroy(neighbors);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_captures),
		cmocka_unit_test(test_cut_frames),
		cmocka_unit_test(test_lldp),
		cmocka_unit_test(test_other_protocols),
		cmocka_unit_test(test_long_strings),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_table_is_bounded),
	};

	return cmocka_run_group_tests_name("neighbor", tests, NULL, NULL);
}
