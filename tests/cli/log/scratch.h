/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A directory for one test of the log's file, and the file in it. */
#ifndef LOG_SCRATCH_H
#define LOG_SCRATCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <cmocka.h>

#include "cli/log_file.h"

extern char top[64];	     /* the directory, root's alone */
extern char path[128];	     /* top/log */
extern char old[160];	     /* top/log.old */
extern struct log_file file; /* at path, not open yet */

int scratch_set_up(void **unused);
int scratch_tear_down(void **unused);
#define scratch_test(function)                                                                     \
	cmocka_unit_test_setup_teardown(function, scratch_set_up, scratch_tear_down)

/* A path in the directory. The last eight stay as they are. */
const char *in_top(const char *name);

void make_directory(const char *name, mode_t mode);
void make_file(const char *where, const char *text);
bool exists(const char *where);

/* What a file holds; overwritten by the next call. The second fails unless it is so. */
const char *text_of(const char *where);
void is_text(const char *where, const char *wanted);

/* Closes the file, and lets it be elsewhere. */
void aim_at(const char *where);

bool put(const char *line);

#endif
