// SPDX-License-Identifier: LGPL-2.1-or-later
/* Policies and states: reading one, and making a state what one says. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admin/administration.h"
#include "admin/enable.h"
#include "admin/group.h"
#include "admin/log_change.h"
#include "admin/make.h"
#include "admin/policy_devices.h"
#include "admin/policy_ports.h"
#include "admin/policy_read.h"
#include "api/call.h"
#include "api/mgr.h"
#include "device/device.h"
#include "state/root.h"
#include "text/policy_compare.h"
#include "text/policy_print.h"
#include "util/error.h"
#include "util/options.h"

static netfwv6_result mgr_read_policy(struct netfwv6_mgr *mgr, struct netfwv6_policy **policy)
{
	netfwv6_result result;

	if (!mgr || !policy)
		return fail(NETFWV6_E_POINTER, "%s is null",
			    mgr ? "the policy's out-pointer" : "the manager");
	pthread_mutex_lock(&mgr->state.mutex);
	result = state_open(&mgr->state);
	if (NETFWV6_SUCCEEDED(result))
		result = policy_read(&mgr->state, policy);
	pthread_mutex_unlock(&mgr->state.mutex);
	return result;
}

netfwv6_result netfwv6_mgr_read_policy(struct netfwv6_mgr *mgr, struct netfwv6_policy **policy)
{
	return call_told(state_of(mgr), mgr_read_policy(mgr, policy));
}

/* ---- The whole ------------------------------------------------------------- */

struct applying {
	const struct netfwv6_policy *policy;
	struct netfwv6_apply_options options;
	struct netfwv6_policy *before;
	bool *amiss; /* of the policy's wishes: those that hold, and are not so */
	size_t changes;
};

static uint32_t group_of(const struct netfwv6_policy *policy)
{
	return policy->group_said ? policy->group : 0;
}

/* Makes a state that is as one policy says what the other says. */
static netfwv6_result put_policy(struct state *state, const struct netfwv6_policy *before,
				 const struct netfwv6_policy *policy, bool exactly,
				 struct shortfall *shortfall)
{
	netfwv6_result result = policy_ports_put(state, before, policy, exactly);

	TRY(shortfall_note(state, shortfall, result));
	if (memcmp(&before->log, &policy->log, sizeof(policy->log)) != 0)
		TRY(shortfall_note(state, shortfall,
				   log_change(state, &before->log, &policy->log)));
	TRY(policy_devices_put(state, before, policy, enable_device, shortfall));
	return group_of(before) == group_of(policy) ?
		       NETFWV6_S_OK :
		       shortfall_note(state, shortfall, group_give(state, group_of(policy)));
}

/* What failed is what is told. */
static netfwv6_result take_back(struct state *state, const struct applying *applying,
				netfwv6_result failure)
{
	struct shortfall none = { .go_on = false };
	char sentence[NETFWV6_DETAIL_SIZE];
	netfwv6_result result;

	snprintf(sentence, sizeof(sentence), "%s", failure_sentence());
	result = put_policy(state, applying->policy, applying->before, true, &none);
	if (NETFWV6_FAILED(result))
		state_log(state, "what was changed could not be taken back: %s",
			  failure_sentence());
	return fail(failure, "%s", sentence);
}

/* Wishes that hold already, and are not fulfilled. */
static netfwv6_result look_for_amiss(struct state *state, struct applying *applying)
{
	const struct netfwv6_policy *policy = applying->policy;

	applying->amiss = calloc(policy->n_wishes ?: 1, sizeof(bool));
	if (!applying->amiss)
		return fail_errno(ENOMEM, "cannot apply a policy");
	for (size_t i = 0; i < policy->n_wishes; i++) {
		const struct wish *wish = &policy->wishes[i];

		applying->amiss[i] = policy_wish_is_amiss(state, applying->before, wish);
		applying->changes += applying->amiss[i];
	}
	return NETFWV6_S_OK;
}

/* Under another name of a device nothing would ever hold. */
static netfwv6_result check_own_name(const char *name)
{
	struct device device;
	netfwv6_result result = device_find(name, &device);

	if (result == NETFWV6_E_NOINTERFACE && NETFWV6_SUCCEEDED(device_resolve(name, &device)))
		return fail(NETFWV6_E_INVALIDARG,
			    "%s is another name of device %s: the policy has to name that", name,
			    device.name);
	return NETFWV6_S_OK;
}

static netfwv6_result check_names_of_devices(const struct netfwv6_policy *policy)
{
	for (size_t i = 1; i < policy->n_scopes; i++)
		if (policy_scope_has_settings(&policy->scopes[i]))
			TRY(check_own_name(policy->scopes[i].device));
	for (size_t i = 0; i < policy->n_wishes; i++)
		if (policy->wishes[i].wanted)
			TRY(check_own_name(policy->wishes[i].device));
	return NETFWV6_S_OK;
}

static netfwv6_result plan(struct state *state, struct applying *applying)
{
	size_t changes = 0;

	TRY(policy_read(state, &applying->before));
	if (!applying->options.force)
		TRY(policy_check_protection(applying->before, applying->policy));
	TRY(policy_compare(applying->before, applying->policy, NULL, NULL, &changes));
	applying->changes = changes;
	if (changes && !applying->options.go_on)
		TRY(check_names_of_devices(applying->policy));
	return look_for_amiss(state, applying);
}

static netfwv6_result tell_changes(const struct applying *applying)
{
	const struct netfwv6_apply_options *options = &applying->options;
	char line[POLICY_LINE_SIZE];
	size_t changes;

	if (!options->change)
		return NETFWV6_S_OK;
	TRY(policy_compare(applying->before, applying->policy, options->change, options->context,
			   &changes));
	for (size_t i = 0; i < applying->policy->n_wishes; i++) {
		if (!applying->amiss[i])
			continue;
		policy_wish_line(&applying->policy->wishes[i], line);
		options->change(options->context, '+', line);
	}
	return NETFWV6_S_OK;
}

/* With the administration lock held. */
static netfwv6_result apply_locked(struct state *state, void *argument)
{
	struct applying *applying = argument;
	struct shortfall shortfall = { .go_on = applying->options.go_on };
	netfwv6_result result;

	TRY(state_open(state));
	if (state->root.state != ROOT_ABSENT)
		TRY(state_make(state));
	TRY(plan(state, applying));
	if (!applying->changes)
		return NETFWV6_S_OK;
	TRY(state_make(state));
	if (state->root.state != ROOT_WRITABLE)
		return root_read_only(&state->root);
	if (applying->options.go_on)
		TRY(shortfall_note(state, &shortfall, check_names_of_devices(applying->policy)));
	result = put_policy(state, applying->before, applying->policy, false, &shortfall);
	return NETFWV6_FAILED(result) ? take_back(state, applying, result) :
					shortfall_result(&shortfall);
}

static netfwv6_result plan_only(struct state *state, struct applying *applying)
{
	netfwv6_result result;

	pthread_mutex_lock(&state->mutex);
	result = state_open(state);
	if (NETFWV6_SUCCEEDED(result))
		result = plan(state, applying);
	pthread_mutex_unlock(&state->mutex);
	return result;
}

static netfwv6_result mgr_apply_policy(struct netfwv6_mgr *mgr, const struct netfwv6_policy *policy,
				       const struct netfwv6_apply_options *options, size_t *changes)
{
	struct applying applying = { .policy = policy, .options = { .sz = sizeof(*options) } };
	netfwv6_result result;

	if (!mgr || !policy)
		return fail(NETFWV6_E_POINTER, "%s is null", mgr ? "the policy" : "the manager");
	TRY(options_take(&applying.options, OPTIONS_END(struct netfwv6_apply_options), options));
	result = applying.options.dry_run ?
			 plan_only(&mgr->state, &applying) :
			 with_administration(&mgr->state, apply_locked, &applying);
	/* They are made, whether they can be told or not. */
	if (NETFWV6_SUCCEEDED(result) && NETFWV6_FAILED(tell_changes(&applying)))
		state_log(&mgr->state, "the changes cannot be told: %s", failure_sentence());
	if (NETFWV6_SUCCEEDED(result) && changes)
		*changes = applying.changes;
	netfwv6_policy_free(applying.before);
	free(applying.amiss);
	return result;
}

netfwv6_result netfwv6_mgr_apply_policy(struct netfwv6_mgr *mgr,
					const struct netfwv6_policy *policy,
					const struct netfwv6_apply_options *options,
					size_t *changes)
{
	return call_told(state_of(mgr), mgr_apply_policy(mgr, policy, options, changes));
}
