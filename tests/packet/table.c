// SPDX-License-Identifier: LGPL-2.1-or-later
#include "table.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct kept {
	struct kept *next;
	max_align_t memory[];
};

struct table {
	struct kept *kept;
	struct CMUnitTest *tests;
	size_t count, room;
};

struct row_test {
	const struct row *row;
	enum link link;
	struct variant v;
};

static const char *const link_names[LINK_COUNT] = {
	[LINK_PLAIN] = "Ethernet",    [LINK_TAGGED] = "one tag", [LINK_DOUBLE] = "two tags",
	[LINK_SPLIT] = "split frame", [LINK_RAW] = "raw IP",	 [LINK_WHOLE] = "whole frame",
};

static const struct piece *const link_pieces[LINK_COUNT] = {
	[LINK_PLAIN] = PIECES(ETHERNET),
	[LINK_TAGGED] = PIECES(ETHERNET, TAG(ETH_P_8021Q, 7)),
	[LINK_DOUBLE] = PIECES(ETHERNET, TAG(ETH_P_8021AD, 0), TAG(ETH_P_8021Q, 7)),
	[LINK_SPLIT] = PIECES(ETHERNET),
};

static void *must(void *memory)
{
	if (!memory) {
		perror("packet tests");
		exit(1);
	}
	return memory;
}

struct table *table_new(void)
{
	return must(calloc(1, sizeof(struct table)));
}

void table_free(struct table *t)
{
	while (t->kept) {
		struct kept *next = t->kept->next;

		free(t->kept);
		t->kept = next;
	}
	free(t->tests);
	free(t);
}

const struct CMUnitTest *table_tests(const struct table *t, size_t *count)
{
	*count = t->count;
	return t->tests;
}

void *table_alloc(struct table *t, size_t size)
{
	struct kept *kept = must(calloc(1, sizeof(*kept) + size));

	kept->next = t->kept;
	t->kept = kept;
	return kept->memory;
}

char *table_format(struct table *t, const char *format, ...)
{
	va_list args;
	char *text;
	int length;

	va_start(args, format);
	length = vsnprintf(NULL, 0, format, args);
	va_end(args);
	text = table_alloc(t, length + 1);
	va_start(args, format);
	vsnprintf(text, length + 1, format, args);
	va_end(args);
	return text;
}

void table_add(struct table *t, const char *name, CMUnitTestFunction run, void *state)
{
	assert(!strchr(name, '#'));
	if (t->count == t->room) {
		t->room = t->room ? 2 * t->room : 1024;
		t->tests = must(reallocarray(t->tests, t->room, sizeof(*t->tests)));
	}
	t->tests[t->count++] = (struct CMUnitTest){
		.name = name,
		.test_func = run,
		.initial_state = state,
	};
}

const char *link_name(enum link link)
{
	return link_names[link];
}

const char *protocol_name(uint8_t protocol)
{
	return protocol == IPPROTO_TCP ? "tcp" : "udp";
}

void link_build(struct frame *frame, enum link link, const struct piece *packet,
		const struct variant *v)
{
	frame_build(frame, link_pieces[link], packet, v);
}

struct outcome link_run(struct firewall *fw, enum link link, const struct frame *frame)
{
	return firewall_run(fw, link == LINK_RAW ? LINK_RAW_IP : LINK_ETHERNET, frame->bytes,
			    frame->length, link == LINK_SPLIT ? ETH_HLEN : ALL_LINEAR);
}

struct outcome port_outcome(uint8_t protocol, uint16_t port)
{
	if (port == OPEN_PORT)
		return (struct outcome)PASS(OPEN_GLOBAL);
	return protocol == IPPROTO_TCP ? (struct outcome)DROP(CLOSED_TCP) :
					 (struct outcome)DROP(CLOSED_UDP);
}

struct firewall *usual_firewall(void)
{
	struct firewall *fw = firewall_of(0);

	firewall_close_all_ports(fw);
	firewall_ports(fw)[entry_of(IPPROTO_TCP, OPEN_PORT)] = ENTRY_GLOBAL;
	firewall_ports(fw)[entry_of(IPPROTO_UDP, OPEN_PORT)] = ENTRY_GLOBAL;
	return fw;
}

static bool decided_by_port(const struct row *row)
{
	return row->expected.action != XDP_PASS && row->expected.action != XDP_DROP;
}

/* The same port, but this side has sent from it. */
static struct outcome outcome_in_use(struct outcome outcome)
{
	switch (outcome.reason) {
	case REASON_CLOSED_TCP:
		return (struct outcome)DROP(UNMATCHED_TCP);
	case REASON_CLOSED_UDP:
		return (struct outcome)DROP(UNMATCHED_UDP);
	default:
		return outcome;
	}
}

static void set_in_use(struct firewall *fw, uint16_t port)
{
	firewall_ports(fw)[entry_of(IPPROTO_TCP, port)] |= ENTRY_IN_USE;
	firewall_ports(fw)[entry_of(IPPROTO_UDP, port)] |= ENTRY_IN_USE;
	firewall_sum_up(fw);
}

static void run_row(void **state)
{
	static struct frame frame;
	const struct row_test *test = *state;
	const struct row *row = test->row;
	struct firewall *fw = usual_firewall();
	struct outcome expected = decided_by_port(row) ?
					  port_outcome(test->v.protocol, test->v.target) :
					  row->expected;

	link_build(&frame, test->link, row->packet, &test->v);
	expect_outcome(link_run(fw, test->link, &frame), expected, frame.bytes, frame.length, "");
	set_in_use(fw, test->v.target);
	set_in_use(fw, test->v.decoy);
	expect_outcome(link_run(fw, test->link, &frame), outcome_in_use(expected), frame.bytes,
		       frame.length, "in use: ");
}

static void add_row_test(struct table *t, const struct row *row, enum link link, uint8_t protocol,
			 uint16_t target)
{
	struct row_test *test = table_alloc(t, sizeof(*test));
	uint16_t other = target == OPEN_PORT ? CLOSED_PORT : OPEN_PORT;

	test->row = row;
	test->link = link;
	test->v.protocol = protocol;
	test->v.target = target;
	test->v.decoy = decided_by_port(row) ? other : target;
	table_add(t,
		  table_format(t, "%s (%s, %s, %s)", row->sentence, protocol_name(protocol),
			       target == OPEN_PORT ? "open" : "closed", link_name(link)),
		  run_row, test);
}

void table_add_row(struct table *t, const struct row *row)
{
	static const uint8_t protocols[] = { IPPROTO_TCP, IPPROTO_UDP };
	unsigned int links = row->links ? row->links : ON_EVERY_LINK;

	for (size_t i = 0; i < 2; i++) {
		if (row->only && row->only != protocols[i])
			continue;
		for (enum link link = 0; link < LINK_COUNT; link++) {
			if (!(links & ON(link)))
				continue;
			add_row_test(t, row, link, protocols[i], OPEN_PORT);
			add_row_test(t, row, link, protocols[i], CLOSED_PORT);
		}
	}
}

void table_add_rows(struct table *t, const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		table_add_row(t, &rows[i]);
}

void table_add_copy(struct table *t, struct row row)
{
	struct row *copy = table_alloc(t, sizeof(*copy));
	struct piece *pieces;
	size_t count = 1;

	for (const struct piece *p = row.packet; p->kind != PIECE_END; p++)
		count++;
	pieces = table_alloc(t, count * sizeof(*pieces));
	memcpy(pieces, row.packet, count * sizeof(*pieces));
	*copy = row;
	copy->packet = pieces;
	table_add_row(t, copy);
}
