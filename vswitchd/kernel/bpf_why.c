/* SPDX-License-Identifier: GPL-2.0-only */
/* bpf_why.c - why the kernel refuses BPF: in a sentence that says what is missing and what to do */
#include "vswitchd/kernel/bpf_why.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "common/log.h"
#include "common/xalloc.h"

/* The newest of what the programs call; a kernel that has it has the rest: see vswitchd(8). */
#define NEWEST_HELPER BPF_FUNC_ktime_get_tai_ns
#define NEEDED "Linux 6.1"

/* What the verifier said of the program it refused, until the next load. */
static struct {
	char program[64];
	char reason[512];
} refusal;

/* --- listening --------------------------------------------------------------------------------------------------- */

/* The last line of a verifier's log that is not its statistics. */
static void remember_reason(char *log)
{
	char *save = NULL;

	for (char *line = strtok_r(log, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (strncmp(line, "processed ", 10) != 0 && !strstr(line, "-- BEGIN PROG LOAD LOG --") &&
		    !strstr(line, "-- END PROG LOAD LOG --"))
			snprintf(refusal.reason, sizeof(refusal.reason), "%s", line);
	}
}

static int on_libbpf(enum libbpf_print_level level, const char *format, va_list args)
{
	char *text;

	if (level == LIBBPF_DEBUG || vasprintf(&text, format, args) < 0)
		return 0;
	if (strstr(text, ": BPF program load failed: "))
		sscanf(text, "libbpf: prog '%63[^']'", refusal.program);
	if (strstr(text, "-- BEGIN PROG LOAD LOG --"))
		remember_reason(text);
	text[strcspn(text, "\n")] = '\0';
	vs_debug("%s", text);
	free(text);
	return 0;
}

void kn_bpf_why_listen(void)
{
	libbpf_set_print(on_libbpf);
	memset(&refusal, 0, sizeof(refusal));
}

/* --- looking up -------------------------------------------------------------------------------------------------- */

static const char *release(void)
{
	static struct utsname name;

	return uname(&name) ? "of unknown release" : name.release;
}

static bool has_capability(unsigned int number)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {{0}};

	return !syscall(SYS_capget, &header, data) && data[number / 32].effective & 1U << number % 32;
}

static bool in_user_namespace(void)
{
	unsigned int inside, outside, n = 0;
	FILE *file = fopen("/proc/self/uid_map", "re");
	bool whole = !file || fscanf(file, "%u %u %u", &inside, &outside, &n) != 3 || n == UINT32_MAX;

	if (file)
		fclose(file);
	return !whole;
}

static char *why_not_permitted(bool mount)
{
	const char *what = mount ? "mounting a bpffs" : "bpf()";

	if (!has_capability(CAP_SYS_ADMIN) && (mount || !has_capability(CAP_BPF)))
		return vs_xasprintf("%s needs %s: start vswitchd as root, or with that capability", what,
				    mount ? "CAP_SYS_ADMIN" : "CAP_BPF");
	if (in_user_namespace())
		return vs_xasprintf("%s is not permitted in a user namespace: start vswitchd outside of it", what);
	return vs_xasprintf("%s is not permitted, though no capability is missing: a seccomp filter or a security "
			    "module forbids it, so allow it there",
			    what);
}

/* Attaching comes later, port by port; an old kernel would load the programs and then send no packet into a tunnel. */
char *kn_bpf_unfit(void)
{
	if (!has_capability(CAP_NET_ADMIN))
		return vs_xstrdup("attaching programs to devices needs CAP_NET_ADMIN: start vswitchd as root, or with "
				  "that capability");
	if (libbpf_probe_bpf_helper(BPF_PROG_TYPE_SCHED_CLS, NEWEST_HELPER, NULL) != 0)
		return NULL;
	return vs_xasprintf("the kernel (%s) is too old: the BPF programs need " NEEDED, release());
}

char *kn_bpf_why(int err)
{
	if (refusal.program[0] && refusal.reason[0])
		return vs_xasprintf(
			"the verifier of the kernel (%s) refuses program %s: %s (-v dbg shows more); please "
			"report it",
			release(), refusal.program, refusal.reason);
	switch (-err) {
	case EPERM:
		return why_not_permitted(false);
	case ENOSYS:
		return vs_xstrdup("there is no bpf(): the kernel was built without CONFIG_BPF_SYSCALL, or a seccomp "
				  "filter hides it");
	case ENOMEM:
		return vs_xstrdup("there is not enough memory for the BPF programs' tables: see the memory limits of "
				  "the machine and of the control group");
	case EMFILE:
	case ENFILE:
		return vs_xstrdup("there are not enough file descriptors for the BPF programs' tables: raise the limit "
				  "(ulimit -n, LimitNOFILE=)");
	default:
		return vs_xasprintf("the kernel (%s) refuses %s%s: %s", release(),
				    refusal.program[0] ? "BPF program " : "the BPF programs' tables", refusal.program,
				    strerror(-err));
	}
}

char *kn_bpf_why_mount(const char *dir, int err)
{
	if (err == -EPERM)
		return why_not_permitted(true);
	if (err == -ENODEV)
		return vs_xasprintf("cannot mount a bpffs on \"%s\": the kernel was built without CONFIG_BPF_SYSCALL",
				    dir);
	return vs_xasprintf("cannot mount a bpffs on \"%s\": %s", dir, strerror(-err));
}
