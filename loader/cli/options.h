/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options: one table for parsing, help and completion. */
#ifndef NETFWV6_CLI_OPTIONS_H
#define NETFWV6_CLI_OPTIONS_H

#include "cli.h"

struct option_entry {
	char letter;	   /* its name in struct command's options; also -LETTER where shown so */
	bool short_form;   /* may be written as -LETTER */
	bool everywhere;   /* every command takes it */
	const char *name;  /* --NAME */
	const char *value; /* the value's name, NULL for a flag */
	const char *text;
};

extern const struct option_entry option_entries[]; /* ends with a null name */

bool option_applies(const struct option_entry *option, const struct command *command);

bool option_is_needed(const struct option_entry *option, const struct command *command);

/* Parses argv into cli; options may stand anywhere. An exit code, or -1 to go on. */
int parse_command_line(int argc, char **argv, struct cli *cli);

#endif
