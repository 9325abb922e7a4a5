/* SPDX-License-Identifier: GPL-2.0-only */
/* problems.c - collecting what is wrong with a file, and guessing what was meant */
#include <stdlib.h>
#include <string.h>

#include "common/xalloc.h"
#include "vsctl/lab/model.h"

#define NEAREST_MAX 63 /* longest word that is compared */

static bool same_place(const struct lab_mark *a, const struct lab_mark *b)
{
	return a->line == b->line && a->column == b->column && a->file && b->file && !strcmp(a->file, b->file);
}

/* Where the new one belongs: by line among those of its file, else last. */
static size_t place_of(const struct lab_problems *problems, const struct lab_mark *at)
{
	size_t i = problems->n;

	while (i) {
		const struct lab_mark *before = &problems->items[i - 1].at;

		if (!at->file || !before->file || strcmp(at->file, before->file) || before->line < at->line ||
		    (before->line == at->line && before->column <= at->column))
			break;
		i--;
	}
	return i;
}

void lab_problem(struct lab_problems *problems, struct lab_mark at, const char *value, const char *fmt, ...)
{
	struct lab_problem made = {.at = at};
	char *text;
	size_t i;
	va_list args;

	va_start(args, fmt);
	text = vs_xvasprintf(fmt, args);
	va_end(args);
	made.text = value ? vs_xasprintf("'%s': %s", value, text) : vs_xstrdup(text);
	free(text);
	for (i = 0; i < problems->n; i++) { /* many nodes of one line have the same problem once */
		if (same_place(&problems->items[i].at, &at)) {
			free(made.text);
			return;
		}
	}
	if (problems->n == LAB_PROBLEMS_MAX) {
		problems->more++;
		free(made.text);
		return;
	}
	made.file = vs_xstrdup(at.file ? at.file : "");
	made.at.file = made.file;
	problems->items = vs_xrealloc(problems->items, (problems->n + 1) * sizeof(*problems->items));
	i = place_of(problems, &at);
	memmove(&problems->items[i + 1], &problems->items[i], (problems->n - i) * sizeof(*problems->items));
	problems->items[i] = made;
	problems->n++;
}

void lab_problems_print(const struct lab_problems *problems, FILE *out)
{
	for (size_t i = 0; i < problems->n; i++) {
		const struct lab_problem *problem = &problems->items[i];

		if (problem->at.line)
			fprintf(out, "%s:%u:%u: %s\n", problem->file, problem->at.line, problem->at.column,
				problem->text);
		else
			fprintf(out, "%s: %s\n", problem->file, problem->text);
	}
	if (problems->more)
		fprintf(out, "and %zu more\n", problems->more);
}

void lab_problems_destroy(struct lab_problems *problems)
{
	for (size_t i = 0; i < problems->n; i++) {
		free(problems->items[i].text);
		free(problems->items[i].file);
	}
	free(problems->items);
	*problems = (struct lab_problems){0};
}

static unsigned int least(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

/* How many letters to change, add, leave out or swap to get from @a to @b. */
static unsigned int distance(const char *a, const char *b)
{
	unsigned int rows[3][NEAREST_MAX + 1], *above = rows[0], *last = rows[1], *row = rows[2];
	size_t n = strlen(a), m = strlen(b);

	if (n > NEAREST_MAX || m > NEAREST_MAX)
		return NEAREST_MAX;
	memset(rows, 0, sizeof(rows));
	for (size_t j = 0; j <= m; j++)
		last[j] = (unsigned int)j;
	for (size_t i = 1; i <= n; i++) {
		unsigned int *spare = above;

		row[0] = (unsigned int)i;
		for (size_t j = 1; j <= m; j++) {
			row[j] = least(last[j - 1] + (a[i - 1] != b[j - 1]), least(last[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = least(row[j], above[j - 2] + 1);
		}
		above = last;
		last = row;
		row = spare;
	}
	return last[m];
}

const char *lab_nearest(const char *text, const char *const *words, size_t n)
{
	unsigned int best = (unsigned int)strlen(text) / 3 + 1;
	const char *nearest = NULL;

	for (size_t i = 0; i < n; i++) {
		unsigned int far = distance(text, words[i]);

		if (far < best || (far == best && !nearest && best > 1)) {
			best = far;
			nearest = words[i];
		}
	}
	return nearest;
}
