// SPDX-License-Identifier: LGPL-2.1-or-later
/* protect and unprotect, and what goes by them. */
#include "protection.h"

#include <stdio.h>
#include <string.h>

#include "changes.h"
#include "cleanup.h"
#include "port_operand.h"

/* ---- Asking ---------------------------------------------------------------- */

static netfwv6_result is_any_protected(const struct cli *cli, bool *any)
{
	struct netfwv6_port_enum *ports CLEANUP(free_ports_at) = NULL;
	size_t count = 0;
	netfwv6_result result = netfwv6_mgr_enumerate_protected_ports(cli->mgr, &ports);

	if (NETFWV6_SUCCEEDED(result))
		result = netfwv6_port_enum_count(ports, &count);
	*any = count != 0;
	return result;
}

/* What the command would do, as a policy's text. False: out of memory. */
static bool write_change(const struct cli *cli, const char *command,
			 const struct port_ranges *ranges, char **text)
{
	char port[PORT_TEXT_SIZE];
	size_t size;
	FILE *stream = open_memstream(text, &size);

	if (!stream)
		return false;
	fputs("version 1\n", stream);
	for (size_t i = 0; i < ranges->count; i++) {
		fprintf(stream, "%s %s", command, format_range(&ranges->ranges[i], port));
		/* A name has no blanks, and quotes end none where each character is quoted. */
		if (cli->device)
			fputs(" --dev ", stream);
		for (const char *c = cli->device; c && *c; c++)
			fprintf(stream, (unsigned char)*c < 0x80 ? "\\%c" : "%c", *c);
		putc('\n', stream);
	}
	return fclose(stream) == 0;
}

static netfwv6_result compare_with_change(const struct cli *cli, const char *text)
{
	struct netfwv6_policy *before CLEANUP(free_policy_at) = NULL;
	struct netfwv6_policy *change CLEANUP(free_policy_at) = NULL;
	struct netfwv6_policy *after CLEANUP(free_policy_at) = NULL;
	netfwv6_result result = netfwv6_mgr_read_policy(cli->mgr, &before);

	if (NETFWV6_SUCCEEDED(result))
		result = netfwv6_policy_parse(text, strlen(text), NULL, NULL, &change);
	if (NETFWV6_SUCCEEDED(result))
		result = netfwv6_policy_lay(before, change, &after);
	return NETFWV6_FAILED(result) ? result : netfwv6_policy_check_protection(before, after);
}

int check_protection(const struct cli *cli, const char *command)
{
	struct port_ranges ranges CLEANUP(free_port_ranges) = {};
	char *text CLEANUP(free_at) = NULL;
	bool any = false;
	netfwv6_result result;
	int code = take_port_operands(cli, &ranges);

	if (code != GO_ON || cli->force)
		return code;
	result = is_any_protected(cli, &any);
	if (NETFWV6_SUCCEEDED(result) && any) {
		if (!write_change(cli, command, &ranges, &text)) {
			complain("out of memory");
			return EXIT_OTHER;
		}
		result = compare_with_change(cli, text);
	}
	return NETFWV6_FAILED(result) ? complain_of(result) : GO_ON;
}

/* ---- Changing -------------------------------------------------------------- */

static size_t count_protected(const struct cli *cli, const struct netfwv6_port_range *range)
{
	struct netfwv6_port_enum *ports CLEANUP(free_ports_at) = NULL;
	netfwv6_result result = netfwv6_mgr_enumerate_protected_ports(cli->mgr, &ports);

	return NETFWV6_FAILED(result) ? 0 : count_within(ports, range);
}

static int protect_range(struct cli *cli, const struct netfwv6_port_range *range, bool on)
{
	size_t all = range->last - range->first + 1, before = count_protected(cli, range);
	netfwv6_result result = (on ? netfwv6_mgr_protect_ports : netfwv6_mgr_unprotect_ports)(
		cli->mgr, range->first, range->last, range->protocol);
	char text[PORT_TEXT_SIZE];

	if (NETFWV6_FAILED(result))
		return complain_of(result);
	tell_change(cli, format_range(range, text), NULL, on ? "protected" : "unprotected", NULL,
		    on ? before < all : before > 0);
	return EXIT_DONE;
}

static int protect_each_range(struct cli *cli, bool on)
{
	struct port_ranges ranges CLEANUP(free_port_ranges) = {};
	int code = take_port_operands(cli, &ranges);

	if (code != GO_ON)
		return code;
	code = EXIT_DONE;
	for (size_t i = 0; i < ranges.count && !code; i++)
		code = protect_range(cli, &ranges.ranges[i], on);
	return end_changes(cli, code);
}

int run_protect(struct cli *cli)
{
	return protect_each_range(cli, true);
}

int run_unprotect(struct cli *cli)
{
	return protect_each_range(cli, false);
}
