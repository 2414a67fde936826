// SPDX-License-Identifier: LGPL-2.1-or-later
#include <inttypes.h>
#include <stdio.h>

#include "stats.h"

static void print_device_counters(const struct report *report)
{
	bool any = false;

	for (size_t i = 0; i < report->n_counters; i++) {
		const struct netfwv6_counter *counter = &report->counters[i];

		if (!counter->packets)
			continue;
		any = true;
		printf("%-15s %-8s %-16s %15" PRIu64 " %18" PRIu64 "\n", report->name,
		       counter->dropped ? "dropped" : "passed", counter->reason, counter->packets,
		       counter->bytes);
	}
	if (!any)
		printf("%-15s no packet yet\n", report->name);
}

void print_stats(const struct cli *cli, const struct stats *stats)
{
	const struct report *report = next_firewalled(&stats->reports, NULL);

	if (report)
		printf("%-15s %-8s %-16s %15s %18s\n", "DEVICE", "VERDICT", "REASON", "PACKETS",
		       "BYTES");
	for (; report; report = next_firewalled(&stats->reports, report))
		print_device_counters(report);
	if (!next_firewalled(&stats->reports, NULL))
		say(cli, "no device is firewalled by %s\n", netfwv6_mgr_state_dir(cli->mgr));
	print_flows(&stats->flows);
	puts(stats->ports_counted ?
		     "dropped packets by port: counted, 'netfwv6 list --closed-hits' lists them" :
		     "dropped packets by port: not counted, 'netfwv6 stats --count-ports on' "
		     "starts that");
}
