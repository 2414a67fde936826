/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the kernel really takes: an XDP program that is attached for as long as it is asked. */
#ifndef TESTS_ATTEMPT_H
#define TESTS_ATTEMPT_H

#include "world.h"

#include "device/mode.h"

struct device device_called(const char *name);

/* Traits as they are now, without a program of ours. */
struct device_traits traits_of(const char *name);

/* A link, which close() ends, or a negative errno value. */
int attach_xdp(const char *name, uint32_t mode);

/* Whether the kernel takes a program at this moment. */
bool takes_xdp(const char *name, uint32_t mode);

/* The mode and the note that auto has for a device. */
struct choice {
	uint32_t mode;
	char note[MODE_NOTE_SIZE];
};
struct choice choice_for(const char *name, bool last_line);

/* What mode_check() says of a device: its detail, "" when the device can have the mode. */
const char *objection(const char *name, uint32_t mode);

/* Asserts that a text has a part, and shows both. */
void assert_has(const char *text, const char *part);

#endif
