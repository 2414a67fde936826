// SPDX-License-Identifier: LGPL-2.1-or-later
/* Prefixes of IPv6 addresses. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "filter.h"

#define ADDRESS_BITS 128u

/* Takes decimal digits and nothing else, up to the number of bits that there are. */
static bool take_length(const char *text, unsigned int *length)
{
	size_t digits = strspn(text, "0123456789");

	if (digits == 0 || digits > 3 || text[digits])
		return false;
	*length = (unsigned int)atoi(text);
	return *length <= ADDRESS_BITS;
}

static bool parse(const char *text, struct prefix *prefix)
{
	char address[INET6_ADDRSTRLEN];
	size_t size = strcspn(text, "/");

	if (size >= sizeof(address))
		return false;
	memcpy(address, text, size);
	address[size] = '\0';
	prefix->length = ADDRESS_BITS;
	return inet_pton(AF_INET6, address, prefix->address) == 1 &&
	       (!text[size] || take_length(text + size + 1, &prefix->length));
}

/* Clears what stands behind the prefix's length. */
static void cut(struct prefix *prefix)
{
	for (unsigned int i = 0; i < sizeof(prefix->address); i++) {
		unsigned int begins = i * 8;

		if (begins >= prefix->length)
			prefix->address[i] = 0;
		else if (prefix->length - begins < 8)
			prefix->address[i] &= (uint8_t)(0xff00 >> (prefix->length - begins));
	}
}

int take_prefix(const char *text, struct prefix *prefix)
{
	struct prefix given, right;
	char address[INET6_ADDRSTRLEN];

	if (!parse(text, &given)) {
		complain("'%s' is no IPv6 prefix: write 2001:db8::/32, or an address", text);
		return EXIT_USAGE;
	}
	right = given;
	cut(&right);
	if (memcmp(right.address, given.address, sizeof(given.address)) != 0) {
		complain("'%s' has bits set behind the first %u: write %s/%u, or the address alone",
			 text, given.length,
			 inet_ntop(AF_INET6, right.address, address, sizeof(address)),
			 given.length);
		return EXIT_USAGE;
	}
	*prefix = given;
	return GO_ON;
}
