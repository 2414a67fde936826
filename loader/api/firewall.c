// SPDX-License-Identifier: LGPL-2.1-or-later
/* The firewall switch: INetFwV6Connection's EnableFirewall and DisableFirewall. */
#include "admin/administration.h"
#include "admin/disable.h"
#include "admin/enable.h"
#include "api/connection.h"
#include "api/told.h"
#include "state/locks.h"
#include "util/error.h"
#include "util/options.h"

static netfwv6_result check_enable_options(const struct netfwv6_enable_options *options)
{
	if (options->mode > NETFWV6_MODE_TC)
		return fail(NETFWV6_E_INVALIDARG, "mode %u is none of auto, native, generic, tc",
			    options->mode);
	if (options->learn_only && (options->stateless || options->mode))
		return fail(NETFWV6_E_INVALIDARG,
			    "a device that is only learned from has no mode and is not stateless");
	if (options->if_configured && (options->stateless || options->mode || options->learn_only))
		return fail(NETFWV6_E_INVALIDARG,
			    "a device that is enabled as it was configured takes no other options");
	return NETFWV6_S_OK;
}

/* Nobody is waited for where a device is not to be enabled: S_FALSE. */
static netfwv6_result is_to_be_enabled(struct state *state, struct enabling *asked)
{
	netfwv6_result result = check_administrator();

	if (NETFWV6_FAILED(result))
		return result;
	pthread_mutex_lock(&state->mutex);
	result = enable_recall(state, asked);
	pthread_mutex_unlock(&state->mutex);
	return result;
}

static netfwv6_result connection_enable_firewall(struct netfwv6_connection *connection,
						 const struct netfwv6_enable_options *options)
{
	struct netfwv6_enable_options given = { .sz = sizeof(given) };
	struct enabling asked;
	netfwv6_result result;

	if (!connection)
		return fail(NETFWV6_E_POINTER, "the connection is null");
	result = options_take(&given, OPTIONS_END(struct netfwv6_enable_options), options);
	if (NETFWV6_SUCCEEDED(result))
		result = check_enable_options(&given);
	asked = (struct enabling){
		.device = connection->name,
		.as_it_is = !options,
		.if_configured = given.if_configured,
		.wanted = { .mode = given.mode,
			    .flags = (given.stateless ? CONFIGURED_STATELESS : 0) |
				     (given.learn_only ? CONFIGURED_LEARN_ONLY : 0) },
	};
	if (NETFWV6_SUCCEEDED(result) && given.if_configured)
		result = is_to_be_enabled(connection->state, &asked);
	return result == NETFWV6_S_OK ?
		       with_administration(connection->state, enable_device, &asked) :
		       result;
}

netfwv6_result netfwv6_connection_enable_firewall(struct netfwv6_connection *connection,
						  const struct netfwv6_enable_options *options)
{
	return told(state_of_connection(connection),
		    connection_enable_firewall(connection, options));
}

netfwv6_result netfwv6_connection_disable_firewall(struct netfwv6_connection *connection)
{
	return told(state_of_connection(connection),
		    connection ? with_administration(connection->state, disable_device,
						     connection->name) :
				 fail(NETFWV6_E_POINTER, "the connection is null"));
}
