/* SPDX-License-Identifier: GPL-2.0-only */
/* lab.h - a reconciler under test: a store in memory, a fake datapath, and a kernel corner of its own */
#ifndef VS_TEST_LAB_H
#define VS_TEST_LAB_H

#include <event2/event.h>

#include "tests/unit/lib/fakedp.h"
#include "vswitchd/reconcile/reconcile.h"
#include "vswitchd/store/store.h"

#define LAB_RUNDIR "/run/vswitch"

struct lab {
	struct event_base *base;
	struct store *store;
	struct fakedp *fake;
	struct rc *rc;
	bool in_transaction;
};

/**
 * lab_enter() - move the program into network and mount namespaces of its own, /run being empty there
 * Return: false, with the reason printed, where that is not allowed: then there is nothing to test.
 */
bool lab_enter(const char *program);

/** lab_has_bpf() - whether this kernel takes the programs; prints why not. Call it inside lab_enter(). */
bool lab_has_bpf(const char *program);

/** lab_bpf() - the bpf datapath in LAB_RUNDIR, on what an earlier one has left there. */
struct dp *lab_bpf(struct event_base *base);

/** lab_open() - an empty switch in an empty namespace. All lab functions fail the test when they cannot work. */
struct lab *lab_open(void);

/** lab_kill() - what a killed daemon leaves: the store and the kernel stay, reconciler and datapath are gone. */
void lab_kill(struct lab *lab);

/** lab_restart() - a new reconciler and a new datapath on what is there. */
void lab_restart(struct lab *lab);

/** lab_close() - clean up; fails the test if anything that we made is still there. */
void lab_close(struct lab *lab);

/** lab_begin() / lab_commit() - several of the following as one transaction; without, each is one. */
void lab_begin(struct lab *lab);
void lab_commit(struct lab *lab);

/** lab_add_bridge() - with its internal port, as add-br does it. */
void lab_add_bridge(struct lab *lab, const char *name);
void lab_del_bridge(struct lab *lab, const char *name);

/** lab_add_port() - @options: options as "{key=value, ...}", or NULL. */
void lab_add_port(struct lab *lab, const char *bridge, const char *name, const char *type, const char *options);
void lab_del_port(struct lab *lab, const char *bridge, const char *name);

/** lab_set() - set one column of the row of this name, or of the only one when @name is NULL. */
void lab_set(struct lab *lab, enum store_table_id table, const char *name, unsigned int column, const char *text);

/** lab_get() - an Interface's column as text; valid until the next call. */
const char *lab_get(struct lab *lab, const char *interface, unsigned int column);

/** lab_run() - a shell command that must succeed. */
void lab_run(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/** lab_says() - whether what the shell command prints has @part in it. */
bool lab_says(const char *part, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/** lab_settle() - let the event loop run until @condition holds; fails the test after ten seconds. */
void lab_settle(struct lab *lab, bool (*condition)(struct lab *lab, const char *name), const char *name);

bool lab_is_attached(struct lab *lab, const char *name);
bool lab_is_parked(struct lab *lab, const char *name);

/** lab_exists() - whether there is a network device of this name. */
bool lab_exists(const char *device);

#endif
