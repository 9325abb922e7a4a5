/* SPDX-License-Identifier: GPL-2.0-only */
/* cmd-test.c - `lab test': ask all that the file expects, say what was found, and why where it was not */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/xalloc.h"
#include "vsctl/lab/lab.h"
#include "vsctl/lab/probe.h"

/* The lab's file as the record has it, read again: what is expected is what it says now. Return: 0 or -errno, printed.
 */
static int test_open(struct lab_test *test, const struct lab_args *args)
{
	const char *name = args->argv[0], *file;
	int error;

	*test = (struct lab_test){.state.lock = -1};
	if (strchr(name, '/')) {
		fprintf(stderr, "vsctl lab test: '%s' is a path; give the name of a lab that is up\n", name);
		return -EINVAL;
	}
	error = lab_state_open(&test->state, name, false, false);
	file = json_string_value(json_object_get(test->state.record, "file"));
	if (error || !file) {
		fprintf(stderr, "vsctl: lab '%s' is not up; vsctl lab up FILE makes it\n", name);
		return -ENOENT;
	}
	test->lab = lab_open_file(args, file);
	if (!test->lab)
		return -EINVAL;
	if (strcmp(test->lab->name, name) != 0) {
		fprintf(stderr, "vsctl: '%s' now describes a lab '%s', not '%s'\n", file, test->lab->name, name);
		return -EINVAL;
	}
	if (!test->lab->n_expects) {
		fprintf(stderr, "vsctl: '%s' expects nothing; add expect: to it, see vswitch-lab(5)\n", file);
		return -EINVAL;
	}
	return 0;
}

static int junit_write(const struct lab_test *test, const char *path)
{
	FILE *out = fopen(path, "we");
	int error = out ? 0 : errno;

	if (out) {
		lab_report_junit(test, out);
		error = ferror(out) ? EIO : 0;
		error = fclose(out) && !error ? errno : error;
	}
	if (error)
		fprintf(stderr, "vsctl lab test: cannot write '%s': %s\n", path, strerror(error));
	return -error;
}

static bool all_hold(const struct lab_test *test)
{
	for (size_t i = 0; i < test->n; i++) {
		if (test->probes[i].answer != PROBE_HOLDS)
			return false;
	}
	return true;
}

static int test_run(struct lab_test *test, const struct lab_args *args, bool json)
{
	const char *junit = lab_option(args, "--junit");

	lab_probes_make(test);
	/* First what waits for the network to come to rest; isolation needs that; rates want the machine for
	 * themselves. */
	lab_ask_echo(test);
	lab_ask_command(test);
	lab_ask_isolated(test);
	lab_ask_rate(test);
	lab_probes_explain(test);
	if (json)
		lab_report_json(test, stdout);
	else
		lab_report_text(test, stdout);
	if (junit && junit_write(test, junit))
		return EXIT_FAILURE;
	return all_hold(test) ? EXIT_SUCCESS : EXIT_FAILURE;
}

int lab_cmd_test(const struct lab_args *args)
{
	const char *format = lab_option(args, "--format");
	struct lab_test test;
	int status = EXIT_FAILURE;

	if (format && strcmp(format, "json") != 0 && strcmp(format, "text") != 0) {
		fprintf(stderr, "vsctl lab test: --format: '%s' is neither text nor json\n", format);
		return EXIT_FAILURE;
	}
	if (geteuid() != 0) {
		fputs("vsctl lab test: namespaces need root: use sudo\n", stderr);
		return EXIT_FAILURE;
	}
	if (!test_open(&test, args))
		status = test_run(&test, args, format && !strcmp(format, "json"));
	lab_test_destroy(&test);
	return status;
}
