// SPDX-License-Identifier: LGPL-2.1-or-later
#include "scratch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "world.h"

char top[64];
char path[128];
char old[160];
struct log_file file;

const char *in_top(const char *name)
{
	static char text[8][192];
	static unsigned int next;
	char *here = text[next++ % 8];

	snprintf(here, sizeof(text[0]), "%s/%s", top, name);
	return here;
}

void make_directory(const char *name, mode_t mode)
{
	assert_int_equal(mkdir(in_top(name), 0700), 0);
	assert_int_equal(chmod(in_top(name), mode), 0);
}

void make_file(const char *name, const char *text)
{
	FILE *out = fopen(name, "w");

	assert_non_null(out);
	fputs(text, out);
	assert_int_equal(fclose(out), 0);
}

const char *text_of(const char *name)
{
	static char text[1 << 16];
	FILE *in = fopen(name, "r");

	if (!in)
		return NULL;
	text[fread(text, 1, sizeof(text) - 1, in)] = '\0';
	fclose(in);
	return text;
}

void is_text(const char *name, const char *wanted)
{
	const char *text = text_of(name);

	if (!text)
		fail_msg("%s is not there", name);
	assert_string_equal(text, wanted);
}

bool exists(const char *name)
{
	struct stat status;

	return lstat(name, &status) == 0;
}

void aim_at(const char *where)
{
	log_file_close(&file);
	snprintf(file.path, sizeof(file.path), "%s", where);
}

bool put(const char *line)
{
	return log_file_write(&file, line, strlen(line));
}

int scratch_set_up(void **unused)
{
	(void)unused;
	snprintf(top, sizeof(top), "/tmp/nf6-file-%s-XXXXXX", own_id());
	assert_non_null(mkdtemp(top));
	snprintf(path, sizeof(path), "%s/log", top);
	snprintf(old, sizeof(old), "%s.old", path);
	file = LOG_FILE_CLOSED;
	file.maximum_size = 4096;
	aim_at(path);
	return 0;
}

int scratch_tear_down(void **unused)
{
	char command[128];

	(void)unused;
	log_file_close(&file);
	snprintf(command, sizeof(command), "rm -rf '%s'", top);
	return system(command);
}
