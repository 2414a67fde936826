/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the kernel shows at a device's hooks, and what others do there. */
#ifndef TESTS_HOOKS_H
#define TESTS_HOOKS_H

#include <stdbool.h>
#include <stdint.h>

/* The ids of our programs at a device of a network namespace; 0 for none. */
uint32_t xdp_on(const char *netns, const char *device);
uint32_t guard_on(const char *netns, const char *device);

/* Nobody's program is at any of the hooks, and no qdisc that could have one. */
bool is_bare(const char *netns, const char *device);

/* Does this kernel hold programs at the netdev hooks by links? */
bool has_tcx(void);

/*
 * Somebody takes our program off: "xdp", "guard" or "learn", of the only firewalled device of
 * the host's. With the pin, or so that the pin stays and holds nothing.
 */
void take_off(const char *hook, const char *device, bool unpin);

/* Puts a program that lets everything pass into our link of a hook, "xdp" or "guard". */
void replace_by_another(const char *hook);

/* Somebody else's program at a netdev hook, in front of all others. */
struct foreign {
	int program;
	uint32_t ifindex;
	bool egress;
};

enum tc_verdict { TC_NEXT = -1, TC_PASS = 0, TC_DROP = 2 };

/* Skips the test on a kernel where one cannot be in front. */
struct foreign put_in_front(const char *device, bool egress, enum tc_verdict verdict);
void take_away(struct foreign *foreign);

#endif
