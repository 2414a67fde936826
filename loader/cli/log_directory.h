/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The way to the log, on which no other user can lead root astray. */
#ifndef NETFWV6_CLI_LOG_DIRECTORY_H
#define NETFWV6_CLI_LOG_DIRECTORY_H

#include <stddef.h>

#define PROBLEM_SIZE 512

/*
 * Opens the directory of an absolute path and finds the last name in it. Symbolic links
 * are followed where root alone could have made them, and nowhere else.
 *
 * name     receives where in path the last name begins
 * problem  receives a sentence when it fails; PROBLEM_SIZE bytes
 * Returns  a descriptor, for openat() and its like alone; or -1
 */
int open_log_directory(const char *path, const char **name, char *problem);

#endif
