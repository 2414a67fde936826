// SPDX-License-Identifier: LGPL-2.1-or-later
#include "printable.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How long a character's encoding is by its first byte; 0: no such byte begins one. */
static size_t encoded_length(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if (first < 0xc2)
		return 0;
	return first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
}

/* Bytes of the printable character at the text's start, or 0. */
static size_t printable_at(const char *text)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t length = encoded_length(*text);
	uint32_t character = (unsigned char)*text & (length > 1 ? 0x7f >> length : 0x7f);

	for (size_t i = 1; i < length; i++) {
		if (((unsigned char)text[i] & 0xc0) != 0x80)
			return 0;
		character = character << 6 | ((unsigned char)text[i] & 0x3f);
	}
	if (character < smallest[length] || character > 0x10ffff)
		return 0;
	if (character < 0x20 || (character >= 0x7f && character < 0xa0))
		return 0;
	return character >= 0xd800 && character < 0xe000 ? 0 : length;
}

/* text has room for four characters and a NUL for each byte. */
static void escape(const char *name, const char *end, char *text)
{
	while (name < end) {
		size_t length = printable_at(name);

		if (length) {
			memcpy(text, name, length);
			text += length;
			name += length;
		} else {
			text += sprintf(text, "\\x%02x", (unsigned char)*name++);
		}
	}
	*text = '\0';
}

void make_printable(const char *name, char text[PRINTABLE_SIZE])
{
	escape(name, name + strnlen(name, NETFWV6_DEVICE_SIZE - 1), text);
}

char *printable(const char *text)
{
	size_t length = strlen(text);
	char *escaped = malloc(4 * length + 1);

	if (escaped)
		escape(text, text + length, escaped);
	return escaped;
}
