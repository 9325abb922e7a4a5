/* SPDX-License-Identifier: GPL-2.0-only */
/* yaml.h - a YAML document as JSON, and the other way round */
#ifndef VS_YAML_H
#define VS_YAML_H

#include <jansson.h>
#include <stddef.h>
#include <stdio.h>

/**
 * yaml_parse() - one document of mappings, sequences and scalars; JSON is one, too
 *
 * Scalars become strings, whatever they look like, but for null, ~ and nothing: what 010 or yes means is the business
 * of who knows what is wanted. Anchors, tags and keys that are no scalars are refused.
 *
 * Return: a new reference, or NULL with a malloc()ed sentence in @error that says the line and column.
 */
json_t *yaml_parse(const char *text, size_t size, char **error);

/** yaml_print() - write @json as one document. Strings that a reader could take for something else get quotes. */
void yaml_print(const json_t *json, FILE *out);

#endif
