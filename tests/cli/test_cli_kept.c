// SPDX-License-Identifier: LGPL-2.1-or-later
/* The file that the policy is kept in: who brings it up to date, and when it is left alone. */
#include <stdio.h>
#include <string.h>

#include "says.h"
#include "users.h"
#include "world.h"

static char file[128];

static int keep(void **s)
{
	int code = world_reset(s);

	snprintf(file, sizeof(file), "%s.policy", world.state);
	must("%s -q init --policy %s", netfwv6(), file);
	return code;
}

static int forget(void **s)
{
	(void)s;
	must("rm -rf %s", file);
	return 0;
}

static void assert_kept(const char *lines)
{
	char text[1024];

	snprintf(text, sizeof(text), "version 1\n%s", lines);
	assert_string_equal(must("cat %s", file), text);
}

static void edit(const char *lines)
{
	must("printf 'version 1\\n%s' > %s.new && mv %s.new %s", lines, file, file, file);
}

/* It is done all the same, and said why it is not kept. */
static void assert_left_alone(const char *arguments, const char *why)
{
	const struct output *output = run("%s %s", netfwv6(), arguments);

	assert_int_equal(output->status, 0);
	if (!strstr(output->err, why))
		fail_msg("'%s' lacks '%s'", output->err, why);
}

static void changes_of_root_are_kept(void **s)
{
	(void)s;
	assert_kept("");
	must("%s -q open 80/tcp --name 'a b'", netfwv6());
	assert_kept("open 80/tcp --name 'a b'\n");
	must("%s -q ignore 80/tcp --dev fw0", netfwv6());
	must("%s -q enable fw0 --mode tc", netfwv6());
	must("%s -q log --rate 5", netfwv6());
	assert_kept("log --rate 5\nopen 80/tcp --name 'a b'\nignore 80/tcp --dev fw0\n"
		    "enable fw0 --mode tc\n");
	must("%s -q observe 80/tcp --dev fw0 && %s -q disable fw0 && %s -q log --rate 1000",
	     netfwv6(), netfwv6(), netfwv6());
	must("%s -q protect 80/tcp", netfwv6());
	assert_kept("open 80/tcp --name 'a b'\nprotect 80/tcp\n");
	must("printf 'version 1\\nopen 80/tcp\\nunprotect 80/tcp\\n' | %s -q apply -", netfwv6());
	assert_kept("open 80/tcp\n");
	must("%s -q init --rebuild && %s -q close 80/tcp", netfwv6(), netfwv6());
	assert_kept("");
}

static void what_changes_nothing_writes_nothing(void **s)
{
	char inode[64];

	(void)s;
	must("%s -q open 80/tcp && %s -q enable fw0", netfwv6(), netfwv6());
	snprintf(inode, sizeof(inode), "%s", must("stat -c %%i %s", file));
	must("%s -q open 80/tcp && %s -q close 81/tcp && %s -q enable fw0 && %s -q status >&2",
	     netfwv6(), netfwv6(), netfwv6(), netfwv6());
	assert_string_equal(must("stat -c %%i %s", file), inode);
}

static void once_is_not_kept(void **s)
{
	(void)s;
	must("%s -q open 80/tcp && %s -q open --once 81/tcp", netfwv6(), netfwv6());
	assert_kept("open 80/tcp\n");
	assert_non_null(strstr(must("%s status", netfwv6()), "differs from the saved policy, "));
	assert_non_null(strstr(must("%s status", netfwv6()), "\n  + open 81/tcp\n"));
	says_json("status", "[.saved.differs, (.saved.changes | length)]", "[true,1]\n");
	/* The next one keeps all. */
	must("%s -q open 82/tcp", netfwv6());
	assert_kept("open 80-82/tcp\n");
	assert_null(strstr(must("%s status", netfwv6()), "differs"));
	says_json("status", "[.saved.differs, .saved.changes]", "[false,[]]\n");
}

static void members_and_programs_keep_nothing(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr();

	(void)s;
	must("%s -q init --group %d", netfwv6(), ADMINISTRATORS);
	assert_int_equal(run_as(&member, "%s -q open 80/tcp", netfwv6())->status, 0);
	assert_string_equal(run_as(&member, "%s -q open 80/tcp", netfwv6())->err, "");
	assert_ok(netfwv6_mgr_open_global_port(mgr, 81, NETFWV6_PROTOCOL_TCP, NULL));
	netfwv6_mgr_close(mgr);
	assert_kept("group 64000\n");
	must("%s -q save %s", netfwv6(), file);
	assert_kept("group 64000\nopen 80-81/tcp\n");
	assert_int_equal(run_as(&member, "%s -q save %s", netfwv6(), file)->status, 3);
}

static void comments_are_not_lost(void **s)
{
	(void)s;
	edit("open 80/tcp # web\\n");
	must("%s -q apply %s", netfwv6(), file);
	assert_kept("open 80/tcp # web\n");
	assert_left_alone("open 81/tcp", "has comments, which would be lost");
	assert_kept("open 80/tcp # web\n");
	must("%s check -q 80-81/tcp", netfwv6());
	/* What looks like one is none. */
	edit("open 80/tcp --name \"a #b\"\\nopen 9/tcp --name c#d\\n");
	must("%s -q apply %s", netfwv6(), file);
	must("%s -q open 81/tcp", netfwv6());
	assert_kept("open 9/tcp --name 'c#d'\nopen 80/tcp --name 'a #b'\nopen 81/tcp\n");
}

static void what_was_edited_is_not_lost(void **s)
{
	(void)s;
	must("%s -q open 80/tcp", netfwv6());
	edit("open 90/tcp\\n");
	assert_left_alone("open 81/tcp", "is not as it was saved or applied");
	assert_kept("open 90/tcp\n");
	must("%s -q apply %s", netfwv6(), file);
	must("%s -q open 91/tcp", netfwv6());
	assert_kept("open 90-91/tcp\n");
	edit("open 92/tcp\\n");
	must("%s -q save %s", netfwv6(), file);
	assert_kept("open 90-91/tcp\n");
	must("%s -q open 92/tcp", netfwv6());
	assert_kept("open 90-92/tcp\n");
}

/* A file has more names than one. */
static void it_is_known_by_another_name(void **s)
{
	(void)s;
	edit("open 80/tcp\\n");
	must("ln -s %s %s.link && %s -q apply %s.link", file, file, netfwv6(), file);
	must("%s -q open 81/tcp", netfwv6());
	assert_kept("open 80-81/tcp\n");
	edit("open 90/tcp\\n");
	must("%s -q save %s.link && rm %s.link", netfwv6(), file, file);
	assert_kept("open 80-81/tcp\n");
	must("%s -q open 82/tcp", netfwv6());
	assert_kept("open 80-82/tcp\n");
}

/* As after a reboot: the file is there, and the state is new. */
static void a_new_state_does_not_overwrite_the_old_policy(void **s)
{
	(void)s;
	must("%s -q open 80/tcp && %s -q remove", netfwv6(), netfwv6());
	assert_kept("open 80/tcp\n");
	assert_left_alone("init --policy $NETFWV6_STATE.policy", "is not as it was saved");
	assert_left_alone("open 81/tcp", "is not as it was saved");
	assert_kept("open 80/tcp\n");
	must("%s -q apply %s", netfwv6(), file);
	must("%s check -q 80/tcp && ! %s check -q 81/tcp", netfwv6(), netfwv6());
}

static void a_file_that_cannot_be_written_is_told(void **s)
{
	const struct output *output;

	(void)s;
	must("rm %s && mkdir %s", file, file);
	output = run("%s open 80/tcp", netfwv6());
	assert_int_equal(output->status, 4);
	assert_non_null(strstr(output->err, "is no regular file"));
	must("%s check -q 80/tcp", netfwv6());
	must("%s -q init --policy ''", netfwv6());
	says("open 81/tcp", "81/tcp: open\n", 0);
	assert_int_equal(run("%s init --policy relative", netfwv6())->status, 2);
}

/* With files of its own below /run and /etc, in a process namespace whose first process it is. */
static void the_state_of_the_machine_is_kept_by_itself(void **s)
{
	(void)s;
	assert_string_equal(
		must("cp $(command -v %s) $NETFWV6_STATE.command; "
		     "N=$NETFWV6_STATE.command; unset NETFWV6_STATE; "
		     "unshare --mount --pid --fork --mount-proc sh -c \""
		     "mount -t tmpfs none /etc && mkdir /etc/mine && cp $N /etc/mine/fw && "
		     "mount -t tmpfs none /run && "
		     "/etc/mine/fw -q open 80/tcp && cat /etc/netfwv6/policy && "
		     "/etc/mine/fw -q --state /run/other open 81/tcp && ls /etc && "
		     "/etc/mine/fw -q --state /run/other remove && /etc/mine/fw -q remove\"; "
		     "status=$?; rm -f $N; exit $status",
		     netfwv6()),
		"version 1\nopen 80/tcp\nmine\nnetfwv6\n");
}

#define kept(function) cmocka_unit_test_setup_teardown(function, keep, forget)

int main(void)
{
	const struct CMUnitTest tests[] = {
		kept(changes_of_root_are_kept),
		kept(what_changes_nothing_writes_nothing),
		kept(once_is_not_kept),
		kept(members_and_programs_keep_nothing),
		kept(comments_are_not_lost),
		kept(what_was_edited_is_not_lost),
		kept(it_is_known_by_another_name),
		kept(a_new_state_does_not_overwrite_the_old_policy),
		kept(a_file_that_cannot_be_written_is_told),
		test(the_state_of_the_machine_is_kept_by_itself),
	};

	return cmocka_run_group_tests_name("the kept policy", tests, world_setup, world_teardown);
}
