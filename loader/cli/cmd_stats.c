// SPDX-License-Identifier: LGPL-2.1-or-later
/* stats shows all that is counted, sets it to zero, and switches counting by port. */

#include <stdio.h>

#include "cleanup.h"
#include "http.h"
#include "stats.h"
#include "values.h"
#include "visit.h"

/* ---- Changes --------------------------------------------------------------------- */

static int reset_device(struct cli *cli, struct netfwv6_connection *connection)
{
	char name[PRINTABLE_SIZE];
	netfwv6_result result = netfwv6_connection_reset_counters(connection);

	if (NETFWV6_FAILED(result))
		return complain_of(result);
	make_printable(netfwv6_connection_id(connection), name);
	say(cli, "%s: counters set to zero\n", name);
	return EXIT_DONE;
}

static int reset_if_firewalled(struct cli *cli, struct netfwv6_connection *connection, void *unused)
{
	bool firewalled;
	netfwv6_result result = netfwv6_connection_is_firewalled(connection, &firewalled);

	(void)unused;
	if (NETFWV6_FAILED(result))
		return complain_of(result);
	return firewalled ? reset_device(cli, connection) : EXIT_DONE;
}

/* Counting by port starts at zero when it is switched on. */
static int reset_port_hits(struct cli *cli)
{
	bool counted;
	netfwv6_result result = netfwv6_mgr_get_port_hits_counted(cli->mgr, &counted);

	if (NETFWV6_SUCCEEDED(result) && counted)
		result = netfwv6_mgr_put_port_hits_counted(cli->mgr, false);
	if (NETFWV6_SUCCEEDED(result) && counted)
		result = netfwv6_mgr_put_port_hits_counted(cli->mgr, true);
	if (NETFWV6_FAILED(result))
		return complain_of(result);
	if (counted)
		say(cli, "dropped packets by port: set to zero\n");
	return EXIT_DONE;
}

static int reset_stats(struct cli *cli)
{
	int code;

	if (cli->connection)
		return reset_device(cli, cli->connection);
	code = visit_connections(cli, reset_if_firewalled, NULL);
	return code ?: reset_port_hits(cli);
}

static int count_ports(struct cli *cli, bool on)
{
	netfwv6_result result = netfwv6_mgr_put_port_hits_counted(cli->mgr, on);

	if (NETFWV6_FAILED(result))
		return complain_of(result);
	say(cli, "dropped packets by port: %scounted\n", on ? "" : "not ");
	return EXIT_DONE;
}

/* ---- Showing --------------------------------------------------------------------- */

static netfwv6_result count_open_ports(struct cli *cli, uint32_t protocol, size_t *count)
{
	struct netfwv6_port_enum *ports CLEANUP(free_ports_at) = NULL;
	struct netfwv6_port_range all = { NETFWV6_PORT_MIN, NETFWV6_PORT_MAX, protocol };

	TRY(netfwv6_mgr_enumerate_globally_open_ports(cli->mgr, &all, &ports));
	return netfwv6_port_enum_count(ports, count);
}

static netfwv6_result read_ports(struct cli *cli, struct stats *stats)
{
	TRY(netfwv6_mgr_get_port_hits_counted(cli->mgr, &stats->ports_counted));
	TRY(count_open_ports(cli, NETFWV6_PROTOCOL_TCP, &stats->open_ports[0]));
	return count_open_ports(cli, NETFWV6_PROTOCOL_UDP, &stats->open_ports[1]);
}

static int read_stats(struct cli *cli, struct stats *stats)
{
	netfwv6_result result = read_ports(cli, stats);
	int code;

	if (NETFWV6_FAILED(result))
		return complain_of(result);
	read_flows(cli, &stats->flows);
	code = read_reports(cli, true, &stats->reports);
	if (!code && stats->ports_counted)
		code = read_port_hits(cli, &stats->hits);
	return code;
}

static int show_stats(struct cli *cli)
{
	struct stats stats = {};
	int code = read_stats(cli, &stats);

	if (!code && cli->json)
		code = print_stats_json(cli, &stats);
	else if (!code && cli->prometheus)
		print_stats_prometheus(&stats);
	else if (!code)
		print_stats(cli, &stats);
	free_port_hits(&stats.hits);
	free_reports(&stats.reports);
	return code;
}

/* Answers one request for the metrics. What a client does wrong is no failure of the command. */
static int serve_stats(struct cli *cli)
{
	struct stats stats = {};
	enum http_request request = http_take_request("/metrics");
	int code = request == HTTP_REFUSED ? EXIT_DONE : read_stats(cli, &stats);

	if (code) {
		http_begin_answer("500 Internal Server Error", "text/plain");
		printf("%s\n", netfwv6_detail());
	} else if (request != HTTP_REFUSED) {
		http_begin_answer("200 OK", "text/plain; version=0.0.4");
	}
	if (!code && request == HTTP_GET)
		print_stats_prometheus(&stats);
	if (request != HTTP_REFUSED)
		http_end_answer();
	free_port_hits(&stats.hits);
	free_reports(&stats.reports);
	return code;
}

/* Returns a sentence that says which options exclude each other, or NULL. */
static const char *find_conflict(const struct cli *cli)
{
	bool changes = cli->reset || cli->count_ports;

	if (cli->http && (changes || cli->json || cli->prometheus || cli->device))
		return "--http answers with all metrics: not with another option of 'stats'";
	if (cli->json && cli->prometheus)
		return "--json and --prometheus: one at a time";
	if (changes && (cli->json || cli->prometheus))
		return "--reset and --count-ports show nothing: not with --json or --prometheus";
	if (cli->count_ports && cli->device)
		return "--count-ports is for all devices together: not with --dev";
	return NULL;
}

int run_stats(struct cli *cli)
{
	const char *conflict = find_conflict(cli);
	bool on = false;
	int code = take_switch("count-ports", cli->count_ports, &on);

	if (code != GO_ON)
		return code;
	if (conflict) {
		complain("%s", conflict);
		return EXIT_USAGE;
	}
	if (cli->http)
		return serve_stats(cli);
	if (!cli->reset && !cli->count_ports)
		return show_stats(cli);
	code = cli->reset ? reset_stats(cli) : EXIT_DONE;
	if (!code && cli->count_ports)
		code = count_ports(cli, on);
	return code;
}
