// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * An apply that is killed at any moment: what both policies have open stays open, what neither
 * has stays closed, a device that both firewall stays firewalled, and the next apply finishes.
 */
#include <stdio.h>
#include <string.h>

#include "connections.h"
#include "kills.h"
#include "world.h"

static const char old_lines[] = "version 1\n"
				"log --rate 5\n"
				"open 1-3/tcp --name old\n"
				"open 10/tcp\n"
				"open 30/udp --dev fw0 --name here\n"
				"ignore 3/tcp --dev gone0\n"
				"enable fw0 --mode tc\n"
				"enable gone0\n";

static const char new_lines[] = "version 1\n"
				"log --rate 6\n"
				"open 2-4/tcp --name new\n"
				"open 20/udp\n"
				"open 31/udp --dev fw0\n"
				"open 9/tcp --dev late0 --name late\n"
				"ignore 20/udp --dev fw0\n"
				"protect 2/tcp\n"
				"enable fw0 --mode tc --stateless\n"
				"enable late0 --mode tc\n";

static char old_file[96], new_file[96];

static void write_lines(char *file, size_t size, const char *name, const char *lines)
{
	FILE *stream;

	snprintf(file, size, "%s.%s", world.state, name);
	stream = fopen(file, "w");
	assert_non_null(stream);
	fputs(lines, stream);
	fclose(stream);
}

static void begin(void)
{
	must("printf 'version 1\\nunprotect 2/tcp\\n' | %s -q apply -", netfwv6());
	must("%s -q apply %s", netfwv6(), old_file);
	assert_string_equal(must("%s save", netfwv6()), old_lines);
}

static void after_a_kill(int n)
{
	if (!firewalled("fw0"))
		fail_msg("after a kill at change %d fw0 is not firewalled", n);
	if (!admits("fw0", 2, TCP) || !admits("fw0", 3, TCP))
		fail_msg("after a kill at change %d, what both have open is closed", n);
	if (admits("fw0", 5, TCP) || admits("fw0", 9, TCP) || admits("fw0", 20, UDP))
		fail_msg("after a kill at change %d, what neither has open is open", n);
	must("%s -q apply %s", netfwv6(), new_file);
	assert_string_equal(must("%s save", netfwv6()), new_lines);
	must("%s apply --dry-run %s", netfwv6(), new_file);
	assert_false(admits("fw0", 1, TCP) || admits("fw0", 10, TCP) || admits("fw0", 30, UDP));
	assert_true(admits("fw0", 4, TCP) && admits("fw0", 31, UDP));
}

static void kill_everywhere(enum moment moment)
{
	const char *const command[] = { "-q", "apply", new_file, NULL };
	int n = 0;

	write_lines(old_file, sizeof(old_file), "old", old_lines);
	write_lines(new_file, sizeof(new_file), "new", new_lines);
	for (begin(); kill_at_change(n, moment, command); begin())
		after_a_kill(n++);
	print_message("# killed %d times\n", n);
	assert_true(n > 20);
	must("rm %s %s", old_file, new_file);
}

static void a_kill_before_a_change_leaves_old_or_new(void **s)
{
	(void)s;
	kill_everywhere(BEFORE_CHANGE);
}

static void a_kill_behind_a_change_leaves_old_or_new(void **s)
{
	(void)s;
	kill_everywhere(AFTER_CHANGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(a_kill_before_a_change_leaves_old_or_new),
		test(a_kill_behind_a_change_leaves_old_or_new),
	};

	return cmocka_run_group_tests_name("apply, killed", tests, world_setup, world_teardown);
}
