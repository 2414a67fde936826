/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What can be amiss with a firewalled device, for people and for programs. */
#ifndef NETFWV6_TROUBLES_H
#define NETFWV6_TROUBLES_H

#include <stdint.h>

struct trouble {
	uint32_t bit; /* NETFWV6_TROUBLE_* */
	const char *keyword;
	const char *sentence; /* without an end: the remedy follows */
};

#define TROUBLES 5
extern const struct trouble troubles[TROUBLES];

#endif
