/* SPDX-License-Identifier: GPL-2.0-only */
/* keys.c - every key of a lab file: one row each, which parsing, checking, vswitch-lab(5) and the JSON Schema read */
#include "vsctl/lab/keys.h"

#include <string.h>

#include "vsctl/lab/model.h"

/*
 * A row names the member that holds the value, so a new key is a row here and a member in model.h. The macros give
 * type and flags a shape that can be read: key name, member, TYPE, more fields, help.
 */
#define KEY(object, key, member, kind, text, ...)                                                                      \
	{                                                                                                              \
		.name = (key), .type = (kind), .offset = offsetof(struct object, member), .help = (text), __VA_ARGS__  \
	}
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define SHAPE(name, object, keys_, text)                                                                               \
	const struct lab_shape lab_shape_##name = {                                                                    \
		.what = #name, .keys = (keys_), .n_keys = COUNT(keys_), .size = sizeof(struct object), .help = (text)}

#define TIME_MAX (3600 * INT64_C(1000000))

#define ON(kind) .kinds = 1u << LAB_##kind
#define IN_NODE .kinds = 1u << LAB_END_NODE
#define IN_SWITCH .kinds = 1u << LAB_END_SWITCH
#define NAMESPACES (1u << LAB_NETNS | 1u << LAB_CONTAINER | 1u << LAB_ATTACH)

static const char *const node_kinds[] = {
#define X(id, word, help) word,
	LAB_NODE_KINDS(X)
#undef X
		NULL};
static const char *const runtimes[] = {"runc", "crun", "podman", NULL};
static const char *const accelerators[] = {"auto", "kvm", "tcg", NULL};
static const char *const vlan_modes[] = {"access", "dot1q-tunnel", "native-tagged", "native-untagged", "trunk", NULL};
static const char *const datapaths[] = {"auto", "bpf", "user", NULL};
static const char *const families[] = {"any", "ipv4", "ipv6", NULL};

/* --- nodes -------------------------------------------------------------------------------------------------- */

#define NODE(key, member, kind, text, ...) KEY(lab_node, key, member, kind, text, __VA_ARGS__)

static const struct lab_key node_keys[] = {
	NODE("kind", kind, LAB_WORD, "What the node is. Default: netns, or attach where there is an attach.",
	     .words = node_kinds),
	NODE("group", group, LAB_NAME,
	     "A group of groups: whose keys the node takes over where it has none of its own."),
	NODE("count", count, LAB_INTEGER,
	     "So many nodes instead of one: web with count: 3 is web1, web2 and web3, or what the name says with "
	     "${index} in it. A link to web is a link to each, whose addresses count up.",
	     .min = 1, .max = 4096),
	NODE("hostname", hostname, LAB_NAME, "The node's own name for itself. Default: its name."),
	NODE("labels", labels, LAB_TEXT, "Notes for people and tools, names to texts.", .flags = LAB_MAP),
	NODE("mtu", mtu, LAB_INTEGER, "MTU of the node's devices, in bytes, where their links say none.", .min = 68,
	     .max = 65535),
	NODE("gateway", gateway, LAB_ADDRESS, "Default gateway: an address, or one of IPv4 and one of IPv6.",
	     .flags = LAB_LIST, .kinds = NAMESPACES),
	NODE("routes", routes, LAB_ROUTE, "Further routes, each DEST via GATEWAY.", .flags = LAB_LIST,
	     .kinds = NAMESPACES),
	NODE("hosts", hosts, LAB_ADDRESS, "Further lines for /etc/hosts in the node: names to addresses.",
	     .flags = LAB_MAP),
	NODE("sysctl", sysctl, LAB_TEXT,
	     "Kernel settings of the node's network namespace, such as net.ipv4.ip_forward: 1.", .flags = LAB_MAP,
	     .kinds = NAMESPACES),
	NODE("run", run, LAB_TEXT,
	     "Commands for the shell to run in the node, one after the other, once its links are up. One that fails "
	     "is an error; let what shall stay end in &.",
	     .flags = LAB_LIST, .kinds = NAMESPACES),
	NODE("stop", stop, LAB_TEXT, "Commands for the shell to run in the node before it is taken down.",
	     .flags = LAB_LIST, .kinds = NAMESPACES),
	NODE("env", env, LAB_TEXT, "Environment variables for commands in the node.", .flags = LAB_MAP,
	     .kinds = NAMESPACES),
	NODE("rootfs", rootfs, LAB_PATH, "Directory that is the container's root. It is not written to.",
	     .flags = LAB_EXISTS, ON(CONTAINER)),
	NODE("image", image, LAB_TEXT, "Image of the container, for podman.", ON(CONTAINER)),
	NODE("command", command, LAB_TEXT,
	     "What the container runs: a list of words, or a text for its shell. Default for a rootfs: sleep infinity; "
	     "for an image: what the image says.",
	     .flags = LAB_LIST | LAB_SHELL, ON(CONTAINER)),
	NODE("runtime", runtime, LAB_WORD, "What runs the container. Default: runc for a rootfs, podman for an image.",
	     .words = runtimes, ON(CONTAINER)),
	NODE("podman", podman, LAB_TEXT, "Further words for podman run.", .flags = LAB_LIST, ON(CONTAINER)),
	NODE("attach", attach, LAB_ATTACHMENT,
	     "Whose network namespace to use: podman:NAME, docker:NAME, pid:NUMBER, netns:NAME or netns:PATH. It is "
	     "looked for again when it has gone.",
	     ON(ATTACH)),
	NODE("kernel", kernel, LAB_PATH, "Kernel that the virtual machine boots.", .flags = LAB_EXISTS, ON(VM)),
	NODE("initrd", initrd, LAB_PATH, "Initial RAM disk for kernel.", .flags = LAB_EXISTS, ON(VM)),
	NODE("append", append, LAB_TEXT, "Command line for kernel. Default: console=ttyS0 on x86.", ON(VM)),
	NODE("disk", disk, LAB_PATH, "Disk image; what the machine writes to it is forgotten at its end.",
	     .flags = LAB_EXISTS, ON(VM)),
	NODE("memory", memory, LAB_SIZE, "Memory of the virtual machine. Default: 256M.", .min = 1 << 20,
	     .max = INT64_C(1) << 42, ON(VM)),
	NODE("cpus", cpus, LAB_INTEGER, "Processors of the virtual machine. Default: 1.", .min = 1, .max = 256, ON(VM)),
	NODE("accel", accel, LAB_CHOICE, "What QEMU uses. Default: auto, which is kvm where it works, else tcg.",
	     .words = accelerators, ON(VM)),
	NODE("qemu", qemu, LAB_TEXT, "Further words for QEMU's command line.", .flags = LAB_LIST, ON(VM)),
	NODE("owner", owner, LAB_TEXT, "User who may open the TAP device.", ON(TAP)),
	NODE("owner_group", owner_group, LAB_TEXT, "Group whose members may open the TAP device.", ON(TAP)),
};
SHAPE(node, lab_node, node_keys, "What is at the end of a cable.");

/* --- switches and sites ------------------------------------------------------------------------------------- */

#define SWITCH(key, member, kind, text, ...) KEY(lab_switch, key, member, kind, text, __VA_ARGS__)

static const struct lab_key switch_keys[] = {
	SWITCH("external", external, LAB_BOOLEAN,
	       "The bridge is there and somebody else's: it gets ports of ours and loses them again, nothing more."),
	SWITCH("bridge", bridge, LAB_DEVICE,
	       "Name of the bridge in vswitchd. Default: for an external one the switch's name, else LAB-SWITCH, cut "
	       "short where that is longer than 15 characters."),
	SWITCH("count", count, LAB_INTEGER, "So many switches instead of one, as for nodes.", .min = 1, .max = 4096),
	SWITCH("other_config", other_config, LAB_TEXT,
	       "Settings of the bridge as in vswitch.conf(5), such as mac-aging-time.", .flags = LAB_MAP),
	SWITCH("flood_vlans", flood_vlans, LAB_VLAN_RANGE, "VLANs in which no addresses are learned.",
	       .flags = LAB_LIST),
	SWITCH("labels", labels, LAB_TEXT, "Notes for people and tools, names to texts.", .flags = LAB_MAP),
};
SHAPE(switch, lab_switch, switch_keys, "A bridge of vswitchd.");

static const struct lab_key site_keys[] = {
	KEY(lab_site, "host", host, LAB_NAME,
	    "Where the site runs. local: on this machine itself, by its own vswitchd. Another name: on another "
	    "machine, "
	    "and nothing of it is made here. Default: in a network namespace that stands for a machine, unless some "
	    "site is local."),
	KEY(lab_site, "address", address, LAB_CIDR,
	    "The site's address in the underlay. Default: the next one of underlay.subnet. For a site that is a "
	    "machine "
	    "it must be given."),
	KEY(lab_site, "labels", labels, LAB_TEXT, "Notes for people and tools, names to texts.", .flags = LAB_MAP),
	{.name = "switches",
	 .type = LAB_OBJECT,
	 .flags = LAB_MAP,
	 .shape = &lab_shape_switch,
	 .help = "The site's switches, by name; a name must be the only one of its kind in the whole lab."},
	{.name = "nodes",
	 .type = LAB_OBJECT,
	 .flags = LAB_MAP,
	 .shape = &lab_shape_node,
	 .help = "The site's nodes, by name."},
	{.name = "links",
	 .type = LAB_OBJECT,
	 .flags = LAB_LIST,
	 .shape = &lab_shape_link,
	 .help = "Links between these."},
};
SHAPE(site, lab_site, site_keys, "A machine of its own, or what stands for one.");

static const struct lab_key underlay_keys[] = {
	KEY(lab_underlay, "subnet", subnet, LAB_CIDR,
	    "What the sites' addresses are taken from, the first for the first site. Default: 192.0.2.0/24."),
	KEY(lab_underlay, "mtu", mtu, LAB_INTEGER, "MTU of the underlay, in bytes. Default: 1500.", .min = 576,
	    .max = 65535),
};
SHAPE(underlay, lab_underlay, underlay_keys, "The network between sites that are namespaces of this machine.");

/* --- links -------------------------------------------------------------------------------------------------- */

/* What may be said at one end, or at the link for the ends that it fits. */
#define END_KEYS(object, in, extra)                                                                                    \
	KEY(object, "ip", in ip, LAB_CIDR, "Addresses of the device in the node.", .flags = LAB_LIST | (extra),        \
	    IN_NODE),                                                                                                  \
		KEY(object, "mac", in mac, LAB_MAC, "Ethernet address of the device in the node.", .flags = (extra),   \
		    IN_NODE),                                                                                          \
		KEY(object, "mtu", in mtu, LAB_INTEGER, "MTU of the device in the node, in bytes.", .min = 68,         \
		    .max = 65535, .flags = (extra), IN_NODE),                                                          \
		KEY(object, "gateway", in gateway, LAB_ADDRESS, "Default gateway of the node, by this device.",        \
		    .flags = LAB_LIST | (extra), IN_NODE),                                                             \
		KEY(object, "routes", in routes, LAB_ROUTE,                                                            \
		    "Routes of the node by this device, each DEST via GATEWAY.", .flags = LAB_LIST | (extra),          \
		    IN_NODE),                                                                                          \
		KEY(object, "tag", in tag, LAB_VLAN,                                                                   \
		    "VLAN of the switch's port; with trunks, that of frames without a tag.", .flags = (extra),         \
		    IN_SWITCH),                                                                                        \
		KEY(object, "trunks", in trunks, LAB_VLAN_RANGE,                                                       \
		    "VLANs that the switch's port carries with a tag. Default: without tag, all.",                     \
		    .flags = LAB_LIST | (extra), IN_SWITCH),                                                           \
		KEY(object, "vlan_mode", in vlan_mode, LAB_CHOICE, "As in vswitch.conf(5).", .words = vlan_modes,      \
		    .flags = (extra), IN_SWITCH),                                                                      \
		KEY(object, "cvlans", in cvlans, LAB_VLAN_RANGE,                                                       \
		    "Customer VLANs that a dot1q-tunnel port carries. Default: all.", .flags = LAB_LIST | (extra),     \
		    IN_SWITCH),                                                                                        \
		KEY(object, "protected", in protected, LAB_BOOLEAN, "Protected ports of a switch exchange no frames.", \
		    .flags = (extra), IN_SWITCH),                                                                      \
		KEY(object, "other_config", in other_config, LAB_TEXT,                                                 \
		    "Settings of the switch's port as in vswitch.conf(5).", .flags = LAB_MAP | (extra), IN_SWITCH),    \
		KEY(object, "port", in port, LAB_DEVICE,                                                               \
		    "Name of the switch's port, 15 characters at most. Default: made from lab, node and device.",      \
		    .flags = (extra), IN_SWITCH)

static const struct lab_key end_keys[] = {
	KEY(lab_end, "end", at, LAB_TEXT,
	    "What the end is in. NODE:DEVICE, or NODE for its next free eth0, eth1...; SWITCH, or SWITCH:PORT; vxlan "
	    "for "
	    "a tunnel; device:NAME for a network device that is there.",
	    .flags = LAB_SHORT | LAB_REQUIRED),
	END_KEYS(lab_end, , 0),
};
SHAPE(end, lab_end, end_keys, "One end of a link.");

#define LINK(key, member, kind, text, ...) KEY(lab_link, key, member, kind, text, __VA_ARGS__)

static const struct lab_key link_keys[] = {
	{.name = "ends",
	 .type = LAB_OBJECT,
	 .flags = LAB_LIST | LAB_SHORT | LAB_REQUIRED,
	 .shape = &lab_shape_end,
	 .help = "The two ends, as texts, or as maps that say more about one of them."},
	END_KEYS(lab_link, both., LAB_SHARED),
	LINK("vni", vni, LAB_INTEGER, "Network identifier of a vxlan link.", .min = 0, .max = 16777215),
	LINK("remotes", remotes, LAB_REMOTE,
	     "Other ends of a vxlan link: addresses, names of sites, or all for all other sites.", .flags = LAB_LIST),
	LINK("local_ip", local_ip, LAB_ADDRESS, "Source address of a vxlan link's packets."),
	LINK("dst_port", dst_port, LAB_INTEGER, "UDP port of a vxlan link. Default: 4789.", .min = 1, .max = 65535),
	LINK("if_present", if_present, LAB_BOOLEAN,
	     "The device need not be there; the port waits for it. A bare word among the ends may be a device then."),
	LINK("down", down, LAB_BOOLEAN, "The cable is there, and not plugged in, until vsctl lab link says so."),
	LINK("count", count, LAB_INTEGER, "So many links instead of one, ${index} being 1, 2, and so on.", .min = 1,
	     .max = 4096),
	LINK("labels", labels, LAB_TEXT, "Notes for people and tools, names to texts.", .flags = LAB_MAP),
};
SHAPE(link, lab_link, link_keys, "A cable between two ends, or a tunnel from one.");

/* --- expectations ------------------------------------------------------------------------------------------- */

#define EXPECT(key, member, kind, text, ...) KEY(lab_expect, key, member, kind, text, __VA_ARGS__)
#define BETWEEN(extra)                                                                                                 \
	EXPECT("between", between_names, LAB_NAME,                                                                     \
	       "Nodes, each with every other. A name may also be that of a group or of count: many.",                  \
	       .flags = LAB_LIST | (extra)),                                                                           \
		EXPECT("from", from_names, LAB_NAME, "Nodes to start from.", .flags = LAB_LIST),                       \
		EXPECT("to", to_names, LAB_NAME, "Nodes to get to, each from each.", .flags = LAB_LIST)
#define COMMON                                                                                                         \
	EXPECT("timeout", timeout, LAB_TIME, "How long to wait until it holds. Default: 10s.", .min = 1,               \
	       .max = TIME_MAX),                                                                                       \
		EXPECT("title", title, LAB_TEXT, "What it is called in reports. Default: made from the rest.")
#define FAMILY                                                                                                         \
	EXPECT("family", family, LAB_WORD, "ipv4, ipv6, or any for those that both have. Default: any.",               \
	       .words = families)

static const struct lab_key reach_keys[] = {BETWEEN(LAB_SHORT), FAMILY, COMMON};
static const struct lab_key isolated_keys[] = {BETWEEN(LAB_SHORT), FAMILY, COMMON};
static const struct lab_key mtu_keys[] = {
	BETWEEN(LAB_SHORT),
	EXPECT("at_least", at_least, LAB_INTEGER, "Bytes of the longest IP packet that gets there whole.",
	       .flags = LAB_REQUIRED, .min = 68, .max = 65535),
	FAMILY,
	COMMON,
};
static const struct lab_key rate_keys[] = {
	BETWEEN(LAB_SHORT),
	EXPECT("at_least", at_least, LAB_RATE, "Rate of one stream, such as 1Gbit.", .flags = LAB_REQUIRED, .min = 1,
	       .max = INT64_MAX),
	EXPECT("port", port, LAB_INTEGER, "Port number to use. Default: a free one.", .min = 1, .max = 65535),
	FAMILY,
	COMMON,
};
static const struct lab_key latency_keys[] = {
	BETWEEN(LAB_SHORT),
	EXPECT("at_most", at_most, LAB_TIME, "Time there and back, such as 5ms.", .flags = LAB_REQUIRED, .min = 1,
	       .max = TIME_MAX),
	FAMILY,
	COMMON,
};
static const struct lab_key command_keys[] = {
	EXPECT("on", on_names, LAB_NAME, "Nodes to run it in.", .flags = LAB_LIST | LAB_REQUIRED),
	EXPECT("run", run, LAB_TEXT, "Command for the shell.", .flags = LAB_REQUIRED),
	EXPECT("status", status, LAB_INTEGER, "Its exit status. Default: 0.", .min = 0, .max = 255),
	EXPECT("output", output, LAB_TEXT, "A text that its output must contain."),
	COMMON,
};

#define EXPECTATION(id, keys_, text)                                                                                   \
	[LAB_EXPECT_##id] = {.keys = (keys_), .n_keys = COUNT(keys_), .size = sizeof(struct lab_expect), .help = (text)}

/* The name of each is in LAB_EXPECT_KINDS. */
const struct lab_shape lab_expect_shapes[] = {
	EXPECTATION(REACH, reach_keys, "Nodes reach each other."),
	EXPECTATION(ISOLATED, isolated_keys, "No frame of one gets to the other."),
	EXPECTATION(MTU, mtu_keys, "Packets of that length get there whole."),
	EXPECTATION(TCP, rate_keys, "A TCP stream is that fast."),
	EXPECTATION(UDP, rate_keys, "UDP datagrams arrive at that rate."),
	EXPECTATION(LATENCY, latency_keys, "An answer takes no longer than that."),
	EXPECTATION(COMMAND, command_keys, "A command in a node succeeds."),
};

/* --- defaults, and the whole -------------------------------------------------------------------------------- */

static const struct lab_key defaults_keys[] = {
	{.name = "node", .type = LAB_OBJECT, .shape = &lab_shape_node, .help = "Keys for all nodes."},
	{.name = "switch", .type = LAB_OBJECT, .shape = &lab_shape_switch, .help = "Keys for all switches."},
	{.name = "link", .type = LAB_OBJECT, .shape = &lab_shape_link, .help = "Keys for all links."},
};
const struct lab_shape lab_shape_defaults = {.what = "defaults",
					     .keys = defaults_keys,
					     .n_keys = COUNT(defaults_keys),
					     .help = "What holds where an object says nothing itself."};

static const struct lab_key lab_keys[] = {
	KEY(lab, "lab", name, LAB_NAME, "Name of the lab, unique on the machine.", .flags = LAB_REQUIRED),
	KEY(lab, "title", title, LAB_TEXT, "A sentence that says what it is."),
	KEY(lab, "labels", labels, LAB_TEXT, "Notes for people and tools, names to texts.", .flags = LAB_MAP),
	KEY(lab, "datapath", datapath, LAB_CHOICE,
	    "For daemons that the lab starts itself, see vswitchd(8). Default: auto.", .words = datapaths),
	{.name = "include",
	 .type = LAB_PATH,
	 .flags = LAB_LIST | LAB_EXISTS,
	 .help = "Files whose contents are added. Paths everywhere are relative to the file that they stand in."},
	{.name = "vars",
	 .type = LAB_TEXT,
	 .flags = LAB_MAP,
	 .help = "Variables. ${NAME} in any value, or name of a switch or node, is replaced by the variable's text, "
		 "${NAME+1*2} is computed (+ - * / %, from left to right), $$ is a dollar sign. Of their own accord "
		 "there "
		 "are ${lab}, and ${name}, ${site} and ${index} of what the value is in. `vsctl lab up --set "
		 "NAME=VALUE' "
		 "takes the place of a variable's text."},
	{.name = "defaults",
	 .type = LAB_OBJECT,
	 .shape = &lab_shape_defaults,
	 .help = "What holds where an object says nothing itself."},
	{.name = "kinds",
	 .type = LAB_OBJECT,
	 .flags = LAB_MAP,
	 .shape = &lab_shape_node,
	 .words = node_kinds,
	 .help = "Keys for all nodes of a kind, by its name; stronger than defaults."},
	{.name = "groups",
	 .type = LAB_OBJECT,
	 .flags = LAB_MAP,
	 .shape = &lab_shape_node,
	 .help = "Keys for nodes with group: NAME, by that name; stronger than kinds."},
	{.name = "switches",
	 .type = LAB_OBJECT,
	 .flags = LAB_MAP,
	 .shape = &lab_shape_switch,
	 .help = "The switches, by name."},
	{.name = "nodes",
	 .type = LAB_OBJECT,
	 .flags = LAB_MAP,
	 .shape = &lab_shape_node,
	 .help = "The nodes, by name."},
	{.name = "links", .type = LAB_OBJECT, .flags = LAB_LIST, .shape = &lab_shape_link, .help = "The links."},
	{.name = "sites",
	 .type = LAB_OBJECT,
	 .flags = LAB_MAP,
	 .shape = &lab_shape_site,
	 .help = "Several places, each with switches, nodes and links of its own, by name. Then there are none "
		 "outside."},
	{.name = "underlay",
	 .type = LAB_OBJECT,
	 .offset = offsetof(struct lab, underlay),
	 .shape = &lab_shape_underlay,
	 .help = "The network between the sites."},
	{.name = "expect",
	 .type = LAB_OBJECT,
	 .flags = LAB_LIST,
	 .shape = lab_expect_shapes,
	 .help = "What must hold, for `vsctl lab test': each a map of one key, the kind of expectation."},
};
SHAPE(lab, lab, lab_keys, "A file.");

/* --- looking up --------------------------------------------------------------------------------------------- */

int lab_key_find(const struct lab_shape *shape, const char *name)
{
	for (size_t i = 0; i < shape->n_keys; i++) {
		if (!strcmp(shape->keys[i].name, name))
			return (int)i;
	}
	return -1;
}

const char *lab_node_kind_name(enum lab_node_kind kind)
{
	return node_kinds[kind];
}

const char *lab_expect_kind_name(enum lab_expect_kind kind)
{
	static const char *const names[] = {
#define X(id, word) word,
		LAB_EXPECT_KINDS(X)
#undef X
	};
	return names[kind];
}
