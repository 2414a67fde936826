// SPDX-License-Identifier: LGPL-2.1-or-later
#include "full_state.h"

#include <string.h>

#include "devices.h"
#include "world.h"

/*
 * A state with something of everything: fw0 firewalled, fw1 too, in other ways, fw2 not;
 * a device that is gone and had settings.
 */
void make_full_state(void)
{
	must("N='%s -q'; $N init --group %d; $N enable fw0; "
	     "$N enable fw1 --mode generic --stateless; ip link add gone0 type veth peer name "
	     "gone1; $N enable gone0; $N open 25/tcp --dev gone0 --name mail; ip link del gone0; "
	     "$N open 443 --name web; $N open 53/udp; $N open 22/tcp --dev fw0 --name ssh; "
	     "$N ignore 443/tcp --dev fw1",
	     netfwv6(), ADMINISTRATORS);
}

/* Everything that a change would show in: what commands tell, the files, the maps. */
const char *everything(void)
{
	return must("%s list --json; %s status --json | jq -S 'del(.devices[].reasons)'; cd %s; "
		    "find . -exec stat -c '%%n %%a %%u %%g' {} + | sort; for m in names slots "
		    "configured attachments filtered root; do bpftool map dump pinned $m; done; "
		    "bpftool map dump pinned ports | md5sum",
		    netfwv6(), netfwv6(), world.state);
}

static void expect_own_settings_closed(struct netfwv6_connection *connection)
{
	bool open = true, ignored = true, firewalled = true;
	struct netfwv6_port_enum *ports;
	uint32_t rule = 0;
	size_t n = 77;

	expect_ok(netfwv6_connection_is_port_open(connection, 443, TCP, &open));
	expect_ok(netfwv6_connection_is_global_port_ignored(connection, 443, TCP, &ignored));
	expect_ok(netfwv6_connection_is_firewalled(connection, &firewalled));
	expect(!open && !ignored && !firewalled);
	expect_ok(netfwv6_connection_get_effective(connection, 443, TCP, &rule));
	expect(rule == NETFWV6_RULE_CLOSED);
	expect_ok(netfwv6_connection_enumerate_open_ports(connection, NULL, &ports));
	expect_ok(netfwv6_port_enum_count(ports, &n));
	expect(n == 0);
	netfwv6_port_enum_free(ports);
}

void expect_everything_closed(void *unused)
{
	struct netfwv6_mgr_status status = { .sz = sizeof(status) };
	struct netfwv6_port_enum *ports;
	struct handles handles;
	bool open = true;
	size_t n = 77;

	(void)unused;
	open_handles(&handles);
	expect_ok(netfwv6_mgr_get_status(handles.mgr, &status));
	expect(!status.exists && !status.writable);
	expect_ok(netfwv6_mgr_is_port_globally_open(handles.mgr, 443, TCP, &open));
	expect_ok(netfwv6_mgr_enumerate_globally_open_ports(handles.mgr, NULL, &ports));
	expect_ok(netfwv6_port_enum_count(ports, &n));
	expect(!open && n == 0);
	netfwv6_port_enum_free(ports);
	expect_own_settings_closed(handles.connections[0]);
	close_handles(&handles);
}

const char *settings_of(const char *scope)
{
	return must("%s list --json | jq -c '[.ports[] | select((.device // \"global\") == \"%s\" "
		    "and .name != \"many\") | \"\\(.port)/\\(.protocol) \\(.name)\"], "
		    "[.ignored[] | select(.device == \"%s\") | \"\\(.port)/\\(.protocol)\"]'",
		    netfwv6(), scope, scope);
}
