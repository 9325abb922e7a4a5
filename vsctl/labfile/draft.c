/* SPDX-License-Identifier: GPL-2.0-only */
/* draft.c - writes a lab file: names, addresses, VLANs and expectations in one manner for all shapes */
#include "vsctl/labfile/draft.h"

#include <stdlib.h>
#include <string.h>

#include "common/xalloc.h"

/*
 * VLANs are 10, 20, 30... VLAN 10 has the addresses 10.10.0.1 and up, in a prefix of 16 bits, so that an address tells
 * its VLAN. A lab without VLANs has 10.0.0.1 and up. Nodes of a VLAN are a group, which the expectations name.
 */
#define VLAN_STEP 10
#define HOSTS_IN_OCTET 250
#define PAIRS_MAX 8 /* in a larger group not each is tried with each, but one with all */

int draft_vlan(size_t index)
{
	return (int)(index + 1) * VLAN_STEP;
}

static void sections_open(struct draft *draft)
{
	for (int i = 0; i < DRAFT_SITES; i++)
		draft->sections[i] = vs_xcheck(open_memstream(&draft->texts[i], &draft->sizes[i]));
}

void draft_begin(struct draft *draft)
{
	draft->indent = draft->values[LAB_SHAPE_SITES] ? "    " : "";
	sections_open(draft);
	draft->sections[DRAFT_SITES] =
		vs_xcheck(open_memstream(&draft->texts[DRAFT_SITES], &draft->sizes[DRAFT_SITES]));
}

void draft_switch(struct draft *draft, const char *fmt, ...)
{
	FILE *out = draft->sections[DRAFT_SWITCHES];
	va_list args;

	draft->n_switches++;
	fprintf(out, "%s  ", draft->indent);
	va_start(args, fmt);
	vfprintf(out, fmt, args);
	va_end(args);
	fputs(": {}\n", out);
}

static void node_add(struct draft *draft, const char *sw, size_t vlan)
{
	size_t number = draft->members[vlan]++;

	draft->n_nodes++;
	if (!number)
		draft->first[vlan] = draft->n_nodes;
	fprintf(draft->sections[DRAFT_NODES], "%s  h%zu: {group: ", draft->indent, draft->n_nodes);
	fprintf(draft->sections[DRAFT_LINKS], "%s  - {ends: [h%zu, %s], ", draft->indent, draft->n_nodes, sw);
	if (draft->n_vlans) {
		fprintf(draft->sections[DRAFT_NODES], "vlan%d}\n", draft_vlan(vlan));
		fprintf(draft->sections[DRAFT_LINKS], "tag: %d, ", draft_vlan(vlan));
	} else {
		fputs("hosts}\n", draft->sections[DRAFT_NODES]);
	}
	fprintf(draft->sections[DRAFT_LINKS], "ip: 10.%d.%zu.%zu/16}\n", draft->n_vlans ? draft_vlan(vlan) : 0,
		number / HOSTS_IN_OCTET, number % HOSTS_IN_OCTET + 1);
}

void draft_nodes(struct draft *draft, const char *sw, int n, size_t vlan)
{
	for (int i = 0; i < n; i++)
		node_add(draft, sw, draft->n_vlans ? (vlan + (size_t)i) % draft->n_vlans : 0);
}

static void put_trunks(FILE *out, size_t vlan, size_t n)
{
	fputs(", trunks: [", out);
	for (size_t i = 0; i < n; i++)
		fprintf(out, "%s%d", i ? ", " : "", draft_vlan(vlan + i));
	fputc(']', out);
}

void draft_link(struct draft *draft, const char *a, const char *b, bool down)
{
	FILE *out = draft->sections[DRAFT_LINKS];

	fprintf(out, "%s  - {ends: [%s, %s]", draft->indent, a, b);
	if (draft->n_vlans)
		put_trunks(out, 0, draft->n_vlans);
	fprintf(out, "%s}\n", down ? ", down: true" : "");
}

void draft_link_vlans(struct draft *draft, const char *a, const char *b, size_t vlan, size_t n)
{
	FILE *out = draft->sections[DRAFT_LINKS];

	fprintf(out, "%s  - {ends: [%s, %s]", draft->indent, a, b);
	put_trunks(out, vlan, n);
	fputs("}\n", out);
}

/* "switches:", "nodes:" and "links:" of what is in the draft, which is then empty. */
static void sections_close(struct draft *draft, FILE *out)
{
	static const char *const names[] = {"switches", "nodes", "links"};

	for (int i = 0; i < DRAFT_SITES; i++) {
		fclose(draft->sections[i]);
		if (draft->sizes[i])
			fprintf(out, "%s%s:\n%s", draft->indent, names[i], draft->texts[i]);
		free(draft->texts[i]);
	}
}

void draft_site(struct draft *draft, const char *name)
{
	fprintf(draft->sections[DRAFT_SITES], "  %s:\n", name);
	sections_close(draft, draft->sections[DRAFT_SITES]);
	sections_open(draft);
}

static void put_groups(const struct draft *draft, FILE *out)
{
	fputs("groups:\n", out);
	for (size_t i = 0; i < DRAFT_VLANS_MAX; i++) {
		if (draft->members[i] && draft->n_vlans)
			fprintf(out, "  vlan%d: {}\n", draft_vlan(i));
		else if (draft->members[i])
			fputs("  hosts: {}\n", out);
	}
}

/* Those of a VLAN reach each other; those of neighbouring VLANs do not. */
static void put_expectations(const struct draft *draft, FILE *out)
{
	bool any = false;

	for (size_t i = 0; i < DRAFT_VLANS_MAX; i++) {
		char *group = draft->n_vlans ? vs_xasprintf("vlan%d", draft_vlan(i)) : vs_xstrdup("hosts");

		if (draft->members[i] > 1) {
			fprintf(out, any ? "" : "expect:\n");
			any = true;
			if (draft->members[i] <= PAIRS_MAX)
				fprintf(out, "  - reach: %s\n", group);
			else
				fprintf(out, "  - reach: {from: h%zu, to: %s}\n", draft->first[i], group);
		}
		free(group);
	}
	for (size_t i = 1; i < draft->n_vlans; i++) {
		if (draft->members[i - 1] && draft->members[i]) {
			fprintf(out, any ? "" : "expect:\n");
			any = true;
			fprintf(out, "  - isolated: [h%zu, h%zu]\n", draft->first[i - 1], draft->first[i]);
		}
	}
}

char *draft_end(struct draft *draft)
{
	const struct lab_network *network = draft->network;
	char *text = NULL;
	size_t size;
	FILE *out = vs_xcheck(open_memstream(&text, &size));

	fprintf(out, "# Made by: vsctl lab generate %s", network->name);
	for (const struct lab_shape_number *number = network->numbers; number->help; number++)
		fprintf(out, " --%s=%d", lab_shape_option_names[number->option], draft->values[number->option]);
	fprintf(out, "\n# %s\n", network->help);
	if (network->loops)
		fprintf(out, "#\n%s", network->loops);
	fprintf(out, "lab: %s\n", draft->name);
	put_groups(draft, out);
	fclose(draft->sections[DRAFT_SITES]);
	if (draft->sizes[DRAFT_SITES]) {
		fprintf(out, "sites:\n%s", draft->texts[DRAFT_SITES]);
		for (int i = 0; i < DRAFT_SITES; i++) {
			fclose(draft->sections[i]);
			free(draft->texts[i]);
		}
	} else {
		sections_close(draft, out);
	}
	free(draft->texts[DRAFT_SITES]);
	put_expectations(draft, out);
	fclose(out);
	return text;
}
