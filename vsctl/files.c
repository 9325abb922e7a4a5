/* SPDX-License-Identifier: GPL-2.0-only */
/* files.c - reading and writing the files that commands name */
#include "vsctl/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/xalloc.h"
#include "common/yaml.h"

#define MOST_BYTES (64u << 20)

/* The command of the line that has a file of that kind, and its file's name: NULL or "-" for the standard one. */
static const struct cmdline_command *files_find(const struct cmdline *line, enum command_file kind, const char **path)
{
	for (size_t i = 0; i < line->n_commands; i++) {
		const struct cmdline_command *command = &line->commands[i];
		if (command_file(command->command) != kind)
			continue;
		*path = command->n_args && strcmp(command->args[0], "-") ? command->args[0] : NULL;
		return command;
	}
	return NULL;
}

static int read_all(FILE *file, char **text, size_t *size)
{
	size_t allocated = 65536;

	*size = 0;
	*text = vs_xmalloc(allocated + 1);
	for (;;) {
		size_t n = fread(*text + *size, 1, allocated - *size, file);
		*size += n;
		if (ferror(file))
			return errno ? -errno : -EIO;
		if (!n)
			break;
		if (*size > MOST_BYTES)
			return -EFBIG;
		if (*size == allocated)
			*text = vs_xrealloc(*text, (allocated *= 2) + 1);
	}
	(*text)[*size] = '\0';
	return 0;
}

/* The document in other words: JSON. */
static int document_to_json(const char *path, size_t size, char **text, char **error)
{
	char *why = NULL;
	json_t *json = yaml_parse(*text, size, &why);

	free(*text);
	*text = json ? json_dumps(json, JSON_COMPACT) : NULL;
	json_decref(json);
	if (!*text)
		*error = vs_xasprintf("\"%s\": %s", path, why);
	free(why);
	return *text ? 0 : -EINVAL;
}

int files_read(const struct cmdline *line, char **text, char **error)
{
	const char *path = NULL;
	const struct cmdline_command *command = files_find(line, COMMAND_FILE_IN, &path);
	FILE *file = stdin;
	size_t size = 0;

	*text = NULL;
	if (!command || !command->n_args)
		return 0;
	if (path)
		file = fopen(path, "re");
	int rc = file ? read_all(file, text, &size) : -errno;
	if (file && path)
		fclose(file);
	if (!rc && *text && strlen(*text) != size)
		rc = -EBADMSG;
	if (rc) {
		*error = vs_xasprintf("cannot read \"%s\": %s", command->args[0],
				      rc == -EBADMSG ? "there are NUL bytes in it" : strerror(-rc));
		free(*text);
		*text = NULL;
		return rc;
	}
	return command->command == &commands[COMMAND_apply] ? document_to_json(command->args[0], size, text, error) : 0;
}

/* As the command wants it: a document as YAML unless JSON was asked for; anything else as it is. */
static int print_text(const struct cmdline *line, const struct cmdline_command *command, const char *text, FILE *out)
{
	json_t *json = NULL;

	if (command->command == &commands[COMMAND_export] && line->format != CMDLINE_JSON)
		json = json_loads(text, 0, NULL);
	if (json)
		yaml_print(json, out);
	else
		fputs(text, out);
	if (!json && *text && text[strlen(text) - 1] != '\n')
		fputc('\n', out);
	json_decref(json);
	return fflush(out) || ferror(out) ? -(errno ? errno : EIO) : 0;
}

static int write_file(const struct cmdline *line, const struct cmdline_command *command, const char *path,
		      const char *text)
{
	char *beside = vs_xasprintf("%s.new", path);
	FILE *file = fopen(beside, "wxe");
	int rc = file ? print_text(line, command, text, file) : -errno;

	if (!rc && fsync(fileno(file)))
		rc = -errno;
	if (file && fclose(file) && !rc)
		rc = -errno;
	if (!rc && rename(beside, path))
		rc = -errno;
	if (rc && file)
		unlink(beside);
	free(beside);
	return rc;
}

int files_write(const struct cmdline *line, const char *text, char **error)
{
	const char *path = NULL;
	const struct cmdline_command *command = files_find(line, COMMAND_FILE_OUT, &path);
	int rc;

	if (!command)
		return 0;
	rc = path ? write_file(line, command, path, text) : print_text(line, command, text, stdout);
	if (rc)
		*error = vs_xasprintf("cannot write \"%s\": %s", path ? path : "-", strerror(-rc));
	return rc;
}
