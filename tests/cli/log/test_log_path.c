// SPDX-License-Identifier: LGPL-2.1-or-later
/* Where the log lies: root must not be led astray. */
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "scratch.h"

#define NOBODY 65534

static void is_refused(const char *where, const char *sentence)
{
	aim_at(where);
	assert_false(put("line\n"));
	if (!strstr(file.problem, sentence))
		fail_msg("%s: '%s', wanted '%s'", where, file.problem, sentence);
	assert_int_equal(file.fd, -1);
	assert_int_equal(file.directory, -1);
}

static void is_taken(const char *where, const char *there)
{
	aim_at(where);
	if (!put("line\n"))
		fail_msg("%s: %s", where, file.problem);
	is_text(there, W3C_HEADER "line\n");
	log_file_close(&file);
	assert_int_equal(unlink(there), 0);
}

#define FOLLOWED_NOT "symbolic link on the way"

static void the_file_itself_is_never_a_symbolic_link(void **s)
{
	(void)s;
	assert_int_equal(symlink(in_top("target"), path), 0);
	is_refused(path, "a symbolic link");
	assert_false(exists(in_top("target")));
	make_file(in_top("target"), W3C_HEADER);
	is_refused(path, "a symbolic link");
	is_text(in_top("target"), W3C_HEADER);
}

/* In a directory that others can write, by whatever right: with the sticky bit or without. */
static void links_are_followed_only_where_root_alone_can_make_them(void **s)
{
	static const struct {
		mode_t mode;
		uid_t owner;
		bool followed;
	} rows[] = {
		{ 0755, 0, true },   { 0700, 0, true },	      { 0777, 0, false },
		{ 01777, 0, false }, { 0775, 0, false },      { 01775, 0, false },
		{ 0757, 0, false },  { 0755, NOBODY, false }, { 0700, NOBODY, false },
	};

	(void)s;
	make_directory("real", 0755);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		make_directory("d", 0755);
		assert_int_equal(symlink("../real", in_top("d/relative")), 0);
		assert_int_equal(symlink(in_top("real"), in_top("d/absolute")), 0);
		assert_int_equal(chown(in_top("d"), rows[i].owner, 0), 0);
		assert_int_equal(chmod(in_top("d"), rows[i].mode), 0);
		if (rows[i].followed) {
			is_taken(in_top("d/relative/log"), in_top("real/log"));
			is_taken(in_top("d/absolute/log"), in_top("real/log"));
			is_taken(in_top("d/relative/../d/absolute/log"), in_top("real/log"));
		} else {
			is_refused(in_top("d/relative/log"), FOLLOWED_NOT);
			is_refused(in_top("d/absolute/log"), FOLLOWED_NOT);
			is_refused(in_top("d/./relative/../real/log"), FOLLOWED_NOT);
		}
		assert_false(exists(in_top("real/log")));
		is_taken(in_top("d/log"), in_top("d/log")); /* a file needs no link */
		assert_int_equal(unlink(in_top("d/relative")), 0);
		assert_int_equal(unlink(in_top("d/absolute")), 0);
		assert_int_equal(rmdir(in_top("d")), 0);
	}
}

/* A link of root's that leads through one of somebody else's. */
static void a_link_is_judged_where_it_lies(void **s)
{
	(void)s;
	make_directory("real", 0755);
	make_directory("shared", 01777);
	assert_int_equal(symlink(in_top("real"), in_top("shared/link")), 0);
	assert_int_equal(symlink("shared/link", in_top("mine")), 0);
	is_refused(in_top("mine/log"), FOLLOWED_NOT);
	assert_int_equal(unlink(in_top("shared/link")), 0);
	assert_int_equal(mkdir(in_top("shared/link"), 0755), 0);
	is_taken(in_top("mine/log"), in_top("shared/link/log"));
}

static void links_in_a_circle_come_to_an_end(void **s)
{
	(void)s;
	assert_int_equal(symlink("b", in_top("a")), 0);
	assert_int_equal(symlink("a", in_top("b")), 0);
	is_refused(in_top("a/log"), "Too many levels of symbolic links");
}

static void a_file_of_others_is_refused(void **s)
{
	(void)s;
	make_file(path, W3C_HEADER);
	assert_int_equal(chown(path, NOBODY, 0), 0);
	is_refused(path, "belongs to somebody else");
	is_text(path, W3C_HEADER);
}

static void a_file_of_two_names_is_refused(void **s)
{
	(void)s;
	make_file(path, W3C_HEADER);
	assert_int_equal(link(path, in_top("other")), 0);
	is_refused(path, "more than one name");
	is_text(path, W3C_HEADER);
}

static void what_is_no_regular_file_is_refused(void **s)
{
	(void)s;
	assert_int_equal(mkfifo(path, 0600), 0);
	is_refused(path, "not a regular file");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mknod(path, S_IFCHR | 0600, makedev(1, 3)), 0);
	is_refused(path, "not a regular file");
	assert_int_equal(unlink(path), 0);
	make_directory("log", 0755);
	is_refused(path, "Is a directory");
	is_refused(in_top("nowhere/log"), "No such file or directory");
	make_file(in_top("plain"), "");
	is_refused(in_top("plain/log"), "Not a directory");
}

/* Another's link at PATH.old is replaced, not followed. */
static void rotation_follows_no_link(void **s)
{
	(void)s;
	make_file(in_top("target"), "untouched");
	assert_int_equal(symlink(in_top("target"), old), 0);
	assert_true(put("one\n"));
	file.maximum_size = W3C_HEADER_SIZE + 6;
	assert_true(put("two\n"));
	is_text(in_top("target"), "untouched");
	is_text(old, W3C_HEADER "one\n");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		scratch_test(the_file_itself_is_never_a_symbolic_link),
		scratch_test(links_are_followed_only_where_root_alone_can_make_them),
		scratch_test(a_link_is_judged_where_it_lies),
		scratch_test(links_in_a_circle_come_to_an_end),
		scratch_test(a_file_of_others_is_refused),
		scratch_test(a_file_of_two_names_is_refused),
		scratch_test(what_is_no_regular_file_is_refused),
		scratch_test(rotation_follows_no_link),
	};

	return cmocka_run_group_tests_name("log path", tests, NULL, NULL);
}
