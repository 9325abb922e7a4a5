/* SPDX-License-Identifier: GPL-2.0-only */
/* commands.c - looking up and explaining the rows of commands.h */
#include "common/commands.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/xalloc.h"

const struct command commands[COMMAND__COUNT] = {
#define X(id, name, min, max, args, options, group, help)                                                              \
	[COMMAND_##id] = {name, min, max, args, options, COMMAND_GROUP_##group, help},
	COMMANDS(X)
#undef X
};

const char *const command_groups[COMMAND_GROUP__COUNT] = {
#define X(id, title) [COMMAND_GROUP_##id] = title,
	COMMAND_GROUPS(X)
#undef X
};

/* How many of @words spell @name, 0 if they do not. */
static int command_match(const char *name, int n, char *const words[])
{
	const char *space = strchr(name, ' ');
	size_t noun = space ? (size_t)(space - name) : strlen(name);

	if (n < 1 || strncmp(words[0], name, noun))
		return 0;
	const char *rest = words[0] + noun;
	if (!space)
		return *rest == '\0';
	if (*rest == '/')
		return !strcmp(rest + 1, space + 1);
	return *rest == '\0' && n > 1 && !strcmp(words[1], space + 1) ? 2 : 0;
}

const struct command *command_find(int n, char *const words[], int *used)
{
	for (size_t i = 0; i < COMMAND__COUNT; i++) {
		*used = command_match(commands[i].name, n, words);
		if (*used)
			return &commands[i];
	}
	return NULL;
}

bool command_looks(const struct command *command)
{
	static const bool looks[COMMAND__COUNT] = {
#define X(id) [COMMAND_##id] = true,
		COMMANDS_THAT_LOOK(X)
#undef X
	};

	return looks[command - commands];
}

enum command_file command_file(const struct command *command)
{
	switch (command - commands) {
	case COMMAND_apply:
	case COMMAND_db_check:
	case COMMAND_db_restore:
		return COMMAND_FILE_IN;
	case COMMAND_export:
	case COMMAND_db_backup:
		return COMMAND_FILE_OUT;
	default:
		return COMMAND_FILE_NONE;
	}
}

char *command_verb(const struct command *command, const char *noun)
{
	char *word = vs_xstrdup(command->name + (*noun ? strlen(noun) + 1 : 0));
	char *space = strchr(word, ' ');

	if (space)
		*space = '/';
	return word;
}

const struct command *command_find_verb(const char *noun, const char *word)
{
	char *name = *noun ? vs_xasprintf("%s/%s", noun, word) : vs_xstrdup(word);
	int used;
	const struct command *command = command_find(1, &name, &used);

	free(name);
	return command;
}

int command_option_arg(const struct command *command, const char *name, size_t len)
{
	const char *option = command->options;

	while (*option) {
		size_t word = strcspn(option, " ");
		bool value = option[word - 1] == '=';
		if (word - value == len && !strncmp(option, name, len))
			return value;
		option += word;
		option += strspn(option, " ");
	}
	return -1;
}

/* "[--may-exist] add-br BRIDGE [PARENT VLAN]". Return: how many characters. */
static int command_print_syntax(const struct command *command, FILE *out)
{
	int n = 0;

	for (const char *option = command->options; *option; option += strspn(option, " ")) {
		int word = (int)strcspn(option, " ");
		n += fprintf(out, "[%.*s%s] ", word, option, option[word - 1] == '=' ? "..." : "");
		option += word;
	}
	return n + fprintf(out, "%s%s%s", command->name, *command->args ? " " : "", command->args);
}

void command_print_usage(const struct command *command, const char *program, FILE *out)
{
	fprintf(out, "usage: %s [OPTIONS] %s", program, *command->options ? "-- " : "");
	command_print_syntax(command, out);
	fprintf(out, "\n\n  %s\n", command->help);
}

void command_print_list(FILE *out)
{
	for (size_t group = 0; group < COMMAND_GROUP__COUNT; group++) {
		fprintf(out, "\n%s:\n", command_groups[group]);
		for (size_t i = 0; i < COMMAND__COUNT; i++) {
			if (commands[i].group != group)
				continue;
			fputs("  ", out);
			command_print_syntax(&commands[i], out);
			fprintf(out, "\n      %s\n", commands[i].help);
		}
	}
}

void command_print_words(FILE *out)
{
	for (size_t i = 0; i < COMMAND__COUNT; i++)
		fprintf(out, "%s\t%s\t%s\n", commands[i].name, commands[i].options, commands[i].args);
}
