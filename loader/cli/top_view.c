// SPDX-License-Identifier: LGPL-2.1-or-later
/* A sample is shown as four tables, the busiest first in each. */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cleanup.h"
#include "port_operand.h"
#include "printable.h"
#include "top.h"

/* What one reason of one device counted in the interval. */
struct rate {
	const struct report *report;
	const struct netfwv6_counter *counter;
	uint64_t packets, bytes;
};

struct rates {
	struct rate *rates;
	size_t count;
	uint64_t passed, dropped; /* packets of all */
};

/* Finds the device's report before; NULL when it was not firewalled then as it is now. */
static const struct report *find_before(const struct sample *sample, const struct report *report)
{
	for (const struct report *before = next_firewalled(&sample->before, NULL); before;
	     before = next_firewalled(&sample->before, before))
		if (before->status.ifindex == report->status.ifindex &&
		    before->status.since == report->status.since &&
		    before->n_counters == report->n_counters)
			return before;
	return NULL;
}

/* Counters may have been set to zero meanwhile. */
static uint64_t difference(uint64_t now, uint64_t before)
{
	return now < before ? now : now - before;
}

static void add_rates(const struct report *report, const struct report *before, struct rates *rates)
{
	for (size_t i = 0; i < report->n_counters; i++) {
		const struct netfwv6_counter *counter = &report->counters[i];
		struct rate rate = { report, counter, counter->packets, counter->bytes };

		if (!counter->packets)
			continue;
		if (before) {
			rate.packets = difference(rate.packets, before->counters[i].packets);
			rate.bytes = difference(rate.bytes, before->counters[i].bytes);
		}
		*(counter->dropped ? &rates->dropped : &rates->passed) += rate.packets;
		rates->rates[rates->count++] = rate;
	}
}

/* The busiest come first; equals stay as the library has them. */
static int by_rate(const void *left, const void *right)
{
	const struct rate *a = left, *b = right;

	if (a->packets != b->packets)
		return a->packets < b->packets ? 1 : -1;
	if (a->report != b->report)
		return a->report < b->report ? -1 : 1;
	return a->counter < b->counter ? -1 : 1;
}

static struct rates find_rates(const struct sample *sample)
{
	struct rates rates = {};
	size_t room = 0;

	for (size_t i = 0; i < sample->reports.count; i++)
		room += sample->reports.reports[i].n_counters;
	rates.rates = calloc(room ?: 1, sizeof(*rates.rates));
	for (const struct report *report = next_firewalled(&sample->reports, NULL);
	     rates.rates && report; report = next_firewalled(&sample->reports, report))
		add_rates(report, find_before(sample, report), &rates);
	if (rates.rates)
		qsort(rates.rates, rates.count, sizeof(*rates.rates), by_rate);
	return rates;
}

/* ---- The tables ------------------------------------------------------------------------ */

static void print_rates(FILE *out, const struct sample *sample, const struct rates *rates,
			size_t rows)
{
	fprintf(out, "%-15s %-8s %-16s %11s %13s %12s\n", "DEVICE", "VERDICT", "REASON",
		"PACKETS/S", "BYTES/S", "PACKETS");
	for (size_t i = 0; i < rates->count && i < rows; i++) {
		const struct rate *rate = &rates->rates[i];

		fprintf(out, "%-15s %-8s %-16s %11.1f %13.1f %12" PRIu64 "\n", rate->report->name,
			rate->counter->dropped ? "dropped" : "passed", rate->counter->reason,
			(double)rate->packets / sample->elapsed,
			(double)rate->bytes / sample->elapsed, rate->counter->packets);
	}
}

#define RATE_SIZE 32

/* Formats packets a second, marked as an estimate when not every event was seen. */
static const char *format_rate(uint64_t packets, double elapsed, double scale, char text[RATE_SIZE])
{
	snprintf(text, RATE_SIZE, "%s%.1f", scale > 1 ? "~" : "",
		 (double)packets * scale / elapsed);
	return text;
}

static void print_ports(FILE *out, const struct sample *sample, size_t rows)
{
	double scale = sample->ports_counted ? 1 : watched_scale(&sample->watched);
	char text[PORT_TEXT_SIZE], rate[RATE_SIZE];

	if (!sample->ports_counted && sample->why_not) {
		fputs("closed ports: 'netfwv6 stats --count-ports on' has packets counted by "
		      "port\n",
		      out);
		return;
	}
	fprintf(out, "%-39s %12s %13s\n",
		sample->ports_counted ? "CLOSED PORT" : "CLOSED PORT (by events)", "PACKETS/S",
		"PACKETS");
	for (size_t i = 0; i < sample->hits.count && i < rows; i++) {
		const struct port_hit *hit = &sample->hits.hits[i];
		const struct netfwv6_port_range port = { hit->port, hit->port, hit->protocol };

		fprintf(out, "%-39s %12s %13" PRIu64 "\n", format_range(&port, text),
			format_rate(hit->fresh, sample->elapsed, scale, rate), hit->packets);
	}
}

static void print_sources(FILE *out, const struct sample *sample, size_t rows)
{
	const struct watched *watched = &sample->watched;
	char address[INET6_ADDRSTRLEN], rate[RATE_SIZE];

	if (sample->why_not) {
		fprintf(out, "sources of dropped packets: %s\n", sample->why_not);
		return;
	}
	fprintf(out, "%-39s %12s %13s %12s\n", "SOURCE OF DROPPED PACKETS", "PACKETS/S", "PACKETS",
		"OVER BY <=");
	for (size_t i = 0; i < watched->n_sources && i < rows; i++) {
		const struct source *source = &watched->sources[i];

		inet_ntop(AF_INET6, source->address, address, sizeof(address));
		fprintf(out, "%-39s %12s %13" PRIu64 " %12" PRIu64 "\n", address,
			format_rate(source->fresh, sample->elapsed, watched_scale(watched), rate),
			source->packets, source->error);
	}
}

static void print_events(FILE *out, const struct watched *watched)
{
	fprintf(out, "events: %" PRIu64 " read, %" PRIu64 " suppressed, %" PRIu64 " lost",
		watched->read, watched->suppressed, watched->lost);
	if (watched_scale(watched) > 1)
		fprintf(out, "; rates with ~ are estimates, %.1f times what was read",
			watched_scale(watched));
	fputc('\n', out);
}

static void print_head(FILE *out, const struct cli *cli, const struct sample *sample,
		       const struct rates *rates)
{
	char *dir CLEANUP(free_at) = printable(netfwv6_mgr_state_dir(cli->mgr));
	time_t now = time(NULL);
	size_t devices = 0;
	char clock[16];
	struct tm tm;

	for (const struct report *report = next_firewalled(&sample->reports, NULL); report;
	     report = next_firewalled(&sample->reports, report))
		devices++;
	strftime(clock, sizeof(clock), "%H:%M:%S", localtime_r(&now, &tm));
	fprintf(out, "%s, last %.3f s: ", clock, sample->elapsed);
	if (devices)
		fprintf(out, "%zu device%s, %.1f packets/s passed, %.1f dropped\n\n", devices,
			devices == 1 ? "" : "s", (double)rates->passed / sample->elapsed,
			(double)rates->dropped / sample->elapsed);
	else
		fprintf(out, "no device is firewalled by %s\n\n", dir ?: "");
}

/* ---- Together --------------------------------------------------------------------------- */

#define MOST 10	     /* ports, and sources */
#define LEAST 3	     /* rates */
#define FIXED_ROWS 8 /* the head and a gap, three tables' heads, two gaps, events */

static size_t at_most(size_t number, size_t most)
{
	return number < most ? number : most;
}

/*
 * Ports and sources get a third of the rows each, or what they need; rates the rest. Where
 * there is no room, rates come first, and the terminal cuts off what does not fit.
 */
static void print_tables(FILE *out, const struct sample *sample, const struct rates *rates,
			 size_t rows)
{
	size_t left = rows > FIXED_ROWS ? rows - FIXED_ROWS : 0;
	size_t share = at_most(left / 3, MOST);
	size_t ports = at_most(sample->hits.count, share);
	size_t sources = at_most(sample->watched.n_sources, share);

	left -= ports + sources;
	print_rates(out, sample, rates, left > LEAST ? left : LEAST);
	fputc('\n', out);
	print_ports(out, sample, ports);
	fputc('\n', out);
	print_sources(out, sample, sources);
	if (!sample->why_not)
		print_events(out, &sample->watched);
	if (*sample->watched.ended)
		fprintf(out, "events ended: %s\n", sample->watched.ended);
}

char *format_sample(const struct cli *cli, const struct sample *sample, size_t rows)
{
	struct rates rates = find_rates(sample);
	char *text = NULL;
	size_t size;
	FILE *out = rates.rates ? open_memstream(&text, &size) : NULL;

	if (out) {
		print_head(out, cli, sample, &rates);
		print_tables(out, sample, &rates, rows);
		if (rows == ANY_ROWS)
			fputc('\n', out);
		fclose(out);
	}
	free(rates.rates);
	if (!text)
		complain("out of memory");
	return text;
}
