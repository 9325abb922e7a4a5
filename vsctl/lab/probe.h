/* SPDX-License-Identifier: GPL-2.0-only */
/* probe.h - expectations as single questions, and the ways to ask them */
#ifndef VS_LAB_PROBE_H
#define VS_LAB_PROBE_H

/*
 * An expectation about many nodes becomes one probe for each pair (or each node, for a command). Probes that only wait
 * are asked side by side; those that measure a rate run one at a time, when nothing else does.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "vsctl/lab/model.h"
#include "vsctl/lab/state.h"

/* PROBE_UNKNOWN: it cannot be told from outside, which is not the same as that it does not hold, but no success. */
enum lab_answer { PROBE_OPEN, PROBE_HOLDS, PROBE_FAILS, PROBE_UNKNOWN };

/**
 * struct lab_probe - one question
 * @from, @to: for a command, @from alone
 * @address: of @to, that is asked for; NULL where the question needs none
 * @detail: what was measured, or in a word why not; @why: what is known of the reason, a line each
 * @error: errno of the last attempt to send
 * @deadline: when to give up; @began, @took: microseconds
 */
struct lab_probe {
	const struct lab_expect *expect;
	const struct lab_node *from, *to;
	char *address, *name, *detail, *why;
	enum lab_answer answer;
	int error;
	int64_t began, took, deadline;
};

/** struct lab_test - all probes of a lab; @nonce tells our frames from everybody else's */
struct lab_test {
	struct lab *lab;
	struct lab_state state;
	struct lab_probe *probes;
	size_t n;
	uint8_t nonce[12];
};

#define PROBE_TIMEOUT_US (10 * INT64_C(1000000))

/** lab_now() - microseconds that only go up. */
int64_t lab_now(void);

/** lab_probe_settle() - the answer, and in words; only the first counts. */
void lab_probe_settle(struct lab_probe *probe, enum lab_answer answer, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/** lab_probe_begin() - start its clock. lab_probe_late() - whether its time is over. */
void lab_probe_begin(struct lab_probe *probe);
bool lab_probe_late(const struct lab_probe *probe);

/** lab_socket_in() - a socket of the namespace @netns (a name, NULL: ours). Return: descriptor or -errno. */
int lab_socket_in(const char *netns, int domain, int type, int protocol);

/** lab_probe_is() - whether the probe is of a kind. */
static inline bool lab_probe_is(const struct lab_probe *probe, enum lab_expect_kind kind)
{
	return probe->expect->kind == kind;
}

/* What asks. Each takes the probes of its kinds that are still open. */
void lab_ask_echo(struct lab_test *test);     /* reach, mtu, latency */
void lab_ask_isolated(struct lab_test *test); /* isolated */
void lab_ask_rate(struct lab_test *test);     /* tcp, udp */
void lab_ask_command(struct lab_test *test);  /* command */

/** lab_echo_largest() - length of the longest packet, at most @most bytes, that is answered; 0 for none. */
int lab_echo_largest(struct lab_test *test, const struct lab_probe *probe, int most);

/** lab_echo_again() - ask a few times more, for a look at what becomes of it. Return: how many were answered. */
int lab_echo_again(struct lab_test *test, const struct lab_probe *probe);

/** lab_place_of() - what is on record of the daemon that serves @site: rundir, and netns (NULL: ours). */
bool lab_place_of(const struct lab_test *test, const struct lab_site *site, const char **rundir, const char **netns);

/** lab_probes_explain() - find out why those that fail do. */
void lab_probes_explain(struct lab_test *test);

/** lab_probes_make() - from the expectations. lab_test_destroy() - all of it. */
void lab_probes_make(struct lab_test *test);
void lab_test_destroy(struct lab_test *test);

/* Reports. */
void lab_report_text(const struct lab_test *test, FILE *out);
void lab_report_json(const struct lab_test *test, FILE *out);
void lab_report_junit(const struct lab_test *test, FILE *out);

#endif
