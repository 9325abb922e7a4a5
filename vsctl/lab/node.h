/* SPDX-License-Identifier: GPL-2.0-only */
/* node.h - nodes as they are made: what is wanted of each, what there is, and the steps between */
#ifndef VS_LAB_NODE_H
#define VS_LAB_NODE_H

/*
 * What is wanted of a node is a JSON object (lab_node_spec()); what was done is on record as the same object, with what
 * was found out in doing it: the namespace's inode, a process and when it began, whether `run' has been run. A plan
 * compares the two member by member, and each step writes the record before it goes on.
 *
 * The steps are the same for every kind; a kind is a row of functions in node-kinds.c for what has a process.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "vsctl/lab/model.h"
#include "vsctl/lab/state.h"

/**
 * struct lab_job - what is to be done about one node
 * @node: NULL for one that is on record and not wanted any more
 * @record: as it is; NULL when there is none. @wanted: as it is to be
 * @gone: its namespace is not there, or not the one on record
 * @taken: a namespace of its name is there that is not the lab's
 * @cables: places in wanted's "cables" of those to be made; @old_cables: devices of those to be removed
 * @stop, @make, @files, @sysctl, @start, @run, @remove: steps to take
 */
struct lab_job {
	const struct lab_node *node;
	char *name;
	json_t *record, *wanted, *cables, *old_cables;
	char *hosts;
	bool gone, taken;
	bool stop, make, files, sysctl, start, run, remove;
	uint64_t inode;
};

/** lab_node_spec() - what is wanted of @node. */
json_t *lab_node_spec(const struct lab *lab, const struct lab_node *node);

/** lab_site_netns() - name of the namespace that stands for a site's machine; NULL for that of the underlay. */
char *lab_site_netns(const struct lab *lab, const struct lab_site *site);

/** lab_node_hosts() - the text of /etc/hosts; @common: the part for all nodes, see lab_hosts(). */
char *lab_node_hosts(const struct lab_node *node, const char *common);
char *lab_hosts(const struct lab *lab);

/** lab_node_look() - fill in what there is, and which steps it takes. */
void lab_node_look(const struct lab_state *state, struct lab_job *job);

/* The steps. Return: 0 or -errno, with the error printed. */
int lab_node_make(const struct lab_state *state, struct lab_job *job);
int lab_node_files(const struct lab_state *state, struct lab_job *job);
int lab_node_sysctl(const struct lab_state *state, struct lab_job *job);
int lab_node_start(const struct lab_state *state, struct lab_job *job);
int lab_node_remove(const struct lab_state *state, struct lab_job *job);

/** lab_nodes_run() - run the `run' or `stop' commands of many nodes, several at a time. Return: how many failed. */
size_t lab_nodes_run(const struct lab_state *state, struct lab_job *const *jobs, size_t n, const char *which);

/** lab_nodes_stop() - end all processes of these nodes. */
void lab_nodes_stop(const struct lab_state *state, struct lab_job *const *jobs, size_t n);

/** lab_node_netns() - path of its namespace, from the record; NULL for a node without one. */
char *lab_node_netns(const json_t *record);

/** lab_node_inode() - of the namespace /run/netns/@netns, 0 when there is none. */
uint64_t lab_node_inode(const char *netns);

/** lab_netns_exists() - whether there is anything of the name @netns under /run/netns. */
bool lab_netns_exists(const char *netns);

void lab_job_destroy(struct lab_job *job);

/**
 * struct lab_kind_ops - what a kind of node does that has a process
 * @start: start it; the record gets "pid" and "began"
 * @stop: end it, also half started; called before its namespace goes
 * @alive: whether it runs; NULL: by "pid" and "began"
 * @exec: replaces this process by @argv in the node; returns only when that fails
 * @words: as @exec, for a list of words to run and wait for; a malloc()ed array ended by NULL
 */
struct lab_kind_ops {
	int (*start)(const struct lab_state *state, const char *name, json_t *record);
	void (*stop)(const struct lab_state *state, const char *name, const json_t *record);
	const char **(*exec)(const struct lab_state *state, const char *name, const json_t *record, int argc,
			     char *const *argv, bool tty);
};

/** lab_kind_ops() - of what is on record; never NULL. */
const struct lab_kind_ops *lab_kind_ops(const json_t *record);

/** lab_attach_find() - path of the namespace that "podman:NAME" and the like mean now. Return: malloc()ed or NULL. */
char *lab_attach_find(const char *attach);

#endif
