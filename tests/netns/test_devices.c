// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Configuration by a device's name: while the device goes and comes back, is renamed,
 * or is of a kind of its own.
 */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "devices.h"
#include "sockets.h"
#include "tun.h"

#define CONFIGURED ((struct netfwv6_enable_options){ .if_configured = true })

static netfwv6_result try_switch_on(const char *device, struct netfwv6_enable_options options)
{
	struct handle handle = handle_on(device);
	netfwv6_result result;

	options.sz = sizeof(options);
	result = netfwv6_connection_enable_firewall(handle.connection, &options);
	release(&handle);
	return result;
}

/* ---- A device that goes and comes back -------------------------------------- */

static void settings_hold_again_for_a_recreated_device(void **s)
{
	(void)s;
	set_global(80, TCP, true);
	for (int i = 0; i < 3; i++) {
		make_pair("come0", "come1");
		open_on("come0", 443, TCP);
		ignore_on("come0", 80, TCP);
		switch_on("come0");
		assert_true(admits("come0", 443, TCP));
		must("ip link del come0");
		assert_true(is_open_on("come0", 443, TCP));
		assert_true(is_ignored_on("come0", 80, TCP));
		make_pair("come0", "come1");
		assert_true(is_open_on("come0", 443, TCP));
		switch_on("come0");
		assert_true(admits("come0", 443, TCP));
		assert_false(admits("come0", 80, TCP));
		assert_false(admits("come0", 444, TCP));
		/* The link of the first device is not in the way. */
		assert_int_equal(pins_in("links"), 1);
		assert_int_equal(pins_in("counts"), 1);
		assert_true(pins_in("egress") <= 1);
		must("ip link del come0");
	}
}

static void what_was_unplugged_is_configured_and_not_attached(void **s)
{
	struct netfwv6_connection_status status;

	(void)s;
	make_pair("come0", "come1");
	assert_false(status_of("come0").configured);
	switch_on("come0");
	assert_true(status_of("come0").configured);
	must("ip link del come0");
	status = status_of("come0");
	assert_true(status.configured);
	assert_false(status.firewalled || status.moved || status.learning);
	assert_int_equal(status.ifindex, 0);
	assert_int_equal(status.program_id, 0);
	assert_false(firewalled("come0"));
	make_pair("come0", "come1");
	status = status_of("come0");
	assert_true(status.configured);
	assert_false(status.firewalled || status.moved || status.learning);
	assert_int_not_equal(status.ifindex, 0);
	assert_int_equal(program_on(world.host, "come0"), 0);
	switch_on("come0");
	status = status_of("come0");
	assert_true(status.configured && status.firewalled && status.learning);
	assert_string_equal(status.settings_of, "");
	switch_off("come0");
	assert_false(status_of("come0").configured);
}

static void only_what_was_configured_is_enabled_again(void **s)
{
	uint32_t program;

	(void)s;
	make_pair("come0", "come1");
	assert_result(try_switch_on("come0", CONFIGURED), NETFWV6_S_FALSE);
	assert_false(firewalled("come0"));
	assert_false(state_is_there());
	open_on("come0", 443, TCP); /* settings alone are no wish */
	assert_result(try_switch_on("come0", CONFIGURED), NETFWV6_S_FALSE);
	assert_false(firewalled("come0"));
	switch_on("come0");
	program = status_of("come0").program_id;
	assert_ok(try_switch_on("come0", CONFIGURED)); /* is so already */
	assert_int_equal(status_of("come0").program_id, program);
	must("ip link del come0");
	assert_result(try_switch_on("come0", CONFIGURED), NETFWV6_E_NOINTERFACE);
	make_pair("come0", "come1");
	assert_result(try_switch_on("come1", CONFIGURED), NETFWV6_S_FALSE);
	assert_ok(try_switch_on("come0", CONFIGURED));
	assert_true(admits("come0", 443, TCP));
	assert_false(admits("come0", 444, TCP));
	switch_off("come0");
	assert_result(try_switch_on("come0", CONFIGURED), NETFWV6_S_FALSE);
	assert_false(firewalled("come0"));
}

static void recreate(void)
{
	run("ip link del come0");
	make_pair("come0", "come1");
}

static void it_is_enabled_as_it_was_before(void **s)
{
	struct netfwv6_connection_status status;

	(void)s;
	recreate();
	switch_on_with("come0", (struct netfwv6_enable_options){
					.stateless = true,
					.mode = NETFWV6_MODE_GENERIC,
				});
	recreate();
	assert_ok(try_switch_on("come0", CONFIGURED));
	status = status_of("come0");
	assert_true(status.firewalled && status.stateless && !status.learning);
	assert_int_equal(status.mode, NETFWV6_MODE_GENERIC);
	switch_on("come0"); /* a change of mind counts */
	recreate();
	assert_ok(try_switch_on("come0", CONFIGURED));
	assert_true(status_of("come0").learning && !status_of("come0").stateless);
	switch_off("come0");
	switch_on_with("come0", (struct netfwv6_enable_options){ .learn_only = true });
	assert_true(status_of("come0").configured_learn_only);
	recreate();
	assert_true(status_of("come0").configured && status_of("come0").configured_learn_only);
	assert_ok(try_switch_on("come0", CONFIGURED));
	status = status_of("come0");
	assert_true(!status.firewalled && status.learning && status.configured_learn_only);
	switch_on("come0");
	assert_true(firewalled("come0"));
	assert_false(status_of("come0").configured_learn_only);
}

static void what_could_not_be_enabled_is_not_configured(void **s)
{
	(void)s;
	must("ip link add br0 type bridge");
	assert_result(try_switch_on("br0",
				    (struct netfwv6_enable_options){ .mode = NETFWV6_MODE_NATIVE }),
		      NETFWV6_E_NOINTERFACE);
	assert_false(status_of("br0").configured);
	assert_result(try_switch_on("br0", CONFIGURED), NETFWV6_S_FALSE);
	assert_false(state_is_there());
}

/* What cannot be had while it is enabled otherwise leaves the wish as it was. */
static void a_refused_change_of_mind_changes_no_wish(void **s)
{
	static const struct netfwv6_enable_options refused[] = {
		{ .mode = NETFWV6_MODE_NATIVE },
		{ .learn_only = true },
	};
	struct netfwv6_connection_status status;

	(void)s;
	for (int i = 0; i < 2; i++) {
		recreate();
		switch_on_with("come0",
			       (struct netfwv6_enable_options){ .mode = NETFWV6_MODE_GENERIC });
		assert_result(try_switch_on("come0", refused[i]), NETFWV6_E_ABORT);
		assert_false(status_of("come0").configured_learn_only);
		recreate();
		assert_ok(try_switch_on("come0", CONFIGURED));
		status = status_of("come0");
		assert_true(status.firewalled);
		assert_int_equal(status.mode, NETFWV6_MODE_GENERIC);
		switch_off("come0");
	}
}

static void the_state_stays_while_something_is_configured(void **s)
{
	(void)s;
	make_pair("come0", "come1");
	switch_on("come0");
	switch_on(HOST_DEVICE);
	must("ip link del come0");
	switch_off(HOST_DEVICE);
	assert_true(state_is_there());
	assert_true(status_of("come0").configured);
	switch_off("come0"); /* of which there is no device */
	assert_false(state_is_there());
	make_pair("come0", "come1");
	assert_false(status_of("come0").configured);
}

static void settings_keep_the_state_as_well(void **s)
{
	(void)s;
	open_on(HOST_DEVICE, 443, TCP);
	switch_on(HOST_DEVICE);
	switch_off(HOST_DEVICE);
	assert_true(is_open_on(HOST_DEVICE, 443, TCP));
	close_on(HOST_DEVICE, 443, TCP);
	ignore_on(HOST_DEVICE, 443, TCP);
	switch_on(HOST_DEVICE);
	switch_off(HOST_DEVICE);
	assert_true(is_ignored_on(HOST_DEVICE, 443, TCP));
	observe_on(HOST_DEVICE, 443, TCP);
	switch_on(HOST_DEVICE);
	switch_off(HOST_DEVICE);
	assert_false(state_is_there());
}

/* ---- A device with another name ----------------------------------------------- */

static void a_renamed_device_keeps_its_settings_until_it_is_enabled(void **s)
{
	uint32_t program;

	(void)s;
	program = make_firewalled("old0");
	rename_device("old0", "new0");
	assert_true(firewalled("new0"));
	assert_string_equal(status_of("new0").settings_of, "old0");
	assert_int_equal(status_of("new0").program_id, program);
	assert_true(admits("new0", 443, TCP));
	assert_int_equal(rule_on("new0", 443, TCP), NETFWV6_RULE_OPEN_HERE);
	/* Settings of the new name can be made, and wait. */
	assert_false(is_open_on("new0", 443, TCP));
	open_on("new0", 80, TCP);
	assert_true(is_open_on("new0", 80, TCP));
	assert_int_equal(rule_on("new0", 80, TCP), NETFWV6_RULE_CLOSED);
	assert_false(admits("new0", 80, TCP));
	/* Those of the old name are in force, also where they change. */
	assert_true(is_open_on("old0", 443, TCP));
	open_on("old0", 444, TCP);
	assert_true(admits("new0", 444, TCP));
	assert_int_equal(rule_on("new0", 444, TCP), NETFWV6_RULE_OPEN_HERE);
	switch_on("new0");
	assert_string_equal(status_of("new0").settings_of, "");
	assert_true(status_of("new0").configured);
	assert_int_not_equal(status_of("new0").program_id, program);
	assert_true(admits("new0", 80, TCP));
	assert_false(admits("new0", 443, TCP));
	assert_false(admits("new0", 444, TCP));
	assert_int_equal(rule_on("new0", 80, TCP), NETFWV6_RULE_OPEN_HERE);
	assert_int_equal(rule_on("new0", 443, TCP), NETFWV6_RULE_CLOSED);
	assert_true(is_open_on("old0", 443, TCP)); /* for whoever is called so next */
	assert_int_equal(pins_in("links"), 1);
}

static void a_renamed_device_goes_on_ignoring(void **s)
{
	(void)s;
	make_pair("old0", "far0");
	set_global(443, TCP, true);
	set_global(80, TCP, true);
	ignore_on("old0", 443, TCP);
	switch_on("old0");
	rename_device("old0", "new0");
	ignore_on("new0", 80, TCP);
	assert_false(admits("new0", 443, TCP));
	assert_true(admits("new0", 80, TCP));
	assert_int_equal(rule_on("new0", 443, TCP), NETFWV6_RULE_CLOSED);
	assert_int_equal(rule_on("new0", 80, TCP), NETFWV6_RULE_OPEN_GLOBAL);
	assert_false(is_ignored_on("new0", 443, TCP));
	switch_on("new0");
	assert_true(admits("new0", 443, TCP));
	assert_false(admits("new0", 80, TCP));
}

/* There and back again, it never was another. */
static void a_device_can_be_renamed_back(void **s)
{
	uint32_t program;

	(void)s;
	program = make_firewalled("old0");
	rename_device("old0", "new0");
	rename_device("new0", "old0");
	assert_string_equal(status_of("old0").settings_of, "");
	assert_true(firewalled("old0"));
	switch_on("old0");
	assert_int_equal(status_of("old0").program_id, program);
	assert_true(admits("old0", 443, TCP));
}

static void a_device_that_is_not_firewalled_leaves_its_settings(void **s)
{
	(void)s;
	make_pair("old0", "far0");
	open_on("old0", 443, TCP);
	rename_device("old0", "new0");
	assert_string_equal(status_of("new0").settings_of, "");
	assert_int_equal(rule_on("new0", 443, TCP), NETFWV6_RULE_CLOSED);
	assert_true(is_open_on("old0", 443, TCP));
	switch_on("new0");
	assert_false(admits("new0", 443, TCP));
	rename_device("far0", "old0"); /* its peer has the name now, and what is set for it */
	assert_int_equal(rule_on("old0", 443, TCP), NETFWV6_RULE_OPEN_HERE);
	switch_on("old0");
	assert_true(admits("old0", 443, TCP));
}

static void another_device_can_take_the_name_of_a_renamed_one(void **s)
{
	(void)s;
	make_firewalled("old0");
	rename_device("old0", "new0");
	rename_device("far0", "old0");
	assert_false(firewalled("old0"));
	assert_true(firewalled("new0"));
	assert_string_equal(status_of("new0").settings_of, "old0");
	assert_string_equal(status_of("old0").settings_of, "");
	switch_on("old0");
	assert_true(admits("old0", 443, TCP) && admits("new0", 443, TCP));
	open_on("old0", 444, TCP); /* of both, for now */
	assert_true(admits("old0", 444, TCP) && admits("new0", 444, TCP));
	open_on("new0", 80, TCP);
	switch_on("new0");
	assert_true(admits("old0", 443, TCP) && !admits("new0", 443, TCP));
	assert_true(!admits("old0", 80, TCP) && admits("new0", 80, TCP));
	assert_true(firewalled("old0") && firewalled("new0"));
	switch_off("old0");
	assert_false(firewalled("old0"));
	assert_true(firewalled("new0") && admits("new0", 80, TCP));
}

/* The wish goes by the name under which it was enabled, and with the program. */
static void a_renamed_device_can_be_disabled(void **s)
{
	(void)s;
	make_firewalled("old0");
	clear_settings_of("old0");
	rename_device("old0", "new0");
	switch_off("new0");
	assert_int_equal(program_on(world.host, "new0"), 0);
	assert_false(status_of("new0").configured || status_of("new0").learning);
	assert_false(state_is_there());
}

/* Two devices that change names, each with settings of its own. */
static void two_devices_can_change_names(void **s)
{
	(void)s;
	make_pair("one0", "two0");
	open_on("one0", 1111, TCP);
	open_on("two0", 2222, TCP);
	switch_on("one0");
	switch_on("two0");
	rename_device("one0", "tmp0");
	rename_device("two0", "one0");
	rename_device("tmp0", "two0");
	assert_string_equal(status_of("one0").settings_of, "two0");
	assert_string_equal(status_of("two0").settings_of, "one0");
	assert_true(admits("one0", 2222, TCP) && !admits("one0", 1111, TCP));
	assert_int_equal(rule_on("one0", 2222, TCP), NETFWV6_RULE_OPEN_HERE);
	switch_on("one0");
	assert_true(admits("one0", 1111, TCP) && !admits("one0", 2222, TCP));
	assert_true(admits("two0", 1111, TCP) && !admits("two0", 2222, TCP));
	switch_on("two0");
	assert_true(admits("two0", 2222, TCP) && !admits("two0", 1111, TCP));
}

/* ---- Between two packets ---------------------------------------------------------- */

/* The other end of a pair goes to the peer, which reaches the host through it from now on. */
static void lead_through(const char *device, const char *other, const char *mac_of)
{
	must("mac=$(ip -j link show %s | jq -r '.[0].address') && ip link set %s netns %s && "
	     "ip -n %s link set %s up && ip -n %s -6 route add " HOST_ADDRESS "/128 dev %s && "
	     "ip -n %s neigh replace " HOST_ADDRESS " lladdr $mac dev %s nud permanent",
	     mac_of, other, world.peer, world.peer, other, world.peer, other, world.peer, other);
	settle(world.peer, other);
	settle(world.host, device);
	settle(world.host, mac_of);
}

struct prober {
	pid_t pid;
	int rounds, stop; /* pipes: it tells each round, and is told to end */
};

/*
 * Sends to a closed port, then to an open one, and waits for that: until it is told to
 * stop. 0: all of the latter have arrived, and none of the former.
 */
static int probe(int closed, int open, int rounds, int stop)
{
	struct pollfd arrived = { .fd = open, .events = POLLIN };
	char text[16];

	while (read(stop, text, 1) < 0) {
		peer_send(6000, "closed");
		peer_send(6001, "open");
		if (poll(&arrived, 1, 20000) != 1 || recv(open, text, sizeof(text), 0) != 4)
			return 1;
		if (!nothing_arrived(closed))
			return 2;
		if (write(rounds, "r", 1) != 1)
			return 3;
	}
	return 0;
}

static struct prober start_probing(int closed, int open)
{
	int rounds[2], stop[2];
	struct prober prober;

	assert_int_equal(pipe(rounds), 0);
	assert_int_equal(pipe2(stop, O_NONBLOCK), 0);
	prober.pid = fork();
	if (prober.pid == 0) {
		close(stop[1]);
		_exit(probe(closed, open, rounds[1], stop[0]));
	}
	close(rounds[1]);
	close(stop[0]);
	prober.rounds = rounds[0];
	prober.stop = stop[1];
	return prober;
}

/* Of the rounds that end from now on, the second began after this was called. */
static void await_rounds(const struct prober *prober)
{
	char rounds[65536];

	assert_true(read(prober->rounds, rounds, sizeof(rounds)) > 0);
	for (int i = 0; i < 2; i++)
		assert_int_equal(read(prober->rounds, rounds, 1), 1);
}

static void stop_probing(struct prober *prober)
{
	int status;

	close(prober->stop);
	close(prober->rounds);
	waitpid(prober->pid, &status, 0);
	assert_int_equal(status, 0);
}

static void a_new_name_takes_effect_between_two_packets(void **s)
{
	int closed = host_udp(6000), open = host_udp(6001);
	static const char *const names[] = { "name0", "name1" };

	(void)s;
	make_pair("name0", "far0");
	lead_through("name0", "far0", "name0");
	open_on("name0", 6001, UDP);
	switch_on("name0");
	for (int i = 1; i <= 6; i++) {
		const char *from = names[(i - 1) % 2], *to = names[i % 2];
		struct prober prober;

		rename_device(from, to);
		settle(world.peer, "far0");
		settle(world.host, to);
		open_on(to, 6001, UDP);
		prober = start_probing(closed, open);
		await_rounds(&prober);
		switch_on(to);
		await_rounds(&prober);
		stop_probing(&prober);
		assert_string_equal(status_of(to).settings_of, "");
	}
	close(closed);
	close(open);
}

/* ---- Learning that somebody switched off ------------------------------------------- */

/* By hand: with the pin, without it, or with the qdisc where there are no such links. */
static void cut_learning(const char *device, bool unpin)
{
	if (pins_in("egress"))
		must(unpin ? "rm %s/egress/*" : "bpftool link detach pinned %s/egress/*",
		     world.state);
	else
		must("tc qdisc del dev %s clsact", device);
}

static void learning_that_was_cut_is_seen_and_mended(void **s)
{
	(void)s;
	for (int i = 0; i < 2; i++) {
		uint32_t program;

		switch_on(HOST_DEVICE);
		assert_true(status_of(HOST_DEVICE).learning);
		program = status_of(HOST_DEVICE).program_id;
		cut_learning(HOST_DEVICE, i);
		assert_false(status_of(HOST_DEVICE).learning);
		assert_true(firewalled(HOST_DEVICE));
		assert_true(status_of(HOST_DEVICE).configured);
		switch_on(HOST_DEVICE);
		assert_true(status_of(HOST_DEVICE).learning);
		assert_int_equal(status_of(HOST_DEVICE).program_id, program);
		cut_learning(HOST_DEVICE, i);
		switch_off(HOST_DEVICE);
		assert_false(state_is_there());
	}
}

static void what_only_learns_is_mended_too(void **s)
{
	const struct netfwv6_enable_options learn = { .learn_only = true };

	(void)s;
	for (int i = 0; i < 2; i++) {
		switch_on_with(HOST_DEVICE, learn);
		cut_learning(HOST_DEVICE, i);
		assert_false(status_of(HOST_DEVICE).learning);
		assert_true(status_of(HOST_DEVICE).configured_learn_only);
		switch_on_with(HOST_DEVICE, i ? CONFIGURED : learn);
		assert_true(status_of(HOST_DEVICE).learning);
		switch_off(HOST_DEVICE);
		assert_false(state_is_there());
	}
}

/* ---- Kinds of devices ------------------------------------------------------------- */

/* veth refuses where its peer could send by more queues than it receives by. */
static void a_drivers_refusal_is_told_in_its_words(void **s)
{
	(void)s;
	must("ip link add few0 numrxqueues 1 numtxqueues 1 type veth peer name many0 "
	     "numrxqueues 2 numtxqueues 2");
	assert_result(try_switch_on("few0",
				    (struct netfwv6_enable_options){ .mode = NETFWV6_MODE_NATIVE }),
		      NETFWV6_E_NOINTERFACE);
	assert_non_null(strstr(netfwv6_detail(), "few0"));
	assert_non_null(strstr(netfwv6_detail(), "number of rx queues"));
	assert_false(firewalled("few0"));
	assert_false(state_is_there());
	open_on("few0", 443, TCP);
	switch_on("few0");
	assert_int_equal(status_of("few0").mode, NETFWV6_MODE_GENERIC);
	assert_true(admits("few0", 443, TCP));
	assert_false(admits("few0", 444, TCP));
}

/* The port filters what is for the bridge's address as well; the bridge itself need not. */
static void a_bridge_port_has_settings_of_its_own(void **s)
{
	int here = host_udp(6001), bridge = host_udp(6002), both = host_udp(6003);

	(void)s;
	must("ip link add br0 type bridge && ip link set br0 up");
	make_pair("port0", "far0");
	must("ip link set port0 master br0");
	lead_through("port0", "far0", "br0");
	for (uint32_t port = 6001; port <= 6003; port++)
		if (port != 6002)
			open_on("port0", port, UDP);
	for (uint32_t port = 6002; port <= 6003; port++)
		open_on("br0", port, UDP);
	switch_on("port0");
	peer_send(6002, "closed");
	peer_send(6001, "here");
	wait_for_datagram(here, "here");
	assert_true(nothing_arrived(bridge));
	switch_on("br0");
	peer_send(6001, "not beyond");
	peer_send(6002, "not so far");
	peer_send(6003, "through both");
	wait_for_datagram(both, "through both");
	assert_true(nothing_arrived(here) && nothing_arrived(bridge));
	assert_int_equal(packets("port0", "closed-udp"), 2);
	assert_int_equal(packets("br0", "closed-udp"), 1);
	close(here);
	close(bridge);
	close(both);
}

static void a_device_without_ethernet_header_has_settings_of_its_own(void **s)
{
	int here = host_udp(5000), ignored = host_udp(5001), global = host_udp(5002);
	int tun = make_tun("tun0");

	(void)s;
	open_on("tun0", 5000, UDP);
	ignore_on("tun0", 5001, UDP);
	set_global(5001, UDP, true);
	set_global(5002, UDP, true);
	switch_on("tun0");
	write_udp(tun, 5001, "closed");
	write_udp(tun, 5000, "opened");
	write_udp(tun, 5002, "global");
	wait_for_datagram(here, "opened");
	wait_for_datagram(global, "global");
	assert_true(nothing_arrived(ignored));
	assert_int_equal(packets("tun0", "open-here"), 1);
	assert_int_equal(packets("tun0", "open-global"), 1);
	assert_int_equal(packets("tun0", "closed-udp"), 1);
	/* It goes, comes back, and is enabled as before. */
	close(tun);
	assert_true(status_of("tun0").configured);
	tun = make_tun("tun0");
	assert_ok(try_switch_on("tun0", CONFIGURED));
	write_udp(tun, 5001, "closed");
	write_udp(tun, 5000, "opened");
	wait_for_datagram(here, "opened");
	assert_true(nothing_arrived(ignored));
	close(tun);
	close(here);
	close(ignored);
	close(global);
}

static void a_device_with_large_frames_has_settings_of_its_own(void **s)
{
	int here = host_udp(6001), ignored = host_udp(6002);
	char big[1900];

	(void)s;
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	make_pair("big0", "far0");
	must("ip link set big0 mtu 9000 && ip link set far0 mtu 9000");
	lead_through("big0", "far0", "big0");
	open_on("big0", 6001, UDP);
	set_global(6002, UDP, true);
	ignore_on("big0", 6002, UDP);
	switch_on_with("big0", (struct netfwv6_enable_options){ .mode = NETFWV6_MODE_NATIVE });
	peer_send(6002, big);
	peer_send(6001, big);
	wait_for_datagram(here, big);
	assert_true(nothing_arrived(ignored));
	assert_int_equal(packets("big0", "open-here"), 1);
	assert_int_equal(packets("big0", "closed-udp"), 1);
	assert_int_equal(packets("big0", "later-fragment"), 0);
	close(here);
	close(ignored);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(settings_hold_again_for_a_recreated_device),
		test(what_was_unplugged_is_configured_and_not_attached),
		test(only_what_was_configured_is_enabled_again),
		test(it_is_enabled_as_it_was_before),
		test(what_could_not_be_enabled_is_not_configured),
		test(a_refused_change_of_mind_changes_no_wish),
		test(the_state_stays_while_something_is_configured),
		test(settings_keep_the_state_as_well),
		test(a_renamed_device_keeps_its_settings_until_it_is_enabled),
		test(a_renamed_device_goes_on_ignoring),
		test(a_device_can_be_renamed_back),
		test(a_device_that_is_not_firewalled_leaves_its_settings),
		test(another_device_can_take_the_name_of_a_renamed_one),
		test(a_renamed_device_can_be_disabled),
		test(two_devices_can_change_names),
		test(a_new_name_takes_effect_between_two_packets),
		test(learning_that_was_cut_is_seen_and_mended),
		test(what_only_learns_is_mended_too),
		test(a_drivers_refusal_is_told_in_its_words),
		test(a_bridge_port_has_settings_of_its_own),
		test(a_device_without_ethernet_header_has_settings_of_its_own),
		test(a_device_with_large_frames_has_settings_of_its_own),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
