/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Completion scripts for shells, out of the tables of commands and options. */
#ifndef NETFWV6_CLI_COMPLETION_H
#define NETFWV6_CLI_COMPLETION_H

#include "options.h"

/* Prints the script for the shell of that name: an exit code. */
int print_completion(const char *shell);

/* How each shell finds what a value or an operand may be. */
struct completer {
	const char *value; /* how its name in the synopsis begins */
	const char *bash;  /* arguments of compgen */
	const char *zsh;   /* an action of _arguments */
	const char *fish;  /* an argument of complete -a; NULL: files */
};

/* By the name that the synopsis has: NAME, [NAME] or NAME...; NULL: nobody knows. */
const struct completer *find_completer(const char *value);

/* Does the option take one of several words? Prints them, with that between them. */
bool has_choices(const struct option_entry *option);
void print_choices(const struct option_entry *option, char between);

/* Is the operand the name of a command? Prints all of those. */
bool is_command_operand(const struct command *command);
void print_command_names(void);

/* Prints text as it stands between single quotes, with \ before each of those characters. */
void print_quoted(const char *text, const char *special);

void print_bash_completion(void);
void print_zsh_completion(void);
void print_fish_completion(void);

#endif
