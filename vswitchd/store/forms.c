/* SPDX-License-Identifier: GPL-2.0-only */
/* forms.c - is a text of the form that a key's value must have? One row and one function for each form */
#include "vswitchd/store/forms.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "common/addr.h"
#include "common/xalloc.h"

/* --- lists -------------------------------------------------------------------------------------------------- */

typedef bool (*word_check)(const char *word, void *arg);

/* Does @check hold for every word of @text, and is there one at all? */
static bool each_word(const char *text, const char *separators, word_check check, void *arg)
{
	char *copy = vs_xstrdup(text), *save, *word = strtok_r(copy, separators, &save);
	bool good = word;

	for (; word && good; word = strtok_r(NULL, separators, &save))
		good = check(word, arg);
	free(copy);
	return good;
}

static bool is_address(const char *word, void *arg)
{
	struct vs_ip ip;

	(void)arg;
	return !vs_ip_parse(word, &ip) && !vs_ip_is_zero(&ip);
}

static bool is_cidr(const char *word, void *arg)
{
	unsigned int bits;
	struct vs_ip ip;

	(void)arg;
	return !vs_cidr_parse(word, &ip, &bits);
}

static bool is_route(const char *text, void *arg)
{
	char *copy = vs_xstrdup(text), *save;
	const char *dest = strtok_r(copy, " \t", &save), *via = strtok_r(NULL, " \t", &save);
	const char *gateway = strtok_r(NULL, " \t", &save), *more = strtok_r(NULL, " \t", &save);
	struct vs_ip to, by;
	unsigned int bits;
	bool good = gateway && !more && !strcmp(via, "via") && !vs_ip_parse(gateway, &by) && !vs_ip_is_zero(&by);

	if (good && strcmp(dest, "default"))
		good = !vs_cidr_parse(dest, &to, &bits) && vs_ip_is_v4(&to) == vs_ip_is_v4(&by);
	(void)arg;
	free(copy);
	return good;
}

struct remotes {
	size_t n, groups, v4;
};

static bool count_remote(const char *word, void *arg)
{
	struct remotes *remotes = (struct remotes *)arg;
	struct vs_ip ip;

	if (vs_ip_parse(word, &ip) || vs_ip_is_zero(&ip))
		return false;
	remotes->n++;
	remotes->groups += vs_ip_is_multicast(&ip);
	remotes->v4 += vs_ip_is_v4(&ip);
	return true;
}

/* --- forms -------------------------------------------------------------------------------------------------- */

static bool check_text(const struct schema_key *key, const char *text)
{
	(void)key;
	return *text;
}

bool form_device(const char *name)
{
	if (!*name || strlen(name) >= IFNAMSIZ || !strcmp(name, ".") || !strcmp(name, ".."))
		return false;
	for (; *name; name++) {
		if (strchr("/:%", *name) || isspace((unsigned char)*name))
			return false;
	}
	return true;
}

static bool check_device(const struct schema_key *key, const char *text)
{
	(void)key;
	return form_device(text);
}

static bool check_boolean(const struct schema_key *key, const char *text)
{
	(void)key;
	return !strcmp(text, "true") || !strcmp(text, "false");
}

static bool check_number(const struct schema_key *key, const char *text)
{
	char *end;
	long long value;

	errno = 0;
	value = strtoll(text, &end, 0);
	return !errno && end != text && !*end && value >= key->min && value <= key->max;
}

static bool check_inherit(const struct schema_key *key, const char *text)
{
	return !strcmp(text, "inherit") || check_number(key, text);
}

static bool check_words(const struct schema_key *key, const char *text)
{
	for (const char *const *word = key->words; *word; word++) {
		if (!strcmp(*word, text))
			return true;
	}
	return false;
}

bool form_mac(const char *text)
{
	static const uint8_t zero[6];
	uint8_t mac[6];

	return !vs_mac_parse(text, mac) && !(mac[0] & 1) && memcmp(mac, zero, sizeof(zero));
}

static bool check_mac(const struct schema_key *key, const char *text)
{
	(void)key;
	return form_mac(text);
}

static bool check_address(const struct schema_key *key, const char *text)
{
	struct vs_ip ip;

	(void)key;
	return !vs_ip_parse(text, &ip);
}

static bool check_addresses(const struct schema_key *key, const char *text)
{
	(void)key;
	return each_word(text, ", ", is_address, NULL);
}

static bool check_remotes(const struct schema_key *key, const char *text)
{
	struct remotes remotes = {0};

	(void)key;
	return each_word(text, ", ", count_remote, &remotes) && (!remotes.groups || remotes.n == 1) &&
	       (!remotes.v4 || remotes.v4 == remotes.n);
}

static bool check_cidrs(const struct schema_key *key, const char *text)
{
	(void)key;
	return each_word(text, ", ", is_cidr, NULL);
}

static bool check_routes(const struct schema_key *key, const char *text)
{
	(void)key;
	return each_word(text, ",", is_route, NULL);
}

typedef bool (*form_function)(const struct schema_key *key, const char *text);

static const form_function forms[FORM__COUNT] = {
	[FORM_TEXT] = check_text,	    [FORM_NAME] = check_text,	    [FORM_DEVICE] = check_device,
	[FORM_BOOLEAN] = check_boolean,	    [FORM_NUMBER] = check_number,   [FORM_INHERIT] = check_inherit,
	[FORM_WORDS] = check_words,	    [FORM_MAC] = check_mac,	    [FORM_ADDRESS] = check_address,
	[FORM_ADDRESSES] = check_addresses, [FORM_REMOTES] = check_remotes, [FORM_CIDRS] = check_cidrs,
	[FORM_ROUTES] = check_routes,
};

/* The range or the words behind what schema_form_names says. Return: malloc()ed. */
static char *form_details(const struct schema_key *key)
{
	char *text = vs_xstrdup("");

	if (key->form == FORM_NUMBER || key->form == FORM_INHERIT) {
		free(text);
		return vs_xasprintf(" (%" PRId64 " to %" PRId64 ")", key->min, key->max);
	}
	for (const char *const *word = key->form == FORM_WORDS ? key->words : NULL; word && *word; word++) {
		char *longer = vs_xasprintf("%s%s%s", text, *text ? ", " : ": ", *word);

		free(text);
		text = longer;
	}
	return text;
}

int form_check(const struct schema_key *key, const char *text, char **error)
{
	char *details;

	if (forms[key->form](key, text))
		return 0;
	details = form_details(key);
	*error = vs_xasprintf("%s:%s \"%s\" is not %s%s", schema_tables[key->table].columns[key->column].name, key->key,
			      text, schema_form_names[key->form], details);
	free(details);
	return -EINVAL;
}
