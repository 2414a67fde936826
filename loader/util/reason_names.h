/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The reasons for which packets pass or are dropped, in words. */
#ifndef NETFWV6_REASON_NAMES_H
#define NETFWV6_REASON_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "reasons.h"

/* How many there are. */
enum {
#define X(number, identifier, keyword, sentence) +1
	REASONS = 0 NETFWV6_REASONS(X)
#undef X
};

struct reason_name {
	uint32_t number;
	bool dropped;
	const char *keyword, *sentence;
};

/* All of them, in the order of the documentation; the last has a null keyword. */
extern const struct reason_name reason_names[];

/* By its number; null for one that this library does not know. */
const struct reason_name *reason_name(uint32_t number);

#endif
