/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What processes of two users do to the same ports at once. */
#ifndef TESTS_WORKERS_H
#define TESTS_WORKERS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "devices.h"

#define WORKERS 8
#define VICTIMS 4	/* the first ones; workers are root and member by turns */
#define CALLS 16384	/* room of a worker's record */
#define QUOTA 2000	/* a worker's calls for each of the administrator's */
#define DUE_LIMIT 3000	/* a victim is killed in one of its first so many calls */
#define CALLS_MIN 2000	/* of each survivor in a round */
#define ACTIONS_MIN 6	/* of the administrator in a round */
#define ACTION_EVERY 60 /* calls of all workers */

#define FIRST_PORT 8001
#define PORTS 3
#define NAME_SIZE 24

/* What a bit of the port table says. */
enum setting { GLOBAL_OPEN, OWN_OPEN, IGNORED };
struct bit {
	enum setting setting;
	size_t device; /* unless it is global */
	uint32_t port, protocol;
};
#define SETTINGS (1 + 2 * DEVICES)
#define BITS (SETTINGS * PORTS * 2)

struct call {
	uint32_t bit, ports; /* the first bit; how many ports from it on */
	bool sets;
	char name[NAME_SIZE]; /* of an opening */
	_Atomic uint64_t before, after;
};

struct worker {
	pid_t pid;
	unsigned int seed, due;
	uint64_t died; /* ticket */
	_Atomic uint32_t calls;
	struct call call[CALLS];
};

/* Shared with the children. */
struct shared {
	_Atomic uint64_t ticket;
	_Atomic uint32_t actions, watched;
	_Atomic bool stop;
	unsigned int seed;
	struct worker workers[WORKERS];
};
extern struct shared *shared;

/* Neighbours among the ports of a setting are neighbours among the bits. */
struct bit bit_at(uint32_t index);

/* In a job: is the bit set? */
bool ask(const struct handles *handles, struct bit bit);

/* Ports that no worker changes, and their state at all times, which a job can ask for. */
void make_anchors(void);
void expect_anchor_name(const struct handles *handles);
void expect_anchors(const struct handles *handles);

/* Jobs of processes: a worker's, and those that read, enumerate and administer meanwhile. */
void work(void *worker);
void watch(void *unused);
void sweep(void *unused);
void administer(void *unused);

/* Calls that came to their end. */
uint32_t calls_of_all(void);

#endif
