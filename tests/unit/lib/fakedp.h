/* SPDX-License-Identifier: GPL-2.0-only */
/* fakedp.h - a datapath that only remembers what it was asked for */
#ifndef VS_TEST_FAKEDP_H
#define VS_TEST_FAKEDP_H

#include "vswitchd/datapath/dp.h"

#define FAKEDP_PORTS 2048
#define FAKEDP_BRIDGES 16
#define FAKEDP_STATICS 64

/** struct fakedp_port - @config.name is a copy; remotes are not kept but for the first, @remote */
struct fakedp_port {
	bool used;
	struct dp_port_config config;
	char name[64];
	struct vs_ip remote;
};

/**
 * struct fakedp - what it was asked for
 * @fail_port_add: -errno for the next port_add() calls, 0 to obey
 * @calls: operations since the start; @adds, @sets, @dels of ports
 */
struct fakedp {
	struct dp dp;
	struct fakedp_port ports[FAKEDP_PORTS];
	struct {
		bool used;
		char name[64];
		struct dp_bridge_config config;
	} bridges[FAKEDP_BRIDGES];
	struct {
		struct vs_fdb_key key;
		uint32_t port;
	} statics[FAKEDP_STATICS];
	unsigned int n_statics;
	int fail_port_add;
	unsigned int calls, adds, sets, dels;
};

struct fakedp *fakedp_create(void);

/** fakedp_port() - by name. Return: NULL if there is none. */
struct fakedp_port *fakedp_port(struct fakedp *fake, const char *name);

/** fakedp_number() - its number, 0 if there is none. */
uint32_t fakedp_number(struct fakedp *fake, const char *name);

/** fakedp_n_ports() / fakedp_n_bridges() - how many there are. */
unsigned int fakedp_n_ports(const struct fakedp *fake);
unsigned int fakedp_n_bridges(const struct fakedp *fake);

#endif
