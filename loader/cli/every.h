/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* enable --all and disable --all. */
#ifndef NETFWV6_CLI_EVERY_H
#define NETFWV6_CLI_EVERY_H

#include "cli.h"

/* One device is named, or --all is given. An exit code, or GO_ON. */
int check_device_or_all(const struct cli *cli);

int enable_every(struct cli *cli);

/* Takes the wish for every device back. An exit code. */
int end_every(struct cli *cli);

/* What status, list and the commands say of it. */
void say_every(const struct cli *cli, const struct netfwv6_mgr_status *status);

#endif
