/* SPDX-License-Identifier: GPL-2.0-only */
/* value_build.c - a set or map from elements in any order: collected first, sorted once */
#include "common/value_build.h"

#include <errno.h>
#include <stdlib.h>

#include "common/xalloc.h"

void vs_builder_add(struct vs_builder *builder, struct vs_pair pair)
{
	if (builder->n == builder->room) {
		builder->room = builder->room ? builder->room * 2 : 4;
		builder->pairs = (struct vs_pair *)vs_xrealloc(builder->pairs, builder->room * sizeof(*builder->pairs));
	}
	builder->pairs[builder->n++] = pair;
}

static int compare_pairs(const void *a, const void *b, void *type)
{
	return vs_atom_compare(*(const enum vs_atom_type *)type, &((const struct vs_pair *)a)->key,
			       &((const struct vs_pair *)b)->key);
}

int vs_builder_finish(struct vs_builder *builder, const struct vs_type *type, struct vs_datum *datum)
{
	enum vs_atom_type key = type->key.type;
	int rc = 0;

	*datum = (struct vs_datum){.n = builder->n};
	if (!builder->n)
		return 0;
	qsort_r(builder->pairs, builder->n, sizeof(*builder->pairs), compare_pairs, &key);
	datum->keys = (union vs_atom *)vs_xcalloc(datum->n, sizeof(*datum->keys));
	if (vs_type_is_map(type))
		datum->values = (union vs_atom *)vs_xcalloc(datum->n, sizeof(*datum->values));
	for (unsigned int i = 0; i < datum->n; i++) {
		datum->keys[i] = builder->pairs[i].key;
		if (datum->values)
			datum->values[i] = builder->pairs[i].value;
		if (i && !vs_atom_compare(key, &datum->keys[i - 1], &datum->keys[i]))
			rc = -EEXIST;
	}
	free(builder->pairs);
	*builder = (struct vs_builder){0};
	return rc;
}
