// SPDX-License-Identifier: LGPL-2.1-or-later
/* The file of save: the old one or the new one, its mode, its links. */
#include <stdio.h>
#include <string.h>

#include "world.h"

static char directory[128];

/* A directory of the test's own, with one open port to be saved. */
static int make_directory(void **s)
{
	int code = world_reset(s);

	snprintf(directory, sizeof(directory), "%s.saved", world.state);
	must("rm -rf %s && mkdir %s", directory, directory);
	must("%s -q open 80/tcp", netfwv6());
	return code;
}

static int remove_directory(void **s)
{
	(void)s;
	must("umount -q %s; rm -rf %s", directory, directory);
	return 0;
}

static void assert_content(const char *file, const char *text)
{
	assert_string_equal(must("cat %s/%s", directory, file), text);
}

/* Nothing else than these files is there. */
static void assert_files(const char *names)
{
	assert_string_equal(must("cd %s && echo *", directory), names);
}

#define SAVED "version 1\nopen 80/tcp\n"

static void a_new_file_is_made(void **s)
{
	(void)s;
	must("umask 077 && %s save %s/new | grep -q '/new: saved$'", netfwv6(), directory);
	assert_content("new", SAVED);
	assert_files("new\n");
	assert_string_equal(must("stat -c %%a:%%u %s/new", directory), "644:0\n");
}

static void mode_and_owner_stay(void **s)
{
	(void)s;
	must("(cd %s && echo old > file && chmod 640 file && chown 64001:64002 file) && "
	     "%s -q save %s/file",
	     directory, netfwv6(), directory);
	assert_content("file", SAVED);
	assert_string_equal(must("stat -c %%a:%%u:%%g %s/file", directory), "640:64001:64002\n");
	assert_files("file\n");
}

static void links_are_followed(void **s)
{
	(void)s;
	must("cd %s && mkdir real && echo old > real/file && ln -s real/file relative && "
	     "ln -s \"$PWD/relative\" absolute && ln -s real/later later && ln -s loop loop",
	     directory);
	must("%s -q save %s/absolute && %s -q save %s/later", netfwv6(), directory, netfwv6(),
	     directory);
	assert_content("real/file", SAVED);
	assert_content("real/later", SAVED);
	assert_string_equal(must("cd %s && readlink absolute relative later | wc -l", directory),
			    "3\n");
	assert_int_equal(run("%s save %s/loop", netfwv6(), directory)->status, 4);
}

static void the_name_leads_to_another_file_each_time(void **s)
{
	(void)s;
	must("echo old > %s/file && exec 3<%s/file && %s -q save %s/file && "
	     "test \"$(cat <&3)\" = old",
	     directory, directory, netfwv6(), directory);
}

static void a_full_disk_loses_nothing(void **s)
{
	const struct output *output;

	(void)s;
	must("mount -t tmpfs -o size=64k,nr_inodes=16 test %s && echo old > %s/file", directory,
	     directory);
	must("dd if=/dev/zero of=%s/fill bs=1k 2>&1 | grep -q 'No space'", directory);
	output = run("%s save %s/file", netfwv6(), directory);
	assert_int_equal(output->status, 4);
	assert_non_null(strstr(output->err, "nothing was changed there: No space left on device"));
	assert_content("file", "old\n");
	assert_files("file fill\n");
}

static void what_is_no_file_is_left_alone(void **s)
{
	const struct output *output;

	(void)s;
	must("mkfifo %s/fifo && mkdir %s/directory", directory, directory);
	output = run("%s save %s/fifo", netfwv6(), directory);
	assert_int_equal(output->status, 2);
	assert_non_null(strstr(output->err, "is no regular file"));
	assert_int_equal(run("%s save %s/directory", netfwv6(), directory)->status, 2);
	assert_int_equal(run("%s save %s/none/file", netfwv6(), directory)->status, 4);
	assert_files("directory fifo\n");
	must("test -p %s/fifo", directory);
}

#define with_directory(function)                                                                   \
	cmocka_unit_test_setup_teardown(function, make_directory, remove_directory)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_directory(a_new_file_is_made),
		with_directory(mode_and_owner_stay),
		with_directory(links_are_followed),
		with_directory(the_name_leads_to_another_file_each_time),
		with_directory(a_full_disk_loses_nothing),
		with_directory(what_is_no_file_is_left_alone),
	};

	return cmocka_run_group_tests_name("the file of save", tests, world_setup, world_teardown);
}
