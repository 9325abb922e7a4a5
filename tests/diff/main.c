/* SPDX-License-Identifier: GPL-2.0-only */
/* main.c - `make diff`: random switches and frames through both datapaths; any difference is a bug in one */
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "tests/diff/diff.h"
#include "tests/unit/lib/lab.h"
#include "tests/unit/lib/wires.h"
#include "vswitchd/datapath/dp.h"

#define WORLD_FRAMES 20000
#define SHORT_FRAMES 60000ULL /* without DIFF_FRAMES: some seconds */
#define CHECK_EVERY 1000
#define SAY_EVERY 50 /* worlds */

static uint64_t setting(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text && *text ? strtoull(text, NULL, 0) : otherwise;
}

static bool bpf_is_there(void)
{
	struct event_base *base = event_base_new();
	struct dp *dp = NULL;
	char *why = NULL;

	mkdir(LAB_RUNDIR, 0755);
	if (!dp_bpf_open(base, LAB_RUNDIR, &dp, &why))
		dp->ops->close(dp);
	else
		printf("diff: skipped: %s\n", why);
	event_base_free(base);
	free(why);
	return dp != NULL;
}

int main(void)
{
	uint64_t frames = setting("DIFF_FRAMES", SHORT_FRAMES), seed = setting("DIFF_SEED", 1), done = 0, worlds = 0;
	struct wires *wires = wires_open("diff");
	struct world world = {0};
	time_t began = time(NULL);
	int differ = 0;

	if (!wires || !bpf_is_there()) {
		wires_close(wires);
		return 0;
	}
	for (; done < frames && !differ; done += WORLD_FRAMES, worlds++) {
		char *why = NULL;
		size_t n;

		world_make(&world, seed + worlds, WORLD_FRAMES);
		world.check_every = CHECK_EVERY;
		n = pair_run(wires, &world, &why);
		if (n) {
			printf("diff: seed %llu: step %zu: %s\n", (unsigned long long)(seed + worlds), n, why);
			fflush(stdout);
			reduce_print(wires, &world, n);
			differ = 1;
		} else if (worlds % SAY_EVERY == SAY_EVERY - 1) {
			printf("diff: %llu frames\n", (unsigned long long)(done + WORLD_FRAMES));
			fflush(stdout);
		}
		free(why);
	}
	if (!differ)
		printf("diff: %llu frames in %llu switches (seed %llu), %lld s: no difference\n",
		       (unsigned long long)done, (unsigned long long)worlds, (unsigned long long)seed,
		       (long long)(time(NULL) - began));
	world_clear(&world);
	wires_close(wires);
	return differ;
}
