// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ssh.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "settings.h"

#define VARIABLE "SSH_CONNECTION="

/*
 * Reads the variable in a process's environment; free() it. sudo and su drop it from this
 * one's, but the shell that they were typed into still has it.
 */
static char *variable_of(pid_t pid)
{
	char path[32], *entry = NULL, *found = NULL;
	size_t size = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/environ", pid);
	file = fopen(path, "re");
	if (!file)
		return NULL;
	while (!found && getdelim(&entry, &size, '\0', file) > 0)
		if (strncmp(entry, VARIABLE, strlen(VARIABLE)) == 0)
			found = strdup(entry + strlen(VARIABLE));
	free(entry);
	fclose(file);
	return found;
}

static pid_t parent_process(pid_t pid)
{
	char path[32], line[256];
	pid_t parent = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	file = fopen(path, "re");
	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file) && sscanf(line, "PPid: %d", &parent) != 1)
		;
	fclose(file);
	return parent;
}

static char *ssh_connection(void)
{
	char *found = NULL;

	for (pid_t pid = getpid(); pid > 0 && !found; pid = parent_process(pid))
		found = variable_of(pid);
	return found;
}

/* The server's port of an SSH connection over IPv6, or 0. */
static uint32_t ipv6_server_port(const char *connection)
{
	char address[64];
	struct in6_addr parsed;
	uint32_t port;

	/* client address, client port, server address, server port */
	if (sscanf(connection, "%*s %*s %63s %u", address, &port) != 2)
		return 0;
	address[strcspn(address, "%")] = '\0'; /* a link-local address's zone */
	if (inet_pton(AF_INET6, address, &parsed) != 1 || IN6_IS_ADDR_V4MAPPED(&parsed))
		return 0;
	return port;
}

void warn_of_lockout(const struct cli *cli, struct netfwv6_connection *connection)
{
	char *session CLEANUP(free_at) = ssh_connection();
	uint32_t port = session ? ipv6_server_port(session) : 0;
	bool open;

	if (!port ||
	    NETFWV6_FAILED(ask_what_will_be(cli, connection, port, NETFWV6_PROTOCOL_TCP, &open)) ||
	    open)
		return;
	complain("warning: this SSH session runs over IPv6 to port %u/tcp, which is not open: %s "
		 "comes in "
		 "through %s; type: netfwv6%s%s open %u/tcp",
		 port, cli->stateless ? "neither it nor a new one" : "it goes on, but no new one",
		 netfwv6_connection_id(connection), cli->state ? " --state " : "", cli->state ?: "",
		 port);
}
