// SPDX-License-Identifier: LGPL-2.1-or-later
/* What each user may do: root, a member of the administrators' group, and anybody else. */
#include <bpf/bpf.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "devices.h"
#include "layout.h"
#include "world.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/*
 * A state with something of everything: fw0 firewalled, fw1 too, in other ways, fw2 not;
 * a device that is gone and had settings.
 */
static void make_state(void)
{
	must("N='%s -q'; $N init --group %d; $N enable fw0; "
	     "$N enable fw1 --mode generic --stateless; ip link add gone0 type veth peer name "
	     "gone1; $N enable gone0; $N open 25/tcp --dev gone0 --name mail; ip link del gone0; "
	     "$N open 443 --name web; $N open 53/udp; $N open 22/tcp --dev fw0 --name ssh; "
	     "$N ignore 443/tcp --dev fw1",
	     netfwv6(), ADMINISTRATORS);
}

/* Everything that a change would show in: what commands tell, the files, the maps. */
static const char *everything(void)
{
	return must("%s list --json; %s status --json | jq -S 'del(.devices[].reasons)'; cd %s; "
		    "find . -exec stat -c '%%n %%a %%u %%g' {} + | sort; for m in names slots "
		    "configured attachments filtered root; do bpftool map dump pinned $m; done; "
		    "bpftool map dump pinned ports | md5sum",
		    netfwv6(), netfwv6(), world.state);
}

/* ---- Reading ---------------------------------------------------------------------------- */

#define ANSWERS_SIZE 65536
struct answers {
	size_t used;
	char text[ANSWERS_SIZE];
};

static void note(struct answers *answers, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static void note(struct answers *answers, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	answers->used += vsnprintf(answers->text + answers->used, ANSWERS_SIZE - answers->used,
				   format, args);
	va_end(args);
	expect(answers->used < ANSWERS_SIZE);
}

static void note_ports(struct answers *answers, const char *what, struct netfwv6_port_enum *ports)
{
	struct netfwv6_port port;

	note(answers, "%s:", what);
	while (netfwv6_port_enum_next(ports, 1, &port, NULL) == NETFWV6_S_OK)
		note(answers, " %u/%u '%s'", port.port, port.protocol, port.name);
	note(answers, "\n");
	netfwv6_port_enum_free(ports);
}

static void note_settings(struct answers *answers, struct netfwv6_connection *connection)
{
	struct netfwv6_port_enum *ports;
	bool open = false, ignored = false;
	uint32_t rule = 0, rules[1024];

	expect_ok(netfwv6_connection_enumerate_open_ports(connection, &ports));
	note_ports(answers, "open here", ports);
	expect_ok(netfwv6_connection_enumerate_ignored_global_ports(connection, &ports));
	note_ports(answers, "ignored", ports);
	expect_ok(netfwv6_connection_is_port_open(connection, 22, TCP, &open));
	expect_ok(netfwv6_connection_is_global_port_ignored(connection, 443, TCP, &ignored));
	expect_ok(netfwv6_connection_get_effective(connection, 443, UDP, &rule));
	note(answers, "22 %d, 443 %d, rule %u, rules", open, ignored, rule);
	expect_ok(netfwv6_connection_get_effective_range(connection, 1, 1024, TCP, rules));
	for (int i = 0; i < 1024; i++)
		note(answers, "%s%u", i % 64 ? "" : " ", rules[i]);
	note(answers, "\n");
}

static void note_device(struct answers *answers, struct netfwv6_connection *connection)
{
	struct netfwv6_connection_status status = { .sz = sizeof(status) };
	struct netfwv6_counter counters[64];
	bool firewalled = false;
	size_t n = 0;

	expect_ok(netfwv6_connection_is_firewalled(connection, &firewalled));
	expect_ok(netfwv6_connection_get_status(connection, &status));
	note(answers, "%s: %d %d mode %u program %u ifindex %u since %lld %d %d %d %d '%s'\n",
	     netfwv6_connection_name(connection), firewalled, status.firewalled, status.mode,
	     status.program_id, status.ifindex, (long long)status.since, status.stateless,
	     status.configured, status.configured_learn_only, status.moved, status.settings_of);
	if (firewalled)
		expect_ok(netfwv6_connection_get_counters(connection, 64, counters, &n));
	for (size_t i = 0; i < n; i++)
		note(answers, "%s %llu ", counters[i].reason,
		     (unsigned long long)(counters[i].dropped ? counters[i].packets : 0));
	note(answers, "\n");
}

static void note_connections(struct answers *answers, struct netfwv6_mgr *mgr)
{
	struct netfwv6_connection_enum *connections;
	struct netfwv6_connection *connection, *found;

	expect_ok(netfwv6_mgr_enumerate_connections(mgr, &connections));
	while (netfwv6_connection_enum_next(connections, 1, &connection, NULL) == NETFWV6_S_OK) {
		note_device(answers, connection);
		note_settings(answers, connection);
		expect_ok(
			netfwv6_mgr_get_connection(mgr, netfwv6_connection_id(connection), &found));
		netfwv6_connection_free(found);
		netfwv6_connection_free(connection);
	}
	netfwv6_connection_enum_free(connections);
}

/* Notes what every reading call of the library answers. */
static void read_everything(void *context)
{
	struct netfwv6_mgr_status status = { .sz = sizeof(status) };
	struct answers *answers = context;
	struct netfwv6_port_enum *ports;
	struct netfwv6_mgr *mgr;
	bool open = false;

	expect_ok(netfwv6_mgr_open(&mgr, NULL));
	expect_ok(netfwv6_mgr_get_status(mgr, &status));
	note(answers, "exists %d, kept %d, group %u, layout %u, slots %u, settled %u\n",
	     status.exists, status.kept, status.group, status.layout, status.slots, status.settled);
	for (uint32_t port = 442; port < 445; port++) {
		expect_ok(netfwv6_mgr_is_port_globally_open(mgr, port, TCP, &open));
		note(answers, "%u: %d\n", port, open);
	}
	expect_ok(netfwv6_mgr_enumerate_globally_open_ports(mgr, &ports));
	note_ports(answers, "open", ports);
	expect_ok(netfwv6_mgr_enumerate_globally_open_port_range(mgr, 50, 500, UDP, &ports));
	note_ports(answers, "open from 50 to 500", ports);
	note_connections(answers, mgr);
	netfwv6_mgr_close(mgr);
}

static void everybody_reads_the_same(void **s)
{
	struct answers *answers = shared_memory(3 * sizeof(*answers));

	(void)s;
	make_state();
	assert_int_equal(arrivals(0, (const uint16_t[]){ 53, 54, 443 }, 3), 5);
	as_user(&root_user, read_everything, &answers[0]);
	as_user(&member, read_everything, &answers[1]);
	as_user(&nobody, read_everything, &answers[2]);
	assert_non_null(strstr(answers[0].text, "22/6 'ssh'"));
	assert_non_null(strstr(answers[0].text, "exists 1, kept 1, group 64000"));
	assert_string_equal(answers[0].text, answers[1].text);
	assert_string_equal(answers[0].text, answers[2].text);
}

static void expect_writable(void *wanted)
{
	struct netfwv6_mgr_status status = { .sz = sizeof(status) };
	struct netfwv6_mgr *mgr;

	expect_ok(netfwv6_mgr_open(&mgr, NULL));
	expect_ok(netfwv6_mgr_get_status(mgr, &status));
	expect(status.writable == *(const bool *)wanted);
	netfwv6_mgr_close(mgr);
}

static void the_status_says_who_may_write(void **s)
{
	static bool yes = true, no;

	(void)s;
	make_state();
	as_user(&root_user, expect_writable, &yes);
	as_user(&member, expect_writable, &yes);
	as_user(&nobody, expect_writable, &no);
	must("%s -q init --group 0", netfwv6());
	as_user(&root_user, expect_writable, &yes);
	as_user(&member, expect_writable, &no);
	as_user(&nobody, expect_writable, &no);
}

/* Who talks to whom is nobody else's business. */
static void expect_no_flow_tables(void *unused)
{
	struct netfwv6_mgr *mgr;
	size_t n = 77;

	(void)unused;
	expect_ok(netfwv6_mgr_open(&mgr, NULL));
	expect_result(netfwv6_mgr_get_flow_tables(mgr, 0, NULL, &n), NETFWV6_E_ACCESSDENIED);
	expect(n == 77);
	netfwv6_mgr_close(mgr);
}

static void conversations_are_shown_to_root_alone(void **s)
{
	(void)s;
	make_state();
	as_user(&member, expect_no_flow_tables, NULL);
	as_user(&nobody, expect_no_flow_tables, NULL);
	must("%s status --json | jq -e '.flows.udp.capacity > 0'", netfwv6());
}

static void assert_tells_the_same(const struct user *user, const char *arguments)
{
	const struct output *output = run("%s %s", netfwv6(), arguments);
	char text[sizeof(output->out)];
	int status = output->status;

	memcpy(text, output->out, sizeof(text));
	output = run_as(user, "%s %s", command(), arguments);
	if (output->status != status || strcmp(output->out, text) != 0)
		fail_msg("%s: exit %d, '%s%s'; root got %d, '%s'", arguments, output->status,
			 output->out, output->err, status, text);
}

static void commands_tell_everybody_the_same(void **s)
{
	static const char *const reads[] = {
		"list",
		"list --json",
		"list --dev fw0",
		"list --dev gone0 --json",
		"check 443/tcp",
		"check 444/tcp",
		"check 443/tcp --dev fw0",
		"check 443/tcp --dev fw1",
		"explain 443/tcp 22/tcp --dev fw0",
		"explain 443/tcp --dev fw1 --json",
		"explain 25/tcp --dev gone0",
		/* But for what only root may know. */
		"status --json | jq -S 'del(.devices[].reasons, .flows)'",
	};

	(void)s;
	make_state();
	for (size_t i = 0; i < COUNT(reads); i++) {
		assert_tells_the_same(&member, reads[i]);
		assert_tells_the_same(&nobody, reads[i]);
	}
	assert_non_null(strstr(run_as(&nobody, "%s status", command())->out, "fw1: firewalled"));
	/* Whoever may not see links is told what was enabled. */
	assert_int_equal(run_as(&nobody,
				"%s status --json | jq -e '.flows == null and "
				"all(.devices[]; .learning == (.stateless | not))'",
				command())
				 ->status,
			 0);
}

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
	JUDGE(netfwv6_connection_ignore_global_port(connection, 443, TCP));
	JUDGE(netfwv6_connection_ignore_global_ports(connection, 50, 60, UDP));
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

	make_state();
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
	make_state();
	snprintf(before, sizeof(before), "%s", everything());
	assert_commands_refused(&nobody, port_commands, COUNT(port_commands));
	assert_commands_refused(&nobody, administration_commands, COUNT(administration_commands));
	assert_string_equal(everything(), before);
}

static void commands_of_a_member_administer_nothing(void **s)
{
	char before[65536];

	(void)s;
	make_state();
	snprintf(before, sizeof(before), "%s", everything());
	assert_commands_refused(&member, administration_commands, COUNT(administration_commands));
	assert_string_equal(everything(), before);
}

/* ---- Without a state ------------------------------------------------------------------------- */

static void expect_own_settings_closed(struct netfwv6_connection *connection)
{
	bool open = true, ignored = true, firewalled = true;
	struct netfwv6_port_enum *ports;
	uint32_t rule = 0;
	size_t n = 77;

	expect_ok(netfwv6_connection_is_port_open(connection, 443, TCP, &open));
	expect_ok(netfwv6_connection_is_global_port_ignored(connection, 443, TCP, &ignored));
	expect_ok(netfwv6_connection_is_firewalled(connection, &firewalled));
	expect(!open && !ignored && !firewalled);
	expect_ok(netfwv6_connection_get_effective(connection, 443, TCP, &rule));
	expect(rule == NETFWV6_RULE_CLOSED);
	expect_ok(netfwv6_connection_enumerate_open_ports(connection, &ports));
	expect_ok(netfwv6_port_enum_count(ports, &n));
	expect(n == 0);
	netfwv6_port_enum_free(ports);
}

static void expect_everything_closed(void *unused)
{
	struct netfwv6_mgr_status status = { .sz = sizeof(status) };
	struct netfwv6_port_enum *ports;
	struct handles handles;
	bool open = true;
	size_t n = 77;

	(void)unused;
	open_handles(&handles);
	expect_ok(netfwv6_mgr_get_status(handles.mgr, &status));
	expect(!status.exists && !status.kept && !status.writable);
	expect_ok(netfwv6_mgr_is_port_globally_open(handles.mgr, 443, TCP, &open));
	expect_ok(netfwv6_mgr_enumerate_globally_open_ports(handles.mgr, &ports));
	expect_ok(netfwv6_port_enum_count(ports, &n));
	expect(!open && n == 0);
	netfwv6_port_enum_free(ports);
	expect_own_settings_closed(handles.connections[0]);
	close_handles(&handles);
}

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

/* The open and the ignored ports of a scope; not those named "many". */
static const char *settings_of(const char *scope)
{
	return must("%s list --json | jq -c '[.ports[] | select((.device // \"global\") == \"%s\" "
		    "and .name != \"many\") | \"\\(.port)/\\(.protocol) \\(.name)\"], "
		    "[.ignored[] | select(.device == \"%s\") | \"\\(.port)/\\(.protocol)\"]'",
		    netfwv6(), scope, scope);
}

static void members_change_all_ports(void **s)
{
	const char *own = "[\"90/tcp own\",\"3000/udp owns\"]\n[\"443/tcp\",\"51/udp\"]\n";

	(void)s;
	make_state();
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
	make_state();
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
	make_state();
	as_user(&primary, expect_all_changes, NULL);
	as_user(&primary, expect_no_administration, NULL);
	must("%s -q init --group 0", netfwv6());
	as_user(&primary, expect_no_change, NULL);
}

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
	expect_result(netfwv6_connection_ignore_global_port(fw0, 443, TCP), NETFWV6_E_ACCESSDENIED);
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
		assert_string_equal(must("stat -c '%%a %%u %%g' %s", world.state), "1755 0 0\n");
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

/* ---- What a member can do to the maps ----------------------------------------------------------- */

static void scribble(void *unused)
{
	char name[NAME_SIZE], slot[sizeof(struct slot_record)];
	int names = open_pin("names"), slots = open_pin("slots");

	(void)unused;
	expect(names >= 0 && slots >= 0);
	memset(name, 0xff, sizeof(name));
	memset(slot, '/', sizeof(slot));
	for (uint32_t i = 0; i < 1000; i++) {
		struct name_key key = { .entry = i * 997, .slot = i * 31 };

		bpf_map_update_elem(names, &key, name, BPF_ANY);
		key = (struct name_key){ .entry = 443, .slot = i % 64 };
		bpf_map_update_elem(names, &key, name, BPF_ANY);
	}
	for (uint32_t i = 0; i < 256; i++)
		bpf_map_update_elem(slots, &i, slot, BPF_ANY);
}

/* Records without an end, of devices that cannot be: commands say something or fail. */
static void scribbled_maps_crash_nobody(void **s)
{
	static const char *const commands[] = {
		"list",
		"list --json",
		"status",
		"status --json",
		"check 443 --dev fw0",
		"explain 443/tcp --dev fw0",
		"open 444 --dev fw0",
		"open 445 --dev fw2",
		"ignore 443 --dev fw1",
		"enable fw0",
		"enable fw2",
		"init --rebuild",
		"list --json",
		"disable fw0",
		"close 443",
	};
	struct answers *answers = shared_memory(sizeof(*answers));

	(void)s;
	make_state();
	as_user(&member, scribble, NULL);
	as_user(&nobody, read_everything, answers);
	for (size_t i = 0; i < COUNT(commands); i++) {
		const struct output *output = run("%s %s", netfwv6(), commands[i]);

		if (output->status > 4)
			fail_msg("%s: exit %d: %s%s", commands[i], output->status, output->out,
				 output->err);
	}
	assert_false(is_firewalled(0)); /* filtering can be ended, whatever was written */
	assert_true(is_firewalled(1));
	assert_int_equal(run("%s check 443/tcp", netfwv6())->status, 1);
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
	EXPECT_NOT_HERE(netfwv6_mgr_enumerate_globally_open_ports(mgr, &ports));
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
	make_state();
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
		on_devices(everybody_reads_the_same),
		on_devices(the_status_says_who_may_write),
		on_devices(conversations_are_shown_to_root_alone),
		on_devices(commands_tell_everybody_the_same),
		on_devices(nobody_changes_anything),
		on_devices(commands_of_nobody_change_nothing),
		on_devices(without_a_state_nobody_reads_closed_and_makes_none),
		on_devices(members_change_all_ports),
		on_devices(commands_of_a_member_change_ports),
		on_devices(a_primary_group_is_membership),
		on_devices(a_member_administers_nothing),
		on_devices(commands_of_a_member_administer_nothing),
		on_devices(a_firewalled_device_gets_its_slot_from_root),
		on_devices(files_are_as_documented),
		on_devices(a_new_state_has_the_group_at_once),
		on_devices(scribbled_maps_crash_nobody),
		on_devices(an_older_kernel_gets_a_sentence),
		on_devices(an_older_kernel_reads_closed_without_a_state),
	};

	return cmocka_run_group_tests(tests, devices_setup, devices_teardown);
}
