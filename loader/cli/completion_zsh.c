// SPDX-License-Identifier: LGPL-2.1-or-later
#include <stdio.h>

#include "completion.h"

/* As _arguments has it: '(-q --quiet)'{-q,--quiet}'[text]', '--mode[text]:value:(auto tc)'. */
static void print_option_spec(const struct option_entry *option)
{
	const struct completer *completer = option->value ? find_completer(option->value) : NULL;

	if (option->letter)
		printf("\t\t\t'(-%c --%s)'{-%c,--%s}'[", option->letter, option->name,
		       option->letter, option->name);
	else
		printf("\t\t\t'%s--%s[", option->filter ? "*" : "", option->name);
	print_quoted(option->text, "[]");
	putchar(']');
	if (option->value)
		printf(":%s:%s", option->name, completer ? completer->zsh : "");
	if (!completer && has_choices(option)) {
		putchar('(');
		print_choices(option, ' ');
		putchar(')');
	}
	puts("'");
}

static void print_operand_spec(const struct command *command)
{
	const struct completer *completer = find_completer(command->operands ?: "");

	if (completer)
		printf("\t\t\t'*:%s:%s'\n", completer->value, completer->zsh);
	else if (is_command_operand(command)) {
		fputs("\t\t\t'1:command:(", stdout);
		print_command_names();
		puts(")'");
	}
}

static void print_command_specs(const struct command *command)
{
	printf("\t%s)\n\t\tspecs=(\n", command->name);
	for (const struct option_entry *option = option_entries; option->name; option++)
		if (option_applies(option, command))
			print_option_spec(option);
	print_operand_spec(command);
	puts("\t\t) ;;");
}

/* Options of every command may stand before it; the rest follows it. */
void print_zsh_completion(void)
{
	puts("#compdef netfwv6\n"
	     "_netfwv6() {\n"
	     "\tlocal curcontext=$curcontext state line\n"
	     "\tlocal -a specs commands\n"
	     "\tcommands=(");
	for (const struct command *command = commands; command->name; command++) {
		printf("\t\t'%s:", command->name);
		print_quoted(command->summary, ":");
		puts("'");
	}
	puts("\t)\n"
	     "\tspecs=(");
	for (const struct option_entry *option = option_entries; option->name; option++)
		if (OPT_EVERYWHERE & option->bit)
			print_option_spec(option);
	puts("\t)\n"
	     "\t_arguments -C $specs '1:command:->command' '*::operand:->operands' && return\n"
	     "\tif [[ $state = command ]]; then\n"
	     "\t\t_describe -t commands command commands\n"
	     "\t\treturn\n"
	     "\tfi\n"
	     "\tcase $words[1] in");
	for (const struct command *command = commands; command->name; command++)
		print_command_specs(command);
	puts("\tesac\n"
	     "\t_arguments $specs\n"
	     "}\n"
	     "_netfwv6 \"$@\"");
}
