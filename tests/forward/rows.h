/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tables of packets, each to be judged here or left to others. */
#ifndef FORWARD_ROWS_H
#define FORWARD_ROWS_H

#include "scene.h"
#include "wire.h"

struct row {
	const char *sentence;
	const char *destination;
	const char *mac; /* that the frame goes to; NULL: the device's */
	bool passes;	 /* counted as forwarded, else dropped */
	uint16_t port;	 /* 0: the one of the others */
};

#define FORWARDED(...)                                                                             \
	{                                                                                          \
		__VA_ARGS__, .passes = true                                                        \
	}
#define JUDGED(...)                                                                                \
	{                                                                                          \
		__VA_ARGS__, .passes = false                                                       \
	}

/* A port that nothing is open on, and a listener of this host's waits at. */
#define ROW_PORT 8080

/* A port that rows name because something else goes by it. */
#define OTHER_PORT 8081

/* Sends a SYN and a datagram of each row, and sees how they are counted on fw0. */
void check_rows(struct wire *wire, const struct row *rows, size_t n);
#define CHECK(wire, rows) check_rows(wire, rows, sizeof(rows) / sizeof(*(rows)))

/* The address of a device, as rows have it. Those of the last eight stay valid. */
const char *mac_of(const char *netns, const char *device);

/* Makes what not every kernel has; the test is skipped where this one has it not. */
void make_or_skip(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* fw0 passes what is forwarded, in that mode. */
void pass_forwarded(const char *mode);

/* What this host listens on is reached by nobody, whatever it is sent to. */
struct listeners {
	int tcp, udp;
};
struct listeners listen_at_all(const char *netns);
void expect_silence(struct listeners *listeners);

#endif
