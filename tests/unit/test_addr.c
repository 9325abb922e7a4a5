/* SPDX-License-Identifier: GPL-2.0-only */
/* test_addr.c - MAC and IP addresses as text and back; levels of messages */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "common/addr.h"
#include "common/log.h"

static const struct {
	const char *text, *prints; /* NULL: refused */
} macs[] = {
	{"02:00:00:00:00:01", "02:00:00:00:00:01"},
	{"AA:bb:CC:dd:EE:ff", "aa:bb:cc:dd:ee:ff"},
	{"aa-bb-cc-dd-ee-ff", "aa:bb:cc:dd:ee:ff"},
	{"aa:bb:cc-dd:ee:ff", NULL},
	{"aa:bb:cc:dd:ee", NULL},
	{"aa:bb:cc:dd:ee:ff:00", NULL},
	{"aa:bb:cc:dd:ee:fg", NULL},
	{"aabb:cc:dd:ee:ff0", NULL},
	{"", NULL},
};

static const struct {
	const char *text, *prints;
	bool v4, multicast, zero;
} ips[] = {
	{"192.0.2.1", "192.0.2.1", true, false, false},
	{"239.1.2.3", "239.1.2.3", true, true, false},
	{"0.0.0.0", "0.0.0.0", true, false, true},
	{"fd00::1", "fd00::1", false, false, false},
	{"FF02::1", "ff02::1", false, true, false},
	{"::", "::", false, false, true},
	{"::ffff:192.0.2.1", "192.0.2.1", true, false, false},
	{"192.0.2", NULL, false, false, false},
	{"192.0.2.256", NULL, false, false, false},
	{"192.0.2.1 ", NULL, false, false, false},
	{"fd00::1%eth0", NULL, false, false, false},
	{"fd00::1::2", NULL, false, false, false},
	{"", NULL, false, false, false},
};

static const struct {
	const char *text;
	int bits; /* -1: refused */
} cidrs[] = {
	{"10.0.0.1/24", 24},   {"10.0.0.1", 32},       {"10.0.0.1/0", 0},   {"10.0.0.1/32", 32},
	{"10.0.0.1/33", -1},   {"10.0.0.1/", -1},      {"10.0.0.1/-1", -1}, {"10.0.0.1/2x", -1},
	{"/24", -1},	       {"fd00::1/64", 64},     {"fd00::1", 128},    {"fd00::1/129", -1},
	{"10.0.0.1/0024", -1}, {"10.0.0.1/24/24", -1},
};

static void test_macs(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(macs) / sizeof(macs[0]); i++) {
		char text[VS_MAC_TEXT];
		uint8_t mac[6];
		int rc = vs_mac_parse(macs[i].text, mac);

		assert_int_equal(rc, macs[i].prints ? 0 : -EINVAL);
		if (!rc)
			assert_string_equal(vs_mac_format(mac, text), macs[i].prints);
	}
}

static void test_ips(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(ips) / sizeof(ips[0]); i++) {
		char text[VS_IP_TEXT];
		struct vs_ip ip;
		int rc = vs_ip_parse(ips[i].text, &ip);

		assert_int_equal(rc, ips[i].prints ? 0 : -EINVAL);
		if (rc)
			continue;
		assert_string_equal(vs_ip_format(&ip, text), ips[i].prints);
		assert_int_equal(vs_ip_is_v4(&ip), ips[i].v4);
		assert_int_equal(vs_ip_is_multicast(&ip), ips[i].multicast);
		assert_int_equal(vs_ip_is_zero(&ip), ips[i].zero);
	}
}

static void test_cidrs(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cidrs) / sizeof(cidrs[0]); i++) {
		unsigned int bits = 0;
		struct vs_ip ip;
		int rc = vs_cidr_parse(cidrs[i].text, &ip, &bits);

		assert_int_equal(rc, cidrs[i].bits < 0 ? -EINVAL : 0);
		if (!rc)
			assert_int_equal(bits, cidrs[i].bits);
	}
}

static void test_levels(void **state)
{
	enum vs_log_level level = VS_LOG_ERR;

	(void)state;
	assert_int_equal(vs_log_level_parse("dbg", &level), 0);
	assert_int_equal(level, VS_LOG_DEBUG);
	assert_int_equal(vs_log_level_parse("Warning", &level), 0);
	assert_int_equal(level, VS_LOG_WARN);
	assert_int_equal(vs_log_level_parse("loud", &level), -EINVAL);
	assert_int_equal(level, VS_LOG_WARN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_macs),
		cmocka_unit_test(test_ips),
		cmocka_unit_test(test_cidrs),
		cmocka_unit_test(test_levels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
