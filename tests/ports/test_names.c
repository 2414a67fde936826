// SPDX-License-Identifier: LGPL-2.1-or-later
/* The names of open ports. */
#include <stdio.h>
#include <string.h>

#include "ports.h"
#include "world.h"

/* ---- Which name a port has ------------------------------------------------- */

static void the_first_name_is_kept_until_the_port_closes(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr();
	char name[64];

	(void)s;
	assert_ok(netfwv6_mgr_open_global_port(mgr, 443, TCP, "first"));
	assert_ok(netfwv6_mgr_open_global_port(mgr, 443, TCP, "second"));
	assert_ok(netfwv6_mgr_open_global_port(mgr, 443, TCP, NULL));
	name_of(mgr, 443, TCP, name);
	assert_string_equal(name, "first");
	assert_ok(netfwv6_mgr_close_global_port(mgr, 443, TCP));
	assert_ok(netfwv6_mgr_open_global_port(mgr, 443, TCP, "third"));
	name_of(mgr, 443, TCP, name);
	assert_string_equal(name, "third");
	assert_ok(netfwv6_mgr_close_global_port(mgr, 443, TCP));
	assert_ok(netfwv6_mgr_open_global_port(mgr, 443, TCP, NULL));
	name_of(mgr, 443, TCP, name);
	assert_string_equal(name, "");
	netfwv6_mgr_close(mgr);
}

static void a_port_opened_without_name_stays_nameless(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr();
	char name[64];

	(void)s;
	assert_ok(netfwv6_mgr_open_global_port(mgr, 443, TCP, NULL));
	assert_ok(netfwv6_mgr_open_global_port(mgr, 443, TCP, "late"));
	name_of(mgr, 443, TCP, name);
	assert_string_equal(name, "");
	netfwv6_mgr_close(mgr);
}

static void a_range_names_only_what_it_opens(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr();
	char name[64];

	(void)s;
	assert_ok(netfwv6_mgr_open_global_port(mgr, 82, TCP, "mine"));
	assert_ok(netfwv6_mgr_open_global_ports(mgr, 80, 84, TCP, "range"));
	name_of(mgr, 81, TCP, name);
	assert_string_equal(name, "range");
	name_of(mgr, 82, TCP, name);
	assert_string_equal(name, "mine");
	assert_ok(netfwv6_mgr_close_global_ports(mgr, 80, 84, TCP));
	assert_ok(netfwv6_mgr_open_global_ports(mgr, 80, 84, TCP, NULL));
	name_of(mgr, 82, TCP, name);
	assert_string_equal(name, "");
	netfwv6_mgr_close(mgr);
}

static void all_ports_open_named_and_close(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr();
	char name[64];

	(void)s;
	assert_ok(netfwv6_mgr_open_global_ports(mgr, 1, 65535, TCP, "all of tcp"));
	assert_ok(netfwv6_mgr_open_global_ports(mgr, 1, 65535, UDP, "all of udp"));
	assert_int_equal(count_open(mgr), 131070);
	name_of(mgr, 1, TCP, name);
	assert_string_equal(name, "all of tcp");
	name_of(mgr, 65535, UDP, name);
	assert_string_equal(name, "all of udp");
	assert_ok(netfwv6_mgr_close_global_ports(mgr, 1, 65535, TCP));
	assert_int_equal(count_open(mgr), 65535);
	netfwv6_mgr_close(mgr);
}

/* ---- What a name may be ---------------------------------------------------- */

static void names_are_printable_utf8(void **s)
{
	static const struct {
		const char *name;
		netfwv6_result result;
	} rows[] = {
		{ "", NETFWV6_S_OK },
		{ "web server", NETFWV6_S_OK },
		{ "\xc3\xbc", NETFWV6_S_OK },	      /* u with diaeresis */
		{ "\xe2\x82\xac", NETFWV6_S_OK },     /* euro sign */
		{ "\xf0\x9f\x9a\x80", NETFWV6_S_OK }, /* beyond the basic plane */
		{ "63 bytes: 89012345678901234567890123456789012345678901234567890", NETFWV6_S_OK },
		{ "a\nb", NETFWV6_E_INVALIDARG },
		{ "\x1b[2J", NETFWV6_E_INVALIDARG },
		{ "\x7f", NETFWV6_E_INVALIDARG },
		{ "\xc2\x9b", NETFWV6_E_INVALIDARG },	      /* C1 control */
		{ "\xe2\x80\xae", NETFWV6_E_INVALIDARG },     /* right-to-left override */
		{ "\xc0\xaf", NETFWV6_E_INVALIDARG },	      /* overlong */
		{ "\xe0\x80\xaf", NETFWV6_E_INVALIDARG },     /* overlong */
		{ "\xed\xa0\x80", NETFWV6_E_INVALIDARG },     /* surrogate */
		{ "\xf4\x90\x80\x80", NETFWV6_E_INVALIDARG }, /* above U+10FFFF */
		{ "\x80", NETFWV6_E_INVALIDARG },	      /* continuation alone */
		{ "\xe2\x82", NETFWV6_E_INVALIDARG },	      /* cut off */
		{ "\xff", NETFWV6_E_INVALIDARG },
		{ "\xd8\x9c", NETFWV6_E_INVALIDARG },	      /* Arabic letter mark */
		{ "\xef\xbf\xbf", NETFWV6_E_INVALIDARG },     /* U+FFFF */
		{ "\xf3\xa0\x81\x81", NETFWV6_E_INVALIDARG }, /* a tag */
	};
	struct netfwv6_mgr *mgr = open_mgr();
	char name[64];

	(void)s;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_result(netfwv6_mgr_open_global_port(mgr, 80, TCP, rows[i].name),
			      rows[i].result);
		assert_int_equal(is_open(mgr, 80, TCP), rows[i].result == NETFWV6_S_OK);
		if (rows[i].result == NETFWV6_S_OK) {
			name_of(mgr, 80, TCP, name);
			assert_string_equal(name, rows[i].name);
		}
		assert_ok(netfwv6_mgr_close_global_port(mgr, 80, TCP));
	}
	netfwv6_mgr_close(mgr);
}

struct heard {
	char line[256];
	int lines;
};

static void hear(void *context, const char *line)
{
	struct heard *heard = context;

	heard->lines++;
	snprintf(heard->line, sizeof(heard->line), "%s", line);
}

#define FIFTY "01234567890123456789012345678901234567890123456789"

static void a_long_name_is_cut_at_a_character_and_that_is_said(void **s)
{
	static const struct {
		const char *name, *kept;
	} rows[] = {
		{ FIFTY "0123456789012x", FIFTY "0123456789012" },
		{ FIFTY "012345678901\xc3\xbc", FIFTY "012345678901" },
		{ FIFTY "0123456789\xe2\x82\xac", FIFTY "0123456789\xe2\x82\xac" },
		{ FIFTY "0123456789\xf0\x9f\x9a\x80", FIFTY "0123456789" },
		{ FIFTY FIFTY, FIFTY "0123456789012" },
	};
	struct heard heard = {};
	struct netfwv6_mgr_options options = { .sz = sizeof(options),
					       .log = hear,
					       .log_context = &heard };
	struct netfwv6_mgr *mgr;
	char name[64];

	(void)s;
	assert_ok(netfwv6_mgr_open(&mgr, &options));
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		heard = (struct heard){};
		assert_ok(netfwv6_mgr_open_global_port(mgr, 80, TCP, rows[i].name));
		name_of(mgr, 80, TCP, name);
		assert_string_equal(name, rows[i].kept);
		assert_int_equal(heard.lines, strcmp(rows[i].name, rows[i].kept) != 0);
		assert_true(!heard.lines || strstr(heard.line, rows[i].kept));
		assert_ok(netfwv6_mgr_close_global_port(mgr, 80, TCP));
	}
	/* What is cut off is looked at, too. */
	assert_result(netfwv6_mgr_open_global_port(mgr, 80, TCP, FIFTY FIFTY "\n"),
		      NETFWV6_E_INVALIDARG);
	netfwv6_mgr_close(mgr);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(the_first_name_is_kept_until_the_port_closes),
		test(a_port_opened_without_name_stays_nameless),
		test(a_range_names_only_what_it_opens),
		test(all_ports_open_named_and_close),
		test(names_are_printable_utf8),
		test(a_long_name_is_cut_at_a_character_and_that_is_said),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
