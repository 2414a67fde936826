// SPDX-License-Identifier: LGPL-2.1-or-later
/* The log's file: whole lines only, and rotation. */
#include <errno.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scratch.h"

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

int main(void)
{
	static const struct CMUnitTest tests[] = {
		scratch_test(a_new_file_has_the_header),
		scratch_test(a_new_file_is_for_adm_to_read),
		scratch_test(a_file_that_exists_keeps_its_mode_and_is_appended_to),
		scratch_test(an_emptied_file_gets_a_header),
		scratch_test(a_torn_line_is_cut_off),
		scratch_test(a_torn_header_is_written_anew),
		scratch_test(what_is_no_log_is_left_alone),
		scratch_test(a_line_that_has_no_room_begins_a_new_file),
		scratch_test(one_byte_too_much_begins_a_new_file),
		scratch_test(no_line_is_lost_or_torn_by_rotation),
		scratch_test(a_file_that_was_too_large_before_is_rotated),
		scratch_test(a_file_that_was_moved_away_is_not_rotated),
		scratch_test(what_cannot_be_rotated_takes_no_more),
		scratch_test(a_full_disk_takes_whole_lines),
		scratch_test(a_full_disk_gets_a_header_when_it_has_room),
		scratch_test(a_limit_inside_a_line_leaves_nothing_of_it),
	};

	return cmocka_run_group_tests_name("log file", tests, NULL, NULL);
}
