/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What may lie above the firewalled device of a host that forwards: it takes the device's packets,
 * and shows itself in the place of it.
 */
#ifndef CONVERSATIONS_UPPERS_H
#define CONVERSATIONS_UPPERS_H

#include <stdbool.h>

#include "wire.h"

struct upper {
	const char *name;
	void (*make)(void);
	const char *device;  /* which then has the host's address */
	const char *outside; /* the peer's device at the other end of it */
	bool shares_routes;  /* the kernel shows no member of it by which a packet came */
};

extern const struct upper uppers[];
extern const int n_uppers;

/* Makes it; false if this kernel has none such. */
bool make_upper(const struct upper *upper);

#endif
