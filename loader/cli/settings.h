/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What holds for a device once it is enabled. */
#ifndef NETFWV6_CLI_SETTINGS_H
#define NETFWV6_CLI_SETTINGS_H

#include "cli.h"

/*
 * Will the port be open once the connection is enabled? Its own settings tell, whatever is in
 * force now: a device that was renamed goes by those of its former name until then.
 */
netfwv6_result ask_what_will_be(const struct cli *cli, struct netfwv6_connection *connection,
				uint32_t port, uint32_t protocol, bool *open);

#endif
