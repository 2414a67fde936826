// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Policies from arbitrary text. What is taken is printed, and means the same when that is read
 * again; what is refused has told why. The input is one text, or behind a NUL a second one, which
 * is laid over the first and compared with it.
 */
#include <grp.h>
#include <netdb.h>
#include <string.h>

#include <netfwv6.h>

#include "fuzz.h"

/* Without files that are read each time. */
int getservbyname_r(const char *name, const char *protocol, struct servent *room, char *buffer,
		    size_t size, struct servent **found)
{
	(void)buffer;
	(void)size;
	room->s_port = (uint16_t)(strlen(protocol) << 8);
	*found = strcmp(name, "https") == 0 ? room : NULL;
	return 0;
}

int getgrnam_r(const char *name, struct group *room, char *buffer, size_t size,
	       struct group **found)
{
	(void)buffer;
	(void)size;
	room->gr_gid = 7;
	*found = strcmp(name, "adm") == 0 ? room : NULL;
	return 0;
}

int getgrgid_r(gid_t gid, struct group *room, char *buffer, size_t size, struct group **found)
{
	(void)buffer;
	(void)size;
	room->gr_name = (char *)"adm";
	*found = gid == 7 ? room : NULL;
	return 0;
}

/* ---- Properties --------------------------------------------------------------------- */

struct errors {
	size_t count, line;
};

static void check_error(void *context, size_t line, size_t column, const char *sentence)
{
	struct errors *errors = context;

	require(line >= errors->line && column >= 1 && *sentence);
	for (const char *c = sentence; *c; c++)
		require((unsigned char)*c >= 0x20 && *c != 0x7f);
	errors->line = line;
	errors->count++;
}

static struct netfwv6_policy *parse(const char *text, size_t length)
{
	struct errors errors = {};
	struct netfwv6_policy *policy = NULL;
	netfwv6_result result = netfwv6_policy_parse(text, length, check_error, &errors, &policy);

	require(result == NETFWV6_S_OK || result == NETFWV6_E_INVALIDARG);
	require((errors.count != 0) == NETFWV6_FAILED(result));
	require((policy != NULL) == NETFWV6_SUCCEEDED(result));
	return policy;
}

static char *print(const struct netfwv6_policy *policy)
{
	char *text = NULL;

	require(netfwv6_policy_print(policy, &text) == NETFWV6_S_OK);
	return text;
}

/* Every byte is printable, and no line is empty or of another kind than those that there are. */
static void check_lines(const char *text)
{
	static const char *const kinds[] = { "version ", "group ",   "log ",	  "open ",
					     "close ",	 "ignore ",  "observe ",  "protect ",
					     "enable ",	 "disable ", "unprotect " };

	while (*text) {
		size_t known = 0;

		for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
			known += strncmp(text, kinds[i], strlen(kinds[i])) == 0;
		require(known == 1);
		for (; *text != '\n'; text++)
			require((unsigned char)*text >= 0x20);
		text++;
	}
}

static size_t changes(const struct netfwv6_policy *before, const struct netfwv6_policy *after)
{
	size_t count = 1;

	require(netfwv6_policy_compare(before, after, NULL, NULL, &count) == NETFWV6_S_OK);
	return count;
}

static void check_printed(const struct netfwv6_policy *policy)
{
	char *text = print(policy), *again;
	struct netfwv6_policy *read = parse(text, strlen(text));

	require(read);
	again = print(read);
	check_lines(text);
	require(strcmp(text, again) == 0);
	require(changes(policy, read) == 0 && changes(read, policy) == 0);
	netfwv6_policy_text_free(text);
	netfwv6_policy_text_free(again);
	netfwv6_policy_free(read);
}

/* To lay a policy over what it was laid over already changes nothing. */
static void check_laid(const struct netfwv6_policy *under, const struct netfwv6_policy *over)
{
	struct netfwv6_policy *both = NULL, *again = NULL;
	char *text, *same;

	if (netfwv6_policy_lay(under, over, &both) == NETFWV6_E_INVALIDARG)
		return; /* of more devices than can have ports */
	require(netfwv6_policy_lay(both, over, &again) == NETFWV6_S_OK);
	text = print(both);
	same = print(again);
	require(strcmp(text, same) == 0);
	check_printed(both);
	netfwv6_policy_text_free(text);
	netfwv6_policy_text_free(same);
	netfwv6_policy_free(both);
	netfwv6_policy_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	size_t first = strnlen(text, size);
	struct netfwv6_policy *one, *other = NULL;

	fuzz_begin();
	one = parse(text, first);
	if (one)
		check_printed(one);
	if (first < size)
		other = parse(text + first + 1, size - first - 1);
	if (one && other)
		check_laid(one, other);
	fuzz_accepted = one != NULL;
	netfwv6_policy_free(one);
	netfwv6_policy_free(other);
	return 0;
}
