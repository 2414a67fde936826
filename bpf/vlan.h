/* SPDX-License-Identifier: GPL-2.0-only */
/* VLAN tags stand in front of the EtherType. */
#ifndef NETFWV6_VLAN_H
#define NETFWV6_VLAN_H

#include <stdbool.h>
#include <linux/if_ether.h>
#include <bpf/bpf_endian.h>

struct vlan_tag {
	__be16 tci;
	__be16 ethertype; /* of what follows */
};

static __always_inline bool is_vlan(__be16 ethertype)
{
	return ethertype == bpf_htons(ETH_P_8021Q) || ethertype == bpf_htons(ETH_P_8021AD);
}

#endif
