// SPDX-License-Identifier: LGPL-2.1-or-later
/* The manager's ports: INetFwV6Mgr's OpenGlobalPort and its family. */
#include "error.h"
#include "names.h"
#include "settings.h"

static struct setting global(struct netfwv6_mgr *mgr)
{
	return (struct setting){ .mgr = mgr };
}

static netfwv6_result take_range(const struct netfwv6_mgr *mgr, uint32_t first, uint32_t last,
				 uint32_t protocol, struct range *range)
{
	return mgr ? range_take(first, last, protocol, range) :
		     fail(NETFWV6_E_POINTER, "the manager is null");
}

netfwv6_result netfwv6_mgr_close_global_ports(struct netfwv6_mgr *mgr, uint32_t first,
					      uint32_t last, uint32_t protocol)
{
	struct setting setting = global(mgr);
	struct range range;
	netfwv6_result result = take_range(mgr, first, last, protocol, &range);

	return NETFWV6_FAILED(result) ? result : setting_clear(&setting, range);
}

netfwv6_result netfwv6_mgr_close_global_port(struct netfwv6_mgr *mgr, uint32_t port,
					     uint32_t protocol)
{
	return netfwv6_mgr_close_global_ports(mgr, port, port, protocol);
}

netfwv6_result netfwv6_mgr_open_global_ports(struct netfwv6_mgr *mgr, uint32_t first, uint32_t last,
					     uint32_t protocol, const char *name)
{
	struct setting setting = global(mgr);
	struct range range;
	netfwv6_result result = take_range(mgr, first, last, protocol, &range);

	if (NETFWV6_SUCCEEDED(result))
		result = name_check(name);
	return NETFWV6_FAILED(result) ? result : setting_set(&setting, range, name);
}

netfwv6_result netfwv6_mgr_open_global_port(struct netfwv6_mgr *mgr, uint32_t port,
					    uint32_t protocol, const char *name)
{
	return netfwv6_mgr_open_global_ports(mgr, port, port, protocol, name);
}

netfwv6_result netfwv6_mgr_is_port_globally_open(struct netfwv6_mgr *mgr, uint32_t port,
						 uint32_t protocol, bool *open)
{
	struct setting setting = global(mgr);
	struct range range;
	netfwv6_result result = take_range(mgr, port, port, protocol, &range);

	if (NETFWV6_FAILED(result))
		return result;
	return open ? setting_ask(&setting, range.first, open) :
		      fail(NETFWV6_E_POINTER, "the answer's out-pointer is null");
}

netfwv6_result netfwv6_mgr_enumerate_globally_open_ports(struct netfwv6_mgr *mgr,
							 struct netfwv6_port_enum **ports)
{
	struct setting setting = global(mgr);

	if (!mgr || !ports)
		return fail(NETFWV6_E_POINTER, "%s is null",
			    mgr ? "the enumerator's out-pointer" : "the manager");
	return setting_enumerate(&setting, NULL, ports);
}

netfwv6_result netfwv6_mgr_enumerate_globally_open_port_range(struct netfwv6_mgr *mgr,
							      uint32_t first, uint32_t last,
							      uint32_t protocol,
							      struct netfwv6_port_enum **ports)
{
	struct setting setting = global(mgr);
	struct range range;
	netfwv6_result result = take_range(mgr, first, last, protocol, &range);

	if (NETFWV6_FAILED(result))
		return result;
	return ports ? setting_enumerate(&setting, &range, ports) :
		       fail(NETFWV6_E_POINTER, "the enumerator's out-pointer is null");
}
