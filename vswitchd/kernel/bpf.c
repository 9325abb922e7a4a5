/* SPDX-License-Identifier: GPL-2.0-only */
/* bpf.c - the BPF programs and maps: load, attach, and leave pinned what is to outlive the daemon */
#include "vswitchd/kernel/bpf.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <linux/if_link.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "common/log.h"
#include "common/xalloc.h"
#include "switch.skel.h"
#include "vswitchd/kernel/bpf_why.h"
#include "vswitchd/kernel/clsact.h"

#define TCX_INGRESS 46 /* BPF_TCX_INGRESS, since Linux 6.6; not in older headers */
#define MAP_PREFIX "map-"
#define LINK_PREFIX "link-"
#define GONE_PREFIX "gone-" /* a link to be taken off its device by kn_bpf_finish() */

struct kn_bpf {
	struct switch_bpf *skel;
	char *dir;
	bool adopted;
	unsigned int gone;  /* how many pins have been GONE_PREFIX'ed since kn_bpf_finish() */
	const char *no_tcx; /* why programs are attached by clsact, or NULL */
};

static const char *const map_names[] = {
#define X(name) #name,
	KN_BPF_MAPS(X)
#undef X
};

/* --- the directory ---------------------------------------------------------------------------------------------- */

static bool is_bpffs(const char *dir)
{
	struct statfs fs;

	return !statfs(dir, &fs) && (unsigned long)fs.f_type == BPF_FS_MAGIC;
}

static int dir_prepare(const char *dir)
{
	int err;

	if (mkdir(dir, 0700) < 0 && errno != EEXIST)
		return -errno;
	if (is_bpffs(dir))
		return 0;
	err = mount("bpffs", dir, "bpf", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0700") < 0 ? -errno : 0;
	if (err)
		rmdir(dir);
	return err;
}

static void pin_path(const char *dir, const char *prefix, const char *name, char path[PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s/%s%s", dir, prefix, name);
}

/* link_remove() - a link whose pin is removed goes some time later; the device may be wanted again before. */
static int link_remove(const char *path)
{
	int fd = bpf_obj_get(path);

	if (fd >= 0) {
		bpf_link_detach(fd);
		close(fd);
	}
	return unlink(path) < 0 ? -errno : 0;
}

/* dir_empty() - remove every pin that begins with @prefix. */
static void dir_empty(const char *dir, const char *prefix)
{
	DIR *d = opendir(dir);
	const struct dirent *entry;
	char path[PATH_MAX];
	int err;

	while (d && (entry = readdir(d))) {
		if (strncmp(entry->d_name, prefix, strlen(prefix)) != 0)
			continue;
		pin_path(dir, "", entry->d_name, path);
		if (!strcmp(prefix, MAP_PREFIX))
			err = unlink(path) < 0 ? -errno : 0;
		else
			err = link_remove(path);
		if (err)
			vs_warn("cannot remove %s: %s", path, strerror(-err));
	}
	if (d)
		closedir(d);
}

static void dir_empty_all(const char *dir)
{
	kn_clsact_discard(dir);
	dir_empty(dir, LINK_PREFIX);
	dir_empty(dir, GONE_PREFIX);
	dir_empty(dir, MAP_PREFIX);
}

/* --- loading ----------------------------------------------------------------------------------------------------- */

/* The value of map `meta` begins with the layout version; what follows is the datapath's. */
#define META_MAX 256

/* pinned_version() - layout version of the maps in @dir; 0: there are none. */
static uint32_t pinned_version(const char *dir)
{
	_Alignas(8) uint32_t meta[META_MAX / 4] = {0};
	struct bpf_map_info info = {0};
	uint32_t zero = 0, len = sizeof(info);
	char path[PATH_MAX];
	int fd;

	pin_path(dir, MAP_PREFIX, "meta", path);
	fd = bpf_obj_get(path);
	if (fd < 0)
		return 0;
	if (bpf_obj_get_info_by_fd(fd, &info, &len) || info.value_size > sizeof(meta) ||
	    bpf_map_lookup_elem(fd, &zero, meta))
		meta[0] = 0;
	close(fd);
	return meta[0];
}

/* reuse_maps() - put the pinned maps in place of new ones. Return: false if any does not fit. */
static bool reuse_maps(struct kn_bpf *bpf)
{
	for (int i = 0; i < KN_BPF_MAP__COUNT; i++) {
		struct bpf_map *map = bpf_object__find_map_by_name(bpf->skel->obj, map_names[i]);
		char path[PATH_MAX];
		int fd, err;

		pin_path(bpf->dir, MAP_PREFIX, map_names[i], path);
		fd = bpf_obj_get(path);
		if (fd < 0)
			return false;
		err = bpf_map__reuse_fd(map, fd);
		close(fd);
		if (err)
			return false;
	}
	return true;
}

static int pin_maps(struct kn_bpf *bpf, uint32_t version)
{
	_Alignas(8) uint32_t meta[META_MAX / 4] = {version};
	const uint32_t zero = 0;
	int err = bpf_map_update_elem(kn_bpf_map(bpf, KN_BPF_MAP_meta), &zero, meta, BPF_ANY) ? -errno : 0;

	for (int i = 0; !err && i < KN_BPF_MAP__COUNT; i++) {
		char path[PATH_MAX];

		pin_path(bpf->dir, MAP_PREFIX, map_names[i], path);
		err = bpf_obj_pin(kn_bpf_map(bpf, (enum kn_bpf_map)i), path) ? -errno : 0;
	}
	return err;
}

/* What another layout left goes when ours is loaded: a kernel that refuses ours leaves the other forwarding. */
static int load(struct kn_bpf *bpf, uint32_t ours)
{
	uint32_t version = pinned_version(bpf->dir);
	int err;

	bpf->skel = switch_bpf__open();
	if (!bpf->skel)
		return -errno;
	bpf->adopted = version == ours && reuse_maps(bpf);
	if (!bpf->adopted && version) { /* some maps may have been put in place already */
		switch_bpf__destroy(bpf->skel);
		bpf->skel = switch_bpf__open();
		if (!bpf->skel)
			return -errno;
	}
	err = switch_bpf__load(bpf->skel);
	if (err || bpf->adopted)
		return err;
	if (version && version != ours)
		vs_warn("BPF maps of layout %u are not ours (%u): starting anew", version, ours);
	dir_empty_all(bpf->dir);
	return pin_maps(bpf, ours);
}

/* asked_hook() - what VSWITCH_BPF_ATTACH says. */
static int asked_hook(struct kn_bpf *bpf, char **why)
{
	const char *asked = getenv("VSWITCH_BPF_ATTACH");

	if (!asked || !*asked || !strcmp(asked, "tcx"))
		return 0;
	if (!strcmp(asked, "clsact")) {
		bpf->no_tcx = "VSWITCH_BPF_ATTACH asks for it instead of tcx";
		return 0;
	}
	*why = vs_xasprintf("VSWITCH_BPF_ATTACH is \"%s\": say tcx or clsact", asked);
	return -EINVAL;
}

/* probe_hook() - a kernel that knows tcx asks which device, one that does not refuses at once. */
static void probe_hook(struct kn_bpf *bpf)
{
	int prog = bpf_program__fd(bpf->skel->progs.vs_port_in);

	if (!bpf->no_tcx && bpf_link_create(prog, 0, (enum bpf_attach_type)TCX_INGRESS, NULL) < 0 && errno != ENODEV)
		bpf->no_tcx = "this kernel has no tcx, which came with Linux 6.6";
}

static int prepare(struct kn_bpf *bpf, char **why)
{
	int err = asked_hook(bpf, why);

	if (err)
		return err;
	*why = kn_bpf_unfit();
	if (*why)
		return -EOPNOTSUPP;
	err = dir_prepare(bpf->dir);
	if (err)
		*why = kn_bpf_why_mount(bpf->dir, err);
	return err;
}

int kn_bpf_open(const char *dir, uint32_t version, struct kn_bpf **out, char **why)
{
	struct kn_bpf *bpf = vs_xcalloc(1, sizeof(*bpf));
	int err;

	*why = NULL;
	bpf->dir = vs_xstrdup(dir);
	kn_bpf_why_listen();
	err = prepare(bpf, why);
	if (!err) {
		err = load(bpf, version);
		if (err)
			*why = kn_bpf_why(err);
		if (err && !pinned_version(dir))
			kn_bpf_discard(dir);
	}
	if (err) {
		kn_bpf_close(bpf);
		return err;
	}
	dir_empty(dir, GONE_PREFIX); /* an earlier daemon was killed before it got round to it */
	probe_hook(bpf);
	*out = bpf;
	return 0;
}

bool kn_bpf_adopted(const struct kn_bpf *bpf)
{
	return bpf->adopted;
}

int kn_bpf_map(const struct kn_bpf *bpf, enum kn_bpf_map map)
{
	return bpf_map__fd(bpf_object__find_map_by_name(bpf->skel->obj, map_names[map]));
}

/* --- links ------------------------------------------------------------------------------------------------------- */

static int program_fd(const struct kn_bpf *bpf, enum kn_bpf_program program)
{
	const struct bpf_program *const programs[] = {
		[KN_BPF_PORT_IN] = bpf->skel->progs.vs_port_in,	  [KN_BPF_PATCH_IN] = bpf->skel->progs.vs_patch_in,
		[KN_BPF_VXLAN_IN] = bpf->skel->progs.vs_vxlan_in, [KN_BPF_PUNT_IN] = bpf->skel->progs.vs_punt_in,
		[KN_BPF_PUNT_UP] = bpf->skel->progs.vs_punt_up,
	};

	return bpf_program__fd(programs[program]);
}

/* struct tcx_info - what the kernel tells of a tcx link, and of an XDP link up to @ifindex; not in older headers */
struct tcx_info {
	uint32_t type, id, prog_id, pad;
	uint32_t ifindex, attach_type;
	uint64_t room[32];
};

/* link_ifindex() - the device a link is on; 0 when that is gone. */
static int link_ifindex(int fd)
{
	struct tcx_info info = {0};
	uint32_t len = sizeof(info);

	return bpf_obj_get_info_by_fd(fd, &info, &len) ? 0 : (int)info.ifindex;
}

/* link_attach() - with a link that is pinned at @path. @flags: what kind of XDP */
static int link_attach(const char *path, int prog, int ifindex, enum bpf_attach_type type, uint32_t flags)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts, .flags = flags);
	int fd = bpf_obj_get(path), err;

	if (fd >= 0 && link_ifindex(fd) == ifindex) {
		err = bpf_link_update(fd, prog, NULL) ? -errno : 0;
		close(fd);
		return err;
	}
	if (fd >= 0) {
		close(fd);
		link_remove(path);
	}
	fd = bpf_link_create(prog, ifindex, type, &opts);
	if (fd < 0)
		return -errno;
	err = bpf_obj_pin(fd, path) ? -errno : 0;
	close(fd);
	return err;
}

/* What an earlier daemon attached the other way goes when ours is in place: tcx sees a frame first and leaves none. */
int kn_bpf_attach(struct kn_bpf *bpf, enum kn_bpf_program program, int ifindex, const char *name)
{
	int prog = program_fd(bpf, program), err;
	char path[PATH_MAX];

	pin_path(bpf->dir, LINK_PREFIX, name, path);
	if (bpf->no_tcx) {
		err = kn_clsact_attach(bpf->dir, prog, ifindex, name);
		if (!err)
			link_remove(path);
	} else {
		err = link_attach(path, prog, ifindex, (enum bpf_attach_type)TCX_INGRESS, 0);
		if (!err)
			kn_clsact_detach(bpf->dir, name);
	}
	return err;
}

int kn_bpf_attach_xdp(struct kn_bpf *bpf, enum kn_bpf_xdp_mode mode, int ifindex, const char *name)
{
	char path[PATH_MAX];

	pin_path(bpf->dir, LINK_PREFIX, name, path);
	return link_attach(path, bpf_program__fd(bpf->skel->progs.vs_xdp_in), ifindex, BPF_XDP,
			   mode == KN_BPF_XDP_NATIVE ? XDP_FLAGS_DRV_MODE : XDP_FLAGS_SKB_MODE);
}

/* Taking a link off a device waits for all processors; when the device is removed meanwhile, there is nothing to do. */
int kn_bpf_detach(struct kn_bpf *bpf, const char *name)
{
	char path[PATH_MAX], gone[PATH_MAX], number[16];
	int err = kn_clsact_detach(bpf->dir, name);

	snprintf(number, sizeof(number), "%u", bpf->gone);
	pin_path(bpf->dir, LINK_PREFIX, name, path);
	pin_path(bpf->dir, GONE_PREFIX, number, gone);
	if (rename(path, gone) < 0)
		return err;
	bpf->gone++;
	return 0;
}

void kn_bpf_finish(struct kn_bpf *bpf)
{
	if (bpf->gone)
		dir_empty(bpf->dir, GONE_PREFIX);
	bpf->gone = 0;
}

const char *kn_bpf_hook(const struct kn_bpf *bpf, const char **why)
{
	*why = bpf->no_tcx;
	return bpf->no_tcx ? "clsact" : "tcx";
}

/* --- the end ----------------------------------------------------------------------------------------------------- */

void kn_bpf_close(struct kn_bpf *bpf)
{
	if (!bpf)
		return;
	if (bpf->skel)
		switch_bpf__destroy(bpf->skel);
	free(bpf->dir);
	free(bpf);
}

void kn_bpf_discard(const char *dir)
{
	if (is_bpffs(dir)) {
		dir_empty_all(dir);
		if (umount2(dir, MNT_DETACH) < 0 && errno != EINVAL)
			vs_warn("cannot unmount %s: %s", dir, strerror(errno));
	}
	rmdir(dir);
}

void kn_bpf_remove(struct kn_bpf *bpf)
{
	kn_bpf_discard(bpf->dir);
	kn_bpf_close(bpf);
}
