/* SPDX-License-Identifier: GPL-2.0-only */
/* output.h - tables for `list`, `find` and the like, in the formats that --format and --data name */
#ifndef VS_OUTPUT_H
#define VS_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

#include "common/cmdline.h"
#include "common/value.h"

struct output_table;

/** output_table_new() - a table to be printed as @line asks. */
struct output_table *output_table_new(const struct cmdline *line);
void output_table_free(struct output_table *table);

/** output_add_column() - all columns come before the first cell. */
void output_add_column(struct output_table *table, const char *heading);

/** output_add_text() / output_add_integer() / output_add_datum() - the next cell, row by row. */
void output_add_text(struct output_table *table, const char *text);
void output_add_integer(struct output_table *table, long long value);
void output_add_datum(struct output_table *table, const struct vs_type *type, const struct vs_datum *datum);

/** output_table_print() - @later: another table was printed before this one. */
void output_table_print(const struct output_table *table, bool later, FILE *out);

#endif
