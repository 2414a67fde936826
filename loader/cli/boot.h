/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* apply --boot, and the copy of the last policy for it. */
#ifndef NETFWV6_CLI_BOOT_H
#define NETFWV6_CLI_BOOT_H

#include "cli.h"

/* The policy of the file that it is kept in, else of the copy, else every device. An exit code. */
int apply_at_boot(struct cli *cli);

/* Copies what the state is, of the one that is firewalled at boot. It warns when it cannot. */
void keep_applied(struct cli *cli);

#endif
