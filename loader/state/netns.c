// SPDX-License-Identifier: LGPL-2.1-or-later
#include "state/netns.h"

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool has_process(ino_t number)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	bool found = !proc; /* in doubt */

	while (!found && (entry = readdir(proc))) {
		char path[sizeof("/proc//ns/net") + sizeof(entry->d_name)];
		struct stat ns;

		snprintf(path, sizeof(path), "/proc/%s/ns/net", entry->d_name);
		found = stat(path, &ns) == 0 && ns.st_ino == number;
	}
	if (proc)
		closedir(proc);
	return found;
}

/* A mount shows it as "net:[NUMBER]". */
static bool has_mount(const char *mounts, ino_t number)
{
	FILE *file = fopen(mounts, "re");
	char name[32], *line = NULL;
	bool found = false;
	size_t size = 0;

	if (!file)
		return false;
	snprintf(name, sizeof(name), " net:[%ju] ", (uintmax_t)number);
	while (!found && getline(&line, &size, file) > 0)
		found = strstr(line, name);
	free(line);
	fclose(file);
	return found;
}

bool netns_exists(ino_t number)
{
	return !number || has_process(number) || has_mount("/proc/self/mountinfo", number) ||
	       has_mount("/proc/1/mountinfo", number);
}
