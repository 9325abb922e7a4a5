/* SPDX-License-Identifier: GPL-2.0-only */
/* value_build.h - a set or map from elements in any order: collected first, sorted once */
#ifndef VS_VALUE_BUILD_H
#define VS_VALUE_BUILD_H

#include "common/value.h"

/** struct vs_pair - an element as it was found; @value is nothing for a set */
struct vs_pair {
	union vs_atom key, value;
};

/** struct vs_builder - @n elements so far, room for @room. All zero to begin with. */
struct vs_builder {
	struct vs_pair *pairs;
	unsigned int n, room;
};

/** vs_builder_add() - one more element; takes its atoms over. */
void vs_builder_add(struct vs_builder *builder, struct vs_pair pair);

/**
 * vs_builder_finish() - sort what was collected into @datum, which takes the atoms over; the builder is empty again
 * Return: 0, or -EEXIST when a key is there twice: @datum is then fit for vs_datum_destroy() only.
 */
int vs_builder_finish(struct vs_builder *builder, const struct vs_type *type, struct vs_datum *datum);

#endif
