/* SPDX-License-Identifier: GPL-2.0-only */
/* schema-rows-interface.h - columns of an interface */
#ifndef VS_SCHEMA_ROWS_INTERFACE_H
#define VS_SCHEMA_ROWS_INTERFACE_H

/* C(table, column, type, flags, doc) */
#define SCHEMA_COLUMNS_Interface(C)                                                                                    \
	C(Interface, name, T_ONE(K_STRING), S_IMMUTABLE | S_UNIQUE,                                                    \
	  "The interface's name, unique among interfaces. Where the type makes it a network device, that device's "    \
	  "name: at most 15 characters, without '/', ':', '%' or blanks.")                                             \
	C(Interface, type, T_ONE(K_STRING), 0,                                                                         \
	  "What carries the frames. Empty or system: an existing network device of this name; while there is none "    \
	  "the interface is parked with error set, and attaches by itself when the device comes. veth: a pair made "   \
	  "here, its other end placed in options:netns. tap: a TAP device made here, for a virtual machine. "          \
	  "internal: the host's own foot in the bridge, a network device that can hold addresses. patch: the other "   \
	  "half of options:peer, joining two bridges. vxlan: a tunnel (RFC 7348). Default: empty.")                    \
	C(Interface, options, T_STRING_MAP, 0,                                                                         \
	  "Settings that depend on type; the keys that have an effect are listed below, others are kept for tools.")   \
	C(Interface, ingress_policing_rate, T_ONE(K_RANGE(0, INT64_MAX)), S_STORED,                                    \
	  "Most that may come in, in kbit/s; 0 for no limit.")                                                         \
	C(Interface, ingress_policing_burst, T_ONE(K_RANGE(0, INT64_MAX)), S_STORED,                                   \
	  "Burst that may come in above the rate, in kbit.")                                                           \
	C(Interface, ingress_policing_kpkts_rate, T_ONE(K_RANGE(0, INT64_MAX)), S_STORED,                              \
	  "Most that may come in, in thousands of frames a second; 0 for no limit.")                                   \
	C(Interface, ingress_policing_kpkts_burst, T_ONE(K_RANGE(0, INT64_MAX)), S_STORED,                             \
	  "Burst that may come in above the rate, in thousands of frames.")                                            \
	C(Interface, mac_in_use, T_OPTIONAL(K_STRING), S_EPHEMERAL, "The device's Ethernet address.")                  \
	C(Interface, mac, T_OPTIONAL(K_STRING), 0,                                                                     \
	  "Ethernet address that the device shall have, for the types internal (the end that the host uses), veth "    \
	  "(the end in the switch) and tap. Default: for internal one made from the row's UUID, so that it stays; "    \
	  "else one that the kernel chooses.")                                                                         \
	C(Interface, ifindex, T_OPTIONAL(K_RANGE(0, 4294967295)), S_EPHEMERAL, "The device's number in the kernel.")   \
	C(Interface, external_ids, T_STRING_MAP, 0,                                                                    \
	  "Notes of other programs, for example iface-id. Never interpreted.")                                         \
	C(Interface, ofport, T_OPTIONAL(K_INTEGER), S_EPHEMERAL,                                                       \
	  "The port's number in its bridge: 65534 for the bridge's own port, -1 for an interface that cannot be made " \
	  "now.")                                                                                                      \
	C(Interface, ofport_request, T_OPTIONAL(K_RANGE(1, 65279)), 0,                                                 \
	  "The number that the port shall have in its bridge, if it is free. Default: one is chosen.")                 \
	C(Interface, bfd, T_STRING_MAP, S_STORED, "Bidirectional forwarding detection (RFC 5880) settings.")           \
	C(Interface, bfd_status, T_STRING_MAP, S_EPHEMERAL, "Bidirectional forwarding detection state. Empty.")        \
	C(Interface, cfm_mpid, T_OPTIONAL(K_INTEGER), S_STORED,                                                        \
	  "Connectivity fault management (IEEE 802.1ag) endpoint ID.")                                                 \
	C(Interface, cfm_remote_mpids, T_SET(K_INTEGER), S_EPHEMERAL,                                                  \
	  "Connectivity fault management endpoints heard. Empty.")                                                     \
	C(Interface, cfm_flap_count, T_OPTIONAL(K_INTEGER), S_STORED, "Connectivity fault management flaps.")          \
	C(Interface, cfm_fault, T_OPTIONAL(K_BOOLEAN), S_EPHEMERAL, "Connectivity fault management verdict. Empty.")   \
	C(Interface, cfm_fault_status, T_SET(K_STRING), S_EPHEMERAL, "Connectivity fault management reasons. Empty.")  \
	C(Interface, cfm_remote_opstate, T_OPTIONAL(K_ENUM("down", "up")), S_EPHEMERAL,                                \
	  "State of the remote endpoint. Empty.")                                                                      \
	C(Interface, cfm_health, T_OPTIONAL(K_RANGE(0, 100)), S_EPHEMERAL,                                             \
	  "Connectivity fault management health. Empty.")                                                              \
	C(Interface, lacp_current, T_OPTIONAL(K_BOOLEAN), S_EPHEMERAL, "Link aggregation state. Empty.")               \
	C(Interface, lldp, T_STRING_MAP, S_STORED, "Link layer discovery protocol (IEEE 802.1AB) settings.")           \
	C(Interface, other_config, T_STRING_MAP, 0, "Further settings; the keys that have an effect are below.")       \
	C(Interface, statistics, T_MAP(K_STRING, K_INTEGER), S_EPHEMERAL,                                              \
	  "Counters since the port was added: frames and bytes received and sent, errors, and drops by reason.")       \
	C(Interface, status, T_STRING_MAP, S_EPHEMERAL,                                                                \
	  "Further facts about the device: driver_name; hook, which says where its frames are handled (tcx: in the "   \
	  "kernel, clsact: the same on older ones, xdp: the driver, before that, user: by the daemon), and "           \
	  "hook_reason, why not somewhere faster.")                                                                    \
	C(Interface, admin_state, T_OPTIONAL(K_ENUM("down", "up")), S_EPHEMERAL, "Whether the device is switched on.") \
	C(Interface, link_state, T_OPTIONAL(K_ENUM("down", "up")), S_EPHEMERAL, "Whether the device has a carrier.")   \
	C(Interface, link_resets, T_OPTIONAL(K_INTEGER), S_EPHEMERAL, "How often the carrier changed.")                \
	C(Interface, link_speed, T_OPTIONAL(K_INTEGER), S_EPHEMERAL, "Speed of the link, in bit/s.")                   \
	C(Interface, duplex, T_OPTIONAL(K_ENUM("full", "half")), S_EPHEMERAL, "Duplex mode of the link.")              \
	C(Interface, mtu, T_OPTIONAL(K_INTEGER), S_EPHEMERAL,                                                          \
	  "The device's MTU: the largest payload of a frame, in bytes.")                                               \
	C(Interface, mtu_request, T_OPTIONAL(K_RANGE(1, INT64_MAX)), 0,                                                \
	  "MTU that the device shall have, in bytes; for devices made here and the system's alike. Where a tunnel of " \
	  "the same VLAN cannot carry it, warning says so. Default: for devices made here 1500, or less where a "      \
	  "tunnel of the same VLAN carries less; others stay as they are.")                                            \
	C(Interface, error, T_OPTIONAL(K_STRING), S_EPHEMERAL,                                                         \
	  "Why the interface is parked, that is, cannot be made now. It is tried again at every change of the "        \
	  "configuration and of the host's devices.")                                                                  \
	C(Interface, warning, T_SET(K_STRING), S_EPHEMERAL,                                                            \
	  "Our own: what works, but not as well as asked, for example an MTU that a tunnel cannot carry.")

#endif
