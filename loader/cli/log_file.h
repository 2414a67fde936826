/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The file that the log is written to: always whole lines behind the header, never too large. */
#ifndef NETFWV6_CLI_LOG_FILE_H
#define NETFWV6_CLI_LOG_FILE_H

#include <stdbool.h>

#include "log_directory.h"
#include "w3c.h"

struct log_file {
	char path[NETFWV6_PATH_SIZE];
	uint64_t maximum_size; /* before it becomes PATH.old */
	int directory, fd;     /* -1 while it is not open */
	const char *name;      /* in the directory */
	int error;	       /* of what failed last, an errno */
	char problem[PROBLEM_SIZE];
};

#define LOG_FILE_CLOSED ((struct log_file){ .directory = -1, .fd = -1 })

/*
 * Opens the file at path, anew if it is open, or makes it: root's, and to be read by the
 * group adm. What a killed writer left unfinished is cut off. A symbolic link, what is not
 * root's alone and what is no log of ours is refused.
 */
bool log_file_open(struct log_file *file);

/*
 * Appends a line, to a new file if this one would grow too large. When that fails, nothing
 * of the line is in the file and the file is closed; the next call opens it again.
 */
bool log_file_write(struct log_file *file, const char *line, size_t length);

/* Whether the path still leads to the file that is open. */
bool log_file_is_in_place(const struct log_file *file);

void log_file_close(struct log_file *file);

#endif
