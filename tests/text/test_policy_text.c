// SPDX-License-Identifier: LGPL-2.1-or-later
/* A policy's text: what it says, what is wrong with it, how it is printed, compared, laid. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "world.h"

#define VERSION "version 1\n"

static struct netfwv6_policy *parsed(const char *text)
{
	struct netfwv6_policy *policy = NULL;

	assert_ok(netfwv6_policy_parse(text, strlen(text), NULL, NULL, &policy));
	return policy;
}

static void assert_prints(const struct netfwv6_policy *policy, const char *expected)
{
	char *text = NULL;

	assert_ok(netfwv6_policy_print(policy, &text));
	assert_string_equal(text, expected);
	netfwv6_policy_text_free(text);
}

/* ---- What is printed -------------------------------------------------------------- */

static const struct {
	const char *sentence, *text, *printed;
} print_rows[] = {
	{ "a policy that says nothing", VERSION, VERSION },
	{ "comments, empty lines, blanks", "# first\n\n \t\nversion 1 #\n\topen  22/tcp # ssh\n",
	  VERSION "open 22/tcp\n" },
	{ "no newline at the end", VERSION "open 22/tcp", VERSION "open 22/tcp\n" },
	{ "ends of lines as of DOS", "version 1\r\nopen 22/tcp\r\n", VERSION "open 22/tcp\n" },
	{ "a port of both protocols", VERSION "open 443\n",
	  VERSION "open 443/tcp\nopen 443/udp\n" },
	{ "a service", VERSION "open ssh/tcp https/tcp\n", VERSION "open 22/tcp\nopen 443/tcp\n" },
	{ "neighbours are joined", VERSION "open 81/tcp\nopen 80/tcp 82-90/tcp\n",
	  VERSION "open 80-90/tcp\n" },
	{ "neighbours of other names are not",
	  VERSION "open 80/tcp --name a\nopen 81/tcp --name b\nopen 82/tcp --name b\n",
	  VERSION "open 80/tcp --name a\nopen 81-82/tcp --name b\n" },
	{ "the last port of TCP is no neighbour of UDP's first", VERSION "open 65535/tcp 1/udp\n",
	  VERSION "open 65535/tcp\nopen 1/udp\n" },
	{ "the last line counts, its name too",
	  VERSION "open 80/tcp --name a\nopen 80/tcp --name b\nopen 90/tcp --name c\nopen 90/tcp\n",
	  VERSION "open 80/tcp --name b\nopen 90/tcp\n" },
	{ "what is taken back is said to be so",
	  VERSION "open 1-3/tcp\nclose 2/tcp\nignore 5/udp --dev e\nobserve 5/udp --dev e\n"
		  "protect 1/tcp\nunprotect 1/tcp\nenable e\ndisable e\n",
	  VERSION "open 1/tcp\nclose 2/tcp\nopen 3/tcp\nobserve 5/udp --dev e\n"
		  "unprotect 1/tcp\ndisable e\n" },
	{ "devices in the order of their names, global ports first",
	  VERSION "open 1/tcp --dev eth9\nopen 2/tcp --dev eth1\nopen 3/tcp\n"
		  "enable z\nenable a --stateless --mode tc\nenable m --learn-only\n",
	  VERSION "open 3/tcp\nopen 2/tcp --dev eth1\nopen 1/tcp --dev eth9\n"
		  "enable a --mode tc --stateless\nenable m --learn-only\nenable z\n" },
	{ "options stand anywhere, with = too",
	  VERSION "open --name=x --dev=e 80/tcp\nopen 81/tcp --name '' --dev e\n",
	  VERSION "open 80/tcp --dev e --name x\nopen 81/tcp --dev e\n" },
	{ "quotes and backslashes",
	  VERSION
	  "open 1/tcp --name 'a b'\nopen 2/tcp --name \"it's\"\nopen 3/tcp --name a\\ \\#b\n"
	  "open 4/tcp --name \"\\\"\\$\\n\"\nop'en' 5/tcp --name ''\nopen 6/tcp --name '#'\n",
	  VERSION "open 1/tcp --name 'a b'\nopen 2/tcp --name 'it'\\''s'\n"
		  "open 3/tcp --name 'a #b'\nopen 4/tcp --name '\"$\\n'\nopen 5/tcp\n"
		  "open 6/tcp --name '#'\n" },
	{ "a name that looks like an option, or a line",
	  VERSION "open 1/tcp --name --dev\nopen 2/tcp --name 'enable eth0'\n",
	  VERSION "open 1/tcp --name --dev\nopen 2/tcp --name 'enable eth0'\n" },
	{ "names of what is ignored, and what is for others",
	  VERSION
	  "ignore 1/tcp --dev e --name x\nenable e --forward pass\nenable f --forward judge\n",
	  VERSION "ignore 1/tcp --dev e --name x\nenable e --forward pass\nenable f\n" },
	{ "a device that looks like an option", VERSION "enable --mode native -- --x\n",
	  VERSION "enable --mode native -- --x\n" },
	{ "every device comes first, whatever was said before",
	  VERSION "disable b\nenable a\nenable --all --mode tc\nenable --all --stateless\n",
	  VERSION "enable --all --stateless\nenable a\ndisable b\n" },
	{ "a device of that name is another thing", VERSION "enable -- --all\n",
	  VERSION "enable -- --all\n" },
	{ "what is logged, a part of it in each line",
	  VERSION "log --rate unlimited --file '/var/log/a b'\nlog --dropped on\n"
		  "log --max-size 4096 --connections off\n",
	  VERSION "log --dropped on --connections off --file '/var/log/a b' --max-size 4096 "
		  "--rate unlimited\n" },
	{ "a group by its number", VERSION "group 64000\n", VERSION "group 64000\n" },
	{ "names beyond ASCII", VERSION "open 1/tcp --name süß\n",
	  VERSION "open 1/tcp --name 'süß'\n" },
};

static void what_is_said_is_printed(void **s)
{
	(void)s;
	for (size_t i = 0; i < sizeof(print_rows) / sizeof(*print_rows); i++) {
		struct netfwv6_policy *policy = NULL;

		print_message("# %s\n", print_rows[i].sentence);
		policy = parsed(print_rows[i].text);
		assert_prints(policy, print_rows[i].printed);
		netfwv6_policy_free(policy);
		/* And what is printed says the same. */
		policy = parsed(print_rows[i].printed);
		assert_prints(policy, print_rows[i].printed);
		netfwv6_policy_free(policy);
	}
}

/* ---- What is wrong ---------------------------------------------------------------- */

static const struct {
	const char *text, *errors; /* LINE:COLUMN: and a part of the sentence, a line each */
} error_rows[] = {
	{ "", "1:1:the text is empty\n" },
	{ "# nothing\n", "1:1:the text is empty\n" },
	{ "open 22/tcp\n", "1:1:the first line has to state the version\n" },
	{ "version 2\n", "1:9:not version 1\n" },
	{ "version\n", "1:1:not version 1\n" },
	{ VERSION "version 1\n", "2:1:stated already\n" },
	{ VERSION "  frob 22/tcp\n", "2:3:'frob' begins no line of a policy\n" },
	{ VERSION "open 22/tcp 70000/tcp ä/tcp\n",
	  "2:13:'70000/tcp': ports go from 1 to 65535\n2:23:'ä/tcp' is neither a port nor\n" },
	{ VERSION "open 22/tcp#\n", "2:6:protocol 'tcp#'\n" }, /* is no comment */
	{ VERSION "open ä 7/foo\n", "2:6:'ä' is neither\n2:8:protocol 'foo'\n" },
	{ VERSION "ignore 22/tcp\n", "2:1:'ignore' needs --dev DEV\n" },
	{ VERSION "open\nenable\ngroup\n",
	  "2:1:needs an operand: open PORT...\n3:1:needs an operand: enable DEV\n"
	  "4:1:needs an operand: group NAME|GID\n" },
	{ VERSION "enable a b\nlog x\n", "2:10:takes no operand 'b'\n3:5:takes no operand 'x'\n" },
	{ VERSION "open 22/tcp --mode tc\n", "2:13:takes no option --mode\n" },
	{ VERSION "open 22/tcp --na\n", "2:13:takes no option --na\n" },
	{ VERSION "open 22/tcp --name\n", "2:13:--name needs a value\n" },
	{ VERSION "enable a --stateless=1\n", "2:10:--stateless takes no value\n" },
	{ VERSION "enable a --mode turbo\n", "2:17:'turbo' is no mode\n" },
	{ VERSION "enable a --learn-only --stateless\n", "2:10:--learn-only filters nothing\n" },
	{ VERSION "enable --all a\ndisable --all --mode tc\nenable --all --learn-only\n",
	  "2:8:--all is about every device: leave out 'a'\n3:15:takes no option --mode\n"
	  "4:14:--learn-only filters nothing\n" },
	{ VERSION "enable a/b\nopen 1/tcp --dev 'a b'\n",
	  "2:8:'a/b' is no name\n3:18:'a b' is no\n" },
	{ VERSION "enable abcdefghijklmnop\n", "2:8:is no name of a device\n" },
	{ VERSION "open 1/tcp --name 'x\ny'\n",
	  "2:19:the quote ' does not end\n3:2:the quote ' does not end\n" },
	{ VERSION "open 1/tcp \\\n 2/tcp\n", "2:12:no line goes on\n3:2:'2/tcp' begins no line\n" },
	{ VERSION "open 1/tcp --name a\033b\n", "2:20:byte 0x1b\n" },
	{ VERSION "open 1/tcp --name \xff\n", "2:19:byte 0xff\n" },
	{ VERSION "log --dropped maybe --rate 0 --max-size 12 --file x\n",
	  "2:15:write on or off\n2:51:'x' is no path\n2:41:from 4096\n2:28:from 1\n" },
	{ VERSION "group nosuchgroup\n", "2:7:'nosuchgroup' is no group\n" },
	{ VERSION "open 1/tcp --name "
		  "0123456789012345678901234567890123456789012345678901234567890123\n",
	  "2:19:the name has 64 bytes, and 63 fit\n" },
};

struct told {
	const char *expected;
	size_t count;
};

static void compare_error(void *context, size_t line, size_t column, const char *sentence)
{
	struct told *told = context;
	size_t length = strcspn(told->expected, "\n"), place;
	char expected[256], got[64];

	snprintf(expected, sizeof(expected), "%.*s", (int)length, told->expected);
	snprintf(got, sizeof(got), "%zu:%zu:", line, column);
	place = strlen(got);
	if (strncmp(expected, got, place) != 0 || !strstr(sentence, expected + place))
		fail_msg("'%s%s', wanted '%s'", got, sentence, expected);
	told->expected += length + 1;
	told->count++;
}

static void every_error_is_told_with_its_place(void **s)
{
	(void)s;
	for (size_t i = 0; i < sizeof(error_rows) / sizeof(*error_rows); i++) {
		struct told told = { .expected = error_rows[i].errors };
		struct netfwv6_policy *policy = (void *)&told;
		const char *text = error_rows[i].text;

		assert_result(
			netfwv6_policy_parse(text, strlen(text), compare_error, &told, &policy),
			NETFWV6_E_INVALIDARG);
		assert_string_equal(told.expected, "");
		assert_ptr_equal(policy, &told); /* untouched */
		assert_non_null(strstr(netfwv6_detail(), "line "));
		assert_true((told.count > 1) == (strstr(netfwv6_detail(), " more)") != NULL));
	}
}

static void a_text_may_have_any_bytes(void **s)
{
	static const char text[] = "version 1\nopen 1/tcp\0open 2/tcp\n";
	struct told told = { .expected = "2:11:a byte 0\n" };
	struct netfwv6_policy *policy = NULL;

	(void)s;
	assert_result(netfwv6_policy_parse(text, sizeof(text) - 1, compare_error, &told, &policy),
		      NETFWV6_E_INVALIDARG);
	assert_result(netfwv6_policy_parse(NULL, 1, NULL, NULL, &policy), NETFWV6_E_POINTER);
	assert_result(netfwv6_policy_parse("", 0, NULL, NULL, NULL), NETFWV6_E_POINTER);
}

static void no_more_devices_have_ports_than_can(void **s)
{
	char text[4096] = VERSION;
	struct netfwv6_policy *policy = NULL;

	(void)s;
	for (unsigned int i = 0; i < NETFWV6_CONNECTIONS_MAX; i++)
		sprintf(text + strlen(text), "open 1/tcp --dev e%u\n", i);
	netfwv6_policy_free(parsed(text));
	strcat(text, "open 1/tcp --dev more\n");
	assert_result(netfwv6_policy_parse(text, strlen(text), NULL, NULL, &policy),
		      NETFWV6_E_INVALIDARG);
	assert_non_null(strstr(netfwv6_detail(), "line 33, column 6: 31 other devices"));
}

/* ---- Comparing and laying ------------------------------------------------------------ */

static const struct {
	const char *before, *after, *changes;
} compare_rows[] = {
	{ "open 1-9/tcp\n", "open 1-9/tcp\n", "" },
	{ "open 1-9/tcp\n", "open 1-3/tcp\nopen 5-10/tcp\n", "- open 4/tcp\n+ open 10/tcp\n" },
	{ "open 1/tcp --name a\n", "open 1/tcp --name b\n",
	  "- open 1/tcp --name a\n+ open 1/tcp --name b\n" },
	{ "open 1/tcp --name a\n", "open 1/tcp\n", "- open 1/tcp --name a\n+ open 1/tcp\n" },
	{ "", "open 1/tcp --dev e\nignore 1/tcp --dev e\n",
	  "+ open 1/tcp --dev e\n+ ignore 1/tcp --dev e\n" },
	{ "close 1/tcp\ndisable e\n", "", "" },
	{ "", "close 1/tcp\nobserve 1/tcp --dev e\ndisable e\nunprotect 1/tcp\n", "" },
	{ "protect 1/tcp\nopen 1/tcp\n", "open 1/tcp\n", "" },
	{ "protect 1-3/tcp\n", "unprotect 2/tcp\n", "- protect 2/tcp\n" },
	{ "", "protect 2/tcp\n", "+ protect 2/tcp\n" },
	{ "enable e\n", "enable e --mode tc\n", "- enable e\n+ enable e --mode tc\n" },
	{ "enable e\n", "disable e\nenable f\n", "- enable e\n+ enable f\n" },
	{ "enable --all\n", "enable --all\ndisable e\n", "+ disable e\n" },
	{ "enable --all\ndisable e\n", "disable e\n", "- enable --all\n- disable e\n" },
	{ "enable --all\ndisable e\n", "enable --all\nenable e\n", "- disable e\n+ enable e\n" },
	{ "log --dropped on\n", "", "+ log --dropped off\n" },
	{ "log --rate 1000\n", "", "" }, /* the default */
	{ "group 64000\n", "group 64001\n", "- group 64000\n+ group 64001\n" },
	{ "group 64000\n", "group 0\n", "- group 64000\n" },
};

static void add_change(void *text, char sign, const char *line)
{
	sprintf((char *)text + strlen(text), "%c %s\n", sign, line);
}

static struct netfwv6_policy *parsed_lines(const char *lines)
{
	char text[1024];

	snprintf(text, sizeof(text), VERSION "%s", lines);
	return parsed(text);
}

static void what_would_change_is_told(void **s)
{
	(void)s;
	for (size_t i = 0; i < sizeof(compare_rows) / sizeof(*compare_rows); i++) {
		struct netfwv6_policy *before = parsed_lines(compare_rows[i].before);
		struct netfwv6_policy *after = parsed_lines(compare_rows[i].after);
		char text[1024] = "";
		size_t changes = 99, lines = 0;

		assert_ok(netfwv6_policy_compare(before, after, add_change, text, &changes));
		assert_string_equal(text, compare_rows[i].changes);
		for (const char *c = text; *c; c++)
			lines += *c == '\n';
		assert_int_equal(changes, lines);
		netfwv6_policy_free(before);
		netfwv6_policy_free(after);
	}
}

static void the_upper_policy_counts(void **s)
{
	struct netfwv6_policy *under = parsed_lines("open 1-5/tcp --name low\nenable e\nenable f\n"
						    "log --dropped on --rate 5\ngroup 64000\n");
	struct netfwv6_policy *over = parsed_lines("close 2/tcp\nopen 3/tcp --name high\n"
						   "ignore 1/tcp --dev e\ndisable e\n"
						   "log --dropped off\n");
	struct netfwv6_policy *both = NULL;

	(void)s;
	assert_ok(netfwv6_policy_lay(under, over, &both));
	assert_prints(both, VERSION "group 64000\nlog --dropped off --rate 5\n"
				    "open 1/tcp --name low\nclose 2/tcp\nopen 3/tcp --name high\n"
				    "open 4-5/tcp --name low\nignore 1/tcp --dev e\ndisable e\n"
				    "enable f\n");
	netfwv6_policy_free(under);
	netfwv6_policy_free(over);
	netfwv6_policy_free(both);
}

static const struct {
	const char *before, *after;
	const char *where; /* of the sentence; NULL: nothing protected closes */
} protection_rows[] = {
	{ "open 22/tcp\nprotect 22/tcp\n", "open 22/tcp\n", NULL },
	{ "open 22/tcp\nprotect 22/tcp\n", "", "22/tcp is protected, and this would close it: " },
	{ "open 22/tcp\nprotect 22/tcp\n", "unprotect 22/tcp\n", NULL },
	{ "open 22/tcp\nprotect 22/tcp\n", "open 22/tcp\nignore 22/tcp --dev e\n", "on e: " },
	{ "open 22/tcp\nprotect 22/tcp\n",
	  "open 22/tcp\nignore 22/tcp --dev e\nopen 22/tcp --dev e\n", NULL },
	{ "open 22/tcp --dev e\nprotect 22/tcp\n", "open 22/tcp\n", NULL },
	{ "open 22/tcp --dev e\nprotect 22/tcp\n", "open 22/tcp --dev f\n", "on e: " },
	{ "open 22/tcp\nopen 22/tcp --dev e\nprotect 22/tcp\n", "open 22/tcp --dev e\n",
	  "close it: " },
	{ "open 22/tcp\n", "protect 22/tcp\n", NULL },
	{ "protect 22/tcp\n", "", NULL }, /* closed before */
};

static void closing_what_is_protected_is_found(void **s)
{
	(void)s;
	for (size_t i = 0; i < sizeof(protection_rows) / sizeof(*protection_rows); i++) {
		struct netfwv6_policy *before = parsed_lines(protection_rows[i].before);
		struct netfwv6_policy *after = parsed_lines(protection_rows[i].after);
		const char *where = protection_rows[i].where;

		assert_result(netfwv6_policy_check_protection(before, after),
			      where ? NETFWV6_E_ABORT : NETFWV6_S_OK);
		if (where && !strstr(netfwv6_detail(), where))
			fail_msg("'%s' lacks '%s'", netfwv6_detail(), where);
		netfwv6_policy_free(before);
		netfwv6_policy_free(after);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_said_is_printed),
		cmocka_unit_test(every_error_is_told_with_its_place),
		cmocka_unit_test(a_text_may_have_any_bytes),
		cmocka_unit_test(no_more_devices_have_ports_than_can),
		cmocka_unit_test(what_would_change_is_told),
		cmocka_unit_test(the_upper_policy_counts),
		cmocka_unit_test(closing_what_is_protected_is_found),
	};

	return cmocka_run_group_tests_name("policies as texts", tests, NULL, NULL);
}
