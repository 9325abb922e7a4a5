/* SPDX-License-Identifier: GPL-2.0-only */
/* engine.h - a lab and what there is of it, side by side: what `plan' prints and `up' does */
#ifndef VS_LAB_ENGINE_H
#define VS_LAB_ENGINE_H

#include "vsctl/lab/lab.h"
#include "vsctl/lab/model.h"
#include "vsctl/lab/node.h"
#include "vsctl/lab/rows.h"
#include "vsctl/lab/state.h"

/**
 * struct lab_place - a daemon that the lab uses
 * @name: "", a site's, or "underlay"
 * @netns: name of its namespace; NULL: this process's, or whichever that daemon is in
 * @own: started by the lab, and ended by it
 * @alive: it answers
 * @known: it is on record
 * @words: of the one transaction that makes it as wanted; @n_rows: how many rows that changes
 * @plugs: rows whose device is to be set up or down afterwards
 */
struct lab_place {
	char *name, *rundir, *netns;
	const struct lab_site *site;
	bool own, alive, known, make_netns;
	struct lab_rows wanted, actual;
	json_t *words;
	size_t n_rows;
	struct lab_rows plugs;
};

/** struct lab_change - a line of a plan. @op: '+' make, '-' remove, '~' change, '!' run */
struct lab_change {
	char op;
	const char *kind;
	char *name, *detail;
};

/** struct lab_engine - a lab, from its file and as it is */
struct lab_engine {
	struct lab *lab;
	struct lab_state state;
	struct lab_place *places;
	size_t n_places;
	struct lab_job *jobs;
	size_t n_jobs;
	struct lab_change *changes;
	size_t n_changes;
	struct lab_problems problems;
};

/**
 * lab_engine_open() - load the file, look at what there is, and plan
 * @up: to change things: make the record if there is none, and hold its lock
 * Return: 0 or -errno, with the error printed. Call lab_engine_close() in any case.
 */
int lab_engine_open(struct lab_engine *engine, const struct lab_args *args, bool up);
void lab_engine_close(struct lab_engine *engine);

/** lab_places_look() - which daemons there are, and the rows in them. Return: 0 or -errno, printed. */
int lab_places_find(struct lab_engine *engine, const char *rundir);

/** lab_place_read() - (again) what rows the daemon has. Return: 0 or -errno, printed. */
int lab_place_read(struct lab_place *place, const char *lab);
void lab_place_destroy(struct lab_place *place);

/** lab_places_record() - the places as they are kept in lab.json. */
json_t *lab_places_record(const struct lab_engine *engine);

/** lab_place_open() - a channel to the namespace of a place. Return: 0 or -errno. */
struct kn;
int lab_place_open(const struct lab_place *place, struct kn **kn);

/** lab_plan() - fill in changes, and what is to be done by each place and job; or problems. */
void lab_plan(struct lab_engine *engine);

/** lab_plan_again() - forget the plan and make it again, after more is known of what there is. */
void lab_plan_again(struct lab_engine *engine);
void lab_plan_print(const struct lab_engine *engine, FILE *out);

/** lab_apply() - do it. Return: 0 or -errno, with the errors printed. */
int lab_apply(struct lab_engine *engine);

#endif
