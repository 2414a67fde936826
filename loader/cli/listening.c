// SPDX-License-Identifier: LGPL-2.1-or-later
#include "listening.h"

#include <stdio.h>
#include <string.h>

#include "cleanup.h"

static void free_listeners_at(struct netfwv6_listener_enum **listeners)
{
	netfwv6_listener_enum_free(*listeners);
}

static bool are_at_one_place(const struct netfwv6_listener *a, const struct netfwv6_listener *b)
{
	return a->protocol == b->protocol && a->port == b->port && a->ifindex == b->ifindex &&
	       memcmp(a->address, b->address, sizeof(a->address)) == 0;
}

/* The row of that place, which is the last one or a new one; NULL: out of memory. */
static struct listening *row_for(struct listenings *listenings,
				 const struct netfwv6_listener *listener)
{
	struct listening *last = listenings->count ? &listenings->all[listenings->count - 1] : NULL;
	struct listening *all;

	if (last && are_at_one_place(&last->at, listener))
		return last;
	all = reallocarray(listenings->all, listenings->count + 1, sizeof(*all));
	if (!all)
		return NULL;
	listenings->all = all;
	all += listenings->count++;
	*all = (struct listening){ .at = *listener };
	return all;
}

static bool process_is_in(const struct listening *row, pid_t pid)
{
	for (size_t i = 0; i < row->n_processes; i++)
		if (row->processes[i].pid == pid)
			return true;
	return false;
}

static bool add_process(struct listening *row, const struct holder *holder)
{
	struct holder *processes;

	if (process_is_in(row, holder->pid))
		return true;
	processes = reallocarray(row->processes, row->n_processes + 1, sizeof(*processes));
	if (!processes)
		return false;
	row->processes = processes;
	processes[row->n_processes++] = *holder;
	return true;
}

static bool add_to_row(struct listenings *listenings, const struct netfwv6_listener *listener,
		       const struct holders *holders)
{
	struct listening *row = row_for(listenings, listener);
	const struct holder *holder = find_holder(holders, listener->inode);

	while (row && holder && holder < holders->all + holders->count &&
	       holder->inode == listener->inode)
		if (!add_process(row, holder++))
			return false;
	if (row)
		row->of_kernel = !row->n_processes && (!listener->inode || !holders->hidden);
	return row;
}

int read_listenings(struct cli *cli, struct listenings *listenings)
{
	struct netfwv6_listener_enum *listeners CLEANUP(free_listeners_at) = NULL;
	struct holders holders CLEANUP(free_holders) = {};
	struct netfwv6_listener listener;
	netfwv6_result result = netfwv6_mgr_enumerate_listeners(cli->mgr, &listeners);
	int code;

	if (NETFWV6_FAILED(result))
		return complain_of(result);
	result = netfwv6_listener_enum_next(listeners, 1, sizeof(listener), &listener, NULL);
	code = result == NETFWV6_S_OK ? read_holders(&holders) : GO_ON;
	listenings->hidden = holders.hidden;
	for (; result == NETFWV6_S_OK && code == GO_ON;
	     result = netfwv6_listener_enum_next(listeners, 1, sizeof(listener), &listener, NULL))
		if (!add_to_row(listenings, &listener, &holders)) {
			complain("out of memory");
			return EXIT_OTHER;
		}
	return code;
}

void free_listenings(struct listenings *listenings)
{
	for (size_t i = 0; i < listenings->count; i++)
		free(listenings->all[i].processes);
	free(listenings->all);
}

const char *format_processes(const struct listening *listening, char text[PROCESSES_TEXT_SIZE])
{
	const size_t shown = 2;
	size_t used = 0;

	strcpy(text, listening->of_kernel ? "the kernel" : "?");
	for (size_t i = 0; i < listening->n_processes && i < shown; i++)
		used += (size_t)snprintf(text + used, PROCESSES_TEXT_SIZE - used, "%s%s[%d]",
					 i ? ", " : "", listening->processes[i].name,
					 listening->processes[i].pid);
	if (listening->n_processes > shown)
		snprintf(text + used, PROCESSES_TEXT_SIZE - used, ", %zu more",
			 listening->n_processes - shown);
	return text;
}

netfwv6_result ask_whether_open(struct netfwv6_connection *connection,
				const struct netfwv6_listener *listener, bool *leads, bool *open)
{
	uint32_t rule = NETFWV6_RULE_CLOSED;
	netfwv6_result result = netfwv6_connection_leads_to(connection, listener->ifindex, leads);

	if (NETFWV6_SUCCEEDED(result) && *leads)
		result = netfwv6_connection_get_effective(connection, listener->port,
							  listener->protocol, &rule);
	*open = rule < NETFWV6_RULE_CLOSED;
	return result;
}
