/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two policies, 0 and 1, that differ in the verdict on each of their ports on each device. */
#ifndef TESTS_POLICIES_H
#define TESTS_POLICIES_H

#include <netfwv6.h>

void set_policy(struct netfwv6_mgr *mgr, int policy);

/* Fails the test, with when and n, unless the first two devices filter by the policy. */
void assert_filtering(int policy, const char *when, int n);

#endif
