// SPDX-License-Identifier: LGPL-2.1-or-later
/* status shows the firewalled devices, and what was passed and dropped there. */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>

#include "every.h"
#include "flows.h"
#include "groups.h"
#include "values.h"
#include "reports.h"
#include "saved.h"
#include "troubles.h"

static json_t *keywords_json(const struct trouble *all, size_t n, uint32_t present)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++)
		if (present & all[i].bit)
			json_array_append_new(list, json_string(all[i].keyword));
	return list;
}

static json_t *troubles_json(uint32_t present)
{
	return keywords_json(troubles, TROUBLES, present);
}

static json_t *unseen_json(const struct netfwv6_connection_status *status)
{
	return status->unseen_unknown ? json_null() : json_integer((json_int_t)status->unseen);
}

static json_t *status_json(const struct report *report)
{
	const struct netfwv6_connection_status *status = &report->status;
	char since[TIME_TEXT_SIZE];

	return json_pack("{s:s, s:i, s:s, s:b, s:b, s:s, s:b, s:s, s:I, s:I, s:s, s:o, s:o, s:o}",
			 "device", report->name, "ifindex", (int)status->ifindex, "settings_of",
			 report->settings_of, "configured", status->configured, "stateless",
			 status->stateless, "forward", forward_name(status->forward), "learning",
			 status->learning, "mode", mode_name(status->mode), "program_id",
			 (json_int_t)status->program_id, "guard_id", (json_int_t)status->guard_id,
			 "since", format_time(status->since, true, since), "troubles",
			 troubles_json(status->troubles), "unseen", unseen_json(status), "reasons",
			 reasons_json(report));
}

static void print_device_troubles(const struct report *report)
{
	const struct netfwv6_connection_status *status = &report->status;

	if (*status->settings_of)
		printf("  goes by the settings of %s, as which it was enabled: 'netfwv6 enable %s' "
		       "puts its own in force\n",
		       report->settings_of, report->name);
	for (size_t i = 0; i < TROUBLES; i++)
		if (status->troubles & troubles[i].bit)
			printf("  %s: 'netfwv6 enable %s' mends that\n", troubles[i].sentence,
			       report->name);
}

/* Tells what the guard judged in the place of XDP. */
static void print_unseen(const struct netfwv6_connection_status *status)
{
	if (status->unseen_unknown && status->mode == NETFWV6_MODE_NATIVE)
		puts("  the driver takes no marks, so nobody can tell what XDP did not see");
	else if (status->unseen)
		printf("  %" PRIu64 " packets came in behind the back of XDP, and were judged by "
		       "the guard\n",
		       status->unseen);
}

static void print_device(const struct report *report)
{
	bool any = false;
	char since[TIME_TEXT_SIZE];

	printf("%s: firewalled, %s mode%s%s, program %u, since %s\n", report->name,
	       mode_name(report->status.mode), report->status.stateless ? ", stateless" : "",
	       report->status.forward == NETFWV6_FORWARD_PASS ? ", passes what is forwarded" : "",
	       report->status.program_id, format_time(report->status.since, false, since));
	print_device_troubles(report);
	print_unseen(&report->status);
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
	json_t *devices, *learning, *configured, *left_out;
};

/* The device is only learned from. */
static int report_learning(const char *name, json_t *learning)
{
	if (!learning)
		printf("%s: learning, not firewalled\n", name);
	else if (!add_json(learning, json_string(name)))
		return EXIT_OTHER;
	return EXIT_DONE;
}

/* The device is to be firewalled, or learned from, and is not. */
static int report_configured(const struct report *report, json_t *configured)
{
	const struct netfwv6_connection_status *status = &report->status;

	if (!configured)
		printf("%s: configured, not attached%s\n", report->name,
		       status->moved ? ": moved to another network namespace, and filtered there" :
		       status->troubles ? "" :
		       status->ifindex	? ": 'netfwv6 enable' attaches it" :
					  ": no such device here");
	else if (!add_json(configured,
			   json_pack("{s:s, s:b, s:b, s:b, s:o}", "device", report->name, "present",
				     status->ifindex != 0, "moved", status->moved, "learn_only",
				     status->configured_learn_only, "troubles",
				     troubles_json(status->troubles))))
		return EXIT_OTHER;
	if (!configured)
		print_device_troubles(report);
	return EXIT_DONE;
}

static int report_firewalled(const struct report *report, json_t *devices)
{
	if (devices)
		return add_json(devices, status_json(report)) ? EXIT_DONE : EXIT_OTHER;
	print_device(report);
	return EXIT_DONE;
}

/* Every device is wanted but this one. */
static int report_left_out(const char *name, json_t *left_out)
{
	if (!left_out)
		printf("%s: left out of --all by 'disable'\n", name);
	else if (!add_json(left_out, json_string(name)))
		return EXIT_OTHER;
	return EXIT_DONE;
}

static int report_device(const struct report *report, const struct lists *lists)
{
	if (report->status.firewalled)
		return report_firewalled(report, lists->devices);
	if (report->status.left_out)
		return report_left_out(report->name, lists->left_out);
	if (report->status.learning && !report->status.troubles)
		return report_learning(report->name, lists->learning);
	return report->status.configured || report->status.troubles ?
		       report_configured(report, lists->configured) :
		       EXIT_DONE;
}

/* Is something not as wanted? A device that is not here will be firewalled when it comes. */
static bool is_amiss(const struct netfwv6_connection_status *status)
{
	return status->troubles || (status->configured && !status->firewalled &&
				    !status->learning && (status->ifindex || status->moved));
}

static json_t *group_json(const struct netfwv6_mgr_status *status)
{
	char name[GROUP_TEXT_SIZE];

	if (!status->group)
		return json_null();
	return json_pack("{s:I, s:o}", "id", (json_int_t)status->group, "name",
			 json_text(format_group(status->group, name)));
}

static json_t *every_json(const struct netfwv6_mgr_status *status, json_t *left_out)
{
	return status->every ?
		       json_pack("{s:s, s:b, s:O}", "mode", netfwv6_mode_name(status->every_mode),
				 "stateless", status->every_stateless, "left_out", left_out) :
		       json_null();
}

static int print_state_json(struct cli *cli, const struct netfwv6_mgr_status *status,
			    const struct lists *lists, const struct flows *flows)
{
	return print_json(json_pack("{s:o, s:i, s:b, s:o, s:o, s:o, s:o, s:O, s:O, s:O, s:o}",
				    "state", json_text(netfwv6_mgr_state_dir(cli->mgr)), "layout",
				    (int)status->layout, "one_mount", status->one_mount, "all",
				    every_json(status, lists->left_out), "blind_spots",
				    keywords_json(blind_spots, BLIND_SPOTS, status->blind_spots),
				    "group", group_json(status), "saved", saved_json(cli),
				    "devices", lists->devices, "configured", lists->configured,
				    "learning", lists->learning, "flows", flows_json(flows)));
}

/* Reports the state as a whole, after its devices. */
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
		return print_state_json(cli, &status, lists, &flows);
	if (!reported)
		say(cli, "no device is firewalled by %s\n", netfwv6_mgr_state_dir(cli->mgr));
	else
		print_flows(&flows);
	if (status.every)
		say_every(cli, &status);
	for (size_t i = 0; i < BLIND_SPOTS && reported; i++)
		if (status.blind_spots & blind_spots[i].bit)
			puts(blind_spots[i].sentence);
	if (status.one_mount)
		say(cli,
		    "one unmount of %s ends the firewall: no bpffs on /sys/fs/bpf holds the "
		    "state, too\n",
		    netfwv6_mgr_state_dir(cli->mgr));
	print_saved(cli);
	if (status.group)
		printf("ports may be changed by root and group %s\n",
		       format_group(status.group, group));
	return EXIT_DONE;
}

int run_status(struct cli *cli)
{
	struct lists lists = {};
	struct reports reports;
	bool amiss = false;
	int code = read_reports(cli, false, &reports);

	if (cli->json)
		lists = (struct lists){ json_array(), json_array(), json_array(), json_array() };
	for (size_t i = 0; i < reports.count && !code; i++) {
		code = report_device(&reports.reports[i], &lists);
		amiss = amiss || is_amiss(&reports.reports[i].status);
	}
	if (!code)
		code = report_state(cli, &lists, reports.count);
	if (!code && amiss)
		code = EXIT_OTHER;
	json_decref(lists.devices);
	json_decref(lists.learning);
	json_decref(lists.configured);
	json_decref(lists.left_out);
	free_reports(&reports);
	return code;
}
