/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* tunnel.bpf.h - VXLAN by a kernel device that takes the outer header from the frame's metadata (RFC 7348) */
#ifndef VS_BPF_TUNNEL_H
#define VS_BPF_TUNNEL_H

#include <bpf/bpf_endian.h>

#include "env.bpf.h"

#define HEAD_MACS 12

/* struct inner - of an inner IP packet, what the outer header may inherit */
struct inner {
	__u8 tos, ttl;
};

VS_INLINE struct inner inner_ip(struct __sk_buff *skb)
{
	struct inner inner = {0, 64};
	__u8 b[10] = {};

	if (bpf_skb_load_bytes(skb, HEAD_MACS, b, sizeof(b)))
		return inner;
	if (vs_load16(b) == 0x0800) {
		inner.tos = b[3];
		bpf_skb_load_bytes(skb, 14 + 8, &inner.ttl, 1);
	} else if (vs_load16(b) == 0x86dd) {
		inner.tos = (__u8)(b[2] << 4 | b[3] >> 4);
		inner.ttl = b[9];
	}
	return inner;
}

VS_INLINE int ip_is_v4(const struct vs_ip *ip)
{
	__u64 first;
	__u16 rest[2];

	__builtin_memcpy(&first, ip->b, sizeof(first));
	__builtin_memcpy(rest, ip->b + 8, sizeof(rest));
	return !first && !rest[0] && rest[1] == 0xffff;
}

VS_INLINE __u32 ip_v4(const struct vs_ip *ip)
{
	__u32 v4;

	__builtin_memcpy(&v4, ip->b + 12, sizeof(v4));
	return bpf_ntohl(v4);
}

/* tunnel_key() - say where the VXLAN device shall send the frame (RFC 7348). The device does RFC 6040's part. */
VS_INLINE int tunnel_key(struct __sk_buff *skb, const struct vs_bpf_port *port, const struct vs_ip *remote)
{
	struct bpf_tunnel_key key = {.tunnel_id = port->vni, .tunnel_tos = port->tos, .tunnel_ttl = port->ttl};
	__u64 flags = 0;

	if (port->how & (VS_BPF_TTL_INHERIT | VS_BPF_TOS_INHERIT)) {
		struct inner inner = inner_ip(skb);

		if (port->how & VS_BPF_TTL_INHERIT)
			key.tunnel_ttl = inner.ttl ? inner.ttl : 1;
		if (port->how & VS_BPF_TOS_INHERIT)
			key.tunnel_tos = inner.tos;
	}
	if (ip_is_v4(remote)) {
		key.remote_ipv4 = ip_v4(remote);
		key.local_ipv4 = ip_is_v4(&port->local) ? ip_v4(&port->local) : 0;
		flags |= port->how & VS_BPF_DF ? BPF_F_DONT_FRAGMENT : 0;
	} else {
		__builtin_memcpy(key.remote_ipv6, remote->b, 16);
		__builtin_memcpy(key.local_ipv6, port->local.b, 16);
		flags |= BPF_F_TUNINFO_IPV6;
	}
	if (!(port->how & VS_BPF_CSUM))
		flags |= BPF_F_ZERO_CSUM_TX;
	return (int)bpf_skb_set_tunnel_key(skb, &key, sizeof(key), flags);
}

VS_INLINE void ip_from_v4(struct vs_ip *ip, __u32 v4)
{
	v4 = bpf_htonl(v4);
	ip->b[10] = ip->b[11] = 0xff;
	__builtin_memcpy(ip->b + 12, &v4, sizeof(v4));
}

/* A tunnel bound to a local address is meant before one that is not; a known VTEP before a group's member. */
VS_INLINE const __u32 *tunnel_find(struct vs_bpf_tunnel *key)
{
	struct vs_ip remote = key->remote, local = key->local, any = {};
	const __u32 *number = bpf_map_lookup_elem(&tunnels, key);

	key->local = any;
	if (!number)
		number = bpf_map_lookup_elem(&tunnels, key);
	key->remote = any;
	key->local = local;
	if (!number)
		number = bpf_map_lookup_elem(&tunnels, key);
	key->local = any;
	if (!number)
		number = bpf_map_lookup_elem(&tunnels, key);
	key->remote = remote;
	return number;
}

/* Whom to charge for a packet that no tunnel takes: a port of its VNI, or of the device. */
VS_INLINE void tunnel_unknown(struct vs_bpf_tunnel *key)
{
	enum vs_drop reason = VS_DROP_VXLAN_REMOTE;
	const __u32 *number;

	__builtin_memset(&key->remote, 0xff, sizeof(key->remote));
	number = bpf_map_lookup_elem(&tunnels, key);
	if (!number) {
		reason = VS_DROP_VXLAN_VNI;
		key->vni = ~0U;
		number = bpf_map_lookup_elem(&tunnels, key);
	}
	if (number)
		count_drop(*number, reason);
}

/*
 * tunnel_in() - find the port that a received packet is for; charge the drop if there is none. A function of its own,
 * so that its stack is free again when the frame is forwarded.
 */
static __attribute__((noinline)) int tunnel_in(struct __sk_buff *skb, struct vs_ingress *in)
{
	struct bpf_tunnel_key key = {};
	struct vs_bpf_tunnel find = {.ifindex = skb->ifindex};
	const __u32 *number;

	if (!in)
		return -1;
	if (!bpf_skb_get_tunnel_key(skb, &key, sizeof(key), 0)) {
		ip_from_v4(&find.remote, key.remote_ipv4);
		ip_from_v4(&find.local, key.local_ipv4);
	} else if (!bpf_skb_get_tunnel_key(skb, &key, sizeof(key), BPF_F_TUNINFO_IPV6)) {
		__builtin_memcpy(find.remote.b, key.remote_ipv6, 16);
		__builtin_memcpy(find.local.b, key.local_ipv6, 16);
	} else {
		return -1;
	}
	find.vni = key.tunnel_id;
	number = tunnel_find(&find);
	if (!number) {
		tunnel_unknown(&find);
		return -1;
	}
	in->remote = find.remote;
	in->port = in->origin = *number;
	return 0;
}

#endif
