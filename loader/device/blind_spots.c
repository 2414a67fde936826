// SPDX-License-Identifier: LGPL-2.1-or-later
#include "device/blind_spots.h"

#include <linux/genetlink.h>
#include <linux/lwtunnel.h>
#include <linux/rtnetlink.h>
#include <linux/xfrm.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "device/netlink.h"
#include "netfwv6.h"

/* Of linux/fou.h, as versions 6.1 and later have it. */
#define FOU_FAMILY "fou"
#define FOU_GET 3

/* Gathers what each message of a list adds. */
static uint32_t gather(int protocol, const struct netlink_question *question,
		       uint32_t (*found)(const struct nlmsghdr *message))
{
	const struct nlmsghdr *message = NULL;
	struct netlink_answer answer;
	uint32_t all = 0;

	if (netlink_ask(protocol, question, &answer))
		return 0;
	while ((message = netlink_next(&answer, message)))
		all |= found(message);
	netlink_free(&answer);
	return all;
}

/* ---- IPsec ---------------------------------------------------------------------- */

static bool has_line(const char *path, const char *part)
{
	FILE *file = fopen(path, "re");
	char line[512];
	bool has = false;

	while (file && !has && fgets(line, sizeof(line), file))
		has = strstr(line, part);
	if (file)
		fclose(file);
	return has;
}

/* To ask where nobody has IPsec would have the kernel load its module. */
static bool may_have_ipsec(void)
{
	char path[256] = "";
	struct utsname kernel;
	FILE *builtin;

	if (has_line("/proc/modules", "xfrm_user "))
		return true;
	if (!uname(&kernel))
		snprintf(path, sizeof(path), "/lib/modules/%s/modules.builtin", kernel.release);
	builtin = fopen(path, "re");
	if (!builtin)
		return true; /* a kernel without modules */
	fclose(builtin);
	return has_line(path, "xfrm_user.ko");
}

static uint32_t see_state(const struct nlmsghdr *message)
{
	const struct xfrm_usersa_info *state = netlink_fixed(message, sizeof(*state));

	if (!state || message->nlmsg_type != XFRM_MSG_NEWSA || state->family != AF_INET6 ||
	    state->id.proto != IPPROTO_ESP)
		return 0;
	if (state->mode == XFRM_MODE_TRANSPORT)
		return NETFWV6_BLIND_IPSEC_TRANSPORT;
	/* With an interface of its own, what it decapsulates comes in by that. */
	return attributes_have(netlink_attributes(message, sizeof(*state)), XFRMA_IF_ID) ?
		       0 :
		       NETFWV6_BLIND_IPSEC_LEARNING;
}

/* There may be no state yet: keys are agreed on when the first packet wants them. */
static uint32_t see_policy(const struct nlmsghdr *message)
{
	const struct xfrm_userpolicy_info *policy = netlink_fixed(message, sizeof(*policy));
	struct attributes more = netlink_attributes(message, sizeof(*policy));
	struct attributes templates = attributes_find(more, XFRMA_TMPL);
	struct xfrm_user_tmpl template;

	if (!policy || message->nlmsg_type != XFRM_MSG_NEWPOLICY ||
	    policy->dir == XFRM_POLICY_OUT || policy->sel.family != AF_INET6 ||
	    templates.size < sizeof(template))
		return 0;
	memcpy(&template, templates.at, sizeof(template));
	if (template.id.proto != IPPROTO_ESP)
		return 0;
	if (template.mode == XFRM_MODE_TRANSPORT)
		return NETFWV6_BLIND_IPSEC_TRANSPORT;
	return attributes_have(more, XFRMA_IF_ID) ? 0 : NETFWV6_BLIND_IPSEC_LEARNING;
}

static uint32_t see_ipsec(void)
{
	const struct xfrm_userpolicy_id no_policy = {};
	/* Here the kernel wants no header: it would read one as attributes, and log what is left. */
	const struct netlink_question states =
		netlink_question(XFRM_MSG_GETSA, NLM_F_DUMP, NULL, 0);
	const struct netlink_question policies =
		netlink_question(XFRM_MSG_GETPOLICY, NLM_F_DUMP, &no_policy, sizeof(no_policy));

	return may_have_ipsec() ? gather(NETLINK_XFRM, &states, see_state) |
					  gather(NETLINK_XFRM, &policies, see_policy) :
				  0;
}

/* ---- Segment routing ------------------------------------------------------------- */

static uint32_t see_route(const struct nlmsghdr *message)
{
	struct attributes route = netlink_attributes(message, sizeof(struct rtmsg));

	return message->nlmsg_type == RTM_NEWROUTE &&
			       attributes_u16(route, RTA_ENCAP_TYPE) == LWTUNNEL_ENCAP_SEG6_LOCAL ?
		       NETFWV6_BLIND_SEG6LOCAL :
		       0;
}

static uint32_t see_segments(void)
{
	const struct rtmsg any = { .rtm_family = AF_INET6 };
	const struct netlink_question question =
		netlink_question(RTM_GETROUTE, NLM_F_DUMP, &any, sizeof(any));

	return gather(NETLINK_ROUTE, &question, see_route);
}

/* ---- Foo over UDP ------------------------------------------------------------------ */

static struct netlink_question dump_of(uint16_t family, uint8_t command)
{
	const struct genlmsghdr header = { .cmd = command, .version = 1 };

	return netlink_question(family, NLM_F_DUMP, &header, sizeof(header));
}

static uint32_t see_port(const struct nlmsghdr *message)
{
	return message->nlmsg_type >= NLMSG_MIN_TYPE ? NETFWV6_BLIND_FOU : 0;
}

static uint32_t see_family(const struct nlmsghdr *message)
{
	struct attributes family = netlink_attributes(message, GENL_HDRLEN);
	struct netlink_question question;

	if (strcmp(attributes_text(family, CTRL_ATTR_FAMILY_NAME), FOU_FAMILY) != 0)
		return 0;
	question = dump_of(attributes_u16(family, CTRL_ATTR_FAMILY_ID), FOU_GET);
	return gather(NETLINK_GENERIC, &question, see_port);
}

/* All families are listed: to ask for this one by its name would load its module. */
static uint32_t see_fou(void)
{
	const struct netlink_question question = dump_of(GENL_ID_CTRL, CTRL_CMD_GETFAMILY);

	return gather(NETLINK_GENERIC, &question, see_family);
}

/* ---- Translation -------------------------------------------------------------------- */

#define BTF "/sys/kernel/btf/"

/* Looked up without having a module loaded. */
static uint32_t see_translation(void)
{
	bool tracks = access("/proc/sys/net/netfilter/nf_conntrack_max", F_OK) == 0;
	bool is_module = access("/sys/module/nf_conntrack/initstate", F_OK) == 0;

	if (!tracks || access(is_module ? BTF "nf_conntrack" : BTF "vmlinux", F_OK) == 0)
		return 0;
	return NETFWV6_BLIND_TRANSLATION;
}

uint32_t blind_spots_find(void)
{
	return see_ipsec() | see_segments() | see_fou() | see_translation();
}
