/* SPDX-License-Identifier: GPL-2.0-only */
/* fuzz_cmdline.c - any words as command lines, one after the other on one database */

/*
 * A byte from 0x80 on stands for a word or a piece of one that means something, so that deep places are reached soon; a
 * new line ends a word, a zero ends a command line.
 */
#include <stdlib.h>
#include <string.h>

#include "common/xalloc.h"
#include "vswitchd/control/control.h"
#include "vswitchd/store/store.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const pieces[] = {
	"--\n",
	"add-br\n",
	"add-port\n",
	"del-br\n",
	"del-port\n",
	"list\n",
	"find\n",
	"get\n",
	"set\n",
	"add\n",
	"remove\n",
	"clear\n",
	"create\n",
	"destroy\n",
	"show\n",
	"list-br\n",
	"list-ports\n",
	"list-ifaces\n",
	"port-to-br\n",
	"iface-to-br\n",
	"fdb\n",
	"stats\n",
	"flush\n",
	"del\n",
	"emer-reset\n",
	"br-exists\n",
	"br-to-vlan\n",
	"br-to-parent\n",
	"set-controller\n",
	"get-controller\n",
	"--id=@a\n",
	"--id=@b\n",
	"--may-exist\n",
	"--if-exists\n",
	"--with-iface\n",
	"--all\n",
	"--columns=",
	"--format=",
	"table\n",
	"json\n",
	"csv\n",
	"html\n",
	"--data=",
	"bare\n",
	"--oneline\n",
	"--dry-run\n",
	"--no-headings\n",
	"--bare\n",
	"Bridge\n",
	"Port\n",
	"Interface\n",
	"Open_vSwitch\n",
	"QoS\n",
	"Queue\n",
	"Mirror\n",
	"Controller\n",
	"br0\n",
	"br1\n",
	"p1\n",
	"p2\n",
	".\n",
	"_uuid\n",
	"name",
	"tag",
	"trunks",
	"vlan_mode",
	"other_config",
	"external_ids",
	"ports",
	"interfaces",
	"qos",
	"queues",
	"options",
	"type",
	"statistics",
	"mtu_request",
	"flood_vlans",
	"static_macs",
	"=",
	":",
	"{=}",
	"{in}",
	"{not-in}",
	"!=",
	"<=",
	"@a",
	"@b",
	"[",
	"]",
	"\"",
	"fake_bridge=true\n",
	"10\n",
	"0\n",
	"4095",
	"02:00:00:00:00:01\n",
	"internal",
	"br-set-external-id\n",
	"br-get-external-id\n",
	"--fake\n",
	"--real\n",
	"set-fail-mode\n",
	"secure\n",
	"comment\n",
	"help\n",
	"--max-column-width=",
	"mirrors",
	"select_src_port",
	"0:=@a",
	"fdb/show\n",
	"dump-ports\n",
	"mod-port\n",
	"dump-flows\n",
	"add-flow\n",
	"actions=NORMAL",
	"priority=",
	"vlog/set\n",
	"wait-until\n",
	"add-bond\n",
};

/* Run the words of one line, ended by new lines each. A first byte of 1 to 3 says by what other name. */
static void run_line(const struct ctl_env *env, char *text)
{
	static const char *const programs[] = {"vsctl", "ovs-appctl", "ovs-ofctl", "ovs-dpctl"};
	struct ctl_manner manner = {.program = programs[*text > 0 && *text < 4 ? *text++ : 0]};
	struct ctl_answer answer;
	char *argv[256];
	int argc = 0;

	for (char *word = text; *word && argc < 255; argc++) {
		size_t len = strcspn(word, "\n");
		argv[argc] = word;
		word += len;
		if (*word)
			*word++ = '\0';
	}
	argv[argc] = NULL;
	ctl_run(env, &manner, argc, argv, &answer);
	/* A failure is explained, and nothing else is. */
	bool failed = answer.status == 1 || (answer.status == 2 && !strcmp(manner.program, "ovs-appctl"));
	if (failed != (answer.err[0] && !answer.out[0] && answer.status))
		abort();
	ctl_answer_free(&answer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ctl_env env = {0};
	char *error = NULL, *line = NULL;
	size_t len;

	if (store_open(NULL, &env.store, &error))
		abort();
	char first[] = "add-br\nbr0\n--\nadd-port\nbr0\np1\ntag=10\n";
	run_line(&env, first);
	FILE *out = open_memstream(&line, &len);
	for (size_t i = 0; i <= size; i++) {
		if (i < size && data[i]) {
			if (data[i] >= 0x80)
				fputs(pieces[(data[i] - 0x80u) % (sizeof(pieces) / sizeof(*pieces))], out);
			else
				fputc(data[i], out);
			continue;
		}
		fclose(out);
		run_line(&env, line);
		free(line);
		out = open_memstream(&line, &len);
	}
	fclose(out);
	free(line);
	store_close(env.store);
	return 0;
}
