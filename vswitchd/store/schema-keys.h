/* SPDX-License-Identifier: GPL-2.0-only */
/* schema-keys.h - keys of map columns that have an effect, one row each */
#ifndef VS_SCHEMA_KEYS_H
#define VS_SCHEMA_KEYS_H

/*
 * A key that stands here is documented by its row and its values are checked by it (rules.c, forms.c); any other
 * key is kept as it comes. For Interface options the row names the types that it counts for. The words F_* are
 * explained in schema.c.
 */

/* K(table, column, key, kinds, form, doc) */
#define SCHEMA_KEYS(K)                                                                                                 \
	K(Open_vSwitch, other_config, "vlan-limit", "", F_NUMBER(0, INT32_MAX),                                        \
	  "How many VLAN tags of a frame are looked at. 1: only the outer tag counts. Any other number: a second tag " \
	  "counts too, and an access port carries no frame that has one. Default: 1.")                                 \
	K(Open_vSwitch, other_config, "stats-update-interval", "", F_NUMBER(0, INT32_MAX),                             \
	  "Milliseconds between two readings of the counters of interfaces, for those who monitor them; at least "     \
	  "5000. Default: 5000.")                                                                                      \
	K(Bridge, other_config, "mac-aging-time", "", F_NUMBER(0, INT32_MAX),                                          \
	  "Seconds without a frame after which a learned address is forgotten, 1 to 1000000; numbers outside are "     \
	  "brought into that range. Default: 300.")                                                                    \
	K(Bridge, other_config, "mac-table-size", "", F_NUMBER(0, INT32_MAX),                                          \
	  "Most addresses that the bridge learns, 10 to 1000000; numbers outside are brought into that range. One "    \
	  "too many takes the place of another, of a port that holds many. Default: 8192.")                            \
	K(Bridge, other_config, "forward-bpdu", "", F_BOOLEAN,                                                         \
	  "Whether frames to the reserved addresses 01-80-C2-00-00-00 to 0F (IEEE 802.1Q table 8-1) are forwarded. "   \
	  "Default: false.")                                                                                           \
	K(Port, other_config, "priority-tags", "", F_WORDS("always", "false", "if-nonzero", "never", "no", "true"),    \
	  "Whether a frame that leaves without a VLAN tag gets a priority tag (VLAN 0) to carry its priority. never: " \
	  "no. if-nonzero: when the priority is not 0. always: also when it is 0, if the frame came in with a tag. "   \
	  "true is an old word for if-nonzero; false and no mean never. Default: never.")                              \
	K(Port, other_config, "qinq-ethtype", "", F_WORDS("802.1ad", "802.1q"),                                        \
	  "Ethertype of the outer tag that a dot1q-tunnel port adds: 802.1ad for 0x88a8, 802.1q for 0x8100. Linux "    \
	  "lets "                                                                                                      \
	  "only one 802.1Q tag be longer than a device's MTU: with 802.1ad, or customers' tags, set mtu_request 4 "    \
	  "or 8 bytes higher on the system ports that the tag leaves by. Default: 802.1ad.")                           \
	K(Port, other_config, "hairpin", "", F_BOOLEAN,                                                                \
	  "Our own: whether a frame may leave through the port it came in by. Default: false.")                        \
	K(Interface, other_config, "xdp", "", F_WORDS("auto", "generic", "native", "off"),                             \
	  "Our own, for datapath bpf: whether XDP forwards known unicast of this port before the kernel makes an "     \
	  "sk_buff of it; the rest goes on by tcx. native: in the driver. generic: in the kernel, with any driver, "   \
	  "for trying things out. auto: native on hardware, off on veth, tap and internal. Who sends into a veth or "  \
	  "tap with XDP must have its offloads off (ethtool -K DEV tx off txvlan off), or TCP breaks. Status:hook "    \
	  "tells what came of it. Default: auto.")                                                                     \
	K(Port, other_config, "flood", "", F_BOOLEAN,                                                                  \
	  "Our own: whether frames to nobody in particular (broadcast, multicast, unknown) leave through the port. "   \
	  "Default: true.")                                                                                            \
	K(Interface, other_config, "admin-state", "", F_WORDS("down", "up"),                                           \
	  "Our own: down keeps the switch's end of the device down, so that nothing passes and the other end sees "    \
	  "no carrier. Default: up.")                                                                                  \
	K(Interface, options, "netns", "veth", F_TEXT,                                                                 \
	  "Network namespace of the pair's other end: a name as of ip netns, which is made when it is not there and "  \
	  "removed with the last port in it, the PID of a process in it, or a path. Default: the other end stays in "  \
	  "the namespace of vswitchd.")                                                                                \
	K(Interface, options, "peer", "veth", F_DEVICE, "Name of the pair's other end. Default: eth0.")                \
	K(Interface, options, "mac", "veth", F_MAC,                                                                    \
	  "Ethernet address of the pair's other end. Default: one made from the row's UUID, so that it stays.")        \
	K(Interface, options, "ip", "veth", F_CIDRS,                                                                   \
	  "Addresses of the pair's other end, each as ADDRESS/BITS, separated by commas or blanks. Default: none.")    \
	K(Interface, options, "gateway", "veth", F_ADDRESSES,                                                          \
	  "Default gateway for the other end: an address, or one of IPv4 and one of IPv6. Default: none.")             \
	K(Interface, options, "routes", "veth", F_ROUTES,                                                              \
	  "Routes through the other end, each as DEST via GATEWAY, separated by commas; DEST is ADDRESS/BITS or "      \
	  "default. Default: none.")                                                                                   \
	K(Interface, options, "mtu", "veth", F_NUMBER(68, 65535),                                                      \
	  "MTU of the pair's other end, in bytes. Default: that of the switch's end, see mtu_request.")                \
	K(Interface, options, "owner", "tap", F_NAME,                                                                  \
	  "User, by name or number, who may open the device. Default: only root.")                                     \
	K(Interface, options, "group", "tap", F_NAME,                                                                  \
	  "Group, by name or number, whose members may open the device. Default: only root.")                          \
	K(Interface, options, "queues", "tap", F_NUMBER(1, 256),                                                       \
	  "Most queues that may be opened at once; more than 1 makes the device multi-queue. Default: 1.")             \
	K(Interface, options, "peer", "patch", F_NAME,                                                                 \
	  "Name of the patch interface, on another bridge or the same, that this one is joined to; that one must "     \
	  "name this one. Until it exists nothing passes.")                                                            \
	K(Interface, options, "remote_ip", "vxlan", F_REMOTES,                                                         \
	  "The other end of the tunnel: an IPv4 or IPv6 address; or several, separated by commas or blanks, each of "  \
	  "which gets its own copy of flooded frames; or one multicast group, with dev. Needed: without it the "       \
	  "interface is parked.")                                                                                      \
	K(Interface, options, "local_ip", "vxlan", F_ADDRESS,                                                          \
	  "Source address of the tunnel's packets. Default: as routing chooses.")                                      \
	K(Interface, options, "dev", "vxlan", F_DEVICE, "Device to join the multicast group on and to send to it by.") \
	K(Interface, options, "key", "vxlan", F_NUMBER(0, 16777215), "VXLAN network identifier (VNI). Default: 0.")    \
	K(Interface, options, "dst_port", "vxlan", F_NUMBER(1, 65535),                                                 \
	  "UDP port to send to and to listen on. Default: 4789.")                                                      \
	K(Interface, options, "ttl", "vxlan", F_INHERIT(1, 255),                                                       \
	  "TTL of the tunnel's packets, or inherit to copy the inner packet's. Default: 64.")                          \
	K(Interface, options, "tos", "vxlan", F_INHERIT(0, 255),                                                       \
	  "TOS byte of the tunnel's packets without its two ECN bits, which follow RFC 6040, or inherit to copy the "  \
	  "inner packet's. Default: 0.")                                                                               \
	K(Interface, options, "csum", "vxlan", F_BOOLEAN,                                                              \
	  "Whether to send UDP checksums. Default: false over IPv4, true over IPv6.")                                  \
	K(Interface, options, "df_default", "vxlan", F_BOOLEAN,                                                        \
	  "Whether to forbid fragmentation of the tunnel's IPv4 packets. Default: true.")

#endif
