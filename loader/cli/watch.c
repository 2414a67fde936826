// SPDX-License-Identifier: LGPL-2.1-or-later
#include "watch.h"

#include <stdio.h>
#include <stdlib.h>

#include "event_words.h"

#define AT_ONCE 4096

bool watch_open(struct watch *watch)
{
	*watch = (struct watch){ .sources = sources_new(),
				 .ports = calloc(1, sizeof(*watch->ports)),
				 .ports_before = calloc(1, sizeof(*watch->ports)) };
	if (watch->sources && watch->ports && watch->ports_before)
		return true;
	complain("out of memory");
	return false;
}

void watch_close(struct watch *watch)
{
	netfwv6_events_close(watch->events);
	sources_free(watch->sources);
	free(watch->ports);
	free(watch->ports_before);
}

void watch_pause(struct watch *watch)
{
	netfwv6_events_close(watch->events);
	watch->events = NULL;
}

static void give_up(struct watch *watch, netfwv6_result result)
{
	if (result == NETFWV6_E_ACCESSDENIED)
		snprintf(watch->why, sizeof(watch->why), "who sent them is for root to see");
	else
		snprintf(watch->why, sizeof(watch->why), "%s", netfwv6_detail());
	watch_pause(watch);
}

void watch_try(struct watch *watch, struct cli *cli)
{
	const struct netfwv6_events_options options = { .sz = sizeof(options), .drops = true };
	netfwv6_result result;

	if (watch->events)
		return;
	result = netfwv6_mgr_open_events(cli->mgr, &options, &watch->events);
	watch->missed = (struct netfwv6_missed_events){ .sz = sizeof(watch->missed) };
	if (NETFWV6_FAILED(result))
		give_up(watch, result);
}

static void count_event(struct watch *watch, const struct netfwv6_event *event)
{
	if (event->kind != NETFWV6_EVENT_DROP)
		return;
	watch->read++;
	if (event->has_addresses)
		sources_add(watch->sources, event->source);
	/* The kernel counts by port the same packets: those whose port is closed. */
	if (event->has_ports && event_rule(event) && event->destination_port <= NETFWV6_PORT_MAX)
		watch->ports->packets[event->protocol == NETFWV6_PROTOCOL_UDP]
				     [event->destination_port]++;
}

void watch_take(struct watch *watch)
{
	struct netfwv6_event event = { .sz = sizeof(event) };

	for (int i = 0; i < AT_ONCE && watch->events; i++) {
		netfwv6_result result = netfwv6_events_next(watch->events, &event);

		if (result == NETFWV6_S_FALSE)
			return;
		watch->ended = NETFWV6_FAILED(result);
		if (watch->ended)
			give_up(watch, result);
		else
			count_event(watch, &event);
	}
}

static void read_missed(struct watch *watch, struct watched *watched)
{
	struct netfwv6_missed_events missed = { .sz = sizeof(missed) };

	if (!watch->events || NETFWV6_FAILED(netfwv6_events_get_missed(watch->events, &missed)))
		return;
	watched->suppressed = missed.suppressed - watch->missed.suppressed;
	watched->lost = missed.lost - watch->missed.lost;
	watch->missed = missed;
}

bool watch_interval(struct watch *watch, struct watched *watched)
{
	watched->read = watch->read;
	watched->suppressed = watched->lost = 0;
	snprintf(watched->ended, sizeof(watched->ended), "%s", watch->ended ? watch->why : "");
	watch->ended = false;
	read_missed(watch, watched);
	watched->n_sources = sources_list(watch->sources, watched->sources);
	if (!sort_hits(watch->ports, watch->ports_before, &watched->hits))
		return false;
	sources_begin(watch->sources);
	*watch->ports_before = *watch->ports;
	watch->read = 0;
	return true;
}

double watched_scale(const struct watched *watched)
{
	uint64_t missed = watched->suppressed + watched->lost;

	return watched->read ? (double)(watched->read + missed) / (double)watched->read : 1;
}
