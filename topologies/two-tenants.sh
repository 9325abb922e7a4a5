#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# two-tenants.sh - one physical network split in two: tenants red and blue, two switches, one cable between them
#
#   red1 (VLAN 10) --+                            +-- red2 (VLAN 10)
#                    +-- left ==== trunk ==== right
#  blue1 (VLAN 20) --+                            +-- blue2 (VLAN 20)
#
# Both tenants use the same addresses, 10.0.0.1 and 10.0.0.2, and never notice each other.
LAB=tenants
# shellcheck source=topologies/lib.sh
. "$(dirname "$0")/lib.sh"

lab_up() {
	say "Two switches and a cable that carries both tenants' VLANs"
	lab_switch left
	lab_switch right
	lab_cable left trunk right trunk
	local switch
	for switch in left right; do
		vs $switch add-br br0
		vs $switch add-port br0 trunk trunks=10,20
	done

	say "Tenant red in VLAN 10, tenant blue in VLAN 20, with the same addresses"
	station left red1 10.0.0.1/24 tag=10
	station right red2 10.0.0.2/24 tag=10
	station left blue1 10.0.0.1/24 tag=20
	station right blue2 10.0.0.2/24 tag=20
	vs left show
}

lab_test() {
	say "Each tenant reaches itself across the cable"
	pings red1 10.0.0.2
	pings blue1 10.0.0.2

	say "The forwarding table knows the same address once in each VLAN"
	vs left fdb show br0

	say "What blue sees while red shouts: broadcasts, pings, and an address that nobody has"
	capture_start blue2 eth0 ''
	inside red1 ping -q -b -c 3 -i 0.2 -W 1 10.0.0.255 >/dev/null 2>&1 || :
	inside red1 ping -q -c 3 -i 0.2 -W 1 10.0.0.2 >/dev/null
	inside red1 ping -q -c 1 -W 1 10.0.0.77 >/dev/null 2>&1 || :
	# One ping of blue's own, told by its length, ends the watch: whatever came before it has been written down.
	inside blue1 ping -q -c 1 -s 777 -W 2 10.0.0.2 >/dev/null
	wait_for "blue's own ping in the capture" grep -q 'length 785' "$DIR/blue2.cap"
	capture_stop blue2
	local red
	red=$(inside red1 ip -br link show eth0 | awk '{ print $3 }')
	grep -q "$red" "$DIR/blue2.cap" && die "blue has seen a frame of red's"
	printf 'frames captured at blue2: %s, of them from red1 (%s): 0\n' "$(wc -l <"$DIR/blue2.cap")" "$red"
}

lab_main "$@"
