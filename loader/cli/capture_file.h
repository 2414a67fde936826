/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The file that packets are written to. */
#ifndef NETFWV6_CLI_CAPTURE_FILE_H
#define NETFWV6_CLI_CAPTURE_FILE_H

#include "follow.h"

/*
 * Opens it, empty, with mode 0600 where it is new; "-" is the standard output. Terminals are
 * refused, symbolic links that others may have made, and files that are not the caller's.
 * The stream is kept alive while a named pipe waits for its reader.
 *
 * fd       receives a descriptor
 * Returns  an exit code, or GO_ON
 */
int open_capture_file(const char *path, struct follow *follow, int *fd);

#endif
