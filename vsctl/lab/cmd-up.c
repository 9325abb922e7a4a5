/* SPDX-License-Identifier: GPL-2.0-only */
/* cmd-up.c - `lab up' and `lab plan' */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/xalloc.h"
#include "vsctl/lab/engine.h"

#define LINES_MAX 60 /* of a plan that `up' prints */

static void print_json(const struct lab_engine *engine)
{
	json_t *changes = json_array(), *top;

	for (size_t i = 0; i < engine->n_changes; i++) {
		const struct lab_change *one = &engine->changes[i];
		char op[2] = {one->op, '\0'};

		json_array_append_new(changes, json_pack("{s:s, s:s, s:s, s:s?}", "op", op, "kind", one->kind, "name",
							 one->name, "detail", one->detail));
	}
	top = json_pack("{s:s, s:o}", "lab", engine->lab->name, "changes", changes);
	json_dumpf(top, stdout, JSON_INDENT(1));
	fputc('\n', stdout);
	json_decref(top);
}

int lab_cmd_plan(const struct lab_args *args)
{
	struct lab_engine engine;
	const char *format = lab_option(args, "--format");
	int error;

	if (format && strcmp(format, "json") && strcmp(format, "text")) {
		fprintf(stderr, "vsctl lab plan: --format: '%s' is neither text nor json\n", format);
		return EXIT_FAILURE;
	}
	error = lab_engine_open(&engine, args, false);
	if (!error && format && !strcmp(format, "json"))
		print_json(&engine);
	else if (!error && engine.n_changes)
		lab_plan_print(&engine, stdout);
	else if (!error)
		printf("%s: as it should be, nothing to change\n", engine.lab->name);
	lab_engine_close(&engine);
	return error ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* How far it came. */
static void print_standing(struct lab_engine *engine)
{
	json_t *records = lab_node_records(&engine->state);
	size_t links = 0, there = 0;

	for (size_t i = 0; i < engine->n_places; i++) {
		struct lab_place *place = &engine->places[i];

		if (lab_place_read(place, engine->lab->name) == 0) {
			for (size_t k = 0; k < place->actual.n; k++)
				there += place->actual.items[k]->kind == LAB_ROW_PORT;
		}
		for (size_t k = 0; k < place->wanted.n; k++)
			links += place->wanted.items[k]->kind == LAB_ROW_PORT;
	}
	fprintf(stderr,
		"vsctl: lab '%s' is not whole: of %zu nodes %zu stand, of %zu ports %zu; when what is wrong is mended, "
		"vsctl lab up %s goes on, and vsctl lab down %s removes it\n",
		engine->lab->name, engine->n_jobs, json_array_size(records), links, there, engine->lab->file,
		engine->lab->name);
	json_decref(records);
}

int lab_cmd_up(const struct lab_args *args)
{
	struct lab_engine engine;
	bool fresh, own;
	int error;

	if (geteuid() != 0) {
		fputs("vsctl lab up: namespaces need root: use sudo\n", stderr);
		return EXIT_FAILURE;
	}
	error = lab_engine_open(&engine, args, true);
	if (error) {
		/* Nothing was changed, so a record that was made just now goes. */
		if (engine.state.lock >= 0 && !json_object_size(engine.state.record))
			lab_state_remove(&engine.state);
		lab_engine_close(&engine);
		return EXIT_FAILURE;
	}
	fresh = !json_object_size(engine.state.record);
	own = engine.n_places && engine.places[0].own && !engine.places[0].known && !engine.places[0].netns;
	if (own)
		printf("no vswitchd answers at %s: the lab gets one of its own, at %s\n", args->rundir,
		       engine.places[0].rundir);
	if (engine.n_changes <= LINES_MAX)
		lab_plan_print(&engine, stdout);
	else
		printf("%zu changes\n", engine.n_changes);
	fflush(stdout);
	if (engine.n_changes || fresh || !json_is_true(json_object_get(engine.state.record, "whole")))
		error = lab_apply(&engine);
	if (error)
		print_standing(&engine);
	else
		printf("%s: %zu nodes, %zu switches, %zu links: up\n", engine.lab->name, engine.lab->n_nodes,
		       engine.lab->n_switches, engine.lab->n_links);
	lab_engine_close(&engine);
	return error ? EXIT_FAILURE : EXIT_SUCCESS;
}
