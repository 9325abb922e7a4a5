/* SPDX-License-Identifier: GPL-2.0-only */
/* yaml.c - YAML from and to JSON, by libyaml's events */
#include "common/yaml.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <yaml.h>

#include "common/xalloc.h"

#define YAML_MAX_DEPTH 32

struct reader {
	yaml_parser_t parser;
	char *error;
	int depth;
};

static void *reader_fail(struct reader *reader, const yaml_mark_t *mark, const char *what)
{
	if (!reader->error)
		reader->error = vs_xasprintf("line %zu, column %zu: %s", mark->line + 1, mark->column + 1, what);
	return NULL;
}

static bool reader_next(struct reader *reader, yaml_event_t *event)
{
	if (yaml_parser_parse(&reader->parser, event))
		return true;
	reader_fail(reader, &reader->parser.problem_mark,
		    reader->parser.problem ? reader->parser.problem : "out of memory");
	return false;
}

static const char *scalar_text(const yaml_event_t *event)
{
	return (const char *)event->data.scalar.value;
}

static json_t *read_scalar(struct reader *reader, const yaml_event_t *event)
{
	const char *text = scalar_text(event);
	json_t *string;

	if (event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
	    (!*text || !strcmp(text, "~") || !strcasecmp(text, "null")))
		return json_null();
	string = strlen(text) == event->data.scalar.length ? json_string(text) : NULL;
	return string ? string : reader_fail(reader, &event->start_mark, "this is not text");
}

static json_t *read_node(struct reader *reader, const yaml_event_t *event);

static json_t *read_sequence(struct reader *reader)
{
	json_t *array = vs_xcheck(json_array());
	yaml_event_t event;

	while (reader_next(reader, &event)) {
		bool end = event.type == YAML_SEQUENCE_END_EVENT;
		json_t *item = end ? NULL : read_node(reader, &event);
		yaml_event_delete(&event);
		if (end)
			return array;
		if (!item)
			break;
		json_array_append_new(array, item);
	}
	json_decref(array);
	return NULL;
}

/* A key and its value, put into @object. Return: whether that went well. */
static bool read_pair(struct reader *reader, const yaml_event_t *key, json_t *object)
{
	yaml_event_t event;
	json_t *value;

	if (key->type != YAML_SCALAR_EVENT || key->data.scalar.anchor ||
	    strlen(scalar_text(key)) != key->data.scalar.length)
		return reader_fail(reader, &key->start_mark, "a key must be plain text");
	if (json_object_get(object, scalar_text(key)))
		return reader_fail(reader, &key->start_mark, "this key is there already");
	if (!reader_next(reader, &event))
		return false;
	value = read_node(reader, &event);
	yaml_event_delete(&event);
	if (!value)
		return false;
	return !json_object_set_new(object, scalar_text(key), value) ||
	       reader_fail(reader, &key->start_mark, "a key must be plain text");
}

static json_t *read_mapping(struct reader *reader)
{
	json_t *object = vs_xcheck(json_object());
	yaml_event_t event;

	while (reader_next(reader, &event)) {
		bool end = event.type == YAML_MAPPING_END_EVENT, good = end || read_pair(reader, &event, object);
		yaml_event_delete(&event);
		if (end)
			return object;
		if (!good)
			break;
	}
	json_decref(object);
	return NULL;
}

static json_t *read_node(struct reader *reader, const yaml_event_t *event)
{
	json_t *json = NULL;

	if (++reader->depth > YAML_MAX_DEPTH)
		return reader_fail(reader, &event->start_mark, "this is nested too deep");
	if (event->type == YAML_SCALAR_EVENT && !event->data.scalar.anchor)
		json = read_scalar(reader, event);
	else if (event->type == YAML_SEQUENCE_START_EVENT && !event->data.sequence_start.anchor)
		json = read_sequence(reader);
	else if (event->type == YAML_MAPPING_START_EVENT && !event->data.mapping_start.anchor)
		json = read_mapping(reader);
	else
		reader_fail(reader, &event->start_mark, "anchors and aliases are not taken: write it out");
	reader->depth--;
	return json;
}

json_t *yaml_parse(const char *text, size_t size, char **error)
{
	struct reader reader = {0};
	json_t *json = NULL;
	yaml_event_t event;
	bool more = true;

	*error = NULL;
	if (!yaml_parser_initialize(&reader.parser))
		abort();
	yaml_parser_set_input_string(&reader.parser, (const unsigned char *)text, size);
	while (more && reader_next(&reader, &event)) {
		more = event.type != YAML_STREAM_END_EVENT;
		if (event.type == YAML_DOCUMENT_START_EVENT && json) {
			reader_fail(&reader, &event.start_mark, "there is more than one document");
			more = false;
		} else if (event.type != YAML_STREAM_START_EVENT && event.type != YAML_DOCUMENT_START_EVENT &&
			   event.type != YAML_DOCUMENT_END_EVENT && more) {
			json = read_node(&reader, &event);
			more = json;
		}
		yaml_event_delete(&event);
	}
	if (!json && !reader.error)
		reader.error = vs_xstrdup("there is nothing in it");
	yaml_parser_delete(&reader.parser);
	*error = reader.error;
	if (reader.error) {
		json_decref(json);
		json = NULL;
	}
	return json;
}

/* --- out ---------------------------------------------------------------------------------------------------------- */

/* Whether every reader of YAML takes the bare text for a text. */
static bool is_plain(const char *text)
{
	static const char *const words[] = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"};

	if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_/", *text) || !*text ||
	    strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./") != strlen(text))
		return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (!strcasecmp(text, words[i]))
			return false;
	return true;
}

static void print_event(yaml_emitter_t *emitter, yaml_event_t *event)
{
	if (!yaml_emitter_emit(emitter, event))
		abort();
}

static void print_scalar(yaml_emitter_t *emitter, const char *text, bool quoted)
{
	yaml_event_t event;

	yaml_scalar_event_initialize(&event, NULL, NULL, (const yaml_char_t *)text, (int)strlen(text), 1, 1,
				     quoted ? YAML_DOUBLE_QUOTED_SCALAR_STYLE : YAML_PLAIN_SCALAR_STYLE);
	print_event(emitter, &event);
}

static void print_node(yaml_emitter_t *emitter, const json_t *json);

static void print_object(yaml_emitter_t *emitter, const json_t *json)
{
	const char *key;
	json_t *item;
	yaml_event_t event;

	yaml_mapping_start_event_initialize(
		&event, NULL, NULL, 1, json_object_size(json) ? YAML_BLOCK_MAPPING_STYLE : YAML_FLOW_MAPPING_STYLE);
	print_event(emitter, &event);
	json_object_foreach ((json_t *)(uintptr_t)json, key, item) {
		print_scalar(emitter, key, !is_plain(key));
		print_node(emitter, item);
	}
	yaml_mapping_end_event_initialize(&event);
	print_event(emitter, &event);
}

static void print_array(yaml_emitter_t *emitter, const json_t *json)
{
	bool flat = !json_is_object(json_array_get(json, 0)) && !json_is_array(json_array_get(json, 0));
	json_t *item;
	yaml_event_t event;
	size_t i;

	yaml_sequence_start_event_initialize(&event, NULL, NULL, 1,
					     flat ? YAML_FLOW_SEQUENCE_STYLE : YAML_BLOCK_SEQUENCE_STYLE);
	print_event(emitter, &event);
	json_array_foreach (json, i, item)
		print_node(emitter, item);
	yaml_sequence_end_event_initialize(&event);
	print_event(emitter, &event);
}

static void print_node(yaml_emitter_t *emitter, const json_t *json)
{
	const char *text = json_string_value(json);
	char *written;

	if (json_is_object(json)) {
		print_object(emitter, json);
	} else if (json_is_array(json)) {
		print_array(emitter, json);
	} else if (text) {
		print_scalar(emitter, text, !is_plain(text));
	} else {
		written = vs_xcheck(json_dumps(json, JSON_ENCODE_ANY));
		print_scalar(emitter, written, false);
		free(written);
	}
}

void yaml_print(const json_t *json, FILE *out)
{
	yaml_emitter_t emitter;
	yaml_event_t event;

	if (!yaml_emitter_initialize(&emitter))
		abort();
	yaml_emitter_set_output_file(&emitter, out);
	yaml_emitter_set_unicode(&emitter, 1);
	yaml_emitter_set_width(&emitter, -1);
	yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING);
	print_event(&emitter, &event);
	yaml_document_start_event_initialize(&event, NULL, NULL, NULL, 1);
	print_event(&emitter, &event);
	print_node(&emitter, json);
	yaml_document_end_event_initialize(&event, 1);
	print_event(&emitter, &event);
	yaml_stream_end_event_initialize(&event);
	print_event(&emitter, &event);
	yaml_emitter_delete(&emitter);
}
