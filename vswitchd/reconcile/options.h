/* SPDX-License-Identifier: GPL-2.0-only */
/* options.h - typed readers for the keys of Interface.options */
#ifndef VS_RECONCILE_OPTIONS_H
#define VS_RECONCILE_OPTIONS_H

#include "vswitchd/kernel/addr.h"
#include "vswitchd/store/store.h"

/*
 * Each reads options:@key of @row. A key that is not there leaves what @to points at alone. Return: 0, or -EINVAL
 * with a malloc()ed sentence in @error.
 */
int rc_option_number(const struct store_row *row, const char *key, int64_t min, int64_t max, int64_t *to, char **error);
int rc_option_bool(const struct store_row *row, const char *key, bool *to, char **error);
int rc_option_mac(const struct store_row *row, const char *key, bool *has, uint8_t to[6], char **error);
int rc_option_ip(const struct store_row *row, const char *key, struct vs_ip *to, char **error);

/** rc_option_inherit() - a number, or "inherit" which is @inherit. */
int rc_option_inherit(const struct store_row *row, const char *key, int64_t min, int64_t max, int inherit, int *to,
		      char **error);

/** rc_option_ips() - addresses separated by commas or blanks. */
int rc_option_ips(const struct store_row *row, const char *key, struct vs_ip **to, size_t *n, char **error);

/** rc_option_addrs() - "ADDRESS/BITS", separated by commas or blanks. */
int rc_option_addrs(const struct store_row *row, const char *key, struct kn_addr **to, size_t *n, char **error);

/** rc_option_routes() - "DEST via GATEWAY" separated by commas; added to those already there. */
int rc_option_routes(const struct store_row *row, const char *key, struct kn_route **to, size_t *n, char **error);

/** rc_option_gateway() - one gateway, or several separated by commas: default routes. */
int rc_option_gateway(const struct store_row *row, const char *key, struct kn_route **to, size_t *n, char **error);

#endif
