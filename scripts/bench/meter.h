/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later */
/* What the meter counts, on each CPU. */
#ifndef BENCH_METER_H
#define BENCH_METER_H

#include <linux/types.h>

struct meter {
	__u64 time;    /* nanoseconds, of softirqs in which the device alone was polled */
	__u64 timed;   /* packets received in those */
	__u64 untimed; /* packets received in others */
	__u64 lost;    /* frames that found the ring full */
};

#endif
