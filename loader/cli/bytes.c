// SPDX-License-Identifier: LGPL-2.1-or-later
#include "bytes.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool make_room(struct bytes *bytes, size_t size)
{
	size_t room = bytes->room ?: 4096;
	uint8_t *grown;

	while (room - bytes->used < size)
		room *= 2;
	if (room == bytes->room || bytes->failed)
		return !bytes->failed;
	grown = realloc(bytes->data, room);
	bytes->failed = !grown;
	if (!grown)
		return false;
	bytes->data = grown;
	bytes->room = room;
	return true;
}

void bytes_put(struct bytes *bytes, const void *data, size_t size)
{
	if (!size || !make_room(bytes, size))
		return;
	memcpy(bytes->data + bytes->used, data, size);
	bytes->used += size;
}

void bytes_print(struct bytes *bytes, const char *format, ...)
{
	char text[512];
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (length < 0 || (size_t)length >= sizeof(text))
		bytes->failed = true; /* never: pieces are short */
	else
		bytes_put(bytes, text, (size_t)length);
}
