/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A file that is its old self or its new one, whatever happens meanwhile. */
#ifndef NETFWV6_REPLACE_FILE_H
#define NETFWV6_REPLACE_FILE_H

#include <stddef.h>
#include <sys/stat.h>

#include "netfwv6.h"

/*
 * Writes a text beside the file, and puts it in that one's place once it is on the disk. Mode
 * and owner stay; symbolic links are followed. status tells how the new file is.
 */
netfwv6_result replace_file(const char *path, const char *text, struct stat *status);

#endif
