// SPDX-License-Identifier: LGPL-2.1-or-later
/* monitor shows what is dropped, and which connections come and go, as it happens. */
#include <inttypes.h>
#include <unistd.h>

#include "event_json.h"
#include "event_text.h"
#include "follow.h"
#include "related.h"
#include "values.h"

static void monitor_text(struct follow *follow, const struct netfwv6_event *event)
{
	put_event_text(&follow->output.bytes, event);
}

static void monitor_json(struct follow *follow, const struct netfwv6_event *event)
{
	put_event_json(&follow->output.bytes, event);
}

/* The events before it are written first. */
static void monitor_missed(struct follow *follow, const struct netfwv6_missed_events *missed)
{
	output_flush(&follow->output);
	complain("missed: %" PRIu64 " events over the rate, %" PRIu64 " while the buffer was full",
		 missed->suppressed, missed->lost);
}

static void monitor_missed_json(struct follow *follow, const struct netfwv6_missed_events *missed)
{
	put_missed_json(&follow->output.bytes, missed);
}

static int monitor(struct follow *follow)
{
	bool quiet = follow->cli->quiet;
	int code;

	if (!quiet)
		complain("dropped packets%s, as they come; Ctrl-C ends it",
			 follow->options.connections ? " and connections" : "");
	code = follow_run(follow);
	if (!quiet && !follow->output.closed)
		complain("%" PRIu64 " events shown, %" PRIu64 " missed", follow->events,
			 follow_missed(follow));
	return code ?: output_complain(&follow->output, "the output");
}

int run_monitor(struct cli *cli)
{
	struct follow follow = {
		.cli = cli,
		.options = { .sz = sizeof(follow.options),
			     .drops = true,
			     .snaplen = RELATED_SNAPLEN },
		.put_event = cli->json ? monitor_json : monitor_text,
		.put_missed = cli->json ? monitor_missed_json : monitor_missed,
		.output = { .fd = STDOUT_FILENO },
	};
	int code = take_switch("connections", cli->connections, &follow.options.connections);

	if (code == GO_ON)
		code = follow_begin(&follow);
	if (code == GO_ON)
		code = monitor(&follow);
	follow_end(&follow);
	return code;
}
