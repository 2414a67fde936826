// SPDX-License-Identifier: LGPL-2.1-or-later
#include <jansson.h>
#include <time.h>

#include "values.h"
#include "stats.h"

static json_t *sums_json(const struct report *report, bool dropped)
{
	uint64_t packets = 0, bytes = 0;

	for (size_t i = 0; i < report->n_counters; i++)
		if (report->counters[i].dropped == dropped) {
			packets += report->counters[i].packets;
			bytes += report->counters[i].bytes;
		}
	return json_pack("{s:I, s:I}", "packets", (json_int_t)packets, "bytes", (json_int_t)bytes);
}

static json_t *ports_json(const size_t count[2])
{
	return json_pack("{s:I, s:I}", "tcp", (json_int_t)count[0], "udp", (json_int_t)count[1]);
}

static json_t *stats_json(const struct report *report)
{
	char since[TIME_TEXT_SIZE];

	return json_pack("{s:s, s:i, s:s, s:b, s:s, s:s, s:o, s:o, s:o, s:o}", "device",
			 report->name, "ifindex", (int)report->status.ifindex, "mode",
			 mode_name(report->status.mode), "stateless", report->status.stateless,
			 "forward", forward_name(report->status.forward), "since",
			 format_time(report->status.since, true, since), "open_ports",
			 ports_json(report->open_ports), "passed", sums_json(report, false),
			 "dropped", sums_json(report, true), "reasons", reasons_json(report));
}

int print_stats_json(const struct cli *cli, const struct stats *stats)
{
	const struct reports *reports = &stats->reports;
	json_auto_t *devices = json_array();
	char now[TIME_TEXT_SIZE];

	for (const struct report *report = next_firewalled(reports, NULL); report;
	     report = next_firewalled(reports, report))
		if (!add_json(devices, stats_json(report)))
			return EXIT_OTHER;
	return print_json(
		json_pack("{s:s, s:o, s:s, s:o, s:o, s:b, s:O}", "version", netfwv6_version(),
			  "state", json_text(netfwv6_mgr_state_dir(cli->mgr)), "time",
			  format_time(time(NULL), true, now), "open_ports",
			  ports_json(stats->open_ports), "flows", flows_json(&stats->flows),
			  "ports_counted", stats->ports_counted, "devices", devices));
}
