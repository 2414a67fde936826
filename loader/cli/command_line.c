// SPDX-License-Identifier: LGPL-2.1-or-later
#include "command_line.h"

#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "printable.h"

/* Appends an option with its value, in quotes where a shell would take that for more. */
static void put_shell_option(FILE *line, const char *option, const char *value)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789_./:@+-";

	fprintf(line, " %s ", option);
	if (*value && !value[strspn(value, plain)]) {
		fputs(value, line);
		return;
	}
	putc('\'', line);
	for (; *value; value++)
		fputs(*value == '\'' ? "'\\''" : (char[]){ *value, '\0' }, line);
	putc('\'', line);
}

char *command_that_opens(const struct cli *cli, const struct netfwv6_listener *listener,
			 const char *device)
{
	const struct netfwv6_port_range port = { listener->port, listener->port,
						 listener->protocol };
	char text[PORT_TEXT_SIZE], *line CLEANUP(free_at) = NULL;
	size_t size;
	FILE *stream = open_memstream(&line, &size);

	if (!stream)
		return NULL;
	fputs("netfwv6", stream);
	if (cli->state)
		put_shell_option(stream, "--state", cli->state);
	fprintf(stream, " open %s", format_range(&port, text));
	if (device)
		put_shell_option(stream, "--dev", device);
	return fclose(stream) ? NULL : printable(line);
}
