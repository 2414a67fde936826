/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which events are wanted: --dev, --port, --proto, --reason and --src. Each may be given
 * more than once; an event has to match one of each kind that was given.
 */
#ifndef NETFWV6_CLI_FILTER_H
#define NETFWV6_CLI_FILTER_H

#include "port_operand.h"

struct filter_device {
	char name[128];	  /* as it was given, then the device's own; alternative names are longer */
	uint32_t ifindex; /* when the command began, for events of one that is gone; or 0 */
};

struct prefix {
	uint8_t address[16];
	unsigned int length; /* in bits; those behind it are zero */
};

struct filter {
	/* Every reason that there is: a --reason has to be one that drops. */
	const struct netfwv6_counter *known;
	size_t n_known;
	/* What is wanted; without any of a kind: all. */
	struct filter_device *devices;
	size_t n_devices;
	struct port_ranges ports;
	uint32_t *protocols;
	size_t n_protocols;
	const char **reasons; /* keywords of the known ones */
	size_t n_reasons;
	struct prefix *sources;
	size_t n_sources;
};

/*
 * Adds what was given to an option: GO_ON, or an exit code after a complaint, which leaves the
 * filter as it was.
 */
int filter_add(struct filter *filter, enum filter_option option, const char *value);

bool filter_matches(const struct filter *filter, const struct netfwv6_event *event);

/* Frees what the filter holds. */
void filter_clear(struct filter *filter);

/* Reads 2001:db8::/32 or an address, as filter_add() does. */
int take_prefix(const char *text, struct prefix *prefix);

#endif
