/* SPDX-License-Identifier: GPL-2.0-only */
/* lab.h - `vsctl lab': the table of its commands */
#ifndef VS_LAB_H
#define VS_LAB_H

/*
 * `vsctl lab' is run by vsctl itself. A command is a row here and a function lab_cmd_<id>() in a file of this room;
 * help, vsctl(8) and shell completion are made from the row. Options stand anywhere before "--"; an option that ends in
 * `=' needs a value, given as --name=VALUE or as the next word.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "vsctl/lab/shapes.h"

/* X(identifier, name, least and most arguments, arguments, options, help) */
#define LAB_COMMANDS(X)                                                                                                \
	X(up, "up", 1, 1, "FILE",                                                                                      \
	  "--set= --site= --datapath=", "make the lab of FILE, or change it to what FILE says now, and only that")     \
	X(plan, "plan", 1, 1, "FILE",                                                                                  \
	  "--set= --site= --datapath= --format=", "print what `lab up' would do; --format=json for programs")          \
	X(down, "down", 1, 1, "LAB|FILE",                                                                              \
	  "--set= --site=", "remove everything that the lab has made, and nothing else; also after a crash")           \
	X(status, "status", 1, 1, "LAB|FILE",                                                                          \
	  "--set= --site=", "print the lab's nodes, switches and ports, and their state")                              \
	X(test, "test", 1, 1, "LAB", "--set= --site= --junit= --format=",                                              \
	  "ask all that the lab's file expects; exit status 0 when all of it holds. --junit=FILE, --format=json")      \
	X(list, "list", 0, 0, "", "", "print the labs of this machine")                                                \
	X(exec, "exec", 2, 2, "LAB NODE -- COMMAND...", "", "run COMMAND in a node")                                   \
	X(shell, "shell", 2, 2, "LAB NODE", "", "run a shell in a node")                                               \
	X(console, "console", 2, 2, "LAB NODE", "", "join the console of a virtual machine; Ctrl-] leaves it")         \
	X(link, "link", 3, 3, "LAB NODE:DEVICE up|down|flap", "",                                                      \
	  "plug a cable in or out, or out and in again; `lab up' brings it back to what the file says")                \
	X(schema, "schema", 0, 0, "", "", "print the JSON Schema of lab files, for editors")                           \
	X(check, "check", 1, 1, "FILE", "--set= --site=", "say what is wrong with FILE, and nothing when all is well") \
	X(graph, "graph", 1, 1, "FILE|NAME", "-o= --format= --set= --site=",                                           \
	  "draw the lab: svg, dot, mermaid or ascii, as --format or the ending of -o FILE says; to a terminal, ascii") \
	X(generate, "generate", 0, 1, "SHAPE", "-o= --name=" LAB_SHAPE_OPTION_WORDS,                                   \
	  "write the file of a lab of that shape; without SHAPE, say which there are and what they can be told")       \
	X(import, "import", 1, 1, "FILE",                                                                              \
	  "-o= --name=", "write the lab that a containerlab topology file describes, and say what is left out of it")

/**
 * struct lab_args - the words of one command
 * @rundir: of the daemon, as vsctl's own --rundir and environment say
 * @argv: without options; what follows "--" is @rest
 */
struct lab_args {
	const struct lab_command *command;
	const char *rundir;
	int argc, n_rest;
	char **argv;
	char *const *rest;
	struct lab_arg_option {
		const char *name, *value;
	} * options;
	size_t n_options;
};

/** struct lab_command - a row of LAB_COMMANDS; @run returns the exit status */
struct lab_command {
	const char *name;
	int min_args, max_args;
	const char *args, *options, *help;
	int (*run)(const struct lab_args *args);
};

extern const struct lab_command lab_commands[];
extern const size_t lab_n_commands;

#define X(id, name, min, max, arguments, options, help) int lab_cmd_##id(const struct lab_args *args);
LAB_COMMANDS(X)
#undef X

/** lab_main() - run `vsctl lab WORDS...'; @argv begins behind "lab". Return: exit status. */
int lab_main(const char *rundir, int argc, char *const argv[]);

/** lab_option() - the value of option @name ("--set"), the last one given; "" for one without; NULL if not given. */
const char *lab_option(const struct lab_args *args, const char *name);

/** lab_print_list() - all commands, for help. lab_print_words() - one "NAME<tab>OPTIONS<tab>ARGUMENTS" each. */
void lab_print_list(FILE *out);
void lab_print_words(FILE *out);

struct lab;

/** lab_name_of() - the name of the lab that @word is, or whose file it is. Return: malloc()ed; NULL, printed. */
char *lab_name_of(const struct lab_args *args, const char *word);

/** lab_open() - load the lab of that name from where its record says, or from that file. Return: NULL, printed. */
struct lab *lab_open(const struct lab_args *args, const char *word);

/** lab_open_file() - load the file at @path with the command's options. Return: NULL with the problems printed. */
struct lab *lab_open_file(const struct lab_args *args, const char *path);

/** lab_output() - write @text to the file that -o names, else to stdout. Return: 0; -errno with the error printed. */
int lab_output(const struct lab_args *args, const char *text);

#endif
