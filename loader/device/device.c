// SPDX-License-Identifier: LGPL-2.1-or-later
#include "device/device.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "util/error.h"
#include "util/utf8.h"

_Static_assert(DEVICE_NAME_SIZE == IFNAMSIZ, "a device name fits its record");

static enum framing framing_of(uint16_t hardware_type)
{
	switch (hardware_type) {
	case ARPHRD_ETHER:
		return FRAMING_ETHERNET;
	case ARPHRD_LOOPBACK:
		return FRAMING_LOOPBACK;
	case ARPHRD_NONE: /* tun, WireGuard, xfrm */
	case ARPHRD_RAWIP:
	case ARPHRD_PPP:
	case ARPHRD_TUNNEL:  /* vti */
	case ARPHRD_TUNNEL6: /* ip6tnl, vti6 */
	case ARPHRD_SIT:
	case ARPHRD_IPGRE:
	case ARPHRD_IP6GRE:
		return FRAMING_RAW_IP;
	default:
		return FRAMING_FOREIGN;
	}
}

bool device_of_link(const struct nlmsghdr *link, struct device *device)
{
	const struct ifinfomsg *info = netlink_fixed(link, sizeof(*info));

	if (link->nlmsg_type != RTM_NEWLINK || !info)
		return false;
	*device = (struct device){
		.ifindex = (uint32_t)info->ifi_index,
		.hardware_type = info->ifi_type,
		.framing = framing_of(info->ifi_type),
	};
	strncpy(device->name, attributes_text(netlink_attributes(link, sizeof(*info)), IFLA_IFNAME),
		sizeof(device->name) - 1);
	return true;
}

/* About one device, or all for 0. What they have counted is left out: it is most of an answer. */
static struct netlink_question question_of_links(uint16_t flags, uint32_t ifindex)
{
	const struct ifinfomsg which = { .ifi_index = (int)ifindex };
	const uint32_t mask = RTEXT_FILTER_SKIP_STATS;
	struct netlink_question question =
		netlink_question(RTM_GETLINK, flags, &which, sizeof(which));

	netlink_put(&question, IFLA_EXT_MASK, &mask, sizeof(mask));
	return question;
}

/* 0 or a negative errno value. */
static int look_up(const struct netlink_question *question, struct device *device)
{
	const struct nlmsghdr *link = NULL;
	struct netlink_answer answer;
	bool found = false;
	int error = netlink_ask(NETLINK_ROUTE, question, &answer);

	if (error)
		return error;
	while (!found && (link = netlink_next(&answer, link)))
		found = device_of_link(link, device);
	netlink_free(&answer);
	return found ? 0 : -ENODEV;
}

/* Looks the name up among names and alternative names, likewise. */
static int look_up_name(const char *name, struct device *device)
{
	struct netlink_question question = question_of_links(0, 0);

	netlink_put(&question, IFLA_ALT_IFNAME, name, strlen(name) + 1);
	return look_up(&question, device);
}

static netfwv6_result no_name(const char *name)
{
	return fail(NETFWV6_E_INVALIDARG,
		    "'%.40s' is no device name: 1 to %d characters without '/', ':' and blanks",
		    name, DEVICE_NAME_SIZE - 1);
}

static netfwv6_result failed_to_find(const char *name, int error)
{
	if (error != -ENODEV)
		return fail_errno(-error, "cannot ask for device %s", name);
	return fail(NETFWV6_E_NOINTERFACE,
		    "there is no device %s in this network namespace: 'ip link' lists them", name);
}

netfwv6_result device_find(const char *name, struct device *device)
{
	struct device found;
	int error;

	if (!device_name_is_possible(name))
		return no_name(name);
	error = look_up_name(name, &found);
	if (!error && strcmp(found.name, name) != 0)
		error = -ENODEV;
	if (error)
		return failed_to_find(name, error);
	*device = found;
	return NETFWV6_S_OK;
}

netfwv6_result device_resolve(const char *name, struct device *device)
{
	bool is_long = strlen(name) >= DEVICE_NAME_SIZE;
	struct device found;
	int error;

	if (!(is_long ? strlen(name) < ALTIFNAMSIZ : device_name_is_possible(name)))
		return no_name(name);
	error = look_up_name(name, &found);
	if (error == -ENODEV && is_long)
		return no_name(name);
	if (error)
		return failed_to_find(name, error);
	*device = found;
	return NETFWV6_S_OK;
}

netfwv6_result device_of_index(uint32_t ifindex, struct device *device)
{
	struct netlink_question question = question_of_links(0, ifindex);
	struct device found;
	int error = look_up(&question, &found);

	if (error)
		return fail_errno(-error, "cannot ask for device number %u", ifindex);
	*device = found;
	return NETFWV6_S_OK;
}

netfwv6_result device_list(struct netlink_answer *links)
{
	struct netlink_question question = question_of_links(NLM_F_DUMP, 0);
	int error = netlink_ask(NETLINK_ROUTE, &question, links);

	return error ? fail_errno(-error, "cannot list the devices") : NETFWV6_S_OK;
}

static struct device_xdp xdp_of_link(const struct nlmsghdr *link)
{
	struct attributes xdp =
		attributes_find(netlink_attributes(link, sizeof(struct ifinfomsg)), IFLA_XDP);
	struct attributes attached = attributes_find(xdp, IFLA_XDP_ATTACHED);

	switch (attached.size ? *attached.at : XDP_ATTACHED_NONE) {
	case XDP_ATTACHED_DRV:
		return (struct device_xdp){ attributes_u32(xdp, IFLA_XDP_DRV_PROG_ID),
					    NETFWV6_MODE_NATIVE };
	case XDP_ATTACHED_SKB:
		return (struct device_xdp){ attributes_u32(xdp, IFLA_XDP_SKB_PROG_ID),
					    NETFWV6_MODE_GENERIC };
	case XDP_ATTACHED_NONE:
		return (struct device_xdp){};
	}
	/* In hardware, or several: never ours, since we attach nowhere else than to a free device. */
	return (struct device_xdp){ attributes_u32(xdp, IFLA_XDP_HW_PROG_ID) ?:
					    attributes_u32(xdp, IFLA_XDP_DRV_PROG_ID),
				    NETFWV6_MODE_AUTO };
}

netfwv6_result device_xdp(uint32_t ifindex, struct device_xdp *xdp)
{
	struct netlink_question question = question_of_links(0, ifindex);
	const struct nlmsghdr *link;
	struct netlink_answer answer;
	int error = netlink_ask(NETLINK_ROUTE, &question, &answer);

	if (error && error != -ENODEV) /* it went away with all that it had */
		return fail_errno(-error, "cannot ask which XDP program device %u has", ifindex);
	link = netlink_next(&answer, NULL);
	*xdp = link ? xdp_of_link(link) : (struct device_xdp){};
	netlink_free(&answer);
	return NETFWV6_S_OK;
}

const char *device_xdp_text(uint32_t program_id, char text[XDP_TEXT_SIZE])
{
	struct bpf_prog_info info = {};
	uint32_t size = sizeof(info);
	int fd = bpf_prog_get_fd_by_id(program_id);

	if (fd >= 0) {
		bpf_obj_get_info_by_fd(fd, &info, &size);
		close(fd);
	}
	snprintf(text, XDP_TEXT_SIZE, "%s%s%sid %u", *info.name ? "'" : "", info.name,
		 *info.name ? "', " : "", program_id);
	return text;
}

netfwv6_result device_held(const struct device *device, const struct device_xdp *xdp)
{
	char text[XDP_TEXT_SIZE];

	return fail(NETFWV6_E_ABORT,
		    "device %s is held by the XDP program %s that is not of this state: detach it "
		    "first ('bpftool net' shows it), or use --mode tc, which goes beside it",
		    device->name, device_xdp_text(xdp->program_id, text));
}
