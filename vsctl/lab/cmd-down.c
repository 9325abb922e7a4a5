/* SPDX-License-Identifier: GPL-2.0-only */
/* cmd-down.c - `lab down': remove exactly what a lab has made, from its record and from the tags in its daemons */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "common/xalloc.h"
#include "vsctl/lab/cable.h"
#include "vsctl/lab/daemon.h"
#include "vsctl/lab/engine.h"
#include "vsctl/lab/proc.h"
#include "vswitchd/kernel/netns.h"

/*
 * The file is not needed, and may be gone or changed: what was made is on record. After a reboot there is no record,
 * but a daemon with a database on disk may still have the rows; so the daemon at the run directory is always asked.
 */
struct down {
	struct lab_state state;
	struct lab_job *jobs;
	size_t n_jobs;
	bool was_there;
};

static void jobs_read(struct down *down)
{
	json_t *names = lab_node_records(&down->state), *name;
	size_t i;

	down->jobs = vs_xcalloc(json_array_size(names), sizeof(*down->jobs));
	json_array_foreach (names, i, name) {
		struct lab_job *job = &down->jobs[down->n_jobs++];

		job->name = vs_xstrdup(json_string_value(name));
		lab_node_look(&down->state, job);
	}
	json_decref(names);
}

static void nodes_end(struct down *down)
{
	struct lab_job **all = vs_xcalloc(down->n_jobs, sizeof(*all));
	size_t n = 0;

	for (size_t i = 0; i < down->n_jobs; i++) {
		const json_t *record = down->jobs[i].record;

		if (json_is_true(json_object_get(record, "ran")) && json_array_size(json_object_get(record, "stop")))
			all[n++] = &down->jobs[i];
	}
	lab_nodes_run(&down->state, all, n, "stop");
	for (n = 0; n < down->n_jobs; n++)
		all[n] = &down->jobs[n];
	lab_nodes_stop(&down->state, all, n);
	free(all);
	/* Cables end with the lab's namespaces, but not in one that somebody else made. */
	for (size_t i = 0; i < down->n_jobs; i++) {
		const json_t *record = down->jobs[i].record;
		json_t *cable;
		size_t k;

		json_array_foreach (json_object_get(record, "cables"), k, cable) {
			if (json_object_get(record, "attach"))
				lab_cable_remove(json_string_value(json_object_get(record, "netns")),
						 json_string_value(json_object_get(cable, "device")));
		}
	}
}

/* Remove the lab's rows from a daemon that goes on without it. */
static int rows_remove(struct down *down, const char *rundir)
{
	struct lab_place place = {.rundir = vs_xstrdup(rundir), .alive = true, .words = json_pack("[s]", "--no-wait")};
	int error = lab_place_read(&place, down->state.name);
	char *text = NULL;
	size_t n = 0;

	for (int kind = LAB_ROW_PORT; kind >= LAB_ROW_BRIDGE && !error; kind--) {
		for (size_t i = 0; i < place.actual.n; i++) {
			const struct lab_row *row = place.actual.items[i];

			if ((int)row->kind != kind || row->foreign)
				continue;
			lab_row_remove_words(row, place.words);
			n++;
		}
	}
	if (n && lab_daemon_ask(rundir, place.words, &text)) {
		fprintf(stderr, "vsctl: %s\n", text);
		error = -EIO;
	}
	down->was_there = down->was_there || n;
	free(text);
	lab_place_destroy(&place);
	return error;
}

/* One of the lab's own may have been killed: then it is started once more, to take down what it left. */
static int own_end(struct down *down, const char *rundir, const char *netns)
{
	char *path = netns ? vs_xasprintf(KN_NETNS_DIR "/%s", netns) : NULL, *db = vs_xasprintf("%s.db", rundir);
	const char *datapath = json_string_value(json_object_get(down->state.record, "datapath"));
	struct lab_daemon daemon = {rundir, path, datapath ? datapath : "auto", 0};
	bool alive = lab_daemon_answers(rundir);
	int error = 0;

	if (!alive)
		lab_proc_end_all(NULL, 0, down->state.dir); /* one that was just being started */
	if (!alive && access(db, F_OK) == 0 && (!netns || lab_node_inode(netns))) {
		error = lab_daemon_start(&daemon);
		if (!error)
			error = lab_daemon_started(&daemon);
		alive = !error;
	}
	if (alive)
		error = lab_daemon_end(rundir);
	free(path);
	free(db);
	return error;
}

static int places_end(struct down *down, const char *rundir)
{
	const json_t *places = json_object_get(down->state.record, "places");
	bool asked = false;
	json_t *place;
	int error = 0;
	size_t i;

	/* The underlay, which is first, goes last: it has the ends of what is in the others. */
	for (i = json_array_size(places); i; i--) {
		const char *where, *netns;
		int failed;

		place = json_array_get(places, i - 1);
		where = json_string_value(json_object_get(place, "rundir"));
		netns = json_string_value(json_object_get(place, "netns"));
		asked = asked || !strcmp(where, rundir);
		failed = json_is_true(json_object_get(place, "own")) ? own_end(down, where, netns)
								     : rows_remove(down, where);
		if (!failed && netns) {
			uint64_t inode = lab_node_inode(netns);

			if (inode)
				lab_proc_end_all(&inode, 1, NULL);
			failed = kn_netns_remove(netns);
			failed = failed == -ENOENT ? 0 : failed;
		}
		error = error ? error : failed;
	}
	if (!asked && lab_daemon_answers(rundir) && !error)
		error = rows_remove(down, rundir);
	return error;
}

static int take_down(struct down *down, const char *rundir)
{
	int error;

	nodes_end(down);
	error = places_end(down, rundir);
	for (size_t i = 0; i < down->n_jobs && !error; i++)
		error = lab_node_remove(&down->state, &down->jobs[i]);
	if (!error && down->state.lock >= 0)
		error = lab_state_remove(&down->state);
	return error;
}

int lab_cmd_down(const struct lab_args *args)
{
	struct down down = {0};
	char *name = lab_name_of(args, args->argv[0]);
	int error = name ? lab_state_open(&down.state, name, false, true) : -EINVAL;

	if (!name)
		return EXIT_FAILURE;
	if (geteuid() != 0) {
		fputs("vsctl lab down: namespaces need root: use sudo\n", stderr);
		error = -EPERM;
	} else if (error == -EBUSY) {
		fprintf(stderr, "vsctl: lab '%s' is being changed by another vsctl; wait for it to end\n", name);
	} else if (!error || error == -ENOENT) {
		down.was_there = !error;
		jobs_read(&down);
		error = take_down(&down, args->rundir);
		if (!error && !down.was_there) {
			fprintf(stderr, "vsctl: there is no lab '%s'; vsctl lab list says which there are\n", name);
			error = -ENOENT;
		} else if (error) {
			fprintf(stderr, "vsctl: lab '%s' is not down: %s; do it again when what is wrong is mended\n",
				name, strerror(-error));
		} else {
			printf("%s: down\n", name);
		}
	} else {
		fprintf(stderr, "vsctl: cannot open the record of lab '%s': %s\n", name, strerror(-error));
	}
	for (size_t i = 0; i < down.n_jobs; i++)
		lab_job_destroy(&down.jobs[i]);
	free(down.jobs);
	lab_state_close(&down.state);
	free(name);
	return error ? EXIT_FAILURE : EXIT_SUCCESS;
}
