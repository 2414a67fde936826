// SPDX-License-Identifier: LGPL-2.1-or-later
/* stats --prometheus, on packets that were counted. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "answers.h"
#include "counted.h"
#include "refusal.h"

/* A quotation mark, a backslash, and what is no UTF-8. */
static void firewall_strange_names(void)
{
	must("ip link add 'q\"\\' type veth peer name q1 && %s -q enable 'q\"\\'", netfwv6());
	must("d=$(printf 'x\\377y'); ip link add \"$d\" type veth peer name x1 && "
	     "%s -q enable \"$d\"",
	     netfwv6());
}

/* The value of one sample, as text. */
static const char *sample(const char *name_and_labels)
{
	static char value[64];

	snprintf(value, sizeof(value), "%s",
		 must("%s stats --prometheus | awk -v want='%s' "
		      "'substr($0, 1, length($0) - length($NF) - 1) == want {print $NF}'",
		      netfwv6(), name_and_labels));
	return value;
}

static void samples_are_what_was_counted(void **s)
{
	(void)s;
	must("%s -q open 22/tcp 80-82/tcp 53/udp && %s -q enable fw0 --mode generic", netfwv6(),
	     netfwv6());
	must("%s -q open 443/tcp --dev fw0", netfwv6());
	shoot_udp(5000, 3);
	assert_string_equal(sample("netfwv6_packets_total{device=\"fw0\",verdict=\"dropped\","
				   "reason=\"closed-udp\"}"),
			    "3\n");
	assert_string_equal(sample("netfwv6_bytes_total{device=\"fw0\",verdict=\"dropped\","
				   "reason=\"closed-udp\"}"),
			    "207\n");
	assert_string_equal(sample("netfwv6_packets_total{device=\"fw0\",verdict=\"dropped\","
				   "reason=\"closed-tcp\"}"),
			    "0\n");
	assert_string_equal(sample("netfwv6_firewalled{device=\"fw0\",mode=\"generic\",stateless="
				   "\"false\",forward=\"judge\"}"),
			    "1\n");
	assert_string_equal(sample("netfwv6_open_ports{scope=\"global\",device=\"\","
				   "protocol=\"tcp\"}"),
			    "4\n");
	assert_string_equal(sample("netfwv6_open_ports{scope=\"connection\",device=\"fw0\","
				   "protocol=\"tcp\"}"),
			    "1\n");
	assert_string_equal(sample("netfwv6_flows{table=\"tcp\"}"), "0\n");
	assert_string_equal(sample("netfwv6_flows_capacity{table=\"tcp\"}"), "32768\n");
	assert_string_equal(sample("netfwv6_ports_counted"), "0\n");
	assert_string_equal(sample("netfwv6_enabled_timestamp_seconds{device=\"fw0\"}"),
			    must("%s status --json | jq '.devices[0].since|fromdate'", netfwv6()));
	contains(must("%s stats --prometheus", netfwv6()), "\nnetfwv6_build_info{version=\"");
	must("%s -q close --dev fw0 1-65535", netfwv6());
}

static void what_should_be_firewalled_and_is_not_shows(void **s)
{
	(void)s;
	firewall_fw0();
	firewall_another("gone0");
	must("%s -q enable --learn-only other1", netfwv6());
	must("ip link del gone0");
	assert_string_equal(sample("netfwv6_configured{device=\"gone0\"}"), "1\n");
	assert_string_equal(sample("netfwv6_configured{device=\"fw0\"}"), "1\n");
	lacks(must("%s stats --prometheus", netfwv6()), "netfwv6_firewalled{device=\"gone0\"");
	lacks(must("%s stats --prometheus", netfwv6()), "netfwv6_configured{device=\"other1\"");
	must("%s -q disable gone0 && %s -q disable other1", netfwv6(), netfwv6());
}

/* Every sample stands behind the help and the type of its metric, and none twice. */
static void the_format_is_followed(void **s)
{
	(void)s;
	must("%s -q stats --count-ports on", netfwv6());
	firewall_fw0();
	firewall_another("other0");
	shoot_udp(5000, 1);
	must("%s stats --prometheus | awk '"
	     "/^# HELP / { if ($3 in helped || NF < 4) exit 1; helped[$3] = 1; next } "
	     "/^# TYPE / { if ($3 in typed || !($3 in helped)) exit 2; typed[$3] = $4; "
	     "now = $3; if ($4 != \"counter\" && $4 != \"gauge\") exit 3; next } "
	     "{ split($1, name, \"{\"); if (name[1] != now || $1 in seen) exit 4; seen[$1] = 1; "
	     "if ((typed[now] == \"counter\") != (now ~ /_total$/)) exit 5; "
	     "if ($2 !~ /^[0-9]+$/ || NF != 2) exit 6 } "
	     "END { if (NR < 50) exit 7 }'",
	     netfwv6());
}

/* As scripts/install-deps has it, or the package. */
static const char *promtool(void)
{
	if (access("build/tools/promtool", X_OK) == 0)
		return "build/tools/promtool";
	return run("command -v promtool")->status == 0 ? "promtool" : NULL;
}

static void promtool_accepts_it(void **s)
{
	(void)s;
	if (!promtool())
		skip();
	must("%s stats --prometheus | %s check metrics", netfwv6(), promtool());
	must("%s -q stats --count-ports on && %s -q open 443 && %s -q enable fw0", netfwv6(),
	     netfwv6(), netfwv6());
	shoot_udp(5000, 1);
	firewall_strange_names();
	assert_string_equal(
		must("%s stats --prometheus | %s check metrics 2>&1", netfwv6(), promtool()), "");
	must("%s stats --prometheus | %s check metrics", as_nobody(), promtool());
	must("rm %s-netfwv6", world.state);
	/* It does look. */
	assert_int_not_equal(
		run("%s stats --prometheus | sed 's/packets_total/packets/' | %s check metrics",
		    netfwv6(), promtool())
			->status,
		0);
}

static void strange_names_are_escaped(void **s)
{
	const char *text;

	(void)s;
	firewall_strange_names();
	text = must("%s stats --prometheus", netfwv6());
	contains(text, "netfwv6_configured{device=\"q\\\"\\\\\"} 1\n");
	contains(text, "netfwv6_configured{device=\"x\\\\xffy\"} 1\n");
	jq("stats --json", "[.devices[].device]", "[\"q\\\"\\\\\",\"x\\\\xffy\"]\n");
	jq("status --json", "[.devices[].device]", "[\"q\\\"\\\\\",\"x\\\\xffy\"]\n");
}

static void prometheus_has_the_most_hit_ports(void **s)
{
	(void)s;
	must("%s -q stats --count-ports on && %s -q enable fw0", netfwv6(), netfwv6());
	assert_string_equal(sample("netfwv6_dropped_ports"), "0\n");
	shoot_ports(120);
	shoot_udp(120, 1);
	assert_string_equal(sample("netfwv6_dropped_ports"), "120\n");
	assert_string_equal(
		sample("netfwv6_dropped_port_packets_total{protocol=\"udp\",port=\"120\"}"), "2\n");
	assert_string_equal(
		sample("netfwv6_dropped_port_packets_total{protocol=\"udp\",port=\"99\"}"), "1\n");
	assert_string_equal(
		sample("netfwv6_dropped_port_packets_total{protocol=\"udp\",port=\"100\"}"), "");
	assert_string_equal(
		must("%s stats --prometheus | grep -c ^netfwv6_dropped_port_packets_", netfwv6()),
		"100\n");
	must("%s -q stats --count-ports off", netfwv6());
	lacks(must("%s stats --prometheus", netfwv6()), "netfwv6_dropped_port");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		counted(samples_are_what_was_counted),
		counted(what_should_be_firewalled_and_is_not_shows),
		counted(the_format_is_followed),
		counted(promtool_accepts_it),
		counted(strange_names_are_escaped),
		counted(prometheus_has_the_most_hit_ports),
	};

	return cmocka_run_group_tests_name("prometheus", tests, world_setup, world_teardown);
}
