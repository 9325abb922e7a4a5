/* SPDX-License-Identifier: GPL-2.0-only */
/* apply.c - doing what a plan says, in named phases: what goes before what comes, the record before the act */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/xalloc.h"
#include "vsctl/lab/cable.h"
#include "vsctl/lab/daemon.h"
#include "vsctl/lab/engine.h"
#include "vsctl/lab/proc.h"
#include "vswitchd/kernel/link.h"
#include "vswitchd/kernel/netns.h"

/*
 * A phase goes on with the other nodes when one has failed, so that all errors are seen at once; the next phase is not
 * begun then. Whatever stands at that point is on record, so the same plan can be made again from there, or all of it
 * taken down.
 */

/* --- daemons -------------------------------------------------------------------------------------------------- */

static int phase_daemons(struct lab_engine *engine)
{
	struct lab_daemon *daemons = vs_xcalloc(engine->n_places, sizeof(*daemons));
	char **paths = vs_xcalloc(engine->n_places, sizeof(*paths));
	int error = 0;

	for (size_t i = 0; i < engine->n_places && !error; i++) {
		struct lab_place *place = &engine->places[i];

		if (place->make_netns) {
			kn_netns_remove(place->netns); /* half made */
			error = kn_netns_create(place->netns);
			place->known = !error;
			if (error)
				fprintf(stderr, "vsctl: cannot make network namespace '%s': %s\n", place->netns,
					strerror(-error));
		}
		if (error || place->alive)
			continue;
		lab_proc_end_all(NULL, 0, place->rundir); /* one that a `lab up' was starting when it was killed */
		paths[i] = place->netns ? vs_xasprintf(KN_NETNS_DIR "/%s", place->netns) : NULL;
		daemons[i] = (struct lab_daemon){place->rundir, paths[i], engine->lab->datapath, 0};
		error = lab_daemon_start(&daemons[i]);
	}
	for (size_t i = 0; i < engine->n_places; i++) {
		int failed = daemons[i].pid > 0 ? lab_daemon_started(&daemons[i]) : 0;

		error = error ? error : failed;
		free(paths[i]);
	}
	free(daemons);
	free(paths);
	return error;
}

/* A daemon of ours that was down knows rows that the plan has not seen: look again, now that it is up. */
static int phase_look_again(struct lab_engine *engine)
{
	bool again = false;
	int error = 0;

	for (size_t i = 0; i < engine->n_places; i++) {
		struct lab_place *place = &engine->places[i];

		again = again || !place->alive;
		if (place->alive || error)
			continue;
		place->alive = true;
		error = lab_place_read(place, engine->lab->name);
	}
	if (again && !error)
		lab_plan_again(engine);
	if (engine->problems.n) {
		lab_problems_print(&engine->problems, stderr);
		return -EEXIST;
	}
	return error;
}

static void print_error(const char *text)
{
	size_t n = strlen(text);

	fprintf(stderr, "vsctl: %s%s", text, n && text[n - 1] == '\n' ? "" : "\n");
}

/* What the daemon could not make, though the transaction went in. */
static int place_errors(struct lab_place *place, const char *lab)
{
	int error = lab_place_read(place, lab);

	for (size_t i = 0; i < place->wanted.n && !error; i++)
		place->wanted.items[i]->matched = place->wanted.items[i]->optional;
	for (size_t i = 0; i < place->actual.n; i++) {
		const struct lab_row *row = place->actual.items[i], *wanted;

		if (row->kind != LAB_ROW_PORT || !row->error || !*row->error)
			continue;
		wanted = lab_rows_find(&place->wanted, LAB_ROW_PORT, row->name);
		if (!wanted || wanted->optional)
			continue;
		fprintf(stderr, "vsctl: link '%s': port %s: %s\n", row->title, row->name, row->error);
		error = -EIO;
	}
	return error;
}

static int place_plug(const struct lab_place *place)
{
	struct kn *kn = NULL;
	int error = place->plugs.n ? lab_place_open(place, &kn) : 0;

	for (size_t i = 0; i < place->plugs.n && !error; i++) {
		const struct lab_row *row = place->plugs.items[i];
		struct kn_link_change change = {.updown = row->down ? KN_DOWN : KN_UP};
		struct kn_link link;

		error = kn_link_by_name(kn, row->name, &link);
		if (!error)
			error = kn_link_set(kn, link.ifindex, &change);
		if (error)
			fprintf(stderr, "vsctl: link '%s': cannot set device %s %s: %s\n", row->title, row->name,
				row->down ? "down" : "up", strerror(-error));
	}
	kn_close(kn);
	return error;
}

static int phase_switches(struct lab_engine *engine)
{
	int error = 0;

	for (size_t i = 0; i < engine->n_places && !error; i++) {
		struct lab_place *place = &engine->places[i];
		json_t *words = json_pack("[s]", "--no-wait");
		char *text = NULL;

		json_array_extend(words, place->words);
		if (place->n_rows && lab_daemon_ask(place->rundir, words, &text)) {
			print_error(text);
			error = -EINVAL;
		}
		free(text);
		json_decref(words);
		if (!error)
			error = place_plug(place);
		if (!error && place->n_rows)
			error = place_errors(place, engine->lab->name);
	}
	return error;
}

/* --- nodes ---------------------------------------------------------------------------------------------------- */

static struct lab_job **jobs_with(struct lab_engine *engine, bool (*has)(const struct lab_job *job), size_t *n)
{
	struct lab_job **jobs = vs_xcalloc(engine->n_jobs, sizeof(*jobs));

	*n = 0;
	for (size_t i = 0; i < engine->n_jobs; i++) {
		if (has(&engine->jobs[i]))
			jobs[(*n)++] = &engine->jobs[i];
	}
	return jobs;
}

/* Run before it goes, or before other commands are run. */
static bool has_stop(const struct lab_job *job)
{
	return (job->stop || (job->remove && json_is_true(json_object_get(job->record, "ran")))) &&
	       json_array_size(json_object_get(job->record, "stop"));
}

static bool has_removal(const struct lab_job *job)
{
	return job->remove || (job->make && job->record);
}

static bool has_run(const struct lab_job *job)
{
	return job->run;
}

static int phase_stop(struct lab_engine *engine)
{
	size_t n;
	struct lab_job **jobs = jobs_with(engine, has_stop, &n);

	lab_nodes_run(&engine->state, jobs, n, "stop"); /* one that fails keeps nothing from being removed */
	free(jobs);
	jobs = jobs_with(engine, has_removal, &n);
	lab_nodes_stop(&engine->state, jobs, n);
	free(jobs);
	for (size_t i = 0; i < engine->n_jobs; i++) {
		const char *netns = json_string_value(json_object_get(engine->jobs[i].record, "netns"));
		json_t *device;
		size_t k;

		json_array_foreach (engine->jobs[i].old_cables, k, device)
			lab_cable_remove(netns, json_string_value(device));
	}
	return 0;
}

static int each_job(struct lab_engine *engine, size_t flag,
		    int (*step)(const struct lab_state *state, struct lab_job *job))
{
	int error = 0;

	for (size_t i = 0; i < engine->n_jobs; i++) {
		struct lab_job *job = &engine->jobs[i];
		bool has = *(const bool *)(const void *)((const char *)job + flag);
		int failed = has ? step(&engine->state, job) : 0;

		error = error ? error : failed;
	}
	return error;
}

static int phase_make(struct lab_engine *engine)
{
	return each_job(engine, offsetof(struct lab_job, make), lab_node_make);
}

static int phase_remove(struct lab_engine *engine)
{
	return each_job(engine, offsetof(struct lab_job, remove), lab_node_remove);
}

static int phase_files(struct lab_engine *engine)
{
	return each_job(engine, offsetof(struct lab_job, files), lab_node_files);
}

static int phase_sysctl(struct lab_engine *engine)
{
	return each_job(engine, offsetof(struct lab_job, sysctl), lab_node_sysctl);
}

static int phase_start(struct lab_engine *engine)
{
	return each_job(engine, offsetof(struct lab_job, start), lab_node_start);
}

static int phase_run(struct lab_engine *engine)
{
	size_t n, failed;
	struct lab_job **jobs = jobs_with(engine, has_run, &n);

	failed = lab_nodes_run(&engine->state, jobs, n, "run");
	free(jobs);
	return failed ? -EIO : 0;
}

/* --- cables --------------------------------------------------------------------------------------------------- */

static struct lab_job *job_named(const struct lab_engine *engine, const char *name)
{
	for (size_t i = 0; i < engine->n_jobs; i++) {
		if (!strcmp(engine->jobs[i].name, name))
			return &engine->jobs[i];
	}
	return NULL;
}

/* The same cable as the node at its other end has it. */
static const json_t *cable_mirror(const struct lab_job *far, const struct lab_job *job, const json_t *cable)
{
	json_t *other;
	size_t i;

	json_array_foreach (json_object_get(far->wanted, "cables"), i, other) {
		if (!strcmp(json_string_value(json_object_get(other, "to")), job->name) &&
		    !strcmp(json_string_value(json_object_get(other, "device")),
			    json_string_value(json_object_get(cable, "to_device"))))
			return other;
	}
	return NULL;
}

/* Records first, of both ends. */
static int cables_record(struct lab_engine *engine)
{
	int error = 0;

	for (size_t i = 0; i < engine->n_jobs && !error; i++) {
		struct lab_job *job = &engine->jobs[i];

		if (!job->node || (!json_array_size(job->cables) && !json_array_size(job->old_cables)))
			continue;
		json_object_set(job->record, "cables", json_object_get(job->wanted, "cables"));
		error = lab_node_record_save(&engine->state, job->name, job->record);
	}
	return error;
}

static int phase_cables(struct lab_engine *engine)
{
	int error = cables_record(engine);

	for (size_t i = 0; i < engine->n_jobs && !error; i++) {
		struct lab_job *job = &engine->jobs[i];
		json_t *number;
		size_t k;

		json_array_foreach (job->cables, k, number) {
			const json_t *cable = json_array_get(json_object_get(job->wanted, "cables"),
							     (size_t)json_integer_value(number));
			const struct lab_job *far = job_named(engine, json_string_value(json_object_get(cable, "to")));
			int failed;

			if (!json_is_true(json_object_get(cable, "first")) || !far)
				continue;
			failed = lab_cable_make(job->name, job->node->netns, far->node->netns, cable,
						cable_mirror(far, job, cable));
			error = error ? error : failed;
		}
	}
	return error;
}

/* --- the whole ------------------------------------------------------------------------------------------------ */

static int record_begin(struct lab_engine *engine, bool whole)
{
	json_t *record = engine->state.record;

	json_object_set_new(record, "lab", json_string(engine->lab->name));
	json_object_set_new(record, "file", json_string(engine->lab->file));
	json_object_set_new(record, "datapath", json_string(engine->lab->datapath));
	json_object_set_new(record, "whole", json_boolean(whole));
	json_object_set_new(record, "places", lab_places_record(engine));
	return lab_state_save(&engine->state);
}

static int phase_record(struct lab_engine *engine)
{
	int error = record_begin(engine, false);

	if (error)
		fprintf(stderr, "vsctl: cannot write the record of the lab in '%s': %s\n", engine->state.dir,
			strerror(-error));
	return error;
}

int lab_apply(struct lab_engine *engine)
{
	static int (*const phases[])(struct lab_engine * engine) = {
		phase_record, phase_daemons, phase_look_again, phase_stop,   phase_make,  phase_switches,
		phase_cables, phase_remove,  phase_files,      phase_sysctl, phase_start, phase_run,
	};
	int error = 0;

	for (size_t i = 0; i < sizeof(phases) / sizeof(phases[0]) && !error; i++)
		error = phases[i](engine);
	return error ? error : record_begin(engine, true);
}
