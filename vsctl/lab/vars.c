/* SPDX-License-Identifier: GPL-2.0-only */
/* vars.c - variables: ${NAME}, with small sums in them */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/xalloc.h"
#include "vsctl/lab/load.h"

#define EXPANDED_MAX 65536 /* longest text that comes of variables in variables */

/* What a name stands for. Return: malloc()ed, NULL for nothing. */
static char *variable(const struct lab_loader *loader, const struct lab_scope *scope, const char *name, bool *indexed)
{
	const struct {
		const char *name, *text;
	} own[] = {{"lab", loader->lab->name}, {"name", scope->name}, {"site", scope->site}};
	const char *text = NULL;

	if (!strcmp(name, "index") && scope->index) {
		*indexed = true;
		return vs_xasprintf("%" PRId64, scope->index);
	}
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]) && !text; i++)
		text = strcmp(own[i].name, name) ? NULL : own[i].text;
	if (!text)
		text = lab_list_get(&loader->vars, name);
	return text ? vs_xstrdup(text) : NULL;
}

/* Names of variables that there are, for guessing. */
static const char *nearest_variable(const struct lab_loader *loader, const char *name)
{
	static const char *const own[] = {"lab", "name", "site", "index"};
	const size_t n_own = sizeof(own) / sizeof(own[0]);
	const char **names = vs_xcalloc(loader->vars.n + n_own, sizeof(*names));
	const char *nearest;

	memcpy(names, own, sizeof(own));
	for (size_t i = 0; i < loader->vars.n; i++)
		names[n_own + i] = loader->vars.items[i].key;
	nearest = lab_nearest(name, names, n_own + loader->vars.n);
	free(names);
	return nearest;
}

/* One step of a sum. Return: NULL, or static text that says what is wrong. */
static const char *calculate(int64_t *sum, char operator, int64_t number)
{
	bool over = false;

	switch (operator) {
	case '+':
		over = __builtin_add_overflow(*sum, number, sum);
		break;
	case '-':
		over = __builtin_sub_overflow(*sum, number, sum);
		break;
	case '*':
		over = __builtin_mul_overflow(*sum, number, sum);
		break;
	case '/':
	case '%':
		if (number <= 0)
			return "division by a number that is not positive";
		*sum = operator== '/' ? *sum / number : * sum % number;
		break;
	default:
		return "no operator among + - * / %";
	}
	return over ? "a number that is too large" : NULL;
}

/* "index/10+1" without the name. Return: malloc()ed, or NULL with a sentence in @error. */
static char *compute(const char *name, const char *text, const char *steps, char **error)
{
	char *end;
	int64_t sum;
	const char *wrong = NULL;

	errno = 0;
	sum = strtoll(text, &end, 10);
	if (errno || end == text || *end) {
		*error = vs_xasprintf("${%s%s}: '%s' is no number; only numbers can be computed with", name, steps,
				      text);
		return NULL;
	}
	while (!wrong && *steps) {
		char operator= * steps;
		int64_t number;

		steps++;
		number = isdigit((unsigned char)*steps) ? strtoll(steps, &end, 10) : -1;
		if (number < 0 || errno)
			wrong = "no number behind an operator; write it like ${index+10}";
		else
			wrong = calculate(&sum, operator, number);
		steps = end;
	}
	if (wrong)
		*error = vs_xasprintf("${%s...}: %s", name, wrong);
	return wrong ? NULL : vs_xasprintf("%" PRId64, sum);
}

/* What is between "${" and "}". Return: malloc()ed, or NULL with a sentence in @error. */
static char *evaluate(const struct lab_loader *loader, const struct lab_scope *scope, const char *inside, size_t n,
		      bool *indexed, char **error)
{
	char *name = vs_xcalloc(1, n + 1), *text, *steps, *result;
	size_t length;

	memcpy(name, inside, n);
	length = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
	steps = vs_xstrdup(name + length);
	name[length] = '\0';
	text = variable(loader, scope, name, indexed);
	if (!text) {
		const char *near = nearest_variable(loader, name);

		*error =
			near ? vs_xasprintf("no variable ${%s} here; did you mean ${%s}?", name, near)
			     : vs_xasprintf("no variable ${%s} here; define it in vars:, or for the shell write $${%s}",
					    name, name);
		result = NULL;
	} else {
		result = *steps ? compute(name, text, steps, error) : vs_xstrdup(text);
	}
	free(text);
	free(steps);
	free(name);
	return result;
}

char *lab_expand(const struct lab_loader *loader, const struct lab_scope *scope, const char *text, bool *indexed,
		 char **error)
{
	char *out = NULL;
	size_t size = 0;
	FILE *file = vs_xcheck(open_memstream(&out, &size));

	*error = NULL;
	while (*text && !*error) {
		size_t plain = strcspn(text, "$");

		fwrite(text, 1, plain, file);
		text += plain;
		if (text[0] == '$' && text[1] == '$') {
			fputc('$', file);
			text += 2;
		} else if (text[0] == '$' && text[1] == '{') {
			size_t n = strcspn(text + 2, "}");
			char *value = text[2 + n] ? evaluate(loader, scope, text + 2, n, indexed, error) : NULL;

			if (!text[2 + n])
				*error = vs_xstrdup(
					"'${' without '}'; write ${NAME}, or $${ for the characters themselves");
			if (value)
				fputs(value, file);
			free(value);
			text += 2 + n + (text[2 + n] != '\0');
		} else if (*text) {
			fputc(*text++, file);
		}
		if (ftell(file) > EXPANDED_MAX && !*error)
			*error = vs_xasprintf("longer than %d characters with its variables", EXPANDED_MAX);
	}
	fclose(file);
	if (!*error)
		return out;
	free(out);
	return NULL;
}

char *lab_expand_at(const struct lab_loader *loader, const struct lab_scope *scope, const struct doc_node *scalar,
		    bool *indexed)
{
	bool ignored = false;
	char *error, *text = lab_expand(loader, scope, scalar->text, indexed ? indexed : &ignored, &error);

	if (!text)
		lab_problem(loader->problems, scalar->at, scalar->text, "%s", error);
	free(error);
	return text;
}

static void var_set(struct lab_loader *loader, const char *name, char *text, struct lab_mark at)
{
	for (size_t i = 0; i < loader->vars.n; i++) {
		struct lab_item *item = &loader->vars.items[i];

		if (!strcmp(item->key, name)) {
			free(item->text);
			item->text = text;
			return;
		}
	}
	lab_list_add(&loader->vars, vs_xstrdup(name), text, at);
}

/* The value that the command line gives a variable, or NULL. */
static const char *var_option(const struct lab_loader *loader, const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; loader->options && i < loader->options->n_vars; i++) {
		const char *var = loader->options->vars[i];

		if (!strncmp(var, name, n) && var[n] == '=')
			return var + n + 1;
	}
	return NULL;
}

static void vars_of(struct lab_loader *loader, const struct doc_node *vars)
{
	struct lab_scope scope = {0};

	for (size_t i = 0; vars && vars->type == DOC_MAP && i < vars->n; i++) {
		const struct doc_node *key = vars->keys[i], *value = vars->items[i];
		const char *given = var_option(loader, key->text);
		char *text;

		if (!*key->text || key->text[strspn(key->text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
							       "0123456789_")]) {
			lab_problem(loader->problems, key->at, key->text,
				    "not the name of a variable; use letters, digits and '_'");
			continue;
		}
		if (value->type != DOC_SCALAR) {
			lab_problem(loader->problems, value->at, key->text, "%s; a variable is a single value",
				    doc_type_name(value));
			continue;
		}
		text = given ? vs_xstrdup(given) : lab_expand_at(loader, &scope, value, NULL);
		if (text)
			var_set(loader, key->text, text, key->at);
	}
}

void lab_vars_read(struct lab_loader *loader)
{
	const struct lab_sources *sources = loader->lab->sources;

	for (size_t i = 0; i < sources->n; i++)
		vars_of(loader, doc_get(sources->items[i]->doc.root, "vars"));
	for (size_t i = 0; loader->options && i < loader->options->n_vars; i++) {
		const char *var = loader->options->vars[i];
		char *name = vs_xstrdup(var);

		name[strcspn(name, "=")] = '\0';
		if (!lab_list_get(&loader->vars, name)) {
			struct lab_mark at = {.file = sources->items[sources->n - 1]->shown};

			lab_problem(loader->problems, at, name,
				    "no such variable to set; the file's vars: has those that there are");
		}
		free(name);
	}
}
