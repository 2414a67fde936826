/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bytes that grow: what is to be written. */
#ifndef NETFWV6_CLI_BYTES_H
#define NETFWV6_CLI_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bytes {
	uint8_t *data; /* free() it */
	size_t used, room;
	bool failed; /* memory was exhausted: what came after that is missing */
};

void bytes_put(struct bytes *bytes, const void *data, size_t size);
void bytes_print(struct bytes *bytes, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
