/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Policies in files. */
#ifndef NETFWV6_CLI_POLICY_FILE_H
#define NETFWV6_CLI_POLICY_FILE_H

#include "cli.h"

/*
 * Reads and parses it, the standard input for "-", and complains of all that is wrong with it: an
 * exit code, or GO_ON. The caller frees the policy.
 */
int read_policy_file(const char *path, struct netfwv6_policy **policy);

#endif
