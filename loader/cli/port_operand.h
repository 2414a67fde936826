/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* PORT operands. */
#ifndef NETFWV6_CLI_PORT_OPERAND_H
#define NETFWV6_CLI_PORT_OPERAND_H

#include <stdlib.h>

#include "cli.h"

struct port_ranges {
	struct netfwv6_port_range *ranges; /* free_port_ranges() */
	size_t count;
};

static inline void free_port_ranges(struct port_ranges *ranges)
{
	free(ranges->ranges);
}

/* Appends what one PORT says: an exit code, or GO_ON. */
int take_port(const char *text, struct port_ranges *ranges);

/* Reads all operands before any is applied: an exit code, or GO_ON. */
int take_port_operands(const struct cli *cli, struct port_ranges *ranges);

const char *protocol_name(uint32_t protocol);

/* "443/tcp" or "8000-8100/udp"; the buffer has PORT_TEXT_SIZE bytes. */
#define PORT_TEXT_SIZE NETFWV6_PORTS_TEXT_SIZE
const char *format_range(const struct netfwv6_port_range *range, char *text);

#endif
