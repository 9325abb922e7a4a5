/* SPDX-License-Identifier: GPL-2.0-only */
/* fuzz_document.c - a document for `apply`: as YAML, and what it makes of a switch */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/xalloc.h"
#include "common/yaml.h"
#include "vswitchd/control/control.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is written reads back as the same, but that all scalars are strings. */
static void check_print(const json_t *json)
{
	char *text = NULL, *why = NULL;
	size_t size;
	FILE *out = vs_xcheck(open_memstream(&text, &size));

	yaml_print(json, out);
	fclose(out);
	json_t *again = yaml_parse(text, size, &why);
	if (!again || !json_equal(json, again))
		abort();
	json_decref(again);
	free(text);
}

static int apply(const struct ctl_env *env, const char *document, char **out)
{
	char *const argv[] = {"apply", "document", NULL};
	struct ctl_answer answer;

	ctl_run(env, &(struct ctl_manner){.program = "vsctl", .input = document}, 2, argv, &answer);
	int status = answer.status;
	*out = vs_xstrdup(answer.out);
	if ((status == 0) == (answer.err[0] != '\0'))
		abort();
	ctl_answer_free(&answer);
	return status;
}

/* A document that was applied has nothing left to change, and neither has what is exported then. */
static void check_apply(const struct ctl_env *env, const char *document)
{
	char *const argv[] = {"export", NULL};
	struct ctl_answer answer;
	char *out;
	int status = apply(env, document, &out);

	free(out);
	if (status)
		return;
	ctl_run(env, &(struct ctl_manner){.program = "vsctl"}, 1, argv, &answer);
	if (apply(env, answer.file, &out) || strcmp(out, "nothing to change\n"))
		abort();
	free(out);
	ctl_answer_free(&answer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ctl_env env = {0};
	char *error = NULL, *document;
	json_t *json = yaml_parse((const char *)data, size, &error);

	if (!json) {
		if (!error || !*error)
			abort();
		free(error);
		return 0;
	}
	check_print(json);
	if (store_open(NULL, &env.store, &error))
		abort();
	document = json_dumps(json, JSON_ENCODE_ANY);
	if (json_is_object(json))
		check_apply(&env, document);
	free(document);
	json_decref(json);
	store_close(env.store);
	return 0;
}
