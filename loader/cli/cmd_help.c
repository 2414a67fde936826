// SPDX-License-Identifier: LGPL-2.1-or-later
/* Everything that help says comes from the tables of commands and options. */
#include <ctype.h>
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

/* ---- Completion ------------------------------------------------------------------------ */

/* How compgen finds what a value or an operand may be, by the name that the synopsis has. */
static const char *compgen_of(const char *value)
{
	static const struct {
		const char *value, *compgen;
	} all[] = {
		{ "DIR", "-d" },      { "DEV", "-W \"$(cd /sys/class/net && echo *)\"" },
		{ "NAME|GID", "-g" }, { "PATH", "-f" },
		{ "FILE", "-f" },     { "PORT", "-A service" },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		if (strncmp(value, all[i].value, strlen(all[i].value)) == 0)
			return all[i].compgen;
	return NULL;
}

/* Packets are dropped for these reasons. */
static void print_reasons(void)
{
	struct netfwv6_counter reasons[64];
	size_t n = 0;

	if (NETFWV6_SUCCEEDED(netfwv6_get_reasons(64, sizeof(struct netfwv6_counter), reasons, &n)))
		for (size_t i = 0; i < n && i < 64; i++)
			if (reasons[i].dropped)
				printf("%s|", reasons[i].reason);
}

static void print_value_completion(const struct option_entry *option)
{
	const char *compgen = compgen_of(option->value);

	printf(option->letter ? "\t--%s|-%c) " : "\t--%s) ", option->name, option->letter);
	if (compgen) {
		printf("COMPREPLY=($(compgen %s -- \"$cur\")); ", compgen);
	} else if (option->bit == OPT_REASON || islower(*option->value)) {
		fputs("COMPREPLY=($(IFS='|'; compgen -W '", stdout);
		if (option->bit == OPT_REASON)
			print_reasons();
		else
			fputs(option->value, stdout);
		fputs("' -- \"$cur\")); ", stdout);
	}
	puts("return ;;");
}

static void print_command_completion(const struct command *command)
{
	const char *compgen = compgen_of(command->operands ?: "");

	printf("\t%s) options='", command->name);
	for (const struct option_entry *option = option_entries; option->name; option++)
		if (option_applies(option, command))
			printf(" --%s", option->name);
	putchar('\'');
	if (compgen) {
		printf(" operands=$(compgen %s)", compgen);
	} else if (command->operands) {
		fputs(" operands='", stdout);
		for (const struct command *word = commands; word->name; word++)
			printf(" %s", word->name);
		putchar('\'');
	}
	puts(" ;;");
}

/* Words go by position: commands come first, then what the command takes. */
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
	     "\tcase $prev in");
	for (const struct option_entry *option = option_entries; option->name; option++)
		if (option->value)
			print_value_completion(option);
	puts("\tesac\n"
	     "\tcase $command in");
	for (const struct command *command = commands; command->name; command++)
		print_command_completion(command);
	print_command_completion(&(struct command){ .name = "*", .operands = "COMMAND" });
	puts("\tesac\n"
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
