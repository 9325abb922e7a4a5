/* SPDX-License-Identifier: GPL-2.0-only */
/* rig.h - a switch under test: bridges and ports set as with vsctl, frames in, frames out, reasons counted */
#ifndef VS_TEST_RIG_H
#define VS_TEST_RIG_H

#include <event2/event.h>

#include "vswitchd/datapath/dp.h"
#include "vswitchd/store/store.h"

#define RIG_PORTS 128
#define RIG_BRIDGES 12
#define RIG_OUTPUTS 256

struct rig;
struct rig_port;
struct wires;

/**
 * struct rig_ops - a datapath and how frames get into and out of it. All fail the test when they cannot do their work.
 * @name: for messages
 * @open: set @rig->dp
 * @port_config: fill in what kind of port it is
 * @port_made: the datapath has it
 * @input: let a frame in, and call rig_output() for all that leaves. Return: false if this kind of port cannot bring
 *	such a frame, and nothing has happened.
 * @age: let @seconds go by
 */
struct rig_ops {
	const char *name;
	void (*open)(struct rig *rig);
	void (*port_config)(struct rig_port *port, struct dp_port_config *config);
	void (*port_made)(struct rig_port *port);
	bool (*input)(struct rig_port *port, const uint8_t *bytes, size_t len);
	void (*age)(struct rig *rig, unsigned int seconds);
};

/**
 * rig_mem: `user` on ports in memory; rig_live: `bpf` on veths, needs wires; rig_punt: `bpf` on ports in memory, in a
 * namespace of its own (lab_enter())
 */
extern const struct rig_ops rig_mem, rig_live, rig_punt;

/** struct rig_output - a frame that left; @port is the fixture's number */
struct rig_output {
	unsigned int port;
	uint8_t *bytes;
	size_t len;
};

/** struct rig_port - @number: in the datapath, 0: there is none */
struct rig_port {
	struct rig *rig;
	unsigned int id;
	uint32_t number;
	enum dp_port_kind kind;
	unsigned int bridge, peer;
	struct store_row *row;
};

/** struct rig_bridge - @name is what fixtures call it */
struct rig_bridge {
	char name[32];
	uint32_t number;
	struct store_row *row;
};

struct rig {
	const struct rig_ops *ops;
	struct wires *wires;
	struct event_base *base;
	struct store *store;
	struct dp *dp;
	struct rig_bridge bridges[RIG_BRIDGES];
	struct rig_port ports[RIG_PORTS];
	struct rig_output outputs[RIG_OUTPUTS];
	size_t n_outputs;
};

/**
 * rig_open() - an empty switch. All rig functions fail the test when they cannot do their work.
 * @wires: for rig_live, else NULL
 */
struct rig *rig_open(const struct rig_ops *ops, struct wires *wires);
void rig_close(struct rig *rig);

/** rig_root() - set columns of table Open_vSwitch: "column=value", "column:key=value". */
void rig_root(struct rig *rig, char **words, int n);

/** rig_bridge() - make the bridge, or set columns of it. */
void rig_bridge(struct rig *rig, const char *name, char **words, int n);

/** rig_port() - make the port on @bridge (NULL: the one there is), or set columns of it. */
void rig_port(struct rig *rig, unsigned int id, const char *bridge, char **words, int n);

/** rig_patch() - make ports @a on bridge @bridge_a and @b on @bridge_b the two ends of a cable. */
void rig_patch(struct rig *rig, unsigned int a, const char *bridge_a, unsigned int b, const char *bridge_b);

void rig_del_port(struct rig *rig, unsigned int id);
/** rig_flush() - forget what was learned: at port @id (0: at any), in @vlan (VS_VLAN_NONE: in any). */
void rig_flush(struct rig *rig, const char *bridge, unsigned int id, uint16_t vlan);
void rig_static(struct rig *rig, unsigned int id, uint16_t vlan, const uint8_t mac[6]);

/** rig_input() - forget earlier outputs; let a frame in by port @id. Return: false if it cannot come in there. */
bool rig_input(struct rig *rig, unsigned int id, const uint8_t *bytes, size_t len);

/** rig_live_put() - only let a frame in, and wait for nothing. Return: as rig_input(). */
bool rig_live_put(struct rig_port *port, const uint8_t *bytes, size_t len);

/** rig_output() - a frame has left by @port. */
void rig_output(struct rig_port *port, const uint8_t *bytes, size_t len);

/** rig_stats() - counters of @port. */
struct dp_port_stats rig_stats(struct rig_port *port);

/** rig_drops() - how many frames port @id has dropped for @reason. */
uint64_t rig_drops(struct rig *rig, unsigned int id, enum vs_drop reason);

/** rig_age() - let @seconds go by. */
void rig_age(struct rig *rig, unsigned int seconds);

/** rig_fdb() - the port a station is learned at on port @id's bridge, as a fixture's number; 0: nowhere. */
unsigned int rig_fdb(struct rig *rig, const char *bridge, uint16_t vlan, const uint8_t mac[6]);

#endif
