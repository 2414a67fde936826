/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A state with something of everything, and all of it that a change would show in. */
#ifndef TESTS_FULL_STATE_H
#define TESTS_FULL_STATE_H

/*
 * fw0 firewalled, fw1 too, in other ways, fw2 not; a device that is gone and had settings.
 */
void make_full_state(void);

/* What commands tell, the files, the maps. Valid until the next run(). */
const char *everything(void);

/* The open and the ignored ports of a scope; not those named "many". */
const char *settings_of(const char *scope);

/* In a job: without a state no port is open to whoever asks. */
void expect_everything_closed(void *unused);

#endif
