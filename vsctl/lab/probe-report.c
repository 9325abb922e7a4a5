/* SPDX-License-Identifier: GPL-2.0-only */
/* probe-report.c - what was found, for people, for programs, and as JUnit XML */
#include <jansson.h>
#include <string.h>

#include "common/xml.h"
#include "vsctl/lab/probe.h"

static const char *const words[] = {
	[PROBE_OPEN] = "open", [PROBE_HOLDS] = "ok", [PROBE_FAILS] = "FAIL", [PROBE_UNKNOWN] = "UNKNOWN"};

static size_t count(const struct lab_test *test, enum lab_answer answer)
{
	size_t n = 0;

	for (size_t i = 0; i < test->n; i++)
		n += test->probes[i].answer == answer;
	return n;
}

static const char *kind_of(const struct lab_probe *probe)
{
	return lab_expect_kind_name(probe->expect->kind);
}

void lab_report_text(const struct lab_test *test, FILE *out)
{
	for (size_t i = 0; i < test->n; i++) {
		const struct lab_probe *probe = &test->probes[i];

		fprintf(out, "%-7s  %-8s  %s: %s\n", words[probe->answer], kind_of(probe), probe->name, probe->detail);
		for (const char *line = probe->why; line && *line; line += strcspn(line, "\n") + 1)
			fprintf(out, "         %.*s\n", (int)strcspn(line, "\n"), line);
	}
	fprintf(out, "%s: %zu of %zu hold", test->lab->name, count(test, PROBE_HOLDS), test->n);
	if (count(test, PROBE_FAILS))
		fprintf(out, ", %zu fail", count(test, PROBE_FAILS));
	if (count(test, PROBE_UNKNOWN))
		fprintf(out, ", %zu cannot be told", count(test, PROBE_UNKNOWN));
	fputc('\n', out);
}

/* Text of others may hold anything; JSON and XML want UTF-8. */
static const char *clean(const char *text, char *to, size_t size)
{
	size_t n = 0;

	for (; text && *text && n < size - 1; text++)
		to[n++] = (unsigned char)*text < 0x80 && ((unsigned char)*text >= 0x20 || *text == '\n') ? *text : '?';
	to[n] = '\0';
	return to;
}

void lab_report_json(const struct lab_test *test, FILE *out)
{
	json_t *all = json_array(), *top;
	char detail[4096], why[16384], name[4096];

	for (size_t i = 0; i < test->n; i++) {
		const struct lab_probe *probe = &test->probes[i];

		json_array_append_new(
			all, json_pack("{s:s, s:s, s:s, s:s?, s:s?, s:s, s:s, s:f}", "kind", kind_of(probe), "name",
				       clean(probe->name, name, sizeof(name)), "from", probe->from->o.name, "to",
				       probe->to ? probe->to->o.name : NULL, "address", probe->address, "answer",
				       probe->answer == PROBE_HOLDS   ? "holds"
				       : probe->answer == PROBE_FAILS ? "fails"
								      : "unknown",
				       "detail", clean(probe->detail, detail, sizeof(detail)), "seconds",
				       (double)probe->took / 1e6));
		if (probe->why)
			json_object_set_new(json_array_get(all, i), "why",
					    json_string(clean(probe->why, why, sizeof(why))));
	}
	top = json_pack("{s:s, s:I, s:I, s:I, s:o}", "lab", test->lab->name, "hold",
			(json_int_t)count(test, PROBE_HOLDS), "fail", (json_int_t)count(test, PROBE_FAILS), "unknown",
			(json_int_t)count(test, PROBE_UNKNOWN), "expectations", all);
	json_dumpf(top, out, JSON_INDENT(1));
	fputc('\n', out);
	json_decref(top);
}

static void xml(const char *text, FILE *out)
{
	char copy[16384];

	vs_xml_text(out, clean(text, copy, sizeof(copy)));
}

static void junit_case(const struct lab_test *test, const struct lab_probe *probe, FILE *out)
{
	const char *element = probe->answer == PROBE_FAILS ? "failure" : "error";

	fputs("    <testcase classname=\"", out);
	xml(test->lab->name, out);
	fprintf(out, ".%s\" name=\"", kind_of(probe));
	xml(probe->name, out);
	fprintf(out, "\" time=\"%.3f\"", (double)probe->took / 1e6);
	if (probe->answer == PROBE_HOLDS) {
		fputs("/>\n", out);
		return;
	}
	fprintf(out, ">\n      <%s message=\"", element);
	xml(probe->detail, out);
	fputs("\">", out);
	xml(probe->why, out);
	fprintf(out, "</%s>\n    </testcase>\n", element);
}

void lab_report_junit(const struct lab_test *test, FILE *out)
{
	double seconds = 0;

	for (size_t i = 0; i < test->n; i++)
		seconds += (double)test->probes[i].took / 1e6;
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite name=\"", out);
	xml(test->lab->name, out);
	fprintf(out, "\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" time=\"%.3f\">\n", test->n,
		count(test, PROBE_FAILS), count(test, PROBE_UNKNOWN), seconds);
	for (size_t i = 0; i < test->n; i++)
		junit_case(test, &test->probes[i], out);
	fputs("  </testsuite>\n</testsuites>\n", out);
}
