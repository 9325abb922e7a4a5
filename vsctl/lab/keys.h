/* SPDX-License-Identifier: GPL-2.0-only */
/* keys.h - the language as tables: the keys of each object, their types, and what they mean */
#ifndef VS_LAB_KEYS_H
#define VS_LAB_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lab_key;
struct lab_item;

enum lab_type {
	LAB_TEXT,
	LAB_NAME,
	LAB_DEVICE,
	LAB_BOOLEAN,
	LAB_INTEGER,
	LAB_SIZE,
	LAB_RATE,
	LAB_TIME,
	LAB_WORD,   /* kept as its place in the key's words */
	LAB_CHOICE, /* kept as the word itself */
	LAB_VLAN,
	LAB_VLAN_RANGE,
	LAB_MAC,
	LAB_ADDRESS,
	LAB_CIDR,
	LAB_ROUTE,
	LAB_REMOTE,
	LAB_PATH,
	LAB_ATTACHMENT,
	LAB_OBJECT, /* of the key's shape */
	LAB_TYPES
};

#define LAB_LIST 1u	/* any number of values; one alone needs no brackets */
#define LAB_MAP 2u	/* names to values */
#define LAB_SHORT 4u	/* what a value that is no map stands for */
#define LAB_REQUIRED 8u /* must be given */
#define LAB_EXISTS 16u	/* a file that must be there */
#define LAB_SHARED 32u	/* in an object's part that is for both of its ends */
#define LAB_SHELL 64u	/* a text alone is for the shell; a list is words */

/**
 * struct lab_key - one key of an object
 * @offset: of the member that holds it; a char *, an int64_t, or a struct lab_list with LAB_LIST and LAB_MAP
 * @min, @max: of numbers
 * @words: of LAB_WORD and LAB_CHOICE, ended by NULL
 * @kinds: bit N: counts for nodes, or ends, of kind N; 0 for all
 * @shape: of LAB_OBJECT
 */
struct lab_key {
	const char *name;
	size_t offset;
	int64_t min, max;
	const char *const *words;
	const struct lab_shape *shape;
	const char *help;
	enum lab_type type;
	unsigned int flags;
	unsigned int kinds;
};

/** struct lab_shape - an object: @what it is called, its keys, and the size of the struct that holds it */
struct lab_shape {
	const char *what;
	const struct lab_key *keys;
	size_t n_keys, size;
	const char *help;
};

/** struct lab_value - a scalar that a type has read; @last: the end of a range that begins with @number */
struct lab_value {
	char *text;
	int64_t number, last;
};

/**
 * struct lab_type_row - a type
 * @what: "an IP address with its prefix length, such as 10.0.0.1/24"
 * @number: kept as a number
 * @json: its JSON Schema, without braces
 * @read: fills @value from @text. Return: NULL, or a malloc()ed sentence: what is wrong; what would be right
 */
struct lab_type_row {
	const char *what;
	bool number;
	const char *json;
	char *(*read)(const struct lab_key *key, const char *text, struct lab_value *value);
};

extern const struct lab_type_row lab_types[LAB_TYPES];

extern const struct lab_shape lab_shape_lab, lab_shape_site, lab_shape_switch, lab_shape_node, lab_shape_link,
	lab_shape_end, lab_shape_underlay, lab_shape_defaults;

/** lab_expect_shapes - by enum lab_expect_kind */
extern const struct lab_shape lab_expect_shapes[];

/** lab_key_find() - Return: the key's place in the shape, or -1. */
int lab_key_find(const struct lab_shape *shape, const char *name);

#endif
