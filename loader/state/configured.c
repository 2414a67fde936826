// SPDX-License-Identifier: LGPL-2.1-or-later
#include "state/configured.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>

#include "state/map_copy.h"
#include "util/error.h"

/* A key is a whole record of bytes, zeros behind the name. */
struct key {
	char device[DEVICE_NAME_SIZE];
};

static struct key key_of(const char *device)
{
	struct key key = {};

	strncpy(key.device, device, sizeof(key.device) - 1);
	return key;
}

/* Is it one, and not what somebody wrote past the library? */
static bool is_key(const void *given, const void *unused)
{
	const char *device = given;
	struct key key = key_of(device);

	(void)unused;
	return *device && memcmp(&key, given, sizeof(key)) == 0;
}

static int configured_map(const struct state *state)
{
	return state->root.map[PIN_CONFIGURED];
}

netfwv6_result configured_get(const struct state *state, const char *device,
			      struct configured_record *record, bool *configured)
{
	struct configured_record found = {};
	struct key key = key_of(device);
	bool any = state->root.state != ROOT_ABSENT;

	if (any && bpf_map_lookup_elem(configured_map(state), &key, &found)) {
		if (errno != ENOENT)
			return fail_errno(errno, "cannot read the configuration of device %s",
					  device);
		any = false;
	}
	*record = found;
	*configured = any;
	return NETFWV6_S_OK;
}

netfwv6_result configured_put(const struct state *state, const char *device,
			      const struct configured_record *record)
{
	struct key key = key_of(device);

	if (!bpf_map_update_elem(configured_map(state), &key, record, BPF_ANY))
		return NETFWV6_S_OK;
	if (errno == E2BIG)
		return fail(NETFWV6_E_OUTOFMEMORY,
			    "%d devices are enabled already: disable those that are gone for good "
			    "('netfwv6 status' names them)",
			    CONFIGURED_RECORDS);
	return fail_errno(errno, "cannot keep the configuration of device %s", device);
}

void configured_drop(const struct state *state, const char *device)
{
	struct key key = key_of(device);

	bpf_map_delete_elem(configured_map(state), &key);
}

bool configured_next(const struct state *state, char *device)
{
	struct key last = key_of(device), next;
	bool begun = *device;

	if (state->root.state == ROOT_ABSENT)
		return false;
	while (!bpf_map_get_next_key(configured_map(state), begun ? &last : NULL, &next)) {
		if (is_key(&next, NULL)) {
			memcpy(device, next.device, DEVICE_NAME_SIZE);
			return true;
		}
		last = next;
		begun = true;
	}
	return false;
}

netfwv6_result configured_copy(int from, int to)
{
	bool full;

	TRY(map_copy(from, to, is_key, NULL, &full));
	return full ? fail(NETFWV6_E_OUTOFMEMORY, "more than %d devices are enabled",
			   CONFIGURED_RECORDS) :
		      NETFWV6_S_OK;
}
