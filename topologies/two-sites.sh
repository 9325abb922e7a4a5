#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# two-sites.sh - two sites joined into one segment: a VXLAN tunnel over a routed network between two switches
#
#   web --+-- site-a (192.0.2.1) ==== VXLAN, VNI 5010 ==== (192.0.2.2) site-b --+-- db
#         |                                                                      |
#   other (VLAN 20, stays at home)                                             cache
LAB=sites
# shellcheck source=topologies/lib.sh
. "$(dirname "$0")/lib.sh"

lab_up() {
	say "Two sites with a network between them that knows nothing of ours"
	lab_switch site-a
	lab_switch site-b
	lab_cable site-a uplink site-b uplink
	inside site-a ip addr add 192.0.2.1/24 dev uplink
	inside site-b ip addr add 192.0.2.2/24 dev uplink

	say "VLAN 10 of either site and VNI 5010 are one segment"
	vs site-a add-br br0
	vs site-a add-port br0 to-b tag=10 -- set interface to-b type=vxlan options:remote_ip=192.0.2.2 options:key=5010
	vs site-b add-br br0
	vs site-b add-port br0 to-a tag=10 -- set interface to-a type=vxlan options:remote_ip=192.0.2.1 options:key=5010

	station site-a web 10.0.10.1/24 tag=10
	station site-a other 10.0.10.9/24 tag=20
	station site-b db 10.0.10.2/24 tag=10
	station site-b cache 10.0.10.3/24 tag=10
	vs site-a show
}

lab_test() {
	say "Stations of one segment reach each other, wherever they are"
	pings web 10.0.10.2
	pings web 10.0.10.3
	pings db 10.0.10.3

	say "The forwarding table says behind which tunnel endpoint a station is"
	vs site-a fdb show br0

	say "The MTU was made to fit the tunnel: 1500 less what the outer headers take"
	inside web ip -br link show eth0
	inside web ip link show eth0 | grep -o 'mtu [0-9]*'

	say "What travels between the sites"
	capture_start site-b uplink 'udp port 4789'
	inside web ping -q -c 2 -i 0.2 -W 2 10.0.10.2 >/dev/null
	wait_for "the ping in the capture" grep -q 'VXLAN.*vni 5010' "$DIR/site-b.cap"
	capture_stop site-b
	grep -A1 -m 2 'vni 5010' "$DIR/site-b.cap" | cut -c1-150

	say "VLAN 20 has no tunnel: its station stays at home"
	! inside other ping -q -c 1 -W 1 10.0.10.2 >/dev/null || die "VLAN 20 has reached the other site"
	printf 'no answer, as it should be\n'
}

lab_main "$@"
