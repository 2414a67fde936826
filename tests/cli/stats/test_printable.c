// SPDX-License-Identifier: LGPL-2.1-or-later
/* Names of devices as text. */
#include <string.h>

#include "world.h"

#include "cli/printable.h"

static void names_become_printable(void **unused)
{
	static const struct {
		const char *name, *text;
	} rows[] = {
		{ "eth0", "eth0" },
		{ "", "" },
		{ "q\"\\", "q\"\\" },
		{ "\xc3\xbc\xe2\x82\xac", "\xc3\xbc\xe2\x82\xac" },
		{ "\xf0\x9f\x94\xa5", "\xf0\x9f\x94\xa5" },
		{ "a\xff"
		  "b",
		  "a\\xffb" },
		{ "\x1b[2J\x7f", "\\x1b[2J\\x7f" },
		{ "\xc2\x85", "\\xc2\\x85" }, /* a control character of 8 bits */
		{ "\xc0\xaf", "\\xc0\\xaf" }, /* longer than need be */
		{ "\xe0\x80\xaf", "\\xe0\\x80\\xaf" },
		{ "\xf0\x80\x80\xaf", "\\xf0\\x80\\x80\\xaf" },
		{ "\xed\xa0\x80", "\\xed\\xa0\\x80" }, /* half of a pair */
		{ "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80" },
		{ "\xf5\x80\x80\x80", "\\xf5\\x80\\x80\\x80" },
		{ "a\xe2\x82", "a\\xe2\\x82" }, /* cut off */
		{ "\xe2\x82z", "\\xe2\\x82z" },
		{ "\x80\xbf", "\\x80\\xbf" },
		{ "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
		  "\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff" },
	};
	char name[NETFWV6_DEVICE_SIZE], text[PRINTABLE_SIZE];

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		memset(name, 0, sizeof(name));
		memcpy(name, rows[i].name, strlen(rows[i].name));
		make_printable(name, text);
		assert_string_equal(text, rows[i].text);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(names_become_printable) };

	return cmocka_run_group_tests_name("printable", tests, NULL, NULL);
}
