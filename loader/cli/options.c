// SPDX-License-Identifier: LGPL-2.1-or-later
#include "options.h"

#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FLAG(id, name_, field_, text_, ...)                                                        \
	{ .bit = OPT_##id,                                                                         \
	  .name = name_,                                                                           \
	  .field = offsetof(struct cli, field_),                                                   \
	  .text = text_,                                                                           \
	  ##__VA_ARGS__ },
#define VALUE(id, name_, value_, field_, text_, ...)                                               \
	FLAG(id, name_, field_, text_, .value = value_, ##__VA_ARGS__)
#define FILTER(id, name_, value_, text_)                                                           \
	{ .bit = OPT_##id, .name = name_, .value = value_, .text = text_, .filter = FILTER_##id },

const struct option_entry option_entries[] = {
	NETFWV6_OPTIONS(FLAG, VALUE, FILTER){ .name = NULL },
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
