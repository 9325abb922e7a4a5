/* SPDX-License-Identifier: GPL-2.0-only */
/* error.c - what is wrong with a request, and taking its objects apart */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "common/xalloc.h"
#include "vswitchd/ovsdb/internal.h"

void ov_set(json_t *object, const char *name, json_t *value)
{
	if (json_object_set_new(object, name, (json_t *)vs_xcheck(value)))
		abort();
}

void ov_append(json_t *array, json_t *value)
{
	if (json_array_append_new(array, (json_t *)vs_xcheck(value)))
		abort();
}

static json_t *error_new(const char *tag, const json_t *syntax, const char *details)
{
	char *text = syntax ? json_dumps(syntax, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY) : NULL;
	json_t *error = (json_t *)vs_xcheck(json_pack("{s:s}", "error", tag));
	json_t *said = json_string(details);

	ov_set(error, "details", said ? said : json_string("(not UTF-8)"));
	if (text)
		ov_set(error, "syntax", json_string(text));
	free(text);
	return error;
}

json_t *ov_error(const char *tag, const json_t *syntax, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	char *details = vs_xvasprintf(fmt, args);
	va_end(args);
	json_t *error = error_new(tag, syntax, details);
	free(details);
	return error;
}

bool ov_is_id(const json_t *json)
{
	static const char first[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
	const char *text = json_string_value(json);

	return text && *text && strchr(first, *text) &&
	       json_string_length(json) ==
		       strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789");
}

/* --- objects -------------------------------------------------------------------------------------------------- */

void ov_parser_init(struct ov_parser *parser, const json_t *json, const char *name)
{
	*parser = (struct ov_parser){.json = json, .name = name};
	if (!json_is_object(json))
		parser->error = ov_error(OV_SYNTAX, NULL, "Parsing %s failed: Object expected.", name);
}

void ov_parser_fail(struct ov_parser *parser, const char *fmt, ...)
{
	va_list args;

	if (parser->error)
		return;
	va_start(args, fmt);
	char *why = vs_xvasprintf(fmt, args);
	va_end(args);
	parser->error = ov_error(OV_SYNTAX, parser->json, "Parsing %s failed: %s", parser->name, why);
	free(why);
}

static bool is_kind(const json_t *json, unsigned int kinds)
{
	return (kinds & OV_STRING && json_is_string(json)) || (kinds & OV_ID && ov_is_id(json)) ||
	       (kinds & OV_INTEGER && json_is_integer(json)) || (kinds & OV_BOOLEAN && json_is_boolean(json)) ||
	       (kinds & OV_ARRAY && json_is_array(json)) || (kinds & OV_OBJECT && json_is_object(json));
}

json_t *ov_member(struct ov_parser *parser, const char *name, unsigned int kinds)
{
	json_t *value = json_object_get(parser->json, name);

	if (!value) {
		if (!(kinds & OV_OPTIONAL))
			ov_parser_fail(parser, "Required '%s' member is missing.", name);
		return NULL;
	}
	if (parser->n_used == OV_MAX_MEMBERS)
		abort();
	parser->used[parser->n_used++] = name;
	if (is_kind(value, kinds))
		return value;
	ov_parser_fail(parser, "Type mismatch for member '%s'.", name);
	return NULL;
}

static bool is_used(const struct ov_parser *parser, const char *name)
{
	for (size_t i = 0; i < parser->n_used; i++) {
		if (!strcmp(parser->used[i], name))
			return true;
	}
	return false;
}

json_t *ov_parser_finish(struct ov_parser *parser)
{
	size_t more = json_object_size(parser->json) - parser->n_used;
	json_t *json = (json_t *)(uintptr_t)parser->json, *value;
	const char *name;

	json_object_foreach (json, name, value) {
		if (parser->error || is_used(parser, name))
			continue;
		if (more > 1)
			ov_parser_fail(parser, "Member '%s' and %zu other member%s are present but not allowed here.",
				       name, more - 1, more > 2 ? "s" : "");
		else
			ov_parser_fail(parser, "Member '%s' is present but not allowed here.", name);
	}
	return parser->error;
}
