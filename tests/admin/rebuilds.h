/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A state that is rebuilt, and what that must not change. */
#ifndef TESTS_REBUILDS_H
#define TESTS_REBUILDS_H

/* A state of the administrators' group, two firewalled devices and one learned from. */
void make_rebuildable_state(void);

void make_rebuild(void);

/*
 * All that a rebuild keeps: settings with names, devices with options. Valid until the
 * next run().
 */
const char *everything_kept(void);

#endif
