// SPDX-License-Identifier: LGPL-2.1-or-later
#include "open_listeners.h"

#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "listening.h"
#include "settings.h"

/* Does the row concern the connection, and is its port closed there? */
static netfwv6_result ask_whether_closed(struct netfwv6_connection *connection,
					 const struct listening *row, bool *closed)
{
	bool leads, open;
	netfwv6_result result = ask_whether_open(connection, &row->at, &leads, &open);

	*closed = NETFWV6_SUCCEEDED(result) && leads && !open;
	return result;
}

/* Several sockets of one port stand one behind the other. */
static bool is_same_port(const struct listening *row, const struct listening *other)
{
	return other && row->at.port == other->at.port && row->at.protocol == other->at.protocol;
}

static const char *format_port(const struct listening *row, char text[PORT_TEXT_SIZE])
{
	const struct netfwv6_port_range port = { row->at.port, row->at.port, row->at.protocol };

	return format_range(&port, text);
}

static void put_closed(FILE *line, const struct listening *row, bool first)
{
	char text[PORT_TEXT_SIZE], processes[PROCESSES_TEXT_SIZE];

	fprintf(line, "%s%s (%s)", first ? "" : ", ", format_port(row, text),
		format_processes(row, processes));
}

/* The ports that are closed, and who listens there: how many. */
static size_t put_all_closed(FILE *line, struct netfwv6_connection *connection,
			     const struct listenings *listenings)
{
	const struct listening *last = NULL;
	size_t count = 0;

	for (const struct listening *row = listenings->all;
	     row < listenings->all + listenings->count; row++) {
		bool closed;

		if (is_same_port(row, last) ||
		    NETFWV6_FAILED(ask_whether_closed(connection, row, &closed)) || !closed)
			continue;
		put_closed(line, row, !count++);
		last = row;
	}
	return count;
}

void name_closed_listeners(struct cli *cli, struct netfwv6_connection *connection)
{
	struct listenings listenings CLEANUP(free_listenings) = {};
	char *names CLEANUP(free_at) = NULL;
	size_t size, count = 0;
	FILE *line;

	if (cli->quiet || read_listenings(cli, &listenings) != GO_ON)
		return;
	line = open_memstream(&names, &size);
	if (line)
		count = put_all_closed(line, connection, &listenings);
	if (!line || fclose(line) || !count)
		return;
	say(cli,
	    "note: %zu %s on closed ports of %s: %s; 'netfwv6 listeners' shows how to open "
	    "them\n",
	    count, count == 1 ? "listens" : "listen", netfwv6_connection_name(connection), names);
}

/* ---- Opening them ------------------------------------------------------------------ */

static netfwv6_result open_one(struct netfwv6_connection *connection, const struct listening *row,
			       struct port_ranges *opened)
{
	struct netfwv6_port_range port = { row->at.port, row->at.port, row->at.protocol };
	const char *name = row->n_processes ? row->processes->name : NULL;
	netfwv6_result result =
		netfwv6_connection_open_port(connection, row->at.port, row->at.protocol, name);

	if (NETFWV6_SUCCEEDED(result))
		opened->ranges[opened->count++] = port;
	return result;
}

static netfwv6_result open_if_closed(const struct cli *cli, struct netfwv6_connection *connection,
				     const struct listening *row, struct port_ranges *opened)
{
	bool leads, open = true;
	netfwv6_result result = netfwv6_connection_leads_to(connection, row->at.ifindex, &leads);

	if (NETFWV6_SUCCEEDED(result) && leads)
		result = ask_what_will_be(cli, connection, row->at.port, row->at.protocol, &open);
	return NETFWV6_SUCCEEDED(result) && !open ? open_one(connection, row, opened) : result;
}

static netfwv6_result open_all(const struct cli *cli, struct netfwv6_connection *connection,
			       const struct listenings *listenings, struct port_ranges *opened)
{
	netfwv6_result result = NETFWV6_S_OK;

	for (size_t i = 0; i < listenings->count && NETFWV6_SUCCEEDED(result); i++)
		result = open_if_closed(cli, connection, &listenings->all[i], opened);
	return result;
}

static void say_which(struct cli *cli, struct netfwv6_connection *connection,
		      const struct listenings *listenings, const struct port_ranges *opened)
{
	const char *device = netfwv6_connection_name(connection);
	char text[PORT_TEXT_SIZE], processes[PROCESSES_TEXT_SIZE];
	size_t row = 0;

	for (size_t i = 0; i < opened->count; i++) {
		while (listenings->all[row].at.port != opened->ranges[i].first ||
		       listenings->all[row].at.protocol != opened->ranges[i].protocol)
			row++;
		say(cli, "%s on %s: open, for %s\n", format_range(&opened->ranges[i], text), device,
		    format_processes(&listenings->all[row], processes));
	}
	if (!opened->count)
		say(cli, "%s: nothing listens on a closed port\n", device);
}

int open_listeners(struct cli *cli, struct netfwv6_connection *connection,
		   struct port_ranges *opened)
{
	struct listenings listenings CLEANUP(free_listenings) = {};
	int code = read_listenings(cli, &listenings);
	netfwv6_result result;

	if (code != GO_ON)
		return code;
	opened->ranges = calloc(listenings.count ?: 1, sizeof(*opened->ranges));
	if (!opened->ranges) {
		complain("out of memory");
		return EXIT_OTHER;
	}
	result = open_all(cli, connection, &listenings, opened);
	if (NETFWV6_FAILED(result)) {
		code = complain_of(result);
		close_again(connection, opened);
		return code;
	}
	say_which(cli, connection, &listenings, opened);
	return GO_ON;
}

void close_again(struct netfwv6_connection *connection, const struct port_ranges *opened)
{
	for (size_t i = 0; i < opened->count; i++)
		if (NETFWV6_FAILED(netfwv6_connection_close_port(
			    connection, opened->ranges[i].first, opened->ranges[i].protocol)))
			complain("%s", netfwv6_detail());
}
