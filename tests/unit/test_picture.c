/* SPDX-License-Identifier: GPL-2.0-only */
/* test_picture.c - pictures of labs: what is in them, and that nothing stands on anything else */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/xalloc.h"
#include "tests/unit/lib/labtext.h"
#include "vsctl/picture/scene.h"

#define LONG "a-name-as-long-as-a-name-may-be-which-is-just-63-characters--"

/* Of every kind and shape, with names as long as they may be. */
static const char *const samples[] = {
	"lab: campus\nswitches: {core: {}, floor1: {}}\n"
	"nodes: {web: {}, vm1: {kind: tap}, db: {attach: 'pid:1'}, guest: {labels: {role: visitor, floor: 1}}}\n"
	"links:\n"
	"  - {ends: [web, floor1], tag: 10, ip: [10.0.10.1/24, 'fd00:10::1/64']}\n"
	"  - {ends: [vm1, core], tag: 10}\n"
	"  - {ends: [db, core], tag: 20, down: true}\n"
	"  - {ends: [guest, floor1], tag: 20, ip: 10.0.20.5/24}\n"
	"  - {ends: [floor1, core], trunks: [10, 20]}\n"
	"  - {ends: [core, vxlan], tag: 10, vni: 5010, remotes: [192.0.2.2]}\n"
	"  - {ends: [core, eth1], trunks: [10, 20], if_present: true}\n",
	"lab: long\nswitches: {" LONG "1: {}, b: {}, c: {}}\nnodes: {" LONG "2: {}, r: {}, x: {}, many-: {count: 23}}\n"
	"links:\n"
	"  - {ends: [" LONG "2, " LONG "1], trunks: [1-9, 20, 30, 40, 50, 60]}\n"
	"  - {ends: [r, " LONG "1], tag: 1}\n  - {ends: [r, b], tag: 2}\n  - {ends: [r, x]}\n"
	"  - {ends: [" LONG "1, b]}\n  - {ends: [" LONG "1, b], tag: 7, vlan_mode: dot1q-tunnel}\n  - {ends: [b, c]}\n"
	"  - {ends: [c, " LONG "1]}\n  - {ends: [many-, b], ip: 10.0.0.1/24}\n",
	"lab: sites\nsites:\n"
	"  north: {switches: {n1: {}, n2: {}}, nodes: {a: {}}, links: [{ends: [a, n1]}, {ends: [n1, n2]}, "
	"{ends: [n2, vxlan], vni: 1, remotes: all}]}\n"
	"  " LONG
	"s: {switches: {s1: {}}, nodes: {b: {}}, links: [{ends: [b, s1]}, {ends: [s1, vxlan], vni: 1, remotes: all}]}\n"
	"  west: {switches: {w1: {}}, nodes: {c: {}}, links: [{ends: [c, w1]}, {ends: [w1, vxlan], vni: 1, remotes: "
	"[north]}]}\n",
	"lab: none\nswitches: {}\n",
	"lab: mesh\nswitches: {a: {}, b: {}, c: {}, d: {}, e: {}}\nlinks:\n"
	"  - {ends: [a, b], tag: 1}\n  - {ends: [a, c], tag: 2}\n  - {ends: [a, d], tag: 3}\n  - {ends: [a, e], tag: "
	"4}\n"
	"  - {ends: [b, c], tag: 5}\n  - {ends: [b, d], tag: 6}\n  - {ends: [b, e], tag: 7}\n  - {ends: [c, d], tag: "
	"8}\n"
	"  - {ends: [c, e], tag: 9}\n  - {ends: [d, e], tag: 10}\n",
};

#define N_SAMPLES (sizeof(samples) / sizeof(samples[0]))

static bool overlap(const struct rect *a, const struct rect *b)
{
	return a->x < b->x + b->w - 0.1 && b->x < a->x + a->w - 0.1 && a->y < b->y + b->h - 0.1 &&
	       b->y < a->y + a->h - 0.1;
}

static bool inside(const struct rect *outer, const struct rect *inner)
{
	return inner->x >= outer->x - 0.1 && inner->y >= outer->y - 0.1 &&
	       inner->x + inner->w <= outer->x + outer->w + 0.1 && inner->y + inner->h <= outer->y + outer->h + 0.1;
}

/* Whether the point is on the edge of the box. */
static bool touches(const struct rect *box, struct point p)
{
	bool x = p.x > box->x - 1 && p.x<box->x + box->w + 1, y = p.y> box->y - 1 && p.y < box->y + box->h + 1;

	return x && y &&
	       (fabs(p.x - box->x) < 1 || fabs(p.x - box->x - box->w) < 1 || fabs(p.y - box->y) < 1 ||
		fabs(p.y - box->y - box->h) < 1);
}

static void assert_boxes(const struct scene *scene)
{
	const struct picture *picture = scene->picture;
	struct rect page = {0, 0, scene->w, scene->h};

	for (size_t i = 0; i < picture->n_boxes; i++) {
		const struct picture_box *box = &picture->boxes[i];

		assert_true(inside(&page, &scene->boxes[i]));
		assert_true(text_width(box->name, TEXT_NAME, false) < scene->boxes[i].w);
		for (size_t k = 0; k < box->n_lines; k++)
			assert_true(text_width(box->lines[k].text, TEXT_LINE, true) < scene->boxes[i].w);
		for (size_t k = 0; k < i; k++)
			assert_false(overlap(&scene->boxes[i], &scene->boxes[k]));
		if (box->frame != PICTURE_NO_FRAME)
			assert_true(inside(&scene->frames[box->frame], &scene->boxes[i]));
		for (size_t f = 0; f < picture->n_frames; f++)
			assert_true(f == box->frame || !overlap(&scene->frames[f], &scene->boxes[i]));
	}
	for (size_t i = 0; i < picture->n_frames; i++) {
		for (size_t k = 0; k < i; k++)
			assert_false(overlap(&scene->frames[i], &scene->frames[k]));
	}
}

static void assert_wires(const struct scene *scene)
{
	const struct picture *picture = scene->picture;

	for (size_t i = 0; i < picture->n_wires; i++) {
		const struct path *path = &scene->wires[i];
		const struct rect *a = &scene->boxes[picture->wires[i].box[0]];
		const struct rect *b = &scene->boxes[picture->wires[i].box[1]];
		struct point first, last;

		assert_true(path->n >= 2);
		first = path->points[0];
		last = path->points[path->n - 1];
		assert_true((touches(a, first) && touches(b, last)) || (touches(b, first) && touches(a, last)));
		for (size_t k = 0; scene->labels[i].text && k < picture->n_boxes; k++)
			assert_false(overlap(&scene->labels[i].at, &scene->boxes[k]));
		for (size_t k = 0; scene->labels[i].text && k < i; k++)
			assert_false(scene->labels[k].text && overlap(&scene->labels[i].at, &scene->labels[k].at));
	}
}

/* No wire runs through a box. */
static void assert_ways(const struct scene *scene)
{
	for (size_t i = 0; i < scene->picture->n_wires; i++) {
		for (int step = 1; step < 60; step++) {
			struct point p = path_point(&scene->wires[i], step / 60.0);
			struct rect at = {p.x - 0.5, p.y - 0.5, 1, 1};

			for (size_t k = 0; k < scene->picture->n_boxes; k++) {
				struct rect box = scene->boxes[k];

				box = (struct rect){box.x + 2, box.y + 2, box.w - 4, box.h - 4};
				assert_false(overlap(&at, &box));
			}
		}
	}
}

static void place_and_assert(const char *text)
{
	struct lab *lab = lab_of(text);
	struct picture *picture = picture_make(lab);
	struct scene *scene = scene_make(picture);

	scene_order(scene);
	assert_int_equal(scene_place(scene), 0);
	scene_finish(scene);
	assert_boxes(scene);
	assert_wires(scene);
	assert_ways(scene);
	scene_free(scene);
	picture_free(picture);
	lab_free(lab);
}

static void test_nothing_stands_on_anything(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_SAMPLES; i++)
		place_and_assert(samples[i]);
}

static void test_without_graphviz(void **state)
{
	const char *now = getenv("PATH");
	char *path = vs_xstrdup(now ? now : "/usr/bin:/bin");

	(void)state;
	setenv("PATH", "/nonexistent", 1);
	for (size_t i = 0; i < N_SAMPLES; i++)
		place_and_assert(samples[i]);
	setenv("PATH", path, 1);
	free(path);
}

static char *written(const struct picture *picture, void (*write)(const struct picture *picture, FILE *out))
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	write(picture, out);
	fclose(out);
	return text;
}

static void write_svg(const struct picture *picture, FILE *out)
{
	assert_int_equal(picture_svg(picture, out), 0);
}

/* What each format must say of the first lab. */
static void test_formats(void **state)
{
	static const struct {
		void (*write)(const struct picture *picture, FILE *out);
		const char *says[8];
	} formats[] = {
		{write_svg,
		 {"<svg", ">web<", "eth0 10.0.10.1/24", "fd00:10::1/64", "VLAN 20", "role=visitor", "</svg>"}},
		{picture_dot,
		 {"graph \"campus\"", "web\\neth0 10.0.10.1/24", "trunk 10,20", "unplugged", "style=dashed"}},
		{picture_mermaid,
		 {"flowchart TB", "web<br/>eth0", "===|\"trunk 10,20\"|", "-.-|\"eth0, VLAN 20, unplugged\"|"}},
		{picture_ascii,
		 {"┌ core ───────┐", "│     VLAN 10 ├─── web:eth0   netns 10.0.10.1/24 fd00:10::1/64",
		  "│     VLAN 20 ├╳╳╳ db:eth0  (unplugged) attach", "│ trunk 10,20 ╞═══ floor1", "├┄┄┄ vxlan"}},
	};
	struct lab *lab = lab_of(samples[0]);
	struct picture *picture = picture_make(lab);

	(void)state;
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		char *text = written(picture, formats[i].write);

		for (size_t k = 0; formats[i].says[k]; k++) {
			if (!strstr(text, formats[i].says[k]))
				fail_msg("\"%s\" is missing in:\n%s", formats[i].says[k], text);
		}
		free(text);
	}
	picture_free(picture);
	lab_free(lab);
}

/* Names and labels are text in every format, whatever is in them. */
static void test_escapes(void **state)
{
	struct lab *lab = lab_of("lab: x\ntitle: '<b>&\"'\nswitches: {s: {labels: {a: '<script>\"\\'}}}\n");
	struct picture *picture = picture_make(lab);
	char *svg = written(picture, write_svg), *dot = written(picture, picture_dot);
	char *mermaid = written(picture, picture_mermaid);

	(void)state;
	assert_null(strstr(svg, "<script>"));
	assert_non_null(strstr(svg, "a=&lt;script&gt;"));
	assert_non_null(strstr(svg, "&lt;b&gt;&amp;"));
	assert_non_null(strstr(dot, "a=<script>\\\"\\\\"));
	assert_null(strstr(mermaid, "<script>"));
	free(svg);
	free(dot);
	free(mermaid);
	picture_free(picture);
	lab_free(lab);
}

/* No line of a terminal's picture is wider than 100 columns, but for a single word that is. */
static void test_ascii_fits(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_SAMPLES; i++) {
		struct lab *lab = lab_of(samples[i]);
		struct picture *picture = picture_make(lab);
		char *text = written(picture, picture_ascii);

		for (char *save, *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
			size_t columns = 0;

			for (const char *p = line; *p; p++)
				columns += ((unsigned char)*p & 0xc0) != 0x80;
			assert_true(columns <= 100 || strstr(line, LONG));
		}
		free(text);
		picture_free(picture);
		lab_free(lab);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_stands_on_anything),
		cmocka_unit_test(test_without_graphviz),
		cmocka_unit_test(test_formats),
		cmocka_unit_test(test_escapes),
		cmocka_unit_test(test_ascii_fits),
	};
	return cmocka_run_group_tests_name("picture", tests, NULL, NULL);
}
