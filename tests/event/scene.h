/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The world with a firewalled device and the link to it. */
#ifndef EVENT_SCENE_H
#define EVENT_SCENE_H

#include "follower.h"
#include "shots.h"
#include "world.h"

/* A test's fixture: fw0 is firewalled, all ports but SHOT_OPEN_PORT are closed. */
int scene_reset(void **unused);
int scene_reset_native(void **unused); /* XDP sees frames as they were sent, with their tags */
int scene_end(void **unused);

#define scene_test(function) cmocka_unit_test_setup_teardown(function, scene_reset, scene_end)
#define scene_test_native(function)                                                                \
	cmocka_unit_test_setup_teardown(function, scene_reset_native, scene_end)

extern int wire; /* to fw0 */

/* Another firewalled device of the host's: the link to it, which the caller closes. */
int add_device(const char *device, const char *peer);

/* Sends so many frames that are dropped. */
void send_dropped(unsigned int n);

/* Sends such frames until the follower has ended, which does not say when it has begun. */
void send_until_end(const struct follower *follower);

/* Everything that was sent on the wire has been dealt with. */
void wait_for_wire(void);

/* Packets that were dropped on fw0. */
uint64_t dropped_packets(void);

/* Lets more time pass than a stream lives that nobody keeps alive. */
void let_leases_run_out(void);

/* The text of jq's answer about what a follower has written, one line each. */
const char *ask(const struct follower *follower, const char *question);

#endif
