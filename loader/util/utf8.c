// SPDX-License-Identifier: LGPL-2.1-or-later
#include "util/utf8.h"

#include <stdint.h>
#include <string.h>

#include "netfwv6.h"

/* Decodes one character: its length in bytes, or 0 when it is not UTF-8. */
static size_t decode(const unsigned char *s, uint32_t *code)
{
	size_t length = *s < 0x80 ? 1 : *s >= 0xf0 ? 4 : *s >= 0xe0 ? 3 : 2;
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };

	if (length == 1) {
		*code = *s;
		return 1;
	}
	if (*s < 0xc0 || *s >= 0xf8)
		return 0;
	*code = *s & (0x7f >> length);
	for (size_t i = 1; i < length; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (s[i] & 0x3f);
	}
	if (*code < least[length] || *code > 0x10ffff || (*code >= 0xd800 && *code <= 0xdfff))
		return 0;
	return length;
}

/* Controls, and what would reorder or break the line that shows a name. */
static bool is_printable(uint32_t code)
{
	static const struct {
		uint32_t first, last;
	} unprintable[] = {
		{ 0, 0x1f },	    { 0x7f, 0x9f },	  /* controls */
		{ 0x61c, 0x61c },   { 0x200b, 0x200f },	  /* marks of direction, joiners */
		{ 0x2028, 0x202e }, { 0x2060, 0x206f },	  /* separators, overrides, isolates */
		{ 0xfdd0, 0xfdef }, { 0xfeff, 0xfeff },	  /* noncharacters, byte order mark */
		{ 0xfff9, 0xfffb }, { 0xe0000, 0xe0fff }, /* annotations, tags */
	};

	for (size_t i = 0; i < sizeof(unprintable) / sizeof(*unprintable); i++)
		if (code >= unprintable[i].first && code <= unprintable[i].last)
			return false;
	return (code & 0xfffe) != 0xfffe;
}

size_t utf8_printable(const char *text)
{
	uint32_t code;
	size_t length = decode((const unsigned char *)text, &code);

	return length && is_printable(code) ? length : 0;
}

void utf8_sanitize(char *text)
{
	while (*text) {
		size_t length = utf8_printable(text);

		if (!length)
			*text = '?';
		text += length ? length : 1;
	}
}

bool device_name_is_possible(const char *name)
{
	size_t length = strlen(name);

	return length > 0 && length < NETFWV6_DEVICE_SIZE && !strpbrk(name, "/: \t\n\v\f\r") &&
	       strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

bool device_name_is_sane(const char *name)
{
	if (!device_name_is_possible(name))
		return false;
	for (size_t step; *name; name += step) {
		step = utf8_printable(name);
		if (!step)
			return false;
	}
	return true;
}
