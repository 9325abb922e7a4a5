/* SPDX-License-Identifier: GPL-2.0-only */
/* main.c - vswitchd's main: options, the background, and the rest is daemon.c */
#include <stdlib.h>

#include "common/fds.h"
#include "vswitchd/daemon.h"
#include "vswitchd/detach.h"

int main(int argc, char *argv[])
{
	struct options options;
	struct detach *detach;
	int status;

	vs_fds_fill();
	status = options_parse(argc, argv, &options);
	if (status >= 0)
		return status;
	detach = detach_begin(&options);
	status = daemon_run(&options, detach_ready, detach);
	detach_end(detach);
	return status;
}
