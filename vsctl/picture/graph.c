/* SPDX-License-Identifier: GPL-2.0-only */
/* graph.c - `vsctl lab graph': which lab, which format, and where to */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "common/xalloc.h"
#include "vsctl/lab/lab.h"
#include "vsctl/lab/state.h"
#include "vsctl/picture/picture.h"

/* X(identifier, name): a format, also the ending of its files; the first is the default for files */
#define FORMATS(X)                                                                                                     \
	X(SVG, "svg")                                                                                                  \
	X(DOT, "dot")                                                                                                  \
	X(MERMAID, "mermaid")                                                                                          \
	X(ASCII, "ascii")

enum format {
#define X(id, name) FORMAT_##id,
	FORMATS(X)
#undef X
		FORMATS_N
};

static const char *const formats[] = {
#define X(id, name) name,
	FORMATS(X)
#undef X
};

/* Other usual endings of files. */
static const struct {
	const char *ending;
	enum format format;
} endings[] = {{"gv", FORMAT_DOT}, {"mmd", FORMAT_MERMAID}, {"txt", FORMAT_ASCII}};

/* Return: a format, or FORMATS_N. */
static enum format format_named(const char *name)
{
	for (int i = 0; i < FORMATS_N; i++) {
		if (!strcmp(formats[i], name))
			return (enum format)i;
	}
	return FORMATS_N;
}

static enum format format_ending(const char *path)
{
	const char *dot = strrchr(path, '.');

	for (size_t i = 0; dot && i < sizeof(endings) / sizeof(endings[0]); i++) {
		if (!strcmp(endings[i].ending, dot + 1))
			return endings[i].format;
	}
	return dot ? format_named(dot + 1) : FORMATS_N;
}

/* As told, as the file's name ends, or what fits the output. Return: FORMATS_N with the error printed. */
static enum format format_choose(const char *name, const char *path)
{
	enum format format = name ? format_named(name) : path ? format_ending(path) : FORMATS_N;
	const char *near;

	if (format != FORMATS_N)
		return format;
	if (!name && !path)
		return isatty(STDOUT_FILENO) ? FORMAT_ASCII : FORMAT_SVG;
	if (!name) {
		fprintf(stderr,
			"vsctl lab graph: '%s' does not end in a format; end it in .svg, .dot, .mermaid or .txt, or "
			"say "
			"--format=svg\n",
			path);
		return FORMATS_N;
	}
	near = lab_nearest(name, formats, FORMATS_N);
	fprintf(stderr, "vsctl lab graph: no format '%s'; there are svg, dot, mermaid and ascii%s%s%s\n", name,
		near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
	return FORMATS_N;
}

static void picture_write(const struct picture *picture, enum format format, FILE *out)
{
	int error = 0;

	switch (format) {
	case FORMAT_SVG:
		error = picture_svg(picture, out);
		break;
	case FORMAT_DOT:
		picture_dot(picture, out);
		break;
	case FORMAT_MERMAID:
		picture_mermaid(picture, out);
		break;
	default:
		picture_ascii(picture, out);
	}
	if (error)
		fprintf(stderr, "vsctl lab graph: Graphviz's dot failed (%s); laid out without it\n", strerror(-error));
}

/* The file of the running lab @name. Return: malloc()ed; NULL when none of that name runs. */
static char *file_of_running(const char *name)
{
	struct lab_state state;
	char *file = NULL;

	if (strchr(name, '/'))
		return NULL;
	if (lab_state_open(&state, name, false, false) == 0) {
		const char *text = json_string_value(json_object_get(state.record, "file"));

		file = text ? vs_xstrdup(text) : NULL;
	}
	lab_state_close(&state);
	return file;
}

/* The lab that was meant: that of a file, or one that runs. */
static struct lab *lab_named(const struct lab_args *args, const char *name)
{
	char *file = access(name, F_OK) ? file_of_running(name) : NULL;
	struct lab *lab = lab_open_file(args, file ? file : name);

	free(file);
	return lab;
}

int lab_cmd_graph(const struct lab_args *args)
{
	const char *path = lab_option(args, "-o");
	enum format format = format_choose(lab_option(args, "--format"), path);
	struct lab *lab = format == FORMATS_N ? NULL : lab_named(args, args->argv[0]);
	struct picture *picture;
	char *text = NULL;
	size_t size;
	FILE *memory;
	int error;

	if (!lab)
		return EXIT_FAILURE;
	picture = picture_make(lab);
	picture_ask_states(picture);
	memory = vs_xcheck(open_memstream(&text, &size));
	picture_write(picture, format, memory);
	fclose(memory);
	error = lab_output(args, text);
	free(text);
	picture_free(picture);
	lab_free(lab);
	return error ? EXIT_FAILURE : EXIT_SUCCESS;
}
