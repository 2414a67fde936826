// SPDX-License-Identifier: LGPL-2.1-or-later
/* The log's file: whole lines only, rotation, and where root must not be led. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../loader/cli/log_file.h"

#define NOBODY 65534

static char top[64];   /* the test's directory, root's alone */
static char path[128]; /* top/log */
static char old[160];  /* top/log.old */
static struct log_file file;

static const char *in_top(const char *name)
{
	static char text[8][192];
	static unsigned int next;
	char *here = text[next++ % 8];

	snprintf(here, sizeof(text[0]), "%s/%s", top, name);
	return here;
}

static void make_directory(const char *name, mode_t mode)
{
	assert_int_equal(mkdir(in_top(name), 0700), 0);
	assert_int_equal(chmod(in_top(name), mode), 0);
}

static void make_file(const char *name, const char *text)
{
	FILE *out = fopen(name, "w");

	assert_non_null(out);
	fputs(text, out);
	assert_int_equal(fclose(out), 0);
}

static const char *text_of(const char *name)
{
	static char text[1 << 16];
	FILE *in = fopen(name, "r");

	if (!in)
		return NULL;
	text[fread(text, 1, sizeof(text) - 1, in)] = '\0';
	fclose(in);
	return text;
}

static void is_text(const char *name, const char *wanted)
{
	const char *text = text_of(name);

	if (!text)
		fail_msg("%s is not there", name);
	assert_string_equal(text, wanted);
}

static bool exists(const char *name)
{
	struct stat status;

	return lstat(name, &status) == 0;
}

static void aim_at(const char *where)
{
	log_file_close(&file);
	snprintf(file.path, sizeof(file.path), "%s", where);
}

static bool put(const char *line)
{
	return log_file_write(&file, line, strlen(line));
}

static int set_up(void **s)
{
	(void)s;
	snprintf(top, sizeof(top), "/tmp/nf6-file-XXXXXX");
	assert_non_null(mkdtemp(top));
	snprintf(path, sizeof(path), "%s/log", top);
	snprintf(old, sizeof(old), "%s.old", path);
	file = LOG_FILE_CLOSED;
	file.maximum_size = 4096;
	aim_at(path);
	return 0;
}

static int tear_down(void **s)
{
	char command[128];

	(void)s;
	log_file_close(&file);
	snprintf(command, sizeof(command), "rm -rf '%s'", top);
	return system(command);
}

/* ---- A new file ---------------------------------------------------------------------- */

static void a_new_file_has_the_header(void **s)
{
	(void)s;
	assert_true(log_file_open(&file));
	is_text(path, W3C_HEADER);
	assert_true(put("one\n"));
	is_text(path, W3C_HEADER "one\n");
}

static void a_new_file_is_for_adm_to_read(void **s)
{
	const struct group *adm = getgrnam("adm");
	struct stat status;

	(void)s;
	umask(077);
	assert_true(log_file_open(&file));
	umask(022);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 07777, adm ? 0640 : 0600);
	assert_int_equal(status.st_uid, 0);
	assert_int_equal(status.st_gid, adm ? adm->gr_gid : 0);
}

static void a_file_that_exists_keeps_its_mode_and_is_appended_to(void **s)
{
	struct stat status;

	(void)s;
	make_file(path, W3C_HEADER "one\n");
	assert_int_equal(chmod(path, 0604), 0);
	assert_true(put("two\n"));
	is_text(path, W3C_HEADER "one\ntwo\n");
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0604);
}

static void an_emptied_file_gets_a_header(void **s)
{
	(void)s;
	assert_true(put("one\n"));
	assert_int_equal(truncate(path, 0), 0);
	assert_true(put("two\n"));
	is_text(path, W3C_HEADER "two\n");
}

/* ---- What a killed writer left ---------------------------------------------------------- */

static void is_mended(const char *left, const char *mended)
{
	make_file(path, left);
	assert_true(log_file_open(&file));
	is_text(path, mended);
	assert_true(put("next\n"));
	log_file_close(&file);
	assert_non_null(strstr(text_of(path), "\nnext\n"));
}

static void a_torn_line_is_cut_off(void **s)
{
	static char long_tail[W3C_HEADER_SIZE + 3 * 4096];

	(void)s;
	is_mended(W3C_HEADER "one\ntw", W3C_HEADER "one\n");
	is_mended(W3C_HEADER "tw", W3C_HEADER);
	is_mended(W3C_HEADER "one\n", W3C_HEADER "one\n");
	/* Also one that is longer than what is read at once. */
	memset(long_tail, 'x', sizeof(long_tail) - 1);
	memcpy(long_tail, W3C_HEADER "one\n", W3C_HEADER_SIZE + 4);
	is_mended(long_tail, W3C_HEADER "one\n");
}

static void a_torn_header_is_written_anew(void **s)
{
	char left[W3C_HEADER_SIZE + 1];

	(void)s;
	for (size_t n = 0; n < W3C_HEADER_SIZE; n++) {
		memcpy(left, W3C_HEADER, n);
		left[n] = '\0';
		is_mended(left, W3C_HEADER);
	}
}

static void what_is_no_log_is_left_alone(void **s)
{
	static const char *const others[] = { "root:x:0:0::/root:/bin/sh\n", "#Version: 1.0\n",
					      "\n", "x" };

	(void)s;
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		make_file(path, others[i]);
		assert_false(put("line\n"));
		assert_non_null(strstr(file.problem, "something else than a log"));
		is_text(path, others[i]);
	}
}

/* ---- Rotation ------------------------------------------------------------------------------ */

#define LINE "0123456789012345678901234567890123456789012345678\n" /* 50 bytes */

static size_t size_of(const char *name)
{
	struct stat status;

	assert_int_equal(stat(name, &status), 0);
	return status.st_size;
}

static void a_line_that_has_no_room_begins_a_new_file(void **s)
{
	size_t lines = (4096 - W3C_HEADER_SIZE) / 50;

	(void)s;
	file.maximum_size = W3C_HEADER_SIZE + lines * 50; /* to the byte */
	for (size_t i = 0; i < lines; i++)
		assert_true(put(LINE));
	assert_false(exists(old));
	assert_true(put("next\n"));
	is_text(path, W3C_HEADER "next\n");
	assert_int_equal(size_of(old), file.maximum_size);
	assert_memory_equal(text_of(old), W3C_HEADER LINE, W3C_HEADER_SIZE + 50);
	assert_string_equal(text_of(old) + file.maximum_size - 50, LINE);
}

static void one_byte_too_much_begins_a_new_file(void **s)
{
	(void)s;
	file.maximum_size = W3C_HEADER_SIZE + 2 * 50 - 1;
	assert_true(put(LINE));
	assert_true(put(LINE));
	is_text(path, W3C_HEADER LINE);
	is_text(old, W3C_HEADER LINE);
}

static void no_line_is_lost_or_torn_by_rotation(void **s)
{
	char line[64], wanted[64];
	size_t lines = 0;

	(void)s;
	for (int i = 0; i < 1000; i++) {
		snprintf(line, sizeof(line), "%0*d\n", 10 + i % 40, i);
		assert_true(put(line));
		assert_true(size_of(path) <= file.maximum_size);
		if (exists(old))
			assert_true(size_of(old) <= file.maximum_size);
	}
	/* The last of them are in the two files, each once and in order. */
	for (int pass = 0; pass < 2; pass++) {
		char *rest = strdup(text_of(pass ? path : old)), *start = rest, *next;

		assert_memory_equal(rest, W3C_HEADER, W3C_HEADER_SIZE);
		rest += W3C_HEADER_SIZE;
		while ((next = strsep(&rest, "\n")) && *next) {
			int i = atoi(next);

			snprintf(wanted, sizeof(wanted), "%0*d", 10 + i % 40, i);
			assert_string_equal(next, wanted);
			lines++;
		}
		free(start);
	}
	assert_true(lines > 100);
	snprintf(line, sizeof(line), "\n%0*d\n", 10 + 999 % 40, 999);
	assert_non_null(strstr(text_of(path), line));
}

static void a_file_that_was_too_large_before_is_rotated(void **s)
{
	static char large[8192];

	(void)s;
	snprintf(large, sizeof(large), "%s%05000d\n", W3C_HEADER, 0);
	make_file(path, large);
	assert_true(put("next\n"));
	is_text(path, W3C_HEADER "next\n");
	is_text(old, large);
}

static void a_file_that_was_moved_away_is_not_rotated(void **s)
{
	(void)s;
	assert_true(put("one\n"));
	assert_int_equal(rename(path, in_top("log.1")), 0);
	make_file(old, "mine");
	assert_false(log_file_is_in_place(&file));
	file.maximum_size = W3C_HEADER_SIZE + 6; /* so the next line begins a new file */
	assert_true(put("two\n"));
	assert_true(log_file_is_in_place(&file));
	is_text(path, W3C_HEADER "two\n");
	is_text(in_top("log.1"), W3C_HEADER "one\n");
	is_text(old, "mine");
}

static void what_cannot_be_rotated_takes_no_more(void **s)
{
	(void)s;
	assert_true(put("one\n"));
	make_directory("log.old", 0755);
	file.maximum_size = W3C_HEADER_SIZE + 6;
	assert_false(put("two\n"));
	assert_non_null(strstr(file.problem, "cannot be renamed to .old"));
	is_text(path, W3C_HEADER "one\n");
	assert_int_equal(rmdir(old), 0);
	assert_true(put("two\n"));
	is_text(path, W3C_HEADER "two\n");
	is_text(old, W3C_HEADER "one\n");
}

/* ---- A file that may not grow ---------------------------------------------------------------- */

/* Fills the file by lines until one is refused: how many it took. */
static int fill(void)
{
	int lines = 0;

	while (put(LINE))
		lines++;
	return lines;
}

/* Nothing of the line that was refused is in the file. */
static void is_whole(int lines)
{
	assert_int_equal(size_of(file.path), W3C_HEADER_SIZE + lines * 50);
	assert_string_equal(text_of(file.path) + size_of(file.path) - 50, LINE);
}

static void a_full_disk_takes_whole_lines(void **s)
{
	const char *disk = in_top("disk");
	char log[192], ballast[192];
	int lines;

	(void)s;
	make_directory("disk", 0755);
	assert_int_equal(unshare(CLONE_NEWNS), 0);
	assert_int_equal(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
	assert_int_equal(mount("none", disk, "tmpfs", 0, "size=32k"), 0);
	snprintf(log, sizeof(log), "%s/log", disk);
	snprintf(ballast, sizeof(ballast), "%s/ballast", disk);
	make_file(ballast, "1");
	aim_at(log);
	file.maximum_size = 1 << 20;
	lines = fill();
	assert_int_equal(file.error, ENOSPC);
	assert_non_null(strstr(file.problem, "No space left"));
	assert_true(lines > 100);
	is_whole(lines);
	assert_false(put(LINE));
	is_whole(lines);
	assert_int_equal(unlink(ballast), 0);
	assert_true(put(LINE));
	is_whole(lines + 1);
	log_file_close(&file);
	assert_int_equal(umount(disk), 0);
}

/* Without room for even a header. */
static void a_full_disk_gets_a_header_when_it_has_room(void **s)
{
	const char *disk = in_top("disk");
	char log[192], ballast[192];

	(void)s;
	make_directory("disk", 0755);
	assert_int_equal(mount("none", disk, "tmpfs", 0, "size=4k"), 0);
	snprintf(log, sizeof(log), "%s/log", disk);
	snprintf(ballast, sizeof(ballast), "%s/ballast", disk);
	make_file(ballast, "1");
	aim_at(log);
	assert_false(put("one\n"));
	assert_int_equal(file.error, ENOSPC);
	assert_false(put("one\n"));
	assert_int_equal(unlink(ballast), 0);
	assert_true(put("one\n"));
	is_text(log, W3C_HEADER "one\n");
	log_file_close(&file);
	assert_int_equal(umount(disk), 0);
}

/* Lines are cut in the middle there, which a tmpfs does at page boundaries alone. */
static void a_limit_inside_a_line_leaves_nothing_of_it(void **s)
{
	struct rlimit unlimited, limit;
	int lines;

	(void)s;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &unlimited), 0);
	limit = unlimited;
	limit.rlim_cur = W3C_HEADER_SIZE + 10 * 50 + 20;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	lines = fill();
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &unlimited), 0);
	assert_int_equal(file.error, EFBIG);
	assert_int_equal(lines, 10);
	is_whole(10);
	assert_true(put(LINE));
	is_whole(11);
}

/* ---- Where root must not be led --------------------------------------------------------------- */

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

#define test(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		test(a_new_file_has_the_header),
		test(a_new_file_is_for_adm_to_read),
		test(a_file_that_exists_keeps_its_mode_and_is_appended_to),
		test(an_emptied_file_gets_a_header),
		test(a_torn_line_is_cut_off),
		test(a_torn_header_is_written_anew),
		test(what_is_no_log_is_left_alone),
		test(a_line_that_has_no_room_begins_a_new_file),
		test(one_byte_too_much_begins_a_new_file),
		test(no_line_is_lost_or_torn_by_rotation),
		test(a_file_that_was_too_large_before_is_rotated),
		test(a_file_that_was_moved_away_is_not_rotated),
		test(what_cannot_be_rotated_takes_no_more),
		test(a_full_disk_takes_whole_lines),
		test(a_full_disk_gets_a_header_when_it_has_room),
		test(a_limit_inside_a_line_leaves_nothing_of_it),
		test(the_file_itself_is_never_a_symbolic_link),
		test(links_are_followed_only_where_root_alone_can_make_them),
		test(a_link_is_judged_where_it_lies),
		test(links_in_a_circle_come_to_an_end),
		test(a_file_of_others_is_refused),
		test(a_file_of_two_names_is_refused),
		test(what_is_no_regular_file_is_refused),
		test(rotation_follows_no_link),
	};

	return cmocka_run_group_tests_name("log file", tests, NULL, NULL);
}
