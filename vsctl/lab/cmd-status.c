/* SPDX-License-Identifier: GPL-2.0-only */
/* cmd-status.c - `lab list', `lab status' and `lab link' */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/xalloc.h"
#include "vsctl/lab/cable.h"
#include "vsctl/lab/daemon.h"
#include "vsctl/lab/engine.h"
#include "vsctl/lab/proc.h"
#include "vswitchd/kernel/link.h"

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static void list_one(const char *name, void *arg)
{
	struct lab_state state;

	(void)arg;
	if (lab_state_open(&state, name, false, false) == 0) {
		json_t *nodes = lab_node_records(&state);

		printf("%-20s %-8s %5zu nodes  %s\n", name,
		       json_is_true(json_object_get(state.record, "whole")) ? "up" : "not whole",
		       json_array_size(nodes), text_of(state.record, "file"));
		json_decref(nodes);
	}
	lab_state_close(&state);
}

int lab_cmd_list(const struct lab_args *args)
{
	(void)args;
	lab_state_each(list_one, NULL);
	return EXIT_SUCCESS;
}

static const char *node_state(const json_t *record)
{
	const char *netns = json_string_value(json_object_get(record, "netns"));
	json_int_t inode = json_integer_value(json_object_get(record, "inode"));
	pid_t pid = (pid_t)json_integer_value(json_object_get(record, "pid"));

	if (netns && (!inode || (json_int_t)lab_node_inode(netns) != inode))
		return json_object_get(record, "attach") ? "waits" : "gone";
	if (json_object_get(record, "process") &&
	    (!pid || (json_int_t)lab_proc_start_time(pid) != json_integer_value(json_object_get(record, "began"))))
		return "ended";
	if (json_array_size(json_object_get(record, "run")) && !json_is_true(json_object_get(record, "ran")))
		return "not run";
	return "up";
}

static int status_place(const char *lab, const json_t *record)
{
	struct lab_place place = {.rundir = vs_xstrdup(text_of(record, "rundir"))};
	const char *name = text_of(record, "name");
	int error;

	place.alive = lab_daemon_answers(place.rundir);
	printf("switches %s%s%sat %s%s\n", *name ? "of " : "", name, *name ? " " : "", place.rundir,
	       place.alive ? "" : ": vswitchd does not answer");
	error = lab_place_read(&place, lab);
	for (size_t i = 0; i < place.actual.n; i++) {
		const struct lab_row *row = place.actual.items[i];

		if (row->kind == LAB_ROW_BRIDGE && row->foreign)
			continue;
		printf("  %-6s %-32s %-16s %s\n", row->kind == LAB_ROW_BRIDGE ? "switch" : "port",
		       row->title ? row->title : row->name, row->name,
		       row->error && *row->error		   ? row->error
		       : row->admin && !strcmp(row->admin, "down") ? "unplugged"
								   : "up");
	}
	lab_place_destroy(&place);
	return error;
}

int lab_cmd_status(const struct lab_args *args)
{
	struct lab_state state;
	char *name = lab_name_of(args, args->argv[0]);
	json_t *names, *item;
	int error = name ? lab_state_open(&state, name, false, false) : -EINVAL;
	size_t i;

	if (!name)
		return EXIT_FAILURE;
	if (error) {
		fprintf(stderr, "vsctl: there is no lab '%s'; vsctl lab list says which there are\n", name);
		lab_state_close(&state);
		free(name);
		return EXIT_FAILURE;
	}
	printf("%s: %s, from %s\nnodes\n", name,
	       json_is_true(json_object_get(state.record, "whole")) ? "up" : "not whole: vsctl lab up goes on",
	       text_of(state.record, "file"));
	names = lab_node_records(&state);
	json_array_foreach (names, i, item) {
		json_t *record = lab_node_record(&state, json_string_value(item));

		printf("  %-24s %-10s %-9s %s\n", json_string_value(item), text_of(record, "kind"), node_state(record),
		       text_of(record, "netns"));
		json_decref(record);
	}
	json_decref(names);
	json_array_foreach (json_object_get(state.record, "places"), i, item)
		error = error ? error : status_place(name, item);
	lab_state_close(&state);
	free(name);
	return error ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* --- link ----------------------------------------------------------------------------------------------------- */

/* Plug a cable between nodes in or out, at the end that was named. Return: -ENOENT when it is no such cable. */
static int cable_set(const struct lab_state *state, const char *node, const char *device, bool up)
{
	json_t *record = strchr(node, '/') ? NULL : lab_node_record(state, node), *cable;
	int error = -ENOENT;
	size_t i;

	json_array_foreach (json_object_get(record, "cables"), i, cable) {
		if (!strcmp(text_of(cable, "device"), device))
			error = lab_cable_updown(text_of(record, "netns"), cable, up);
	}
	json_decref(record);
	return error;
}

/* The port whose title begins or ends with @end, in one of the lab's places. */
static int port_set(const struct lab_state *state, const char *end, bool up)
{
	json_t *record;
	int error = -ENOENT;
	size_t i, n = strlen(end);

	json_array_foreach (json_object_get(state->record, "places"), i, record) {
		const char *netns = json_string_value(json_object_get(record, "netns"));
		struct lab_place place = {.rundir = vs_xstrdup(text_of(record, "rundir")),
					  .netns = netns ? vs_xstrdup(netns) : NULL,
					  .alive = true};
		struct kn_link_change change = {.updown = up ? KN_UP : KN_DOWN};
		struct kn *kn = NULL;
		struct kn_link link;

		if (error == -ENOENT && lab_place_read(&place, state->name) == 0) {
			for (size_t k = 0; k < place.actual.n; k++) {
				const struct lab_row *row = place.actual.items[k];

				if (row->kind != LAB_ROW_PORT || !row->device ||
				    (strcmp(row->name, end) && (strncmp(row->title, end, n) || row->title[n] != ' ')))
					continue;
				error = lab_place_open(&place, &kn);
				if (!error)
					error = kn_link_by_name(kn, row->name, &link);
				if (!error)
					error = kn_link_set(kn, link.ifindex, &change);
				kn_close(kn);
				break;
			}
		}
		lab_place_destroy(&place);
	}
	return error;
}

static int link_set(const struct lab_state *state, const char *end, bool up)
{
	char *node = vs_xstrdup(end), *colon = strchr(node, ':');
	int error = -ENOENT;

	if (colon) {
		*colon = '\0';
		error = cable_set(state, node, colon + 1, up);
	}
	if (error == -ENOENT)
		error = port_set(state, end, up);
	free(node);
	return error;
}

int lab_cmd_link(const struct lab_args *args)
{
	static const char *const verbs[] = {"up", "down", "flap"};
	const struct timespec pause = {.tv_sec = 1};
	const char *verb = args->argv[2];
	struct lab_state state;
	int error = 0;

	if (strcmp(verb, verbs[0]) && strcmp(verb, verbs[1]) && strcmp(verb, verbs[2])) {
		fprintf(stderr, "vsctl lab link: '%s' is none of up, down, flap\n", verb);
		return EXIT_FAILURE;
	}
	if (lab_state_open(&state, args->argv[0], false, false)) {
		fprintf(stderr, "vsctl: there is no lab '%s'; vsctl lab list says which there are\n", args->argv[0]);
		lab_state_close(&state);
		return EXIT_FAILURE;
	}
	if (strcmp(verb, "up"))
		error = link_set(&state, args->argv[1], false);
	if (!error && !strcmp(verb, "flap"))
		nanosleep(&pause, NULL);
	if (!error && strcmp(verb, "down"))
		error = link_set(&state, args->argv[1], true);
	if (error)
		fprintf(stderr, "vsctl: lab '%s': link '%s': %s\n", args->argv[0], args->argv[1],
			error == -ENOENT ? "no such link; name its end in a node, like web:eth0" : strerror(-error));
	lab_state_close(&state);
	return error ? EXIT_FAILURE : EXIT_SUCCESS;
}
