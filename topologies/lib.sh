# SPDX-License-Identifier: GPL-2.0-only
# lib.sh - what the labs here are written with: switches in namespaces, cables between them, proofs
# shellcheck shell=bash
#
# A lab sets LAB (a short name) and defines lab_up and lab_test, then calls lab_main "$@". Everything a lab makes is in
# network namespaces whose names begin with "$LAB-" and in the directory /run/vswitch-lab/$LAB.

set -euo pipefail

BUILD=${BUILD:-$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)/build}
DIR=/run/vswitch-lab/$LAB
VSWITCHD=$BUILD/vswitchd
VSCTL=$BUILD/vsctl
[ -x "$VSWITCHD" ] || VSWITCHD=vswitchd VSCTL=vsctl

if [ -t 1 ]; then BOLD=$'\e[1m' PLAIN=$'\e[0m'; else BOLD='' PLAIN=''; fi

say() { printf '\n%s# %s%s\n' "$BOLD" "$*" "$PLAIN"; }

die() {
	printf 'FAILED: %s\n' "$*" >&2
	exit 1
}

# wait_for TEXT COMMAND...: try until it succeeds, for at most 20 s
wait_for() {
	local what=$1 deadline=$((SECONDS + 20))
	shift
	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -lt $deadline ] || die "waited in vain for $what"
		read -rt 0.02 <> <(:) || :
	done
}

# inside NAMESPACE COMMAND...: not `ip netns exec`, whose private mounts would hide the namespaces that a switch makes
inside() {
	local ns=$1
	shift
	nsenter --net="/run/netns/$LAB-$ns" -- "$@"
}

# lab_switch NAME: a namespace that stands for a machine, and a switch on it
lab_switch() {
	ip netns add "$LAB-$1"
	inside "$1" ip link set lo up
	inside "$1" "$VSWITCHD" --rundir "$DIR/$1" --db "$DIR/$1.db" --datapath "${DATAPATH:-auto}" --detach \
		--pidfile "$DIR/$1.pid" --log-file "$DIR/$1.log"
}

# lab_cable NAME_A DEVICE_A NAME_B DEVICE_B: a cable between two machines
lab_cable() {
	ip link add "$2" netns "$LAB-$1" type veth peer name "$4" netns "$LAB-$3"
	inside "$1" ip link set "$2" up
	inside "$3" ip link set "$4" up
}

# vs SWITCH WORDS...: say what is asked of the switch, and ask it
vs() {
	local switch=$1
	shift
	printf '%s%s$%s vsctl %s\n' "$BOLD" "$switch" "$PLAIN" "$*"
	"$VSCTL" --rundir "$DIR/$switch" "$@"
}

# station SWITCH PORT ADDRESS SETTINGS...: a port whose other end is eth0 of a namespace made with it
station() {
	local switch=$1 port=$2 address=$3
	shift 3
	vs "$switch" add-port br0 "$port" "$@" -- set interface "$port" type=veth options:netns="$LAB-$port" \
		options:peer=eth0 options:ip="$address"
}

# pings STATION ADDRESS: it must be answered
pings() {
	printf '%s%s$%s ping %s\n' "$BOLD" "$1" "$PLAIN" "$2"
	wait_for "an answer from $2 to $1" inside "$1" ping -q -c 1 -W 1 "$2"
	inside "$1" ping -n -c 2 -i 0.2 -W 2 "$2" | sed -n '/bytes from/p; /packet loss/p'
}

# capture_start STATION DEVICE FILTER: watch a device; the file is $DIR/STATION.cap
capture_start() {
	: >"$DIR/$1.cap"
	# Not through inside(): $! must be tcpdump itself, not a shell that waits for it.
	nsenter --net="/run/netns/$LAB-$1" -- tcpdump -n -l -e -i "$2" "$3" >"$DIR/$1.cap" 2>"$DIR/$1.cap.err" &
	echo $! >"$DIR/$1.cap.pid"
	wait_for "tcpdump on $1" grep -q 'listening on' "$DIR/$1.cap.err"
}

capture_stop() {
	local pid
	pid=$(cat "$DIR/$1.cap.pid")
	kill "$pid"
	wait "$pid" 2>/dev/null || :
	rm -f "$DIR/$1.cap.pid"
}

lab_down() {
	local pidfile ns
	for pidfile in "$DIR"/*.cap.pid; do
		[ ! -e "$pidfile" ] || kill "$(cat "$pidfile")" 2>/dev/null || :
	done
	for pidfile in "$DIR"/*.pid; do
		[ -e "$pidfile" ] || continue
		local name pid
		name=$(basename "$pidfile" .pid) pid=$(cat "$pidfile")
		"$VSCTL" --rundir "$DIR/$name" exit --cleanup || kill "$pid" 2>/dev/null || :
		wait_for "vswitchd $name to end" eval "! kill -0 $pid"
	done
	for ns in $(ip netns list | awk -v lab="$LAB-" 'index($1, lab) == 1 { print $1 }'); do
		ip netns del "$ns"
	done
	rm -rf "$DIR"
}

lab_main() {
	[ "$(id -u)" = 0 ] || die "namespaces need root: sudo $0 $*"
	case ${1:-} in
	up)
		[ ! -e "$DIR" ] || die "lab $LAB is up already: $0 down"
		mkdir -p "$DIR"
		trap '[ $? = 0 ] || lab_down' EXIT
		lab_up
		;;
	test)
		[ -e "$DIR" ] || die "lab $LAB is not up: $0 up"
		lab_test
		printf '\n%s: as it should be\n' "$LAB"
		;;
	down) lab_down ;;
	*) die "usage: $0 up|test|down" ;;
	esac
}
