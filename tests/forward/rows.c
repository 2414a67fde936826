// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rows.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "talk.h"

const char *mac_of(const char *netns, const char *device)
{
	static char macs[8][18];
	static unsigned int turn;
	char *mac = macs[turn++ % 8];

	snprintf(mac, sizeof(macs[0]), "%s",
		 must_in(netns,
			 "cat /sys/class/net/%s/address 2>/dev/null || ip -j link show %s | "
			 "jq -r '.[0].address'",
			 device, device));
	mac[strcspn(mac, "\n")] = '\0';
	return mac;
}

void make_or_skip(const char *format, ...)
{
	char command[512];
	va_list args;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	if (run("%s", command)->status)
		skip();
}

void pass_forwarded(const char *mode)
{
	firewall("enable " HOST_DEVICE " --mode %s --forward pass", mode);
}

/* ---- Rows ----------------------------------------------------------------------- */

struct counted {
	uint64_t passed, dropped;
};

static struct counted count_now(void)
{
	return (struct counted){ packets(HOST_DEVICE, "forwarded"), dropped(HOST_DEVICE) };
}

static bool has_moved(void *context)
{
	const struct counted *before = context;
	struct counted now = count_now();

	return now.passed + now.dropped != before->passed + before->dropped;
}

static void aim(struct wire *wire, const char *mac)
{
	assert_int_equal(sscanf(mac, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &wire->to[0], &wire->to[1],
				&wire->to[2], &wire->to[3], &wire->to[4], &wire->to[5]),
			 6);
}

static void check_packet(struct wire *wire, const struct row *row, struct crafted packet,
			 const char *protocol)
{
	struct counted before = count_now(), now;

	set_destination(&packet, row->destination);
	put(wire, &packet, 1);
	wait_until(has_moved, &before, row->sentence);
	now = count_now();
	if (now.passed - before.passed != row->passes ||
	    now.dropped - before.dropped == row->passes)
		fail_msg("%s, %s: %s", row->sentence, protocol,
			 row->passes ? "was dropped" : "passed");
}

void check_rows(struct wire *wire, const struct row *rows, size_t n)
{
	uint8_t own[6];

	memcpy(own, wire->to, sizeof(own));
	for (size_t i = 0; i < n; i++) {
		uint16_t port = rows[i].port ?: ROW_PORT;

		if (rows[i].mac)
			aim(wire, rows[i].mac);
		check_packet(wire, &rows[i], crafted_tcp(40000, port, SYN), "TCP");
		check_packet(wire, &rows[i], crafted_udp(40000, port), "UDP");
		memcpy(wire->to, own, sizeof(own));
	}
}

/* ---- Who must not be reached ------------------------------------------------------ */

struct listeners listen_at_all(const char *netns)
{
	return (struct listeners){ listen_at(netns, NULL, ROW_PORT),
				   udp_at(netns, NULL, ROW_PORT) };
}

/* What was counted has been dealt with by then. */
void expect_silence(struct listeners *listeners)
{
	struct pollfd waiting[] = { { .fd = listeners->tcp, .events = POLLIN },
				    { .fd = listeners->udp, .events = POLLIN } };

	assert_int_equal(poll(waiting, 2, 0), 0);
	close(listeners->tcp);
	close(listeners->udp);
}
