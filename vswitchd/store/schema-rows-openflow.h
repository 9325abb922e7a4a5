/* SPDX-License-Identifier: GPL-2.0-only */
/* schema-rows-openflow.h - columns of tables that are about OpenFlow: kept for tools */
#ifndef VS_SCHEMA_ROWS_OPENFLOW_H
#define VS_SCHEMA_ROWS_OPENFLOW_H

/* C(table, column, type, flags, doc) */
#define SCHEMA_COLUMNS_Flow_Table(C)                                                                                   \
	C(Flow_Table, name, T_OPTIONAL(K_STRING), S_STORED, "A name to tell it by.")                                   \
	C(Flow_Table, flow_limit, T_OPTIONAL(K_RANGE(0, INT64_MAX)), S_STORED, "Most flows in the table.")             \
	C(Flow_Table, overflow_policy, T_OPTIONAL(K_ENUM("evict", "refuse")), S_STORED,                                \
	  "What to do with one flow too many.")                                                                        \
	C(Flow_Table, groups, T_SET(K_STRING), S_STORED, "Fields to group flows by for eviction.")                     \
	C(Flow_Table, prefixes, T_SET_OF(K_STRING, 0, 3), S_STORED, "Fields to look up by prefix.")                    \
	C(Flow_Table, external_ids, T_STRING_MAP, 0, "Notes of other programs.")

#define SCHEMA_COLUMNS_Controller(C)                                                                                   \
	C(Controller, type, T_OPTIONAL(K_ENUM("primary", "service")), S_STORED, "Role of the controller.")             \
	C(Controller, target, T_ONE(K_STRING), S_STORED,                                                               \
	  "Where to connect or listen, for example tcp:192.0.2.1:6653.")                                               \
	C(Controller, max_backoff, T_OPTIONAL(K_RANGE(1000, INT64_MAX)), S_STORED,                                     \
	  "Longest pause between attempts to connect, in milliseconds.")                                               \
	C(Controller, inactivity_probe, T_OPTIONAL(K_INTEGER), S_STORED, "Idle time before a probe, in milliseconds.") \
	C(Controller, connection_mode, T_OPTIONAL(K_ENUM("in-band", "out-of-band")), S_STORED,                         \
	  "How the connection reaches the controller.")                                                                \
	C(Controller, local_ip, T_OPTIONAL(K_STRING), S_STORED, "Address of the bridge for an in-band connection.")    \
	C(Controller, local_netmask, T_OPTIONAL(K_STRING), S_STORED,                                                   \
	  "Netmask of the bridge for an in-band connection.")                                                          \
	C(Controller, local_gateway, T_OPTIONAL(K_STRING), S_STORED,                                                   \
	  "Gateway of the bridge for an in-band connection.")                                                          \
	C(Controller, enable_async_messages, T_OPTIONAL(K_BOOLEAN), S_STORED,                                          \
	  "Whether to send asynchronous messages.")                                                                    \
	C(Controller, controller_queue_size, T_OPTIONAL(K_RANGE(1, 512)), S_STORED,                                    \
	  "Most frames waiting for the controller.")                                                                   \
	C(Controller, controller_rate_limit, T_OPTIONAL(K_RANGE(100, INT64_MAX)), S_STORED,                            \
	  "Most frames a second to the controller.")                                                                   \
	C(Controller, controller_burst_limit, T_OPTIONAL(K_RANGE(25, INT64_MAX)), S_STORED,                            \
	  "Most frames at once to the controller.")                                                                    \
	C(Controller, other_config, T_STRING_MAP, S_STORED, "Further settings.")                                       \
	C(Controller, external_ids, T_STRING_MAP, 0, "Notes of other programs.")                                       \
	C(Controller, is_connected, T_ONE(K_BOOLEAN), S_EPHEMERAL, "Whether there is a connection. Always false.")     \
	C(Controller, role, T_OPTIONAL(K_ENUM("master", "other", "slave")), S_EPHEMERAL, "Role in use. Empty.")        \
	C(Controller, status, T_STRING_MAP, S_EPHEMERAL, "State of the connection. Empty.")

#define SCHEMA_COLUMNS_AutoAttach(C)                                                                                   \
	C(AutoAttach, system_name, T_ONE(K_STRING), S_STORED, "Name to announce.")                                     \
	C(AutoAttach, system_description, T_ONE(K_STRING), S_STORED, "Description to announce.")                       \
	C(AutoAttach, mappings, T_MAP(K_RANGE(0, 16777215), K_RANGE(0, 4095)), S_STORED, "VLAN by service identifier.")

#endif
