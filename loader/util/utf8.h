/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What may be shown in one line of a terminal, a log or JSON, and what may be a device's name. */
#ifndef NETFWV6_UTF8_H
#define NETFWV6_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes of the printable character at the start of a text; 0 if it does not start with one. */
size_t utf8_printable(const char *text);

/* Replaces every byte that belongs to no printable character by a question mark. */
void utf8_sanitize(char *text);

/* Does the kernel take it for a device's name? */
bool device_name_is_possible(const char *name);

/* And can it be printed? */
bool device_name_is_sane(const char *name);

#endif
