// SPDX-License-Identifier: LGPL-2.1-or-later
#include "device/socket_diag.h"

#include <linux/sock_diag.h>
#include <netinet/in.h>

#include "device/netlink.h"

static netfwv6_result take_answer(const struct netlink_answer *answer, uint32_t protocol,
				  take_socket_fn take, void *context)
{
	netfwv6_result result = NETFWV6_S_OK;
	const struct nlmsghdr *message = NULL;

	while (NETFWV6_SUCCEEDED(result) && (message = netlink_next(answer, message))) {
		const struct inet_diag_msg *told = netlink_fixed(message, sizeof(*told));

		if (message->nlmsg_type == SOCK_DIAG_BY_FAMILY && told)
			result = take(context, told, protocol);
	}
	return result;
}

netfwv6_result socket_diag_ask(uint32_t protocol, uint32_t states, take_socket_fn take,
			       void *context, int *error)
{
	const struct inet_diag_req_v2 request = {
		.sdiag_family = AF_INET6,
		.sdiag_protocol = (uint8_t)protocol,
		.idiag_states = states,
	};
	struct netlink_question question =
		netlink_question(SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, &request, sizeof(request));
	struct netlink_answer answer;
	netfwv6_result result;

	*error = netlink_ask(NETLINK_SOCK_DIAG, &question, &answer);
	if (*error)
		return NETFWV6_S_OK;
	result = take_answer(&answer, protocol, take, context);
	netlink_free(&answer);
	return result;
}
