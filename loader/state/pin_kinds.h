/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The maps that every state has: see pins.h. */
#ifndef NETFWV6_PIN_KINDS_H
#define NETFWV6_PIN_KINDS_H

/* In the order of their making; "root" last, so that it says "complete". */
enum pin {
	PIN_PORTS,
	PIN_NAMES,
	PIN_SLOTS,
	PIN_ATTACHMENTS,
	PIN_CONFIGURED,
	PIN_FILTERED,
	PINS_HELD, /* a handle holds the descriptors of those above */
	PIN_TCP = PINS_HELD,
	PIN_ANSWER,
	PIN_UDP,
	PIN_UDP_ANSWER,
	PIN_MARKS,
	PIN_MARK_SECRET,
	PIN_CONTROL,
	PIN_TAPSTAT,
	PIN_TAPS,
	PIN_HITS,
	PIN_LOGGING,
	PIN_ROOT,
	PINS
};

/* The flow tables: PIN_TCP and the following. */
#define FLOW_TABLES 4

/* Room for the path of every pin. */
#define PIN_PATH_SIZE 512

#endif
