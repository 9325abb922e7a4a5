/* SPDX-License-Identifier: GPL-2.0-only */
/* cmdline-text.c - what --help, --version and shell completion print, from the tables of commands and options */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/cmdline.h"

/* Called by another's name, it prints what scripts that ask for that one's version understand. */
static void print_version(const struct cmdline_program *program, FILE *out)
{
	if (program->says_version)
		fprintf(out, "%s %s\n", program->name, program->says_version);
	else
		fprintf(out, "%s (vswitch) %s\n", program->name, VS_VERSION);
}

/* The commands of a name that has only some of them, as that name writes them. */
static void print_verbs(const struct cmdline_program *program, FILE *out)
{
	fprintf(out, "%s, by vswitch\nusage: %s [OPTIONS] COMMAND [ARGUMENT]...\n\nCommands:\n", program->name,
		program->name);
	for (size_t i = 0; i < COMMAND__COUNT; i++)
		if (cmdline_program_has(program, &commands[i])) {
			char *name = command_verb(&commands[i], program->noun);
			fprintf(out, "  %s%s%s\n      %s\n", name, *commands[i].args ? " " : "", commands[i].args,
				commands[i].help);
			free(name);
		}
}

static void print_help(const struct cmdline_program *program, FILE *out)
{
	if (program->noun) {
		print_verbs(program, out);
	} else {
		fprintf(out,
			"%s: tell vswitchd what to switch\n"
			"usage: %s [OPTIONS] COMMAND [ARGUMENT]... [-- [OPTIONS] COMMAND [ARGUMENT]...]...\n"
			"\nAll commands of a line are one change: all of them happen, or none.\n",
			program->name, program->name);
		command_print_list(out);
	}
	fputs("\nOptions:\n", out);
	for (size_t i = 0; i < program->n_options; i++) {
		const struct cmdline_global *global = &program->options[i];
		if (!global->help)
			continue;
		fprintf(out, global->letter ? "  -%c, " : "      ", global->letter);
		int n = fprintf(out, "--%s%s%s", global->name, global->value ? "=" : "",
				global->value ? global->value : "");
		fprintf(out, "%*s%s\n", n < 24 ? 24 - n : 1, "", global->help);
	}
}

static void print_options(FILE *out)
{
	for (size_t i = 0; i < CMDLINE__OPTIONS; i++) {
		const struct cmdline_global *global = &cmdline_globals[i];
		const char *value = global->value ? "ARG" : "";
		fprintf(out, "--%s%s%s\n", global->name, global->value ? "=" : "", value);
		if (global->letter)
			fprintf(out, "-%c%s%s\n", global->letter, global->value ? " " : "", value);
	}
}

bool cmdline_print_text(const struct cmdline *line, const struct cmdline_program *program, FILE *out)
{
	if (cmdline_has(line, CMDLINE_HELP))
		print_help(program, out);
	else if (cmdline_has(line, CMDLINE_VERSION))
		print_version(program, out);
	else if (cmdline_has(line, CMDLINE_COMMANDS))
		command_print_words(out);
	else if (cmdline_has(line, CMDLINE_OPTIONS))
		print_options(out);
	else
		return false;
	return true;
}

/* `help fdb`: every command of that noun. Return: whether there are any. */
static bool print_noun(const char *noun, const char *program, FILE *out)
{
	size_t len = strlen(noun);
	bool any = false;

	for (size_t i = 0; i < COMMAND__COUNT; i++) {
		if (strncmp(commands[i].name, noun, len) || commands[i].name[len] != ' ')
			continue;
		if (any)
			fputc('\n', out);
		command_print_usage(&commands[i], program, out);
		any = true;
	}
	return any;
}

int cmdline_print_help(const struct cmdline_program *program, int n, char *const words[], FILE *out)
{
	int used;

	if (n == 0) {
		print_help(program, out);
		return 0;
	}
	const struct command *command = command_find(n, words, &used);
	if (command && used == n)
		command_print_usage(command, program->name, out);
	else if (n != 1 || !print_noun(words[0], program->name, out))
		return -ENOENT;
	return 0;
}

int cmdline_print_error(const struct cmdline_program *program, bool of_command, int status, const char *error,
			FILE *out)
{
	if (!program->noun || *program->noun || !of_command) {
		fprintf(out, "%s: %s\n", program->name, error);
		return status;
	}
	fprintf(out, "%s\n%s: ovs-vswitchd: server returned an error\n", error, program->name);
	return 2;
}
