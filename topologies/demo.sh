#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# demo.sh - run the labs here in a corner of the machine that nobody else sees and that is gone afterwards
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

if [ "${VSWITCH_DEMO_INSIDE:-}" != 1 ]; then
	[ "$(id -u)" = 0 ] || {
		echo "demo.sh: namespaces need root: sudo make demo" >&2
		exit 1
	}
	# Whatever is still running when this ends, ends with its process namespace.
	VSWITCH_DEMO_INSIDE=1 exec unshare --net --mount --pid --fork --kill-child --mount-proc "$0" "$@"
fi

mount -t tmpfs -o mode=755 tmpfs /run
mkdir /run/netns
ip link set lo up

for lab in "${@:-two-tenants two-sites}"; do
	for name in $lab; do
		printf '\n=== %s: %s\n' "$name" "$(sed -n "s/^# $name.sh - //p" "$here/$name.sh")"
		"$here/$name.sh" up
		"$here/$name.sh" test
		"$here/$name.sh" down
		left=$(ip netns list; ls /run/vswitch-lab)
		[ -z "$left" ] || {
			echo "demo.sh: $name left behind: $left" >&2
			exit 1
		}
	done
done
printf '\nEverything above ran in private namespaces and is gone.\n'
