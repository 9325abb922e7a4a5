/* SPDX-License-Identifier: GPL-2.0-only */
/* types.c - what a scalar of a lab file may be: one row and one function for each type */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "common/addr.h"
#include "common/xalloc.h"
#include "vsctl/lab/keys.h"
#include "vsctl/lab/model.h"

#define VLAN_MAX 4094 /* 4095 is reserved: IEEE 802.1Q table 9-2 */
#define NAME_MAX_LEN 63

static char *read_text(const struct lab_key *key, const char *text, struct lab_value *value)
{
	(void)key;
	value->text = vs_xstrdup(text);
	return NULL;
}

static char *read_name(const struct lab_key *key, const char *text, struct lab_value *value)
{
	size_t n = strlen(text);

	for (const char *p = text; *p; p++) {
		if (!isalnum((unsigned char)*p) && !strchr("-._", *p))
			return vs_xasprintf("a name has no '%c'; use letters, digits, '-', '.' and '_'", *p);
	}
	if (!n || !isalnum((unsigned char)*text))
		return vs_xstrdup("a name begins with a letter or a digit");
	if (n > NAME_MAX_LEN)
		return vs_xasprintf("a name has at most %d characters, not %zu", NAME_MAX_LEN, n);
	return read_text(key, text, value);
}

static char *read_device(const struct lab_key *key, const char *text, struct lab_value *value)
{
	size_t n = strlen(text);

	if (!n || n >= IFNAMSIZ)
		return vs_xasprintf("the name of a network device has 1 to %d characters, not %zu", IFNAMSIZ - 1, n);
	for (const char *p = text; *p; p++) {
		if (strchr("/:%", *p) || isspace((unsigned char)*p) || !isprint((unsigned char)*p))
			return vs_xstrdup("the name of a network device has no '/', ':', '%' or blanks");
	}
	if (!strcmp(text, ".") || !strcmp(text, ".."))
		return vs_xstrdup("that is a directory; name a network device");
	return read_text(key, text, value);
}

static char *read_boolean(const struct lab_key *key, const char *text, struct lab_value *value)
{
	static const struct {
		const char *word;
		bool is;
	} words[] = {{"true", true}, {"false", false}, {"yes", true}, {"no", false}, {"on", true}, {"off", false}};

	(void)key;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!strcasecmp(words[i].word, text)) {
			value->number = words[i].is;
			return NULL;
		}
	}
	return vs_xstrdup("neither true nor false; write one of these");
}

/* The number that @text begins with, and where it ends. Return: 0, or -EINVAL when there is none. */
static int number_read(const char *text, int64_t *number, const char **end)
{
	char *stop;

	errno = 0;
	*number = strtoll(text, &stop, 0);
	*end = stop;
	return errno || stop == text || isspace((unsigned char)*text) ? -EINVAL : 0;
}

static char *check_range(const struct lab_key *key, const char *what, int64_t number)
{
	if (number >= key->min && number <= key->max)
		return NULL;
	if (key->max == INT64_MAX)
		return vs_xasprintf("too small; %s is at least %" PRId64, what, key->min);
	return vs_xasprintf("out of range; %s is %" PRId64 " to %" PRId64, what, key->min, key->max);
}

static char *read_integer(const struct lab_key *key, const char *text, struct lab_value *value)
{
	const char *end;

	if (number_read(text, &value->number, &end) || *end)
		return vs_xasprintf("not a number; %s is %" PRId64 " to %" PRId64, key->name, key->min, key->max);
	return check_range(key, key->name, value->number);
}

struct unit {
	const char *name;
	int64_t factor;
};

/* A number with one of @units, ended by NULL. */
static char *read_unit(const struct lab_key *key, const char *text, const struct unit *units, const char *example,
		       struct lab_value *value)
{
	const char *end;
	double number;
	char *stop;

	errno = 0;
	number = strtod(text, &stop);
	end = stop + strspn(stop, " ");
	if (errno || stop == text || !isdigit((unsigned char)*text))
		return vs_xasprintf("not a number with a unit; write it like %s", example);
	for (; units->name; units++) {
		if (strcasecmp(units->name, end))
			continue;
		if (number * (double)units->factor >= 9e18)
			return vs_xasprintf("too large; write it like %s", example);
		value->number = (int64_t)(number * (double)units->factor + 0.5);
		return check_range(key, key->name, value->number);
	}
	return vs_xasprintf("'%s' is no unit here; write it like %s", end, example);
}

static char *read_size(const struct lab_key *key, const char *text, struct lab_value *value)
{
	static const struct unit units[] = {
		{"", 1},	  {"k", 1 << 10},  {"m", 1 << 20},  {"g", 1 << 30},  {"kib", 1 << 10}, {"mib", 1 << 20},
		{"gib", 1 << 30}, {"kb", 1 << 10}, {"mb", 1 << 20}, {"gb", 1 << 30}, {NULL, 0},
	};

	return read_unit(key, text, units, "256M or 1G", value);
}

static char *read_rate(const struct lab_key *key, const char *text, struct lab_value *value)
{
	static const struct unit units[] = {
		{"bit", 1},	      {"kbit", 1000},	      {"mbit", 1000000},
		{"gbit", 1000000000}, {"bit/s", 1},	      {"kbit/s", 1000},
		{"mbit/s", 1000000},  {"gbit/s", 1000000000}, {NULL, 0},
	};

	return read_unit(key, text, units, "100Mbit or 1Gbit", value);
}

static char *read_time(const struct lab_key *key, const char *text, struct lab_value *value)
{
	static const struct unit units[] = {
		{"us", 1}, {"ms", 1000}, {"s", 1000000}, {"m", 60000000}, {"min", 60000000}, {NULL, 0},
	};

	return read_unit(key, text, units, "500ms or 10s", value);
}

static char *read_word(const struct lab_key *key, const char *text, struct lab_value *value)
{
	size_t n = 0;
	char *list;
	const char *near;

	for (; key->words[n]; n++) {
		if (!strcmp(key->words[n], text)) {
			value->number = (int64_t)n;
			return key->type == LAB_CHOICE ? read_text(key, text, value) : NULL;
		}
	}
	near = lab_nearest(text, key->words, n);
	if (near)
		return vs_xasprintf("no such %s; did you mean '%s'?", key->name, near);
	list = vs_xstrdup("");
	for (size_t i = 0; i < n; i++) {
		char *longer = vs_xasprintf("%s%s%s", list, i ? ", " : "", key->words[i]);

		free(list);
		list = longer;
	}
	near = vs_xasprintf("no such %s; there are %s", key->name, list);
	free(list);
	return (char *)(uintptr_t)near;
}

static char *vlan_check(int64_t number)
{
	if (number == VLAN_MAX + 1)
		return vs_xasprintf("VLAN %" PRId64 " is reserved; VLANs go from 0 to %d", number, VLAN_MAX);
	if (number < 0 || number > VLAN_MAX)
		return vs_xasprintf("no VLAN; VLANs go from 0 to %d", VLAN_MAX);
	return NULL;
}

static char *read_vlan(const struct lab_key *key, const char *text, struct lab_value *value)
{
	const char *end;

	(void)key;
	if (number_read(text, &value->number, &end) || *end)
		return vs_xasprintf("not a number; a VLAN is 0 to %d", VLAN_MAX);
	return vlan_check(value->number);
}

static char *read_vlan_range(const struct lab_key *key, const char *text, struct lab_value *value)
{
	const char *end;
	char *error;

	(void)key;
	if (number_read(text, &value->number, &end))
		return vs_xasprintf("not a number; a VLAN is 0 to %d, a range of them is written 10-20", VLAN_MAX);
	value->last = value->number;
	if (*end == '-' && number_read(end + 1, &value->last, &end))
		return vs_xstrdup("half a range; write it like 10-20");
	if (*end)
		return vs_xasprintf("not a VLAN (0 to %d) or range of VLANs; write it like 10 or 10-20", VLAN_MAX);
	error = vlan_check(value->number);
	if (!error)
		error = vlan_check(value->last);
	if (!error && value->last < value->number)
		error = vs_xasprintf("an empty range; write it %" PRId64 "-%" PRId64, value->last, value->number);
	return error;
}

static char *read_mac(const struct lab_key *key, const char *text, struct lab_value *value)
{
	static const uint8_t zero[6];
	uint8_t mac[6];

	(void)key;
	if (vs_mac_parse(text, mac))
		return vs_xstrdup("not an Ethernet address; write it in quotes, like \"02:00:00:00:00:01\"");
	if (mac[0] & 1)
		return vs_xstrdup("a multicast address; the first byte of a station's address is even");
	if (!memcmp(mac, zero, sizeof(zero)))
		return vs_xstrdup("no station has the address of all zeros; use one like \"02:00:00:00:00:01\"");
	value->text = vs_xmalloc(VS_MAC_TEXT);
	vs_mac_format(mac, value->text);
	return NULL;
}

static char *read_address(const struct lab_key *key, const char *text, struct lab_value *value)
{
	struct vs_ip ip;

	if (strchr(text, '/'))
		return vs_xstrdup("an address with a prefix length; leave out what begins with '/'");
	if (vs_ip_parse(text, &ip))
		return vs_xstrdup("not an IP address; write it like 10.0.0.1 or fd00::1");
	if (vs_ip_is_zero(&ip))
		return vs_xstrdup("the address of all zeros is nobody's; write one like 10.0.0.1 or fd00::1");
	return read_text(key, text, value);
}

static char *cidr_check(const char *text, struct vs_ip *ip, unsigned int *bits)
{
	const char *slash = strchr(text, '/');

	if (!slash)
		return vs_ip_parse(text, ip) ? vs_xstrdup("not an IP address with its prefix length; write it like "
							  "10.0.0.1/24 or fd00::1/64")
					     : vs_xasprintf("no prefix length; write it like %s/%d", text,
							    strchr(text, ':') ? 64 : 24);
	if (vs_cidr_parse(text, ip, bits)) {
		char *address = vs_xstrdup(text);
		bool known;

		address[slash - text] = '\0';
		known = !vs_ip_parse(address, ip);
		free(address);
		return known ? vs_xasprintf("a prefix length is 0 to %d; write it like /%d", vs_ip_is_v4(ip) ? 32 : 128,
					    vs_ip_is_v4(ip) ? 24 : 64)
			     : vs_xstrdup("not an IP address; write it like 10.0.0.1/24 or fd00::1/64");
	}
	return NULL;
}

static char *read_cidr(const struct lab_key *key, const char *text, struct lab_value *value)
{
	struct vs_ip ip;
	unsigned int bits;
	char *error = cidr_check(text, &ip, &bits);

	if (error)
		return error;
	if (vs_ip_is_multicast(&ip))
		return vs_xstrdup("a multicast address; a device needs an address of its own, like 10.0.0.1/24");
	if (vs_ip_is_zero(&ip))
		return vs_xstrdup("the address of all zeros is nobody's; write one like 10.0.0.1/24 or fd00::1/64");
	return read_text(key, text, value);
}

static char *read_route(const struct lab_key *key, const char *text, struct lab_value *value)
{
	char *copy = vs_xstrdup(text), *save, *error = NULL;
	const char *dest = strtok_r(copy, " \t", &save), *via = strtok_r(NULL, " \t", &save);
	const char *gateway = strtok_r(NULL, " \t", &save), *more = strtok_r(NULL, " \t", &save);
	struct vs_ip to, by;
	unsigned int bits;

	(void)key;
	if (!gateway || more || strcmp(via, "via")) {
		error = vs_xstrdup("not a route; write it like 10.9.0.0/16 via 10.0.0.1, or default via 10.0.0.1");
	} else if (vs_ip_parse(gateway, &by) || vs_ip_is_zero(&by)) {
		error = vs_xasprintf("'%s' is not the address of a gateway; write one like 10.0.0.1", gateway);
	} else if (strcmp(dest, "default")) {
		error = cidr_check(dest, &to, &bits);
		if (!error && vs_ip_is_v4(&to) != vs_ip_is_v4(&by))
			error = vs_xstrdup("IPv4 and IPv6 in one route; write two routes");
	}
	if (!error)
		value->text = vs_xasprintf("%s via %s", dest, gateway);
	free(copy);
	return error;
}

/* An address, or a name; which sites there are is not known yet. */
static char *read_remote(const struct lab_key *key, const char *text, struct lab_value *value)
{
	struct lab_value scratch = {0};
	char *error = read_address(key, text, &scratch);

	free(scratch.text);
	if (!error)
		return read_text(key, text, value);
	if (isdigit((unsigned char)*text) || strchr(text, ':'))
		return error;
	free(error);
	return read_name(key, text, value);
}

static char *read_attachment(const struct lab_key *key, const char *text, struct lab_value *value)
{
	const char *colon = strchr(text, ':');
	size_t n = colon ? (size_t)(colon - text) : 0;
	static const char *const forms[] = {"podman", "docker", "pid", "netns"};

	for (size_t i = 0; colon && i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (strlen(forms[i]) != n || strncmp(forms[i], text, n) || !colon[1])
			continue;
		if (!strcmp(forms[i], "pid") && colon[1 + strspn(colon + 1, "0123456789")])
			return vs_xstrdup("not the number of a process; write it like pid:1234");
		return read_text(key, text, value);
	}
	return vs_xstrdup(
		"no form of attachment; write podman:NAME, docker:NAME, pid:NUMBER, netns:NAME or netns:PATH");
}

const struct lab_type_row lab_types[LAB_TYPES] = {
	[LAB_TEXT] = {"a text", false, "\"type\": [\"string\", \"number\", \"boolean\"]", read_text},
	[LAB_NAME] = {"a name", false, "\"type\": [\"string\", \"number\"]", read_name},
	[LAB_DEVICE] = {"the name of a network device", false, "\"type\": \"string\", \"maxLength\": 15", read_device},
	[LAB_BOOLEAN] = {"true or false", true, "\"type\": [\"boolean\", \"string\"]", read_boolean},
	[LAB_INTEGER] = {"a number", true, "\"type\": [\"integer\", \"string\"]", read_integer},
	[LAB_SIZE] = {"a number of bytes, such as 256M", true, "\"type\": [\"integer\", \"string\"]", read_size},
	[LAB_RATE] = {"a rate, such as 1Gbit", true, "\"type\": \"string\"", read_rate},
	[LAB_TIME] = {"a time, such as 500ms", true, "\"type\": \"string\"", read_time},
	[LAB_WORD] = {"a word", true, "\"type\": \"string\"", read_word},
	[LAB_CHOICE] = {"a word", false, "\"type\": \"string\"", read_word},
	[LAB_VLAN] = {"a VLAN, 0 to 4094", true, "\"type\": [\"integer\", \"string\"]", read_vlan},
	[LAB_VLAN_RANGE] = {"a VLAN, 0 to 4094, or a range such as 10-20", true, "\"type\": [\"integer\", \"string\"]",
			    read_vlan_range},
	[LAB_MAC] = {"an Ethernet address", false, "\"type\": \"string\"", read_mac},
	[LAB_ADDRESS] = {"an IP address", false, "\"type\": \"string\"", read_address},
	[LAB_CIDR] = {"an IP address with its prefix length, such as 10.0.0.1/24", false, "\"type\": \"string\"",
		      read_cidr},
	[LAB_ROUTE] = {"a route, such as 10.9.0.0/16 via 10.0.0.1", false, "\"type\": \"string\"", read_route},
	[LAB_REMOTE] = {"an IP address, or the name of a site", false, "\"type\": \"string\"", read_remote},
	[LAB_PATH] = {"a path", false, "\"type\": \"string\"", read_text},
	[LAB_ATTACHMENT] = {"podman:NAME, docker:NAME, pid:NUMBER, netns:NAME or netns:PATH", false,
			    "\"type\": \"string\"", read_attachment},
	[LAB_OBJECT] = {"a map of keys", false, "\"type\": \"object\"", NULL},
};
