/* SPDX-License-Identifier: GPL-2.0-only */
/* fuzz_switch.c - any bytes through a whole switch with a port of every VLAN mode and a patch cable */
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "datapath-bpf/core/frame.h"
#include "vswitchd/datapath/mem.h"

#define PORTS 6

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct dp *dp;
static uint32_t ports[PORTS];

static void add_port(unsigned int i, uint32_t bridge, enum dp_port_kind kind, uint32_t flags, uint16_t pvid,
		     uint32_t peer)
{
	struct dp_port_config config = {
		.kind = kind,
		.name = "fuzz",
		.peer = peer,
		.vlan = {.bridge = bridge, .flags = flags, .pvid = pvid, .untagged_vid = pvid, .qinq_tpid = VS_TPID_S}};

	memset(&config.vlan.members, 0xff, sizeof(config.vlan.members));
	if (dp->ops->port_add(dp, &config, &ports[i]))
		abort();
}

static void set_up(void)
{
	struct dp_bridge_config config = {.name = "fuzz", .ageing_s = 300, .forward = {.fdb_limit = 64}};
	uint32_t bridges[2];

	if (dp_user_open(event_base_new(), &dp))
		abort();
	for (int i = 0; i < 2; i++) {
		if (dp->ops->bridge_add(dp, &config, &bridges[i]))
			abort();
	}
	add_port(0, bridges[0], DP_PORT_MEM, 0, 10, 0);
	add_port(1, bridges[0], DP_PORT_MEM, VS_PORT_TAGGED_OK | VS_PORT_PRIO_ALWAYS, 0, 0);
	add_port(2, bridges[0], DP_PORT_MEM, VS_PORT_TUNNEL, 20, 0);
	add_port(3, bridges[1], DP_PORT_MEM, VS_PORT_TAGGED_OK | VS_PORT_HAIRPIN, 5, 0);
	add_port(4, bridges[0], DP_PORT_PATCH, VS_PORT_TAGGED_OK, 0, 6);
	add_port(5, bridges[1], DP_PORT_PATCH, VS_PORT_TUNNEL, 30, ports[4]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!dp)
		set_up();
	if (size < 1)
		return 0;
	dp_mem_input(dp, ports[data[0] % 4], data + 1, size - 1, NULL);
	return 0;
}
