/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Names of devices, and what else comes from elsewhere, as text. The kernel takes nearly any
 * bytes for a name; JSON and Prometheus want UTF-8, and terminals no control characters.
 */
#ifndef NETFWV6_CLI_PRINTABLE_H
#define NETFWV6_CLI_PRINTABLE_H

#include <netfwv6.h>

/* Every byte may become four characters. */
#define PRINTABLE_SIZE (4 * (NETFWV6_DEVICE_SIZE - 1) + 1)

/* The name itself, or with \xHH for every byte that belongs to no printable character. */
void make_printable(const char *name, char text[PRINTABLE_SIZE]);

/* The same of a longer text; the caller frees it. NULL: out of memory. */
char *printable(const char *text);

#endif
