/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ways out of this host that nothing is learned from. */
#ifndef NETFWV6_CLI_UPLINKS_H
#define NETFWV6_CLI_UPLINKS_H

#include "cli.h"

/*
 * Names the devices with an IPv6 default route whose leaving packets are not seen:
 * answers to them may come in through a firewalled device.
 */
void name_other_uplinks(const struct cli *cli);

#endif
