/* SPDX-License-Identifier: GPL-2.0-only */
/* schema.h - every table and column: the one list that parsing, checking, printing, saving and documents read */
#ifndef VS_SCHEMA_H
#define VS_SCHEMA_H

#include "common/value.h"
#include "vswitchd/store/schema-keys.h" /* the keys of map columns */
#include "vswitchd/store/schema-rows.h" /* SCHEMA_TABLES and the columns of each: the X-macro rows */

/* STORE_<table>: table numbers. */
enum store_table_id {
#define X(table, root, name, doc) STORE_##table,
	SCHEMA_TABLES(X)
#undef X
		STORE__TABLES
};

/* <table>_<column>: column numbers within each table, for example Bridge_ports, Interface_mtu_request. */
#define C(table, column, type, flags, doc) table##_##column,
#define X(table, root, name, doc) enum { SCHEMA_COLUMNS_##table(C) table##__COLUMNS };
SCHEMA_TABLES(X)
#undef X
#undef C

#define SCHEMA_EPHEMERAL 0x01	/* says what is: not saved, and not for users to write */
#define SCHEMA_IMMUTABLE 0x02	/* may not change once the row exists: names */
#define SCHEMA_STORED_ONLY 0x04 /* kept for tools of Open vSwitch; has no effect here */
#define SCHEMA_UNIQUE 0x08	/* no two rows of the table have the same value */
#define SCHEMA_OWNS 0x10	/* what it refers to belongs to one row only: a port to one bridge */

#define SCHEMA_NO_NAME (-1)

/** struct schema_column - one column; @doc is the text of vswitch.conf(5) */
struct schema_column {
	const char *name;
	struct vs_type type;
	unsigned int flags;
	const char *doc;
};

/** struct schema_table - one table; rows of a @root table live without being referred to */
struct schema_table {
	const char *name;
	bool root;
	const char *doc;
	const struct schema_column *columns;
	unsigned int n_columns;
	int name_column; /* index of "name", or SCHEMA_NO_NAME */
};

extern const struct schema_table schema_tables[STORE__TABLES];

/* What the text of a key's value must be; forms.c checks it. X(form, what it is for messages and documents) */
#define SCHEMA_FORMS(X)                                                                                                \
	X(TEXT, "any text")                                                                                            \
	X(NAME, "a name")                                                                                              \
	X(DEVICE, "the name of a network device: at most 15 characters, without '/', ':', '%' or blanks")              \
	X(BOOLEAN, "true or false")                                                                                    \
	X(NUMBER, "a whole number")                                                                                    \
	X(INHERIT, "a whole number, or inherit")                                                                       \
	X(WORDS, "one of these words")                                                                                 \
	X(MAC, "the Ethernet address of one station, such as 02:00:00:00:00:01")                                       \
	X(ADDRESS, "an IPv4 or IPv6 address")                                                                          \
	X(ADDRESSES, "one or more IPv4 or IPv6 addresses")                                                             \
	X(REMOTES, "one address, several of one family, or one multicast group")                                       \
	X(CIDRS, "one or more ADDRESS/BITS")                                                                           \
	X(ROUTES, "one or more DEST via GATEWAY, DEST being ADDRESS/BITS or default")

enum schema_form {
#define X(form, what) FORM_##form,
	SCHEMA_FORMS(X)
#undef X
		FORM__COUNT
};

/**
 * struct schema_key - a key of a map column that has an effect
 * @kinds: the interface type that it counts for; empty for rows that are no interfaces
 * @form: what its value must be, with @min and @max for numbers and @words, ended by NULL, for words
 */
struct schema_key {
	enum store_table_id table;
	unsigned int column;
	const char *key, *kinds;
	enum schema_form form;
	int64_t min, max;
	const char *const *words;
	const char *doc;
};

/** schema_keys - ended by a row without a key. */
extern const struct schema_key schema_keys[];

/** schema_form_names - what each form is, for messages and documents. */
extern const char *const schema_form_names[FORM__COUNT];

/** schema_find_table() - by its exact name. Return: STORE__TABLES if there is none. */
enum store_table_id schema_find_table(const char *name);

/** schema_find_column() - by its exact name. Return: -1 if there is none. */
int schema_find_column(enum store_table_id table, const char *name);

#endif
