// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ports/names.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>

#include "state/map_copy.h"
#include "util/error.h"
#include "util/utf8.h"

_Static_assert(NAME_SIZE == NETFWV6_NAME_MAX + 1, "a name fits its record");

netfwv6_result name_take(const struct state *state, const char **name, char room[NAME_SIZE])
{
	const char *given = *name ?: "";
	size_t length = strlen(given), fits = 0;

	for (size_t i = 0, step; i < length; i += step) {
		step = utf8_printable(given + i);
		if (!step)
			return fail(NETFWV6_E_INVALIDARG,
				    "the name is not printable UTF-8: its byte %zu is 0x%02x",
				    i + 1, (unsigned char)given[i]);
		if (i + step <= NETFWV6_NAME_MAX)
			fits = i + step;
	}
	if (fits == length)
		return NETFWV6_S_OK;
	*name = memcpy(room, given, fits);
	room[fits] = '\0';
	state_log(state, "the name has %zu bytes, and %d fit: it is cut to '%s'", length,
		  NETFWV6_NAME_MAX, room);
	return NETFWV6_S_OK;
}

/* A group may write this map: what is no key of ours is no name of a port. */
static bool is_open(const struct policy *policy, struct name_key key)
{
	uint32_t slot = key.scope & ~NAME_IGNORED;

	if (key.entry >= PORT_ENTRIES || !entry_port(key.entry) || slot > SLOT_MAX ||
	    (key.scope && !slot))
		return false;
	return policy_load(policy, key.entry) &
	       (key.scope != slot ? ENTRY_IGNORED(slot) : ENTRY_OPEN(slot));
}

static int names_map(const struct state *state)
{
	return state->root.map[PIN_NAMES];
}

/* Drops those of closed ports, in one scope and range, or without a range all of them. */
static void sweep_names(struct state *state, const struct range *range, uint32_t scope)
{
	struct name_key key, next;
	int end = bpf_map_get_next_key(names_map(state), NULL, &next);

	while (!end) {
		bool concerned;

		key = next;
		end = bpf_map_get_next_key(names_map(state), &key, &next);
		concerned =
			!range || (key.entry - range->first < range->count && key.scope == scope);
		if (concerned && !is_open(&state->policy, key))
			bpf_map_delete_elem(names_map(state), &key);
	}
}

void names_drop_closed(struct state *state, struct range range, uint32_t scope)
{
	struct name_key key = { .entry = range.first, .scope = scope };

	if (range.count > 1)
		sweep_names(state, &range, scope);
	else if (!is_open(&state->policy, key))
		bpf_map_delete_elem(names_map(state), &key);
}

void names_make_room(struct state *state)
{
	sweep_names(state, NULL, 0);
}

netfwv6_result name_put(struct state *state, struct name_key key, const char *name)
{
	char value[NAME_SIZE] = "";

	strncpy(value, name, sizeof(value) - 1);
	policy_note(&state->policy, NAMED_WORD(key.entry), BITMAP_BIT(key.entry));
	if (!bpf_map_update_elem(names_map(state), &key, value, BPF_ANY))
		return NETFWV6_S_OK;
	if (errno == E2BIG)
		return fail(NETFWV6_E_OUTOFMEMORY,
			    "%u ports have names, and no more fit: open '%s' without one",
			    NAME_RECORDS, name);
	return fail_errno(errno,
			  "cannot store the name '%s' ('netfwv6 init --rebuild' as root makes the "
			  "names anew)",
			  name);
}

/* Notes in a new table which ports have names. */
static void note_all(int map, struct policy *table)
{
	struct name_key key, *last = NULL;

	while (!bpf_map_get_next_key(map, last, &key)) {
		if (key.entry < PORT_ENTRIES)
			policy_note(table, NAMED_WORD(key.entry), BITMAP_BIT(key.entry));
		last = &key;
	}
}

static bool is_of_open_port(const void *key, const void *table)
{
	struct name_key name;

	memcpy(&name, key, sizeof(name));
	return is_open(table, name);
}

netfwv6_result names_copy(int from, int to, struct policy *table, bool *full)
{
	TRY(map_copy(from, to, is_of_open_port, table, full));
	note_all(to, table);
	return NETFWV6_S_OK;
}

bool names_none(const struct state *state)
{
	struct name_key key;

	return bpf_map_get_next_key(names_map(state), NULL, &key) && errno == ENOENT;
}

void name_get(const struct state *state, struct name_key key, char *name)
{
	memset(name, 0, NAME_SIZE);
	if (bpf_map_lookup_elem(names_map(state), &key, name))
		*name = '\0';
	name[NAME_SIZE - 1] = '\0';
	utf8_sanitize(name); /* a group may write this map */
}
