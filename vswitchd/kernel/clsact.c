/* SPDX-License-Identifier: GPL-2.0-only */
/* clsact.c - programs on a device's ingress where the kernel has no tcx (before Linux 6.6) */
#include "vswitchd/kernel/clsact.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <limits.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/log.h"
#include "vswitchd/kernel/nl.h"

#define NAME_SIZE 32
#define MAX_ATTACHED 8192
#define HANDLE 0x7673
#define PRIORITY 0xc001 /* behind filters of others, whom the kernel gives 0xc000 and less unless they ask */

/**
 * struct record - what is written down of an attachment
 * @prog_id: the programs that the filter may hold: the one before, 0 if there was none, and the one that replaces it
 * @made: the discipline was not there before us
 */
struct record {
	uint32_t ifindex;
	uint32_t prog_id[2];
	uint32_t made;
};

/* --- the record -------------------------------------------------------------------------------------------------- */

static void records_path(const char *dir, char path[PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s/clsact", dir);
}

static int records_open(const char *dir)
{
	char path[PATH_MAX];
	int fd;

	records_path(dir, path);
	fd = bpf_obj_get(path);
	return fd < 0 ? -errno : fd;
}

static int records_make(const char *dir)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_NO_PREALLOC);
	char path[PATH_MAX];
	int fd = records_open(dir);

	if (fd != -ENOENT)
		return fd;
	fd = bpf_map_create(BPF_MAP_TYPE_HASH, "clsact", NAME_SIZE, sizeof(struct record), MAX_ATTACHED, &opts);
	if (fd < 0)
		return -errno;
	records_path(dir, path);
	if (bpf_obj_pin(fd, path)) {
		int err = -errno;

		close(fd);
		return err;
	}
	return fd;
}

/* --- what is on the device --------------------------------------------------------------------------------------- */

static const char *attr_text(const struct nlmsghdr *message, int type)
{
	struct nlattr *attr = nlmsg_find_attr((struct nlmsghdr *)message, sizeof(struct tcmsg), type);

	return attr ? nla_get_string(attr) : "";
}

static int on_qdisc(struct nlmsghdr *message, void *arg)
{
	const struct tcmsg *tc = nlmsg_data(message);
	bool *there = arg;

	*there = *there || (message->nlmsg_type == RTM_NEWQDISC && TC_H_MAJ(tc->tcm_handle) == TC_H_MAJ(TC_H_CLSACT) &&
			    *attr_text(message, TCA_KIND));
	return 0;
}

/* qdisc_there() - whether the device has a discipline that takes filters on ingress. One is told only on NLM_F_ECHO. */
static bool qdisc_there(struct kn *kn, int ifindex)
{
	struct tcmsg tc = {.tcm_family = AF_UNSPEC, .tcm_ifindex = ifindex, .tcm_parent = TC_H_CLSACT};
	bool there = false;

	return !kn_call(kn, kn_request(RTM_GETQDISC, NLM_F_ECHO, &tc, sizeof(tc)), on_qdisc, &there) && there;
}

/* struct search - for filters. @ours: the one in our place does not count */
struct search {
	bool ours;
	bool found;
};

static int on_filter(struct nlmsghdr *message, void *arg)
{
	const struct tcmsg *tc = nlmsg_data(message);
	struct search *search = arg;

	if (message->nlmsg_type == RTM_NEWTFILTER &&
	    (!search->ours || TC_H_MAJ(tc->tcm_info) >> 16 != PRIORITY || (tc->tcm_handle && tc->tcm_handle != HANDLE)))
		search->found = true;
	return 0;
}

/* others_there() - whether the discipline has filters, either way, besides the one in our place if that is @ours. */
static bool others_there(struct kn *kn, int ifindex, bool ours)
{
	const uint32_t ways[] = {TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS), TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS)};
	struct search search = {.ours = ours};

	for (int i = 0; i < 2 && !search.found; i++) {
		struct tcmsg tc = {.tcm_family = AF_UNSPEC, .tcm_ifindex = ifindex, .tcm_parent = ways[i]};

		if (kn_call(kn, kn_request(RTM_GETTFILTER, NLM_F_DUMP, &tc, sizeof(tc)), on_filter, &search))
			search.found = true; /* who cannot see must not remove */
	}
	return search.found;
}

/* filter_program() - id of the program that the filter in our place holds; 0: there is none. */
static uint32_t filter_program(int ifindex)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = ifindex, .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, opts, .handle = HANDLE, .priority = PRIORITY);

	return bpf_tc_query(&hook, &opts) ? 0 : opts.prog_id;
}

static bool is_ours(const struct record *record, uint32_t prog_id)
{
	return prog_id && (prog_id == record->prog_id[0] || prog_id == record->prog_id[1]);
}

/* --- attaching --------------------------------------------------------------------------------------------------- */

static int attach(int prog, int ifindex, bool replace)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = ifindex, .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, opts, .handle = HANDLE, .priority = PRIORITY, .prog_fd = prog,
		    .flags = replace ? BPF_TC_F_REPLACE : 0);
	int err = bpf_tc_hook_create(&hook);

	if (err && err != -EEXIST)
		return err;
	return bpf_tc_attach(&hook, &opts);
}

/* remove_filter() - the discipline takes the filter along when both are ours alone. */
static int remove_filter(const struct record *record)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)record->ifindex, .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, opts, .handle = HANDLE, .priority = PRIORITY);
	bool ours = is_ours(record, filter_program((int)record->ifindex));
	struct kn *kn;
	int err = kn_open(&kn);

	if (err)
		return err;
	if (record->made && qdisc_there(kn, (int)record->ifindex) && !others_there(kn, (int)record->ifindex, ours)) {
		hook.attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS;
		err = bpf_tc_hook_destroy(&hook);
	} else if (ours) {
		err = bpf_tc_detach(&hook, &opts);
	}
	kn_close(kn);
	return err;
}

/* detach() - a record whose filter cannot be removed stays, to be tried again. */
static int detach(int records, const char key[NAME_SIZE])
{
	struct record record;
	int err;

	if (bpf_map_lookup_elem(records, key, &record))
		return -errno;
	err = remove_filter(&record);
	if (err)
		return err;
	return bpf_map_delete_elem(records, key) ? -errno : 0;
}

static uint32_t program_id(int prog)
{
	struct bpf_prog_info info = {0};
	uint32_t len = sizeof(info);

	return bpf_obj_get_info_by_fd(prog, &info, &len) ? 0 : info.id;
}

/* record_begin() - write down what is about to be done. @replace: whether our filter is there already */
static int record_begin(int records, const char key[NAME_SIZE], int prog, int ifindex, bool *replace)
{
	uint32_t there = filter_program(ifindex);
	struct record record;
	struct kn *kn;
	int err;

	if (!bpf_map_lookup_elem(records, key, &record) && (int)record.ifindex != ifindex) {
		err = detach(records, key);
		if (err)
			return err;
	}
	if (bpf_map_lookup_elem(records, key, &record))
		record = (struct record){.ifindex = (uint32_t)ifindex};
	err = kn_open(&kn);
	if (err)
		return err;
	if (!qdisc_there(kn, ifindex))
		record.made = 1;
	kn_close(kn);
	*replace = is_ours(&record, there);
	record.prog_id[0] = *replace ? there : 0;
	record.prog_id[1] = program_id(prog);
	return bpf_map_update_elem(records, key, &record, BPF_ANY) ? -errno : 0;
}

int kn_clsact_attach(const char *dir, int prog, int ifindex, const char *name)
{
	char key[NAME_SIZE] = {0};
	bool replace = false;
	int records = records_make(dir), err;

	if (records < 0)
		return records;
	strncpy(key, name, sizeof(key) - 1);
	err = record_begin(records, key, prog, ifindex, &replace);
	if (!err) {
		err = attach(prog, ifindex, replace);
		if (err && !replace)
			detach(records, key);
	}
	close(records);
	return err;
}

int kn_clsact_detach(const char *dir, const char *name)
{
	char key[NAME_SIZE] = {0};
	int records = records_open(dir), err;

	if (records < 0)
		return records;
	strncpy(key, name, sizeof(key) - 1);
	err = detach(records, key);
	close(records);
	return err;
}

void kn_clsact_discard(const char *dir)
{
	char key[NAME_SIZE], path[PATH_MAX];
	int records = records_open(dir), err;

	if (records < 0)
		return;
	while (!bpf_map_get_next_key(records, NULL, key)) {
		err = detach(records, key);
		if (err) {
			vs_warn("cannot take the program of %.*s off its device: %s", NAME_SIZE, key, strerror(-err));
			break;
		}
	}
	close(records);
	records_path(dir, path);
	if (unlink(path) < 0)
		vs_warn("cannot remove %s: %s", path, strerror(errno));
}
