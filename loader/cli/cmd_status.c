// SPDX-License-Identifier: LGPL-2.1-or-later
/* status: the firewalled devices, and what was passed and dropped there. */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>

#include "flows.h"
#include "groups.h"
#include "modes.h"
#include "reports.h"

static json_t *learning_json(const struct netfwv6_connection_status *status)
{
	return status->learning_unknown ? json_null() : json_boolean(status->learning);
}

static json_t *device_json(const struct report *report)
{
	char since[TIME_TEXT_SIZE];

	return json_pack(
		"{s:s, s:i, s:s, s:b, s:b, s:o, s:s, s:I, s:s, s:o}", "device", report->name,
		"ifindex", (int)report->status.ifindex, "settings_of", report->settings_of,
		"configured", report->status.configured, "stateless", report->status.stateless,
		"learning", learning_json(&report->status), "mode", mode_name(report->status.mode),
		"program_id", (json_int_t)report->status.program_id, "since",
		format_time(report->status.since, true, since), "reasons", reasons_json(report));
}

static void print_troubles(const struct report *report)
{
	const struct netfwv6_connection_status *status = &report->status;

	if (*status->settings_of)
		printf("  goes by the settings of %s, as which it was enabled: 'netfwv6 enable %s' "
		       "puts its own in force\n",
		       report->settings_of, report->name);
	if (!status->stateless && !status->learning && !status->learning_unknown)
		printf("  egress program missing, so answers to this host may be dropped: 'netfwv6 "
		       "enable %s' mends that\n",
		       report->name);
}

static void print_device(const struct report *report)
{
	bool any = false;
	char since[TIME_TEXT_SIZE];

	printf("%s: firewalled, %s mode%s, program %u, since %s\n", report->name,
	       mode_name(report->status.mode), report->status.stateless ? ", stateless" : "",
	       report->status.program_id, format_time(report->status.since, false, since));
	print_troubles(report);
	for (size_t i = 0; i < report->n_counters; i++) {
		const struct netfwv6_counter *counter = &report->counters[i];

		if (!counter->packets)
			continue;
		any = true;
		printf("  %-8s%-16s %12" PRIu64 " packets %15" PRIu64 " bytes  %s\n",
		       counter->dropped ? "dropped" : "passed", counter->reason, counter->packets,
		       counter->bytes, counter->sentence);
	}
	if (!any)
		puts("  no packet yet");
}

/* What status --json shows of devices; null pointers where text is wanted. */
struct lists {
	json_t *devices, *learning, *configured;
};

/* A device that is only learned from. */
static int report_learning(const char *name, json_t *learning)
{
	if (!learning)
		printf("%s: learning, not firewalled\n", name);
	else if (!add_json(learning, json_string(name)))
		return EXIT_OTHER;
	return EXIT_DONE;
}

/* A device that is to be firewalled, or learned from, and is not. */
static int report_configured(const struct report *report, json_t *configured)
{
	const struct netfwv6_connection_status *status = &report->status;

	if (!configured)
		printf("%s: configured, not attached%s\n", report->name,
		       status->moved ? ": moved to another network namespace, and filtered there" :
		       status->ifindex ? ": 'netfwv6 enable' attaches it" :
					 ": no such device here");
	else if (!add_json(configured,
			   json_pack("{s:s, s:b, s:b, s:b}", "device", report->name, "present",
				     status->ifindex != 0, "moved", status->moved, "learn_only",
				     status->configured_learn_only)))
		return EXIT_OTHER;
	return EXIT_DONE;
}

static int report_firewalled(const struct report *report, json_t *devices)
{
	if (devices)
		return add_json(devices, device_json(report)) ? EXIT_DONE : EXIT_OTHER;
	print_device(report);
	return EXIT_DONE;
}

/* Who may not see what learns cannot tell that a device which should does not. */
static bool is_missing(const struct netfwv6_connection_status *status)
{
	return status->configured && !(status->configured_learn_only && status->learning_unknown);
}

static int report_device(const struct report *report, const struct lists *lists)
{
	if (report->status.firewalled)
		return report_firewalled(report, lists->devices);
	if (report->status.learning)
		return report_learning(report->name, lists->learning);
	return is_missing(&report->status) ? report_configured(report, lists->configured) :
					     EXIT_DONE;
}

static json_t *group_json(const struct netfwv6_mgr_status *status)
{
	char name[GROUP_TEXT_SIZE];

	if (!status->group)
		return json_null();
	return json_pack("{s:I, s:s}", "id", (json_int_t)status->group, "name",
			 format_group(status->group, name));
}

/* The state as a whole, behind its devices. */
static int report_state(struct cli *cli, const struct lists *lists, size_t reported)
{
	struct netfwv6_mgr_status status = { .sz = sizeof(status) };
	netfwv6_result result = netfwv6_mgr_get_status(cli->mgr, &status);
	char group[GROUP_TEXT_SIZE];
	struct flows flows;

	if (NETFWV6_FAILED(result))
		return complain_of(result);
	read_flows(cli, &flows);
	if (lists->devices)
		return print_json(json_pack("{s:s, s:b, s:o, s:O, s:O, s:O, s:o}", "state",
					    netfwv6_mgr_state_dir(cli->mgr), "kept", status.kept,
					    "group", group_json(&status), "devices", lists->devices,
					    "configured", lists->configured, "learning",
					    lists->learning, "flows", flows_json(&flows)));
	if (!reported)
		say(cli, "no device is firewalled by %s\n", netfwv6_mgr_state_dir(cli->mgr));
	else
		print_flows(&flows);
	if (status.group)
		printf("ports may be changed by root and group %s\n",
		       format_group(status.group, group));
	return EXIT_DONE;
}

int run_status(struct cli *cli)
{
	struct lists lists = {};
	struct reports reports;
	int code = read_reports(cli, false, &reports);

	if (cli->json)
		lists = (struct lists){ json_array(), json_array(), json_array() };
	for (size_t i = 0; i < reports.count && !code; i++)
		code = report_device(&reports.reports[i], &lists);
	if (!code)
		code = report_state(cli, &lists, reports.count);
	json_decref(lists.devices);
	json_decref(lists.learning);
	json_decref(lists.configured);
	free_reports(&reports);
	return code;
}
