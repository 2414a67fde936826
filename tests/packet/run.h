/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The firewall under test: for each connection slot the programs of both hooks, with a port
 * table of their own, and devices for those that need one.
 */
#ifndef PACKET_RUN_H
#define PACKET_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <linux/bpf.h>
#include "build.h"
#include "lane.h"
#include "layout.h"
#include "marks_layout.h"
#include "reasons.h"

/* The shortest packet that the kernel runs a program on, of either link type. */
#define RUN_MIN 14

/* For the linear part: as much as the kernel lets it hold. */
#define ALL_LINEAR UINT32_MAX

struct outcome {
	enum xdp_action action;
	enum reason reason;
};

/* Loaded at the first call for a slot, of 0 .. SLOT_MAX; fails the test if that fails. */
struct firewall *firewall_of(unsigned int slot);
void firewall_free_all(void);

/* For those who run them by other ways, too. */
const struct programs *firewall_programs(struct firewall *fw);

/* Its port table, PORT_ENTRIES entries; what is written here counts at once. */
uint64_t *firewall_ports(struct firewall *fw);
void firewall_close_all_ports(struct firewall *fw);

/*
 * Makes the summary behind the table, exactly. Done by firewall_run() when all ports were
 * closed since; who writes to the table without that does it himself.
 */
void firewall_sum_up(struct firewall *fw);

/* Its marks of conversations, MARK_LINES lines. */
void firewall_set_marks(struct firewall *fw, const struct mark_line *lines);

/* Somebody wants to know how many packets to each port are dropped, or nobody does. */
void firewall_count_ports(struct firewall *fw, bool count);
uint64_t firewall_hits(struct firewall *fw, uint8_t protocol, uint16_t port);

/* Index into the port table. */
uint32_t entry_of(uint8_t protocol, uint16_t port);

/*
 * Runs the packet through the programs for its link type: XDP, the guard, and one behind the
 * other. Returns the guard's verdict, and fails the test unless
 * - exactly one counter moved each time, by one packet and all of its bytes;
 * - XDP dropped it for the same reason, or passed what the guard passes or looks for in
 *   conversations;
 * - what came out behind both of them is what the guard says.
 * linear is how much of it lies in the linear part, or ALL_LINEAR. Skips the test if the packet
 * is larger than a page and the kernel refuses it.
 */
struct outcome firewall_run(struct firewall *fw, enum link_type type, const uint8_t *packet,
			    size_t length, uint32_t linear);

/*
 * Of so many packets in a row to a closed port: how many one hook dropped. XDP leaves some to the
 * guard, which drops them all.
 */
uint64_t xdp_drop_often(struct firewall *fw, const struct frame *frame, uint32_t times);
uint64_t guard_drop_often(struct firewall *fw, const struct frame *frame, uint32_t times);

/* Drops so many plain packets at both hooks that in this jiffy there is a flood. */
void firewall_flood(struct firewall *fw);

/*
 * Once firewalls are flooded, firewall_run() does so first, unless this jiffy has had it. They
 * take another way while somebody listens.
 */
enum flood { NO_FLOOD, FLOOD, HEARD_FLOOD };
void firewalls_are_flooded(enum flood flood);

/* Fails the test, packet in hand, unless got is what was expected. */
void expect_outcome(struct outcome got, struct outcome expected, const uint8_t *packet,
		    size_t length, const char *where);

#endif
