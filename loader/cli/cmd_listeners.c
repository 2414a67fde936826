// SPDX-License-Identifier: LGPL-2.1-or-later
/* listeners: what can be reached over IPv6, whether it is open, and how it would be. */
#include <arpa/inet.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "command_line.h"
#include "listening.h"
#include "visit.h"

/* A firewalled device. */
struct column {
	struct netfwv6_connection *connection;
	char name[PRINTABLE_SIZE];
};

/* What holds for one row in one column. */
struct cell {
	bool leads, open;
};

struct table {
	struct listenings rows;
	struct column *columns;
	struct cell *cells; /* of the row in question */
	size_t n_columns;
	json_t *array; /* null for text */
};

static void free_table(struct table *table)
{
	for (size_t i = 0; i < table->n_columns; i++)
		netfwv6_connection_free(table->columns[i].connection);
	free(table->columns);
	free(table->cells);
	free_listenings(&table->rows);
	json_decref(table->array);
}

/* ---- Columns ----------------------------------------------------------------------- */

static int add_column(struct cli *cli, struct netfwv6_connection *connection, void *context)
{
	struct table *table = context;
	struct column *columns, *column;
	struct cell *cells;
	bool firewalled;
	netfwv6_result result = netfwv6_connection_is_firewalled(connection, &firewalled);

	if (NETFWV6_FAILED(result))
		return complain_of(result);
	if (!firewalled)
		return EXIT_DONE;
	columns = reallocarray(table->columns, table->n_columns + 1, sizeof(*columns));
	table->columns = columns ?: table->columns;
	cells = reallocarray(table->cells, table->n_columns + 1, sizeof(*cells));
	table->cells = cells ?: table->cells;
	if (!columns || !cells) {
		complain("out of memory");
		return EXIT_OTHER;
	}
	column = &columns[table->n_columns];
	result = netfwv6_mgr_get_connection(cli->mgr, netfwv6_connection_name(connection),
					    &column->connection);
	if (NETFWV6_FAILED(result))
		return complain_of(result);
	make_printable(netfwv6_connection_name(connection), column->name);
	table->n_columns++;
	return EXIT_DONE;
}

static netfwv6_result fill_cells(struct table *table, const struct netfwv6_listener *listener)
{
	netfwv6_result result = NETFWV6_S_OK;

	for (size_t i = 0; i < table->n_columns && NETFWV6_SUCCEEDED(result); i++)
		result = ask_whether_open(table->columns[i].connection, listener,
					  &table->cells[i].leads, &table->cells[i].open);
	return result;
}

/* ---- Commands ---------------------------------------------------------------------- */

static netfwv6_result add_command(const struct cli *cli, json_t *proposals,
				  const struct netfwv6_listener *listener, const char *device)
{
	char *command CLEANUP(free_at) = command_that_opens(cli, listener, device);

	return command && json_array_append_new(proposals, json_string(command)) == 0 ?
		       NETFWV6_S_OK :
		       NETFWV6_E_OUTOFMEMORY;
}

/* Before any device is firewalled: what will be closed once one is. */
static netfwv6_result propose_ahead(const struct cli *cli, json_t *proposals,
				    const struct netfwv6_listener *listener)
{
	struct netfwv6_connection *connection CLEANUP(free_connection_at) = NULL;
	bool open, leads = true;
	netfwv6_result result;

	if (!listener->ifindex) {
		result = netfwv6_mgr_is_port_globally_open(cli->mgr, listener->port,
							   listener->protocol, &open);
	} else {
		result = netfwv6_mgr_get_connection(cli->mgr, listener->device, &connection);
		if (NETFWV6_SUCCEEDED(result))
			result = ask_whether_open(connection, listener, &leads, &open);
	}
	if (NETFWV6_FAILED(result) || open)
		return result;
	return add_command(cli, proposals, listener, listener->ifindex ? listener->device : NULL);
}

/* Would opening it globally do? Not for one device alone, nor where a device ignores that. */
static netfwv6_result ask_whether_global(const struct table *table,
					 const struct netfwv6_listener *listener, bool *global)
{
	bool ignored = listener->ifindex;
	netfwv6_result result = NETFWV6_S_OK;

	for (size_t i = 0; i < table->n_columns && !ignored && NETFWV6_SUCCEEDED(result); i++)
		if (!table->cells[i].open)
			result = netfwv6_connection_is_global_port_ignored(
				table->columns[i].connection, listener->port, listener->protocol,
				&ignored);
	*global = !ignored;
	return result;
}

static netfwv6_result propose(const struct cli *cli, const struct table *table,
			      const struct netfwv6_listener *listener, json_t *proposals)
{
	bool global;
	netfwv6_result result;

	if (!table->n_columns)
		return propose_ahead(cli, proposals, listener);
	result = ask_whether_global(table, listener, &global);
	for (size_t i = 0; i < table->n_columns && NETFWV6_SUCCEEDED(result); i++) {
		if (!table->cells[i].leads || table->cells[i].open)
			continue;
		result = add_command(
			cli, proposals, listener,
			global ? NULL : netfwv6_connection_name(table->columns[i].connection));
		if (global)
			break;
	}
	return result;
}

/* ---- Output ------------------------------------------------------------------------ */

static const char *format_address(const struct netfwv6_listener *listener,
				  char text[INET6_ADDRSTRLEN])
{
	return inet_ntop(AF_INET6, listener->address, text, INET6_ADDRSTRLEN) ?: "?";
}

static json_t *processes_json(const struct listening *row)
{
	json_t *array = json_array();

	for (size_t i = 0; i < row->n_processes; i++)
		json_array_append_new(array,
				      json_pack("{s:i, s:s}", "pid", (int)row->processes[i].pid,
						"name", row->processes[i].name));
	return array;
}

static json_t *devices_json(const struct table *table)
{
	json_t *array = json_array();

	for (size_t i = 0; i < table->n_columns; i++)
		if (table->cells[i].leads)
			json_array_append_new(array, json_pack("{s:s, s:b}", "device",
							       table->columns[i].name, "open",
							       table->cells[i].open));
	return array;
}

static json_t *row_json(const struct table *table, const struct listening *row, json_t *proposals)
{
	char address[INET6_ADDRSTRLEN], device[PRINTABLE_SIZE];

	make_printable(row->at.device, device);
	return json_pack("{s:s, s:i, s:s, s:s, s:o, s:b, s:o, s:O}", "protocol",
			 protocol_name(row->at.protocol), "port", (int)row->at.port, "address",
			 format_address(&row->at, address), "device", device, "processes",
			 processes_json(row), "kernel", row->of_kernel, "devices",
			 devices_json(table), "commands", proposals);
}

static void print_heading(const struct table *table)
{
	printf("%-10s %-22s %-9s %-24s", "PORT", "ADDRESS", "DEVICE", "PROCESS");
	for (size_t i = 0; i < table->n_columns; i++)
		printf(" %-8s", table->columns[i].name);
	puts(" TO OPEN IT");
}

static void print_row_of(const struct table *table, const struct listening *row,
			 const json_t *proposals)
{
	const struct netfwv6_port_range port = { row->at.port, row->at.port, row->at.protocol };
	char text[PORT_TEXT_SIZE], address[INET6_ADDRSTRLEN], device[PRINTABLE_SIZE];
	char processes[PROCESSES_TEXT_SIZE];

	make_printable(row->at.device, device);
	printf("%-10s %-22s %-9s %-24s", format_range(&port, text),
	       format_address(&row->at, address), *device ? device : "any",
	       format_processes(row, processes));
	for (size_t i = 0; i < table->n_columns; i++)
		printf(" %-*s",
		       (int)(strlen(table->columns[i].name) > 8 ? strlen(table->columns[i].name) :
								  8),
		       !table->cells[i].leads ? "-" :
		       table->cells[i].open   ? "open" :
						"closed");
	for (size_t i = 0; i < json_array_size(proposals); i++)
		printf("%s%s", i ? "; " : " ", json_string_value(json_array_get(proposals, i)));
	puts(json_array_size(proposals) ? "" : " -");
}

static int show_row(struct cli *cli, struct table *table, const struct listening *row)
{
	json_auto_t *proposals = json_array();
	netfwv6_result result = fill_cells(table, &row->at);

	if (NETFWV6_SUCCEEDED(result))
		result = propose(cli, table, &row->at, proposals);
	if (NETFWV6_FAILED(result))
		return complain_of(result);
	if (table->array)
		return add_json(table->array, row_json(table, row, proposals)) ? EXIT_DONE :
										 EXIT_OTHER;
	print_row_of(table, row, proposals);
	return EXIT_DONE;
}

static int show_rows(struct cli *cli, struct table *table)
{
	int code = EXIT_DONE;

	if (!cli->json && table->rows.count)
		print_heading(table);
	for (size_t i = 0; i < table->rows.count && !code; i++)
		code = show_row(cli, table, &table->rows.all[i]);
	if (code)
		return code;
	if (cli->json)
		return print_json(json_pack("{s:O, s:b}", "listeners", table->array,
					    "processes_hidden", table->rows.hidden));
	if (!table->rows.count)
		say(cli, "nothing that listens can be reached over IPv6\n");
	else if (table->rows.hidden)
		say(cli, "note: processes of others are shown to root alone\n");
	return EXIT_DONE;
}

int run_listeners(struct cli *cli)
{
	struct table table CLEANUP(free_table) = {};
	int code = read_listenings(cli, &table.rows);

	if (code != GO_ON)
		return code;
	code = visit_connections(cli, add_column, &table);
	if (cli->json)
		table.array = json_array();
	return code ?: show_rows(cli, &table);
}
