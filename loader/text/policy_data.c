// SPDX-License-Identifier: LGPL-2.1-or-later
#include "text/policy_data.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "util/error.h"

static netfwv6_result no_memory(void)
{
	return fail_errno(ENOMEM, "cannot hold a policy");
}

/* ---- Names ----------------------------------------------------------------- */

/* FNV-1a. */
static uint32_t hash_of(uint32_t hash, const char *name)
{

	for (; *name; name++)
		hash = (hash ^ (unsigned char)*name) * 16777619u;
	return hash;
}

/* The place of a name in the index, or the free one where it belongs. */
static uint32_t *name_place(const struct names *names, const char *name)
{
	uint32_t at = hash_of(names->seed, name);

	for (;; at++) {
		uint32_t *place = &names->index[at & (names->index_size - 1)];

		if (!*place || strcmp(names->names[*place - 1], name) == 0)
			return place;
	}
}

/* Twice the room; the index stays half empty. */
static bool grow_names(struct names *names)
{
	uint32_t room = names->room ? 2 * names->room : 64;
	void *grown = reallocarray(names->names, room, sizeof(*names->names));
	uint32_t *index = calloc(2 * (size_t)room, sizeof(*index));

	if (grown)
		names->names = grown;
	if (!grown || !index) {
		free(index);
		return false;
	}
	free(names->index);
	names->index = index;
	names->index_size = 2 * room;
	names->room = room;
	for (uint32_t i = 0; i < names->count; i++)
		*name_place(names, names->names[i]) = i + 1;
	return true;
}

netfwv6_result policy_name_add(struct netfwv6_policy *policy, const char *name, uint32_t *said)
{
	struct names *names = &policy->names;
	char cut[NAME_SIZE] = "";
	uint32_t *place;

	strncpy(cut, name, sizeof(cut) - 1);
	if (names->count == names->room && !grow_names(names))
		return no_memory();
	place = name_place(names, cut);
	if (!*place) {
		memcpy(names->names[names->count], cut, sizeof(cut));
		*place = ++names->count;
	}
	*said = SAID + *place - 1;
	return NETFWV6_S_OK;
}

uint32_t policy_name_find(const struct netfwv6_policy *policy, const char *name)
{
	uint32_t number = *name_place(&policy->names, name);

	return number ? SAID + number - 1 : UNSAID;
}

/* ---- Scopes ---------------------------------------------------------------- */

struct scope *policy_scope_find(struct netfwv6_policy *policy, const char *device)
{
	for (size_t i = 0; i < policy->n_scopes; i++)
		if (strcmp(policy->scopes[i].device, device) == 0)
			return &policy->scopes[i];
	return NULL;
}

static netfwv6_result add_scope(struct netfwv6_policy *policy, const char *device,
				struct scope **scope)
{
	size_t at = policy->n_scopes;

	if (at == SCOPES)
		return fail(NETFWV6_E_INVALIDARG,
			    "%u other devices have ports of their own, and no more can: take the "
			    "lines of one of them out to make room for %s",
			    SLOT_MAX, device);
	while (at > 0 && strcmp(policy->scopes[at - 1].device, device) > 0)
		at--;
	memmove(&policy->scopes[at + 1], &policy->scopes[at],
		(policy->n_scopes - at) * sizeof(*policy->scopes));
	policy->n_scopes++;
	*scope = &policy->scopes[at];
	**scope = (struct scope){};
	strncpy((*scope)->device, device, sizeof((*scope)->device) - 1);
	return NETFWV6_S_OK;
}

netfwv6_result policy_sheet(struct netfwv6_policy *policy, const char *device, enum sheet sheet,
			    uint32_t **sayings)
{
	struct scope *scope = policy_scope_find(policy, device);

	if (!scope)
		TRY(add_scope(policy, device, &scope));
	if (!scope->sheets[sheet])
		scope->sheets[sheet] = calloc(PORT_ENTRIES, sizeof(uint32_t));
	if (!scope->sheets[sheet])
		return no_memory();
	*sayings = scope->sheets[sheet];
	return NETFWV6_S_OK;
}

netfwv6_result policy_say(struct netfwv6_policy *policy, const char *device, enum sheet sheet,
			  uint32_t first, uint32_t n, uint32_t said)
{
	uint32_t *sayings;

	TRY(policy_sheet(policy, device, sheet, &sayings));
	for (uint32_t i = 0; i < n; i++)
		sayings[first + i] = said;
	return NETFWV6_S_OK;
}

bool policy_scope_has_settings(const struct scope *scope)
{
	for (int sheet = 0; scope && sheet < SHEET_PROTECTED; sheet++)
		for (uint32_t i = 0; scope->sheets[sheet] && i < PORT_ENTRIES; i++)
			if (scope->sheets[sheet][i] >= SAID)
				return true;
	return false;
}

/* ---- Devices --------------------------------------------------------------- */

const struct wish *policy_wish_find(const struct netfwv6_policy *policy, const char *device)
{
	for (size_t i = 0; i < policy->n_wishes; i++)
		if (strcmp(policy->wishes[i].device, device) == 0)
			return &policy->wishes[i];
	return NULL;
}

bool policy_wants_every(const struct netfwv6_policy *policy)
{
	const struct wish *every = policy_wish_find(policy, "");

	return every && every->wanted;
}

netfwv6_result policy_wish(struct netfwv6_policy *policy, const char *device, struct wish **wish)
{
	size_t at = policy->n_wishes;
	struct wish *grown;

	*wish = (struct wish *)policy_wish_find(policy, device);
	if (*wish)
		return NETFWV6_S_OK;
	if (at == CONFIGURED_RECORDS)
		return fail(NETFWV6_E_INVALIDARG,
			    "%d other devices are named, and no more can be: take the line of one "
			    "that is gone for good out",
			    CONFIGURED_RECORDS);
	grown = reallocarray(policy->wishes, at + 1, sizeof(*grown));
	if (!grown)
		return no_memory();
	policy->wishes = grown;
	while (at > 0 && strcmp(grown[at - 1].device, device) > 0)
		at--;
	memmove(&grown[at + 1], &grown[at], (policy->n_wishes++ - at) * sizeof(*grown));
	grown[at] = (struct wish){};
	strncpy(grown[at].device, device, sizeof(grown[at].device) - 1);
	*wish = &grown[at];
	return NETFWV6_S_OK;
}

/* ---- The whole ------------------------------------------------------------- */

netfwv6_result policy_new(struct netfwv6_policy **policy)
{
	struct netfwv6_policy *new = calloc(1, sizeof(*new));
	uint32_t none;

	if (!new)
		return no_memory();
	new->n_scopes = 1;
	if (getrandom(&new->names.seed, sizeof(new->names.seed), GRND_NONBLOCK) < 0)
		new->names.seed = 2166136261u;
	new->log = (struct log_record)LOG_DEFAULTS;
	if (NETFWV6_FAILED(policy_name_add(new, "", &none))) {
		netfwv6_policy_free(new);
		return no_memory();
	}
	*policy = new;
	return NETFWV6_S_OK;
}

void netfwv6_policy_free(struct netfwv6_policy *policy)
{
	if (!policy)
		return;
	for (size_t i = 0; i < policy->n_scopes; i++)
		for (int sheet = 0; sheet < SHEETS; sheet++)
			free(policy->scopes[i].sheets[sheet]);
	free(policy->names.names);
	free(policy->names.index);
	free(policy->wishes);
	free(policy);
}
