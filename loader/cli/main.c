// SPDX-License-Identifier: LGPL-2.1-or-later
/* The command table, and what drives it. */
#include <fcntl.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "options.h"
#include "printable.h"
#include "saved.h"

#define PORT_TEXT                                                                                  \
	"PORT is 443/tcp, 443 (both protocols), 8000-8100/udp (both ends included) or a\n"         \
	"service name of /etc/services such as https/tcp or ssh.\n"

#define FILTER_TEXT                                                                                \
	"--dev, --port, --proto, --reason and --src may be given more than once: one of each "     \
	"kind\n"                                                                                   \
	"that was given has to match. What is missed is told. For root.\n"

const struct command commands[] = {
	{ .name = "enable",
	  .operands = "[DEV]",
	  .options = OPT_ALL | OPT_MODE | OPT_STATELESS | OPT_FORWARD | OPT_LEARN_ONLY |
		     OPT_IF_CONFIGURED | OPT_OPEN_LISTENERS | OPT_AHEAD | OPT_JSON | OPT_ONCE,
	  .summary = "firewall a device",
	  .text = "From now on inbound TCP and UDP over IPv6 reach only open ports of this host,\n"
		  "also when every process of netfwv6 is gone. Conversations of this side pass\n"
		  "all the same: answers to what it asked, and sessions that stand. Enabling\n"
		  "again mends what is amiss, puts newer programs in place, and without options\n"
		  "changes no setting.\n"
		  "A guard judges all that the stack takes in by the device. In mode tc it is\n"
		  "alone; in mode native XDP drops in the driver first, in mode generic in front\n"
		  "of the stack. auto takes native where the driver has it and no offload that is\n"
		  "on is lost by it, else tc; a device keeps the mode it got. A mode is changed\n"
		  "without a gap.\n"
		  "--forward pass leaves what is not for this host, but routed or bridged, to\n"
		  "whoever filters that: nftables' forward hook, Docker, libvirt. Rules that turn\n"
		  "packets to this host later (REDIRECT, TPROXY, DNAT) are trusted. --forward\n"
		  "judge drops such packets like those for this host. Without either a device\n"
		  "stays as it is.\n"
		  "--all instead of DEV is for every device with hardware behind it, now and when\n"
		  "it comes, but no veth, bridge or tunnel. A device that is enabled by its name\n"
		  "goes by the options of that, and one that 'disable' names is left out.\n"
		  "--learn-only is for an uplink that is not firewalled, when answers to what\n"
		  "leaves there come in through a firewalled device.\n"
		  "What listens on ports that are closed there is named. --open-listeners opens\n"
		  "those on this device before it filters, and closes them again if it cannot.\n"
		  "The wish is kept by the device's name: --if-configured renews it for a device\n"
		  "that comes back, and says nothing of others; --ahead keeps it for a device\n"
		  "that is still to come. A device that was renamed goes on with the settings of\n"
		  "its former name until it is enabled under the new one.\n",
	  .run = run_enable },
	{ .name = "disable",
	  .operands = "[DEV]",
	  .options = OPT_ALL | OPT_JSON | OPT_ONCE,
	  .summary = "stop firewalling a device",
	  .text = "The ports' settings stay. A device that is not here is forgotten. Where "
		  "'enable\n"
		  "--all' holds, the device is left out of that. --all ends that, and disables "
		  "all\n"
		  "devices; where it fails for one, the others are disabled.\n",
	  .run = run_disable },
	{ .name = "open",
	  .operands = "PORT...",
	  .options = OPT_DEVICE | OPT_AHEAD | OPT_NAME | OPT_JSON | OPT_ONCE,
	  .summary = "allow inbound connection attempts",
	  .text = PORT_TEXT "What is open stays open and keeps its name.\n",
	  .run = run_open },
	{ .name = "close",
	  .operands = "PORT...",
	  .options = OPT_DEVICE | OPT_AHEAD | OPT_FORCE | OPT_JSON | OPT_ONCE,
	  .summary = "disallow inbound connection attempts",
	  .text = PORT_TEXT "Closing a closed port succeeds. A protected one stays open without "
			    "--force.\n",
	  .run = run_close },
	{ .name = "ignore",
	  .operands = "PORT...",
	  .options = OPT_NAME | OPT_AHEAD | OPT_FORCE | OPT_JSON | OPT_ONCE,
	  .needs = OPT_DEVICE,
	  .summary = "except a device from global ports",
	  .text = PORT_TEXT "The device then goes by its own setting alone. What is ignored\n"
			    "stays ignored and keeps its name.\n",
	  .run = run_ignore },
	{ .name = "observe",
	  .operands = "PORT...",
	  .options = OPT_AHEAD | OPT_JSON | OPT_ONCE,
	  .needs = OPT_DEVICE,
	  .summary = "take the exception back",
	  .text = PORT_TEXT,
	  .run = run_observe },
	{ .name = "protect",
	  .operands = "PORT...",
	  .options = OPT_JSON | OPT_ONCE,
	  .summary = "let no command close ports that are open",
	  .text = PORT_TEXT
	  "'close', 'ignore' and 'apply' then refuse to close them on any device,\n"
	  "unless --force is given. A program that calls the library closes them\n"
	  "all the same. For root, and for ports that are open somewhere.\n",
	  .run = run_protect },
	{ .name = "unprotect",
	  .operands = "PORT...",
	  .options = OPT_JSON | OPT_ONCE,
	  .summary = "take the protection back",
	  .text = PORT_TEXT,
	  .run = run_unprotect },
	{ .name = "save",
	  .operands = "[FILE]",
	  .options = OPT_UPDATE,
	  .summary = "print the whole policy, or write it to a file",
	  .text = "A text that 'apply' takes: lines of commands, in a fixed order. The file is "
		  "the\n"
		  "old one or the new one at any moment; its mode and owner stay, and a symbolic\n"
		  "link is followed. --update brings the file that the policy is kept in up to\n"
		  "date, unless somebody edited it.\n",
	  .run = run_save },
	{ .name = "apply",
	  .operands = "[FILE]",
	  .options = OPT_DRY_RUN | OPT_FORCE | OPT_JSON | OPT_ONCE | OPT_BOOT,
	  .summary = "make the state what a file says, and nothing else",
	  .text = "The file, or - for the standard input, is one as 'save' writes it; netfwv6(8)\n"
		  "describes it under POLICIES. All of it is checked before anything changes. "
		  "Ports\n"
		  "open before others close, and devices are enabled last. If a step fails, what\n"
		  "was done is taken back. Devices that are not here are enabled when they come.\n"
		  "Ports that are protected stay so unless the file has 'unprotect'. For root.\n"
		  "--boot instead of FILE is for a host that boots: the policy that is kept, or\n"
		  "the last one that was applied; each device by itself.\n",
	  .run = run_apply },
	{ .name = "check",
	  .operands = "PORT...",
	  .options = OPT_DEVICE,
	  .summary = "ask whether ports are open: exit 0 open, 1 closed",
	  .text = PORT_TEXT
	  "Exit 0 means that all of them are open: globally, or with --dev as the rules\n"
	  "have it on that device.\n",
	  .run = run_check },
	{ .name = "explain",
	  .operands = "PORT...",
	  .options = OPT_JSON,
	  .needs = OPT_DEVICE,
	  .summary = "say which rule decides on a port of a device",
	  .text = PORT_TEXT "Ranges are not for this command. Exit 0 whatever the answer.\n",
	  .run = run_explain },
	{ .name = "listeners",
	  .options = OPT_JSON,
	  .summary = "show what listens, whether it is open, and how to open it",
	  .text = "TCP listeners, and UDP sockets without a peer, that can be reached over IPv6 "
		  "in\n"
		  "this network namespace, with their address, device and processes; for each\n"
		  "firewalled device whether the port is open there ('-': its packets do not get\n"
		  "to that socket); last the command that opens it where it is closed. Sockets\n"
		  "that only the loopback leads to are left out. Processes of others are shown to\n"
		  "root alone.\n",
	  .run = run_listeners },
	{ .name = "list",
	  .options = OPT_DEVICE | OPT_JSON | OPT_CLOSED_HITS,
	  .summary = "list the open ports and the ignored ones",
	  .text = "All of them, or with --dev that device's own. --closed-hits lists instead the\n"
		  "closed ports that packets were dropped for, on all devices together, most hit\n"
		  "first.\n",
	  .run = run_list },
	{ .name = "status",
	  .options = OPT_JSON,
	  .summary = "show firewalled devices and what was passed and dropped",
	  .text = "A reason that nothing was counted under is left out; --json has all of them.\n",
	  .run = run_status },
	{ .name = "stats",
	  .options =
		  OPT_DEVICE | OPT_JSON | OPT_PROMETHEUS | OPT_HTTP | OPT_RESET | OPT_COUNT_PORTS,
	  .summary = "show all counters, or set them to zero",
	  .text = "A reason that nothing was counted under is left out; --json and --prometheus\n"
		  "have all of them. --http is for a service like netfwv6-metrics.socket: it "
		  "reads\n"
		  "one request, for /metrics. --reset and --count-ports are for root, and show "
		  "nothing.\n"
		  "Counting by port costs something for each packet to a closed port; it starts\n"
		  "at zero.\n",
	  .run = run_stats },
	{ .name = "top",
	  .options = OPT_INTERVAL | OPT_COUNT,
	  .summary = "show rates, the most-hit ports and the busiest sources",
	  .text = "A screen that is refreshed; q ends it. Plain text where the output is no\n"
		  "terminal. Sources are for root alone.\n",
	  .run = run_top },
	{ .name = "log",
	  .options = OPT_DROPPED | OPT_CONNECTIONS | OPT_FILE | OPT_MAX_SIZE | OPT_RATE | OPT_JSON |
		     OPT_ONCE,
	  .summary = "show what is logged, or change it",
	  .text = "The kernel collects what is to be logged; 'netfwv6 logd' writes it. What\n"
		  "exceeds the rate, or comes when nobody writes and the buffer is full, is\n"
		  "counted, and the count is in the log.\n",
	  .run = run_log },
	{ .name = "logd",
	  .summary = "write the log, until it is told to end",
	  .text = "A service, or by hand: it stays in the foreground. The format is that of the\n"
		  "Windows firewall log. At its maximum size the log becomes PATH.old. SIGHUP\n"
		  "opens the file again, as logrotate wants it. A full disk is said on stderr\n"
		  "and waited for. Symbolic links are not followed in a directory that others\n"
		  "than root can write.\n",
	  .run = run_logd },
	{ .name = "init",
	  .options = OPT_GROUP | OPT_POLICY | OPT_REBUILD | OPT_JSON | OPT_ONCE,
	  .summary = "make the state, say who may change ports",
	  .text = "Other commands make the state, too, when they need it. Members of the group\n"
		  "may change ports, but not enable or disable. --rebuild is for a state that a\n"
		  "member froze, and for former members; devices stay firewalled meanwhile.\n"
		  "The file of --policy is brought up to date by each command of root that "
		  "changes\n"
		  "something, unless it has comments or was edited and not applied.\n",
	  .run = run_init },
	{ .name = "remove",
	  .options = OPT_JSON,
	  .summary = "remove the state with all ports and settings",
	  .text = "Refused while a device is firewalled or learned from.\n",
	  .run = run_remove },
	{ .name = "monitor",
	  .options = OPT_DEVICE | OPT_PORT | OPT_PROTOCOL | OPT_REASON | OPT_SOURCE |
		     OPT_CONNECTIONS | OPT_JSON | OPT_COUNT,
	  .summary = "show what is dropped, as it happens",
	  .text = "One line each: time, action, device, protocol, source, destination, TCP\n"
		  "flags, bytes, reason. --json prints an object a line.\n" FILTER_TEXT,
	  .run = run_monitor },
	{ .name = "capture",
	  .options = OPT_DEVICE | OPT_PORT | OPT_PROTOCOL | OPT_REASON | OPT_SOURCE | OPT_SNAPLEN |
		     OPT_COUNT,
	  .needs = OPT_WRITE,
	  .summary = "write dropped packets to a pcapng file",
	  .text = "For Wireshark and tshark, with the reason as each packet's comment. An\n"
		  "existing file of one's own is overwritten.\n" FILTER_TEXT,
	  .run = run_capture },
	{ .name = "help",
	  .operands = "[COMMAND]",
	  .options = OPT_COMPLETION,
	  .summary = "show help",
	  .without_mgr = true,
	  .run = run_help },
	{ .name = NULL },
};

const struct command *find_command(const char *name)
{
	for (const struct command *command = commands; command->name; command++)
		if (strcmp(command->name, name) == 0)
			return command;
	return NULL;
}

/* Text from elsewhere may be any bytes, which are not for a terminal. */
static char *format_line(const char *format, va_list args)
{
	char *raw, *line = NULL;

	if (vasprintf(&raw, format, args) >= 0) {
		size_t length = strlen(raw);

		if (length && raw[length - 1] == '\n')
			raw[length - 1] = '\0';
		line = printable(raw);
		free(raw);
	}
	return line;
}

void say(const struct cli *cli, const char *format, ...)
{
	char *line CLEANUP(free_at) = NULL;
	va_list args;

	if (cli->quiet)
		return;
	va_start(args, format);
	line = format_line(format, args);
	va_end(args);
	puts(line ?: "out of memory");
}

void complain(const char *format, ...)
{
	char *line CLEANUP(free_at) = NULL;
	va_list args;

	va_start(args, format);
	line = format_line(format, args);
	va_end(args);
	fprintf(stderr, "netfwv6: %s\n", line ?: "out of memory");
}

int complain_of(netfwv6_result result)
{
	complain("%s", netfwv6_detail());
	return result == NETFWV6_E_INVALIDARG	? EXIT_USAGE :
	       result == NETFWV6_E_ACCESSDENIED ? EXIT_DENIED :
	       result == NETFWV6_E_RETRY	? EXIT_RETRY :
						  EXIT_OTHER;
}

bool add_json(json_t *array, json_t *object)
{
	if (json_array_append_new(array, object) == 0)
		return true;
	complain("out of memory");
	return false;
}

json_t *json_text(const char *text)
{
	char *escaped CLEANUP(free_at) = printable(text);

	return escaped ? json_string(escaped) : NULL;
}

int print_json(json_t *object)
{
	int error = object ? json_dumpf(object, stdout, JSON_INDENT(2)) : GO_ON;

	json_decref(object);
	if (error) {
		complain("cannot write JSON: out of memory, or the output is closed");
		return EXIT_OTHER;
	}
	putchar('\n');
	return EXIT_DONE;
}

/* The library's notes are for people, not for programs; those of libbpf are for neither. */
static void hear(void *context, const char *line)
{
	const struct cli *cli = context;
	bool for_programs = cli->json || cli->prometheus || cli->http || cli->write_to;

	if (strncmp(line, "libbpf: ", strlen("libbpf: ")) == 0)
		return;
	/* What is left out of a policy has to be known, and not to be in it. */
	if (cli->command->run == run_save)
		complain("warning: %s", line);
	else if (!for_programs)
		say(cli, "note: %s\n", line);
}

netfwv6_result find_connection(const struct cli *cli, const char *device,
			       struct netfwv6_connection **connection)
{
	return cli->ahead ? netfwv6_mgr_get_connection_ahead(cli->mgr, device, connection) :
			    netfwv6_mgr_get_connection(cli->mgr, device, connection);
}

/* Runs the command with the connection of --dev, if that was given. */
static int run_on_device(struct cli *cli)
{
	netfwv6_result result = NETFWV6_S_OK;
	int code;

	if (cli->ahead && !cli->device && cli->command->run != run_enable) {
		complain("--ahead is of a device that need not be here: name it with --dev");
		return EXIT_USAGE;
	}
	if (cli->device)
		result = find_connection(cli, cli->device, &cli->connection);
	if (NETFWV6_FAILED(result))
		return complain_of(result);
	if (cli->device)
		cli->device = netfwv6_connection_name(cli->connection);
	code = cli->command->run(cli);
	netfwv6_connection_free(cli->connection);
	return code == EXIT_DONE && cli->changed && !cli->once ? update_saved(cli) : code;
}

static int run_command(struct cli *cli)
{
	struct netfwv6_mgr_options options = {
		.sz = sizeof(options), .state_dir = cli->state, .log = hear, .log_context = cli
	};
	netfwv6_result result;
	int code;

	if (cli->version) {
		printf("netfwv6 %s\n", netfwv6_version());
		return EXIT_DONE;
	}
	if (cli->help || cli->command->without_mgr)
		return cli->help ? run_help(cli) : cli->command->run(cli);
	result = netfwv6_mgr_open(&cli->mgr, &options);
	if (NETFWV6_FAILED(result))
		return complain_of(result);
	code = run_on_device(cli);
	netfwv6_mgr_close(cli->mgr);
	return code;
}

/*
 * The next file would get the number of a standard stream that is closed, and with it what is
 * meant for that. What takes the place here can be neither read nor written.
 */
static bool occupy_standard_streams(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/", O_PATH) != fd)
			return false;
	return true;
}

int main(int argc, char **argv)
{
	struct cli cli = {};
	int code;

	if (!occupy_standard_streams())
		return EXIT_OTHER;
	/* Options may follow operands, whatever the environment says to getopt. */
	unsetenv("POSIXLY_CORRECT");
	code = parse_command_line(argc, argv, &cli);

	if (code == GO_ON)
		code = run_command(&cli);
	free(cli.filters);
	if (fflush(stdout) || ferror(stdout)) {
		complain("cannot write the output");
		return code ?: EXIT_OTHER;
	}
	return code;
}
