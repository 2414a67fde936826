// SPDX-License-Identifier: LGPL-2.1-or-later
/* The firewall switch: INetFwV6Connection's EnableFirewall and DisableFirewall. */
#include "admin/administration.h"
#include "admin/all_devices.h"
#include "admin/disable.h"
#include "admin/enable.h"
#include "api/call.h"
#include "api/connection.h"
#include "api/mgr.h"
#include "state/locks.h"

static netfwv6_result check_enable_options(const struct netfwv6_enable_options *options)
{
	if (options->mode > NETFWV6_MODE_TC)
		return fail(NETFWV6_E_INVALIDARG, "mode %u is none of auto, native, generic, tc",
			    options->mode);
	if (options->forward > NETFWV6_FORWARD_PASS)
		return fail(NETFWV6_E_INVALIDARG, "forward %u is none of keep, judge, pass",
			    options->forward);
	if (options->learn_only && (options->stateless || options->mode || options->forward))
		return fail(NETFWV6_E_INVALIDARG,
			    "a device that is only learned from has no mode, is not stateless and "
			    "passes all that is forwarded");
	if (options->if_configured &&
	    (options->stateless || options->mode || options->learn_only || options->forward))
		return fail(NETFWV6_E_INVALIDARG,
			    "a device that is enabled as it was configured takes no other options");
	return NETFWV6_S_OK;
}

/* Checked, and as they are recorded. */
static netfwv6_result read_enable_options(const struct netfwv6_enable_options *options,
					  struct enabling *asked)
{
	struct netfwv6_enable_options given = { .sz = sizeof(given) };

	TRY(options_take(&given, OPTIONS_END(struct netfwv6_enable_options), options));
	TRY(check_enable_options(&given));
	asked->as_it_is = !options;
	asked->keep_forward = given.forward == NETFWV6_FORWARD_KEEP;
	asked->if_configured = given.if_configured;
	asked->wanted = (struct configured_record){
		.mode = given.mode,
		.flags = (given.stateless ? CONFIGURED_STATELESS : 0) |
			 (given.learn_only ? CONFIGURED_LEARN_ONLY : 0) |
			 (given.forward == NETFWV6_FORWARD_PASS ? CONFIGURED_FORWARD : 0)
	};
	return NETFWV6_S_OK;
}

/* Nobody is waited for where a device is not to be enabled: S_FALSE. */
static netfwv6_result is_to_be_enabled(struct state *state, struct enabling *asked)
{
	struct state *held CLEANUP(state_let_go) = NULL;

	TRY(check_administrator());
	held = state_hold(state);
	return enable_recall(state, asked);
}

netfwv6_result netfwv6_connection_enable_firewall(struct netfwv6_connection *connection,
						  const struct netfwv6_enable_options *options)
{
	struct call call CLEANUP(call_end) = call_on(state_of_connection(connection));
	struct enabling asked = {};
	netfwv6_result result = NETFWV6_S_OK;

	TRY(pointer_check(connection, "the connection"));
	TRY(read_enable_options(options, &asked));
	asked.device = connection->name;
	asked.ahead = connection->ahead;
	if (asked.if_configured)
		result = is_to_be_enabled(call.state, &asked);
	if (result == NETFWV6_S_OK)
		result = with_administration(call.state, enable_device, &asked);
	return call_result(&call, result);
}

netfwv6_result netfwv6_connection_disable_firewall(struct netfwv6_connection *connection)
{
	struct call call CLEANUP(call_end) = call_on(state_of_connection(connection));

	TRY(pointer_check(connection, "the connection"));
	return call_result(&call,
			   with_administration(call.state, disable_device, connection->name));
}

/* ---- Every device ------------------------------------------------------------ */

static netfwv6_result enable_all(struct state *state, void *all)
{
	TRY(create_or_adopt(state));
	return enable_all_devices(state, all);
}

netfwv6_result netfwv6_mgr_enable_all(struct netfwv6_mgr *mgr,
				      const struct netfwv6_enable_options *options)
{
	struct call call CLEANUP(call_end) = call_on(state_of(mgr));
	struct enabling_all all = { .enable = enable_device };

	TRY(pointer_check(mgr, "the manager"));
	TRY(read_enable_options(options, &all.how));
	if (all.how.if_configured || all.how.wanted.flags & CONFIGURED_LEARN_ONLY)
		return fail(NETFWV6_E_INVALIDARG,
			    "every device is to be firewalled, so neither learn_only nor "
			    "if_configured goes with that");
	return call_result(&call, with_administration(call.state, enable_all, &all));
}

netfwv6_result netfwv6_mgr_disable_all(struct netfwv6_mgr *mgr)
{
	struct call call CLEANUP(call_end) = call_on(state_of(mgr));

	TRY(pointer_check(mgr, "the manager"));
	return call_result(&call, with_administration(call.state, disable_all_devices, NULL));
}
