/* SPDX-License-Identifier: GPL-2.0-only */
/* value_text.c - atoms in the syntax of ovs-vsctl(8): reading and printing */

/*
 * An atom that begins with a double quote is a JSON string (RFC 8259 section 7) and must end with one; any other is
 * taken as it stands.
 */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/hex.h"
#include "common/utf8.h"
#include "common/value.h"
#include "common/xalloc.h"

/* --- strings ------------------------------------------------------------------------------------------------ */

/* Four hex digits at @s, not beyond @end. Return: -1 when they are not. */
static int32_t parse_hex4(const char *s, const char *end)
{
	int32_t code = 0;

	for (int i = 0; i < 4; i++) {
		int digit = s + i < end ? vs_hex_digit(s[i]) : -1;

		if (digit < 0)
			return -1;
		code = code * 16 + digit;
	}
	return code;
}

/* \uXXXX with *s behind the u, a surrogate pair as one. Return: what is wrong, or NULL with @code and *s moved. */
static const char *parse_unicode(const char **s, const char *end, uint32_t *code)
{
	int32_t high = parse_hex4(*s, end), low;

	if (end - *s < 4)
		return "quoted string ends within \\u escape";
	if (high < 0)
		return "malformed \\u escape";
	*s += 4;
	*code = (uint32_t)high;
	if (!high)
		return "null bytes not supported in quoted strings";
	if (high < 0xd800 || high > 0xdfff)
		return NULL;
	if (high > 0xdbff || end - *s < 6 || (*s)[0] != '\\' || (*s)[1] != 'u')
		return "malformed escaped surrogate pair";
	low = parse_hex4(*s + 2, end);
	if (low < 0xdc00 || low > 0xdfff)
		return "malformed escaped surrogate pair";
	*s += 6;
	*code = 0x10000 + (((uint32_t)high - 0xd800) << 10) + ((uint32_t)low - 0xdc00);
	return NULL;
}

/* What stands between the quotes of @text. */
static int parse_quoted(const char *text, char **string, char **error)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	size_t length = strlen(text);
	const char *s = text + 1, *end = text + length - 1, *wrong = NULL;
	char *out, *p;

	if (length < 2 || *end != '"') {
		*error = vs_xasprintf("%s: missing quote at end of quoted string", text);
		return -EINVAL;
	}
	p = out = (char *)vs_xmalloc(length);
	while (s < end && !wrong) {
		const char *at;
		uint32_t code;

		if (*s == '"') {
			wrong = "quote must be escaped inside quoted string";
		} else if (*s != '\\') {
			*p++ = *s++;
		} else if (++s == end) {
			wrong = "quoted string may not end with backslash";
		} else if (*s == 'u') {
			s++;
			wrong = parse_unicode(&s, end, &code);
			if (!wrong)
				p += utf8_encode(code, p);
		} else if ((at = strchr(from, *s))) {
			*p++ = to[at - from];
			s++;
		} else {
			*error = vs_xasprintf("%s: bad escape \\%c", text, *s);
			free(out);
			return -EINVAL;
		}
	}
	if (wrong) {
		*error = vs_xasprintf("%s: %s", text, wrong);
		free(out);
		return -EINVAL;
	}
	*p = '\0';
	*string = out;
	return 0;
}

static bool string_needs_quotes(const char *s)
{
	struct vs_uuid uuid;

	if (!isalpha((unsigned char)*s) && *s != '_')
		return true;
	for (const char *p = s; *p; p++) {
		if (!isalnum((unsigned char)*p) && !strchr("_-.", *p))
			return true;
	}
	return !strcmp(s, "true") || !strcmp(s, "false") || !vs_uuid_parse(s, &uuid);
}

static char *format_string(const char *s)
{
	static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
	char *out, *p;

	if (!string_needs_quotes(s))
		return vs_xstrdup(s);
	p = out = (char *)vs_xmalloc(strlen(s) * 6 + 3);
	*p++ = '"';
	for (; *s; s++) {
		const char *at = strchr(from, *s);

		if (at) {
			*p++ = '\\';
			*p++ = to[at - from];
		} else if ((unsigned char)*s < 0x20) {
			p += sprintf(p, "\\u%04x", (unsigned int)*s);
		} else {
			*p++ = *s;
		}
	}
	*p++ = '"';
	*p = '\0';
	return out;
}

/* --- atoms -------------------------------------------------------------------------------------------------- */

static const char *const type_names[] = {
	[VS_VOID] = "void",	  [VS_INTEGER] = "integer", [VS_REAL] = "real",
	[VS_BOOLEAN] = "boolean", [VS_STRING] = "string",   [VS_UUID] = "uuid",
};

int vs_integers_parse(const char *text, int64_t *first, int64_t *last, char **error)
{
	char *end;

	errno = 0;
	*first = strtoll(text, &end, 10);
	if (last)
		*last = *first;
	if (!errno && end != text && *end == '-' && last) {
		const char *second = end + 1;

		*last = strtoll(second, &end, 10);
		if (end == second)
			errno = EINVAL;
	}
	if (errno || end == text || *end) {
		*error = vs_xasprintf("\"%s\" is not a valid integer or range", text);
		return -EINVAL;
	}
	if (last && *last < *first) {
		*error = vs_xasprintf("\"%s\" is not a valid range. Range end cannot be before start.", text);
		return -EINVAL;
	}
	return 0;
}

static int parse_real(const char *text, double *real, char **error)
{
	char *end;

	*real = strtod(text, &end);
	if (end != text && !*end && *real - *real == 0) /* false for infinities and NaN */
		return 0;
	*error = vs_xasprintf("\"%s\" is not a valid real number", text);
	return -EINVAL;
}

static int parse_boolean(const char *text, bool *boolean, char **error)
{
	static const char *const words[] = {"false", "true", "no", "yes", "off", "on", "0", "1"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!strcmp(text, words[i])) {
			*boolean = i % 2;
			return 0;
		}
	}
	*error = vs_xasprintf("\"%s\" is not a valid boolean (use \"true\" or \"false\")", text);
	return -EINVAL;
}

static int parse_string(const char *text, char **string, char **error)
{
	if (*text == '"')
		return parse_quoted(text, string, error);
	if (!*text) {
		*error = vs_xstrdup("An empty string is not valid as input; use \"\" to represent the empty string");
		return -EINVAL;
	}
	*string = vs_xstrdup(text);
	return 0;
}

static int parse_uuid(const char *text, struct vs_uuid *uuid, char **error)
{
	if (!vs_uuid_parse(text, uuid))
		return 0;
	*error = vs_xasprintf("\"%s\" is not a valid UUID", text);
	return -EINVAL;
}

int vs_atom_parse(const struct vs_base_type *base, const char *text, union vs_atom *atom, char **error)
{
	int rc = -EINVAL;

	*atom = (union vs_atom){0};
	switch (base->type) {
	case VS_INTEGER:
		rc = vs_integers_parse(text, &atom->integer, NULL, error);
		break;
	case VS_REAL:
		rc = parse_real(text, &atom->real, error);
		break;
	case VS_BOOLEAN:
		rc = parse_boolean(text, &atom->boolean, error);
		break;
	case VS_STRING:
		rc = parse_string(text, &atom->string, error);
		break;
	case VS_UUID:
		rc = parse_uuid(text, &atom->uuid, error);
		break;
	case VS_VOID:
		abort();
	}
	if (!rc) {
		rc = vs_atom_check(base, atom, error);
		if (rc)
			vs_atom_destroy(base->type, atom);
	}
	return rc;
}

char *vs_atom_format(enum vs_atom_type type, const union vs_atom *atom)
{
	char uuid[VS_UUID_TEXT];

	switch (type) {
	case VS_INTEGER:
		return vs_xasprintf("%" PRId64, atom->integer);
	case VS_REAL:
		return vs_xasprintf("%.15g", atom->real);
	case VS_BOOLEAN:
		return vs_xstrdup(atom->boolean ? "true" : "false");
	case VS_STRING:
		return format_string(atom->string);
	case VS_UUID:
		return vs_xstrdup(vs_uuid_format(&atom->uuid, uuid));
	case VS_VOID:
		break;
	}
	abort();
}

char *vs_type_name(const struct vs_type *type)
{
	const char *key = type_names[type->key.type];
	char *amount, *name;

	if (!vs_type_is_map(type) && type->n_min == 1 && type->n_max == 1)
		return vs_xstrdup(key);
	if (type->n_max == VS_UNLIMITED)
		amount = type->n_min ? vs_xasprintf("%u or more ", type->n_min) : vs_xstrdup("");
	else
		amount = type->n_min ? vs_xasprintf("%u to %u ", type->n_min, type->n_max)
				     : vs_xasprintf("up to %u ", type->n_max);
	if (vs_type_is_map(type))
		name = vs_xasprintf("map of %s(%s, %s) pairs", amount, key, type_names[type->value.type]);
	else
		name = vs_xasprintf("set of %s%ss", amount, key);
	free(amount);
	return name;
}
