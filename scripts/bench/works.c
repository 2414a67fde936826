// SPDX-License-Identifier: LGPL-2.1-or-later
#include "works.h"

#include <netinet/in.h>
#include <string.h>

#define TCP IPPROTO_TCP
#define UDP IPPROTO_UDP

#define STRANGER 40001 /* a source port that the host never talked with */

const struct work works[] = {
	{ "SYN to a closed port", TO_CLOSED, .protocol = TCP, .tcp_flags = SYN, .grows = true },
	{ "ACK to a closed port", TO_CLOSED, .protocol = TCP, .tcp_flags = ACK },
	{ "UDP to a closed port", TO_CLOSED, .protocol = UDP },
	{ "SYN to random closed ports", TO_RANDOM_CLOSED, .protocol = TCP, .tcp_flags = SYN },
	{ "UDP to random closed ports", TO_RANDOM_CLOSED, .protocol = UDP, .grows = true },
	{ "SYN to a port in use", TO_IN_USE, .protocol = TCP, .tcp_flags = SYN },
	{ "ACK to a port in use", TO_IN_USE, .protocol = TCP, .tcp_flags = ACK },
	{ "UDP to a port in use", TO_IN_USE, .protocol = UDP },
	{ "SYN to random ports in use", TO_RANDOM_IN_USE, .protocol = TCP, .tcp_flags = SYN },
	{ "UDP to random ports in use", TO_RANDOM_IN_USE, .protocol = UDP },
	{ "SYN to random ports after long uptime", TO_RANDOM_AFTER_UPTIME, .protocol = TCP,
	  .tcp_flags = SYN },
	{ "UDP to random ports after long uptime", TO_RANDOM_AFTER_UPTIME, .protocol = UDP },
	{ "SYN behind two extension headers to a closed port", TO_CLOSED, .protocol = TCP,
	  .tcp_flags = SYN, .options = 2 },
	{ "ACK of a live conversation", TO_CONVERSATION, .protocol = TCP, .tcp_flags = ACK },
	{ "SYN+ACK of a live conversation", TO_CONVERSATION, .protocol = TCP,
	  .tcp_flags = SYN | ACK },
	{ "UDP of a live conversation", TO_CONVERSATION, .protocol = UDP, .grows = true },
	{ "SYN to an open port", TO_OPEN, .protocol = TCP, .tcp_flags = SYN },
	{ "UDP to an open port", TO_OPEN, .protocol = UDP, .grows = true },
	{ "UDP over IPv4", TO_CLOSED, .protocol = UDP, .is_ipv4 = true },
};
const size_t n_works = sizeof(works) / sizeof(*works);

bool work_passes(const struct work *work)
{
	return work->target == TO_OPEN || work->target == TO_CONVERSATION || work->is_ipv4;
}

static bool is_about_use(const struct work *work)
{
	return work->target == TO_IN_USE || work->target == TO_RANDOM_IN_USE ||
	       work->target == TO_RANDOM_AFTER_UPTIME;
}

bool work_is_for(const struct work *work, const struct contender *c)
{
	if (contender_is(c, "bare-drop"))
		return !work_passes(work);
	if (contender_only_passes(c))
		return work_passes(work);
	/* Steps of the way of packets to unused ports. */
	if (strncmp(c->name, "step-", 5) == 0)
		return (work->target == TO_CLOSED || work->target == TO_RANDOM_CLOSED) &&
		       !work->options && !work->is_ipv4;
	/* Whether a port is in use makes no difference to the others. */
	if (c->uptime || is_about_use(work))
		return c->uptime && is_about_use(work);
	if (work->target == TO_CONVERSATION && !contender_knows_conversations(c))
		return false;
	if (work->is_ipv4 && contender_is(c, "xdp-filter"))
		return false; /* it drops that, too */
	return work->grows || (c->open_ports == 100 && c->connections == 1 && !c->full);
}

static void take_ports(const struct work *work, const struct contender *c, struct load *load)
{
	switch (work->target) {
	case TO_RANDOM_CLOSED:
	case TO_RANDOM_AFTER_UPTIME:
		load->ports = c->closed;
		load->n_ports = c->n_closed;
		break;
	case TO_RANDOM_IN_USE:
		load->ports = c->ephemeral;
		load->n_ports = c->n_ephemeral;
		break;
	default:
		return;
	}
	/* The generator keeps this sum. */
	load->frame.source = 0xffff - load->frame.destination;
}

static uint16_t port_of(const struct work *work, const struct contender *c)
{
	switch (work->target) {
	case TO_OPEN:
		return 1;
	case TO_IN_USE:
	case TO_RANDOM_IN_USE:
		return c->ephemeral[0];
	case TO_CONVERSATION:
		return work->protocol == TCP ? HOST_TCP_PORT : HOST_UDP_PORT;
	default:
		return c->closed_port;
	}
}

struct load work_load(const struct work *work, const struct contender *c)
{
	struct load load = {
		.frame = { .id = c->id,
			   .version = work->is_ipv4 ? 4 : 6,
			   .protocol = work->protocol,
			   .options = work->options,
			   .source = work->target == TO_CONVERSATION ? FAR_PORT : STRANGER,
			   .destination = port_of(work, c),
			   .tcp_flags = work->tcp_flags,
			   .sequence = c->sequence,
			   .acknowledgement = c->acknowledgement },
		.cpus = 1,
	};

	take_ports(work, c, &load);
	return load;
}
