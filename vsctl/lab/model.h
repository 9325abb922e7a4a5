/* SPDX-License-Identifier: GPL-2.0-only */
/* model.h - a lab as plain structs: what the file says, checked and complete, before anything is done about it */
#ifndef VS_LAB_MODEL_H
#define VS_LAB_MODEL_H

/*
 * lab_load() reads a file and what it includes, and gives one struct lab, or none and a list of what is wrong. Every
 * object of the file is a struct here that begins with a struct lab_object, and every key that it may have is a row
 * in keys.c that names a member: parsing, checking, vswitch-lab(5) and the JSON Schema are made from these rows.
 *
 * What a reader of the model sees has no short forms, variables, counts or defaults left in it: `count: 3' is three
 * nodes, what a link says for both ends is in its ends, and a node's default gateway is a route of one of its ends.
 * Texts of addresses and the like are valid and may be handed on as they are. Everything belongs to the struct lab.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/** struct lab_mark - where something was written; @file lives as long as the lab, lines and columns begin with 1 */
struct lab_mark {
	const char *file;
	unsigned int line, column;
};

/**
 * struct lab_item - an element of a list, or a pair of a map
 * @key: of a map
 * @number: the value where the type is a number (VLANs)
 * @varied: the text came from variables, so it is already what it should be for each of many
 */
struct lab_item {
	char *key, *text;
	int64_t number;
	bool varied;
	struct lab_mark at;
};

struct lab_list {
	struct lab_item *items;
	size_t n;
};

struct lab_shape;

/**
 * struct lab_object - what every object of a file begins with
 * @name: of what has one, unique among its kind
 * @base, @index: for one of `count:' many: the name they share, and which it is, from 1; else NULL and 0
 * @set: bit N: key N of @shape was given, here or as a default; @own: here
 * @varied: its text had ${index} in it
 * @marks: where, for each key
 */
struct lab_object {
	const struct lab_shape *shape;
	char *name, *base;
	int64_t index;
	struct lab_mark at;
	uint64_t set, own, varied;
	struct lab_mark *marks;
};

/**
 * struct lab_site - switches, nodes and links that are in one place
 * @host: "local" for this machine itself, another name for another machine, NULL to stand for one in a namespace here
 * @address: in the underlay, ADDRESS/BITS
 * @here: runs on this machine, as itself or as a namespace
 */
struct lab_site {
	struct lab_object o;
	char *host, *address;
	struct lab_list labels;
	bool here;
};

/**
 * struct lab_switch - a bridge
 * @bridge: its name in the daemon: given, or derived from the lab's and the switch's
 * @external: somebody else's, which is used and left alone
 * @site: NULL where the file has no sites
 */
struct lab_switch {
	struct lab_object o;
	char *bridge;
	int64_t external, count;
	struct lab_list other_config, flood_vlans, labels;
	struct lab_site *site;
};

/* X(identifier, word, help) */
#define LAB_NODE_KINDS(X)                                                                                              \
	X(NETNS, "netns", "a network namespace: the lightest; programs run in it by `vsctl lab exec' and `run'")       \
	X(CONTAINER, "container", "a container from a root directory (runc, crun) or an image (podman)")               \
	X(VM, "vm", "a virtual machine by QEMU, with KVM where there is one, and its console on a socket")             \
	X(TAP, "tap", "a TAP device for a virtual machine that somebody else starts")                                  \
	X(ATTACH, "attach", "a container or namespace that somebody else has made, see attach")

enum lab_node_kind {
#define X(id, word, help) LAB_##id,
	LAB_NODE_KINDS(X)
#undef X
		LAB_NODE_KINDS_N
};

enum lab_runtime { LAB_RUNC, LAB_CRUN, LAB_PODMAN };

/**
 * struct lab_node - what is at the end of a cable
 * @netns: the namespace's name under /run/netns, LAB-NODE; for @kind ATTACH what is found there is bound to it
 * @ends: the ends of links that are in it, in the order of the file
 */
struct lab_node {
	struct lab_object o;
	int64_t kind, count, runtime, mtu, memory, cpus;
	char *group, *hostname, *netns;
	char *rootfs, *image, *attach;
	char *kernel, *initrd, *disk, *append, *accel;
	char *owner, *owner_group;
	struct lab_list labels, run, stop, command, env, gateway, routes, hosts, sysctl, qemu, podman;
	struct lab_site *site;
	struct lab_end **ends;
	size_t n_ends;
};

enum lab_end_kind { LAB_END_NODE, LAB_END_SWITCH, LAB_END_VXLAN, LAB_END_DEVICE };

/**
 * struct lab_end - one end of a link, and what is set at it
 * @at: as written: "web:eth0", "core", "vxlan", "device:eth1"
 * @kind: what that means; @node or @sw is what it is in, where there is one
 * @device: the network device in the node, or the existing one
 * @ip, @gateway, @routes, @mac, @mtu: of the device in a node
 * @tag, @trunks, @vlan_mode, @protected, @other_config: of the port in a switch; they stand at the switch's end
 * @port: name of the port in the switch: given, or derived
 */
struct lab_end {
	struct lab_object o;
	enum lab_end_kind kind;
	struct lab_node *node;
	struct lab_switch *sw;
	struct lab_link *link;
	char *at, *device, *mac, *port, *vlan_mode;
	int64_t mtu, tag, protected;
	struct lab_list ip, gateway, routes, trunks, cvlans, other_config;
};

/**
 * struct lab_link - a cable, a cable between switches, a tunnel, or the use of a device that is there
 * @both: what was said for both ends; ends[] have it, too
 * @ends: [0] is never LAB_END_VXLAN or LAB_END_DEVICE: with these, it is the switch
 * @remotes: addresses; the names of sites have become addresses
 * @down: the cable is not plugged in
 */
struct lab_link {
	struct lab_object o;
	struct lab_end both;
	struct lab_end ends[2];
	int64_t vni, dst_port, if_present, count, down;
	char *local_ip;
	struct lab_list remotes, labels;
	struct lab_site *site;
};

/* X(identifier, word): the key tables are in keys.c, what is done about them in lab test */
#define LAB_EXPECT_KINDS(X)                                                                                            \
	X(REACH, "reach")                                                                                              \
	X(ISOLATED, "isolated")                                                                                        \
	X(MTU, "mtu")                                                                                                  \
	X(TCP, "tcp")                                                                                                  \
	X(UDP, "udp")                                                                                                  \
	X(LATENCY, "latency")                                                                                          \
	X(COMMAND, "command")

enum lab_expect_kind {
#define X(id, word) LAB_EXPECT_##id,
	LAB_EXPECT_KINDS(X)
#undef X
		LAB_EXPECT_KINDS_N
};

/** struct lab_nodes - nodes that a name stands for: one, those of a `count:', or those of a group */
struct lab_nodes {
	struct lab_node **items;
	size_t n;
};

/**
 * struct lab_expect - what must hold
 * @between: every one of them with every other; or @from each with @to each
 * @at_least, @at_most: bytes for mtu, bit/s for tcp and udp, microseconds for latency
 * @timeout: microseconds to wait for it, 0 when not given
 * @run, @output: a command for the node @on, and what its output must contain
 */
struct lab_expect {
	struct lab_object o;
	enum lab_expect_kind kind;
	struct lab_list between_names, from_names, to_names, on_names;
	struct lab_nodes between, from, to, on;
	int64_t at_least, at_most, timeout, port, family, status;
	char *run, *output, *title;
};

/** struct lab_underlay - the network between sites that stand for machines: a switch of its own in a namespace */
struct lab_underlay {
	struct lab_object o;
	char *subnet;
	int64_t mtu;
};

/**
 * struct lab - a whole lab
 * @file: absolute path of the file it came from
 * @datapath: "auto", "bpf" or "user", for daemons that the lab starts itself
 */
struct lab {
	struct lab_object o;
	char *name, *file, *title, *datapath;
	struct lab_list labels;
	struct lab_underlay underlay;
	struct lab_site **sites;
	struct lab_switch **switches;
	struct lab_node **nodes;
	struct lab_link **links;
	struct lab_expect **expects;
	size_t n_sites, n_switches, n_nodes, n_links, n_expects;
	struct lab_sources *sources; /* what the marks point into */
};

/**
 * struct lab_problems - what is wrong with a file, in the order of its lines
 * @more: how many were left out after LAB_PROBLEMS_MAX
 */
#define LAB_PROBLEMS_MAX 50
struct lab_problems {
	struct lab_problem {
		struct lab_mark at;
		char *text, *file;
	} * items;
	size_t n, more;
};

/**
 * lab_problem() - note that something is wrong
 * @value: what was written, shown in quotes; NULL for nothing
 */
void lab_problem(struct lab_problems *problems, struct lab_mark at, const char *value, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/** lab_problems_print() - each as "FILE:LINE:COLUMN: 'value': what is wrong; what would be right". */
void lab_problems_print(const struct lab_problems *problems, FILE *out);
void lab_problems_destroy(struct lab_problems *problems);

/**
 * struct lab_options - what the command line adds to a file
 * @vars: "NAME=VALUE" each, in place of what `vars:' says
 * @site: the site that is this machine, as `host: local' would say; or NULL
 * @datapath: in place of `datapath:', or NULL
 */
struct lab_options {
	const char *const *vars;
	size_t n_vars;
	const char *site, *datapath;
};

/**
 * lab_load() - read and check a lab
 * @options: may be NULL
 * Return: to be given to lab_free(); NULL when anything is wrong, and then @problems has at least one.
 */
struct lab *lab_load(const char *path, const struct lab_options *options, struct lab_problems *problems);

/** lab_load_text() - the same from memory; @path is what marks name, and what relative paths go out from. */
struct lab *lab_load_text(const char *path, const char *text, size_t size, const struct lab_options *options,
			  struct lab_problems *problems);
void lab_free(struct lab *lab);

/** lab_find_node() / _switch() / _site() - by name; NULL when there is none. */
struct lab_node *lab_find_node(const struct lab *lab, const char *name);
struct lab_switch *lab_find_switch(const struct lab *lab, const char *name);
struct lab_site *lab_find_site(const struct lab *lab, const char *name);

/** lab_nearest() - the word of @words that @text was probably meant to be, or NULL. */
const char *lab_nearest(const char *text, const char *const *words, size_t n);

/** lab_is_set() - whether a member was given. @member: its offset in the object's struct. */
bool lab_is_set(const struct lab_object *object, size_t member);

/** lab_mark_of() - where a member was given, or where the object is. */
struct lab_mark lab_mark_of(const struct lab_object *object, size_t member);

/** lab_node_kind_name() / lab_expect_kind_name() - as in the file. */
const char *lab_node_kind_name(enum lab_node_kind kind);
const char *lab_expect_kind_name(enum lab_expect_kind kind);

#endif
