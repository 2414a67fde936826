// SPDX-License-Identifier: LGPL-2.1-or-later
#include "reports.h"

#include <jansson.h>
#include <string.h>
#include <time.h>

#include "cleanup.h"
#include "visit.h"

const char *format_time(int64_t seconds, bool utc, char text[TIME_TEXT_SIZE])
{
	time_t time = seconds;
	struct tm tm;

	strftime(text, TIME_TEXT_SIZE, utc ? "%Y-%m-%dT%H:%M:%SZ" : "%Y-%m-%d %H:%M:%S %z",
		 utc ? gmtime_r(&time, &tm) : localtime_r(&time, &tm));
	return text;
}

static json_t *reason_json(const struct netfwv6_counter *counter)
{
	return json_pack("{s:s, s:s, s:I, s:I}", "reason", counter->reason, "verdict",
			 counter->dropped ? "dropped" : "passed", "packets",
			 (json_int_t)counter->packets, "bytes", (json_int_t)counter->bytes);
}

json_t *reasons_json(const struct report *report)
{
	json_auto_t *reasons = json_array();

	for (size_t i = 0; i < report->n_counters; i++)
		if (!add_json(reasons, reason_json(&report->counters[i])))
			return NULL;
	return json_incref(reasons);
}

static netfwv6_result read_report_counters(struct netfwv6_connection *connection,
					   struct report *report)
{
	TRY(netfwv6_connection_get_counters(connection, 0, sizeof(struct netfwv6_counter), NULL,
					    &report->n_counters));
	report->counters = calloc(report->n_counters, sizeof(*report->counters));
	if (!report->counters)
		return NETFWV6_E_OUTOFMEMORY;
	return netfwv6_connection_get_counters(connection, report->n_counters,
					       sizeof(struct netfwv6_counter), report->counters,
					       &report->n_counters);
}

static netfwv6_result count_ports_of(struct netfwv6_connection *connection, size_t count[2])
{
	struct netfwv6_port_enum *ports CLEANUP(free_ports_at) = NULL;
	struct netfwv6_port port;

	TRY(netfwv6_connection_enumerate_open_ports(connection, NULL, &ports));
	while (netfwv6_port_enum_next(ports, 1, sizeof(struct netfwv6_port), &port, NULL) ==
	       NETFWV6_S_OK)
		count[port.protocol == NETFWV6_PROTOCOL_UDP]++;
	return NETFWV6_S_OK;
}

/* A renamed device goes by the settings of its former name. */
static netfwv6_result count_own_ports(struct cli *cli, struct netfwv6_connection *connection,
				      struct report *report)
{
	struct netfwv6_connection *settings CLEANUP(free_connection_at) = NULL;
	netfwv6_result result;

	if (!*report->status.settings_of)
		return count_ports_of(connection, report->open_ports);
	result = netfwv6_mgr_get_connection(cli->mgr, report->status.settings_of, &settings);
	if (NETFWV6_FAILED(result))
		return result == NETFWV6_E_NOINTERFACE ? NETFWV6_S_OK : result; /* no settings */
	return count_ports_of(settings, report->open_ports);
}

static netfwv6_result read_report(struct cli *cli, struct netfwv6_connection *connection,
				  struct report *report)
{
	*report = (struct report){ .status = { .sz = sizeof(report->status) } };
	TRY(netfwv6_connection_get_status(connection, &report->status));
	make_printable(netfwv6_connection_id(connection), report->name);
	make_printable(*report->status.settings_of ? report->status.settings_of :
						     netfwv6_connection_id(connection),
		       report->settings_of);
	/* The library complains if the device of --dev is not firewalled. */
	return report->status.firewalled || cli->connection ?
		       read_report_counters(connection, report) :
		       NETFWV6_S_OK;
}

/* The device was deleted, or disabled, since it was found. */
static bool has_left(struct netfwv6_connection *connection, netfwv6_result result)
{
	bool firewalled;

	return result == NETFWV6_E_NOINTERFACE ||
	       (result == NETFWV6_E_FAIL &&
		NETFWV6_SUCCEEDED(netfwv6_connection_is_firewalled(connection, &firewalled)) &&
		!firewalled);
}

/* Memory may have been short here and not in the library, which then has no sentence. */
static int complain_of_report(netfwv6_result result)
{
	if (result != NETFWV6_E_OUTOFMEMORY)
		return complain_of(result);
	complain("out of memory");
	return EXIT_OTHER;
}

/* What the visits of all connections add to. */
struct reading {
	struct reports *reports;
	bool own_ports;
};

static int add_report(struct cli *cli, struct netfwv6_connection *connection, void *context)
{
	const struct reading *reading = context;
	struct reports *reports = reading->reports;
	struct report *grown =
		reallocarray(reports->reports, reports->count + 1, sizeof(*reports->reports));
	struct report *report;
	netfwv6_result result;

	if (!grown)
		return complain_of_report(NETFWV6_E_OUTOFMEMORY);
	reports->reports = grown;
	report = &grown[reports->count];
	result = read_report(cli, connection, report);
	if (NETFWV6_SUCCEEDED(result) && reading->own_ports && report->status.firewalled)
		result = count_own_ports(cli, connection, report);
	if (NETFWV6_SUCCEEDED(result) && (report->status.firewalled || report->status.learning ||
					  report->status.configured || report->status.left_out)) {
		reports->count++;
		return EXIT_DONE;
	}
	free(report->counters);
	if (NETFWV6_SUCCEEDED(result))
		return EXIT_DONE;
	return !cli->connection && has_left(connection, result) ? EXIT_DONE :
								  complain_of_report(result);
}

int read_reports(struct cli *cli, bool own_ports, struct reports *reports)
{
	struct reading reading = { reports, own_ports };

	*reports = (struct reports){};
	return cli->connection ? add_report(cli, cli->connection, &reading) :
				 visit_connections(cli, add_report, &reading);
}

void free_reports(struct reports *reports)
{
	for (size_t i = 0; i < reports->count; i++)
		free(reports->reports[i].counters);
	free(reports->reports);
	*reports = (struct reports){};
}

const struct report *next_firewalled(const struct reports *reports, const struct report *report)
{
	const struct report *end = reports->reports + reports->count;

	report = report ? report + 1 : reports->reports;
	while (report < end && !report->status.firewalled)
		report++;
	return report < end ? report : NULL;
}
