// SPDX-License-Identifier: LGPL-2.1-or-later
/* The manager's ports through the public API. */
#include <bpf/bpf.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "layout.h"
#include "world.h"

#define TCP NETFWV6_PROTOCOL_TCP
#define UDP NETFWV6_PROTOCOL_UDP

static bool is_open(struct netfwv6_mgr *mgr, uint32_t port, uint32_t protocol)
{
	bool open = false;

	assert_ok(netfwv6_mgr_is_port_globally_open(mgr, port, protocol, &open));
	return open;
}

static size_t count_open(struct netfwv6_mgr *mgr)
{
	struct netfwv6_port_enum *ports;
	size_t count;

	assert_ok(netfwv6_mgr_enumerate_globally_open_ports(mgr, &ports));
	assert_ok(netfwv6_port_enum_count(ports, &count));
	netfwv6_port_enum_free(ports);
	return count;
}

static void name_of(struct netfwv6_mgr *mgr, uint32_t port, uint32_t protocol, char *name)
{
	struct netfwv6_port_enum *ports;
	struct netfwv6_port found;

	assert_ok(
		netfwv6_mgr_enumerate_globally_open_port_range(mgr, port, port, protocol, &ports));
	assert_ok(netfwv6_port_enum_next(ports, 1, &found, NULL));
	assert_int_equal(found.port, port);
	assert_int_equal(found.protocol, protocol);
	strcpy(name, found.name);
	netfwv6_port_enum_free(ports);
}

/* ---- One port ------------------------------------------------------------- */

static void never_configured_reads_as_closed(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr();

	(void)s;
	assert_false(is_open(mgr, 1, TCP));
	assert_false(is_open(mgr, 65535, UDP));
	assert_int_equal(count_open(mgr), 0);
	assert_int_not_equal(access(world.state, F_OK), 0);
	netfwv6_mgr_close(mgr);
}

static void closing_without_state_makes_none(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr();

	(void)s;
	assert_ok(netfwv6_mgr_close_global_port(mgr, 80, TCP));
	assert_int_not_equal(access(world.state, F_OK), 0);
	netfwv6_mgr_close(mgr);
}

static void opens_and_closes(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr();

	(void)s;
	assert_ok(netfwv6_mgr_open_global_port(mgr, 443, TCP, NULL));
	assert_true(is_open(mgr, 443, TCP));
	assert_false(is_open(mgr, 443, UDP));
	assert_false(is_open(mgr, 442, TCP));
	assert_false(is_open(mgr, 444, TCP));
	assert_ok(netfwv6_mgr_close_global_port(mgr, 443, UDP));
	assert_true(is_open(mgr, 443, TCP));
	assert_ok(netfwv6_mgr_close_global_port(mgr, 443, TCP));
	assert_false(is_open(mgr, 443, TCP));
	netfwv6_mgr_close(mgr);
}

static void the_first_and_the_last_port_are_ports(void **s)
{
	static const uint32_t ports[] = { 1, 65535 }, protocols[] = { TCP, UDP };
	struct netfwv6_mgr *mgr = open_mgr();

	(void)s;
	for (int i = 0; i < 4; i++) {
		assert_ok(netfwv6_mgr_open_global_port(mgr, ports[i / 2], protocols[i % 2], NULL));
		assert_int_equal(count_open(mgr), i + 1);
	}
	netfwv6_mgr_close(mgr);
}

static void both_calls_are_idempotent(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr();

	(void)s;
	for (int i = 0; i < 3; i++)
		assert_ok(netfwv6_mgr_open_global_port(mgr, 53, UDP, "dns"));
	assert_int_equal(count_open(mgr), 1);
	for (int i = 0; i < 3; i++)
		assert_ok(netfwv6_mgr_close_global_port(mgr, 53, UDP));
	assert_int_equal(count_open(mgr), 0);
	netfwv6_mgr_close(mgr);
}

static void another_manager_sees_it_at_once(void **s)
{
	struct netfwv6_mgr *one = open_mgr(), *other = open_mgr();

	(void)s;
	assert_false(is_open(other, 22, TCP));
	assert_ok(netfwv6_mgr_open_global_port(one, 22, TCP, NULL));
	assert_true(is_open(other, 22, TCP));
	assert_ok(netfwv6_mgr_close_global_port(other, 22, TCP));
	assert_false(is_open(one, 22, TCP));
	netfwv6_mgr_close(one);
	netfwv6_mgr_close(other);
}

static void policy_outlives_its_manager(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr();

	(void)s;
	assert_ok(netfwv6_mgr_open_global_port(mgr, 22, TCP, "ssh"));
	netfwv6_mgr_close(mgr);
	mgr = open_mgr();
	assert_true(is_open(mgr, 22, TCP));
	netfwv6_mgr_close(mgr);
}

/* ---- Arguments ------------------------------------------------------------ */

static void bad_arguments_are_refused_and_change_nothing(void **s)
{
	static const struct {
		uint32_t port, protocol;
		const char *named; /* what the sentence names */
	} rows[] = {
		{ 0, TCP, "port 0 " },
		{ 65536, TCP, "port 65536 " },
		{ 65537, UDP, "port 65537 " }, /* 1 when truncated */
		{ 65536 + 443, TCP, "port 65979 " },
		{ UINT32_MAX, UDP, "port 4294967295 " },
		{ 80, 0, "protocol 0 " },
		{ 80, 1, "protocol 1 " },
		{ 80, 132, "protocol 132 " },
		{ 80, 256 + 6, "protocol 262 " },
		{ 80, UINT32_MAX, "protocol 4294967295 " },
	};
	struct netfwv6_mgr *mgr = open_mgr();

	(void)s;
	assert_ok(netfwv6_mgr_open_global_port(mgr, 443, TCP, NULL));
	assert_ok(netfwv6_mgr_open_global_port(mgr, 1, UDP, NULL));
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct netfwv6_port_enum *ports = (void *)rows;
		bool open = true;

		assert_result(netfwv6_mgr_close_global_port(mgr, rows[i].port, rows[i].protocol),
			      NETFWV6_E_INVALIDARG);
		assert_non_null(strstr(netfwv6_detail(), rows[i].named));
		assert_result(netfwv6_mgr_open_global_port(mgr, rows[i].port, rows[i].protocol, ""),
			      NETFWV6_E_INVALIDARG);
		assert_result(netfwv6_mgr_is_port_globally_open(mgr, rows[i].port, rows[i].protocol,
								&open),
			      NETFWV6_E_INVALIDARG);
		assert_true(open);
		assert_result(netfwv6_mgr_enumerate_globally_open_port_range(
				      mgr, rows[i].port, rows[i].port, rows[i].protocol, &ports),
			      NETFWV6_E_INVALIDARG);
		assert_ptr_equal(ports, rows);
	}
	assert_int_equal(count_open(mgr), 2);
	netfwv6_mgr_close(mgr);
}

static void bad_ranges_are_refused(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr();

	(void)s;
	assert_result(netfwv6_mgr_open_global_ports(mgr, 90, 80, TCP, NULL), NETFWV6_E_INVALIDARG);
	assert_non_null(strstr(netfwv6_detail(), "90"));
	assert_result(netfwv6_mgr_open_global_ports(mgr, 0, 80, TCP, NULL), NETFWV6_E_INVALIDARG);
	assert_result(netfwv6_mgr_open_global_ports(mgr, 80, 65536, TCP, NULL),
		      NETFWV6_E_INVALIDARG);
	assert_result(netfwv6_mgr_close_global_ports(mgr, 90, 80, TCP), NETFWV6_E_INVALIDARG);
	assert_int_equal(count_open(mgr), 0);
	netfwv6_mgr_close(mgr);
}

static void null_pointers_are_refused(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr();
	struct netfwv6_port_enum *ports, *clone;
	struct netfwv6_connection *connection;
	struct netfwv6_port port;
	size_t n;
	bool yes;

	(void)s;
	assert_result(netfwv6_mgr_open(NULL, NULL), NETFWV6_E_POINTER);
	netfwv6_mgr_close(NULL);
	assert_null(netfwv6_mgr_state_dir(NULL));
	assert_result(netfwv6_mgr_close_global_port(NULL, 80, TCP), NETFWV6_E_POINTER);
	assert_result(netfwv6_mgr_open_global_port(NULL, 80, TCP, NULL), NETFWV6_E_POINTER);
	assert_result(netfwv6_mgr_close_global_ports(NULL, 80, 81, TCP), NETFWV6_E_POINTER);
	assert_result(netfwv6_mgr_open_global_ports(NULL, 80, 81, TCP, NULL), NETFWV6_E_POINTER);
	assert_result(netfwv6_mgr_is_port_globally_open(NULL, 80, TCP, &yes), NETFWV6_E_POINTER);
	assert_result(netfwv6_mgr_is_port_globally_open(mgr, 80, TCP, NULL), NETFWV6_E_POINTER);
	assert_result(netfwv6_mgr_enumerate_globally_open_ports(NULL, &ports), NETFWV6_E_POINTER);
	assert_result(netfwv6_mgr_enumerate_globally_open_ports(mgr, NULL), NETFWV6_E_POINTER);
	assert_result(netfwv6_mgr_enumerate_globally_open_port_range(mgr, 1, 2, TCP, NULL),
		      NETFWV6_E_POINTER);
	assert_ok(netfwv6_mgr_enumerate_globally_open_ports(mgr, &ports));
	assert_result(netfwv6_port_enum_next(NULL, 1, &port, &n), NETFWV6_E_POINTER);
	assert_result(netfwv6_port_enum_next(ports, 1, NULL, &n), NETFWV6_E_POINTER);
	assert_result(netfwv6_port_enum_next(ports, 2, &port, NULL), NETFWV6_E_POINTER);
	assert_result(netfwv6_port_enum_skip(NULL, 1), NETFWV6_E_POINTER);
	assert_result(netfwv6_port_enum_reset(NULL), NETFWV6_E_POINTER);
	assert_result(netfwv6_port_enum_clone(NULL, &clone), NETFWV6_E_POINTER);
	assert_result(netfwv6_port_enum_clone(ports, NULL), NETFWV6_E_POINTER);
	assert_result(netfwv6_port_enum_count(NULL, &n), NETFWV6_E_POINTER);
	assert_result(netfwv6_port_enum_count(ports, NULL), NETFWV6_E_POINTER);
	netfwv6_port_enum_free(NULL);
	netfwv6_port_enum_free(ports);
	assert_result(netfwv6_mgr_get_connection(NULL, "fw0", &connection), NETFWV6_E_POINTER);
	assert_result(netfwv6_mgr_get_connection(mgr, NULL, &connection), NETFWV6_E_POINTER);
	assert_result(netfwv6_mgr_get_connection(mgr, "fw0", NULL), NETFWV6_E_POINTER);
	assert_result(netfwv6_connection_enable_firewall(NULL, NULL), NETFWV6_E_POINTER);
	assert_result(netfwv6_connection_disable_firewall(NULL), NETFWV6_E_POINTER);
	assert_result(netfwv6_connection_is_firewalled(NULL, &yes), NETFWV6_E_POINTER);
	assert_result(netfwv6_connection_get_counters(NULL, 0, NULL, &n), NETFWV6_E_POINTER);
	assert_null(netfwv6_connection_id(NULL));
	netfwv6_connection_free(NULL);
	netfwv6_connection_enum_free(NULL);
	netfwv6_mgr_close(mgr);
}

static void results_have_the_original_values(void **s)
{
	static const struct {
		netfwv6_result result;
		uint32_t value;
		const char *name;
	} rows[] = {
		{ NETFWV6_S_OK, 0, "S_OK" },
		{ NETFWV6_S_FALSE, 1, "S_FALSE" },
		{ NETFWV6_E_INVALIDARG, 0x80070057, "E_INVALIDARG" },
		{ NETFWV6_E_POINTER, 0x80004003, "E_POINTER" },
		{ NETFWV6_E_ACCESSDENIED, 0x80070005, "E_ACCESSDENIED" },
		{ NETFWV6_E_NOINTERFACE, 0x80004002, "E_NOINTERFACE" },
		{ NETFWV6_E_NOTIMPL, 0x80004001, "E_NOTIMPL" },
		{ NETFWV6_E_OUTOFMEMORY, 0x8007000e, "E_OUTOFMEMORY" },
		{ NETFWV6_E_ABORT, 0x80004004, "E_ABORT" },
		{ NETFWV6_E_UNEXPECTED, 0x8000ffff, "E_UNEXPECTED" },
		{ NETFWV6_E_FAIL, 0x80004005, "E_FAIL" },
	};

	(void)s;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_int_equal((uint32_t)rows[i].result, rows[i].value);
		assert_string_equal(netfwv6_result_name(rows[i].result), rows[i].name);
		assert_int_equal(NETFWV6_FAILED(rows[i].result), rows[i].value >> 31);
	}
	assert_string_equal(netfwv6_result_name(-7), "unknown result");
}

/* ---- Options -------------------------------------------------------------- */

static void options_may_come_from_older_and_newer_headers(void **s)
{
	struct {
		struct netfwv6_mgr_options known;
		char newer[16];
	} options = {};
	struct netfwv6_mgr *mgr = NULL;

	(void)s;
	options.known.state_dir = "/nonexistent";
	options.known.sz = sizeof(size_t); /* knows no state_dir */
	assert_ok(netfwv6_mgr_open(&mgr, &options.known));
	assert_string_equal(netfwv6_mgr_state_dir(mgr), world.state);
	netfwv6_mgr_close(mgr);
	options.known.sz = sizeof(options);
	assert_ok(netfwv6_mgr_open(&mgr, &options.known));
	assert_string_equal(netfwv6_mgr_state_dir(mgr), "/nonexistent");
	netfwv6_mgr_close(mgr);
	mgr = NULL;
	options.newer[3] = 1; /* something we do not know */
	assert_result(netfwv6_mgr_open(&mgr, &options.known), NETFWV6_E_INVALIDARG);
	options.known.sz = 0;
	assert_result(netfwv6_mgr_open(&mgr, &options.known), NETFWV6_E_INVALIDARG);
	assert_null(mgr);
}

static void the_state_directory_is_an_absolute_path(void **s)
{
	struct netfwv6_mgr_options options = { .sz = sizeof(options), .state_dir = "some/dir//" };
	struct netfwv6_mgr *mgr = NULL;
	char cwd[4096], want[4200], longest[400];

	(void)s;
	assert_non_null(getcwd(cwd, sizeof(cwd)));
	snprintf(want, sizeof(want), "%s/some/dir", cwd);
	assert_ok(netfwv6_mgr_open(&mgr, &options));
	assert_string_equal(netfwv6_mgr_state_dir(mgr), want);
	netfwv6_mgr_close(mgr);
	options.state_dir = "";
	assert_result(netfwv6_mgr_open(&mgr, &options), NETFWV6_E_INVALIDARG);
	options.state_dir = "/";
	assert_result(netfwv6_mgr_open(&mgr, &options), NETFWV6_E_INVALIDARG);
	memset(longest, 'x', sizeof(longest) - 1);
	longest[0] = '/';
	longest[sizeof(longest) - 1] = '\0';
	options.state_dir = longest;
	assert_result(netfwv6_mgr_open(&mgr, &options), NETFWV6_E_INVALIDARG);
}

static void a_state_directory_that_holds_files_is_left_alone(void **s)
{
	struct netfwv6_mgr_options options = { .sz = sizeof(options) };
	struct netfwv6_mgr *mgr = NULL;
	char dir[80];

	(void)s;
	snprintf(dir, sizeof(dir), "%s-full", world.state);
	options.state_dir = dir;
	must("mkdir %s && touch %s/ports", dir, dir);
	assert_ok(netfwv6_mgr_open(&mgr, &options));
	assert_result(netfwv6_mgr_open_global_port(mgr, 80, TCP, NULL), NETFWV6_E_INVALIDARG);
	assert_non_null(strstr(netfwv6_detail(), dir));
	assert_int_equal(run("grep -q ' %s ' /proc/self/mountinfo", dir)->status, 1);
	netfwv6_mgr_close(mgr);
	must("%s --state %s disable " HOST_DEVICE, netfwv6(),
	     dir); /* has nothing to remove there */
	must("rm %s/ports && rmdir %s", dir, dir);
}

static void a_directory_on_a_bpffs_is_used_as_it_is(void **s)
{
	struct netfwv6_mgr_options options = { .sz = sizeof(options) };
	struct netfwv6_mgr *mgr = NULL;
	char mount[80], dir[100];

	(void)s;
	snprintf(mount, sizeof(mount), "%s-own", world.state);
	snprintf(dir, sizeof(dir), "%s/mine", mount);
	must("mkdir %s && mount -t bpf bpf %s", mount, mount);
	options.state_dir = dir;
	assert_ok(netfwv6_mgr_open(&mgr, &options));
	assert_ok(netfwv6_mgr_open_global_port(mgr, 80, TCP, NULL));
	assert_int_equal(access(dir, F_OK), 0);
	assert_int_equal(run("grep -c ' %s' /proc/self/mountinfo", mount)->out[0], '1');
	assert_ok(netfwv6_mgr_close_global_port(mgr, 80, TCP));
	netfwv6_mgr_close(mgr);
	must("umount %s && rmdir %s", mount, mount);
}

/* ---- Names ---------------------------------------------------------------- */

static void the_first_name_is_kept_until_the_port_closes(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr();
	char name[64];

	(void)s;
	assert_ok(netfwv6_mgr_open_global_port(mgr, 443, TCP, "first"));
	assert_ok(netfwv6_mgr_open_global_port(mgr, 443, TCP, "second"));
	assert_ok(netfwv6_mgr_open_global_port(mgr, 443, TCP, NULL));
	name_of(mgr, 443, TCP, name);
	assert_string_equal(name, "first");
	assert_ok(netfwv6_mgr_close_global_port(mgr, 443, TCP));
	assert_ok(netfwv6_mgr_open_global_port(mgr, 443, TCP, "third"));
	name_of(mgr, 443, TCP, name);
	assert_string_equal(name, "third");
	assert_ok(netfwv6_mgr_close_global_port(mgr, 443, TCP));
	assert_ok(netfwv6_mgr_open_global_port(mgr, 443, TCP, NULL));
	name_of(mgr, 443, TCP, name);
	assert_string_equal(name, "");
	netfwv6_mgr_close(mgr);
}

static void a_port_opened_without_name_stays_nameless(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr();
	char name[64];

	(void)s;
	assert_ok(netfwv6_mgr_open_global_port(mgr, 443, TCP, NULL));
	assert_ok(netfwv6_mgr_open_global_port(mgr, 443, TCP, "late"));
	name_of(mgr, 443, TCP, name);
	assert_string_equal(name, "");
	netfwv6_mgr_close(mgr);
}

static void a_range_names_only_what_it_opens(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr();
	char name[64];

	(void)s;
	assert_ok(netfwv6_mgr_open_global_port(mgr, 82, TCP, "mine"));
	assert_ok(netfwv6_mgr_open_global_ports(mgr, 80, 84, TCP, "range"));
	name_of(mgr, 81, TCP, name);
	assert_string_equal(name, "range");
	name_of(mgr, 82, TCP, name);
	assert_string_equal(name, "mine");
	assert_ok(netfwv6_mgr_close_global_ports(mgr, 80, 84, TCP));
	assert_ok(netfwv6_mgr_open_global_ports(mgr, 80, 84, TCP, NULL));
	name_of(mgr, 82, TCP, name);
	assert_string_equal(name, "");
	netfwv6_mgr_close(mgr);
}

static void sentences_are_printable(void **s)
{
	struct netfwv6_connection *connection;
	struct netfwv6_mgr *mgr = open_mgr();

	(void)s;
	assert_result(netfwv6_mgr_get_connection(mgr, "a\033[2J/\xff", &connection),
		      NETFWV6_E_INVALIDARG);
	assert_non_null(strstr(netfwv6_detail(), "'a?[2J/?'"));
	netfwv6_mgr_close(mgr);
}

/* Adds to the layout's version, the first field of the record. */
static void add_to_layout(int n)
{
	struct root_record record;
	uint32_t key = 0;
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/root", world.state);
	fd = bpf_obj_get(path);
	assert_true(fd >= 0);
	assert_int_equal(bpf_map_lookup_elem(fd, &key, &record), 0);
	record.layout += n;
	assert_int_equal(bpf_map_update_elem(fd, &key, &record, BPF_ANY), 0);
	close(fd);
}

static void a_state_of_another_layout_is_refused_and_left_alone(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr(), *later;
	bool open;

	(void)s;
	assert_ok(netfwv6_mgr_open_global_port(mgr, 443, TCP, NULL));
	add_to_layout(1);
	later = open_mgr();
	assert_result(netfwv6_mgr_is_port_globally_open(later, 443, TCP, &open),
		      NETFWV6_E_UNEXPECTED);
	assert_non_null(strstr(netfwv6_detail(), "layout"));
	assert_result(netfwv6_mgr_open_global_port(later, 80, TCP, NULL), NETFWV6_E_UNEXPECTED);
	assert_result(netfwv6_mgr_close_global_port(later, 443, TCP), NETFWV6_E_UNEXPECTED);
	netfwv6_mgr_close(later);
	add_to_layout(-1);
	assert_true(is_open(mgr, 443, TCP));
	assert_int_equal(count_open(mgr), 1);
	netfwv6_mgr_close(mgr);
}

static void names_are_printable_utf8_that_fits(void **s)
{
	static const struct {
		const char *name;
		netfwv6_result result;
	} rows[] = {
		{ "", NETFWV6_S_OK },
		{ "web server", NETFWV6_S_OK },
		{ "\xc3\xbc", NETFWV6_S_OK },	      /* u with diaeresis */
		{ "\xe2\x82\xac", NETFWV6_S_OK },     /* euro sign */
		{ "\xf0\x9f\x9a\x80", NETFWV6_S_OK }, /* beyond the basic plane */
		{ "63 bytes: 89012345678901234567890123456789012345678901234567890", NETFWV6_S_OK },
		{ "64 bytes: 89012345678901234567890123456789012345678901234567890x",
		  NETFWV6_E_INVALIDARG },
		{ "a\nb", NETFWV6_E_INVALIDARG },
		{ "\x1b[2J", NETFWV6_E_INVALIDARG },
		{ "\x7f", NETFWV6_E_INVALIDARG },
		{ "\xc2\x9b", NETFWV6_E_INVALIDARG },	      /* C1 control */
		{ "\xe2\x80\xae", NETFWV6_E_INVALIDARG },     /* right-to-left override */
		{ "\xc0\xaf", NETFWV6_E_INVALIDARG },	      /* overlong */
		{ "\xe0\x80\xaf", NETFWV6_E_INVALIDARG },     /* overlong */
		{ "\xed\xa0\x80", NETFWV6_E_INVALIDARG },     /* surrogate */
		{ "\xf4\x90\x80\x80", NETFWV6_E_INVALIDARG }, /* above U+10FFFF */
		{ "\x80", NETFWV6_E_INVALIDARG },	      /* continuation alone */
		{ "\xe2\x82", NETFWV6_E_INVALIDARG },	      /* cut off */
		{ "\xff", NETFWV6_E_INVALIDARG },
		{ "\xd8\x9c", NETFWV6_E_INVALIDARG },	      /* Arabic letter mark */
		{ "\xef\xbf\xbf", NETFWV6_E_INVALIDARG },     /* U+FFFF */
		{ "\xf3\xa0\x81\x81", NETFWV6_E_INVALIDARG }, /* a tag */
	};
	struct netfwv6_mgr *mgr = open_mgr();
	char name[64];

	(void)s;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_result(netfwv6_mgr_open_global_port(mgr, 80, TCP, rows[i].name),
			      rows[i].result);
		assert_int_equal(is_open(mgr, 80, TCP), rows[i].result == NETFWV6_S_OK);
		if (rows[i].result == NETFWV6_S_OK) {
			name_of(mgr, 80, TCP, name);
			assert_string_equal(name, rows[i].name);
		}
		assert_ok(netfwv6_mgr_close_global_port(mgr, 80, TCP));
	}
	netfwv6_mgr_close(mgr);
}

/* ---- Ranges and enumerators ------------------------------------------------- */

static void a_range_includes_both_ends(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr();

	(void)s;
	assert_ok(netfwv6_mgr_open_global_ports(mgr, 8000, 8100, UDP, NULL));
	assert_int_equal(count_open(mgr), 101);
	assert_true(is_open(mgr, 8000, UDP) && is_open(mgr, 8100, UDP));
	assert_false(is_open(mgr, 7999, UDP) || is_open(mgr, 8101, UDP));
	assert_ok(netfwv6_mgr_close_global_ports(mgr, 8001, 8099, UDP));
	assert_int_equal(count_open(mgr), 2);
	netfwv6_mgr_close(mgr);
}

static void all_ports_open_named_and_close(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr();
	char name[64];

	(void)s;
	assert_ok(netfwv6_mgr_open_global_ports(mgr, 1, 65535, TCP, "all of tcp"));
	assert_ok(netfwv6_mgr_open_global_ports(mgr, 1, 65535, UDP, "all of udp"));
	assert_int_equal(count_open(mgr), 131070);
	name_of(mgr, 1, TCP, name);
	assert_string_equal(name, "all of tcp");
	name_of(mgr, 65535, UDP, name);
	assert_string_equal(name, "all of udp");
	assert_ok(netfwv6_mgr_close_global_ports(mgr, 1, 65535, TCP));
	assert_int_equal(count_open(mgr), 65535);
	netfwv6_mgr_close(mgr);
}

static void a_snapshot_does_not_change(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr();
	struct netfwv6_port_enum *ports;
	struct netfwv6_port got[4];
	size_t n;

	(void)s;
	assert_ok(netfwv6_mgr_open_global_port(mgr, 80, TCP, "web"));
	assert_ok(netfwv6_mgr_open_global_port(mgr, 53, UDP, "dns"));
	assert_ok(netfwv6_mgr_enumerate_globally_open_ports(mgr, &ports));
	assert_ok(netfwv6_mgr_close_global_port(mgr, 80, TCP));
	assert_ok(netfwv6_mgr_open_global_port(mgr, 22, TCP, "ssh"));
	netfwv6_mgr_close(mgr); /* it outlives the manager */
	assert_result(netfwv6_port_enum_next(ports, 4, got, &n), NETFWV6_S_FALSE);
	assert_int_equal(n, 2);
	assert_int_equal(got[0].port, 80);
	assert_int_equal(got[0].protocol, TCP);
	assert_string_equal(got[0].name, "web");
	assert_int_equal(got[1].port, 53);
	assert_int_equal(got[1].protocol, UDP);
	assert_string_equal(got[1].name, "dns");
	netfwv6_port_enum_free(ports);
}

static uint32_t next_port(struct netfwv6_port_enum *ports)
{
	struct netfwv6_port port = {};

	assert_ok(netfwv6_port_enum_next(ports, 1, &port, NULL));
	return port.port;
}

static void enumerators_step_skip_reset_and_clone(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr();
	struct netfwv6_port_enum *ports, *clone;
	struct netfwv6_port got[3], untouched = { .port = 7 };
	size_t n;

	(void)s;
	assert_ok(netfwv6_mgr_open_global_ports(mgr, 11, 15, TCP, NULL));
	assert_ok(netfwv6_mgr_enumerate_globally_open_ports(mgr, &ports));
	assert_ok(netfwv6_port_enum_count(ports, &n));
	assert_int_equal(n, 5);
	assert_int_equal(next_port(ports), 11);
	assert_ok(netfwv6_port_enum_skip(ports, 2));
	assert_ok(netfwv6_port_enum_clone(ports, &clone));
	assert_int_equal(next_port(ports), 14);
	assert_int_equal(next_port(clone), 14); /* at the same place, on its own */
	assert_ok(netfwv6_port_enum_next(ports, 0, NULL, &n));
	assert_int_equal(n, 0);
	assert_int_equal(next_port(ports), 15);
	assert_result(netfwv6_port_enum_next(ports, 1, &untouched, NULL), NETFWV6_S_FALSE);
	assert_int_equal(untouched.port, 7);
	assert_ok(netfwv6_port_enum_reset(ports));
	assert_ok(netfwv6_port_enum_next(ports, 3, got, &n));
	assert_int_equal(got[2].port, 13);
	assert_ok(netfwv6_port_enum_skip(ports, 2));
	assert_result(netfwv6_port_enum_skip(ports, 1), NETFWV6_S_FALSE);
	netfwv6_port_enum_free(ports);
	assert_int_equal(next_port(clone), 15); /* outlives what it was cloned from */
	assert_result(netfwv6_port_enum_skip(clone, SIZE_MAX), NETFWV6_S_FALSE);
	assert_ok(netfwv6_port_enum_count(clone, &n));
	assert_int_equal(n, 5);
	netfwv6_port_enum_free(clone);
	netfwv6_mgr_close(mgr);
}

static void a_range_is_enumerated_alone(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr();
	struct netfwv6_port_enum *ports;
	size_t n;

	(void)s;
	assert_ok(netfwv6_mgr_open_global_ports(mgr, 10, 20, TCP, NULL));
	assert_ok(netfwv6_mgr_open_global_ports(mgr, 10, 20, UDP, NULL));
	assert_ok(netfwv6_mgr_enumerate_globally_open_port_range(mgr, 15, 30, UDP, &ports));
	assert_ok(netfwv6_port_enum_count(ports, &n));
	assert_int_equal(n, 6);
	assert_int_equal(next_port(ports), 15);
	netfwv6_port_enum_free(ports);
	netfwv6_mgr_close(mgr);
}

/* ---- A model, threads, processes -------------------------------------------- */

#define MODEL_PORTS 64 /* few, so that they meet often */
#define MODEL_STEPS 20000

static void random_sequences_agree_with_a_model(void **s)
{
	struct netfwv6_mgr *mgrs[2] = { open_mgr(), open_mgr() };
	bool model[2][MODEL_PORTS + 1] = {};
	unsigned int seed = getenv("NETFWV6_SEED") ? atoi(getenv("NETFWV6_SEED")) : 6;

	(void)s;
	print_message("# seed %u\n", seed);
	srandom(seed);
	for (int step = 0; step < MODEL_STEPS; step++) {
		struct netfwv6_mgr *mgr = mgrs[random() % 2];
		int udp = random() % 2;
		uint32_t protocol = udp ? UDP : TCP, first = 1 + random() % MODEL_PORTS;
		uint32_t last = random() % 4 ? first : first + random() % (MODEL_PORTS + 1 - first);
		bool open = random() % 2;

		if (open)
			assert_ok(netfwv6_mgr_open_global_ports(mgr, first, last, protocol, NULL));
		else
			assert_ok(netfwv6_mgr_close_global_ports(mgr, first, last, protocol));
		for (uint32_t port = first; port <= last; port++)
			model[udp][port] = open;
		for (uint32_t port = 1; port <= MODEL_PORTS; port++)
			if (is_open(mgr, port, protocol) != model[udp][port])
				fail_msg("seed %u, step %d: port %u", seed, step, port);
	}
	netfwv6_mgr_close(mgrs[0]);
	netfwv6_mgr_close(mgrs[1]);
}

/*
 * Writer w of n toggles the ports that leave rest w, all in the same few cache
 * lines, and ends with its own pattern. A lost update shows as a foreign one.
 */
#define WRITERS 8
#define SHARED_PORTS 512
#define TOGGLES 200

static bool wanted(uint32_t port)
{
	return (port / WRITERS) % 2;
}

static netfwv6_result toggle_own_ports(struct netfwv6_mgr *mgr, uint32_t writer)
{
	netfwv6_result worst = NETFWV6_S_OK;

	for (int round = 0; round <= TOGGLES; round++)
		for (uint32_t port = WRITERS + writer; port < SHARED_PORTS; port += WRITERS) {
			bool open = round == TOGGLES ? wanted(port) : (port + round) % 2;
			netfwv6_result result =
				open ? netfwv6_mgr_open_global_port(mgr, port, TCP, NULL) :
				       netfwv6_mgr_close_global_port(mgr, port, TCP);

			worst = NETFWV6_FAILED(result) ? result : worst;
		}
	return worst;
}

static void assert_no_update_lost(void)
{
	struct netfwv6_mgr *mgr = open_mgr();

	for (uint32_t port = WRITERS; port < SHARED_PORTS; port++)
		if (is_open(mgr, port, TCP) != wanted(port))
			fail_msg("port %u lost an update", port);
	netfwv6_mgr_close(mgr);
}

static void eight_processes_lose_no_update(void **s)
{
	pid_t children[WRITERS];

	(void)s;
	for (uint32_t writer = 0; writer < WRITERS; writer++) {
		children[writer] = fork();
		if (children[writer] == 0) {
			struct netfwv6_mgr *mgr = NULL;

			_exit(NETFWV6_FAILED(netfwv6_mgr_open(&mgr, NULL)) ||
			      NETFWV6_FAILED(toggle_own_ports(mgr, writer)));
		}
	}
	for (uint32_t writer = 0; writer < WRITERS; writer++) {
		int status;

		waitpid(children[writer], &status, 0);
		assert_int_equal(status, 0);
	}
	assert_no_update_lost();
}

static struct netfwv6_mgr *shared;

static void *toggle_thread(void *writer)
{
	return (void *)(intptr_t)toggle_own_ports(shared, (uint32_t)(uintptr_t)writer);
}

static void eight_threads_of_one_manager_lose_no_update(void **s)
{
	pthread_t threads[WRITERS];

	(void)s;
	shared = open_mgr();
	for (uintptr_t writer = 0; writer < WRITERS; writer++)
		assert_int_equal(
			pthread_create(&threads[writer], NULL, toggle_thread, (void *)writer), 0);
	for (uint32_t writer = 0; writer < WRITERS; writer++) {
		void *result;

		pthread_join(threads[writer], &result);
		assert_int_equal((intptr_t)result, NETFWV6_S_OK);
	}
	netfwv6_mgr_close(shared);
	assert_no_update_lost();
}

/* ---- Who else writes the table ------------------------------------------------- */

#define FLIPS 10000000

static atomic_bool flipped;

/* Changes a bit that is not the library's: how often somebody else changed it. */
static void *flip_foreign_bit(void *entry)
{
	uint64_t left = 0, lost = 0;

	for (int i = 0; i < FLIPS; i++) {
		uint64_t found =
			__atomic_fetch_xor((uint64_t *)entry, ENTRY_IN_USE, __ATOMIC_SEQ_CST) &
			ENTRY_IN_USE;

		lost += found != left;
		left = found ^ ENTRY_IN_USE;
	}
	flipped = true;
	return (void *)lost;
}

static uint64_t *map_ports(void)
{
	char path[128];
	void *entries;
	int fd;

	snprintf(path, sizeof(path), "%s/ports", world.state);
	fd = bpf_obj_get(path);
	assert_true(fd >= 0);
	entries = mmap(NULL, PORT_ENTRIES * sizeof(uint64_t), PROT_READ | PROT_WRITE, MAP_SHARED,
		       fd, 0);
	assert_ptr_not_equal(entries, MAP_FAILED);
	close(fd);
	return entries;
}

static void a_change_leaves_the_other_bits_alone(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr();
	pthread_t flipper;
	uint64_t *entries;
	void *lost;

	(void)s;
	assert_ok(netfwv6_mgr_open_global_port(mgr, 1, TCP, NULL)); /* keeps the state */
	entries = map_ports();
	flipped = false;
	assert_int_equal(pthread_create(&flipper, NULL, flip_foreign_bit, &entries[443]), 0);
	while (!flipped) {
		/* Closing alone takes no system call, so it meets the flips often. */
		for (int i = 0; i < 1000; i++) {
			__atomic_fetch_or(&entries[443], ENTRY_GLOBAL, __ATOMIC_SEQ_CST);
			assert_ok(netfwv6_mgr_close_global_port(mgr, 443, TCP));
		}
		for (int i = 0; i < 50; i++) {
			assert_ok(netfwv6_mgr_open_global_port(mgr, 443, TCP, NULL));
			assert_ok(netfwv6_mgr_close_global_port(mgr, 443, TCP));
		}
	}
	pthread_join(flipper, &lost);
	assert_int_equal((uintptr_t)lost, 0);
	munmap(entries, PORT_ENTRIES * sizeof(uint64_t));
	netfwv6_mgr_close(mgr);
}

/* The child waits for a lock, or has ended without. */
static bool waits_or_ended(void *pid)
{
	pid_t child = *(pid_t *)pid;
	siginfo_t info = {};

	if (run("grep -q -- '-> FLOCK .* %d ' /proc/locks", child)->status == 0)
		return true;
	return waitid(P_PID, child, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid;
}

static void an_opener_waits_for_another(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr();
	int lock, status;
	char path[128];
	pid_t child;

	(void)s;
	assert_ok(netfwv6_mgr_open_global_port(mgr, 1, TCP, NULL)); /* makes the state */
	snprintf(path, sizeof(path), "%s/lock", world.state);
	lock = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(flock(lock, LOCK_EX), 0);
	child = fork();
	if (child == 0) {
		struct netfwv6_mgr *own = NULL;

		_exit(NETFWV6_FAILED(netfwv6_mgr_open(&own, NULL)) ||
		      NETFWV6_FAILED(netfwv6_mgr_open_global_port(own, 443, TCP, "late")));
	}
	wait_until(waits_or_ended, &child, "the opener waits");
	assert_false(is_open(mgr, 443, TCP));
	flock(lock, LOCK_UN);
	close(lock);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_true(is_open(mgr, 443, TCP));
	netfwv6_mgr_close(mgr);
}

#define FORKS 50

static atomic_bool stop_opening, stopped_opening;

static void *open_until_stopped(void *mgr)
{
	while (!stop_opening) {
		netfwv6_mgr_open_global_ports(mgr, 1, 2000, TCP, "held");
		netfwv6_mgr_close_global_ports(mgr, 2, 2000, TCP);
	}
	stopped_opening = true;
	return NULL;
}

static bool opening_began(void *mgr)
{
	return is_open(mgr, 1, TCP);
}

static bool opening_stopped(void *unused)
{
	(void)unused;
	return stopped_opening;
}

/* Most of these are forked while another thread holds the names lock. */
static void a_forked_child_keeps_no_lock(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr();
	pid_t children[FORKS];
	pthread_t opener;

	(void)s;
	stop_opening = stopped_opening = false;
	assert_int_equal(pthread_create(&opener, NULL, open_until_stopped, mgr), 0);
	wait_until(opening_began, mgr, "the opener began");
	for (int i = 0; i < FORKS; i++) {
		children[i] = fork();
		if (children[i] == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			for (;;)
				pause();
		}
	}
	stop_opening = true;
	wait_until(opening_stopped, NULL, "the opener got the lock again");
	pthread_join(opener, NULL);
	for (int i = 0; i < FORKS; i++) {
		kill(children[i], SIGKILL);
		waitpid(children[i], NULL, 0);
	}
	netfwv6_mgr_close(mgr);
}

static void a_killed_opener_leaves_no_lock(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr();
	int ready[2];

	(void)s;
	assert_int_equal(pipe(ready), 0);
	for (int i = 0; i < 20; i++) {
		char byte;
		pid_t child = fork();

		if (child == 0) {
			struct netfwv6_mgr *own = NULL;

			if (NETFWV6_FAILED(netfwv6_mgr_open(&own, NULL)))
				_exit(1);
			for (uint32_t round = 0;; round++) {
				netfwv6_mgr_open_global_ports(own, 1, 2000, TCP, "victim");
				netfwv6_mgr_close_global_ports(own, 1, 2000, TCP);
				if (round == 0 && write(ready[1], "x", 1) != 1)
					_exit(1);
			}
		}
		assert_int_equal(read(ready[0], &byte, 1), 1);
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
		assert_ok(netfwv6_mgr_open_global_port(mgr, 3000 + i, TCP, "survivor"));
	}
	assert_true(is_open(mgr, 3019, TCP));
	close(ready[0]);
	close(ready[1]);
	netfwv6_mgr_close(mgr);
}

static void a_handle_works_on_both_sides_of_a_fork(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr();
	int status;
	pid_t child;

	(void)s;
	assert_ok(netfwv6_mgr_open_global_port(mgr, 80, TCP, NULL));
	child = fork();
	if (child == 0)
		_exit(NETFWV6_FAILED(netfwv6_mgr_open_global_port(mgr, 81, TCP, "child")) ||
		      NETFWV6_FAILED(netfwv6_mgr_close_global_port(mgr, 80, TCP)));
	waitpid(child, &status, 0);
	assert_int_equal(status, 0);
	assert_true(is_open(mgr, 81, TCP));
	assert_false(is_open(mgr, 80, TCP));
	netfwv6_mgr_close(mgr);
}

/* ---- A state that goes away under a handle ---------------------------------- */

static void handles_follow_a_removed_state(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr(), *other = open_mgr();
	struct netfwv6_connection *connection = connection_of(mgr, HOST_DEVICE);

	(void)s;
	for (int i = 0; i < 3; i++) {
		assert_ok(netfwv6_mgr_open_global_port(other, 80, TCP, "before"));
		assert_ok(netfwv6_connection_enable_firewall(connection, NULL));
		assert_ok(netfwv6_mgr_close_global_port(other, 80, TCP));
		assert_ok(netfwv6_connection_disable_firewall(connection));
		assert_int_not_equal(access(world.state, F_OK), 0);
		assert_false(is_open(other, 80, TCP));
		assert_ok(netfwv6_mgr_close_global_port(other, 80, TCP));
		assert_ok(netfwv6_mgr_open_global_port(other, 81, TCP, "after"));
		assert_true(is_open(mgr, 81, TCP));
		assert_ok(netfwv6_mgr_close_global_port(mgr, 81, TCP));
		assert_false(is_open(other, 81, TCP));
	}
	netfwv6_connection_free(connection);
	netfwv6_mgr_close(mgr);
	netfwv6_mgr_close(other);
}

#define REMOVALS 100

/* Opens a port and asks for it, again and again: it must never get lost. */
static int open_and_check(int stop)
{
	struct netfwv6_mgr *mgr = NULL;
	char byte;

	if (NETFWV6_FAILED(netfwv6_mgr_open(&mgr, NULL)))
		return 1;
	while (read(stop, &byte, 1) < 0) {
		bool open = false;

		if (NETFWV6_FAILED(netfwv6_mgr_open_global_port(mgr, 7777, TCP, "kept")) ||
		    NETFWV6_FAILED(netfwv6_mgr_is_port_globally_open(mgr, 7777, TCP, &open)) ||
		    !open || NETFWV6_FAILED(netfwv6_mgr_close_global_port(mgr, 7777, TCP)))
			return 2;
	}
	netfwv6_mgr_close(mgr);
	return 0;
}

static int read_again_and_again(int stop)
{
	struct netfwv6_mgr *mgr = NULL;
	char byte;

	while (read(stop, &byte, 1) < 0) {
		struct netfwv6_port_enum *ports;

		/* A new handle each time: it meets the state at every stage of its removal. */
		if (NETFWV6_FAILED(netfwv6_mgr_open(&mgr, NULL)) ||
		    NETFWV6_FAILED(netfwv6_mgr_enumerate_globally_open_ports(mgr, &ports)))
			return 3;
		netfwv6_port_enum_free(ports);
		netfwv6_mgr_close(mgr);
	}
	return 0;
}

static void a_removal_disturbs_nobody(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr();
	struct netfwv6_connection *connection = connection_of(mgr, HOST_DEVICE);
	int (*const jobs[2])(int) = { open_and_check, read_again_and_again };
	pid_t children[2];
	int stop[2];

	(void)s;
	assert_int_equal(pipe2(stop, O_NONBLOCK), 0);
	for (int i = 0; i < 2; i++) {
		children[i] = fork();
		if (children[i] == 0) {
			close(stop[1]);
			_exit(jobs[i](stop[0]));
		}
	}
	for (int i = 0; i < REMOVALS; i++) {
		assert_ok(netfwv6_connection_enable_firewall(connection, NULL));
		assert_ok(netfwv6_connection_disable_firewall(connection));
	}
	close(stop[1]);
	close(stop[0]);
	for (int i = 0; i < 2; i++) {
		int status;

		waitpid(children[i], &status, 0);
		assert_int_equal(status, 0);
	}
	netfwv6_connection_free(connection);
	netfwv6_mgr_close(mgr);
}

#define test(function) cmocka_unit_test_setup(function, world_reset)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(never_configured_reads_as_closed),
		test(closing_without_state_makes_none),
		test(opens_and_closes),
		test(the_first_and_the_last_port_are_ports),
		test(both_calls_are_idempotent),
		test(another_manager_sees_it_at_once),
		test(policy_outlives_its_manager),
		test(bad_arguments_are_refused_and_change_nothing),
		test(bad_ranges_are_refused),
		test(null_pointers_are_refused),
		test(results_have_the_original_values),
		test(options_may_come_from_older_and_newer_headers),
		test(the_state_directory_is_an_absolute_path),
		test(a_state_directory_that_holds_files_is_left_alone),
		test(a_directory_on_a_bpffs_is_used_as_it_is),
		test(the_first_name_is_kept_until_the_port_closes),
		test(a_port_opened_without_name_stays_nameless),
		test(a_range_names_only_what_it_opens),
		test(sentences_are_printable),
		test(a_state_of_another_layout_is_refused_and_left_alone),
		test(names_are_printable_utf8_that_fits),
		test(a_range_includes_both_ends),
		test(all_ports_open_named_and_close),
		test(a_snapshot_does_not_change),
		test(enumerators_step_skip_reset_and_clone),
		test(a_range_is_enumerated_alone),
		test(random_sequences_agree_with_a_model),
		test(eight_processes_lose_no_update),
		test(eight_threads_of_one_manager_lose_no_update),
		test(a_change_leaves_the_other_bits_alone),
		test(an_opener_waits_for_another),
		test(a_forked_child_keeps_no_lock),
		test(a_killed_opener_leaves_no_lock),
		test(a_handle_works_on_both_sides_of_a_fork),
		test(handles_follow_a_removed_state),
		test(a_removal_disturbs_nobody),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
