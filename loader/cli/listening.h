/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What listens on this host, a row a place, and which processes do. */
#ifndef NETFWV6_CLI_LISTENING_H
#define NETFWV6_CLI_LISTENING_H

#include "cli.h"
#include "processes.h"

/* All sockets of one protocol, port, address and device. */
struct listening {
	struct netfwv6_listener at; /* the first of them */
	struct holder *processes;   /* each once */
	size_t n_processes;
	bool of_kernel; /* no process has it, and none is hidden */
};

struct listenings {
	struct listening *all;
	size_t count;
	bool hidden; /* processes of others are not shown to the caller */
};

/* Reads them: an exit code, or GO_ON. free_listenings() in any case. */
int read_listenings(struct cli *cli, struct listenings *listenings);
void free_listenings(struct listenings *listenings);

/* "sshd[812]", "nginx[14], nginx[15], 6 more", "the kernel" or "?". */
#define PROCESSES_TEXT_SIZE 256
const char *format_processes(const struct listening *listening, char text[PROCESSES_TEXT_SIZE]);

/* Is what the socket waits for open on the connection? leads: false when nothing gets there. */
netfwv6_result ask_whether_open(struct netfwv6_connection *connection,
				const struct netfwv6_listener *listener, bool *leads, bool *open);

#endif
