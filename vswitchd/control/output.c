/* SPDX-License-Identifier: GPL-2.0-only */
/* output.c - printing tables as list, table, csv, html or json */
#include "vswitchd/control/output.h"

#include <stdlib.h>
#include <string.h>

#include "common/xalloc.h"
#include "common/xml.h"

/* Cells are made into their final text at once; only format json keeps them as JSON. */
struct output_table {
	const struct cmdline *line;
	char **headings;
	size_t n_columns;
	char **cells;
	json_t *rows; /* of format json: an array of arrays */
	size_t n_cells, allocated;
};

struct output_table *output_table_new(const struct cmdline *line)
{
	struct output_table *table = vs_xcalloc(1, sizeof(*table));

	table->line = line;
	table->rows = json_array();
	return table;
}

void output_table_free(struct output_table *table)
{
	if (!table)
		return;
	for (size_t i = 0; i < table->n_columns; i++)
		free(table->headings[i]);
	for (size_t i = 0; i < table->n_cells; i++)
		free(table->cells[i]);
	free(table->headings);
	free(table->cells);
	json_decref(table->rows);
	free(table);
}

void output_add_column(struct output_table *table, const char *heading)
{
	table->headings = vs_xrealloc(table->headings, (table->n_columns + 1) * sizeof(*table->headings));
	table->headings[table->n_columns++] = vs_xstrdup(heading);
}

/* The next cell; takes @text, which may be NULL in format json, and @json. */
static void output_add_cell(struct output_table *table, char *text, json_t *json)
{
	if (table->n_cells == table->allocated) {
		table->allocated = table->allocated ? 2 * table->allocated : 64;
		table->cells = vs_xrealloc(table->cells, table->allocated * sizeof(*table->cells));
	}
	if (table->line->format == CMDLINE_JSON) {
		if (table->n_cells % table->n_columns == 0)
			json_array_append_new(table->rows, json_array());
		json_array_append_new(json_array_get(table->rows, json_array_size(table->rows) - 1), json);
	} else {
		json_decref(json);
	}
	table->cells[table->n_cells++] = text;
}

static bool output_wants_json(const struct output_table *table)
{
	return table->line->format == CMDLINE_JSON || table->line->data == CMDLINE_JSON_DATA;
}

static void output_add_json(struct output_table *table, json_t *json)
{
	char *text = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);

	output_add_cell(table, text ? text : vs_xstrdup(""), json);
}

void output_add_text(struct output_table *table, const char *text)
{
	if (output_wants_json(table))
		output_add_json(table, json_string(text));
	else
		output_add_cell(table, vs_xstrdup(text), NULL);
}

void output_add_integer(struct output_table *table, long long value)
{
	if (output_wants_json(table))
		output_add_json(table, json_integer(value));
	else
		output_add_cell(table, vs_xasprintf("%lld", value), NULL);
}

/* One value without quotes. */
static void output_print_bare_atom(const struct vs_base_type *base, union vs_atom *atom, FILE *out)
{
	if (base->type == VS_STRING) {
		fputs(atom->string, out);
		return;
	}
	const struct vs_type type = {.key = *base, .n_min = 1, .n_max = 1};
	const struct vs_datum datum = {.n = 1, .keys = atom};
	char *text = vs_datum_format(&type, &datum);
	fputs(text, out);
	free(text);
}

/* A value without quotes, brackets and commas: "a b c" or "k=v l=w". */
static char *output_format_bare(const struct vs_type *type, const struct vs_datum *datum)
{
	size_t size;
	char *text = NULL;
	FILE *out = vs_xcheck(open_memstream(&text, &size));

	for (unsigned int i = 0; i < datum->n; i++) {
		if (i)
			fputc(' ', out);
		output_print_bare_atom(&type->key, &datum->keys[i], out);
		if (vs_type_is_map(type)) {
			fputc('=', out);
			output_print_bare_atom(&type->value, &datum->values[i], out);
		}
	}
	fclose(out);
	return text;
}

void output_add_datum(struct output_table *table, const struct vs_type *type, const struct vs_datum *datum)
{
	if (output_wants_json(table))
		output_add_json(table, vs_datum_to_json(type, datum));
	else if (table->line->data == CMDLINE_BARE_DATA)
		output_add_cell(table, output_format_bare(type, datum), NULL);
	else
		output_add_cell(table, vs_datum_format(type, datum), NULL);
}

/* --- printing ------------------------------------------------------------------------------------------------- */

/* Which column cell @i is in. */
static size_t output_column_of(const struct output_table *table, size_t i)
{
	return table->n_columns ? i % table->n_columns : 0;
}

static bool output_with_headings(const struct output_table *table)
{
	return !cmdline_has(table->line, CMDLINE_NO_HEADINGS);
}

static void output_print_list(const struct output_table *table, FILE *out)
{
	for (size_t i = 0; i < table->n_cells; i++) {
		size_t column = output_column_of(table, i);
		if (i && column == 0)
			fputc('\n', out);
		if (output_with_headings(table))
			fprintf(out, "%-20s: ", table->headings[column]);
		fprintf(out, "%s\n", table->cells[i]);
	}
}

/* Characters, not bytes, that @text takes. */
static size_t output_width(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += (*text & 0xc0) != 0x80;
	return n;
}

/* @text cut or filled up to @width characters; the last column is not filled up. */
static void output_print_padded(const char *text, size_t width, bool last, FILE *out)
{
	size_t n = 0;

	for (; *text; text++) {
		bool begins = (*text & 0xc0) != 0x80;
		if (begins && n == width)
			break;
		n += begins;
		fputc(*text, out);
	}
	if (!last)
		fprintf(out, "%*s ", (int)(width - n), "");
}

static void output_print_columns(const struct output_table *table, FILE *out)
{
	size_t *widths = vs_xcalloc(table->n_columns, sizeof(*widths));
	size_t limit = table->line->max_column_width > 0 ? (size_t)table->line->max_column_width : SIZE_MAX;

	for (size_t i = 0; i < table->n_cells; i++) {
		size_t width = output_width(table->cells[i]), *column = &widths[output_column_of(table, i)];
		if (width > limit)
			width = limit;
		if (width > *column)
			*column = width;
	}
	for (size_t i = 0; output_with_headings(table) && i < table->n_columns; i++) {
		size_t width = strlen(table->headings[i]);
		if (width > widths[i])
			widths[i] = width;
		output_print_padded(table->headings[i], widths[i], i == table->n_columns - 1, out);
	}
	if (output_with_headings(table)) {
		fputc('\n', out);
		for (size_t i = 0; i < table->n_columns; i++) {
			for (size_t j = 0; j < widths[i]; j++)
				fputc('-', out);
			fputc(i == table->n_columns - 1 ? '\n' : ' ', out);
		}
	}
	for (size_t i = 0; i < table->n_cells; i++) {
		size_t column = output_column_of(table, i);
		bool last = column == table->n_columns - 1;
		output_print_padded(table->cells[i], widths[column], last, out);
		if (last)
			fputc('\n', out);
	}
	free(widths);
}

/* RFC 4180. */
static void output_print_csv_cell(const char *text, FILE *out)
{
	if (!strpbrk(text, "\n\",")) {
		fputs(text, out);
		return;
	}
	fputc('"', out);
	for (; *text; text++) {
		if (*text == '"')
			fputc('"', out);
		fputc(*text, out);
	}
	fputc('"', out);
}

static void output_print_csv(const struct output_table *table, FILE *out)
{
	for (size_t i = 0; output_with_headings(table) && i < table->n_columns; i++) {
		output_print_csv_cell(table->headings[i], out);
		fputc(i == table->n_columns - 1 ? '\n' : ',', out);
	}
	for (size_t i = 0; i < table->n_cells; i++) {
		output_print_csv_cell(table->cells[i], out);
		fputc(output_column_of(table, i) == table->n_columns - 1 ? '\n' : ',', out);
	}
}

static void output_print_html_cell(const char *tag, const char *text, FILE *out)
{
	fprintf(out, "    <%s>", tag);
	vs_xml_text(out, text);
	fprintf(out, "</%s>\n", tag);
}

static void output_print_html(const struct output_table *table, FILE *out)
{
	fputs("<table border=1>\n", out);
	if (output_with_headings(table)) {
		fputs("  <tr>\n", out);
		for (size_t i = 0; i < table->n_columns; i++)
			output_print_html_cell("th", table->headings[i], out);
		fputs("  </tr>\n", out);
	}
	for (size_t i = 0; i < table->n_cells; i++) {
		size_t column = output_column_of(table, i);
		if (column == 0)
			fputs("  <tr>\n", out);
		output_print_html_cell("td", table->cells[i], out);
		if (column == table->n_columns - 1)
			fputs("  </tr>\n", out);
	}
	fputs("</table>\n", out);
}

static void output_print_json(const struct output_table *table, FILE *out)
{
	json_t *headings = json_array();
	size_t flags = cmdline_has(table->line, CMDLINE_PRETTY) ? JSON_INDENT(2) : JSON_COMPACT;

	for (size_t i = 0; i < table->n_columns; i++)
		json_array_append_new(headings, json_string(table->headings[i]));
	json_t *all = json_pack("{s:O, s:o}", "data", table->rows, "headings", headings);
	json_dumpf(all, out, flags);
	fputc('\n', out);
	json_decref(all);
}

void output_table_print(const struct output_table *table, bool later, FILE *out)
{
	static void (*const printers[])(const struct output_table *table, FILE *out) = {
		[CMDLINE_LIST] = output_print_list, [CMDLINE_TABLE] = output_print_columns,
		[CMDLINE_CSV] = output_print_csv,   [CMDLINE_HTML] = output_print_html,
		[CMDLINE_JSON] = output_print_json, [CMDLINE_YAML] = output_print_list, /* only `export` takes it */
	};

	if (later && table->line->format != CMDLINE_JSON && table->line->format != CMDLINE_HTML)
		fputc('\n', out);
	printers[table->line->format](table, out);
}
