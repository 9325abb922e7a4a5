/* SPDX-License-Identifier: GPL-2.0-only */
/* rows.c - fixtures: text rows of frames in and what must come out (tests/fixtures/README.md) */
#include "tests/unit/lib/rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/addr.h"
#include "common/xalloc.h"
#include "tests/unit/lib/rig.h"

#define WORDS 32
#define PAYLOAD 46

/* struct rows - a file being run; after an `in` row, what of its outputs and drops no row has claimed yet */
struct rows {
	const char *path;
	int line;
	int cases;
	char name[128];
	const struct rig_ops *ops;
	struct wires *wires;
	struct rig *rig;
	int left_out;
	bool skipping; /* the `in` row's frame could not come in, so nothing answers */
	bool pending;  /* an `in` row awaits its outputs */
	bool claimed[RIG_OUTPUTS];
	uint64_t drops[RIG_PORTS][VS_DROP__COUNT];
	uint8_t in[ROWS_FRAME_MAX];
	size_t in_len;
};

#define row_fail(run, ...)                                                                                             \
	do {                                                                                                           \
		print_error("%s:%d: %s: case \"%s\": ", (run)->path, (run)->line, (run)->ops->name, (run)->name);      \
		fail_msg(__VA_ARGS__);                                                                                 \
	} while (0)

/* --- frames ---------------------------------------------------------------------------------------------------- */

int rows_station(const char *text, uint8_t mac[6])
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (!strcmp(text, "*")) {
		memset(mac, 0xff, 6);
		return 0;
	}
	if (*text && !*end && n < 65536) {
		memcpy(mac, "\x02\x00\x00\x00", 4);
		mac[4] = (uint8_t)(n >> 8);
		mac[5] = (uint8_t)n;
		return 0;
	}
	return vs_mac_parse(text, mac) ? -1 : 0;
}

static size_t frame_hex(const char *text, uint8_t *bytes)
{
	size_t n = 0;
	unsigned int byte;

	for (; n < ROWS_FRAME_MAX && text[0] && text[1] && sscanf(text, "%2x", &byte) == 1; text += 2)
		bytes[n++] = (uint8_t)byte;
	return *text ? 0 : n;
}

/* A tag: c or s, the VID, then p and the PCP, then d for DEI. */
static int frame_tag(const char *word, uint8_t *p)
{
	unsigned int vid, pcp = 0;
	int used = 0;

	if ((*word != 'c' && *word != 's') || sscanf(word + 1, "%u%n", &vid, &used) != 1)
		return -1;
	p[0] = *word == 'c' ? 0x81 : 0x88;
	p[1] = *word == 'c' ? 0x00 : 0xa8;
	word += 1 + used;
	if (*word == 'p') {
		if (sscanf(word + 1, "%u%n", &pcp, &used) != 1)
			return -1;
		word += 1 + used;
	}
	p[2] = (uint8_t)(pcp << 5 | vid >> 8);
	p[3] = (uint8_t)vid;
	if (*word == 'd') {
		p[2] |= 0x10;
		word++;
	}
	return *word ? -1 : 0;
}

size_t rows_frame(char **words, int n, uint8_t bytes[ROWS_FRAME_MAX])
{
	char *arrow;
	size_t at = 12;

	if (n < 1)
		return 0;
	if (!strncmp(words[0], "hex:", 4))
		return n == 1 ? frame_hex(words[0] + 4, bytes) : 0;
	arrow = strchr(words[0], '>');
	if (!arrow)
		return 0;
	*arrow = '\0';
	if (rows_station(words[0], bytes + 6) || rows_station(arrow + 1, bytes))
		return 0;
	*arrow = '>';
	for (int i = 1; i < n; i++, at += 4) {
		if (frame_tag(words[i], bytes + at))
			return 0;
	}
	memcpy(bytes + at, "\xab\xcd", 2);
	for (size_t i = 0; i < PAYLOAD; i++)
		bytes[at + 2 + i] = (uint8_t)i;
	return at + 2 + PAYLOAD;
}

/* --- rows ------------------------------------------------------------------------------------------------------ */

static void print_frame(const struct rig_output *out)
{
	print_error("  port %u:", out->port);
	for (size_t i = 0; i < out->len && i < 32; i++)
		print_error("%s%02x", i == 6 || i >= 12 ? (i % 4 ? "" : " ") : "", out->bytes[i]);
	print_error(" (%zu bytes)\n", out->len);
}

/* All that an `in` row caused must have been claimed by the rows after it. */
static void settle(struct rows *run)
{
	if (!run->pending || !run->rig)
		return;
	run->pending = false;
	for (size_t i = 0; i < run->rig->n_outputs; i++) {
		if (!run->claimed[i]) {
			print_frame(&run->rig->outputs[i]);
			row_fail(run, "before this line: a frame left that no row expects");
		}
	}
	for (unsigned int port = 1; port < RIG_PORTS; port++) {
		for (int reason = 1; run->rig->ports[port].number && reason < VS_DROP__COUNT; reason++) {
			if (rig_drops(run->rig, port, (enum vs_drop)reason) != run->drops[port][reason])
				row_fail(run, "before this line: port %u dropped for reason %d, which no row expects",
					 port, reason);
		}
	}
}

static unsigned int number(struct rows *run, const char *word, unsigned int max)
{
	char *end;
	unsigned long n = strtoul(word, &end, 10);

	if (!*word || *end || n > max)
		row_fail(run, "\"%s\" is not a number up to %u", word, max);
	return (unsigned int)n;
}

static void row_case(struct rows *run, char **words, int n)
{
	if (run->rig)
		rig_close(run->rig);
	run->rig = rig_open(run->ops, run->wires);
	memset(run->drops, 0, sizeof(run->drops));
	run->cases++;
	run->name[0] = '\0';
	for (int i = 0; i < n; i++) {
		size_t used = strlen(run->name);

		snprintf(run->name + used, sizeof(run->name) - used, "%s%s", i ? " " : "", words[i]);
	}
}

static void row_root(struct rows *run, char **words, int n)
{
	rig_root(run->rig, words, n);
}

static void row_bridge(struct rows *run, char **words, int n)
{
	rig_bridge(run->rig, words[0], words + 1, n - 1);
}

static void row_port(struct rows *run, char **words, int n)
{
	bool on = n > 2 && !strcmp(words[1], "on");

	rig_port(run->rig, number(run, words[0], RIG_PORTS - 1), on ? words[2] : NULL, words + (on ? 3 : 1),
		 n - (on ? 3 : 1));
}

static void row_patch(struct rows *run, char **words, int n)
{
	(void)n;
	rig_patch(run->rig, number(run, words[0], RIG_PORTS - 1), words[1], number(run, words[2], RIG_PORTS - 1),
		  words[3]);
}

static void row_del(struct rows *run, char **words, int n)
{
	unsigned int id = number(run, words[0], RIG_PORTS - 1);

	(void)n;
	rig_del_port(run->rig, id);
	memset(run->drops[id], 0, sizeof(run->drops[id]));
}

static void station(struct rows *run, const char *word, uint8_t mac[6])
{
	if (rows_station(word, mac))
		row_fail(run, "\"%s\" is no station", word);
}

static void row_static(struct rows *run, char **words, int n)
{
	uint8_t mac[6];

	(void)n;
	station(run, words[2], mac);
	rig_static(run->rig, number(run, words[0], RIG_PORTS - 1), (uint16_t)number(run, words[1], 4095), mac);
}

static void row_age(struct rows *run, char **words, int n)
{
	(void)n;
	rig_age(run->rig, number(run, words[0], 1000000));
}

static void row_flush(struct rows *run, char **words, int n)
{
	unsigned int id = number(run, words[1], RIG_PORTS - 1);

	(void)n;
	rig_flush(run->rig, words[0], id, strcmp(words[2], "*") ? (uint16_t)number(run, words[2], 4095) : VS_VLAN_NONE);
}

static void row_fdb(struct rows *run, char **words, int n)
{
	unsigned int want = number(run, words[n - 1], RIG_PORTS - 1), got;
	uint8_t mac[6];

	station(run, words[2], mac);
	got = rig_fdb(run->rig, words[0], (uint16_t)number(run, words[1], 4095), mac);
	if (got != want)
		row_fail(run, "the station is at port %u, not %u", got, want);
}

static void row_in(struct rows *run, char **words, int n)
{
	run->in_len = rows_frame(words + 1, n - 1, run->in);
	if (!run->in_len && strcmp(words[1], "hex:") != 0)
		row_fail(run, "\"%s\" describes no frame", words[1]);
	run->skipping = !rig_input(run->rig, number(run, words[0], RIG_PORTS - 1), run->in, run->in_len);
	run->left_out += run->skipping;
	run->pending = !run->skipping;
	memset(run->claimed, 0, sizeof(run->claimed));
}

static void row_out(struct rows *run, char **words, int n)
{
	unsigned int port = number(run, words[0], RIG_PORTS - 1);
	uint8_t bytes[ROWS_FRAME_MAX];
	size_t len = n > 1 ? rows_frame(words + 1, n - 1, bytes) : run->in_len;
	const uint8_t *want = n > 1 ? bytes : run->in;

	for (size_t i = 0; i < run->rig->n_outputs; i++) {
		const struct rig_output *out = &run->rig->outputs[i];

		if (!run->claimed[i] && out->port == port && out->len == len && !memcmp(out->bytes, want, len)) {
			run->claimed[i] = true;
			return;
		}
	}
	for (size_t i = 0; i < run->rig->n_outputs; i++)
		print_frame(&run->rig->outputs[i]);
	row_fail(run, "no such frame left by port %u", port);
}

static void row_drop(struct rows *run, char **words, int n)
{
	static const char *const names[] = {
#define X(id, name, text) name,
		VS_DROP_REASONS(X)
#undef X
	};
	unsigned int port = number(run, words[0], RIG_PORTS - 1);
	int reason = 1;

	(void)n;
	while (reason < VS_DROP__COUNT && strcmp(names[reason], words[1]) != 0)
		reason++;
	if (reason == VS_DROP__COUNT)
		row_fail(run, "\"%s\" is no drop reason", words[1]);
	run->drops[port][reason]++;
	if (rig_drops(run->rig, port, (enum vs_drop)reason) != run->drops[port][reason])
		row_fail(run, "port %u has counted %d drops for %s, not %d", port,
			 (int)rig_drops(run->rig, port, (enum vs_drop)reason), words[1], (int)run->drops[port][reason]);
}

/* struct row_kind - @answer: it says what the `in` row before must have caused */
static const struct row_kind {
	const char *name;
	int min, max;
	bool answer;
	void (*run)(struct rows *run, char **words, int n);
} kinds[] = {
	{"case", 1, WORDS, false, row_case},	 {"root", 1, WORDS, false, row_root},
	{"bridge", 1, WORDS, false, row_bridge}, {"port", 1, WORDS, false, row_port},
	{"patch", 4, 4, false, row_patch},	 {"del", 1, 1, false, row_del},
	{"static", 3, 3, false, row_static},	 {"age", 1, 1, false, row_age},
	{"flush", 3, 3, false, row_flush},	 {"fdb", 5, 5, false, row_fdb},
	{"in", 2, WORDS, false, row_in},	 {"out", 1, WORDS, true, row_out},
	{"drop", 2, 2, true, row_drop},
};

static void run_line(struct rows *run, char *line)
{
	char *words[WORDS], *save = NULL;
	int n = 0;

	line[strcspn(line, "#\n")] = '\0';
	for (char *w = strtok_r(line, " \t", &save); w && n < WORDS; w = strtok_r(NULL, " \t", &save))
		words[n++] = w;
	if (!n)
		return;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kinds[i].name, words[0]) != 0)
			continue;
		if (n - 1 < kinds[i].min || n - 1 > kinds[i].max)
			row_fail(run, "\"%s\": wrong number of words", words[0]);
		if (!run->rig && kinds[i].run != row_case)
			row_fail(run, "\"%s\" before any case", words[0]);
		if (!kinds[i].answer)
			settle(run);
		else if (run->skipping)
			return;
		kinds[i].run(run, words + 1, n - 1);
		return;
	}
	row_fail(run, "\"%s\" is no kind of row", words[0]);
}

struct rows *rows_open(const char *path, const struct rig_ops *ops, struct wires *wires)
{
	struct rows *run = vs_xcalloc(1, sizeof(*run));

	run->path = path;
	run->ops = ops;
	run->wires = wires;
	return run;
}

void rows_line(struct rows *run, const char *text)
{
	char line[1024];

	snprintf(line, sizeof(line), "%s", text);
	run->line++;
	run_line(run, line);
}

struct rig *rows_rig(struct rows *run)
{
	return run->rig;
}

void rows_close(struct rows *run)
{
	settle(run);
	if (run->rig)
		rig_close(run->rig);
	free(run);
}

int rows_run(const char *path, const struct rig_ops *ops, struct wires *wires, int *left_out)
{
	struct rows *run = rows_open(path, ops, wires);
	FILE *file = fopen(path, "r");
	char line[1024];
	int cases;

	if (!file)
		fail_msg("cannot read %s", path);
	while (fgets(line, sizeof(line), file))
		rows_line(run, line);
	settle(run);
	cases = run->cases;
	*left_out = run->left_out;
	rows_close(run);
	fclose(file);
	return cases;
}
