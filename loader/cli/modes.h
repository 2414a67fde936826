/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names of the XDP modes. */
#ifndef NETFWV6_CLI_MODES_H
#define NETFWV6_CLI_MODES_H

#include "cli.h"

const char *mode_name(uint32_t mode);

/* An exit code, or GO_ON; NULL means auto. */
int take_mode(const char *text, uint32_t *mode);

#endif
