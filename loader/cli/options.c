// SPDX-License-Identifier: LGPL-2.1-or-later
#include "options.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "filter.h"

const struct option_entry option_entries[] = {
	{ 's', false, true, "state", "DIR",
	  "the state root; default: $NETFWV6_STATE, else /run/netfwv6" },
	{ 'q', true, true, "quiet", NULL, "print no confirmations, only what was asked for" },
	{ 'h', true, true, "help", NULL, "show help on the command" },
	{ 'm', false, false, "mode", "auto|native|generic|tc",
	  "what drops in front of the guard; default: auto" },
	{ 'S', false, false, "stateless", NULL,
	  "drop also answers to this host: a bare port filter" },
	{ 'l', false, false, "learn-only", NULL,
	  "filter nothing; learn which answers may come in elsewhere" },
	{ 'i', false, false, "if-configured", NULL,
	  "only if it was enabled before, and as it was then" },
	{ 'd', false, false, "dev", "DEV", "this device alone: its own setting, its counters" },
	{ 'n', false, false, "name", "NAME", "what the ports are for; informs only" },
	{ 'g', false, false, "group", "NAME|GID", "who may change ports besides root; 0: nobody" },
	{ 'r', false, false, "rebuild", NULL, "move everything to new maps" },
	{ 'D', false, false, "dropped", "on|off", "dropped packets; default: off" },
	{ 'K', false, false, "connections", "on|off", "TCP connections, too; default: off" },
	{ 'f', false, false, "file", "PATH", "the log; default: /var/log/netfwv6.log" },
	{ 'M', false, false, "max-size", "BYTES",
	  "before it becomes PATH.old; at least 4096, default: 4194304" },
	{ 'A', false, false, "rate", "N|unlimited",
	  "events a second and CPU, at most; default: 1000" },
	{ 'j', false, false, "json", NULL, "print JSON" },
	{ FILTER_PORT, false, false, "port", "PORT", "what was for this port" },
	{ FILTER_PROTOCOL, false, false, "proto", "tcp|udp", "what is of this protocol" },
	{ FILTER_REASON, false, false, "reason", "REASON", "what was dropped for this reason" },
	{ FILTER_SOURCE, false, false, "src", "PREFIX",
	  "what came from there: 2001:db8::/32, or an address" },
	{ 'w', true, false, "write", "FILE", "where packets go; -: the standard output" },
	{ 'L', false, false, "snaplen", "BYTES",
	  "how much of each packet to keep; default: 16384" },
	{ 'p', false, false, "prometheus", NULL, "print Prometheus' text format" },
	{ 'R', false, false, "reset", NULL, "set the counters to zero" },
	{ 'P', false, false, "count-ports", "on|off",
	  "count packets dropped for closed ports by port" },
	{ 'H', false, false, "closed-hits", NULL,
	  "the closed ports that packets were dropped for" },
	{ 'I', false, false, "interval", "SECONDS", "the time between screens; default: 1" },
	{ 'c', true, false, "count", "N", "end after so many" },
	{ 'C', false, false, "completion", NULL, "print the completion script for bash" },
	{ 'V', false, true, "version", NULL, "print the version" },
	{ 0, false, false, NULL, NULL, NULL },
};

#define MAX_OPTIONS (sizeof(option_entries) / sizeof(*option_entries))

bool option_applies(const struct option_entry *option, const struct command *command)
{
	return option->everywhere || strchr(command->options, option->letter);
}

bool option_is_needed(const struct option_entry *option, const struct command *command)
{
	return command->needs && strchr(command->needs, option->letter);
}

/* There is room for as many as the command line has words. */
static void add_filter(struct cli *cli, int letter, const char *value)
{
	cli->filters[cli->n_filters++] = (struct given_filter){ letter, value };
}

static void store(struct cli *cli, int letter, const char *value)
{
	switch (letter) {
	case 's':
		cli->state = value;
		break;
	case 'q':
		cli->quiet = true;
		break;
	case 'h':
		cli->help = true;
		break;
	case 'm':
		cli->mode = value;
		break;
	case 'S':
		cli->stateless = true;
		break;
	case 'l':
		cli->learn_only = true;
		break;
	case 'i':
		cli->if_configured = true;
		break;
	case 'd':
		cli->device = value;
		add_filter(cli, letter, value);
		break;
	case 'n':
		cli->name = value;
		break;
	case 'g':
		cli->group = value;
		break;
	case 'r':
		cli->rebuild = true;
		break;
	case 'D':
		cli->dropped = value;
		break;
	case 'K':
		cli->connections = value;
		break;
	case 'f':
		cli->file = value;
		break;
	case 'M':
		cli->max_size = value;
		break;
	case 'A':
		cli->rate = value;
		break;
	case 'j':
		cli->json = true;
		break;
	case FILTER_PORT:
	case FILTER_PROTOCOL:
	case FILTER_REASON:
	case FILTER_SOURCE:
		add_filter(cli, letter, value);
		break;
	case 'w':
		cli->write_to = value;
		break;
	case 'L':
		cli->snaplen = value;
		break;
	case 'p':
		cli->prometheus = true;
		break;
	case 'R':
		cli->reset = true;
		break;
	case 'P':
		cli->count_ports = value;
		break;
	case 'H':
		cli->closed_hits = true;
		break;
	case 'I':
		cli->interval = value;
		break;
	case 'c':
		cli->count = value;
		break;
	case 'C':
		cli->completion = true;
		break;
	case 'V':
		cli->version = true;
		break;
	}
}

/* getopt's own messages are switched off: ours name the remedy. */
static int complain_of_option(int problem, char **argv)
{
	const char *word = argv[optind - 1];
	char letter[] = { '-', (char)optopt, '\0' };

	if (optopt && !(word[0] == '-' && word[1] == '-'))
		word = letter;
	complain(problem == ':' ? "option '%s' needs a value: 'netfwv6 help' shows it" :
				  "unknown or ambiguous option '%s': 'netfwv6 help' lists them",
		 word);
	return EXIT_USAGE;
}

static int take_options(int argc, char **argv, struct cli *cli, char *given)
{
	struct option longs[MAX_OPTIONS] = {};
	char shorts[2 * MAX_OPTIONS + 2] = ":", *end = shorts + 1;
	int letter;

	for (size_t i = 0; i < MAX_OPTIONS - 1; i++) {
		const struct option_entry *entry = &option_entries[i];

		longs[i] = (struct option){ entry->name,
					    entry->value ? required_argument : no_argument, NULL,
					    entry->letter };
		if (entry->short_form)
			*end++ = entry->letter;
		if (entry->short_form && entry->value)
			*end++ = ':';
	}
	opterr = 0;
	while ((letter = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		if (letter == '?' || letter == ':')
			return complain_of_option(letter, argv);
		store(cli, letter, optarg);
		if (!strchr(given, letter))
			given[strlen(given)] = (char)letter;
	}
	return -1;
}

static int check_given_options(const struct cli *cli, const char *given)
{
	const struct command *command = cli->command;

	for (const struct option_entry *option = option_entries; option->name; option++) {
		if (strchr(given, option->letter) && !option_applies(option, command)) {
			complain("'%s' takes no option --%s: 'netfwv6 help %s' shows what it takes",
				 command->name, option->name, command->name);
			return EXIT_USAGE;
		}
		if (option_is_needed(option, command) && !cli->help &&
		    !strchr(given, option->letter)) {
			complain("'%s' needs --%s %s: 'netfwv6 help %s' shows what it takes",
				 command->name, option->name, option->value, command->name);
			return EXIT_USAGE;
		}
	}
	return -1;
}

static int check_operands(const struct cli *cli)
{
	const struct command *command = cli->command;

	if (cli->n_operands < command->least) {
		complain("'%s' needs an operand: netfwv6 %s %s", command->name, command->name,
			 command->operands);
		return EXIT_USAGE;
	}
	if (command->most >= 0 && cli->n_operands > command->most) {
		complain("'%s' takes no operand '%s': netfwv6 %s %s", command->name,
			 cli->operands[command->most], command->name, command->operands);
		return EXIT_USAGE;
	}
	return -1;
}

int parse_command_line(int argc, char **argv, struct cli *cli)
{
	char given[MAX_OPTIONS + 1] = "";
	int code;

	cli->filters = calloc((size_t)argc, sizeof(*cli->filters));
	if (!cli->filters) {
		complain("out of memory");
		return EXIT_OTHER;
	}
	code = take_options(argc, argv, cli, given);
	if (code >= 0 || cli->version)
		return code;
	if (optind == argc) {
		if (!cli->help) {
			complain("no command: 'netfwv6 help' lists them");
			return EXIT_USAGE;
		}
		cli->command = find_command("help");
		return -1;
	}
	cli->command = find_command(argv[optind]);
	if (!cli->command) {
		complain("unknown command '%s': 'netfwv6 help' lists them", argv[optind]);
		return EXIT_USAGE;
	}
	cli->operands = argv + optind + 1;
	cli->n_operands = argc - optind - 1;
	code = check_given_options(cli, given);
	return code >= 0 || cli->help ? code : check_operands(cli);
}
