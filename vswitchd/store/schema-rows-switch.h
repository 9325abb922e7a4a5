/* SPDX-License-Identifier: GPL-2.0-only */
/* schema-rows-switch.h - columns of the switch as a whole and of what hangs directly on it */
#ifndef VS_SCHEMA_ROWS_SWITCH_H
#define VS_SCHEMA_ROWS_SWITCH_H

/* C(table, column, type, flags, doc) */
#define SCHEMA_COLUMNS_Open_vSwitch(C)                                                                                 \
	C(Open_vSwitch, datapaths, T_MAP(K_STRING, K_REF("Datapath")), S_STORED, "Settings by datapath type.")         \
	C(Open_vSwitch, bridges, T_SET(K_REF("Bridge")), S_OWNS,                                                       \
	  "The bridges of this switch. A bridge that is not in this set does not exist.")                              \
	C(Open_vSwitch, manager_options, T_SET(K_REF("Manager")), S_STORED,                                            \
	  "Database managers to connect to or to listen for.")                                                         \
	C(Open_vSwitch, ssl, T_OPTIONAL(K_REF("SSL")), S_STORED, "Keys and certificates for SSL connections.")         \
	C(Open_vSwitch, other_config, T_STRING_MAP, 0,                                                                 \
	  "Settings of the switch as a whole; the keys that have an effect are listed below, others are kept for "     \
	  "tools.")                                                                                                    \
	C(Open_vSwitch, external_ids, T_STRING_MAP, 0,                                                                 \
	  "Notes of other programs, for example system-id. Never interpreted.")                                        \
	C(Open_vSwitch, next_cfg, T_ONE(K_INTEGER), 0, "Sequence number that a tool increments with a change.")        \
	C(Open_vSwitch, cur_cfg, T_ONE(K_INTEGER), S_EPHEMERAL,                                                        \
	  "Sequence number of the configuration in force: follows next_cfg when the change that came with it has "     \
	  "been carried out.")                                                                                         \
	C(Open_vSwitch, statistics, T_STRING_MAP, S_EPHEMERAL, "Statistics of the host. Empty here.")                  \
	C(Open_vSwitch, ovs_version, T_OPTIONAL(K_STRING), S_STORED,                                                   \
	  "Version that start scripts of Open vSwitch write down.")                                                    \
	C(Open_vSwitch, db_version, T_OPTIONAL(K_STRING), S_STORED,                                                    \
	  "Version of the database schema that start scripts of Open vSwitch write down.")                             \
	C(Open_vSwitch, system_type, T_OPTIONAL(K_STRING), S_STORED, "Kind of operating system, for example debian.")  \
	C(Open_vSwitch, system_version, T_OPTIONAL(K_STRING), S_STORED, "Version of the operating system.")            \
	C(Open_vSwitch, datapath_types, T_SET(K_STRING), S_EPHEMERAL,                                                  \
	  "The values that Bridge datapath_type may have.")                                                            \
	C(Open_vSwitch, iface_types, T_SET(K_STRING), S_EPHEMERAL,                                                     \
	  "The values that Interface type may have and that do something.")                                            \
	C(Open_vSwitch, dpdk_initialized, T_ONE(K_BOOLEAN), S_STORED, "Whether DPDK is in use. It never is.")          \
	C(Open_vSwitch, dpdk_version, T_OPTIONAL(K_STRING), S_STORED, "Version of DPDK.")

#define SCHEMA_COLUMNS_Manager(C)                                                                                      \
	C(Manager, target, T_ONE(K_STRING), S_UNIQUE | S_STORED, "Where to connect or listen, for example ptcp:6640.") \
	C(Manager, max_backoff, T_OPTIONAL(K_RANGE(1000, INT64_MAX)), S_STORED,                                        \
	  "Longest pause between attempts to connect, in milliseconds.")                                               \
	C(Manager, inactivity_probe, T_OPTIONAL(K_INTEGER), S_STORED, "Idle time before a probe, in milliseconds.")    \
	C(Manager, connection_mode, T_OPTIONAL(K_ENUM("in-band", "out-of-band")), S_STORED,                            \
	  "How the connection reaches the manager.")                                                                   \
	C(Manager, other_config, T_STRING_MAP, S_STORED, "Further settings.")                                          \
	C(Manager, external_ids, T_STRING_MAP, 0, "Notes of other programs.")                                          \
	C(Manager, is_connected, T_ONE(K_BOOLEAN), S_EPHEMERAL, "Whether there is a connection. Always false.")        \
	C(Manager, status, T_STRING_MAP, S_EPHEMERAL, "State of the connection. Empty.")

#define SCHEMA_COLUMNS_Datapath(C)                                                                                     \
	C(Datapath, datapath_version, T_ONE(K_STRING), S_STORED, "Version of the datapath.")                           \
	C(Datapath, ct_zones, T_MAP(K_RANGE(0, 65535), K_REF("CT_Zone")), S_STORED,                                    \
	  "Connection tracking zones by number.")                                                                      \
	C(Datapath, capabilities, T_STRING_MAP, S_STORED, "What the datapath can do.")                                 \
	C(Datapath, external_ids, T_STRING_MAP, 0, "Notes of other programs.")

#define SCHEMA_COLUMNS_CT_Zone(C)                                                                                      \
	C(CT_Zone, timeout_policy, T_OPTIONAL(K_REF("CT_Timeout_Policy")), S_STORED, "Timeouts of the zone.")          \
	C(CT_Zone, external_ids, T_STRING_MAP, 0, "Notes of other programs.")

#define SCHEMA_COLUMNS_CT_Timeout_Policy(C)                                                                            \
	C(CT_Timeout_Policy, timeouts,                                                                                 \
	  T_MAP(K_ENUM("icmp_first", "icmp_reply", "tcp_close", "tcp_close_wait", "tcp_established", "tcp_fin_wait",   \
		       "tcp_last_ack", "tcp_retransmit", "tcp_syn_recv", "tcp_syn_sent", "tcp_syn_sent2",              \
		       "tcp_time_wait", "tcp_unack", "udp_first", "udp_multiple", "udp_single"),                       \
		K_RANGE(0, 4294967295)),                                                                               \
	  S_STORED, "Seconds by protocol state.")                                                                      \
	C(CT_Timeout_Policy, external_ids, T_STRING_MAP, 0, "Notes of other programs.")

#define SCHEMA_COLUMNS_SSL(C)                                                                                          \
	C(SSL, private_key, T_ONE(K_STRING), S_STORED, "File with the private key.")                                   \
	C(SSL, certificate, T_ONE(K_STRING), S_STORED, "File with the certificate.")                                   \
	C(SSL, ca_cert, T_ONE(K_STRING), S_STORED, "File with the certificate of the authority.")                      \
	C(SSL, bootstrap_ca_cert, T_ONE(K_BOOLEAN), S_STORED,                                                          \
	  "Whether to take the authority's certificate from the first connection.")                                    \
	C(SSL, external_ids, T_STRING_MAP, 0, "Notes of other programs.")

#endif
