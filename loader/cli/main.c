// SPDX-License-Identifier: LGPL-2.1-or-later
/* netfwv6: the command table, and what drives it. */
#include <fcntl.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "options.h"
#include "printable.h"

#define PORT_TEXT                                                                                  \
	"PORT is 443/tcp, 443 (both protocols), 8000-8100/udp (both ends included) or a\n"         \
	"service name of /etc/services such as https/tcp or ssh.\n"

#define FILTER_TEXT                                                                                \
	"--dev, --port, --proto, --reason and --src may be given more than once: one of each "     \
	"kind\n"                                                                                   \
	"that was given has to match. What is missed is told. For root.\n"

const struct command commands[] = {
	{ "enable", "DEV", 1, 1, "mSli", NULL, "firewall a device",
	  "From now on inbound TCP and UDP over IPv6 reach only open ports of this host,\n"
	  "also when every process of netfwv6 is gone. Conversations of this side pass all\n"
	  "the same: answers to what it asked, and sessions that stand. Enabling again mends\n"
	  "what is amiss, puts newer programs in place, and without options changes no setting.\n"
	  "A guard judges all that the stack takes in by the device. In mode tc it is alone; in\n"
	  "mode native XDP drops in the driver first, in mode generic in front of the stack.\n"
	  "auto takes native where the driver has it and no offload that is on is lost by it,\n"
	  "else tc; a device keeps the mode it got. A mode is changed without a gap.\n"
	  "--learn-only is for an uplink that is not firewalled, when answers to what leaves\n"
	  "there come in through a firewalled device.\n"
	  "The wish is kept by the device's name: --if-configured renews it for a device\n"
	  "that comes back, and says nothing of others. A device that was renamed goes on\n"
	  "with the settings of its former name until it is enabled under the new one.\n",
	  true, run_enable },
	{ "disable", "DEV", 1, 1, "", NULL, "stop firewalling a device",
	  "The ports' settings stay. A device that is not here is forgotten. With the last\n"
	  "device, and no setting left, all state is removed unless 'init' made it.\n",
	  true, run_disable },
	{ "open", "PORT...", 1, -1, "dn", NULL, "allow inbound connection attempts",
	  PORT_TEXT "What is open stays open and keeps its name.\n", true, run_open },
	{ "close", "PORT...", 1, -1, "d", NULL, "disallow inbound connection attempts",
	  PORT_TEXT "Closing a closed port succeeds.\n", true, run_close },
	{ "ignore", "PORT...", 1, -1, "d", "d", "except a device from global ports",
	  PORT_TEXT "The device then goes by its own setting alone.\n", true, run_ignore },
	{ "observe", "PORT...", 1, -1, "d", "d", "take the exception back", PORT_TEXT, true,
	  run_observe },
	{ "check", "PORT...", 1, -1, "d", NULL, "ask whether ports are open: exit 0 open, 1 closed",
	  PORT_TEXT "Exit 0 means that all of them are open: globally, or with --dev as the rules\n"
		    "have it on that device.\n",
	  true, run_check },
	{ "explain", "PORT...", 1, -1, "dj", "d", "say which rule decides on a port of a device",
	  PORT_TEXT "Ranges are not for this command. Exit 0 whatever the answer.\n", true,
	  run_explain },
	{ "list", "", 0, 0, "djH", NULL, "list the open ports and the ignored ones",
	  "All of them, or with --dev that device's own. --closed-hits lists instead the closed\n"
	  "ports that packets were dropped for, on all devices together, most hit first.\n",
	  true, run_list },
	{ "status", "", 0, 0, "j", NULL, "show firewalled devices and what was passed and dropped",
	  "A reason that nothing was counted under is left out; --json has all of them.\n", true,
	  run_status },
	{ "stats", "", 0, 0, "djpRP", NULL, "show all counters, or set them to zero",
	  "A reason that nothing was counted under is left out; --json and --prometheus have\n"
	  "all of them. --reset and --count-ports are for root, and show nothing. Counting by\n"
	  "port costs something for each packet to a closed port; it starts at zero.\n",
	  true, run_stats },
	{ "top", "", 0, 0, "Ic", NULL, "show rates, the most-hit ports and the busiest sources",
	  "A screen that is refreshed; q ends it. Plain text where the output is no terminal.\n"
	  "Sources are for root alone.\n",
	  true, run_top },
	{ "log", "", 0, 0, "DKfMAj", NULL, "show what is logged, or change it",
	  "The kernel collects what is to be logged; 'netfwv6 logd' writes it. What exceeds the\n"
	  "rate, or comes when nobody writes and the buffer is full, is counted, and the count is\n"
	  "in the log.\n",
	  true, run_log },
	{ "logd", "", 0, 0, "", NULL, "write the log, until it is told to end",
	  "A service, or by hand: it stays in the foreground. The format is that of the Windows\n"
	  "firewall log. At its maximum size the log becomes PATH.old. SIGHUP opens the file\n"
	  "again, as logrotate wants it. A full disk is said on stderr and waited for. Symbolic\n"
	  "links are not followed in a directory that others than root can write.\n",
	  true, run_logd },
	{ "init", "", 0, 0, "gr", NULL, "make the state, say who may change ports",
	  "The state then stays also when it is empty. Members of the group may change ports,\n"
	  "but not enable or disable. --rebuild is for a state that a member froze, for former\n"
	  "members, or for a state of an older version; devices stay firewalled meanwhile.\n",
	  true, run_init },
	{ "remove", "", 0, 0, "", NULL, "remove the state with all ports and settings",
	  "Refused while a device is firewalled or learned from.\n", true, run_remove },
	{ "monitor", "", 0, 0, "dOTEFKjc", NULL, "show what is dropped, as it happens",
	  "One line each: time, action, device, protocol, source, destination, TCP flags, bytes,\n"
	  "reason. --json prints an object a line.\n" FILTER_TEXT,
	  true, run_monitor },
	{ "capture", "", 0, 0, "wdOTEFLc", "w", "write dropped packets to a pcapng file",
	  "For Wireshark and tshark, with the reason as each packet's comment. An existing file "
	  "of\n"
	  "one's own is overwritten.\n" FILTER_TEXT,
	  true, run_capture },
	{ "help", "[COMMAND]", 0, 1, "C", NULL, "show help", "", false, run_help },
	{ NULL, NULL, 0, 0, NULL, NULL, NULL, NULL, false, NULL },
};

const struct command *find_command(const char *name)
{
	for (const struct command *command = commands; command->name; command++)
		if (strcmp(command->name, name) == 0)
			return command;
	return NULL;
}

/* What comes from elsewhere may be any bytes, which are not for a terminal. */
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
	va_list args;
	char *line;

	if (cli->quiet)
		return;
	va_start(args, format);
	line = format_line(format, args);
	va_end(args);
	puts(line ?: "out of memory");
	free(line);
}

void complain(const char *format, ...)
{
	va_list args;
	char *line;

	va_start(args, format);
	line = format_line(format, args);
	va_end(args);
	fprintf(stderr, "netfwv6: %s\n", line ?: "out of memory");
	free(line);
}

int complain_of(netfwv6_result result)
{
	complain("%s", netfwv6_detail());
	switch (result) {
	case NETFWV6_E_INVALIDARG:
		return EXIT_USAGE;
	case NETFWV6_E_ACCESSDENIED:
		return EXIT_DENIED;
	default:
		return EXIT_OTHER;
	}
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
	char *escaped = printable(text);
	json_t *string = escaped ? json_string(escaped) : NULL;

	free(escaped);
	return string;
}

int print_json(json_t *object)
{
	int error = object ? json_dumpf(object, stdout, JSON_INDENT(2)) : -1;

	json_decref(object);
	if (error) {
		complain("cannot write JSON: out of memory, or the output is closed");
		return EXIT_OTHER;
	}
	putchar('\n');
	return EXIT_DONE;
}

/* What the library itself says is for people, not for programs; libbpf's talk is for neither. */
static void hear(void *context, const char *line)
{
	const struct cli *cli = context;
	bool for_programs = cli->json || cli->prometheus || cli->write_to;

	if (!for_programs && strncmp(line, "libbpf: ", strlen("libbpf: ")) != 0)
		say(cli, "note: %s\n", line);
}

/* With the connection of --dev, if that was given. */
static int run_on_device(struct cli *cli)
{
	netfwv6_result result = NETFWV6_S_OK;
	int code;

	if (cli->device)
		result = netfwv6_mgr_get_connection(cli->mgr, cli->device, &cli->connection);
	if (NETFWV6_FAILED(result))
		return complain_of(result);
	if (cli->device)
		cli->device = netfwv6_connection_name(cli->connection);
	code = cli->command->run(cli);
	netfwv6_connection_free(cli->connection);
	return code;
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
	if (cli->help || !cli->command->needs_mgr)
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
	/* Options may stand behind operands, whatever the environment says to getopt. */
	unsetenv("POSIXLY_CORRECT");
	code = parse_command_line(argc, argv, &cli);

	if (code < 0)
		code = run_command(&cli);
	free(cli.filters);
	if (fflush(stdout) || ferror(stdout)) {
		complain("cannot write the output");
		return code ?: EXIT_OTHER;
	}
	return code;
}
