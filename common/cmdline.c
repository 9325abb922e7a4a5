/* SPDX-License-Identifier: GPL-2.0-only */
/* cmdline.c - taking a command line apart */
#include "common/cmdline.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/xalloc.h"

const struct cmdline_global cmdline_globals[CMDLINE__OPTIONS] = {
#define X(id, name, letter, value, help) [CMDLINE_##id] = {name, letter, CMDLINE_##id, value, help},
	CMDLINE_OPTIONS(X)
#undef X
};

#define MOST_SECONDS 1000000

enum option_arg { ARG_NONE, ARG_REQUIRED, ARG_OPTIONAL };

/* What a word among the global options may mean: a @global option, or one of some command when NULL. */
struct candidate {
	const char *name; /* without dashes */
	size_t len;
	enum option_arg arg;
	const struct cmdline_global *global;
};

/* The state of one cmdline_parse(). */
struct parser {
	const struct cmdline_program *program;
	int argc;
	char *const *argv;
	int at; /* next word */
	struct cmdline *line;
	struct cmdline_command first; /* options of the first command that stood among the global ones */
	char *error;
};

static int parser_fail(struct parser *parser, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static int parser_fail(struct parser *parser, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	parser->error = vs_xvasprintf(fmt, args);
	va_end(args);
	return -EINVAL;
}

static enum option_arg global_arg(const struct cmdline_global *global)
{
	if (!global->value)
		return ARG_NONE;
	return *global->value == '[' ? ARG_OPTIONAL : ARG_REQUIRED;
}

/* --- global options ----------------------------------------------------------------------------------------- */

/* A number from 0 to @most. Return: -1 if @text is anything else. */
static int parse_number(const char *text, int most)
{
	char *end;

	if (!text || *text < '0' || *text > '9')
		return -1;
	long value = strtol(text, &end, 10);
	return *end || value > most ? -1 : (int)value;
}

/* Index of @word in @words, -1 if it is not there. */
static int find_word(const char *const words[], int n, const char *word)
{
	for (int i = 0; i < n; i++)
		if (!strcmp(words[i], word))
			return i;
	return -1;
}

static int parse_format(struct parser *parser, const char *text)
{
	static const char *const formats[] = {
		[CMDLINE_LIST] = "list", [CMDLINE_TABLE] = "table", [CMDLINE_CSV] = "csv",
		[CMDLINE_HTML] = "html", [CMDLINE_JSON] = "json",   [CMDLINE_YAML] = "yaml"};
	int format = find_word(formats, sizeof(formats) / sizeof(*formats), text);

	if (format < 0 || (format == CMDLINE_YAML && !parser->line->n_commands))
		return parser_fail(parser, "unknown output format \"%s\"", text);
	parser->line->format = (enum cmdline_format)format;
	return 0;
}

static int parse_data(struct parser *parser, const char *text)
{
	static const char *const formats[] = {
		[CMDLINE_STRING] = "string", [CMDLINE_BARE_DATA] = "bare", [CMDLINE_JSON_DATA] = "json"};
	int data = find_word(formats, sizeof(formats) / sizeof(*formats), text);

	if (data < 0)
		return parser_fail(parser, "unknown data format \"%s\"", text);
	parser->line->data = (enum cmdline_data)data;
	return 0;
}

static int set_global(struct parser *parser, enum cmdline_option_id id, const char *value)
{
	struct cmdline *line = parser->line;

	line->set |= 1ull << id;
	switch (id) {
	case CMDLINE_DB:
		line->db = value;
		return 0;
	case CMDLINE_RUNDIR:
		line->rundir = value;
		return 0;
	case CMDLINE_TARGET:
		line->target = value;
		return 0;
	case CMDLINE_TIMEOUT:
		line->timeout = parse_number(value, MOST_SECONDS);
		return line->timeout < 0 ? parser_fail(parser, "value %s on -t or --timeout is invalid", value) : 0;
	case CMDLINE_MAX_COLUMN_WIDTH:
		line->max_column_width = parse_number(value, INT_MAX);
		return line->max_column_width < 0
			       ? parser_fail(parser, "value %s on --max-column-width is invalid", value)
			       : 0;
	case CMDLINE_FORMAT:
		return parse_format(parser, value);
	case CMDLINE_DATA:
		return parse_data(parser, value);
	case CMDLINE_BARE:
		line->format = CMDLINE_LIST;
		line->data = CMDLINE_BARE_DATA;
		line->set |= 1ull << CMDLINE_NO_HEADINGS;
		return 0;
	default:
		return 0;
	}
}

static int add_option(struct parser *parser, struct cmdline_command *command, const char *name, size_t len,
		      const char *value)
{
	if (command->n_options == CMDLINE_MAX_OPTIONS)
		return parser_fail(parser, "too many options before a command");
	command->options[command->n_options++] = (struct cmdline_option){name, len, value};
	return 0;
}

/*
 * Every option whose name begins with @word, global ones first, up to @max, each name once; an exact match alone.
 * Return: how many.
 */
static size_t find_candidates(const struct cmdline_program *program, const char *word, size_t len,
			      struct candidate *found, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < program->n_options; i++) {
		const struct cmdline_global *global = &program->options[i];
		if (strncmp(global->name, word, len))
			continue;
		struct candidate candidate = {global->name, strlen(global->name), global_arg(global), global};
		if (candidate.len == len) {
			found[0] = candidate;
			return 1;
		}
		if (n < max)
			found[n++] = candidate;
	}
	for (int i = 0; i < COMMAND__COUNT && !program->noun; i++) {
		const char *option = commands[i].options;
		for (; *option; option += strcspn(option, " "), option += strspn(option, " ")) {
			size_t name_len = strcspn(option, " =") - 2, j;
			if (name_len < len || strncmp(option + 2, word, len))
				continue;
			enum option_arg arg = option[name_len + 2] == '=' ? ARG_REQUIRED : ARG_NONE;
			struct candidate candidate = {option + 2, name_len, arg, NULL};
			if (name_len == len) {
				found[0] = candidate;
				return 1;
			}
			for (j = 0; j < n; j++)
				if (found[j].len == name_len && !strncmp(found[j].name, option + 2, name_len))
					break;
			if (j == n && n < max)
				found[n++] = candidate;
		}
	}
	return n;
}

static int fail_ambiguous(struct parser *parser, const char *word, const struct candidate *found, size_t n)
{
	char *list = vs_xstrdup("");

	for (size_t i = 0; i < n; i++) {
		char *longer = vs_xasprintf("%s '--%.*s'", list, (int)found[i].len, found[i].name);
		free(list);
		list = longer;
	}
	parser_fail(parser, "option '%s' is ambiguous; possibilities:%s", word, list);
	free(list);
	return -EINVAL;
}

/* A word that begins with two dashes, and perhaps the next one as its value. */
static int parse_long(struct parser *parser, const char *word)
{
	const char *name = word + 2, *equals = strchr(name, '='), *value = equals ? equals + 1 : NULL;
	struct candidate found[CMDLINE__OPTIONS + 32];
	size_t len = equals ? (size_t)(equals - name) : strlen(name);
	size_t n = find_candidates(parser->program, name, len, found, sizeof(found) / sizeof(*found));

	if (n == 0)
		return parser_fail(parser, "unrecognized option '--%.*s'", (int)len, name);
	if (n > 1)
		return fail_ambiguous(parser, word, found, n);
	if (value && found->arg == ARG_NONE)
		return parser_fail(parser, "option '--%.*s' doesn't allow an argument", (int)found->len, found->name);
	if (!value && found->arg == ARG_REQUIRED) {
		if (parser->at == parser->argc)
			return parser_fail(parser, "option '--%.*s' requires an argument", (int)found->len,
					   found->name);
		value = parser->argv[parser->at++];
	}
	if (found->global)
		return set_global(parser, found->global->id, value);
	/* The rows of commands.h write the dashes too. Given twice it counts once: the last one. */
	for (size_t i = 0; i < parser->first.n_options; i++)
		if (parser->first.options[i].len == found->len + 2 &&
		    !strncmp(parser->first.options[i].name + 2, found->name, found->len)) {
			parser->first.options[i].value = value;
			return 0;
		}
	return add_option(parser, &parser->first, found->name - 2, found->len + 2, value);
}

/* A word that begins with one dash: letters, the last of which may take the rest or the next word as its value. */
static int parse_letters(struct parser *parser, const char *word)
{
	const struct cmdline_global *options = parser->program->options;

	for (const char *letter = word + 1; *letter; letter++) {
		size_t i = 0;
		while (i < parser->program->n_options && options[i].letter != *letter)
			i++;
		if (i == parser->program->n_options)
			return parser_fail(parser, "invalid option -- '%c'", *letter);
		enum option_arg arg = global_arg(&options[i]);
		const char *value = NULL;
		if (arg != ARG_NONE && letter[1])
			value = letter + 1;
		else if (arg == ARG_REQUIRED && parser->at < parser->argc)
			value = parser->argv[parser->at++];
		else if (arg == ARG_REQUIRED)
			return parser_fail(parser, "option requires an argument -- '%c'", *letter);
		int error = set_global(parser, options[i].id, value);
		if (error || value)
			return error;
	}
	return 0;
}

static bool asks_text(const struct cmdline *line)
{
	return cmdline_has(line, CMDLINE_HELP) || cmdline_has(line, CMDLINE_VERSION) ||
	       cmdline_has(line, CMDLINE_COMMANDS) || cmdline_has(line, CMDLINE_OPTIONS);
}

/* Options up to the first word that is none. */
static int parse_globals(struct parser *parser)
{
	int error = 0;

	while (!error && parser->at < parser->argc && !asks_text(parser->line)) {
		const char *word = parser->argv[parser->at];
		if (word[0] != '-' || !word[1])
			break;
		parser->at++;
		if (!strcmp(word, "--"))
			break;
		error = word[1] == '-' ? parse_long(parser, word) : parse_letters(parser, word);
	}
	return error;
}

/* Options between other words, up to "--"; the other words are left as those of the parser. */
static int parse_mixed(struct parser *parser)
{
	char **words = vs_xcalloc((size_t)parser->argc + 1, sizeof(*words));
	int n = 0, error = 0;

	parser->line->words = words;
	while (!error && parser->at < parser->argc && !asks_text(parser->line)) {
		error = parse_globals(parser);
		bool ended = parser->at > 0 && !strcmp(parser->argv[parser->at - 1], "--");
		do {
			if (parser->at < parser->argc)
				words[n++] = parser->argv[parser->at++];
		} while (ended && parser->at < parser->argc);
	}
	parser->argv = words;
	parser->argc = n;
	parser->at = 0;
	return error;
}

/* --- commands ----------------------------------------------------------------------------------------------- */

static int check_options(struct parser *parser, const struct cmdline_command *command)
{
	const char *name = command->command->name;

	for (size_t i = 0; i < command->n_options; i++) {
		const struct cmdline_option *option = &command->options[i];
		int len = (int)option->len, arg = command_option_arg(command->command, option->name, option->len);
		if (arg < 0)
			return parser_fail(parser, "'%s' command has no '%.*s' option", name, len, option->name);
		if (arg && !option->value)
			return parser_fail(parser, "missing argument to '%.*s' option on '%s' command", len,
					   option->name, name);
		if (!arg && option->value)
			return parser_fail(parser, "'%.*s' option on '%s' does not accept an argument", len,
					   option->name, name);
	}
	return 0;
}

static int check_args(struct parser *parser, const struct cmdline_command *command)
{
	const struct command *row = command->command;

	if (command->n_args < row->min_args)
		return parser_fail(parser, "'%s' command requires at least %d arguments", row->name, row->min_args);
	if (command->n_args <= row->max_args)
		return 0;
	for (int i = 0; i < command->n_args; i++)
		if (command->args[i][0] == '-')
			return parser_fail(parser,
					   "'%s' command takes at most %d arguments (note that options must precede "
					   "command names and follow a \"--\" argument)",
					   row->name, row->max_args);
	return parser_fail(parser, "'%s' command takes at most %d arguments", row->name, row->max_args);
}

/* `apply FILE --dry-run`: of commands with a FILE, global options may also be the last words. */
static int parse_trailing(struct parser *parser, struct cmdline_command *command)
{
	int error = 0;

	while (!error && command->n_args && !strncmp(command->args[command->n_args - 1], "--", 2))
		error = parse_long(parser, command->args[--command->n_args]);
	return error;
}

/* One command: the @n words at @words, no "--" among them; @command may have options already. */
static int parse_command(struct parser *parser, struct cmdline_command *command, int n, char *const words[])
{
	int i, used, error;

	for (i = 0; i < n && words[i][0] == '-'; i++) {
		const char *equals = strchr(words[i], '=');
		size_t len = equals ? (size_t)(equals - words[i]) : strlen(words[i]);
		for (size_t j = 0; j < command->n_options; j++)
			if (command->options[j].len == len && !strncmp(command->options[j].name, words[i], len))
				return parser_fail(parser, "'%s' option specified multiple times", words[i]);
		error = add_option(parser, command, words[i], len, equals ? equals + 1 : NULL);
		if (error)
			return error;
	}
	if (i == n)
		return parser_fail(parser, "missing command name (use --help for help)");
	command->command = command_find(n - i, words + i, &used);
	if (!command->command)
		return parser_fail(parser, "unknown command '%s'; use --help for help", words[i]);
	command->args = words + i + used;
	command->n_args = n - i - used;
	error = command_file(command->command) ? parse_trailing(parser, command) : 0;
	if (!error)
		error = check_options(parser, command);
	return error ? error : check_args(parser, command);
}

static int parse_commands(struct parser *parser)
{
	struct cmdline *line = parser->line;
	int start = parser->at, error;

	line->commands = vs_xcalloc((size_t)(parser->argc - start) + 1, sizeof(*line->commands));
	for (int i = start; i <= parser->argc; i++) {
		if (i < parser->argc && strcmp(parser->argv[i], "--"))
			continue;
		if (i == start && parser->first.n_options)
			return parser_fail(parser, "missing command name (use --help for help)");
		if (i > start) {
			struct cmdline_command *command = &line->commands[line->n_commands++];
			*command = parser->first;
			parser->first = (struct cmdline_command){0};
			error = parse_command(parser, command, i - start, parser->argv + start);
			if (error)
				return error;
		}
		start = i + 1;
	}
	if (!line->n_commands)
		return parser_fail(parser, "missing command name (use --help for help)");
	return 0;
}

/* Of the names that are no ovs-vsctl: one command, without options of its own, as the original counts its arguments. */
static int parse_one_command(struct parser *parser)
{
	const char *noun = parser->program->noun, *name = parser->argv[parser->at];
	const char *quote = *noun ? "'" : "\"";
	struct cmdline_command *command;

	if (parser->at == parser->argc)
		return parser_fail(parser,
				   *noun ? "missing command name; use --help for help"
					 : "at least one non-option argument is required (use --help for help)");
	parser->line->commands = command = vs_xcalloc(1, sizeof(*command));
	parser->line->n_commands = 1;
	command->command = command_find_verb(noun, name);
	command->args = parser->argv + parser->at + 1;
	command->n_args = parser->argc - parser->at - 1;
	const struct command *row = command->command;
	if (!row || !cmdline_program_has(parser->program, row)) {
		parser_fail(
			parser,
			*noun ? "unknown command '%s'; use --help for help"
			      : "\"%s\" is not a valid command (use \"list-commands\" to see a list of valid commands)",
			name);
		return -ENOENT;
	}
	if (command->n_args >= row->min_args && command->n_args <= row->max_args)
		return 0;
	bool few = command->n_args < row->min_args;
	parser_fail(parser, "%s%s%s command %s %d arguments", quote, name, quote,
		    few ? "requires at least" : "takes at most", few ? row->min_args : row->max_args);
	return -ENOENT;
}

int cmdline_parse(const struct cmdline_program *program, int argc, char *const argv[], struct cmdline *line,
		  char **error)
{
	struct parser parser = {.program = program, .argc = argc, .argv = argv, .line = line};
	int result;

	*line = (struct cmdline){.timeout = -1};
	result = program->anywhere ? parse_mixed(&parser) : parse_globals(&parser);
	if (!result && !asks_text(line))
		result = program->noun ? parse_one_command(&parser) : parse_commands(&parser);
	if (result) {
		cmdline_destroy(line);
		*error = parser.error;
	}
	return result;
}

void cmdline_destroy(struct cmdline *line)
{
	free(line->commands);
	free(line->words);
	line->commands = NULL;
	line->words = NULL;
}

const struct cmdline_option *cmdline_option(const struct cmdline_command *command, const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < command->n_options; i++)
		if (command->options[i].len == len && !strncmp(command->options[i].name, name, len))
			return &command->options[i];
	return NULL;
}
