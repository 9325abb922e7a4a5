/* SPDX-License-Identifier: GPL-2.0-only */
/* history.c - who changed what when: the last changes, kept with the records and through every rewriting of the file */

/*
 * Each record says when it was made ("time"), by whom ("who") and by which words ("comment"). The last of these notes
 * are held in memory for `vsctl log`. When the file is written anew its one record carries them along, so that the
 * history is as long as before and the file no longer than the rows and a bounded number of bounded notes.
 */
#include <time.h>

#include "vswitchd/store/internal.h"

#define HISTORY_NOTES 1000
#define HISTORY_WORDS 1000 /* bytes of a comment that are kept in a note */

void history_sign(const struct store *store, json_t *record)
{
	char text[32];
	time_t now = time(NULL);
	struct tm tm;

	gmtime_r(&now, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	json_object_set_new(record, "time", json_string(text));
	if (store->txn.who)
		json_object_set_new(record, "who", json_string(store->txn.who));
}

/* At most HISTORY_WORDS bytes of @text, cut between characters. */
static json_t *history_words(const char *text)
{
	size_t size = strlen(text);

	if (size <= HISTORY_WORDS)
		return json_string(text);
	for (size = HISTORY_WORDS; size && (text[size] & 0xc0) == 0x80;)
		size--;
	return json_stringn(text, size);
}

static void history_add(struct store *store, json_t *note)
{
	if (!json_is_object(note))
		return;
	json_array_append(store->history, note);
	if (json_array_size(store->history) > HISTORY_NOTES)
		json_array_remove(store->history, 0);
}

void history_take(struct store *store, const json_t *record)
{
	json_t *notes = json_object_get(record, "history"), *note;
	const char *when = json_string_value(json_object_get(record, "time"));
	const char *who = json_string_value(json_object_get(record, "who"));
	const char *what = json_string_value(json_object_get(record, "comment"));
	size_t i;

	if (!store->history)
		store->history = (json_t *)vs_xcheck(json_array());
	if (json_is_array(notes)) {
		json_array_clear(store->history);
		json_array_foreach (notes, i, note)
			history_add(store, note);
		return;
	}
	note = json_pack("{s:s, s:s, s:o}", "time", when ? when : "", "who", who ? who : "", "what",
			 history_words(what ? what : ""));
	history_add(store, note);
	json_decref(note);
}

const json_t *store_history(const struct store *store)
{
	return store->history;
}

void store_sign(struct store *store, const char *who)
{
	free(store->txn.who);
	store->txn.who = vs_xstrdup(who);
}
