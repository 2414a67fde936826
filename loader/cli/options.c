// SPDX-License-Identifier: LGPL-2.1-or-later
#include "options.h"

#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FLAG(id, name_, field_, text_, ...)                                                        \
	{                                                                                          \
		.bit = OPT_##id, .name = name_, .field = offsetof(struct cli, field_),             \
		.text = text_, ##__VA_ARGS__                                                       \
	}
#define VALUE(id, name_, value_, field_, text_, ...)                                               \
	FLAG(id, name_, field_, text_, .value = value_, ##__VA_ARGS__)
#define FILTER(id, name_, value_, text_)                                                           \
	{                                                                                          \
		.bit = OPT_##id, .name = name_, .value = value_, .text = text_,                    \
		.filter = FILTER_##id                                                              \
	}

const struct option_entry option_entries[] = {
	VALUE(STATE, "state", "DIR", state,
	      "the state root; default: $NETFWV6_STATE, else /run/netfwv6"),
	FLAG(QUIET, "quiet", quiet, "print no confirmations, only what was asked for",
	     .letter = 'q'),
	FLAG(HELP, "help", help, "show help on the command", .letter = 'h'),
	VALUE(MODE, "mode", "auto|native|generic|tc", mode,
	      "what drops in front of the guard; default: auto"),
	FLAG(STATELESS, "stateless", stateless,
	     "drop also answers to this host: a bare port filter"),
	FLAG(LEARN_ONLY, "learn-only", learn_only,
	     "filter nothing; learn which answers may come in elsewhere"),
	FLAG(IF_CONFIGURED, "if-configured", if_configured,
	     "only if it was enabled before, and as it was then"),
	VALUE(DEVICE, "dev", "DEV", device, "this device alone: its own setting, its counters",
	      .filter = FILTER_DEVICE),
	VALUE(NAME, "name", "NAME", name, "what the ports are for; informs only"),
	VALUE(GROUP, "group", "NAME|GID", group, "who may change ports besides root; 0: nobody"),
	FLAG(REBUILD, "rebuild", rebuild, "move everything to new maps"),
	VALUE(DROPPED, "dropped", "on|off", dropped, "dropped packets; default: off"),
	VALUE(CONNECTIONS, "connections", "on|off", connections,
	      "TCP connections, too; default: off"),
	VALUE(FILE, "file", "PATH", file, "the log; default: /var/log/netfwv6.log"),
	VALUE(MAX_SIZE, "max-size", "BYTES", max_size,
	      "before it becomes PATH.old; at least 4096, default: 4194304"),
	VALUE(RATE, "rate", "N|unlimited", rate, "events a second and CPU, at most; default: 1000"),
	FLAG(JSON, "json", json, "print JSON"),
	FILTER(PORT, "port", "PORT", "what was for this port"),
	FILTER(PROTOCOL, "proto", "tcp|udp", "what is of this protocol"),
	FILTER(REASON, "reason", "REASON", "what was dropped for this reason"),
	FILTER(SOURCE, "src", "PREFIX", "what came from there: 2001:db8::/32, or an address"),
	VALUE(WRITE, "write", "FILE", write_to, "where packets go; -: the standard output",
	      .letter = 'w'),
	VALUE(SNAPLEN, "snaplen", "BYTES", snaplen,
	      "how much of each packet to keep; default: 16384"),
	FLAG(PROMETHEUS, "prometheus", prometheus, "print Prometheus' text format"),
	FLAG(RESET, "reset", reset, "set the counters to zero"),
	VALUE(COUNT_PORTS, "count-ports", "on|off", count_ports,
	      "count packets dropped for closed ports by port"),
	FLAG(CLOSED_HITS, "closed-hits", closed_hits,
	     "the closed ports that packets were dropped for"),
	VALUE(INTERVAL, "interval", "SECONDS", interval, "the time between screens; default: 1"),
	VALUE(COUNT, "count", "N", count, "end after so many", .letter = 'c'),
	FLAG(COMPLETION, "completion", completion, "print the completion script for bash"),
	FLAG(VERSION, "version", version, "print the version"),
	{ .name = NULL },
};

#define MAX_OPTIONS (sizeof(option_entries) / sizeof(*option_entries) - 1)

bool option_applies(const struct option_entry *option, const struct command *command)
{
	return (OPT_EVERYWHERE | command->options | command->needs) & option->bit;
}

/* There is room for as many filters as the command line has words. */
static void store(struct cli *cli, const struct option_entry *option, const char *value)
{
	void *field = (char *)cli + option->field;

	cli->given |= option->bit;
	if (option->filter)
		cli->filters[cli->n_filters++] = (struct given_filter){ option->filter, value };
	if (option->field && option->value)
		*(const char **)field = value;
	else if (option->field)
		*(bool *)field = true;
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

/* What getopt calls an option: its letter, or its place in the table, which is no letter. */
static int getopt_name(size_t place)
{
	return option_entries[place].letter ?: (int)place;
}

static int take_options(int argc, char **argv, struct cli *cli)
{
	struct option longs[MAX_OPTIONS + 1] = {};
	char shorts[2 * MAX_OPTIONS + 2] = ":", *end = shorts + 1;
	int name;

	for (size_t i = 0; i < MAX_OPTIONS; i++) {
		const struct option_entry *option = &option_entries[i];

		longs[i] = (struct option){ option->name,
					    option->value ? required_argument : no_argument, NULL,
					    getopt_name(i) };
		if (option->letter)
			end += sprintf(end, "%c%s", option->letter, option->value ? ":" : "");
	}
	opterr = 0;
	while ((name = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		size_t place = 0;

		if (name == '?' || name == ':')
			return complain_of_option(name, argv);
		while (getopt_name(place) != name)
			place++;
		store(cli, &option_entries[place], optarg);
	}
	return GO_ON;
}

static int check_given_options(const struct cli *cli)
{
	const struct command *command = cli->command;

	for (const struct option_entry *option = option_entries; option->name; option++) {
		if (cli->given & option->bit && !option_applies(option, command)) {
			complain("'%s' takes no option --%s: 'netfwv6 help %s' shows what it takes",
				 command->name, option->name, command->name);
			return EXIT_USAGE;
		}
		if (command->needs & ~cli->given & option->bit && !cli->help) {
			complain("'%s' needs --%s %s: 'netfwv6 help %s' shows what it takes",
				 command->name, option->name, option->value, command->name);
			return EXIT_USAGE;
		}
	}
	return GO_ON;
}

static int check_operands(const struct cli *cli)
{
	const struct command *command = cli->command;
	const char *operands = command->operands ?: "";

	if (*operands && *operands != '[' && !cli->n_operands) {
		complain("'%s' needs an operand: netfwv6 %s %s", command->name, command->name,
			 operands);
		return EXIT_USAGE;
	}
	if (!strstr(operands, "...") && cli->n_operands > !!*operands) {
		complain("'%s' takes no operand '%s': netfwv6 %s %s", command->name,
			 cli->operands[!!*operands], command->name, operands);
		return EXIT_USAGE;
	}
	return GO_ON;
}

static int take_command(struct cli *cli, int n_words, char **words)
{
	int code;

	if (!n_words && !cli->help) {
		complain("no command: 'netfwv6 help' lists them");
		return EXIT_USAGE;
	}
	cli->command = find_command(n_words ? *words : "help");
	if (!cli->command) {
		complain("unknown command '%s': 'netfwv6 help' lists them", *words);
		return EXIT_USAGE;
	}
	if (!n_words)
		return GO_ON;
	cli->operands = words + 1;
	cli->n_operands = n_words - 1;
	code = check_given_options(cli);
	return code != GO_ON || cli->help ? code : check_operands(cli);
}

int parse_command_line(int argc, char **argv, struct cli *cli)
{
	int code;

	cli->filters = calloc((size_t)argc, sizeof(*cli->filters));
	if (!cli->filters) {
		complain("out of memory");
		return EXIT_OTHER;
	}
	code = take_options(argc, argv, cli);
	return code != GO_ON || cli->version ? code :
					       take_command(cli, argc - optind, argv + optind);
}
