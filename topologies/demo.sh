#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# demo.sh - run labs in a corner of the machine that nobody else sees and that is gone afterwards; their pictures stay
#
# usage: demo.sh [LAB...]: files here without .yaml
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=$(realpath "${BUILD:-$here/../build}")
[ $# -gt 0 ] || set -- two-tenants three-sites

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
unset VSWITCH_LABDIR VSWITCH_RUNDIR
links=$(ip -o link | wc -l)
mkdir -p "$build/demo"

# say WORDS...: say what is asked of vsctl, and ask it
say() {
	printf '\n$ vsctl %s\n' "$*"
	"$build/vsctl" "$@"
}

for lab in "$@"; do
	say lab up "$here/$lab.yaml" --datapath="${DATAPATH:-auto}"
	say lab test "$lab"
	say lab graph "$lab" --format=ascii
	say lab graph "$lab" -o "$build/demo/$lab.svg"
	say lab down "$lab"
	left=$(ip netns list; ls -A /run/vswitch-lab)
	if [ -n "$left" ] || [ "$(ip -o link | wc -l)" != "$links" ]; then
		echo "demo.sh: $lab left behind: $left" >&2
		ip -brief link >&2
		exit 1
	fi
done
printf '\nEverything above ran in private namespaces and is gone; the pictures are in %s.\n' "$build/demo"
