// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "cleanup.h"

#define POLICY_FILE_MAX (256u << 20) /* every port on every device, with the longest names */

static void complain_of_line(void *path, size_t line, size_t column, const char *sentence)
{
	complain("%s:%zu:%zu: %s", (const char *)path, line, column, sentence);
}

/* An errno value. */
static int read_stream(FILE *stream, char **text, size_t *size)
{
	size_t room = 0, n;

	for (*size = 0;; *size += n) {
		if (*size == room) {
			char *grown = realloc(*text, room = room ? 2 * room : 65536);

			if (!grown)
				return ENOMEM;
			*text = grown;
		}
		if (*size > POLICY_FILE_MAX)
			return EFBIG;
		n = fread(*text + *size, 1, room - *size, stream);
		if (!n)
			return ferror(stream) ? errno : 0;
	}
}

static int read_text(const char *path, char **text, size_t *size)
{
	bool is_stdin = strcmp(path, "-") == 0;
	FILE *stream = is_stdin ? stdin : fopen(path, "re");
	int error = stream ? read_stream(stream, text, size) : errno;

	if (stream && !is_stdin)
		fclose(stream);
	if (!error)
		return GO_ON;
	complain("cannot read %s: %s", path, strerror(error));
	return error == EACCES ? EXIT_DENIED : EXIT_OTHER;
}

int read_policy_file(const char *path, struct netfwv6_policy **policy)
{
	const char *name = strcmp(path, "-") == 0 ? "standard input" : path;
	char *text CLEANUP(free_at) = NULL;
	size_t size = 0;
	netfwv6_result result;
	int code = read_text(path, &text, &size);

	if (code != GO_ON)
		return code;
	result = netfwv6_policy_parse(text, size, complain_of_line, (void *)name, policy);
	if (result == NETFWV6_E_INVALIDARG)
		return EXIT_USAGE; /* which was complained of, line by line */
	return NETFWV6_FAILED(result) ? complain_of(result) : GO_ON;
}
