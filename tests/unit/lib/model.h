/* SPDX-License-Identifier: GPL-2.0-only */
/* model.h - bridges and ports in a store, in few words, for tests */
#ifndef VS_TEST_MODEL_H
#define VS_TEST_MODEL_H

#include "vswitchd/store/store.h"

/** model_bridge() - in the transaction under way: a bridge without ports. */
struct store_row *model_bridge(struct store *store, const char *name);

/** model_port() - in the transaction under way: a port of @bridge with an interface of the same name. */
struct store_row *model_port(struct store *store, struct store_row *bridge, const char *name);

/** model_set() - set a column by its name from text, as the command `set` does. Fails the test on a syntax error. */
void model_set(struct store *store, struct store_row *row, const char *column, const char *text);

/** model_commit() - commit; on failure fail the test with the error. */
void model_commit(struct store *store);

/** model_refused() - commit must fail with just this error. */
void model_refused(struct store *store, const char *error);

/** model_text() - all rows, sorted, with what is saved of them: equal texts are equal databases. malloc()ed. */
char *model_text(struct store *store);

#endif
