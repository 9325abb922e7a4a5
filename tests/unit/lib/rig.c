/* SPDX-License-Identifier: GPL-2.0-only */
/* rig.c - a switch under test: bridges and ports set as with vsctl, frames in, frames out, reasons counted */
#include "tests/unit/lib/rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/xalloc.h"
#include "vswitchd/reconcile/vlan.h"
#include "vswitchd/reconcile/want.h"

struct rig *rig_open(const struct rig_ops *ops, struct wires *wires)
{
	struct rig *rig = vs_xcalloc(1, sizeof(*rig));
	char *error = NULL;

	rig->ops = ops;
	rig->wires = wires;
	rig->base = event_base_new();
	assert_non_null(rig->base);
	assert_int_equal(store_open(NULL, &rig->store, &error), 0);
	ops->open(rig);
	store_begin(rig->store);
	return rig;
}

static void outputs_clear(struct rig *rig)
{
	while (rig->n_outputs)
		free(rig->outputs[--rig->n_outputs].bytes);
}

void rig_close(struct rig *rig)
{
	outputs_clear(rig);
	for (unsigned int id = 1; id < RIG_PORTS; id++) {
		if (rig->ports[id].number)
			rig_del_port(rig, id);
	}
	for (unsigned int i = 0; i < RIG_BRIDGES && rig->bridges[i].row; i++)
		assert_int_equal(rig->dp->ops->bridge_del(rig->dp, rig->bridges[i].number), 0);
	store_abort(rig->store);
	rig->dp->ops->close(rig->dp);
	store_close(rig->store);
	event_base_free(rig->base);
	free(rig);
}

/* set_column() - "column=value", or "column:key=value" to put one key into a map. */
static void set_column(struct rig *rig, struct store_row *row, const char *word)
{
	const struct schema_table *table = &schema_tables[store_row_table(row)];
	size_t name_len = strcspn(word, ":=");
	char *error = NULL;

	for (unsigned int i = 0; i < table->n_columns; i++) {
		const struct vs_type *type = &table->columns[i].type;
		struct vs_datum value = {0};
		const char *text = word + name_len + 1;

		if (strncmp(table->columns[i].name, word, name_len) != 0 || table->columns[i].name[name_len])
			continue;
		if (vs_datum_parse(type, text, &value, &error))
			fail_msg("\"%s\": %s", word, error);
		for (unsigned int k = 0; word[name_len] == ':' && k < store_get(row, i)->n; k++) {
			if (vs_datum_find(type, &value, &store_get(row, i)->keys[k]) < 0)
				vs_datum_add(type, &value, &store_get(row, i)->keys[k], &store_get(row, i)->values[k]);
		}
		store_set(rig->store, row, i, &value);
		vs_datum_destroy(type, &value);
		return;
	}
	fail_msg("\"%s\": no such column in table %s", word, table->name);
}

static void set_columns(struct rig *rig, struct store_row *row, char **words, int n)
{
	for (int i = 0; i < n; i++)
		set_column(rig, row, words[i]);
}

static void bridge_apply(struct rig *rig, struct rig_bridge *bridge)
{
	struct dp_bridge_config config = {0};

	rc_want_bridge(bridge->row, store_root(rig->store), &config);
	config.name = bridge->name;
	if (bridge->number)
		assert_int_equal(rig->dp->ops->bridge_set(rig->dp, bridge->number, &config), 0);
	else
		assert_int_equal(rig->dp->ops->bridge_add(rig->dp, &config, &bridge->number), 0);
}

void rig_root(struct rig *rig, char **words, int n)
{
	set_columns(rig, store_root(rig->store), words, n);
	for (int i = 0; i < RIG_BRIDGES && rig->bridges[i].row; i++)
		bridge_apply(rig, &rig->bridges[i]);
}

/* Index of a bridge by name, made when missing; NULL: the first. */
static unsigned int bridge_index(struct rig *rig, const char *name)
{
	struct rig_bridge *bridge = rig->bridges;
	unsigned int i = 0;

	for (; bridge->row; bridge++, i++) {
		assert_true(i < RIG_BRIDGES - 1);
		if (!name || !strcmp(bridge->name, name))
			return i;
	}
	strncpy(bridge->name, name ? name : "br0", sizeof(bridge->name) - 1);
	bridge->row = store_insert(rig->store, STORE_Bridge);
	bridge_apply(rig, bridge);
	return i;
}

void rig_bridge(struct rig *rig, const char *name, char **words, int n)
{
	struct rig_bridge *bridge = &rig->bridges[bridge_index(rig, name)];

	set_columns(rig, bridge->row, words, n);
	bridge_apply(rig, bridge);
}

void rig_output(struct rig_port *port, const uint8_t *bytes, size_t len)
{
	struct rig_output *out = &port->rig->outputs[port->rig->n_outputs++];

	assert_true(port->rig->n_outputs <= RIG_OUTPUTS);
	out->port = port->id;
	out->bytes = vs_xmalloc(len);
	memcpy(out->bytes, bytes, len);
	out->len = len;
}

static void port_apply(struct rig *rig, struct rig_port *port)
{
	struct dp_port_config config = {.kind = port->kind, .name = "port"};

	if (port->kind != DP_PORT_PATCH)
		rig->ops->port_config(port, &config);
	rc_vlan_port(port->row, &config.vlan);
	config.vlan.bridge = rig->bridges[port->bridge].number;
	config.peer = port->peer ? rig->ports[port->peer].number : 0;
	if (port->number) {
		assert_int_equal(rig->dp->ops->port_set(rig->dp, port->number, &config), 0);
		return;
	}
	assert_int_equal(rig->dp->ops->port_add(rig->dp, &config, &port->number), 0);
	if (port->kind != DP_PORT_PATCH)
		rig->ops->port_made(port);
}

static struct rig_port *port_get(struct rig *rig, unsigned int id, const char *bridge)
{
	struct rig_port *port = &rig->ports[id];

	assert_in_range(id, 1, RIG_PORTS - 1);
	if (port->row)
		return port;
	port->rig = rig;
	port->id = id;
	port->kind = DP_PORT_MEM;
	port->bridge = bridge_index(rig, bridge);
	port->row = store_insert(rig->store, STORE_Port);
	return port;
}

void rig_port(struct rig *rig, unsigned int id, const char *bridge, char **words, int n)
{
	struct rig_port *port = port_get(rig, id, bridge);

	if (bridge)
		port->bridge = bridge_index(rig, bridge);
	set_columns(rig, port->row, words, n);
	port_apply(rig, port);
}

void rig_patch(struct rig *rig, unsigned int a, const char *bridge_a, unsigned int b, const char *bridge_b)
{
	struct rig_port *pa = port_get(rig, a, bridge_a), *pb = port_get(rig, b, bridge_b);

	pa->kind = pb->kind = DP_PORT_PATCH;
	pa->peer = b;
	pb->peer = a;
	port_apply(rig, pa);
	port_apply(rig, pb);
	port_apply(rig, pa);
}

void rig_del_port(struct rig *rig, unsigned int id)
{
	struct rig_port *port = &rig->ports[id];

	assert_int_equal(rig->dp->ops->port_del(rig->dp, port->number), 0);
	if (rig->dp->ops->finish)
		rig->dp->ops->finish(rig->dp);
	store_delete(rig->store, port->row);
	*port = (struct rig_port){0};
}

void rig_static(struct rig *rig, unsigned int id, uint16_t vlan, const uint8_t mac[6])
{
	struct vs_fdb_key key = {.bridge = rig->bridges[rig->ports[id].bridge].number, .vlan = vlan};

	memcpy(key.mac, mac, 6);
	assert_int_equal(rig->dp->ops->fdb_add(rig->dp, &key, rig->ports[id].number), 0);
}

void rig_flush(struct rig *rig, const char *bridge, unsigned int id, uint16_t vlan)
{
	uint32_t number = rig->bridges[bridge_index(rig, bridge)].number;

	assert_int_equal(rig->dp->ops->fdb_flush(rig->dp, number, rig->ports[id].number, vlan), 0);
}

bool rig_input(struct rig *rig, unsigned int id, const uint8_t *bytes, size_t len)
{
	outputs_clear(rig);
	return rig->ops->input(&rig->ports[id], bytes, len);
}

struct dp_port_stats rig_stats(struct rig_port *port)
{
	struct dp *dp = port->rig->dp;
	struct dp_port_stats stats;

	assert_int_equal(dp->ops->port_stats(dp, port->number, &stats), 0);
	return stats;
}

uint64_t rig_drops(struct rig *rig, unsigned int id, enum vs_drop reason)
{
	return rig_stats(&rig->ports[id]).drops[reason];
}

void rig_age(struct rig *rig, unsigned int seconds)
{
	rig->ops->age(rig, seconds);
}

/* struct fdb_search - what rig_fdb() looks for, and found */
struct fdb_search {
	uint16_t vlan;
	const uint8_t *mac;
	uint32_t port;
};

static bool fdb_match(const struct vs_fdb_key *key, const struct vs_fdb_entry *entry, void *arg)
{
	struct fdb_search *search = arg;

	if (key->vlan == search->vlan && !memcmp(key->mac, search->mac, 6))
		search->port = entry->port;
	return !search->port;
}

unsigned int rig_fdb(struct rig *rig, const char *bridge, uint16_t vlan, const uint8_t mac[6])
{
	struct fdb_search search = {.vlan = vlan, .mac = mac};
	uint32_t number = rig->bridges[bridge_index(rig, bridge)].number;

	assert_int_equal(rig->dp->ops->fdb_walk(rig->dp, number, fdb_match, &search), 0);
	for (unsigned int id = 1; search.port && id < RIG_PORTS; id++) {
		if (rig->ports[id].number == search.port)
			return id;
	}
	return 0;
}
