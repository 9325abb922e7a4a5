/* SPDX-License-Identifier: GPL-2.0-only */
/* schema-rows-bridge.h - columns of a bridge and of what watches one */
#ifndef VS_SCHEMA_ROWS_BRIDGE_H
#define VS_SCHEMA_ROWS_BRIDGE_H

/* C(table, column, type, flags, doc) */
#define SCHEMA_COLUMNS_Bridge(C)                                                                                       \
	C(Bridge, name, T_ONE(K_STRING), S_IMMUTABLE | S_UNIQUE,                                                       \
	  "The bridge's name, unique among bridges. At most 15 characters, without '/', because the bridge's own "     \
	  "port of type internal is a network device of the same name.")                                               \
	C(Bridge, datapath_type, T_ONE(K_STRING), 0,                                                                   \
	  "Empty, system or netdev: all mean the one datapath of this daemon, chosen with vswitchd --datapath.")       \
	C(Bridge, datapath_version, T_ONE(K_STRING), S_STORED, "Version of the datapath.")                             \
	C(Bridge, datapath_id, T_OPTIONAL(K_STRING), S_EPHEMERAL, "OpenFlow datapath ID in use.")                      \
	C(Bridge, stp_enable, T_ONE(K_BOOLEAN), S_STORED, "Whether to run the spanning tree protocol (IEEE 802.1D).")  \
	C(Bridge, rstp_enable, T_ONE(K_BOOLEAN), S_STORED,                                                             \
	  "Whether to run the rapid spanning tree protocol (IEEE 802.1D-2004).")                                       \
	C(Bridge, mcast_snooping_enable, T_ONE(K_BOOLEAN), S_STORED,                                                   \
	  "Whether to learn from IGMP and MLD which ports want which groups. Multicast frames are flooded.")           \
	C(Bridge, ports, T_SET(K_REF("Port")), S_OWNS,                                                                 \
	  "The ports of the bridge, among them one of the bridge's own name whose interface has the type internal: "   \
	  "the host's foot in the bridge.")                                                                            \
	C(Bridge, mirrors, T_SET(K_REF("Mirror")), S_STORED, "Mirrors of the bridge's traffic.")                       \
	C(Bridge, netflow, T_OPTIONAL(K_REF("NetFlow")), S_STORED, "NetFlow export.")                                  \
	C(Bridge, sflow, T_OPTIONAL(K_REF("sFlow")), S_STORED, "sFlow export.")                                        \
	C(Bridge, ipfix, T_OPTIONAL(K_REF("IPFIX")), S_STORED, "IPFIX export.")                                        \
	C(Bridge, controller, T_SET(K_REF("Controller")), S_STORED,                                                    \
	  "OpenFlow controllers. The bridge goes on switching by itself.")                                             \
	C(Bridge, protocols,                                                                                           \
	  T_SET(K_ENUM("OpenFlow10", "OpenFlow11", "OpenFlow12", "OpenFlow13", "OpenFlow14", "OpenFlow15")), S_STORED, \
	  "OpenFlow versions to speak.")                                                                               \
	C(Bridge, fail_mode, T_OPTIONAL(K_ENUM("secure", "standalone")), S_STORED,                                     \
	  "What to do without a controller. The bridge always behaves as in standalone.")                              \
	C(Bridge, status, T_STRING_MAP, S_EPHEMERAL, "Spanning tree state. Empty.")                                    \
	C(Bridge, rstp_status, T_STRING_MAP, S_EPHEMERAL, "Rapid spanning tree state. Empty.")                         \
	C(Bridge, other_config, T_STRING_MAP, 0,                                                                       \
	  "Settings of the bridge; the keys that have an effect are listed below, others are kept for tools.")         \
	C(Bridge, external_ids, T_STRING_MAP, 0, "Notes of other programs. Never interpreted.")                        \
	C(Bridge, flood_vlans, T_SET_OF(K_RANGE(0, 4095), 0, 4096), 0,                                                 \
	  "VLANs in which no addresses are learned: every frame goes to every port of the VLAN. Default: none.")       \
	C(Bridge, flow_tables, T_MAP(K_RANGE(0, 254), K_REF("Flow_Table")), S_STORED, "OpenFlow tables by number.")    \
	C(Bridge, auto_attach, T_OPTIONAL(K_REF("AutoAttach")), S_STORED, "Auto attach settings.")

#define SCHEMA_COLUMNS_Mirror(C)                                                                                       \
	C(Mirror, name, T_ONE(K_STRING), S_STORED, "A name to tell it by.")                                            \
	C(Mirror, select_all, T_ONE(K_BOOLEAN), S_STORED, "Whether to copy every frame.")                              \
	C(Mirror, select_src_port, T_SET(K_WEAK("Port")), S_STORED, "Ports whose incoming frames are copied.")         \
	C(Mirror, select_dst_port, T_SET(K_WEAK("Port")), S_STORED, "Ports whose outgoing frames are copied.")         \
	C(Mirror, select_vlan, T_SET_OF(K_RANGE(0, 4095), 0, 4096), S_STORED, "VLANs to copy; empty for all.")         \
	C(Mirror, output_port, T_OPTIONAL(K_WEAK("Port")), S_STORED, "Port that the copies leave by.")                 \
	C(Mirror, output_vlan, T_OPTIONAL(K_RANGE(1, 4095)), S_STORED, "VLAN that the copies are flooded in.")         \
	C(Mirror, snaplen, T_OPTIONAL(K_RANGE(14, 65535)), S_STORED, "Longest copy, in bytes.")                        \
	C(Mirror, statistics, T_MAP(K_STRING, K_INTEGER), S_EPHEMERAL, "Frames and bytes copied. Empty.")              \
	C(Mirror, external_ids, T_STRING_MAP, 0, "Notes of other programs.")

#define SCHEMA_COLUMNS_NetFlow(C)                                                                                      \
	C(NetFlow, targets, T_SET_OF(K_STRING, 1, VS_UNLIMITED), S_STORED, "Collectors, as ADDRESS:PORT.")             \
	C(NetFlow, engine_type, T_OPTIONAL(K_RANGE(0, 255)), S_STORED, "Engine type in the records.")                  \
	C(NetFlow, engine_id, T_OPTIONAL(K_RANGE(0, 255)), S_STORED, "Engine ID in the records.")                      \
	C(NetFlow, add_id_to_interface, T_ONE(K_BOOLEAN), S_STORED,                                                    \
	  "Whether interface numbers include the engine ID.")                                                          \
	C(NetFlow, active_timeout, T_ONE(K_RANGE(-1, INT64_MAX)), S_STORED, "Seconds between records of a long flow.") \
	C(NetFlow, external_ids, T_STRING_MAP, 0, "Notes of other programs.")

#define SCHEMA_COLUMNS_sFlow(C)                                                                                        \
	C(sFlow, targets, T_SET_OF(K_STRING, 1, VS_UNLIMITED), S_STORED, "Collectors, as ADDRESS:PORT.")               \
	C(sFlow, sampling, T_OPTIONAL(K_INTEGER), S_STORED, "One frame in this many is sampled.")                      \
	C(sFlow, polling, T_OPTIONAL(K_INTEGER), S_STORED, "Seconds between counter samples.")                         \
	C(sFlow, header, T_OPTIONAL(K_INTEGER), S_STORED, "Bytes of a frame in a sample.")                             \
	C(sFlow, agent, T_OPTIONAL(K_STRING), S_STORED, "Device whose address identifies the agent.")                  \
	C(sFlow, external_ids, T_STRING_MAP, 0, "Notes of other programs.")

#define SCHEMA_COLUMNS_IPFIX(C)                                                                                        \
	C(IPFIX, targets, T_SET(K_STRING), S_STORED, "Collectors, as ADDRESS:PORT.")                                   \
	C(IPFIX, sampling, T_OPTIONAL(K_RANGE(1, 4294967295)), S_STORED, "One frame in this many is sampled.")         \
	C(IPFIX, obs_domain_id, T_OPTIONAL(K_RANGE(0, 4294967295)), S_STORED, "Observation domain ID.")                \
	C(IPFIX, obs_point_id, T_OPTIONAL(K_RANGE(0, 4294967295)), S_STORED, "Observation point ID.")                  \
	C(IPFIX, cache_active_timeout, T_OPTIONAL(K_RANGE(0, 4200)), S_STORED,                                         \
	  "Longest time a record is held back, in seconds.")                                                           \
	C(IPFIX, cache_max_flows, T_OPTIONAL(K_RANGE(0, 4294967295)), S_STORED, "Most records held back.")             \
	C(IPFIX, other_config, T_STRING_MAP, S_STORED, "Further settings.")                                            \
	C(IPFIX, external_ids, T_STRING_MAP, 0, "Notes of other programs.")

#define SCHEMA_COLUMNS_Flow_Sample_Collector_Set(C)                                                                    \
	C(Flow_Sample_Collector_Set, id, T_ONE(K_RANGE(0, 4294967295)), S_STORED,                                      \
	  "Number of the set, unique within its bridge.")                                                              \
	C(Flow_Sample_Collector_Set, bridge, T_ONE(K_REF("Bridge")), S_STORED, "The bridge it belongs to.")            \
	C(Flow_Sample_Collector_Set, ipfix, T_OPTIONAL(K_REF("IPFIX")), S_STORED, "Where the samples go.")             \
	C(Flow_Sample_Collector_Set, external_ids, T_STRING_MAP, 0, "Notes of other programs.")

#endif
