/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options: one table for parsing, help and completion. */
#ifndef NETFWV6_CLI_OPTIONS_H
#define NETFWV6_CLI_OPTIONS_H

#include "cli.h"

/* The options, as bits of a set. */
enum option_bit {
	OPT_STATE = 1 << 0,
	OPT_QUIET = 1 << 1,
	OPT_HELP = 1 << 2,
	OPT_MODE = 1 << 3,
	OPT_STATELESS = 1 << 4,
	OPT_LEARN_ONLY = 1 << 5,
	OPT_IF_CONFIGURED = 1 << 6,
	OPT_DEVICE = 1 << 7,
	OPT_NAME = 1 << 8,
	OPT_GROUP = 1 << 9,
	OPT_REBUILD = 1 << 10,
	OPT_DROPPED = 1 << 11,
	OPT_CONNECTIONS = 1 << 12,
	OPT_FILE = 1 << 13,
	OPT_MAX_SIZE = 1 << 14,
	OPT_RATE = 1 << 15,
	OPT_JSON = 1 << 16,
	OPT_PORT = 1 << 17,
	OPT_PROTOCOL = 1 << 18,
	OPT_REASON = 1 << 19,
	OPT_SOURCE = 1 << 20,
	OPT_WRITE = 1 << 21,
	OPT_SNAPLEN = 1 << 22,
	OPT_PROMETHEUS = 1 << 23,
	OPT_RESET = 1 << 24,
	OPT_COUNT_PORTS = 1 << 25,
	OPT_CLOSED_HITS = 1 << 26,
	OPT_INTERVAL = 1 << 27,
	OPT_COUNT = 1 << 28,
	OPT_COMPLETION = 1 << 29,
	OPT_VERSION = 1 << 30,
};

/* Every command takes these. */
#define OPT_EVERYWHERE (OPT_STATE | OPT_QUIET | OPT_HELP | OPT_VERSION)

struct option_entry {
	enum option_bit bit;
	char letter;	   /* also -LETTER, or 0 */
	const char *name;  /* --NAME */
	const char *value; /* the value's name, NULL for a flag */
	const char *text;
	size_t field;		   /* where struct cli has it; 0: nowhere */
	enum filter_option filter; /* which filter it is, or 0 */
};

extern const struct option_entry option_entries[]; /* ends with a null name */

bool option_applies(const struct option_entry *option, const struct command *command);

/* Parses argv into cli; options may stand anywhere. An exit code, or GO_ON. */
int parse_command_line(int argc, char **argv, struct cli *cli);

#endif
