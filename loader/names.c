// SPDX-License-Identifier: LGPL-2.1-or-later
#include "names.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>

#include "error.h"
#include "utf8.h"

_Static_assert(NAME_SIZE == NETFWV6_NAME_MAX + 1, "a name fits its record");

netfwv6_result name_check(const char *name)
{
	size_t length = name ? strlen(name) : 0;

	if (length > NETFWV6_NAME_MAX)
		return fail(NETFWV6_E_INVALIDARG, "the name has %zu bytes, at most %d fit", length,
			    NETFWV6_NAME_MAX);
	for (size_t i = 0, step; i < length; i += step) {
		step = utf8_printable(name + i);
		if (!step)
			return fail(NETFWV6_E_INVALIDARG,
				    "the name is not printable UTF-8: its byte %zu is 0x%02x",
				    i + 1, (unsigned char)name[i]);
	}
	return NETFWV6_S_OK;
}

static bool is_open(const struct netfwv6_mgr *mgr, struct name_key key)
{
	uint64_t bit = key.slot ? ENTRY_OPEN(key.slot) : ENTRY_GLOBAL;

	return policy_load(&mgr->policy, key.entry) & bit;
}

void names_drop_closed(struct netfwv6_mgr *mgr, uint32_t first, uint32_t count)
{
	struct name_key key, next;
	int end;

	if (count == 1) {
		key = (struct name_key){ .entry = first };
		if (!is_open(mgr, key))
			bpf_map_delete_elem(mgr->root.names, &key);
		return;
	}
	end = bpf_map_get_next_key(mgr->root.names, NULL, &next);
	while (!end) {
		key = next;
		end = bpf_map_get_next_key(mgr->root.names, &key, &next);
		if (key.entry - first < count && !is_open(mgr, key))
			bpf_map_delete_elem(mgr->root.names, &key);
	}
}

netfwv6_result name_put(struct netfwv6_mgr *mgr, struct name_key key, const char *name)
{
	char value[NAME_SIZE] = "";

	strncpy(value, name, sizeof(value) - 1);
	if (bpf_map_update_elem(mgr->root.names, &key, value, BPF_ANY))
		return fail_errno(errno, "cannot store the name '%s'", name);
	return NETFWV6_S_OK;
}

bool names_none(const struct netfwv6_mgr *mgr)
{
	struct name_key key;

	return bpf_map_get_next_key(mgr->root.names, NULL, &key) && errno == ENOENT;
}

void name_get(const struct netfwv6_mgr *mgr, struct name_key key, char *name)
{
	memset(name, 0, NAME_SIZE);
	if (bpf_map_lookup_elem(mgr->root.names, &key, name))
		*name = '\0';
	name[NAME_SIZE - 1] = '\0';
}
