// SPDX-License-Identifier: LGPL-2.1-or-later
/* stats and list --closed-hits, on packets that were counted. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "refusal.h"
#include "counted.h"
#include "sockets.h"

static void contains(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no '%s' in:\n%s", part, text);
}

static void lacks(const char *text, const char *part)
{
	if (strstr(text, part))
		fail_msg("'%s' in:\n%s", part, text);
}

/* Asserts what a filter of jq makes of the output. */
static void jq(const char *arguments, const char *filter, const char *wanted)
{
	assert_string_equal(must("%s %s | jq -c '%s'", netfwv6(), arguments, filter), wanted);
}

static void firewall_fw0(void)
{
	must("%s -q enable fw0", netfwv6());
}

/* A second device, which nothing is sent to. */
static void firewall_another(const char *name)
{
	must("ip link add %s type veth peer name other1 && %s -q enable %s", name, netfwv6(), name);
}

/* ---- Counters, as text and JSON --------------------------------------------------------- */

static void reasons_that_counted_are_in_the_table(void **s)
{
	const char *text;

	(void)s;
	contains(must("%s stats", netfwv6()), "no device is firewalled by");
	firewall_fw0();
	shoot_udp(5000, 3);
	shoot_syn(22, 2);
	text = must("%s stats", netfwv6());
	contains(text, "DEVICE          VERDICT  REASON                   PACKETS              "
		       "BYTES\n");
	/* 14 of Ethernet, 40 of IPv6, 20 of TCP or 8 of UDP and the text */
	contains(text, "\nfw0             dropped  closed-tcp                     2                "
		       "148\n");
	contains(text, "\nfw0             dropped  closed-udp                     3                "
		       "207\n");
	lacks(text, "truncated");
	contains(text, "\nconversations without a socket here: tcp 0 of 32768, ");
	contains(text, "\ndropped packets by port: not counted, ");
}

static void an_idle_device_is_in_the_table(void **s)
{
	(void)s;
	must("ip link add idle0 type veth peer name idle1 && %s -q enable idle0", netfwv6());
	contains(must("%s stats", netfwv6()), "\nidle0           no packet yet\n");
}

static void json_has_every_counter(void **s)
{
	(void)s;
	firewall_fw0();
	shoot_udp(5000, 3);
	shoot_syn(22, 2);
	shoot_bad_version();
	jq("stats --json", ".devices[0]|[.device,.mode,.stateless,.dropped.packets,.dropped.bytes]",
	   "[\"fw0\",\"tc\",false,6,415]\n");
	jq("stats --json",
	   "[.devices[0].reasons[]|select(.packets>0 and .verdict==\"dropped\")|[.reason,.packets,"
	   ".bytes]]",
	   "[[\"closed-tcp\",2,148],[\"closed-udp\",3,207],[\"bad-version\",1,60]]\n");
	jq("stats --json",
	   ".devices[0]|([.reasons[].packets]|add) == .passed.packets + "
	   ".dropped.packets and ([.reasons[].bytes]|add) == .passed.bytes + "
	   ".dropped.bytes",
	   "true\n");
	assert_string_equal(must("%s stats --json | jq '.devices[0].reasons|length'", netfwv6()),
			    must("grep -c '^.X(' bpf/reasons.h"));
	jq("stats --json", "keys",
	   "[\"devices\",\"flows\",\"open_ports\",\"ports_counted\","
	   "\"state\",\"time\",\"version\"]\n");
	jq("stats --json", ".devices[0]|keys",
	   "[\"device\",\"dropped\",\"ifindex\",\"mode\",\"open_ports\",\"passed\",\"reasons\","
	   "\"since\",\"stateless\"]\n");
	jq("stats --json", "(.time|fromdate) >= (.devices[0].since|fromdate)", "true\n");
	assert_string_equal(must("%s stats --json | jq -r '.version,.state'", netfwv6()),
			    must("printf '%s\\n%s\\n'", netfwv6_version(), world.state));
}

static void passed_packets_are_counted_too(void **s)
{
	int udp = host_udp(4000);

	(void)s;
	must("%s -q open 4000/udp", netfwv6());
	firewall_fw0();
	peer_send(4000, "let in");
	wait_for_datagram(udp, "let in");
	close(udp);
	jq("stats --json",
	   ".devices[0].reasons[]|select(.reason==\"open-global\")|[.verdict,.packets,.bytes]",
	   "[\"passed\",1,68]\n");
}

static void one_device_is_shown_alone(void **s)
{
	const struct output *output;

	(void)s;
	firewall_fw0();
	firewall_another("other0");
	shoot_udp(5000, 1);
	jq("stats --json", "[.devices[].device]", "[\"fw0\",\"other0\"]\n");
	jq("stats --json --dev other0", "[.devices[].device]", "[\"other0\"]\n");
	lacks(must("%s stats --dev other0", netfwv6()), "fw0");
	lacks(must("%s stats --prometheus --dev other0", netfwv6()), "\"fw0\"");
	contains(must("%s stats --prometheus --dev fw0", netfwv6()), "\"fw0\"");
	must("ip link add bare0 type veth peer name bare1");
	output = run("%s stats --dev bare0", netfwv6());
	assert_int_equal(output->status, 4);
	contains(output->err, "device bare0 is not firewalled");
	assert_string_equal(output->out, "");
}

static void open_ports_are_counted_by_scope(void **s)
{
	(void)s;
	must("%s -q open 22/tcp 80-82/tcp 53/udp && %s -q enable fw0 && "
	     "%s -q open --dev fw0 443 8443/tcp",
	     netfwv6(), netfwv6(), netfwv6());
	jq("stats --json", "[.open_ports,.devices[0].open_ports]",
	   "[{\"tcp\":4,\"udp\":1},{\"tcp\":2,\"udp\":1}]\n");
	/* A renamed device goes by the settings of its former name. */
	must("ip link set fw0 name was0");
	jq("stats --json", ".devices[0]|[.device,.open_ports]",
	   "[\"was0\",{\"tcp\":2,\"udp\":1}]\n");
	must("ip link set was0 name fw0; %s -q close --dev fw0 1-65535", netfwv6());
}

static void flow_tables_are_for_root(void **s)
{
	(void)s;
	firewall_fw0();
	jq("stats --json", ".flows.tcp", "{\"used\":0,\"capacity\":32768}\n");
	assert_string_equal(must("%s stats --json | jq -c .flows", as_nobody()), "null\n");
	lacks(must("%s stats", as_nobody()), "conversations");
	lacks(must("%s stats --prometheus", as_nobody()), "netfwv6_flows");
	must("rm %s-netfwv6", world.state);
}

/* ---- Prometheus ------------------------------------------------------------------------- */

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
	assert_string_equal(
		sample("netfwv6_firewalled{device=\"fw0\",mode=\"generic\",stateless=\"false\"}"),
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

/* ---- Closed ports that were hit ------------------------------------------------------------- */

static void hits_are_counted_by_port_and_protocol(void **s)
{
	int in_use = host_udp(7000);

	(void)s;
	must("%s -q open 443/tcp", netfwv6());
	firewall_fw0();
	shoot_udp(4999, 1); /* before: not counted */
	assert_string_equal(must("%s stats --count-ports on", netfwv6()),
			    "dropped packets by port: counted\n");
	jq("list --closed-hits --json", ".", "{\"counted\":true,\"hits\":[]}\n");
	assert_string_equal(must("%s -q list --closed-hits", netfwv6()), "");
	contains(must("%s list --closed-hits", netfwv6()), "no packet was dropped");
	shoot_udp(5000, 3);
	shoot_syn(5000, 5);
	shoot_udp(1, 1);
	shoot_syn(65535, 2);
	shoot_udp(65535, 4);
	/* A port in use is closed, too. */
	must("%s -q open 7001/udp", netfwv6());
	shoot_syn(7000, 6);
	/* No port: a frame that is not IPv6. Open port: passed. */
	shoot_bad_version();
	close(peer_connect(443));
	wait_for_packets("fw0", "open-global", 1);
	close(in_use);
	jq("list --closed-hits --json", "[.hits[]|[.packets,.protocol,.port]]",
	   "[[6,\"tcp\",7000],[5,\"tcp\",5000],[4,\"udp\",65535],[3,\"udp\",5000],"
	   "[2,\"tcp\",65535],[1,\"udp\",1]]\n");
}

static void unmatched_packets_are_hits(void **s)
{
	int udp = host_udp(7000);

	(void)s;
	must("%s -q stats --count-ports on && %s -q enable fw0", netfwv6(), netfwv6());
	/* What is sent from a port marks it as in use. */
	must("%s -q open 7000/udp", netfwv6());
	must("printf x | socat -u - UDP6-SENDTO:[" PEER_ADDRESS "]:9999,bind=:7777");
	shoot_udp(7777, 2);
	close(udp);
	assert_int_equal(packets("fw0", "unmatched-udp"), 2);
	jq("list --closed-hits --json", ".hits",
	   "[{\"protocol\":\"udp\",\"port\":7777,\"packets\":2}]\n");
}

static void the_most_hit_come_first(void **s)
{
	(void)s;
	must("%s -q stats --count-ports on && %s -q enable fw0", netfwv6(), netfwv6());
	shoot_udp(300, 2);
	shoot_syn(300, 2);
	shoot_udp(299, 2);
	shoot_syn(301, 2);
	shoot_syn(80, 1);
	shoot_udp(9000, 3);
	assert_string_equal(must("%s list --closed-hits", netfwv6()),
			    "PORT                    PACKETS\n"
			    "9000/udp                      3\n"
			    "299/udp                       2\n"
			    "300/tcp                       2\n"
			    "300/udp                       2\n"
			    "301/tcp                       2\n"
			    "80/tcp                        1\n");
}

static void devices_are_counted_together(void **s)
{
	const struct crafted packet = crafted_udp(9, 5000);
	struct wire wire;

	(void)s;
	must("%s -q stats --count-ports on && %s -q enable fw0", netfwv6(), netfwv6());
	firewall_another("other0");
	must("ip link set other0 up && ip link set other1 up");
	shoot_udp(5000, 1);
	wire = open_wire(world.host, "other1", "other0");
	put(&wire, &packet, 1);
	wait_for_packets("other0", "closed-udp", 1);
	close_wire(&wire);
	jq("list --closed-hits --json", ".hits",
	   "[{\"protocol\":\"udp\",\"port\":5000,\"packets\":2}]\n");
}

static void counting_is_switched(void **s)
{
	(void)s;
	firewall_fw0();
	contains(must("%s list --closed-hits", netfwv6()), "'netfwv6 stats --count-ports on'");
	jq("list --closed-hits --json", ".", "{\"counted\":false,\"hits\":[]}\n");
	must("%s stats --count-ports on", netfwv6());
	shoot_udp(5000, 1);
	must("%s stats --count-ports on", netfwv6()); /* is on: nothing is lost */
	jq("list --closed-hits --json", ".hits|length", "1\n");
	contains(must("%s stats", netfwv6()), "\ndropped packets by port: counted, ");
	assert_string_equal(must("%s stats --count-ports off", netfwv6()),
			    "dropped packets by port: not counted\n");
	shoot_udp(5000, 1);
	jq("list --closed-hits --json", ".", "{\"counted\":false,\"hits\":[]}\n");
	must("%s stats --count-ports on", netfwv6()); /* starts at zero */
	jq("list --closed-hits --json", ".", "{\"counted\":true,\"hits\":[]}\n");
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

/* ---- Reset ---------------------------------------------------------------------------------- */

static void counters_are_set_to_zero(void **s)
{
	(void)s;
	must("%s -q stats --count-ports on && %s -q enable fw0", netfwv6(), netfwv6());
	firewall_another("other0");
	shoot_udp(5000, 2);
	assert_string_equal(must("%s stats --reset --dev other0", netfwv6()),
			    "other0: counters set to zero\n");
	jq("stats --json --dev fw0", ".devices[0].dropped.packets", "2\n");
	jq("list --closed-hits --json", ".hits[0].packets", "2\n");
	assert_string_equal(must("%s stats --reset --dev fw0", netfwv6()),
			    "fw0: counters set to zero\n");
	jq("stats --json --dev fw0", ".devices[0].dropped", "{\"packets\":0,\"bytes\":0}\n");
	jq("list --closed-hits --json", ".hits[0].packets", "2\n"); /* of all devices */
	shoot_udp(5000, 1);
	assert_string_equal(must("%s stats --reset", netfwv6()),
			    "fw0: counters set to zero\nother0: counters set to zero\n"
			    "dropped packets by port: set to zero\n");
	jq("stats --json", "[.devices[].dropped.packets]", "[0,0]\n");
	jq("list --closed-hits --json", ".", "{\"counted\":true,\"hits\":[]}\n");
	shoot_udp(5000, 1);
	jq("stats --json --dev fw0", ".devices[0].dropped.packets", "1\n");
	jq("list --closed-hits --json", ".hits[0].packets", "1\n");
}

static void a_reset_leaves_the_switch_alone(void **s)
{
	(void)s;
	firewall_fw0();
	assert_string_equal(must("%s stats --reset", netfwv6()), "fw0: counters set to zero\n");
	jq("stats --json", ".ports_counted", "false\n");
	assert_string_equal(must("%s -q stats --reset", netfwv6()), "");
	assert_string_equal(must("%s stats --reset --count-ports on", netfwv6()),
			    "fw0: counters set to zero\ndropped packets by port: counted\n");
}

static void nobody_reads_and_changes_nothing(void **s)
{
	static const char *const writes[] = { "stats --reset", "stats --reset --dev fw0",
					      "stats --count-ports on", "stats --count-ports off" };

	(void)s;
	must("%s -q stats --count-ports on && %s -q enable fw0", netfwv6(), netfwv6());
	shoot_udp(5000, 1);
	for (size_t i = 0; i < sizeof(writes) / sizeof(*writes); i++) {
		const struct output *output = run("%s %s", as_nobody(), writes[i]);

		if (output->status != 3 || strncmp(output->err, "netfwv6: ", 9) != 0)
			fail_msg("%s: exit %d: %s", writes[i], output->status, output->err);
	}
	assert_string_equal(must("%s list --closed-hits", as_nobody()),
			    must("%s list --closed-hits", netfwv6()));
	assert_string_equal(
		must("%s stats --json --dev fw0 | jq -c '[.ports_counted,.devices[0].dropped]'",
		     as_nobody()),
		"[true,{\"packets\":1,\"bytes\":69}]\n");
	must("rm %s-netfwv6", world.state);
}

/* ---- Errors ---------------------------------------------------------------------------------- */

static void wrong_usage_is_refused(void **s)
{
	static const struct {
		const char *arguments;
		int status;
		const char *sentence;
	} rows[] = {
		{ "stats --json --prometheus", 2, "one at a time" },
		{ "stats --reset --json", 2, "show nothing" },
		{ "stats --reset --prometheus", 2, "show nothing" },
		{ "stats --count-ports on --json", 2, "show nothing" },
		{ "stats --count-ports on --dev fw0", 2, "for all devices together" },
		{ "stats --count-ports maybe", 2, "write on or off" },
		{ "stats --reset --count-ports maybe", 2, "write on or off" },
		{ "stats --count-ports", 2, "needs a value" },
		{ "stats fw0", 2, "takes no operand 'fw0'" },
		{ "stats --dev nodev0", 4, "there is no device nodev0" },
		{ "stats --json --dev nodev0", 4, "there is no device nodev0" },
		{ "stats --reset --dev nodev0", 4, "there is no device nodev0" },
		{ "stats --dev a/b", 2, "no device name" },
		{ "list --closed-hits --dev fw0", 2, "for all devices together" },
		{ "status --prometheus", 2, "takes no option --prometheus" },
		{ "stats -c 1", 2, "takes no option --count" },
		{ "top --interval 0", 2, "write a number from 1 to 3600" },
		{ "top --interval 3601", 2, "write a number from 1 to 3600" },
		{ "top --interval 1.5", 2, "write a number from 1 to 3600" },
		{ "top --interval -1", 2, "write a number from 1 to 3600" },
		{ "top --interval ' 1'", 2, "write a number from 1 to 3600" },
		{ "top --interval ''", 2, "write a number from 1 to 3600" },
		{ "top --interval 18446744073709551617", 2, "write a number from 1 to 3600" },
		{ "top -c 0", 2, "write a number from 1 to" },
		{ "top -c x", 2, "--count 'x'" },
		{ "top -c", 2, "'-c' needs a value" },
		{ "top --json", 2, "takes no option --json" },
	};

	(void)s;
	must("%s -q enable fw0", netfwv6());
	shoot_udp(5000, 1);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct output *output = run("%s %s", netfwv6(), rows[i].arguments);

		if (output->status != rows[i].status || !strstr(output->err, rows[i].sentence) ||
		    *output->out)
			fail_msg("%s: exit %d, stdout '%s', stderr '%s'", rows[i].arguments,
				 output->status, output->out, output->err);
	}
	jq("stats --json", "[.ports_counted,.devices[0].dropped.packets]", "[false,1]\n");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		counted(reasons_that_counted_are_in_the_table),
		counted(an_idle_device_is_in_the_table),
		counted(json_has_every_counter),
		counted(passed_packets_are_counted_too),
		counted(one_device_is_shown_alone),
		counted(open_ports_are_counted_by_scope),
		counted(flow_tables_are_for_root),
		counted(samples_are_what_was_counted),
		counted(what_should_be_firewalled_and_is_not_shows),
		counted(the_format_is_followed),
		counted(promtool_accepts_it),
		counted(strange_names_are_escaped),
		counted(hits_are_counted_by_port_and_protocol),
		counted(unmatched_packets_are_hits),
		counted(the_most_hit_come_first),
		counted(devices_are_counted_together),
		counted(counting_is_switched),
		counted(prometheus_has_the_most_hit_ports),
		counted(counters_are_set_to_zero),
		counted(a_reset_leaves_the_switch_alone),
		counted(nobody_reads_and_changes_nothing),
		counted(wrong_usage_is_refused),
	};

	return cmocka_run_group_tests_name("stats", tests, world_setup, world_teardown);
}
