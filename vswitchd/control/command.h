/* SPDX-License-Identifier: GPL-2.0-only */
/* command.h - what the functions behind the commands share */
#ifndef VS_COMMAND_H
#define VS_COMMAND_H

/*
 * A command line becomes one struct cmd, which its commands run on one after the other inside one transaction. Each
 * command is a function cmd_<id>() (the id of its row in common/commands.h) that reads cmd->args, changes the store,
 * writes text to cmd->out or fills cmd->table, and returns 0 or cmd_fail(). Whatever has an effect outside the store
 * is left in struct cmd and happens after the commit, so that a failing line leaves no trace.
 */
#include <stdbool.h>
#include <stdio.h>

#include "common/cmdline.h"
#include "vswitchd/control/control.h"

struct output_table;

/* --id=@name: a row that other commands of the line may refer to */
struct cmd_symbol {
	const char *name; /* with the @ */
	struct vs_uuid uuid;
	struct store_row *row; /* made for a `create` that may not have run yet; NULL once it has, and for `get` */
	struct cmd_symbol *next;
};

/* fdb flush, or fdb del of a learned station: done to the datapath after the commit */
struct cmd_fdb_change {
	bool flush;
	uint32_t port;
	struct vs_fdb_key key;
	struct cmd_fdb_change *next;
};

/**
 * struct cmd - a command line being run
 * @called: the name that the line was given by, and its grammar; @program is the name alone
 * @words: the command that is running; @n_args and @args are its arguments
 * @out: what the command prints
 * @table: ... or a table, owned
 * @err: warnings, for stderr
 * @file: what is to be written to the file that the command names
 * @compact: write the database file anew after the commit
 * @error: why it failed, malloc()ed
 * @status: exit status when it failed
 * @symbols: rows named by --id
 * @touched: UUIDs of the Interface rows that the line inserted or changed
 * @fdb: what to do to the datapath after the commit
 * @again: the line waits for something that is not so yet: nothing is changed, and it is to be run again later
 * @changed: the line wrote something
 * @quit, @cleanup, @watch: see struct ctl_answer
 */
struct cmd {
	const struct ctl_env *env;
	struct store *store;
	const struct ctl_manner *manner;
	const struct cmdline_program *called;
	const char *program;
	const struct cmdline *line;
	const struct cmdline_command *words;
	int n_args;
	char *const *args;
	FILE *out, *err;
	struct output_table *table;
	char *file, *error;
	int status;
	struct cmd_symbol *symbols;
	struct vs_uuid *touched;
	size_t n_touched;
	struct cmd_fdb_change *fdb;
	bool again, changed, compact, quit, cleanup;
	json_t *watch;
};

#define X(id, name, min, max, args, options, group, help) int cmd_##id(struct cmd *cmd);
COMMANDS(X)
#undef X

/** cmd_fail() - say why the line cannot be run. Return: -EINVAL, for the caller to return. */
int cmd_fail(struct cmd *cmd, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/** cmd_fail_text() - the same with a malloc()ed sentence, which it takes. */
int cmd_fail_text(struct cmd *cmd, char *text);

/** cmd_called() - whether the line was given by that name ("ovs-appctl"), which has an answer of its own. */
bool cmd_called(const struct cmd *cmd, const char *program);

/** cmd_has() - whether the running command was given @option ("--may-exist"). */
bool cmd_has(const struct cmd *cmd, const char *option);

/** cmd_option_value() - the value given to @option of the running command. Return: NULL if it was not given. */
const char *cmd_option_value(const struct cmd *cmd, const char *option);

/* --- changing rows (dialect.c) -------------------------------------------------------------------------------- */

/** cmd_write() - give a column a value, if that is not what it has. */
void cmd_write(struct cmd *cmd, struct store_row *row, unsigned int column, const struct vs_datum *datum);
void cmd_write_empty(struct cmd *cmd, struct store_row *row, unsigned int column);

/** cmd_touch() - note that the line inserted or changed @row. */
void cmd_touch(struct cmd *cmd, const struct store_row *row);

/* --- names (names.c) ------------------------------------------------------------------------------------------ */

/* The column that every table has and no schema row describes. */
#define CMD_COLUMN_UUID UINT_MAX

/** cmd_find_table() - a table by its name or a unique beginning of it, in any case, with - for _. */
int cmd_find_table(struct cmd *cmd, const char *text, enum store_table_id *table);

/** cmd_find_column() - a column by the same rule; @text is @len bytes long. */
int cmd_find_column(struct cmd *cmd, enum store_table_id table, const char *text, size_t len, unsigned int *column);

/**
 * cmd_find_row() - a record by UUID, by name, as ".", by the name of the row that refers to it, or by the beginning
 *	of its UUID (at least 4 digits)
 * @must: fail when there is none; otherwise *@row is NULL then
 */
int cmd_find_row(struct cmd *cmd, enum store_table_id table, const char *text, bool must, struct store_row **row);

/**
 * struct cmd_assignment - COLUMN[:KEY] and an operator with a value, where the command takes one
 * @key: text of the key, @key_len bytes, or NULL
 * @op: index of the operator among those allowed
 * @value: text after the operator, or NULL
 */
struct cmd_assignment {
	unsigned int column;
	const char *key;
	size_t key_len;
	int op;
	const char *value;
};

/**
 * cmd_parse_assignment() - take @text apart
 * @ops: the operators that may follow, ended by NULL; or NULL where only COLUMN[:KEY] is wanted
 */
int cmd_parse_assignment(struct cmd *cmd, enum store_table_id table, const char *text, const char *const *ops,
			 struct cmd_assignment *assignment);

/* --- values (values.c) ---------------------------------------------------------------------------------------- */

/** cmd_parse_value() - vs_datum_parse(), where @name may stand for a UUID. On failure cmd_fail() has been called. */
int cmd_parse_value(struct cmd *cmd, const struct vs_type *type, const char *text, struct vs_datum *datum);

/** cmd_parse_atom() - the whole of @text (@len bytes) as one value of type @base. */
int cmd_parse_atom(struct cmd *cmd, const struct vs_base_type *base, const char *text, size_t len,
		   struct vs_datum *datum);

/** cmd_assign() - do what COLUMN[:KEY]=VALUE says to @row. */
int cmd_assign(struct cmd *cmd, struct store_row *row, const char *text);

/** cmd_check_writable() - refuse columns that users may not write. */
int cmd_check_writable(struct cmd *cmd, enum store_table_id table, unsigned int column);

/** cmd_prepare_symbols() - make the rows that `--id=@name create` commands of the line name. */
int cmd_prepare_symbols(struct cmd *cmd);

struct cmd_symbol *cmd_find_symbol(struct cmd *cmd, const char *name, size_t len);

/** cmd_define_symbol() - let --id=@name mean a row. */
int cmd_define_symbol(struct cmd *cmd, const char *name, const struct vs_uuid *uuid, struct store_row *row);

/* --- bridges and ports (bridges.c) ---------------------------------------------------------------------------- */

/**
 * struct cmd_bridge - a bridge, or a fake one that stands for one VLAN of it
 * @row: the Bridge row
 * @fake: the Port row that makes a fake bridge, or NULL
 */
struct cmd_bridge {
	struct store_row *row, *fake;
	const char *name;
	int64_t vlan;
};

/** cmd_find_bridge() - by name. Return: 0; 1 when there is none and not @must; -EINVAL after cmd_fail(). */
int cmd_find_bridge(struct cmd *cmd, const char *name, bool must, struct cmd_bridge *bridge);

/** cmd_port_bridge() - the bridge, real or fake, that a Port row is in. */
void cmd_port_bridge(struct cmd *cmd, struct store_row *port, struct cmd_bridge *bridge);

/**
 * cmd_fake_bridges() - the Port row that makes the fake bridge of each VLAN, NULL where there is none
 * Return: VS_VLANS entries, to be freed.
 */
struct store_row **cmd_fake_bridges(struct cmd *cmd, struct store_row *bridge);

/** cmd_print_sorted() - print names, one on each line, in order. */
void cmd_print_sorted(struct cmd *cmd, const char **names, size_t n);

/** cmd_find_port() - the Port row of a port that is not a bridge's own. Return: NULL if there is none. */
struct store_row *cmd_find_port(struct cmd *cmd, const char *name);

/** cmd_find_interface() - the same for interfaces. */
struct store_row *cmd_find_interface(struct cmd *cmd, const char *name);

/** cmd_check_free() - refuse a name for a new @what ("bridge", "port", "interface") that something has already. */
int cmd_check_free(struct cmd *cmd, const char *what, const char *name);

/** cmd_check_same() - --may-exist, and there is a port: it must be on bridge args[0], with exactly the interfaces
 * @wanted. */
int cmd_check_same(struct cmd *cmd, struct store_row *port, char *const *wanted, size_t n_wanted);

/** cmd_insert_port() - a new Port row with one new Interface row, in a bridge. */
struct store_row *cmd_insert_port(struct cmd *cmd, struct store_row *bridge, const char *name, const char *interface,
				  const char *type);

/** cmd_delete_port() - a Port row, its Interface rows, and the bridge's reference to it. */
void cmd_delete_port(struct cmd *cmd, struct store_row *port);

/**
 * cmd_bridge_interfaces() - the Interface rows of a bridge, its own included, by name
 * @rows: malloc()ed
 * Return: how many.
 */
size_t cmd_bridge_interfaces(struct cmd *cmd, struct store_row *bridge, struct store_row ***rows);

/** cmd_sorted_rows() - all rows of a table in the order of a string column. @rows: malloc()ed. Return: how many. */
size_t cmd_sorted_rows(struct cmd *cmd, enum store_table_id table, unsigned int column, struct store_row ***rows);

/** struct cmd_counts - what Open vSwitch counts of every interface */
struct cmd_counts {
	long long rx_packets, rx_bytes, rx_dropped, rx_errors, tx_packets, tx_bytes, tx_dropped, tx_errors;
};

/** cmd_count() - the counters of an interface as they are now, or with NULL the sums over all of them. */
struct cmd_counts cmd_count(struct cmd *cmd, struct store_row *interface);

/**
 * struct cmd_targets - where something connects to: rows of @table with columns @target and @probe, held by @column of
 *	@owner
 */
struct cmd_targets {
	struct store_row *owner;
	unsigned int column;
	enum store_table_id table;
	unsigned int target, probe;
};

/** cmd_set_targets() - let @words be all of them, with --inactivity-probe. */
int cmd_set_targets(struct cmd *cmd, const struct cmd_targets *targets, char *const words[], int n);

/** cmd_print_targets() - print them, sorted. */
void cmd_print_targets(struct cmd *cmd, struct store_row *owner, unsigned int column, unsigned int target);

/** cmd_refresh() - bring what is known about an Interface row up to date. */
void cmd_refresh(struct cmd *cmd, struct store_row *interface);

#endif
