// SPDX-License-Identifier: LGPL-2.1-or-later
#include "state/log_record.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <unistd.h>

#include "state/pins.h"
#include "util/error.h"
#include "util/scope.h"

_Static_assert(LOG_PATH_SIZE == NETFWV6_PATH_SIZE, "a path fits its record");

static const struct log_record defaults = LOG_DEFAULTS;

/* A record of zeros was never written. */
netfwv6_result log_record_read(const struct root *root, struct log_record *record)
{
	int fd CLEANUP(close_descriptor) = -1;
	uint32_t key = 0;

	*record = defaults;
	if (root->state == ROOT_ABSENT)
		return NETFWV6_S_OK;
	TRY(pin_open_existing(root->dir, PIN_LOGGING, BPF_F_RDONLY, &fd));
	if (bpf_map_lookup_elem(fd, &key, record))
		return fail_errno(errno, "cannot read the log's settings in %s", root->dir);
	if (!record->maximum_size)
		*record = defaults;
	record->path[sizeof(record->path) - 1] = '\0';
	return NETFWV6_S_OK;
}

netfwv6_result log_record_write(const struct root *root, const struct log_record *record)
{
	uint32_t key = 0;
	int fd CLEANUP(close_descriptor) = -1;

	TRY(pin_open_existing(root->dir, PIN_LOGGING, 0, &fd));
	if (bpf_map_update_elem(fd, &key, record, BPF_ANY))
		return fail_errno(errno, "cannot write the log's settings in %s", root->dir);
	return NETFWV6_S_OK;
}
