// SPDX-License-Identifier: LGPL-2.1-or-later
/* capture writes dropped packets to a file for Wireshark and its like. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "capture_file.h"
#include "clock.h"
#include "values.h"
#include "pcapng.h"

#define BUFFER_BYTES (16u << 20)

struct capture {
	struct follow follow; /* first: what is told of it leads here */
	struct pcapng pcapng;
};

static void put_packet(struct follow *follow, const struct netfwv6_event *event)
{
	pcapng_put(&((struct capture *)follow)->pcapng, event);
}

static void capture_missed(struct follow *follow, const struct netfwv6_missed_events *missed)
{
	(void)follow;
	complain("missed: %" PRIu64 " packets over the rate, %" PRIu64 " while the buffer was full",
		 missed->suppressed, missed->lost);
}

static void end_section(struct capture *capture)
{
	pcapng_end(&capture->pcapng, clock_ns(CLOCK_REALTIME), &capture->follow.missed);
	output_flush(&capture->follow.output);
}

/* Some file systems tell only then that they are full. */
static void close_file(struct output *output)
{
	if (close(output->fd) && !output->error && errno != EINTR)
		output->error = errno;
}

static int write_packets(struct capture *capture, const char *path)
{
	struct follow *follow = &capture->follow;
	bool quiet = follow->cli->quiet;
	int code;

	if (!quiet)
		complain("dropped packets go to %s; Ctrl-C ends it", path);
	pcapng_begin(&capture->pcapng, &follow->output.bytes, follow->options.snaplen);
	output_flush(&follow->output);
	code = follow_run(follow);
	end_section(capture);
	close_file(&follow->output);
	if (!quiet && !follow->output.closed)
		complain("%" PRIu64 " packets captured, %" PRIu64 " missed", follow->events,
			 follow_missed(follow));
	return code ?: output_complain(&follow->output, path);
}

int run_capture(struct cli *cli)
{
	struct capture capture = {
		.follow = {
			.cli = cli,
			.options = { .sz = sizeof(struct netfwv6_events_options),
				     .drops = true,
				     .buffer = BUFFER_BYTES },
			.put_event = put_packet,
			.put_missed = capture_missed,
		},
	};
	struct follow *follow = &capture.follow;
	uint64_t snaplen = NETFWV6_SNAPLEN_MAX;
	int code = take_number_of("snaplen", cli->snaplen, 1, NETFWV6_SNAPLEN_MAX, &snaplen);

	follow->options.snaplen = (uint32_t)snaplen;
	if (code == GO_ON)
		code = follow_begin(follow);
	if (code == GO_ON)
		code = open_capture_file(cli->write_to, follow, &follow->output.fd);
	if (code == GO_ON)
		code = write_packets(&capture, cli->write_to);
	follow_end(follow);
	return code;
}
