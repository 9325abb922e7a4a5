/* SPDX-License-Identifier: GPL-2.0-only */
/* dialect.c - running one command line: its commands in one transaction, then what they print */
#include <errno.h>
#include <string.h>

#include "common/xalloc.h"
#include "vswitchd/control/command.h"
#include "vswitchd/control/output.h"

/* Exit status of a change that is stored but that the kernel cannot carry out yet, as ovs-vsctl has it (since 3.6). */
#define STATUS_NOT_APPLIED 65

static int (*const handlers[COMMAND__COUNT])(struct cmd *cmd) = {
#define X(id, name, min, max, args, options, group, help) [COMMAND_##id] = cmd_##id,
	COMMANDS(X)
#undef X
};

/* What one command printed: text, or a table. */
struct result {
	char *text;
	struct output_table *table;
};

/* --- what the functions behind the commands call ------------------------------------------------------------ */

int cmd_fail_text(struct cmd *cmd, char *text)
{
	free(cmd->error);
	cmd->error = text;
	cmd->status = 1;
	return -EINVAL;
}

int cmd_fail(struct cmd *cmd, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	cmd_fail_text(cmd, vs_xvasprintf(fmt, args));
	va_end(args);
	return -EINVAL;
}

bool cmd_called(const struct cmd *cmd, const char *program)
{
	return !strcmp(cmd->program, program);
}

bool cmd_has(const struct cmd *cmd, const char *option)
{
	return cmdline_option(cmd->words, option) != NULL;
}

const char *cmd_option_value(const struct cmd *cmd, const char *option)
{
	const struct cmdline_option *found = cmdline_option(cmd->words, option);

	return found ? found->value : NULL;
}

void cmd_touch(struct cmd *cmd, const struct store_row *row)
{
	if (store_row_table(row) != STORE_Interface)
		return;
	if (cmd->n_touched && !memcmp(&cmd->touched[cmd->n_touched - 1], store_row_uuid(row), sizeof(struct vs_uuid)))
		return;
	if ((cmd->n_touched & (cmd->n_touched + 1)) == 0) /* grow at 0, 1, 3, 7, ... */
		cmd->touched = vs_xrealloc(cmd->touched, (2 * cmd->n_touched + 1) * sizeof(*cmd->touched));
	cmd->touched[cmd->n_touched++] = *store_row_uuid(row);
}

void cmd_write(struct cmd *cmd, struct store_row *row, unsigned int column, const struct vs_datum *datum)
{
	const struct vs_type *type = &schema_tables[store_row_table(row)].columns[column].type;

	if (vs_datum_equal(type, store_get(row, column), datum))
		return;
	store_set(cmd->store, row, column, datum);
	cmd->changed = true;
	cmd_touch(cmd, row);
}

void cmd_write_empty(struct cmd *cmd, struct store_row *row, unsigned int column)
{
	const struct vs_datum empty = {0};

	cmd_write(cmd, row, column, &empty);
}

void cmd_refresh(struct cmd *cmd, struct store_row *row)
{
	if (store_row_table(row) == STORE_Interface && cmd->env->refresh)
		cmd->env->refresh(cmd->env->arg, row);
}

/* --- running ---------------------------------------------------------------------------------------------------- */

/* One command; what it prints goes to @result. */
static int run_command(struct cmd *cmd, const struct cmdline_command *words, struct result *result)
{
	size_t size;

	cmd->words = words;
	cmd->n_args = words->n_args;
	cmd->args = words->args;
	cmd->out = vs_xcheck(open_memstream(&result->text, &size));
	int error = handlers[words->command - commands](cmd);
	fclose(cmd->out);
	result->table = cmd->table;
	cmd->table = NULL;
	return error;
}

/* The words of the line as one string, to be kept with the change. */
static char *line_text(const struct cmd *cmd, int argc, char *const argv[])
{
	char *text = NULL;
	size_t size;
	FILE *out = vs_xcheck(open_memstream(&text, &size));

	fputs(cmd->program, out);
	for (int i = 0; i < argc; i++)
		fprintf(out, " %s", argv[i]);
	fclose(out);
	return text;
}

/* On the socket for readers, only what changes nothing. */
static int check_readers(struct cmd *cmd)
{
	for (size_t i = 0; cmd->manner->read_only && i < cmd->line->n_commands; i++)
		if (!command_looks(cmd->line->commands[i].command))
			return cmd_fail(cmd, "'%s' command may change something, and this socket is for looking only",
					cmd->line->commands[i].command->name);
	return 0;
}

/* All commands, and the commit. */
static int run_line(struct cmd *cmd, struct result *results, int argc, char *const argv[])
{
	char *error = NULL;

	int result = check_readers(cmd);
	if (result)
		return result;
	store_begin(cmd->store);
	if (cmd->manner->who)
		store_sign(cmd->store, cmd->manner->who);
	result = cmd_prepare_symbols(cmd);
	for (size_t i = 0; !result && !cmd->again && i < cmd->line->n_commands; i++)
		result = run_command(cmd, &cmd->line->commands[i], &results[i]);
	if (result || cmd->again || cmdline_has(cmd->line, CMDLINE_DRY_RUN)) {
		store_abort(cmd->store);
		return result;
	}
	char *comment = line_text(cmd, argc, argv);
	result = store_commit(cmd->store, comment, &error);
	free(comment);
	return result ? cmd_fail_text(cmd, error ? error : vs_xstrdup(strerror(-result))) : 0;
}

/* What the line asked of the datapath, now that the rest is stored. */
static void apply_fdb_changes(struct cmd *cmd)
{
	struct dp *dp = cmd->env->dp;

	for (struct cmd_fdb_change *change = cmd->fdb; dp && change; change = change->next) {
		if (change->flush)
			dp->ops->fdb_flush(dp, change->key.bridge, change->port, change->key.vlan);
		else
			dp->ops->fdb_del(dp, &change->key);
	}
}

/* Say which of the interfaces that the line made or changed could not be set up. */
static void report_interfaces(struct cmd *cmd, struct ctl_answer *answer)
{
	const char *daemon = cmd_called(cmd, "ovs-vsctl") ? "ovs-vswitchd" : "vswitchd";

	for (size_t i = 0; i < cmd->n_touched; i++) {
		struct store_row *row = store_find(cmd->store, STORE_Interface, &cmd->touched[i]);
		const char *why = row ? store_get_string(row, Interface_error) : NULL;
		bool repeated = false;
		for (size_t j = 0; j < i; j++)
			repeated |= !memcmp(&cmd->touched[i], &cmd->touched[j], sizeof(struct vs_uuid));
		if (!why || repeated)
			continue;
		fprintf(cmd->err, "%s: Error detected while setting up '%s': %s.  See %s log for details.\n",
			cmd->program, store_get_string(row, Interface_name), why, daemon);
		answer->status = STATUS_NOT_APPLIED;
	}
}

/* --- printing --------------------------------------------------------------------------------------------------- */

/* On one line: \n for a new line, \\ for a backslash. */
static void print_oneline(const char *text, FILE *out)
{
	size_t n = strlen(text);

	if (n && text[n - 1] == '\n')
		n--;
	for (size_t i = 0; i < n; i++) {
		if (text[i] == '\n')
			fputs("\\n", out);
		else if (text[i] == '\\')
			fputs("\\\\", out);
		else
			fputc(text[i], out);
	}
	fputc('\n', out);
}

/* ovs-appctl --format=json: what has no JSON of its own is one string. */
static void print_wrapped(const struct cmd *cmd, const char *text, FILE *out)
{
	json_t *reply = json_pack("{s:s, s:s}", "reply", text, "reply-format", "plain");

	json_dumpf(reply, out, cmdline_has(cmd->line, CMDLINE_PRETTY) ? JSON_INDENT(2) : JSON_COMPACT);
	fputc('\n', out);
	json_decref(reply);
}

static void print_results(const struct cmd *cmd, const struct result *results, FILE *out)
{
	bool later = false;

	for (size_t i = 0; i < cmd->line->n_commands; i++) {
		const char *text = results[i].text ? results[i].text : "";

		if (results[i].table) {
			output_table_print(results[i].table, later, out);
			later = true;
		} else if (cmd_called(cmd, "ovs-appctl") && cmd->line->format == CMDLINE_JSON) {
			print_wrapped(cmd, text, out);
		} else if (cmdline_has(cmd->line, CMDLINE_ONELINE)) {
			print_oneline(text, out);
		} else {
			fputs(text, out);
		}
	}
}

static void cmd_destroy_state(struct cmd *cmd)
{
	for (struct cmd_symbol *next, *symbol = cmd->symbols; symbol; symbol = next) {
		next = symbol->next;
		free(symbol);
	}
	for (struct cmd_fdb_change *next, *change = cmd->fdb; change; change = next) {
		next = change->next;
		free(change);
	}
	json_decref(cmd->watch);
	free(cmd->touched);
	free(cmd->file);
	free(cmd->error);
}

/* A line that was taken apart. */
static void run_parsed(struct cmd *cmd, int argc, char *const argv[], FILE *out, struct ctl_answer *answer)
{
	size_t n = cmd->line->n_commands;
	struct result *results = vs_xcalloc(n, sizeof(*results));

	if (run_line(cmd, results, argc, argv)) {
		answer->status = cmd->status;
		if (cmd->error)
			answer->status = cmdline_print_error(cmd->called, true, cmd->status, cmd->error, cmd->err);
	} else if (cmd->again) {
		answer->again = true;
	} else if (!cmdline_has(cmd->line, CMDLINE_DRY_RUN) && cmd->compact && store_compact(cmd->store, &cmd->error)) {
		answer->status = cmdline_print_error(cmd->called, true, 1, cmd->error, cmd->err);
	} else {
		print_results(cmd, results, out);
		answer->file = cmd->file;
		cmd->file = NULL;
		if (!cmdline_has(cmd->line, CMDLINE_DRY_RUN)) {
			apply_fdb_changes(cmd);
			answer->quit = cmd->quit;
			answer->cleanup = cmd->cleanup;
			answer->changed = cmd->changed;
			answer->watch = json_incref(cmd->watch);
			if (!cmdline_has(cmd->line, CMDLINE_NO_WAIT))
				report_interfaces(cmd, answer);
		}
	}
	for (size_t i = 0; i < n; i++) {
		free(results[i].text);
		output_table_free(results[i].table);
	}
	free(results);
}

void ctl_run(const struct ctl_env *env, const struct ctl_manner *manner, int argc, char *const argv[],
	     struct ctl_answer *answer)
{
	const struct cmdline_program *called = cmdline_program(manner->program);
	struct cmdline line;
	size_t out_size, err_size;
	char *error;

	*answer = (struct ctl_answer){0};
	FILE *out = vs_xcheck(open_memstream(&answer->out, &out_size));
	struct cmd cmd = {.env = env,
			  .store = env->store,
			  .manner = manner,
			  .called = called,
			  .program = called->name,
			  .line = &line};
	cmd.err = vs_xcheck(open_memstream(&answer->err, &err_size));
	int wrong = cmdline_parse(called, argc, argv, &line, &error);
	if (wrong) {
		answer->status = cmdline_print_error(called, wrong == -ENOENT, 1, error, cmd.err);
		free(error);
	} else {
		if (!cmdline_print_text(&line, called, out))
			run_parsed(&cmd, argc, argv, out, answer);
		cmdline_destroy(&line);
	}
	cmd_destroy_state(&cmd);
	fclose(cmd.err);
	fclose(out);
}

void ctl_answer_free(struct ctl_answer *answer)
{
	json_decref(answer->watch);
	free(answer->out);
	free(answer->err);
	free(answer->file);
}
