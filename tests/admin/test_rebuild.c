// SPDX-License-Identifier: LGPL-2.1-or-later
/* Moving the state to new maps: who follows, who is left behind, and what never changes. */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "devices.h"
#include "layout.h"
#include "rebuilds.h"
#include "traffic.h"
#include "world.h"

/* ---- Running handles follow --------------------------------------------------------- */

struct script {
	_Atomic int step;
};

static bool is_open(struct netfwv6_mgr *mgr, uint32_t port)
{
	bool open = false;

	expect_ok(netfwv6_mgr_is_port_globally_open(mgr, port, TCP, &open));
	return open;
}

static void change_before_and_after(void *context)
{
	struct script *script = context;
	struct netfwv6_connection *connection;
	struct netfwv6_mgr *mgr;

	expect_ok(netfwv6_mgr_open(&mgr, NULL));
	expect_ok(netfwv6_mgr_get_connection(mgr, "fw0", &connection));
	expect_ok(netfwv6_mgr_open_global_port(mgr, 80, TCP, "before"));
	expect_ok(netfwv6_mgr_open_global_port(mgr, 81, TCP, "before"));
	expect_ok(netfwv6_connection_open_port(connection, 82, TCP, "before"));
	reach(&script->step, 1);
	await_in_child(&script->step, 2);			/* rebuilt */
	expect_ok(netfwv6_mgr_close_global_port(mgr, 80, TCP)); /* first of all a closing */
	expect_ok(netfwv6_connection_close_port(connection, 82, TCP));
	expect_ok(netfwv6_connection_ignore_global_port(connection, 81, TCP));
	expect_ok(netfwv6_mgr_open_global_port(mgr, 83, TCP, "after"));
	expect(is_open(mgr, 83) && is_open(mgr, 81) && !is_open(mgr, 80));
	reach(&script->step, 3);
	await_in_child(&script->step, 4);
	expect(is_open(mgr, 84) && !is_open(mgr, 83)); /* somebody else's changes */
	netfwv6_connection_free(connection);
	netfwv6_mgr_close(mgr);
}

static void a_changing_handle_follows(const struct user *user)
{
	struct script *script = shared_memory(sizeof(*script));
	pid_t child = start_job(user, change_before_and_after, script);

	await_child(child, &script->step, 1);
	make_rebuild();
	reach(&script->step, 2);
	await_child(child, &script->step, 3);
	assert_string_equal(
		must("%s list --json | jq -c '.ports[] | [.scope, .port, .name]'", netfwv6()),
		"[\"global\",81,\"before\"]\n[\"global\",83,\"after\"]\n");
	must("%s -q check 81/tcp && %s explain 81/tcp --dev fw0 --json | jq -e "
	     "'.ports[0].rule == 4'",
	     netfwv6(), netfwv6());
	must("%s -q close 83/tcp && %s -q open 84/tcp", netfwv6(), netfwv6());
	reach(&script->step, 4);
	finish(child);
	must("%s -q close 81/tcp 84/tcp && %s -q observe 81/tcp --dev fw0", netfwv6(), netfwv6());
}

static void running_handles_follow(void **s)
{
	(void)s;
	make_rebuildable_state();
	a_changing_handle_follows(&root_user);
	a_changing_handle_follows(&member);
}

static void a_name_from_before_is_dropped_when_none_is_given(void **s)
{
	(void)s;
	make_rebuildable_state();
	must("%s -q open 4321/tcp --name before && %s -q close 4321/tcp", netfwv6(), netfwv6());
	make_rebuild();
	must("%s -q open 4321/tcp", netfwv6());
	assert_string_equal(
		must("%s list --json | jq -c '.ports[] | select(.port == 4321) | .name'",
		     netfwv6()),
		"\"\"\n");
}

static void set_layout(uint32_t layout)
{
	struct root_record record;
	int root = open_pin("root");
	uint32_t zero = 0;

	assert_true(root >= 0);
	assert_int_equal(bpf_map_lookup_elem(root, &zero, &record), 0);
	record.layout = layout;
	assert_int_equal(bpf_map_update_elem(root, &zero, &record, BPF_ANY), 0);
	close(root);
}

/* Nothing is moved out of it: it is left as it is, and root is told what to do. */
static void a_state_of_an_older_layout_is_refused(void **s)
{
	static const char *const commands[] = { "list", "open 81/tcp", "enable fw0", "init",
						"init --rebuild" };
	char before[16384], files[1024];

	(void)s;
	make_rebuildable_state();
	must("%s -q open 80/tcp --name kept", netfwv6());
	snprintf(before, sizeof(before), "%s", everything_kept());
	snprintf(files, sizeof(files), "%s", state_files());
	for (uint32_t layout = 2; layout < LAYOUT_VERSION; layout++) {
		set_layout(layout);
		for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
			const struct output *output = run("%s %s", netfwv6(), commands[i]);

			if (!output->status || *output->out || !strstr(output->err, "layout") ||
			    !strstr(output->err, "set it up anew"))
				fail_msg("layout %u, %s: exit %d, '%s%s'", layout, commands[i],
					 output->status, output->out, output->err);
		}
	}
	assert_string_equal(state_files(), files);
	set_layout(LAYOUT_VERSION);
	assert_string_equal(everything_kept(), before);
}

static void read_before_and_after(void *context)
{
	struct script *script = context;
	struct netfwv6_mgr *mgr;

	expect_ok(netfwv6_mgr_open(&mgr, NULL));
	expect(is_open(mgr, 80) && !is_open(mgr, 81));
	reach(&script->step, 1);
	await_in_child(&script->step, 2);
	expect(!is_open(mgr, 80) && is_open(mgr, 81));
	netfwv6_mgr_close(mgr);
}

static void reading_handles_follow(void **s)
{
	static const struct user *const users[] = { &root_user, &member, &nobody };
	struct script *scripts = shared_memory(3 * sizeof(*scripts));
	pid_t children[3];

	(void)s;
	make_rebuildable_state();
	must("%s -q open 80/tcp", netfwv6());
	for (int i = 0; i < 3; i++) {
		children[i] = start_job(users[i], read_before_and_after, &scripts[i]);
		await_child(children[i], &scripts[i].step, 1);
	}
	make_rebuild();
	must("%s -q close 80/tcp && %s -q open 81/tcp", netfwv6(), netfwv6());
	for (int i = 0; i < 3; i++) {
		reach(&scripts[i].step, 2);
		finish(children[i]);
	}
}

/* ---- Who is left behind --------------------------------------------------------------- */

static void enter_the_group(void)
{
	const gid_t group = ADMINISTRATORS;

	expect(setgroups(1, &group) == 0 && setresgid(member.gid, member.gid, member.gid) == 0);
	expect(setresuid(member.uid, member.uid, 0) == 0);
}

/* As a process that its user is expelled under would: with what it has opened. */
static void leave_the_group(void)
{
	const struct user former = { .uid = member.uid, .gid = member.gid };

	expect(seteuid(0) == 0);
	become(&former);
}

static uint64_t *map_pinned_ports(void)
{
	int fd = open_pin("ports");
	uint64_t *entries = mmap(NULL, PORT_ENTRIES * sizeof(uint64_t), PROT_READ | PROT_WRITE,
				 MAP_SHARED, fd, 0);

	expect(fd >= 0 && entries != MAP_FAILED);
	close(fd);
	return entries;
}

static void expect_no_access(const struct handles *handles)
{
	struct netfwv6_connection *connection = handles->connections[0];
	struct netfwv6_mgr *mgr = handles->mgr;

	expect_result(netfwv6_mgr_open_global_port(mgr, 81, TCP, "evil"), NETFWV6_E_ACCESSDENIED);
	expect_result(netfwv6_mgr_close_global_port(mgr, 80, TCP), NETFWV6_E_ACCESSDENIED);
	expect_result(netfwv6_connection_open_port(connection, 81, TCP, "evil"),
		      NETFWV6_E_ACCESSDENIED);
	expect_result(netfwv6_connection_close_port(connection, 82, TCP), NETFWV6_E_ACCESSDENIED);
	expect_result(netfwv6_connection_ignore_global_port(connection, 80, TCP),
		      NETFWV6_E_ACCESSDENIED);
	expect_result(netfwv6_connection_observe_global_port(connection, 83, TCP),
		      NETFWV6_E_ACCESSDENIED);
	expect(is_open(mgr, 80) && !is_open(mgr, 81));
}

/* Writes to everything that was opened in the days of membership. */
static void write_without_library(uint64_t *entries, int names, int slots)
{
	const struct name_key key = { .entry = 80 };
	const struct slot_record none = {};

	for (uint32_t port = 1; port < 1000; port++)
		__atomic_fetch_or(&entries[port], ENTRY_OPEN_ANYWHERE, __ATOMIC_SEQ_CST);
	bpf_map_delete_elem(names, &key);
	for (uint32_t slot = 1; slot <= SLOT_MAX; slot++)
		bpf_map_update_elem(slots, &slot, &none, BPF_ANY);
}

static void change_after_expulsion(void *context)
{
	struct script *script = context;
	struct handles handles;
	uint64_t *entries;
	int names, slots;

	enter_the_group();
	open_handles(&handles);
	expect_ok(netfwv6_mgr_open_global_port(handles.mgr, 80, TCP, "member"));
	expect_ok(netfwv6_connection_open_port(handles.connections[0], 82, TCP, "member"));
	entries = map_pinned_ports();
	names = open_pin("names");
	slots = open_pin("slots");
	expect(names >= 0 && slots >= 0);
	leave_the_group();
	/* What is open stays open: this is what a rebuild is for. */
	expect_ok(netfwv6_mgr_close_global_port(handles.mgr, 79, TCP));
	reach(&script->step, 1);
	await_in_child(&script->step, 2); /* rebuilt */
	expect_no_access(&handles);
	write_without_library(entries, names, slots);
	expect_no_access(&handles);
	close_handles(&handles);
}

static void a_former_member_is_left_behind(const char *initialize)
{
	struct script *script = shared_memory(sizeof(*script));
	char before[16384];
	pid_t child;

	make_rebuildable_state();
	must("%s -q open 79/tcp && %s -q ignore 83/tcp --dev fw0", netfwv6(), netfwv6());
	child = start_job(&root_user, change_after_expulsion, script);
	await_child(child, &script->step, 1);
	assert_int_equal(run("%s check 79/tcp", netfwv6())->status, 1); /* he did it */
	must("%s -q %s", netfwv6(), initialize);
	snprintf(before, sizeof(before), "%s", must("%s list --json", netfwv6()));
	reach(&script->step, 2);
	finish(child);
	assert_string_equal(must("%s list --json", netfwv6()), before);
	assert_non_null(strstr(before, "\"member\""));
	assert_int_equal(arrivals(0, (const uint16_t[]){ 80, 81, 200 }, 3), 0);
}

static void rebuilding_leaves_a_former_member_behind(void **s)
{
	(void)s;
	a_former_member_is_left_behind("init --rebuild");
	assert_state_files(ADMINISTRATORS);
}

static void another_group_leaves_the_former_behind(void **s)
{
	(void)s;
	a_former_member_is_left_behind("init --group 64999");
	assert_state_files(64999);
}

static void taking_the_ports_back_leaves_the_group_behind(void **s)
{
	(void)s;
	a_former_member_is_left_behind("init --group 0");
	assert_state_files(0);
}

/* Keeps the lock that openers of ports take. */
static void hold_the_lock(void *context)
{
	struct script *script = context;
	char path[128];
	int lock;

	snprintf(path, sizeof(path), "%s/lock", world.state);
	lock = open(path, O_RDONLY | O_DIRECTORY);
	expect(lock >= 0 && flock(lock, LOCK_EX) == 0);
	reach(&script->step, 1);
	for (;;)
		pause();
}

static void open_a_port(void *unused)
{
	struct netfwv6_mgr *mgr;

	(void)unused;
	expect_ok(netfwv6_mgr_open(&mgr, NULL));
	expect_ok(netfwv6_mgr_open_global_port(mgr, 445, TCP, "new"));
	netfwv6_mgr_close(mgr);
}

static void a_held_lock_is_left_to_its_holder(void **s)
{
	struct netfwv6_initialize_options options = { .sz = sizeof(options), .rebuild = true };
	struct script *script = shared_memory(sizeof(*script));
	struct netfwv6_mgr *mgr = open_mgr();
	pid_t holder;

	(void)s;
	make_rebuildable_state();
	holder = start_job(&member, hold_the_lock, script);
	await_child(holder, &script->step, 1);
	assert_ok(netfwv6_mgr_initialize(mgr, &options));
	as_user(&root_user, open_a_port, NULL);
	as_user(&member, open_a_port, NULL);
	end_child(holder);
	netfwv6_mgr_close(mgr);
}

/* ---- What somebody froze ---------------------------------------------------------------- */

/* Older kernels leave that to root, who tries it as well, and is refused where it is done. */
static void freeze(void *pin)
{
	int fd = open_pin(pin);

	expect(fd >= 0);
	expect(bpf_map_freeze(fd) == 0 || errno == EPERM || errno == EBUSY);
	close(fd);
}

/* The change of root's that needs the map to be written. */
static const struct freezing {
	const char *pin, *change;
} freezings[] = {
	{ "ports", "close 443/tcp" },
	{ "ports", "open 444/tcp --name new" },
	{ "ports", "open 444/tcp --dev fw0" },
	{ "ports", "close 8443/tcp --dev fw0" },
	{ "ports", "ignore 443/tcp --dev fw0" },
	{ "names", "open 444/tcp --name new" },
	{ "names", "open 444/tcp --dev fw1 --name new" },
	{ "slots", "open 444/tcp --dev new0" },
	{ "slots", "enable new0" },
};

static void assert_remedy(const struct freezing *freezing)
{
	const struct output *output = run("%s %s", netfwv6(), freezing->change);

	if (output->status != 3 || !strstr(output->err, "init --rebuild"))
		fail_msg("%s frozen, %s: exit %d: %s", freezing->pin, freezing->change,
			 output->status, output->err);
}

static void a_frozen_map_is_mended(const struct freezing *freezing)
{
	struct traffic *traffic;
	char before[16384];

	devices_reset(NULL);
	make_rebuildable_state();
	must("ip link add new0 type veth peer name new1"); /* that has no settings yet */
	must("%s -q open 443/tcp --name web && %s -q open 8443/tcp --dev fw0 --name own && "
	     "%s -q ignore 443/tcp --dev fw1 && %s -q open %d",
	     netfwv6(), netfwv6(), netfwv6(), netfwv6(), TRAFFIC_OPEN);
	snprintf(before, sizeof(before), "%s", everything_kept());
	as_user(&member, freeze, (void *)freezing->pin);
	as_user(&root_user, freeze, (void *)freezing->pin);
	assert_remedy(freezing);
	assert_string_equal(everything_kept(), before);
	traffic = traffic_start();
	make_rebuild();
	traffic_flows(traffic);
	traffic_end(traffic);
	assert_string_equal(everything_kept(), before);
	must("%s -q %s", netfwv6(), freezing->change);
	assert_string_not_equal(everything_kept(), before);
	assert_state_files(ADMINISTRATORS);
}

static void what_a_member_froze_is_mended(void **s)
{
	(void)s;
	for (size_t i = 0; i < sizeof(freezings) / sizeof(*freezings); i++)
		a_frozen_map_is_mended(&freezings[i]);
}

/* ---- Packets ------------------------------------------------------------------------------ */

#define REBUILDS 20

static void no_packet_passes_unfiltered(void **s)
{
	uint64_t during = 0;
	struct traffic *traffic;

	(void)s;
	make_rebuildable_state();
	must("%s -q open %d --name traffic", netfwv6(), TRAFFIC_OPEN);
	traffic = traffic_start();
	for (int i = 0; i < REBUILDS; i++) {
		uint64_t before = traffic->sent[TO_CLOSED_0];

		make_rebuild();
		during += traffic->sent[TO_CLOSED_0] - before;
		traffic_flows(traffic);
	}
	traffic_end(traffic);
	print_message("# %llu packets to one closed port during %d rebuilds\n",
		      (unsigned long long)during, REBUILDS);
	assert_true(during > 10 * REBUILDS); /* else it would say nothing */
}

/* ---- Everything is kept --------------------------------------------------------------------- */

static void kept_over_a_rebuild(const char *setup)
{
	char before[65536];

	devices_reset(NULL);
	must("export N='%s -q'; $N init; %s", netfwv6(), setup);
	snprintf(before, sizeof(before), "%s", everything_kept());
	make_rebuild();
	assert_string_equal(everything_kept(), before);
	make_rebuild();
	assert_string_equal(everything_kept(), before);
}

static void everything_is_kept(void **s)
{
	static const char *const setups[] = {
		":",
		"$N open 1-500 --name all; $N open 1-500 --dev fw1",
		"$N enable fw0; $N open 443 --name web; $N open 22/tcp --dev fw0 --name "
		"ssh; $N ignore 443/udp --dev fw0",
		"$N enable fw0 --mode generic --stateless; $N enable fw1 --learn-only; $N enable "
		"fw2",
		/* Settings without a device; a device that is gone, but configured. */
		"$N enable fw0; ip link add gone0 type veth peer name gone1; $N enable gone0; $N "
		"open 25/tcp --dev gone0 --name mail; ip link del gone0; ip link add gone2 type "
		"veth peer name gone3; $N ignore 80 --dev gone2; ip link del gone2",
		/* Renamed: the old name's settings are in force. */
		"$N enable fw0; $N open 25/tcp --dev fw0; ip link set fw0 down; ip link set fw0 "
		"name other0; $N open 26/tcp --dev other0",
	};

	(void)s;
	for (size_t i = 0; i < sizeof(setups) / sizeof(*setups); i++)
		kept_over_a_rebuild(setups[i]);
}

/* The host sends from these ports, one after the other, so many for each rebuild. */
#define FIRST_USED 20000
#define USED_DURING 12000
#define REBUILDS_USED 3

static void send_from(uint16_t port, const struct sockaddr_in6 *to)
{
	struct sockaddr_in6 own = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);

	expect(bind(fd, (struct sockaddr *)&own, sizeof(own)) == 0);
	expect(sendto(fd, "?", 1, 0, (const struct sockaddr *)to, sizeof(*to)) == 1);
	close(fd);
}

static void use_ports(void *context)
{
	struct sockaddr_in6 to = { .sin6_family = AF_INET6, .sin6_port = htons(9) };
	struct script *script = context;

	expect(inet_pton(AF_INET6, peer_address(0), &to.sin6_addr) == 1);
	for (int i = 0; i < REBUILDS_USED * USED_DURING; i++) {
		await_in_child(&script->step, i / USED_DURING);
		send_from(FIRST_USED + i, &to);
	}
}

static void ports_in_use_stay_marked(void **s)
{
	struct script *script = shared_memory(sizeof(*script));
	pid_t child;

	(void)s;
	make_rebuildable_state();
	child = start_job(&root_user, use_ports, script);
	for (int i = 1; i <= REBUILDS_USED; i++) {
		make_rebuild();
		reach(&script->step, i);
	}
	finish(child);
	for (int i = 0; i < REBUILDS_USED * USED_DURING; i++)
		if (!is_marked(FIRST_USED + i))
			fail_msg("port %d lost its mark", FIRST_USED + i);
}

static void counters_go_on(void **s)
{
	const uint16_t closed[] = { 5001, 5002, 5003 };
	uint64_t before;

	(void)s;
	make_rebuildable_state();
	assert_int_equal(arrivals(0, closed, 3), 0);
	before = dropped("fw0");
	assert_int_equal(before, 3);
	make_rebuild();
	assert_int_equal(dropped("fw0"), before);
	assert_int_equal(arrivals(0, closed, 3), 0);
	assert_int_equal(dropped("fw0"), before + 3);
}

static uint32_t id_of(const char *pin)
{
	struct bpf_map_info info = {};
	uint32_t size = sizeof(info);
	int fd = open_pin(pin);

	assert_true(fd >= 0);
	assert_int_equal(bpf_obj_get_info_by_fd(fd, &info, &size), 0);
	close(fd);
	return info.id;
}

static bool is_gone(void *id)
{
	int fd = bpf_map_get_fd_by_id(*(uint32_t *)id);

	if (fd >= 0)
		close(fd);
	return fd < 0 && errno == ENOENT;
}

/* No program and no pin refers to an old map any more. */
static void rebuilds_leave_nothing_behind(void **s)
{
	static const char *const pins[] = { "ports", "names",	    "slots",
					    "root",  "attachments", "configured" };
	enum { MAPS = sizeof(pins) / sizeof(*pins) };
	uint32_t ids[MAPS];
	char files[1024];

	(void)s;
	make_rebuildable_state();
	snprintf(files, sizeof(files), "%s", state_files());
	for (int i = 0; i < 3; i++) {
		for (int map = 0; map < MAPS; map++)
			ids[map] = id_of(pins[map]);
		make_rebuild();
		for (int map = 0; map < MAPS; map++)
			wait_until(is_gone, &ids[map], "an old map was gone");
		assert_string_equal(state_files(), files);
	}
}

static void a_state_that_is_not_there_is_made(void **s)
{
	(void)s;
	make_rebuild();
	must("%s -q open 443/tcp && %s -q close 443/tcp", netfwv6(), netfwv6());
	must("%s status --json | jq -e .kept", netfwv6());
	must("%s -q remove", netfwv6());
	assert_int_not_equal(access(world.state, F_OK), 0);
}

#define on_devices(function) cmocka_unit_test_setup(function, devices_reset)

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_devices(running_handles_follow),
		on_devices(a_state_of_an_older_layout_is_refused),
		on_devices(a_name_from_before_is_dropped_when_none_is_given),
		on_devices(reading_handles_follow),
		on_devices(rebuilding_leaves_a_former_member_behind),
		on_devices(another_group_leaves_the_former_behind),
		on_devices(taking_the_ports_back_leaves_the_group_behind),
		on_devices(a_held_lock_is_left_to_its_holder),
		on_devices(what_a_member_froze_is_mended),
		on_devices(no_packet_passes_unfiltered),
		on_devices(everything_is_kept),
		on_devices(ports_in_use_stay_marked),
		on_devices(counters_go_on),
		on_devices(rebuilds_leave_nothing_behind),
		on_devices(a_state_that_is_not_there_is_made),
	};

	return cmocka_run_group_tests(tests, devices_setup, devices_teardown);
}
