// SPDX-License-Identifier: LGPL-2.1-or-later
#include "devices.h"

#include <stdlib.h>
#include <unistd.h>

#include "hooks.h"

bool state_is_there(void)
{
	return access(world.state, F_OK) == 0;
}

int pins_in(const char *folder)
{
	return atoi(must("ls %s/%s 2>/dev/null | wc -l", world.state, folder));
}

int devices_with_pins(void)
{
	return atoi(must("cd %s && ls links counts | sed -n 's/^\\([0-9][0-9]*\\).*/\\1/p' | "
			 "sort -u | wc -l",
			 world.state));
}

uint32_t program_on(const char *netns, const char *device)
{
	return xdp_on(netns, device) ?: guard_on(netns, device);
}

void rename_device(const char *from, const char *to)
{
	must("ip link set %s down && ip link set %s name %s && ip link set %s up", from, from, to,
	     to);
}

uint32_t make_firewalled(const char *device)
{
	make_pair(device, "far0");
	open_on(device, 443, TCP);
	switch_on(device);
	return status_of(device).program_id;
}

void lead_through(const char *device, const char *other, const char *mac_of)
{
	must("mac=$(ip -j link show %s | jq -r '.[0].address') && ip link set %s netns %s && "
	     "ip -n %s link set %s up && ip -n %s -6 route add " HOST_ADDRESS "/128 dev %s && "
	     "ip -n %s neigh replace " HOST_ADDRESS " lladdr $mac dev %s nud permanent",
	     mac_of, other, world.peer, world.peer, other, world.peer, other, world.peer, other);
	settle(world.peer, other);
	settle(world.host, device);
	settle(world.host, mac_of);
}
