// SPDX-License-Identifier: LGPL-2.1-or-later
/* status: the firewalled devices, and what was passed and dropped there. */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "groups.h"
#include "modes.h"

struct device_report {
	const char *name;
	struct netfwv6_connection_status status;
	struct netfwv6_counter *counters;
	size_t n_counters;
};

/* RFC 3339, in UTC for JSON and local time for people. */
static const char *format_time(int64_t seconds, bool utc, char *text, size_t size)
{
	time_t time = seconds;
	struct tm tm;

	strftime(text, size, utc ? "%Y-%m-%dT%H:%M:%SZ" : "%Y-%m-%d %H:%M:%S %z",
		 utc ? gmtime_r(&time, &tm) : localtime_r(&time, &tm));
	return text;
}

static json_t *reason_json(const struct netfwv6_counter *counter)
{
	return json_pack("{s:s, s:s, s:I, s:I}", "reason", counter->reason, "verdict",
			 counter->dropped ? "dropped" : "passed", "packets",
			 (json_int_t)counter->packets, "bytes", (json_int_t)counter->bytes);
}

/* The name whose settings are in force. */
static const char *settings_of(const struct device_report *report)
{
	return *report->status.settings_of ? report->status.settings_of : report->name;
}

static json_t *learning_json(const struct netfwv6_connection_status *status)
{
	return status->learning_unknown ? json_null() : json_boolean(status->learning);
}

static json_t *device_json(const struct device_report *report)
{
	json_t *reasons = json_array();
	char since[32];

	for (size_t i = 0; i < report->n_counters; i++) {
		if (!add_json(reasons, reason_json(&report->counters[i]))) {
			json_decref(reasons);
			return NULL;
		}
	}
	return json_pack(
		"{s:s, s:i, s:s, s:b, s:b, s:o, s:s, s:I, s:s, s:o}", "device", report->name,
		"ifindex", (int)report->status.ifindex, "settings_of", settings_of(report),
		"configured", report->status.configured, "stateless", report->status.stateless,
		"learning", learning_json(&report->status), "mode", mode_name(report->status.mode),
		"program_id", (json_int_t)report->status.program_id, "since",
		format_time(report->status.since, true, since, sizeof(since)), "reasons", reasons);
}

static void print_troubles(const struct device_report *report)
{
	const struct netfwv6_connection_status *status = &report->status;

	if (*status->settings_of)
		printf("  goes by the settings of %s, as which it was enabled: 'netfwv6 enable %s' "
		       "puts its own in force\n",
		       status->settings_of, report->name);
	if (!status->stateless && !status->learning && !status->learning_unknown)
		printf("  egress program missing, so answers to this host may be dropped: 'netfwv6 "
		       "enable %s' mends that\n",
		       report->name);
}

static void print_device(const struct device_report *report)
{
	bool any = false;
	char since[40];

	printf("%s: firewalled, %s mode%s, program %u, since %s\n", report->name,
	       mode_name(report->status.mode), report->status.stateless ? ", stateless" : "",
	       report->status.program_id,
	       format_time(report->status.since, false, since, sizeof(since)));
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

/* Reads all counters of a device. On success the caller frees them. */
static int read_counters(struct netfwv6_connection *connection, struct device_report *report)
{
	netfwv6_result result;

	result = netfwv6_connection_get_counters(connection, 0, NULL, &report->n_counters);
	if (NETFWV6_FAILED(result))
		return complain_of(result);
	report->counters = calloc(report->n_counters, sizeof(*report->counters));
	if (!report->counters) {
		complain("out of memory");
		return EXIT_OTHER;
	}
	result = netfwv6_connection_get_counters(connection, report->n_counters, report->counters,
						 &report->n_counters);
	if (NETFWV6_SUCCEEDED(result))
		return EXIT_DONE;
	free(report->counters);
	return complain_of(result);
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
static int report_configured(const struct device_report *report, json_t *configured)
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

static int report_firewalled(struct netfwv6_connection *connection, struct device_report *report,
			     json_t *devices)
{
	int code = read_counters(connection, report);

	if (code)
		return code;
	if (!devices)
		print_device(report);
	else if (!add_json(devices, device_json(report)))
		code = EXIT_OTHER;
	free(report->counters);
	return code;
}

/* Who may not see what learns cannot tell that a device which should does not. */
static bool is_missing(const struct netfwv6_connection_status *status)
{
	return status->configured && !(status->configured_learn_only && status->learning_unknown);
}

/* Reports a device that has to do with the firewall. */
static int report_device(struct netfwv6_connection *connection, const struct lists *lists,
			 size_t *reported)
{
	struct device_report report = {
		.name = netfwv6_connection_id(connection),
		.status = { .sz = sizeof(report.status) },
	};
	netfwv6_result result = netfwv6_connection_get_status(connection, &report.status);

	/* One that has gone since the snapshot is not in the report. */
	if (result == NETFWV6_E_NOINTERFACE)
		return EXIT_DONE;
	if (NETFWV6_FAILED(result))
		return complain_of(result);
	*reported += report.status.firewalled || report.status.learning || report.status.configured;
	if (report.status.firewalled)
		return report_firewalled(connection, &report, lists->devices);
	if (report.status.learning)
		return report_learning(report.name, lists->learning);
	return is_missing(&report.status) ? report_configured(&report, lists->configured) :
					    EXIT_DONE;
}

static int report_all(struct netfwv6_connection_enum *connections, const struct lists *lists,
		      size_t *reported)
{
	struct netfwv6_connection *connection;
	int code = EXIT_DONE;

	while (!code) {
		netfwv6_result result =
			netfwv6_connection_enum_next(connections, 1, &connection, NULL);

		if (result == NETFWV6_S_FALSE)
			break;
		if (NETFWV6_FAILED(result))
			return complain_of(result);
		code = report_device(connection, lists, reported);
		netfwv6_connection_free(connection);
	}
	return code;
}

#define MAX_TABLES 8

/* The flow tables as an object; null for who may not read them. */
static json_t *flows_json(const struct netfwv6_flow_table *tables, size_t n)
{
	json_t *flows = n ? json_object() : json_null();

	for (size_t i = 0; i < n; i++)
		json_object_set_new(flows, tables[i].name,
				    json_pack("{s:I, s:I}", "used", (json_int_t)tables[i].used,
					      "capacity", (json_int_t)tables[i].capacity));
	return flows;
}

static void print_flows(const struct netfwv6_flow_table *tables, size_t n)
{
	for (size_t i = 0; i < n; i++)
		printf("%s %s %u of %u",
		       i ? "," : "conversations without a socket here:", tables[i].name,
		       tables[i].used, tables[i].capacity);
	if (n)
		putchar('\n');
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
	struct netfwv6_flow_table tables[MAX_TABLES];
	netfwv6_result result = netfwv6_mgr_get_status(cli->mgr, &status);
	char group[GROUP_TEXT_SIZE];
	size_t n = 0;

	if (NETFWV6_FAILED(result))
		return complain_of(result);
	if (NETFWV6_FAILED(netfwv6_mgr_get_flow_tables(cli->mgr, MAX_TABLES, tables, &n)))
		n = 0;
	if (lists->devices)
		return print_json(json_pack("{s:s, s:b, s:o, s:O, s:O, s:O, s:o}", "state",
					    netfwv6_mgr_state_dir(cli->mgr), "kept", status.kept,
					    "group", group_json(&status), "devices", lists->devices,
					    "configured", lists->configured, "learning",
					    lists->learning, "flows", flows_json(tables, n)));
	if (!reported)
		say(cli, "no device is firewalled by %s\n", netfwv6_mgr_state_dir(cli->mgr));
	else
		print_flows(tables, n);
	if (status.group)
		printf("ports may be changed by root and group %s\n",
		       format_group(status.group, group));
	return EXIT_DONE;
}

int run_status(struct cli *cli)
{
	struct netfwv6_connection_enum *connections;
	netfwv6_result result = netfwv6_mgr_enumerate_connections(cli->mgr, &connections);
	struct lists lists = {};
	size_t reported = 0;
	int code;

	if (NETFWV6_FAILED(result))
		return complain_of(result);
	if (cli->json)
		lists = (struct lists){ json_array(), json_array(), json_array() };
	code = report_all(connections, &lists, &reported);
	netfwv6_connection_enum_free(connections);
	if (!code)
		code = report_state(cli, &lists, reported);
	json_decref(lists.devices);
	json_decref(lists.learning);
	json_decref(lists.configured);
	return code;
}
