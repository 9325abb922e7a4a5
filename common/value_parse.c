/* SPDX-License-Identifier: GPL-2.0-only */
/* value_parse.c - sets and maps in the syntax of ovs-vsctl(8): reading and printing */

/*
 * A word ends at a blank or a delimiter outside double quotes; a backslash outside quotes takes the next character
 * as it is. Sets may stand in [], maps in {}; elements are separated by a comma, blanks, or both. Integers in sets
 * may be ranges: 10-19. The errors are those of ovs-vsctl, word for word, because tools and people know them.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/value_build.h"
#include "common/xalloc.h"

#define RANGE_MAX 65536 /* integers that the ranges of a set may stand for */

/**
 * struct parser - a value being read
 * @p: where in @text
 * @close: the bracket it must end with, or NUL
 * @found: elements in the order of the text
 */
struct parser {
	const struct vs_type *type;
	const char *text, *p;
	char close;
	struct vs_builder found;
	char **error;
};

static bool is_delimiter(char c)
{
	return c && strchr(":=, []{}!<>", c);
}

int vs_token_parse(const char **text, char **token, char **error)
{
	const char *start = *text, *p = start, *wrong = NULL;
	char *out = (char *)vs_xmalloc(strlen(start) + 1), *end = out;
	bool quoted = false;

	while (*p && (quoted || !is_delimiter(*p)) && !wrong) {
		if (*p == '\\') {
			if (quoted)
				*end++ = *p;
			if (!*++p) {
				wrong = "backslash at end of argument";
				break;
			}
		} else if (*p == '"') {
			quoted = !quoted;
		}
		*end++ = *p++;
	}
	if (!wrong && quoted)
		wrong = "quoted string extends past end of argument";
	if (wrong) {
		*error = vs_xasprintf("%s: %s", start, wrong);
		free(out);
		return -EINVAL;
	}
	*end = '\0';
	*text = p;
	*token = out;
	return 0;
}

static void skip_blanks(struct parser *parser)
{
	while (isspace((unsigned char)*parser->p))
		parser->p++;
}

/* A word for an element or a map's value: strings without quotes go on over ':'. */
static int parse_word(struct parser *parser, const struct vs_base_type *base, char **word)
{
	int rc = vs_token_parse(&parser->p, word, parser->error);

	while (!rc && base->type == VS_STRING && **word != '"' && *parser->p == ':') {
		char *more, *longer;

		parser->p++;
		rc = vs_token_parse(&parser->p, &more, parser->error);
		if (!rc) {
			longer = vs_xasprintf("%s:%s", *word, more);
			free(more);
			free(*word);
			*word = longer;
		} else {
			free(*word);
		}
	}
	return rc;
}

static int parse_range(struct parser *parser, const char *word)
{
	union vs_atom first, last;
	uint64_t more;
	int rc = vs_integers_parse(word, &first.integer, &last.integer, parser->error);

	if (!rc)
		rc = vs_atom_check(&parser->type->key, &first, parser->error);
	if (!rc)
		rc = vs_atom_check(&parser->type->key, &last, parser->error);
	if (rc)
		return rc;
	more = (uint64_t)last.integer - (uint64_t)first.integer;
	if (more && more + parser->found.n >= RANGE_MAX) {
		*parser->error =
			vs_xasprintf("\"%s\" is not a valid range. A set with ranges may hold at most %d integers.",
				     word, RANGE_MAX);
		return -ERANGE;
	}
	for (uint64_t i = 0; i <= more; i++)
		vs_builder_add(&parser->found, (struct vs_pair){.key.integer = first.integer + (int64_t)i});
	return 0;
}

static int parse_element(struct parser *parser)
{
	const struct vs_base_type *base = &parser->type->key;
	union vs_atom atom;
	char *word;
	int rc = parse_word(parser, base, &word);

	if (rc)
		return rc;
	if (base->type == VS_INTEGER) {
		rc = parse_range(parser, word);
	} else {
		rc = vs_atom_parse(base, word, &atom, parser->error);
		if (!rc)
			vs_builder_add(&parser->found, (struct vs_pair){.key = atom});
	}
	free(word);
	return rc;
}

static int parse_pair(struct parser *parser)
{
	const struct vs_type *type = parser->type;
	const char *start = parser->p;
	union vs_atom key, value;
	char *word;
	int rc = vs_token_parse(&parser->p, &word, parser->error);

	if (rc)
		return rc;
	rc = vs_atom_parse(&type->key, word, &key, parser->error);
	free(word);
	if (rc)
		return rc;
	skip_blanks(parser);
	if (*parser->p == '=') {
		parser->p++;
		skip_blanks(parser);
		rc = parse_word(parser, &type->value, &word);
	} else {
		*parser->error = vs_xasprintf("%s: syntax error at \"%.1s\" expecting \"=\"", start, parser->p);
		rc = -EINVAL;
	}
	if (!rc) {
		rc = vs_atom_parse(&type->value, word, &value, parser->error);
		free(word);
	}
	if (rc) {
		vs_atom_destroy(type->key.type, &key);
		return rc;
	}
	vs_builder_add(&parser->found, (struct vs_pair){.key = key, .value = value});
	return 0;
}

/* A value must not begin here, unless it is an address that begins with ':'. */
static bool at_unexpected(const struct parser *parser)
{
	if (*parser->p == ':' && !vs_type_is_map(parser->type) && parser->type->key.type == VS_STRING)
		return false;
	return is_delimiter(*parser->p);
}

static int parse_elements(struct parser *parser)
{
	bool map = vs_type_is_map(parser->type);

	while (*parser->p && *parser->p != parser->close) {
		int rc;

		if (at_unexpected(parser)) {
			char *name = vs_type_name(parser->type);

			*parser->error =
				vs_xasprintf("%s: unexpected \"%c\" parsing %s", parser->text, *parser->p, name);
			free(name);
			return -EINVAL;
		}
		rc = map ? parse_pair(parser) : parse_element(parser);
		if (rc)
			return rc;
		skip_blanks(parser);
		if (*parser->p == ',') {
			parser->p++;
			skip_blanks(parser);
		}
	}
	return 0;
}

static int parse_all(struct parser *parser)
{
	const char *brackets = vs_type_is_map(parser->type) ? "{}" : "[]";
	int rc;

	skip_blanks(parser);
	if (!*parser->p) {
		*parser->error =
			vs_xasprintf("use \"%s\" to specify the empty %s", brackets, *brackets == '{' ? "map" : "set");
		return -EINVAL;
	}
	if (*parser->p == brackets[0]) {
		parser->close = brackets[1];
		parser->p++;
		skip_blanks(parser);
	}
	rc = parse_elements(parser);
	if (rc || !parser->close)
		return rc;
	if (!*parser->p) {
		*parser->error = vs_xasprintf("%s: missing \"%c\" at end of data", parser->text, parser->close);
		return -EINVAL;
	}
	parser->p++;
	skip_blanks(parser);
	if (*parser->p) {
		*parser->error = vs_xasprintf("%s: trailing garbage after \"%c\"", parser->text, parser->close);
		return -EINVAL;
	}
	return 0;
}

int vs_datum_parse(const struct vs_type *type, const char *text, struct vs_datum *datum, char **error)
{
	struct parser parser = {.type = type, .text = text, .p = text, .error = error};
	char *why;
	int rc = parse_all(&parser);
	int repeated = vs_builder_finish(&parser.found, type, datum);

	if (!rc && repeated) {
		*error = vs_xasprintf(vs_type_is_map(type) ? "%s: map contains duplicate key"
							   : "%s: set contains duplicate value",
				      text);
		rc = -EINVAL;
	}
	if (!rc && (rc = vs_datum_check(type, datum, &why))) {
		*error = vs_xasprintf("%s: %s", text, why);
		free(why);
	}
	if (rc)
		vs_datum_destroy(type, datum);
	return rc;
}

/* --- printing ----------------------------------------------------------------------------------------------- */

char *vs_datum_format(const struct vs_type *type, const struct vs_datum *datum)
{
	bool map = vs_type_is_map(type), brackets = map || type->n_max > 1 || !datum->n;
	size_t size;
	char *text;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		abort();
	if (brackets)
		fputc(map ? '{' : '[', out);
	for (unsigned int i = 0; i < datum->n; i++) {
		char *key = vs_atom_format(type->key.type, &datum->keys[i]);

		fprintf(out, "%s%s", i ? ", " : "", key);
		free(key);
		if (map) {
			char *value = vs_atom_format(type->value.type, &datum->values[i]);

			fprintf(out, "=%s", value);
			free(value);
		}
	}
	if (brackets)
		fputc(map ? '}' : ']', out);
	if (fclose(out))
		abort();
	return text;
}
