// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rebuilds.h"

#include "users.h"
#include "world.h"

void make_rebuild(void)
{
	must("%s -q init --rebuild", netfwv6());
}

void make_rebuildable_state(void)
{
	must("%s -q init --group %d", netfwv6(), ADMINISTRATORS);
	must("%s -q enable fw0 && %s -q enable fw1 --mode generic && "
	     "%s -q enable fw2 --learn-only",
	     netfwv6(), netfwv6(), netfwv6());
}

const char *everything_kept(void)
{
	return must("%s list --json && %s status --json | jq -S 'del(.devices[].program_id, "
		    ".devices[].guard_id, .devices[].reasons, .flows)'",
		    netfwv6(), netfwv6());
}

bool finds_open(struct netfwv6_mgr *mgr, uint32_t port)
{
	bool open = false;

	expect_ok(netfwv6_mgr_is_port_globally_open(mgr, port, NETFWV6_PROTOCOL_TCP, &open));
	return open;
}
