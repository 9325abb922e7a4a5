/* SPDX-License-Identifier: GPL-2.0-only */
/* main.c - `make diff`: random switches and frames through both datapaths; any difference is a bug in one */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "tests/diff/diff.h"
#include "tests/unit/lib/lab.h"
#include "tests/unit/lib/wires.h"
#include "vswitchd/datapath/dp.h"

#define WORLD_FRAMES 20000
#define WORLD_FRAMES_LONG 60000 /* in a long run, since the kernel takes its time over setting up a switch */
#define LONG_RUN 1000000
#define SHORT_FRAMES 60000ULL /* without DIFF_FRAMES: some seconds */
#define CHECK_EVERY 1000
#define SAY_EVERY 10 /* worlds */

static uint64_t setting(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text && *text ? strtoull(text, NULL, 0) : otherwise;
}

static void tally_print(const struct tally *tally, uint64_t worlds, uint64_t seed, time_t seconds)
{
	static const char *const names[] = {
#define X(id, name, text) name,
		VS_DROP_REASONS(X)
#undef X
	};

	printf("diff: %" PRIu64 " frames in %" PRIu64 " switches (seed %" PRIu64 "), %lld s: no difference\n",
	       tally->frames_in, worlds, seed, (long long)seconds);
	printf("diff: compared %" PRIu64 " frames that left; %" PRIu64 " times all counters and FDBs, with %" PRIu64
	       " stations; after %" PRIu64 " changes; drops:",
	       tally->frames_out, tally->comparisons, tally->stations, tally->changes);
	for (int i = 0; i < VS_DROP__COUNT; i++) {
		if (tally->drops[i])
			printf(" %s %" PRIu64, names[i], tally->drops[i]);
	}
	printf("\n");
}

static void test_diff(void **state)
{
	uint64_t frames = setting("DIFF_FRAMES", SHORT_FRAMES), seed = setting("DIFF_SEED", 1), worlds = 0;
	struct wires *wires = *state;
	struct world world = {0};
	struct tally tally = {0};
	time_t began = time(NULL);

	for (; tally.frames_in < frames; worlds++) {
		char *why = NULL;
		size_t n;

		world_make(&world, seed + worlds, frames < LONG_RUN ? WORLD_FRAMES : WORLD_FRAMES_LONG);
		world.check_every = CHECK_EVERY;
		n = pair_run(wires, &world, &tally, &why);
		if (n) {
			printf("diff: seed %" PRIu64 ": step %zu: %s\n", seed + worlds, n, why);
			fflush(stdout);
			reduce_print(wires, &world, n);
			fail_msg("%s", why);
		}
		if (worlds % SAY_EVERY == SAY_EVERY - 1) {
			printf("diff: %" PRIu64 " frames\n", tally.frames_in);
			fflush(stdout);
		}
	}
	tally_print(&tally, worlds, seed, time(NULL) - began);
	world_clear(&world);
}

int main(void)
{
	struct wires *wires = wires_open("diff");
	const struct CMUnitTest tests[] = {cmocka_unit_test_prestate(test_diff, wires)};
	int failed = 0;

	if (wires && lab_has_bpf("diff"))
		failed = cmocka_run_group_tests_name("diff", tests, NULL, NULL);
	wires_close(wires);
	return failed;
}
