// SPDX-License-Identifier: LGPL-2.1-or-later
#include "device/storeys.h"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>

#include "device/device_traits.h"
#include "util/error.h"
#include "util/snapshot.h"

struct storey {
	uint32_t ifindex, master, below;
	bool reached;
};

static netfwv6_result read_storeys(struct snapshot_builder *storeys)
{
	netfwv6_result result = NETFWV6_S_OK;
	const struct nlmsghdr *message = NULL;
	struct netlink_answer links;
	struct link link;

	TRY(device_list(&links));
	while (NETFWV6_SUCCEEDED(result) && link_next(&links, &message, &link)) {
		struct storey storey = {
			.ifindex = link.device.ifindex,
			.master = attributes_u32(link.attributes, IFLA_MASTER),
			.below = link_below(&link),
		};

		result = snapshot_add(storeys, &storey);
	}
	netlink_free(&links);
	return result;
}

/* Marks what stands on the device right away, and was not reached before. */
static bool climb(struct storey *all, size_t count, const struct storey *from)
{
	bool climbed = false;

	for (struct storey *to = all; to < all + count; to++)
		if (!to->reached && (from->master == to->ifindex || to->below == from->ifindex))
			climbed = to->reached = true;
	return climbed;
}

netfwv6_result storeys_lead(uint32_t from, uint32_t to, bool *lead)
{
	struct snapshot_builder storeys = { .size = sizeof(struct storey) };
	netfwv6_result result = read_storeys(&storeys);
	struct storey *all = storeys.elements;
	bool climbed = NETFWV6_SUCCEEDED(result), led = false;

	for (size_t i = 0; i < storeys.count; i++)
		all[i].reached = all[i].ifindex == from;
	while (climbed) {
		climbed = false;
		for (size_t i = 0; i < storeys.count; i++)
			if (all[i].reached && climb(all, storeys.count, &all[i]))
				climbed = true;
	}
	for (size_t i = 0; i < storeys.count; i++)
		led = led || (all[i].reached && all[i].ifindex == to);
	free(all);
	if (NETFWV6_SUCCEEDED(result))
		*lead = led;
	return result;
}
