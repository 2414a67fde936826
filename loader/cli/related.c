// SPDX-License-Identifier: LGPL-2.1-or-later
#include "related.h"

#include <stddef.h>
#include <string.h>

#include "event_words.h"

#define TCP NETFWV6_PROTOCOL_TCP
#define UDP NETFWV6_PROTOCOL_UDP

/* ---- Ports ---------------------------------------------------------------------- */

#define FTP                                                                                        \
	"FTP: a server here needs its passive ports open, too; a client here has to use passive "  \
	"mode"
#define TFTP                                                                                       \
	"TFTP: a server here needs no other port; an answer to a client here comes from another "  \
	"port: open the client's, which 'tftp -R FIRST:LAST' sets"
#define SIP                                                                                        \
	"SIP: media (RTP) comes to ports of its own: open those that the telephone or server is "  \
	"set to"
#define NFS                                                                                        \
	"NFS: a server here needs no other port with version 4; callbacks of version 4.0 to a "    \
	"client here come to another: mount with vers=4.1, or set nfs.callback_tcpport and open "  \
	"that"

static const struct {
	uint32_t port, protocol;
	const char *sentence;
} ports[] = {
	{ 20, TCP, FTP },   { 21, TCP, FTP },	{ 69, UDP, TFTP },  { 2049, TCP, NFS },
	{ 5060, TCP, SIP }, { 5060, UDP, SIP }, { 5061, TCP, SIP },
};

const char *related_to_port(uint32_t port, uint32_t protocol)
{
	for (size_t i = 0; i < sizeof(ports) / sizeof(*ports); i++)
		if (ports[i].port == port && ports[i].protocol == protocol)
			return ports[i].sentence;
	return NULL;
}

/* ---- Packets -------------------------------------------------------------------- */

#define ETHERNET 14
#define IPV6 40
#define UDP_HEADER 8

#define SYN 0x02
#define ACK 0x10

static bool begins_connection(const struct netfwv6_event *event)
{
	return is_tcp(event) && (event->tcp_flags & (SYN | ACK)) == SYN;
}

/* Servers call back from a port that only root may have. */
static bool may_be_nfs_callback(const struct netfwv6_event *event)
{
	return begins_connection(event) && event->source_port >= 665 && event->source_port < 1024 &&
	       event->destination_port >= 1024;
}

/* The first data, or the acknowledgement of options, to a port that this host asked from. */
static bool may_be_tftp(const struct netfwv6_event *event)
{
	static const uint8_t data[] = { 0, 3, 0, 1 }, options[] = { 0, 6 };
	const uint32_t ip = event->raw_ip ? 0 : ETHERNET, payload = ip + IPV6 + UDP_HEADER;

	return event->has_ports && event->protocol == UDP &&
	       strcmp(event->reason, "unmatched-udp") == 0 && event->source_port >= 1024 &&
	       event->captured >= payload + sizeof(data) && event->data[ip + 6] == UDP &&
	       (!memcmp(event->data + payload, data, sizeof(data)) ||
		!memcmp(event->data + payload, options, sizeof(options)));
}

const char *related_to_event(const struct netfwv6_event *event)
{
	if (!event_rule(event) || !event->has_ports)
		return NULL;
	if (begins_connection(event) && event->source_port == 20)
		return "data of active FTP: use passive mode, or open the client's ports";
	if (event->destination_port == 5060 || event->destination_port == 5061)
		return "SIP: open the port, and those of its media (RTP)";
	if (may_be_tftp(event))
		return "an answer of TFTP comes from another port: open the client's, which 'tftp "
		       "-R FIRST:LAST' sets";
	if (may_be_nfs_callback(event))
		return "perhaps a callback of NFSv4.0: mount with vers=4.1, or set "
		       "nfs.callback_tcpport and open that";
	return NULL;
}
