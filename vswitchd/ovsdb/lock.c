/* SPDX-License-Identifier: GPL-2.0-only */
/* lock.c - who holds what: methods lock, steal and unlock of RFC 7047 section 4.1 */

/*
 * A lock is a name and a queue: its first member holds it. "lock" goes to the end of the queue, "steal" to its front.
 * Who is first after having waited is told "locked", who is not any more is told "stolen" and waits again.
 */
#include <stdlib.h>
#include <string.h>

#include "common/xalloc.h"
#include "vswitchd/ovsdb/internal.h"

#define MAX_LOCKS 64 /* of one client */

struct lock {
	struct hmap_node node;
	struct vs_list queue;
	char name[];
};

/* struct place - one client's place in one queue */
struct place {
	struct vs_list link, of_session;
	struct ovsdb_session *session;
	struct lock *lock;
};

static struct lock *lock_find(const struct ovsdb *ovsdb, const char *name)
{
	for (struct hmap_node *node = hmap_first_with_hash(&ovsdb->locks, vs_hash_string(name)); node;
	     node = hmap_next_with_hash(node)) {
		struct lock *lock = hmap_entry(node, struct lock, node);

		if (!strcmp(lock->name, name))
			return lock;
	}
	return NULL;
}

static struct lock *lock_get(struct ovsdb *ovsdb, const char *name)
{
	struct lock *lock = lock_find(ovsdb, name);

	if (lock)
		return lock;
	lock = (struct lock *)vs_xcalloc(1, sizeof(*lock) + strlen(name) + 1);
	memcpy(lock->name, name, strlen(name) + 1);
	vs_list_init(&lock->queue);
	hmap_insert(&ovsdb->locks, &lock->node, vs_hash_string(name));
	return lock;
}

static struct place *holder(const struct lock *lock)
{
	return vs_list_empty(&lock->queue) ? NULL : vs_container(lock->queue.next, struct place, link);
}

static struct place *place_find(const struct ovsdb_session *session, const char *name)
{
	for (struct vs_list *link = session->locks.next; link != &session->locks; link = link->next) {
		struct place *place = vs_container(link, struct place, of_session);

		if (!strcmp(place->lock->name, name))
			return place;
	}
	return NULL;
}

bool ov_lock_is_held(const struct ovsdb_session *session, const char *name)
{
	const struct place *place = place_find(session, name);

	return place && holder(place->lock) == place;
}

static void tell(const struct place *place, const char *what)
{
	ov_notify(place->session, what, json_pack("[s]", place->lock->name));
}

/* Leave the queue; whoever is first now is told if that is new. */
static void place_free(struct ovsdb *ovsdb, struct place *place)
{
	struct lock *lock = place->lock;
	bool held = holder(lock) == place;

	vs_list_remove(&place->link);
	vs_list_remove(&place->of_session);
	place->session->n_locks--;
	free(place);
	if (vs_list_empty(&lock->queue)) {
		hmap_remove(&ovsdb->locks, &lock->node);
		free(lock);
	} else if (held) {
		tell(holder(lock), "locked");
	}
}

void ov_locks_drop(struct ovsdb_session *session)
{
	while (!vs_list_empty(&session->locks))
		place_free(session->ovsdb, vs_container(session->locks.next, struct place, of_session));
}

/* The name that a request gives. Return: NULL with @error if it gives none. */
static const char *read_name(const json_t *params, const char *method, json_t **error)
{
	if (json_array_size(params) == 1 && ov_is_id(json_array_get(params, 0)))
		return json_string_value(json_array_get(params, 0));
	*error = ov_error(OV_SYNTAX, params, "%s request params must be <id>", method);
	return NULL;
}

static json_t *enter(struct ovsdb_session *session, const json_t *params, bool steal, json_t **result)
{
	const char *method = steal ? "steal" : "lock";
	json_t *error = NULL;
	const char *name = read_name(params, method, &error);

	if (!name)
		return error;
	if (place_find(session, name))
		return ov_error(OV_SYNTAX, params, "must issue \"unlock\" before new \"%s\"", method);
	if (session->n_locks == MAX_LOCKS)
		return ov_error("resources exhausted", params, "this client has %d locks already", MAX_LOCKS);
	struct place *place = (struct place *)vs_xcalloc(1, sizeof(*place)), *victim;
	session->n_locks++;
	place->session = session;
	place->lock = lock_get(session->ovsdb, name);
	victim = holder(place->lock);
	/* Pushed before the first, a link is the first. */
	vs_list_push(steal ? place->lock->queue.next : &place->lock->queue, &place->link);
	vs_list_push(&session->locks, &place->of_session);
	if (victim && steal)
		tell(victim, "stolen");
	*result = json_pack("{s:b}", "locked", !victim || steal);
	return NULL;
}

json_t *ov_lock(struct ovsdb_session *session, const json_t *params, json_t **result)
{
	return enter(session, params, false, result);
}

json_t *ov_steal(struct ovsdb_session *session, const json_t *params, json_t **result)
{
	return enter(session, params, true, result);
}

json_t *ov_unlock(struct ovsdb_session *session, const json_t *params, json_t **result)
{
	json_t *error = NULL;
	const char *name = read_name(params, "unlock", &error);
	struct place *place;

	if (!name)
		return error;
	place = place_find(session, name);
	if (!place)
		return ov_error(OV_SYNTAX, params, "unlock: \"unlock\" without \"lock\" or \"steal\"");
	place_free(session->ovsdb, place);
	*result = json_object();
	return NULL;
}
