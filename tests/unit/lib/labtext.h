/* SPDX-License-Identifier: GPL-2.0-only */
/* labtext.h - a lab from its text, which must be right */
#ifndef VS_TEST_LABTEXT_H
#define VS_TEST_LABTEXT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "vsctl/lab/model.h"

/** lab_of() - Return: the lab, to be freed by lab_free(); what is wrong with the text fails the test. */
static inline struct lab *lab_of(const char *text)
{
	struct lab_problems problems = {0};
	struct lab *lab = lab_load_text("test.yaml", text, strlen(text), NULL, &problems);

	lab_problems_print(&problems, stderr);
	lab_problems_destroy(&problems);
	assert_non_null(lab);
	return lab;
}

#endif
