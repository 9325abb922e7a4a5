/* SPDX-License-Identifier: GPL-2.0-only */
/* engine.c - a lab from its file beside what there is of it, and the daemons that are its places */
#include "vsctl/lab/engine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/xalloc.h"
#include "vsctl/lab/daemon.h"
#include "vswitchd/kernel/netns.h"

/* --- places --------------------------------------------------------------------------------------------------- */

static struct lab_place *place_add(struct lab_engine *engine, const char *name, const struct lab_site *site)
{
	struct lab_place *place;

	engine->places = vs_xrealloc(engine->places, (engine->n_places + 1) * sizeof(*engine->places));
	place = &engine->places[engine->n_places++];
	*place = (struct lab_place){.name = vs_xstrdup(name), .site = site, .words = json_array()};
	return place;
}

void lab_place_destroy(struct lab_place *place)
{
	free(place->name);
	free(place->rundir);
	free(place->netns);
	lab_rows_destroy(&place->wanted);
	lab_rows_destroy(&place->actual);
	free(place->plugs.items);
	json_decref(place->words);
}

json_t *lab_places_record(const struct lab_engine *engine)
{
	json_t *array = json_array();

	for (size_t i = 0; i < engine->n_places; i++) {
		const struct lab_place *place = &engine->places[i];

		json_array_append_new(array, json_pack("{s:s, s:s, s:s?, s:b}", "name", place->name, "rundir",
						       place->rundir, "netns", place->netns, "own", (int)place->own));
	}
	return array;
}

/* What is on record of the place of that name, or NULL. */
static const json_t *place_record(const struct lab_engine *engine, const char *name)
{
	json_t *place;
	size_t i;

	json_array_foreach (json_object_get(engine->state.record, "places"), i, place) {
		if (!strcmp(json_string_value(json_object_get(place, "name")), name))
			return place;
	}
	return NULL;
}

/*
 * The daemon that the machine has; and where none answers and nothing says that one should, one of the lab's own, so
 * that a lab simply works. Which it was is on record, for a daemon that comes later must not cut the lab in two.
 */
static int place_machine(struct lab_engine *engine, const struct lab_site *site, const char *rundir)
{
	struct lab_place *place = place_add(engine, site ? site->o.name : "", site);
	const json_t *record = place_record(engine, place->name);

	if (record) {
		place->known = true;
		place->own = json_is_true(json_object_get(record, "own"));
		place->rundir = vs_xstrdup(json_string_value(json_object_get(record, "rundir")));
	} else {
		place->own = !lab_daemon_answers(rundir);
		place->rundir = place->own ? lab_state_path(&engine->state, "switch") : vs_xstrdup(rundir);
	}
	place->alive = lab_daemon_answers(place->rundir);
	if (place->alive || place->own)
		return 0;
	fprintf(stderr,
		"vsctl: lab '%s' uses the vswitchd at '%s', which does not answer; start it: vswitchd --detach "
		"--rundir %s\n",
		engine->lab->name, place->rundir, place->rundir);
	return -ECONNREFUSED;
}

static void place_namespace(struct lab_engine *engine, const char *name, const struct lab_site *site)
{
	struct lab_place *place = place_add(engine, name, site);

	place->own = true;
	place->known = place_record(engine, name);
	place->netns = lab_site_netns(engine->lab, site);
	place->rundir = lab_state_path(&engine->state, "sites/%s", name);
	place->make_netns = !lab_node_inode(place->netns);
	place->alive = !place->make_netns && lab_daemon_answers(place->rundir);
}

int lab_places_find(struct lab_engine *engine, const char *rundir)
{
	const struct lab *lab = engine->lab;
	bool namespaces = false;

	if (!lab->n_sites)
		return place_machine(engine, NULL, rundir);
	for (size_t i = 0; i < lab->n_sites; i++) {
		if (lab->sites[i]->here && lab->sites[i]->host)
			return place_machine(engine, lab->sites[i], rundir);
		namespaces = namespaces || lab->sites[i]->here;
	}
	if (namespaces)
		place_namespace(engine, "underlay", NULL);
	for (size_t i = 0; i < lab->n_sites; i++) {
		if (lab->sites[i]->here)
			place_namespace(engine, lab->sites[i]->o.name, lab->sites[i]);
	}
	return 0;
}

int lab_place_read(struct lab_place *place, const char *lab)
{
	json_t *words = json_array(), *bridges = NULL;
	char *text = NULL;
	int status;

	lab_rows_destroy(&place->actual);
	if (!place->alive) {
		json_decref(words);
		return 0;
	}
	lab_rows_words(lab, words);
	status = lab_daemon_ask(place->rundir, words, &text);
	if (status == 0 && lab_rows_parse(lab, text, &place->actual, &bridges)) {
		fprintf(stderr, "vsctl: vswitchd at %s answers in a way that this version does not understand\n",
			place->rundir);
		status = -1;
	} else if (status) {
		fprintf(stderr, "vsctl: %s%s", text, text[strlen(text) - 1] == '\n' ? "" : "\n");
	}
	free(text);
	json_decref(words);
	json_decref(bridges);
	return status ? -EIO : 0;
}

int lab_place_open(const struct lab_place *place, struct kn **kn)
{
	char *path;
	int fd, error;

	if (!place->netns)
		return kn_open(kn);
	path = vs_xasprintf(KN_NETNS_DIR "/%s", place->netns);
	fd = kn_netns_open(path);
	error = fd < 0 ? fd : kn_open_in(fd, kn);
	if (fd >= 0)
		close(fd);
	free(path);
	return error;
}

static void places_want(struct lab_engine *engine)
{
	const struct lab *lab = engine->lab;

	for (size_t i = 0; i < engine->n_places; i++) {
		struct lab_place *place = &engine->places[i];
		char **netns;

		if (strcmp(place->name, "underlay")) {
			lab_rows_want(lab, place->site, &place->wanted);
			continue;
		}
		netns = vs_xcalloc(lab->n_sites, sizeof(*netns));
		for (size_t s = 0; s < lab->n_sites; s++)
			netns[s] = lab_site_netns(lab, lab->sites[s]);
		lab_rows_want_underlay(lab, netns, &place->wanted);
		for (size_t s = 0; s < lab->n_sites; s++)
			free(netns[s]);
		free(netns);
	}
}

/* --- nodes ---------------------------------------------------------------------------------------------------- */

static struct lab_job *job_add(struct lab_engine *engine, const char *name)
{
	struct lab_job *job;

	engine->jobs = vs_xrealloc(engine->jobs, (engine->n_jobs + 1) * sizeof(*engine->jobs));
	job = &engine->jobs[engine->n_jobs++];
	*job = (struct lab_job){.name = vs_xstrdup(name)};
	return job;
}

static void jobs_look(struct lab_engine *engine)
{
	const struct lab *lab = engine->lab;
	char *hosts = lab_hosts(lab);
	json_t *records = lab_node_records(&engine->state), *name;
	size_t i;

	for (i = 0; i < lab->n_nodes; i++) {
		const struct lab_node *node = lab->nodes[i];
		struct lab_job *job;

		if (node->site && !node->site->here)
			continue;
		job = job_add(engine, node->o.name);
		job->node = node;
		job->wanted = lab_node_spec(lab, node);
		job->hosts = lab_node_hosts(node, hosts);
		lab_node_look(&engine->state, job);
	}
	json_array_foreach (records, i, name) {
		const struct lab_node *node = lab_find_node(lab, json_string_value(name));

		if (!node || (node->site && !node->site->here))
			lab_node_look(&engine->state, job_add(engine, json_string_value(name)));
	}
	json_decref(records);
	free(hosts);
}

/* --- the whole ------------------------------------------------------------------------------------------------ */

int lab_engine_open(struct lab_engine *engine, const struct lab_args *args, bool up)
{
	int error;

	*engine = (struct lab_engine){.state.lock = -1};
	engine->lab = lab_open_file(args, args->argv[0]);
	if (!engine->lab)
		return -EINVAL;
	error = lab_state_open(&engine->state, engine->lab->name, up, up);
	if (error == -EBUSY)
		fprintf(stderr, "vsctl: lab '%s' is being changed by another vsctl; wait for it to end\n",
			engine->lab->name);
	else if (error && (up || error != -ENOENT))
		fprintf(stderr, "vsctl: cannot open the record of lab '%s', %s: %s%s\n", engine->lab->name,
			engine->state.dir, strerror(-error), error == -EACCES || error == -EPERM ? " (be root)" : "");
	else
		error = lab_places_find(engine, args->rundir);
	for (size_t i = 0; !error && i < engine->n_places; i++)
		error = lab_place_read(&engine->places[i], engine->lab->name);
	if (error)
		return error;
	places_want(engine);
	jobs_look(engine);
	lab_plan(engine);
	if (!engine->problems.n)
		return 0;
	lab_problems_print(&engine->problems, stderr);
	return -EINVAL;
}

void lab_engine_close(struct lab_engine *engine)
{
	for (size_t i = 0; i < engine->n_places; i++)
		lab_place_destroy(&engine->places[i]);
	for (size_t i = 0; i < engine->n_jobs; i++)
		lab_job_destroy(&engine->jobs[i]);
	for (size_t i = 0; i < engine->n_changes; i++) {
		free(engine->changes[i].name);
		free(engine->changes[i].detail);
	}
	free(engine->places);
	free(engine->jobs);
	free(engine->changes);
	lab_problems_destroy(&engine->problems);
	lab_state_close(&engine->state);
	lab_free(engine->lab);
}
