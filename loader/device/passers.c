// SPDX-License-Identifier: LGPL-2.1-or-later
#include "device/passers.h"

#include <linux/if_link.h>
#include <linux/ipv6.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "device/attachments.h"
#include "util/error.h"

#define KERNEL_BTF "/sys/kernel/btf/vmlinux"

struct passers {
	uint32_t master;
	char bridge[DEVICE_NAME_SIZE]; /* that the device is a port of, or "" */
	char child[DEVICE_NAME_SIZE];  /* a device above that has an address of its own, or "" */
	char other[DEVICE_NAME_SIZE];  /* another firewalled device of this host's, or "" */
	bool children;		       /* there are some, of other namespaces at least */
	bool forwards;		       /* this host routes on what comes in */
};

/* ---- Links ----------------------------------------------------------------------- */

static bool is_forwarding(struct attributes link)
{
	struct attributes ipv6 = attributes_find(attributes_find(link, IFLA_AF_SPEC), AF_INET6);
	struct attributes settings = attributes_find(ipv6, IFLA_INET6_CONF);
	int32_t forwarding = 0;

	if (settings.size >= (DEVCONF_FORWARDING + 1) * sizeof(forwarding))
		memcpy(&forwarding, settings.at + DEVCONF_FORWARDING * sizeof(forwarding),
		       sizeof(forwarding));
	return forwarding;
}

static bool is_child(struct attributes link, const char *kind, uint32_t below)
{
	return (!strcmp(kind, "macvlan") || !strcmp(kind, "macvtap") || !strcmp(kind, "ipvlan")) &&
	       !attributes_have(link, IFLA_LINK_NETNSID) &&
	       attributes_u32(link, IFLA_LINK) == below;
}

static void read_link(const struct nlmsghdr *message, const struct device *device,
		      struct passers *passers)
{
	struct attributes link = netlink_attributes(message, sizeof(struct ifinfomsg));
	const char *kind = attributes_text(attributes_find(link, IFLA_LINKINFO), IFLA_INFO_KIND);
	struct device found;

	if (!device_of_link(message, &found))
		return;
	if (found.ifindex == device->ifindex) {
		passers->master = attributes_u32(link, IFLA_MASTER);
		passers->forwards = is_forwarding(link);
	} else if (is_child(link, kind, device->ifindex)) {
		passers->children = true;
		memcpy(passers->child, found.name, sizeof(passers->child));
	} else if (found.ifindex == passers->master && !strcmp(kind, "bridge")) {
		memcpy(passers->bridge, found.name, sizeof(passers->bridge));
	}
}

/* The list is read twice, as a bridge may come before its port. */
static void read_passers(const struct device *device, struct passers *passers)
{
	const struct nlmsghdr *message = NULL;
	struct netlink_answer links;

	if (NETFWV6_FAILED(device_list(&links)))
		return;
	for (int round = 0; round < 2; round++)
		while ((message = netlink_next(&links, message)))
			read_link(message, device, passers);
	netlink_free(&links);
}

/*
 * Devices above that are in other network namespaces are in no list, but the addresses are that
 * they have the device receive for them.
 */
static void read_addresses(const struct device *device, struct passers *passers)
{
	const struct ifinfomsg any = { .ifi_family = AF_BRIDGE };
	const struct netlink_question question =
		netlink_question(RTM_GETNEIGH, NLM_F_DUMP, &any, sizeof(any));
	const struct nlmsghdr *message = NULL;
	struct netlink_answer answer;

	if (netlink_ask(NETLINK_ROUTE, &question, &answer))
		return;
	while ((message = netlink_next(&answer, message))) {
		const struct ndmsg *entry = netlink_fixed(message, sizeof(*entry));
		struct attributes address =
			attributes_find(netlink_attributes(message, sizeof(*entry)), NDA_LLADDR);

		if (message->nlmsg_type == RTM_NEWNEIGH && entry && entry->ndm_flags & NTF_SELF &&
		    (uint32_t)entry->ndm_ifindex == device->ifindex && address.size == 6 &&
		    !(address.at[0] & 1))
			passers->children = true;
	}
	netlink_free(&answer);
}

static void read_attachments(const struct state *state, const struct device *device,
			     struct passers *passers)
{
	struct attachment at = {};

	while (attachment_next(state, &at)) {
		attachment_look(state, &at);
		if (attachment_filters(&at) && attachment_is_firewalled(&at) &&
		    at.record.ifindex != device->ifindex)
			memcpy(passers->other, at.record.device, sizeof(passers->other));
	}
}

/* ---- Notes ----------------------------------------------------------------------- */

static void note_judged(const struct state *state, const char *device,
			const struct passers *passers)
{
	const char *bridge = passers->bridge, *other = passers->other;

	if (*bridge)
		state_log(
			state,
			"device %s is a port of bridge %s, and what that carries on is judged, "
			"too: enable %s instead, which protects this host alone, or use --forward "
			"pass",
			device, bridge, bridge);
	else if (passers->forwards && *other)
		state_log(state,
			  "this host forwards, and devices %s and %s are both firewalled: who is "
			  "behind one of them gets no answers by the other; enable the uplinks "
			  "alone, or use --forward pass",
			  device, other);
	else if (passers->forwards)
		state_log(
			state,
			"this host forwards, and what it routes on from device %s is judged, too: "
			"open those ports, or leave it to who filters that with --forward pass",
			device);
	if (passers->children)
		state_log(state,
			  "what comes in for %s above device %s is judged, too: open those ports, "
			  "or use --forward pass, which leaves it to other network namespaces",
			  *passers->child ? passers->child : "devices", device);
}

static void note_passed(const struct state *state, const char *device,
			const struct passers *passers)
{
	state_log(state,
		  "device %s passes what is not for this host to who filters that; rules that turn "
		  "packets to this host later (REDIRECT, TPROXY, DNAT) are trusted",
		  device);
	if (!*passers->bridge && !passers->forwards && !passers->children)
		state_log(state,
			  "nothing is forwarded from device %s yet, so all of it is judged: "
			  "net.ipv6.conf.%s.forwarding is 0",
			  device, device);
}

void passers_note(const struct state *state, const struct device *device, bool pass)
{
	struct passers passers = {};

	read_passers(device, &passers);
	read_addresses(device, &passers);
	read_attachments(state, device, &passers);
	if (pass)
		note_passed(state, device->name, &passers);
	else
		note_judged(state, device->name, &passers);
}

netfwv6_result passers_can_pass(const struct device *device)
{
	return access(KERNEL_BTF, R_OK) ? fail(NETFWV6_E_NOTIMPL,
					       "device %s cannot pass what is forwarded: this "
					       "kernel does not describe "
					       "itself (BTF, " KERNEL_BTF
					       "), so no program can tell what is for others",
					       device->name) :
					  NETFWV6_S_OK;
}
