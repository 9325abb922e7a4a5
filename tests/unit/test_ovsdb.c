/* SPDX-License-Identifier: GPL-2.0-only */
/* test_ovsdb.c - the database by RFC 7047: what clients hear, and when */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/xalloc.h"
#include "tests/unit/lib/model.h"
#include "vswitchd/ovsdb/ovsdb.h"

#define UUID1 "5aaaaaaa-0000-4000-8000-000000000001"
#define UUID2 "5aaaaaaa-0000-4000-8000-000000000002"

/* A client, and what it was sent and nobody has looked at. */
struct client {
	struct ovsdb_session *session;
	json_t *heard;
};

struct rig {
	struct event_base *base;
	struct store *store;
	struct ovsdb *ovsdb;
	struct client one, two;
	int refreshed;
};

static void take(void *arg, json_t *message)
{
	json_array_append_new(((struct client *)arg)->heard, message);
}

static void refresh(void *arg, struct store_row *interface)
{
	(void)interface;
	((struct rig *)arg)->refreshed++;
}

static void join(struct rig *rig, struct client *client, bool read_only)
{
	client->heard = json_array();
	client->session = ovsdb_session_new(rig->ovsdb, "a test", read_only, take, client);
}

static void leave(struct client *client)
{
	if (client->session)
		ovsdb_session_free(client->session);
	client->session = NULL;
	assert_int_equal(json_array_size(client->heard), 0);
	json_decref(client->heard);
	client->heard = NULL;
}

static int setup(void **state)
{
	struct rig *rig = vs_xcalloc(1, sizeof(*rig));
	char *error = NULL;

	rig->base = event_base_new();
	assert_int_equal(store_open(NULL, &rig->store, &error), 0);
	rig->ovsdb = ovsdb_open(rig->base, &(struct ovsdb_env){.store = rig->store, .refresh = refresh, .arg = rig});
	join(rig, &rig->one, false);
	join(rig, &rig->two, false);
	*state = rig;
	return 0;
}

static int teardown(void **state)
{
	struct rig *rig = *state;

	if (rig->one.session)
		leave(&rig->one);
	if (rig->two.session)
		leave(&rig->two);
	ovsdb_close(rig->ovsdb);
	store_close(rig->store);
	event_base_free(rig->base);
	free(rig);
	return 0;
}

/* JSON with ' for ". */
static json_t *parse(const char *fmt, va_list args)
{
	char *text = vs_xvasprintf(fmt, args);
	json_error_t where;

	for (char *c = text; *c; c++)
		*c = *c == '\'' ? '"' : *c;
	json_t *json = json_loads(text, JSON_DECODE_ANY, &where);
	if (!json)
		fail_msg("%s: %s", text, where.text);
	free(text);
	return json;
}

/* A request, or with @id 0 a notification. */
static void ask(struct client *client, int id, const char *method, const char *fmt, ...)
{
	struct jsonrpc_request request = {.id = id ? json_integer(id) : json_null(), .method = method};
	va_list args;

	va_start(args, fmt);
	request.params = parse(fmt, args);
	va_end(args);
	assert_true(ovsdb_request(client->session, &request));
	json_decref(request.id);
	json_decref(request.params);
}

/* The next message that the client was sent must be this one. */
static void hear(struct client *client, const char *fmt, ...)
{
	json_t *message = json_array_get(client->heard, 0);
	va_list args;

	va_start(args, fmt);
	json_t *wanted = parse(fmt, args);
	va_end(args);
	if (!json_equal(message, wanted)) {
		char *got = message ? json_dumps(message, JSON_COMPACT) : NULL;

		fail_msg("got:  %s\nwant: %s", got, json_dumps(wanted, JSON_COMPACT));
	}
	json_array_remove(client->heard, 0);
	json_decref(wanted);
}

#define REPLY(id, result) "{'id':" #id ",'error':null,'result':" result "}"

static void hear_nothing(struct rig *rig)
{
	event_base_loop(rig->base, EVLOOP_NONBLOCK);
	assert_int_equal(json_array_size(rig->one.heard), 0);
	assert_int_equal(json_array_size(rig->two.heard), 0);
}

/* --- the tests -------------------------------------------------------------------------------------------------- */

/* What fails leaves no trace; errors take the place of results. */
static void test_all_or_nothing(void **state)
{
	struct rig *rig = *state;
	char *before = model_text(rig->store);

	ask(&rig->one, 1, "transact",
	    "['Open_vSwitch',{'op':'insert','table':'Queue','row':{'dscp':5}, 'uuid':'" UUID1 "'},"
	    "{'op':'update','table':'Open_vSwitch','where':[],'row':{'external_ids':['map',[['a','b']]]}},"
	    "{'op':'abort'},{'op':'comment','comment':'x'}]");
	hear(&rig->one, REPLY(1, "[{'uuid':['uuid','" UUID1 "']},{'count':1},"
				 "{'error':'aborted','details':'aborted by request'},null]"));
	ask(&rig->one, 2, "transact",
	    "['Open_vSwitch',{'op':'insert','table':'Bridge','row':{'name':'a/b'},'uuid':'" UUID1 "'},"
	    "{'op':'update','table':'Open_vSwitch','where':[],'row':{'bridges':['uuid','" UUID1 "']}}]");
	hear(&rig->one,
	     REPLY(2, "[{'uuid':['uuid','" UUID1 "']},{'count':1},{'error':'constraint violation','details':"
		      "'\\'a/b\\' cannot be the name of a bridge, whose own port needs the name of a network "
		      "device: at most 15 characters, without \\u0027/\\u0027, \\u0027:\\u0027, "
		      "\\u0027%%\\u0027 or blanks'}]"));
	char *after = model_text(rig->store);
	assert_string_equal(before, after);
	free(before);
	free(after);
	hear_nothing(rig);
}

static void test_read_only(void **state)
{
	struct rig *rig = *state;

	leave(&rig->two);
	join(rig, &rig->two, true);
	ask(&rig->two, 1, "transact", "['Open_vSwitch',{'op':'delete','table':'Queue','where':[]}]");
	hear(&rig->two,
	     REPLY(1, "[{'error':'not allowed','details':'delete operation not allowed when database server is "
		      "in read only mode'}]"));
	ask(&rig->two, 2, "transact", "['Open_vSwitch',{'op':'select','table':'Queue','where':[]}]");
	hear(&rig->two, REPLY(2, "[{'rows':[]}]"));
}

#define WAIT_FOR_QUEUE "{'op':'wait','table':'Queue','where':[],'columns':['dscp'],'until':'==','rows':[{'dscp':5}]}"
#define ADD_QUEUE "['Open_vSwitch',{'op':'insert','table':'Queue','row':{'dscp':5},'uuid':'" UUID1 "'}]"

static void test_wait(void **state)
{
	struct rig *rig = *state;

	ask(&rig->one, 1, "transact", "['Open_vSwitch'," WAIT_FOR_QUEUE ",{'op':'delete','table':'Queue','where':[]}]");
	ask(&rig->one, 2, "transact", "['Open_vSwitch'," WAIT_FOR_QUEUE "]");
	hear_nothing(rig);
	assert_true(ovsdb_session_is_watching(rig->one.session));
	ask(&rig->one, 0, "cancel", "[2]");
	hear(&rig->one, "{'id':2,'result':null,'error':'canceled'}");
	ask(&rig->one, 0, "cancel", "[3]");
	ask(&rig->one, 0, "nosuch", "[3]");
	hear_nothing(rig);
	ask(&rig->two, 1, "transact", ADD_QUEUE);
	hear(&rig->two, REPLY(1, "[{'uuid':['uuid','" UUID1 "']}]"));
	event_base_loop(rig->base, EVLOOP_NONBLOCK);
	hear(&rig->one, REPLY(1, "[{},{'count':1}]"));
	assert_int_equal(store_count(rig->store, STORE_Queue), 0);
	/* One whose client goes is forgotten. */
	ask(&rig->one, 4, "transact", "['Open_vSwitch'," WAIT_FOR_QUEUE "]");
	leave(&rig->one);
	ask(&rig->two, 2, "transact", ADD_QUEUE);
	hear(&rig->two, REPLY(2, "[{'uuid':['uuid','" UUID1 "']}]"));
	event_base_loop(rig->base, EVLOOP_NONBLOCK);
}

/* Both forms of a monitor; the one who made the change hears of it before its answer. */
static void test_monitors(void **state)
{
	struct rig *rig = *state;

	ask(&rig->one, 1, "monitor", "['Open_vSwitch','m',{'Queue':{'columns':['dscp','external_ids']}}]");
	hear(&rig->one, REPLY(1, "{}"));
	ask(&rig->two, 1, "monitor_cond",
	    "['Open_vSwitch','c',{'Queue':[{'columns':['external_ids'],'where':[['dscp','==',5]]}]}]");
	hear(&rig->two, REPLY(1, "{}"));
	ask(&rig->one, 2, "transact", ADD_QUEUE);
	hear(&rig->one, "{'id':null,'method':'update','params':['m',{'Queue':{'" UUID1
			"':{'new':{'dscp':5,'external_ids':['map',[]]}}}}]}");
	hear(&rig->one, REPLY(2, "[{'uuid':['uuid','" UUID1 "']}]"));
	hear(&rig->two, "{'id':null,'method':'update2','params':['c',{'Queue':{'" UUID1 "':{'insert':{}}}}]}");
	ask(&rig->one, 3, "transact",
	    "['Open_vSwitch',{'op':'update','table':'Queue','where':[],'row':{'external_ids':['map',[['a','b']]]}}]");
	hear(&rig->one,
	     "{'id':null,'method':'update','params':['m',{'Queue':{'" UUID1
	     "':{'old':{'external_ids':['map',[]]},'new':{'dscp':5,'external_ids':['map',[['a','b']]]}}}}]}");
	hear(&rig->one, REPLY(3, "[{'count':1}]"));
	hear(&rig->two, "{'id':null,'method':'update2','params':['c',{'Queue':{'" UUID1
			"':{'modify':{'external_ids':['map',[['a','b']]]}}}}]}");
	/* It does not meet the condition any more. */
	ask(&rig->two, 2, "transact", "['Open_vSwitch',{'op':'update','table':'Queue','where':[],'row':{'dscp':6}}]");
	hear(&rig->two, "{'id':null,'method':'update2','params':['c',{'Queue':{'" UUID1 "':{'delete':null}}}]}");
	hear(&rig->two, REPLY(2, "[{'count':1}]"));
	hear(&rig->one, "{'id':null,'method':'update','params':['m',{'Queue':{'" UUID1
			"':{'old':{'dscp':5},'new':{'dscp':6,'external_ids':['map',[['a','b']]]}}}}]}");
	ask(&rig->two, 3, "monitor_cond_change", "['c','d',{'Queue':[{'where':[['dscp','==',6]]}]}]");
	hear(&rig->two, "{'id':null,'method':'update2','params':['d',{'Queue':{'" UUID1
			"':{'insert':{'external_ids':['map',[['a','b']]]}}}}]}");
	hear(&rig->two, REPLY(3, "{}"));
	ask(&rig->one, 4, "monitor_cancel", "['m']");
	hear(&rig->one, REPLY(4, "{}"));
	ask(&rig->one, 5, "transact", "['Open_vSwitch',{'op':'delete','table':'Queue','where':[]}]");
	hear(&rig->one, REPLY(5, "[{'count':1}]"));
	hear(&rig->two, "{'id':null,'method':'update2','params':['d',{'Queue':{'" UUID1 "':{'delete':null}}}]}");
	hear_nothing(rig);
}

static void set_speed(struct store_row *row, int64_t speed)
{
	struct vs_datum datum = {0};

	vs_datum_set_integer(&datum, speed);
	store_set_ephemeral(row, Interface_link_speed, &datum);
	vs_datum_destroy(&schema_tables[STORE_Interface].columns[Interface_link_speed].type, &datum);
}

#define NEWS(old, new)                                                                                                 \
	"{'id':null,'method':'update','params':[null,{'Interface':{'%s':{'old':" old ",'new':" new "}}}]}"

/* Ephemeral columns: many changes are one piece of news, one that is taken back is none, and none is told twice. */
static void test_news(void **state)
{
	struct rig *rig = *state;
	char uuid[VS_UUID_TEXT];

	store_begin(rig->store);
	struct store_row *port = model_port(rig->store, model_bridge(rig->store, "b"), "p");
	model_commit(rig->store);
	struct store_row *row = store_get_ref(rig->store, port, Port_interfaces, 0);
	vs_uuid_format(store_row_uuid(row), uuid);
	set_speed(row, 1);
	ask(&rig->one, 1, "monitor", "['Open_vSwitch',null,{'Interface':{'columns':['link_speed','mtu_request']}}]");
	hear(&rig->one, REPLY(1, "{'Interface':{'%s':{'new':{'link_speed':1,'mtu_request':['set',[]]}}}}"), uuid);
	hear_nothing(rig);
	set_speed(row, 2);
	set_speed(row, 3);
	assert_int_equal(json_array_size(rig->one.heard), 0);
	event_base_loop(rig->base, EVLOOP_NONBLOCK);
	hear(&rig->one, NEWS("{'link_speed':1}", "{'link_speed':3,'mtu_request':['set',[]]}"), uuid);
	set_speed(row, 4);
	set_speed(row, 3);
	hear_nothing(rig);
	/* News of before a transaction comes before it; what is set while it touches the row comes with it. */
	set_speed(row, 5);
	store_begin(rig->store);
	hear(&rig->one, NEWS("{'link_speed':3}", "{'link_speed':5,'mtu_request':['set',[]]}"), uuid);
	store_set_integer(rig->store, row, Interface_mtu_request, 1400);
	set_speed(row, 6);
	model_commit(rig->store);
	hear(&rig->one, NEWS("{'link_speed':5,'mtu_request':['set',[]]}", "{'link_speed':6,'mtu_request':1400}"), uuid);
	hear_nothing(rig);
	/* A row that goes takes its news along. */
	set_speed(row, 7);
	store_begin(rig->store);
	hear(&rig->one, NEWS("{'link_speed':6}", "{'link_speed':7,'mtu_request':1400}"), uuid);
	set_speed(row, 8);
	store_set(rig->store, store_root(rig->store), Open_vSwitch_bridges, &(struct vs_datum){0});
	model_commit(rig->store);
	hear(&rig->one,
	     "{'id':null,'method':'update','params':[null,{'Interface':{'%s':{'old':{'link_speed':7,'mtu_request':1400}"
	     "}}}]}",
	     uuid);
	hear_nothing(rig);
}

/* Counters are read for who looks, and not again within a second. */
static void test_refresh(void **state)
{
	struct rig *rig = *state;

	store_begin(rig->store);
	model_port(rig->store, model_bridge(rig->store, "b"), "p");
	model_commit(rig->store);
	ask(&rig->one, 1, "monitor",
	    "['Open_vSwitch',1,{'Interface':{'columns':['name'],'select':{'initial':false}}}]");
	hear(&rig->one, REPLY(1, "{}"));
	assert_int_equal(rig->refreshed, 0);
	ask(&rig->one, 2, "monitor",
	    "['Open_vSwitch',2,{'Interface':{'columns':['statistics'],'select':{'initial':false}}}]");
	hear(&rig->one, REPLY(2, "{}"));
	assert_int_equal(rig->refreshed, 1);
	ask(&rig->one, 3, "transact",
	    "['Open_vSwitch',{'op':'select','table':'Interface','where':[],'columns':['name']}]");
	hear(&rig->one, REPLY(3, "[{'rows':[{'name':'p'}]}]"));
	assert_int_equal(rig->refreshed, 1);
}

static void test_locks(void **state)
{
	struct rig *rig = *state;

	ask(&rig->one, 1, "lock", "['L']");
	hear(&rig->one, REPLY(1, "{'locked':true}"));
	ask(&rig->two, 1, "lock", "['L']");
	hear(&rig->two, REPLY(1, "{'locked':false}"));
	ask(&rig->one, 2, "unlock", "['L']");
	hear(&rig->two, "{'id':null,'method':'locked','params':['L']}");
	hear(&rig->one, REPLY(2, "{}"));
	ask(&rig->one, 3, "steal", "['L']");
	hear(&rig->two, "{'id':null,'method':'stolen','params':['L']}");
	hear(&rig->one, REPLY(3, "{'locked':true}"));
	leave(&rig->one);
	hear(&rig->two, "{'id':null,'method':'locked','params':['L']}");
	ask(&rig->two, 2, "transact", "['Open_vSwitch',{'op':'assert','lock':'L'},{'op':'assert','lock':'M'}]");
	hear(&rig->two, REPLY(2, "[{},{'error':'not owner','details':'Asserted lock M not held.'}]"));
}

/* A client may have many of each thing, but not any number. */
static void test_bounds(void **state)
{
	struct rig *rig = *state;
	int answers[2] = {0};

	for (int i = 0; i < 300; i++) {
		ask(&rig->one, 1, "monitor", "['Open_vSwitch',%d,{}]", i);
		ask(&rig->one, 1, "lock", "['l%d']", i);
		ask(&rig->one, 1, "transact", "['Open_vSwitch'," WAIT_FOR_QUEUE "]");
	}
	for (size_t i = 0; i < json_array_size(rig->one.heard); i++)
		answers[json_is_null(json_object_get(json_array_get(rig->one.heard, i), "error"))]++;
	assert_int_equal(answers[1], 256 + 64);
	assert_int_equal(answers[0], 300 - 256 + 300 - 64 + 300 - 64);
	json_array_clear(rig->one.heard);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_all_or_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(test_read_only, setup, teardown),
		cmocka_unit_test_setup_teardown(test_wait, setup, teardown),
		cmocka_unit_test_setup_teardown(test_monitors, setup, teardown),
		cmocka_unit_test_setup_teardown(test_news, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refresh, setup, teardown),
		cmocka_unit_test_setup_teardown(test_locks, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bounds, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
