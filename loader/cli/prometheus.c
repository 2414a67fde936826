// SPDX-License-Identifier: LGPL-2.1-or-later
/* stats --prometheus. All samples of a metric stand together, behind its HELP and TYPE. */
#include <inttypes.h>
#include <stdio.h>

#include "values.h"
#include "troubles.h"
#include "port_operand.h"
#include "stats.h"

/* A scan of this host must not make a time series of every port. */
#define MAX_PORTS 100

static void print_metric(const char *name, const char *type, const char *help)
{
	printf("# HELP netfwv6_%s %s\n# TYPE netfwv6_%s %s\n", name, help, name, type);
}

/* Prints a label behind its comma or brace. The value is UTF-8. */
static void print_label(const char *before, const char *name, const char *value)
{
	printf("%s%s=\"", before, name);
	for (; *value; value++)
		if (*value == '\n')
			fputs("\\n", stdout);
		else if (*value == '"' || *value == '\\')
			printf("\\%c", *value);
		else
			putchar(*value);
	putchar('"');
}

static void print_value(uint64_t value)
{
	printf("} %" PRIu64 "\n", value);
}

static void print_sample(const char *name, const char *label, const char *text, uint64_t value)
{
	printf("netfwv6_%s", name);
	print_label("{", label, text);
	print_value(value);
}

static void print_counter(const char *name, const struct report *report,
			  const struct netfwv6_counter *counter, uint64_t value)
{
	printf("netfwv6_%s", name);
	print_label("{", "device", report->name);
	print_label(",", "verdict", counter->dropped ? "dropped" : "passed");
	print_label(",", "reason", counter->reason);
	print_value(value);
}

static void print_counter_metrics(const struct reports *reports)
{
	print_metric("packets_total", "counter", "Packets received, by verdict and its reason.");
	for (const struct report *report = next_firewalled(reports, NULL); report;
	     report = next_firewalled(reports, report))
		for (size_t i = 0; i < report->n_counters; i++)
			print_counter("packets_total", report, &report->counters[i],
				      report->counters[i].packets);
	print_metric("bytes_total", "counter",
		     "Bytes of these packets, link-layer headers included.");
	for (const struct report *report = next_firewalled(reports, NULL); report;
	     report = next_firewalled(reports, report))
		for (size_t i = 0; i < report->n_counters; i++)
			print_counter("bytes_total", report, &report->counters[i],
				      report->counters[i].bytes);
}

static void print_devices(const struct reports *reports)
{
	print_metric("firewalled", "gauge", "1 for each device that is firewalled.");
	for (const struct report *report = next_firewalled(reports, NULL); report;
	     report = next_firewalled(reports, report)) {
		printf("netfwv6_firewalled");
		print_label("{", "device", report->name);
		print_label(",", "mode", netfwv6_mode_name(report->status.mode));
		print_label(",", "stateless", report->status.stateless ? "true" : "false");
		print_label(",", "forward", forward_name(report->status.forward));
		print_value(1);
	}
	print_metric("configured", "gauge", "1 for each device that is to be firewalled.");
	for (size_t i = 0; i < reports->count; i++) {
		const struct netfwv6_connection_status *status = &reports->reports[i].status;

		if (status->configured && !status->configured_learn_only)
			print_sample("configured", "device", reports->reports[i].name, 1);
	}
	print_metric("enabled_timestamp_seconds", "gauge",
		     "When the device was firewalled, in seconds since 1970.");
	for (const struct report *report = next_firewalled(reports, NULL); report;
	     report = next_firewalled(reports, report))
		print_sample("enabled_timestamp_seconds", "device", report->name,
			     (uint64_t)report->status.since);
}

/* A trouble that is not there is 0, so that an alert can tell it from a device that is not. */
static void print_trouble_samples(const char *device, uint32_t present)
{
	for (size_t i = 0; i < TROUBLES; i++) {
		printf("netfwv6_trouble");
		print_label("{", "device", device);
		print_label(",", "trouble", troubles[i].keyword);
		print_value(present & troubles[i].bit ? 1 : 0);
	}
}

static void print_trouble_metrics(const struct reports *reports)
{
	print_metric(
		"trouble", "gauge",
		"1 if something is not as enable made it, on a device that is to be firewalled.");
	for (size_t i = 0; i < reports->count; i++) {
		const struct netfwv6_connection_status *status = &reports->reports[i].status;

		if (status->firewalled || (status->configured && !status->configured_learn_only))
			print_trouble_samples(reports->reports[i].name, status->troubles);
	}
	print_metric(
		"unseen_packets_total", "counter",
		"Packets that XDP did not see and the guard judged; none where that is unknown.");
	for (const struct report *report = next_firewalled(reports, NULL); report;
	     report = next_firewalled(reports, report))
		if (!report->status.unseen_unknown)
			print_sample("unseen_packets_total", "device", report->name,
				     report->status.unseen);
}

static void print_open_ports_of(const char *scope, const char *device, const size_t count[2])
{
	static const char *const protocols[] = { "tcp", "udp" };

	for (int i = 0; i < 2; i++) {
		printf("netfwv6_open_ports");
		print_label("{", "scope", scope);
		print_label(",", "device", device);
		print_label(",", "protocol", protocols[i]);
		print_value(count[i]);
	}
}

static void print_open_ports(const struct stats *stats)
{
	const struct reports *reports = &stats->reports;

	print_metric("open_ports", "gauge",
		     "Open ports: global ones, and those of a firewalled device alone.");
	print_open_ports_of("global", "", stats->open_ports);
	for (const struct report *report = next_firewalled(reports, NULL); report;
	     report = next_firewalled(reports, report))
		print_open_ports_of("connection", report->name, report->open_ports);
}

static void print_flow_tables(const struct flows *flows)
{
	if (!flows->count)
		return;
	print_metric("flows", "gauge", "Live entries of a table of conversations.");
	for (size_t i = 0; i < flows->count; i++)
		print_sample("flows", "table", flows->tables[i].name, flows->tables[i].used);
	print_metric("flows_capacity", "gauge", "Entries that the table has room for.");
	for (size_t i = 0; i < flows->count; i++)
		print_sample("flows_capacity", "table", flows->tables[i].name,
			     flows->tables[i].capacity);
}

static void print_port_hits(const struct stats *stats)
{
	const struct port_hits *hits = &stats->hits;
	char port[16];

	print_metric("ports_counted", "gauge", "1 if dropped packets are counted by port.");
	printf("netfwv6_ports_counted %d\n", stats->ports_counted);
	if (!stats->ports_counted)
		return;
	print_metric("dropped_ports", "gauge",
		     "Closed ports that packets were dropped for; the most hit are listed.");
	printf("netfwv6_dropped_ports %zu\n", hits->count);
	print_metric("dropped_port_packets_total", "counter",
		     "Packets dropped for a closed port, on all devices together.");
	for (size_t i = 0; i < hits->count && i < MAX_PORTS; i++) {
		printf("netfwv6_dropped_port_packets_total");
		print_label("{", "protocol", protocol_name(hits->hits[i].protocol));
		snprintf(port, sizeof(port), "%u", hits->hits[i].port);
		print_label(",", "port", port);
		print_value(hits->hits[i].packets);
	}
}

void print_stats_prometheus(const struct stats *stats)
{
	print_metric("build_info", "gauge", "The version of netfwv6; always 1.");
	print_sample("build_info", "version", netfwv6_version(), 1);
	print_devices(&stats->reports);
	print_trouble_metrics(&stats->reports);
	print_counter_metrics(&stats->reports);
	print_open_ports(stats);
	print_flow_tables(&stats->flows);
	print_port_hits(stats);
}
