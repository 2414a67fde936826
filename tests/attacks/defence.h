/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The firewalled side: fw0 in a mode, one open port and one that is closed. */
#ifndef ATTACKS_DEFENCE_H
#define ATTACKS_DEFENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CLOSED 5000
#define OPEN 5001

/* NULL first: no firewall, by which an attack proves that it works. */
extern const char *const defences[];
extern const size_t n_defences;

/* Sockets on both ports, for UDP and TCP. */
struct listeners {
	int closed_udp, open_udp, closed_tcp, open_tcp;
};
struct listeners listen_on_both(void);
void stop_listening(const struct listeners *at);

/* Opens OPEN, and enables fw0 in the mode. */
void defend(const char *mode);

/* Is everything stopped now that is sent to fw0? Before Linux 6.4 native mode alone does that. */
bool nothing_can_skip(const char *mode);

/* Waits until so many packets were dropped, wherever: with a mode, nothing is uncounted. */
void wait_for_all_drops(uint64_t n);

/* From now on drops are told, until they are not watched any more. */
void watch_drops(void);
void stop_watching(void);

/* Waits until a drop of each protocol at CLOSED was told, wherever it was. */
void wait_until_both_are_told(void);

#endif
