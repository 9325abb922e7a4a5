/* SPDX-License-Identifier: GPL-2.0-only */
/* states.c - which wires of a running lab are up, as its daemons say */
#include <string.h>

#include "common/xalloc.h"
#include "vsctl/lab/daemon.h"
#include "vsctl/lab/state.h"
#include "vsctl/picture/picture.h"

/* What a daemon answered to `list Interface': an array of [name, link_state], or NULL. */
static json_t *ask(const char *rundir)
{
	json_t *words = json_pack("[s, s, s, s]", "--format=json", "--columns=name,link_state", "list", "Interface");
	json_t *answer = NULL, *rows;
	char *text = NULL;

	if (lab_daemon_ask(rundir, words, &text) == 0)
		answer = json_loads(text, 0, NULL);
	rows = json_incref(json_object_get(answer, "data"));
	json_decref(answer);
	json_decref(words);
	free(text);
	return rows;
}

/* What the daemon of a place says of the port; of one that it does not have, that it is down. */
static enum picture_state port_state(const json_t *rows, const char *port)
{
	const json_t *row;
	size_t i;

	json_array_foreach (rows, i, row) {
		const char *name = json_string_value(json_array_get(row, 0));
		const char *state = json_string_value(json_array_get(row, 1));

		if (name && !strcmp(name, port))
			return !state ? PICTURE_UNKNOWN : !strcmp(state, "up") ? PICTURE_UP : PICTURE_DOWN;
	}
	return PICTURE_DOWN;
}

/* A wire is down when one end is, and up when one is and the other has nothing to say. */
static void wire_add(struct picture_wire *wire, enum picture_state state)
{
	if (wire->state == PICTURE_DOWN || state == PICTURE_UNKNOWN)
		return;
	wire->state = state == PICTURE_DOWN && wire->state == PICTURE_UNPLUGGED ? PICTURE_UNPLUGGED : state;
}

static void place_add(struct picture *picture, const char *place, const json_t *rows)
{
	for (size_t i = 0; i < picture->n_wires; i++) {
		for (size_t e = 0; e < 2; e++) {
			const struct lab_end *end = picture->wires[i].ends[e];
			const struct lab_site *site = end && end->kind == LAB_END_SWITCH ? end->sw->site : NULL;

			if (end && end->kind == LAB_END_SWITCH && !strcmp(site ? site->o.name : "", place))
				wire_add(&picture->wires[i], port_state(rows, end->port));
		}
	}
}

void picture_ask_states(struct picture *picture)
{
	struct lab_state state;
	const json_t *place;
	size_t i;

	if (lab_state_open(&state, picture->lab->name, false, false) == 0) {
		json_array_foreach (json_object_get(state.record, "places"), i, place) {
			const char *name = json_string_value(json_object_get(place, "name"));
			const char *rundir = json_string_value(json_object_get(place, "rundir"));
			json_t *rows = name && rundir ? ask(rundir) : NULL;

			if (rows)
				place_add(picture, name, rows);
			json_decref(rows);
		}
	}
	lab_state_close(&state);
}
