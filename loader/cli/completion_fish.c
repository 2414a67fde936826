// SPDX-License-Identifier: LGPL-2.1-or-later
#include <stdio.h>

#include "completion.h"

/* command: after which the line holds; NULL: after every one and before any. */
static void begin_line(const struct command *command)
{
	fputs("complete -c netfwv6", stdout);
	if (command)
		printf(" -n '__fish_seen_subcommand_from %s'", command->name);
}

static void print_option_line(const struct command *command, const struct option_entry *option)
{
	const struct completer *completer = option->value ? find_completer(option->value) : NULL;

	begin_line(command);
	printf(" -l %s", option->name);
	if (option->letter)
		printf(" -s %c", option->letter);
	if (completer && !completer->fish)
		fputs(" -rF", stdout);
	else if (completer)
		printf(" -xa '%s'", completer->fish);
	else if (option->value)
		fputs(" -x", stdout);
	if (!completer && has_choices(option)) {
		fputs("a '", stdout);
		print_choices(option, ' ');
		putchar('\'');
	}
	fputs(" -d '", stdout);
	print_quoted(option->text, "\\");
	puts("'");
}

static void print_operand_line(const struct command *command)
{
	const struct completer *completer = find_completer(command->operands ?: "");

	if (completer) {
		begin_line(command);
		if (completer->fish)
			printf(" -a '%s'\n", completer->fish);
		else
			puts(" -F");
	} else if (is_command_operand(command)) {
		begin_line(command);
		fputs(" -a '", stdout);
		print_command_names();
		puts("'");
	}
}

/* A line a command, before any was typed. */
static void print_command_line(const struct command *command)
{
	fputs("complete -c netfwv6 -n 'not __fish_seen_subcommand_from ", stdout);
	print_command_names();
	printf("' -a %s -d '", command->name);
	print_quoted(command->summary, "\\");
	puts("'");
}

void print_fish_completion(void)
{
	puts("# fish completion for netfwv6\n"
	     "complete -c netfwv6 -f");
	for (const struct command *command = commands; command->name; command++)
		print_command_line(command);
	for (const struct option_entry *option = option_entries; option->name; option++)
		if (OPT_EVERYWHERE & option->bit)
			print_option_line(NULL, option);
	for (const struct command *command = commands; command->name; command++) {
		for (const struct option_entry *option = option_entries; option->name; option++)
			if (!(OPT_EVERYWHERE & option->bit) && option_applies(option, command))
				print_option_line(command, option);
		print_operand_line(command);
	}
}
