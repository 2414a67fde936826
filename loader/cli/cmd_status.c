// SPDX-License-Identifier: LGPL-2.1-or-later
/* status: the firewalled devices, and what was passed and dropped there. */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli.h"
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
		"{s:s, s:i, s:b, s:b, s:s, s:I, s:s, s:o}", "device", report->name, "ifindex",
		(int)report->status.ifindex, "stateless", report->status.stateless, "learning",
		report->status.learning, "mode", mode_name(report->status.mode), "program_id",
		(json_int_t)report->status.program_id, "since",
		format_time(report->status.since, true, since, sizeof(since)), "reasons", reasons);
}

static void print_device(const struct device_report *report)
{
	bool any = false;
	char since[40];

	printf("%s: firewalled, %s mode%s, program %u, since %s\n", report->name,
	       mode_name(report->status.mode), report->status.stateless ? ", stateless" : "",
	       report->status.program_id,
	       format_time(report->status.since, false, since, sizeof(since)));
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
	json_t *devices, *learning;
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
	*reported += report.status.firewalled || report.status.learning;
	if (report.status.firewalled)
		return report_firewalled(connection, &report, lists->devices);
	return report.status.learning ? report_learning(report.name, lists->learning) : EXIT_DONE;
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

int run_status(struct cli *cli)
{
	struct netfwv6_connection_enum *connections;
	netfwv6_result result = netfwv6_mgr_enumerate_connections(cli->mgr, &connections);
	struct netfwv6_flow_table tables[MAX_TABLES];
	struct lists lists = {};
	size_t reported = 0, n_tables = 0;
	int code;

	if (NETFWV6_FAILED(result))
		return complain_of(result);
	if (cli->json)
		lists = (struct lists){ json_array(), json_array() };
	code = report_all(connections, &lists, &reported);
	netfwv6_connection_enum_free(connections);
	if (code) {
		json_decref(lists.devices);
		json_decref(lists.learning);
		return code;
	}
	if (NETFWV6_FAILED(netfwv6_mgr_get_flow_tables(cli->mgr, MAX_TABLES, tables, &n_tables)))
		n_tables = 0;
	if (cli->json)
		return print_json(json_pack("{s:s, s:o, s:o, s:o}", "state",
					    netfwv6_mgr_state_dir(cli->mgr), "devices",
					    lists.devices, "learning", lists.learning, "flows",
					    flows_json(tables, n_tables)));
	if (reported)
		print_flows(tables, n_tables);
	else
		say(cli, "no device is firewalled by %s\n", netfwv6_mgr_state_dir(cli->mgr));
	return EXIT_DONE;
}
