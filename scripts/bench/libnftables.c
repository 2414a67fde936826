// SPDX-License-Identifier: LGPL-2.1-or-later
/* nftables without the start of a process: its library, with one context for all rounds. */
#include "control.h"

#ifdef HAVE_LIBNFTABLES

#include <nftables/libnftables.h>
#include <stdio.h>
#include <stdlib.h>

static struct nft_ctx *context;

/* A context has a netlink socket, and so belongs to the network namespace it was made in. */
void start_libnftables(void)
{
	if (!enter("nft_netdev"))
		return;
	context = nft_ctx_new(NFT_CTX_DEFAULT);
	if (!context)
		give_up("cannot use libnftables");
}

static void measure(const char *operation, const char *line)
{
	double start = now();

	if (nft_run_cmd_from_buffer(context, line)) {
		fprintf(stderr, "bench: libnftables failed: %s\n", line);
		exit(1);
	}
	put_row("libnftables", operation, now() - start);
}

void measure_libnftables(void)
{
	if (!context)
		return;
	measure("open one port", "add element netdev netfwv6_bench open_tcp { 444 }");
	measure("close one port", "delete element netdev netfwv6_bench open_tcp { 444 }");
}

#else

void start_libnftables(void)
{
}

void measure_libnftables(void)
{
}

#endif
