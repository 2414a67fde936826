// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What a change costs: through the library, through commands from start to end, and through
 * those of other firewalls. Every round measures everything once, so that whatever else the
 * machine does meets all of them. Raw values go to control.csv.
 *
 * Run by scripts/bench/control-plane, which sets up the contenders.
 */
#include "control.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static FILE *csv;
static int current_round;

void put_row(const char *tool, const char *operation, double ns)
{
	fprintf(csv, "%s,%s,%d,%.1f\n", tool, operation, current_round, ns);
}

bool enter(const char *contender)
{
	char variable[64];
	const char *path;
	int fd;

	snprintf(variable, sizeof(variable), "BENCH_NETNS_%s", contender);
	path = getenv(variable);
	if (!path || !*path)
		return false;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		give_up(path);
	close(fd);
	return true;
}

static void measure_rounds(int rounds)
{
	struct netfwv6_connection *connection;
	struct netfwv6_mgr *mgr;

	if (!enter("netfwv6"))
		give_up("no namespace with netfwv6");
	check(netfwv6_mgr_open(&mgr, NULL));
	check(netfwv6_mgr_get_connection(mgr, "fw0", &connection));
	start_seen(connection);
	start_libnftables();
	for (current_round = 0; current_round < rounds; current_round++) {
		enter("netfwv6");
		measure_seen(mgr);
		measure_library(mgr);
		measure_switch();
		measure_commands();
		measure_libnftables();
	}
	netfwv6_connection_free(connection);
	netfwv6_mgr_close(mgr);
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: %s control.csv\n", argv[0]);
		return 2;
	}
	csv = csv_create(argv[1], "tool,operation,round,ns");
	measure_rounds(bench_rounds());
	csv_close(csv, argv[1]);
	return 0;
}
