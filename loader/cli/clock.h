/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef NETFWV6_CLI_CLOCK_H
#define NETFWV6_CLI_CLOCK_H

#include <stdint.h>
#include <time.h>

#define NANOSECONDS 1000000000LL

/* The time of a clock in nanoseconds. */
static inline int64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * NANOSECONDS + now.tv_nsec;
}

#endif
