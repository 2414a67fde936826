// SPDX-License-Identifier: LGPL-2.1-or-later
#include "device/conntrack_module.h"

#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <sys/socket.h>

#include "device/netlink.h"

/* Any question has the kernel load what is to answer it. */
void conntrack_module_load(void)
{
	const struct nfgenmsg any = { .nfgen_family = AF_UNSPEC, .version = NFNETLINK_V0 };
	struct netlink_question question =
		netlink_question(NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET_STATS_CPU,
				 NLM_F_DUMP, &any, sizeof(any));
	struct netlink_answer answer;

	if (!netlink_ask(NETLINK_NETFILTER, &question, &answer))
		netlink_free(&answer);
}
