// SPDX-License-Identifier: LGPL-2.1-or-later
#include "text/policy_compare.h"

#include <stdlib.h>
#include <string.h>

#include "text/policy_print.h"
#include "text/port_text.h"
#include "util/error.h"

struct telling {
	policy_change_fn change;
	void *context;
	char sign;
	size_t count;
};

static void tell_line(void *context, const char *line)
{
	struct telling *telling = context;

	telling->count++;
	if (telling->change)
		telling->change(telling->context, telling->sign, line);
}

static void tell_sign(struct telling *telling, char sign, const char *line)
{
	telling->sign = sign;
	tell_line(telling, line);
}

/* ---- Ports ----------------------------------------------------------------- */

/* Protection goes only where that is said. */
static netfwv6_result compare_protection(const struct netfwv6_policy *before,
					 const struct netfwv6_policy *after,
					 struct telling *telling)
{
	struct netfwv6_policy gone = *before;
	uint32_t *kept = NULL;
	netfwv6_result result;

	gone.n_scopes = 1;
	memset(&gone.scopes[0], 0, sizeof(gone.scopes[0]));
	for (uint32_t i = 0; i < PORT_ENTRIES; i++) {
		if (policy_said(&after->scopes[0], SHEET_PROTECTED, i) != SAID_NOT ||
		    policy_said(&before->scopes[0], SHEET_PROTECTED, i) < SAID)
			continue;
		if (!kept)
			TRY(policy_sheet(&gone, "", SHEET_PROTECTED, &kept));
		kept[i] = SAID;
	}
	telling->sign = '-';
	result = policy_port_lines(&gone, SHEET_PROTECTED, after, tell_line, telling);
	free(kept);
	telling->sign = '+';
	return NETFWV6_FAILED(result) ?
		       result :
		       policy_port_lines(after, SHEET_PROTECTED, before, tell_line, telling);
}

static netfwv6_result compare_ports(const struct netfwv6_policy *before,
				    const struct netfwv6_policy *after, struct telling *telling)
{
	for (enum sheet sheet = 0; sheet < SHEET_PROTECTED; sheet++) {
		telling->sign = '-';
		TRY(policy_port_lines(before, sheet, after, tell_line, telling));
		telling->sign = '+';
		TRY(policy_port_lines(after, sheet, before, tell_line, telling));
	}
	return compare_protection(before, after, telling);
}

/* ---- The rest -------------------------------------------------------------- */

static void compare_group(const struct netfwv6_policy *before, const struct netfwv6_policy *after,
			  struct telling *telling)
{
	uint32_t old = before->group_said ? before->group : 0;
	uint32_t new = after->group_said ? after->group : 0;
	char line[POLICY_LINE_SIZE];

	if (old == new)
		return;
	if (old) {
		policy_group_line(old, line);
		tell_sign(telling, '-', line);
	}
	if (new) {
		policy_group_line(new, line);
		tell_sign(telling, '+', line);
	}
}

static uint32_t log_differs(const struct log_record *old, const struct log_record *new)
{
	uint32_t flags = old->flags ^ new->flags;

	return (flags & LOG_DROPPED ? SAID_LOG_DROPPED : 0) |
	       (flags & LOG_CONNECTIONS ? SAID_LOG_CONNECTIONS : 0) |
	       (strcmp(old->path, new->path) != 0 ? SAID_LOG_PATH : 0) |
	       (old->maximum_size != new->maximum_size ? SAID_LOG_SIZE : 0) |
	       (old->rate != new->rate ? SAID_LOG_RATE : 0);
}

static void compare_log(const struct netfwv6_policy *before, const struct netfwv6_policy *after,
			struct telling *telling)
{
	uint32_t differs = log_differs(&before->log, &after->log);
	char line[POLICY_LINE_SIZE];

	if (!differs)
		return;
	policy_log_line(&after->log, differs, line);
	tell_sign(telling, '+', line);
}

/* What is not said of a device is that it is not wanted, unless every one is. */
static bool is_said(const struct netfwv6_policy *policy, const struct wish *wish)
{
	return wish && (wish->wanted || (*wish->device && policy_wants_every(policy)));
}

static bool is_same_wish(const struct wish *wish, const struct wish *other)
{
	return wish->wanted == other->wanted && wish->mode == other->mode &&
	       wish->flags == other->flags;
}

/* Those that one policy has, and the other not, or not so. */
static void compare_wishes(const struct netfwv6_policy *policy, const struct netfwv6_policy *other,
			   char sign, struct telling *telling)
{
	char line[POLICY_LINE_SIZE];

	for (size_t i = 0; i < policy->n_wishes; i++) {
		const struct wish *wish = &policy->wishes[i];
		const struct wish *counterpart = policy_wish_find(other, wish->device);

		if (!is_said(policy, wish) ||
		    (is_said(other, counterpart) && is_same_wish(wish, counterpart)))
			continue;
		policy_wish_line(wish, line);
		tell_sign(telling, sign, line);
	}
}

netfwv6_result policy_compare(const struct netfwv6_policy *before,
			      const struct netfwv6_policy *after, policy_change_fn change,
			      void *context, size_t *changes)
{
	struct telling telling = { .change = change, .context = context };

	compare_group(before, after, &telling);
	compare_log(before, after, &telling);
	TRY(compare_ports(before, after, &telling));
	compare_wishes(before, after, '-', &telling);
	compare_wishes(after, before, '+', &telling);
	*changes = telling.count;
	return NETFWV6_S_OK;
}

netfwv6_result netfwv6_policy_compare(const struct netfwv6_policy *before,
				      const struct netfwv6_policy *after,
				      netfwv6_policy_change_fn change, void *context,
				      size_t *changes)
{
	size_t count;

	if (!before || !after)
		return fail(NETFWV6_E_POINTER, "the policy is null");
	TRY(policy_compare(before, after, change, context, &count));
	if (changes)
		*changes = count;
	return NETFWV6_S_OK;
}

/* ---- Protection ------------------------------------------------------------ */

static bool passes_in(const struct scope *global, const struct scope *here, uint32_t entry)
{
	return policy_said(here, SHEET_OPEN, entry) >= SAID ||
	       (policy_said(global, SHEET_OPEN, entry) >= SAID &&
		policy_said(here, SHEET_IGNORED, entry) < SAID);
}

static bool closes_in(const struct netfwv6_policy *before, const struct netfwv6_policy *after,
		      const char *device, uint32_t *entry)
{
	struct scope *was = policy_scope_find((struct netfwv6_policy *)before, device);
	struct scope *is = policy_scope_find((struct netfwv6_policy *)after, device);

	for (uint32_t i = 0; i < PORT_ENTRIES; i++)
		if (policy_said(&before->scopes[0], SHEET_PROTECTED, i) >= SAID &&
		    policy_said(&after->scopes[0], SHEET_PROTECTED, i) != SAID_NOT &&
		    passes_in(&before->scopes[0], was, i) && !passes_in(&after->scopes[0], is, i)) {
			*entry = i;
			return true;
		}
	return false;
}

/* The first scope in which one closes. A device of which nothing was said goes by the global. */
static const char *where_closed(const struct netfwv6_policy *before,
				const struct netfwv6_policy *after, uint32_t *entry)
{
	const struct netfwv6_policy *both[] = { before, after };

	for (size_t p = 0; p < 2; p++)
		for (size_t i = 0; i < both[p]->n_scopes; i++)
			if (closes_in(before, after, both[p]->scopes[i].device, entry))
				return both[p]->scopes[i].device;
	return NULL;
}

netfwv6_result policy_check_protection(const struct netfwv6_policy *before,
				       const struct netfwv6_policy *after)
{
	char text[NETFWV6_PORTS_TEXT_SIZE];
	struct netfwv6_port_range range;
	const char *device = NULL;
	uint32_t entry = 0;

	if (before->scopes[0].sheets[SHEET_PROTECTED])
		device = where_closed(before, after, &entry);
	if (!device)
		return NETFWV6_S_OK;
	range.first = range.last = entry % PORTS_PER_PROTOCOL;
	range.protocol = entry < PORTS_PER_PROTOCOL ? NETFWV6_PROTOCOL_TCP : NETFWV6_PROTOCOL_UDP;
	return fail(NETFWV6_E_ABORT,
		    "%s is protected, and this would close it%s%s: 'netfwv6 unprotect %s' lets it, "
		    "and so does --force",
		    port_text_print(&range, text), *device ? " on " : "", device, text);
}

netfwv6_result netfwv6_policy_check_protection(const struct netfwv6_policy *before,
					       const struct netfwv6_policy *after)
{
	return before && after ? policy_check_protection(before, after) :
				 fail(NETFWV6_E_POINTER, "the policy is null");
}
