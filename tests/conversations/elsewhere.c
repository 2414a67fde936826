// SPDX-License-Identifier: LGPL-2.1-or-later
#include "elsewhere.h"

#include <string.h>
#include <unistd.h>

#include "connections.h"
#include "scene.h"
#include "talk.h"

const char *second;

void add_second(void)
{
	second = make_namespace("second");
	make_link((struct end){ world.host, SECOND_DEVICE, SECOND_ADDRESS "/64" },
		  (struct end){ second, FAR_DEVICE, "2001:db8:2::2/64" });
	switch_on(HOST_DEVICE);
	switch_on(SECOND_DEVICE);
}

void asks_and_is_answered(void)
{
	int server = udp_at(world.peer, NULL, 53), client = udp_at(world.host, NULL, 5000);
	struct sockaddr_in6 from;

	say_to(client, PEER_ADDRESS, 53, "question");
	from = hear_from(server, "question");
	answer(server, &from, "one");
	answer(server, &from, "two");
	hear(client, "one");
	hear(client, "two");
	close(client);
	close(server);
}

void only_who_was_asked_gets_in(void)
{
	int client = udp_at(world.host, NULL, 5000), other = udp_at(world.peer, NULL, 54);

	say_to(other, HOST_ADDRESS, 5000, "attempt");
	wait_for_packets(HOST_DEVICE, "unmatched-udp", 1);
	assert_true(hears_nothing(client));
	close(client);
	close(other);
}

void asks_with_an_entry_among_the_answers(void)
{
	asks_and_is_answered();
	assert_int_equal(packets(HOST_DEVICE, "flow"), 2);
	assert_int_equal(dropped(HOST_DEVICE), 0);
	assert_int_equal(flows_used("udp"), 0);
	assert_int_equal(flows_used("udp_answers"), 1);
	only_who_was_asked_gets_in();
}
