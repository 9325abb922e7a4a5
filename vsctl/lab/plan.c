/* SPDX-License-Identifier: GPL-2.0-only */
/* plan.c - the difference between a lab and what there is of it, as a list and as things to do */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/hmap.h"
#include "common/xalloc.h"
#include "vsctl/lab/cable.h"
#include "vsctl/lab/engine.h"
#include "vswitchd/kernel/link.h"
#include "vswitchd/kernel/netns.h"

static void change(struct lab_engine *engine, char op, const char *kind, const char *name, char *detail)
{
	engine->changes = vs_xrealloc(engine->changes, (engine->n_changes + 1) * sizeof(*engine->changes));
	engine->changes[engine->n_changes++] = (struct lab_change){op, kind, vs_xstrdup(name), detail};
}

/* --- rows of daemons ------------------------------------------------------------------------------------------ */

/* struct by_name - actual rows by name: a lab may have thousands */
struct by_name {
	struct hmap_node node;
	struct lab_row *row;
};

static void index_rows(struct hmap *map, struct lab_rows *rows)
{
	for (size_t i = 0; i < rows->n; i++) {
		struct by_name *entry = vs_xcalloc(1, sizeof(*entry));

		entry->row = rows->items[i];
		hmap_insert(map, &entry->node, vs_hash_string(entry->row->name));
	}
}

static struct lab_row *index_find(const struct hmap *map, enum lab_row_kind kind, const char *name)
{
	uint32_t hash = vs_hash_string(name);

	for (struct hmap_node *n = hmap_first_with_hash(map, hash); n; n = hmap_next_with_hash(n)) {
		struct lab_row *row = hmap_entry(n, struct by_name, node)->row;

		if (row->kind == kind && !strcmp(row->name, name))
			return row;
	}
	return NULL;
}

static void index_destroy(struct hmap *map)
{
	hmap_for_each_safe(node, next, map) free(hmap_entry(node, struct by_name, node));
	hmap_destroy(map);
}

static const struct lab_job *job_find(const struct lab_engine *engine, const struct lab_node *node)
{
	for (size_t i = 0; node && i < engine->n_jobs; i++) {
		if (engine->jobs[i].node == node)
			return &engine->jobs[i];
	}
	return NULL;
}

/* Whether what the port leads into is made anew, so that the port must be, too. */
static bool far_side_is_new(const struct lab_engine *engine, const struct lab_row *row)
{
	const struct lab_end *end = row->end, *other;
	const struct lab_job *job;

	if (!end) { /* of the underlay, into a site */
		for (size_t i = 0; i < engine->n_places; i++) {
			if (row->kind == LAB_ROW_PORT && engine->places[i].make_netns && engine->places[i].site &&
			    !strncmp(row->title, engine->places[i].name, strlen(engine->places[i].name)))
				return true;
		}
		return false;
	}
	other = end == &end->link->ends[0] ? &end->link->ends[1] : &end->link->ends[0];
	job = job_find(engine, other->node);
	return job && job->make;
}

static void device_check(struct lab_engine *engine, const struct lab_place *place, struct kn *kn,
			 const struct lab_row *row)
{
	struct kn_link link;

	/* A daemon of ours that is down has left its devices, and will take them over. */
	if (!kn || !row->device || (place->known && !place->alive) || kn_link_by_name(kn, row->name, &link))
		return;
	lab_problem(&engine->problems, row->at, row->name,
		    "there is a network device of this name that is not of this lab; remove it, or say another with "
		    "%s: NAME",
		    row->kind == LAB_ROW_BRIDGE ? "bridge" : "port");
}

static void plan_plug(struct lab_engine *engine, struct lab_place *place, struct lab_row *wanted,
		      const struct lab_row *actual)
{
	bool is_down = actual && actual->admin && !strcmp(actual->admin, "down");
	const char *type = json_string_value(json_object_get(wanted->columns, "Interface.type"));

	if (is_down == wanted->down || (!actual && !wanted->down) || !type || !strcmp(type, "patch") ||
	    !strcmp(type, "vxlan"))
		return;
	place->plugs.items = vs_xrealloc(place->plugs.items, (place->plugs.n + 1) * sizeof(*place->plugs.items));
	place->plugs.items[place->plugs.n++] = wanted;
	if (actual)
		change(engine, '~', "link", wanted->title, vs_xstrdup(wanted->down ? "unplug" : "plug in"));
}

static void plan_bridge(struct lab_engine *engine, struct lab_place *place, struct kn *kn, struct lab_row *wanted,
			struct lab_row *actual)
{
	char *detail;

	if (wanted->foreign) {
		if (!actual)
			lab_problem(&engine->problems, wanted->at, wanted->name,
				    "no such bridge in the vswitchd at %s; make it, or leave external out",
				    place->rundir);
		else if (!actual->foreign)
			lab_problem(
				&engine->problems, wanted->at, wanted->name,
				"the lab itself has made this bridge; take the lab down first, or leave external out");
		return;
	}
	if (!actual) {
		device_check(engine, place, kn, wanted);
		lab_row_add_words(wanted, place->words);
		place->n_rows++;
		change(engine, '+', "switch", wanted->title, NULL);
	} else if (actual->foreign) {
		lab_problem(
			&engine->problems, wanted->at, wanted->name,
			"there is a bridge of this name that is not of this lab; use it with external: true, or say "
			"another with bridge: NAME");
	} else {
		detail = lab_row_differs(wanted, actual);
		if (!detail)
			return;
		lab_row_change_words(wanted, actual, place->words);
		place->n_rows++;
		change(engine, '~', "switch", wanted->title, detail);
	}
}

static void plan_port(struct lab_engine *engine, struct lab_place *place, struct kn *kn, struct lab_row *wanted,
		      struct lab_row *actual)
{
	bool anew = actual && (lab_row_must_move(wanted, actual) || far_side_is_new(engine, wanted));
	char *detail = actual ? lab_row_differs(wanted, actual) : NULL;

	if (!actual) {
		device_check(engine, place, kn, wanted);
		lab_row_add_words(wanted, place->words);
		change(engine, '+', "link", wanted->title, NULL);
	} else if (anew) {
		lab_row_remove_words(actual, place->words);
		lab_row_add_words(wanted, place->words);
		change(engine, '~', "link", wanted->title, detail ? detail : vs_xstrdup("made anew"));
	} else if (detail) {
		lab_row_change_words(wanted, actual, place->words);
		change(engine, '~', "link", wanted->title, detail);
	}
	place->n_rows += !actual || anew || detail;
	plan_plug(engine, place, wanted, anew ? NULL : actual);
}

/* Ports before bridges: a bridge takes its ports with it, and then they are not there any more. */
static void plan_removals(struct lab_engine *engine, struct lab_place *place)
{
	for (int kind = LAB_ROW_PORT; kind >= LAB_ROW_BRIDGE; kind--) {
		for (size_t i = 0; i < place->actual.n; i++) {
			struct lab_row *row = place->actual.items[i];

			if ((int)row->kind != kind || row->matched || (row->kind == LAB_ROW_BRIDGE && row->foreign))
				continue;
			lab_row_remove_words(row, place->words);
			place->n_rows++;
			change(engine, '-', kind == LAB_ROW_PORT ? "link" : "switch",
			       row->title ? row->title : row->name, NULL);
		}
	}
}

static void plan_place(struct lab_engine *engine, struct lab_place *place)
{
	struct hmap actual = {0};
	struct kn *kn = NULL;

	if (!place->alive)
		change(engine, '+', "vswitchd", *place->name ? place->name : "of the lab's own",
		       vs_xstrdup(place->rundir));
	if (place->make_netns && !place->known && lab_netns_exists(place->netns))
		lab_problem(&engine->problems, place->site ? place->site->o.at : engine->lab->o.at, place->netns,
			    "there is a network namespace of this name that is not of this lab; remove it, or rename "
			    "the lab");
	if (lab_place_open(place, &kn))
		kn = NULL;
	index_rows(&actual, &place->actual);
	for (size_t i = 0; i < place->wanted.n; i++) {
		struct lab_row *row = index_find(&actual, place->wanted.items[i]->kind, place->wanted.items[i]->name);

		if (row)
			row->matched = true;
	}
	plan_removals(engine, place);
	for (size_t i = 0; i < place->wanted.n; i++) {
		struct lab_row *wanted = place->wanted.items[i], *row = index_find(&actual, wanted->kind, wanted->name);

		(wanted->kind == LAB_ROW_BRIDGE ? plan_bridge : plan_port)(engine, place, kn, wanted, row);
	}
	index_destroy(&actual);
	kn_close(kn);
}

/* --- nodes and cables ----------------------------------------------------------------------------------------- */

static void plan_job(struct lab_engine *engine, struct lab_job *job)
{
	if (job->remove) {
		change(engine, '-', "node", job->name, NULL);
		return;
	}
	if (job->taken && !job->record)
		lab_problem(&engine->problems, job->node->o.at, job->node->netns,
			    "there is a network namespace of this name that is not of this lab; remove it, or rename "
			    "the node "
			    "or the lab");
	else if (job->taken)
		lab_problem(&engine->problems, job->node->o.at, job->node->netns,
			    "somebody has put another network namespace in place of the lab's; remove it");
	if (job->make)
		change(engine, job->record ? '~' : '+', "node", job->name,
		       job->record ? vs_xstrdup("made anew") : NULL);
	else if (job->start)
		change(engine, '~', "node", job->name, vs_xstrdup("started anew"));
	else if (job->sysctl)
		change(engine, '~', "node", job->name, vs_xstrdup("sysctl"));
	else if (job->files)
		change(engine, '~', "node", job->name, vs_xstrdup("/etc/hosts, hostname or env"));
	if (job->run)
		change(engine, '!', "run", job->name,
		       vs_xasprintf("%zu commands", json_array_size(json_object_get(job->wanted, "run"))));
}

static bool same_cable(const json_t *record, const json_t *cable)
{
	json_t *known;
	size_t i;

	json_array_foreach (json_object_get(record, "cables"), i, known) {
		if (json_equal(known, cable))
			return true;
	}
	return false;
}

/* Cables are looked at from their first end. Those that are to be made have "make" set. */
static void plan_cables(struct lab_engine *engine, struct lab_job *job)
{
	json_t *cable;
	size_t i;

	json_array_foreach (json_object_get(job->wanted, "cables"), i, cable) {
		const struct lab_node *other =
			lab_find_node(engine->lab, json_string_value(json_object_get(cable, "to")));
		const struct lab_job *far = job_find(engine, other);
		bool first = json_is_true(json_object_get(cable, "first"));
		bool good = !job->make && far && !far->make && same_cable(job->record, cable);
		char *title;

		if (good && first)
			good = lab_cable_fits(job->node->netns, other->netns, cable);
		if (good)
			continue;
		json_array_append_new(job->cables, json_integer((json_int_t)i));
		if (!first)
			continue;
		title = vs_xasprintf("%s:%s - %s:%s", job->name, json_string_value(json_object_get(cable, "device")),
				     other->o.name, json_string_value(json_object_get(cable, "to_device")));
		change(engine, same_cable(job->record, cable) ? '~' : '+', "cable", title, NULL);
		free(title);
	}
}

/* Devices of cables on record that are not wanted any more. */
static void plan_old_cables(struct lab_engine *engine, struct lab_job *job)
{
	json_t *cable;
	size_t i;

	json_array_foreach (json_object_get(job->record, "cables"), i, cable) {
		const char *device = json_string_value(json_object_get(cable, "device"));
		bool wanted = false;
		json_t *other;
		size_t k;

		json_array_foreach (json_object_get(job->wanted, "cables"), k, other)
			wanted = wanted || !strcmp(json_string_value(json_object_get(other, "device")), device);
		if (wanted)
			continue;
		json_array_append(job->old_cables, json_object_get(cable, "device"));
		if (json_is_true(json_object_get(cable, "first"))) {
			char *title = vs_xasprintf("%s:%s - %s:%s", job->name, device,
						   json_string_value(json_object_get(cable, "to")),
						   json_string_value(json_object_get(cable, "to_device")));

			change(engine, '-', "cable", title, NULL);
			free(title);
		}
	}
}

void lab_plan(struct lab_engine *engine)
{
	for (size_t i = 0; i < engine->n_jobs; i++)
		plan_job(engine, &engine->jobs[i]);
	for (size_t i = 0; i < engine->n_places; i++)
		plan_place(engine, &engine->places[i]);
	for (size_t i = 0; i < engine->n_jobs; i++) {
		struct lab_job *job = &engine->jobs[i];

		job->cables = json_array();
		job->old_cables = json_array();
		plan_old_cables(engine, job);
		plan_cables(engine, job);
	}
}

void lab_plan_again(struct lab_engine *engine)
{
	for (size_t i = 0; i < engine->n_changes; i++) {
		free(engine->changes[i].name);
		free(engine->changes[i].detail);
	}
	engine->n_changes = 0;
	for (size_t i = 0; i < engine->n_places; i++) {
		json_array_clear(engine->places[i].words);
		engine->places[i].n_rows = 0;
		engine->places[i].plugs.n = 0;
	}
	for (size_t i = 0; i < engine->n_jobs; i++) {
		json_decref(engine->jobs[i].cables);
		json_decref(engine->jobs[i].old_cables);
	}
	lab_plan(engine);
}

void lab_plan_print(const struct lab_engine *engine, FILE *out)
{
	for (size_t i = 0; i < engine->n_changes; i++) {
		const struct lab_change *one = &engine->changes[i];

		fprintf(out, "%c %s %s%s%s\n", one->op, one->kind, one->name, one->detail ? ": " : "",
			one->detail ? one->detail : "");
	}
}
