/* SPDX-License-Identifier: GPL-2.0-only */
/* generate.c - `vsctl lab generate': which shape with which numbers */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/xalloc.h"
#include "vsctl/lab/lab.h"
#include "vsctl/lab/model.h"
#include "vsctl/labfile/draft.h"

#define COMPLAIN "vsctl lab generate"

static const struct lab_network *network_named(const char *name)
{
	const char *names[16] = {NULL}, *near;

	for (size_t i = 0; i < lab_n_networks; i++) {
		if (!strcmp(lab_networks[i].name, name))
			return &lab_networks[i];
		names[i] = lab_networks[i].name;
	}
	near = lab_nearest(name, names, lab_n_networks);
	fprintf(stderr, COMPLAIN ": no shape '%s'; ", name);
	if (near)
		fprintf(stderr, "did you mean '%s'? ", near);
	fputs("There are", stderr);
	for (size_t i = 0; i < lab_n_networks; i++)
		fprintf(stderr, "%s %s", i ? "," : "", names[i]);
	fputc('\n', stderr);
	return NULL;
}

static const struct lab_shape_number *number_named(const struct lab_network *network, const char *name)
{
	for (const struct lab_shape_number *number = network->numbers; number->help; number++) {
		if (!strcmp(lab_shape_option_names[number->option], name))
			return number;
	}
	fprintf(stderr, COMPLAIN " %s: no option '--%s' here; there are", network->name, name);
	for (const struct lab_shape_number *number = network->numbers; number->help; number++)
		fprintf(stderr, " --%s", lab_shape_option_names[number->option]);
	fputs(" --name -o\n", stderr);
	return NULL;
}

static bool value_read(struct draft *draft, const char *option, const char *text)
{
	const struct lab_shape_number *number = number_named(draft->network, option);
	char *end;
	long value;

	if (!number)
		return false;
	errno = 0;
	value = strtol(text, &end, 10);
	if (!*text || *end || errno || value < number->min || value > number->max) {
		fprintf(stderr, COMPLAIN " %s: --%s '%s' is not possible; it is a number from %d to %d\n",
			draft->network->name, option, text, number->min, number->max);
		return false;
	}
	draft->values[number->option] = (int)value;
	return true;
}

static bool values_read(struct draft *draft, const struct lab_args *args)
{
	for (const struct lab_shape_number *number = draft->network->numbers; number->help; number++)
		draft->values[number->option] = number->value;
	for (size_t i = 0; i < args->n_options; i++) {
		const char *name = args->options[i].name, *value = args->options[i].value;

		if (strcmp(name, "-o") && strcmp(name, "--name") && !value_read(draft, name + 2, value))
			return false;
	}
	draft->n_vlans = (size_t)draft->values[LAB_SHAPE_VLANS];
	if (draft->values[LAB_SHAPE_PODS] % 2) {
		fprintf(stderr,
			COMPLAIN " fat-tree: --pods '%d' is odd; a pod has half as many switches of a kind, so it "
				 "must be even\n",
			draft->values[LAB_SHAPE_PODS]);
		return false;
	}
	return true;
}

/* The lab must be one: what the name or the numbers make impossible is said by the same rules as for any file. */
static bool is_valid(const char *text)
{
	struct lab_problems problems = {0};
	struct lab *lab = lab_load_text("generated", text, strlen(text), NULL, &problems);

	lab_problems_print(&problems, stderr);
	lab_problems_destroy(&problems);
	lab_free(lab);
	return lab;
}

static void print_shapes(FILE *out)
{
	fputs("usage: vsctl lab generate SHAPE [--name=LAB] [-o FILE] [OPTION=NUMBER...]\n", out);
	for (size_t i = 0; i < lab_n_networks; i++) {
		fprintf(out, "\n%s\n  %s\n", lab_networks[i].name, lab_networks[i].help);
		for (const struct lab_shape_number *number = lab_networks[i].numbers; number->help; number++)
			fprintf(out, "    --%s=%d\n        %s (%d to %d)\n", lab_shape_option_names[number->option],
				number->value, number->help, number->min, number->max);
	}
}

int lab_cmd_generate(const struct lab_args *args)
{
	struct draft draft = {0};
	char *text;
	int status = EXIT_FAILURE;

	if (!args->argc) {
		print_shapes(stdout);
		return EXIT_SUCCESS;
	}
	draft.network = network_named(args->argv[0]);
	if (!draft.network || !values_read(&draft, args))
		return EXIT_FAILURE;
	draft.name = lab_option(args, "--name");
	if (!draft.name)
		draft.name = draft.network->name;
	draft_begin(&draft);
	draft.network->write(&draft);
	text = draft_end(&draft);
	if (draft.n_nodes > DRAFT_MAX || draft.n_switches > DRAFT_MAX)
		fprintf(stderr,
			COMPLAIN " %s: that makes %zu switches and %zu nodes; choose numbers that make at most %d\n",
			draft.network->name, draft.n_switches, draft.n_nodes, DRAFT_MAX);
	else if (is_valid(text) && !lab_output(args, text))
		status = EXIT_SUCCESS;
	free(text);
	return status;
}
