/* SPDX-License-Identifier: GPL-2.0-only */
/* node-kinds.c - kinds of nodes that have a process: containers by runc, crun and podman, and virtual machines */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/xalloc.h"
#include "vsctl/lab/node.h"
#include "vsctl/lab/proc.h"
#include "vswitchd/kernel/netns.h"

/*
 * A container or machine is the lab's by its name or its files, not by what a record says of it: it may have been
 * started by a `lab up' that was killed before it could write that down. So starting begins with ending what there is.
 */
#define PID_TRIES 200 /* of 10 ms */

static const json_t *process_of(const json_t *record)
{
	return json_object_get(record, "process");
}

static const char *text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static void say(json_t *words, const char *word)
{
	json_array_append_new(words, json_string(word));
}

static void say_all(json_t *words, const json_t *more)
{
	json_array_extend(words, (json_t *)(uintptr_t)more);
}

/* The words as an argument vector; they stay the array's. */
static const char **vector(const json_t *words)
{
	size_t n = json_array_size(words);
	const char **argv = vs_xcalloc(n + 1, sizeof(*argv));

	for (size_t i = 0; i < n; i++)
		argv[i] = json_string_value(json_array_get(words, i));
	return argv;
}

static int run(json_t *words, const char *log)
{
	const char **argv = vector(words);
	int status = lab_proc_run(argv, log);

	free(argv);
	json_decref(words);
	return status;
}

/* The process that @path names, into the record. Return: 0 or -ESRCH. */
static int note_pid(json_t *record, const char *path)
{
	const struct timespec pause = {.tv_nsec = 10000000};
	int pid = 0;

	for (int i = 0; i < PID_TRIES && !pid; i++) {
		FILE *file = fopen(path, "re");

		if (file && fscanf(file, "%d", &pid) != 1)
			pid = 0;
		if (file)
			fclose(file);
		if (!pid)
			nanosleep(&pause, NULL);
	}
	json_object_set_new(record, "pid", json_integer(pid));
	json_object_set_new(record, "began", json_integer((json_int_t)lab_proc_start_time(pid)));
	return pid && lab_proc_start_time(pid) ? 0 : -ESRCH;
}

static int failed(const struct lab_state *state, const char *name, const char *what, const char *log)
{
	char line[256] = "", last[256] = "";
	FILE *file = fopen(log, "re");

	while (file && fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		if (*line)
			memcpy(last, line, sizeof(last));
	}
	if (file)
		fclose(file);
	fprintf(stderr, "vsctl: node '%s': cannot start %s: %s (all of it is in %s)\n", name, what,
		*last ? last : "it ended at once", log);
	(void)state;
	return -EIO;
}

/* --- runc and crun -------------------------------------------------------------------------------------------- */

static json_t *oci_words(const struct lab_state *state, const json_t *record, const char *verb)
{
	json_t *words = json_array();
	char *root = lab_state_path(state, "oci");

	say(words, text_of(process_of(record), "runtime"));
	say(words, "--root");
	say(words, root);
	say(words, verb);
	free(root);
	return words;
}

static json_t *oci_mounts(const char *etc)
{
	char *hosts = vs_xasprintf("%s/hosts", etc);
	json_t *mounts = json_pack(
		"[{s:s,s:s,s:s}, {s:s,s:s,s:s,s:[s,s,s]}, {s:s,s:s,s:s,s:[s,s,s,s]}, {s:s,s:s,s:s,s:[s,s]},"
		" {s:s,s:s,s:s,s:[s,s,s,s]}, {s:s,s:s,s:s,s:[s]}]",
		"destination", "/proc", "type", "proc", "source", "proc", /**/
		"destination", "/dev", "type", "tmpfs", "source", "tmpfs", "options", "nosuid", "mode=755",
		"size=65536k", "destination", "/dev/pts", "type", "devpts", "source", "devpts", "options", "nosuid",
		"noexec", "newinstance", "ptmxmode=0666",						    /**/
		"destination", "/dev/shm", "type", "tmpfs", "source", "shm", "options", "nosuid", "noexec", /**/
		"destination", "/sys", "type", "sysfs", "source", "sysfs", "options", "nosuid", "noexec", "nodev", "ro",
		"destination", "/etc/hosts", "type", "bind", "source", hosts, "options", "bind");

	free(hosts);
	return mounts;
}

static json_t *oci_config(const struct lab_state *state, const char *name, const json_t *record, const char *root)
{
	static const char *const capabilities[] = {
		"CAP_CHOWN",  "CAP_DAC_OVERRIDE", "CAP_FOWNER",		  "CAP_FSETID",	     "CAP_KILL",
		"CAP_MKNOD",  "CAP_NET_ADMIN",	  "CAP_NET_BIND_SERVICE", "CAP_NET_RAW",     "CAP_SETGID",
		"CAP_SETUID", "CAP_SETPCAP",	  "CAP_SYS_CHROOT",	  "CAP_AUDIT_WRITE", "CAP_SETFCAP"};
	const json_t *command = json_object_get(process_of(record), "command");
	char *etc = lab_state_path(state, "nodes/%s/etc", name), *netns = lab_node_netns(record);
	json_t *env = json_pack("[s]", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
	json_t *caps = json_array(), *args, *value, *config;
	const char *key;

	json_object_foreach (json_object_get(record, "env"), key, value) {
		char *pair = vs_xasprintf("%s=%s", key, json_string_value(value));

		say(env, pair);
		free(pair);
	}
	for (size_t i = 0; i < sizeof(capabilities) / sizeof(capabilities[0]); i++)
		say(caps, capabilities[i]);
	args = json_array_size(command) ? json_deep_copy(command) : json_pack("[s, s]", "sleep", "infinity");
	config = json_pack("{s:s, s:{s:b, s:{s:i, s:i}, s:o, s:o, s:s, s:{s:O, s:O, s:O}}, s:{s:s, s:b}, s:s, s:o,"
			   " s:{s:[{s:s}, {s:s}, {s:s}, {s:s}, {s:s, s:s}]}}",
			   "ociVersion", "1.0.2", "process", "terminal", 0, "user", "uid", 0, "gid", 0, "args", args,
			   "env", env, "cwd", "/", "capabilities", "bounding", caps, "effective", caps, "permitted",
			   caps, "root", "path", root, "readonly", 0, "hostname", text_of(record, "hostname"), "mounts",
			   oci_mounts(etc), "linux", "namespaces", "type", "pid", "type", "ipc", "type", "uts", "type",
			   "mount", "type", "network", "path", netns);
	json_decref(caps);
	free(etc);
	free(netns);
	return config;
}

/* The root directory with a layer of the node's own above it, so that nothing is written to what the user gave. */
static int oci_root(const char *bundle, const char *lower)
{
	static const char *const parts[] = {"", "/upper", "/work", "/root"};
	char *options, *root = vs_xasprintf("%s/root", bundle);
	int error = 0;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && !error; i++) {
		char *path = vs_xasprintf("%s%s", bundle, parts[i]);

		error = mkdir(path, 0755) < 0 && errno != EEXIST ? -errno : 0;
		free(path);
	}
	options = vs_xasprintf("lowerdir=%s,upperdir=%s/upper,workdir=%s/work", lower, bundle, bundle);
	if (!error && mount("overlay", root, "overlay", 0, options) < 0)
		error = -errno;
	free(options);
	free(root);
	return error;
}

static int oci_start(const struct lab_state *state, const char *name, json_t *record)
{
	char *bundle = lab_state_path(state, "nodes/%s/bundle", name), *root = vs_xasprintf("%s/root", bundle);
	char *file = vs_xasprintf("%s/config.json", bundle), *pidfile = vs_xasprintf("%s/pid", bundle);
	char *log = lab_state_path(state, "nodes/%s/console.log", name), *text;
	const char *runtime = text_of(process_of(record), "runtime");
	json_t *config = oci_config(state, name, record, root), *words;
	int error = oci_root(bundle, text_of(process_of(record), "rootfs"));

	text = vs_xcheck(json_dumps(config, JSON_INDENT(1)));
	if (!error)
		error = lab_file_write(file, text, 0644);
	if (error) {
		fprintf(stderr, "vsctl: node '%s': cannot prepare its root: %s\n", name, strerror(-error));
	} else {
		words = oci_words(state, record, "run");
		say(words, "--detach");
		say(words, "--bundle");
		say(words, bundle);
		say(words, "--pid-file");
		say(words, pidfile);
		say(words, text_of(record, "netns"));
		if (run(words, log) != 0 || note_pid(record, pidfile))
			error = failed(state, name, runtime, log);
	}
	json_decref(config);
	free(text);
	free(bundle);
	free(root);
	free(file);
	free(pidfile);
	free(log);
	return error;
}

static void oci_stop(const struct lab_state *state, const char *name, const json_t *record)
{
	char *root = lab_state_path(state, "nodes/%s/bundle/root", name),
	     *bundle = lab_state_path(state, "nodes/%s/bundle", name);
	json_t *words = oci_words(state, record, "delete");

	say(words, "--force");
	say(words, text_of(record, "netns"));
	run(words, "/dev/null");
	while (umount2(root, MNT_DETACH) == 0)
		;
	lab_tree_remove(bundle);
	free(root);
	free(bundle);
}

static const char **oci_exec(const struct lab_state *state, const char *name, const json_t *record, int argc,
			     char *const *argv, bool tty)
{
	json_t *words = oci_words(state, record, "exec");
	const char **made;

	(void)name;
	if (tty)
		say(words, "--tty");
	say(words, text_of(record, "netns"));
	for (int i = 0; i < argc; i++)
		say(words, argv[i]);
	made = vector(words); /* which the words live for: the process is about to become them */
	return made;
}

/* --- podman --------------------------------------------------------------------------------------------------- */

static json_t *podman_words(const char *verb)
{
	return json_pack("[s, s, s, s, s, s]", "podman", "--runtime", "runc", "--cgroup-manager", "cgroupfs", verb);
}

static void podman_stop(const struct lab_state *state, const char *name, const json_t *record)
{
	json_t *words = podman_words("rm");

	(void)state;
	(void)name;
	say(words, "--force");
	say(words, "--time");
	say(words, "0");
	say(words, "--ignore");
	say(words, text_of(record, "netns"));
	run(words, "/dev/null");
}

static int podman_start(const struct lab_state *state, const char *name, json_t *record)
{
	const json_t *process = process_of(record);
	char *pidfile = lab_state_path(state, "nodes/%s/pid", name),
	     *log = lab_state_path(state, "nodes/%s/console.log", name);
	char *hosts = lab_state_path(state, "nodes/%s/etc/hosts", name), *netns = lab_node_netns(record);
	char *mount_hosts = vs_xasprintf("%s:/etc/hosts", hosts), *network = vs_xasprintf("ns:%s", netns);
	const char *const fixed[] = {"--detach",
				     "--name",
				     text_of(record, "netns"),
				     "--network",
				     network,
				     "--hostname",
				     text_of(record, "hostname"),
				     "--no-hosts",
				     "--volume",
				     mount_hosts,
				     "--pidfile",
				     pidfile,
				     "--cap-add",
				     "NET_ADMIN",
				     "--cap-add",
				     "NET_RAW"};
	json_t *words = podman_words("run"), *value;
	const char *key;
	int error = 0;

	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		say(words, fixed[i]);
	json_object_foreach (json_object_get(record, "env"), key, value) {
		char *pair = vs_xasprintf("%s=%s", key, json_string_value(value));

		say(words, "--env");
		say(words, pair);
		free(pair);
	}
	say_all(words, json_object_get(process, "podman"));
	if (text_of(process, "rootfs")) {
		char *root = vs_xasprintf("%s:O", text_of(process, "rootfs"));

		say(words, "--rootfs");
		say(words, root);
		free(root);
	} else {
		say(words, text_of(process, "image"));
	}
	if (text_of(process, "rootfs") && !json_array_size(json_object_get(process, "command"))) {
		say(words, "sleep");
		say(words, "infinity");
	}
	say_all(words, json_object_get(process, "command"));
	if (run(words, log) != 0 || note_pid(record, pidfile))
		error = failed(state, name, "podman", log);
	free(pidfile);
	free(log);
	free(hosts);
	free(netns);
	free(mount_hosts);
	free(network);
	return error;
}

static const char **podman_exec(const struct lab_state *state, const char *name, const json_t *record, int argc,
				char *const *argv, bool tty)
{
	json_t *words = podman_words("exec");

	(void)state;
	(void)name;
	say(words, tty ? "--tty" : "--interactive");
	if (tty)
		say(words, "--interactive");
	say(words, text_of(record, "netns"));
	for (int i = 0; i < argc; i++)
		say(words, argv[i]);
	return vector(words);
}

/* --- virtual machines ----------------------------------------------------------------------------------------- */

static const char *qemu_program(void)
{
#if defined(__aarch64__)
	return "qemu-system-aarch64";
#else
	return "qemu-system-x86_64";
#endif
}

static void say_pair(json_t *words, const char *option, char *value)
{
	say(words, option);
	say(words, value);
	free(value);
}

static json_t *vm_words(const struct lab_state *state, const char *name, const json_t *record)
{
	const json_t *process = process_of(record);
	const char *accel = text_of(process, "accel"), *disk = text_of(process, "disk");
	const char *append = text_of(process, "append");
	json_t *words = json_pack("[s, s, s, s, s, s, s, s, s]", qemu_program(), "-daemonize", "-nodefaults",
				  "-display", "none", "-machine",
#if defined(__aarch64__)
				  "virt",
#else
				  "q35",
#endif
				  "-name", text_of(record, "hostname"));
	json_t *nic;
	size_t i;

	say(words, "-accel");
	say(words, strcmp(accel, "auto") ? accel : access("/dev/kvm", R_OK | W_OK) == 0 ? "kvm" : "tcg");
	say_pair(words, "-m",
		 vs_xasprintf("%lld", (long long)json_integer_value(json_object_get(process, "memory")) >> 20));
	say_pair(words, "-smp", vs_xasprintf("%lld", (long long)json_integer_value(json_object_get(process, "cpus"))));
	say_pair(words, "-pidfile", lab_state_path(state, "nodes/%s/pid", name));
	say_pair(words, "-serial", vs_xasprintf("unix:%s/nodes/%s/console,server=on,wait=off", state->dir, name));
	say_pair(words, "-monitor", vs_xasprintf("unix:%s/nodes/%s/monitor,server=on,wait=off", state->dir, name));
	if (text_of(process, "kernel")) {
		say_pair(words, "-kernel", vs_xstrdup(text_of(process, "kernel")));
		say_pair(words, "-append", vs_xstrdup(append ? append : "console=ttyS0"));
	}
	if (text_of(process, "initrd"))
		say_pair(words, "-initrd", vs_xstrdup(text_of(process, "initrd")));
	if (disk)
		say_pair(words, "-drive", vs_xasprintf("file=%s,if=virtio,snapshot=on", disk));
	json_array_foreach (json_object_get(process, "nics"), i, nic) {
		say_pair(words, "-netdev",
			 vs_xasprintf("tap,id=n%zu,ifname=%s,script=no,downscript=no,vhost=off", i,
				      text_of(nic, "tap")));
		say_pair(words, "-device",
			 vs_xasprintf("virtio-net-pci,netdev=n%zu,mac=%s,romfile=", i, text_of(nic, "mac")));
	}
	say_all(words, json_object_get(process, "qemu"));
	return words;
}

/* The machine's devices are where its switch is. */
static int vm_start(const struct lab_state *state, const char *name, json_t *record)
{
	char *pidfile = lab_state_path(state, "nodes/%s/pid", name),
	     *log = lab_state_path(state, "nodes/%s/console.log", name);
	const char *site = text_of(record, "site_netns");
	char *netns = site ? vs_xasprintf(KN_NETNS_DIR "/%s", site) : NULL;
	json_t *words = vm_words(state, name, record);
	const char **argv = vector(words);
	int error = 0;

	unlink(pidfile);
	if (lab_proc_wait(lab_proc_spawn(argv, log, netns)) != 0 || note_pid(record, pidfile))
		error = failed(state, name, argv[0], log);
	free(argv);
	json_decref(words);
	free(pidfile);
	free(log);
	free(netns);
	return error;
}

static void vm_stop(const struct lab_state *state, const char *name, const json_t *record)
{
	char *dir = lab_state_path(state, "nodes/%s", name);

	(void)record;
	lab_proc_end_all(NULL, 0, dir);
	free(dir);
}

/* --- none of these -------------------------------------------------------------------------------------------- */

static void none_stop(const struct lab_state *state, const char *name, const json_t *record)
{
	(void)state;
	(void)name;
	(void)record;
}

const struct lab_kind_ops *lab_kind_ops(const json_t *record)
{
	static const struct {
		const char *kind, *runtime;
		struct lab_kind_ops ops;
	} rows[] = {
		{"container", "podman", {podman_start, podman_stop, podman_exec}},
		{"container", NULL, {oci_start, oci_stop, oci_exec}},
		{"vm", NULL, {vm_start, vm_stop, NULL}},
	};
	static const struct lab_kind_ops none = {NULL, none_stop, NULL};
	const char *kind = text_of(record, "kind"), *runtime = text_of(process_of(record), "runtime");

	for (size_t i = 0; kind && i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!strcmp(rows[i].kind, kind) && (!rows[i].runtime || (runtime && !strcmp(rows[i].runtime, runtime))))
			return &rows[i].ops;
	}
	return &none;
}

/* --- attaching ------------------------------------------------------------------------------------------------ */

char *lab_attach_find(const char *attach)
{
	const char *what = strchr(attach, ':') + 1;
	char *pid = NULL, *path = NULL;

	if (!strncmp(attach, "netns:", 6)) {
		path = strchr(what, '/') ? vs_xstrdup(what) : vs_xasprintf(KN_NETNS_DIR "/%s", what);
	} else if (!strncmp(attach, "pid:", 4)) {
		path = vs_xasprintf("/proc/%s/ns/net", what);
	} else {
		const char *const argv[] = {!strncmp(attach, "docker:", 7) ? "docker" : "podman",
					    "inspect",
					    "--format",
					    "{{.State.Pid}}",
					    what,
					    NULL};

		pid = lab_proc_read(argv);
		if (pid && *pid && strcmp(pid, "0"))
			path = vs_xasprintf("/proc/%s/ns/net", pid);
		free(pid);
	}
	if (path && access(path, F_OK) < 0) {
		free(path);
		path = NULL;
	}
	return path;
}
