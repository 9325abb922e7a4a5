/* SPDX-License-Identifier: GPL-2.0-only */
/* options.c - typed readers for the keys of Interface.options */
#include "vswitchd/reconcile/options.h"

#include <errno.h>
#include <string.h>

#include "common/xalloc.h"

static const char *rc_option(const struct store_row *row, const char *key)
{
	return store_get_key(row, Interface_options, key);
}

static int rc_option_refuse(char **error, const char *key, const char *value, const char *right)
{
	*error = vs_xasprintf("options:%s \"%s\" is not %s", key, value, right);
	return -EINVAL;
}

static bool rc_number_parse(const char *text, int64_t min, int64_t max, int64_t *to)
{
	char *end;
	long long value;

	errno = 0;
	value = strtoll(text, &end, 0);
	if (errno || end == text || *end || value < min || value > max)
		return false;
	*to = value;
	return true;
}

int rc_option_number(const struct store_row *row, const char *key, int64_t min, int64_t max, int64_t *to, char **error)
{
	const char *text = rc_option(row, key);

	if (!text || rc_number_parse(text, min, max, to))
		return 0;
	*error = vs_xasprintf("options:%s \"%s\" is not a number from %lld to %lld", key, text, (long long)min,
			      (long long)max);
	return -EINVAL;
}

int rc_option_inherit(const struct store_row *row, const char *key, int64_t min, int64_t max, int inherit, int *to,
		      char **error)
{
	const char *text = rc_option(row, key);
	int64_t value = *to;
	int rc = 0;

	if (text && strcmp(text, "inherit") == 0)
		value = inherit;
	else
		rc = rc_option_number(row, key, min, max, &value, error);
	*to = (int)value;
	return rc;
}

int rc_option_bool(const struct store_row *row, const char *key, bool *to, char **error)
{
	const char *text = rc_option(row, key);

	if (!text)
		return 0;
	if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
		return rc_option_refuse(error, key, text, "true or false");
	*to = *text == 't';
	return 0;
}

int rc_option_mac(const struct store_row *row, const char *key, bool *has, uint8_t to[6], char **error)
{
	const char *text = rc_option(row, key);

	if (!text)
		return 0;
	if (vs_mac_parse(text, to) < 0 || to[0] & 1)
		return rc_option_refuse(error, key, text, "the Ethernet address of one station");
	*has = true;
	return 0;
}

int rc_option_ip(const struct store_row *row, const char *key, struct vs_ip *to, char **error)
{
	const char *text = rc_option(row, key);

	if (text && vs_ip_parse(text, to) < 0)
		return rc_option_refuse(error, key, text, "an IP address");
	return 0;
}

/**
 * struct rc_words - walks a list of words
 * @separators: characters between them
 */
struct rc_words {
	char *copy, *save;
	const char *separators;
};

static char *rc_words_first(struct rc_words *words, const char *text, const char *separators)
{
	words->copy = vs_xstrdup(text);
	words->separators = separators;
	return strtok_r(words->copy, separators, &words->save);
}

static char *rc_words_next(struct rc_words *words)
{
	return strtok_r(NULL, words->separators, &words->save);
}

int rc_option_ips(const struct store_row *row, const char *key, struct vs_ip **to, size_t *n, char **error)
{
	const char *text = rc_option(row, key);
	struct rc_words words;
	int rc = 0;

	if (!text)
		return 0;
	for (char *word = rc_words_first(&words, text, ", "); word && !rc; word = rc_words_next(&words)) {
		*to = vs_xrealloc(*to, (*n + 1) * sizeof(**to));
		if (vs_ip_parse(word, &(*to)[*n]) < 0)
			rc = rc_option_refuse(error, key, word, "an IP address");
		else
			++*n;
	}
	free(words.copy);
	return rc;
}

int rc_option_addrs(const struct store_row *row, const char *key, struct kn_addr **to, size_t *n, char **error)
{
	const char *text = rc_option(row, key);
	struct rc_words words;
	int rc = 0;

	if (!text)
		return 0;
	for (char *word = rc_words_first(&words, text, ", "); word && !rc; word = rc_words_next(&words)) {
		*to = vs_xrealloc(*to, (*n + 1) * sizeof(**to));
		if (vs_cidr_parse(word, &(*to)[*n].ip, &(*to)[*n].bits) < 0)
			rc = rc_option_refuse(error, key, word, "an ADDRESS/BITS");
		else
			++*n;
	}
	free(words.copy);
	return rc;
}

static void rc_mask(struct kn_addr *dest)
{
	unsigned int skip = vs_ip_is_v4(&dest->ip) ? 96 : 0;

	for (unsigned int bit = skip + dest->bits; bit < 128; bit++)
		dest->ip.b[bit / 8] &= (uint8_t) ~(0x80 >> bit % 8);
}

/* "DEST via GATEWAY"; DEST may be "default". Host bits of DEST are cleared, as the kernel demands. */
static bool rc_route_parse(char *text, struct kn_route *route)
{
	char *save, *dest = strtok_r(text, " \t", &save), *via = strtok_r(NULL, " \t", &save);
	char *gateway = strtok_r(NULL, " \t", &save);

	memset(route, 0, sizeof(*route));
	if (!dest || !via || !gateway || strtok_r(NULL, " \t", &save) || strcmp(via, "via") != 0 ||
	    vs_ip_parse(gateway, &route->via) < 0)
		return false;
	if (strcmp(dest, "default") == 0) {
		route->dest.ip = route->via;
		route->dest.bits = 0;
	} else if (vs_cidr_parse(dest, &route->dest.ip, &route->dest.bits) < 0 ||
		   vs_ip_is_v4(&route->dest.ip) != vs_ip_is_v4(&route->via)) {
		return false;
	}
	rc_mask(&route->dest);
	return true;
}

int rc_option_routes(const struct store_row *row, const char *key, struct kn_route **to, size_t *n, char **error)
{
	const char *text = rc_option(row, key);
	struct rc_words words;
	int rc = 0;

	if (!text)
		return 0;
	for (char *word = rc_words_first(&words, text, ","); word && !rc; word = rc_words_next(&words)) {
		char *shown = vs_xstrdup(word);

		*to = vs_xrealloc(*to, (*n + 1) * sizeof(**to));
		if (!rc_route_parse(word, &(*to)[*n]))
			rc = rc_option_refuse(error, key, shown, "a \"DEST via GATEWAY\"");
		else
			++*n;
		free(shown);
	}
	free(words.copy);
	return rc;
}

int rc_option_gateway(const struct store_row *row, const char *key, struct kn_route **to, size_t *n, char **error)
{
	struct vs_ip *ips = NULL;
	size_t n_ips = 0;
	int rc = rc_option_ips(row, key, &ips, &n_ips, error);

	for (size_t i = 0; !rc && i < n_ips; i++) {
		struct kn_route *route;

		*to = vs_xrealloc(*to, (*n + 1) * sizeof(**to));
		route = &(*to)[(*n)++];
		*route = (struct kn_route){.dest = {.ip = ips[i]}, .via = ips[i]};
		rc_mask(&route->dest);
	}
	free(ips);
	return rc;
}
