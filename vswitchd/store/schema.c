/* SPDX-License-Identifier: GPL-2.0-only */
/* schema.c - the tables of the database, made from the rows of schema-rows.h */
#include "vswitchd/store/schema.h"

#include <string.h>

/* K_*: the type of a key or value. Enumerations are in alphabetical order, as they are printed. */
/* clang-format off */
#define K_STRING {.type = VS_STRING}
#define K_INTEGER {.type = VS_INTEGER}
#define K_BOOLEAN {.type = VS_BOOLEAN}
#define K_RANGE(least, most) {.type = VS_INTEGER, .min = (least), .max = (most)}
#define K_ENUM(...) {.type = VS_STRING, .enums = (const char *const[]){__VA_ARGS__, NULL}}
#define K_REF(to) {.type = VS_UUID, .ref_table = (to)}
#define K_WEAK(to) {.type = VS_UUID, .ref_table = (to), .ref_weak = true}

/* T_*: the type of a column. */
#define T_SET_OF(k, least, most) {.key = k, .n_min = (least), .n_max = (most)}
#define T_ONE(k) {.key = k, .n_min = 1, .n_max = 1}
#define T_OPTIONAL(k) {.key = k, .n_min = 0, .n_max = 1}
#define T_SET(k) {.key = k, .n_min = 0, .n_max = VS_UNLIMITED}
#define T_MAP(k, v) {.key = k, .value = v, .n_min = 0, .n_max = VS_UNLIMITED}
#define T_STRING_MAP {.key = K_STRING, .value = K_STRING, .n_min = 0, .n_max = VS_UNLIMITED}
/* clang-format on */

/* S_*: flags of a column. */
#define S_EPHEMERAL SCHEMA_EPHEMERAL
#define S_IMMUTABLE SCHEMA_IMMUTABLE
#define S_STORED SCHEMA_STORED_ONLY
#define S_OWNS SCHEMA_OWNS
#define S_UNIQUE SCHEMA_UNIQUE

#define C(table, column, type, flags, doc) [table##_##column] = {#column, type, flags, doc},
#define X(table, root, name, doc) static const struct schema_column table##_columns[] = {SCHEMA_COLUMNS_##table(C)};
SCHEMA_TABLES(X)
#undef X

#define X(table, root, name, doc) [STORE_##table] = {#table, root, doc, table##_columns, table##__COLUMNS, name},
const struct schema_table schema_tables[STORE__TABLES] = {SCHEMA_TABLES(X)};
#undef X

/* F_*: what the value of a key must be. */
/* clang-format off */
#define F_TEXT .form = FORM_TEXT
#define F_NAME .form = FORM_NAME
#define F_DEVICE .form = FORM_DEVICE
#define F_BOOLEAN .form = FORM_BOOLEAN
#define F_NUMBER(least, most) .form = FORM_NUMBER, .min = (least), .max = (most)
#define F_INHERIT(least, most) .form = FORM_INHERIT, .min = (least), .max = (most)
#define F_WORDS(...) .form = FORM_WORDS, .words = (const char *const[]){__VA_ARGS__, NULL}
#define F_MAC .form = FORM_MAC
#define F_ADDRESS .form = FORM_ADDRESS
#define F_ADDRESSES .form = FORM_ADDRESSES
#define F_REMOTES .form = FORM_REMOTES
#define F_CIDRS .form = FORM_CIDRS
#define F_ROUTES .form = FORM_ROUTES

#define K(in, map, name, types, value, text) \
	{.table = STORE_##in, .column = in##_##map, .key = name, .kinds = types, value, .doc = text},
const struct schema_key schema_keys[] = {SCHEMA_KEYS(K){.key = NULL}};
/* clang-format on */

#define X(form, what) [FORM_##form] = what,
const char *const schema_form_names[FORM__COUNT] = {SCHEMA_FORMS(X)};
#undef X

enum store_table_id schema_find_table(const char *name)
{
	int i = 0;

	while (i < STORE__TABLES && strcmp(schema_tables[i].name, name))
		i++;
	return (enum store_table_id)i;
}

int schema_find_column(enum store_table_id table, const char *name)
{
	for (unsigned int i = 0; i < schema_tables[table].n_columns; i++) {
		if (!strcmp(schema_tables[table].columns[i].name, name))
			return (int)i;
	}
	return -1;
}
