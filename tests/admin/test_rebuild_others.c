// SPDX-License-Identifier: LGPL-2.1-or-later
/* Moving the state to new maps: who is left behind, who holds the lock, and what was frozen. */
#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

#include "devices.h"
#include "layout.h"
#include "rebuilds.h"
#include "traffic.h"
#include "world.h"

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
	expect_result(netfwv6_connection_ignore_global_port(connection, 80, TCP, NULL),
		      NETFWV6_E_ACCESSDENIED);
	expect_result(netfwv6_connection_observe_global_port(connection, 83, TCP),
		      NETFWV6_E_ACCESSDENIED);
	expect(finds_open(mgr, 80) && !finds_open(mgr, 81));
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

#define on_devices(function) cmocka_unit_test_setup(function, devices_reset)

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_devices(rebuilding_leaves_a_former_member_behind),
		on_devices(another_group_leaves_the_former_behind),
		on_devices(taking_the_ports_back_leaves_the_group_behind),
		on_devices(a_held_lock_is_left_to_its_holder),
		on_devices(what_a_member_froze_is_mended),
	};

	return cmocka_run_group_tests(tests, devices_setup, devices_teardown);
}
