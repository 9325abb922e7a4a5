/* SPDX-License-Identifier: GPL-2.0-only */
/* files.h - the files that commands name: read and written here, with the rights of whoever runs vsctl */
#ifndef VS_VSCTL_FILES_H
#define VS_VSCTL_FILES_H

#include "common/cmdline.h"

/**
 * files_read() - what stands in the file that a command of the line names
 * @text: malloc()ed, or NULL when no command names one. What `apply` takes is made into JSON, be it YAML or JSON.
 * Return: 0, or -errno with a malloc()ed sentence in @error.
 */
int files_read(const struct cmdline *line, char **text, char **error);

/**
 * files_write() - put the answer into the file that a command of the line names, or on the standard output
 * A file is written beside itself and renamed over, and is on the disk when this returns.
 * Return: as above.
 */
int files_write(const struct cmdline *line, const char *text, char **error);

#endif
