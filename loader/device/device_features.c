// SPDX-License-Identifier: LGPL-2.1-or-later
#include "device/device_features.h"

#include <errno.h>
#include <linux/ethtool_netlink.h>
#include <linux/genetlink.h>
#include <string.h>

#include "device/netlink.h"

/* Of linux/netdev.h, which came with 6.3. */
#define NETDEV_FAMILY "netdev"
#define NETDEV_DEV_GET 1
#define NETDEV_DEV_IFINDEX 1
#define NETDEV_DEV_XDP_FEATURES 3
#define NETDEV_XDP_BASIC 0x01
#define NETDEV_XDP_RX_SG 0x20

struct families {
	uint16_t netdev, ethtool; /* 0: this kernel has none */
};

static struct netlink_question question_to(uint16_t family, uint16_t flags, uint8_t command)
{
	const struct genlmsghdr header = { .cmd = command, .version = 1 };

	return netlink_question(family, flags, &header, sizeof(header));
}

/* All are listed, since asking for an unknown one by its name makes the kernel load a module. */
static int find_families(struct families *families)
{
	struct netlink_question question =
		question_to(GENL_ID_CTRL, NLM_F_DUMP, CTRL_CMD_GETFAMILY);
	const struct nlmsghdr *message = NULL;
	struct netlink_answer answer;
	int error = netlink_ask(NETLINK_GENERIC, &question, &answer);

	if (error)
		return error;
	while ((message = netlink_next(&answer, message))) {
		struct attributes family = netlink_attributes(message, GENL_HDRLEN);
		const char *name = attributes_text(family, CTRL_ATTR_FAMILY_NAME);
		uint16_t id = attributes_u16(family, CTRL_ATTR_FAMILY_ID);

		if (strcmp(name, NETDEV_FAMILY) == 0)
			families->netdev = id;
		else if (strcmp(name, ETHTOOL_GENL_NAME) == 0)
			families->ethtool = id;
	}
	netlink_free(&answer);
	return 0;
}

static int read_xdp(uint16_t family, uint32_t ifindex, struct device_features *features)
{
	struct netlink_question question = question_to(family, 0, NETDEV_DEV_GET);
	struct netlink_answer answer;
	const struct nlmsghdr *message;
	int error;

	netlink_put(&question, NETDEV_DEV_IFINDEX, &ifindex, sizeof(ifindex));
	error = netlink_ask(NETLINK_GENERIC, &question, &answer);
	if (error)
		return error;
	message = netlink_next(&answer, NULL);
	if (message) {
		uint64_t xdp = attributes_u64(netlink_attributes(message, GENL_HDRLEN),
					      NETDEV_DEV_XDP_FEATURES);

		features->xdp_known = true;
		features->native = xdp & NETDEV_XDP_BASIC;
		features->frags = xdp & NETDEV_XDP_RX_SG;
	}
	netlink_free(&answer);
	return 0;
}

static uint32_t offload_named(const char *name)
{
	if (strcmp(name, "rx-gro-hw") == 0)
		return OFFLOAD_GRO_HW;
	return strcmp(name, "rx-lro") == 0 ? OFFLOAD_LRO : 0;
}

/* Of a bit set without a mask those bits are listed that are set, else all that it is about. */
static uint32_t offloads_in(struct attributes set)
{
	bool listed_is_set = attributes_have(set, ETHTOOL_A_BITSET_NOMASK);
	struct attributes bits = attributes_find(set, ETHTOOL_A_BITSET_BITS), bit;
	uint32_t offloads = 0;
	uint16_t type;

	while (attributes_next(&bits, &type, &bit))
		if (listed_is_set || attributes_have(bit, ETHTOOL_A_BITSET_BIT_VALUE))
			offloads |= offload_named(attributes_text(bit, ETHTOOL_A_BITSET_BIT_NAME));
	return offloads;
}

static int read_offloads(uint16_t family, uint32_t ifindex, struct device_features *features)
{
	struct netlink_question question = question_to(family, 0, ETHTOOL_MSG_FEATURES_GET);
	/* The header is an attribute that holds one: which device. */
	const struct {
		struct nlattr which;
		uint32_t ifindex;
	} header = { { .nla_len = sizeof(header), .nla_type = ETHTOOL_A_HEADER_DEV_INDEX },
		     ifindex };
	struct netlink_answer answer;
	const struct nlmsghdr *message;
	int error;

	netlink_put(&question, ETHTOOL_A_FEATURES_HEADER | NLA_F_NESTED, &header, sizeof(header));
	error = netlink_ask(NETLINK_GENERIC, &question, &answer);
	if (error)
		return error;
	message = netlink_next(&answer, NULL);
	if (message) {
		struct attributes sets = netlink_attributes(message, GENL_HDRLEN);

		features->on = offloads_in(attributes_find(sets, ETHTOOL_A_FEATURES_ACTIVE));
		features->switchable = offloads_in(attributes_find(sets, ETHTOOL_A_FEATURES_HW));
	}
	netlink_free(&answer);
	return 0;
}

int device_features_read(uint32_t ifindex, struct device_features *features)
{
	struct device_features read = {};
	struct families families = {};
	int error = find_families(&families);

	if (!error && families.netdev)
		error = read_xdp(families.netdev, ifindex, &read);
	if (!error && families.ethtool)
		error = read_offloads(families.ethtool, ifindex, &read);
	if (error == -EOPNOTSUPP) /* a family without the question */
		error = 0;
	if (!error)
		*features = read;
	return error;
}
