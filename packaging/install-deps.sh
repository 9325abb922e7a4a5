#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# install-deps.sh - install on Debian 12 what is missing to build, demonstrate or test; quick when nothing is
#
# usage: install-deps.sh build|demo|test|bench...
#
# Nothing is asked of the network when every package is there. No service is left running or enabled: the tests use
# Open vSwitch only in namespaces of their own, and its daemons have no business on the machine that runs them.
set -eu

build='gcc make pkg-config libnl-3-dev libnl-route-3-dev libnl-genl-3-dev libevent-dev libjansson-dev libsystemd-dev zlib1g-dev libbpf-dev
	libyaml-dev clang bpftool iproute2'
demo='iproute2 graphviz'
arch=$(dpkg --print-architecture)
test_='libcmocka-dev python3 python3-scapy python3-pytest python3-pytest-xdist python3-jsonschema python3-yaml iproute2 iputils-ping iperf3 tcpdump tshark openvswitch-switch python3-openvswitch
	ethtool clang clang-format clang-tidy cppcheck libclang-rt-14-dev qemu-system-x86 podman runc busybox-static
	mandoc graphviz'
bench='iproute2 iputils-ping ethtool util-linux python3 python3-pytest iperf3 openvswitch-switch vde-switch'

wanted=
kernel=
for set in "$@"; do
	case $set in
	build) wanted="$wanted $build" ;;
	demo) wanted="$wanted $demo" ;;
	bench) wanted="$wanted $bench" ;;
	test)
		wanted="$wanted $test_"
		# A kernel for the QEMU guest; any cloud kernel that is there already will do.
		[ "$arch" != amd64 ] || ls /boot/vmlinuz-*-cloud-amd64 >/dev/null 2>&1 || kernel=linux-image-cloud-amd64
		;;
	*)
		echo "install-deps.sh: unknown set \"$set\": say build, demo, test or bench" >&2
		exit 1
		;;
	esac
done

installed=" $(dpkg-query -W -f '${db:Status-Status} ${Package}\n' 2>/dev/null | sed -n 's/^installed //p' | tr '\n' ' ')"
missing=$kernel
for package in $wanted; do
	case $installed in
	*" $package "*) ;;
	*) missing="$missing $package" ;;
	esac
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" != 0 ]; then
	echo "install-deps.sh: missing:$missing" >&2
	echo "install-deps.sh: run as root to install them, or: sudo apt-get install$missing" >&2
	exit 1
fi

echo "installing:$missing"

# invoke-rc.d and deb-systemd-invoke ask this file whether they may start a service; one that is there stays as it is.
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
	trap 'rm -f $policy' EXIT
	trap 'exit 1' INT TERM
	printf '#!/bin/sh\nexit 101\n' >$policy
	chmod 755 $policy
fi

export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086 # a list of words
if ! apt-get install -y -q --no-install-recommends $missing; then
	apt-get update -q
	apt-get install -y -q --no-install-recommends $missing
fi

# Not running is not enough: without this it would start with the next boot.
case $missing in
*openvswitch-switch*)
	systemctl disable openvswitch-switch ovs-vswitchd ovsdb-server ovs-record-hostname >/dev/null 2>&1 || :
	;;
esac
