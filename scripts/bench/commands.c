// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Commands from start to end: from before the process is started until it has been waited
 * for. They are started without a copy of this process, and none prints anything.
 */
#include "control.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_WORDS 16

struct command {
	const char *tool, *operation;
	const char *contender; /* in whose network namespace it runs */
	const char *line;      /* words, the first of them a path */
};

/* Commands of one contender in a row: what one changes, the next takes back. */
static const struct command commands[] = {
	{ "/bin/true", "start and end", "netfwv6", "/bin/true" },
	{ "netfwv6 command", "start and end", "netfwv6", "build/netfwv6 --version" },
	{ "netfwv6 command", "open one port", "netfwv6", "build/netfwv6 -q open 444/tcp" },
	{ "netfwv6 command", "close one port", "netfwv6", "build/netfwv6 -q close 444/tcp" },
	{ "netfwv6 command", "open all 131070 ports", "netfwv6", "build/netfwv6 -q open 1-65535" },
	{ "netfwv6 command", "close all 131070 ports", "netfwv6",
	  "build/netfwv6 -q close 1-65535" },
	{ "nft command", "start and end", "nft_netdev", "/usr/sbin/nft --version" },
	{ "nft command", "open one port", "nft_netdev",
	  "/usr/sbin/nft add element netdev netfwv6_bench open_tcp { 444 }" },
	{ "nft command", "close one port", "nft_netdev",
	  "/usr/sbin/nft delete element netdev netfwv6_bench open_tcp { 444 }" },
	{ "nft command", "open all 131070 ports", "none", "/usr/sbin/nft -f build/bench/all.nft" },
	{ "nft command", "close all 131070 ports", "none",
	  "/usr/sbin/nft flush set netdev all_ports tcp_ports ; flush set netdev all_ports "
	  "udp_ports" },
	{ "xdp-filter command", "open one port", "xdp_filter",
	  "/usr/sbin/xdp-filter port -p tcp 444" },
	{ "xdp-filter command", "close one port", "xdp_filter",
	  "/usr/sbin/xdp-filter port -r -p tcp 444" },
	{ "ip6tables command", "open one port", "ip6tables",
	  "/usr/sbin/ip6tables -I INPUT -p tcp --dport 444 -j ACCEPT" },
	{ "ip6tables command", "close one port", "ip6tables",
	  "/usr/sbin/ip6tables -D INPUT -p tcp --dport 444 -j ACCEPT" },
};

/* Splits a copy of a line into words that stay in it. */
static void split(char *line, char **words)
{
	size_t n = 0;

	for (char *word = strtok(line, " "); word && n < MAX_WORDS; word = strtok(NULL, " "))
		words[n++] = word;
	words[n] = NULL;
}

/* Nanoseconds from start to end; ends the benchmark when the command failed. */
static double run_once(char *const *words, const char *line)
{
	extern char **environ;
	posix_spawn_file_actions_t actions;
	double start, end;
	pid_t child;
	int status;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	start = now();
	errno = posix_spawn(&child, words[0], &actions, NULL, words, environ);
	if (errno || waitpid(child, &status, 0) != child)
		give_up(line);
	end = now();
	posix_spawn_file_actions_destroy(&actions);
	if (!WIFEXITED(status) || WEXITSTATUS(status)) {
		fprintf(stderr, "bench: this failed: %s\n", line);
		exit(1);
	}
	return end - start;
}

static void measure(const struct command *command)
{
	char line[256], *words[MAX_WORDS + 1];

	if (!enter(command->contender))
		return;
	snprintf(line, sizeof(line), "%s", command->line);
	split(line, words);
	if (access(words[0], X_OK) == 0)
		put_row(command->tool, command->operation, run_once(words, command->line));
}

void measure_commands(void)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		measure(&commands[i]);
}
