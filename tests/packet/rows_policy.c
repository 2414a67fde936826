// SPDX-License-Identifier: LGPL-2.1-or-later
/* What the port table says, for every slot, and that no other entry or bit says it. */
#include <stdbool.h>
#include "rows.h"

#define ALL_OPEN 0x00000000fffffffeULL	  /* ENTRY_OPEN of all slots */
#define ALL_IGNORED 0xfffffffe00000000ULL /* ENTRY_IGNORED of all slots */
#define OTHER_PORT 47873		  /* 443 with its bytes swapped */

struct setting {
	uint8_t protocol;
	uint16_t port;
	uint64_t entry;
};

#define MAX_SETTINGS 3

struct policy_row {
	const char *sentence;
	unsigned int slot;
	uint8_t protocol;
	uint16_t port;
	uint64_t elsewhere; /* the entries that are not set otherwise */
	struct setting settings[MAX_SETTINGS];
	struct outcome expected;
};

#define TCP IPPROTO_TCP
#define UDP IPPROTO_UDP

static const struct policy_row rows[] = {
	{ "443/tcp open opens 443/tcp",
	  0,
	  TCP,
	  443,
	  0,
	  { { TCP, 443, ENTRY_GLOBAL } },
	  PASS(OPEN_GLOBAL) },
	{ "443/udp open opens 443/udp",
	  0,
	  UDP,
	  443,
	  0,
	  { { UDP, 443, ENTRY_GLOBAL } },
	  PASS(OPEN_GLOBAL) },
	{ "443/tcp open does not open 443/udp",
	  0,
	  UDP,
	  443,
	  0,
	  { { TCP, 443, ENTRY_GLOBAL } },
	  DROP(CLOSED_UDP) },
	{ "443/udp open does not open 443/tcp",
	  0,
	  TCP,
	  443,
	  0,
	  { { UDP, 443, ENTRY_GLOBAL } },
	  DROP(CLOSED_TCP) },
	{ "443/tcp open here does not open 443/udp",
	  31,
	  UDP,
	  443,
	  0,
	  { { TCP, 443, ENTRY_OPEN(31) } },
	  DROP(CLOSED_UDP) },
	{ "443/tcp ignored here does not close 443/udp",
	  31,
	  UDP,
	  443,
	  0,
	  { { TCP, 443, ENTRY_IGNORED(31) }, { UDP, 443, ENTRY_GLOBAL } },
	  PASS(OPEN_GLOBAL) },
	{ "all of udp and every other port of tcp open do not open 443/tcp",
	  0,
	  TCP,
	  443,
	  ENTRY_GLOBAL,
	  { { TCP, 443, 0 } },
	  DROP(CLOSED_TCP) },
	{ "all of tcp and every other port of udp open do not open 443/udp",
	  0,
	  UDP,
	  443,
	  ENTRY_GLOBAL,
	  { { UDP, 443, 0 } },
	  DROP(CLOSED_UDP) },
	{ "the neighbours open do not open 443/tcp",
	  0,
	  TCP,
	  443,
	  0,
	  { { TCP, 442, ENTRY_GLOBAL }, { TCP, 444, ENTRY_GLOBAL } },
	  DROP(CLOSED_TCP) },
	{ "the port with its bytes swapped does not open 443/udp",
	  0,
	  UDP,
	  443,
	  0,
	  { { UDP, OTHER_PORT, ENTRY_GLOBAL } },
	  DROP(CLOSED_UDP) },
	{ "the source port open does not open the destination",
	  0,
	  TCP,
	  443,
	  0,
	  { { TCP, OTHER_PORT, ENTRY_GLOBAL }, { TCP, 443, 0 } },
	  DROP(CLOSED_TCP) },
	{ "ports that share a byte do not open 443/tcp",
	  0,
	  TCP,
	  443,
	  0,
	  { { TCP, 443 & 0xff, ENTRY_GLOBAL }, { TCP, 443 & 0xff00, ENTRY_GLOBAL } },
	  DROP(CLOSED_TCP) },
	{ "65535/tcp is a port",
	  0,
	  TCP,
	  65535,
	  0,
	  { { TCP, 65535, ENTRY_GLOBAL } },
	  PASS(OPEN_GLOBAL) },
	{ "65535/udp is a port",
	  0,
	  UDP,
	  65535,
	  0,
	  { { UDP, 65535, ENTRY_GLOBAL } },
	  PASS(OPEN_GLOBAL) },
	{ "65535/tcp can be closed",
	  0,
	  TCP,
	  65535,
	  ENTRY_GLOBAL,
	  { { TCP, 65535, 0 } },
	  DROP(CLOSED_TCP) },
	{ "65535/udp can be closed",
	  0,
	  UDP,
	  65535,
	  ENTRY_GLOBAL,
	  { { UDP, 65535, 0 } },
	  DROP(CLOSED_UDP) },
	{ "65535/udp can be opened on the last connection",
	  31,
	  UDP,
	  65535,
	  0,
	  { { UDP, 65535, ENTRY_OPEN(31) } },
	  PASS(OPEN_HERE) },
	{ "1/tcp is a port", 0, TCP, 1, 0, { { TCP, 1, ENTRY_GLOBAL } }, PASS(OPEN_GLOBAL) },
	{ "1/udp can be closed", 0, UDP, 1, ENTRY_GLOBAL, { { UDP, 1, 0 } }, DROP(CLOSED_UDP) },
	{ "0/tcp is closed", 0, TCP, 0, ENTRY_GLOBAL, { { TCP, 0, 0 } }, DROP(CLOSED_TCP) },
	{ "0/udp is closed", 0, UDP, 0, ENTRY_GLOBAL, { { UDP, 0, 0 } }, DROP(CLOSED_UDP) },
	{ "65535/tcp open does not open 0/udp",
	  0,
	  UDP,
	  0,
	  0,
	  { { TCP, 65535, ENTRY_GLOBAL } },
	  DROP(CLOSED_UDP) },
	{ "0/udp does not open 65535/tcp",
	  0,
	  TCP,
	  65535,
	  0,
	  { { UDP, 0, ENTRY_GLOBAL } },
	  DROP(CLOSED_TCP) },
	{ "a retired table does not open 0/tcp",
	  0,
	  TCP,
	  0,
	  0,
	  { { TCP, 0, ENTRY_RETIRED } },
	  DROP(CLOSED_TCP) },
	{ "a retired table does not open 0/tcp on the first connection",
	  1,
	  TCP,
	  0,
	  0,
	  { { TCP, 0, ENTRY_RETIRED } },
	  DROP(CLOSED_TCP) },
	{ "a retired table does not open 0/tcp on the last connection",
	  31,
	  TCP,
	  0,
	  0,
	  { { TCP, 0, ENTRY_RETIRED } },
	  DROP(CLOSED_TCP) },
	{ "a retired table does not open 0/udp",
	  0,
	  UDP,
	  0,
	  0,
	  { { UDP, 0, ENTRY_RETIRED } },
	  DROP(CLOSED_UDP) },
	{ "a retired table leaves 443/tcp closed",
	  1,
	  TCP,
	  443,
	  0,
	  { { TCP, 0, ENTRY_RETIRED } },
	  DROP(CLOSED_TCP) },
	{ "a retired table leaves 443/tcp open",
	  1,
	  TCP,
	  443,
	  0,
	  { { TCP, 0, ENTRY_RETIRED }, { TCP, 443, ENTRY_GLOBAL } },
	  PASS(OPEN_GLOBAL) },
};

struct policy_test {
	const struct policy_row *row;
	enum link link;
};

static void run_policy(void **state)
{
	static struct frame frame;
	const struct policy_test *test = *state;
	const struct policy_row *row = test->row;
	const struct variant v = { row->protocol, row->port, OTHER_PORT };
	struct firewall *fw = firewall_of(row->slot);
	uint64_t *ports = firewall_ports(fw);

	for (size_t i = 0; i < PORT_ENTRIES; i++)
		ports[i] = row->elsewhere;
	for (size_t i = 0; i < MAX_SETTINGS && row->settings[i].protocol; i++)
		ports[entry_of(row->settings[i].protocol, row->settings[i].port)] =
			row->settings[i].entry;
	firewall_sum_up(fw);
	link_build(&frame, test->link, PIECES(IPV6, L4, DATA(64)), &v);
	expect_outcome(link_run(fw, test->link, &frame), row->expected, frame.bytes, frame.length,
		       "");
}

static void add_policy(struct table *t, const struct policy_row *row)
{
	static const enum link links[] = { LINK_PLAIN, LINK_RAW };

	for (size_t i = 0; i < 2; i++) {
		struct policy_test *test = table_alloc(t, sizeof(*test));

		test->row = row;
		test->link = links[i];
		table_add(t, table_format(t, "%s (%s)", row->sentence, link_name(links[i])),
			  run_policy, test);
	}
}

/* An entry as its own connection sees it. A connection without a slot has no bits of its own. */
static const struct {
	const char *name;
	bool own, global, ignored;
	bool needs_slot;
	bool open;
	enum reason reason; /* if open */
} truths[] = {
	{ "closed", 0, 0, 0, .needs_slot = false, false, 0 },
	{ "globally open", 0, 1, 0, .needs_slot = false, true, REASON_OPEN_GLOBAL },
	{ "closed, ignored", 0, 0, 1, .needs_slot = true, false, 0 },
	{ "globally open, ignored", 0, 1, 1, .needs_slot = true, false, 0 },
	{ "open here", 1, 0, 0, .needs_slot = true, true, REASON_OPEN_HERE },
	{ "open here, ignored", 1, 0, 1, .needs_slot = true, true, REASON_OPEN_HERE },
	{ "open here, globally open", 1, 1, 0, .needs_slot = true, true, REASON_OPEN_HERE },
	{ "open here, globally open, ignored", 1, 1, 1, .needs_slot = true, true,
	  REASON_OPEN_HERE },
};

/* Bits of the same entry that are none of this connection's business. */
static const struct {
	const char *name;
	uint64_t bits;
} besides[] = {
	{ "nothing else", 0 },
	{ "open on all other connections", ALL_OPEN },
	{ "ignored by all other connections", ALL_IGNORED },
	{ "in use", ENTRY_IN_USE },
	{ "all other bits", ALL_OPEN | ALL_IGNORED | ENTRY_IN_USE },
};

static void add_truth(struct table *t, size_t truth, size_t beside, unsigned int slot,
		      uint8_t protocol)
{
	struct policy_row *row = table_alloc(t, sizeof(*row));
	uint64_t own = slot ? ENTRY_OPEN(slot) : 0;
	uint64_t ignored = slot ? ENTRY_IGNORED(slot) : 0;
	uint64_t entry = besides[beside].bits & ~(own | ignored);

	if (truths[truth].own)
		entry |= own;
	if (truths[truth].global)
		entry |= ENTRY_GLOBAL;
	if (truths[truth].ignored)
		entry |= ignored;
	row->sentence =
		table_format(t, "slot %u, %s: %s, besides %s", slot, protocol_name(protocol),
			     truths[truth].name, besides[beside].name);
	row->slot = slot;
	row->protocol = protocol;
	row->port = 443;
	row->elsewhere = truths[truth].open ? 0 : ENTRY_GLOBAL | own;
	row->settings[0] = (struct setting){ protocol, row->port, entry };
	if (truths[truth].open)
		row->expected = (struct outcome){ XDP_PASS, truths[truth].reason };
	else if (entry & ENTRY_IN_USE)
		row->expected = protocol == TCP ? (struct outcome)DROP(UNMATCHED_TCP) :
						  (struct outcome)DROP(UNMATCHED_UDP);
	else
		row->expected = port_outcome(protocol, CLOSED_PORT);
	add_policy(t, row);
}

static void add_truths_of_slot(struct table *t, unsigned int slot)
{
	for (size_t truth = 0; truth < sizeof(truths) / sizeof(*truths); truth++) {
		if (truths[truth].needs_slot && slot == 0)
			continue;
		for (size_t beside = 0; beside < sizeof(besides) / sizeof(*besides); beside++) {
			add_truth(t, truth, beside, slot, TCP);
			add_truth(t, truth, beside, slot, UDP);
		}
	}
}

void rows_policy(struct table *t)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		add_policy(t, &rows[i]);
	add_truths_of_slot(t, 0);
	add_truths_of_slot(t, 1);
	add_truths_of_slot(t, SLOT_MAX);
}
