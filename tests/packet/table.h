/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tables of packet tests. A row is written once and becomes one test for each
 * protocol, for an open and a closed target port, and for each kind of link.
 */
#ifndef PACKET_TABLE_H
#define PACKET_TABLE_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include "build.h"
#include "run.h"

/* What lies in front of a row's packet, and which program reads it. */
enum link {
	LINK_PLAIN,  /* Ethernet */
	LINK_TAGGED, /* Ethernet, one VLAN tag */
	LINK_DOUBLE, /* Ethernet, two VLAN tags */
	LINK_SPLIT,  /* Ethernet; all behind its header lies outside of the linear part */
	LINK_RAW,    /* nothing: the raw IP program */
	LINK_WHOLE,  /* the row itself starts with the Ethernet header */
	LINK_COUNT,
};

#define ON(link) (1u << (link))
#define ON_EVERY_LINK (ON(LINK_WHOLE) - 1)

/*
 * BY_PORT: the port decides. The target is open and all decoys are closed, or the
 * reverse. Otherwise target and decoys are both open or both closed.
 */
#define PASS(why)                                                                                  \
	{                                                                                          \
		XDP_PASS, REASON_##why                                                             \
	}
#define DROP(why)                                                                                  \
	{                                                                                          \
		XDP_DROP, REASON_##why                                                             \
	}
#define BY_PORT                                                                                    \
	{                                                                                          \
		-1, 0                                                                              \
	}
#define PACKET(...) .packet = PIECES(__VA_ARGS__)

struct row {
	const char *sentence; /* without a number sign: TAP reads that as a directive */
	struct outcome expected;
	const struct piece *packet;
	unsigned int links; /* ON(...) of each, 0 is ON_EVERY_LINK */
	uint8_t only;	    /* protocol; 0 is both */
};

struct table; /* of tests to be run */

struct table *table_new(void);
void table_free(struct table *t);
const struct CMUnitTest *table_tests(const struct table *t, size_t *count);

/* Memory that lives as long as the table. */
void *table_alloc(struct table *t, size_t size);
char *table_format(struct table *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* One test; its name is unique and belongs to the table. */
void table_add(struct table *t, const char *name, CMUnitTestFunction run, void *state);

/* All the tests of a row that itself lives as long as the table. */
void table_add_row(struct table *t, const struct row *row);
void table_add_rows(struct table *t, const struct row *rows, size_t count);

/* The same, of a row and pieces that are copied; the sentence is not. */
void table_add_copy(struct table *t, struct row row);

/* Shared with those who loop over packets themselves. */
const char *link_name(enum link link);
const char *protocol_name(uint8_t protocol);
void link_build(struct frame *frame, enum link link, const struct piece *packet,
		const struct variant *v);
struct outcome link_run(struct firewall *fw, enum link link, const struct frame *frame);
struct outcome port_outcome(uint8_t protocol, uint16_t port);

/* The firewall without connection settings, of which only OPEN_PORT is open. */
struct firewall *usual_firewall(void);

#endif
