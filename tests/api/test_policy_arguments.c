// SPDX-License-Identifier: LGPL-2.1-or-later
/* What the calls that are about policies and protection take and refuse. */
#include <string.h>

#include "ports.h"
#include "world.h"

static struct netfwv6_policy *policy_of(const char *text)
{
	struct netfwv6_policy *policy = NULL;

	assert_ok(netfwv6_policy_parse(text, strlen(text), NULL, NULL, &policy));
	return policy;
}

static void null_pointers_are_refused(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr();
	struct netfwv6_policy *policy = policy_of("version 1"), *other;
	struct netfwv6_connection *connection;
	struct netfwv6_port_enum *ports;
	size_t n;

	(void)s;
	assert_result(netfwv6_mgr_read_policy(NULL, &other), NETFWV6_E_POINTER);
	assert_result(netfwv6_mgr_read_policy(mgr, NULL), NETFWV6_E_POINTER);
	assert_result(netfwv6_mgr_apply_policy(NULL, policy, NULL, NULL), NETFWV6_E_POINTER);
	assert_result(netfwv6_mgr_apply_policy(mgr, NULL, NULL, NULL), NETFWV6_E_POINTER);
	assert_result(netfwv6_policy_print(NULL, NULL), NETFWV6_E_POINTER);
	assert_result(netfwv6_policy_print(policy, NULL), NETFWV6_E_POINTER);
	assert_result(netfwv6_policy_compare(NULL, policy, NULL, NULL, &n), NETFWV6_E_POINTER);
	assert_result(netfwv6_policy_compare(policy, NULL, NULL, NULL, &n), NETFWV6_E_POINTER);
	assert_ok(netfwv6_policy_compare(policy, policy, NULL, NULL, NULL));
	assert_result(netfwv6_policy_lay(NULL, policy, &other), NETFWV6_E_POINTER);
	assert_result(netfwv6_policy_lay(policy, NULL, &other), NETFWV6_E_POINTER);
	assert_result(netfwv6_policy_lay(policy, policy, NULL), NETFWV6_E_POINTER);
	assert_result(netfwv6_policy_check_protection(NULL, policy), NETFWV6_E_POINTER);
	assert_result(netfwv6_policy_check_protection(policy, NULL), NETFWV6_E_POINTER);
	assert_result(netfwv6_mgr_protect_ports(NULL, 1, 2, TCP), NETFWV6_E_POINTER);
	assert_result(netfwv6_mgr_unprotect_ports(NULL, 1, 2, TCP), NETFWV6_E_POINTER);
	assert_result(netfwv6_mgr_enumerate_protected_ports(NULL, &ports), NETFWV6_E_POINTER);
	assert_result(netfwv6_mgr_enumerate_protected_ports(mgr, NULL), NETFWV6_E_POINTER);
	assert_result(netfwv6_mgr_get_connection_ahead(mgr, NULL, &connection), NETFWV6_E_POINTER);
	assert_result(netfwv6_mgr_save_policy(NULL, "/x"), NETFWV6_E_POINTER);
	assert_result(netfwv6_mgr_update_policy_file(NULL), NETFWV6_E_POINTER);
	assert_result(netfwv6_mgr_put_policy_file(mgr, NULL), NETFWV6_E_POINTER);
	assert_result(netfwv6_mgr_put_policy_file(NULL, ""), NETFWV6_E_POINTER);
	assert_result(netfwv6_mgr_get_policy_file(mgr, 0, NULL, NULL), NETFWV6_E_POINTER);
	netfwv6_policy_free(NULL);
	netfwv6_policy_text_free(NULL);
	netfwv6_policy_free(policy);
	netfwv6_mgr_close(mgr);
}

static void protection_takes_ports_that_are_open(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr();
	struct netfwv6_port_enum *ports = NULL;
	struct netfwv6_port port;
	size_t count;

	(void)s;
	assert_result(netfwv6_mgr_protect_ports(mgr, 0, 2, TCP), NETFWV6_E_INVALIDARG);
	assert_ok(netfwv6_mgr_open_global_ports(mgr, 1, 3, TCP, "name"));
	assert_result(netfwv6_mgr_protect_ports(mgr, 1, 4, TCP), NETFWV6_E_ABORT);
	assert_non_null(strstr(netfwv6_detail(), "port 4/tcp is closed"));
	assert_ok(netfwv6_mgr_protect_ports(mgr, 1, 3, TCP));
	assert_ok(netfwv6_mgr_unprotect_ports(mgr, 2, 9, TCP));
	assert_ok(netfwv6_mgr_enumerate_protected_ports(mgr, &ports));
	assert_ok(netfwv6_port_enum_count(ports, &count));
	assert_int_equal(count, 1);
	assert_ok(netfwv6_port_enum_next(ports, 1, sizeof(port), &port, NULL));
	assert_true(port.port == 1 && port.protocol == TCP);
	assert_string_equal(port.name, "name");
	netfwv6_port_enum_free(ports);
	netfwv6_mgr_close(mgr);
}

static void a_path_is_absolute(void **s)
{
	static const char *const bad[] = { "x", "/x/", "/x\n" };
	struct netfwv6_mgr *mgr = open_mgr();
	char path[NETFWV6_PATH_SIZE] = "untouched";
	size_t needed = 0;

	(void)s;
	for (size_t i = 0; i < 3; i++)
		assert_result(netfwv6_mgr_put_policy_file(mgr, bad[i]), NETFWV6_E_INVALIDARG);
	assert_ok(netfwv6_mgr_put_policy_file(mgr, "/nonexistent/x"));
	assert_result(netfwv6_mgr_get_policy_file(mgr, 14, path, NULL), NETFWV6_E_INVALIDARG);
	assert_string_equal(path, "untouched");
	assert_ok(netfwv6_mgr_get_policy_file(mgr, 0, NULL, &needed));
	assert_int_equal(needed, 15);
	assert_ok(netfwv6_mgr_get_policy_file(mgr, 15, path, NULL));
	assert_string_equal(path, "/nonexistent/x");
	assert_ok(netfwv6_mgr_put_policy_file(mgr, ""));
	assert_result(netfwv6_mgr_save_policy(mgr, NULL), NETFWV6_E_FAIL);
	assert_result(netfwv6_mgr_update_policy_file(mgr), NETFWV6_S_FALSE);
	netfwv6_mgr_close(mgr);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(null_pointers_are_refused),
		test(protection_takes_ports_that_are_open),
		test(a_path_is_absolute),
	};

	return cmocka_run_group_tests_name("arguments of policies", tests, world_setup,
					   world_teardown);
}
