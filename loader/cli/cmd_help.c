// SPDX-License-Identifier: LGPL-2.1-or-later
/* Everything that help says comes from the tables of commands and options. */
#include <stdio.h>
#include <string.h>

#include "completion.h"

static void print_option_synopsis(const struct option_entry *option, bool needed)
{
	printf(" %s--%s%s%s%s", needed ? "" : "[", option->name, option->value ? " " : "",
	       option->value ?: "", needed ? "" : "]");
}

void print_synopsis(const struct command *command)
{
	printf("netfwv6 %s%s%s", command->name, command->operands ? " " : "",
	       command->operands ?: "");
	for (const struct option_entry *option = option_entries; option->name; option++)
		if (!(OPT_EVERYWHERE & option->bit) && option_applies(option, command))
			print_option_synopsis(option, command->needs & option->bit);
	putchar('\n');
}

static void print_option(const struct option_entry *option)
{
	char left[48];

	snprintf(left, sizeof(left), option->letter ? "-%c, --%s%s%s" : " %c  --%s%s%s",
		 option->letter ?: ' ', option->name, option->value ? " " : "",
		 option->value ?: "");
	printf("  %-32s %s\n", left, option->text);
}

static void print_overview(void)
{
	puts("netfwv6 - an IPv6 host firewall: a closed port gets no packet\n");
	for (const struct command *command = commands; command->name; command++) {
		fputs("  ", stdout);
		print_synopsis(command);
		printf("      %s\n", command->summary);
	}
	puts("\nOptions of every command, before it or after it:");
	for (const struct option_entry *option = option_entries; option->name; option++)
		if (OPT_EVERYWHERE & option->bit)
			print_option(option);
	puts("\nExit status:");
#define X(name, number, meaning) puts("  " #number "  " meaning);
	EXIT_CODES(X)
#undef X
	puts("\n'netfwv6 help COMMAND' has more, and netfwv6(8) all.");
}

static void print_command(const struct command *command)
{
	print_synopsis(command);
	printf("\n%c%s.\n", command->summary[0] - 'a' + 'A', command->summary + 1);
	if (command->text)
		printf("\n%s", command->text);
	puts("\nOptions:");
	for (const struct option_entry *option = option_entries; option->name; option++)
		if (option_applies(option, command))
			print_option(option);
}

int run_help(struct cli *cli)
{
	const struct command *command = cli->help ? cli->command : NULL;

	if (cli->completion)
		return print_completion(cli->completion);
	if (cli->n_operands && cli->command->run == run_help) {
		command = find_command(cli->operands[0]);
		if (!command) {
			complain("unknown command '%s': 'netfwv6 help' lists them",
				 cli->operands[0]);
			return EXIT_USAGE;
		}
	}
	if (command && command->run != run_help)
		print_command(command);
	else
		print_overview();
	return EXIT_DONE;
}
