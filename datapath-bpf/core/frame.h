/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* frame.h - what forwarding sees of a frame, and how it is read from bytes */
#ifndef VS_CORE_FRAME_H
#define VS_CORE_FRAME_H

#include "types.h"

#define VS_ETH_HLEN 14
#define VS_TAG_LEN 4
#define VS_TPID_C 0x8100 /* 802.1Q C-tag */
#define VS_TPID_S 0x88a8 /* 802.1ad S-tag */
#define VS_TCI_VID 0x0fff
#define VS_TCI_PRIO 0xf000 /* PCP and DEI */
#define VS_TCI_PCP 0xe000

/** struct vs_tag - a VLAN tag (802.1Q clause 9); @tpid 0 means no tag. Both in host order. */
struct vs_tag {
	__u16 tpid;
	__u16 tci;
};

/**
 * struct vs_frame - a frame as the forwarding rules see it
 * @dst: destination address
 * @src: source address
 * @outer: the outermost tag as received; under the kernel it may live in metadata instead of the bytes
 * @inner_vid: VID of the tag below the VLAN's own: of the second tag as received, or of the first when a
 *	dot1q-tunnel port has put its own outside it; 0 where there is none
 * @vlan: the VLAN it belongs to, set by vs_vlan_in()
 * @tunnelled: it came in by a dot1q-tunnel port: @outer belongs to the customer
 * @tunnel_tpid: then, the TPID of the tag that such a port puts outside
 */
struct vs_frame {
	__u8 dst[6];
	__u8 src[6];
	struct vs_tag outer;
	__u16 inner_vid;
	__u16 vlan;
	__u16 tunnelled;
	__u16 tunnel_tpid;
} __attribute__((aligned(8))); /* addresses are read by words */

VS_INLINE __u16 vs_load16(const __u8 *p)
{
	return (__u16)(p[0] << 8 | p[1]);
}

VS_INLINE int vs_is_tpid(__u16 ethertype)
{
	return ethertype == VS_TPID_C || ethertype == VS_TPID_S;
}

VS_INLINE int vs_mac_is_multicast(const __u8 mac[6])
{
	return mac[0] & 1;
}

/** vs_mac_differ() - 0 if both addresses are the same. In words: there are two of these look-ups for every frame. */
VS_INLINE __u32 vs_mac_differ(const __u8 a[6], const __u8 b[6])
{
	__u16 x[3], y[3];

	__builtin_memcpy(x, a, 6);
	__builtin_memcpy(y, b, 6);
	return (__u32)((x[0] ^ y[0]) | (x[1] ^ y[1]) | (x[2] ^ y[2]));
}

VS_INLINE int vs_mac_is_zero(const __u8 mac[6])
{
	const __u8 zero[6] = {0};

	return !vs_mac_differ(mac, zero);
}

/** vs_mac_is_reserved() - 01-80-C2-00-00-0X, which 802.1Q bridges keep to themselves (802.1Q-2018 table 8-1). */
VS_INLINE int vs_mac_is_reserved(const __u8 mac[6])
{
	const __u8 first[6] = {0x01, 0x80, 0xc2, 0x00, 0x00, (__u8)(mac[5] & 0x0f)};

	return !vs_mac_differ(mac, first);
}

VS_INLINE int vs_vlans_has(const struct vs_vlans *set, __u16 vid)
{
	return (set->bits[(vid & (VS_VLANS - 1)) / 64] >> (vid % 64)) & 1;
}

#endif
