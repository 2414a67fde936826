// SPDX-License-Identifier: LGPL-2.1-or-later
#include "admin/policy_read.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ports/names.h"
#include "ports/port_table.h"
#include "ports/slots.h"
#include "state/configured.h"
#include "state/log_record.h"
#include "state/pins.h"
#include "state/protected.h"
#include "state/root.h"
#include "text/log_path.h"
#include "util/error.h"
#include "util/utf8.h"

/* What is being read: where each slot's ports go, and how much is left out. */
struct policy_reading {
	struct state *state;
	struct netfwv6_policy *policy;
	struct slot_record slots[SLOT_RECORDS];
	uint64_t *entries;
	const char *device[SLOT_RECORDS]; /* NULL: nobody's */
	uint32_t *open[SLOT_RECORDS];	  /* sheets; NULL: nothing is open there */
	uint32_t *ignored[SLOT_RECORDS];  /* likewise */
	size_t bad_names;
};

/* ---- Ports ----------------------------------------------------------------- */

#define READS_OF_ALL 16

/* Entries and slots that belong together. */
static netfwv6_result read_ports_and_slots(struct policy_reading *reading)
{
	struct slot_record after[SLOT_RECORDS];
	struct state *state = reading->state;
	uint32_t begun;
	int reads = 0;

	do {
		TRY(state_open(state));
		begun = policy_begin(&state->policy);
		TRY(slots_read(state, reading->slots));
		TRY(port_table_read(state, ALL_ENTRIES, reading->entries));
		TRY(slots_read(state, after));
	} while (++reads < READS_OF_ALL &&
		 (memcmp(after, reading->slots, sizeof(after)) != 0 ||
		  (state->root.state == ROOT_WRITABLE && !policy_current(&state->policy, begun))));
	return NETFWV6_S_OK;
}

/* All bits that are set. */
static uint64_t bits_of(const uint64_t *entries)
{
	uint64_t bits = 0;

	for (uint32_t i = 0; i < PORT_ENTRIES; i++)
		bits |= entry_port(i) ? entries[i] : 0;
	return bits;
}

static netfwv6_result fill_sheet(struct policy_reading *reading, const char *device,
				 enum sheet sheet, uint64_t bit, uint32_t **sayings)
{
	TRY(policy_sheet(reading->policy, device, sheet, sayings));
	for (uint32_t i = 0; i < PORT_ENTRIES; i++)
		if (entry_port(i) && reading->entries[i] & bit)
			(*sayings)[i] = SAID;
	return NETFWV6_S_OK;
}

/* A member of the group writes slots, too: a name that is none, or has another, has nothing. */
static void find_owners(struct policy_reading *reading, uint64_t bits)
{
	for (uint32_t slot = 1; slot <= SLOT_MAX; slot++) {
		const char *device = reading->slots[slot].device;

		if (!slot_is_used(slot, bits) || !*device)
			continue;
		if (device_name_is_sane(device) && slot_of(reading->slots, device) == slot)
			reading->device[slot] = device;
		else
			state_log(reading->state,
				  "the ports of '%s' in slot %u are left out: that is no device's "
				  "name, or has another slot",
				  device, slot);
	}
}

static netfwv6_result collect_settings(struct policy_reading *reading)
{
	uint64_t bits = bits_of(reading->entries);

	find_owners(reading, bits);
	if (bits & ENTRY_GLOBAL)
		TRY(fill_sheet(reading, "", SHEET_OPEN, ENTRY_GLOBAL, &reading->open[0]));
	for (uint32_t slot = 1; slot <= SLOT_MAX; slot++) {
		const char *device = reading->device[slot];

		if (device && bits & ENTRY_OPEN(slot))
			TRY(fill_sheet(reading, device, SHEET_OPEN, ENTRY_OPEN(slot),
				       &reading->open[slot]));
		if (device && bits & ENTRY_IGNORED(slot))
			TRY(fill_sheet(reading, device, SHEET_IGNORED, ENTRY_IGNORED(slot),
				       &reading->ignored[slot]));
	}
	return NETFWV6_S_OK;
}

/* ---- Names ----------------------------------------------------------------- */

static bool is_printable_name(const char *name)
{
	for (size_t step; *name; name += step) {
		step = utf8_printable(name);
		if (!step)
			return false;
	}
	return true;
}

/* Names of closed ports are left behind by those who close. */
static netfwv6_result add_name(void *context, struct name_key key, const char *name)
{
	struct policy_reading *reading = context;
	const uint32_t slot = key.scope & ~NAME_IGNORED;
	uint32_t *sayings = NULL;

	if (slot <= SLOT_MAX)
		sayings = key.scope & NAME_IGNORED ? reading->ignored[slot] : reading->open[slot];
	if (!sayings || key.entry >= PORT_ENTRIES || sayings[key.entry] < SAID)
		return NETFWV6_S_OK;
	if (is_printable_name(name))
		return policy_name_add(reading->policy, name, &sayings[key.entry]);
	reading->bad_names++;
	return NETFWV6_S_OK;
}

static netfwv6_result collect_names(struct policy_reading *reading)
{
	TRY(names_visit(reading->state, add_name, reading));
	if (reading->bad_names)
		state_log(reading->state,
			  "the names of %zu ports are left out, as they are not printable UTF-8",
			  reading->bad_names);
	return NETFWV6_S_OK;
}

static netfwv6_result collect_protected(struct policy_reading *reading)
{
	struct protected_ports ports;

	TRY(protected_read(&reading->state->root, &ports));
	for (uint32_t i = 0; i < PORT_ENTRIES; i++)
		if (entry_port(i) && protected_has(&ports, i))
			TRY(policy_say(reading->policy, "", SHEET_PROTECTED, i, 1, SAID));
	return NETFWV6_S_OK;
}

static netfwv6_result collect_all_ports(struct policy_reading *reading)
{
	TRY(read_ports_and_slots(reading));
	TRY(collect_settings(reading));
	TRY(collect_names(reading));
	return collect_protected(reading);
}

/* ---- The rest, which root alone can write ----------------------------------- */

static netfwv6_result add_wish(struct netfwv6_policy *policy, const char *device,
			       const struct configured_record *record)
{
	struct wish *wish;

	TRY(policy_wish(policy, device, &wish));
	wish->wanted = true;
	wish->mode = record->flags & CONFIGURED_LEARN_ONLY ? 0 : record->mode;
	wish->flags = record->flags & CONFIGURED_LEARN_ONLY ?
			      CONFIGURED_LEARN_ONLY :
			      record->flags & (CONFIGURED_STATELESS | CONFIGURED_FORWARD);
	return NETFWV6_S_OK;
}

static bool is_printable_device(const struct state *state, const char *device)
{
	if (device_name_is_sane(device))
		return true;
	state_log(state, "device '%s' is left out, as its name cannot be printed", device);
	return false;
}

/* Every device, and those that are left out of that. */
static netfwv6_result collect_every(struct state *state, struct netfwv6_policy *policy)
{
	char device[DEVICE_NAME_SIZE] = "";
	struct configured_record record;
	struct wish *wish;
	bool wanted;

	TRY(every_get(state, &record, &wanted));
	if (!wanted)
		return NETFWV6_S_OK;
	TRY(add_wish(policy, "", &record));
	while (every_next_left_out(state, device))
		if (is_printable_device(state, device) && !policy_wish_find(policy, device))
			TRY(policy_wish(policy, device, &wish)); /* which is: not wanted */
	return NETFWV6_S_OK;
}

static netfwv6_result collect_wishes(struct state *state, struct netfwv6_policy *policy)
{
	char device[DEVICE_NAME_SIZE] = "";
	struct configured_record record;
	bool configured;

	while (configured_next(state, device)) {
		if (!is_printable_device(state, device))
			continue;
		TRY(configured_get(state, device, &record, &configured));
		if (configured && !(record.flags & CONFIGURED_BY_ALL))
			TRY(add_wish(policy, device, &record));
	}
	return collect_every(state, policy);
}

/* What is not said is the default. */
static netfwv6_result collect_log(struct state *state, struct netfwv6_policy *policy)
{
	const struct log_record defaults = LOG_DEFAULTS;
	struct log_record *log = &policy->log;

	TRY(log_record_read(&state->root, log));
	if (NETFWV6_FAILED(log_path_check(log->path))) {
		state_log(state, "the path of the log is damaged and left out");
		memcpy(log->path, defaults.path, sizeof(log->path));
	}
	policy->log_said = (log->flags & LOG_DROPPED ? SAID_LOG_DROPPED : 0) |
			   (log->flags & LOG_CONNECTIONS ? SAID_LOG_CONNECTIONS : 0) |
			   (strcmp(log->path, defaults.path) != 0 ? SAID_LOG_PATH : 0) |
			   (log->maximum_size != defaults.maximum_size ? SAID_LOG_SIZE : 0) |
			   (log->rate != defaults.rate ? SAID_LOG_RATE : 0);
	return NETFWV6_S_OK;
}

static netfwv6_result collect_group(struct state *state, struct netfwv6_policy *policy)
{
	gid_t group = 0;

	TRY(pins_get_group(state->root.dir, &group));
	policy->group_said = group != 0;
	policy->group = group;
	return NETFWV6_S_OK;
}

static netfwv6_result collect_policy(struct policy_reading *reading)
{
	struct state *state = reading->state;

	reading->entries = malloc(PORT_ENTRIES * sizeof(*reading->entries));
	if (!reading->entries)
		return fail_errno(ENOMEM, "cannot read the policy");
	TRY(collect_all_ports(reading));
	TRY(collect_wishes(state, reading->policy));
	TRY(collect_log(state, reading->policy));
	return state->root.state == ROOT_ABSENT ? NETFWV6_S_OK :
						  collect_group(state, reading->policy);
}

netfwv6_result policy_read(struct state *state, struct netfwv6_policy **policy)
{
	struct policy_reading reading = { .state = state };
	netfwv6_result result;

	TRY(policy_new(&reading.policy));
	result = collect_policy(&reading);
	free(reading.entries);
	if (NETFWV6_FAILED(result))
		netfwv6_policy_free(reading.policy);
	else
		*policy = reading.policy;
	return result;
}
