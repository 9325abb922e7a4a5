/* SPDX-License-Identifier: GPL-2.0-only */
/* rows.h - bridges and ports as rows of a daemon: those that a lab wants, those that there are, and the difference */
#ifndef VS_LAB_ROWS_H
#define VS_LAB_ROWS_H

#include <jansson.h>

#include "vsctl/lab/model.h"

#define LAB_TAG "vswitch-lab"		/* in external_ids: whose it is */
#define LAB_TAG_NAME "vswitch-lab-name" /* the long name */
#define LAB_UNPLUGGED "(unplugged)"	/* peer of a patch port whose cable is not plugged in */

enum lab_row_kind { LAB_ROW_BRIDGE, LAB_ROW_PORT };

/**
 * struct lab_row - a bridge, or a port with its one interface
 * @bridge: of a port
 * @title: "web:eth0 - floor1", for people
 * @columns: "Port.tag" and so on to a plain value: a set is an array, a map an object
 * @device: a network device of this name comes with it
 * @foreign: a bridge that is somebody else's
 * @optional: that it cannot be made now is no error
 * @down: the device is to be down
 * @end: what wants it, or NULL; @error, @state: what the daemon says of it
 */
struct lab_row {
	enum lab_row_kind kind;
	char *name, *bridge, *title;
	json_t *columns;
	bool device, foreign, optional, down, matched;
	struct lab_mark at;
	const struct lab_end *end;
	char *error, *admin;
};

struct lab_rows {
	struct lab_row **items;
	size_t n;
};

void lab_rows_destroy(struct lab_rows *rows);
struct lab_row *lab_rows_find(const struct lab_rows *rows, enum lab_row_kind kind, const char *name);

/** lab_rows_want() - what @lab wants of the daemon of @site (NULL: of the one there is where there are no sites). */
void lab_rows_want(const struct lab *lab, const struct lab_site *site, struct lab_rows *rows);

/** lab_rows_want_underlay() - what joins the sites: one bridge, and a port into each. @netns: by site, same order. */
void lab_rows_want_underlay(const struct lab *lab, char *const *netns, struct lab_rows *rows);

/** lab_rows_words() - add the words of a command that asks for all rows of lab @name, and for all bridges. */
void lab_rows_words(const char *name, json_t *words);

/**
 * lab_rows_parse() - what the daemon answered
 * @bridges: an array of the names of all bridges that there are
 * Return: 0 or -EINVAL
 */
int lab_rows_parse(const char *name, const char *text, struct lab_rows *rows, json_t **bridges);

/** lab_row_differs() - how the columns of two rows differ, "tag 10 -> 20, ...". Return: NULL when they do not. */
char *lab_row_differs(const struct lab_row *wanted, const struct lab_row *actual);

/** lab_row_must_move() - whether the change needs the port made anew: another bridge, or type. */
bool lab_row_must_move(const struct lab_row *wanted, const struct lab_row *actual);

/* Add the words of commands that make, change and remove a row. */
void lab_row_add_words(const struct lab_row *wanted, json_t *words);
void lab_row_change_words(const struct lab_row *wanted, const struct lab_row *actual, json_t *words);
void lab_row_remove_words(const struct lab_row *actual, json_t *words);

#endif
