// SPDX-License-Identifier: LGPL-2.1-or-later
#include "devices.h"

#include <stdlib.h>
#include <unistd.h>

bool state_is_there(void)
{
	return access(world.state, F_OK) == 0;
}

int pins_in(const char *folder)
{
	return atoi(must("ls %s/%s 2>/dev/null | wc -l", world.state, folder));
}

uint32_t program_on(const char *netns, const char *device)
{
	return atoi(must("ip -n %s -j link show %s | jq '.[0].xdp.prog.id // 0'", netns, device));
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
