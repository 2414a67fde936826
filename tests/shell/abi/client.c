// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A program that is built against one version of the header and runs with the library of
 * another: it exits with the line of the first thing that is not as promised. NEWER is what the
 * library says in the field that 1.1 has and 1.0 has not; NEEDS_NEWER calls 1.1's function.
 */
#include <netfwv6.h>
#include <stdlib.h>
#include <string.h>

#define CANARY 0x5a

#define expect(condition)                                                                          \
	do {                                                                                       \
		if (!(condition))                                                                  \
			exit(__LINE__);                                                            \
	} while (0)

/* So many bytes behind what a call may write. */
struct behind {
	unsigned char bytes[64];
};

static void expect_untouched(const struct behind *behind)
{
	for (size_t i = 0; i < sizeof(behind->bytes); i++)
		expect(behind->bytes[i] == CANARY);
}

static bool exists(struct netfwv6_mgr *mgr, unsigned int newer)
{
	struct {
		struct netfwv6_mgr_status status;
		struct behind behind;
	} now;

	memset(&now, CANARY, sizeof(now));
	now.status.sz = sizeof(now.status);
	expect(netfwv6_mgr_get_status(mgr, &now.status) == NETFWV6_S_OK);
	expect(now.status.sz == sizeof(now.status));
#if NETFWV6_VERSION >= NETFWV6_VERSION_OF(1, 1, 0)
	expect(now.status.newer == newer);
#else
	(void)newer;
#endif
	expect_untouched(&now.behind);
	return now.status.exists;
}

static void list(struct netfwv6_mgr *mgr)
{
	struct netfwv6_port_enum *ports;
	struct {
		struct netfwv6_port port[2];
		struct behind behind;
	} got;
	size_t fetched;

	memset(&got, CANARY, sizeof(got));
	expect(netfwv6_mgr_enumerate_globally_open_ports(mgr, NULL, &ports) == NETFWV6_S_OK);
	expect(netfwv6_port_enum_next(ports, 2, sizeof(*got.port), got.port, &fetched) ==
	       NETFWV6_S_OK);
	expect(got.port[0].port == 80 && got.port[1].port == 443);
	expect(strcmp(got.port[1].name, "web") == 0);
#if NETFWV6_VERSION >= NETFWV6_VERSION_OF(1, 1, 0)
	expect(got.port[0].newer == 0 && got.port[1].newer == 0);
#endif
	expect_untouched(&got.behind);
	netfwv6_port_enum_free(ports);
}

int main(int argc, char **argv)
{
	struct netfwv6_initialize_options options = { .sz = sizeof(options) };
	unsigned int newer = argc > 1 ? (unsigned int)atoi(argv[1]) : 0;
	struct netfwv6_mgr *mgr;

	expect(netfwv6_mgr_open(&mgr, NULL) == NETFWV6_S_OK);
#if NETFWV6_VERSION >= NETFWV6_VERSION_OF(1, 1, 0)
	options.newer = 1;
	if (!newer) {
		expect(netfwv6_mgr_initialize(mgr, &options) == NETFWV6_E_INVALIDARG);
		expect(!exists(mgr, newer));
	}
	options.newer = 0;
#endif
#ifdef NEEDS_NEWER
	expect(netfwv6_added() == 11);
#endif
	expect(netfwv6_mgr_initialize(mgr, &options) == NETFWV6_S_OK);
	expect(exists(mgr, newer));
	expect(netfwv6_mgr_open_global_port(mgr, 443, NETFWV6_PROTOCOL_TCP, "web") == NETFWV6_S_OK);
	expect(netfwv6_mgr_open_global_port(mgr, 80, NETFWV6_PROTOCOL_TCP, NULL) == NETFWV6_S_OK);
	list(mgr);
	expect(netfwv6_mgr_remove(mgr) == NETFWV6_S_OK);
	expect(!exists(mgr, newer));
	netfwv6_mgr_close(mgr);
	return 0;
}
