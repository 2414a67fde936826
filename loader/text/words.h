/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A line's words, as a shell would have them: blanks part them, quotes and backslashes keep. */
#ifndef NETFWV6_WORDS_H
#define NETFWV6_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "netfwv6.h"

struct word {
	char *text;
	size_t column; /* where it begins, in characters from 1 */
};

struct words {
	struct word *words;
	size_t count;
	char *room; /* what the words are in */
};

/*
 * Splits a line, which ends with its NUL. E_INVALIDARG: it is not printable UTF-8, or a quote
 * does not end; then *column says where. words_free() in any case.
 */
netfwv6_result words_split(const char *line, struct words *words, size_t *column);
void words_free(struct words *words);

/* Has a text comments? */
bool words_have_comment(const char *text);

/* Appends a blank and a word, in quotes where it needs them, to a line of size bytes. */
void word_append(char *line, size_t size, const char *word);

#endif
