// SPDX-License-Identifier: LGPL-2.1-or-later
#include "prober.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sockets.h"
#include "users.h"

#define PATIENCE_MS 10000 /* of a round: what has not come by then is lost */

struct probing {
	_Atomic uint64_t rounds;
	_Atomic bool stop;
	_Atomic uint64_t may_lose;
	int closed, open;
};

static void send_number(int fd, uint16_t port, uint64_t number)
{
	struct sockaddr_in6 to = { .sin6_family = AF_INET6, .sin6_port = htons(port) };

	expect(inet_pton(AF_INET6, HOST_ADDRESS, &to.sin6_addr) == 1);
	expect(sendto(fd, &number, sizeof(number), 0, (struct sockaddr *)&to, sizeof(to)) ==
	       sizeof(number));
}

static void probe(void *context)
{
	struct probing *probing = context;
	struct pollfd arrived = { .fd = probing->open, .events = POLLIN };
	int peer;

	enter_peer();
	peer = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	expect(peer >= 0);
	for (uint64_t n = 1, got; !probing->stop; n++) {
		send_number(peer, PROBED_CLOSED, n);
		send_number(peer, PROBED_OPEN, n);
		while (poll(&arrived, 1, PATIENCE_MS) != 1) {
			if (!probing->may_lose)
				report("datagram %llu to the open port was lost",
				       (unsigned long long)n);
			probing->may_lose--;
			send_number(peer, PROBED_OPEN, n);
		}
		expect(recv(probing->open, &got, sizeof(got), 0) == sizeof(got) && got == n);
		if (recv(probing->closed, &got, sizeof(got), 0) > 0)
			report("datagram %llu to the closed port arrived", (unsigned long long)got);
		probing->rounds = n;
	}
}

struct prober start_probing(void)
{
	struct prober prober = {
		.closed = host_udp(PROBED_CLOSED),
		.open = host_udp(PROBED_OPEN),
		.probing = shared_memory(sizeof(*prober.probing)),
	};

	prober.probing->closed = prober.closed;
	prober.probing->open = prober.open;
	prober.pid = start_job(&root_user, probe, prober.probing);
	await_round(&prober);
	return prober;
}

void expect_losses(struct prober *prober, uint64_t most)
{
	prober->probing->may_lose = most;
}

struct awaited {
	const struct prober *prober;
	uint64_t rounds;
};

static bool has_come_round(void *context)
{
	const struct awaited *awaited = context;

	assert_running(awaited->prober->pid);
	return awaited->prober->probing->rounds >= awaited->rounds;
}

void await_round(struct prober *prober)
{
	struct awaited awaited = { prober, prober->probing->rounds + 2 };

	wait_until(has_come_round, &awaited, "the peer's datagrams came");
}

uint64_t stop_probing(struct prober *prober)
{
	prober->probing->stop = true;
	finish(prober->pid);
	close(prober->closed);
	close(prober->open);
	return prober->probing->rounds;
}

void assert_counted_once(const char *device, uint64_t rounds, uint64_t most_lost)
{
	uint64_t closed = packets(device, "closed-udp");

	assert_in_range(closed, rounds > most_lost ? rounds - most_lost : 0, rounds);
	assert_int_equal(packets(device, "open-here") + packets(device, "open-global"), rounds);
}
