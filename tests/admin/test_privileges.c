// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What users need for what they may do: a place from root, files of their group, a kernel that
 * lets them.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "devices.h"
#include "full_state.h"
#include "world.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* ---- Slots --------------------------------------------------------------------------------- */

/* Makes devices s0 to s31, has as many of them as can be set, and removes them. */
static void settle_all_slots(void)
{
	must("%s -q init --group %d", netfwv6(), ADMINISTRATORS);
	must("for i in $(seq 0 2 31); do ip link add s$i type veth peer name s$((i + 1)); done; "
	     "for i in $(seq 0 %d); do %s -q ignore 443/tcp --dev s$i || exit 1; done; "
	     "for i in $(seq 0 2 31); do ip link del s$i; done",
	     NETFWV6_CONNECTIONS_MAX - 1, netfwv6());
}

static netfwv6_result open_own(struct netfwv6_connection *connection)
{
	return netfwv6_connection_open_port(connection, 90, UDP, "own");
}

/* For fw0 a member lacks what only root can give him, be there room or not. */
static void expect_no_room(void *unused)
{
	struct handles handles;

	(void)unused;
	open_handles(&handles);
	expect_result(open_own(handles.connections[0]),
		      geteuid() ? NETFWV6_E_ACCESSDENIED : NETFWV6_E_OUTOFMEMORY);
	expect_result(open_own(handles.connections[2]), NETFWV6_E_OUTOFMEMORY);
	close_handles(&handles);
}

static void expect_remedy(void *unused)
{
	struct netfwv6_connection *fw0;
	struct handles handles;

	(void)unused;
	open_handles(&handles);
	fw0 = handles.connections[0];
	expect_result(open_own(fw0), NETFWV6_E_ACCESSDENIED);
	expect(strstr(netfwv6_detail(), "netfwv6 enable fw0"));
	expect_result(netfwv6_connection_ignore_global_port(fw0, 443, TCP, NULL),
		      NETFWV6_E_ACCESSDENIED);
	expect(strstr(netfwv6_detail(), "netfwv6 enable fw0"));
	/* What it has not needs no place. */
	expect_ok(netfwv6_connection_close_port(fw0, 90, UDP));
	expect_ok(netfwv6_connection_observe_global_port(fw0, 443, TCP));
	close_handles(&handles);
}

static void expect_own_port_opens(void *device)
{
	struct handles handles;

	open_handles(&handles);
	expect_ok(open_own(handles.connections[*(const int *)device]));
	close_handles(&handles);
}

static void a_firewalled_device_gets_its_slot_from_root(void **s)
{
	static int fw0 = 0, fw2 = 2;
	char before[65536];

	(void)s;
	settle_all_slots();
	must("%s -q enable fw0", netfwv6());
	snprintf(before, sizeof(before), "%s", everything());
	as_user(&member, expect_no_room, NULL);
	as_user(&root_user, expect_no_room, NULL);
	assert_string_equal(everything(), before);
	must("%s -q observe 443/tcp --dev s30", netfwv6());
	snprintf(before, sizeof(before), "%s", everything());
	as_user(&member, expect_remedy, NULL);
	assert_string_equal(everything(), before);
	must("%s -q enable fw0", netfwv6());
	as_user(&member, expect_own_port_opens, &fw0);
	assert_int_equal(arrivals(0, (const uint16_t[]){ 90, 91 }, 2), 1);
	/* Where no program runs, there is none to replace. */
	must("%s -q observe 443/tcp --dev s29", netfwv6());
	as_user(&member, expect_own_port_opens, &fw2);
	assert_string_equal(settings_of("fw2"), "[\"90/udp own\"]\n[]\n");
}

/* ---- Files ------------------------------------------------------------------------------------ */

/* Runs a command under a umask; the files are the group's then. */
static void assert_files_after(const char *mask, const char *arguments, gid_t group)
{
	must("umask %s; %s -q %s", mask, netfwv6(), arguments);
	assert_state_files(group);
}

static void files_are_as_documented(void **s)
{
	static const char *const umasks[] = { "022", "077", "000" };

	(void)s;
	for (size_t i = 0; i < COUNT(umasks); i++) {
		const char *mask = umasks[i];

		devices_reset(NULL);
		assert_files_after(mask, "enable fw0", 0);
		assert_files_after(mask, "enable fw1 --learn-only", 0);
		assert_files_after(mask, "init", 0);
		assert_files_after(mask, "init --group 64000", 64000);
		assert_files_after(mask, "init --group 64000", 64000);
		assert_files_after(mask, "init --rebuild", 64000);
		assert_files_after(mask, "init", 64000); /* leaves the group alone */
		assert_files_after(mask, "init --group 64999", 64999);
		assert_files_after(mask, "init --group 0", 0);
		/* A bpffs of its own is sticky, a place in that of /sys/fs/bpf is not. */
		assert_string_equal(must("stat -c '%%a %%u %%g' %s | sed 's/^1//'", world.state),
				    "755 0 0\n");
		assert_string_equal(must("stat -c '%%a %%u %%g' /run/netfwv6.lock"), "600 0 0\n");
	}
}

static void a_new_state_has_the_group_at_once(void **s)
{
	(void)s;
	must("umask 077; %s -q init --group %d && %s -q enable fw0", netfwv6(), ADMINISTRATORS,
	     netfwv6());
	assert_state_files(ADMINISTRATORS);
}

/* ---- Kernels that give access by capability alone ---------------------------------------------- */

static const struct user nobody_before_6_0 = {
	.uid = 65534,
	.gid = 65534,
	.without_bpf = true,
};

#define EXPECT_NOT_HERE(call)                                                                      \
	do {                                                                                       \
		expect_result(call, NETFWV6_E_NOTIMPL);                                            \
		expect(strstr(netfwv6_detail(), "kernel"));                                        \
	} while (0)

static void expect_sentences(void *unused)
{
	struct netfwv6_mgr_status status = { .sz = sizeof(status) };
	struct netfwv6_connection_enum *connections;
	struct netfwv6_connection *connection;
	struct netfwv6_port_enum *ports;
	struct netfwv6_mgr *mgr;
	uint32_t rule = 77;
	bool open = true;

	(void)unused;
	expect_ok(netfwv6_mgr_open(&mgr, NULL));
	EXPECT_NOT_HERE(netfwv6_mgr_is_port_globally_open(mgr, 444, TCP, &open));
	EXPECT_NOT_HERE(netfwv6_mgr_enumerate_globally_open_ports(mgr, NULL, &ports));
	EXPECT_NOT_HERE(netfwv6_mgr_get_status(mgr, &status));
	EXPECT_NOT_HERE(netfwv6_mgr_enumerate_connections(mgr, &connections));
	/* A device that is there is found without the state. */
	if (netfwv6_mgr_get_connection(mgr, "fw0", &connection) == NETFWV6_S_OK) {
		EXPECT_NOT_HERE(netfwv6_connection_is_port_open(connection, 444, TCP, &open));
		EXPECT_NOT_HERE(netfwv6_connection_is_firewalled(connection, &open));
		EXPECT_NOT_HERE(netfwv6_connection_get_effective(connection, 444, TCP, &rule));
		netfwv6_connection_free(connection);
	}
	expect(open && rule == 77 && !status.exists);
	netfwv6_mgr_close(mgr);
}

static void an_older_kernel_gets_a_sentence(void **s)
{
	static const char *const reads[] = {
		"list",
		"list --json",
		"list --dev fw0",
		"status",
		"status --json",
		"check 443/tcp",
		"check 443/tcp --dev fw0",
		"explain 443/tcp --dev fw0",
	};

	(void)s;
	make_full_state();
	as_user(&nobody_before_6_0, expect_sentences, NULL);
	for (size_t i = 0; i < COUNT(reads); i++) {
		const struct output *output =
			run_as(&nobody_before_6_0, "%s %s", command(), reads[i]);

		if (output->status != 4 || !strstr(output->err, "kernel") || *output->out)
			fail_msg("%s: exit %d, '%s%s'", reads[i], output->status, output->out,
				 output->err);
	}
}

/* Nothing has to be read then. */
static void an_older_kernel_reads_closed_without_a_state(void **s)
{
	(void)s;
	as_user(&nobody_before_6_0, expect_everything_closed, NULL);
	assert_int_equal(run_as(&nobody_before_6_0, "%s check 443/tcp", command())->status, 1);
	assert_int_equal(run_as(&nobody_before_6_0, "%s list", command())->status, 0);
}

#define on_devices(function) cmocka_unit_test_setup(function, devices_reset)

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_devices(a_firewalled_device_gets_its_slot_from_root),
		on_devices(files_are_as_documented),
		on_devices(a_new_state_has_the_group_at_once),
		on_devices(an_older_kernel_gets_a_sentence),
		on_devices(an_older_kernel_reads_closed_without_a_state),
	};

	return cmocka_run_group_tests(tests, devices_setup, devices_teardown);
}
