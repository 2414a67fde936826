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

	memcpy(key.device, device, strnlen(device, sizeof(key.device) - 1));
	return key;
}

/* About every device: "", or one that is left out. */
static struct key key_of_every(const char *left_out)
{
	struct key key = {};

	memcpy(key.device + 1, left_out, strnlen(left_out, sizeof(key.device) - 1));
	return key;
}

static bool is_name(const struct key *given)
{
	struct key key = key_of(given->device);

	return *given->device && memcmp(&key, given, sizeof(key)) == 0;
}

static bool is_about_every(const struct key *given)
{
	struct key key = key_of_every(given->device + 1);

	return memcmp(&key, given, sizeof(key)) == 0;
}

/* Is it one, and not what somebody wrote past the library? */
static bool is_key(const void *given, const void *unused)
{
	(void)unused;
	return is_name(given) || is_about_every(given);
}

static int configured_map(const struct state *state)
{
	return state->root.map[PIN_CONFIGURED];
}

static netfwv6_result get(const struct state *state, const struct key *key, const char *device,
			  struct configured_record *record, bool *configured)
{
	struct configured_record found = {};
	bool any = state->root.state != ROOT_ABSENT;

	if (any && bpf_map_lookup_elem(configured_map(state), key, &found)) {
		if (errno != ENOENT)
			return fail_errno(errno, "cannot read the configuration of device %s",
					  device);
		any = false;
	}
	*record = found;
	*configured = any;
	return NETFWV6_S_OK;
}

static netfwv6_result put(const struct state *state, const struct key *key, const char *device,
			  const struct configured_record *record)
{
	if (!bpf_map_update_elem(configured_map(state), key, record, BPF_ANY))
		return NETFWV6_S_OK;
	if (errno == E2BIG)
		return fail(NETFWV6_E_OUTOFMEMORY,
			    "%d devices are enabled already: disable those that are gone for good "
			    "('netfwv6 status' names them)",
			    CONFIGURED_RECORDS);
	return fail_errno(errno, "cannot keep the configuration of device %s", device);
}

netfwv6_result configured_get(const struct state *state, const char *device,
			      struct configured_record *record, bool *configured)
{
	struct key key = key_of(device);

	return get(state, &key, device, record, configured);
}

netfwv6_result configured_put(const struct state *state, const char *device,
			      const struct configured_record *record)
{
	struct key key = key_of(device);

	return put(state, &key, device, record);
}

void configured_drop(const struct state *state, const char *device)
{
	struct key key = key_of(device);

	bpf_map_delete_elem(configured_map(state), &key);
}

/* Steps from one key to the next that is wanted. */
static bool next_key(const struct state *state, bool (*wanted)(const struct key *key),
		     const struct key *from, struct key *next)
{
	struct key last = from ? *from : (struct key){};
	bool begun = from;

	if (state->root.state == ROOT_ABSENT)
		return false;
	while (!bpf_map_get_next_key(configured_map(state), begun ? &last : NULL, next)) {
		if (wanted(next))
			return true;
		last = *next;
		begun = true;
	}
	return false;
}

bool configured_next(const struct state *state, char *device)
{
	struct key last = key_of(device), next;

	if (!next_key(state, is_name, *device ? &last : NULL, &next))
		return false;
	memcpy(device, next.device, DEVICE_NAME_SIZE);
	return true;
}

/* ---- Every device ------------------------------------------------------------ */

netfwv6_result every_get(const struct state *state, struct configured_record *record, bool *wanted)
{
	struct key key = key_of_every("");

	return get(state, &key, "--all", record, wanted);
}

netfwv6_result every_put(const struct state *state, const struct configured_record *record)
{
	struct key key = key_of_every("");

	return put(state, &key, "--all", record);
}

static bool is_left_out(const struct key *key)
{
	return key->device[1] && is_about_every(key);
}

void every_drop(const struct state *state)
{
	struct key key = key_of_every(""), next;

	bpf_map_delete_elem(configured_map(state), &key);
	while (next_key(state, is_left_out, NULL, &next))
		bpf_map_delete_elem(configured_map(state), &next);
}

netfwv6_result every_leaves_out(const struct state *state, const char *device, bool *left_out)
{
	struct key key = key_of_every(device);
	struct configured_record unused;

	return get(state, &key, device, &unused, left_out);
}

netfwv6_result every_leave_out(const struct state *state, const char *device)
{
	struct key key = key_of_every(device);

	return put(state, &key, device, &(struct configured_record){});
}

void every_take_in(const struct state *state, const char *device)
{
	struct key key = key_of_every(device);

	bpf_map_delete_elem(configured_map(state), &key);
}

bool every_next_left_out(const struct state *state, char *device)
{
	struct key last = key_of_every(device), next;

	if (!next_key(state, is_left_out, *device ? &last : NULL, &next))
		return false;
	memcpy(device, next.device + 1, DEVICE_NAME_SIZE - 1);
	device[DEVICE_NAME_SIZE - 1] = '\0';
	return true;
}

netfwv6_result configured_copy(int from, int to)
{
	bool full;

	TRY(map_copy(from, to, is_key, NULL, &full));
	return full ? fail(NETFWV6_E_OUTOFMEMORY, "more than %d devices are enabled",
			   CONFIGURED_RECORDS) :
		      NETFWV6_S_OK;
}
