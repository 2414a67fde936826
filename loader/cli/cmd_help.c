// SPDX-License-Identifier: LGPL-2.1-or-later
/* help: everything it says comes from the tables of commands and options. */
#include <stdio.h>
#include <string.h>

#include "options.h"

static void print_option_synopsis(const struct option_entry *option, bool needed)
{
	printf(" %s--%s%s%s%s", needed ? "" : "[", option->name, option->value ? " " : "",
	       option->value ?: "", needed ? "" : "]");
}

void print_synopsis(const struct command *command)
{
	printf("netfwv6 %s%s%s", command->name, *command->operands ? " " : "", command->operands);
	for (const struct option_entry *option = option_entries; option->name; option++)
		if (!option->everywhere && option_applies(option, command))
			print_option_synopsis(option, option_is_needed(option, command));
	putchar('\n');
}

static void print_option(const struct option_entry *option)
{
	char left[48];

	snprintf(left, sizeof(left), "%s%c%s--%s%s%s", option->short_form ? "-" : " ",
		 option->short_form ? option->letter : ' ', option->short_form ? ", " : "  ",
		 option->name, option->value ? " " : "", option->value ?: "");
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
		if (option->everywhere)
			print_option(option);
	puts("\nExit status: 0 done, 1 the answer is no, 2 usage or invalid argument, 3 not\n"
	     "permitted, 4 anything else. 'netfwv6 help COMMAND' has more, and netfwv6(8) all.");
}

static void print_command(const struct command *command)
{
	print_synopsis(command);
	printf("\n%c%s.\n", command->summary[0] - 'a' + 'A', command->summary + 1);
	if (*command->text)
		printf("\n%s", command->text);
	puts("\nOptions:");
	for (const struct option_entry *option = option_entries; option->name; option++)
		if (option_applies(option, command))
			print_option(option);
}

static void print_command_words(void)
{
	fputs(" operands='", stdout);
	for (const struct command *command = commands; command->name; command++)
		printf(" %s", command->name);
	putchar('\'');
}

/* Those that packets are dropped for. */
static void print_reason_completion(void)
{
	struct netfwv6_counter reasons[64];
	size_t n = 0;

	fputs("\t--reason) COMPREPLY=($(compgen -W '", stdout);
	if (NETFWV6_SUCCEEDED(netfwv6_get_reasons(64, reasons, &n)))
		for (size_t i = 0; i < n && i < 64; i++)
			if (reasons[i].dropped)
				printf("%s ", reasons[i].reason);
	puts("' -- \"$cur\")); return ;;");
}

/* Words by position: commands first, then what the command takes. */
static void print_completion(void)
{
	puts("# bash completion for netfwv6\n"
	     "_netfwv6() {\n"
	     "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} word "
	     "command=\n"
	     "\tlocal options operands\n"
	     "\tfor word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
	     "\t\tcase $word in\n"
	     "\t\t-*) ;;");
	for (const struct command *command = commands; command->name; command++)
		printf("\t\t%s) command=${command:-%s} ;;\n", command->name, command->name);
	puts("\t\tesac\n"
	     "\tdone\n"
	     "\tcase $prev in\n"
	     "\t--state) COMPREPLY=($(compgen -d -- \"$cur\")); return ;;\n"
	     "\t--dev) COMPREPLY=($(compgen -W \"$(cd /sys/class/net && echo *)\" -- \"$cur\")); "
	     "return ;;\n"
	     "\t--group) COMPREPLY=($(compgen -g -- \"$cur\")); return ;;\n"
	     "\t--mode) COMPREPLY=($(compgen -W 'auto native generic tc' -- \"$cur\")); return ;;\n"
	     "\t--dropped|--connections|--count-ports) COMPREPLY=($(compgen -W 'on off' -- "
	     "\"$cur\")); return "
	     ";;\n"
	     "\t--file|--write|-w) COMPREPLY=($(compgen -f -- \"$cur\")); return ;;\n"
	     "\t--proto) COMPREPLY=($(compgen -W 'tcp udp' -- \"$cur\")); return ;;\n"
	     "\t--port) COMPREPLY=($(compgen -A service -- \"$cur\")); return ;;\n"
	     "\t--name|--max-size|--rate|--src|--snaplen|--count|-c|--interval) return ;;");
	print_reason_completion();
	puts("\tesac\n"
	     "\tcase $command in");
	for (const struct command *command = commands; command->name; command++) {
		printf("\t%s) options='", command->name);
		for (const struct option_entry *option = option_entries; option->name; option++)
			if (option_applies(option, command))
				printf(" --%s", option->name);
		printf("'");
		if (strcmp(command->operands, "DEV") == 0)
			printf(" operands=$(cd /sys/class/net && echo *)");
		else if (strncmp(command->operands, "PORT", 4) == 0)
			printf(" operands=$(compgen -A service)");
		else if (command->run == run_help)
			print_command_words();
		puts(" ;;");
	}
	fputs("\t*) options='", stdout);
	for (const struct option_entry *option = option_entries; option->name; option++)
		if (option->everywhere)
			printf(" --%s", option->name);
	putchar('\'');
	print_command_words();
	puts(" ;;\n"
	     "\tesac\n"
	     "\tCOMPREPLY=($(compgen -W \"$options $operands\" -- \"$cur\"))\n"
	     "}\n"
	     "complete -F _netfwv6 netfwv6");
}

int run_help(struct cli *cli)
{
	const struct command *command = cli->help ? cli->command : NULL;

	if (cli->completion) {
		print_completion();
		return EXIT_DONE;
	}
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
