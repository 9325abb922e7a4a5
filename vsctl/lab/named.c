/* SPDX-License-Identifier: GPL-2.0-only */
/* named.c - labs by name: where the record says that the file is */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/xalloc.h"
#include "vsctl/lab/lab.h"
#include "vsctl/lab/model.h"
#include "vsctl/lab/state.h"

static bool is_path(const char *word)
{
	const char *dot = strrchr(word, '.');

	return strchr(word, '/') || (dot && (!strcmp(dot, ".yaml") || !strcmp(dot, ".yml")));
}

char *lab_name_of(const struct lab_args *args, const char *word)
{
	struct lab *lab;
	char *name;

	if (!is_path(word))
		return vs_xstrdup(word);
	lab = lab_open_file(args, word);
	name = lab ? vs_xstrdup(lab->name) : NULL;
	lab_free(lab);
	return name;
}

struct lab *lab_open(const struct lab_args *args, const char *word)
{
	struct lab_state state;
	struct lab *lab = NULL;
	const char *file;

	if (is_path(word))
		return lab_open_file(args, word);
	if (lab_state_open(&state, word, false, false) == 0) {
		file = json_string_value(json_object_get(state.record, "file"));
		if (file)
			lab = lab_open_file(args, file);
		else
			fprintf(stderr, "vsctl: the record of lab '%s' does not say its file; give the file\n", word);
	} else {
		fprintf(stderr, "vsctl: there is no lab '%s'; vsctl lab list says which there are, or give a file\n",
			word);
	}
	lab_state_close(&state);
	return lab;
}
