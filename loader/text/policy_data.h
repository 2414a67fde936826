/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a policy says: of a port in a scope nothing, that it has a setting, or that it has not;
 * of a device, the group and the log likewise. It knows no state.
 */
#ifndef NETFWV6_POLICY_DATA_H
#define NETFWV6_POLICY_DATA_H

#include "events.h"
#include "layout.h"
#include "netfwv6.h"

/* What is said of an entry. From SAID on it is set, and has the name of that number. */
enum saying { UNSAID, SAID_NOT, SAID };

enum sheet {
	SHEET_OPEN,
	SHEET_IGNORED,	 /* of devices */
	SHEET_PROTECTED, /* of the global scope */
	SHEETS
};

struct scope {
	char device[DEVICE_NAME_SIZE]; /* NUL-padded; "": global */
	uint32_t *sheets[SHEETS];      /* PORT_ENTRIES sayings, or NULL: nothing is said */
};

/* The global scope first, then devices in byte order. */
#define SCOPES (1 + SLOT_MAX)

/* For every device with hardware that has none of its own, "" is the name. */
struct wish {
	char device[DEVICE_NAME_SIZE];
	bool wanted;
	uint32_t mode, flags; /* as of struct configured_record */
};

struct names {
	char (*names)[NAME_SIZE]; /* the first is "" */
	uint32_t count, room;
	uint32_t *index; /* by hash, number + 1; its size is a power of two */
	uint32_t index_size;
	uint32_t seed; /* of the hash: members of a group choose names */
};

#define SAID_LOG_DROPPED (1u << 0)
#define SAID_LOG_CONNECTIONS (1u << 1)
#define SAID_LOG_PATH (1u << 2)
#define SAID_LOG_SIZE (1u << 3)
#define SAID_LOG_RATE (1u << 4)

struct netfwv6_policy {
	struct scope scopes[SCOPES];
	size_t n_scopes;
	struct names names;
	struct wish *wishes; /* in byte order of their devices */
	size_t n_wishes;
	bool group_said;
	uint32_t group;
	uint32_t log_said;     /* SAID_LOG_* */
	struct log_record log; /* the defaults where nothing is said */
};

netfwv6_result policy_new(struct netfwv6_policy **policy);

/* The number of a name, as a saying that something is set with it. */
netfwv6_result policy_name_add(struct netfwv6_policy *policy, const char *name, uint32_t *said);

/* The same, of a name that the policy may have; UNSAID where it has not. */
uint32_t policy_name_find(const struct netfwv6_policy *policy, const char *name);

static inline const char *policy_name_of(const struct netfwv6_policy *policy, uint32_t said)
{
	return policy->names.names[said - SAID];
}

/* The scope of a device, or NULL; the global one of "". */
struct scope *policy_scope_find(struct netfwv6_policy *policy, const char *device);

/* The sheet of a device's scope, made where there is none. E_INVALIDARG: too many devices. */
netfwv6_result policy_sheet(struct netfwv6_policy *policy, const char *device, enum sheet sheet,
			    uint32_t **sayings);

/* Says it of n entries from the first on. */
netfwv6_result policy_say(struct netfwv6_policy *policy, const char *device, enum sheet sheet,
			  uint32_t first, uint32_t n, uint32_t said);

static inline uint32_t policy_said(const struct scope *scope, enum sheet sheet, uint32_t entry)
{
	return scope && scope->sheets[sheet] ? scope->sheets[sheet][entry] : UNSAID;
}

/* Does it say anything of ports of that scope that are set? */
bool policy_scope_has_settings(const struct scope *scope);

/* The wish for a device, added where there is none. E_INVALIDARG likewise. */
netfwv6_result policy_wish(struct netfwv6_policy *policy, const char *device, struct wish **wish);
const struct wish *policy_wish_find(const struct netfwv6_policy *policy, const char *device);

/* Is every device wanted? Then a wish that one is not wanted leaves it out, and is kept. */
bool policy_wants_every(const struct netfwv6_policy *policy);

/* Lays what the upper one says over the policy. */
netfwv6_result policy_lay(struct netfwv6_policy *policy, const struct netfwv6_policy *over);

/* Entries of the port table, of one protocol. */
static inline uint32_t range_entry(const struct netfwv6_port_range *range)
{
	return range->first + (range->protocol == NETFWV6_PROTOCOL_UDP ? PORTS_PER_PROTOCOL : 0);
}

#endif
