/* SPDX-License-Identifier: GPL-2.0-only */
/* world.c - random switches and random frames, valid and malformed */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/xalloc.h"
#include "tests/diff/diff.h"

#define PORTS 9	       /* wires 1.. */
#define STATIONS 14    /* 02:00:00:00:00:01..; the far end of each wire is one of them */
#define BRIDGES_MAX 11 /* in a row they are more cables than a frame may cross */
#define PATCH 100      /* number of the first patch port */
#define ROW 512
#define CHANGE_EVERY 800 /* frames, about */
#define FORGET "100000"	 /* longer than any station is remembered */
#define REMEMBER "30"	 /* less than the least */

/* struct maker - a world being made. @bridge_of: 0: no such port; else 1 + index */
struct maker {
	struct world *world;
	uint64_t random;
	unsigned int n_bridges;
	bool chain;
	unsigned int bridge_of[PORTS + 1];
};

static uint64_t rnd(struct maker *m)
{
	uint64_t x = m->random += 0x9e3779b97f4a7c15ULL;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
	return x ^ x >> 31;
}

static unsigned int below(struct maker *m, unsigned int n)
{
	return n ? (unsigned int)(rnd(m) % n) : 0;
}

static bool chance(struct maker *m, unsigned int percent)
{
	return below(m, 100) < percent;
}

/* --- steps ------------------------------------------------------------------------------------------------------ */

struct step *world_add(struct world *world)
{
	struct step *step;

	if (world->n == world->room) {
		world->room = world->room * 2 + 256;
		world->steps = vs_xrealloc(world->steps, world->room * sizeof(*world->steps));
	}
	step = &world->steps[world->n++];
	memset(step, 0, sizeof(*step));
	return step;
}

void world_clear(struct world *world)
{
	for (size_t i = 0; i < world->n; i++)
		free(world->steps[i].row);
	free(world->steps);
	*world = (struct world){0};
}

__attribute__((format(printf, 2, 3))) static void add_row(struct maker *m, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	world_add(m->world)->row = vs_xvasprintf(format, args);
	va_end(args);
}

/* --- configuration ---------------------------------------------------------------------------------------------- */

static unsigned int vid(struct maker *m)
{
	static const unsigned int common[] = {0, 1, 10, 10, 10, 11, 11, 12, 100, 4094};

	if (chance(m, 1))
		return 4095;
	return chance(m, 3) ? below(m, 4096) : common[below(m, sizeof(common) / sizeof(common[0]))];
}

/* A VLAN that a column may hold. */
static unsigned int vlan(struct maker *m)
{
	unsigned int v = vid(m);

	return v == 4095 ? 4094 : v;
}

/* Write a set of a few VLANs, sometimes none. */
static const char *vlan_set(struct maker *m, char text[64])
{
	unsigned int n = chance(m, 55) ? 0 : 1 + below(m, 4), vids[4];
	int used = snprintf(text, 64, "[");

	for (unsigned int i = 0; i < n; i++) {
		bool again = false;

		vids[i] = vlan(m);
		for (unsigned int k = 0; k < i; k++)
			again = again || vids[k] == vids[i];
		if (!again)
			used += snprintf(text + used, 64 - (size_t)used, "%s%u", i ? "," : "", vids[i]);
	}
	snprintf(text + used, 64 - (size_t)used, "]");
	return text;
}

static const char *settings(struct maker *m, bool patch, char text[128])
{
	static const char *const priority[] = {"", "", "priority-tags=if-nonzero,", "priority-tags=always,",
					       "priority-tags=no,"};

	snprintf(text, 128, "{%s%s%s}", priority[below(m, 5)], !patch && chance(m, 15) ? "hairpin=true," : "",
		 chance(m, 30) ? "qinq-ethtype=802.1q" : "x=y");
	return text;
}

/* Every column that matters, so that nothing of an earlier setting stays. */
static void port_set(struct maker *m, unsigned int id, const char *on)
{
	static const char *const modes[] = {
		"[]", "[]", "access", "trunk", "native-tagged", "native-untagged", "dot1q-tunnel", "dot1q-tunnel"};
	char trunks[64], cvlans[64], other[128], tag[8] = "[]";

	if (chance(m, 50))
		snprintf(tag, sizeof(tag), "%u", vlan(m));
	add_row(m, "port %u%s vlan_mode=%s tag=%s trunks=%s cvlans=%s protected=%s other_config=%s", id, on,
		modes[below(m, 8)], tag, vlan_set(m, trunks), vlan_set(m, cvlans), chance(m, 20) ? "true" : "false",
		settings(m, id >= PATCH, other));
}

static void wire_set(struct maker *m, unsigned int id, unsigned int bridge)
{
	char on[16];

	snprintf(on, sizeof(on), " on b%u", bridge);
	port_set(m, id, on);
	m->bridge_of[id] = 1 + bridge;
}

/* The bridge that bridge @i > 0 has its cable to: no loops. */
static void cable(struct maker *m, unsigned int i, unsigned int to)
{
	unsigned int id = PATCH + 2 * i;

	add_row(m, "patch %u b%u %u b%u", id, to, id + 1, i);
}

static void cable_modes(struct maker *m, unsigned int i)
{
	if (chance(m, 50))
		port_set(m, PATCH + 2 * i, "");
	if (chance(m, 50))
		port_set(m, PATCH + 2 * i + 1, "");
}

static void bridge_set(struct maker *m, unsigned int i)
{
	char flood[64];

	add_row(m, "bridge b%u flood_vlans=%s other_config={forward-bpdu=%s,mac-aging-time=60,mac-table-size=1000000}",
		i, chance(m, 30) ? vlan_set(m, flood) : "[]", chance(m, 40) ? "true" : "false");
}

static void set_up(struct maker *m)
{
	m->n_bridges = chance(m, 50) ? 1 : 2 + below(m, 3);
	m->chain = chance(m, 8);
	if (m->chain)
		m->n_bridges = BRIDGES_MAX;
	if (chance(m, 30))
		add_row(m, "root other_config:vlan-limit=%u", below(m, 3));
	for (unsigned int i = 0; i < m->n_bridges; i++)
		bridge_set(m, i);
	for (unsigned int id = 1; id <= PORTS; id++)
		wire_set(m, id,
			 m->chain && id == 1  ? BRIDGES_MAX - 1
			 : m->chain && id < 5 ? 0
					      : below(m, m->n_bridges));
	for (unsigned int i = 1; i < m->n_bridges; i++) {
		cable(m, i, m->chain ? i - 1 : below(m, i));
		if (!m->chain)
			cable_modes(m, i);
	}
}

/* A cable is pulled; its numbers in the datapath may go to others before it is put back. */
static void cable_pull(struct maker *m)
{
	unsigned int i = 1 + below(m, m->n_bridges - 1), id = 1 + below(m, PORTS);

	add_row(m, "del %u", PATCH + 2 * i + below(m, 2));
	if (chance(m, 50) && m->bridge_of[id]) {
		add_row(m, "del %u", id);
		wire_set(m, id, below(m, m->n_bridges));
	}
}

static void change(struct maker *m)
{
	unsigned int id = 1 + below(m, PORTS), what = below(m, 100);

	if (what < 45) {
		port_set(m, id, "");
	} else if (what < 55) {
		wire_set(m, id, below(m, m->n_bridges));
	} else if (what < 65) {
		bridge_set(m, below(m, m->n_bridges));
	} else if (what < 70) {
		add_row(m, "root other_config:vlan-limit=%u", below(m, 3));
	} else if (what < 80) {
		add_row(m, "static %u %u %u", id, vlan(m), 1 + below(m, STATIONS));
	} else if (what < 84) {
		add_row(m, "age %s", chance(m, 50) ? FORGET : REMEMBER);
	} else if (what < 90) {
		char all[8] = "*";

		if (chance(m, 50))
			snprintf(all, sizeof(all), "%u", vlan(m));
		add_row(m, "flush b%u %u %s", m->bridge_of[id] - 1, chance(m, 50) ? id : 0, all);
	} else if (what < 93) {
		add_row(m, "del %u", id);
		wire_set(m, id, below(m, m->n_bridges));
	} else if (m->n_bridges > 1 && !m->chain) {
		cable_modes(m, 1 + below(m, m->n_bridges - 1));
	}
}

/* --- frames ----------------------------------------------------------------------------------------------------- */

static void random_bytes(struct maker *m, uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		bytes[i] = (uint8_t)rnd(m);
}

static void station(struct maker *m, uint8_t mac[6])
{
	memcpy(mac, "\x02\x00\x00\x00\x00", 5);
	mac[5] = (uint8_t)(1 + below(m, STATIONS));
}

static void address(struct maker *m, uint8_t mac[6], bool source)
{
	unsigned int what = below(m, 100);

	station(m, mac);
	if (source ? what < 3 : what < 15)
		memset(mac, 0xff, 6);
	else if (source ? what < 5 : what < 22)
		memcpy(mac, "\x01\x00\x5e\x00\x00", 5);
	else if (source ? what < 7 : what < 28)
		memcpy(mac, "\x01\x80\xc2\x00\x00", 5);
	else if (what < 30)
		memset(mac, 0, 6);
	else if (what < 32)
		random_bytes(m, mac, 6);
	if (what >= 22 && what < 28 && !source)
		mac[5] = (uint8_t)below(m, 18);
}

static void source(struct maker *m, uint8_t mac[6])
{
	if (chance(m, 90))
		station(m, mac);
	else
		address(m, mac, true);
}

static size_t tag(struct maker *m, uint8_t *p)
{
	uint16_t tpid = chance(m, 75) ? 0x8100 : 0x88a8, tci = (uint16_t)vid(m);

	tci |= chance(m, 50) ? 0 : (uint16_t)(below(m, 16) << 12);
	p[0] = (uint8_t)(tpid >> 8);
	p[1] = (uint8_t)tpid;
	p[2] = (uint8_t)(tci >> 8);
	p[3] = (uint8_t)tci;
	return 4;
}

static uint16_t ethertype(struct maker *m)
{
	static const uint16_t types[] = {0x0800, 0x86dd, 0x0806, 0x8100, 0x88a8,
					 0x0026, 0x88cc, 0x9100, 0xabcd, 0xabcd};

	return chance(m, 5) ? (uint16_t)rnd(m) : types[below(m, sizeof(types) / sizeof(types[0]))];
}

static void frame(struct maker *m)
{
	static const unsigned int tags[] = {0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 4};
	struct step *step = world_add(m->world);
	unsigned int n = tags[below(m, 12)];
	uint8_t *p = step->bytes;
	uint16_t type = ethertype(m);
	size_t len = 12, payload = chance(m, 15) ? below(m, 12) : below(m, 120);

	step->port = 1 + below(m, PORTS);
	address(m, p, false);
	source(m, p + 6);
	for (unsigned int i = 0; i < n; i++)
		len += tag(m, p + len);
	p[len++] = (uint8_t)(type >> 8);
	p[len++] = (uint8_t)type;
	random_bytes(m, p + len, payload);
	step->len = (uint16_t)(len + payload);
	if (chance(m, 3))
		step->len = (uint16_t)(14 + below(m, 14)); /* cut off, or the bytes behind are zero */
}

void world_make(struct world *world, uint64_t seed, size_t n_frames)
{
	struct maker m = {.world = world, .random = seed};

	world_clear(world);
	set_up(&m);
	for (size_t i = 0; i < n_frames; i++) {
		if (!below(&m, CHANGE_EVERY))
			change(&m);
		frame(&m);
	}
	if (m.n_bridges > 1)
		cable_pull(&m);
	for (size_t i = 0; m.n_bridges > 1 && i < n_frames / 10; i++)
		frame(&m);
}
