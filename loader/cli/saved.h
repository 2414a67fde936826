/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Is the state what the file says that its policy is kept in? */
#ifndef NETFWV6_CLI_SAVED_H
#define NETFWV6_CLI_SAVED_H

#include "cli.h"

/* Says so if not; nothing where it is kept in no file. */
void print_saved(struct cli *cli);

/* An object, or null where it is kept in no file. */
struct json_t *saved_json(struct cli *cli);

/*
 * Brings the file that the policy is kept in up to date: an exit code. One that is left alone is no
 * failure, and warned of.
 */
int update_saved(struct cli *cli);

#endif
