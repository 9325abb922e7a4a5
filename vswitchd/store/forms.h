/* SPDX-License-Identifier: GPL-2.0-only */
/* forms.h - is a text of the form that a key's value must have? */
#ifndef VS_STORE_FORMS_H
#define VS_STORE_FORMS_H

#include "vswitchd/store/schema.h"

/** form_check() - hold @text against the form of @key. Return: 0, or -EINVAL with what is wrong in @error. */
int form_check(const struct schema_key *key, const char *text, char **error);

/** form_device() - may a network device have this name? The kernel takes '%' for a pattern. */
bool form_device(const char *name);

/** form_mac() - is it the address of one station, neither zero nor a group? */
bool form_mac(const char *text);

#endif
