// SPDX-License-Identifier: LGPL-2.1-or-later
#include "completion.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static const struct completer completers[] = {
	{ "DIR", "-d", "_directories", "(__fish_complete_directories)" },
	{ "DEV", "-W \"$(cd /sys/class/net && echo *)\"", "_net_interfaces",
	  "(__fish_print_interfaces)" },
	{ "NAME|GID", "-g", "_groups", "(__fish_complete_groups)" },
	{ "PATH", "-f", "_files", NULL },
	{ "FILE", "-f", "_files", NULL },
	{ "PORT", "-A service", "_ports", "(string match -r \"^[a-z][^ \\t]*\" </etc/services)" },
};

const struct completer *find_completer(const char *value)
{
	value += *value == '[';
	for (size_t i = 0; i < sizeof(completers) / sizeof(*completers); i++)
		if (strncmp(value, completers[i].value, strlen(completers[i].value)) == 0)
			return &completers[i];
	return NULL;
}

bool has_choices(const struct option_entry *option)
{
	return option->value && (option->bit == OPT_REASON || islower(*option->value));
}

/* Packets are dropped for these. */
static void print_reasons(char between)
{
	struct netfwv6_counter reasons[64];
	size_t n = 0;

	if (NETFWV6_SUCCEEDED(netfwv6_get_reasons(64, sizeof(struct netfwv6_counter), reasons, &n)))
		for (size_t i = 0; i < n && i < 64; i++)
			if (reasons[i].dropped)
				printf("%s%c", reasons[i].reason, between);
}

void print_choices(const struct option_entry *option, char between)
{
	if (option->bit == OPT_REASON)
		print_reasons(between);
	else
		for (const char *letter = option->value; *letter; letter++)
			putchar(*letter == '|' ? between : *letter);
}

bool is_command_operand(const struct command *command)
{
	return command->operands && strstr(command->operands, "COMMAND");
}

void print_command_names(void)
{
	for (const struct command *command = commands; command->name; command++)
		printf("%s%s", command == commands ? "" : " ", command->name);
}

void print_quoted(const char *text, const char *special)
{
	for (; *text; text++)
		if (*text == '\'')
			fputs("'\\''", stdout);
		else
			printf(strchr(special, *text) ? "\\%c" : "%c", *text);
}

int print_completion(const char *shell)
{
	static const struct {
		const char *name;
		void (*print)(void);
	} shells[] = {
		{ "bash", print_bash_completion },
		{ "zsh", print_zsh_completion },
		{ "fish", print_fish_completion },
	};

	for (size_t i = 0; i < sizeof(shells) / sizeof(*shells); i++)
		if (strcmp(shells[i].name, shell) == 0) {
			shells[i].print();
			return EXIT_DONE;
		}
	complain("'%s': there is completion for bash, zsh and fish", shell);
	return EXIT_USAGE;
}
