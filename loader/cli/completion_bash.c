// SPDX-License-Identifier: LGPL-2.1-or-later
#include <stdio.h>

#include "completion.h"

static void print_value_completion(const struct option_entry *option)
{
	const struct completer *completer = find_completer(option->value);

	printf(option->letter ? "\t--%s|-%c) " : "\t--%s) ", option->name, option->letter);
	if (completer) {
		printf("COMPREPLY=($(compgen %s -- \"$cur\")); ", completer->bash);
	} else if (has_choices(option)) {
		fputs("COMPREPLY=($(IFS='|'; compgen -W '", stdout);
		print_choices(option, '|');
		fputs("' -- \"$cur\")); ", stdout);
	}
	puts("return ;;");
}

static void print_command_completion(const struct command *command)
{
	const struct completer *completer = find_completer(command->operands ?: "");

	printf("\t%s) options='", command->name);
	for (const struct option_entry *option = option_entries; option->name; option++)
		if (option_applies(option, command))
			printf(" --%s", option->name);
	putchar('\'');
	if (completer) {
		printf(" operands=$(compgen %s)", completer->bash);
	} else if (is_command_operand(command)) {
		fputs(" operands='", stdout);
		print_command_names();
		putchar('\'');
	}
	puts(" ;;");
}

/* Words go by position: commands come first, then what the command takes. */
void print_bash_completion(void)
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
