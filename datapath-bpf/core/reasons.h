/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* reasons.h - every way a frame can be dropped: counter, JSON name and text from one list */
#ifndef VS_CORE_REASONS_H
#define VS_CORE_REASONS_H

/*
 * X(identifier, json-name, text). To add a reason, add a row here and return it where the drop is decided.
 * The order is the index of the counters: append, and raise VS_LAYOUT_VERSION when the order must change.
 */
#define VS_DROP_REASONS(X)                                                                                             \
	X(NONE, "none", "forwarded")                                                                                   \
	X(RUNT, "runt", "shorter than an Ethernet header and its tags")                                                \
	X(NO_PORT, "no-port", "came in by a port that no bridge has")                                                  \
	X(RESERVED_MAC, "reserved-mac", "to 01-80-C2-00-00-0X, which other_config:forward-bpdu would pass")            \
	X(RX_FULL, "rx-full", "came faster than it was read")                                                          \
	X(VLAN_RESERVED, "vlan-reserved", "VLAN ID 4095 is reserved by 802.1Q")                                        \
	X(VLAN_TAGGED, "vlan-tagged", "tagged, and the port takes untagged frames only")                               \
	X(VLAN_INGRESS, "vlan-ingress", "its VLAN is not one that the ingress port carries")                           \
	X(VLAN_EGRESS, "vlan-egress", "its VLAN is not one that the egress port carries")                              \
	X(SAME_PORT, "same-port", "the station is behind the port the frame came from")                                \
	X(PROTECTED, "protected", "both ports are protected")                                                          \
	X(NO_EGRESS, "no-egress", "no other port carries its VLAN")                                                    \
	X(PATCH_LOOP, "patch-loop", "crossed too many patch ports")                                                    \
	X(PATCH_NO_PEER, "patch-no-peer", "the patch port's peer is not there")                                        \
	X(MTU, "mtu", "longer than the egress port's MTU")                                                             \
	X(TX_FULL, "tx-full", "the egress port's queue is full")                                                       \
	X(TX_ERROR, "tx-error", "the egress port refused it")                                                          \
	X(PORT_DOWN, "port-down", "the egress port is down")                                                           \
	X(GSO_UNSUPPORTED, "gso-unsupported", "a segmentation offload that cannot be cut here")                        \
	X(VXLAN_SHORT, "vxlan-short", "shorter than a VXLAN header")                                                   \
	X(VXLAN_FLAGS, "vxlan-flags", "VXLAN header without the I flag")                                               \
	X(VXLAN_VNI, "vxlan-vni", "no port has this VNI")                                                              \
	X(VXLAN_REMOTE, "vxlan-remote", "no port of this VNI knows the sending VTEP")                                  \
	X(VXLAN_NO_REMOTE, "vxlan-no-remote", "the tunnel has no remote to send it to")                                \
	X(ECN, "ecn", "outer header says congestion, inner cannot carry it (RFC 6040)")                                \
	X(CONTROL_LIMIT, "control-limit", "a control frame over the 1,000 a second that the daemon looks at")          \
	X(NO_DAEMON, "no-daemon", "for the daemon, which was not running")

enum vs_drop {
#define X(id, name, text) VS_DROP_##id,
	VS_DROP_REASONS(X)
#undef X
		VS_DROP__COUNT
};

#endif
