/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef NETFWV6_CLI_GROUPS_H
#define NETFWV6_CLI_GROUPS_H

#include "cli.h"

/* A group's name, or its number where it has none. The buffer has GROUP_TEXT_SIZE bytes. */
#define GROUP_TEXT_SIZE 64
const char *format_group(uint32_t group, char *text);

#endif
