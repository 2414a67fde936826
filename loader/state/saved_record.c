// SPDX-License-Identifier: LGPL-2.1-or-later
#include "state/saved_record.h"

#include <string.h>
#include <sys/stat.h>

#include "state/one_record.h"

#define OWN_STATE "/run/netfwv6"
#define OWN_POLICY "/etc/netfwv6/policy"

netfwv6_result saved_record_read(const struct root *root, struct saved_record *record)
{
	netfwv6_result result = one_record_read(root, PIN_SAVED, record);

	record->path[sizeof(record->path) - 1] = '\0';
	return result;
}

netfwv6_result saved_record_write(const struct root *root, const struct saved_record *record)
{
	return one_record_write(root, PIN_SAVED, record);
}

/* Is the network namespace that of process 1? */
static bool is_initial_namespace(void)
{
	struct stat own, first;

	return stat("/proc/self/ns/net", &own) == 0 && stat("/proc/1/ns/net", &first) == 0 &&
	       own.st_ino == first.st_ino && own.st_dev == first.st_dev;
}

netfwv6_result saved_record_begin(const struct root *root)
{
	const struct saved_record record = { .path = OWN_POLICY };

	return strcmp(root->name, OWN_STATE) == 0 && is_initial_namespace() ?
		       saved_record_write(root, &record) :
		       NETFWV6_S_OK;
}
