/* SPDX-License-Identifier: GPL-2.0-only */
/* server.c - the control socket: who may connect, whose turn it is, and what a request asks */

/*
 * The switch forwards frames in the same event loop, so commands must never crowd it out, and one client not another.
 * Clients with a whole request stand in a queue; each turn of the loop runs one command of the first of them. The turn
 * is a timer of zero length: libevent looks at sockets between two of them. Strict priorities would not do: libevent
 * starves whatever has the lower one as long as the other has work.
 */
#include <errno.h>
#include <event2/listener.h>
#include <pwd.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/cmdline.h"
#include "common/jsonrpc.h"
#include "common/list.h"
#include "common/log.h"
#include "common/xalloc.h"
#include "vswitchd/control/client.h"
#include "vswitchd/control/control.h"
#include "vswitchd/control/door.h"
#include "vswitchd/control/watch.h"
#include "vswitchd/ovsdb/ovsdb.h"

#define MAX_CLIENTS 256
#define MAX_HELD (64u << 20)	/* bytes of unfinished requests, of all clients together */
#define MAX_UNREAD (256u << 20) /* bytes that clients have not read, of all together */

/* A client as the server knows it. */
struct seat {
	struct vs_list link, turn; /* among all clients, the longest silent first; in the queue, or alone */
	struct ctl *ctl;
	struct client *client;
	struct ovsdb_session *session;
	struct watch *watch; /* NULL unless it runs `monitor` */
	char *who;	     /* is at the other end */
	bool read_only;
};

/* A socket to come in by. @read_only: for those who may only look */
struct door {
	struct vs_list link;
	struct ctl *ctl;
	bool read_only;
	char *path;
	struct evconnlistener *listener;
};

struct ctl {
	struct event_base *base;
	struct ctl_env env;
	struct ovsdb *ovsdb;
	struct fdb_look *fdb;
	struct vs_list doors;
	struct event *turn;  /* runs one command */
	struct event *pause; /* accepts again after having had no descriptor for a new connection */
	struct vs_list seats, queue;
	size_t n_clients, held, unread;
	struct seat *quitter; /* its command was to end the daemon */
	bool quit_cleanup;
};

/* --- clients ---------------------------------------------------------------------------------------------------- */

static void seat_ready(void *arg, struct client *client)
{
	const struct timeval now = {0};
	struct seat *seat = arg;

	(void)client;
	vs_list_push(&seat->ctl->queue, &seat->turn);
	if (!event_pending(seat->ctl->turn, EV_TIMEOUT, NULL))
		event_add(seat->ctl->turn, &now);
}

static bool seat_held(void *arg, size_t before, size_t now)
{
	struct ctl *ctl = ((struct seat *)arg)->ctl;

	ctl->held += now - before;
	return ctl->held <= MAX_HELD || now <= before;
}

/* Whoever has read least gives way. Those that are to be closed hold what they have a moment longer. */
static void seat_unread(void *arg, size_t less, size_t more)
{
	struct ctl *ctl = ((struct seat *)arg)->ctl;
	struct vs_list *link, *next;
	struct client *victim = NULL;
	size_t all = 0;

	ctl->unread += more - less;
	if (ctl->unread <= MAX_UNREAD || !more)
		return;
	vs_list_each_safe(link, next, &ctl->seats)
	{
		struct client *client = vs_container(link, struct seat, link)->client;

		if (client_is_over(client))
			continue;
		all += client_unread(client);
		if (!victim || client_unread(client) > client_unread(victim))
			victim = client;
	}
	if (victim && all > MAX_UNREAD)
		client_refuse(victim, "too many bytes are waiting for clients, and most of them for this one");
}

/* What the database has to say to a client. */
static void seat_send(void *arg, json_t *message)
{
	struct seat *seat = arg;
	bool asked = !json_object_get(message, "method");
	char *text = jsonrpc_text(message);

	if (!text)
		client_refuse(seat->client, "the reply cannot be written");
	else if (asked)
		client_reply(seat->client, text, false);
	else
		client_notify(seat->client, text);
	free(text);
}

static void server_quit(struct ctl *ctl)
{
	if (ctl->env.quit)
		ctl->env.quit(ctl->env.arg, ctl->quit_cleanup);
}

static void seat_sent(void *arg, struct client *client)
{
	(void)client;
	server_quit(((struct seat *)arg)->ctl);
}

static void seat_free(struct seat *seat)
{
	struct ctl *ctl = seat->ctl;

	vs_list_remove(&seat->link);
	vs_list_remove(&seat->turn);
	watch_free(seat->watch);
	ovsdb_session_free(seat->session);
	ctl->n_clients--;
	free(seat->who);
	free(seat);
}

static void seat_gone(void *arg, struct client *client)
{
	struct seat *seat = arg;
	struct ctl *ctl = seat->ctl;
	bool quits = ctl->quitter == seat;

	(void)client;
	seat_free(seat);
	if (quits) {
		ctl->quitter = NULL;
		server_quit(ctl);
	}
}

static size_t seats_of_user(const struct ctl *ctl, uid_t uid)
{
	struct vs_list *link, *next;
	size_t n = 0;

	vs_list_each_safe(link, next, &ctl->seats) n +=
		client_peer(vs_container(link, struct seat, link)->client)->uid == uid;
	return n;
}

static bool seat_is_watching(const struct seat *seat)
{
	return seat->watch || ovsdb_session_is_watching(seat->session);
}

/*
 * Connections that somebody forgot, or keeps for the purpose, must not lock everybody else out: of the user who has
 * the most, the one that has been idle longest gives way, and one that waits for news only if there is no other.
 * Return: whether there was one.
 */
static bool server_make_room(struct ctl *ctl)
{
	struct vs_list *link, *next;
	struct seat *victim = NULL;
	size_t most = 0;

	vs_list_each_safe(link, next, &ctl->seats)
	{
		struct seat *seat = vs_container(link, struct seat, link);
		size_t n = client_is_idle(seat->client) ? seats_of_user(ctl, client_peer(seat->client)->uid) : 0;
		bool watching = seat_is_watching(seat);

		if (n && victim && watching != seat_is_watching(victim) ? !watching : n > most) {
			most = n;
			victim = seat;
		}
	}
	if (victim)
		client_refuse(victim->client, "it is idle, and others want to connect");
	return victim;
}

/* Who is at the other end: "user alice (1000), process 4711 (bash)". Return: malloc()ed. */
static char *peer_text(const struct client *client)
{
	const struct ucred *peer = client_peer(client);
	const struct passwd *user = getpwuid(peer->uid);
	char *path = vs_xasprintf("/proc/%d/comm", (int)peer->pid), name[32] = "", *text;
	FILE *file = fopen(path, "re");

	if (file && fgets(name, sizeof(name), file))
		name[strcspn(name, "\n")] = '\0';
	if (file)
		fclose(file);
	text = vs_xasprintf("user %s (%d), process %d%s%s%s", user ? user->pw_name : "?", (int)peer->uid,
			    (int)peer->pid, *name ? " (" : "", name, *name ? ")" : "");
	free(path);
	return text;
}

static void server_on_connection(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *address,
				 int size, void *arg)
{
	static const char refusal[] = "{\"id\":null,\"result\":null,\"error\":\"too many clients\"}\n";
	const struct door *door = arg;
	struct ctl *ctl = door->ctl;

	(void)listener;
	(void)address;
	(void)size;
	if (ctl->n_clients >= MAX_CLIENTS && !server_make_room(ctl)) {
		vs_info("refusing a connection: %d clients are connected already", MAX_CLIENTS);
		send(fd, refusal, strlen(refusal), MSG_DONTWAIT | MSG_NOSIGNAL);
		close(fd);
		return;
	}
	struct seat *seat = vs_xcalloc(1, sizeof(*seat));
	const struct client_ops ops = {.ready = seat_ready,
				       .held = seat_held,
				       .unread = seat_unread,
				       .sent = seat_sent,
				       .gone = seat_gone,
				       .arg = seat};
	seat->ctl = ctl;
	seat->read_only = door->read_only;
	vs_list_push(&ctl->seats, &seat->link);
	vs_list_init(&seat->turn);
	ctl->n_clients++;
	seat->client = client_new(ctl->base, fd, &ops);
	seat->who = peer_text(seat->client);
	seat->session = ovsdb_session_new(ctl->ovsdb, seat->who, door->read_only, seat_send, seat);
}

/* Without this pause the loop would spin: the connection that cannot be accepted stays there to be accepted. */
static void server_on_accept_error(struct evconnlistener *listener, void *arg)
{
	const struct timeval second = {.tv_sec = 1};
	struct ctl *ctl = ((const struct door *)arg)->ctl;

	vs_warn("cannot accept a connection: %s", strerror(errno));
	evconnlistener_disable(listener);
	event_add(ctl->pause, &second);
}

static void server_on_pause_end(evutil_socket_t fd, short what, void *arg)
{
	struct ctl *ctl = arg;
	struct vs_list *link, *next;

	(void)fd;
	(void)what;
	vs_list_each_safe(link, next, &ctl->doors)
		evconnlistener_enable(vs_container(link, struct door, link)->listener);
}

/* --- requests --------------------------------------------------------------------------------------------------- */

/* The words of a command line, out of params[0]. Return: NULL if they are not an array of strings. */
static char **request_words(json_t *params, int *argc)
{
	json_t *words = json_array_get(params, 0), *word;
	size_t i;

	if (!json_is_array(words) || json_array_size(words) > INT_MAX - 1)
		return NULL;
	char **argv = vs_xcalloc(json_array_size(words) + 1, sizeof(*argv));
	json_array_foreach (words, i, word) {
		argv[i] = (char *)(uintptr_t)json_string_value(word);
		if (!argv[i]) {
			free(argv);
			return NULL;
		}
	}
	*argc = (int)json_array_size(words);
	return argv;
}

/* Strings in an answer that are not UTF-8 cannot be sent; nothing that came in as JSON can make one. */
static json_t *answer_to_json(const struct ctl_answer *answer)
{
	json_t *json;

	if (answer->again)
		return json_pack("{s:b}", "again", 1);
	json = json_pack("{s:s, s:s, s:i, s:s*}", "stdout", answer->out, "stderr", answer->err, "status",
			 answer->status, "file", answer->file);
	if (answer->watch)
		json_object_set_new(json, "stream", json_true());
	return json;
}

static void log_change(const char *who, const char *program, int argc, char *const argv[])
{
	char *line = NULL;
	size_t size;
	FILE *out = vs_xcheck(open_memstream(&line, &size));

	fputs(program, out);
	for (int i = 0; i < argc; i++)
		fprintf(out, " %s", argv[i]);
	fclose(out);
	vs_info("%s: %s", who, line);
	free(line);
}

/*
 * Method "vsctl": params are the words of a command line, and how to speak. Return: a new reference, or NULL.
 * @watch: what the line wants to hear of from now on, a new reference
 */
static json_t *run_vsctl(struct seat *seat, json_t *params, json_t **watch)
{
	json_t *manner = json_array_get(params, 1);
	const struct ctl_manner given = {
		.program = json_string_value(json_object_get(manner, "program")),
		.color = json_is_true(json_object_get(manner, "color")),
		.input = json_string_value(json_object_get(manner, "input")),
		.who = seat->who,
		.read_only = seat->read_only,
	};
	struct ctl *ctl = seat->ctl;
	struct ctl_answer answer;
	int argc;

	char **argv = request_words(params, &argc);
	if (!argv)
		return NULL;
	ctl_run(&ctl->env, &given, argc, argv, &answer);
	if (answer.changed)
		log_change(seat->who, cmdline_program(given.program)->name, argc, argv);
	if (answer.quit) {
		ctl->quitter = seat;
		ctl->quit_cleanup = answer.cleanup;
	}
	json_t *result = answer_to_json(&answer);
	*watch = json_incref(answer.watch);
	ctl_answer_free(&answer);
	free(argv);
	return result;
}

/* Lines for `vsctl monitor`: notifications "lines", each with some text to be printed. */
static void seat_lines(void *arg, const char *lines)
{
	seat_send(arg, json_pack("{s:n, s:s, s:[s]}", "id", "method", "lines", "params", lines));
}

/* Run a command line and reply. */
static void serve_vsctl(struct seat *seat, const struct jsonrpc_request *request)
{
	json_t *watch = NULL, *result = run_vsctl(seat, request->params, &watch), *error = NULL;

	if (!result)
		error = json_string("params of \"vsctl\" must be an array of strings, and an object");
	char *text = jsonrpc_text(jsonrpc_reply(request->id, result, error));
	if (text)
		client_reply(seat->client, text, seat->ctl->quitter == seat);
	else
		client_refuse(seat->client, "the reply cannot be written");
	free(text);
	if (!watch)
		return;
	watch_free(seat->watch);
	seat->watch = watch_new(seat->ctl->ovsdb, seat->ctl->fdb, watch, seat_lines, seat);
	json_decref(watch);
}

/* Do what a request asks and reply to it. */
static void serve(struct seat *seat, json_t *message)
{
	struct jsonrpc_request request;
	const char *why;

	if (jsonrpc_request_read(message, &request, &why))
		client_refuse(seat->client, why);
	else if (!json_is_null(request.id) && !strcmp(request.method, "vsctl"))
		serve_vsctl(seat, &request);
	else if (!ovsdb_request(seat->session, &request))
		seat_send(seat, jsonrpc_reply(request.id, NULL, json_string("unknown method")));
}

/* The turn of the first client in the queue. */
static void server_on_turn(evutil_socket_t fd, short what, void *arg)
{
	const struct timeval now = {0};
	struct ctl *ctl = arg;
	char *error = NULL;
	size_t size;

	(void)fd;
	(void)what;
	if (vs_list_empty(&ctl->queue))
		return;
	struct seat *seat = vs_container(ctl->queue.next, struct seat, turn);
	vs_list_remove(&seat->turn);
	vs_list_remove(&seat->link);
	vs_list_push(&ctl->seats, &seat->link);
	if (!vs_list_empty(&ctl->queue))
		event_add(ctl->turn, &now);
	if (client_is_over(seat->client))
		return;
	char *text = client_take(seat->client, &size);
	json_t *message = jsonrpc_parse(text, size, &error);
	free(text);
	if (message)
		serve(seat, message);
	else
		client_refuse(seat->client, error);
	client_next(seat->client);
	json_decref(message);
	free(error);
}

/* --- opening and closing ---------------------------------------------------------------------------------------- */

int ctl_listen(struct ctl *ctl, const char *path, gid_t group, bool read_only)
{
	int fd = door_open(path, group, read_only && group == (gid_t)-1 ? 0666 : 0660);

	if (fd < 0)
		return fd;
	struct door *door = vs_xcalloc(1, sizeof(*door));
	door->ctl = ctl;
	door->read_only = read_only;
	door->path = vs_xstrdup(path);
	door->listener = vs_xcheck(evconnlistener_new(ctl->base, server_on_connection, door,
						      LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, fd));
	evconnlistener_set_error_cb(door->listener, server_on_accept_error);
	vs_list_push(&ctl->doors, &door->link);
	return 0;
}

int ctl_open(struct event_base *base, const struct ctl_env *env, const char *path, gid_t group, struct ctl **result)
{
	const struct ovsdb_env ovsdb_env = {.store = env->store, .refresh = env->refresh, .arg = env->arg};
	struct ctl *ctl = vs_xcalloc(1, sizeof(*ctl));

	ctl->base = base;
	ctl->env = *env;
	vs_list_init(&ctl->doors);
	vs_list_init(&ctl->seats);
	vs_list_init(&ctl->queue);
	ctl->turn = vs_xcheck(evtimer_new(base, server_on_turn, ctl));
	ctl->pause = vs_xcheck(evtimer_new(base, server_on_pause_end, ctl));
	ctl->ovsdb = ovsdb_open(base, &ovsdb_env);
	ctl->fdb = fdb_look_new(base, env);
	int error = ctl_listen(ctl, path, group, false);
	if (error) {
		ctl_close(ctl);
		return error;
	}
	*result = ctl;
	return 0;
}

void ctl_close(struct ctl *ctl)
{
	struct vs_list *link, *next;

	if (!ctl)
		return;
	vs_list_each_safe(link, next, &ctl->doors)
	{
		struct door *door = vs_container(link, struct door, link);

		unlink(door->path);
		evconnlistener_free(door->listener);
		free(door->path);
		free(door);
	}
	vs_list_each_safe(link, next, &ctl->seats)
	{
		struct seat *seat = vs_container(link, struct seat, link);
		/* Whoever asked for the end sees it when the process is gone, and everything with it. */
		client_free(seat->client, seat == ctl->quitter);
		seat_free(seat);
	}
	fdb_look_free(ctl->fdb);
	ovsdb_close(ctl->ovsdb);
	event_free(ctl->turn);
	event_free(ctl->pause);
	free(ctl);
}
