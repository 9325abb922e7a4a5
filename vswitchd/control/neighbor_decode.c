/* SPDX-License-Identifier: GPL-2.0-only */
/* neighbor_decode.c - what a control frame says of who sent it: LLDP, spanning tree, LACP */

/*
 * Anybody on the wire can send these, so bytes are taken by take() alone, which knows how many are left, and what is
 * written goes through say(), which knows how much room is. A frame that ends too soon says "malformed" where it does.
 */
#include "vswitchd/control/neighbor_decode.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/addr.h"
#include "datapath-bpf/core/frame.h"

/* struct reader - the bytes that nobody has taken yet, and the sentence so far */
struct reader {
	const uint8_t *at;
	size_t left;
	char *text;
	size_t used;
};

static const uint8_t *take(struct reader *r, size_t n)
{
	const uint8_t *at = r->at;

	if (r->left < n)
		return NULL;
	r->at += n;
	r->left -= n;
	return at;
}

__attribute__((format(printf, 2, 3))) static void say(struct reader *r, const char *fmt, ...)
{
	size_t room = NEIGHBOR_TEXT - r->used;
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(r->text + r->used, room, fmt, args);
	va_end(args);
	r->used += n < 0 ? 0 : (size_t)n < room ? (size_t)n : room - 1;
}

static void say_malformed(struct reader *r)
{
	say(r, "%smalformed", r->used ? " " : "");
}

static void say_mac(struct reader *r, const uint8_t *mac)
{
	char text[VS_MAC_TEXT];

	say(r, "%s", vs_mac_format(mac, text));
}

/* An identifier of spanning tree and LACP: a priority and an address. */
static void say_id(struct reader *r, const char *key, const uint8_t *id)
{
	say(r, "%s%s=%04x.", r->used ? " " : "", key, vs_load16(id));
	say_mac(r, id + 2);
}

static void say_string(struct reader *r, const uint8_t *bytes, size_t len)
{
	say(r, "\"");
	for (size_t i = 0; i < len; i++)
		say(r, "%c", bytes[i] >= ' ' && bytes[i] < 0x7f && bytes[i] != '"' ? bytes[i] : '.');
	say(r, "\"");
}

/* --- LLDP (IEEE 802.1AB-2016 clause 8) -------------------------------------------------------------------------- */

enum lldp_tlv { LLDP_END, LLDP_CHASSIS, LLDP_PORT, LLDP_TTL, LLDP_PORT_TEXT, LLDP_SYSTEM };

#define LLDP_FAMILY_IPV4 1 /* IANA address family numbers */
#define LLDP_FAMILY_IPV6 2

/* An address behind its family. */
static void lldp_address(struct reader *r, const uint8_t *value, size_t len)
{
	struct vs_ip ip = {{[10] = 0xff, [11] = 0xff}};
	char text[VS_IP_TEXT];

	if (len == 5 && value[0] == LLDP_FAMILY_IPV4)
		memcpy(ip.b + 12, value + 1, 4);
	else if (len == 17 && value[0] == LLDP_FAMILY_IPV6)
		memcpy(ip.b, value + 1, 16);
	else
		return say_string(r, value, len);
	say(r, "%s", vs_ip_format(&ip, text));
}

/* A chassis or port ID: its first byte says of which kind it is. */
static void lldp_id(struct reader *r, const char *key, const uint8_t *value, size_t len, uint8_t mac, uint8_t address)
{
	if (len < 2)
		return say_malformed(r);
	say(r, "%s%s=", r->used ? " " : "", key);
	if (value[0] == mac && len == 7)
		say_mac(r, value + 1);
	else if (value[0] == address)
		lldp_address(r, value + 1, len - 1);
	else
		say_string(r, value + 1, len - 1);
}

static void lldp_tlv(struct reader *r, unsigned int type, const uint8_t *value, size_t len)
{
	switch (type) {
	case LLDP_CHASSIS:
		return lldp_id(r, "chassis", value, len, 4, 5);
	case LLDP_PORT:
		return lldp_id(r, "port", value, len, 3, 4);
	case LLDP_TTL:
		if (len >= 2)
			say(r, " ttl=%u", vs_load16(value));
		return;
	case LLDP_PORT_TEXT:
	case LLDP_SYSTEM:
		say(r, type == LLDP_SYSTEM ? " system=" : " description=");
		return say_string(r, value, len);
	default:
		return;
	}
}

static void lldp(struct reader *r)
{
	unsigned int expect = LLDP_CHASSIS;

	for (;;) {
		const uint8_t *head = take(r, 2), *value;
		unsigned int type = head ? head[0] >> 1 : LLDP_END;
		size_t len = head ? vs_load16(head) & 0x1ff : 0;

		if (head && type == LLDP_END && expect > LLDP_TTL)
			return;
		value = head ? take(r, len) : NULL;
		if (!value || (expect <= LLDP_TTL && type != expect)) /* these three come first, in this order */
			return say_malformed(r);
		lldp_tlv(r, type, value, len);
		expect++;
	}
}

/* --- spanning tree (IEEE 802.1D-2004 clause 9, 802.1Q-2018 clause 14) ------------------------------------------- */

#define STP_TCN 0x80

static void stp(struct reader *r, char protocol[NEIGHBOR_PROTOCOL])
{
	static const char *const versions[] = {[0] = "stp", [2] = "rstp", [3] = "mstp", [4] = "spt"};
	const uint8_t *head = take(r, 4), *body; /* protocol, version, type */

	if (!head)
		return say_malformed(r);
	if (head[2] < sizeof(versions) / sizeof(versions[0]) && versions[head[2]])
		snprintf(protocol, NEIGHBOR_PROTOCOL, "%s", versions[head[2]]);
	if (head[3] == STP_TCN)
		return say(r, "topology change");
	body = take(r, 1 + 8 + 4 + 8 + 2); /* flags, root, cost, bridge, port */
	if (!body)
		return say_malformed(r);
	say_id(r, "root", body + 1);
	say(r, " cost=%u", (unsigned int)vs_load16(body + 9) << 16 | vs_load16(body + 11));
	say_id(r, "bridge", body + 13);
	say(r, " port=%04x", vs_load16(body + 21));
}

/* --- slow protocols (IEEE 802.3 annex 57A), LACP (802.1AX-2014 clause 6.4) -------------------------------------- */

#define SLOW_LACP 1
#define LACP_ACTOR 1
#define LACP_PARTNER 2
#define LACP_INFO 20

static void lacp_info(struct reader *r, uint8_t type, const char *who)
{
	const uint8_t *tlv = take(r, LACP_INFO);

	if (!tlv || tlv[0] != type || tlv[1] != LACP_INFO)
		return say_malformed(r);
	say_id(r, who, tlv + 2);
	say(r, " key=%u port=%u state=%02x", vs_load16(tlv + 10), vs_load16(tlv + 14), tlv[16]);
}

static void slow(struct reader *r, char protocol[NEIGHBOR_PROTOCOL])
{
	const uint8_t *subtype = take(r, 1);

	if (!subtype)
		return say_malformed(r);
	if (subtype[0] != SLOW_LACP) {
		snprintf(protocol, NEIGHBOR_PROTOCOL, "slow-%u", subtype[0]);
		return;
	}
	snprintf(protocol, NEIGHBOR_PROTOCOL, "lacp");
	if (!take(r, 1)) /* version */
		return say_malformed(r);
	lacp_info(r, LACP_ACTOR, "actor");
	lacp_info(r, LACP_PARTNER, "partner");
}

/* --- any frame -------------------------------------------------------------------------------------------------- */

#define TYPE_SLOW 0x8809
#define TYPE_LLDP 0x88cc
#define TYPE_MIN 0x600 /* below it is a length, and LLC follows */
#define LLC_STP 0x42

static const struct {
	uint16_t type;
	const char *name;
} named[] = {{0x8808, "mac-control"}, {0x888e, "eapol"}, {0x88e5, "macsec"}, {0x88f5, "mvrp"},
	     {0x88f6, "mmrp"},	      {0x88f7, "ptp"},	 {0x8902, "cfm"},    {TYPE_LLDP, "lldp"}};

static void by_type(uint16_t type, char protocol[NEIGHBOR_PROTOCOL])
{
	snprintf(protocol, NEIGHBOR_PROTOCOL, "0x%04x", type);
	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++) {
		if (named[i].type == type)
			snprintf(protocol, NEIGHBOR_PROTOCOL, "%s", named[i].name);
	}
}

static void llc(struct reader *r, size_t len, char protocol[NEIGHBOR_PROTOCOL])
{
	const uint8_t *sap;

	r->left = r->left < len ? r->left : len; /* the rest is padding */
	sap = take(r, 3);
	if (!sap) {
		snprintf(protocol, NEIGHBOR_PROTOCOL, "llc");
		return say_malformed(r);
	}
	snprintf(protocol, NEIGHBOR_PROTOCOL, "llc-%02x", sap[0]);
	if (sap[0] == LLC_STP) {
		snprintf(protocol, NEIGHBOR_PROTOCOL, "stp");
		stp(r, protocol);
	}
}

int neighbor_decode(const uint8_t *bytes, size_t len, struct neighbor_frame *out)
{
	struct reader r = {.at = bytes, .left = len, .text = out->text};
	const uint8_t *macs = take(&r, 12), *type = take(&r, 2);

	*out = (struct neighbor_frame){.text = ""};
	if (!macs || !type)
		return -EINVAL;
	memcpy(out->dst, macs, 6);
	memcpy(out->src, macs + 6, 6);
	while (vs_is_tpid(vs_load16(type)) && r.left >= VS_TAG_LEN) {
		take(&r, 2);
		type = take(&r, 2);
	}
	if (vs_load16(type) < TYPE_MIN) {
		llc(&r, vs_load16(type), out->protocol);
		return 0;
	}
	by_type(vs_load16(type), out->protocol);
	if (vs_load16(type) == TYPE_LLDP)
		lldp(&r);
	else if (vs_load16(type) == TYPE_SLOW)
		slow(&r, out->protocol);
	return 0;
}
