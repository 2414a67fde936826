// SPDX-License-Identifier: LGPL-2.1-or-later
#include "state/one_record.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "state/pins.h"
#include "util/error.h"
#include "util/scope.h"

netfwv6_result one_record_read(const struct root *root, enum pin pin, void *record)
{
	CLEANUP(close_descriptor) int fd = -1;
	uint32_t key = 0;

	memset(record, 0, pin_kinds[pin].value);
	if (root->state == ROOT_ABSENT)
		return NETFWV6_S_OK;
	TRY(pin_open(root->dir, pin, BPF_F_RDONLY, &fd));
	if (fd >= 0 && bpf_map_lookup_elem(fd, &key, record))
		return fail_errno(errno, "cannot read '%s' in %s", pin_name(pin), root->dir);
	return NETFWV6_S_OK;
}

netfwv6_result one_record_write(const struct root *root, enum pin pin, const void *record)
{
	CLEANUP(close_descriptor) int fd = -1;
	uint32_t key = 0;
	bool is_new;

	TRY(pin_open(root->dir, pin, 0, &fd));
	is_new = fd < 0;
	if (is_new)
		TRY(pin_make_map(pin, &fd));
	if (bpf_map_update_elem(fd, &key, record, BPF_ANY))
		return fail_errno(errno, "cannot write '%s' in %s", pin_name(pin), root->dir);
	return is_new ? pin_put(root->dir, pin, fd, 0) : NETFWV6_S_OK;
}
