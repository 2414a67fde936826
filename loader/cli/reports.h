/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the library knows of the devices that have to do with the firewall, at one moment. */
#ifndef NETFWV6_CLI_REPORTS_H
#define NETFWV6_CLI_REPORTS_H

#include "cli.h"
#include "printable.h"

struct report {
	char name[PRINTABLE_SIZE];
	char settings_of[PRINTABLE_SIZE]; /* the name whose settings are in force */
	struct netfwv6_connection_status status;
	struct netfwv6_counter *counters; /* of a firewalled device */
	size_t n_counters;
	size_t open_ports[2]; /* by the settings of its own in force: TCP, UDP */
};

struct reports {
	struct report *reports;
	size_t count;
};

/*
 * Reads what is firewalled, learned from or configured, in the order of the library; of --dev
 * alone where that was given, which then has to be firewalled. Own ports of firewalled devices
 * are counted if asked for. An exit code; the caller frees the reports, whatever it was.
 */
int read_reports(struct cli *cli, bool own_ports, struct reports *reports);
void free_reports(struct reports *reports);

/* The first firewalled device behind this one, or of all behind NULL; NULL at the end. */
const struct report *next_firewalled(const struct reports *reports, const struct report *report);

/* RFC 3339, in UTC for JSON and local time for people. */
#define TIME_TEXT_SIZE 40
const char *format_time(int64_t seconds, bool utc, char text[TIME_TEXT_SIZE]);

/* All counters as an array; null when memory is exhausted. */
struct json_t *reasons_json(const struct report *report);

#endif
