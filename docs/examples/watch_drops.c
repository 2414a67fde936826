// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * An event loop: tells of dropped packets until so many were told of, or until its input ends.
 * Exit status: 0 done, 2 wrong usage, 3 no answer.
 * Build it with: cc watch_drops.c $(pkg-config --cflags --libs netfwv6)
 */
#include <netfwv6.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { DONE = 0, USAGE = 2, NO_ANSWER = 3 };

/* Takes all events that there are: S_FALSE, or why there will be none. */
static netfwv6_result take_events(struct netfwv6_events *events, long *left)
{
	struct netfwv6_event event = { .sz = sizeof(event) };
	netfwv6_result result = NETFWV6_S_FALSE;

	while (*left && (result = netfwv6_events_next(events, &event)) == NETFWV6_S_OK) {
		printf("%s %s\n", event.device, event.reason);
		fflush(stdout);
		--*left;
	}
	return result;
}

static netfwv6_result loop(struct netfwv6_events *events, long left)
{
	struct pollfd fds[] = {
		{ .fd = netfwv6_events_fd(events), .events = POLLIN },
		{ .fd = STDIN_FILENO, .events = POLLIN }, /* whatever else the program does */
	};
	netfwv6_result result = NETFWV6_S_FALSE;
	char input[64];

	while (left && NETFWV6_SUCCEEDED(result)) {
		if (poll(fds, 2, -1) < 0)
			continue;
		if (fds[0].revents)
			result = take_events(events, &left);
		if (fds[1].revents && read(STDIN_FILENO, input, sizeof(input)) <= 0)
			break;
	}
	return result;
}

int main(int argc, char **argv)
{
	const struct netfwv6_events_options drops = { .sz = sizeof(drops), .drops = true };
	struct netfwv6_mgr *mgr = NULL;
	struct netfwv6_events *events = NULL;
	netfwv6_result result;

	if (argc != 2 || atol(argv[1]) < 1) {
		fprintf(stderr, "usage: watch_drops COUNT\n");
		return USAGE;
	}
	result = netfwv6_mgr_open(&mgr, NULL);
	if (NETFWV6_SUCCEEDED(result))
		result = netfwv6_mgr_open_events(mgr, &drops, &events);
	if (NETFWV6_SUCCEEDED(result))
		result = loop(events, atol(argv[1]));
	if (NETFWV6_FAILED(result))
		fprintf(stderr, "watch_drops: %s\n", netfwv6_detail());
	netfwv6_events_close(events);
	netfwv6_mgr_close(mgr);
	return NETFWV6_FAILED(result) ? NO_ANSWER : DONE;
}
