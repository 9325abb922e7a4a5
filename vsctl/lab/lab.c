/* SPDX-License-Identifier: GPL-2.0-only */
/* lab.c - `vsctl lab': finds the command and its options, and explains them */
#include "vsctl/lab/lab.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/xalloc.h"
#include "vsctl/lab/model.h"

const struct lab_command lab_commands[] = {
#define X(id, name, min, max, args, options, help) {name, min, max, args, options, help, lab_cmd_##id},
	LAB_COMMANDS(X)
#undef X
};
const size_t lab_n_commands = sizeof(lab_commands) / sizeof(lab_commands[0]);

static const struct lab_command *find(const char *name)
{
	for (size_t i = 0; i < lab_n_commands; i++) {
		if (!strcmp(lab_commands[i].name, name))
			return &lab_commands[i];
	}
	return NULL;
}

/* "lab up FILE [--set=...]" */
static void print_syntax(const struct lab_command *command, FILE *out)
{
	fprintf(out, "lab %s%s%s", command->name, *command->args ? " " : "", command->args);
	for (const char *option = command->options; *option; option += strspn(option, " ")) {
		int word = (int)strcspn(option, " ");

		fprintf(out, " [%.*s%s]", word, option, option[word - 1] == '=' ? "..." : "");
		option += word;
	}
}

void lab_print_list(FILE *out)
{
	fputs("\nLab commands (see vswitch-lab(5) for the file):\n", out);
	for (size_t i = 0; i < lab_n_commands; i++) {
		fputs("  ", out);
		print_syntax(&lab_commands[i], out);
		fprintf(out, "\n      %s\n", lab_commands[i].help);
	}
}

void lab_print_words(FILE *out)
{
	for (size_t i = 0; i < lab_n_commands; i++)
		fprintf(out, "lab %s\t%s\t%s\n", lab_commands[i].name, lab_commands[i].options, lab_commands[i].args);
}

const char *lab_option(const struct lab_args *args, const char *name)
{
	for (size_t i = args->n_options; i; i--) {
		if (!strcmp(args->options[i - 1].name, name))
			return args->options[i - 1].value;
	}
	return NULL;
}

/* The option of the command that @word is. Return: its name with the dashes, malloc()ed, or NULL. */
static char *option_name(const struct lab_command *command, const char *word, bool *needs_value)
{
	size_t n = strcspn(word, "=");

	for (const char *option = command->options; *option; option += strspn(option, " ")) {
		size_t length = strcspn(option, " ");

		*needs_value = option[length - 1] == '=';
		if (length - *needs_value == n && !strncmp(option, word, n))
			return strndup(option, n);
		option += length;
	}
	return NULL;
}

/* Take one option, and its value where that is a word of its own. Return: how many words, 0 with the error printed. */
static int option_take(struct lab_args *args, int argc, char *const argv[])
{
	const char *equals = strchr(argv[0], '='), *value = equals ? equals + 1 : "";
	bool needs_value = false;
	char *name = option_name(args->command, argv[0], &needs_value);
	int used = 1;

	if (!name) {
		fprintf(stderr, "vsctl lab %s: no option '%s'; use vsctl lab help %s\n", args->command->name, argv[0],
			args->command->name);
		return 0;
	}
	if (needs_value && !equals) {
		used = 2;
		value = argc > 1 ? argv[1] : NULL;
	}
	if (!value || (equals && !needs_value)) {
		fprintf(stderr, "vsctl lab %s: option '%s' %s\n", args->command->name, name,
			value ? "takes no value" : "needs a value");
		free(name);
		return 0;
	}
	args->options = vs_xrealloc(args->options, (args->n_options + 1) * sizeof(*args->options));
	args->options[args->n_options++] = (struct lab_arg_option){name, value};
	return used;
}

static bool args_read(struct lab_args *args, int argc, char *const argv[])
{
	args->argv = vs_xcalloc((size_t)argc + 1, sizeof(*args->argv));
	for (int i = 0; i < argc;) {
		if (!strcmp(argv[i], "--")) {
			args->rest = argv + i + 1;
			args->n_rest = argc - i - 1;
			break;
		}
		if (argv[i][0] == '-' && argv[i][1]) {
			int used = option_take(args, argc - i, argv + i);

			if (!used)
				return false;
			i += used;
		} else {
			args->argv[args->argc++] = argv[i++];
		}
	}
	if (args->argc >= args->command->min_args && args->argc <= args->command->max_args)
		return true;
	fputs("usage: vsctl ", stderr);
	print_syntax(args->command, stderr);
	fputc('\n', stderr);
	return false;
}

static int print_help(int argc, char *const argv[])
{
	const struct lab_command *command = argc ? find(argv[0]) : NULL;

	if (!argc) {
		lab_print_list(stdout);
	} else if (command) {
		fputs("usage: vsctl ", stdout);
		print_syntax(command, stdout);
		printf("\n\n  %s\n", command->help);
	} else {
		fprintf(stderr, "vsctl lab help: no command '%s'; use vsctl lab help\n", argv[0]);
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}

/* No such command: say so, and which was meant. */
static int unknown(const char *word)
{
	const char *names[sizeof(lab_commands) / sizeof(lab_commands[0])];
	const char *near;

	for (size_t i = 0; i < lab_n_commands; i++)
		names[i] = lab_commands[i].name;
	near = lab_nearest(word, names, lab_n_commands);
	fprintf(stderr, "vsctl lab: no command '%s'; %s%s%s\n", word, near ? "did you mean '" : "use vsctl lab help",
		near ? near : "", near ? "'?" : "");
	return EXIT_FAILURE;
}

int lab_main(const char *rundir, int argc, char *const argv[])
{
	struct lab_args args = {.rundir = rundir};
	int status = EXIT_FAILURE;

	if (!argc || !strcmp(argv[0], "help") || !strcmp(argv[0], "--help") || !strcmp(argv[0], "-h"))
		return print_help(argc > 1 ? argc - 1 : 0, argv + 1);
	args.command = find(argv[0]);
	if (!args.command)
		return unknown(argv[0]);
	if (args_read(&args, argc - 1, argv + 1))
		status = args.command->run(&args);
	for (size_t i = 0; i < args.n_options; i++)
		free((char *)(uintptr_t)args.options[i].name);
	free(args.options);
	free(args.argv);
	return status;
}

struct lab *lab_open_file(const struct lab_args *args, const char *path)
{
	const char **vars = vs_xcalloc(args->n_options, sizeof(*vars));
	struct lab_options options = {
		.vars = vars, .site = lab_option(args, "--site"), .datapath = lab_option(args, "--datapath")};
	struct lab_problems problems = {0};
	struct lab *lab;

	for (size_t i = 0; i < args->n_options; i++) {
		if (!strcmp(args->options[i].name, "--set"))
			vars[options.n_vars++] = args->options[i].value;
	}
	lab = lab_load(path, &options, &problems);
	lab_problems_print(&problems, stderr);
	lab_problems_destroy(&problems);
	free(vars);
	return lab;
}

int lab_output(const struct lab_args *args, const char *text)
{
	const char *path = lab_option(args, "-o");
	FILE *out = path && strcmp(path, "-") ? fopen(path, "we") : stdout;
	int error = out ? 0 : -errno;

	if (out && (fputs(text, out) < 0 || fflush(out)))
		error = -errno;
	if (out && out != stdout && fclose(out) && !error)
		error = -errno;
	if (error)
		fprintf(stderr, "vsctl lab %s: cannot write '%s': %s\n", args->command->name, path ? path : "-",
			strerror(-error));
	return error;
}

int lab_cmd_check(const struct lab_args *args)
{
	struct lab *lab = lab_open_file(args, args->argv[0]);

	lab_free(lab);
	return lab ? EXIT_SUCCESS : EXIT_FAILURE;
}
