/* SPDX-License-Identifier: GPL-2.0-only */
/* sources.c - the files of a lab: one, and what it includes */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/xalloc.h"
#include "vsctl/lab/load.h"

#define FILE_MAX (4u << 20)
#define INCLUDES_MAX 100

/* struct includer - a file being read, and the one that includes it */
struct includer {
	const struct includer *up;
	const char *path;
};

char *lab_file_read(const char *path, size_t *size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st = {0};
	char *text = NULL;
	ssize_t n = 0;

	*size = 0;
	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
		errno = EISDIR;
		n = -1;
	}
	while (n >= 0 && *size <= FILE_MAX) {
		text = vs_xrealloc(text, *size + 65537);
		n = read(fd, text + *size, 65536);
		if (n <= 0)
			break;
		*size += (size_t)n;
	}
	if (*size > FILE_MAX) {
		errno = EFBIG;
		n = -1;
	}
	if (n < 0) {
		int error = errno;

		free(text);
		close(fd);
		errno = error;
		return NULL;
	}
	close(fd);
	text[*size] = '\0';
	return text;
}

/* Without links and dots where the file is there, so that it is known when it comes again. */
static char *path_absolute(const char *path)
{
	char *real = realpath(path, NULL), *cwd, *made;

	if (real || *path == '/')
		return real ? real : vs_xstrdup(path);
	cwd = realpath(".", NULL);
	made = vs_xasprintf("%s/%s", cwd ? cwd : "", path);
	free(cwd);
	return made;
}

static char *path_beside(const char *shown, const char *name)
{
	const char *slash = strrchr(shown, '/');

	return *name == '/' || !slash ? vs_xstrdup(name) : vs_xasprintf("%.*s/%s", (int)(slash - shown), shown, name);
}

static bool is_read(const struct lab_sources *sources, const char *path)
{
	for (size_t i = 0; i < sources->n; i++) {
		if (!strcmp(sources->items[i]->path, path))
			return true;
	}
	return false;
}

static int source_read(struct lab_loader *loader, const struct includer *up, struct lab_source *source,
		       const char *text, size_t size);

static int include_one(struct lab_loader *loader, const struct includer *from, const struct lab_source *source,
		       const struct doc_node *node)
{
	struct lab_source *made;
	char *shown, *path, *text;
	size_t size;
	int result = -EINVAL;

	if (node->type != DOC_SCALAR || node->null) {
		lab_problem(loader->problems, node->at, "include", "%s; it takes the path of a file, or a list of them",
			    node->null ? "no value" : doc_type_name(node));
		return -EINVAL;
	}
	shown = path_beside(source->shown, node->text);
	path = path_absolute(shown);
	for (const struct includer *one = from; one; one = one->up) {
		if (strcmp(one->path, path))
			continue;
		lab_problem(loader->problems, node->at, node->text,
			    one == from ? "a file cannot include itself; leave it out"
					: "a loop: this file is being included by that one; leave it out");
		goto out;
	}
	if (is_read(loader->lab->sources, path)) {
		result = 0;
		goto out;
	}
	text = loader->lab->sources->n < INCLUDES_MAX ? lab_file_read(path, &size) : NULL;
	if (!text) {
		lab_problem(loader->problems, node->at, node->text,
			    "cannot be included: %s; give the path of a file, "
			    "relative to this one",
			    loader->lab->sources->n < INCLUDES_MAX ? strerror(errno) : "more than 100 files");
		goto out;
	}
	made = vs_xcalloc(1, sizeof(*made));
	made->shown = shown;
	made->path = path;
	result = source_read(loader, from, made, text, size);
	free(text);
	return result;
out:
	free(shown);
	free(path);
	return result;
}

/* Parse it, then put it behind all that it includes. */
static int source_read(struct lab_loader *loader, const struct includer *up, struct lab_source *source,
		       const char *text, size_t size)
{
	struct lab_sources *sources = loader->lab->sources;
	struct includer from = {up, source->path};
	const struct doc_node *include;
	int result = doc_parse(&source->doc, source->shown, text, size, loader->problems);

	include = result ? NULL : doc_get(source->doc.root, "include");
	if (include && include->type == DOC_LIST) {
		for (size_t i = 0; i < include->n; i++) {
			if (include_one(loader, &from, source, include->items[i]))
				result = -EINVAL;
		}
	} else if (include) {
		result = include_one(loader, &from, source, include);
	}
	sources->items = vs_xrealloc(sources->items, (sources->n + 1) * sizeof(struct lab_source *));
	sources->items[sources->n++] = source;
	return result;
}

int lab_sources_read(struct lab_loader *loader, const char *path, const char *text, size_t size)
{
	struct lab_source *source;
	char *read = NULL;
	int result;

	loader->lab->sources = vs_xcalloc(1, sizeof(*loader->lab->sources));
	if (!text) {
		read = lab_file_read(path, &size);
		if (!read) {
			struct lab_mark at = {.file = path};

			lab_problem(loader->problems, at, NULL, "cannot be read: %s", strerror(errno));
			return -EINVAL;
		}
	}
	source = vs_xcalloc(1, sizeof(*source));
	source->shown = vs_xstrdup(path);
	source->path = path_absolute(path);
	result = source_read(loader, NULL, source, read ? read : text, size);
	free(read);
	return result;
}

void lab_sources_free(struct lab_sources *sources)
{
	for (size_t i = 0; sources && i < sources->n; i++) {
		doc_destroy(&sources->items[i]->doc);
		free(sources->items[i]->shown);
		free(sources->items[i]->path);
		free(sources->items[i]);
	}
	if (sources)
		free(sources->items);
	free(sources);
}
