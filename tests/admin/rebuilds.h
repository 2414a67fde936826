/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A state that is rebuilt, and what that must not change. */
#ifndef TESTS_REBUILDS_H
#define TESTS_REBUILDS_H

#include <stdbool.h>
#include <stdint.h>

#include <netfwv6.h>

/* A state of the administrators' group, two firewalled devices and one learned from. */
void make_rebuildable_state(void);

void make_rebuild(void);

/*
 * All that a rebuild keeps: settings with names, devices with options. Valid until the
 * next run().
 */
const char *everything_kept(void);

/* Steps that a job and the test take by turns. */
struct script {
	_Atomic int step;
};

/* In a job: is the port open for everybody? */
bool finds_open(struct netfwv6_mgr *mgr, uint32_t port);

#endif
