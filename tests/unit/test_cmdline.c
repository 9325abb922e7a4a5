/* SPDX-License-Identifier: GPL-2.0-only */
/* test_cmdline.c - command lines taken apart as getopt_long() and ovs-vsctl do, and the tables behind the grammar */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/cmdline.h"
#include "common/xalloc.h"

#define MAX_WORDS 32

/* Split at blanks; "''" is the empty word. */
static int split(char *text, char *argv[MAX_WORDS])
{
	int n = 0;

	for (char *save, *word = strtok_r(text, " ", &save); word; word = strtok_r(NULL, " ", &save))
		argv[n++] = strcmp(word, "''") ? word : word + 2;
	return n;
}

/* "FLAGS | name(args; options) name(args; options)": enough to see how a line was read. */
static char *describe(const struct cmdline *line)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	for (int i = 0; i < CMDLINE__OPTIONS; i++)
		if (cmdline_has(line, (enum cmdline_option_id)i))
			fprintf(out, "%s ", cmdline_globals[i].name);
	if (line->timeout >= 0)
		fprintf(out, "t=%d ", line->timeout);
	fputc('|', out);
	for (size_t i = 0; i < line->n_commands; i++) {
		const struct cmdline_command *command = &line->commands[i];
		fprintf(out, " %s(", command->command->name);
		for (int j = 0; j < command->n_args; j++)
			fprintf(out, "%s%s", j ? " " : "", command->args[j]);
		for (size_t j = 0; j < command->n_options; j++)
			fprintf(out, "; %.*s%s%s", (int)command->options[j].len, command->options[j].name,
				command->options[j].value ? "=" : "",
				command->options[j].value ? command->options[j].value : "");
		fputc(')', out);
	}
	fclose(out);
	return text;
}

/* Lines, and how they are read, or why not (after "!"). */
static const struct {
	const char *line, *read;
} lines[] = {
	{"show", "| show()"},
	{"list-br -- show", "| list-br() show()"},
	{"-- show", "| show()"},
	{"-- -- show -- -- show --", "| show() show()"},
	{"--no-wait show", "no-wait | show()"},
	{"--no-w show", "no-wait | show()"},
	{"--no-heading --column=_uuid list port", "no-headings | list(port; --columns=_uuid)"},
	{"--columns _uuid list port", "| list(port; --columns=_uuid)"},
	{"--columns=a --columns=b list port", "| list(port; --columns=b)"},
	{"-- --columns=a --columns=b list port", "!'--columns=b' option specified multiple times"},
	{"-t5 show", "timeout t=5 | show()"},
	{"-t 5 show", "timeout t=5 | show()"},
	{"--timeout=5 show", "timeout t=5 | show()"},
	{"--time 5 show", "timeout t=5 | show()"},
	{"-t 0 show", "timeout t=0 | show()"},
	{"-v show", "verbose | show()"},
	{"-vdbg show", "verbose | show()"},
	{"--verbose=x --log-file show", "verbose log-file | show()"},
	{"-fjson -dbare show", "format data | show()"},
	{"--bare show", "no-headings bare | show()"},
	{"--may-exist add-br x", "| add-br(x; --may-exist)"},
	{"--may add-br x", "| add-br(x; --may-exist)"},
	{"--may-exist -- add-br x", "| add-br(x; --may-exist)"},
	{"-- --may-exist add-br x -- --if-exists del-br y", "| add-br(x; --may-exist) del-br(y; --if-exists)"},
	{"fdb show br0", "| fdb show(br0)"},
	{"fdb/show br0", "| fdb show(br0)"},
	{"exit --cleanup", "| exit(--cleanup)"},
	{"--cleanup exit", "| exit(; --cleanup)"},
	{"add-port b ''", "| add-port(b )"},
	{"--help nonsense --nonsense", "help |"},
	{"--version", "version |"},
	{"", "!missing command name (use --help for help)"},
	{"--", "!missing command name (use --help for help)"},
	{"-- --foo", "!missing command name (use --help for help)"},
	{"--may-exist -- -- add-br x", "!missing command name (use --help for help)"},
	{"nonsense", "!unknown command 'nonsense'; use --help for help"},
	{"''", "!unknown command ''; use --help for help"},
	{"fdb", "!unknown command 'fdb'; use --help for help"},
	{"fdb nonsense", "!unknown command 'fdb'; use --help for help"},
	{"fdbshow x", "!unknown command 'fdbshow'; use --help for help"},
	{"--nonsense show", "!unrecognized option '--nonsense'"},
	{"--nonsense=x show", "!unrecognized option '--nonsense'"},
	{"--no show", "!option '--no' is ambiguous; possibilities: '--no-syslog' '--no-wait' '--no-leader-only' "
		      "'--no-shuffle-remotes' '--no-headings'"},
	{"-x show", "!invalid option -- 'x'"},
	{"-t", "!option requires an argument -- 't'"},
	{"--format", "!option '--format' requires an argument"},
	{"--no-wait=1 show", "!option '--no-wait' doesn't allow an argument"},
	{"-t x show", "!value x on -t or --timeout is invalid"},
	{"-t -1 show", "!value -1 on -t or --timeout is invalid"},
	{"-t 99999999999999999999 show", "!value 99999999999999999999 on -t or --timeout is invalid"},
	{"-f x show", "!unknown output format \"x\""},
	{"-d x show", "!unknown data format \"x\""},
	{"--if-exists add-br x", "!'add-br' command has no '--if-exists' option"},
	{"-- --may add-br x", "!'add-br' command has no '--may' option"},
	{"-- --may-exist=1 add-br x", "!'--may-exist' option on 'add-br' does not accept an argument"},
	{"-- --columns list x", "!missing argument to '--columns' option on 'list' command"},
	{"add-br", "!'add-br' command requires at least 1 arguments"},
	{"list-br x", "!'list-br' command takes at most 0 arguments"},
	{"list-br -x", "!'list-br' command takes at most 0 arguments (note that options must precede command names and "
		       "follow a \"--\" argument)"},
	{"-- -1 -2 -3 -4 -5 -6 -7 -8 -9 -10 -11 -12 -13 -14 -15 -16 -17 show", "!too many options before a command"},
};

static void test_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		char *text = vs_xstrdup(lines[i].line), *argv[MAX_WORDS], *error = NULL, *read;
		struct cmdline line;
		if (cmdline_parse(cmdline_program("vsctl"), split(text, argv), argv, &line, &error)) {
			read = vs_xasprintf("!%s", error);
			free(error);
		} else {
			read = describe(&line);
			cmdline_destroy(&line);
		}
		if (strcmp(read, lines[i].read))
			fail_msg("%s: %s", lines[i].line, read);
		free(read);
		free(text);
	}
}

/* Every row of the table can be called by its name, and says what it does. */
static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < COMMAND__COUNT; i++) {
		char *text = vs_xstrdup(commands[i].name), *argv[MAX_WORDS];
		int used, n = split(text, argv);
		assert_ptr_equal(command_find(n, argv, &used), &commands[i]);
		assert_int_equal(used, n);
		assert_true(*commands[i].help);
		assert_true(commands[i].min_args <= commands[i].max_args);
		assert_int_equal(*commands[i].args != '\0', commands[i].max_args > 0);
		free(text);
	}
}

static void test_texts(void **state)
{
	char *words[] = {"add-port", "fdb", "nonsense"}, *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	assert_int_equal(cmdline_print_help(cmdline_program("vsctl"), 1, words, out), 0);
	assert_int_equal(cmdline_print_help(cmdline_program("vsctl"), 1, words + 1, out), 0);
	assert_int_equal(cmdline_print_help(cmdline_program("vsctl"), 1, words + 2, out), -ENOENT);
	assert_int_equal(cmdline_print_help(cmdline_program("vsctl"), 0, NULL, out), 0);
	fclose(out);
	assert_non_null(strstr(text, "-- [--may-exist] add-port BRIDGE PORT [COLUMN[:KEY]=VALUE]..."));
	assert_non_null(strstr(text, "fdb flush [BRIDGE [PORT]]"));
	assert_non_null(strstr(text, "--timeout=SECS"));
	free(text);
}

/* What tools ask for to know what they talk to. */
static void test_version(void **state)
{
	char version[] = "--version", *argv[] = {version}, *text, *error;
	struct cmdline line;
	size_t size;

	(void)state;
	assert_int_equal(cmdline_parse(cmdline_program("vsctl"), 1, argv, &line, &error), 0);
	FILE *out = open_memstream(&text, &size);
	assert_true(cmdline_print_text(&line, cmdline_program("ovs-vsctl"), out));
	fclose(out);
	assert_string_equal(text, "ovs-vsctl (Open vSwitch) 3.1.0\nDB Schema 8.3.1\n");
	free(text);
	cmdline_destroy(&line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_version),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
