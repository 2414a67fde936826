// SPDX-License-Identifier: LGPL-2.1-or-later
/* explain and monitor know protocols that want further ports, and say which. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/related.h"
#include "event/scene.h"

#define TCP NETFWV6_PROTOCOL_TCP
#define UDP NETFWV6_PROTOCOL_UDP

/* ---- What a packet looks like ---------------------------------------------------------- */

static struct netfwv6_event packet(uint32_t protocol, uint32_t from, uint32_t to)
{
	return (struct netfwv6_event){
		.kind = NETFWV6_EVENT_DROP,
		.reason = protocol == TCP ? "closed-tcp" : "unmatched-udp",
		.has_ports = true,
		.protocol = protocol,
		.source_port = from,
		.destination_port = to,
		.tcp_flags = 2,
	};
}

static void is_related(const struct netfwv6_event *event, const char *to)
{
	const char *hint = related_to_event(event);

	if (!to != !hint || (to && !strstr(hint, to)))
		fail_msg("port %u to %u: '%s', not '%s'", event->source_port,
			 event->destination_port, hint ?: "", to ?: "");
}

static void packets_are_told_by_their_ports(void **s)
{
	static const struct {
		uint32_t protocol, from, to;
		const char *what;
	} rows[] = {
		{ TCP, 20, 40000, "FTP" },	 { TCP, 21, 40000, NULL },
		{ UDP, 20, 40000, NULL },	 { UDP, 40000, 5060, "SIP" },
		{ TCP, 40000, 5061, "SIP" },	 { TCP, 5060, 40000, NULL },
		{ TCP, 1000, 40000, "NFSv4.0" }, { TCP, 1000, 443, NULL },
		{ TCP, 1024, 40000, NULL },	 { TCP, 664, 40000, NULL },
		{ TCP, 40000, 69, NULL },	 { UDP, 40000, 40001, NULL },
	};

	(void)s;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct netfwv6_event event = packet(rows[i].protocol, rows[i].from, rows[i].to);

		is_related(&event, rows[i].what);
	}
}

static void only_attempts_of_closed_ports_are_told(void **s)
{
	struct netfwv6_event event = packet(TCP, 20, 40000);

	(void)s;
	event.tcp_flags = 0x12;
	is_related(&event, NULL);
	event.tcp_flags = 2;
	event.reason = "truncated";
	is_related(&event, NULL);
	event.reason = NULL;
	event.kind = NETFWV6_EVENT_OPEN;
	is_related(&event, NULL);
}

/* Nothing is read behind what was kept of a frame. */
static void tftp_is_told_by_what_it_says(void **s)
{
	uint8_t frame[RELATED_SNAPLEN] = { [14 + 6] = 17, [62] = 0, 3, 0, 1 };
	struct netfwv6_event event = packet(UDP, 40000, 40001);

	(void)s;
	event.data = frame;
	event.captured = sizeof(frame);
	is_related(&event, "TFTP");
	event.captured--;
	is_related(&event, NULL);
	event.captured++;
	frame[65] = 2; /* not the first data */
	is_related(&event, NULL);
	frame[63] = 6; /* options */
	is_related(&event, "TFTP");
	event.reason = "closed-udp"; /* nobody here has asked */
	is_related(&event, NULL);
	event.reason = "unmatched-udp";
	event.raw_ip = true;
	is_related(&event, NULL);
	frame[6] = 17;
	memcpy(frame + 48, "\0\3\0\1", 4);
	is_related(&event, "TFTP");
}

/* ---- The commands ----------------------------------------------------------------------- */

static struct sockaddr_in6 address(const char *text, uint16_t port)
{
	struct sockaddr_in6 address = { .sin6_family = AF_INET6, .sin6_port = htons(port) };

	assert_int_equal(inet_pton(AF_INET6, text, &address.sin6_addr), 1);
	return address;
}

static void send_from(int fd, const char *bytes, size_t size, const char *to, uint16_t port)
{
	struct sockaddr_in6 there = address(to, port);

	assert_int_equal(sendto(fd, bytes, size, 0, (struct sockaddr *)&there, sizeof(there)),
			 size);
}

static int socket_at(uint16_t port)
{
	struct sockaddr_in6 here = address("::", port);
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&here, sizeof(here)), 0);
	return fd;
}

static void monitor_names_an_answer_of_tftp(void **s)
{
	struct follower follower = follow("monitor -c 1"), json = follow("monitor --json -c 1");
	int client = socket_at(40001), server;

	(void)s;
	send_from(client, "\0\1file\0octet", 13, PEER_ADDRESS, 69);
	enter_peer();
	server = socket_at(40000);
	send_from(server, "\0\3\0\1data", 8, HOST_ADDRESS, 40001);
	enter_host();
	wait_for_out(&follower,
		     "unmatched-udp: UDP to a closed port in use, but of no conversation "
		     "(rule 4: no port opened, no conversation); an answer of TFTP comes "
		     "from another port: open the client's");
	assert_int_equal(wait_for_end(&json), 0);
	assert_string_equal(ask(&json, ".hint[:22]"), "an answer of TFTP come\n");
	assert_int_equal(wait_for_end(&follower), 0);
	forget(&follower);
	forget(&json);
	close(client);
	close(server);
}

static void explain_names_further_ports(void **s)
{
	(void)s;
	assert_non_null(strstr(must("%s explain 69/udp --dev fw0", netfwv6()),
			       "  note: TFTP: a server here needs no other port; an answer to a "
			       "client here comes from another port: open the client's"));
	assert_null(strstr(must("%s explain 69/tcp --dev fw0", netfwv6()), "note"));
	assert_string_equal(
		must("%s explain 21 5060 2049/tcp 443/tcp --dev fw0 --json | jq -r "
		     "'.ports[] | \"\\(.port)\\(.protocol) \\(.hint // \"-\" | .[:4])\"'",
		     netfwv6()),
		"21tcp FTP:\n21udp -\n5060tcp SIP:\n5060udp SIP:\n2049tcp NFS:\n"
		"443tcp -\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packets_are_told_by_their_ports),
		cmocka_unit_test(only_attempts_of_closed_ports_are_told),
		cmocka_unit_test(tftp_is_told_by_what_it_says),
		scene_test(monitor_names_an_answer_of_tftp),
		scene_test(explain_names_further_ports),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
