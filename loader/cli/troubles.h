/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What can be amiss with a firewalled device or host, for people and for programs. */
#ifndef NETFWV6_TROUBLES_H
#define NETFWV6_TROUBLES_H

#include <stdint.h>

struct trouble {
	uint32_t bit; /* NETFWV6_TROUBLE_* or NETFWV6_BLIND_* */
	const char *keyword;
	const char *sentence; /* without an end: the remedy follows */
};

#define TROUBLES 5
extern const struct trouble troubles[TROUBLES];

/* What is set up on this host that the firewall cannot see into: likewise, NETFWV6_BLIND_*. */
#define BLIND_SPOTS 5
extern const struct trouble blind_spots[BLIND_SPOTS];

#endif
