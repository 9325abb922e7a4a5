/* SPDX-License-Identifier: GPL-2.0-only */
/* schema-rows-port.h - columns of a port and of its quality of service */
#ifndef VS_SCHEMA_ROWS_PORT_H
#define VS_SCHEMA_ROWS_PORT_H

/* C(table, column, type, flags, doc) */
#define SCHEMA_COLUMNS_Port(C)                                                                                         \
	C(Port, name, T_ONE(K_STRING), S_IMMUTABLE | S_UNIQUE,                                                         \
	  "The port's name, unique among ports. Usually that of its one interface.")                                   \
	C(Port, interfaces, T_SET_OF(K_REF("Interface"), 1, VS_UNLIMITED), S_OWNS,                                     \
	  "The interfaces of the port: one. More make a bond, which is kept for tools: the first by name carries the " \
	  "traffic.")                                                                                                  \
	C(Port, trunks, T_SET_OF(K_RANGE(0, 4095), 0, 4096), 0,                                                        \
	  "VLANs that a port of mode trunk, native-tagged or native-untagged carries; 0 stands for frames without a "  \
	  "tag. 4095 is reserved and refused. Default: all of them. A native port carries its own tag in any case.")   \
	C(Port, cvlans, T_SET_OF(K_RANGE(0, 4095), 0, 4096), 0,                                                        \
	  "Customer VLANs that a dot1q-tunnel port admits; 0 stands for frames without a tag. Default: all of them.")  \
	C(Port, tag, T_OPTIONAL(K_RANGE(0, 4095)), 0,                                                                  \
	  "VLAN of an access port, native VLAN of a native port, or service VLAN of a dot1q-tunnel port: 0 to 4094. "  \
	  "Default: none, which makes the port a trunk, or 0 in the modes that need one.")                             \
	C(Port, vlan_mode, T_OPTIONAL(K_ENUM("access", "dot1q-tunnel", "native-tagged", "native-untagged", "trunk")),  \
	  0,                                                                                                           \
	  "How the port treats VLAN tags (IEEE 802.1Q). access: frames carry no tag and are in VLAN tag. trunk: "      \
	  "frames carry the tag of their VLAN. native-tagged, native-untagged: a trunk on which frames without a tag " \
	  "are in VLAN tag, and that VLAN leaves with or without a tag. dot1q-tunnel: whatever arrives gets an outer " \
	  "tag of VLAN tag (IEEE 802.1ad), which is taken off on leaving. Default: access when tag is set, else "      \
	  "trunk.")                                                                                                    \
	C(Port, qos, T_OPTIONAL(K_REF("QoS")), S_STORED, "Quality of service policy.")                                 \
	C(Port, mac, T_OPTIONAL(K_STRING), S_STORED, "Address of a bond device.")                                      \
	C(Port, bond_mode, T_OPTIONAL(K_ENUM("active-backup", "balance-slb", "balance-tcp")), S_STORED,                \
	  "How a bond spreads its traffic.")                                                                           \
	C(Port, lacp, T_OPTIONAL(K_ENUM("active", "off", "passive")), S_STORED,                                        \
	  "Whether to speak the link aggregation control protocol (IEEE 802.1AX).")                                    \
	C(Port, bond_updelay, T_ONE(K_INTEGER), S_STORED,                                                              \
	  "Milliseconds that a link must be up before a bond uses it.")                                                \
	C(Port, bond_downdelay, T_ONE(K_INTEGER), S_STORED,                                                            \
	  "Milliseconds that a link must be down before a bond gives it up.")                                          \
	C(Port, bond_active_slave, T_OPTIONAL(K_STRING), S_STORED, "Address of the member that a bond uses.")          \
	C(Port, bond_fake_iface, T_ONE(K_BOOLEAN), S_STORED, "Whether a bond shows a device of its name.")             \
	C(Port, fake_bridge, T_ONE(K_BOOLEAN), 0,                                                                      \
	  "Whether the port stands for a bridge of its VLAN, for tools of old.")                                       \
	C(Port, status, T_STRING_MAP, S_EPHEMERAL, "Spanning tree state of the port. Empty.")                          \
	C(Port, rstp_status, T_STRING_MAP, S_EPHEMERAL, "Rapid spanning tree state of the port. Empty.")               \
	C(Port, rstp_statistics, T_MAP(K_STRING, K_INTEGER), S_EPHEMERAL, "Rapid spanning tree counters. Empty.")      \
	C(Port, statistics, T_MAP(K_STRING, K_INTEGER), S_EPHEMERAL, "Spanning tree counters. Empty.")                 \
	C(Port, protected, T_ONE(K_BOOLEAN), 0,                                                                        \
	  "Whether the port is isolated: two protected ports of a bridge exchange no frames. Default: false.")         \
	C(Port, other_config, T_STRING_MAP, 0,                                                                         \
	  "Settings of the port; the keys that have an effect are listed below, others are kept for tools.")           \
	C(Port, external_ids, T_STRING_MAP, 0, "Notes of other programs. Never interpreted.")                          \
	C(Port, static_macs, T_SET(K_STRING), 0,                                                                       \
	  "Our own: stations that are always behind this port, each as VLAN/ADDRESS, for example "                     \
	  "10/02:00:00:00:00:01; VLAN 0 is that of frames without a tag. They do not age and do not move. Written by " \
	  "`vsctl fdb add' and `fdb del'. Default: none.")

#define SCHEMA_COLUMNS_QoS(C)                                                                                          \
	C(QoS, type, T_ONE(K_STRING), S_STORED, "Kind of policy, for example linux-htb.")                              \
	C(QoS, queues, T_MAP(K_RANGE(0, 4294967295), K_REF("Queue")), S_STORED, "Queues by number.")                   \
	C(QoS, other_config, T_STRING_MAP, S_STORED, "Settings of the policy, for example max-rate.")                  \
	C(QoS, external_ids, T_STRING_MAP, 0, "Notes of other programs.")

#define SCHEMA_COLUMNS_Queue(C)                                                                                        \
	C(Queue, dscp, T_OPTIONAL(K_RANGE(0, 63)), S_STORED, "Code point that frames of the queue get.")               \
	C(Queue, other_config, T_STRING_MAP, S_STORED, "Settings of the queue, for example min-rate.")                 \
	C(Queue, external_ids, T_STRING_MAP, 0, "Notes of other programs.")

#endif
