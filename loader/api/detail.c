// SPDX-License-Identifier: LGPL-2.1-or-later
/* What a failure says leaves by here, printable. */
#include <string.h>

#include "api/mgr.h"
#include "util/error.h"
#include "util/utf8.h"

const char *netfwv6_detail(void)
{
	char *sentence = failure_sentence();

	utf8_sanitize(sentence);
	return sentence;
}

/* Where a sentence is cut that has to fit so many bytes with its NUL: before a character. */
static size_t cut_of(const char *sentence, size_t size)
{
	size_t cut = strlen(sentence);

	if (cut < size)
		return cut;
	for (cut = size - 1; cut && ((unsigned char)sentence[cut] & 0xc0) == 0x80;)
		cut--;
	return cut;
}

netfwv6_result netfwv6_mgr_get_detail(struct netfwv6_mgr *mgr, size_t size, char *sentence)
{
	char kept[NETFWV6_DETAIL_SIZE];
	size_t cut;

	if (!mgr || !sentence || !size)
		return fail(NETFWV6_E_POINTER, "%s is null",
			    mgr ? "the sentence's place" : "the manager");
	failure_recall(&mgr->state.failure, kept);
	utf8_sanitize(kept);
	cut = cut_of(kept, size);
	memcpy(sentence, kept, cut);
	sentence[cut] = '\0';
	return kept[cut] ? NETFWV6_S_FALSE : NETFWV6_S_OK;
}
