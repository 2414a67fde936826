// SPDX-License-Identifier: LGPL-2.1-or-later
/* What each user may change: root, a member of the administrators' group, and anybody else. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "devices.h"
#include "full_state.h"
#include "world.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* ---- Writing: who is refused --------------------------------------------------------------- */

/* Says why: who may, or who it is that may not. */
static bool says_why(const char *sentence)
{
	size_t length = strlen(sentence);

	return length && !strchr(sentence, '\n') && sentence[length - 1] != '.' &&
	       (strstr(sentence, "only root") || strstr(sentence, "this user"));
}

typedef void (*judge_fn)(netfwv6_result result, const char *call);

static void expect_refused(netfwv6_result result, const char *call)
{
	if (result != NETFWV6_E_ACCESSDENIED || !says_why(netfwv6_detail()))
		report("%s: %s: %s", call, netfwv6_result_name(result), netfwv6_detail());
}

static void expect_done(netfwv6_result result, const char *call)
{
	if (result != NETFWV6_S_OK)
		report("%s: %s: %s", call, netfwv6_result_name(result), netfwv6_detail());
}

#define JUDGE(call) judge(call, #call)

/* Each function that changes global ports, also where nothing is to be done. */
static void change_global_ports(struct netfwv6_mgr *mgr, judge_fn judge)
{
	JUDGE(netfwv6_mgr_open_global_port(mgr, 80, TCP, "new"));
	JUDGE(netfwv6_mgr_open_global_port(mgr, 81, TCP, NULL));
	JUDGE(netfwv6_mgr_open_global_port(mgr, 443, TCP, "web"));
	JUDGE(netfwv6_mgr_open_global_ports(mgr, 1000, 2000, UDP, "many"));
	JUDGE(netfwv6_mgr_close_global_port(mgr, 443, UDP));
	JUDGE(netfwv6_mgr_close_global_port(mgr, 82, TCP));
	JUDGE(netfwv6_mgr_close_global_ports(mgr, 1010, 65535, UDP));
}

static void change_own_ports(struct netfwv6_connection *connection, judge_fn judge)
{
	JUDGE(netfwv6_connection_open_port(connection, 90, TCP, "own"));
	JUDGE(netfwv6_connection_open_port(connection, 91, TCP, NULL));
	JUDGE(netfwv6_connection_open_ports(connection, 3000, 3010, UDP, "owns"));
	JUDGE(netfwv6_connection_close_port(connection, 91, TCP));
	JUDGE(netfwv6_connection_close_port(connection, 92, TCP));
	JUDGE(netfwv6_connection_close_ports(connection, 3001, 4000, UDP));
	JUDGE(netfwv6_connection_ignore_global_port(connection, 443, TCP, NULL));
	JUDGE(netfwv6_connection_ignore_global_ports(connection, 50, 60, UDP, NULL));
	JUDGE(netfwv6_connection_observe_global_port(connection, 50, UDP));
	JUDGE(netfwv6_connection_observe_global_port(connection, 93, UDP));
	JUDGE(netfwv6_connection_observe_global_ports(connection, 52, 60, UDP));
}

static void change_ports(const struct handles *handles, judge_fn judge)
{
	change_global_ports(handles->mgr, judge);
	for (size_t i = 0; i < DEVICES; i++)
		change_own_ports(handles->connections[i], judge);
}

static void change_devices(const struct handles *handles, judge_fn judge)
{
	struct netfwv6_enable_options learn = { .sz = sizeof(learn), .learn_only = true };
	struct netfwv6_enable_options again = { .sz = sizeof(again), .if_configured = true };
	struct netfwv6_enable_options other = { .sz = sizeof(other), .stateless = true };

	JUDGE(netfwv6_connection_enable_firewall(handles->connections[0], NULL));
	JUDGE(netfwv6_connection_enable_firewall(handles->connections[0], &other));
	JUDGE(netfwv6_connection_enable_firewall(handles->connections[0], &again));
	JUDGE(netfwv6_connection_enable_firewall(handles->connections[2], NULL));
	JUDGE(netfwv6_connection_enable_firewall(handles->connections[2], &learn));
	JUDGE(netfwv6_connection_disable_firewall(handles->connections[0]));
	JUDGE(netfwv6_connection_disable_firewall(handles->connections[2]));
}

static void change_the_state(const struct handles *handles, judge_fn judge)
{
	struct netfwv6_initialize_options group = { .sz = sizeof(group), .set_group = true };
	struct netfwv6_initialize_options rebuild = { .sz = sizeof(rebuild), .rebuild = true };

	JUDGE(netfwv6_mgr_initialize(handles->mgr, NULL));
	JUDGE(netfwv6_mgr_initialize(handles->mgr, &group));
	group.group = nobody.gid;
	JUDGE(netfwv6_mgr_initialize(handles->mgr, &group));
	JUDGE(netfwv6_mgr_initialize(handles->mgr, &rebuild));
	JUDGE(netfwv6_mgr_remove(handles->mgr));
}

static void expect_no_administration(void *unused)
{
	struct handles handles;

	(void)unused;
	open_handles(&handles);
	change_devices(&handles, expect_refused);
	change_the_state(&handles, expect_refused);
	close_handles(&handles);
}

static void expect_no_change(void *unused)
{
	struct handles handles;

	open_handles(&handles);
	change_ports(&handles, expect_refused);
	close_handles(&handles);
	expect_no_administration(unused);
}

static void nothing_changes_when(const struct user *user, void (*job)(void *))
{
	char before[65536];

	make_full_state();
	snprintf(before, sizeof(before), "%s", everything());
	as_user(user, job, NULL);
	assert_string_equal(everything(), before);
}

static void nobody_changes_anything(void **s)
{
	(void)s;
	nothing_changes_when(&nobody, expect_no_change);
}

static void a_member_administers_nothing(void **s)
{
	(void)s;
	nothing_changes_when(&member, expect_no_administration);
}

static void assert_command_refused(const struct user *user, const char *arguments)
{
	const struct output *output = run_as(user, "%s %s", command(), arguments);
	char *end = strchr(output->err, '\n'), sentence[1024];

	snprintf(sentence, sizeof(sentence), "%.*s", (int)(end ? end - output->err : 0),
		 output->err);
	if (output->status != 3 || *output->out || !end || end[1] || !says_why(sentence))
		fail_msg("%s: exit %d, '%s%s'", arguments, output->status, output->out,
			 output->err);
}

static const char *const port_commands[] = {
	"open 80/tcp",
	"open 443/tcp --name web",
	"open 1-65535 --name all",
	"close 443/tcp",
	"close 80/tcp",
	"open 90/tcp --dev fw0 --name own",
	"open 90/tcp --dev fw2",
	"close 22/tcp --dev fw0",
	"close 90/tcp --dev fw2",
	"ignore 443 --dev fw0",
	"observe 443/tcp --dev fw1",
	"observe 80/tcp --dev fw2",
};
static const char *const administration_commands[] = {
	"enable fw0",
	"enable fw0 --stateless",
	"enable fw0 --if-configured",
	"enable fw2",
	"enable fw2 --learn-only",
	"disable fw0",
	"disable fw2",
	"init",
	"init --group 0",
	"init --group 65534",
	"init --rebuild",
	"remove",
};

static void assert_commands_refused(const struct user *user, const char *const *commands, size_t n)
{
	for (size_t i = 0; i < n; i++)
		assert_command_refused(user, commands[i]);
}

static void commands_of_nobody_change_nothing(void **s)
{
	char before[65536];

	(void)s;
	make_full_state();
	snprintf(before, sizeof(before), "%s", everything());
	assert_commands_refused(&nobody, port_commands, COUNT(port_commands));
	assert_commands_refused(&nobody, administration_commands, COUNT(administration_commands));
	assert_string_equal(everything(), before);
}

static void commands_of_a_member_administer_nothing(void **s)
{
	char before[65536];

	(void)s;
	make_full_state();
	snprintf(before, sizeof(before), "%s", everything());
	assert_commands_refused(&member, administration_commands, COUNT(administration_commands));
	assert_string_equal(everything(), before);
}

/* ---- Without a state ------------------------------------------------------------------------- */

static void without_a_state_nobody_reads_closed_and_makes_none(void **s)
{
	(void)s;
	as_user(&nobody, expect_everything_closed, NULL);
	as_user(&nobody, expect_no_change, NULL);
	assert_int_not_equal(access(world.state, F_OK), 0);
	assert_int_equal(run_as(&nobody, "%s check 443/tcp", command())->status, 1);
	assert_int_equal(run_as(&nobody, "%s check 443/tcp --dev fw0", command())->status, 1);
	assert_int_equal(run_as(&nobody,
				"%s list && %s list --dev fw0 && %s status && "
				"%s explain 443/tcp --dev fw0",
				command(), command(), command(), command())
				 ->status,
			 0);
	assert_commands_refused(&nobody, port_commands, COUNT(port_commands));
	assert_commands_refused(&nobody, administration_commands, COUNT(administration_commands));
	assert_int_not_equal(access(world.state, F_OK), 0);
}

/* ---- Members --------------------------------------------------------------------------------- */

static void expect_all_changes(void *unused)
{
	struct handles handles;

	(void)unused;
	open_handles(&handles);
	change_ports(&handles, expect_done);
	close_handles(&handles);
}

static void members_change_all_ports(void **s)
{
	const char *own = "[\"90/tcp own\",\"3000/udp owns\"]\n[\"443/tcp\",\"51/udp\"]\n";

	(void)s;
	make_full_state();
	as_user(&member, expect_all_changes, NULL);
	assert_string_equal(settings_of("global"),
			    "[\"80/tcp new\",\"81/tcp \",\"443/tcp web\",\"53/udp \"]\n[]\n");
	must("%s list --json | jq -e '[.ports[] | select(.name == \"many\")] | length == 10'",
	     netfwv6());
	assert_string_equal(settings_of("fw0"), "[\"22/tcp ssh\",\"90/tcp own\",\"3000/udp "
						"owns\"]\n[\"443/tcp\",\"51/udp\"]\n");
	assert_string_equal(settings_of("fw1"), own);
	assert_string_equal(settings_of("fw2"), own);
	assert_int_equal(arrivals(0, (const uint16_t[]){ 1000, 3000, 3001, 53, 443 }, 5), 0xb);
	assert_state_files(ADMINISTRATORS);
}

static void commands_of_a_member_change_ports(void **s)
{
	(void)s;
	make_full_state();
	for (size_t i = 0; i < COUNT(port_commands); i++) {
		const struct output *output = run_as(&member, "%s %s", command(), port_commands[i]);

		if (output->status)
			fail_msg("%s: exit %d: %s", port_commands[i], output->status, output->err);
	}
	must("%s check 1/udp 81-442 65535/tcp", netfwv6());
	assert_int_equal(run("%s check 443/tcp", netfwv6())->status, 1);
	assert_string_equal(settings_of("fw0"), "[\"90/tcp own\"]\n[\"443/tcp\",\"443/udp\"]\n");
	assert_string_equal(settings_of("fw1"), "[]\n[]\n");
}

/* One's own group is as good as a supplementary one. */
static void a_primary_group_is_membership(void **s)
{
	const struct user primary = { .uid = 64005, .gid = ADMINISTRATORS };

	(void)s;
	make_full_state();
	as_user(&primary, expect_all_changes, NULL);
	as_user(&primary, expect_no_administration, NULL);
	must("%s -q init --group 0", netfwv6());
	as_user(&primary, expect_no_change, NULL);
}

#define on_devices(function) cmocka_unit_test_setup(function, devices_reset)

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_devices(nobody_changes_anything),
		on_devices(commands_of_nobody_change_nothing),
		on_devices(without_a_state_nobody_reads_closed_and_makes_none),
		on_devices(members_change_all_ports),
		on_devices(commands_of_a_member_change_ports),
		on_devices(a_primary_group_is_membership),
		on_devices(a_member_administers_nothing),
		on_devices(commands_of_a_member_administer_nothing),
	};

	return cmocka_run_group_tests(tests, devices_setup, devices_teardown);
}
